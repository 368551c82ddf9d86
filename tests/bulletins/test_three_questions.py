"""may(), visible_to() and readers_of() are one policy: the same answer for everybody about every bulletin."""

from collections import defaultdict

import pytest
from django.db import transaction

from accounts.subject import subject_of
from bulletins.access import may, readers_of, visible_to
from bulletins.browse import Wish, page_for
from council.access.policy import Action
from council.access.tiers import Tier
from tests.bulletins import whole_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker):
    """Built once, looked at by every test of this module, rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield whole_shelf.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def subjects(whole):
    return {person.pk: subject_of(person) for person in whole.people}


@pytest.fixture
def few(whole, subjects):
    """Readers at tier three, at tier two in another subcommittee, and at tier one; and somebody who sees nothing."""
    world = whole.world
    return [subjects[person.pk] for person in (world.reader_three, world.other_reader, world.reader_one, world.auditor)]


@pytest.fixture(scope="module")
def may_read(whole, subjects):
    """Person -> ids of the bulletins that may() lets them read, asked one by one."""
    return {
        person.pk: {b.pk for b in whole.bulletins if may(person, Action.READ, b, subject=subjects[person.pk])}
        for person in whole.people
    }


def _walk(step):
    """Everything that step(position) -> (ids, next position) gives, page after page."""
    found, position = [], None
    while True:
        ids, position = step(position)
        found += ids
        if position is None:
            return found


def test_the_shelf_tells_people_apart(whole, may_read):
    assert len(whole.bulletins) > 90
    assert len({frozenset(ids) for ids in may_read.values()}) >= 8
    assert may_read[whole.world.auditor.pk] == set()
    assert may_read[whole.world.reader_two.pk] < may_read[whole.world.reader_three.pk]


def test_what_one_may_read_is_what_one_sees_in_the_list(whole, subjects, may_read):
    for person in whole.people:
        assert set(visible_to(subjects[person.pk]).values_list("pk", flat=True)) == may_read[person.pk], person


def test_who_may_read_is_who_the_readers_are(whole, may_read):
    expected = defaultdict(set)
    for person in whole.people:
        for bulletin in may_read[person.pk]:
            expected[bulletin].add(person.pk)
    for bulletin in whole.bulletins:
        assert {person.pk for person in readers_of(bulletin)} == expected[bulletin.pk]


def test_asking_by_id_or_by_row_and_with_or_without_facts_is_the_same(whole, may_read):
    for person in whole.people:
        for bulletin in whole.bulletins[::17]:
            assert bool(may(person, Action.READ, bulletin.pk)) is (bulletin.pk in may_read[person.pk])
        assert set(visible_to(person).values_list("pk", flat=True)) == may_read[person.pk]


@pytest.mark.parametrize("size", [3, 50])
def test_pages_of_any_size_give_the_same_bulletins_in_the_same_order(whole, subjects, size):
    for subject in subjects.values():

        def page(before, subject=subject):
            rows = list(visible_to(subject, newest=size, before=before)[:size])
            return [row.pk for row in rows], (rows[-1].published_at, rows[-1].pk) if len(rows) == size else None

        assert _walk(page) == list(visible_to(subject).values_list("pk", flat=True))


def _pages(subject, wish, size=7):
    def page(before):
        rows, onward = page_for(subject, wish, before, size=size)
        return [row.bulletin.pk for row in rows], onward

    return _walk(page)


def test_the_list_that_people_turn_over_holds_exactly_what_they_may_read(whole, subjects, may_read):
    for person in whole.people:
        listed = _pages(subjects[person.pk], Wish())
        assert len(listed) == len(set(listed))
        assert set(listed) == may_read[person.pk]


@pytest.mark.parametrize(
    "wish", [Wish(tier=Tier.TWO), Wish(q="下の"), Wish(state="unread"), Wish(kind="threat"), Wish(kind="flash")]
)
def test_a_filter_takes_away_and_never_adds_or_reorders(few, wish):
    for subject in few:
        everything, some = _pages(subject, Wish()), _pages(subject, wish)
        assert some == [each for each in everything if each in set(some)]


def test_the_subcommittee_filter_gives_what_stands_under_that_subcommittee(whole, few):
    wanted = str(whole.world.materials.pk)
    labelled = {b.pk for b in whole.bulletins if b.served and wanted in b.served.subcommittees}
    for subject in few:
        everything = _pages(subject, Wish())
        assert _pages(subject, Wish(subcommittee=wanted)) == [each for each in everything if each in labelled]
