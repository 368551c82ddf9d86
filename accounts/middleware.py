"""Puts the facts about the caller on the request, gathered once and only when asked for; ends what was suspended.

Whoever has shown no second factor in their session gets no further than the pages where they add or show one.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.credentials import may_enter
from accounts.strength import strength
from accounts.subject import subject_of
from council.access.policy import PROVED
from council.access.tiers import Tier
from council.going_on import page_at, sent_by_hand
from council.guard import OPEN, policies_of

# Where people may go before they have accepted the pledge, besides the open pages: to it, to themselves, and out.
_BEFORE_THE_PLEDGE = {"accounts:pledge", "accounts:me", "account_change_password", "account_set_password"}
# And before they have shown a second factor: to the pages about factors, which let nobody add one whom a stronger one would have to let.
_FACTORS = "accounts:factors"
_STEP_UP = "accounts:step_up"
_FACTOR_PAGES = ("mfa_", "accounts:factor", "accounts:step_up")


class SubjectMiddleware:
    """`request.subject`: the Subject of the person who calls. Only signed-in requests may touch it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The backend already forgets suspended people; those of a suspended organisation are signed out here.
        if request.user.is_authenticated and not may_enter(request.user):
            logout(request)
        request.strength = strength(request) if request.user.is_authenticated else None
        if request.user.is_authenticated:
            request.user.session = request.strength or Tier.ONE
        request.subject = SimpleLazyObject(lambda: subject_of(request.user))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """What is missing stands in no section of the menu: whatever was asked for, its page is the same."""
        if isinstance(error, Http404):
            request.resolver_match = None

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Pages wait for the second factor, for the pledge in force, and where it takes a passkey for that.

        Programs are told no (accounts.api, decide()).
        """
        where = request.resolver_match
        if "api" in where.namespaces or OPEN in policies_of(view).values() or not request.user.is_authenticated:
            return None
        if where.view_name.startswith(_FACTOR_PAGES):
            return None
        if request.strength is None:
            return _first(request, _FACTORS)
        if where.view_name not in _BEFORE_THE_PLEDGE and not request.subject.pledge_current:
            return _first(request, "accounts:pledge")
        # Whoever asks, and before anything is looked up: it tells nothing about what is there.
        policy = policies_of(view).get("GET" if request.method == "HEAD" else request.method)
        return _first(request, _STEP_UP) if policy in PROVED and request.strength < Tier.TWO else None


def _first(request: HttpRequest, page: str) -> HttpResponse:
    """To this page, and afterwards on to where the person wanted to go."""
    if sent_by_hand(request):
        messages.warning(
            request, _("送った内容は、まだ受け付けていません。ここでの用が済んだあと、もう一度送ってください。")
        )
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': page_at(request.get_full_path())})}")


class SignedInMiddleware(LoginRequiredMiddleware):
    """Strangers, and whose session has ended, go to the sign-in page, and from there to the page where they were."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if sent_by_hand(request):
            messages.warning(
                request,
                _(
                    "サインインが切れていたため、送った内容は受け付けていません。サインインして、もう一度送ってください。"
                ),
            )
        return redirect_to_login(page_at(request.get_full_path()), self.get_login_url(view_func))
