"""Searches that people keep: their own alone, sealed, and told of when something is published that they find."""

import re

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from accounts.subject import subject_of
from bulletins import mailing
from bulletins.actions.searches import keep_search
from bulletins.inbox import lines_for
from bulletins.models import SavedSearch
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.test_list_page import without_tokens

pytestmark = pytest.mark.django_db
PAGE = "/bulletins/searches/"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> None:
    shelf.published(world.publisher, world.approver, **{"organisations": [world.company], **what})


def keep(who: User, **fields: str) -> SavedSearch:
    return keep_search(subject_of(who), "素材の話", fields, alerts=True)


def post(client: Client, who: User, path: str = "", **fields: str) -> HttpResponse:
    return cast.sign_in(client, who).post(PAGE + path, fields, follow=True)


def test_conditions_of_the_list_are_kept_with_one_event(client: Client, world: cast.Council) -> None:
    page = cast.sign_in(client, world.reader_two).get(reverse("bulletins:list"), {"q": "樹脂", "kind": "alert"})
    assert '<input type="hidden" name="q" value="樹脂">' in page.content.decode()
    html = post(client, world.reader_two, name="素材の話", q="樹脂", kind="alert", alerts="on").content.decode()
    assert "?q=%E6%A8%B9%E8%84%82&amp;kind=alert" in html
    event = AuditEvent.objects.get(action="search.save")
    facts = {"name": "素材の話", "q": "樹脂", "kind": "alert", "alerts": True}
    assert details_of([event])[event.pk]["facts"] == facts


def test_neither_name_nor_words_lie_open_in_the_database(world: cast.Council) -> None:
    row = keep(world.reader_two, q="樹脂")
    row.refresh_from_db()
    assert "樹脂".encode() not in bytes(row.ciphertext)
    assert "素材".encode() not in bytes(row.ciphertext)


@pytest.mark.parametrize("fields", [{"name": "名", "q": ""}, {"name": "", "q": "樹脂"}, {"name": "名", "kind": "none"}])
def test_what_cannot_be_kept_is_said_in_the_form(client: Client, world: cast.Council, fields: dict[str, str]) -> None:
    response = post(client, world.reader_two, **fields)
    assert (response.status_code, SavedSearch.objects.count()) == (422, 0)
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize("verb", ["alerts", "remove"])
def test_the_search_of_somebody_else_is_one_that_never_was(client: Client, world: cast.Council, verb: str) -> None:
    own = keep(world.reader_two, q="樹脂")
    never = "00000000-0000-4000-8000-000000000000"
    theirs, none = (
        without_tokens(post(client, world.reader_one, f"{each}/{verb}/").content.decode()).replace(str(each), "?")
        for each in (own.pk, never)
    )
    assert theirs == none
    assert SavedSearch.objects.get().alerts


def test_alerts_are_turned_off_and_a_search_is_removed(client: Client, world: cast.Council) -> None:
    own = keep(world.reader_two, q="樹脂")
    post(client, world.reader_two, f"{own.pk}/alerts/")
    assert not SavedSearch.objects.get().alerts
    post(client, world.reader_two, f"{own.pk}/remove/")
    assert not SavedSearch.objects.exists()
    actions = AuditEvent.objects.filter(action__startswith="search.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["search.save", "search.save", "search.remove"]


def told(who: User) -> list[str]:
    """The references in the person's inbox that a saved search found."""
    return [line.reference for line in lines_for(subject_of(who)) if line.notice.kind == Notice.Kind.SEARCH]


def mails(who: User) -> list[str]:
    mailing.send_due()
    return [each.subject for each in mail.outbox if each.to == [who.email] and "保存した条件" in each.subject]


def test_an_alert_is_one_mail_with_a_reference_for_whoever_gets_a_digest(world: cast.Council) -> None:
    User.objects.filter(pk=world.reader_two.pk).update(notices=User.Rhythm.DAILY)
    keep(world.reader_two, q="樹脂")
    keep(world.reader_two, q="調達")
    put_out(world, title="秘密の題", parts=["樹脂の調達"])
    [subject] = mails(world.reader_two)
    assert re.fullmatch(r"【機密性1情報】【保存した条件】TH-\w{4}", subject)
    assert not [each for each in mail.outbox if "秘密の題" in each.body or "樹脂" in each.body]
    assert len(told(world.reader_two)) == 1


def test_whoever_was_mailed_of_the_publication_has_the_alert_in_the_inbox_alone(world: cast.Council) -> None:
    keep(world.reader_two, q="樹脂")
    put_out(world, parts=["樹脂の調達"])
    assert mails(world.reader_two) == []
    assert len(told(world.reader_two)) == 1


@pytest.mark.parametrize(
    "what",
    [
        {"parts": ["鉄鋼"]},
        {"tier": 2, "floor": 1, "parts": ["文", ("樹脂", 2)]},
        {"parts": ["樹脂"], "kind": "alert"},
        {"tier": 2, "parts": ["樹脂"]},
    ],
)
def test_what_the_person_would_not_find_is_not_told(world: cast.Council, what: dict) -> None:
    User.objects.filter(pk=world.reader_one.pk).update(notices=User.Rhythm.DAILY)
    keep(world.reader_one, q="樹脂", kind="threat")
    put_out(world, **what)
    assert mails(world.reader_one) == []
    assert told(world.reader_one) == []


def test_words_inside_a_file_are_told_of_too(world: cast.Council) -> None:
    keep(world.reader_two, q="樹脂")
    put_out(world, parts=[shelf.attachment("一覧.csv", "品目,樹脂\n".encode())])
    mails(world.reader_two)
    assert len(told(world.reader_two)) == 1
