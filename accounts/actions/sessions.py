"""Ending one's own sessions, and making a browser one that one is not known on: from the next request on, in every process."""

from uuid import UUID

from accounts.actions.verb import Deed, Refused, verb
from accounts.credentials import end_these
from accounts.models import Device, User
from accounts.session_list import keys_named, other_keys
from council.access.policy import Reason
from council.audit.events import Event


@verb(Event.SESSION_ENDED)
def end_session(deed: Deed, person: User, name: str) -> int:
    """The one that the person's page calls so. Refused when it is nobody's, somebody else's, or has ended already."""
    _need_oneself(deed, person)
    ended = end_these(keys_named(person, name))
    if not ended:
        raise Refused(Reason.NOT_FOUND, person.pk)
    deed.note(person.pk, {"sessions": ended})
    return ended


@verb(Event.SESSION_ENDED)
def end_other_sessions(deed: Deed, person: User, current: str) -> int:
    """All but the one with this key; how many."""
    _need_oneself(deed, person)
    ended = end_these(other_keys(person, current))
    deed.note(person.pk, {"sessions": ended})
    return ended


@verb(Event.DEVICE_FORGOTTEN)
def forget_device(deed: Deed, person: User, device: UUID) -> None:
    """The next sign-in on it is told of like the first."""
    _need_oneself(deed, person)
    if not Device.objects.filter(person=person, pk=device).delete()[0]:
        raise Refused(Reason.NOT_FOUND, device)
    deed.note(device)


def _need_oneself(deed: Deed, person: User) -> None:
    if deed.subject.person != str(person.pk):
        raise Refused(Reason.NOT_INVOLVED, person.pk)
