"""鍵: an administrator's page from the public key to the last holder, and the page of those who confirm by telephone."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import founding_keys as founding
from accounts.models import Contact, KeyApproval, RecipientKey
from council.access.facts import Role
from council.audit.models import AuditEvent
from council.sealing.age_keys import Identity
from council.sealing.age_keys import spoken_fingerprint as spoken
from tests import cast
from tests.accounts import given_keys as given
from tests.accounts.given_keys import CLASSIC, HYBRID

CONFIRM = "/keys/confirm/"


def _register(client: Client, identity: Identity, *holders: object) -> object:
    sent = {"do": "register", "recipient": str(identity.recipient), "holders": [person.pk for person in holders]}
    return client.post("/keys/", sent)


def _confirm(client: Client, key: RecipientKey, *, ticked: bool = True) -> object:
    return client.post(CONFIRM, {"key": key.pk, **({f"{key.pk}-compared": "on"} if ticked else {})})


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_a_key_goes_its_way_on_the_pages(world: cast.Council, client: Client, identity: Identity) -> None:
    cast.sign_in(client, world.administrator)
    assert _register(client, identity, world.reader_two, world.reader_three).status_code == 302
    key = RecipientKey.objects.get()
    file = client.get("/keys/challenge/")
    assert file.headers["Content-Disposition"] == 'attachment; filename="challenge.age"'
    said = given.opened(file.text, identity)
    assert client.post("/keys/", {"do": "prove", "key": key.pk, "answer": said}).status_code == 302
    for officer in (world.officer, world.operator):
        assert _confirm(cast.sign_in(Client(), officer), key).status_code == 302
    RecipientKey.objects.update(usable_from=timezone.now() - timedelta(hours=1))
    page = client.get("/keys/")
    assert page.context["board"].in_use.key == key
    assert all(
        words in page.text for words in (spoken(identity.recipient), "加藤 美咲", "水城 環", "から使っています。")
    )


def test_each_step_is_said_in_words(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    assert "使っている鍵はありません" in client.get("/keys/").text
    key = given.registered(world.company, world.reader_two, by=world.administrator)
    page = client.get("/keys/").text
    assert "識別鍵を持っていることの証明を待っています。" in page
    assert "-----BEGIN AGE ENCRYPTED FILE-----" in page
    RecipientKey.objects.update(proved_at=timezone.now(), challenge="")
    KeyApproval.objects.create(key=key, person=world.officer, approved_at=timezone.now())
    assert "2人の確認を待っています（いま1人）。" in client.get("/keys/").text
    RecipientKey.objects.update(usable_from=timezone.now() + timedelta(hours=20))
    assert "から使います。" in client.get("/keys/").text
    RecipientKey.objects.update(revoked_at=timezone.now(), revoked_why="leaked")
    assert "に失効しました（識別鍵が漏れた、または漏れたおそれがある）。" in client.get("/keys/").text


@pytest.mark.parametrize(("changes", "step"), [({}, 2), ({"proved_at": timezone.now}, 3), ({"usable_from": None}, 2)])
def test_the_steps_mark_where_a_key_stands(world: cast.Council, client: Client, changes: dict, step: int) -> None:
    given.registered(world.company, world.reader_two)
    RecipientKey.objects.update(**{name: value() if callable(value) else value for name, value in changes.items()})
    page = cast.sign_in(client, world.administrator).get("/keys/")
    assert page.context["board"].waiting.step == step
    assert page.text.count('aria-current="step"') == 1


@pytest.mark.parametrize(
    "pasted",
    [HYBRID.text(), CLASSIC.text().lower(), CLASSIC.text()[4:], f"{CLASSIC.recipient}{CLASSIC.text()}", f"#\n{CLASSIC.text()}"],
    ids=["hybrid", "small letters", "without its head", "behind the key", "a file"],
)  # fmt: skip
def test_an_identity_that_was_pasted_is_neither_shown_nor_kept(
    world: cast.Council, client: Client, pasted: str, caplog: pytest.LogCaptureFixture
) -> None:
    cast.sign_in(client, world.administrator)
    sent = {"do": "register", "recipient": pasted, "holders": [world.reader_two.pk]}
    answer = client.post("/keys/", sent)
    assert "秘密の識別鍵なので、登録しませんでした" in answer.text
    for secret in (HYBRID.text()[-40:], CLASSIC.text()[-40:]):
        assert secret not in answer.text.upper()
        assert secret not in caplog.text.upper()
    assert not RecipientKey.objects.exists()


def test_a_mistyped_public_key_comes_back_to_be_mended(world: cast.Council, client: Client) -> None:
    right = str(CLASSIC.recipient)
    text = right[:-1] + ("q" if right[-1] == "x" else "x")
    sent = {"do": "register", "recipient": text, "holders": [world.reader_two.pk]}
    answer = cast.sign_in(client, world.administrator).post("/keys/", sent)
    assert f">{text}</textarea>" in answer.text
    assert list(answer.context["register"].errors) == ["recipient"]


def test_holders_are_offered_from_the_own_organisation_alone(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    answer = _register(client, CLASSIC, world.other_reader)
    assert list(answer.context["register"].errors) == ["holders"]
    assert "秋山 恵" not in answer.text
    assert list(_register(client, CLASSIC).context["register"].errors) == ["holders"]
    assert not RecipientKey.objects.exists()


def test_a_wrong_answer_says_how_many_are_left(world: cast.Council, client: Client) -> None:
    key = given.registered(world.company, world.reader_two)
    cast.sign_in(client, world.administrator)
    sent = {"do": "prove", "key": key.pk, "answer": "kagi-"}
    assert "あと9回試せます" in client.post("/keys/", sent).text
    for _ in range(8):
        client.post("/keys/", sent)
    assert "登録からやり直してください" in client.post("/keys/", sent).text
    assert "使い始めを待つ鍵" not in client.get("/keys/").text


def test_a_holder_is_added_on_the_page(world: cast.Council, client: Client) -> None:
    key = given.in_use(world.company, world.reader_two)
    cast.sign_in(client, world.administrator)
    sent = {"do": "hold", "key": key.pk, f"{key.pk}-holders": world.reader_three.pk}
    assert client.post("/keys/", sent).status_code == 302
    assert "水城 環" in client.get("/keys/").text
    assert client.post("/keys/", sent).context["holder_forms"][0][1].errors
    assert key.holders.count() == 2


def test_revoking_asks_first_and_then_says_what_is_used_again(world: cast.Council, client: Client) -> None:
    old, new = given.in_use(world.company, world.reader_two), given.in_use(world.company, world.reader_two)
    url = f"/keys/revoke/?key={new.pk}"
    cast.sign_in(client, world.administrator)
    assert spoken_of(old) in client.get(url).text
    assert list(client.post(url, {}).context["form"].errors) == ["why"]
    assert client.post(url, {"why": "lost"}).headers["Location"] == "/keys/"
    assert client.get("/keys/").context["board"].in_use.key == old
    assert "に失効しました" in client.get(url).text


def spoken_of(key: RecipientKey) -> str:
    return " ".join(key.fingerprint[start : start + 4] for start in range(0, 32, 4))


def test_the_operator_revokes_the_key_of_any_organisation(world: cast.Council, client: Client) -> None:
    key = given.in_use(world.company, world.reader_two)
    cast.sign_in(client, world.operator)
    url = f"/keys/revoke/?key={key.pk}"
    assert f'href="{url}"' in client.get(CONFIRM).text
    assert client.post(url, {"why": "not_ours"}).headers["Location"] == CONFIRM
    assert client.get(CONFIRM).context["open_keys"] == []


# --- the telephone ---


def test_whoever_confirms_sees_what_to_compare_and_whom_to_call(world: cast.Council, client: Client) -> None:
    at = timezone.now() - timedelta(days=30)
    founding.found_contact("mailbox", organisation=world.company, address="m@a.example", telephone="03-1", now=at)
    founding.found_contact("deputy", organisation=world.company, person=world.reader_one, telephone="03-2")
    given.proved(world.company, world.reader_two, by=world.administrator, identity=HYBRID)
    page = cast.sign_in(client, world.officer).get(CONFIRM)
    words = (spoken(HYBRID.recipient), "翠嶺マテリアル株式会社", "森本 健", "加藤 美咲", "m@a.example", "03-1", "03-2")
    assert all(each in page.text for each in words)
    calls = page.context["rows"][0]["calls"]
    assert {call.contact.telephone: call.too_new for call in calls} == {"03-1": False, "03-2": True}
    assert page.text.count("この番号だけで照合しないでください") == 1


def test_numbers_of_ended_contacts_are_not_called(world: cast.Council, client: Client) -> None:
    founding.found_contact("mailbox", organisation=world.company, address="m@a.example", telephone="03-1")
    Contact.objects.update(ended_at=timezone.now())
    given.proved(world.company, world.reader_two)
    assert "このポータルの外で知った番号" in cast.sign_in(client, world.officer).get(CONFIRM).text


def test_the_box_has_to_be_ticked(world: cast.Council, client: Client) -> None:
    key = given.proved(world.company, world.reader_two)
    answer = _confirm(cast.sign_in(client, world.officer), key, ticked=False)
    assert "電話で照合してから" in answer.text
    assert not KeyApproval.objects.exists()


def test_whoever_may_not_confirm_a_key_is_told_so_and_has_no_button(world: cast.Council, client: Client) -> None:
    both = cast.person(world.office, Role.ADMINISTRATOR, Role.OPERATOR)
    key = given.proved(world.office, world.operator, by=both)
    for who in (both, world.operator):
        page = cast.sign_in(client, who).get(CONFIRM).text
        assert "確認できません" in page
        assert "電話で指紋を照合しました" not in page
        assert _confirm(client, key).status_code == 404
    _confirm(cast.sign_in(client, world.officer), key)
    assert "あなたは確認しました" in client.get(CONFIRM).text
    assert _confirm(client, key).status_code == 404


def test_a_confirmation_that_comes_too_late_says_so(world: cast.Council, client: Client) -> None:
    key = given.proved(world.company, world.reader_two)
    for officer in (world.operator, world.other_officer):
        _confirm(cast.sign_in(Client(), officer), key)
    assert _confirm(cast.sign_in(client, world.officer), key).status_code == 302
    assert "もう2人が確認しています" in client.get(CONFIRM).text


def test_keys_that_are_not_proved_are_not_shown_to_be_confirmed(world: cast.Council, client: Client) -> None:
    given.registered(world.company, world.reader_two)
    page = cast.sign_in(client, world.officer).get(CONFIRM)
    assert page.context["rows"] == page.context["open_keys"] == []
    assert len(client.get(CONFIRM).context["rows"]) == 0


def test_a_clearance_officer_sees_no_list_of_all_keys(world: cast.Council, client: Client) -> None:
    given.in_use(world.company, world.reader_two)
    assert "すべての組織の鍵" not in cast.sign_in(client, world.officer).get(CONFIRM).text


# --- missing and forbidden ---


@pytest.mark.parametrize("who", ["reader_two", "officer", "operator", "publisher", "auditor"])
@pytest.mark.parametrize("url", ["/keys/", "/keys/challenge/"])
def test_pages_of_administrators_are_missing_for_everybody_else(
    world: cast.Council, client: Client, who: str, url: str
) -> None:
    answer = cast.sign_in(client, getattr(world, who)).get(url)
    assert (answer.status_code, answer.content) == (404, client.get("/nowhere/").content)
    assert AuditEvent.objects.get(action="key.manage").outcome == "deny"


@pytest.mark.parametrize("who", ["reader_two", "administrator", "publisher", "auditor"])
def test_the_page_of_confirmations_is_missing_for_everybody_else(world: cast.Council, client: Client, who: str) -> None:
    answer = cast.sign_in(client, getattr(world, who)).get(CONFIRM)
    assert (answer.status_code, answer.content) == (404, client.get("/nowhere/").content)


def _alike(client: Client, *asks: object) -> set[tuple[int, bytes, int]]:
    seen = set()
    for ask in asks:
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        seen.add((answer.status_code, answer.content, len(queries)))
    return seen


def test_an_administrator_of_another_organisation_finds_no_key(world: cast.Council, client: Client) -> None:
    used = given.in_use(world.company, world.reader_two)
    waits = given.registered(world.company, world.reader_two, identity=CLASSIC)
    cast.sign_in(client, world.other_administrator)
    for key in (used, waits):
        asked = [str(key.pk), str(uuid.uuid4())]
        for ask in (
            lambda pk: client.get(f"/keys/revoke/?key={pk}"),
            lambda pk: client.post(f"/keys/revoke/?key={pk}", {"why": "lost"}),
            lambda pk: client.post("/keys/", {"do": "prove", "key": pk, "answer": "kagi-"}),
            lambda pk: client.post("/keys/", {"do": "hold", "key": pk}),
            lambda pk: client.post(CONFIRM, {"key": pk}),
        ):
            seen = _alike(client, *(lambda pk=pk, ask=ask: ask(pk) for pk in asked))
            assert {status for status, _body, _queries in seen} == {404}
            assert len(seen) == 1
    assert client.get("/keys/challenge/").status_code == 404
    assert spoken_of(used) not in client.get("/keys/").text
    assert not RecipientKey.objects.filter(revoked_at__isnull=False).exists()


@pytest.mark.parametrize("named", ["", "x", "{}", "0" * 40])
def test_ids_that_are_none_are_missing(world: cast.Council, client: Client, named: str) -> None:
    cast.sign_in(client, world.administrator)
    assert client.get(f"/keys/revoke/?key={named}").status_code == 404
    assert client.post("/keys/", {"do": "prove", "key": named, "answer": "x"}).status_code == 404
    assert client.post("/keys/", {"do": "x"}).status_code == 404
    assert cast.sign_in(client, world.officer).post(CONFIRM, {"key": named}).status_code == 404


def test_a_page_costs_the_same_however_many_keys_and_holders_there_are(world: cast.Council, client: Client) -> None:
    given.in_use(world.company, world.reader_two)
    cast.sign_in(client, world.operator)
    client.get(CONFIRM)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(CONFIRM)
        costs.append(len(queries))
        for of, holder in ((world.company, world.reader_one), (world.other_company, world.other_reader)):
            given.in_use(of, holder)
            given.registered(of, holder)
    assert costs[0] == costs[1]


def test_a_key_is_registered_only_with_its_csrf_token(world: cast.Council) -> None:
    strict = cast.sign_in(Client(enforce_csrf_checks=True), world.administrator)
    assert _register(strict, CLASSIC, world.reader_two).status_code == 403
    assert not RecipientKey.objects.exists()
