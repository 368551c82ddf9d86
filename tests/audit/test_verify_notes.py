"""Checkpoints, their history and the keys: each changed byte is found, and only the one spelling is read."""

import base64

import pytest

from council.audit import verify
from tests.audit import copies
from tests.audit.copies import STRANGER, WITNESS, framed
from tests.audit.damage import check, codes, entries_of, flips

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def small(django_db_setup, django_db_blocker, tmp_path_factory):
    """An export whose first log has eight entries under four checkpoints, the second of them cosigned."""
    folder = tmp_path_factory.mktemp("small")
    with django_db_blocker.unblock(), copies.logs(folder):
        copies.grow(1, 2, 3)
        copies.witness(1)
        copies.grow(1, 1)
        # The export itself is an event, and a heartbeat is due.
        return copies.export(folder / "export")


@pytest.fixture
def note(small):
    return (small / "tier-1/checkpoint").read_bytes()


def code(small, note):
    return codes(check(small, {"checkpoint": note}))[0][0]


def test_each_changed_byte_of_the_checkpoint_is_found(small, note):
    for place, changed in flips(note):
        assert check(small, {"checkpoint": changed}).verdict == "broken", place


def test_each_changed_byte_of_the_history_is_found(small):
    witness = str(WITNESS.verifier)
    for place, changed in flips((small / "tier-1/history").read_bytes()):
        report = check(small, {"history": changed}, witnesses=[witness], quorum=1)
        assert report.verdict != "whole", place


def test_each_changed_byte_of_the_keys_is_found(small):
    lines = [line for line in (small / "vkeys").read_text().splitlines() if "tier-1" in line]
    for place, changed in flips("\n".join(lines).encode()):
        vkeys = changed.decode("utf-8", "replace").split("\n")
        report = verify.check_log("tier-1", lambda path: (small / path).read_bytes(), vkeys)
        assert report.verdict != "whole", place


@pytest.mark.parametrize(
    ("what", "spoil"),
    [
        ("CRLF", lambda note: note.replace(b"\n", b"\r\n")),
        ("CR before the blank line", lambda note: note.replace(b"\n\n", b"\r\n\n")),
        ("a leading zero", lambda note: note.replace(b"\n8\n", b"\n08\n")),
        ("a plus", lambda note: note.replace(b"\n8\n", b"\n+8\n")),
        ("a digit of another script", lambda note: note.replace(b"\n8\n", "\n８\n".encode())),
        ("no blank line", lambda note: note.replace(b"\n\n", b"\n")),
        ("two blank lines", lambda note: note.replace(b"\n\n", b"\n\n\n")),
        ("no padding", lambda note: note.replace(b"=\n\n", b"\n\n")),
        ("base64 with bits left over", lambda note: _with_bits_left_over(note)),
        ("base64 of URLs", lambda note: note.replace(b"+", b"-").replace(b"/", b"_")),
        ("a control character", lambda note: b"\x07" + note),
        ("a fourth line", lambda note: note.replace(b"\n\n", b"\nmore\n\n")),
        ("no line feed at the end", lambda note: note[:-1]),
        ("bytes behind the end", lambda note: note + b"x"),
        ("no signature", lambda note: note.partition(b"\n\n")[0] + b"\n\n"),
        ("a hyphen for the dash", lambda note: note.replace("— ".encode(), b"- ")),
        ("a size beyond 63 bits", lambda note: note.replace(b"\n8\n", b"\n9223372036854775808\n")),
        ("a short signature", lambda note: _with_short_signature(note)),
        ("no UTF-8", lambda note: b"\xff" + note),
        ("nothing", lambda note: b""),
    ],
)
def test_a_malformed_checkpoint_is_named(small, note, what, spoil):
    assert b"\n8\n" in note
    assert spoil(note) != note
    assert code(small, spoil(note)) == "malformed_note"


def _with_bits_left_over(note: bytes) -> bytes:
    """The root spelt with other bits in its last letter, which decode to the same bytes."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    root = note.split(b"\n")[2]
    other = root[:42] + letters[letters.index(root[42]) + 1 :][:1] + b"="
    assert base64.b64decode(other) == base64.b64decode(root)
    return note.replace(root, other)


def _with_short_signature(note: bytes) -> bytes:
    *before, line, end = note.split(b"\n")
    dash, name, encoded = line.split(b" ")
    cut = base64.b64encode(base64.b64decode(encoded)[:-3])
    return b"\n".join([*before, b" ".join([dash, name, cut]), end])


def test_another_size_under_the_same_signature_is_found(small, note):
    assert code(small, note.replace(b"\n8\n", b"\n7\n")) == "bad_signature"


def test_a_checkpoint_signed_by_an_unknown_key_is_named(small, note):
    text = note.partition(b"\n\n")[0] + b"\n"
    forged = text + b"\n" + copies.note.signature_lines(text, STRANGER)
    assert code(small, forged) == "unknown_key"


def test_a_checkpoint_without_its_second_signature_is_found(small, note):
    first = note[: note.index("\n— ".encode(), note.index("— ".encode())) + 1]
    assert code(small, first) == "unknown_key"
    ed25519 = [line for line in (small / "vkeys").read_text().splitlines() if len(line) < 200]
    files = {"tier-1/checkpoint": first}
    report = verify.check_log("tier-1", lambda path: files.get(path) or (small / path).read_bytes(), ed25519)
    assert (report.verdict, report.second_signature) == ("whole", False)


def test_the_checkpoint_of_another_log_is_refused(small, tmp_path):
    other = copies.Forger.named("test.example/log/tier-2")
    assert code(small, other.sign([bytes(32)] * 8, second=True)) == "unknown_key"


def test_a_witness_counts_only_with_its_key(small):
    assert check(small, witnesses=[str(WITNESS.verifier)]).witnesses == {WITNESS.verifier.name: 5}
    assert check(small).witnesses == {}


def test_too_few_witnesses_are_no_fault_of_the_log(small):
    witness = [str(WITNESS.verifier)]
    assert check(small, witnesses=witness, quorum=1).verdict == "whole"
    report = check(small, witnesses=witness, quorum=2)
    assert (report.verdict, codes(report)) == ("unchecked", [("too_few_witnesses", None)])


def test_a_cosignature_that_does_not_hold_is_found(small):
    notes = entries_of((small / "tier-1/history").read_bytes())
    *lines, last, end = notes[1].split(b"\n")
    dash, name, encoded = last.split(b" ")
    data = base64.b64decode(encoded)
    notes[1] = b"\n".join([*lines, b" ".join([dash, name, base64.b64encode(data[:-1] + bytes([data[-1] ^ 1]))]), end])
    report = check(small, {"history": framed(notes)}, witnesses=[str(WITNESS.verifier)])
    assert ("bad_signature", None) in codes(report)


def test_a_checkpoint_that_is_not_in_the_history_is_found(small):
    notes = entries_of((small / "tier-1/history").read_bytes())
    assert codes(check(small, {"history": framed(notes[:-1])})) == [("history_differs", None)]


def test_neighbours_exchanged_in_the_history_are_found(small):
    notes = entries_of((small / "tier-1/history").read_bytes())
    for at in range(len(notes) - 1):
        swapped = [*notes[:at], notes[at + 1], notes[at], *notes[at + 2 :]]
        assert "history_differs" in dict(codes(check(small, {"history": framed(swapped)})))


def test_a_checkpoint_older_than_its_own_history_is_a_cut_tail(small):
    notes = entries_of((small / "tier-1/history").read_bytes())
    ed25519 = [line for line in (small / "vkeys").read_text().splitlines() if len(line) < 200]
    entries = entries_of((small / "tier-1/tile/entries/000.p/8").read_bytes())
    files = {
        "tier-1/checkpoint": notes[1],
        "tier-1/tile/entries/000.p/5": framed(entries[:5]),
        "tier-1/tile/0/000.p/5": (small / "tier-1/tile/0/000.p/8").read_bytes()[: 5 * 32],
    }
    report = verify.check_log("tier-1", lambda path: files.get(path) or (small / path).read_bytes(), ed25519)
    assert codes(report) == [("tail_cut", 5)]
