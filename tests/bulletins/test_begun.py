"""A form of a new bulletin begins one bulletin: sent twice, sent again after going back, and by two clicks at once."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from bulletins.actions.discard import discard
from bulletins.actions.draft import create_draft
from bulletins.begun import BegunBefore
from bulletins.models import Bulletin, IdempotencyKey, Revision
from bulletins.scratches import Page
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import form, the_revision
from tests.bulletins.races import all_at_once

NEW = "/desk/new/"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client: Client, world: cast.Council) -> Client:
    return cast.sign_in(client, world.publisher)


@pytest.mark.django_db
def test_a_form_that_is_sent_twice_begins_one_bulletin(desk):
    sent = form({"text": "一度だけ"}, scratch=str(uuid4()))
    first, second = (desk.post(NEW, sent) for _time in range(2))
    assert first["Location"] == second["Location"] == reverse("desk:work", args=[the_revision().bulletin_id])
    assert "一度だけ" not in str(IdempotencyKey.objects.values())


@pytest.mark.django_db
def test_whoever_goes_back_and_writes_on_is_asked_and_keeps_every_word(desk):
    sent = form({"text": "一"}, scratch=str(uuid4()))
    desk.post(NEW, sent)
    page = desk.post(NEW, {**sent, "part-1-text": "書き足した文"})
    html = page.content.decode()
    assert (page.status_code, Bulletin.unrestricted.count()) == (409, 1)
    assert the_revision().bulletin.reference in html
    assert "書き足した文" in html
    assert sent["scratch"] not in html


@pytest.mark.django_db
def test_what_was_thrown_away_may_be_begun_again(desk, world):
    sent = form({"text": "一"}, scratch=str(uuid4()))
    desk.post(NEW, sent)
    discard(the_revision().bulletin_id, acting_user=world.publisher)
    assert desk.post(NEW, sent).status_code == 302
    assert Revision.unrestricted.count() == 1


@pytest.mark.django_db
def test_the_form_of_somebody_else_is_another_one(world):
    page, words = Page(scratch=uuid4()), shelf.draft()
    other = cast.person(world.agency, "publisher")
    for who in (world.publisher, other):
        create_draft(words, acting_user=who, page=page)
    assert Bulletin.unrestricted.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_clicks_at_once_one_begins_a_bulletin(world):
    page, words = Page(scratch=uuid4()), shelf.draft()
    came = all_at_once([lambda: create_draft(words, acting_user=world.publisher, page=page)] * 4)
    assert [type(each) for each in came].count(BegunBefore) == 3
    assert Bulletin.unrestricted.count() == 1
