"""Returns as people meet them: the list, the form, the receipt, the duty on one's desk, the API, and the desk's page before a recall."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bulletins.actions.close import supersede
from bulletins.models import Delivery, Package, Revision
from tests import cast
from tests.bulletins import calls
from tests.bulletins.recalls import READERS, confirm, owed, pass_the_deadline, put_out, take_back, taken_back

pytestmark = pytest.mark.django_db
TITLE = "回収される題名"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def revision(world) -> Revision:
    return taken_back(world, title=TITLE)


@pytest.fixture
def delivery(world, revision) -> Delivery:
    return owed(revision, world.company)


def get(who: User, path: str) -> str:
    response = cast.sign_in(Client(), who).get(path)
    assert response.status_code == 200
    return response.content.decode()


def send(who: User, delivery: Delivery, follow: bool = False, **fields: object) -> object:
    return cast.sign_in(Client(), who).post(reverse("returns:one", args=[delivery.pk]), fields, follow=follow)


def page_of(delivery: Delivery) -> str:
    return reverse("returns:one", args=[delivery.pk])


# --- the pages ----------------------------------------------------------------------------------------------------------


def test_the_list_has_reference_and_deadline_and_never_the_title(world, delivery):
    html = get(world.reader_one, "/returns/")
    assert page_of(delivery) in html
    assert delivery.bulletin.reference in html
    assert TITLE not in html
    assert f'datetime="{timezone.localtime(delivery.return_deadline):%Y-%m-%dT%H:%M}' in html


def test_who_owes_nothing_is_told_what_would_stand_there(world, delivery):
    html = get(world.other_reader, "/returns/")
    assert delivery.bulletin.reference not in html
    assert html.count('class="empty"') == 2


def test_the_form_says_what_counts_as_a_copy(world, delivery):
    html = get(world.reader_one, page_of(delivery))
    assert all(f"<dt>{word}</dt>" in html for word in ("包み", "印刷", "書き写し"))
    assert re.findall(r'type="radio" name="kind" value="(\w+)"', html) == ["destroyed", "returned", "none"]
    assert TITLE not in html


def test_confirming_leads_to_a_receipt_with_time_and_person(world, delivery):
    response = send(world.reader_one, delivery, follow=True, kind="destroyed", copies_digital="3", copies_paper="")
    html = response.content.decode()
    assert response.redirect_chain == [(page_of(delivery), 302)]
    assert "確認を受け付けました" in html
    assert "平野 隼（翠嶺マテリアル株式会社）</dd>" in html
    assert "<dd>3件</dd>" in html
    assert "<form" not in html[html.index("<main") : html.index("</main>")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "どれか1つを選んでください"),
        ({"kind": "lost"}, "正しく選択"),
        ({"kind": "none", "copies_paper": "2"}, "数を0にしてください"),
        ({"kind": "destroyed", "copies_digital": "10000"}, "0から9999まで"),
        ({"kind": "destroyed", "copies_digital": "-1"}, "0から9999まで"),
        ({"kind": "destroyed", "copies_digital": "三"}, "整数"),
    ],
)
def test_faults_are_said_at_the_field_and_nothing_is_kept(world, delivery, fields, said):
    response = send(world.reader_one, delivery, **fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    delivery.refresh_from_db()
    assert delivery.returned_at is None


def test_a_colleague_finds_the_receipt_and_changes_nothing(world, delivery):
    confirm(delivery, world.reader_one, "destroyed", 3)
    html = send(world.reader_two, delivery, follow=True, kind="returned").content.decode()
    assert "もう確認されています" in html
    assert "<dd>3件</dd>" in html


def test_after_no_copies_the_form_stays_for_those_that_are_found(world, delivery):
    confirm(delivery, world.reader_one, "none")
    assert "あとから写しが見つかったとき" in get(world.reader_two, page_of(delivery))
    send(world.reader_two, delivery, kind="destroyed", copies_paper="1")
    assert "<dd>1部</dd>" in get(world.reader_one, page_of(delivery))


def test_a_late_confirmation_is_shown_as_late(world, revision, delivery):
    pass_the_deadline(revision)
    confirm(delivery, world.reader_one)
    assert "期限のあとに確認" in get(world.reader_one, page_of(delivery))
    assert "期限のあと" in get(world.reader_one, "/returns/")


def test_what_was_superseded_says_so(world):
    revision = supersede(put_out(world, title=TITLE).bulletin_id, acting_user=world.publisher)
    html = get(world.reader_one, page_of(owed(revision, world.company)))
    assert "別の資料に差し替えました" in html
    assert TITLE not in html


def test_the_link_of_a_notice_leads_to_the_form(world, revision):
    assert revision.bulletin.reference in get(world.analyst, f"/returns/{revision.bulletin_id}/")


@pytest.mark.parametrize("who", ["other_reader", "publisher", "auditor", "administrator"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_missing_and_forbidden_are_the_same_bytes_and_queries(world, who, method):
    revision = taken_back(world, tier=2, parts=[("本文です。", 2)], people=[world.reader_two], organisations=[])
    delivery = owed(revision, world.company)
    client, answers = cast.sign_in(Client(), getattr(world, who)), []
    for each in (delivery.pk, revision.bulletin_id, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            response = getattr(client, method)(f"/returns/{each}/", {"kind": "none"})
        answers.append((calls.received(response), [query["sql"].split(" ")[0] for query in queries.captured_queries]))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0][0] == 404


# --- the desk at home ---------------------------------------------------------------------------------------------------


def test_an_owed_return_is_a_duty_at_home_until_anybody_confirms(world, delivery):
    assert page_of(delivery) in get(world.reader_one, "/")
    confirm(delivery, world.reader_two)
    assert page_of(delivery) not in get(world.reader_one, "/")


def test_duties_to_read_and_to_hand_back_stand_by_deadline(world, revision, delivery):
    put_out(world, title="あとで読む", deadline=timezone.now() + timedelta(days=30))
    put_out(world, title="すぐ読む", deadline=timezone.now() + timedelta(minutes=5))
    html = get(world.reader_one, "/")
    found = re.findall(r'<h3 class="record-title"><a [^>]*>(.*?)</a>', html)
    assert found == ["すぐ読む", f"{revision.bulletin.reference} の写しの始末を確認する", "あとで読む"]
    assert TITLE not in html


@pytest.mark.parametrize("who", ["reader_one", "other_reader", "publisher"])
def test_everybody_finds_the_way_to_the_returns_at_home(world, who):
    assert 'href="/returns/"' in get(getattr(world, who), "/")


def test_a_late_return_is_counted_in_the_lede(world, revision):
    pass_the_deadline(revision)
    assert "期限を過ぎた確認が<strong>1件</strong>" in get(world.reader_one, "/")


def test_the_ruler_leads_to_the_return(world, delivery):
    html = get(world.reader_one, "/")
    target = f"due-{timezone.localtime(delivery.return_deadline):%Y-%m-%d}"
    assert f'href="#{target}"' in html
    assert html.count(f'id="{target}"') == 1


@pytest.mark.parametrize("path", ["/", "/returns/", "/api/v1/returns/"])
def test_the_number_of_queries_does_not_tell_of_returns(world, path):
    counts = []
    for _more in range(3):
        client = cast.sign_in(Client(), world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
        for _twice in range(2):
            taken_back(world)
    assert counts[0] == counts[1] == counts[2]


# --- the API ------------------------------------------------------------------------------------------------------------

API = "/api/v1/returns/"


def called(who: User, path: str = "", body: dict | None = None) -> object:
    client, headers = Client(), cast.bearer(who)
    if body is None:
        return client.get(API + path, headers=headers)
    return client.post(API + path, json.dumps(body), content_type="application/json", headers=headers)


def test_the_api_lists_and_confirms(world, delivery):
    (row,) = called(world.reader_one).json()["results"]
    assert (row["id"], row["reference"], row["kind"]) == (str(delivery.pk), delivery.bulletin.reference, None)
    assert row["url"] == f"http://testserver{API}{delivery.pk}/"
    answer = called(world.reader_one, f"{delivery.pk}/", {"kind": "destroyed", "copies_digital": 2})
    assert (answer.status_code, answer.json()["confirmed_by"], answer.json()["late"]) == (200, "平野 隼", False)
    again = called(world.reader_two, f"{delivery.pk}/", {"kind": "none"})
    assert (again.status_code, again.json()) == (200, answer.json())
    assert called(world.reader_two).json()["results"] == [answer.json()]


def test_the_api_pages_through_what_was_asked(world):
    for _each in range(22):
        taken_back(world)
    first = called(world.reader_one).json()
    second = Client().get(first["next"], headers=cast.bearer(world.reader_one)).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (20, 2, None)
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}


@pytest.mark.parametrize(
    "body", [{}, {"kind": "lost"}, {"kind": "none", "copies_paper": 1}, {"kind": "none", "more": 1},
             {"kind": "destroyed", "copies_paper": 10_000}],
)  # fmt: skip
def test_the_api_refuses_what_can_not_be(world, delivery, body):
    assert called(world.reader_one, f"{delivery.pk}/", body).status_code == 400
    delivery.refresh_from_db()
    assert delivery.returned_at is None


def test_a_cursor_that_is_none_is_refused(world):
    assert called(world.reader_one, "?cursor=WzEsMl0").status_code == 400


@pytest.mark.parametrize("who", ["other_reader", "publisher", "auditor"])
def test_for_others_the_api_has_no_such_return(world, delivery, who):
    answers = [called(getattr(world, who), f"{each}/", {"kind": "none"}) for each in (delivery.pk, uuid4())]
    assert calls.received(answers[0]) == calls.received(answers[1])
    assert answers[0].status_code == 404
    assert called(getattr(world, who)).json()["results"] == []


# --- before the recall --------------------------------------------------------------------------------------------------


def test_the_desk_says_how_many_will_be_told_before_it_recalls(world):
    revision = put_out(world)
    html = get(world.publisher, reverse("desk:recall", args=[revision.bulletin_id]))
    assert f"2組織 {len(READERS)}名に知らせ" in html
    assert "受け取り済みの包みはありません" in html
    Package.objects.filter(organisation=world.company).update(released_at=timezone.now(), fetched_at=timezone.now())
    html = get(world.publisher, reverse("desk:recall", args=[revision.bulletin_id]))
    assert "受け取り済みの包みが1件あります" in html


def test_the_numbers_said_before_are_those_of_the_recall(world):
    revision = put_out(world)
    html = get(world.publisher, reverse("desk:recall", args=[revision.bulletin_id]))
    take_back(revision, world)
    told = Delivery.objects.filter(recalled_at__isnull=False).count()
    assert f"{told}組織" in html
