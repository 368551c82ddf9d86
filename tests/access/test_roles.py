"""What roles open besides bulletins: each reaches its own affairs, from a session that can't be phished, and no further."""

from dataclasses import replace

import pytest

from council.access.facts import Council, Disposal, Ledger, Organisation, Proposal, Role
from council.access.policy import Action, Reason, decide
from council.access.tiers import Tier
from tests.access.given import AGENCY, official, subject

OTHERS = [
    (Action.DRAFT, Role.PUBLISHER, Council(), True),
    (Action.DRAFT, Role.APPROVER, Council(), False),
    (Action.VIEW_PEOPLE, Role.ADMINISTRATOR, Organisation("company"), True),
    (Action.VIEW_PEOPLE, Role.ADMINISTRATOR, Organisation("another"), False),
    (Action.VIEW_PEOPLE, Role.CLEARANCE_OFFICER, Organisation("another"), True),
    (Action.VIEW_PEOPLE, Role.MEMBER, Organisation("company"), False),
    (Action.VIEW_PEOPLE, Role.OPERATOR, Council(), False),
    (Action.MANAGE_PEOPLE, Role.ADMINISTRATOR, Organisation("company"), True),
    (Action.MANAGE_PEOPLE, Role.ADMINISTRATOR, Organisation("another"), False),
    (Action.MANAGE_PEOPLE, Role.CLEARANCE_OFFICER, Organisation("company"), False),
    (Action.MANAGE_PEOPLE, Role.OPERATOR, Organisation("another"), True),
    (Action.MANAGE_COUNCIL, Role.OPERATOR, Council(), True),
    (Action.MANAGE_COUNCIL, Role.OPERATOR, Organisation("company"), False),
    (Action.MANAGE_COUNCIL, Role.ADMINISTRATOR, Council(), False),
    (Action.READ_EVENTS, Role.AUDITOR, Ledger(), True),
    (Action.READ_EVENTS, Role.AUDITOR, Ledger("another"), True),
    (Action.READ_EVENTS, Role.AUDITOR, Council(), False),
    (Action.READ_EVENTS, Role.ADMINISTRATOR, Ledger("company"), True),
    (Action.READ_EVENTS, Role.ADMINISTRATOR, Ledger("another"), False),
    (Action.READ_EVENTS, Role.ADMINISTRATOR, Ledger(), False),
    (Action.READ_EVENTS, Role.OPERATOR, Ledger(), False),
    (Action.KEEP_RECORDS, Role.AUDITOR, Ledger(), True),
    (Action.KEEP_RECORDS, Role.OPERATOR, Ledger(), True),
    (Action.KEEP_RECORDS, Role.OPERATOR, Ledger("company"), False),
    (Action.KEEP_RECORDS, Role.ADMINISTRATOR, Ledger(), False),
    (Action.APPROVE_DISPOSAL, Role.AUDITOR, Disposal("another"), True),
    (Action.APPROVE_DISPOSAL, Role.OPERATOR, Disposal("another"), False),
    (Action.APPROVE_DISPOSAL, Role.AUDITOR, Ledger(), False),
    (Action.RUN_REVIEW, Role.OPERATOR, Council(), True),
    (Action.RUN_REVIEW, Role.CLEARANCE_OFFICER, Council(), True),
    (Action.RUN_REVIEW, Role.ADMINISTRATOR, Council(), False),
    (Action.RUN_REVIEW, Role.OPERATOR, Organisation("company"), False),
    *(
        (action, role, resource, (role, resource.organisation) == (Role.CLEARANCE_OFFICER, "company"))
        for action in (Action.MANAGE_CLEARANCES, Action.MANAGE_REGISTER)
        for role in (Role.CLEARANCE_OFFICER, Role.OPERATOR, Role.ADMINISTRATOR)
        for resource in (Organisation("company"), Organisation("another"))
    ),
    (Action.MANAGE_CLEARANCES, Role.CLEARANCE_OFFICER, Council(), False),
    (Action.NOMINATE, Role.ADMINISTRATOR, Organisation("company"), True),
    (Action.NOMINATE, Role.ADMINISTRATOR, Organisation("another"), False),
    (Action.NOMINATE, Role.CLEARANCE_OFFICER, Organisation("company"), False),
    (Action.NOMINATE, Role.ADMINISTRATOR, Council(), False),
]  # fmt: skip


@pytest.mark.parametrize(("action", "role", "resource", "allowed"), OTHERS)
def test_roles_reach_as_far_as_their_own_affairs(action, role, resource, allowed):
    who = subject(roles=frozenset({role}))
    assert bool(decide(who, action, resource)) is allowed
    assert not decide(replace(who, active=False), action, resource)


PROVED = sorted(
    {row[0] for row in OTHERS if row[0] is not Action.DRAFT}
    | {Action.MANAGE_KEYS, Action.CONFIRM_KEY, Action.DECIDE_PROPOSAL}
)


@pytest.mark.parametrize("action", PROVED)
def test_whoever_runs_the_access_of_others_has_shown_a_passkey(action):
    who = official(*Role)
    for resource in (Council(), Organisation(AGENCY), Ledger(), Disposal("another"), PROPOSED):
        weak = decide(replace(who, session=Tier.ONE), action, resource)
        assert weak.reason is Reason.SESSION
        assert decide(replace(who, session=Tier.TWO), action, resource).reason is not Reason.SESSION


# --- what one person proposed ---------------------------------------------------------------------------------------

PROPOSED = Proposal("clearance", "company", "proposer", "target")
SECONDS = {
    "clearance": (Role.CLEARANCE_OFFICER, False),
    "certification": (Role.CLEARANCE_OFFICER, False),
    "extension": (Role.CLEARANCE_OFFICER, False),
    "role": (Role.ADMINISTRATOR, True),
    "recovery": (Role.ADMINISTRATOR, True),
}


@pytest.mark.parametrize("kind", SECONDS)
@pytest.mark.parametrize("role", sorted(set(Role)))
def test_each_kind_of_proposal_has_its_second_people(kind, role):
    here, operators = SECONDS[kind]
    for organisation in ("company", "another"):
        asked = replace(PROPOSED, kind=kind, organisation=organisation)
        allowed = (role is here and organisation == "company") or (role is Role.OPERATOR and operators)
        assert bool(decide(subject(roles=frozenset({role})), Action.DECIDE_PROPOSAL, asked)) is allowed


@pytest.mark.parametrize("kind", SECONDS)
@pytest.mark.parametrize(("person", "reason"), [("proposer", Reason.AUTHOR), ("target", Reason.ONESELF)])
def test_nobody_confirms_their_own_proposal_or_one_about_themselves(kind, person, reason):
    who = subject(roles=frozenset({SECONDS[kind][0], Role.OPERATOR}), person=person)
    assert decide(who, Action.DECIDE_PROPOSAL, replace(PROPOSED, kind=kind)).reason is reason


def test_a_proposal_of_a_kind_that_nobody_confirms_stays_open():
    who = official(*(set(Role) - {Role.AUDITOR}))
    assert decide(who, Action.DECIDE_PROPOSAL, replace(PROPOSED, kind="coronation")).reason is Reason.ROLE
    assert decide(who, Action.DECIDE_PROPOSAL, Council()).reason is Reason.ROLE
