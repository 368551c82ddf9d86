"""What every verb of the desk has in common: one transaction that holds the change and its event, and a trace of each refusal."""

import functools
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.subject import subject_of
from bulletins import facts
from bulletins.access import NotVisible, refuse
from bulletins.desk import Refused
from bulletins.models import Revision
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason
from council.access.tiers import Tier
from council.audit.record import record

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Conflict(Exception):
    """The thing is not in a state in which this can be done; the message says what to do instead."""


def verb(
    action: Action,
) -> Callable[[Callable[Concatenate[UUID, Subject, Arguments], Result]], Callable[..., Result]]:
    """Makes function(bulletin_id, subject, …) a verb: function(bulletin_id, …, *, acting_user).

    Facts about the person are read inside the transaction. When the verb is refused the transaction is undone and the refusal is
    recorded in one of its own.
    """

    def wrap(function: Callable[Concatenate[UUID, Subject, Arguments], Result]) -> Callable[..., Result]:
        @functools.wraps(function)
        def run(bulletin_id: UUID, *args: object, acting_user: User, **kwargs: object) -> Result:
            try:
                with transaction.atomic():
                    subject = subject_of(acting_user)
                    return function(bulletin_id, subject, *args, **kwargs)
            except (NotVisible, Refused) as refused:
                reason = refused.args[0] if refused.args else Reason.NOT_FOUND
                decision = Decision(allowed=False, reason=Reason(reason))
                _, about = facts.served(bulletin_id)
                refuse(subject, action, bulletin_id, decision, tier=about.banner.tier if about else Tier.ONE)
                refused.action = action
                raise

        run.verb = action
        return run

    return wrap


def note(subject: Subject, action: Action, revision: Revision, detail: Mapping[str, object] | None = None) -> None:
    """Writes the event of a verb, in the verb's transaction."""
    record(
        action,
        actor=subject.person,
        organisation=subject.organisation,
        object=str(revision.bulletin_id),
        revision=revision.number,
        tier=revision.tier,
        detail=detail,
    )
