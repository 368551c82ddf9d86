"""The weekly notice of the logs: how long each is, its root, and who stood by. Whoever keeps the mails can tell a log that was rewritten.

A notice holds nothing of that itself: what it says follows from its moment and from rows that only grow, so that a mail that is tried
again, and the line in the inbox a year later, say the same. Only a witness that is no longer asked is no longer named: nobody has the
key to check its line with.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice, User
from accounts.notices import queue
from council.access.facts import Role, Subject
from council.audit import log_keys, proving
from council.audit.models import LogCheckpoint
from council.templatetags.portal import JST, jst, tier_label

Kind = Notice.Kind
HOUR = time(9, 0)
# A cosignature given by then is in the database when the hour comes: a witness is waited for some seconds, and its clock is no more than
# minutes from ours. So the rows that a notice rests on are all there when it is written.
SETTLED = timedelta(minutes=10)
_WEEK = timedelta(days=7)
_TOLD = (Role.AUDITOR, Role.OPERATOR, Role.ADMINISTRATOR)
_TIER_OF_ADMINISTRATORS = log_keys.TIERS[0]


@dataclass(frozen=True, slots=True)
class Statement:
    """A log as it was: its newest checkpoint that a quorum of witnesses had seen, or without one the newest; and whose lines it has."""

    tier: int
    origin: str
    size: int
    root: bytes
    signed_at: datetime
    witnesses: tuple[str, ...]

    @property
    def title(self) -> str:
        return _("%(tier)sの記録（%(origin)s）") % {"tier": tier_label(self.tier), "origin": self.origin}

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Labels and values, in words."""
        seen = _("、").join(self.witnesses) or _("立会いの署名はまだありません")
        return [
            (_("件数"), _("%(size)s件") % {"size": f"{self.size:,}"}),
            (_("検印の値"), base64.b64encode(self.root).decode()),
            (_("検印の時刻"), jst(self.signed_at)),
            (_("立会い"), seen),
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """What one person is told: the logs they may know of, and how to check them."""

    logs: tuple[Statement, ...] = ()
    auditor: bool = False

    @property
    def advice(self) -> list[str]:
        same = _(
            "同じ記録については、全員に同じ件数と値を知らせています。"
            "ほかの人の通知や立会いの組織の控えと違うときは、すぐ事務局に電話してください。"
        )
        if not self.auditor:
            return [same, _("同じ名前の記録の検印は、受け取った包みの証明（.tlog-proof）にも入っています。")]
        # Any of the logs: the others are beside it.
        url = urljoin(f"{settings.COUNCIL_URL}/", reverse("api:log-checkpoint", args=[log_keys.log_name(1)]))
        pull = _(
            "記録は %(url)s などから取り出せます。取り出したものは、この検印を控えておけば、その続きかどうかを確かめられます。"
        )
        return [same, pull % {"url": url}]


def moment(now: datetime) -> datetime:
    """The last Monday at 9:00 in Japan."""
    local = now.astimezone(JST)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), HOUR, JST)
    return monday if monday <= now else monday - _WEEK


def queue_week(now: datetime | None = None) -> int:
    """Writes this week's notices, once; how many. None in the week in which the logs begin: there is nothing to tell yet."""
    at = moment(now or timezone.now())
    people = list(_people())
    keys = [f"log:{at:%Y-%m-%d}:{person}" for person, _home in people]
    if Notice.objects.filter(key__in=keys).exists() or not _statement(_TIER_OF_ADMINISTRATORS, at - SETTLED):
        return 0
    facts = {"kind": Kind.LOG, "created_at": at, "not_before": timezone.now()}
    queue(
        Notice(key=key, person_id=person, organisation_id=home, **facts)
        for key, (person, home) in zip(keys, people, strict=True)
    )
    return len(keys)


def _people() -> Iterator[tuple[UUID, UUID]]:
    rows = User.objects.filter(is_active=True, organisation__is_active=True, role_assignments__role__in=_TOLD)
    return rows.order_by("pk").values_list("pk", "organisation").distinct().iterator()


def tiers_for(subject: Subject) -> tuple[int, ...]:
    """The logs whose length the person may know: it tells how much goes on at that tier. None for who has no role that is told."""
    if Role.AUDITOR in subject.roles:
        return log_keys.TIERS
    if Role.OPERATOR in subject.roles:
        return tuple(tier for tier in log_keys.TIERS if tier <= subject.ceiling)
    return (_TIER_OF_ADMINISTRATORS,) if Role.ADMINISTRATOR in subject.roles else ()


def report(notice: Notice, subject: Subject) -> Report:
    """What the notice says to its person, who has these roles and this ceiling now."""
    found = (_statement(tier, notice.created_at - SETTLED) for tier in tiers_for(subject))
    return Report(tuple(each for each in found if each), Role.AUDITOR in subject.roles)


def _statement(tier: int, until: datetime) -> Statement | None:
    rows = LogCheckpoint.objects.filter(tier=tier, signed_at__lte=until)
    row = proving.best_of(rows.filter(signed_at__gt=until - _WEEK), until=until) or proving.best_of(rows, until=until)
    if row is None:
        return None
    names = tuple(each.witness for each in proving.standing_by(row, until=until))
    return Statement(tier, log_keys.origin(tier), row.size, bytes(row.root), row.signed_at, names)
