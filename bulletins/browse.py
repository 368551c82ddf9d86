"""Lists for readers: what one may see, with the title that reaches them and their own state. No totals anywhere.

A filter that depends on the rendition (its tier) can't be answered by an index without knowing the reader, so the list
is walked newest first and cut after LONGEST_WALK bulletins; the cursor goes on from there. Words: bulletins.search.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import Subcommittee
from bulletins.access import visible_to
from bulletins.acknowledged import Standing, counts_for, standings_with
from bulletins.excerpts import Marked
from bulletins.facts import portion_of, revision_facts
from bulletins.models import Bulletin, Delivery, Part, Receipt, Revision
from bulletins.rendition import Portion, Rendition, render
from bulletins.sealed import open_parts
from council.access.facts import Audience, Label, State, Subject
from council.access.tiers import Tier

PAGE = 20
LONGEST_WALK = 2000
LONGEST_DUTIES = 50
UNREAD_ON_HOME = 8
UNREAD_AMONG = 100
OWN_STATES = ("unread", "unacknowledged", "acknowledged")
_STEP = 100

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for. `state` is a state of the design or the reader's own, one of OWN_STATES."""

    kind: str = ""
    subcommittee: str = ""
    tier: Tier | None = None
    q: str = ""
    state: str = ""

    @property
    def by_index(self) -> bool:
        """Whether an index alone finds what fits: then no more is read than is shown."""
        return self.tier is None and self.state in ("", State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in a bulletin the words of a search stand: title and reference with their marks, and a piece of the text, of which file."""

    title: Marked
    reference: Marked
    excerpt: Marked
    file: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    bulletin: Bulletin
    title: str
    banner: Label
    receipt: Standing | None
    # The deadline of the reader's own organisation, where it was asked for.
    own_deadline: datetime | None = None
    # Where it was found, if words were looked for.
    hit: Hit | None = None

    @property
    def state(self) -> str:
        """unread, opened or acknowledged."""
        return _state(self.receipt)

    @property
    def deadline(self) -> datetime | None:
        """Until when the acknowledgement is asked for; None where it is not."""
        return self.own_deadline or self.bulletin.served.deadline


def _state(receipt: Standing | None) -> str:
    if receipt and receipt.acknowledged_at:
        return "acknowledged"
    return "opened" if receipt and receipt.opened_at else "unread"


def subcommittee_names(subject: Subject) -> dict[str, str]:
    """Id -> name of the subject's own subcommittees, by name. Every label that reaches them names no others."""
    rows = Subcommittee.objects.filter(pk__in=subject.subcommittees).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def chunk_of(subject: Subject, wish: Wish, before: Position | None, size: int) -> list[Bulletin]:
    rows = visible_to(subject, newest=size, before=before, kind=wish.kind, subcommittee=wish.subcommittee)
    return list(rows.select_related("originator", "served__bulletin", "served__designation")[:size])


def receipts_for(subject: Subject, bulletins: list[Bulletin]) -> dict[UUID, Standing]:
    """What the subject has done with the served revisions, by bulletin, in one query."""
    served = {bulletin.pk: bulletin.served for bulletin in bulletins}
    return standings_with(Receipt.objects.filter(person=subject.person, bulletin__in=served), served)


def rows_for(subject: Subject, bulletins: list[Bulletin], receipts: dict[UUID, Standing] | None = None) -> list[Row]:
    """A row for each bulletin (already known to be visible), in four queries however many there are."""
    receipts = receipts_for(subject, bulletins) if receipts is None else receipts
    renditions = renditions_for(subject, bulletins)
    titles = {pk: rendition.title.content.pk for pk, rendition in renditions.items() if rendition.title}
    sealed = Part.unrestricted.filter(pk__in=titles.values()).select_related("revision")
    # What was recalled since it was found is not shown: its keys are gone.
    words = open_parts(sealed, leave_out_destroyed=True)
    return [
        Row(
            b,
            words[titles[b.served_id]].text if b.served_id in titles else b.reference,
            renditions[b.served_id].banner,
            receipts.get(b.pk),
        )
        for b in bulletins
        if b.served_id not in titles or titles[b.served_id] in words
    ]


def renditions_for(subject: Subject, bulletins: list[Bulletin]) -> dict[UUID, Rendition[Part]]:
    """Served revision -> the subject's rendition of it, still sealed, in one query. The bulletins are known to be visible."""
    about = {b.served_id: revision_facts(b.served, Audience(frozenset({subject.person}))) for b in bulletins}
    portions: dict[UUID, list[Portion[Part]]] = {pk: [] for pk in about}
    for part in Part.unrestricted.filter(revision__in=about).defer("ciphertext"):
        portions[part.revision_id].append(portion_of(part))
    return {pk: render(portions[pk], subject, about[pk]) for pk in about}


def titles_of(revisions: Iterable[Revision]) -> dict[UUID, str]:
    """Revision id -> its title at the banner's tier, in two queries. Only for revisions that the person may inspect."""
    titles = Part.unrestricted.filter(revision__in=list(revisions), kind=Part.Kind.TITLE).select_related("revision")
    highest = {part.revision_id: part for part in sorted(titles, key=lambda part: part.tier)}
    words = open_parts(highest.values())
    return {pk: words[part.pk].text for pk, part in highest.items()}


def state_fits(bulletin: Bulletin, receipt: Standing | None, wish: Wish) -> bool:
    state = _state(receipt)
    if wish.state == "unacknowledged":
        return bulletin.served.deadline is not None and state != "acknowledged"
    return state == wish.state if wish.state in OWN_STATES else wish.state in ("", State.PUBLISHED)


def position_of(bulletin: Bulletin) -> Position:
    """Its place in the order of lists."""
    return (bulletin.published_at, bulletin.pk)


def page_for(
    subject: Subject, wish: Wish, before: Position | None = None, *, size: int = PAGE
) -> tuple[list[Row], Position | None]:
    """Up to `size` rows after the position, and the position to go on from (None at the end). Words are left to bulletins.search."""
    found: list[Row] = []
    step = size + 1 if wish.by_index else _STEP
    for _turn in range(max(LONGEST_WALK // step, 1)):
        chunk = chunk_of(subject, wish, before, step)
        receipts = receipts_for(subject, chunk)
        likely = [bulletin for bulletin in chunk if state_fits(bulletin, receipts.get(bulletin.pk), wish)]
        # Where the tier doesn't matter, only what is going to be shown is opened.
        likely = likely if wish.tier else likely[: size + 1 - len(found)]
        found += [row for row in rows_for(subject, likely, receipts) if wish.tier in (None, row.banner.tier)]
        if len(found) > size:
            return found[:size], position_of(found[size - 1].bulletin)
        if len(chunk) < step:
            return found, None
        before = position_of(chunk[-1])
    return found, before


def to_acknowledge(subject: Subject) -> list[Row]:
    """What waits for the reader's acknowledgement, the earliest deadline (of their organisation) first; at most LONGEST_DUTIES."""
    done = Receipt.objects.filter(
        counts_for("served__"), person=subject.person, bulletin=OuterRef("pk"), acknowledged_at__isnull=False
    )
    due = visible_to(subject, with_deadline=True).exclude(Exists(done)).order_by("served__deadline", "-pk")
    due = due.select_related("originator", "served__bulletin", "served__designation")
    rows = rows_for(subject, list(due[:LONGEST_DUTIES]))
    own = Delivery.objects.filter(
        organisation=subject.organisation, revision__in=[row.bulletin.served_id for row in rows]
    )
    deadlines = dict(own.values_list("revision_id", "deadline"))
    rows = [replace(row, own_deadline=deadlines.get(row.bulletin.served_id)) for row in rows]
    return sorted(rows, key=lambda row: row.deadline)


def unread_for(subject: Subject) -> list[Row]:
    """The newest that the reader neither opened nor has to acknowledge, among the newest UNREAD_AMONG they may see."""
    chunk = chunk_of(subject, Wish(), None, UNREAD_AMONG)
    receipts = receipts_for(subject, chunk)
    unread = [b for b in chunk if b.served.deadline is None and _state(receipts.get(b.pk)) == "unread"]
    return rows_for(subject, unread[:UNREAD_ON_HOME], receipts)
