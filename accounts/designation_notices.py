"""Everybody who ever handled a designated item is told in writing what becomes of its designation, and confirms that they know.

Whoever has left, or moved to another organisation, is told as well. A notice carries what happened, a date and the number in the
register; the third word of its key says what happened, the fourth on which day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DesignationNotice, Notice, RegisterEntry, RosterEntry, User
from accounts.notices import queue
from accounts.register_days import ended_words
from council.templatetags.portal import jst_date

What = RegisterEntry.What
# Reviews and the designation itself ask nothing of those who handle the item.
TELLS = {What.EXTENDED, What.CANCELLED, What.LAPSED}
ONCE_IN = timedelta(days=1)
SILENT = Q(confirmed_at__isnull=True, reached_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice tells of, read from its key."""

    what: What
    day: date

    @classmethod
    def of(cls, notice: Notice) -> Self:
        _kind, _line, what, day, *_whom = notice.key.split(":")
        return cls(What(what), date.fromisoformat(day))


def handlers(designation: UUID) -> list[UUID]:
    """Everybody who was ever accepted for the roster of the item, by the account that is theirs now."""
    accepted = RosterEntry.objects.filter(designation=designation, accepted_at__isnull=False)
    people = set(accepted.values_list("person", flat=True))
    moved = True
    while moved:
        moved = dict(User.objects.filter(predecessor__in=people).values_list("predecessor", "pk"))
        people = {moved.get(person, person) for person in people}
    return sorted(people)


def tell(line: RegisterEntry) -> int:
    """Tells every handler of the line, in the transaction that wrote it; how many were not told before."""
    if line.what not in TELLS:
        return 0
    before = DesignationNotice.objects.filter(entry=line).count()
    told_at, people = timezone.now(), handlers(line.designation_id)
    DesignationNotice.objects.bulk_create(
        [DesignationNotice(entry=line, person_id=person, told_at=told_at) for person in people],
        batch_size=500,
        ignore_conflicts=True,
    )
    _send(line, people, told_at)
    return DesignationNotice.objects.filter(entry=line).count() - before


def remind(line: RegisterEntry, now: datetime) -> int:
    """Reminds those who are silent and were not told within a day; how many."""
    due = to_be_reminded([line.pk], now).select_for_update(of=("self",))
    people = list(due.values_list("person", flat=True))
    DesignationNotice.objects.filter(entry=line, person__in=people).update(reminded_at=now)
    _send(line, people, now, f":{timezone.localtime(now):%Y-%m-%dT%H%M%S}")
    return len(people)


def to_be_reminded(lines: Iterable[UUID], now: datetime) -> QuerySet[DesignationNotice]:
    """Those who said nothing about these lines and were not told within a day."""
    since = now - ONCE_IN
    quiet = Q(reminded_at__lte=since) | Q(reminded_at__isnull=True, told_at__lte=since)
    return DesignationNotice.objects.filter(SILENT, quiet, entry__in=lines)


def _send(line: RegisterEntry, people: Iterable[UUID], now: datetime, again: str = "") -> None:
    number = line.designation.register_number
    day = line.until if line.what == What.EXTENDED else line.on
    queue(
        Notice(
            key=f"designation:{line.pk}:{line.what}:{day}:{person}{again}", kind=Notice.Kind.DESIGNATION, person_id=person,
            about=line.pk, reference=number, created_at=now, not_before=now,
        )
        for person in people
    )  # fmt: skip


def is_silent(notice: Notice) -> bool:
    """Whether the person of the notice has not confirmed it yet: asked again at the moment when the mail leaves."""
    return DesignationNotice.objects.filter(SILENT, entry=notice.about, person=notice.person_id).exists()


def own(person: str | UUID) -> QuerySet[DesignationNotice]:
    """What the person was told, the newest first."""
    rows = DesignationNotice.objects.filter(person=person).select_related("entry__designation__agency")
    return rows.order_by("-told_at", "-pk")


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in writing, as its person reads it in the portal."""

    row: DesignationNotice

    @property
    def words(self) -> str:
        line = self.row.entry
        day = jst_date(line.until if line.what == What.EXTENDED else line.on)
        sentences = {
            What.EXTENDED: _("指定の有効期間が、%(day)sまで延びました。"),
            What.CANCELLED: _("指定は、%(day)sに解除されました。"),
            What.LAPSED: _("指定の有効期間は、%(day)sに満了しました。"),
        }
        return sentences[What(line.what)] % {"day": day}

    @property
    def asks(self) -> str:
        """What there is to do about copies outside of the portal."""
        line = self.row.entry
        if line.what == What.EXTENDED:
            return _("表示と取扱いは、これまでと同じです。")
        mark = ended_words(line.designation, timezone.localdate())
        return _(
            "手もとの写しから「重要経済安保情報」の表示と枠を消し、「%(mark)s」と表示してください。内容が公開されたわけではなく、守秘の義務は続きます。"
        ) % {"mark": mark}

    @property
    def done(self) -> bool:
        return bool(self.row.confirmed_at or self.row.reached_at)
