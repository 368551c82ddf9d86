"""An administrator who wants what somebody cleared higher has gets none of it, and each attempt is in the log."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actions import entrances, leaving, locks, people, proposals
from accounts.actions.verb import Refused
from accounts.models import Enrolment, Proposal, User
from accounts.subject import subject_of
from council.access.facts import Role
from council.access.tiers import Tier
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast


def _proposed(who: User, kind: str, wanted: dict, by: User) -> Proposal:
    return proposals.propose(kind, who.organisation, who.pk, wanted, acting_user=by)


ATTEMPTS: dict[str, Callable] = {
    "invite": lambda world, who, by: entrances.invite(who, acting_user=by),
    "withdraw": lambda world, who, by: entrances.withdraw_invitation(who, acting_user=by),
    "recover": lambda world, who, by: _proposed(who, "recovery", {}, by),
    "make administrator": lambda world, who, by: _proposed(who, "role", {"role": "administrator"}, by),
    "make member": lambda world, who, by: people.grant_role(who, Role.MEMBER, acting_user=by),
    "take role": lambda world, who, by: people.revoke_role(who, Role.MEMBER, acting_user=by),
    "raise": lambda world, who, by: people.set_tier(who, 2, acting_user=by),
    "lower": lambda world, who, by: people.set_tier(who, 1, acting_user=by),
    "rename": lambda world, who, by: people.change_person(who, name="別の名", acting_user=by),
    "move desk": lambda world, who, by: people.change_person(who, name=who.name, department="別の部", acting_user=by),
    "seat": lambda world, who, by: people.join_subcommittee(who, world.infrastructure, acting_user=by),
    "suspend": lambda world, who, by: people.suspend_person(who, acting_user=by),
    "resume": lambda world, who, by: people.resume_person(who, acting_user=by),
    "unlock": lambda world, who, by: locks.unlock(who, acting_user=by),
    "confirm factor": lambda world, who, by: entrances.confirm_first_factor(who, acting_user=by),
    "let go": lambda world, who, by: leaving.leave(who, acting_user=by),
    "pull in": lambda world, who, by: leaving.transfer(who, by.organisation, acting_user=by),
}


def refused(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        deed()
    return error.value.reason


@pytest.mark.parametrize("name", ATTEMPTS)
@pytest.mark.parametrize("by", ["administrator", "other_administrator"])
def test_nobody_cleared_higher_is_within_reach(world: cast.Council, name: str, by: str) -> None:
    who = world.reader_three
    before = list(User.objects.order_by("pk").values())
    reason = refused(lambda: ATTEMPTS[name](world, who, getattr(world, by)))
    assert reason in {"above_own_tier", "not_involved", "role"}
    event = AuditEvent.objects.get()
    assert (event.outcome, event.object) == ("deny", str(who.pk))
    assert list(User.objects.order_by("pk").values()) == before
    assert not Enrolment.objects.exists()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("name", sorted(set(ATTEMPTS) - {"pull in", "invite", "recover"}))
def test_a_weak_session_of_the_other_side_widens_nothing(world: cast.Council, name: str) -> None:
    who = world.reader_three
    who.session = Tier.ONE
    assert refused(lambda: ATTEMPTS[name](world, who, world.administrator)) == "above_own_tier"


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_administrator_without_a_passkey_runs_nobody(world: cast.Council, name: str) -> None:
    by = world.administrator
    by.session = Tier.ONE
    assert refused(lambda: ATTEMPTS[name](world, world.reader_two, by)) == "session"


def test_two_administrators_together_take_over_nobody_cleared_higher(world: cast.Council) -> None:
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    waiting = Proposal.objects.create(
        kind="recovery", organisation=world.company, about=world.reader_three.pk, proposed_by=second,
        proposed_at=world.reader_three.joined_at,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="提案し直して"):
        proposals.confirm(waiting.pk, acting_user=world.administrator)
    waiting.delete()
    cleared = cast.clear(
        cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials]), world.item
    )
    own = _proposed(world.reader_three, "recovery", {}, cleared)
    assert refused(lambda: proposals.confirm(own.pk, acting_user=world.administrator)) == "above_own_tier"
    assert not Enrolment.objects.exists()


def test_not_even_the_operator_gets_the_code_of_somebody_who_may_see_more(world: cast.Council) -> None:
    assert refused(lambda: entrances.invite(world.reader_three, acting_user=world.operator)) == "above_own_tier"
    reason = refused(lambda: _proposed(world.reader_three, "recovery", {}, world.operator))
    assert reason == "above_own_tier"


def test_nobody_confirms_what_they_proposed_or_what_is_about_themselves(world: cast.Council) -> None:
    proposal = _proposed(world.reader_two, "role", {"role": "administrator"}, world.administrator)
    assert refused(lambda: proposals.confirm(proposal.pk, acting_user=world.administrator)) == "author"
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    own = _proposed(second, "role", {"role": "member"}, world.administrator)
    assert refused(lambda: proposals.confirm(own.pk, acting_user=second)) == "oneself"
    assert AuditEvent.objects.filter(action="proposal.confirm", outcome="deny").count() == 2


def test_nobody_proposes_a_role_for_themselves_or_one_they_can_not_give(world: cast.Council) -> None:
    boss = cast.person(world.agency, Role.ADMINISTRATOR, tier=2)
    assert refused(lambda: _proposed(boss, "role", {"role": "administrator"}, boss)) == "oneself"
    clerk = cast.person(world.agency)
    for role in ("publisher", "operator", "clearance_officer"):
        assert refused(lambda role=role: _proposed(clerk, "role", {"role": role}, boss)) == "role"
    assert refused(lambda: _proposed(clerk, "role", {"role": "king"}, boss)) == "not_found"
    with pytest.raises(ValidationError, match="この種別の組織"):
        _proposed(world.reader_two, "role", {"role": "publisher"}, world.operator)


def test_a_role_counts_when_a_second_person_confirms_it(world: cast.Council) -> None:
    proposal = _proposed(world.reader_two, "role", {"role": "administrator"}, world.administrator)
    assert Role.ADMINISTRATOR not in subject_of(world.reader_two).roles
    proposals.confirm(proposal.pk, acting_user=world.operator)
    assert Role.ADMINISTRATOR in subject_of(world.reader_two).roles
    told = AuditEvent.objects.get(action="role.grant")
    assert details_of([told])[told.pk]["facts"]["role"] == "administrator"


def test_registering_an_address_that_is_somebody_elses_is_in_the_log(world: cast.Council, client: Client) -> None:
    fields = {"email": world.reader_three.email.upper(), "name": "別 人", "tier": "1", "roles": ["member"]}
    answer = cast.sign_in(client, world.other_administrator).post("/people/add/", fields)
    assert "このメールアドレスでは登録できません" in answer.text
    event = AuditEvent.objects.get(action="people.create")
    assert (event.outcome, event.object) == ("deny", str(world.other_company.pk))
    assert details_of([event])[event.pk]["facts"] == {"address": world.reader_three.email}


def test_the_page_of_somebody_cleared_higher_offers_nothing(world: cast.Council, client: Client) -> None:
    Authenticator.objects.create(user=world.reader_three, type="webauthn", data={})
    page = cast.sign_in(client, world.administrator).get(f"/people/{world.reader_three.pk}/").text
    assert 'name="do"' not in page
    assert "適性評価" not in page
