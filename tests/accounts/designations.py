"""What tests of the register stand on: the clock at another day, a second officer, an extension by both."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from django.utils import timezone

from accounts.actions.designation_extension import facts_of
from accounts.actions.proposals import confirm, propose
from accounts.models import Designation, Notice, Organisation, Proposal, User
from council.access.facts import Role
from tests import cast

TODAY = timezone.localdate()
DAY = timedelta(days=1)


@contextmanager
def on(day: date) -> Iterator[None]:
    """The clock stands at noon of that day."""
    moment = datetime.combine(day, time(12), timezone.get_current_timezone())
    with patch("django.utils.timezone.now", lambda: moment):
        yield


def officer(agency: Organisation) -> User:
    return cast.person(agency, Role.CLEARANCE_OFFICER, name="三枝 結", tier=2)


def proposed(world: cast.Council, item: Designation, until: date, approved: date | None = None) -> Proposal:
    wanted = facts_of(item, until, approved)
    return propose(Proposal.Kind.EXTENSION, item.agency, item.pk, wanted, acting_user=world.officer)


def extended(world: cast.Council, item: Designation, until: date, approved: date | None = None) -> Designation:
    confirm(proposed(world, item, until, approved).pk, acting_user=officer(item.agency))
    item.refresh_from_db()
    return item


def told(item: Designation) -> set[str]:
    """Names of those for whom a notice about the item lies in the outbox."""
    rows = Notice.objects.filter(kind=Notice.Kind.DESIGNATION, about__in=item.entries.values("pk"))
    return set(rows.values_list("person__name", flat=True))
