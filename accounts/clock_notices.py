"""Telling whoever must act that something ends, once at each threshold: a kind of thing, a day, a number of the register. No name.

The key says it all: `clock:<what>:<thing>:<day>:<threshold>:<role>:<person>`. What is prolonged has another day and so other notices;
whether what is told of still ends on that day, and is still theirs, is asked again at the moment when the mail leaves.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.clock import OVER, THRESHOLDS, Ending, What
from accounts.clock_queues import Desk, endings
from accounts.models import Notice, RoleAssignment, User
from accounts.notices import queue
from council.access.facts import Role
from council.audit.events import Event
from council.audit.record import Entry, record_many
from council.only_one import only_one
from council.templatetags.portal import jst_date

# Who is told, as the key has it: of the role, or the person whose own it is.
OWN = "own"
_OF_AGENCIES = {
    What.CLEARANCE, What.CERTIFICATION, What.CONTRACT, What.ITEM, What.EDUCATION, What.DESIGNATION, What.REVIEW,
}  # fmt: skip
_NUMBERED = {What.DESIGNATION, What.REVIEW}
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice tells of, read from its key."""

    what: What
    thing: str
    day: date
    within: int
    role: str

    @classmethod
    def of(cls, notice: Notice) -> Self:
        _kind, what, thing, day, within, role, _person = notice.key.split(":")
        return cls(What(what), thing, date.fromisoformat(day), int(within), role)


@dataclass(slots=True)
class _Who:
    """Who can sign in and acts: by role and organisation. Everybody is asked for only when the pledge changes."""

    by_role: dict[tuple[str, UUID], list[UUID]] = field(default_factory=lambda: defaultdict(list))
    operators: list[UUID] = field(default_factory=list)

    @classmethod
    def now(cls, person: UUID | None = None) -> Self:
        """Everybody who acts, or only in which roles this one person does."""
        found = cls()
        wanted = (Role.CLEARANCE_OFFICER, Role.ADMINISTRATOR, Role.OPERATOR)
        rows = RoleAssignment.objects.filter(
            role__in=wanted, person__is_active=True, person__organisation__is_active=True
        ).order_by("person")
        rows = rows.filter(person=person) if person else rows
        for role, holder, home in rows.values_list("role", "person", "person__organisation"):
            found.by_role[role, home].append(holder)
            if role == Role.OPERATOR:
                found.operators.append(holder)
        return found

    def told(self, ending: Ending) -> Iterator[tuple[str, UUID, UUID | None]]:
        """Role, person and the organisation in whose name they act; none for what is a person's own."""
        if ending.what in _OF_AGENCIES:
            for person in self.by_role.get((Role.CLEARANCE_OFFICER, ending.agency), ()):
                yield Role.CLEARANCE_OFFICER, person, ending.agency
        if ending.company:
            for person in self.by_role.get((Role.ADMINISTRATOR, ending.company), ()):
                yield Role.ADMINISTRATOR, person, ending.company
        if ending.person:
            yield OWN, ending.person, None
        if ending.what is What.PERIOD:
            yield from ((Role.OPERATOR, person, None) for person in self.operators)
        if ending.what is What.PLEDGE:
            everybody = User.objects.filter(is_active=True, organisation__is_active=True).order_by("pk")
            yield from ((OWN, person, None) for person in everybody.values_list("pk", flat=True))


def tell() -> int:
    """Writes the notices that are due and not written yet; how many. Of two workers at once, one does it."""
    with only_one("clock") as mine:
        return _tell(timezone.localdate()) if mine else 0


def _tell(today: date) -> int:
    with transaction.atomic():
        wanted = {notice.key: (notice, ending) for notice, ending in _due(today)}
        there = _there(list(wanted))
        new = [both for key, both in wanted.items() if key not in there]
        queue(notice for notice, _ending in new)
        record_many(Event.CLOCK_TOLD, [_entry(notice, ending) for notice, ending in new], actor=None)
    return len(new)


def _there(keys: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        found |= set(Notice.objects.filter(key__in=keys[start : start + _AT_ONCE]).values_list("key", flat=True))
    return found


def _due(today: date) -> Iterator[tuple[Notice, Ending]]:
    who = _Who.now()
    for ending in endings(today, Desk(everything=True)):
        # The new pledge can't be accepted before its day: nobody is written to about it earlier than needed.
        if ending.what is What.PLEDGE and ending.within(today) != THRESHOLDS[0]:
            continue
        for role, person, home in who.told(ending):
            yield _notice(ending, ending.within(today), role, person, home), ending


def _notice(ending: Ending, within: int, role: str, person: UUID, home: UUID | None) -> Notice:
    """What is a person's own bears no organisation: its administrators read of the notices that were sent in its name."""
    now, numbered = timezone.now(), ending.what in _NUMBERED
    return Notice(
        key=f"clock:{ending.what}:{ending.thing}:{ending.day}:{within}:{role}:{person}",
        kind=Notice.Kind.CLOCK, person_id=person, organisation_id=home, level=within,
        about=UUID(ending.thing) if numbered else None, reference=ending.of if numbered else "",
        created_at=now, not_before=now,
    )  # fmt: skip


def _entry(notice: Notice, ending: Ending) -> Entry:
    about = ending.person or ending.company or (ending.thing if ending.what in _NUMBERED else notice.person_id)
    detail = {
        "what": str(ending.what), "day": ending.day.isoformat(), "within": notice.level, "told": str(notice.person_id),
    }  # fmt: skip
    return Entry(str(ending.agency) if ending.agency else None, object=str(about), detail=detail)


def still_due(notice: Notice) -> bool:
    """Whether what the notice tells of still ends on that day, and is still its person's to act on or know.

    Each mail asks about its own thing and its own person: as many mails leave as things end, for each of their people.
    """
    told, who = Told.of(notice), _Who.now(notice.person_id)
    return any(
        (ending.what, ending.thing, ending.day) == (told.what, told.thing, told.day)
        and (told.what is What.PLEDGE or (told.role, notice.person_id) in {each[:2] for each in who.told(ending)})
        for ending in endings(timezone.localdate(), Desk(everything=True, thing=told.thing), told.what)
    )


def sentence(notice: Notice) -> str:
    """What the notice says, without a name and without what it is about."""
    told = Told.of(notice)
    sentences = _own_sentences(told.within == OVER) if told.role == OWN else _sentences_of_desks(told.within == OVER)
    day = told.day + timedelta(days=1) if told.what is What.PLEDGE else told.day
    return sentences[told.what] % {"day": jst_date(day), "number": notice.reference}


def _own_sentences(over: bool) -> dict[What, str]:
    if over:
        return {What.EDUCATION: _("あなたが受けた教育の有効期間は、%(day)sで終わりました。次の教育を受けてください。")}
    return {
        What.CLEARANCE: _("あなたの適性評価の有効期間は、%(day)sまでです。続けるときは、担当者に相談してください。"),
        What.EDUCATION: _("あなたが受けた教育の有効期間は、%(day)sまでです。過ぎる前に、次の教育を受けてください。"),
        What.PLEDGE: _("%(day)sから、守秘誓約に、あらためて同意していただきます。同意するまで、情報は表示されません。"),
    }


def _sentences_of_desks(over: bool) -> dict[What, str]:
    if over:
        return {
            What.CERTIFICATION: _("適合事業者の認定の有効期間が、%(day)sで終わりました。"),
            What.CONTRACT: _("適合事業者との契約が、%(day)sで終わりました。"),
            What.ITEM: _("契約の対象の指定の期間が、%(day)sで終わりました。"),
            What.EDUCATION: _("取扱者の教育の有効期間が、%(day)sで終わりました。"),
            What.DESIGNATION: _("指定（%(number)s）の有効期間が、%(day)sで終わりました。"),
            What.REVIEW: _("指定（%(number)s）の見直しの期限（%(day)s）が過ぎました。"),
            What.PERIOD: _("協議会の期が、%(day)sで終わりました。次の期を登録してください。"),
        }
    return {
        What.CLEARANCE: _("適性評価の有効期間が、%(day)sに終わるものがあります。続けるかどうかを確かめてください。"),
        What.CERTIFICATION: _("適合事業者の認定の有効期間が、%(day)sに終わります。続けるかどうかを確かめてください。"),
        What.CONTRACT: _("適合事業者との契約が、%(day)sに終わります。続けるかどうかを確かめてください。"),
        What.ITEM: _("契約の対象の指定の期間が、%(day)sに終わります。続けるかどうかを確かめてください。"),
        What.EDUCATION: _("取扱者の教育の有効期間が、%(day)sに終わるものがあります。次の教育を計画してください。"),
        What.DESIGNATION: _("指定（%(number)s）の有効期間が、%(day)sに終わります。延長するかどうかを決めてください。"),
        What.REVIEW: _("指定（%(number)s）の見直しの期限は、%(day)sです。"),
        What.PERIOD: _("協議会の期が、%(day)sに終わります。次の期を登録してください。"),
    }


def path_of(notice: Notice) -> str:
    """The page where they see more: their own, or the clock."""
    return reverse("accounts:me" if Told.of(notice).role == OWN else "accounts:clock")
