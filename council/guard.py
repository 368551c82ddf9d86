"""Every route says which policy guards it; `manage.py list_routes` and a rule test read what is said here."""

from collections.abc import Callable, Mapping
from typing import TypeVar

# Policies that are not an Action of the access kernel: who may call is decided before any object is looked at.
OPEN = "open"
SIGNED_IN = "signed-in"

View = TypeVar("View", bound=Callable)


def guarded_by(**policies: str) -> Callable[[View], View]:
    """Declare the policy of each HTTP method that the view answers: @guarded_by(GET=Action.READ, POST=Action.ACKNOWLEDGE)."""

    def declare(view: View) -> View:
        view.policies = {method: str(policy) for method, policy in policies.items()}
        return view

    return declare


def policies_of(callback: Callable) -> Mapping[str, str]:
    """Method -> policy of a URL callback, empty when nothing is declared."""
    for holder in (callback, getattr(callback, "cls", None), getattr(callback, "view_class", None)):
        if holder is not None and getattr(holder, "policies", None):
            return holder.policies
    return {}
