"""Work on other people's access waits for a passkey: whoever asks is led to it and back, before anything is looked up."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from council.access.tiers import Tier
from council.ids import opaque_id
from tests import cast

pytestmark = pytest.mark.django_db
PAGES = {
    "/people/": "administrator",
    "/keys/": "administrator",
    "/clearances/": "officer",
    "/register/": "officer",
    "/certifications/": "officer",
    "/proposals/": "administrator",
    "/reviews/": "operator",
    "/organisations/": "operator",
    "/audit/": "auditor",
    "/audit/events/": "administrator",
}


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.mark.parametrize("page", PAGES)
def test_a_session_by_code_is_led_to_the_passkey_and_back(world, client, page):
    cast.sign_in(client, getattr(world, PAGES[page]), Tier.ONE)
    answer = client.get(page, {"since": "2026-11-01"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/confirm/?next={page.replace('/', '%2F')}%3Fsince%3D2026-11-01"


@pytest.mark.parametrize("page", PAGES)
def test_a_session_by_passkey_is_not(world, client, page):
    cast.sign_in(client, getattr(world, PAGES[page]), Tier.TWO)
    assert client.get(page).status_code == 200


def test_a_deed_of_a_session_by_code_is_not_done(world, client):
    cast.sign_in(client, world.administrator, Tier.ONE)
    client.post(f"/people/{world.reader_one.pk}/", {"do": "suspend"})
    world.reader_one.refresh_from_db()
    assert world.reader_one.is_active


def test_it_tells_nothing_of_what_is_there(world):
    answers, counts = [], []
    for about in (world.reader_one.pk, world.other_reader.pk, opaque_id()):
        client = cast.sign_in(Client(), world.reader_two, Tier.ONE)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(f"/people/{about}/")
        answers.append((answer.status_code, answer["Location"].replace(str(about), "…"), answer.content))
        counts.append(len(asked))
    assert len(set(answers)) == len(set(counts)) == 1
