"""An account that wrong passwords or codes have closed is opened again by somebody who runs the person's affairs, or by its time."""

from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.models import User
from accounts.sign_in_failures import forget_failures, is_locked
from council.audit.events import Event

__all__ = ["is_locked", "unlock"]


@verb(Event.SIGN_IN_UNLOCKED)
def unlock(deed: Deed, person: User) -> User:
    """Lets the person try password and code again at once. Never oneself: whoever can ask for it is signed in, and may be somebody else."""
    person = limits.need_somebody_else(deed.subject, person)
    locked = is_locked(person)
    forget_failures(person)
    deed.note(person.pk, {"locked": locked})
    return person
