"""Packages on their way: what counts as received, what is closed behind them, and what a recall does to them."""

import io

import pytest
from django.core.files.storage import default_storage

from bulletins.actions import fetch
from bulletins.actions.close import recall
from bulletins.models import Package, PackageSeal
from tests import cast
from tests.bulletins import sent, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def package(world):
    sent.key(world)
    return sent.package(world, parts=[*sent.PARTS, shelf.attachment("一覧.bin", bytes(range(256)) * 40)])


@pytest.fixture
def small_pieces(monkeypatch):
    """The portal looks up from its work every few hundred bytes instead of every few million."""
    monkeypatch.setattr(fetch, "PIECE", 500)
    monkeypatch.setattr(fetch, "LOOK_EVERY", 1000)


def test_it_counts_as_received_once_the_last_byte_was_taken(world, package):
    size = (
        len(sent.take(world.reader_two, package, "age", Range="bytes=0-99")) and PackageSeal.objects.get().payload.size
    )
    assert Package.objects.get().fetched_at is None
    sent.take(world.reader_two, package, "age", Range=f"bytes={size}-")
    first = Package.objects.get().fetched_at
    assert first is not None
    sent.take(world.reader_two, package, "age")
    assert Package.objects.get().fetched_at == first


def test_what_was_broken_off_does_not_count_as_received(world, package, small_pieces):
    response = sent.age(world.reader_two, package)
    next(iter(response.streaming_content))
    response._iterator.close()
    assert Package.objects.get().fetched_at is None


@pytest.mark.parametrize("begun", [False, True])
def test_the_file_behind_a_stream_is_closed_with_it(world, package, monkeypatch, begun):
    files, honest = [], default_storage.open
    monkeypatch.setattr(default_storage, "open", lambda name: files.append(honest(name)) or files[-1])
    response = sent.age(world.reader_two, package)
    if begun:
        next(response._iterator)
    for close in response._resource_closers:
        close()
    assert [file.closed for file in files] == [True]


def test_the_file_is_closed_with_the_last_piece_and_when_they_break_off():
    ended, broken = io.BytesIO(), io.BytesIO()
    assert list(fetch.Sending(iter([b"1", b"2"]), ended, 2)) == [b"1", b"2"]
    with pytest.raises(ZeroDivisionError):
        list(fetch.Sending((1 / 0 for _ in "a"), broken, 2))
    assert (ended.closed, broken.closed) == (True, True)


def test_a_recall_cuts_off_what_is_on_its_way(world, package, small_pieces):
    response = sent.age(world.reader_two, package)
    pieces = iter(response.streaming_content)
    got = next(pieces) + next(pieces)
    recall(package.bulletin_id, acting_user=world.publisher)
    with pytest.raises(ConnectionAbortedError):
        got += b"".join(pieces)
    assert len(got) < 3000 < int(response["Content-Length"])
    assert Package.objects.get().fetched_at is None
    assert [outcome for outcome, _ in sent.noted(package)] == ["allow", "deny"]


def test_the_refusal_on_the_way_belongs_to_the_same_request(world, package, small_pieces):
    pieces = iter(sent.age(world.reader_two, package).streaming_content)
    next(pieces)
    Package.objects.update(state=Package.State.CLOSED)
    with pytest.raises(fetch.CutOff):
        list(pieces)
    assert len(set(sent.events(package).values_list("request", flat=True))) == 1


def test_a_recall_between_decision_and_file_is_a_recall_before(world, package, monkeypatch):
    honest = fetch.package_for

    def and_then_recalled(*given):
        parcel = honest(*given)
        recall(package.bulletin_id, acting_user=world.publisher)
        default_storage.delete(parcel.payload.stored_file)
        return parcel

    monkeypatch.setattr(fetch, "package_for", and_then_recalled)
    assert sent.age(world.reader_two, package).status_code == 404
    assert sent.noted(package) == [("deny", {})]


def test_a_lost_file_is_no_recall(world, package):
    default_storage.delete(PackageSeal.objects.get().payload.stored_file)
    with pytest.raises(FileNotFoundError):
        sent.age(world.reader_two, package)
