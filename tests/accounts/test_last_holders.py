"""Who is the last to act in a role that must not be without anybody: asked by the clocks and by whoever lets somebody go."""

import pytest

from accounts.last_holders import has_successor, is_last, who_can_act
from accounts.models import Organisation, User
from council.access.facts import Role
from tests import cast


def last(who: User) -> bool:
    return is_last(who.pk, who_can_act(who.organisation_id))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("operator", True), ("auditor", True), ("administrator", True), ("publisher", False), ("reader_two", False)],
)
def test_the_only_one_in_such_a_role_is_the_last(world: cast.Council, name: str, expected: bool) -> None:
    assert last(getattr(world, name)) is expected


@pytest.mark.parametrize(("name", "kind"), [("operator", "company"), ("auditor", "audit")])
def test_somebody_in_another_organisation_is_a_second_as_long_as_they_can_act(world, name: str, kind: str) -> None:
    who, second = getattr(world, name), cast.person(cast.organisation(kind), name)
    assert not last(who)
    Organisation.objects.filter(pk=second.organisation_id).update(is_active=False)
    assert last(who)


def test_an_administrator_elsewhere_is_no_second(world: cast.Council) -> None:
    cast.person(world.thinktank, Role.ADMINISTRATOR)
    assert last(world.administrator)
    assert not has_successor(world.administrator, Role.ADMINISTRATOR)


def test_somebody_suspended_is_no_successor(world: cast.Council) -> None:
    second = cast.person(world.company, Role.ADMINISTRATOR)
    assert has_successor(world.administrator, Role.ADMINISTRATOR)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert not has_successor(world.administrator, Role.ADMINISTRATOR)


def test_an_operator_whose_organisation_is_suspended_is_no_successor(world: cast.Council) -> None:
    second = cast.person(world.thinktank, Role.OPERATOR)
    assert has_successor(world.operator, Role.OPERATOR)
    Organisation.objects.filter(pk=second.organisation_id).update(is_active=False)
    assert not has_successor(world.operator, Role.OPERATOR)


def test_the_second_administrator_of_a_suspended_organisation_is_a_successor(world: cast.Council) -> None:
    cast.person(world.company, Role.ADMINISTRATOR)
    Organisation.objects.filter(pk=world.company.pk).update(is_active=False)
    assert has_successor(world.administrator, Role.ADMINISTRATOR)
