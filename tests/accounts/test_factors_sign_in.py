"""Signing in by a passkey, by password and code, and once more by a passkey: what each opens, and what it doesn't."""

import json
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.actions.organisations import suspend_organisation
from accounts.actions.people import suspend_person
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast
from tests.accounts.given_factors import (
    CONFIRM,
    SECOND,
    SIGN_IN,
    by_code,
    by_passkey,
    by_password,
    code_of,
    confirmed,
    holder,
    options,
    with_app,
)
from tests.bulletins import shelf

NEVER = "/bulletins/0b5f6e1c-7a34-4c58-9d0e-5f2f3c1a9b77/"
HINT = "パスキーで確かめると、開けるものが増えることがあります。"


def told(action: str, outcome: str = "allow") -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action, outcome=outcome))


@pytest.fixture(autouse=True)
def here(settings: Settings) -> None:
    """An address that passkeys can belong to, and no attempts from other tests that count."""
    settings.COUNCIL_URL = "http://testserver"
    cache.clear()


@pytest.fixture
def secret_work(world: cast.Council) -> str:
    """The address of a bulletin of tier two that the reader of tier two may see."""
    made = shelf.published(
        world.publisher,
        world.approver,
        tier=2,
        title="題名",
        floor=2,
        floor_title="題名",
        organisations=[world.company],
        parts=["文"],
    )
    return f"/bulletins/{made.bulletin_id}/"


def test_a_passkey_alone_signs_in_and_goes_on(world: cast.Council, client: Client) -> None:
    answer = by_passkey(client, holder(world.reader_two), next="/bulletins/")
    assert answer.headers["Location"] == "/bulletins/"
    assert client.get("/me/").context["person"]["session_label"] == "機密性2情報まで"
    assert told("session.sign_in")[0].actor == actor_of(str(world.reader_two.pk))


def test_a_passkey_never_leads_to_another_site(world: cast.Council, client: Client) -> None:
    assert by_passkey(client, holder(world.reader_two), next="https://elsewhere.example/").headers["Location"] == "/"


@pytest.mark.parametrize(
    "how", ["unknown", "unverified", "suspended", "organisation", "other origin's number", "replayed"]
)
def test_every_passkey_that_does_not_do_gets_the_same_answer(world: cast.Council, client: Client, how: str) -> None:
    key = holder(world.reader_two)
    asked = options(client, SIGN_IN)
    match how:
        case "unknown":
            key.id = b"0" * 16
        case "unverified":
            key.verifies = False
        case "suspended":
            suspend_person(world.reader_two, acting_user=world.operator)
        case "organisation":
            suspend_organisation(world.company, acting_user=world.operator)
        case "other origin's number":
            asked["rpId"] = "elsewhere.example"
        case "replayed":
            options(client, SIGN_IN)
    answer = client.post(SIGN_IN, {"credential": key.shown(asked)}, follow=True)
    assert "このパスキーでは確かめられませんでした。" in answer.text
    assert "_auth_user_id" not in client.session
    assert told("session.sign_in_failed", "deny")[0].reason == "wrong_passkey"


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "1", "null", '{"id": 1}', "{", '{"response": {"userHandle": "\\u0000"}}']
)
def test_what_is_no_answer_signs_nobody_in(client: Client, db: None, credential: str) -> None:
    options(client, SIGN_IN)
    assert client.post(SIGN_IN, {"credential": credential}, follow=True).status_code == 200
    assert "_auth_user_id" not in client.session


def test_without_javascript_the_passkey_button_says_what_it_needs(client: Client, db: None) -> None:
    answer = client.post(SIGN_IN, {"credential": "", "next": "/me/"}, follow=True)
    assert "JavaScript を有効にしてください。" in answer.text
    assert answer.redirect_chain == [("/sign-in/?next=%2Fme%2F", 302)]
    assert told("session.sign_in_failed", "deny") == []


def test_password_and_code_in_one_form_sign_in(world: cast.Council, client: Client) -> None:
    secret = with_app(world.reader_two)
    fields = {"login": world.reader_two.email, "password": cast.PASSWORD, "next": "/me/"}
    full_width = code_of(secret).translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert client.post("/sign-in/", {**fields, "code": full_width}).headers["Location"] == "/me/"
    assert client.get("/me/").context["person"]["session_label"] == "機密性1情報まで"


def test_a_wrong_code_is_asked_for_again(world: cast.Council, client: Client) -> None:
    secret = with_app(world.reader_two)
    by_password(client, world.reader_two, "000000")
    assert "_auth_user_id" not in client.session
    assert client.get(SECOND).status_code == 200
    assert client.post(SECOND, {"code": code_of(secret)}).headers["Location"] == "/"
    assert client.get("/me/").status_code == 200


def test_a_password_without_the_second_factor_opens_nothing(world: cast.Council, client: Client) -> None:
    with_app(world.reader_two)
    by_password(client, world.reader_two)
    assert client.get("/me/").headers["Location"].startswith("/sign-in/")
    assert "確認コードで確かめる" in client.get("/sign-in/", follow=True).text


def test_after_the_password_one_may_begin_again(world: cast.Council, client: Client) -> None:
    with_app(world.reader_two)
    by_password(client, world.reader_two)
    assert client.post(SECOND, {"leave": "1"}).headers["Location"] == "/sign-in/"
    assert client.get("/sign-in/").status_code == 200


def test_whoever_has_a_passkey_shows_it_after_the_password(world: cast.Council, client: Client) -> None:
    key = holder(world.reader_two)
    by_password(client, world.reader_two)
    assert client.get(SECOND).context["passkey"]
    answer = client.post(SECOND, {"credential": key.shown(options(client, SECOND))})
    assert answer.headers["Location"] == "/"
    assert client.get("/me/").context["person"]["session_label"] == "機密性2情報まで"


def test_the_passkey_of_somebody_else_is_no_second_factor(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    other = holder(world.other_reader)
    by_password(client, world.reader_two)
    assert client.post(SECOND, {"credential": other.shown(options(client, SECOND))}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_session_by_code_sees_tier_two_after_the_passkey(
    world: cast.Council, client: Client, secret_work: str
) -> None:
    key = holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    assert client.get(secret_work).status_code == 404
    assert confirmed(client, key, next=secret_work).headers["Location"] == secret_work
    assert client.get(secret_work).status_code == 200
    assert [event.actor for event in told("session.step_up")] == [actor_of(str(world.reader_two.pk))]


def test_nobody_confirms_with_the_passkey_of_somebody_else(
    world: cast.Council, client: Client, secret_work: str
) -> None:
    other = holder(world.other_reader)
    by_code(client, world.reader_two, with_app(world.reader_two))
    answer = confirmed(client, other)
    assert (answer.status_code, client.get(secret_work).status_code) == (200, 404)
    assert [event.reason for event in told("session.step_up", "deny")] == ["wrong_passkey"]


def test_whoever_has_no_passkey_is_told_whom_to_ask(world: cast.Council, client: Client) -> None:
    by_code(client, world.reader_two, with_app(world.reader_two))
    assert "登録のやり直しを頼んでください。" in client.get(CONFIRM).text


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_confirming_leads_to_pages_of_this_portal_alone(world: cast.Council, client: Client, next_page: str) -> None:
    key = holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    assert confirmed(client, key, next=next_page).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("source", "goes_to"),
    [
        ("http://testserver/bulletins/?q=x", "/bulletins/?q=x"),
        ("https://elsewhere.example/bulletins/", ""),
        (f"http://testserver{CONFIRM}", ""),
        ("", ""),
    ],
)
def test_one_goes_back_to_the_page_whose_link_was_followed(
    world: cast.Council, client: Client, source: str, goes_to: str
) -> None:
    holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    assert client.get(CONFIRM, headers={"Referer": source}).context["next"] == goes_to


def test_the_hint_on_missing_pages_is_the_same_whatever_was_asked_for(
    world: cast.Council, client: Client, secret_work: str
) -> None:
    cast.sign_in(client, world.reader_two, Tier.ONE)
    pages = [client.get(url) for url in (secret_work, NEVER, "/desk/", "/no/such/page/")]
    assert [page.status_code for page in pages] == [404] * 4
    assert HINT in pages[0].text
    assert len({page.content for page in pages}) == 1


@pytest.mark.parametrize(
    ("who", "strength", "hinted"),
    [
        ("reader_two", Tier.ONE, True), ("reader_two", Tier.TWO, False), ("reader_three", Tier.TWO, True), ("reader_one", Tier.ONE, False),
        ("auditor", Tier.ONE, True), ("auditor", Tier.TWO, False), ("administrator", Tier.TWO, False),
    ],
)  # fmt: skip
def test_the_hint_is_for_sessions_that_reach_less_than_they_could(
    world: cast.Council, client: Client, who: str, strength: Tier, hinted: bool
) -> None:
    cast.sign_in(client, getattr(world, who), strength)
    assert (HINT in client.get(NEVER).text) is hinted
    assert (f'<li><a href="{CONFIRM}">' in client.get("/help/").text) is hinted


def test_the_menu_says_until_when(world: cast.Council, client: Client) -> None:
    by_passkey(client, holder(world.reader_two))
    assert re.search(r"<dd>機密性2情報まで（\d\d:\d\dまで）</dd>", client.get("/help/").text)


def test_on_an_address_of_numbers_the_page_names_the_one_that_works(client: Client, db: None) -> None:
    assert "http://localhost:8123/sign-in/" in client.get("/sign-in/", headers={"Host": "127.0.0.1:8123"}).text
    assert "数字のアドレス" not in client.get("/sign-in/", headers={"Host": "localhost:8123"}).text


# --- the demonstration ------------------------------------------------------------------------------------------------
@pytest.fixture
def demo(world: cast.Council, tmp_path: Path, settings: Settings) -> cast.Council:
    """The reader of tier two and the auditor are people of a demonstration."""
    rows = [(world.reader_two, 2, ["member"]), (world.auditor, 0, ["auditor"])]
    people = [
        {"email": who.email, "name": who.name, "organisation": "組織", "roles": roles, "tier": tier, "note": "例"}
        for who, tier, roles in rows
    ]
    (tmp_path / "demo_people.json").write_text(json.dumps(people), encoding="utf-8")
    settings.COUNCIL_DATA = tmp_path
    return world


def test_one_click_signs_in_as_somebody_of_the_demonstration(demo: cast.Council, client: Client) -> None:
    assert f'value="{demo.reader_two.email}"' in client.get("/sign-in/").text
    answer = client.post("/sign-in/demo/", {"person": demo.reader_two.email, "next": "/bulletins/"})
    assert answer.headers["Location"] == "/bulletins/"
    assert client.get("/me/").context["person"]["session_label"] == "機密性2情報まで"
    assert [event.actor for event in told("session.sign_in")] == [actor_of(str(demo.reader_two.pk))]


def test_the_auditor_of_the_demonstration_can_work(demo: cast.Council, client: Client) -> None:
    client.post("/sign-in/demo/", {"person": demo.auditor.email})
    assert client.get("/audit/").status_code == 200


def test_nobody_but_its_invented_people_comes_in_that_way(demo: cast.Council, client: Client) -> None:
    assert client.post("/sign-in/demo/", {"person": demo.operator.email}).status_code == 404
    assert client.get("/sign-in/demo/").status_code == 404
    assert "_auth_user_id" not in client.session


def test_elsewhere_there_is_no_such_page(world: cast.Council, client: Client) -> None:
    assert client.post("/sign-in/demo/", {"person": world.reader_two.email}).status_code == 404
    assert "_auth_user_id" not in client.session
