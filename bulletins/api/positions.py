"""Cursors of lists that are in the order of a moment and, where two are equal, of an id."""

from datetime import UTC, datetime
from uuid import UUID

from rest_framework.request import Request

from bulletins.browse import Position
from council.api import bad_cursor, read_cursor


def before(request: Request) -> Position | None:
    """The moment and id of the last row that was given; None without a cursor, a problem for one that is not ours."""
    position = read_cursor(request)
    if position is None:
        return None
    try:
        moment, row = position
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(row)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise bad_cursor() from error


def mark(onward: Position | None) -> tuple[str, str] | None:
    """The position as a cursor holds it."""
    return (onward[0].isoformat(), str(onward[1])) if onward else None
