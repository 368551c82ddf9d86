"""What an author can choose from: own subcommittees, valid designations, organisations, approvers, and nothing else."""

from dataclasses import dataclass, field

from django.conf import settings

from accounts.models import Designation, Organisation, RoleAssignment, Subcommittee, User
from bulletins.facts import designation_facts
from bulletins.models import Nomination, Release, Revision
from bulletins.related import references_for
from council.access.facts import Role, Subject
from council.access.policy import reaches_tier
from council.access.tiers import Tier

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """Choices as (value, words). `designations` is empty where nothing of tier three can be written."""

    tiers: tuple[Tier, ...]
    subcommittees: Choices
    designations: Choices
    organisations: Choices
    to_subcommittees: Choices
    approvers: Choices


def options_for(subject: Subject, revision: Revision | None = None) -> Options:
    """The choices of the person; what a revision already names stays among them, or saving would lose it in silence."""
    own = list(Subcommittee.objects.filter(pk__in=subject.subcommittees).values_list("pk", "name"))
    items = _items(subject)
    tiers = tuple(tier for tier in Tier if tier <= subject.ceiling and (tier < Tier.CRITICAL or items))
    organisations = dict(Organisation.objects.filter(is_active=True).values_list("pk", "name"))
    approvers = dict(_approvers(subject))
    named = dict(own)
    if revision:
        releases = Release.objects.filter(revision=revision).select_related("organisation", "subcommittee")
        organisations |= {row.organisation.pk: row.organisation.name for row in releases if row.organisation}
        named |= {row.subcommittee.pk: row.subcommittee.name for row in releases if row.subcommittee}
        nominated = Nomination.objects.filter(revision=revision).select_related("person__organisation")
        approvers |= {row.person.pk: _with_organisation(row.person) for row in nominated}
    return Options(tiers, _words(own), items, *map(_words, (organisations.items(), named.items(), approvers.items())))


def _words(pairs: object) -> Choices:
    return [(str(pk), words) for pk, words in pairs]


def _items(subject: Subject) -> Choices:
    if settings.COUNCIL_ZONE != "closed":
        return []
    rows = Designation.objects.filter(pk__in=[term.item for term in subject.rosters])
    return [
        (row.register_number, f"{row.register_number}　{row.summary}")
        for row in rows
        if reaches_tier(subject, Tier.CRITICAL, designation_facts(row)) is None
    ]


def _with_organisation(person: User) -> str:
    return f"{person.name}（{person.organisation.name}）"


def _approvers(subject: Subject) -> Choices:
    rows = RoleAssignment.objects.filter(role=Role.APPROVER, person__is_active=True).exclude(person=subject.person)
    rows = rows.select_related("person__organisation").order_by("person__organisation__name", "person__name")
    return [(row.person_id, _with_organisation(row.person)) for row in rows]


def people_at(addresses: list[str]) -> dict[str, str]:
    """E-mail address -> id of the active person who has it. Addresses nobody has are left out."""
    rows = User.objects.filter(email__in=addresses, is_active=True).values_list("email", "pk")
    return {email: str(pk) for email, pk in rows}


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a revision names: ids as text, people it is released to by their addresses and by their ids."""

    organisations: list[str]
    to_subcommittees: list[str]
    addresses: list[str]
    nominated: list[str]
    related: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


def named_in(revision: Revision, subject: Subject) -> Named:
    """Everybody to whom the revision is to be released, the approvers it names, and what it is related to of what the subject may see."""
    releases = Release.objects.filter(revision=revision).select_related("person").order_by("person__email", "pk")
    return Named(
        [str(row.organisation_id) for row in releases if row.organisation_id],
        [str(row.subcommittee_id) for row in releases if row.subcommittee_id],
        [row.person.email for row in releases if row.person],
        [str(pk) for pk in Nomination.objects.filter(revision=revision).values_list("person_id", flat=True)],
        references_for(subject, revision.related or ()),
        [str(row.person_id) for row in releases if row.person_id],
    )


def names_of_subcommittees(ids: list[str]) -> dict[str, str]:
    """Id -> name of subcommittees that stand on a label."""
    return {str(pk): name for pk, name in Subcommittee.objects.filter(pk__in=ids).values_list("pk", "name")}
