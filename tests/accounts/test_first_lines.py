"""What was designated before the register had lines stands in it too."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import Designation, RegisterEntry
from tests import cast

pytestmark = pytest.mark.django_db
write = import_module("accounts.migrations.0007_first_lines").write


def _old(number: str, **facts: object) -> Designation:
    days = {"designated_on": date(2025, 6, 1), "expires_on": date(2030, 5, 31)}
    return Designation.objects.create(
        agency=cast.organisation("agency"), register_number=number, summary="素材の調達", **days, **facts
    )


def _lines(designation: Designation) -> list[tuple]:
    return list(RegisterEntry.objects.filter(designation=designation).values_list("what", "on", "until"))


def test_an_old_designation_gets_its_first_line_once():
    item = _old("経安1号")
    write(apps, None)
    write(apps, None)
    assert _lines(item) == [("designated", date(2025, 6, 1), date(2030, 5, 31))]


def test_one_that_was_lifted_by_then_gets_its_last_line_too():
    item = _old("経安2号", cancelled_on=date(2026, 2, 1))
    write(apps, None)
    assert sorted(what for what, *_ in _lines(item)) == ["cancelled", "designated"]


def test_one_that_has_its_line_gets_no_other():
    item = cast.designation(cast.organisation("agency"))
    write(apps, None)
    assert [what for what, *_ in _lines(item)] == ["designated"]
