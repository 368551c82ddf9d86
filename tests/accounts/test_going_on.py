"""A form that comes too late: whoever was signed out, or is asked for their passkey, is told, and goes on where they were."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import Client

from council.access.tiers import Tier
from council.going_on import page_at
from tests import cast

pytestmark = pytest.mark.django_db
BULLETIN = f"/bulletins/{UUID(int=7)}/"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def goes_on(answer: object) -> str:
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        (f"{BULLETIN}acknowledge/", BULLETIN),
        (f"/board/{UUID(int=7)}/returns/call/", None),
        ("/first-hour/", "/"),
        ("/people/add/?organisation=1", "/people/add/?organisation=1"),
        ("/nowhere/at/all/", "/"),
    ],
)
def test_an_address_that_can_only_be_sent_to_stands_for_the_page_above_it(sent_to: str, page: str | None) -> None:
    assert page_at(sent_to) == (page or sent_to.removesuffix("returns/call/"))


def test_whoever_was_signed_out_is_told_that_nothing_was_taken(client: Client) -> None:
    answer = client.post(f"{BULLETIN}acknowledge/", {"revision": "1"})
    assert goes_on(answer) == BULLETIN
    assert "送った内容は受け付けていません" in client.get(answer["Location"]).text


def test_what_a_script_sends_by_itself_is_no_news(client: Client) -> None:
    answer = client.post("/desk/new/", headers={"Sec-Fetch-Mode": "cors"})
    assert "送った内容は受け付けていません" not in client.get(answer["Location"]).text


def test_whoever_is_asked_for_their_passkey_is_told_too(client: Client, world: cast.Council) -> None:
    cast.sign_in(client, world.administrator, Tier.ONE)
    answer = client.post("/contacts/", {"do": "end"})
    assert goes_on(answer) == "/contacts/"
    assert "まだ受け付けていません" in client.get(answer["Location"]).text


def test_an_address_that_is_opened_by_hand_leads_back(client: Client, world: cast.Council) -> None:
    answer = cast.sign_in(client, world.reader_one).get(f"{BULLETIN}acknowledge/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f'<a href="{BULLETIN}">元の画面に戻る</a>' in answer.text
    assert int(answer["Content-Length"]) == len(answer.content)


def test_the_language_switch_leads_to_a_page(client: Client, world: cast.Council) -> None:
    sent = {"language": "en", "next": f"{BULLETIN}answer/"}
    assert cast.sign_in(client, world.reader_one).post("/language/", sent)["Location"] == BULLETIN
