"""What the board of one revision shows: the table with its filters, the bar, how far the sealing is, and the recall."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins import board_rows
from bulletins.board import Board, progress
from bulletins.board_reminding import for_returns, for_those_who_owe, may_put_off
from bulletins.board_rows import UNREACHABLE, WAITING, Query
from bulletins.board_sights import of_progress, tier_of_screen
from bulletins.copies import copies_of_bulletin
from bulletins.models import Revision
from bulletins.return_tally import tally_of
from bulletins.stages import LABELS, Stage
from bulletins.standing import Standing, notes_in, standings, tally
from bulletins.tally_chart import bars_of
from council.access.facts import Role, State, Subject

Sight = dict[str, Any]

# As the bar reads from left to right: what is done first, what is late last.
_ALONG_THE_BAR = (
    Stage.HANDLED,
    Stage.APPLICABLE,
    Stage.NOT_APPLICABLE,
    Stage.ACKNOWLEDGED,
    Stage.OPENED,
    Stage.DELIVERED,
    Stage.UNDELIVERED,
    Stage.OVERDUE,
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of the table: its words, how many rows it leaves, where it leads, and whether it is the one in force."""

    label: str
    count: int
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column that rows are sorted by; `order` is the value of aria-sort, empty for the others."""

    label: str
    address: str
    order: str
    numeric: bool = False


def shows_notes(subject: Subject) -> bool:
    """Whether the notes of answers are shown: to those who write for the agency that asked, of the people its board is open to."""
    return Role.PUBLISHER in subject.roles


def of_board(subject: Subject, board: Board, query: Query) -> Sight:
    """The page of a revision that passed the door."""
    revision, now = board.revision, timezone.now()
    rows = standings(revision, now=now)
    wanted = board_rows.chosen(rows, query)
    pages = max(1, -(-len(wanted) // board_rows.PAGE))
    query = replace(query, page=min(query.page, pages))
    shown = wanted[(query.page - 1) * board_rows.PAGE : query.page * board_rows.PAGE]
    counts = tally(rows)
    returned = tally_of(revision)
    return {
        "others": [row for row in board.revisions if row != revision],
        "rows": shown,
        "copies": copies_of_bulletin(revision.bulletin_id),
        "notes": notes_in(revision, shown) if shows_notes(subject) else {},
        "organisations": len(rows),
        "people": sum(row.readers for row in rows),
        "bars": bars_of([(state.replace("_", "-"), str(LABELS[state]), counts[state]) for state in _ALONG_THE_BAR]),
        "chips": _chips(rows, counts, query, asks=revision.deadline is not None),
        "columns": _columns(query),
        "previous_url": replace(query, page=query.page - 1).address if query.page > 1 else "",
        "next_url": replace(query, page=query.page + 1).address if query.page < pages else "",
        "export_query": f"?{urlencode({'revision': revision.number})}",
        "here": query.address,
        "reminds": board.reminds,
        "remind": for_those_who_owe(board, rows),
        "extend": may_put_off(board),
        "returned": returned,
        "remind_back": for_returns(board, returned.missing, now),
        "opens": revision.state != State.DISPOSED,
        "screen_tier": tier_of_screen(subject, [revision]),
        **of_sealing(revision),
    }


def of_sealing(revision: Revision) -> Sight:
    """How far the sealing is, and whether there is more to wait for (one query)."""
    now, found = timezone.now(), progress(revision)
    bar = of_progress(found, now)
    return {"now": now, "live": bool(found.queued), "revision": revision, "bulletin": revision.bulletin, **bar}


def _chips(rows: Sequence[Standing], counts: dict[Stage, int], query: Query, *, asks: bool) -> list[Chip]:
    """All, those that owe something (where something is asked), those that can't be reached, and every state that somebody is in; the
    one in force always.
    """
    waiting = sum(map(board_rows.unsettled, rows)) if asks else 0
    offered = [("", _("すべて"), len(rows)), (WAITING, _("確認がまだ"), waiting)]
    offered.append((UNREACHABLE, _("連絡がつかない"), sum(row.unreachable for row in rows)))
    offered += [(str(state), str(LABELS[state]), counts[state]) for state in reversed(board_rows.URGENCY)]
    return [
        Chip(label, count, replace(query, state=state, page=1).address, state == query.state)
        for state, label, count in offered
        if count or state in ("", query.state)
    ]


def _columns(query: Query) -> list[Column]:
    labels = {
        "organisation": _("組織"),
        "readers": _("人数"),
        "sealed": _("封"),
        "told": _("配達"),
        "fetched": _("受取"),
        "opened": _("開封"),
        "acknowledged": _("受領確認"),
        "answered": _("回答"),
        "state": _("いまの状態"),
    }
    order = "descending" if query.descending else "ascending"
    return [
        Column(label, query.sorted_by(name).address, order if name == query.sort else "", numeric=name == "readers")
        for name, label in labels.items()
    ]
