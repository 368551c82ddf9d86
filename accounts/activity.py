"""After each request of somebody who signed in: when and from where their session was last used, and their browser's cookie."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.devices import address_of, remember

# 「最後に使った日時」 is right to so much; a write for every request would cost more than it tells.
EXACT_TO = timedelta(minutes=5)


class ActivityMiddleware:
    """Whatever goes wrong here, the answer is not held back for it: nothing that is promised rests on these moments."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Sessions that were handed out have no row of a browser.
        mine = request.session.session_key if AUTHENTICATION_METHODS_SESSION_KEY in request.session else None
        response = self.get_response(request)
        remember(request, response)
        if mine and request.user.is_authenticated:
            with suppress(DatabaseFailure):
                _note(request, mine)
        return response


def _note(request: HttpRequest, key: str) -> None:
    now = timezone.now()
    row = UserSession.objects.filter(session_key=key, last_seen_at__lt=now - EXACT_TO).first()
    if row:
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=now, ip=address_of(request) or row.ip)
