import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import rfc8785
from django.db import connection, transaction

from council.audit.context import request_context
from council.audit.details import details_of
from council.audit.events import Outcome
from council.audit.leaf import digest_of, fields_of
from council.audit.models import AuditDetail, AuditEvent
from council.audit.record import AuditUnavailable, actor_of, record_refusal
from tests.audit.conftest import BULLETIN, ORGANISATION, PERSON

TITLE = "変電所の点検手順に不審な問い合わせ"


@pytest.mark.django_db
def test_an_event_is_its_leaf_and_the_columns_say_the_same(write):
    event = write(revision=3, detail={"q": "x"})
    stored = AuditEvent.objects.get(pk=event.pk)
    fields = fields_of(bytes(stored.leaf))
    assert (fields["id"], fields["org"], fields["object"]) == (str(event.pk), ORGANISATION, BULLETIN)
    for column in ("actor", "org", "action", "object", "revision", "tier", "outcome", "reason", "request"):
        assert getattr(stored, column) == fields[column]
    assert stored.time.isoformat(timespec="milliseconds") == fields["time"].replace("Z", "+00:00")


@pytest.mark.django_db
def test_the_actor_is_a_mac_and_the_person_stands_nowhere_in_clear(write):
    event = write()
    assert event.actor == actor_of(PERSON) != actor_of(ORGANISATION)
    detail = AuditDetail.objects.get()
    columns = [str(cell) for cell in AuditEvent.objects.values_list().get() if not isinstance(cell, bytes | memoryview)]
    stored = " ".join(columns).encode() + bytes(event.leaf) + bytes(detail.ciphertext) + bytes(detail.salt)
    assert PERSON.encode() not in stored


@pytest.mark.django_db
def test_no_word_of_the_detail_is_in_the_leaf_or_in_a_row(write):
    write(detail={"title": TITLE})
    event, detail = AuditEvent.objects.get(), AuditDetail.objects.get()
    stored = bytes(event.leaf) + bytes(detail.ciphertext) + bytes(detail.wrap) + bytes(detail.salt)
    assert TITLE.encode() not in stored
    assert json.dumps(TITLE)[1:-1].encode() not in stored


@pytest.mark.django_db
def test_a_title_given_as_the_object_is_refused_and_nothing_is_written(write):
    with pytest.raises(ValueError, match="object"):
        write(object=TITLE)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_the_detail_opens_again_with_who_from_where_and_which_words(write):
    with request_context(address="192.0.2.17", agent="Mozilla/5.0") as context:
        event = write(detail={"q": "変電所"})
    assert event.request == context.id
    opened = details_of([event])[event.pk]
    assert opened == {"person": PERSON, "address": "192.0.2.17", "agent": "Mozilla/5.0", "facts": {"q": "変電所"}}


@pytest.mark.django_db
def test_the_leaf_holds_the_digest_of_the_detail(write):
    event = write(detail={"q": "変電所"})
    salt = bytes(AuditDetail.objects.get().salt)
    assert fields_of(bytes(event.leaf))["detail"] == digest_of(salt, rfc8785.dumps(details_of([event])[event.pk]))


@pytest.mark.django_db
def test_a_destroyed_detail_leaves_the_leaf_as_it_was(write):
    event = write()
    AuditDetail.objects.filter(pk=event.pk).delete()
    stored = AuditEvent.objects.get()
    assert bytes(stored.leaf) == event.leaf
    assert fields_of(bytes(stored.leaf))["detail"].startswith("sha256:")
    assert details_of([stored]) == {}


@pytest.mark.django_db
def test_a_stranger_has_no_actor_and_no_organisation(write):
    event = write("session.sign_in_failed", actor=None, organisation=None, object="", outcome=Outcome.DENY)
    assert (event.actor, event.org, event.object, event.outcome) == ("", "", "", "deny")


@pytest.mark.django_db
def test_an_action_the_log_does_not_know_is_refused(write):
    with pytest.raises(ValueError, match=r"bulletin\.admire"):
        write("bulletin.admire")


@pytest.mark.django_db
def test_a_header_as_long_as_a_book_is_cut(write):
    with request_context(agent="A" * 100_000):
        event = write()
    assert len(details_of([event])[event.pk]["agent"]) == 500


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded(write):
    with pytest.raises(RuntimeError, match="transaction"):
        write()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_effect_that_is_undone_takes_its_event_along(write):
    def undone():
        with transaction.atomic():
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert not AuditEvent.objects.exists()
    assert not AuditDetail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_kept_by_a_transaction_of_its_own():
    event = record_refusal("bulletin.read", actor=PERSON, organisation=ORGANISATION, object=BULLETIN, reason="tier")
    assert (AuditEvent.objects.get().pk, event.outcome, event.reason) == (event.pk, "deny", "tier")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_inside_another_transaction_could_be_undone_and_is_an_error():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record_refusal("bulletin.read", actor=PERSON, organisation=ORGANISATION, reason="tier")


@pytest.mark.django_db(transaction=True)
def test_without_the_keyring_no_event_can_be_written(own_keyring, write):
    own_keyring.unlink()
    with pytest.raises(AuditUnavailable), transaction.atomic():
        write()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_write_at_once_and_lose_nothing(write):
    def ten_events(number):
        try:
            for place in range(10):
                with transaction.atomic():
                    write(object=f"thread-{number}", revision=place)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ten_events, range(4)))
    rows = list(AuditEvent.objects.values_list("object", "revision"))
    assert len(set(rows)) == 40
    assert set(Counter(name for name, _ in rows).values()) == {10}
