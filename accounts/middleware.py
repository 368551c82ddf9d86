"""Puts the facts about the caller on the request, gathered once and only when asked for; ends what was suspended."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.credentials import may_enter
from accounts.subject import subject_of
from council.guard import OPEN, policies_of

# Where people may go before they have accepted the pledge, besides the open pages: to it, to themselves, and out.
_BEFORE_THE_PLEDGE = {"accounts:pledge", "accounts:me", "account_change_password", "account_set_password"}


class SubjectMiddleware:
    """`request.subject`: the Subject of the person who calls. Only signed-in requests may touch it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The backend already forgets suspended people; those of a suspended organisation are signed out here.
        if request.user.is_authenticated and not may_enter(request.user):
            logout(request)
        request.subject = SimpleLazyObject(lambda: subject_of(request.user))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """What is missing stands in no section of the menu: whatever was asked for, its page is the same."""
        if isinstance(error, Http404):
            request.resolver_match = None

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Pages wait until the pledge in force is accepted; programs are told no by decide()."""
        where = request.resolver_match
        if where.view_name in _BEFORE_THE_PLEDGE or "api" in where.namespaces or OPEN in policies_of(view).values():
            return None
        if not request.user.is_authenticated or request.subject.pledge_current:
            return None
        return HttpResponseRedirect(f"{reverse('accounts:pledge')}?{urlencode({'next': request.get_full_path()})}")
