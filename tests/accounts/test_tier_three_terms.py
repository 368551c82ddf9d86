"""Tier three through the years: with everything in place it opens, and each single term, missing or out of its days, closes it.

may(), visible_to() and readers_of() are asked each time, and never differ.
"""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import founding
from accounts.models import (
    Clearance,
    Contract,
    ContractDepartment,
    ContractItem,
    CouncilPeriod,
    Designation,
    Education,
    OperatorCertification,
    Organisation,
    PledgeAcceptance,
    RosterEntry,
    RosterGrant,
    User,
)
from accounts.subject import subject_of
from bulletins.access import may, readers_of, visible_to
from bulletins.models import Bulletin, Revision
from council.access.policy import Action, Reason
from council.access.tiers import Tier
from tests import cast
from tests.accounts.designations import on
from tests.bulletins import shelf

TODAY = timezone.localdate()
DAY = timedelta(days=1)
FIRST, LAST = TODAY - 5 * DAY, TODAY + 40 * DAY


class Given:
    """A bulletin of tier three, and the person in question."""

    def __init__(self, world: cast.Council, person: User, revision: Revision) -> None:
        self.world, self.person, self.item = world, person, world.item
        self.bulletin = Bulletin.unrestricted.get(pk=revision.bulletin_id)
        self.other_item = cast.designation(world.agency)

    def why_not(self, day: date | None = None) -> str:
        """What may() says on that day, once the three questions gave one answer."""
        with on(day) if day else nullcontext():
            person = User.objects.select_related("organisation").get(pk=self.person.pk)
            decision = may(person, Action.READ, self.bulletin)
            assert visible_to(person).filter(pk=self.bulletin.pk).exists() is bool(decision)
            assert visible_to(person, newest=5)[:5].count() == bool(decision)
            assert (person in readers_of(self.bulletin)) is bool(decision)
            return str(decision.reason)


def _given(world: cast.Council, person: User) -> Given:
    founding.found_pledge("守ります。", in_force_from=TODAY - 60 * DAY)
    PledgeAcceptance.objects.bulk_create(
        PledgeAcceptance(person=each, version=1, accepted_at=timezone.now()) for each in User.objects.all()
    )
    revision = shelf.published(
        world.publisher,
        [world.approver, world.second_approver],
        tier=3,
        floor=3,
        designation=world.item,
        parts=[("本文", 3)],
        organisations=[world.company, world.agency],
    )
    return Given(world, person, revision)


@pytest.fixture
def company(world: cast.Council) -> Given:
    """A company's reader, with everything in place."""
    return _given(world, world.reader_three)


@pytest.fixture
def agency(world: cast.Council) -> Given:
    """The agency's own reader, of whom neither certification nor contract nor department is asked."""
    return _given(world, cast.clear(cast.person(world.agency, tier=2, subcommittees=(world.materials,)), world.item))


# term -> (its rows, the columns of its days, what is said without it)
DAYS: dict[str, tuple[Callable, str, str, Reason]] = {
    "clearance": (lambda g: Clearance.objects.filter(person=g.person), "notified_on", "last_day", Reason.TIER),
    "education": (lambda g: Education.objects.filter(person=g.person), "held_on", "last_day", Reason.EDUCATION),
    "roster": (lambda g: RosterEntry.objects.filter(person=g.person), "first_day", "last_day", Reason.ROSTER),
    "designation": (
        lambda g: Designation.objects.filter(pk=g.item.pk), "designated_on", "expires_on", Reason.DESIGNATION_LAPSED,
    ),
}  # fmt: skip
DAYS_OF_COMPANIES: dict[str, tuple[Callable, str, str, Reason]] = {
    "certification": (lambda g: _certifications(g), "certified_on", "last_day", Reason.TIER),
    "agreement": (lambda g: _contracts(g), "first_day", "last_day", Reason.CONTRACT),
    "contract": (lambda g: _items(g), "first_day", "last_day", Reason.CONTRACT),
}


def _certifications(given: Given) -> object:
    return OperatorCertification.objects.filter(company=given.person.organisation)


def _contracts(given: Given) -> object:
    return Contract.objects.filter(certification__company=given.person.organisation)


def _items(given: Given) -> object:
    return ContractItem.objects.filter(certification__company=given.person.organisation)


def _departments(given: Given) -> object:
    return ContractDepartment.objects.filter(certification__company=given.person.organisation)


def _person(given: Given) -> object:
    return User.objects.filter(pk=given.person.pk)


def _clearances(given: Given) -> object:
    return Clearance.objects.filter(person=given.person)


def _educations(given: Given) -> object:
    return Education.objects.filter(person=given.person)


def _entries(given: Given) -> object:
    return RosterEntry.objects.filter(person=given.person)


def _holds_from_to(given: Given, row: tuple) -> None:
    rows, first, last, reason = row
    assert rows(given).update(**{first: FIRST, last: LAST}) == 1
    told = [given.why_not(day) for day in (FIRST - DAY, FIRST, TODAY, LAST, LAST + DAY)]
    assert told == [reason, "allowed", "allowed", "allowed", reason]


def test_a_companys_reader_reads_with_everything_in_place(company: Given) -> None:
    assert company.why_not() == "allowed"


def test_the_agencys_reader_reads_with_everything_in_place(agency: Given) -> None:
    assert agency.why_not() == "allowed"


@pytest.mark.parametrize("term", {**DAYS, **DAYS_OF_COMPANIES})
def test_each_term_of_a_companys_reader_holds_from_its_first_to_its_last_day(company: Given, term: str) -> None:
    _holds_from_to(company, {**DAYS, **DAYS_OF_COMPANIES}[term])


@pytest.mark.parametrize("term", DAYS)
def test_each_term_of_the_agencys_reader_holds_from_its_first_to_its_last_day(agency: Given, term: str) -> None:
    _holds_from_to(agency, DAYS[term])


def _spare(given: Given) -> None:
    """Another clearance and another certification: the ceiling stays, and it is the agency's own that is missed."""
    other = given.world.other_agency
    days = {"notified_on": FIRST, "last_day": LAST}
    Clearance.objects.create(person=given.person, agency=other, recorded_by="速水 啓", **days)
    OperatorCertification.objects.create(agency=other, company=given.person.organisation, certified_on=FIRST)


def _alone(given: Given, rows: object, **change: object) -> None:
    rows.update(**change) if change else rows.delete()
    _spare(given)


def _uncertified(given: Given) -> None:
    for rows in (_items(given), _departments(given), _contracts(given), _certifications(given)):
        rows.delete()


def _unpledged(given: Given) -> None:
    founding.found_pledge("新しい誓約。", in_force_from=TODAY)


def _new_period(given: Given) -> None:
    CouncilPeriod.objects.create(number=1, first_day=TODAY - DAY)


OF_EVERYBODY: dict[str, tuple[Callable, Reason]] = {
    "no clearance": (lambda g: _clearances(g).delete(), Reason.TIER),
    "no clearance but another agency's": (lambda g: _alone(g, _clearances(g)), Reason.CLEARANCE),
    "no education": (lambda g: _educations(g).delete(), Reason.EDUCATION),
    "education of another agency": (lambda g: _educations(g).update(agency=g.world.other_agency), Reason.EDUCATION),
    "not on the roster": (lambda g: _entries(g).delete(), Reason.ROSTER),
    "off the roster": (lambda g: _entries(g).update(ended_at=timezone.now()), Reason.ROSTER),
    "on the roster of another item": (lambda g: _entries(g).update(designation=g.other_item), Reason.ROSTER),
    "not pledged for the item": (lambda g: _entries(g).update(pledged_at=None), Reason.ROSTER),
    "not accepted": (lambda g: _entries(g).update(pledged_at=None, accepted_at=None), Reason.ROSTER),
    "an entry without its grant": (lambda g: RosterGrant.objects.filter(user=g.person).delete(), Reason.ROSTER),
    "designation lifted": (lambda g: _designation(g).update(cancelled_on=TODAY), Reason.DESIGNATION_LAPSED),
    "person suspended": (lambda g: _person(g).update(is_active=False), Reason.SUSPENDED),
    "organisation suspended": (lambda g: _home(g).update(is_active=False), Reason.ORGANISATION_SUSPENDED),
    "pledge of an older version": (_unpledged, Reason.PLEDGE),
    "pledge of an older period": (_new_period, Reason.PLEDGE),
}
OF_COMPANIES: dict[str, tuple[Callable, Reason]] = {
    "no certification": (_uncertified, Reason.TIER),
    "certification of another agency": (
        lambda g: _certifications(g).update(agency=g.world.other_agency), Reason.CERTIFICATION,
    ),
    "certification suspended": (lambda g: _certifications(g).update(suspended_on=TODAY), Reason.TIER),
    "certification suspended next to another": (
        lambda g: _alone(g, _certifications(g), suspended_on=TODAY), Reason.CERTIFICATION,
    ),
    "no contract": (lambda g: _contracts(g).delete(), Reason.CONTRACT),
    "contract without the item": (lambda g: _items(g).delete(), Reason.CONTRACT),
    "contract for another item": (lambda g: _items(g).update(designation=g.other_item), Reason.CONTRACT),
    "no department": (lambda g: _person(g).update(department=""), Reason.DEPARTMENT),
    "another department": (lambda g: _person(g).update(department="営業部"), Reason.DEPARTMENT),
    "contract without departments": (lambda g: _departments(g).delete(), Reason.DEPARTMENT),
}  # fmt: skip


def _designation(given: Given) -> object:
    return Designation.objects.filter(pk=given.item.pk)


def _home(given: Given) -> object:
    return Organisation.objects.filter(pk=given.person.organisation_id)


@pytest.mark.parametrize("name", {**OF_EVERYBODY, **OF_COMPANIES})
def test_of_a_companys_reader_each_single_fact_closes_it(company: Given, name: str) -> None:
    take, reason = {**OF_EVERYBODY, **OF_COMPANIES}[name]
    take(company)
    assert company.why_not() == reason


@pytest.mark.parametrize("name", OF_EVERYBODY)
def test_of_the_agencys_reader_each_single_fact_closes_it(agency: Given, name: str) -> None:
    take, reason = OF_EVERYBODY[name]
    take(agency)
    assert agency.why_not() == reason


def test_a_grant_without_its_entry_opens_nothing(company: Given) -> None:
    _entries(company).delete()
    assert RosterGrant.objects.filter(user=company.person, content_object=company.item).exists()
    assert company.why_not() == Reason.ROSTER


def test_a_lapsed_designation_that_is_written_down_stays_closed(company: Given) -> None:
    _designation(company).update(lapsed_on=TODAY, expires_on=LAST)
    assert company.why_not() == Reason.DESIGNATION_LAPSED


@pytest.mark.parametrize(
    ("session", "reason"), [(Tier.CRITICAL, "allowed"), (Tier.TWO, "session"), (Tier.ONE, "session")]
)
def test_a_session_that_reaches_less_far_sees_less(company: Given, session: Tier, reason: str) -> None:
    company.person.session = session
    subject = subject_of(company.person)
    assert may(company.person, Action.READ, company.bulletin).reason == reason
    for seen in (visible_to(subject), visible_to(company.person), visible_to(subject, newest=5)[:5]):
        assert [each.pk for each in seen] == ([company.bulletin.pk] if session is Tier.CRITICAL else [])


def test_a_connected_portal_reads_nothing_of_tier_three(company: Given, settings: object) -> None:
    settings.COUNCIL_ZONE = "connected"
    assert company.why_not() == Reason.TIER


def test_what_ended_opens_again_only_when_it_is_given_anew(company: Given) -> None:
    _clearances(company).update(last_day=TODAY)
    assert [company.why_not(day) for day in (TODAY, TODAY + DAY, TODAY + 20 * DAY)] == ["allowed", "tier", "tier"]
    _clearances(company).update(last_day=LAST)
    assert company.why_not(TODAY + 20 * DAY) == "allowed"
