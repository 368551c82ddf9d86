"""Figures of a past year stay what they were: over endings, renewals, suspensions and late records, until closed and after."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import founding_clearances as founding
from accounts import register_clock
from accounts.actions import certifications as certifying
from accounts.actions.clearances import end_clearance
from accounts.actions.proposals import confirm, propose
from accounts.certification_facts import CertificationFacts
from accounts.models import Clearance, OperatorCertification, YearlyFigures
from accounts.register_figures import Year, years_of
from council.audit.details import details_of
from council.audit.models import AuditDetail, AuditEvent
from tests import cast
from tests.accounts.designations import DAY, TODAY, on
from tests.accounts.given_proposals import proposed, second_officer
from tests.audit.old_events import happening_at

YEAR = TODAY.year
NEXT = date(YEAR + 1, 2, 3)
CLOSING = date(YEAR + 1, 4, 1)


@contextmanager
def living(day: date) -> Iterator[None]:
    """It is noon of that day, for the portal and for its log."""
    with on(day), happening_at(datetime.combine(day, time(12), timezone.get_current_timezone())):
        yield


def figures(world: cast.Council, year: int, today: date) -> Year:
    return next(each for each in years_of(world.agency.pk, today) if each.year == year)


def counted(world: cast.Council, year: int, today: date) -> tuple[int, int, int, int]:
    found = figures(world, year, today)
    return found.recorded, found.cleared, found.certified, found.employees


@pytest.fixture
def cleared(world) -> cast.Council:
    """The agency has cleared a company's analyst through the portal, this year, and nobody else."""
    Clearance.objects.all().delete()
    with living(TODAY):
        confirm(proposed(world, world.reader_two).pk, acting_user=second_officer(world))
    return world


def end(world: cast.Council, day: date) -> None:
    with living(day):
        end_clearance(world.reader_two, world.agency, acting_user=world.officer)


def test_a_clearance_that_ended_stays_in_the_years_in_which_it_held(cleared):
    before = counted(cleared, YEAR, NEXT)
    end(cleared, NEXT)
    assert counted(cleared, YEAR, NEXT + DAY) == before == (1, 1, 1, 1)
    assert counted(cleared, YEAR + 1, date(YEAR + 2, 1, 5)) == (0, 0, 1, 0)


def test_one_that_ended_within_its_year_was_recorded_in_it_and_held_no_more_at_its_end(cleared):
    end(cleared, TODAY)
    assert counted(cleared, YEAR, NEXT) == (1, 0, 1, 0)


def test_a_renewal_takes_the_person_out_of_no_year_and_counts_once(cleared):
    renewed = date(YEAR + 9, 6, 1)
    with living(renewed):
        confirm(proposed(cleared, cleared.reader_two, notified_on=renewed).pk, acting_user=second_officer(cleared))
    assert [figures(cleared, YEAR + n, renewed).cleared for n in (0, 1, 8, 9)] == [1, 1, 1, 1]
    assert [figures(cleared, YEAR + n, renewed).recorded for n in (0, 9)] == [1, 1]


def test_one_recorded_late_counts_in_the_year_of_its_notice(cleared):
    with living(NEXT):
        late = date(YEAR, 12, 28)
        confirm(proposed(cleared, cleared.analyst, notified_on=late).pk, acting_user=second_officer(cleared))
    assert counted(cleared, YEAR, NEXT)[:2] == (2, 2)


def test_a_company_suspended_later_was_certified_at_the_end_of_the_year(cleared):
    of = OperatorCertification.objects.get(company=cleared.company)
    wanted = CertificationFacts(of.certified_on, None, None).written()
    with living(TODAY):
        made = propose("certification", cleared.agency, cleared.company.pk, wanted, acting_user=cleared.officer)
        confirm(made.pk, acting_user=second_officer(cleared))
    with living(NEXT):
        certifying.suspend_certification(of, acting_user=cleared.officer)
    assert counted(cleared, YEAR, NEXT)[2:] == (1, 1)
    with living(date(YEAR + 2, 3, 3)):
        certifying.resume_certification(of, acting_user=cleared.officer)
    assert [figures(cleared, YEAR + n, date(YEAR + 2, 3, 3)).certified for n in (0, 1, 2)] == [1, 0, 1]


def test_a_year_is_closed_once_in_april_and_the_log_says_its_numbers(cleared):
    with living(CLOSING - DAY):
        assert register_clock.close_due() == 0
    with living(CLOSING):
        assert (register_clock.close_due(), register_clock.close_due()) == (1, 0)
    row = YearlyFigures.objects.get(agency=cleared.agency, year=YEAR)
    event = AuditEvent.objects.get(action="designation.close_year")
    assert row.event == event.pk
    numbers = {"year": YEAR, "recorded": 1, "cleared": 1, "certified": 1, "employees": 1}
    assert details_of([event])[event.pk]["facts"] == numbers


def test_a_closed_year_stays_when_the_details_of_the_log_are_gone(cleared):
    with living(CLOSING):
        register_clock.close_due()
    end(cleared, CLOSING)
    AuditDetail.objects.all().delete()
    assert counted(cleared, YEAR, CLOSING) == (1, 1, 1, 1)
    assert figures(cleared, YEAR, CLOSING).closed_on == CLOSING


def test_years_that_nobody_closed_in_time_are_closed_as_they_were(cleared):
    end(cleared, NEXT)
    late = date(YEAR + 3, 5, 5)
    with living(late):
        assert register_clock.close_due() == 3
    rows = YearlyFigures.objects.filter(agency=cleared.agency).order_by("year")
    assert list(rows.values_list("recorded", "cleared")) == [(1, 1), (0, 0), (0, 0)]


@pytest.mark.parametrize("change", [{"cleared": 9}, None], ids=["changed", "removed"])
def test_the_database_refuses_to_touch_a_closed_year(cleared, change):
    with living(CLOSING):
        register_clock.close_due()
    rows = YearlyFigures.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**change) if change else rows.delete()


def test_the_page_says_when_a_year_was_closed_and_the_file_which_event_says_so(cleared, client):
    with living(CLOSING):
        register_clock.close_due()
    with on(CLOSING + timedelta(days=3)):
        cast.sign_in(client, cleared.officer)
        page, file = client.get("/register/figures/"), client.get("/register/figures.csv")
    assert f"{YEAR + 1}年4月1日" in page.text
    assert str(AuditEvent.objects.get(action="designation.close_year").pk) in file.content.decode("utf-8-sig")


def test_another_agency_s_officers_and_events_count_nothing_here(cleared):
    assert not any(any(each.numbers) for each in years_of(cleared.other_agency.pk, NEXT))
    founding.found_clearance(cleared.reader_two, cleared.other_agency, notified_on=TODAY, recorded_by="x")
    assert counted(cleared, YEAR, NEXT)[1] == 1
