"""What tier three rests on is recorded by the clearance officer of that very agency, and never for oneself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import clearances as verbs
from accounts.actions.verb import Refused
from accounts.models import Clearance, OperatorCertification
from accounts.subject import subject_of
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from tests import cast

TODAY = timezone.localdate()
NEXT_YEAR = TODAY + timedelta(days=365)


def _certification(world: cast.Council) -> OperatorCertification:
    return OperatorCertification.objects.get(company=world.company)


DEEDS: dict[str, Callable] = {
    "designation": lambda w, by: verbs.record_designation(
        w.agency, "経安9号", "概要", designated_on=TODAY, expires_on=NEXT_YEAR, acting_user=by
    ),
    "clearance": lambda w, by: verbs.record_clearance(
        w.reader_two, w.agency, notified_on=TODAY, last_day=NEXT_YEAR, acting_user=by
    ),
    "end": lambda w, by: verbs.end_clearance(w.reader_three, w.agency, acting_user=by),
    "certification": lambda w, by: verbs.record_certification(
        w.agency, w.other_company, certified_on=TODAY, acting_user=by
    ),
    "contract": lambda w, by: verbs.record_contract_item(_certification(w), w.item, first_day=TODAY, acting_user=by),
    "roster": lambda w, by: verbs.add_to_roster(w.item, w.reader_two, first_day=TODAY, acting_user=by),
    "off roster": lambda w, by: verbs.remove_from_roster(w.item, w.reader_three, acting_user=by),
}


@pytest.mark.parametrize("name", DEEDS)
def test_the_officer_of_the_agency_may(world: cast.Council, name: str) -> None:
    DEEDS[name](world, world.officer)
    assert AuditEvent.objects.get().outcome == "allow"


@pytest.mark.parametrize("name", DEEDS)
def test_others_may_not_and_leave_a_trace(world: cast.Council, name: str) -> None:
    others = {"other_officer": "other_agency", "administrator": "not_involved", "publisher": "role", "auditor": "role"}
    others["operator"] = "role"
    for by, reason in others.items():
        with pytest.raises(Refused) as refused:
            DEEDS[name](world, getattr(world, by))
        assert refused.value.reason in {reason, "role"}
    assert [event.outcome for event in AuditEvent.objects.all()] == ["deny"] * len(others)


def test_no_officer_clears_themselves(world: cast.Council) -> None:
    with pytest.raises(Refused, match="oneself"):
        verbs.record_clearance(
            world.officer, world.agency, notified_on=TODAY, last_day=NEXT_YEAR, acting_user=world.officer
        )
    with pytest.raises(Refused, match="oneself"):
        verbs.add_to_roster(world.item, world.officer, first_day=TODAY, acting_user=world.officer)
    assert not Clearance.objects.filter(person=world.officer).exists()


def test_a_clearance_names_the_officer_who_recorded_it(world: cast.Council) -> None:
    DEEDS["clearance"](world, world.officer)
    assert Clearance.objects.get(person=world.reader_two).recorded_by == "岡崎 智"


def test_ending_a_clearance_lowers_the_ceiling_at_once(world: cast.Council) -> None:
    assert subject_of(world.reader_three).ceiling is Tier.CRITICAL
    DEEDS["end"](world, world.officer)
    assert subject_of(world.reader_three).ceiling is Tier.TWO
    assert not Clearance.objects.filter(person=world.reader_three).exists()
