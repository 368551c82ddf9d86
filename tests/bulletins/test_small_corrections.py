"""A small correction asks nobody again who has acknowledged; an important change asks everybody. All who count, count alike."""

from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.subject import subject_of
from bulletins import browse
from bulletins.acknowledged import counted, earliest_counting, standing_of
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.close import recall
from bulletins.actions.draft import save_draft, start_revision
from bulletins.actions.publish import publish
from bulletins.actions.read import open_bulletin
from bulletins.actions.review import approve, submit
from bulletins.approval import digest
from bulletins.board import _counts
from bulletins.drafting import Invalid
from bulletins.inbox import lines_for
from bulletins.models import Answer, Delivery, Receipt, Revision
from bulletins.owing import owing
from bulletins.stages import Stage
from bulletins.standing import standings
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what = {"deadline": timezone.now() + timedelta(days=3), "organisations": [world.company], **what}
    return shelf.published(world.publisher, world.approver, **what)


def corrected(world: cast.Council, first: Revision, *, important: bool | None) -> Revision:
    what = {"deadline": timezone.now() + timedelta(days=3), "organisations": [world.company]}
    what |= {"change_summary": "誤字を直した。", "important": important}
    return shelf.revised(first, world.publisher, world.approver, **what)


def fresh(revision: Revision) -> Revision:
    return Revision.unrestricted.select_related("bulletin").get(pk=revision.pk)


@pytest.mark.parametrize(
    ("weights", "since"),
    [
        ([], 1),
        ([True], 2),
        ([None], 2),
        ([False], 1),
        ([False, False], 1),
        ([True, False], 2),
        ([False, True, False], 3),
    ],
)
def test_each_revision_knows_from_which_one_on_an_acknowledgement_counts(world, weights, since):
    last = put_out(world)
    for important in weights:
        last = corrected(world, last, important=important)
    assert fresh(last).asks_since == since


def test_nothing_that_is_served_before_it_leaves_nothing_to_rest_on(world):
    first = put_out(world)
    draft = shelf.draft(organisations=[world.company], change_summary="直した。", important=False)
    start_revision(first.bulletin_id, draft, acting_user=world.publisher)
    recall(first.bulletin_id, "誤り", acting_user=world.publisher)
    submit(first.bulletin_id, acting_user=world.publisher)
    approve(first.bulletin_id, acting_user=world.approver)
    assert publish(first.bulletin_id, acting_user=world.publisher).asks_since == 2


def said_by_all(world: cast.Council, revision: Revision) -> dict[str, bool]:
    """Whether the company's acknowledgement of an earlier revision counts, asked in every place that asks."""
    revision, reader = fresh(revision), subject_of(world.reader_one)
    (standing,) = standings(revision)
    receipts = Receipt.objects.filter(person=world.reader_one, bulletin=revision.bulletin_id)
    python = standing_of(receipts, revision)
    listed = next(row for row in browse.page_for(reader, browse.Wish())[0])
    notice = next(line for line in lines_for(reader) if line.notice.revision == revision.number)
    return {
        "python": bool(python and python.acknowledged_at),
        "owing": not owing(revision).exists(),
        "standing": standing.state is Stage.ACKNOWLEDGED,
        "board": _counts([revision])[revision.pk]["acknowledged"] == 1,
        "list": listed.state == "acknowledged",
        "duties": not browse.to_acknowledge(reader),
        "inbox": notice.notice.acknowledged,
        "one by one": Receipt.objects.filter(
            revision__gte=earliest_counting(revision.bulletin_id, revision.number), acknowledged_at__isnull=False
        ).exists(),
    }


@pytest.mark.parametrize(
    ("said_in", "weights"), [(n, w) for n in (1, 2) for w in product([True, False], repeat=2)] + [(3, (True, True))]
)
def test_python_and_sql_count_alike_wherever_it_is_asked(world, said_in, weights):
    User.objects.filter(pk=world.reader_one.pk).update(notices=User.Rhythm.INSTANT)
    last = put_out(world)
    for number, important in enumerate(weights, start=2):
        if said_in == number - 1:
            acknowledge(subject_of(world.reader_one), last.bulletin_id)
        last = corrected(world, last, important=important)
    if said_in == 3:
        acknowledge(subject_of(world.reader_one), last.bulletin_id)
    expected = said_in >= fresh(last).asks_since
    assert said_by_all(world, last) == dict.fromkeys(said_by_all(world, last), expected)


def test_the_page_says_which_revision_was_acknowledged_and_that_no_more_is_asked(client: Client, world):
    first = put_out(world)
    acknowledge(subject_of(world.reader_one), first.bulletin_id)
    corrected(world, first, important=False)
    page = cast.sign_in(client, world.reader_one).get(reverse("bulletins:detail", args=[first.bulletin_id]))
    html = page.content.decode()
    assert "第1版を確認済み。この版は軽微な訂正のため、もう一度の確認は要りません" in html
    assert '<form class="ack-form"' not in html


def test_who_acknowledged_hears_of_a_small_correction_in_their_rhythm_and_the_others_at_once(world):
    User.objects.filter(organisation=world.company).update(notices=User.Rhythm.DAILY)
    first = put_out(world)
    acknowledge(subject_of(world.reader_one), first.bulletin_id)
    corrected(world, first, important=False)
    told = Notice.objects.filter(kind="published", revision=2)
    calm, others = told.get(person=world.reader_one), told.get(person=world.reader_two)
    assert (calm.state, calm.deadline) == (Notice.State.HELD, None)
    assert (others.state, others.deadline is None) == (Notice.State.QUEUED, False)


def test_an_answer_stands_through_a_small_correction_without_its_note(world):
    first = put_out(world)
    answer(subject_of(world.reader_two), first.bulletin_id, Answer.Value.APPLICABLE, note="3台あります。")
    second = fresh(corrected(world, first, important=False))
    (row,) = standings(second)
    assert (row.state, owing(second).exists()) == (Stage.APPLICABLE, False)


def test_opening_again_is_a_fact_of_its_own(world):
    first = put_out(world)
    acknowledge(subject_of(world.reader_one), first.bulletin_id)
    second = corrected(world, first, important=False)
    opened = open_bulletin(subject_of(world.reader_one), first.bulletin_id).receipt
    assert (opened.opened_at is not None, opened.acknowledged_in) == (True, 1)
    (row,) = standings(fresh(second))
    assert (row.people.opened, row.people.acknowledged) == (1, 1)


def test_who_acknowledges_two_revisions_is_counted_once(world):
    first = put_out(world)
    for _ in range(2):
        acknowledge(subject_of(world.reader_one), first.bulletin_id)
        first = corrected(world, first, important=False)
    (row,) = standings(fresh(first))
    assert row.people.acknowledged == 1


def test_a_correction_without_a_word_on_what_changed_is_never_saved(world):
    first = put_out(world)
    draft = shelf.draft(organisations=[world.company], change_summary="直した。")
    start_revision(first.bulletin_id, draft, acting_user=world.publisher)
    with pytest.raises(Invalid) as caught:
        save_draft(first.bulletin_id, shelf.draft(organisations=[world.company]), acting_user=world.publisher)
    assert set(caught.value.errors) == {"change_summary"}


def test_what_was_approved_is_also_whether_people_are_asked_again(world):
    revision = fresh(corrected(world, put_out(world), important=True))
    before = digest(revision)
    revision.important = False
    assert digest(revision) != before


def test_the_duties_of_an_earlier_revision_stay_those_of_that_revision(world):
    first = put_out(world)
    second = corrected(world, first, important=False)
    acknowledge(subject_of(world.reader_one), first.bulletin_id)
    assert counted(fresh(first)) == {"revision__gte": 1, "revision__lte": 1}
    assert owing(fresh(first)).count() == Delivery.objects.filter(revision=first).count() == 1
    assert not owing(fresh(second)).exists()


def test_a_revision_that_is_not_there_counts_for_itself():
    assert earliest_counting(UUID(int=0), 7) == 7
