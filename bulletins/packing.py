"""What goes into a package: a rendition as files that people can read anywhere. PACKAGE.md §3."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.template.loader import render_to_string
from django.utils import timezone, translation

from bulletins.file_names import attached_name, covering
from bulletins.models import Part, Revision
from bulletins.rendition import Portion, Rendition
from bulletins.sealed import Words, anchor, open_file, open_parts
from council.access import caveats
from council.access.caveats import Path
from council.access.facts import Label
from council.access.tiers import Tier
from council.sealing.container import Member, attachment_name
from council.sealing.manifest import Contents

# Packages are read in the council's language, whoever was signed in when the worker made them.
_LANGUAGE = "ja"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part as the templates take it; `file` is the name of the attachment inside the package."""

    words: Words
    tier: Tier
    html: str
    caveats: tuple[str, ...]
    stops_print: bool
    file: str


def contents_of(revision: Revision, rendition: Rendition[Part]) -> Contents:
    """What all recipients of the rendition share, as the package repeats it inside."""
    banner = rendition.banner
    return Contents(
        bulletin=str(revision.bulletin_id),
        revision=revision.number,
        tier=int(banner.tier),
        subcommittees=tuple(sorted(banner.subcommittees)),
        caveats=tuple(caveat.words for caveat in banner.caveats),
    )


def not_after(revision: Revision, rendition: Rendition[Part]) -> datetime | None:
    """The last moment of the package: that of the bulletin, or the end of the earliest 「○年○月○日まで」 in it."""
    last = caveats.last_day(rendition.banner.caveats)
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None
    return min(filter(None, (revision.expires_at, end)), default=None)


def members_of(revision: Revision, rendition: Rendition[Part]) -> Iterator[Member]:
    """bulletin.html, bulletin.md, then the attachments, one after the other. KeysDestroyed after a recall."""
    shown = [portion for portion in (rendition.title, rendition.changes, *rendition.portions) if portion]
    words = open_parts(portion.content for portion in shown)
    pieces = [_piece(number, portion, words, revision) for number, portion in enumerate(rendition.portions, 1)]
    facts = {
        "bulletin": revision.bulletin,
        "revision": revision,
        "title": words[rendition.title.content.pk].text if rendition.title else revision.bulletin.reference,
        "changes": words[rendition.changes.content.pk] if rendition.changes else None,
        "banner": rendition.banner,
        "stops_print": Path.PRINT in caveats.closed(caveats.parse_all(revision.caveats)),
        "pieces": pieces,
    }
    with translation.override(_LANGUAGE):
        yield Member("bulletin.html", render_to_string("bulletins/package/bulletin.html", facts).encode())
        yield Member("bulletin.md", render_to_string("bulletins/package/bulletin.md", facts).encode())
    for portion, piece in zip(rendition.portions, pieces, strict=True):
        if piece.file:
            yield Member(piece.file, open_file(portion.content))


def _piece(number: int, portion: Portion[Part], words: dict, revision: Revision) -> _Piece:
    part, said = portion.content, words[portion.content.pk]
    return _Piece(
        words=said,
        tier=portion.label.tier,
        html=said.rendered(anchor(number)),
        caveats=tuple(caveat.words for caveat in portion.label.caveats),
        stops_print=Path.PRINT in caveats.closed(portion.label.caveats),
        file=attachment_name(number, _marked(portion, number, said, revision)) if part.stored_file else "",
    )


def _marked(portion: Portion[Part], number: int, said: Words, revision: Revision) -> str:
    """The name of an attachment with its marks, as whoever takes it by itself gets it."""
    label = covering([portion.label, Label(Tier.ONE, caveats=caveats.parse_all(revision.caveats))])
    return attached_name(revision.bulletin.reference, revision.number, label, number, said.name)
