"""When too many files are made or shown at once: a sentence and a moment to come again, and nothing opened, counted or lost."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import pikepdf
import pytest

from bulletins import attached
from bulletins.models import AttachmentText, Part, Receipt, Revision, TakenCopy
from bulletins.paper import apart
from bulletins.paper.apart import Broken, Busy, room
from bulletins.sealed import open_parts
from council.access.policy import Action
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@contextmanager
def others_at_work() -> Iterator[None]:
    """Every place is taken, by somebody else, and nobody waits long."""
    with pytest.MonkeyPatch.context() as patch:
        taken = BoundedSemaphore(1)
        taken.acquire()
        patch.setattr(apart, "_AT_ONCE", taken)
        patch.setattr(apart, "WAIT", 0.01)
        yield


@pytest.fixture
def revision(world: cast.Council) -> Revision:
    parts = ["本文です。", shelf.attachment("一覧.csv", b"a,b\n1,2\n")]
    return shelf.published(world.publisher, world.approver, parts=parts, people=[world.reader_one])


def reads(revision: Revision) -> int:
    return AuditEvent.objects.filter(object=str(revision.bulletin_id), action=Action.READ).count()


@pytest.mark.parametrize("place", ["parts/2/pages/", "parts/2/pages/1/"])
def test_a_page_of_a_file_is_not_shown_and_not_counted_and_can_be_asked_for_again(client, world, revision, place):
    cast.sign_in(client, world.reader_one)
    with others_at_work():
        answer = client.get(f"/bulletins/{revision.bulletin_id}/{place}")
    assert (answer.status_code, answer["Retry-After"], "いま混み合っています" in answer.text) == (503, "30", True)
    assert reads(revision) == 0
    assert client.get(f"/bulletins/{revision.bulletin_id}/{place}").status_code == 200
    assert reads(revision) == 1


def test_what_does_not_exist_for_somebody_is_no_more_told_when_it_is_crowded(client, world, revision):
    cast.sign_in(client, world.reader_two)
    unknown = f"/bulletins/{world.company.pk}/parts/2/pages/"
    with others_at_work():
        first, second = client.get(f"/bulletins/{revision.bulletin_id}/parts/2/pages/"), client.get(unknown)
    assert first.status_code == second.status_code == 503
    assert AuditEvent.objects.filter(outcome="deny").count() == 0


def test_no_copy_is_made_or_counted_and_the_same_form_makes_it_a_moment_later(client, world, revision):
    where = f"/bulletins/{revision.bulletin_id}/copy/"
    token = cast.sign_in(client, world.reader_one).get(where).context["form"]["token"].value()
    sent = {"token": token, "reason": "meeting"}
    with others_at_work():
        answer = client.post(where, sent)
    assert (answer.status_code, answer["Retry-After"], "いま混み合っていて" in answer.text) == (503, "30", True)
    assert (reads(revision), Receipt.objects.count(), TakenCopy.objects.count()) == (0, 0, 0)
    assert client.post(where, sent)["Content-Type"] == "application/pdf"
    assert TakenCopy.objects.get().number == 1


def test_a_program_is_told_when_to_ask_for_its_copy_again(world, revision):
    wish = {"revision": 1, "reason": "meeting", "return_by": None}
    with others_at_work():
        answer = calls.post(world.reader_one, f"{revision.bulletin_id}/copies/", wish)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "混み合って" in answer.json()["detail"]
    assert (TakenCopy.objects.count(), reads(revision)) == (0, 0)


def test_a_file_that_could_not_be_read_for_the_search_is_read_another_time(world):
    empty, data = pikepdf.new(), io.BytesIO()
    empty.add_blank_page()
    empty.save(data)
    file = shelf.attachment("報告.pdf", data.getvalue())
    revision = shelf.published(world.publisher, world.approver, parts=["一", file], people=[world.reader_one])
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    with others_at_work():
        assert attached.read_files(revision.pk) == 0
        attached.read_beforehand(parts, open_parts(parts))
    assert not AttachmentText.objects.exists()
    assert revision.pk in attached.missed()


def test_whoever_has_a_place_works_within_it_and_gives_it_back():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "_AT_ONCE", BoundedSemaphore(1))
        patch.setattr(apart, "WAIT", 0.01)
        with pytest.raises(Broken), room(), room():
            raise Broken
        with room():
            assert not apart._AT_ONCE.acquire(blocking=False)
    with others_at_work(), pytest.raises(Busy), room():
        pytest.fail("there was no room")
