"""The operator runs organisations and subcommittees, and nobody else does."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actions import organisations as verbs
from accounts.actions.verb import Refused
from accounts.models import Organisation, Subcommittee
from accounts.subject import subject_of
from council.audit.models import AuditEvent
from tests import cast

DEEDS: dict[str, Callable] = {
    "create": lambda world, by: verbs.create_organisation("company", "星見野半導体株式会社", acting_user=by),
    "change": lambda world, by: verbs.change_organisation(world.company, name="新社名", tier=2, acting_user=by),
    "suspend": lambda world, by: verbs.suspend_organisation(world.company, acting_user=by),
    "resume": lambda world, by: verbs.resume_organisation(world.company, acting_user=by),
    "subcommittee": lambda world, by: verbs.create_subcommittee("先端技術管理分科会", acting_user=by),
    "seat": lambda world, by: verbs.seat_organisation(world.other_company, world.materials, acting_user=by),
    "unseat": lambda world, by: verbs.unseat_organisation(world.company, world.materials, acting_user=by),
}


@pytest.mark.parametrize("name", DEEDS)
def test_the_operator_may(world: cast.Council, name: str) -> None:
    DEEDS[name](world, world.operator)
    assert AuditEvent.objects.get().outcome == "allow"


@pytest.mark.parametrize("name", DEEDS)
def test_others_may_not_and_leave_a_trace(world: cast.Council, name: str) -> None:
    others = [world.administrator, world.publisher, world.officer, world.auditor, world.reader_three]
    for by in others:
        with pytest.raises(Refused, match="role"):
            DEEDS[name](world, by)
    assert [event.outcome for event in AuditEvent.objects.all()] == ["deny"] * len(others)


def test_a_wrong_corporate_number_changes_nothing(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="検査用数字"):
        verbs.create_organisation("company", "架空", corporate_number="1000012050002", acting_user=world.operator)
    assert not Organisation.objects.filter(name="架空").exists()
    assert not AuditEvent.objects.exists()


def test_the_people_of_a_suspended_organisation_are_out_on_the_next_request(
    world: cast.Council, client: Client
) -> None:
    cast.sign_in(client, world.reader_two)
    bearer = cast.bearer(world.reader_two)
    verbs.suspend_organisation(world.company, acting_user=world.operator)
    assert client.get("/me/").headers["Location"].startswith("/sign-in/")
    assert Client().get("/api/v1/me/", headers=bearer).status_code == 401


def test_a_session_begun_in_the_same_moment_ends_as_well(world: cast.Council, client: Client) -> None:
    verbs.suspend_organisation(world.company, acting_user=world.operator)
    cast.sign_in(client, world.reader_two)
    assert client.get("/me/").headers["Location"].startswith("/sign-in/")


def test_the_operator_does_not_lock_themselves_out(world: cast.Council) -> None:
    with pytest.raises(Refused, match="oneself"):
        verbs.suspend_organisation(world.office, acting_user=world.operator)


def test_lowering_an_organisation_lowers_its_people(world: cast.Council) -> None:
    verbs.change_organisation(world.company, name=world.company.name, tier=1, acting_user=world.operator)
    assert subject_of(world.reader_two).tier == 1


def test_who_loses_the_seat_loses_its_members(world: cast.Council) -> None:
    gone = verbs.unseat_organisation(world.company, world.materials, acting_user=world.operator)
    assert world.reader_two.pk in gone
    assert subject_of(world.reader_two).subcommittees == frozenset()
    assert subject_of(world.analyst).subcommittees == {str(world.materials.pk)}


def test_two_subcommittees_do_not_share_a_name(world: cast.Council) -> None:
    with pytest.raises(ValidationError):
        verbs.create_subcommittee(world.materials.name, acting_user=world.operator)
    assert Subcommittee.objects.count() == 2
