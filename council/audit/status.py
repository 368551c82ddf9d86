"""How the logs stand at this moment: what the last check said, how far they are signed, what is amiss. Reads alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from council.audit import amiss, log_keys, verdicts
from council.audit.amiss import Trouble
from council.audit.models import LogCheckpoint, LogHead, Verification
from council.audit.witnesses import Standing, state_of_witnesses
from council.sealing.errors import NoteRefused
from council.templatetags.portal import jst, jst_near, tier_short

# The daily check, and some hours in which it may not have come to its turn.
OLD = timedelta(hours=30)
_MOST_TOLD = 3
WHOLE, BROKEN, UNCHECKED, OLD_CHECK = "whole", "broken", "unchecked", "old"


@dataclass(frozen=True, slots=True)
class LogStatus:
    """One log: its length, its newest checkpoint, how many stand by it, and what the last check said of how much (empty: nothing)."""

    tier: int
    size: int = 0
    checkpoint: LogCheckpoint | None = None
    witnesses: int = 0
    verdict: str = ""
    checked: int = 0

    @property
    def name(self) -> str:
        return tier_short(self.tier)

    @property
    def count(self) -> str:
        return f"{self.size:,}"

    @property
    def clock(self) -> str:
        """When it was signed last, in Japan: 10:26:03, or the day too when that was not today; empty when it never was."""
        if self.checkpoint is None:
            return ""
        signed = timezone.localtime(self.checkpoint.signed_at)
        return f"{signed:%H:%M:%S}" if signed.date() == timezone.localdate() else jst_near(signed)

    @property
    def root(self) -> str:
        """The first and the last digits of the root, enough to compare by eye."""
        digits = bytes(self.checkpoint.root).hex() if self.checkpoint else ""
        return f"{digits[:8]}…{digits[-4:]}" if digits else ""


@dataclass(frozen=True, slots=True)
class Status:
    """All logs, the last check that ended with a result, one that is under way, and whatever is amiss."""

    logs: list[LogStatus]
    checked: Verification | None
    running: Verification | None
    now: datetime
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """In one word: whole, broken, unchecked, or old when it was whole and nobody has looked for long."""
        found = {each.verdict for each in self.logs}
        if BROKEN in found or any(each.grave for each in self.troubles):
            return BROKEN
        if self.checked is None or found != {WHOLE}:
            return UNCHECKED
        return OLD_CHECK if self.now - self.checked.ended_at > OLD else WHOLE

    @property
    def witnesses(self) -> int:
        """How many are asked."""
        return len(settings.AUDIT_WITNESSES)

    @property
    def seconds(self) -> int:
        """How long the last check took, a second at least."""
        took = self.checked.ended_at - self.checked.asked_at if self.checked else timedelta()
        return max(1, round(took.total_seconds()))


def status_of(now: datetime) -> Status:
    """The standing of every log at `now`; nothing is written."""
    checked, unfit = verdicts.newest_that_fit(Verification.objects.filter(state=Verification.State.DONE), now)
    last, stood = Verification.objects.filter(asked_at__lte=now).first(), _stood()
    logs = _logs(checked, stood, now)
    troubles = [*amiss.of_signer(), *amiss.of_witnesses(stood, now), *(each for log in logs for each in _of(log, now))]
    # What is seen now outweighs what the last check said.
    grave = {each.tier for each in troubles if each.grave}
    logs = [replace(log, verdict=BROKEN) if log.tier in grave else log for log in logs]
    if last and last.state == Verification.State.FAILED:
        words = _("%(at)sに始めた検証は、最後まで進みませんでした。")
        troubles.append(Trouble("failed", words % {"at": jst(last.asked_at)}))
    troubles += [_made_up(each) for each in unfit[:_MOST_TOLD]]
    return Status(logs, checked, last if last and last.state in unfinished() else None, now, troubles)


def _made_up(check: Verification) -> Trouble:
    words = _("%(at)sに始めた検証の結果は、記録にある出来事と合わないので使いません。書き換えられたおそれがあります。")
    return Trouble("made_up", words % {"at": jst(check.asked_at)})


def unfinished() -> tuple[str, str]:
    """The states of work that goes on."""
    return Verification.State.QUEUED, Verification.State.RUNNING


def _stood() -> list[Standing]:
    try:
        return state_of_witnesses()
    except NoteRefused:
        # A key in the settings that is none: a system check says so to whoever runs the portal.
        return []


def _logs(checked: Verification | None, stood: list[Standing], now: datetime) -> list[LogStatus]:
    heads = {head.tier: head for head in LogHead.objects.defer("frontier", "note")}
    newest, said = _newest(heads.values()), checked.result if checked else {}
    made = []
    for tier in log_keys.TIERS:
        head, found = heads.get(tier), said.get(log_keys.log_name(tier), {})
        made.append(
            LogStatus(
                tier=tier,
                size=head.size if head else 0,
                checkpoint=newest.get(tier),
                witnesses=sum(amiss.is_present(each, now) for each in stood if each.tier == tier),
                verdict=found.get("verdict", ""),
                checked=found.get("size", 0),
            )
        )
    return made


def _newest(heads: Iterable[LogHead]) -> dict[int, LogCheckpoint]:
    places = [Q(tier=head.tier, size=head.signed_size) for head in heads if head.signed_size]
    rows = LogCheckpoint.objects.filter(reduce(or_, places)).defer("note") if places else []
    return {row.tier: row for row in rows}


def _of(log: LogStatus, now: datetime) -> list[Trouble]:
    found = amiss.of_log(log.tier, log.checkpoint, now)
    if log.size < log.checked:
        words = _("%(log)sの記録は、前に確かめたとき%(then)s件ありましたが、いまは%(size)s件です。")
        facts = {"log": log.name, "then": f"{log.checked:,}", "size": log.count}
        found.append(Trouble("shorter", words % facts, grave=True, tier=log.tier))
    return found
