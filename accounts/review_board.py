"""A review as pages show it: each person of an organisation with what they have, and the organisations with what is missing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Organisation, ReviewCampaign, ReviewItem, RoleAssignment, Subcommittee, User
from accounts.review_campaigns import takes_answers
from accounts.review_duties import administrators_of, duties_of
from accounts.review_rights import ORDER
from council.templatetags.portal import tier_label

Kind, Answer, Outcome = ReviewItem.Kind, ReviewItem.Answer, ReviewItem.Outcome
_ROLES = {str(role): label for role, label in RoleAssignment.ROLES.items()}
# Account first, as the one that everything else hangs on.
_SHOWN = tuple(reversed(ORDER))


@dataclass(frozen=True, slots=True)
class RightShown:
    """One right: its words, whether it can be answered for at this moment, and what became of it."""

    item: ReviewItem
    label: str
    open: bool
    closed: bool

    @property
    def beyond(self) -> bool:
        """Answered with an end that whoever answered could not carry out."""
        return self.item.answer == Answer.END and not self.item.outcome and not self.closed

    @property
    def came_of_it(self) -> str:
        """In a few words, also while it is open."""
        words = {
            Outcome.KEPT: _("引き続き必要"),
            Outcome.ENDED: _("終えました"),
            Outcome.LAPSED: _("答えがなく、終わりました"),
            Outcome.GONE: _("ほかの手続きで終わっていました"),
        }
        if self.item.outcome:
            return words[self.item.outcome]
        if self.closed:
            return _("終えていません（人が決めます）")
        return {Answer.KEEP: _("引き続き必要"), Answer.END: _("終える")}.get(
            self.item.answer, _("まだ答えがありません")
        )


@dataclass(frozen=True, slots=True)
class PersonShown:
    """One person with every right that is asked about. `oneself`: nobody answers for themselves."""

    person: User
    rights: tuple[RightShown, ...]
    oneself: bool

    @property
    def answerable(self) -> bool:
        return not self.oneself and any(right.open for right in self.rights)

    @property
    def missing(self) -> int:
        """How many rights nobody has answered for."""
        return sum(not right.item.answer and not right.item.outcome for right in self.rights)


def label_of(item: ReviewItem, subcommittees: Mapping[str, str]) -> str:
    """役割：閲覧者. A subcommittee that is no more is called by its kind alone."""
    match item.kind:
        case Kind.ACCOUNT:
            return _("アカウント（サインイン）")
        case Kind.ROLE:
            return _("役割：%(role)s") % {"role": _ROLES.get(item.value, item.value)}
        case Kind.TIER:
            return _("扱える格付：%(tier)s") % {"tier": tier_label(int(item.value))}
        case _:
            return _("分科会：%(name)s") % {"name": subcommittees.get(item.value, "—")}


def _subcommittees(items: Iterable[ReviewItem]) -> dict[str, str]:
    wanted = {item.value for item in items if item.kind == Kind.SUBCOMMITTEE}
    rows = Subcommittee.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def labelled(items: Iterable[ReviewItem]) -> list[tuple[ReviewItem, str]]:
    """Each item with its words (one query for all)."""
    items = list(items)
    named = _subcommittees(items)
    return [(item, label_of(item, named)) for item in items]


@dataclass(frozen=True, slots=True)
class Undecided:
    """One person of whom something has not ended, with the words for each of it."""

    person: User
    organisation: Organisation
    labels: tuple[str, ...]


def undecided(items: Iterable[ReviewItem]) -> list[Undecided]:
    """The items, which stand person by person, as one row a person."""
    rows = groupby(labelled(items), key=lambda row: (row[0].person, row[0].organisation))
    return [Undecided(*whose, tuple(label for _item, label in of)) for whose, of in rows]


def people_in(campaign: ReviewCampaign, organisation: Organisation, *, missing: bool = False) -> list[UUID]:
    """Who is asked about, by name; with `missing` only those of whom something is unanswered."""
    rows = ReviewItem.objects.filter(campaign=campaign, organisation=organisation)
    if missing:
        rows = rows.filter(answer="", outcome="")
    people = User.objects.filter(pk__in=rows.values("person")).order_by("name", "pk")
    return list(people.values_list("pk", flat=True))


def shown(campaign: ReviewCampaign, people: Iterable[UUID], by: str) -> list[PersonShown]:
    """These people with their rights, by name, for the person `by` (three queries)."""
    rows = ReviewItem.objects.filter(campaign=campaign, person__in=list(people)).select_related("person", "answered_by")
    items, found = list(rows), {}
    named, taking, closed = _subcommittees(items), takes_answers(campaign), campaign.closed_at is not None
    for item in sorted(items, key=lambda item: (_SHOWN.index(Kind(item.kind)), item.value)):
        right = RightShown(item, label_of(item, named), taking and not item.outcome, closed)
        found.setdefault(item.person, []).append(right)
    order = sorted(found, key=lambda person: (person.name, person.pk))
    return [PersonShown(person, tuple(found[person]), str(person.pk) == by) for person in order]


@dataclass(frozen=True, slots=True)
class OrganisationShown:
    """How far one organisation is: people asked about, of whom something is unanswered, and for whom only operators can answer."""

    id: UUID
    name: str
    people: int
    administrators: int
    missing: int
    left: int


def organisations_in(campaign: ReviewCampaign) -> list[OrganisationShown]:
    """Every organisation that is asked, those with missing answers first (four queries)."""
    return sorted(_organisations(campaign), key=lambda row: (not row.missing, row.name, row.id))


def _organisations(campaign: ReviewCampaign) -> Iterator[OrganisationShown]:
    duties, running = duties_of(campaign), administrators_of()
    rows = ReviewItem.objects.filter(campaign=campaign).order_by().values_list("organisation", "organisation__name")
    for pk, name, people in rows.annotate(Count("person", distinct=True)):
        yield OrganisationShown(
            pk, name, people, len(running.get(pk, ())), duties.open_people.get(pk, 0), duties.left.get(pk, 0)
        )


def outcomes_in(campaign: ReviewCampaign) -> list[tuple[str, int]]:
    """What came of a closed review, in words and numbers."""
    rows = ReviewItem.objects.filter(campaign=campaign).order_by().values_list("outcome")
    counts = dict(rows.annotate(Count("pk")))
    words = (
        (Outcome.KEPT, _("引き続き必要")),
        (Outcome.ENDED, _("終えた")),
        (Outcome.LAPSED, _("答えがなく終わった")),
        (Outcome.GONE, _("ほかの手続きで終わっていた")),
        (Outcome.OPEN, _("終えていない（人が決める）")),
    )
    return [(label, counts.get(outcome, 0)) for outcome, label in words]
