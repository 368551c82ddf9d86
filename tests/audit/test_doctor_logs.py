"""What the doctor tells of the logs: how long they are, when they were signed, what waits, and what the signer would refuse."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from council.audit import cosignature, sequencer
from council.audit.models import LogCheckpoint, LogHead, PendingEvent
from council.management.commands.doctor import PROBES, Unwell
from council.sealing.errors import NoteRefused
from tests.audit.log_rows import waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


def log(tier=2):
    return PROBES[f"log tier-{tier}"]()


def test_a_log_that_has_not_begun_is_no_trouble():
    assert log() == "0 events, not signed yet, 0 waiting"


def test_it_tells_size_age_and_what_waits(write):
    waiting(3)
    sequencer.run_once()
    write(), write()
    assert log() == "4 events, signed 0 seconds ago, 2 waiting"


@pytest.mark.parametrize(
    ("age", "words"),
    [(119, "119 seconds"), (120, "2 minutes"), (7199, "119 minutes"), (7200, "2 hours"), (200_000, "2 days")],
)
def test_the_age_of_the_checkpoint_is_in_a_unit_that_fits(monkeypatch, age, words):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(seconds=age))
    sequencer.run_once()
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert log() == f"1 events, signed {words} ago, 0 waiting"


def test_what_waits_too_long_asks_for_the_sequencer():
    old = int((timezone.now() - timedelta(minutes=3)).timestamp() * 1000)
    PendingEvent.objects.create(event=UUID(int=old << 80 | 0x7 << 76 | 2 << 62), tier=2)
    with pytest.raises(Unwell, match=r"1 waiting, since 3 minutes.*manage\.py sequence"):
        log()
    assert log(1)


def test_what_the_signer_would_refuse_is_said_in_its_words_and_nothing_is_signed(memory):
    waiting(3)
    sequencer.run_once()
    LogHead.objects.filter(pk=2).update(size=0, frontier=b"")
    with pytest.raises(sequencer.SignerRefused, match="署名してあります"):
        log()
    assert log(1)
    assert LogCheckpoint.objects.filter(tier=2).count() == 1


def test_it_tells_where_the_memory_is(memory):
    assert PROBES["log signer's memory"]() == f"{memory}, not there"
    sequencer.run_once()
    assert PROBES["log signer's memory"]().startswith(f"{memory}, 3 logs")


def test_a_memory_that_others_can_read_is_to_be_mended(memory):
    sequencer.run_once()
    memory.chmod(0o644)
    with pytest.raises(Unwell, match="chmod 600"):
        PROBES["log signer's memory"]()


def test_it_names_the_witnesses_and_how_many_have_to_have_seen_a_checkpoint(settings):
    assert "none" in PROBES["log witnesses"]()
    cosigners = [
        cosignature.Cosigner.from_seed(f"w{n}.example", cosignature.ED25519, bytes([n] * 32)) for n in range(3)
    ]
    settings.AUDIT_WITNESSES = [{"vkey": str(each.verifier), "url": "https://w.example"} for each in cosigners]
    assert PROBES["log witnesses"]() == "w0.example, w1.example, w2.example; 2 have to have cosigned"
    settings.AUDIT_WITNESSES = [{"vkey": "w+0+x", "url": ""}]
    with pytest.raises(NoteRefused):
        PROBES["log witnesses"]()
