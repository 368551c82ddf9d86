"""What authors have typed and not saved: sealed under the highest label that their form names, opened for its author alone.

What a form says of itself travels with it (Page): which unsaved state it continues, and which saved draft it began from. Both are moments
and serve as versions: a form from before somebody else's save, or from before another window's words, can be told.
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Designation
from bulletins import facts
from bulletins.drafting import LONGEST_TITLE, Invalid, refuse_marked
from bulletins.models import Scratch
from council.access.facts import Label, Subject
from council.access.policy import reaches_tier
from council.access.tiers import Tier, TierRefused
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal

PURPOSE = "scratch"
# What a page says of itself; never part of what its author typed.
ABOUT_THE_PAGE = frozenset({"csrfmiddlewaretoken", "scratch", "scratch_at", "base", "over", "save", "author"})
_BUTTON = re.compile(r"(?:add|up|down|remove)-.*")
_TIER = re.compile(r"(?:part-[0-9]+-)?tier|floor")
_SUBCOMMITTEES = re.compile(r"(?:part-[0-9]+-)?subcommittees")

Fields = dict[str, list[str]]


class NotReached(Exception):
    """Their author may have these words before them, but not in this session: until they have shown their passkey (again)."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an editor's page says of itself, all as text: the unsaved state it continues and when that was kept, when the draft it
    began from was saved, and which newer save its author wants to replace.
    """

    scratch: UUID | None = None
    scratch_at: str = ""
    base: str = ""
    over: str = ""
    copied: UUID | None = None

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "Page":
        """Out of what the form sent; what can't be understood is as good as nothing."""
        words = {name: sent.get(name, "") for name in ("scratch_at", "base", "over")}
        return cls(scratch=_id(sent.get("scratch", "")), copied=_id(sent.get("copied", "")), **words)

    @property
    def started_from(self) -> str:
        """The save that the author knows of."""
        return self.over or self.base


@dataclass(frozen=True, slots=True)
class Unsaved:
    """An unsaved state, opened: whose form it was of, when it was kept and what it said."""

    id: UUID
    bulletin: UUID | None
    base: datetime | None
    saved_at: datetime
    tier: int
    fields: Fields
    touched_at: datetime

    @property
    def title(self) -> str:
        """The title as far as it was typed."""
        return self.fields.get("title", [""])[0][:LONGEST_TITLE].strip()

    @property
    def goes_on(self) -> date:
        """The day on which it goes unless its author opens it before."""
        return localdate(self.touched_at + timedelta(days=settings.SCRATCH_DAYS))

    @property
    def copied(self) -> UUID | None:
        """What it was begun as a copy of."""
        return _id(self.fields.get("copied", [""])[0])


def _id(words: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(words)
    return None


def version_of(moment: datetime | None) -> str:
    """How a form names a moment; empty for none."""
    return moment.isoformat() if moment else ""


def moment_of(version: str) -> datetime | None:
    """The moment that version_of() named; None for anything else."""
    # The first and the last hours of the calendar have no moment in UTC, and no database takes them.
    with suppress(ValueError, OverflowError):
        found = parse_datetime(version)
        return found.astimezone(UTC) if found and found.tzinfo else None
    return None


def typed(sent: Iterable[tuple[str, list[str]]]) -> Fields:
    """What of a form's fields its author typed or chose."""
    return {name: values for name, values in sent if name not in ABOUT_THE_PAGE and not _BUTTON.fullmatch(name)}


def label_for(fields: Fields, subject: Subject, *, at_least: Label | None = None) -> Label:
    """The highest label that the form names, and that of the draft it is about. Invalid for what may not be kept at all,
    NotReached for what only a stronger session may keep.
    """
    for name, values in fields.items():
        for words in values:
            refuse_marked(name, words)
    tiers = [at_least.tier if at_least else Tier.ONE, *_tiers(fields)]
    named = {each for name, values in fields.items() if _SUBCOMMITTEES.fullmatch(name) for each in values if each}
    label = Label(max(tiers), frozenset(named | (at_least.subcommittees if at_least else frozenset())))
    if label.tier is Tier.CRITICAL and settings.COUNCIL_ZONE != "closed":
        elsewhere = _(
            "この接続系のポータルでは重要経済安保情報を扱えません。"
            "閉域のポータルか、指定した機関が定めた場所で扱ってください。"
        )
        raise Invalid({"tier": [elsewhere]})
    if subject.session < label.tier <= subject.own_ceiling:
        raise NotReached
    if not reaches(subject, label, fields):
        raise Invalid({"tier": [_("自分が扱える格付と分科会を超える内容は、自動保存できません。")]})
    return label


def _tiers(fields: Fields) -> list[Tier]:
    try:
        return [
            Tier.parse(value)
            for name, values in fields.items()
            if _TIER.fullmatch(name)
            for value in values
            if value.strip()
        ]
    except TierRefused as refused:
        raise Invalid({"tier": [_(str(refused))]}) from None


def reaches(subject: Subject, label: Label, fields: Fields) -> bool:
    """Whether the subject, in this session, may have these words before them: tier, subcommittees, and the item that they name."""
    if label.tier > subject.ceiling or not label.subcommittees <= subject.subcommittees:
        return False
    numbers = [number.replace("\x00", "") for number in fields.get("designation", ()) if number.strip()]
    if label.tier < Tier.CRITICAL or not numbers:
        return True
    rows = Designation.objects.filter(register_number__in=numbers)
    return any(reaches_tier(subject, Tier.CRITICAL, facts.designation_facts(row)) is None for row in rows)


def binding_of(row: Scratch) -> Binding:
    """What an unsaved state is bound to."""
    return Binding(str(row.pk), 0, 0, row.tier, tuple(row.subcommittees), PURPOSE)


def seal_into(row: Scratch, fields: Fields, label: Label) -> None:
    """Puts the words into the row, which is to be saved by the caller."""
    row.tier, row.subcommittees = int(label.tier), sorted(label.subcommittees)
    sealed = seal(keyring(), binding_of(row), json.dumps(fields).encode())
    row.ciphertext, row.wrap, row.epoch = sealed.ciphertext, sealed.wrap, sealed.epoch
    row.algorithm, row.key_id = sealed.algorithm, sealed.key_id


def _opened(subject: Subject, row: Scratch) -> Unsaved | None:
    """None where the subject does not reach what was typed, now or in this session. OpeningRefused when it was altered."""
    label = Label(Tier(row.tier), frozenset(row.subcommittees))
    # Asked before anything is opened; the item that tier three is about stands inside.
    if not reaches(subject, label, {}):
        return None
    sealed = Sealed(bytes(row.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
    fields = json.loads(open_sealed(keyring(), binding_of(row), sealed))
    if not reaches(subject, label, fields):
        return None
    touched_at = max(filter(None, (row.saved_at, row.opened_at)))
    return Unsaved(row.pk, row.bulletin_id, row.base, row.saved_at, row.tier, fields, touched_at)


def unsaved_of(subject: Subject, bulletin_id: UUID) -> Unsaved | None:
    """What the subject has typed and not saved of this bulletin."""
    row = Scratch.objects.filter(person=subject.person, bulletin=bulletin_id).first()
    return _opened(subject, row) if row else None


def unsaved_one(subject: Subject, scratch_id: UUID) -> Unsaved | None:
    """One unsaved state of the subject's own."""
    row = Scratch.objects.filter(person=subject.person, pk=scratch_id).first()
    return _opened(subject, row) if row else None


def never_saved(subject: Subject) -> list[Unsaved]:
    """What the subject has begun and never saved as a draft, the newest first (one query)."""
    rows = Scratch.objects.filter(person=subject.person, bulletin=None).order_by("-saved_at")
    return [found for row in rows if (found := _opened(subject, row))]


def forget(subject: Subject, page: Page, bulletin_id: UUID | None) -> None:
    """Removes what the page's form was kept as, in the transaction that saves it. Words of another window are left alone."""
    mine = Scratch.objects.filter(person=subject.person, bulletin=bulletin_id)
    if bulletin_id is None:
        mine.filter(pk=page.scratch).delete()
    else:
        mine.filter(saved_at=moment_of(page.scratch_at)).delete()
