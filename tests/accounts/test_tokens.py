"""API tokens: told once, kept as a digest, and worth exactly as much as their person."""

import pytest
from django.test import Client

from accounts.actions.tokens import issue_token, revoke_tokens
from accounts.actions.verb import Refused
from accounts.models import ApiToken
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from tests import cast

ME = "/api/v1/me/"


def call(token: str) -> object:
    return Client().get(ME, headers={"authorization": token})


def test_a_token_speaks_for_its_person(world: cast.Council) -> None:
    token = issue_token(world.reader_two, acting_user=world.reader_two)
    assert call(f"Bearer {token}").json()["id"] == str(world.reader_two.pk)
    assert call(f"bearer {token}").status_code == 200


@pytest.mark.parametrize(("session", "ceiling"), [(Tier.ONE, 1), (Tier.TWO, 2), (Tier.CRITICAL, 2)])
def test_a_token_reaches_as_far_as_the_session_it_was_made_in_and_tier_two_at_most(world, session, ceiling):
    world.reader_three.session = session
    token = issue_token(world.reader_three, acting_user=world.reader_three)
    assert call(f"Bearer {token}").json()["ceiling"] == ceiling


def test_a_session_that_comes_along_does_not_answer_for_the_token(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.reader_three)
    answer = client.get(ME, headers=cast.bearer(world.reader_one)).json()
    assert (answer["id"], answer["ceiling"]) == (str(world.reader_one.pk), 1)


@pytest.mark.parametrize("word", ["Bearer", "Bearer ", "Bearer nonsense", "Bearer a b", "Bearer é", "Basic eDp5", ""])
def test_anything_else_is_refused(world: cast.Council, word: str) -> None:
    answer = call(word)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_digest_itself_opens_nothing(world: cast.Council) -> None:
    issue_token(world.reader_two, acting_user=world.reader_two)
    assert call(f"Bearer {ApiToken.objects.get().digest}").status_code == 401


def test_a_refused_token_is_an_event(world: cast.Council) -> None:
    call("Bearer nonsense")
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.reason, event.actor) == ("token.refused", "deny", "unknown_token", "")


def test_revoked_tokens_are_refused_on_the_next_request(world: cast.Council) -> None:
    bearer = cast.bearer(world.reader_two)
    other = cast.bearer(world.reader_one)
    assert revoke_tokens(world.reader_two, acting_user=world.reader_two) == 1
    assert Client().get(ME, headers=bearer).status_code == 401
    assert Client().get(ME, headers=other).status_code == 200


def test_an_administrator_revokes_the_tokens_of_their_people_alone(world: cast.Council) -> None:
    cast.bearer(world.reader_two)
    with pytest.raises(Refused):
        revoke_tokens(world.reader_two, acting_user=world.other_administrator)
    assert revoke_tokens(world.reader_two, acting_user=world.administrator) == 1


@pytest.mark.parametrize("by", ["administrator", "operator"])
def test_nobody_has_a_token_made_for_somebody_else(world: cast.Council, by: str) -> None:
    with pytest.raises(Refused, match="not_involved"):
        issue_token(world.reader_two, acting_user=getattr(world, by))
    assert not ApiToken.objects.exists()


def test_a_session_changes_nothing_through_the_api_without_its_csrf_token(world: cast.Council) -> None:
    strict = cast.sign_in(Client(enforce_csrf_checks=True), world.publisher)
    assert strict.post("/api/v1/bulletins/", {}, content_type="application/json").status_code == 403
