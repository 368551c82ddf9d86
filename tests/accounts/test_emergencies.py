"""緊急のお知らせ: one at a time above every page of everybody who is signed in, in words for anybody, and never for ever."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.emergencies import end_emergency, raise_emergency
from accounts.actions.verb import Refused
from accounts.models import Emergency
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast

TITLE, BODY = "更新ソフトに改ざんのおそれ", "版 7.2.1 を入れないでください。"


def _raised(world: cast.Council, **words: object) -> Emergency:
    facts = {"title": TITLE, "body": BODY, "ends_at": timezone.now() + timedelta(days=1), **words}
    return raise_emergency(**facts, acting_user=world.operator)


@pytest.mark.parametrize("who", ["reader_one", "administrator", "auditor", "operator"])
def test_it_stands_above_everything_on_the_pages_of_everybody(world: cast.Council, client: Client, who: str) -> None:
    _raised(world, url="/help/", link="手引きを読む")
    page = cast.sign_in(client, getattr(world, who)).get("/me/").text
    assert page.count('class="emergency no-print" aria-labelledby="emergency-title"') == 1
    assert 'class="skip"' in page.partition('<section class="emergency')[0]
    assert "<header" not in page.partition('<section class="emergency')[0]
    assert f'【緊急】<span lang="ja">{TITLE}</span>' in page
    assert '<a href="/help/">手引きを読む</a>' in page


def test_nobody_can_close_it_and_it_is_not_called_out_on_each_page(world: cast.Council, client: Client) -> None:
    _raised(world)
    page = cast.sign_in(client, world.reader_one).get("/me/").text
    banner = page.partition('<section class="emergency')[2].partition("</section>")[0]
    assert not [word for word in ("<button", "<form", "role=", "aria-live", "hidden") if word in banner]


def test_strangers_are_not_shown_it_and_cost_no_query(
    world: cast.Council, client: Client, django_assert_num_queries: object
) -> None:
    _raised(world)
    with django_assert_num_queries(0):
        assert TITLE not in client.get("/sign-in/").text


def test_it_goes_by_itself(world: cast.Council, client: Client) -> None:
    _raised(world)
    Emergency.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert TITLE not in cast.sign_in(client, world.reader_one).get("/me/").text


def test_a_page_asks_as_often_with_it_as_without(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.reader_one).get("/me/")
    with CaptureQueriesContext(connection) as without:
        client.get("/me/")
    _raised(world)
    with CaptureQueriesContext(connection) as with_it:
        client.get("/me/")
    asked = [sum("accounts_emergency" in query["sql"] for query in each) for each in (without, with_it)]
    assert (asked, len(with_it)) == ([1, 1], len(without))


def test_missing_and_forbidden_stay_the_same_page_under_it(world: cast.Council, client: Client) -> None:
    _raised(world)
    cast.sign_in(client, world.reader_one)
    forbidden, missing = client.get("/emergencies/"), client.get("/nowhere/")
    assert (forbidden.status_code, forbidden.content) == (404, missing.content)
    assert TITLE in missing.text


def test_another_one_ends_the_first_in_the_same_moment(world: cast.Council) -> None:
    first, second = _raised(world), _raised(world, title="次のお知らせ")
    assert list(Emergency.objects.filter(ended_at=None)) == [second]
    told = [(event.action, event.object) for event in AuditEvent.objects.order_by("pk")[1:]]
    assert told == [("emergency.end", str(first.pk)), ("emergency.raise", str(second.pk))]


def test_the_first_stays_when_the_next_is_refused(world: cast.Council) -> None:
    first = _raised(world)
    with pytest.raises(ValidationError):
        _raised(world, title="長" * 31)
    assert Emergency.objects.get() == first
    assert Emergency.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": "【機密性３】設備のこと"}),
        ("body", {"body": "極 秘 の 話"}),
        ("body", {"body": "TLP:AMBER の資料を見てください。"}),
        ("link", {"url": "/help/", "link": "関係者限り"}),
        ("url", {"url": "https://example.com/", "link": "外"}),
        ("url", {"url": "//example.com/", "link": "外"}),
        ("url", {"url": "/\\example.com/", "link": "外"}),
        ("url", {"url": "/nowhere/", "link": "無い"}),
        ("url", {"url": "/enrol/word/", "link": "登録"}),
        ("link", {"url": "/help/"}),
        ("url", {"link": "手引き"}),
        ("ends_at", {"ends_at": timezone.now() - timedelta(minutes=1)}),
        ("ends_at", {"ends_at": timezone.now() + timedelta(days=15)}),
    ],
)
def test_what_it_may_not_say_is_refused_at_its_field(world: cast.Council, field: str, wrong: dict) -> None:
    with pytest.raises(ValidationError) as refused:
        _raised(world, **wrong)
    assert list(refused.value.error_dict) == [field]
    assert not Emergency.objects.exists()


@pytest.mark.parametrize("who", ["administrator", "officer", "publisher", "approver", "auditor", "reader_one"])
def test_nobody_but_the_operator_raises_or_ends_one(world: cast.Council, who: str) -> None:
    there, by = _raised(world), getattr(world, who)
    with pytest.raises(Refused):
        raise_emergency("題", "文", ends_at=there.ends_at, acting_user=by)
    with pytest.raises(Refused):
        end_emergency(there, acting_user=by)
    assert Emergency.objects.get().ended_at is None
    assert AuditEvent.objects.filter(outcome="deny").count() == 2


def test_the_operator_raises_and_ends_it_on_the_page(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.operator)
    until = timezone.localtime() + timedelta(hours=3)
    words = {"title": TITLE, "body": BODY, "ends_at": until.strftime("%Y-%m-%dT%H:%M"), "do": "raise"}
    assert client.post("/emergencies/", words).status_code == 302
    raised = AuditEvent.objects.get(action="emergency.raise")
    assert details_of([raised])[raised.pk]["facts"]["title"] == TITLE
    up = Emergency.objects.get()
    page = client.post("/emergencies/", {"do": "end", "emergency": str(up.pk)}, follow=True)
    assert "緊急のお知らせを下ろしました。" in page.text
    assert "emergency-title" not in page.text
    again = client.post("/emergencies/", {"do": "end", "emergency": str(up.pk)}, follow=True)
    assert "このお知らせは、もう消えています。" in again.text


def _typed(**words: object) -> dict[str, object]:
    until = timezone.localtime() + timedelta(hours=3)
    link = {"url": "/help/", "link": "手引きを読む"}
    return {"title": TITLE, "body": BODY, **link, "ends_at": until.strftime("%Y-%m-%dT%H:%M"), "do": "preview", **words}


def test_a_look_at_it_shows_what_everybody_would_see_and_raises_nothing(world: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, world.operator).post("/emergencies/", _typed()).text
    looked = page.partition('aria-labelledby="preview-title"')[2].partition("</section>")[0]
    assert (Emergency.objects.exists(), "まだ掲げていません。" in page) == (False, True)
    assert f'value="{TITLE}"' in page
    client.post("/emergencies/", _typed(do="raise"))
    real = client.get("/help/").text.partition('aria-labelledby="emergency-title"')[2].partition("</section>")[0]
    without_time = [re.sub(r"<time.*?</time>", "", words).replace("preview-", "emergency-") for words in (looked, real)]
    assert without_time[0] == without_time[1]


def test_a_look_says_which_one_would_go_down(world: cast.Council, client: Client) -> None:
    _raised(world, title="前のお知らせ")
    page = cast.sign_in(client, world.operator).post("/emergencies/", _typed()).text
    assert "いま出ている「前のお知らせ」は下ります。" in page
    assert Emergency.objects.get().ended_at is None


@pytest.mark.parametrize("wrong", [{"body": "機密性2の話"}, {"url": "https://example.com/"}, {"ends_at": ""}])
def test_there_is_no_look_at_what_can_not_be_raised(world: cast.Council, client: Client, wrong: dict) -> None:
    page = cast.sign_in(client, world.operator).post("/emergencies/", _typed(**wrong)).text
    assert ("preview-title" in page, "error-text" in page) == (False, True)


def test_nobody_but_the_operator_has_a_look(world: cast.Council, client: Client) -> None:
    assert cast.sign_in(client, world.administrator).post("/emergencies/", _typed()).status_code == 404


@pytest.mark.parametrize("named", ["", "x", "0b5f6e1c-7a34-4c58-9d0e-5f2f3c1a9b77"])
def test_what_names_no_emergency_is_missing(world: cast.Council, client: Client, named: str) -> None:
    answer = cast.sign_in(client, world.operator).post("/emergencies/", {"do": "end", "emergency": named})
    assert answer.status_code == 404
