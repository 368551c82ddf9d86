"""Bulletins for tests, made by the desk's own verbs: created, handed in, approved, published, with every event.

parts = ["…", ("…", 2), shelf.attachment()]
shelf.published(world.publisher, world.approver, tier=2, parts=parts, organisations=[world.company])
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from accounts.models import Designation, Organisation, Subcommittee, User
from bulletins import figures
from bulletins.actions.draft import create_draft, start_revision
from bulletins.actions.publish import publish
from bulletins.actions.review import approve, submit
from bulletins.drafting import Draft, PartDraft
from bulletins.figures import Figure
from bulletins.models import Revision

Words = str | tuple[str, int] | PartDraft


def part(words: Words) -> PartDraft:
    """A part out of text (tier one), (text, tier), or a part as it is."""
    if isinstance(words, PartDraft):
        return words
    return PartDraft(words) if isinstance(words, str) else PartDraft(*words)


def attachment(
    name: str = "一覧.csv", data: bytes = b"a,b\n1,2\n", *, tier: int = 1, caveats: Iterable[str] = ()
) -> PartDraft:
    """A file as a part."""
    return PartDraft("", tier, "attachment", caveats=tuple(caveats), name=name, data=data)


# One white pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55000000"
    "0a49444154789c63f80f0001010100b138f6140000000049454e44ae426082"
)


def figure(caption: str = "図1", *, tier: int = 1) -> PartDraft:
    """A picture with its words as a part."""
    words = figures.to_markdown(Figure(caption, "白い点。"))
    return PartDraft(words, tier, "figure", name="点.png", data=PIXEL)


def _ids(rows: Iterable[Organisation | Subcommittee | User]) -> tuple[str, ...]:
    return tuple(str(row.pk) for row in rows)


def draft(
    *,
    kind: str = "threat",
    title: str = "架空の題名",
    tier: int = 1,
    parts: Sequence[Words] = ("本文です。",),
    floor: int | None = None,
    floor_title: str = "",
    subcommittees: Iterable[Subcommittee] = (),
    caveats: Iterable[str] = (),
    designation: Designation | None = None,
    deadline: datetime | None = None,
    standard_deadline: bool = False,
    organisations: Iterable[Organisation] = (),
    to_subcommittees: Iterable[Subcommittee] = (),
    people: Iterable[User] = (),
    nominated: Iterable[User] = (),
    change_summary: str = "",
    important: bool | None = None,
    review_on: date | None = None,
    related: Iterable[Revision] = (),
) -> Draft:
    """What an author hands in. `organisations`, `to_subcommittees` and `people` are those it is released to."""
    return Draft(
        kind,
        title,
        tier,
        tuple(map(part, parts)),
        floor=floor,
        floor_title=floor_title,
        subcommittees=_ids(subcommittees),
        caveats=tuple(caveats),
        designation=designation.register_number if designation else "",
        deadline=deadline,
        standard_deadline=standard_deadline,
        organisations=_ids(organisations),
        to_subcommittees=_ids(to_subcommittees),
        people=_ids(people),
        nominated=_ids(nominated),
        change_summary=change_summary,
        important=important,
        review_on=review_on,
        related=tuple(row.bulletin.reference for row in related),
    )


def drafted(by: User, **what: object) -> Revision:
    """A draft; `what` is that of draft()."""
    return create_draft(draft(**what), acting_user=by)


def handed_in(by: User, **what: object) -> Revision:
    """A revision in review."""
    return submit(drafted(by, **what).bulletin_id, acting_user=by)


def _put_out(revision: Revision, by: User, approved_by: User | Sequence[User]) -> Revision:
    submit(revision.bulletin_id, acting_user=by)
    for approver in [approved_by] if isinstance(approved_by, User) else approved_by:
        approve(revision.bulletin_id, acting_user=approver)
    return publish(revision.bulletin_id, acting_user=by)


def published(by: User, approved_by: User | Sequence[User], **what: object) -> Revision:
    """A published revision: `revision.bulletin_id` is what its readers ask for. `what` is that of draft()."""
    return _put_out(drafted(by, **what), by, approved_by)


def revised(first: Revision, by: User, approved_by: User | Sequence[User], **what: object) -> Revision:
    """The next revision of a published bulletin, published in its turn; `change_summary` is needed."""
    return _put_out(start_revision(first.bulletin_id, draft(**what), acting_user=by), by, approved_by)
