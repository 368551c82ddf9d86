"""To an identity provider and back, and the identities that somebody has linked to themselves."""

import logging

from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from accounts.actions.identities import unlink_identity
from accounts.actions.sessions import end_other_sessions
from accounts.identities import confirming, may_link
from accounts.identity_provider import begin, complete, provider_called
from accounts.models import Organisation
from accounts.strength import proved_lately
from accounts.views import door
from council.guard import OPEN, SIGNED_IN, guarded_by
from council.identity_settings import IdentityProvider, Kind, configured

log = logging.getLogger(__name__)


@login_not_required
@require_POST
@guarded_by(POST=OPEN)
def sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sends a stranger to the provider, or somebody who may add an identity to themselves. Others are in already."""
    provider = _called(provider_id)
    if request.user.is_authenticated and not may_link(request):
        return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
    return _sent(request, provider)


@require_POST
@guarded_by(POST=SIGNED_IN)
def confirm(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Once more to the provider, for whoever is signed in and linked to one whose word can be as good as a passkey."""
    provider = _called(provider_id)
    if provider not in confirming(request.user):
        raise Http404
    return _sent(request, provider, again=True)


def _sent(request: HttpRequest, provider: IdentityProvider, *, again: bool = False) -> HttpResponse:
    if too_often := ratelimit.consume_or_429(request, action="login"):
        return too_often
    try:
        return begin(request, provider, get_next_redirect_url(request), again=again)
    except (OAuth2Error, RequestException) as error:
        log.warning("the identity provider %s can't be used: %s: %s", provider.id, type(error).__name__, error)
        return render(request, "account/identity_unreachable.html", {"contact": settings.COUNCIL_CONTACT}, status=503)


@login_not_required
@require_GET
@guarded_by(GET=OPEN)
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends the browser back to."""
    return complete(request, _called(provider_id))


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def identities(request: HttpRequest) -> HttpResponse:
    """The identities that sign the person in, and those that can be added."""
    if request.method != "POST":
        return _identities(request)
    if not proved_lately(request):
        messages.error(request, _("変えられるのは、パスキーで確かめてから15分の間だけです。何も変わっていません。"))
        return redirect("accounts:identities")
    try:
        unlink_identity(request.POST.get("identity", ""), acting_user=request.user)
        end_other_sessions(request.user, request.session.session_key, acting_user=request.user)
        messages.success(request, _("外部の認証との結びつきを消しました。"))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("accounts:identities")


def _identities(request: HttpRequest) -> HttpResponse:
    labels = {each.id: each.label for each in configured()}
    own = list(SocialAccount.objects.filter(user=request.user).order_by("date_joined"))
    linked = {each.provider for each in own}
    # GビズID is for companies; a staff provider vouches for nobody but staff.
    kind = Kind.STAFF if request.user.organisation.kind == Organisation.Kind.AGENCY else Kind.GBIZID
    context = {
        "rows": [{"row": each, "label": labels.get(each.provider, each.provider)} for each in own],
        "addable": [each for each in configured() if each.kind is kind and each.id not in linked],
        "may_change": may_link(request),
    }
    return render(request, "accounts/identities.html", context)


def _called(provider_id: str) -> IdentityProvider:
    provider = provider_called(provider_id)
    if provider is None:
        raise Http404
    return provider
