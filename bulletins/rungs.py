"""Who is told on each step of the ladder, for many organisations at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from accounts.models import Contact, RoleAssignment, User
from bulletins.ladder import To
from bulletins.models import Delivery, Revision
from council.access.facts import Role


class Rungs:
    """The active people of each step for these organisations and this revision; four queries at most, each only when it is needed."""

    def __init__(self, revision: Revision, organisations: Iterable[UUID]) -> None:
        self._revision, self._organisations = revision, list(organisations)
        self._found: dict[To, dict[UUID | None, list[User]]] = {}

    def of(self, to: To, delivery: Delivery) -> list[User]:
        """The people to tell; none where nobody holds the office. Whoever holds it twice is there once."""
        if to not in self._found:
            self._found[to] = self._ask(to)
        own = to in (To.DEPUTIES, To.ADMINISTRATORS)
        return self._found[to].get(delivery.organisation_id if own else None, [])

    def _ask(self, to: To) -> dict[UUID | None, list[User]]:
        asks: dict[To, Callable[[], dict[UUID | None, list[User]]]] = {
            To.DEPUTIES: self._deputies,
            To.ADMINISTRATORS: self._administrators,
            To.LEADS: self._leads,
            To.DUTY_OFFICERS: self._duty_officers,
        }
        return asks[to]()

    def _deputies(self) -> dict[UUID | None, list[User]]:
        rows = _in_office(Contact.Kind.DEPUTY).filter(organisation__in=self._organisations)
        return _grouped((row.organisation_id, row.person) for row in rows)

    def _administrators(self) -> dict[UUID | None, list[User]]:
        rows = RoleAssignment.objects.filter(
            role=Role.ADMINISTRATOR, person__is_active=True, person__organisation__in=self._organisations
        )
        return _grouped((row.person.organisation_id, row.person) for row in rows.select_related("person"))

    def _leads(self) -> dict[UUID | None, list[User]]:
        rows = _in_office(Contact.Kind.LEAD).filter(subcommittee__in=self._revision.subcommittees)
        return _grouped((None, row.person) for row in rows)

    def _duty_officers(self) -> dict[UUID | None, list[User]]:
        return _grouped((None, row.person) for row in _in_office(Contact.Kind.DUTY_OFFICER))


def _in_office(kind: Contact.Kind) -> Iterable[Contact]:
    rows = Contact.objects.filter(kind=kind, ended_at=None, person__is_active=True)
    return rows.filter(person__organisation__is_active=True).select_related("person")


def _grouped(pairs: Iterable[tuple[UUID | None, User]]) -> dict[UUID | None, list[User]]:
    found: dict[UUID | None, dict[UUID, User]] = defaultdict(dict)
    for place, person in pairs:
        found[place][person.pk] = person
    return {place: list(people.values()) for place, people in found.items()}
