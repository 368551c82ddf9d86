"""What the pages of the desk show: from revisions, audiences and decisions to the words and numbers of a template."""

from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.access import NotVisible
from bulletins.actions.inspect import Inspected, Work
from bulletins.approval import approvals_held, approvals_needed, approvers_are_gone, digest
from bulletins.deadline_words import standard_words
from bulletins.desk import Move, Refused, approvals_of, get_revision_for, moves_for
from bulletins.handling import closed_by
from bulletins.history import history_of
from bulletins.leak_confirmed import is_confirmed
from bulletins.leak_sight import LOOKED_AT, Cautions, cautions_in
from bulletins.models import Part, Revision
from bulletins.moves_sight import of_moves
from bulletins.options import names_of_subcommittees
from bulletins.preview import Shape, audience_now, changes_against_served, rendition_of
from bulletins.review_days import due_for
from bulletins.sealed import anchor
from bulletins.unusual import unusual_in
from bulletins.wording import refusal
from council.access import caveats
from council.access.caveats import Path
from council.access.facts import Label, Role, State, Subject
from council.access.policy import Action

Sight = dict[str, Any]
Session = MutableMapping[str, Any]

_OPENED = "desk_opened"
# A session remembers what was opened of so many revisions.
_REMEMBERED = 30
_STEP = {State.DRAFT: 1, State.IN_REVIEW: 2, State.APPROVED: 4, State.SCHEDULED: 4}
_CLOSED = {State.SUPERSEDED, State.RECALLED, State.EXPIRED}


def of_works(subject: Subject, works: list[Work]) -> Sight:
    """The desk by stage, each with the sentence for when nothing stands there."""
    stages = (
        (_("下書き"), {State.DRAFT}, _("書きかけの資料はありません。")),
        (_("査読中"), {State.IN_REVIEW}, _("承認を待つ資料はありません。")),
        (_("承認済み"), {State.APPROVED, State.SCHEDULED}, _("公開を待つ資料はありません。")),
        (_("公開中"), {State.PUBLISHED}, _("公開中の資料はありません。")),
        (_("終わったもの"), _CLOSED, _("回収、差し替え、期限切れの資料はありません。")),
    )
    titles = {work.revision.bulletin_id: work.title for work in works if work.title}
    return {
        "stages": [
            (name, [_line(subject, work) for work in works if work.revision.state in states], empty)
            for name, states, empty in stages
        ],
        "reviews": [(row, titles.get(row.bulletin_id, row.bulletin.reference)) for row in due_for(subject)],
        "may_begin": Role.PUBLISHER in subject.roles,
        "screen_tier": max((work.revision.tier for work in works), default=1),
    }


def _line(subject: Subject, work: Work) -> Sight:
    revision = work.revision
    served = revision.bulletin.served
    return {
        "revision": revision,
        "bulletin": revision.bulletin,
        "title": work.title or _("内容の鍵を破棄したため、題名は開けません"),
        "mine": str(revision.author_id) == subject.person,
        "served": served if served and served.pk != revision.pk else None,
        "next": _next_step(subject, revision),
    }


def _next_step(subject: Subject, revision: Revision) -> str:
    writes, approves = Role.PUBLISHER in subject.roles, Role.APPROVER in subject.roles
    if revision.state == State.IN_REVIEW and approves and str(revision.author_id) != subject.person:
        return _("読んで承認する")
    waiting = {
        State.DRAFT: _("書き上げて査読に出す") if writes else _("作成者が書いています"),
        State.IN_REVIEW: _("承認を待つ"),
        State.APPROVED: _("見る人を確かめて公開する") if writes else _("作成者の公開を待つ"),
        State.SCHEDULED: _("決めた日時に公開されます"),
    }
    return waiting.get(State(revision.state), "")


def of_new() -> Sight:
    """The empty form."""
    return {"number": 1, "revision": None, "revising": False, "kept": {}, "audience": None}


def of_writing(inspected: Inspected, action: Action) -> Sight:
    """The form over what is there."""
    revision, revising = inspected.revision, action is Action.REVISE
    portions = inspected.rendition.portions if inspected.rendition else ()
    return {
        "number": revision.number + revising,
        "revision": revision,
        "bulletin": revision.bulletin,
        "revising": revising,
        "kept": {str(each.content.part.pk): each.content.words for each in portions if each.content.part.stored_file},
        "audience": inspected.audience,
        "screen_tier": revision.tier,
    }


def of_work(subject: Subject, inspected: Inspected, opened: set[str]) -> Sight:
    """The work page: what it says, who will read it, how it got here, what can be done next and why not the rest."""
    revision, about, audience = inspected.revision, inspected.facts, inspected.audience
    names = names_of_subcommittees(revision.all_subcommittees)
    approvals = approvals_of(revision)
    held, needed = approvals_held(revision, inspected.digest), approvals_needed(revision)
    shapes = [_shape(inspected, shape, opened) for shape in audience.shapes]
    return {
        "inspected": inspected,
        "revision": revision,
        "bulletin": revision.bulletin,
        "tier": inspected.rendition.banner.tier if inspected.shape and inspected.rendition else revision.tier,
        "screen_tier": revision.tier,
        "subcommittees": [names[each] for each in revision.subcommittees if each in names],
        "caveats": [_(words) for words in revision.caveats],
        "portions": _portions(inspected, names),
        **_cautions(subject, inspected),
        **_guards(inspected),
        "audience": audience,
        "shapes": shapes,
        "all_opened": all(shape["opened"] for shape in shapes),
        "changes": changes_against_served(revision, audience),
        "unusual": [] if revision.state == State.PUBLISHED else unusual_in(subject, revision, audience),
        "approvals": approvals,
        "standard_deadline": standard_words(revision.bulletin.kind, revision.floor),
        "held": held,
        "needed": needed,
        "lapsed": revision.state in {State.APPROVED, State.SCHEDULED} and held < needed,
        "approvers_gone": held < needed and approvers_are_gone(revision, inspected.digest),
        "moves": _moves(moves_for(subject, revision, about)),
        **of_moves(subject, revision, about),
        "history": history_of(subject, revision.bulletin_id),
        "step": 3 if revision.state == State.IN_REVIEW and held else _STEP.get(State(revision.state), 5),
    }


def _cautions(subject: Subject, inspected: Inspected) -> Sight:
    """What the whole may tell too much of, while something can be done about it, and whether whoever handed it in looked at that."""
    whole, revision = inspected.rendition, inspected.revision
    if inspected.shape or whole is None or revision.state not in LOOKED_AT:
        return {"cautions": Cautions(), "confirmed": True}
    shown = [*inspected.titles, *(each.content for each in (whole.changes, *whole.portions) if each)]
    said = [(each.part, each.words) for each in shown]
    cautions = cautions_in(subject, revision, said, inspected.audience)
    return {"cautions": cautions, "confirmed": is_confirmed(revision, cautions)}


def _moves(moves: dict[Action, Move]) -> dict[str, Sight]:
    return {
        action.name.lower(): {"allowed": move.allowed, "why": "" if move.allowed else refusal(action, move.reason)}
        for action, move in moves.items()
    }


def _portions(inspected: Inspected, names: dict[str, str]) -> list[Sight]:
    shown = inspected.rendition.portions if inspected.rendition else ()
    own = set(inspected.revision.subcommittees)
    return [
        {
            "number": number,
            "part": portion.content.part,
            "words": portion.content.words,
            **_kept_back(portion.label, inspected.facts.floor),
            "html": portion.content.words.rendered(anchor(number)),
            "limits": [
                *(names[each] for each in portion.content.part.subcommittees if each in names and each not in own),
                *(_(words) for words in portion.content.part.caveats),
            ],
        }
        for number, portion in enumerate(shown, start=1)
    ]


def _kept_back(label: Label, own: Label) -> Sight:
    closed = closed_by(label, own)
    return {"stops_print": Path.PRINT in closed, "stops_copy": Path.SELECTION in closed}


def _guards(inspected: Inspected) -> Sight:
    """What the page keeps from printing and copying: the desk reads what it is to approve, under the same caveats."""
    whole = caveats.closed(inspected.facts.floor.caveats)
    banner = inspected.rendition.banner.caveats if inspected.rendition else ()
    return {
        "stops_print": Path.PRINT in whole,
        "stops_copy": Path.SELECTION in whole,
        "guards_copy": Path.SELECTION in whole | caveats.closed(banner),
        "stops_reuse": Path.REUSE in whole | caveats.closed(banner),
        "now": timezone.now(),
    }


def _shape(inspected: Inspected, shape: Shape, opened: set[str]) -> Sight:
    body = [part for part in inspected.parts if part.kind not in Part.OF_THE_WHOLE]
    return {
        "number": shape.number,
        "tier": rendition_of(inspected.parts, inspected.facts, shape.positions).banner.tier,
        "parts": sum(part.position in shape.positions for part in body),
        "of": len(body),
        "people": shape.people,
        "organisations": shape.organisations,
        "opened": _key(shape) in opened,
        "shown": inspected.shape == shape,
    }


def _key(shape: Shape) -> str:
    return ",".join(map(str, sorted(shape.positions)))


def remember_opened(session: Session, inspected: Inspected) -> None:
    """Notes in the session that this rendition of exactly this content was opened."""
    name = str(inspected.revision.pk)
    noted = {key: value for key, value in session.get(_OPENED, {}).items() if key != name}
    keys = sorted({*opened_of(session, inspected.revision.pk, inspected.digest), _key(inspected.shape)})
    kept = dict(list(noted.items())[1 - _REMEMBERED :])
    session[_OPENED] = {**kept, name: [inspected.digest, keys]}


def opened_of(session: Session, revision: UUID, covered: str) -> set[str]:
    """The renditions of this content that the session has opened; none of them once anything has changed."""
    digest_then, keys = session.get(_OPENED, {}).get(str(revision), ["", []])
    return set(keys) if digest_then == covered else set()


def still_to_open(subject: Subject, session: Session, bulletin_id: UUID) -> int:
    """How many renditions an approver has yet to open; 0 for somebody whom the verb will refuse anyway."""
    try:
        revision, about = get_revision_for(subject, bulletin_id, Action.APPROVE)
    except (NotVisible, Refused):
        return 0
    opened = opened_of(session, revision.pk, digest(revision))
    return sum(_key(shape) not in opened for shape in audience_now(revision, about).shapes)
