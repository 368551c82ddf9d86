"""Proposals for tests: a second clearance officer, and a clearance that one of them has proposed."""

from datetime import date

from django.utils import timezone

from accounts.actions.proposals import propose
from accounts.models import Proposal, User
from council.access.facts import Role
from tests import cast


def second_officer(world: cast.Council) -> User:
    """Another clearance officer of the same agency."""
    return cast.person(world.agency, Role.CLEARANCE_OFFICER, name="西村 楓", tier=2)


def proposed(
    world: cast.Council,
    person: User | None = None,
    *,
    notified_on: date | None = None,
    kind: str = "economic_security",
    acting_user: User | None = None,
) -> Proposal:
    """A clearance of the person (the analyst) that the officer has proposed, notified today."""
    wanted = {"kind": kind, "notified_on": (notified_on or timezone.localdate()).isoformat()}
    about = (person or world.analyst).pk
    return propose("clearance", world.agency, about, wanted, acting_user=acting_user or world.officer)
