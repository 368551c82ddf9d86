"""Whose word still counts: an acknowledgement (or an answer) of an earlier revision stands until a revision asks again.

`Revision.asks_since` is the earliest revision whose acknowledgement counts for this one. It is written at publishing: its own number
for a first revision and for an important change, that of the one before for a small correction; nothing means this one alone. For
one revision Python counts by counted(), for many at once SQL counts by counts_for(): the two mean the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bulletins.models import Answer, Receipt, Revision


class Numbered(Protocol):
    """What is asked of a revision, or of what stands for its row."""

    number: int
    asks_since: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person has done with a revision: opened this one, acknowledged this one or an earlier one that still counts.

    `acknowledged_in` is the number of the revision that was acknowledged, 0 without one.
    """

    opened_at: datetime | None = None
    acknowledged_at: datetime | None = None
    statement: str = ""
    acknowledged_in: int = 0


def since(revision: Numbered) -> int:
    """The number of the earliest revision whose acknowledgement counts for this one."""
    return revision.asks_since or revision.number


def first_asked(revision: Revision, before: Revision | None) -> int:
    """What `asks_since` is to be for a revision that takes the place of `before` (None: of nothing that is served)."""
    return since(before) if before is not None and revision.important is False else revision.number


def counted(revision: Numbered) -> dict[str, int]:
    """Of receipts and answers: those to revisions whose word counts for this one."""
    return {"revision__gte": since(revision), "revision__lte": revision.number}


def counts_for(revision: str) -> Q:
    """counted() for subqueries: `revision` is the path to the revision's columns from the row around, with its underscores."""
    number = OuterRef(f"{revision}number")
    return Q(revision__gte=Coalesce(OuterRef(f"{revision}asks_since"), number), revision__lte=number)


def counts_for_named() -> QuerySet[Receipt]:
    """Receipts whose acknowledgement counts for what the row around names by `about` and the number `revision`, as notices do."""
    named = Revision.unrestricted.filter(bulletin=OuterRef(OuterRef("about")), number=OuterRef(OuterRef("revision")))
    earliest = Coalesce(Subquery(named.values("asks_since")[:1]), Subquery(named.values("number")[:1]))
    acknowledged = Receipt.objects.filter(bulletin=OuterRef("about"), acknowledged_at__isnull=False)
    return acknowledged.filter(revision__gte=earliest, revision__lte=OuterRef("revision"))


def earliest_counting(bulletin_id: UUID, number: int) -> int:
    """since() of the bulletin's revision with this number (one query); the number itself where there is none."""
    row = Revision.unrestricted.filter(bulletin=bulletin_id, number=number).annotate(
        earliest=Coalesce(F("asks_since"), F("number"))
    )
    return row.values_list("earliest", flat=True).first() or number


def settled_before(revision: Revision) -> tuple[set[UUID], set[UUID]]:
    """The people and the organisations who need not say again, of a revision that is being published: their earlier word counts."""
    earlier = {"bulletin": revision.bulletin_id, "revision__gte": since(revision), "revision__lt": revision.number}
    receipts = Receipt.objects.filter(**earlier, acknowledged_at__isnull=False).values_list("person", "organisation")
    answered = Answer.objects.filter(**earlier).order_by().values_list("organisation", flat=True)
    people, organisations = set(), set(answered)
    for person, organisation in receipts:
        people.add(person)
        organisations.add(organisation)
    return people, organisations


def standing_of(receipts: Iterable[Receipt], revision: Numbered) -> Standing | None:
    """Where the person whose receipts of the bulletin these are stands with the revision; None without a word that counts."""
    counting = sorted(
        (row for row in receipts if since(revision) <= row.revision <= revision.number), key=lambda row: -row.revision
    )
    own = next((row for row in counting if row.revision == revision.number), None)
    said = next((row for row in counting if row.acknowledged_at), None)
    if own is None and said is None:
        return None
    return Standing(
        own.opened_at if own else None,
        said.acknowledged_at if said else None,
        said.statement if said else "",
        said.revision if said else 0,
    )


def standings_with(receipts: Iterable[Receipt], revisions: Mapping[UUID, Numbered]) -> dict[UUID, Standing]:
    """standing_of() for many bulletins: `revisions` by the bulletin's id, and one person's receipts of all of them."""
    rows: dict[UUID, list[Receipt]] = {pk: [] for pk in revisions}
    for row in receipts:
        rows[row.bulletin_id].append(row)
    found = {pk: standing_of(own, revisions[pk]) for pk, own in rows.items()}
    return {pk: standing for pk, standing in found.items() if standing}
