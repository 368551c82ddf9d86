"""Between parts and the sealing kernel: what a part says goes in sealed, and comes out for those who asked the door."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bulletins import markdown
from bulletins.markdown import Heading
from bulletins.models import Part, PartWrap, Revision
from council.ids import opaque_id
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal

CONTENT, FILE = "content", "file"
# Raised whenever markdown.render changes what it makes of the same words: older parts are then rendered anew.
RENDERER = 2


# The ids of headings as they are sealed. The number of a part depends on the reader: anchors say it on the way out.
_SEALED_PREFIX = "part"
# Only a real tag can begin so: in text the cleaner writes every < as &lt;.
_HEADING_ID = re.compile(rf'(<h[2-6] id="){_SEALED_PREFIX}(?=-\d+">)')


class KeysDestroyed(Exception):
    """The wrapped keys of a part are gone: nothing opens it again."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a part says: Markdown, its HTML and headings as they were when it was sealed; an attachment's name and size.

    `headings` are [level, text], in the order of the ids in the HTML; `findings` what was found in the file before it was sealed,
    for its desk alone: (code, detail, whether it stays), as bulletins.metadata says.
    """

    text: str
    html: str = ""
    renderer: int = 0
    name: str = ""
    size: int = 0
    headings: tuple[tuple[int, str], ...] = ()
    findings: tuple[tuple[str, str, bool], ...] = ()

    def rendered(self, anchor: str) -> str:
        """Safe HTML, its heading ids beginning with the anchor; from the seal when this renderer made it, else new."""
        html = self.html if self.renderer == RENDERER else markdown.render(self.text, heading_prefix=_SEALED_PREFIX)
        return _HEADING_ID.sub(rf"\g<1>{anchor}", html)

    def contents(self, anchor: str) -> list[Heading]:
        """The headings with the ids that rendered() gives them for the same anchor."""
        found = self.headings if self.renderer == RENDERER else _headings(self.text)
        return [Heading(level, text, f"{anchor}-{number}") for number, (level, text) in enumerate(found, 1)]


def anchor(ordinal: int) -> str:
    """The id on its page of the part that is the ordinal-th of a rendition, counted from 1.

    Never its position in the revision: a gap would tell of a part that the reader may not see.
    """
    return f"p{ordinal}"


def _headings(text: str) -> tuple[tuple[int, str], ...]:
    return tuple((each.level, each.text) for each in markdown.headings(text, heading_prefix=_SEALED_PREFIX))


def binding_of(part: Part, purpose: str, *, bulletin: UUID, number: int) -> Binding:
    """What a content of a part, CONTENT or FILE, is bound to."""
    return Binding(str(bulletin), number, str(part.pk), part.tier, tuple(part.subcommittees), purpose)


def _wrap_row(part: Part, purpose: str, sealed: Sealed) -> PartWrap:
    return PartWrap(
        part=part,
        purpose=purpose,
        wrap=sealed.wrap,
        epoch=sealed.epoch,
        algorithm=sealed.algorithm,
        key_id=sealed.key_id,
    )


def seal_part(
    revision: Revision,
    part: Part,
    text: str,
    *,
    name: str = "",
    data: bytes | None = None,
    findings: tuple[tuple[str, str, bool], ...] = (),
) -> list[PartWrap]:
    """Puts the words (and the file, if any) into the unsaved part; the rows with their wraps, to be saved after it."""
    place = {"bulletin": revision.bulletin_id, "number": revision.number}
    title = part.kind == Part.Kind.TITLE
    html = "" if title else markdown.render(text, heading_prefix=_SEALED_PREFIX)
    size, headings = len(data) if data is not None else 0, () if title else _headings(text)
    words = Words(text, html, RENDERER, name, size, headings, findings)
    sealed = seal(keyring(), binding_of(part, CONTENT, **place), json.dumps(asdict(words), ensure_ascii=False).encode())
    part.ciphertext = sealed.ciphertext
    wraps = [_wrap_row(part, CONTENT, sealed)]
    if data is not None:
        sealed_file = seal(keyring(), binding_of(part, FILE, **place), data)
        part.stored_file = default_storage.save(f"{opaque_id().hex}.sealed", ContentFile(sealed_file.ciphertext))
        wraps.append(_wrap_row(part, FILE, sealed_file))
    return wraps


def _sealed(ciphertext: bytes, row: PartWrap) -> Sealed:
    return Sealed(bytes(ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)


def open_parts(parts: Iterable[Part], *, leave_out_destroyed: bool = False) -> dict[UUID, Words]:
    """The words of each part (its revision must be loaded). OpeningRefused when anything was swapped or altered.

    KeysDestroyed when a recall was faster than the reader, or the part left out where the caller can do without.
    """
    parts = list(parts)
    wraps = {row.part_id: row for row in PartWrap.objects.filter(part__in=[part.pk for part in parts], purpose=CONTENT)}
    opened = {}
    for part in parts:
        if part.pk not in wraps:
            if leave_out_destroyed:
                continue
            raise KeysDestroyed
        binding = binding_of(part, CONTENT, bulletin=part.revision.bulletin_id, number=part.revision.number)
        plain = open_sealed(keyring(), binding, _sealed(part.ciphertext, wraps[part.pk]))
        opened[part.pk] = Words(**json.loads(plain))
    return opened


def open_file(part: Part) -> bytes:
    """The attachment's bytes (the part's revision must be loaded); KeysDestroyed as above."""
    row = PartWrap.objects.filter(part=part, purpose=FILE).first()
    if row is None:
        raise KeysDestroyed
    binding = binding_of(part, FILE, bulletin=part.revision.bulletin_id, number=part.revision.number)
    with default_storage.open(part.stored_file) as stored:
        return open_sealed(keyring(), binding, _sealed(stored.read(), row))


def destroy_wraps(revision: Revision) -> int:
    """Destroys the keys of every part of the revision: nothing opens it again. The number of wraps that are gone."""
    return PartWrap.objects.filter(part__revision=revision).delete()[0]
