"""What went wrong last between a witness and a log: told to the desk through the shared cache, and to the log when it is grave."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.cache import caches
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from council.audit import log_keys
from council.audit.events import Event, Outcome
from council.audit.record import record

# Who was away for as long as that is asked again after as long as that, up to this.
LONGEST_WAIT = timedelta(minutes=1)
_OBJECT = 120


class Trouble(StrEnum):
    """Why there is no new cosignature, in a word of the code."""

    AWAY = "away"
    UNKNOWN_LOG = "unknown_log"
    UNTRUSTED = "untrusted"
    UNEXPECTED = "unexpected"
    BAD_LINE = "bad_line"
    CLOCK = "clock"
    UNPROVABLE = "unprovable"
    TAKEN = "taken"
    AHEAD = "ahead"
    DIFFERS = "differs"


# What each means, for pages.
WORDS: Mapping[str, str] = {
    Trouble.AWAY: _("応答がありません"),
    Trouble.UNKNOWN_LOG: _("この記録をまだ知りません（検証鍵を渡してください）"),
    Trouble.UNTRUSTED: _("この記録の検証鍵が合いません"),
    Trouble.UNEXPECTED: _("思いがけない答えが返りました"),
    Trouble.BAD_LINE: _("返った署名が合いません"),
    Trouble.CLOCK: _("時計が合っていません"),
    Trouble.UNPROVABLE: _("続きであることの証明を作れません"),
    Trouble.TAKEN: _("署名を書き入れる場所に、合わないものが入っています"),
    Trouble.AHEAD: _("ここにあるより長い記録に立ち会っています"),
    Trouble.DIFFERS: _("違う内容の記録に立ち会っています"),
}
# What the log itself has to answer for, with the reason under which it is written into the log.
_GRAVE = {Trouble.AHEAD: "log_shorter", Trouble.DIFFERS: "log_differs"}


@dataclass(frozen=True, slots=True)
class Last:
    """The last trouble, since when, when it was met last, and which grave ones the log was told since the last cosignature."""

    trouble: str = ""
    since: datetime | None = None
    met: datetime | None = None
    told: tuple[str, ...] = ()

    def is_left_alone(self, now: datetime) -> bool:
        """Whether it has been away so long that asking again can wait: each try holds a worker up for some seconds."""
        if self.trouble != Trouble.AWAY or self.since is None or self.met is None:
            return False
        return now - self.met < min(self.met - self.since, LONGEST_WAIT)


def last(witness: str, tier: int) -> Last:
    """What went wrong when this witness was last asked about this log; nothing when it answered well."""
    return caches["shared"].get(_key(witness, tier)) or Last()


def none(witness: str, tier: int) -> None:
    """All is well between them."""
    caches["shared"].delete(_key(witness, tier))


def note(witness: str, tier: int, trouble: Trouble, facts: Mapping[str, object]) -> None:
    """Keeps the trouble; a grave one becomes an event, once until they have agreed again. AuditUnavailable keeps nothing."""
    known = last(witness, tier)
    told = known.told
    if trouble in _GRAVE and trouble not in told:
        _record(witness, tier, trouble, facts)
        told = (*told, str(trouble))
    now = timezone.now()
    since = known.since if known.trouble == trouble else now
    caches["shared"].set(_key(witness, tier), Last(str(trouble), since, now, told), timeout=None)


def _record(witness: str, tier: int, trouble: Trouble, facts: Mapping[str, object]) -> None:
    with transaction.atomic():
        record(
            Event.WITNESS_REFUSED, actor=None, organisation=None, object=about(witness, tier), tier=tier, outcome=Outcome.DENY,
            reason=_GRAVE[trouble], detail={"witness": witness, "log": log_keys.log_name(tier), "trouble": str(trouble), **facts},
        )  # fmt: skip


def about(witness: str, tier: int) -> str:
    """tier-1:witness.example/w1, in the letters that the object of an event may have."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "._:/-") else "_" for each in witness)
    return f"{log_keys.log_name(tier)}:{plain}"[:_OBJECT]


def _key(witness: str, tier: int) -> str:
    return f"audit.witness.{tier}.{hashlib.sha256(witness.encode()).hexdigest()}"
