"""Lists for readers: a page of what one may see, with the title that reaches them and their own state. No totals anywhere.

Filters that depend on the rendition (tier, words of the title) can't be answered by an index without knowing the reader, so the
list is walked newest first and cut after LONGEST_WALK bulletins; the cursor goes on from there.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from bulletins.access import visible_to
from bulletins.facts import label_of, revision_facts
from bulletins.models import Bulletin, Part, Receipt
from bulletins.rendition import Portion, render
from bulletins.sealed import open_parts
from council.access.facts import Audience, Label, State, Subject
from council.access.tiers import Tier

PAGE = 20
LONGEST_WALK = 2000
LONGEST_DUTIES = 50
_STEP = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for. `state` is a state of the design or the reader's own: unread, unacknowledged, acknowledged."""

    kind: str = ""
    subcommittee: str = ""
    tier: Tier | None = None
    q: str = ""
    state: str = ""

    @property
    def by_index(self) -> bool:
        return self.tier is None and not self.q and self.state in ("", State.PUBLISHED)


OWN_STATES = ("unread", "unacknowledged", "acknowledged")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    bulletin: Bulletin
    title: str
    banner: Label
    receipt: Receipt | None

    @property
    def state(self) -> str:
        if self.receipt and self.receipt.acknowledged_at:
            return "acknowledged"
        return "opened" if self.receipt and self.receipt.opened_at else "unread"


Position = tuple[datetime, UUID]


def fold(text: str) -> str:
    """Text as it is compared: compatibility forms and letter case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def _chunk(subject: Subject, wish: Wish, before: Position | None, size: int) -> list[Bulletin]:
    rows = visible_to(subject, newest=size, before=before, kind=wish.kind, subcommittee=wish.subcommittee)
    return list(rows.select_related("originator", "served__bulletin", "served__designation")[:size])


def rows_for(subject: Subject, bulletins: list[Bulletin]) -> list[Row]:
    """A row for each bulletin (already known to be visible), in four queries however many there are."""
    about = {b.pk: revision_facts(b.served, Audience(frozenset({subject.person}))) for b in bulletins}
    served = {b.served_id: b for b in bulletins}
    portions: dict[UUID, list[Portion[Part]]] = {pk: [] for pk in served}
    for part in Part.unrestricted.filter(revision__in=served).defer("ciphertext"):
        portions[part.revision_id].append(Portion(part.kind == Part.Kind.TITLE, label_of(part), part))
    renditions = {pk: render(portions[pk], subject, about[served[pk].pk]) for pk in served}
    titles = [r.title.content.pk for r in renditions.values() if r.title]
    words = open_parts(Part.unrestricted.filter(pk__in=titles).select_related("revision"))
    receipts = {
        (row.bulletin_id, row.revision): row
        for row in Receipt.objects.filter(person=subject.person, bulletin__in=[b.pk for b in bulletins])
    }
    return [
        Row(
            b,
            words[title.content.pk].text if (title := renditions[b.served_id].title) else b.reference,
            renditions[b.served_id].banner,
            receipts.get((b.pk, b.served.number)),
        )
        for b in bulletins
    ]


def _fits(row: Row, wish: Wish) -> bool:
    if wish.tier is not None and row.banner.tier is not wish.tier:
        return False
    if wish.q and fold(wish.q) not in fold(f"{row.bulletin.reference} {row.title}"):
        return False
    if wish.state == "unread":
        return row.state == "unread"
    if wish.state == "acknowledged":
        return row.state == "acknowledged"
    if wish.state == "unacknowledged":
        return row.bulletin.served.deadline is not None and row.state != "acknowledged"
    return wish.state in ("", State.PUBLISHED)


def _position(bulletin: Bulletin) -> Position:
    return (bulletin.published_at, bulletin.pk)


def page_for(
    subject: Subject, wish: Wish, before: Position | None = None, *, size: int = PAGE
) -> tuple[list[Row], Position | None]:
    """Up to `size` rows after the position, and the position to go on from (None at the end)."""
    found: list[Row] = []
    step = size + 1 if wish.by_index else _STEP
    for _turn in range(max(LONGEST_WALK // step, 1)):
        chunk = _chunk(subject, wish, before, step)
        for row in rows_for(subject, chunk):
            if _fits(row, wish):
                if len(found) == size:
                    return found, _position(found[-1].bulletin)
                found.append(row)
        if len(chunk) < step:
            return found, None
        before = _position(chunk[-1])
    return found, before


def to_acknowledge(subject: Subject) -> list[Row]:
    """What waits for the reader's acknowledgement, the earliest deadline first; at most LONGEST_DUTIES."""
    done = Receipt.objects.filter(
        person=subject.person, bulletin=OuterRef("pk"), revision=OuterRef("served__number"), acknowledged_at__isnull=False
    )
    due = visible_to(subject, with_deadline=True).exclude(Exists(done)).order_by("served__deadline", "-pk")
    return rows_for(subject, list(due.select_related("originator", "served__bulletin", "served__designation")[:LONGEST_DUTIES]))
