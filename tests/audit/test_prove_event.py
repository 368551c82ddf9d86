"""`manage.py prove_event`: a tlog-proof that stands by itself."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from council.audit import log_keys
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.audit.proof import Proof
from tests.conftest import audit_rows_may_go

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def event(write):
    with transaction.atomic():
        return write()


def refusal(*words):
    with pytest.raises(CommandError) as refused:
        call_command("prove_event", *words)
    return refused.value.returncode, str(refused.value)


def test_the_proof_goes_to_standard_output_and_is_accepted_by_the_log_s_key(event, capsys):
    call_command("prove_event", str(event.pk))
    proof = Proof.parse(capsys.readouterr().out.encode())
    assert proof.entry == bytes(event.leaf)
    assert proof.check(log_keys.verifiers(2)[0]).size == 1


def test_the_proof_goes_into_a_file(event, tmp_path, capsys):
    out = tmp_path / "event.tlog-proof"
    call_command("prove_event", str(event.pk), out=out)
    assert Proof.parse(out.read_bytes()).entry == bytes(event.leaf)
    assert (capsys.readouterr().out, [path.name for path in tmp_path.glob("*event*")]) == ("", [out.name])


def test_an_older_proof_is_replaced_and_anything_else_is_kept(event, tmp_path):
    out, mine = tmp_path / "event.tlog-proof", tmp_path / "mine"
    for _ in range(2):
        call_command("prove_event", str(event.pk), out=out)
    mine.write_text("mine")
    assert refusal(str(event.pk), f"--out={mine}")[0] == 2
    assert mine.read_text() == "mine"


def test_a_proof_that_is_taken_is_an_event(event):
    call_command("prove_event", str(event.pk))
    assert AuditEvent.objects.get(action=Event.AUDIT_PROVE).object == str(event.pk)


def test_an_id_that_is_no_event_exits_with_2_in_one_sentence():
    unknown = uuid4()
    assert refusal(str(unknown)) == (2, f"There is no proof: there is no event {unknown}.")
    assert refusal("kato")[0] == 2
    assert not AuditEvent.objects.filter(action=Event.AUDIT_PROVE).exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_whose_row_is_gone_exits_with_2(event):
    call_command("prove_event", str(event.pk))
    with audit_rows_may_go():
        AuditEvent.objects.filter(pk=event.pk).delete()
    assert refusal(str(event.pk))[0] == 2


def test_a_place_where_nothing_can_be_written_exits_with_2(event, tmp_path):
    assert refusal(str(event.pk), f"--out={tmp_path / 'nowhere' / 'proof'}")[0] == 2
