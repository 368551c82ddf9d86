"""Signing in and out with e-mail and password: closed to strangers, silent about who is known, each step an event."""

from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.credentials import may_enter
from accounts.models import ApiToken, User
from council.access.policy import Reason
from council.audit.events import Event
from council.audit.record import record, record_refusal

TOO_MANY = "too_many_attempts"
NOBODY = "unknown_address"
WRONG = "wrong_password"


class AccountAdapter(DefaultAccountAdapter):
    """What the sign-in library asks of this portal. Suspended people fail as if the password were wrong."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Suspended between the password and the session: back to where strangers stand."""
        return HttpResponseRedirect(reverse("account_login"))

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_failure(credentials.get("email", ""), TOO_MANY)
            raise

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """The person, or None with a trace. A suspended person's attempt counts like a wrong one."""
        person = super().authenticate(request, **credentials)
        if person is None or may_enter(person):
            return person
        self.pre_authenticate(request, **credentials)
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        note_failure(credentials.get("email", ""))

    def login(self, request: HttpRequest, user: User) -> None:
        with transaction.atomic():
            record(Event.SIGN_IN, actor=str(user.pk), organisation=str(user.organisation_id))
            super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        with transaction.atomic():
            person = request.user
            record(Event.SIGN_OUT, actor=str(person.pk), organisation=str(person.organisation_id))
            super().logout(request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the mail leads to this portal, whatever host name the request came in under."""
        return urljoin(f"{settings.COUNCIL_URL}/", urlsplit(super().get_reset_password_from_key_url(key)).path)

    def set_password(self, user: User, password: str) -> None:
        """A person changes their own password, signed in or through a mail; every session and token ends with it.

        Whoever knew the old one may have made themselves a token.
        """
        with transaction.atomic():
            about = {"actor": str(user.pk), "organisation": str(user.organisation_id), "object": str(user.pk)}
            record(Event.PASSWORD_CHANGED, **about, detail={"tokens": ApiToken.objects.filter(person=user).delete()[0]})
            super().set_password(user, password)


def note_failure(email: str, reason: str = "") -> None:
    """One event for a sign-in that failed; the address typed stays in the sealed detail.

    Nobody knows who typed it, so there is no actor. The account that was meant is the object, and its organisation's
    administrator sees the attempt.
    """
    meant = User.objects.select_related("organisation").filter(email=email.strip().lower()).first()
    record_refusal(
        Event.SIGN_IN_FAILED,
        actor=None,
        organisation=str(meant.organisation_id) if meant else None,
        object=str(meant.pk) if meant else "",
        reason=reason or _why(meant),
        detail={"email": email[:254]},
    )


def _why(meant: User | None) -> str:
    if meant is None:
        return NOBODY
    return WRONG if may_enter(meant) else Reason.SUSPENDED
