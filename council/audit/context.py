"""What is known about the request being answered, for the events it causes. Pure; the middleware fills it in."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from council.ids import opaque_id


def _fresh() -> str:
    return str(opaque_id())


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`id` names the request in the log and on error pages; address and agent go into the sealed detail alone.

    `recorded` holds the id of the last event that was written in its course, which a rollback may have taken back.
    """

    id: str = field(default_factory=_fresh)
    address: str = ""
    agent: str = ""
    recorded: list[UUID] = field(default_factory=list, compare=False, repr=False)


_current: ContextVar[RequestContext | None] = ContextVar("council_request", default=None)


def current() -> RequestContext:
    """The request being answered; outside of one an empty context with an id of its own at each call."""
    return _current.get() or RequestContext()


@contextmanager
def request_context(*, address: str = "", agent: str = "") -> Iterator[RequestContext]:
    """Everything recorded inside carries one fresh request id; tasks and commands use it too."""
    context = RequestContext(address=address, agent=agent)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
