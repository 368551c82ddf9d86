"""A list asks the database as often for many as for few: the pages about people, clearances, rosters, the register and keys."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import founding_clearances as founding
from accounts import founding_keys
from accounts.models import ChangeReport, DesignationNotice, RegisterEntry
from accounts.register_lines import write_line
from tests import cast
from tests.accounts import given_keys

TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=20)


def grow(world: cast.Council) -> None:
    """One more of everything that stands in a list, each of which ends soon."""
    company = cast.organisation(seats=[world.materials])
    item = cast.designation(world.agency, days=20)
    for home in (company, world.company, world.agency):
        person = cast.clear(cast.person(home, subcommittees=[world.materials]), item, last_day=SOON)
        cast.clear(person, world.item, last_day=SOON)
        founding_keys.found_contact("deputy", organisation=home, person=person)
    cast.clear(world.reader_three, item, last_day=SOON)
    certification = world.company.certifications.get()
    founding.found_place(certification, company.name, manager=world.administrator)
    ChangeReport.objects.create(
        certification=certification, what="places", takes_effect_on=SOON, reported_by=world.administrator,
        reported_at=timezone.now(),
    )  # fmt: skip
    line = write_line(world.item, RegisterEntry.What.EXTENDED, on=TODAY, by="岡崎 智", until=SOON)
    for who in (world.reader_three, person):
        DesignationNotice.objects.create(entry=line, person=who, told_at=timezone.now() - timedelta(days=3))
    given_keys.in_use(company, cast.person(company))
    given_keys.proved(company, cast.person(company))


LISTS = {
    "officer": (
        "/clearances/", "/clearances/?q=架空", "/certifications/", "/certifications/{world.company.pk}/", "/handlers/",
        "/register/", "/register/{world.item.pk}/", "/clock/", "/keys/confirm/",
    ),
    "administrator": (
        "/people/", "/certifications/mine/", "/handlers/", "/clock/", "/contacts/", "/keys/",
    ),
    "operator": (
        "/people/?organisation={world.company.pk}", "/organisations/", "/subcommittees/", "/contacts/", "/pledges/",
        "/keys/confirm/", "/emergencies/",
    ),
    "reader_three": ("/handlers/mine/", "/pointers/", "/designations/notices/", "/me/"),
}  # fmt: skip


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("who", LISTS)
def test_many_cost_no_more_than_few(world: cast.Council, who: str) -> None:
    grow(world)
    client, paths = cast.sign_in(Client(), getattr(world, who)), [path.format(world=world) for path in LISTS[who]]
    client.get(paths[0])
    few = {path: asked(client, path) for path in paths}
    grow(world)
    grow(world)
    assert {path: asked(client, path) for path in paths} == few
