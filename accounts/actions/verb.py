"""What every verb has in common: one transaction that holds the change and its event, and a trace of each refusal."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Concatenate, ParamSpec, TypeVar

from django.db import transaction

from accounts.models import User
from accounts.subject import subject_of
from council.access.facts import Subject
from council.audit.events import Event
from council.audit.record import record, record_refusal

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Refused(Exception):
    """The verb was refused; `reason` is for the log, `about` the id of what it was asked for. Pages answer 404."""

    def __init__(self, reason: str, about: object = "") -> None:
        super().__init__(reason)
        self.reason, self.about = str(reason), str(about)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does what: the facts about the acting person, read inside the transaction, and the event of the verb."""

    event: Event
    subject: Subject

    def note(self, about: object, detail: Mapping[str, object] | None = None) -> None:
        """Writes the event of the verb; `about` is an id."""
        actor, organisation = self.subject.person, self.subject.organisation
        record(self.event, actor=actor, organisation=organisation, object=str(about), detail=detail)


def verb(event: Event) -> Callable[[Callable[Concatenate[Deed, Arguments], Result]], Callable[..., Result]]:
    """Makes function(deed, …) a verb: function(…, *, acting_user).

    A refusal undoes the transaction and is recorded in one of its own. A ValidationError says what can't be at all.
    """

    def wrap(function: Callable[Concatenate[Deed, Arguments], Result]) -> Callable[..., Result]:
        @functools.wraps(function)
        def run(*args: object, acting_user: User, **kwargs: object) -> Result:
            try:
                with transaction.atomic():
                    subject = subject_of(acting_user)
                    return function(Deed(event, subject), *args, **kwargs)
            except Refused as refused:
                who = {"actor": subject.person, "organisation": subject.organisation}
                record_refusal(event, **who, object=refused.about, reason=refused.reason)
                raise

        run.verb = event
        return run

    return wrap


def days(first: date, last: date | None) -> dict[str, str]:
    """How the detail of an event names a period; an open end is empty."""
    return {"first": first.isoformat(), "last": last.isoformat() if last else ""}
