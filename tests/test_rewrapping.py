"""Wraps are made anew from wherever it was broken off, by any number of workers, and what was destroyed meanwhile stays so."""

import threading
from functools import partial

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.factors import STORES as FACTOR_STORES
from bulletins.actions.close import recall
from bulletins.models import Part, PartWrap
from bulletins.wraps import STORES
from council import rewrapping, rotation
from council.audit.models import AuditDetail
from council.audit.wraps import STORES as AUDIT_STORES
from council.keys import keyring
from council.rewrapping import remaining, rewrap_batch, stores
from council.sealing.errors import KeyringUnavailable
from tests.bulletins.races import all_at_once
from tests.sealed_world import epochs, opens, sealed_world, spoil, wraps

pytestmark = pytest.mark.django_db

PARTS = STORES[0]


@pytest.fixture(autouse=True)
def own_keyring(settings, tmp_path, monkeypatch):
    """A keyring that the test may rotate, without a pause for readers."""
    monkeypatch.setattr(rotation, "GRACE", 0.0)
    settings.KEYRING_FILE = tmp_path / "keyring.json"
    return keyring()


@pytest.fixture
def world():
    return sealed_world()


def rotated(**options):
    call_command("rotate_keys", verbosity=0, **options)


def test_every_table_of_wraps_is_registered():
    with_wraps = {
        model for model in apps.get_models() if {"wrap", "key_id"} <= {field.name for field in model._meta.fields}
    }
    assert {store.model for store in stores()} == with_wraps
    assert with_wraps == {store.model for store in (*STORES, *AUDIT_STORES, *FACTOR_STORES)}


def test_a_rotation_makes_every_wrap_anew_and_everything_still_opens(world):
    before, said = wraps(), opens(world)
    assert all(before.values())
    assert all(said.values())
    rotated()
    after = wraps()
    assert epochs() == {2}
    for name, rows in before.items():
        assert all(after[name][pk] != row and after[name][pk][3] != row[3] for pk, row in rows.items())
    assert {name: opened for name, opened in opens(world).items() if name != "details"} == {
        name: opened for name, opened in said.items() if name != "details"
    }
    assert opens(world)["details"].items() >= said["details"].items()
    assert (keyring().current_epoch(), keyring().minimum_epoch(), keyring().epochs()) == (2, 2, (1, 2))


def test_contents_are_not_touched(world):
    content = {part.pk: bytes(part.ciphertext) for part in Part.unrestricted.all()}
    details = {row.pk: (bytes(row.salt), bytes(row.ciphertext)) for row in AuditDetail.objects.all()}
    rotated()
    assert {part.pk: bytes(part.ciphertext) for part in Part.unrestricted.all()} == content
    now = {row.pk: (bytes(row.salt), bytes(row.ciphertext)) for row in AuditDetail.objects.all()}
    assert now.items() >= details.items()


def test_progress_is_read_off_the_rows_and_goes_on_anywhere(world):
    keyring().rotate()
    left = remaining()["parts"]
    assert left == PartWrap.objects.count() > 3
    batch = rewrap_batch(PARTS, size=3)
    assert (batch.taken, batch.done, batch.stuck) == (3, 3, 0)
    assert remaining()["parts"] == left - 3
    assert rewrap_batch(PARTS, size=100).done == left - 3
    assert (remaining()["parts"], rewrap_batch(PARTS).taken) == (0, 0)
    assert opens(world)


def test_a_wrap_that_does_not_open_stops_its_row_alone_and_is_counted(world):
    spoilt = PartWrap.objects.order_by("pk").first()
    before = spoil(spoilt)
    with pytest.raises(CommandError, match=r"1 wraps .*1 of parts") as caught:
        rotated()
    assert caught.value.returncode == 1
    assert [row.pk for row in PartWrap.objects.filter(epoch=1)] == [spoilt.pk]
    assert keyring().minimum_epoch() == 1
    PartWrap.objects.filter(pk=spoilt.pk).update(wrap=before)
    rotated()
    assert (keyring().current_epoch(), keyring().minimum_epoch(), epochs()) == (2, 2, {2})


def test_what_does_not_open_may_be_abandoned(world):
    spoil(PartWrap.objects.order_by("pk").first())
    rotated(abandon=True)
    assert keyring().minimum_epoch() == 2
    rotated()
    assert keyring().minimum_epoch() == 3


def test_a_wrap_whose_labels_bind_nothing_is_counted_too(world):
    keyring().rotate()
    Part.unrestricted.filter(pk=PartWrap.objects.order_by("pk").first().part_id).update(subcommittees=[7])
    assert rewrap_batch(PARTS).stuck >= 1


def test_what_is_destroyed_meanwhile_stays_destroyed(world, monkeypatch):
    keyring().rotate()
    made_anew = rewrapping._made_anew

    def recalled_in_between(ring, store, row):
        made = made_anew(ring, store, row)
        PartWrap.objects.all().delete()
        return made

    monkeypatch.setattr(rewrapping, "_made_anew", recalled_in_between)
    assert rewrap_batch(PARTS).done == 0
    assert not PartWrap.objects.exists()


def test_what_another_worker_has_made_anew_is_not_replaced_by_what_was_made_of_the_old(world, monkeypatch):
    keyring().rotate()
    replace, between = rewrapping._replace, {}

    def two_at_once(store, fresh):
        between["done"] = replace(store, fresh)
        between["wraps"] = wraps()
        return replace(store, fresh)

    monkeypatch.setattr(rewrapping, "_replace", two_at_once)
    assert rewrap_batch(PARTS).done == 0
    assert between["done"] > 0
    assert wraps() == between["wraps"]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_each_wrap_anew_once(world, monkeypatch):
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    keyring().rotate()
    left, rewrap = sum(remaining().values()), partial(rotation.catch_up, patience=20)
    tallies = all_at_once([rewrap] * 3)
    assert sum(tally.done for tally in tallies) == left
    assert not any(remaining().values())
    assert opens(world)


@pytest.mark.django_db(transaction=True)
def test_a_recall_during_a_rotation_destroys_what_it_would_have(world):
    keyring().rotate()
    withdraw = partial(recall, world.revision.bulletin_id, acting_user=world.council.publisher)
    results = all_at_once([rotation.catch_up, withdraw, rotation.catch_up])
    assert not [each for each in results if isinstance(each, Exception)]
    assert not PartWrap.objects.exists()


def elsewhere(work, inside, go_on):
    """Runs `work` in a transaction of another connection and keeps that open until told."""
    try:
        with transaction.atomic():
            work()
            inside.set()
            go_on.wait(timeout=60)
    finally:
        connection.close()


@pytest.fixture
def while_open():
    """Does something in a transaction of its own that stays open until the fixture's event is set."""
    threads, go_on = [], threading.Event()

    def begin(work):
        inside = threading.Event()
        threads.append(threading.Thread(target=elsewhere, args=(work, inside, go_on)))
        threads[-1].start()
        assert inside.wait(timeout=60)

    def end():
        go_on.set()
        for thread in threads:
            thread.join(timeout=60)

    begin.end = end
    yield begin
    end()


@pytest.mark.django_db(transaction=True)
def test_rows_that_somebody_holds_are_passed_by_and_taken_later(world, while_open):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no locks on rows")
    keyring().rotate()
    held = PartWrap.objects.order_by("pk").first()
    while_open(lambda: list(PartWrap.objects.select_for_update().filter(pk=held.pk)))
    count = PartWrap.objects.count()
    assert rewrap_batch(PARTS)[:3] == (count, count - 1, 0)
    while_open.end()
    assert rewrap_batch(PARTS).done == 1


@pytest.mark.django_db(transaction=True)
def test_an_epoch_is_not_closed_while_a_transaction_from_before_is_open(world, while_open):
    while_open(lambda: PartWrap.objects.filter(pk=0).update(purpose="x"))
    assert not rotation.last_writers_are_gone(patience=0.3)
    while_open.end()
    assert rotation.last_writers_are_gone(patience=0.3)


def test_a_keyring_that_is_lost_half_way_ends_the_run_and_not_the_rows(world, monkeypatch):
    keyring().rotate()
    batches = rewrapping.one_pass()
    next(batches)
    keyring()._path.rename(keyring()._path.with_suffix(".away"))
    with pytest.raises(KeyringUnavailable):
        list(batches)
    keyring()._path.with_suffix(".away").rename(keyring()._path)
    rotation.catch_up()
    assert epochs() == {2}


def test_the_log_refuses_to_change_anything_but_wraps(world):
    with pytest.raises(DatabaseError, match="audit"), transaction.atomic():
        AuditDetail.objects.update(salt=b"other", epoch=2)


def test_a_store_is_registered_once():
    before = stores()
    rewrapping.register(PARTS)
    assert stores() == before
