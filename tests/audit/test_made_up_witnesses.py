"""Rows that say a witness stood by, written by somebody who has no key of a witness: nobody believes them."""

import pytest
from django.utils import timezone

from council.audit import checkpoint, cosignature, proving, sequencer, witnesses
from council.audit.cosignature import ED25519, Cosigner
from council.audit.models import Cosignature, LogCheckpoint
from council.audit.witness_call import Reply
from tests.audit.standing_by import own_cache

pytestmark = pytest.mark.django_db
NAME = "w.example"
FAR = 10**9


@pytest.fixture
def grow(write, memory):
    """Events of tier 1 that have their places."""

    def grow():
        write(tier=1)
        sequencer.catch_up()

    grow()
    return grow


@pytest.fixture
def witness(memory, settings, tmp_path, grow):
    """The key of the only witness of a small log."""
    own_cache(settings, tmp_path)
    made = Cosigner.from_seed(NAME, ED25519, bytes(32))
    settings.AUDIT_WITNESSES = [{"vkey": str(made.verifier), "url": "http://127.0.0.1:9"}]
    return made


@pytest.fixture
def asked(witness, monkeypatch):
    """What was submitted; the witness cosigns whatever it is shown."""
    bodies = []

    def add(url, body):
        bodies.append(body)
        shown = checkpoint.Checkpoint.parse(cosignature.note.split(body.partition(b"\n\n")[2])[0])
        return Reply(200, witness.line(shown, int(timezone.now().timestamp())))

    monkeypatch.setattr(witnesses, "add_checkpoint", add)
    return bodies


def newest():
    return LogCheckpoint.objects.filter(tier=1).order_by("-size").first()


def says(line, size=None):
    """Somebody writes this row."""
    size = size or newest().size
    return Cosignature.objects.create(tier=1, size=size, witness=NAME, line=line, signed_at=timezone.now())


def honest(witness, row):
    return witness.line(checkpoint.Checkpoint.parse(cosignature.note.split(bytes(row.note))[0]), 1_790_000_000)


def of_tier_one():
    return next(each for each in witnesses.state_of_witnesses() if each.tier == 1)


@pytest.mark.parametrize("size", [FAR, 3, None])
def test_a_witness_is_asked_whatever_a_row_says_it_stood_by(asked, size):
    says(b"x", size)
    assert of_tier_one().behind == newest().size
    witnesses.ask_all()
    assert len(asked) == 3


def test_a_witness_is_not_asked_again_about_what_it_has_cosigned(asked):
    witnesses.ask_all()
    says(b"x", FAR)
    assert witnesses.ask_all() == 0
    assert of_tier_one().behind == 0


def test_a_made_up_row_where_its_line_belongs_is_told(asked):
    says(b"x")
    witnesses.ask_all()
    assert (of_tier_one().behind, of_tier_one().trouble) == (newest().size, "taken")


def test_a_made_up_line_is_neither_counted_nor_printed(witness, grow):
    says(honest(witness, newest()))
    seen = newest().size
    grow()
    says(Cosigner.from_seed(NAME, ED25519, bytes([7]) * 32).line(checkpoint.Checkpoint("other", 1, bytes(32)), 1))
    assert proving.covering_checkpoint(1, 0).size == seen
    assert proving.with_cosignatures(newest()) == bytes(newest().note)


def test_lines_behind_a_good_one_are_not_printed(witness):
    row, line = newest(), honest(witness, newest())
    says(line + Cosigner.from_seed("x.example", ED25519, bytes(32)).line(checkpoint.Checkpoint("o", 1, bytes(32)), 1))
    assert proving.with_cosignatures(row) == bytes(row.note)


def test_a_line_of_another_checkpoint_is_not_counted(witness, grow):
    line = honest(witness, newest())
    grow()
    says(line)
    assert proving.with_cosignatures(newest()) == bytes(newest().note)


def test_who_is_no_witness_of_ours_is_not_printed(witness):
    stranger = Cosigner.from_seed("x.example", ED25519, bytes(32))
    row = newest()
    Cosignature.objects.create(
        tier=1, size=row.size, witness="x.example", line=honest(stranger, row), signed_at=timezone.now()
    )
    assert proving.with_cosignatures(row) == bytes(row.note)
