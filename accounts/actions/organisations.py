"""Organisations and subcommittees of the council: the operator's affairs."""

from datetime import date
from uuid import UUID

from accounts import founding
from accounts.actions import limits
from accounts.actions.verb import Deed, Refused, verb
from accounts.credentials import end_sessions, forget_devices
from accounts.models import Organisation, Subcommittee, SubcommitteeMembership, SubcommitteeSeat, User
from council.audit.events import Event


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _set_active(organisation: Organisation, active: bool) -> Organisation:
    organisation.is_active = active
    organisation.save(update_fields=["is_active"])
    return organisation


@verb(Event.ORGANISATION_CREATE)
def create_organisation(
    deed: Deed,
    kind: str,
    name: str,
    *,
    corporate_number: str | None = None,
    tier: int = 2,
    joined_on: date | None = None,
) -> Organisation:
    """A new organisation of the council. ValidationError by field."""
    limits.need_council(deed.subject)
    organisation = founding.found_organisation(
        kind, name, corporate_number=corporate_number, tier=tier, joined_on=joined_on
    )
    deed.note(organisation.pk, {"kind": kind, "name": name, "corporate_number": corporate_number or "", "tier": tier})
    return organisation


@verb(Event.ORGANISATION_CHANGE)
def change_organisation(
    deed: Deed, organisation: Organisation, *, name: str, corporate_number: str | None = None, tier: int = 2
) -> Organisation:
    """Another name, number or tier. A lower tier also lowers that of its people, so that none stands above it."""
    limits.need_council(deed.subject, organisation.pk)
    organisation = _locked(organisation)
    organisation.name, organisation.corporate_number, organisation.tier = name, corporate_number or None, tier
    organisation.full_clean(exclude=["group"])
    organisation.save(update_fields=["name", "corporate_number", "tier"])
    lowered = User.objects.filter(organisation=organisation, tier__gt=tier).update(tier=tier)
    deed.note(organisation.pk, {"name": name, "tier": tier, "people_lowered": lowered})
    return organisation


@verb(Event.ORGANISATION_SUSPEND)
def suspend_organisation(deed: Deed, organisation: Organisation) -> Organisation:
    """Nobody of the organisation sees anything any more, from the next request on. Refused for one's own."""
    limits.need_council(deed.subject, organisation.pk)
    if deed.subject.organisation == str(organisation.pk):
        raise Refused(limits.Limit.ONESELF, organisation.pk)
    organisation = _set_active(_locked(organisation), active=False)
    people = User.objects.filter(organisation=organisation).values_list("pk", flat=True)
    forget_devices(people)
    deed.note(organisation.pk, {"sessions": end_sessions(people)})
    return organisation


@verb(Event.ORGANISATION_RESUME)
def resume_organisation(deed: Deed, organisation: Organisation) -> Organisation:
    """The organisation takes part again."""
    limits.need_council(deed.subject, organisation.pk)
    organisation = _set_active(_locked(organisation), active=True)
    deed.note(organisation.pk)
    return organisation


@verb(Event.SUBCOMMITTEE_CREATE)
def create_subcommittee(deed: Deed, name: str) -> Subcommittee:
    """A new subcommittee, without seats. ValidationError when the name is empty or in use."""
    limits.need_council(deed.subject)
    subcommittee = founding.found_subcommittee(name)
    deed.note(subcommittee.pk, {"name": name})
    return subcommittee


@verb(Event.SUBCOMMITTEE_SEAT)
def seat_organisation(deed: Deed, organisation: Organisation, subcommittee: Subcommittee) -> SubcommitteeSeat:
    """The organisation takes part; which of its people sit there is decided person by person."""
    limits.need_council(deed.subject, subcommittee.pk)
    seat = founding.found_seat(organisation, subcommittee)
    deed.note(subcommittee.pk, {"organisation": str(organisation.pk)})
    return seat


@verb(Event.SUBCOMMITTEE_UNSEAT)
def unseat_organisation(deed: Deed, organisation: Organisation, subcommittee: Subcommittee) -> list[UUID]:
    """The organisation takes part no more, and none of its people sits there; the ids of those who did."""
    limits.need_council(deed.subject, subcommittee.pk)
    SubcommitteeSeat.objects.filter(organisation=organisation, subcommittee=subcommittee).delete()
    sitting = SubcommitteeMembership.objects.filter(person__organisation=organisation, subcommittee=subcommittee)
    people = list(sitting.values_list("person_id", flat=True))
    sitting.delete()
    deed.note(subcommittee.pk, {"organisation": str(organisation.pk), "people": [str(person) for person in people]})
    return people
