"""People leave and move on: what they could do ends with the next request, what they owe stays, and nothing follows them."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import founding, founding_keys
from accounts.actions import leaving, people, proposals
from accounts.actions.verb import Refused
from accounts.models import (
    Clearance,
    Enrolment,
    KeyHolder,
    Notice,
    Organisation,
    PledgeAcceptance,
    Proposal,
    RosterEntry,
    RosterGrant,
    User,
)
from accounts.notices import address_of
from accounts.subject import subject_of
from bulletins import letters
from council.access.facts import Role
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import given_keys
from tests.bulletins import shelf


def left(who: User, by: User) -> User:
    return leaving.leave(who, acting_user=by)


def test_access_ends_with_the_next_request(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.reader_two)
    bearer = cast.bearer(world.reader_two)
    left(world.reader_two, world.administrator)
    assert client.get("/me/")["Location"].startswith("/sign-in/")
    assert Client().get("/api/v1/me/", headers=bearer).status_code == 401
    subject = subject_of(world.reader_two)
    assert (subject.active, subject.roles, subject.subcommittees) == (False, frozenset(), frozenset())


def test_the_roster_and_the_grants_derived_from_it_end(world: cast.Council) -> None:
    assert RosterGrant.objects.filter(user=world.reader_three).exists()
    left(world.reader_three, world.operator)
    assert not RosterGrant.objects.filter(user=world.reader_three).exists()
    assert RosterEntry.objects.get(person=world.reader_three).ended_at is not None


def test_pledges_and_keys_stay_and_contacts_end(world: cast.Council, client: Client) -> None:
    founding.found_acceptance(world.reader_two.pk, 1)
    given_keys.in_use(world.company, world.reader_two)
    deputy = founding_keys.found_contact("deputy", organisation=world.company, person=world.reader_two)
    left(world.reader_two, world.administrator)
    deputy.refresh_from_db()
    assert deputy.ended_at is not None
    assert PledgeAcceptance.objects.filter(person=world.reader_two).exists()
    assert KeyHolder.objects.filter(person=world.reader_two).exists()
    page = cast.sign_in(client, world.administrator).get("/people/").text
    assert "持っていた鍵の取り替え" in page
    assert "第1版" in page


def test_whoever_leaves_is_told_that_the_duty_goes_on(world: cast.Council) -> None:
    left(world.reader_two, world.administrator)
    notice = Notice.objects.select_related("organisation").get(kind="leaving")
    assert notice.person == world.reader_two
    mail = letters.letter(notice, named=True).body
    assert "秘密を守る義務は、これからも続きます" in mail
    assert "開くページ" not in mail


def test_what_waited_about_them_or_by_them_is_gone(world: cast.Council) -> None:
    by = {"acting_user": world.administrator}
    proposals.propose("role", world.company, world.reader_two.pk, {"role": "administrator"}, **by)
    left(world.reader_two, world.administrator)
    assert not Proposal.objects.exists()


def test_the_last_administrator_and_the_last_operator_stay(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="最後の管理者"):
        left(world.administrator, world.operator)
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    left(world.administrator, second)
    other = cast.person(world.office, Role.OPERATOR, tier=2)
    left(world.operator, other)
    with pytest.raises(Refused, match="oneself"):
        left(other, other)
    third = cast.person(world.office, Role.ADMINISTRATOR, tier=2)
    with pytest.raises(ValidationError, match="最後の運用担当"):
        left(other, third)


def test_nobody_who_left_comes_back_by_resuming(world: cast.Council) -> None:
    left(world.reader_two, world.administrator)
    for deed in (
        lambda: people.resume_person(world.reader_two, acting_user=world.administrator),
        lambda: people.resume_person(User.objects.get(pk=world.reader_two.pk), acting_user=world.administrator),
        lambda: people.grant_role(world.reader_two, Role.MEMBER, acting_user=world.operator),
        lambda: people.set_tier(world.reader_two, 2, acting_user=world.operator),
    ):
        with pytest.raises(Refused, match="left"):
            deed()
    assert not subject_of(world.reader_two).active


def moved(world: cast.Council, who: User, to: Organisation) -> User:
    return leaving.transfer(who, to, acting_user=world.operator)


def test_a_move_makes_a_new_account_with_the_address_alone(world: cast.Council) -> None:
    address = world.reader_three.email
    new = moved(world, world.reader_three, world.thinktank)
    old = User.objects.get(pk=world.reader_three.pk)
    assert (new.email, new.predecessor, new.tier, new.department) == (address, old, 1, "")
    assert old.email == f"{old.pk}@left.invalid"
    subject = subject_of(new)
    assert (subject.roles, subject.subcommittees, subject.clearances) == ({Role.MEMBER}, frozenset(), frozenset())
    assert (subject.rosters, subject.educations) == (frozenset(), frozenset())
    assert Clearance.objects.filter(person=old).exists()
    assert not RosterGrant.objects.filter(user__in=[old, new]).exists()


def test_what_was_released_to_somebody_by_name_does_not_follow(world: cast.Council) -> None:
    named = {"tier": 1, "people": [world.reader_two], "parts": ["本文です。"]}
    out = shelf.published(world.publisher, world.approver, **named).bulletin_id
    page = f"/bulletins/{out}/"
    assert cast.sign_in(Client(), world.reader_two).get(page).status_code == 200
    new = moved(world, world.reader_two, world.thinktank)
    assert cast.sign_in(Client(), new).get(page).status_code == 404
    assert cast.sign_in(Client(), world.reader_two).get(page).status_code == 302


def test_the_old_address_stands_in_the_sealed_detail(world: cast.Council) -> None:
    address = world.reader_two.email
    moved(world, world.reader_two, world.thinktank)
    event = AuditEvent.objects.get(action="people.transfer")
    assert details_of([event])[event.pk]["facts"]["address"] == address
    assert address.encode() not in bytes(event.leaf)


def test_a_key_is_held_by_the_old_account_alone(world: cast.Council) -> None:
    given_keys.in_use(world.company, world.reader_two)
    new = moved(world, world.reader_two, world.thinktank)
    assert not KeyHolder.objects.filter(person=new).exists()


def test_what_somebody_still_owes_reaches_their_new_address(world: cast.Council) -> None:
    address = world.reader_two.email
    moved(world, world.reader_two, world.thinktank)
    assert address_of(User.objects.get(pk=world.reader_two.pk)) == address
    assert Notice.objects.get(kind="leaving").person.email == address


@pytest.mark.parametrize("who", ["administrator", "other_administrator", "officer", "reader_one"])
def test_only_an_operator_moves_people(world: cast.Council, who: str) -> None:
    by = getattr(world, who)
    with pytest.raises(Refused):
        leaving.transfer(world.reader_two, by.organisation, acting_user=by)
    assert AuditEvent.objects.get().outcome == "deny"
    assert User.objects.get(pk=world.reader_two.pk).left_at is None


def test_somebody_who_left_comes_back_with_nothing_of_before(world: cast.Council, client: Client) -> None:
    left(world.reader_two, world.administrator)
    url = f"/people/{world.reader_two.pk}/"
    answer = cast.sign_in(client, world.operator).post(url, {"do": "transfer", "organisation": str(world.company.pk)})
    new = User.objects.get(predecessor=world.reader_two)
    assert answer.context["code"]
    assert Enrolment.objects.get(person=new).used_at is None
    assert (new.tier, subject_of(new).subcommittees) == (1, frozenset())
    again = client.post(url, {"do": "transfer", "organisation": str(world.company.pk)})
    assert "もう別の組織に移っています" in again.text or again.status_code == 404


def test_two_administrators_who_let_each_other_go_are_not_both_gone(world: cast.Council) -> None:
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    left(world.administrator, second)
    with pytest.raises((Refused, ValidationError)):
        left(second, world.administrator)
