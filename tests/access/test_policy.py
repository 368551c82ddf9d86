"""Each rule refuses alone, with everything else satisfied, and says which rule it was."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from council.access.facts import (
    Audience,
    Council,
    Designation,
    Ledger,
    Organisation,
    Role,
    State,
    Subject,
    Term,
)
from council.access.policy import READING, Action, Decision, Reason, decide, explain
from council.access.tiers import Tier
from tests.access import given
from tests.access.given import (
    AGENCY,
    DEPARTMENT,
    IN_FORCE,
    ITEM,
    NOW,
    TODAY,
    TOMORROW,
    YESTERDAY,
    critical,
    official,
    subject,
    without,
)

DESK = {
    Action.INSPECT: (State.DRAFT, Role.APPROVER),
    Action.EDIT: (State.DRAFT, Role.PUBLISHER),
    Action.SUBMIT: (State.DRAFT, Role.PUBLISHER),
    Action.RETURN: (State.IN_REVIEW, Role.APPROVER),
    Action.APPROVE: (State.IN_REVIEW, Role.APPROVER),
    Action.SCHEDULE: (State.APPROVED, Role.PUBLISHER),
    Action.PUBLISH: (State.APPROVED, Role.PUBLISHER),
    Action.REVISE: (State.PUBLISHED, Role.PUBLISHER),
    Action.RECALL: (State.PUBLISHED, Role.APPROVER),
    Action.DISPOSE: (State.RECALLED, Role.PUBLISHER),
}


@pytest.mark.parametrize("action", sorted(READING))
def test_somebody_with_everything_may_read(action):
    assert decide(subject(), action, given.bulletin()) == Decision(allowed=True, reason=Reason.ALLOWED)
    assert decide(subject(), action, critical())


REFUSED_ALONE = {
    Reason.SUSPENDED: ({"active": False}, {}),
    Reason.ORGANISATION_SUSPENDED: ({"organisation_active": False}, {}),
    Reason.PLEDGE: ({"pledge_current": False}, {}),
    Reason.STATE: ({}, {"state": State.RECALLED}),
    Reason.EXPIRED: ({}, {"expires_at": NOW}),
    Reason.NEED_TO_KNOW: ({"subcommittees": frozenset({"grid"})}, {}),
    Reason.NOT_RELEASED: ({"groups": frozenset({2})}, {}),
    Reason.AUDITOR: ({"roles": frozenset({Role.MEMBER, Role.AUDITOR})}, {}),
}


@pytest.mark.parametrize("reason", REFUSED_ALONE)
@pytest.mark.parametrize("action", sorted(READING))
def test_each_rule_of_reading_refuses_alone(reason, action):
    about_person, about_bulletin = REFUSED_ALONE[reason]
    decision = decide(subject(**about_person), action, critical(**about_bulletin))
    assert decision == Decision(allowed=False, reason=reason)


@pytest.mark.parametrize("term", ["tier", "organisation_tier", "session", "zone"])
def test_each_part_of_the_ceiling_bounds_it(term):
    terms = dict.fromkeys(given.CLEARED, frozenset())
    expected = Reason.SESSION if term == "session" else Reason.TIER
    assert decide(subject(**terms, **{term: Tier.ONE}), Action.READ, given.bulletin()).reason is expected


def test_a_weak_session_reaches_tier_one_and_no_more():
    assert decide(subject(session=Tier.ONE), Action.READ, given.bulletin(floor=given.label(Tier.ONE)))
    assert subject(session=Tier.ONE).ceiling is Tier.ONE
    assert subject(session=Tier.ONE).own_ceiling is Tier.CRITICAL


@pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED}))
def test_nothing_but_the_published_is_read(state):
    assert decide(subject(), Action.READ, given.bulletin(state=state)).reason is Reason.STATE


def test_a_bulletin_is_read_until_its_last_moment_and_not_at_it():
    assert decide(subject(), Action.READ, given.bulletin(expires_at=NOW + timedelta(microseconds=1)))
    assert decide(subject(), Action.READ, given.bulletin(expires_at=NOW)).reason is Reason.EXPIRED


def test_a_release_to_the_person_is_enough_and_an_empty_one_is_nobody():
    to_person = Audience(people=frozenset({"reader"}))
    assert decide(subject(groups=frozenset()), Action.READ, given.bulletin(released_to=to_person))
    assert decide(subject(), Action.READ, given.bulletin(released_to=Audience())).reason is Reason.NOT_RELEASED


# --- tier three: every term of the conjunction alone ------------------------------------------------------------------

OTHER = Term(agency="another agency", item="another item")
TIER_THREE = [
    (Reason.SESSION, {"session": Tier.TWO}, {}),
    (Reason.TIER, {"zone": Tier.TWO}, {}),
    (Reason.NO_DESIGNATION, {}, {"designation": None}),
    (Reason.DESIGNATION_LAPSED, {}, {"designation": replace(IN_FORCE, last=YESTERDAY)}),
    (Reason.DESIGNATION_LAPSED, {}, {"designation": replace(IN_FORCE, first=TOMORROW)}),
    (Reason.DESIGNATION_LAPSED, {}, {"designation": replace(IN_FORCE, cancelled=TODAY)}),
    (Reason.CERTIFICATION, {"certifications": frozenset({Term(agency="another agency")})}, {}),
    (Reason.CONTRACT, {"agreements": frozenset()}, {}),
    (Reason.CONTRACT, {"agreements": frozenset({Term(agency="another agency")})}, {}),
    (Reason.CONTRACT, {"contracts": frozenset()}, {}),
    (Reason.CONTRACT, {"contracts": frozenset({Term(agency=AGENCY, item="another item")})}, {}),
    (Reason.CONTRACT, {"contracts": frozenset({Term(agency="another agency", item=ITEM)})}, {}),
    (Reason.DEPARTMENT, {"department": ""}, {}),
    (Reason.DEPARTMENT, {"department": "sales"}, {}),
    (Reason.DEPARTMENT, {"departments": frozenset()}, {}),
    (Reason.DEPARTMENT, {"departments": frozenset({Term(agency="another agency", item=DEPARTMENT)})}, {}),
    (Reason.CLEARANCE, {"clearances": frozenset({Term(agency="another agency")})}, {}),
    (Reason.EDUCATION, {"educations": frozenset()}, {}),
    (Reason.EDUCATION, {"educations": frozenset({Term(agency="another agency")})}, {}),
    (Reason.ROSTER, {"rosters": frozenset()}, {}),
    (Reason.ROSTER, {"rosters": frozenset({Term(item="another item")})}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "about_person", "about_bulletin"), TIER_THREE)
def test_each_term_of_tier_three_is_needed(reason, about_person, about_bulletin):
    assert decide(subject(**about_person), Action.READ, critical(**about_bulletin)).reason is reason


@pytest.mark.parametrize("term", [term for term in given.CLEARED if term != "departments"])
def test_a_term_that_has_run_out_counts_as_missing(term):
    held = next(iter(getattr(subject(), term)))
    assert decide(subject(**{term: frozenset({replace(held, last=TODAY)})}), Action.READ, critical())
    assert not decide(subject(**{term: frozenset({replace(held, last=YESTERDAY)})}), Action.READ, critical())
    assert not decide(subject(**{term: frozenset({replace(held, first=TOMORROW)})}), Action.READ, critical())


@pytest.mark.parametrize("term", given.OF_COMPANIES)
def test_what_companies_need_is_not_asked_of_the_government(term):
    assert decide(without(term, official(Role.MEMBER)), Action.READ, critical())
    assert not decide(without(term), Action.READ, critical())


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True), (TODAY, TODAY, True), (YESTERDAY, TODAY, True), (TODAY, TOMORROW, True),
        (YESTERDAY, YESTERDAY, False), (TOMORROW, TOMORROW, False), (TOMORROW, None, False), (None, YESTERDAY, False),
    ],
)  # fmt: skip
def test_a_term_holds_on_both_its_first_and_its_last_day(first, last, holds):
    assert Term(first=first, last=last).holds(TODAY) is holds


@pytest.mark.parametrize(
    ("first", "last", "cancelled", "in_force"),
    [
        (TODAY, TODAY, None, True), (YESTERDAY, TODAY, TOMORROW, True), (YESTERDAY, TOMORROW, TODAY, False),
        (TOMORROW, TOMORROW, None, False), (YESTERDAY, YESTERDAY, None, False),
    ],
)  # fmt: skip
def test_a_designation_is_in_force_until_its_last_day_or_the_eve_of_its_lifting(first, last, cancelled, in_force):
    assert Designation(ITEM, AGENCY, first, last, cancelled).in_force(TODAY) is in_force


# --- the desk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", DESK)
def test_the_desk_may_do_its_work(action):
    state, role = DESK[action]
    assert decide(official(role), action, critical(state=state))


def _desk_refusals(action):
    state, role = DESK[action]
    yield Reason.SUSPENDED, {"active": False}, {}
    yield Reason.PLEDGE, {"pledge_current": False}, {}
    yield Reason.STATE, {}, {"state": State.DISPOSED}
    yield Reason.ROSTER, {"rosters": frozenset()}, {}
    yield Reason.NEED_TO_KNOW, {}, {"banner": given.label(Tier.TWO, "chips", "grid")}
    yield Reason.AUDITOR, {"roles": frozenset({role, Role.AUDITOR})}, {}
    yield Reason.ROLE, {"roles": frozenset(set(Role) - {Role.PUBLISHER, Role.APPROVER, Role.AUDITOR})}, {}
    yield Reason.NOT_INVOLVED, {"organisation": "another agency"}, {}
    if action in {Action.APPROVE, Action.RETURN}:
        yield Reason.AUTHOR, {"person": "author"}, {}
    if action is Action.APPROVE:
        yield Reason.ALREADY_APPROVED, {}, {"approved_by": frozenset({"official"})}


@pytest.mark.parametrize(("action", "row"), [(action, row) for action in DESK for row in _desk_refusals(action)])
def test_each_rule_of_the_desk_refuses_alone(action, row):
    (state, role), (reason, about_person, about_bulletin) = DESK[action], row
    who = replace(official(role), **about_person)
    assert decide(who, action, critical(**{"state": state, **about_bulletin})).reason is reason


@pytest.mark.parametrize("action", sorted(set(DESK)))
def test_who_was_nominated_elsewhere_may_look_and_review_and_nothing_else(action):
    state, role = DESK[action]
    who = official(role, organisation="another agency")
    allowed = bool(decide(who, action, critical(state=state, nominated=frozenset({"official"}))))
    assert allowed is (action in {Action.INSPECT, Action.APPROVE, Action.RETURN})


def test_the_author_never_approves_whatever_roles_they_hold():
    author = official(*(set(Role) - {Role.AUDITOR}), person="author")
    assert decide(author, Action.APPROVE, critical(state=State.IN_REVIEW)).reason is Reason.AUTHOR


def test_the_desk_needs_the_whole_banner_where_a_reader_needs_the_floor():
    whole = given.bulletin(banner=given.label(Tier.CRITICAL, "chips"), designation=IN_FORCE)
    assert decide(without("rosters"), Action.READ, whole)
    assert decide(without("rosters", official(Role.PUBLISHER)), Action.INSPECT, whole).reason is Reason.ROSTER


# --- everything else ------------------------------------------------------------------------------------------------


def test_an_action_that_no_table_names_is_refused():
    everything = official(*Role)
    assert decide(everything, "bulletin.transmogrify", given.bulletin()).reason is Reason.UNKNOWN_ACTION
    assert all(explain(subject(), action, given.bulletin(state=State.DRAFT)) for action in READING)


@pytest.mark.parametrize("action", sorted(READING | set(DESK)))
@pytest.mark.parametrize("resource", [Council(), Organisation("company"), Ledger()])
def test_what_is_done_to_bulletins_is_done_to_nothing_else(action, resource):
    assert decide(official(*(set(Role) - {Role.AUDITOR})), action, resource).reason is Reason.STATE


def test_a_superuser_is_nothing_that_decide_knows():
    known = {field.name for field in fields(Subject)}
    assert not {name for name in known if "super" in name or "staff" in name or "permission" in name}


@pytest.mark.parametrize("action", sorted(READING | set(DESK) | {Action.DRAFT}))
def test_an_auditor_never_gets_to_content_whatever_else_they_are(action):
    state, _role = DESK.get(action, (State.PUBLISHED, None))
    who = official(*Role)
    resource = Council() if action is Action.DRAFT else critical(state=state)
    assert decide(who, action, resource).reason is Reason.AUDITOR
