"""The raw fields of an event lead to the proof that it is in its log."""

import pytest
from django.db import transaction
from uuid_utils.compat import uuid7

from council.audit import log_keys, sequencer, views
from council.audit import names as audit_names
from council.audit.leaf import fields_of, leaf, moment_of, time_text
from council.audit.models import AuditEvent
from council.audit.proof import Proof
from council.audit.proving import NotYet
from council.audit.record import record
from tests import cast
from tests.audit.shelf import SEEN, Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def portal(monkeypatch, settings, tmp_path):
    settings.AUDIT_STATE = tmp_path / "signer.json"
    monkeypatch.setattr(audit_names, "_resolvers", [Shelf()])


@pytest.fixture
def world():
    return cast.council()


def read_by(person):
    with transaction.atomic():
        about = {"object": SEEN, "revision": 2, "tier": 2}
        return record("bulletin.read", actor=str(person.pk), organisation=str(person.organisation_id), **about)


def proof_of(client, person, event):
    return cast.sign_in(client, person).get(f"/audit/events/{event}/proof")


def test_a_proof_is_a_file_that_the_verifier_key_of_the_log_accepts(client, world):
    event = read_by(world.reader_two)
    answer = proof_of(client, world.auditor, event.pk)
    assert f'filename="{event.pk}.tlog-proof"' in answer["Content-Disposition"]
    proof = Proof.parse(answer.content)
    assert proof.entry == bytes(event.leaf)
    assert proof.check(log_keys.verifiers(2)[0]).size > proof.index


def test_taking_a_proof_is_an_event(client, world):
    event = read_by(world.reader_two)
    proof_of(client, world.auditor, event.pk)
    assert AuditEvent.objects.get(action="audit.prove").object == str(event.pk)


def test_an_event_that_never_was_has_no_proof(client, world):
    assert proof_of(client, world.auditor, SEEN).status_code == 404
    assert not AuditEvent.objects.filter(action="audit.prove").exists()


def test_an_administrator_gets_no_proof_and_no_hint_that_there_is_one(client, world):
    event = read_by(world.reader_two)
    there = proof_of(client, world.administrator, event.pk)
    nowhere = client.get(f"/audit/events/{SEEN}/proof")
    assert (there.status_code, there.content) == (404, nowhere.content)
    assert AuditEvent.objects.filter(action="audit.read", outcome="deny").count() == 2


def test_while_no_checkpoint_covers_it_one_is_told_to_wait(client, world, monkeypatch):
    def not_yet(event):
        raise NotYet

    event = read_by(world.reader_two)
    monkeypatch.setattr(views, "prove", not_yet)
    answer = proof_of(client, world.auditor, event.pk)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "数秒待ってから" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="audit.prove").exists()


@pytest.mark.parametrize(
    "spoiled",
    [{}, {"leaf": b"{"}, {"leaf": b"[" * 100_000}, {"outcome": "deny"}, {"outcome": "maybe"}, {"tier": 1}],
)
def test_an_event_that_does_not_agree_with_its_leaf_is_shown_and_says_so(client, world, spoiled):
    event = read_by(world.reader_two)
    columns = {field.attname: getattr(event, field.attname) for field in event._meta.fields}
    columns["id"] = later = uuid7()
    columns["leaf"] = leaf({**fields_of(bytes(event.leaf)), "id": str(later), "time": time_text(moment_of(later))})
    AuditEvent.objects.create(**{**columns, **spoiled})
    shown = cast.sign_in(client, world.auditor).get("/audit/events/?action=bulletin.read").context["events"]
    assert ["書き換えられた疑い" in each.sentence for each in shown] == [bool(spoiled), False]
    assert client.get("/api/v1/audit/events/?action=bulletin.read").status_code == 200


def test_an_auditor_sees_the_place_in_the_log_and_an_administrator_does_not(client, world):
    event = read_by(world.reader_two)
    sequencer.integrate(2)
    found = cast.sign_in(client, world.auditor).get("/audit/events/?action=bulletin.read")
    assert found.context["events"][0].leaf == 0
    assert f"/audit/events/{event.pk}/proof" in found.content.decode()
    own = cast.sign_in(client, world.administrator).get("/audit/events/?action=bulletin.read")
    assert own.context["events"][0].leaf is None
    assert "/proof" not in own.content.decode()


def test_the_api_tells_auditors_the_place_in_the_log(client, world):
    read_by(world.reader_two)
    address = "/api/v1/audit/events/?action=bulletin.read"
    assert cast.sign_in(client, world.auditor).get(address).json()["results"][0]["leaf"] is None
    sequencer.integrate(2)
    assert client.get(address).json()["results"][0]["leaf"] == 0
    assert cast.sign_in(client, world.administrator).get(address).json()["results"][0]["leaf"] is None
