"""The yearly figures: by calendar year, for one's own agency, totals alone; as a page and as a file."""

from datetime import date, timedelta

import pytest

from accounts import founding_clearances as founding
from accounts.actions import designations as verbs
from accounts.actions.designation_lapse import lapse_designation
from accounts.models import Clearance, Designation, OperatorCertification
from accounts.register_figures import Year, headings, years_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.designations import DAY, TODAY, extended, on


@pytest.fixture
def alone(db):
    """An agency without anything."""
    return cast.organisation("agency")


def item(agency, first: date, last: date | None = None, **facts: object) -> Designation:
    made = founding.found_designation(agency, f"{first}", "概要", designated_on=first, expires_on=last)
    Designation.objects.filter(pk=made.pk).update(**facts)
    return made


def year(agency, number: int, today: date) -> Year:
    return next(each for each in years_of(agency.pk, today) if each.year == number)


def test_what_was_designated_counts_in_its_year_and_is_in_force_at_its_end(alone):
    item(alone, date(2024, 1, 1))
    item(alone, date(2024, 12, 31))
    item(alone, date(2025, 1, 1))
    assert [(each.year, each.designated, each.in_force) for each in years_of(alone.pk, date(2025, 3, 1))] == [
        (2025, 1, 3), (2024, 2, 2),
    ]  # fmt: skip


def test_what_ends_with_the_year_is_in_force_at_its_end_and_expires_in_it(alone):
    item(alone, date(2024, 1, 1), date(2024, 12, 31))
    item(alone, date(2024, 1, 2), date(2024, 12, 30))
    found = year(alone, 2024, date(2025, 2, 1))
    assert (found.in_force, found.expired) == (1, 2)
    assert year(alone, 2025, date(2025, 2, 1)).in_force == 0


def test_what_ends_today_has_not_expired_yet(alone):
    item(alone, date(2024, 1, 1), date(2024, 6, 1))
    assert year(alone, 2024, date(2024, 6, 1)).expired == 0
    assert year(alone, 2024, date(2024, 6, 2)).expired == 1


def test_what_was_lifted_counts_once_and_is_not_in_force_on_that_day(alone):
    item(alone, date(2024, 1, 1), date(2025, 5, 1), cancelled_on=date(2024, 12, 31))
    found = year(alone, 2024, date(2026, 1, 1))
    assert (found.lifted, found.in_force, found.expired) == (1, 0, 0)
    assert year(alone, 2025, date(2026, 1, 1)).expired == 0


def test_an_extension_counts_in_its_year(world):
    extended(world, world.item, world.item.expires_on + DAY)
    assert year(world.agency, TODAY.year, TODAY).extended == 1


def test_writing_an_end_down_later_changes_no_figure(alone):
    made = item(alone, date(2024, 1, 1), date(2024, 12, 30))
    before = years_of(alone.pk, date(2025, 2, 1))
    with on(date(2025, 2, 1)):
        lapse_designation(made.pk)
    assert years_of(alone.pk, date(2025, 2, 1)) == before


def test_clearances_and_companies_are_totals_of_the_agency(world):
    found = year(world.agency, TODAY.year, TODAY)
    assert (found.cleared, found.certified, found.employees) == (4, 1, 1)
    Clearance.objects.filter(person=world.reader_three).update(last_day=TODAY - DAY)
    assert (year(world.agency, TODAY.year, TODAY).cleared, year(world.agency, TODAY.year, TODAY).employees) == (3, 0)
    OperatorCertification.objects.update(suspended_on=TODAY)
    assert year(world.agency, TODAY.year, TODAY).certified == 0


def test_a_person_with_two_kinds_counts_once(world):
    founding.found_clearance(
        world.reader_three, world.agency, notified_on=TODAY, recorded_by="岡崎 智", kind="specified_secret"
    )
    assert year(world.agency, TODAY.year, TODAY).cleared == 4


def test_another_agency_s_figures_are_its_own(world):
    assert not any(any(each.numbers) for each in years_of(world.other_agency.pk, TODAY))


def test_the_page_and_the_file_say_the_same_and_the_file_is_recorded(world, client):
    cast.sign_in(client, world.officer)
    page, file = client.get("/register/figures/"), client.get("/register/figures.csv")
    assert all(heading in page.text for heading in headings())
    assert world.company.name not in page.text + file.content.decode("utf-8-sig")
    rows = file.content.decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[:2] == [str(TODAY.year), TODAY.isoformat()]
    assert "attachment" in file["Content-Disposition"]
    assert AuditEvent.objects.filter(action="designation.export").count() == 1


def test_the_first_year_is_that_of_the_first_clearance(alone):
    person = cast.person(alone)
    founding.found_clearance(person, alone, notified_on=TODAY - timedelta(days=800), recorded_by="x")
    assert len(years_of(alone.pk, TODAY)) == TODAY.year - (TODAY - timedelta(days=800)).year + 1


def test_an_agency_without_anything_has_a_year_of_noughts(alone):
    assert [each.numbers for each in years_of(alone.pk, TODAY)] == [(0,) * 9]


def test_the_export_is_refused_to_others(world):
    with pytest.raises(Exception, match="not_involved"):
        verbs.export_figures(world.agency, acting_user=world.other_officer)


def test_five_years_ask_for_no_more_than_one(alone, django_assert_num_queries):
    today = date(2026, 3, 1)
    for number, begun in ((1, today.year), (5, today.year - 4)):
        item(alone, date(begun, 1, 1))
        with django_assert_num_queries(7):
            assert len(years_of(alone.pk, today)) == number
