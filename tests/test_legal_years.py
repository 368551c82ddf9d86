"""The years of the law as data: what COUNCIL_TERMS replaces, and what it can't say."""

from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError

from accounts import founding_clearances as founding
from accounts.models import Designation
from council.access.terms import Years
from council.checks import check_terms
from council.legal_years import CATEGORIES, faults_of, years
from tests import cast

DAY = date(2026, 4, 1)


def test_without_the_setting_they_are_those_of_the_law(settings):
    assert years() == Years()
    assert check_terms(None) == []


def test_single_numbers_take_the_place_of_the_law(settings):
    settings.COUNCIL_TERMS = {"designation": 3, "past_the_most": ["foreign"], "clearance": {"specified_secret": 4}}
    assert (years().designation, years().designation_in_all) == (3, 30)
    assert years().past_the_most == {"foreign"}
    assert (years().of_clearance("specified_secret"), years().of_clearance("economic_security")) == (4, 10)


@pytest.mark.parametrize(
    "nonsense",
    [
        [], "5", {"designation": 0}, {"designation": "5"}, {"designation": True}, {"designation": 101}, {"x": 1},
        {"designation": 31}, {"designation_at_most": 29}, {"review": 1.5}, {"past_the_most": "foreign"},
        {"past_the_most": ["elsewhere"]}, {"clearance": 10}, {"clearance": {"police": 5}}, {"clearance": {"specified_secret": -1}},
    ],
)  # fmt: skip
def test_nonsense_stops_the_boot_and_every_use(settings, nonsense):
    settings.COUNCIL_TERMS = nonsense
    assert faults_of(nonsense)
    assert [each.id for each in check_terms(None)] == ["council.E010"]
    with pytest.raises(ImproperlyConfigured):
        years()


def test_the_categories_are_those_of_the_register():
    assert set(CATEGORIES) == set(Designation.Category.values)


def test_a_designation_ends_by_the_years_in_force(db, settings):
    agency = cast.organisation("agency")
    assert founding.found_designation(agency, "1", "概要", designated_on=DAY).expires_on == date(2031, 3, 31)
    settings.COUNCIL_TERMS = {"designation": 2}
    assert founding.found_designation(agency, "2", "概要", designated_on=DAY).expires_on == date(2028, 3, 31)
    with pytest.raises(ValidationError, match="2年まで"):
        founding.found_designation(agency, "3", "概要", designated_on=DAY, expires_on=date(2028, 4, 1))
