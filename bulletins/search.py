"""Looking for words in what one may see: candidates by the index, and of them those in which the words really stand.

The index says which bulletins may hold the words in parts under the keys of compartments that the reader reaches; one statement joins that
with what visible_to() lets through. Then each candidate is opened as this reader's own rendition, newest first, and the words are
looked for in it: reference, title, changes, parts, names of files and what is written inside them. Only what holds every word counts.
So what somebody may not see can't change what they find, nor how many questions are asked of the database.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from bulletins.access import cleared_items, visible_to
from bulletins.browse import (
    LONGEST_WALK,
    PAGE,
    Hit,
    Position,
    Row,
    Wish,
    chunk_of,
    position_of,
    receipts_for,
    renditions_for,
    state_fits,
)
from bulletins.excerpts import excerpt, marked
from bulletins.folding import fold
from bulletins.indexing import Condition, among, asked, attached_texts, compartments_of, holding, text_of, within_items
from bulletins.models import Bulletin, Part
from bulletins.rendition import Rendition
from bulletins.sealed import Words, open_parts
from bulletins.tokens import words_of
from council.access import caveats
from council.access.facts import Subject

# With more candidates the words are common: then the list is walked, and soon a page is full.
MOST_CANDIDATES = 2000
# So many candidates are opened for one page at most; the cursor goes on from there.
MOST_OPENED = 400
_STEP = 25
_NOT_IN_LISTS = frozenset({caveats.Use.COPY, caveats.Use.PRINT})
_WALK = 200


def page_for(
    subject: Subject, wish: Wish, before: Position | None = None, *, size: int = PAGE
) -> tuple[list[Row], Position | None]:
    """Up to `size` rows with their hits after the position, newest first, and the position to go on from (None at the end)."""
    words, found, opened, last = words_of(wish.q), [], 0, None
    for candidates, last in _candidates(subject, wish, before, words):  # noqa: B007  where the walk has got to
        for start in range(0, len(candidates), _STEP):
            some = candidates[start : start + _STEP]
            found += _verified(subject, wish, some, words)
            opened += len(some)
            if len(found) > size:
                return found[:size], position_of(found[size - 1].bulletin)
            if opened >= MOST_OPENED:
                return found, position_of(some[-1])
    return found, last


def answers(subject: Subject, wish: Wish, bulletin_id: UUID) -> bool:
    """Whether the subject finds this one bulletin with the wish; in the same way as page_for()."""
    words = words_of(wish.q)
    rows = visible_to(subject, kind=wish.kind, subcommittee=wish.subcommittee).filter(pk=bulletin_id)
    return bool(_verified(subject, wish, _loaded(rows), words))


def _candidates(
    subject: Subject, wish: Wish, before: Position | None, words: list[str]
) -> Iterator[tuple[list[Bulletin], Position | None]]:
    """Candidates in the order of the list, some at a time, each time with the position to go on from if nothing follows."""
    compartments = compartments_of(subject)
    wanted, reached = asked(words, compartments), within_items(compartments, cleared_items(subject))
    condition, params = holding(wanted, reached)
    visible = visible_to(subject, before=before, kind=wish.kind, subcommittee=wish.subcommittee)
    rows = visible.extra(where=[condition], params=params)  # noqa: S610  constant text, every value a parameter
    places = list(rows.order_by().values_list("published_at", "pk")[: MOST_CANDIDATES + 1])
    if len(places) > MOST_CANDIDATES:
        yield from _walked(subject, wish, before, among(wanted, reached))
        return
    newest_first = [pk for _moment, pk in sorted(places, reverse=True)]
    for start in range(0, len(newest_first), _STEP):
        yield _loaded(visible.filter(pk__in=newest_first[start : start + _STEP])), None


def _walked(
    subject: Subject, wish: Wish, before: Position | None, may_hold: Condition
) -> Iterator[tuple[list[Bulletin], Position | None]]:
    """The reader's list itself, newest first, cut to what may hold the words; at most LONGEST_WALK bulletins of it."""
    condition, params = may_hold
    for _turn in range(LONGEST_WALK // _WALK):
        chunk = chunk_of(subject, wish, before, _WALK)
        rows = Bulletin.unrestricted.filter(pk__in=[bulletin.pk for bulletin in chunk])
        held = set(rows.extra(where=[condition], params=params).values_list("pk", flat=True))  # noqa: S610  as above
        more = len(chunk) == _WALK
        before = position_of(chunk[-1]) if more else None
        yield [bulletin for bulletin in chunk if bulletin.pk in held], before
        if not more:
            return


def _loaded(rows: Iterable[Bulletin]) -> list[Bulletin]:
    return list(rows.select_related("originator", "served__bulletin", "served__designation"))


def _verified(subject: Subject, wish: Wish, bulletins: list[Bulletin], words: list[str]) -> list[Row]:
    """Those of the bulletins, all known to be visible, in whose rendition every word stands, and whose state and tier are asked for."""
    receipts = receipts_for(subject, bulletins)
    likely = [bulletin for bulletin in bulletins if state_fits(bulletin, receipts.get(bulletin.pk), wish)]
    renditions = renditions_for(subject, likely)
    fitting = [b for b in likely if wish.tier in (None, renditions[b.served_id].banner.tier)]
    parts = [part for bulletin in fitting for part in _parts(renditions[bulletin.served_id])]
    sealed = list(Part.unrestricted.filter(pk__in=[part.pk for part in parts]).select_related("revision"))
    # What was recalled since it was found is not shown: its keys are gone.
    said, attached = open_parts(sealed, leave_out_destroyed=True), attached_texts(sealed)
    rows = []
    for bulletin in fitting:
        rendition = renditions[bulletin.served_id]
        if all(part.pk in said for part in _parts(rendition)):
            title = said[rendition.title.content.pk].text if rendition.title else bulletin.reference
            own = bulletin.served.caveats
            hit = _hit(bulletin.reference, title, _texts(rendition, said, attached, own), words)
            receipt = receipts.get(bulletin.pk)
            rows += [Row(bulletin, title, rendition.banner, receipt, hit=hit)] if hit else []
    return rows


def _parts(rendition: Rendition[Part]) -> list[Part]:
    return [each.content for each in (rendition.title, rendition.changes, *rendition.portions) if each]


def _texts(
    rendition: Rendition[Part], said: dict[UUID, Words], attached: dict[UUID, str], own: Iterable[str]
) -> list[tuple[str, str, bool]]:
    """What the rendition says below its title: each text, the name of the file that it stands in, and whether a list may show a piece.

    A list is printed and copied from freely: what its own caveats or those of the whole (`own`) keep from that is found, and not shown.
    """
    found, of_the_whole = [], caveats.parse_all(own)
    for portion in (each for each in (rendition.changes, *rendition.portions) if each):
        part, words = portion.content, said[portion.content.pk]
        shown = _NOT_IN_LISTS.isdisjoint(caveats.stopped((*of_the_whole, *portion.label.caveats)))
        found.append((text_of(part, words), words.name, shown))
        if part.pk in attached:
            found.append((attached[part.pk], words.name, shown))
    return found


def _hit(reference: str, title: str, texts: list[tuple[str, str, bool]], words: list[str]) -> Hit | None:
    """Where the words stand; None when one of them stands nowhere."""
    heads = fold(f"{title}\n{reference}")
    below = [fold(text) for text, _file, _shown in texts]
    if not all(word in heads or any(word in text for text in below) for word in words):
        return None
    counted = [
        sum(word in text for word in words) if shown else 0
        for text, (_text, _file, shown) in zip(below, texts, strict=True)
    ]
    best = counted.index(max(counted)) if any(counted) else None
    piece, file = ([], "") if best is None else (excerpt(texts[best][0], words), texts[best][1])
    return Hit(marked(title, words), marked(reference, words), piece, file)
