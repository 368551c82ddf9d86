"""Attempts to sign in that failed: each is an event, and counts for the account that was meant. After some in a row it is closed a while.

Closed to passwords and codes alone, so that nobody's guesses keep anybody out: of a passkey nothing can be guessed. A closed account, one
that is suspended and an address that nobody has answer alike, whatever is tried, and cost as many statements as far as that can be.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.credentials import may_enter
from accounts.models import SignInFailure, User
from council.access.policy import Reason
from council.audit.events import Event, Outcome
from council.audit.record import AuditUnavailable, record

# People mistype a password two or three times before they ask somebody. The count goes on until they are in by password and code, so that
# from the fifth on each wrong attempt closes the account again: whoever has stolen a password has 96 codes a day, of which three in
# a million are right, and is in the log with each of them.
ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)
TOO_MANY = "too_many_attempts"
NOBODY = "unknown_address"
WRONG = "wrong_password"
WRONG_CODE = "wrong_sign_in_code"
LOCKED = "locked"
# What the library calls its own limit of attempts within some minutes, which it counts for unknown addresses too.
_LIMITED = "too_many_login_attempts"
# Below what the column takes.
_MOST = 30_000
_NOBODYS_ID = UUID(int=0)


def is_locked(person: User) -> bool:
    """Whether nobody can sign in as this person by password or code for the moment."""
    return SignInFailure.objects.filter(person=person, locked_until__gt=timezone.now()).exists()


def is_address_locked(email: str) -> bool:
    """The same of the account with this address; False when there is none."""
    meant = {"person__email": _address(email), "locked_until__gt": timezone.now()}
    return SignInFailure.objects.filter(**meant).exists()


def forget_failures(person: User) -> bool:
    """Opens the account again, and begins the count anew; whether there was anything to forget."""
    counted = SignInFailure.objects.filter(person=person, failures__gt=0)
    return bool(counted.update(failures=0, locked_until=None))


def note_failure(email: str, reason: str = "") -> None:
    """One event for a sign-in that failed, and one more when it closes the account; the address typed stays in the sealed detail.

    Nobody knows who typed it, so there is no actor. The account that was meant is the object, and its organisation's
    administrator sees the attempt.
    """
    meant = User.objects.select_related("organisation").filter(email=_address(email)).first()
    try:
        with transaction.atomic(durable=True):
            _record(Event.SIGN_IN_FAILED, meant, Outcome.DENY, reason or _why(meant), {"email": email[:254]})
            _count(meant, timezone.now())
    except DatabaseFailure as error:
        raise AuditUnavailable("the audit log can't be written") from error


class CountedCode:
    """For forms that take a code of `user`: a wrong one counts, and no code is right while the account is closed."""

    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        locked = is_locked(self.user)
        if locked:
            # Which is no code of anybody's: what follows is the same as for any wrong one.
            self.cleaned_data["code"] = ""
        try:
            return super().clean_code()
        except ValidationError as error:
            note_failure(self.user.email, TOO_MANY if error.code == _LIMITED else LOCKED if locked else WRONG_CODE)
            raise


def _address(email: str) -> str:
    return email.strip().lower()


def _why(meant: User | None) -> str:
    if meant is None:
        return NOBODY
    return WRONG if may_enter(meant) else Reason.SUSPENDED


def _count(meant: User | None, now: datetime) -> None:
    """One more, however many are counted at the same moment: the row is locked from the first statement that changes it."""
    if meant is None:
        SignInFailure.objects.filter(pk=_NOBODYS_ID).exists()
    else:
        SignInFailure.objects.bulk_create([SignInFailure(person=meant, last_at=now)], ignore_conflicts=True)
    row = SignInFailure.objects.filter(pk=meant.pk if meant else _NOBODYS_ID)
    row.filter(failures__lt=_MOST).update(failures=F("failures") + 1, last_at=now)
    due = row.filter(failures__gte=ATTEMPTS).exclude(locked_until__gt=now)
    if due.update(locked_until=now + LOCKED_FOR):
        _record(Event.SIGN_IN_LOCKED, meant, Outcome.ALLOW, "allowed", {"until": (now + LOCKED_FOR).isoformat()})


def _record(event: Event, meant: User | None, outcome: Outcome, reason: str, detail: dict[str, str]) -> None:
    home = str(meant.organisation_id) if meant else None
    record(
        event,
        actor=None,
        organisation=home,
        object=str(meant.pk) if meant else "",
        outcome=outcome,
        reason=reason,
        detail=detail,
    )
