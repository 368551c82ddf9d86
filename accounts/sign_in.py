"""Signing in and out: closed to strangers, silent about who is known, each step an event."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.credentials import end_sessions, may_enter
from accounts.devices import note_device
from accounts.models import ApiToken, User
from accounts.sign_in_failures import LOCKED, TOO_MANY, forget_failures, is_address_locked, note_failure
from council.audit.events import Event
from council.audit.record import record


class AccountAdapter(DefaultAccountAdapter):
    """What the sign-in library asks of this portal. Suspended people, and closed accounts, fail as if the password were wrong."""

    _locked = False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Suspended between the first step and the session: back to where strangers stand."""
        note_failure(user.email)
        clear_login(request)
        messages.error(request, self.error_messages["email_password_mismatch"])
        return HttpResponseRedirect(reverse("account_login"))

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_failure(credentials.get("email", ""), TOO_MANY)
            raise

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """The person, or None with a trace. An attempt for somebody suspended, or for a closed account, counts like a wrong one."""
        self._locked = is_address_locked(credentials.get("email", ""))
        person = super().authenticate(request, **credentials)
        if person is None or (not self._locked and may_enter(person)):
            return person
        self.pre_authenticate(request, **credentials)
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        note_failure(credentials.get("email", ""), LOCKED if self._locked else "")

    def login(self, request: HttpRequest, user: User) -> None:
        """The session, its event, and what is known of its browser, together or not at all."""
        if not may_enter(user):
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        by_password = any(shown["method"] == "password" for shown in get_authentication_records(request, user))
        with transaction.atomic():
            if by_password:
                forget_failures(user)
            # Who came in through an identity provider: what it vouched for.
            vouched = getattr(request, "vouched", None)
            record(Event.SIGN_IN, actor=str(user.pk), organisation=str(user.organisation_id), detail=vouched)
            note_device(request, user, first=user.last_login is None)
            super().login(request, user)
            UserSession.objects.create_from_request(request)

    def logout(self, request: HttpRequest) -> None:
        with transaction.atomic():
            person = request.user
            record(Event.SIGN_OUT, actor=str(person.pk), organisation=str(person.organisation_id))
            UserSession.objects.filter(session_key=request.session.session_key).delete()
            super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """A person changes their own password; every session and token ends with it.

        Whoever knew the old one may have made themselves a token.
        """
        with transaction.atomic():
            about = {"actor": str(user.pk), "organisation": str(user.organisation_id), "object": str(user.pk)}
            ended = {"tokens": ApiToken.objects.filter(person=user).delete()[0], "sessions": end_sessions([user.pk])}
            record(Event.PASSWORD_CHANGED, **about, detail=ended)
            super().set_password(user, password)
