"""Between parts and the sealing kernel: what a part says goes in sealed, and comes out only for those who asked the door."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bulletins import markdown
from bulletins.models import Part, PartWrap, Revision
from council.ids import opaque_id
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal

CONTENT, FILE = "content", "file"
# Raised whenever markdown.render changes what it makes of the same words: older parts are then rendered anew on reading.
RENDERER = 1


@dataclass(frozen=True, slots=True)
class Words:
    """What a part says: Markdown, its HTML as rendered when it was sealed, and for an attachment its name, type and size."""

    text: str
    html: str = ""
    renderer: int = 0
    name: str = ""
    size: int = 0

    def rendered(self, anchor: str) -> str:
        """The HTML; from the seal when this renderer made it, else made now."""
        return self.html if self.renderer == RENDERER else markdown.render(self.text, heading_prefix=anchor)


def anchor(position: int) -> str:
    """The id that a part has on its page."""
    return f"p{position}"


def _binding(part: Part, purpose: str, *, bulletin: UUID, number: int) -> Binding:
    return Binding(str(bulletin), number, str(part.pk), part.tier, tuple(part.subcommittees), purpose)


def _wrap_row(part: Part, purpose: str, sealed: Sealed) -> PartWrap:
    return PartWrap(
        part=part, purpose=purpose, wrap=sealed.wrap, epoch=sealed.epoch, algorithm=sealed.algorithm, key_id=sealed.key_id
    )


def seal_part(revision: Revision, part: Part, text: str, *, name: str = "", data: bytes | None = None) -> list[PartWrap]:
    """Puts the words (and the file, if any) into the unsaved part; the rows with their wraps, to be saved after it."""
    place = {"bulletin": revision.bulletin_id, "number": revision.number}
    html = "" if part.kind == Part.Kind.TITLE else markdown.render(text, heading_prefix=anchor(part.position))
    words = Words(text, html, RENDERER, name, len(data) if data is not None else 0)
    sealed = seal(keyring(), _binding(part, CONTENT, **place), json.dumps(asdict(words), ensure_ascii=False).encode())
    part.ciphertext = sealed.ciphertext
    wraps = [_wrap_row(part, CONTENT, sealed)]
    if data is not None:
        sealed_file = seal(keyring(), _binding(part, FILE, **place), data)
        part.stored_file = default_storage.save(f"{opaque_id().hex}.sealed", ContentFile(sealed_file.ciphertext))
        wraps.append(_wrap_row(part, FILE, sealed_file))
    return wraps


def _sealed(ciphertext: bytes, row: PartWrap) -> Sealed:
    return Sealed(bytes(ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)


def open_parts(parts: Iterable[Part]) -> dict[UUID, Words]:
    """The words of each part (its revision must be loaded). OpeningRefused when anything was swapped or altered."""
    parts = list(parts)
    wraps = {row.part_id: row for row in PartWrap.objects.filter(part__in=[part.pk for part in parts], purpose=CONTENT)}
    opened = {}
    for part in parts:
        binding = _binding(part, CONTENT, bulletin=part.revision.bulletin_id, number=part.revision.number)
        plain = open_sealed(keyring(), binding, _sealed(part.ciphertext, wraps[part.pk]))
        opened[part.pk] = Words(**json.loads(plain))
    return opened


def open_file(part: Part) -> bytes:
    """The attachment's bytes (the part's revision must be loaded)."""
    row = PartWrap.objects.get(part=part, purpose=FILE)
    binding = _binding(part, FILE, bulletin=part.revision.bulletin_id, number=part.revision.number)
    with default_storage.open(part.stored_file) as stored:
        return open_sealed(keyring(), binding, _sealed(stored.read(), row))


def destroy_wraps(revision: Revision) -> int:
    """Destroys the keys of every part of the revision: nothing opens it again. The number of wraps that are gone."""
    return PartWrap.objects.filter(part__revision=revision).delete()[0]
