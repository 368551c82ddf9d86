"""Somebody who lost everything they sign in with is let in again by two other people, never by mail alone."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import enrolments
from accounts.actions import entrances, proposals
from accounts.actions.verb import Refused
from accounts.models import ApiToken, Device, Enrolment, Notice, Proposal, User
from accounts.proposal_facts import to_confirm
from accounts.subject import subject_of
from bulletins import letters
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast

RECOVERY = Proposal.Kind.RECOVERY


@pytest.fixture
def second(world: cast.Council) -> User:
    """Another administrator of the company, who sits where the first one does."""
    return cast.person(world.company, Role.ADMINISTRATOR, name="二階 望", tier=2, subcommittees=[world.materials])


def proposed(who: User, by: User) -> Proposal:
    return proposals.propose(RECOVERY, who.organisation, who.pk, {}, acting_user=by)


def actions() -> list[str]:
    return list(AuditEvent.objects.filter(outcome="allow").order_by("pk").values_list("action", flat=True))


def test_confirming_ends_everything_and_opens_a_way_in(world: cast.Council, second: User, client: Client) -> None:
    lost = world.reader_two
    Authenticator.objects.create(user=lost, type="webauthn", data={})
    cast.sign_in(client, lost)
    cast.bearer(lost)
    code = proposals.confirm(proposed(lost, world.administrator).pk, acting_user=second)
    assert client.get("/me/")["Location"].startswith("/sign-in/")
    assert not Authenticator.objects.filter(user=lost).exists()
    assert not ApiToken.objects.exists()
    assert not Device.objects.filter(person=lost).exists()
    assert not User.objects.get(pk=lost.pk).has_usable_password()
    way = Enrolment.objects.get(person=lost)
    assert (way.purpose, way.opened_by, way.confirmed_by) == ("recovery", world.administrator, second)
    path = "/" + enrolments.link_of(way.pk).split("/", 3)[3]
    assert client.post(path, {"code": code})["Location"] == "/me/factors/"
    assert {"people.recover", "proposal.confirm", "session.sign_in"} <= set(actions())


def test_each_step_is_told_to_the_person_and_the_mail_alone_holds_no_code(world: cast.Council, second: User) -> None:
    lost = world.reader_two
    proposal = proposed(lost, world.administrator)
    assert [notice.key.split(":")[2] for notice in Notice.objects.filter(person=lost)] == ["proposed"]
    code = proposals.confirm(proposal.pk, acting_user=second)
    notice = Notice.objects.select_related("organisation").get(person=lost, key__endswith=":recovery")
    mail = letters.letter(notice, named=True)
    assert "/enrol/" in mail.body
    assert code not in mail.body
    assert code.replace("-", "") not in mail.body


def test_nobody_confirms_their_own_proposal_or_their_own_recovery(world: cast.Council, second: User) -> None:
    own = proposed(world.reader_two, world.administrator)
    with pytest.raises(Refused, match="author"):
        proposals.confirm(own.pk, acting_user=world.administrator)
    about_second = proposed(second, world.administrator)
    with pytest.raises(Refused, match="oneself"):
        proposals.confirm(about_second.pk, acting_user=second)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("who", ["reader_one", "other_administrator", "officer", "auditor", "publisher"])
def test_others_neither_propose_nor_confirm(world: cast.Council, second: User, who: str) -> None:
    by = getattr(world, who)
    with pytest.raises(Refused):
        proposed(world.reader_two, by)
    proposal = proposed(world.reader_two, world.administrator)
    with pytest.raises(Refused):
        proposals.confirm(proposal.pk, acting_user=by)
    assert not Enrolment.objects.exists()


def test_whoever_confirms_could_do_as_much_as_the_person(world: cast.Council) -> None:
    # Sits in no subcommittee, the person does.
    outside = cast.person(world.company, Role.ADMINISTRATOR, tier=2)
    proposal = proposed(world.reader_two, world.administrator)
    with pytest.raises(Refused, match="above_own_tier"):
        proposals.confirm(proposal.pk, acting_user=outside)
    assert subject_of(world.reader_two).active
    assert AuditEvent.objects.filter(action="proposal.confirm", outcome="deny").count() == 1


def test_an_operator_confirms_where_an_organisation_has_one_administrator(world: cast.Council) -> None:
    assert proposals.confirm(proposed(world.reader_two, world.administrator).pk, acting_user=world.operator)
    with pytest.raises(Refused, match="above_own_tier"):
        proposed(world.reader_three, world.operator)


def test_nobody_is_shown_a_proposal_that_they_could_not_confirm(world: cast.Council, second: User) -> None:
    proposal = proposed(world.reader_two, world.administrator)
    outside = cast.person(world.company, Role.ADMINISTRATOR, tier=2)
    assert to_confirm(subject_of(second)) == [proposal]
    assert to_confirm(subject_of(outside)) == []
    for by, shown in ((second, True), (outside, False)):
        page = cast.sign_in(Client(), by).get("/proposals/").text
        assert ("加藤 美咲" in page) is shown


def test_the_code_is_shown_once_to_whoever_confirms(world: cast.Council, second: User, client: Client) -> None:
    proposal = proposed(world.reader_two, world.administrator)
    answer = cast.sign_in(client, second).post("/proposals/", {"do": "confirm", "proposal": str(proposal.pk)})
    code = answer.context["code"]
    assert code in answer.text
    assert code not in client.get("/proposals/").text
    assert Enrolment.objects.get(person=world.reader_two).failed_codes == 0


def test_whoever_proposed_must_still_be_able_to(world: cast.Council, second: User) -> None:
    proposal = proposed(world.reader_two, second)
    User.objects.filter(pk=second.pk).update(tier=1)
    with pytest.raises(ValidationError, match="提案し直して"):
        proposals.confirm(proposal.pk, acting_user=world.administrator)


def test_after_a_recovery_nobody_alone_makes_another_code(world: cast.Council, second: User) -> None:
    proposals.confirm(proposed(world.reader_two, world.administrator).pk, acting_user=second)
    with pytest.raises(ValidationError, match="登録のやり直し"):
        entrances.invite(world.reader_two, acting_user=world.administrator)
    again = proposed(world.reader_two, second)
    proposals.confirm(again.pk, acting_user=world.administrator)
    assert Enrolment.objects.filter(person=world.reader_two, ended_at=None).count() == 1


def test_a_suspended_person_is_not_let_in_again(world: cast.Council) -> None:
    User.objects.filter(pk=world.reader_two.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="止められて"):
        proposed(world.reader_two, world.administrator)
