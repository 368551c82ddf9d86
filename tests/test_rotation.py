"""A rotation from end to end: begun once, ended when nothing is left, told in the log; what was destroyed opens no more."""

import pytest
from django.core.management import CommandError, call_command

from bulletins import sealed
from bulletins.actions.close import recall
from bulletins.models import Part, PartWrap
from bulletins.wraps import STORES
from council import rewrapping, rotation
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.audit.record import AuditUnavailable
from council.keys import keyring
from council.sealing.errors import OpeningRefused
from council.tasks import rewrap_some
from tests.sealed_world import WORDS, epochs, opens, sealed_world, spoil, wraps

pytestmark = pytest.mark.django_db


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


def test_the_command_says_when_others_are_still_writing(world, monkeypatch):
    monkeypatch.setattr(rotation, "last_writers_are_gone", lambda: False)
    with pytest.raises(CommandError, match="still open") as caught:
        rotated(retire=True)
    assert caught.value.returncode == 2
    assert (keyring().current_epoch(), keyring().minimum_epoch()) == (2, 1)


@pytest.mark.parametrize(("lag", "grace"), [(0.0, 2.0), (1.0, 0.0)])
def test_who_has_read_a_wrap_or_the_epochs_has_a_moment_to_use_them(world, monkeypatch, lag, grace):
    slept = []
    monkeypatch.setattr(rotation.time, "sleep", slept.append)
    monkeypatch.setattr(rotation, "GRACE", grace)
    monkeypatch.setattr(type(keyring()), "lag", lag)
    assert rotation.last_writers_are_gone()
    assert slept == [max(lag, grace)]


def test_what_was_sealed_in_between_is_made_anew_before_the_epochs_close(world, monkeypatch):
    gone, late = rotation.last_writers_are_gone, wraps()["parts"]

    def a_late_writer():
        pk, (wrap, epoch, algorithm, key_id) = next(iter(late.items()))
        PartWrap.objects.filter(pk=pk).update(wrap=wrap, epoch=epoch, algorithm=algorithm, key_id=key_id)
        return gone()

    monkeypatch.setattr(rotation, "last_writers_are_gone", a_late_writer)
    rotated()
    assert (keyring().minimum_epoch(), epochs()) == (2, {2})
    assert opens(world)


def test_an_unfinished_rotation_is_ended_and_no_other_begun(world):
    assert rotation.begin() == rotation.begin() == 2
    rotated()
    assert (keyring().current_epoch(), keyring().minimum_epoch()) == (2, 2)
    rotated()
    assert (keyring().current_epoch(), keyring().minimum_epoch(), epochs()) == (3, 3, {3})


def test_the_log_tells_of_the_new_epoch_of_its_end_and_of_keys_destroyed(world):
    rotated(retire=True)
    events = AuditEvent.objects.filter(action__in=[Event.KEYS_ROTATED, Event.KEYS_RETIRED]).order_by("id")
    facts = opens(world)["details"]
    assert [(each.action, each.actor, each.org, facts[each.pk]["facts"]) for each in events] == [
        ("keys.rotate", "", "", {"step": "begun", "epoch": 2}),
        ("keys.rotate", "", "", {"step": "ended", "epoch": 2, "abandoned": 0}),
        ("keys.retire", "", "", {"minimum": 2, "epochs": [1]}),
    ]
    assert rotation.retire() == ()
    assert AuditEvent.objects.filter(action=Event.KEYS_RETIRED).count() == 1


@pytest.mark.parametrize("step", [rotation.begin, rotation.finish, rotation.retire], ids=lambda step: step.__name__)
def test_nothing_is_done_that_the_log_can_not_tell_of(world, monkeypatch, step):
    def full(*args, **kwargs):
        raise AuditUnavailable("the audit log can't be written")

    if step is not rotation.begin:
        rotation.begin()
        rotation.catch_up()
    if step is rotation.retire:
        rotation.finish()
    before = (keyring().epochs(), keyring().minimum_epoch())
    monkeypatch.setattr(rotation, "record", full)
    with pytest.raises(AuditUnavailable):
        step()
    assert (keyring().epochs(), keyring().minimum_epoch()) == before


def test_without_a_keyring_the_command_ends_with_one_sentence_and_nothing_changed(world, own_keyring, settings):
    before = wraps()
    settings.KEYRING_FILE.unlink()
    with pytest.raises(CommandError, match="鍵ファイル") as caught:
        rotated()
    assert caught.value.returncode == 2
    assert wraps() == before


def test_the_worker_asks_the_database_nothing_without_a_rotation(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rewrap_some() == 0


def test_the_worker_brings_a_rotation_to_its_end_in_pieces(world, monkeypatch):
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    rotation.begin()
    monkeypatch.setattr("council.tasks._SECONDS", 0.0)
    left = [rewrap_some() for _ in range(200) if keyring().minimum_epoch() == 1]
    assert left[-1] == 0
    assert sorted(left, reverse=True) == left
    assert len(left) > 5
    assert (keyring().minimum_epoch(), epochs()) == (2, {2})


def test_the_worker_leaves_an_epoch_open_in_which_something_does_not_open(world):
    spoil(PartWrap.objects.order_by("pk").first())
    rotation.begin()
    assert [rewrap_some(), rewrap_some()] == [1, 1]
    assert keyring().minimum_epoch() == 1


@pytest.mark.parametrize("destroyed", [False, True], ids=["closed", "destroyed"])
def test_what_was_recalled_opens_no_more_with_wraps_from_an_old_copy(world, destroyed):
    copy = [row for store in STORES for row in store.model.objects.all()]
    assert WORDS in opens(world)["parts"].values()
    recall(world.revision.bulletin_id, acting_user=world.council.publisher)
    rotated(retire=destroyed)
    for row in copy:
        type(row).objects.filter(pk=row.pk).delete()
        type(row).objects.bulk_create([row])
    for part in Part.unrestricted.filter(revision=world.revision).select_related("revision"):
        with pytest.raises(OpeningRefused):
            sealed.open_parts([part])
    for store in STORES:
        rows = list(store.rows())
        assert rows
        assert not any(rewrapping._made_anew(keyring(), store, row) for row in rows)
    assert keyring().epochs() == ((2,) if destroyed else (1, 2))


def test_wraps_put_back_from_a_copy_do_not_hold_up_the_next_rotation(world):
    copy = list(PartWrap.objects.all())
    recall(world.revision.bulletin_id, acting_user=world.council.publisher)
    rotated(retire=True)
    PartWrap.objects.bulk_create(copy)
    rotated(retire=True)
    assert keyring().epochs() == (3,)
    assert epochs(STORES[:1]) == {1}
