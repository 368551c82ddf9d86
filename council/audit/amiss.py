"""What is amiss with the logs at this moment, in sentences: nothing signed for long, events that wait, who refuses to sign."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from council.audit import signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.leaf import moment_of
from council.audit.models import LogCheckpoint, LogHead, PendingEvent
from council.audit.proving import quorum
from council.audit.witness_troubles import Trouble as OfWitness
from council.audit.witnesses import Standing
from council.templatetags.portal import jst, tier_short

# A heartbeat a minute makes every log grow, and the sequencer signs twice a second: two minutes without a checkpoint are a standstill.
LATE = timedelta(minutes=2)
# Witnesses are asked about every new checkpoint: whoever has cosigned none for so long is missing.
SILENT = timedelta(minutes=15)
# The witness has seen another log, or more of this one, under our own key.
_GRAVE = {OfWitness.AHEAD, OfWitness.DIFFERS}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something amiss, in a sentence; `grave` when it says that the log of this tier is not what it was."""

    code: str
    sentence: str
    grave: bool = False
    tier: int = 0


def of_log(tier: int, checkpoint: LogCheckpoint | None, now: datetime) -> list[Trouble]:
    """A standstill: nothing signed for long, or events that have waited for long."""
    found, log = [], {"log": tier_short(tier)}
    if checkpoint is None:
        found.append(Trouble("unsigned", _("%(log)sの記録には、まだ検印がありません。") % log))
    elif now - checkpoint.signed_at > LATE:
        since = jst(checkpoint.signed_at)
        found.append(Trouble("late", _("%(log)sの記録は、%(since)sから検印されていません。") % {**log, "since": since}))
    waiting = PendingEvent.objects.filter(tier=tier)
    oldest = waiting.order_by("event").values_list("event", flat=True).first()
    if oldest and now - moment_of(oldest) > LATE:
        words = _("%(log)sの出来事%(count)s件が、記録に入るのを待っています。")
        found.append(Trouble("waiting", words % {**log, "count": f"{waiting.count():,}"}))
    return found


def of_witnesses(stood: list[Standing], now: datetime) -> list[Trouble]:
    """Logs that too few stand by, and why each that is missing is; whoever has seen another history is told in any case."""
    found = []
    for tier in dict.fromkeys(each.tier for each in stood):
        seen = sum(is_present(each, now) for each in stood if each.tier == tier)
        if seen < quorum():
            few = _("%(log)sの検印に立ち会っているのは%(seen)s者です（%(wanted)s者が要ります）。")
            facts = {"log": tier_short(tier), "seen": seen, "wanted": quorum()}
            found.append(Trouble("witnesses", few % facts))
    return found + [_refused(each) for each in stood if each.trouble in _GRAVE or _is_missing(each, now)]


def is_present(each: Standing, now: datetime) -> bool:
    """Whether the witness has cosigned the newest checkpoint, or one of the last minutes."""
    return each.cosigned_at is not None and (not each.behind or now - each.cosigned_at <= SILENT)


def _is_missing(each: Standing, now: datetime) -> bool:
    return bool(each.trouble) and not is_present(each, now)


def _refused(each: Standing) -> Trouble:
    words = _("立会人%(witness)sは、%(log)sの記録に立ち会っていません：%(why)s。")
    facts = {"witness": each.witness, "log": tier_short(each.tier), "why": each.trouble_words}
    return Trouble("witness", words % facts, grave=each.trouble in _GRAVE, tier=each.tier)


def of_signer() -> list[Trouble]:
    """What the signer would refuse, seen before it is asked: its memory holds more, or other, than the database does."""
    try:
        pairs = [(head, signer_state.last_signed(head.origin)) for head in LogHead.objects.defer("frontier", "note")]
    except signer_state.SignerRefused:
        return [Trouble("signer", _("どこまで検印したかの控えを読めないので、続きに検印できません。"))]
    return [trouble for head, last in pairs if (trouble := _differs(head, last))]


def _differs(head: LogHead, last: Checkpoint | None) -> Trouble | None:
    words = {"log": tier_short(head.tier), "size": f"{head.size:,}", "signed": f"{last.size if last else 0:,}"}
    if last is None:
        lost = _("%(log)sの記録にどこまで検印したかの控えがなくなっているので、続きに検印できません。")
        return Trouble("signer", lost % words) if head.signed_size else None
    if last.size > head.size:
        cut = _(
            "%(log)sの記録は%(size)s件ですが、%(signed)s件まで検印してあります。古いものが戻されたか、切り取られています。"
        )
        return Trouble("signer", cut % words, grave=True, tier=head.tier)
    row = LogCheckpoint.objects.filter(tier=head.tier, size=last.size).first()
    if row and bytes(row.root) != last.root:
        other = _("%(log)sの記録の%(signed)s件目までが、検印したときの内容と違います。")
        return Trouble("signer", other % words, grave=True, tier=head.tier)
    return None
