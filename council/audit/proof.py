"""A proof that one entry is in a log, as one file that needs no server (C2SP tlog-proof@v1). Pure. FORMAT.md §8.

The entry travels in the file's `extra` line: the checker hashes it and follows the path, so that whoever has the file and the log's
verifier key knows what was logged. `extra` proves nothing by itself.
"""

import base64
import re
from dataclasses import dataclass
from typing import Self

from council.audit import checkpoint as checkpoints
from council.audit.checkpoint import Checkpoint
from council.audit.tree import HASH_BYTES, ProofRefused, check_inclusion, leaf_hash
from council.sealing import note
from council.sealing.errors import NoteRefused, gettext_noop

FIRST_LINE = b"c2sp.org/tlog-proof@v1"
LARGEST = 1 << 16
NOT_A_PROOF = gettext_noop("記録の証明（tlog-proof）の形ではありません。")
NOT_INCLUDED = gettext_noop("記録の証明が検印と合いません。")

_INDEX = re.compile(rb"index (0|[1-9][0-9]{0,18})")
_LONGEST_PATH = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """`entry` is the leaf, `path` the hashes from its sibling to the root's child, `note` the signed checkpoint."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    note: bytes

    def __bytes__(self) -> bytes:
        lines = [
            FIRST_LINE, b"extra " + base64.b64encode(self.entry), b"index %d" % self.index,
            *(base64.b64encode(each) for each in self.path),
        ]  # fmt: skip
        return b"\n".join(lines) + b"\n\n" + self.note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """From a file; NoteRefused for another form, and for a proof that does not carry its entry."""
        head, blank, signed = data[:LARGEST].partition(b"\n\n")
        first, *lines = head.split(b"\n")
        if first != FIRST_LINE or not blank or len(data) > LARGEST or len(lines) < 2:
            raise NoteRefused(NOT_A_PROOF)
        extra, index, *path = lines
        hashes = tuple(_decoded(line) for line in path)
        match = _INDEX.fullmatch(index)
        if not extra.startswith(b"extra ") or not match or len(hashes) > _LONGEST_PATH:
            raise NoteRefused(NOT_A_PROOF)
        if any(len(each) != HASH_BYTES for each in hashes):
            raise NoteRefused(NOT_A_PROOF)
        return cls(_decoded(extra[6:]), int(match[1]), hashes, signed)

    def check(self, verifier: note.Verifier) -> Checkpoint:
        """The checkpoint that covers the entry; NoteRefused unless the log's key signed it and the path leads to its root."""
        covering = checkpoints.read(self.note, verifier)
        try:
            check_inclusion(leaf_hash(self.entry), self.index, covering.size, self.path, covering.root)
        except ProofRefused:
            raise NoteRefused(NOT_INCLUDED) from None
        return covering


def _decoded(line: bytes) -> bytes:
    data = note.from_base64(line.decode("ascii", "replace"))
    if not data:
        raise NoteRefused(NOT_A_PROOF)
    return data
