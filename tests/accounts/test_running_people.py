"""Administrators and operators run people's affairs, within limits; what they do counts on the very next request."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actions import entrances, leaving, locks
from accounts.actions import people as verbs
from accounts.actions.verb import Refused
from accounts.models import User
from accounts.subject import subject_of
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast

ABOUT_A_PERSON: dict[str, Callable] = {
    "change": lambda world, who, by: verbs.change_person(who, name="別の名", acting_user=by),
    "suspend": lambda world, who, by: verbs.suspend_person(who, acting_user=by),
    "resume": lambda world, who, by: verbs.resume_person(who, acting_user=by),
    "grant": lambda world, who, by: verbs.grant_role(who, Role.MEMBER, acting_user=by),
    "revoke": lambda world, who, by: verbs.revoke_role(who, Role.MEMBER, acting_user=by),
    "tier": lambda world, who, by: verbs.set_tier(who, 1, acting_user=by),
    "join": lambda world, who, by: verbs.join_subcommittee(who, world.materials, acting_user=by),
    "leave": lambda world, who, by: verbs.leave_subcommittee(who, world.materials, acting_user=by),
    "invite": lambda world, who, by: entrances.invite(who, acting_user=by),
    "unlock": lambda world, who, by: locks.unlock(who, acting_user=by),
    "leave council": lambda world, who, by: leaving.leave(who, acting_user=by),
}
# By whom each verb about 加藤 美咲 (company, tier two) is allowed.
OUTSIDERS = ["reader_one", "reader_three", "other_administrator", "publisher", "approver", "officer", "auditor"]
NEVER_FOR_ONESELF = sorted(set(ABOUT_A_PERSON) - {"change", "leave"})


def refused(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        deed()
    return error.value.reason


@pytest.mark.parametrize(
    ("name", "by"),
    list(product(ABOUT_A_PERSON, ["administrator", "operator"])),
)
def test_the_administrator_and_the_operator_may(world: cast.Council, name: str, by: str) -> None:
    ABOUT_A_PERSON[name](world, world.reader_two, getattr(world, by))
    assert AuditEvent.objects.get().outcome == "allow"


@pytest.mark.parametrize("name", ABOUT_A_PERSON)
def test_others_may_not_and_leave_a_trace(world: cast.Council, name: str) -> None:
    before = subject_of(world.reader_two)
    for by in OUTSIDERS:
        reason = refused(lambda by=by: ABOUT_A_PERSON[name](world, world.reader_two, getattr(world, by)))
        assert reason in {"role", "not_involved"}
    traces = {(event.outcome, event.object) for event in AuditEvent.objects.all()}
    assert traces == {("deny", str(world.reader_two.pk))}
    assert AuditEvent.objects.count() == len(OUTSIDERS)
    assert replace(subject_of(world.reader_two), now=before.now) == before


def test_an_administrator_touches_nobody_who_may_see_more(world: cast.Council) -> None:
    for deed in ABOUT_A_PERSON.values():
        reason = refused(lambda deed=deed: deed(world, world.reader_three, world.administrator))
        assert reason == "above_own_tier"


@pytest.mark.parametrize("who", ["administrator", "operator"])
def test_nobody_does_it_for_themselves(world: cast.Council, who: str) -> None:
    oneself = getattr(world, who)
    for name in NEVER_FOR_ONESELF:
        assert refused(lambda name=name: ABOUT_A_PERSON[name](world, oneself, oneself)) == "oneself"


def test_an_administrator_gives_and_takes_only_two_roles(world: cast.Council) -> None:
    by = {"acting_user": cast.person(world.agency, Role.ADMINISTRATOR, tier=2)}
    clerk = cast.person(world.agency)
    for role in set(Role) - {Role.MEMBER, Role.ADMINISTRATOR}:
        new = {"email": "a@b.example", "name": "名", "roles": [role]}
        assert refused(lambda role=role: verbs.grant_role(clerk, role, **by)) == "role"
        assert refused(lambda role=role: verbs.revoke_role(clerk, role, **by)) == "role"
        assert refused(lambda new=new: verbs.create_person(world.agency, **new, **by)) == "role"


def test_roles_above_member_are_never_given_by_one_person(world: cast.Council) -> None:
    deed = {"acting_user": world.operator}
    for role in (Role.ADMINISTRATOR, Role.OPERATOR):
        assert refused(lambda role=role: verbs.grant_role(world.reader_two, role, **deed)) == "second_person"
        new = {"email": "a@b.example", "name": "名", "roles": [role]}
        assert refused(lambda new=new: verbs.create_person(world.company, **new, **deed)) == "second_person"
    assert subject_of(world.reader_two).roles == {Role.MEMBER}
    assert {event.outcome for event in AuditEvent.objects.all()} == {"deny"}


def test_nobody_gives_a_tier_above_their_own(world: cast.Council) -> None:
    low = cast.person(world.company, Role.ADMINISTRATOR, tier=1)
    assert refused(lambda: verbs.set_tier(world.reader_one, 2, acting_user=low)) == "above_own_tier"
    assert (
        refused(lambda: verbs.create_person(world.company, "a@b.example", "名", tier=2, acting_user=low))
        == "above_own_tier"
    )
    verbs.set_tier(world.reader_one, 2, acting_user=world.administrator)
    assert subject_of(world.reader_one).tier == 2


def test_nobody_is_raised_above_their_organisation(world: cast.Council) -> None:
    small = cast.person(cast.organisation(tier=1))
    with pytest.raises(ValidationError, match="組織が扱える格付"):
        verbs.set_tier(small, 2, acting_user=world.operator)


def test_a_person_is_created_with_what_was_asked_for(world: cast.Council) -> None:
    made = verbs.create_person(
        world.company,
        "Tsuji@Suirei.example",
        "辻 直樹",
        title="課長",
        department="調達部",
        tier=2,
        subcommittees=[world.materials],
        acting_user=world.administrator,
    )
    subject = subject_of(made)
    assert (made.email, subject.tier, subject.subcommittees) == ("tsuji@suirei.example", 2, {str(world.materials.pk)})
    assert (subject.roles, subject.department) == ({Role.MEMBER}, "調達部")
    assert not made.has_usable_password()


def test_an_administrator_creates_nobody_elsewhere(world: cast.Council) -> None:
    deed = {"acting_user": world.administrator}
    assert refused(lambda: verbs.create_person(world.other_company, "a@b.example", "名", **deed)) == "not_involved"
    assert not User.objects.filter(email="a@b.example").exists()


def test_a_creation_that_fails_leaves_nothing(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="参加していません"):
        verbs.create_person(
            world.other_company,
            "a@b.example",
            "名",
            subcommittees=[world.materials],
            acting_user=world.operator,
        )
    assert not User.objects.filter(email="a@b.example").exists()
    assert not AuditEvent.objects.exists()


def test_suspension_ends_session_and_tokens_on_the_next_request(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.reader_two)
    bearer = cast.bearer(world.reader_two)
    assert client.get("/me/").status_code == 200
    verbs.suspend_person(world.reader_two, acting_user=world.administrator)
    assert client.get("/me/").headers["Location"].startswith("/sign-in/")
    assert Client().get("/api/v1/me/", headers=bearer).status_code == 401
    verbs.resume_person(world.reader_two, acting_user=world.administrator)
    assert client.get("/me/").status_code == 302, "the old session came back to life"


def test_leaving_a_subcommittee_counts_at_once(world: cast.Council) -> None:
    verbs.leave_subcommittee(world.reader_two, world.materials, acting_user=world.administrator)
    subject = subject_of(world.reader_two)
    assert subject.subcommittees == frozenset()
    assert world.materials.group_id not in subject.groups


def test_a_suspended_administrator_runs_nothing(world: cast.Council) -> None:
    verbs.suspend_person(world.administrator, acting_user=world.operator)
    assert refused(lambda: verbs.set_tier(world.reader_one, 2, acting_user=world.administrator)) == "suspended"


def test_an_administrator_seats_nobody_where_they_do_not_sit(world: cast.Council) -> None:
    by = {"acting_user": cast.person(world.company, Role.ADMINISTRATOR, tier=2)}
    clerk = cast.person(world.company, subcommittees=[world.materials])
    assert refused(lambda: verbs.join_subcommittee(clerk, world.materials, **by)) == "above_own_tier"
    new = ("new@suirei.example", "新任 一郎")
    assert (
        refused(lambda: verbs.create_person(world.company, *new, subcommittees=[world.materials], **by))
        == "above_own_tier"
    )


def test_nobody_moves_themselves_into_another_department(world: cast.Council) -> None:
    own = {"name": world.administrator.name, "department": "防衛事業部", "acting_user": world.administrator}
    assert refused(lambda: verbs.change_person(world.administrator, **own)) == "oneself"
    verbs.change_person(world.reader_two, name="加藤 美咲", department="防衛事業部", acting_user=world.administrator)
    assert subject_of(world.reader_two).department == "防衛事業部"
    verbs.change_person(world.reader_two, name="加藤 岬", acting_user=world.administrator)
    assert subject_of(world.reader_two).department == "防衛事業部"
