"""Looking at the distribution board: every look is one event, committed before the first byte leaves, also each question how far it is."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from bulletins.actions.verb import note
from bulletins.board import Board, Run, board_of, may_track, runs_of
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.events import Event
from council.audit.record import record


def look_at_runs(subject: Subject) -> list[Run]:
    """What is under way, with its titles. NotVisible, with the refusal in the log, for people without a desk."""
    may_track(subject)
    return _told(subject, runs_of(subject), "board")


def look_at_runs_progress(subject: Subject) -> list[Run]:
    """The same in numbers, without titles."""
    may_track(subject)
    return _told(subject, runs_of(subject, titles=False), "progress")


def _told(subject: Subject, runs: list[Run], what: str) -> list[Run]:
    with transaction.atomic():
        record(
            Action.TRACK, actor=subject.person, organisation=subject.organisation,
            tier=max((run.revision.tier for run in runs), default=1), detail={what: len(runs)},
        )  # fmt: skip
    return runs


def look_at_board(
    subject: Subject, bulletin_id: UUID, number: int | None = None, *, detail: Mapping[str, object] | None = None
) -> Board:
    """The board of one revision; `detail` is what the event says besides. NotVisible, with the refusal in the log, otherwise."""
    board = board_of(subject, bulletin_id, number)
    with transaction.atomic():
        note(subject, Action.TRACK, board.revision, detail)
    return board


def take_board(subject: Subject, bulletin_id: UUID, number: int | None = None) -> Board:
    """The board of one revision, to be taken away as a file. Raises as above."""
    board = board_of(subject, bulletin_id, number)
    with transaction.atomic():
        note(subject, Event.BOARD_EXPORT, board.revision)
    return board
