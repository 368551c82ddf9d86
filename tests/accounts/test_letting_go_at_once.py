"""Two people let each other go at the same moment, on two connections: one stays, the other is refused, and none waits for ever.

On PostgreSQL both have looked at what they may do before either locks anything. SQLite lets one begin after the other.
"""

from collections.abc import Callable
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.actions import leaving, people, proposals, verb
from accounts.actions.verb import Refused
from accounts.models import Organisation, Proposal, User
from accounts.subject import subject_of
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import reviews
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
    """Runs calls at once; each is let on when all of them have read who acts."""

    def run(*calls: Callable[[], object]) -> list[object]:
        if connection.vendor == "postgresql":
            met = Barrier(len(calls))

            def read(who: User) -> object:
                subject = subject_of(who)
                met.wait(timeout=30)
                return subject

            monkeypatch.setattr(verb, "subject_of", read)
        connection.close()
        return all_at_once(calls)

    return run


def leave(who: User, by: User) -> object:
    return leaving.leave(who, acting_user=by)


def suspend(who: User, by: User) -> object:
    return people.suspend_person(who, acting_user=by)


def revoke(who: User, by: User) -> object:
    return people.revoke_role(who, Role.ADMINISTRATOR, acting_user=by)


def administrators(home: Organisation) -> int:
    rows = User.objects.filter(organisation=home, is_active=True, role_assignments__role=Role.ADMINISTRATOR)
    return rows.count()


PAIRS = [(leave, leave), (suspend, suspend), (revoke, revoke), (leave, suspend), (revoke, leave)]


def test_of_two_administrators_who_let_each_other_go_one_stays(together) -> None:
    homes = [cast.organisation() for _pair in PAIRS]
    for home, (first, second) in zip(homes, PAIRS, strict=True):
        one, two = (cast.person(home, Role.ADMINISTRATOR, Role.MEMBER, tier=2) for _ in range(2))
        done = together(lambda a=one, b=two, do=first: do(b, a), lambda a=one, b=two, do=second: do(a, b))
        refused = [each for each in done if isinstance(each, Refused | ValidationError)]
        assert ([type(each) for each in done if each not in refused], len(refused)) == ([User], 1), (first, second)
        assert administrators(home) == 1


def test_of_three_in_a_circle_one_at_least_stays(together) -> None:
    home = cast.organisation()
    a, b, c = (cast.person(home, Role.ADMINISTRATOR, tier=2) for _ in range(3))
    done = together(lambda: leave(b, a), lambda: leave(c, b), lambda: leave(a, c))
    assert {type(each) for each in done} <= {User, Refused, ValidationError}
    assert administrators(home) >= 1


def test_of_two_operators_who_move_each_other_one_stays(together) -> None:
    home, other = cast.organisation("agency"), cast.organisation("agency")
    one, two = (cast.person(home, Role.OPERATOR, tier=2) for _ in range(2))
    done = together(
        lambda: leaving.transfer(two, other, acting_user=one), lambda: leaving.transfer(one, other, acting_user=two)
    )
    assert sorted(type(each).__name__ for each in done) == ["Refused", "User"]
    assert User.objects.filter(is_active=True, role_assignments__role=Role.OPERATOR).count() == 1
    assert AuditEvent.objects.filter(action="people.transfer").count() == 2


def test_whoever_answers_a_review_and_whoever_lets_them_go_do_not_wait_for_each_other(together) -> None:
    world = cast.council()
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    campaign = reviews.begun(world)
    done = together(
        lambda: reviews.answered(campaign, second, reviews.END, by=world.administrator),
        lambda: leave(world.administrator, second),
    )
    assert [type(each) is Refused for each in done].count(True) == 1
    assert administrators(world.company) == 1


def test_whoever_confirms_and_whoever_lets_go_do_not_wait_for_each_other(together) -> None:
    world = cast.council()
    wanted = {"role": Role.ADMINISTRATOR}
    proposal = proposals.propose("role", world.company, world.reader_two.pk, wanted, acting_user=world.administrator)
    done = together(
        lambda: proposals.confirm(proposal.pk, acting_user=world.operator),
        lambda: leave(world.reader_two, world.administrator),
    )
    assert not [each for each in done if isinstance(each, Exception) and not isinstance(each, Refused)]
    assert not User.objects.get(pk=world.reader_two.pk).is_active
    assert not Proposal.objects.filter(confirmed_at=None).exists()
