"""Numbered copies over the API: taken as a PDF, counted once, listed for their holder alone, and said to be back."""

import json
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bulletins.models import Receipt, TakenCopy
from bulletins.paper.apart import Broken
from bulletins.paper.press import Pressed
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "0c8f0f5d-64cb-4a6b-b3e1-0fd4a1d60c0f"}
PRESS = "bulletins.paper.numbered.press"


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def quick(monkeypatch):
    """Without the seconds of setting a page: what is on it has a test of its own."""
    monkeypatch.setattr(PRESS, lambda document: Pressed(b"%PDF", "ua-1"))


def put_out(world, **what):
    return shelf.published(world.publisher, world.approver, **{"organisations": [world.company], **what}).bulletin_id


def body(**changes):
    return {"revision": 1, "reason": "meeting", "return_by": str(timezone.localdate() + timedelta(days=9)), **changes}


def take(who, bulletin, headers=None, **changes):
    return calls.post(who, f"{bulletin}/copies/", body(**changes), **(headers or {}))


def own(who, path="", data=None):
    client, address = Client(headers=cast.bearer(who)), f"/api/v1/copies/{path}"
    return client.get(address) if data is None else client.post(address, json.dumps(data), "application/json")


def test_copy_is_a_pdf_with_its_number_and_its_reader_on_it(world):
    answer = take(world.reader_two, put_out(world, tier=2, title="内々の題名", parts=[("文", 2)]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/pdf")
    page = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    for mark in ("写し 第1号", world.reader_two.name, world.company.name, "機密性2情報", "内々の題名"):
        assert mark in page
    assert answer.headers["Location"] == f"http://testserver/api/v1/copies/{TakenCopy.objects.get().pk}/"
    name = unquote(answer.headers["Content-Disposition"])
    assert "【機密性2情報】" in name
    assert name.endswith("_第1版_写し第1号.pdf")


def test_the_list_holds_ones_own_copies_and_no_title(world, quick):
    bulletin = put_out(world, tier=2, title="内々の題名", parts=[("文", 2)])
    take(world.reader_two, bulletin)
    answer = own(world.reader_two)
    [row] = answer.json()["results"]
    assert (row["bulletin"], row["number"], row["reason"], row["ending"]) == (str(bulletin), 1, "meeting", None)
    assert (row["return_by"], row["overdue"]) == (body()["return_by"], False)
    assert "内々の題名" not in answer.content.decode()
    assert own(world.reader_three).json() == {"results": [], "next": None}
    assert own(world.reader_two, "?x=1").status_code == 400


def test_the_list_goes_on_page_by_page(world, quick, monkeypatch):
    monkeypatch.setattr("bulletins.api.copies.PAGE", 2)
    bulletin = put_out(world)
    for _ in range(5):
        take(world.reader_one, bulletin)
    numbers, url = [], "/api/v1/copies/"
    while url:
        page = Client(headers=cast.bearer(world.reader_one)).get(url).json()
        numbers, url = [*numbers, [row["number"] for row in page["results"]]], page["next"]
    assert numbers == [[5, 4], [3, 2], [1]]
    assert AuditEvent.objects.filter(action="page.show").count() == 3


def test_the_same_key_is_the_same_copy_made_anew(world, quick):
    bulletin = put_out(world)
    first, second = (take(world.reader_one, bulletin, KEY) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (201, second.headers["Location"])
    assert TakenCopy.objects.count() == 1
    assert take(world.reader_one, bulletin, KEY, reason="record").status_code == 422
    assert take(world.reader_one, bulletin).headers["Location"] != first.headers["Location"]


def test_the_key_of_a_copy_that_is_back_or_recalled_hands_out_nothing(world, quick):
    bulletin = put_out(world)
    place = take(world.reader_one, bulletin, KEY).headers["Location"].split("/")[-2]
    own(world.reader_one, f"{place}/", {"ending": "returned"})
    assert take(world.reader_one, bulletin, KEY).status_code == 409
    calls.post(world.publisher, f"{bulletin}/recall/")
    assert take(world.reader_one, bulletin, KEY).status_code == 404


def test_what_became_of_a_copy_is_said_once_and_by_its_holder_alone(world, quick):
    place = take(world.reader_one, put_out(world)).headers["Location"].split("/")[-2]
    assert own(world.reader_two, f"{place}/", {"ending": "returned"}).status_code == 404
    first, second = (own(world.reader_one, f"{place}/", {"ending": each}) for each in ("destroyed", "returned"))
    assert (first.json()["ending"], first.json()) == ("destroyed", second.json())
    assert [each.outcome for each in AuditEvent.objects.filter(action="copy.end").order_by("pk")] == ["deny", "allow"]


def test_anothers_copy_and_none_are_the_same_bytes(world, quick):
    place = take(world.reader_one, put_out(world)).headers["Location"].split("/")[-2]
    answers = [own(world.reader_two, f"{each}/", {"ending": "returned"}) for each in (place, uuid4())]
    assert calls.received(answers[0]) == calls.received(answers[1])


@pytest.mark.parametrize("headers", [{}, KEY])
def test_forbidden_is_missing_to_the_byte_and_to_the_query(world, headers):
    hidden = put_out(world, tier=2, parts=[("文", 2)])
    assert calls.refused_alike(world.reader_one, "post", "{}/copies/", hidden, body(), headers).status_code == 404


# What keeps a copy from being taken, and how it is answered.
FAULTS = {
    "no day from tier two on": ({"return_by": None}, 400, "/return_by"),
    "day that is over": ({"return_by": "2020-01-01"}, 400, "/return_by"),
    "day too far": ({"return_by": "2099-01-01"}, 400, "/return_by"),
    "unknown reason": ({"reason": "fun"}, 400, "/reason"),
    "no revision": ({"revision": None}, 400, "/revision"),
    "older revision": ({"revision": 7}, 409, ""),
}


@pytest.mark.parametrize(("change", "status", "pointer"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_is_pointed_at_and_nothing_is_opened(world, change, status, pointer):
    refused = take(world.reader_two, put_out(world, tier=2, parts=[("文", 2)]), **change)
    assert refused.status_code == status
    assert not pointer or refused.json()["errors"][0]["pointer"] == pointer
    assert not TakenCopy.objects.exists()
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("what", [{"caveats": ["複製禁止"]}, {"caveats": ["印刷禁止"]}])
def test_what_has_no_paper_is_refused_in_words_and_in_the_log(world, what):
    refused = take(world.reader_one, put_out(world, **what))
    assert refused.status_code == 403
    assert "画面で読んでください" in refused.json()["detail"]
    event = AuditEvent.objects.get(action="bulletin.print")
    assert (event.outcome, event.reason, TakenCopy.objects.count()) == ("deny", "caveat", 0)


def test_what_could_not_be_made_can_be_asked_for_again_with_its_key(world, monkeypatch):
    def broken(_document):
        raise Broken

    monkeypatch.setattr(PRESS, broken)
    bulletin = put_out(world)
    late = take(world.reader_one, bulletin, KEY)
    assert (late.status_code, late.headers["Retry-After"]) == (503, "30")
    monkeypatch.setattr(PRESS, lambda document: Pressed(b"%PDF", "ua-1"))
    assert take(world.reader_one, bulletin, KEY).status_code == 201


def test_the_page_shows_what_a_program_took(client, world, quick):
    take(world.reader_one, put_out(world))
    page = cast.sign_in(client, world.reader_one).get(reverse("copies")).content.decode()
    assert TakenCopy.objects.get().bulletin.reference in page
