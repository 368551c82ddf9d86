"""The order of the rules: of two refusals the earlier line speaks. And what a part asks beyond its bulletin."""

from dataclasses import replace
from itertools import pairwise

import pytest

from council.access.facts import Audience, Organisation, Proposal, Role, State
from council.access.policy import READING, Action, Reason, decide, explain
from council.access.tiers import Tier
from tests.access import given
from tests.access.given import IN_FORCE, NOW, YESTERDAY, critical, official, part, subject

# Everything that can be wrong with a reading at tier three, in the order in which the table speaks of it.
IN_ORDER = [
    (Reason.SUSPENDED, {"active": False}, {}),
    (Reason.ORGANISATION_SUSPENDED, {"organisation_active": False}, {}),
    (Reason.PLEDGE, {"pledge_current": False}, {}),
    (Reason.STATE, {}, {"state": State.RECALLED}),
    (Reason.EXPIRED, {}, {"expires_at": NOW}),
    (Reason.TIER, {"zone": Tier.ONE}, {}),
    (Reason.SESSION, {"session": Tier.ONE}, {}),
    (Reason.DESIGNATION_LAPSED, {}, {"designation": replace(IN_FORCE, last=YESTERDAY)}),
    (Reason.CERTIFICATION, {"certifications": frozenset(), "organisation_tier": Tier.CRITICAL}, {}),
    (Reason.CONTRACT, {"contracts": frozenset()}, {}),
    (Reason.DEPARTMENT, {"department": ""}, {}),
    (Reason.CLEARANCE, {"clearances": frozenset(), "tier": Tier.CRITICAL}, {}),
    (Reason.EDUCATION, {"educations": frozenset()}, {}),
    (Reason.ROSTER, {"rosters": frozenset()}, {}),
    (Reason.NEED_TO_KNOW, {"subcommittees": frozenset()}, {}),
    (Reason.NOT_RELEASED, {}, {"released_to": Audience()}),
    (Reason.AUDITOR, {"roles": frozenset({Role.AUDITOR})}, {}),
]


@pytest.mark.parametrize(("first", "second"), list(pairwise(IN_ORDER)), ids=lambda row: str(row[0]))
def test_of_two_neighbours_the_earlier_line_speaks(first, second):
    about_person, about_bulletin = {**second[1], **first[1]}, {**second[2], **first[2]}
    assert decide(subject(**about_person), Action.READ, critical(**about_bulletin)).reason is first[0]


@pytest.mark.parametrize("place", range(len(IN_ORDER)))
def test_with_everything_wrong_from_here_on_this_line_speaks(place):
    about_person, about_bulletin = {}, {}
    for _reason, person, bulletin in reversed(IN_ORDER[place:]):
        about_person, about_bulletin = {**about_person, **person}, {**about_bulletin, **bulletin}
    assert decide(subject(**about_person), Action.READ, critical(**about_bulletin)).reason is IN_ORDER[place][0]


def test_a_caveat_speaks_after_release_and_before_the_auditor():
    stopped = given.bulletin(floor=given.label(Tier.TWO, "chips", marks=("印刷禁止",)))
    auditor = subject(roles=frozenset({Role.AUDITOR}))
    assert decide(subject(groups=frozenset()), Action.PRINT, stopped).reason is Reason.NOT_RELEASED
    assert decide(auditor, Action.PRINT, stopped).reason is Reason.CAVEAT
    assert decide(auditor, Action.READ, stopped).reason is Reason.AUDITOR


def test_explain_asks_every_rule_in_the_order_of_the_table():
    told = explain(subject(active=False), Action.READ, given.bulletin(state=State.DRAFT))
    assert [name for name, _ in told] == [
        "standing", "reachable", "within_label", "released", "uncaveated", "no_auditor",
    ]  # fmt: skip
    assert [reason for _, reason in told][:3] == [Reason.SUSPENDED, Reason.STATE, None]


def test_a_weak_session_speaks_before_the_role_and_after_the_standing():
    stranger, weak = subject(), {"session": Tier.ONE}
    assert decide(subject(**weak), Action.MANAGE_PEOPLE, Organisation("company")).reason is Reason.SESSION
    assert (
        decide(subject(active=False, **weak), Action.MANAGE_PEOPLE, Organisation("company")).reason is Reason.SUSPENDED
    )
    assert decide(stranger, Action.MANAGE_PEOPLE, Organisation("company")).reason is Reason.ROLE


def test_of_a_second_person_the_role_is_asked_first_then_the_house_then_whom_it_is_about():
    officer, own = frozenset({Role.CLEARANCE_OFFICER}), Proposal("clearance", "company", "reader", "reader")
    far = replace(own, organisation="another")
    assert decide(subject(), Action.DECIDE_PROPOSAL, far).reason is Reason.ROLE
    assert decide(subject(roles=officer), Action.DECIDE_PROPOSAL, far).reason is Reason.NOT_INVOLVED
    assert decide(subject(roles=officer), Action.DECIDE_PROPOSAL, own).reason is Reason.ONESELF


# --- caveats ----------------------------------------------------------------------------------------------------------

STOPS = [
    ("印刷禁止", Action.PRINT),
    ("複製禁止", Action.COPY),
    ("複製禁止", Action.DOWNLOAD),
    ("読後廃棄", Action.DOWNLOAD),
    ("転送禁止", Action.FORWARD),
]


@pytest.mark.parametrize(("words", "action"), STOPS)
def test_a_caveat_stops_its_use_and_never_reading(words, action):
    marked = given.bulletin(floor=given.label(Tier.TWO, "chips", marks=(words,)))
    assert decide(subject(), action, marked).reason is Reason.CAVEAT
    assert decide(subject(), Action.READ, marked)
    assert decide(subject(), Action.ACKNOWLEDGE, marked)


@pytest.mark.parametrize(("words", "action"), STOPS)
def test_a_caveat_on_a_part_stops_the_use_of_that_part_alone(words, action):
    whole = given.bulletin()
    assert decide(subject(), action, part(whole, marks=(words,))).reason is Reason.CAVEAT
    assert decide(subject(), action, part(whole))
    assert decide(subject(), action, whole)


def test_a_caveat_of_the_bulletin_stops_the_use_of_all_its_parts():
    whole = given.bulletin(floor=given.label(Tier.TWO, "chips", marks=("複製禁止",)))
    assert decide(subject(), Action.DOWNLOAD, part(whole)).reason is Reason.CAVEAT


# --- parts ------------------------------------------------------------------------------------------------------------

LOW = given.bulletin(
    floor=given.label(Tier.ONE), banner=given.label(Tier.CRITICAL, "chips", "grid"), designation=IN_FORCE
)


@pytest.mark.parametrize(
    ("about_person", "label", "reason"),
    [
        ({}, (Tier.ONE,), Reason.ALLOWED),
        ({}, (Tier.TWO, "chips"), Reason.ALLOWED),
        ({}, (Tier.CRITICAL, "chips"), Reason.ALLOWED),
        ({}, (Tier.ONE, "grid"), Reason.NEED_TO_KNOW),
        ({}, (Tier.ONE, "chips", "grid"), Reason.NEED_TO_KNOW),
        ({"zone": Tier.ONE}, (Tier.TWO,), Reason.TIER),
        ({"session": Tier.ONE}, (Tier.TWO,), Reason.SESSION),
        ({"rosters": frozenset()}, (Tier.TWO,), Reason.ALLOWED),
        ({"rosters": frozenset()}, (Tier.CRITICAL,), Reason.ROSTER),
        ({"groups": frozenset()}, (Tier.ONE,), Reason.NOT_RELEASED),
    ],
)
def test_a_part_is_read_by_those_whose_label_dominates_it(about_person, label, reason):
    assert decide(subject(**about_person), Action.READ, part(LOW, *label)).reason is reason


def test_no_part_opens_what_the_bulletin_itself_does_not():
    closed = given.bulletin(floor=given.label(Tier.ONE, "grid"))
    assert decide(subject(), Action.READ, part(closed)).reason is Reason.NEED_TO_KNOW


@pytest.mark.parametrize("action", sorted(set(Action) - READING - {Action.DRAFT}))
def test_parts_are_read_and_nothing_else_is_done_to_them(action):
    assert not decide(official(*(set(Role) - {Role.AUDITOR})), action, part(given.bulletin(state=State.DRAFT)))
