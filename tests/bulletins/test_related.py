"""Related bulletins: authors name what they may see, readers get what they may see, and nothing tells of the rest."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.subject import subject_of
from bulletins.actions.close import recall
from bulletins.actions.draft import create_draft
from bulletins.drafting import Invalid
from bulletins.models import Revision
from bulletins.related import MOST, references_in, related_to
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    return shelf.published(world.publisher, world.approver, **{"organisations": [world.company], **what})


def seen_by(who: object, revision: Revision) -> set:
    return {row.pk for row in related_to(subject_of(who), Revision.unrestricted.get(pk=revision.pk))}


def test_each_reader_gets_those_they_may_read_now(world):
    low, high, others = put_out(world), put_out(world, tier=2), put_out(world, organisations=[world.other_company])
    named = put_out(world, related=[low, high, others])
    assert seen_by(world.reader_one, named) == {low.bulletin_id}
    assert seen_by(world.reader_two, named) == {low.bulletin_id, high.bulletin_id}
    recall(low.bulletin_id, "誤り", acting_user=world.publisher)
    assert seen_by(world.reader_one, named) == set()


def test_the_page_links_what_is_visible_and_says_nothing_of_the_rest(client: Client, world):
    low, high = put_out(world), put_out(world, tier=2, title="見えない題名")
    page = reverse("bulletins:detail", args=[put_out(world, related=[low, high]).bulletin_id])
    html = cast.sign_in(client, world.reader_one).get(page).content.decode()
    assert reverse("bulletins:detail", args=[low.bulletin_id]) in html
    assert high.bulletin.reference not in html
    assert "見えない題名" not in html


def test_it_costs_the_same_with_many_and_with_none(client: Client, world):
    many = [put_out(world) for _ in range(3)]
    hidden = [put_out(world, tier=2)]
    costs = []
    for related in ([], many, hidden):
        page = reverse("bulletins:detail", args=[put_out(world, related=related).bulletin_id])
        cast.sign_in(client, world.reader_one).get(page)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        costs.append(len(queries))
    assert len(set(costs)) == 1


def faults(world: cast.Council, *references: str) -> dict:
    draft = shelf.draft(organisations=[world.company])
    draft = replace(draft, related=references)
    with pytest.raises(Invalid) as caught:
        create_draft(draft, acting_user=world.publisher)
    return caught.value.errors


def test_what_the_author_may_not_see_and_what_never_was_are_one_answer(world):
    theirs = cast.clear(cast.person(world.other_agency, "publisher", tier=2), world.item)
    approver = cast.clear(cast.person(world.other_agency, "approver", tier=2), world.item)
    hidden = shelf.published(theirs, approver, organisations=[world.other_company])
    assert faults(world, hidden.bulletin.reference) == faults(world, "AL-0000")


def test_so_many_are_enough(world):
    assert set(faults(world, *(f"AL-{number:04}" for number in range(MOST + 1)))) == {"related"}


def test_references_are_read_as_people_type_them():
    assert references_in("ＡＬ－2222、th-9k2m  TH-9K2M\nSC-7KQ4") == ("AL-2222", "TH-9K2M", "SC-7KQ4")


def test_the_form_shows_the_author_what_is_named(client: Client, world):
    other = put_out(world)
    named = shelf.drafted(world.publisher, organisations=[world.company], related=[other])
    html = cast.sign_in(client, world.publisher).get(reverse("desk:edit", args=[named.bulletin_id])).content.decode()
    assert f'value="{other.bulletin.reference}"' in html
