"""二人制: what one proposes another confirms, once; who proposed it and whom it is about never do, and nobody else learns of it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import plans, proposals
from accounts.actions.people import revoke_role, suspend_person
from accounts.actions.plan import Plan
from accounts.actions.proposals import confirm, propose, withdraw
from accounts.actions.verb import Refused
from accounts.models import Clearance, Proposal, User
from accounts.proposal_facts import made_by, to_confirm
from accounts.subject import subject_of
from council.access.facts import Role
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.given_proposals import proposed, second_officer
from tests.bulletins.races import all_at_once


def _page(who: User, **sent: str) -> object:
    client = cast.sign_in(Client(), who)
    return client.post("/proposals/", sent) if sent else client.get("/proposals/")


def test_nobody_confirms_what_they_proposed(world: cast.Council) -> None:
    proposal = proposed(world)
    with pytest.raises(Refused, match="author"):
        confirm(proposal.pk, acting_user=world.officer)


def test_nobody_confirms_what_is_about_themselves(world: cast.Council) -> None:
    second = second_officer(world)
    proposal = proposed(world, second)
    with pytest.raises(Refused, match="oneself"):
        confirm(proposal.pk, acting_user=second)
    assert to_confirm(subject_of(second)) == []


@pytest.mark.parametrize("who", ["other_officer", "operator", "administrator", "auditor", "analyst"])
def test_strangers_to_the_agency_confirm_and_withdraw_nothing(world: cast.Council, who: str) -> None:
    proposal = proposed(world)
    for deed in (confirm, withdraw):
        with pytest.raises(Refused):
            deed(proposal.pk, acting_user=getattr(world, who))
    assert Proposal.objects.get().confirmed_at is None


def test_a_confirmed_proposal_is_confirmed_once(world: cast.Council) -> None:
    proposal, second = proposed(world), second_officer(world)
    confirm(proposal.pk, acting_user=second)
    for deed in (confirm, withdraw):
        with pytest.raises(Refused, match="not_found"):
            deed(proposal.pk, acting_user=second)
    assert Clearance.objects.filter(person=world.analyst).count() == 1


def test_the_same_is_proposed_once_at_a_time(world: cast.Council) -> None:
    proposed(world)
    with pytest.raises(ValidationError, match="すでに確認を待っています"):
        proposed(world, acting_user=second_officer(world))


def _stripped(world: cast.Council) -> None:
    revoke_role(world.officer, Role.CLEARANCE_OFFICER, acting_user=world.operator)


def _suspended(world: cast.Council) -> None:
    suspend_person(world.officer, acting_user=world.operator)


@pytest.mark.parametrize("since", [_stripped, _suspended])
def test_what_somebody_proposed_who_may_no_longer_do_so_is_not_done(world: cast.Council, since: Callable) -> None:
    proposal, second = proposed(world), second_officer(world)
    cast.person(world.agency, Role.CLEARANCE_OFFICER)
    since(world)
    with pytest.raises(ValidationError, match="提案した人が、いまはこれを提案できません"):
        confirm(proposal.pk, acting_user=second)
    assert "提案した人が、いまはこれを提案できません" in _followed(second, proposal)
    assert not Clearance.objects.filter(person=world.analyst).exists()


def _followed(who: User, proposal: Proposal) -> str:
    client = cast.sign_in(Client(), who)
    return client.post("/proposals/", {"do": "confirm", "proposal": str(proposal.pk)}, follow=True).text


def test_a_second_officer_who_lost_the_role_confirms_nothing(world: cast.Council) -> None:
    proposal, second = proposed(world), second_officer(world)
    revoke_role(second, Role.CLEARANCE_OFFICER, acting_user=world.operator)
    with pytest.raises(Refused, match="role"):
        confirm(proposal.pk, acting_user=second)


@pytest.mark.parametrize("by", ["proposer", "second"])
def test_a_withdrawn_proposal_is_gone(world: cast.Council, by: str) -> None:
    proposal, second = proposed(world), second_officer(world)
    withdraw(proposal.pk, acting_user=world.officer if by == "proposer" else second)
    assert not Proposal.objects.exists()
    with pytest.raises(Refused, match="not_found"):
        confirm(proposal.pk, acting_user=second)


def test_whoever_was_suspended_withdraws_nothing(world: cast.Council) -> None:
    proposal = proposed(world)
    suspend_person(world.officer, acting_user=world.operator)
    with pytest.raises(Refused, match="suspended"):
        withdraw(proposal.pk, acting_user=world.officer)


def test_a_weak_session_decides_nothing(world: cast.Council) -> None:
    proposal, second = proposed(world), second_officer(world)
    second.session = world.officer.session = Tier.ONE
    for deed, who in ((confirm, second), (withdraw, second), (withdraw, world.officer)):
        with pytest.raises(Refused, match="session"):
            deed(proposal.pk, acting_user=who)
    assert to_confirm(subject_of(second)) == made_by(subject_of(world.officer)) == []


def test_what_came_of_it_is_handed_back_and_a_code_is_shown_once(
    world: cast.Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Plan(check=lambda *_: None, carry_out=lambda *_: "ABCD-2345", says=lambda *_: "登録をやり直します。")
    monkeypatch.setattr(proposals, "PLANS", {**plans.PLANS, "recovery": told})
    monkeypatch.setattr("accounts.views.proposals.PLANS", {**plans.PLANS, "recovery": told})
    clerk = cast.person(world.company)
    proposal = propose("recovery", world.company, clerk.pk, {}, acting_user=world.administrator)
    page = _page(world.operator, do="confirm", proposal=str(proposal.pk))
    assert "ABCD-2345" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert "ABCD-2345" not in _page(world.operator).text


# --- who sees what ------------------------------------------------------------------------------------------------


def test_each_sees_what_they_may_confirm_and_what_they_made(world: cast.Council) -> None:
    second = second_officer(world)
    proposal = proposed(world)
    assert to_confirm(subject_of(second)) == made_by(subject_of(world.officer)) == [proposal]
    assert to_confirm(subject_of(world.officer)) == made_by(subject_of(second)) == []
    page = _page(second).text
    assert "守永 俊（供給網総合研究機構）の適性評価" in page
    assert "岡崎 智" in page


@pytest.mark.parametrize("who", ["other_officer", "operator", "administrator", "other_administrator"])
def test_the_affairs_of_others_are_not_there(world: cast.Council, who: str) -> None:
    by = getattr(world, who)
    before = _forgotten(_page(by)), _home(by)
    proposal = proposed(world)
    assert (_forgotten(_page(by)), _home(by)) == before
    for deed in ("confirm", "withdraw"):
        answers = [_page(by, do=deed, proposal=str(each)) for each in (proposal.pk, uuid4())]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def _forgotten(page: object) -> str:
    return page.content.decode().replace(str(page.context["csrf_token"]), "")


def _home(who: User) -> bool:
    return "/proposals/" in cast.sign_in(Client(), who).get("/").text


@pytest.mark.parametrize("who", ["operator", "administrator"])
def test_four_that_wait_ask_for_no_more_than_one(world: cast.Council, who: str, django_assert_num_queries) -> None:
    client = cast.sign_in(Client(), getattr(world, who))
    proposer = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    for kind, wanted in (("role", {"role": Role.ADMINISTRATOR}), ("recovery", {})):
        propose(kind, world.company, world.reader_one.pk, wanted, acting_user=proposer)
    with CaptureQueriesContext(connection) as one:
        client.get("/proposals/")
    for _each in range(3):
        clerk = cast.person(world.company)
        propose("role", world.company, clerk.pk, {"role": Role.ADMINISTRATOR}, acting_user=proposer)
        propose("recovery", world.company, clerk.pk, {}, acting_user=proposer)
    with django_assert_num_queries(len(one)):
        page = client.get("/proposals/")
    assert len(page.context["theirs"]) == 8


def test_the_person_it_is_about_learns_nothing(world: cast.Council) -> None:
    assert _page(world.analyst).status_code == 404
    proposed(world)
    assert _page(world.analyst).status_code == 404
    assert not _home(world.analyst)


def test_an_open_proposal_stands_on_the_desk_of_who_confirms_and_of_nobody_else(world: cast.Council) -> None:
    second = second_officer(world)
    assert not _home(second)
    proposal = proposed(world)
    assert _home(second)
    assert not _home(world.officer)
    confirm(proposal.pk, acting_user=second)
    assert not _home(second)


@pytest.mark.parametrize("sent", [{"do": "bless"}, {"do": "confirm", "proposal": "x"}, {"do": "withdraw"}])
def test_nonsense_is_a_missing_page(world: cast.Council, sent: dict) -> None:
    assert _page(world.officer, **sent).status_code == 404


# --- at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_twenty_confirmations_at_once_one_is_done() -> None:
    world = cast.council()
    proposal = proposed(world)
    officers = [cast.person(world.agency, Role.CLEARANCE_OFFICER) for _ in range(20)]
    connection.close()
    said = all_at_once([lambda who=who: confirm(proposal.pk, acting_user=who) for who in officers])
    assert [type(each) for each in said].count(Clearance) == 1
    assert [each.reason for each in said if isinstance(each, Refused)] == ["not_found"] * 19
    assert Clearance.objects.filter(person=world.analyst).count() == 1
    assert AuditEvent.objects.filter(action="clearance.record").count() == 1
    assert AuditEvent.objects.filter(action="proposal.confirm", outcome="allow").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_proposals_at_once_one_waits() -> None:
    world = cast.council()
    officers = [cast.person(world.agency, Role.CLEARANCE_OFFICER) for _ in range(20)]
    connection.close()
    said = all_at_once([lambda who=who: proposed(world, acting_user=who) for who in officers])
    assert sorted({type(each) for each in said}, key=str) == [Proposal, ValidationError]
    assert Proposal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirming_and_withdrawing_at_once_is_one_of_the_two() -> None:
    world = cast.council()
    proposal, second = proposed(world), second_officer(world)
    connection.close()
    deeds = [lambda: confirm(proposal.pk, acting_user=second), lambda: withdraw(proposal.pk, acting_user=world.officer)]
    all_at_once(deeds)
    confirmed = Proposal.objects.filter(confirmed_at__isnull=False).count()
    assert confirmed == Clearance.objects.filter(person=world.analyst).count()
    assert Proposal.objects.count() == confirmed
