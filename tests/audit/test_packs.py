"""Evidence packs as work: asked for, made in the background, taken, removed; each with its event, and never in the clear on a disk."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from accounts.subject import subject_of
from council.audit import pack_file, pack_store, packs, sequencer
from council.audit.details import details_of
from council.audit.models import AuditEvent, EvidencePack
from council.celery import app
from tests import cast
from tests.audit import pack_hand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def subject(write):
    found = subject_of(cast.council().auditor)
    for _ in range(3):
        write()
    sequencer.run_once()
    return found


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(app, "send_task", lambda task, args, **_options: messages.append((task, *args)))
    return messages


def events():
    rows = AuditEvent.objects.filter(action="audit.export").order_by("id")
    steps = details_of(rows)
    return [(steps[row.pk]["facts"]["step"], row.outcome, bool(row.actor)) for row in rows]


def test_asking_is_a_row_an_event_and_a_message_with_its_id(subject, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        pack = pack_hand.asked(subject, action="bulletin.read")
    assert (pack.state, str(pack.asked_by)) == ("queued", subject.person)
    assert pack.query["filter"] == {"action": "bulletin.read"}
    assert sent == [(packs.MAKE, str(pack.pk))]
    assert events() == [("ask", "allow", True)]


def test_asking_twice_for_the_same_leads_to_the_one_that_is_being_made(subject):
    first = pack_hand.asked(subject, action="bulletin.read")
    assert pack_hand.asked(subject, action="bulletin.read") == first
    assert pack_hand.asked(subject, outcome="deny") != first


@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_is_one_pack(monkeypatch):
    with transaction.atomic():
        subject = subject_of(cast.council().auditor)
    both = Barrier(2)

    def meet(*_):
        """Where the row is written and not committed: the other one comes here too only if nothing holds it up."""
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)

    def ask(_):
        try:
            return pack_hand.asked(subject, action="bulletin.read").pk
        finally:
            connection.close()

    monkeypatch.setattr(packs, "soon", meet)
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(ask, range(2)))) == EvidencePack.objects.count() == 1


def test_a_pack_that_moves_in_the_future_is_handed_out_again(subject, sent):
    pack, now = pack_hand.asked(subject, action="bulletin.read"), timezone.now()
    sent.clear()
    packs.drive(now)
    EvidencePack.objects.update(state="running", moved_at=now + timedelta(days=9999))
    assert sent == []
    packs.drive(now)
    assert sent == [(packs.MAKE, str(pack.pk))]


def test_asking_making_and_taking_are_three_events(subject):
    pack = pack_hand.made(subject, action="bulletin.read")
    pack_hand.content(pack, subject)
    assert events() == [("ask", "allow", True), ("made", "allow", False), ("take", "allow", True)]


def test_size_and_digest_on_the_page_are_those_of_the_file(subject):
    pack = pack_hand.made(subject, action="bulletin.read")
    data = pack_hand.content(pack, subject)
    assert (pack.size, pack.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (pack.state, pack.events, pack.done) == ("done", 3, pack.total)
    assert pack.expires_at - pack.ended_at == packs.KEPT


def test_what_lies_on_the_disk_is_not_the_file(subject):
    pack = pack_hand.made(subject, action="bulletin.read")
    with default_storage.open(pack_store.name_of(pack)) as file:
        stored = file.read()
    assert b"README.txt" in pack_hand.content(pack, subject)
    assert b"README.txt" not in stored
    assert b"PK\x03\x04" not in stored


def test_a_pack_in_the_place_of_another_does_not_open(subject):
    one, other = pack_hand.made(subject, action="bulletin.read"), pack_hand.made(subject, outcome="deny")
    with default_storage.open(pack_store.name_of(other)) as file:
        stored = file.read()
    default_storage.delete(pack_store.name_of(one))
    with default_storage.open(pack_store.name_of(one), "wb") as file:
        file.write(stored)
    columns = ("wrap", "epoch", "algorithm", "key_id")
    EvidencePack.objects.filter(pk=one.pk).update(**{name: getattr(other, name) for name in columns})
    one.refresh_from_db()
    with pytest.raises(LookupError):
        packs.take(one, subject=subject)


def test_events_after_the_asking_are_not_in_it(subject, write):
    pack = pack_hand.asked(subject, action="bulletin.read")
    write()
    packs.run(pack.pk)
    pack.refresh_from_db()
    assert pack.events == 3


def test_a_pack_whose_worker_died_is_handed_out_again_and_made_from_its_beginning(subject, sent):
    pack = pack_hand.asked(subject, action="bulletin.read")
    EvidencePack.objects.filter(pk=pack.pk).update(state="running", done=2, total=9)
    packs.drive(pack.moved_at + packs.STALLED)
    assert sent == []
    packs.drive(pack.moved_at + packs.STALLED + timedelta(seconds=1))
    assert sent == [(packs.MAKE, str(pack.pk))]
    assert packs.run(pack.pk)
    pack.refresh_from_db()
    assert len(pack_hand.rows(pack_hand.files(pack, subject))) == 3


def test_a_half_written_file_of_a_dead_worker_is_replaced(subject):
    pack = pack_hand.asked(subject, action="bulletin.read")
    with default_storage.open(pack_store.name_of(pack), "wb") as file:
        file.write(b"half")
    packs.run(pack.pk)
    pack.refresh_from_db()
    assert "events.csv" in pack_hand.files(pack, subject)


def test_two_workers_do_not_make_one_pack(subject, monkeypatch):
    pack = pack_hand.asked(subject, action="bulletin.read")
    monkeypatch.setattr(packs, "only_one", lambda name: nullcontext(False))
    assert not packs.run(pack.pk)
    pack.refresh_from_db()
    assert pack.state == "queued"


def test_a_pack_that_is_done_is_not_made_again(subject):
    pack = pack_hand.made(subject, action="bulletin.read")
    assert not packs.run(pack.pk)


def test_a_pack_that_can_not_be_made_says_so_and_is_not_tried_for_ever(subject, monkeypatch, caplog):
    def fails(*given):
        raise RuntimeError("no room")

    monkeypatch.setattr(pack_file, "pieces", fails)
    pack = pack_hand.asked(subject, action="bulletin.read")
    assert not packs.run(pack.pk)
    pack.refresh_from_db()
    assert (pack.state, pack.reason) == ("failed", "not_made")
    assert events()[-1] == ("made", "deny", False)


def test_after_its_days_the_file_is_gone_and_the_row_stays(subject):
    pack = pack_hand.made(subject, action="bulletin.read")
    assert packs.remove_expired(pack.expires_at - timedelta(seconds=1)) == 0
    assert packs.remove_expired(pack.expires_at) == 1
    assert packs.remove_expired(pack.expires_at) == 0
    pack.refresh_from_db()
    assert (pack.state, bytes(pack.wrap), pack.epoch) == ("done", b"", 0)
    assert len(pack.sha256) == 64
    assert not default_storage.exists(pack_store.name_of(pack))
    assert not packs.is_there(pack, timezone.now())


def test_a_file_that_no_row_names_is_removed_after_an_hour(subject):
    pack = pack_hand.made(subject, action="bulletin.read")
    with default_storage.open(f"{pack_store.FOLDER}/{'0' * 32}.age", "wb") as file:
        file.write(b"left behind")
    packs.remove_expired(timezone.now())
    assert default_storage.exists(f"{pack_store.FOLDER}/{'0' * 32}.age")
    packs.remove_expired(timezone.now() + timedelta(minutes=61))
    assert not default_storage.exists(f"{pack_store.FOLDER}/{'0' * 32}.age")
    assert default_storage.exists(pack_store.name_of(pack))


def test_so_many_events_that_each_can_not_have_its_proof_bring_the_whole_logs(subject, monkeypatch):
    monkeypatch.setattr(pack_file, "MOST_PROOFS", 2)
    plan = packs.plan_of(packs.rows_of({"filter": {"action": "bulletin.read"}}), logs=False)
    assert (plan.events, plan.proofs, plan.logs) == (3, False, True)


def test_nobody_counts_further_than_a_pack_may_hold(subject, monkeypatch):
    monkeypatch.setattr(packs, "MOST", 2)
    plan = packs.plan_of(packs.rows_of({"filter": {"action": "bulletin.read"}}), logs=False)
    assert (plan.events, plan.too_many) == (3, True)


def test_when_the_event_of_taking_can_not_be_written_nothing_leaves_and_the_file_is_closed(subject, monkeypatch):
    pack = pack_hand.made(subject, action="bulletin.read")
    opened = []
    real = pack_store.opened
    monkeypatch.setattr(pack_store, "opened", lambda pack: opened.append(real(pack)) or opened[0])
    monkeypatch.setattr(packs, "record", lambda *given, **facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        packs.take(pack, subject=subject)
    assert opened[0]._file.closed
