"""What a log signs: its name, its size and its root (C2SP tlog-checkpoint), as the text of a signed note. Pure. FORMAT.md §6."""

import base64
import re
from dataclasses import dataclass
from typing import Self

from council.audit.tree import HASH_BYTES
from council.sealing import note
from council.sealing.errors import NoteRefused, gettext_noop

NOT_A_CHECKPOINT = gettext_noop("検印（checkpoint）の形ではありません。")
OTHER_LOG = gettext_noop("検印は %(found)s のもので、%(wanted)s のものではありません。")

_LARGEST = 2**63 - 1
_SIZE = re.compile(rb"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`origin` names the log, `size` counts its leaves, `root` (32 bytes) is the hash over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """From the text of a note; NoteRefused unless it is exactly three lines in their one spelling."""
        lines = text.split(b"\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]) or int(lines[1]) > _LARGEST:
            raise NoteRefused(NOT_A_CHECKPOINT)
        root = note.from_base64(lines[2].decode("ascii", "replace"))
        try:
            origin = lines[0].decode()
        except UnicodeDecodeError:
            raise NoteRefused(NOT_A_CHECKPOINT) from None
        if len(root) != HASH_BYTES:
            raise NoteRefused(NOT_A_CHECKPOINT)
        return cls(origin, int(lines[1]), root)


def sign(checkpoint: Checkpoint, *signers: note.Signer) -> bytes:
    """The whole note, one line for each signer."""
    return note.sign(checkpoint.text, *signers)


def read(data: bytes, verifier: note.Verifier) -> Checkpoint:
    """The checkpoint in a note that this log's own key signed; NoteRefused otherwise. The key's name is the log's."""
    checkpoint = Checkpoint.parse(note.verify(data, verifier).text)
    if checkpoint.origin != verifier.name:
        raise NoteRefused(OTHER_LOG, found=checkpoint.origin, wanted=verifier.name)
    return checkpoint
