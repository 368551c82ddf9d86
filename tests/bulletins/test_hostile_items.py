"""Cleared for one item, or for none any more: what is asked of another item's parts answers and costs as if nothing were there."""

import pytest
from django.test import Client

from accounts.models import Designation
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.test_search import NOWHERE, page

pytestmark = pytest.mark.django_db
SECRET = "装置の型番"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def other_item(world: cast.Council) -> Designation:
    """An item that only the desk handles."""
    item = cast.designation(world.agency)
    for who in (world.publisher, world.approver, world.second_approver):
        cast.clear(who, item)
    return item


def put_out(world: cast.Council, item: Designation) -> None:
    what = {"tier": 3, "floor": 1, "floor_title": "題", "designation": item, "organisations": [world.company]}
    parts = ["文", (SECRET, 3)]
    shelf.published(world.publisher, [world.approver, world.second_approver], parts=parts, **what)


def test_a_word_of_another_item_is_a_word_that_stands_nowhere(client: Client, world: cast.Council, other_item) -> None:
    put_out(world, other_item)
    assert page(client, world.reader_three, SECRET) == page(client, world.reader_three, NOWHERE)


def test_a_word_of_an_item_that_lapsed_is_a_word_that_stands_nowhere(client: Client, world: cast.Council) -> None:
    put_out(world, world.item)
    Designation.objects.filter(pk=world.item.pk).update(expires_on=world.item.designated_on)
    assert page(client, world.reader_three, SECRET) == page(client, world.reader_three, NOWHERE)
