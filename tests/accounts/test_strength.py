"""How far a session reaches, by what was shown in it and how long ago."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.models import User
from accounts.strength import could_reach, give, proved_lately, reaches_until, strength
from council.access.facts import Role
from council.access.tiers import Tier
from tests.access import given

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
PASSKEY = {"method": "mfa", "type": "webauthn"}
CODE, RECOVERY = {"method": "mfa", "type": "totp"}, {"method": "mfa", "type": "recovery_codes"}
PASSWORD, IDENTITY = {"method": "password"}, {"method": "socialaccount", "provider": "gbizid"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """A clock that stands at NOW until it is set further."""

    def stand(after: timedelta = timedelta()) -> None:
        monkeypatch.setattr("accounts.strength.time", SimpleNamespace(time=(NOW + after).timestamp))

    stand()
    return stand


ONE, OTHER = User(name="一"), User(name="二")


def session(*records: dict, of: User = ONE, who: User = ONE) -> object:
    """A request of somebody, in a session in which somebody showed this now."""
    request = RequestFactory().get("/")
    request.user = who
    shown = [{**record, "at": NOW.timestamp()} for record in records]
    request.session = {"account_authentication_methods": shown, "account_authentication_methods_user": str(of.pk)}
    return request


@pytest.mark.parametrize(
    ("record", "tier"),
    [(PASSWORD, None), (CODE, Tier.ONE), (RECOVERY, Tier.ONE), (IDENTITY, Tier.ONE), (PASSKEY, Tier.CRITICAL)],
)
def test_a_session_reaches_as_far_as_what_was_shown_in_it(record: dict, tier: Tier | None) -> None:
    assert strength(session(record)) is tier


@pytest.mark.parametrize(
    ("after", "tier"),
    [
        (timedelta(minutes=14, seconds=59), Tier.CRITICAL),
        (timedelta(minutes=15), Tier.TWO),
        (timedelta(hours=3, minutes=59, seconds=59), Tier.TWO),
        (timedelta(hours=4), Tier.ONE),
        (timedelta(days=1), Tier.ONE),
    ],
)
def test_a_passkey_reaches_less_by_and_by(after: timedelta, tier: Tier, clock: Callable) -> None:
    clock(after)
    assert strength(session(PASSWORD, PASSKEY)) is tier


def test_the_times_are_those_of_the_settings(settings: Settings, clock: Callable) -> None:
    settings.CRITICAL_FOR, settings.STRONG_FOR = timedelta(minutes=1), timedelta(minutes=5)
    clock(timedelta(minutes=1))
    assert strength(session(PASSKEY)) is Tier.TWO
    clock(timedelta(minutes=5))
    assert strength(session(PASSKEY)) is Tier.ONE


def test_what_somebody_else_showed_in_a_session_counts_for_nothing() -> None:
    assert strength(session(PASSKEY, of=OTHER)) is None


def test_a_session_handed_out_to_somebody_else_reaches_nothing() -> None:
    request = session()
    give(request.session, OTHER, Tier.CRITICAL)
    assert strength(request) is None
    give(request.session, ONE, Tier.TWO)
    assert strength(request) is Tier.TWO


def test_it_is_told_until_when_each_tier_is_reached(clock: Callable) -> None:
    clock(timedelta(minutes=1))
    assert reaches_until(session(PASSKEY), Tier.CRITICAL) == NOW + timedelta(minutes=15)
    assert reaches_until(session(PASSKEY), Tier.TWO) == NOW + timedelta(hours=4)
    assert reaches_until(session(CODE), Tier.TWO) is None


@pytest.mark.parametrize(("minutes", "fresh"), [(14, True), (15, False)])
def test_a_passkey_is_fresh_for_a_quarter_of_an_hour(minutes: int, fresh: bool, clock: Callable) -> None:
    clock(timedelta(minutes=minutes))
    assert proved_lately(session(PASSKEY)) is fresh
    assert not proved_lately(session(CODE, IDENTITY))


def test_a_session_that_was_handed_out_proves_nothing() -> None:
    request = session()
    give(request.session, ONE, Tier.CRITICAL)
    assert not proved_lately(request)


def test_whoever_runs_others_has_a_use_for_a_passkey_at_any_tier() -> None:
    member = given.subject(tier=Tier.ONE, clearances=frozenset())
    administrator = replace(member, roles=frozenset({Role.ADMINISTRATOR}))
    assert (could_reach(member), could_reach(administrator)) == (Tier.ONE, Tier.TWO)
