"""私の登録: what I may see, until when, what I pledged, and my tokens."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import founding
from accounts.actions.rhythm import set_notice_rhythm
from accounts.actions.verb import Refused
from accounts.models import ApiToken, User
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast


def test_a_reader_is_told_what_they_may_see_and_until_when(world: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, world.reader_three).get("/me/").text
    for words in (
        "水城 環",
        "翠嶺マテリアル株式会社",
        "重要経済安保情報",
        "電子部品・素材分科会",
        "産業基盤保全庁",
        "まで",
    ):
        assert words in page


def test_an_auditor_is_told_that_they_see_no_content(world: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, world.auditor).get("/me/").text
    assert "題名と本文は見ません" in page
    assert "見られる上限</dt><dd><span" not in page


def test_a_token_is_issued_shown_once_and_revoked(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.reader_two)
    issued = client.post("/me/", {"do": "issue"})
    token = issued.context["token"]
    assert token in issued.text
    assert token not in client.get("/me/").text
    assert Client().get("/api/v1/me/", headers={"authorization": f"Bearer {token}"}).status_code == 200
    client.post("/me/", {"do": "revoke"})
    assert not ApiToken.objects.exists()


def test_tokens_of_others_are_not_listed(world: cast.Council, client: Client) -> None:
    founding.found_token(world.reader_one)
    assert list(cast.sign_in(client, world.reader_two).get("/me/").context["tokens"]) == []


@pytest.mark.parametrize("rhythm", User.Rhythm.values)
def test_one_chooses_how_often_one_is_told(world: cast.Council, client: Client, rhythm: str) -> None:
    cast.sign_in(client, world.reader_two)
    assert client.post("/me/", {"do": "rhythm", "notices": rhythm}).status_code == 302
    assert f'value="{rhythm}" selected' in client.get("/me/").text
    event = AuditEvent.objects.get(action="notice.rhythm")
    assert (event.action, event.object) == ("notice.rhythm", str(world.reader_two.pk))
    assert details_of([event])[event.pk]["facts"] == {"before": "instant", "after": rhythm}


def test_no_other_rhythm_is_taken(world: cast.Council, client: Client) -> None:
    answer = cast.sign_in(client, world.reader_two).post("/me/", {"do": "rhythm", "notices": "never"})
    assert list(answer.context["rhythm"].errors) == ["notices"]
    with pytest.raises(ValidationError):
        set_notice_rhythm(world.reader_two, "never", acting_user=world.reader_two)
    assert User.objects.get(pk=world.reader_two.pk).notices == "instant"


def test_nobody_chooses_for_somebody_else(world: cast.Council) -> None:
    for who in (world.administrator, world.operator, world.reader_one):
        with pytest.raises(Refused):
            set_notice_rhythm(world.reader_two, "weekly", acting_user=who)
    assert User.objects.get(pk=world.reader_two.pk).notices == "instant"


def test_an_unknown_deed_is_missing(world: cast.Council, client: Client) -> None:
    assert cast.sign_in(client, world.reader_two).post("/me/", {"do": "x"}).status_code == 404


def test_markup_in_a_name_is_text(world: cast.Council, client: Client) -> None:
    person = cast.person(world.company, name="<script>alert(1)</script>")
    assert "<script>alert" not in cast.sign_in(client, person).get("/me/").text
