"""Signing in: by a passkey alone, or by password and code; and once more by a passkey, for what asks for it."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from accounts.credentials import under_another_key
from accounts.demo_people import persona
from accounts.factor_forms import CodeForm, ConfirmForm, PasskeyAfterPasswordForm, PasskeySignInForm, SignInForm
from accounts.identities import confirming
from accounts.session_end import seconds_left
from accounts.sign_in_failures import note_failure
from accounts.strength import could_reach, give
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record, record_refusal
from council.going_on import page_at
from council.guard import SIGNED_IN, guarded_by

WRONG_PASSKEY = "wrong_passkey"


def by_script(request: HttpRequest) -> bool:
    """Whether a page's script asks, for the options of a passkey ceremony."""
    return request.method == "GET" and get_adapter().is_ajax(request)


def wanted(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this portal; else nothing."""
    return get_next_redirect_url(request) or ""


class SignInView(LoginView):
    """The sign-in page. A code that comes with the password is looked at at once; a wrong one is asked for again on its own page."""

    form_class = SignInForm

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        stage = get_pending_stage(self.request) if form.cleaned_data["code"] else None
        if not isinstance(stage, AuthenticateStage):
            return response
        shown = CodeForm(user=stage.login.user, data={"code": form.cleaned_data["code"]})
        if not shown.is_valid():
            messages.error(self.request, shown.errors["code"][0])
            return response
        shown.save()
        return stage.exit()

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), **address_of_passkeys(self.request), "next": wanted(self.request)}


def address_of_passkeys(request: HttpRequest) -> dict:
    """Browsers make no passkeys for addresses of numbers: on a loopback one, where the same portal has a name."""
    host, _colon, port = request.get_host().rpartition(":")
    if host not in {"127.0.0.1", "[::1]"}:
        return {}
    return {"passkeys_at": f"{request.scheme}://localhost:{port}{reverse('account_login')}"}


@method_decorator(login_not_required, name="dispatch")
class PasskeySignInView(LoginWebAuthnView):
    """Signs in whom the passkey belongs to, and goes on to where they were going."""

    form_class = PasskeySignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if by_script(request):
            return JsonResponse({"options": auth.begin_authentication(user=None)})
        return redirect("account_login")

    def form_valid(self, form: PasskeySignInForm) -> HttpResponse:
        factor = form.cleaned_data["credential"]
        post_authentication(self.request, factor, passwordless=True)
        return perform_login(self.request, Login(user=factor.user, redirect_url=wanted(self.request) or None))

    def form_invalid(self, form: PasskeySignInForm) -> HttpResponse:
        if self.request.POST.get("credential"):
            note_failure("", WRONG_PASSKEY)
        messages.error(self.request, form.errors["credential"][0])
        going = wanted(self.request)
        return HttpResponseRedirect(
            f"{reverse('account_login')}?{urlencode({'next': going})}" if going else reverse("account_login")
        )


class SecondStepView(AuthenticateView):
    """After the password: the code, or the passkey."""

    form_class = CodeForm
    webauthn_form_class = PasskeyAfterPasswordForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if by_script(request):
            return JsonResponse({"options": auth.begin_authentication(self.stage.login.user)})
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "leave" in request.POST:
            return self.stage.abort()
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict:
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return {**super().get_context_data(**kwargs), "passkey": "webauthn" in types, "code": types != {"webauthn"}}


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
def step_up(request: HttpRequest) -> HttpResponse:
    """The passkey once more; afterwards on to where the person was going. A page that stays is told for how long it reaches now."""
    if by_script(request):
        return JsonResponse({"options": auth.begin_authentication(request.user)})
    form = ConfirmForm(user=request.user, data=request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        _step_up(request, form.cleaned_data["credential"])
        if get_adapter().is_ajax(request):
            return JsonResponse({"seconds": seconds_left(request)})
        return HttpResponseRedirect(wanted(request) or resolve_url("home"))
    if form and request.POST.get("credential"):
        who = {"actor": str(request.user.pk), "organisation": str(request.user.organisation_id)}
        record_refusal(Event.STEPPED_UP, **who, reason=WRONG_PASSKEY)
    has_passkey = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).exists()
    if form and get_adapter().is_ajax(request):
        return JsonResponse({"words": form.errors["credential"][0]}, status=422)
    context = {
        "error": form.errors["credential"][0] if form else "",
        "next": wanted(request) or _came_from(request),
        "has_passkey": has_passkey,
        "providers": confirming(request.user),
        "could": int(could_reach(request.subject)),
    }
    return render(request, "account/step_up.html", context)


def _step_up(request: HttpRequest, factor: Authenticator) -> None:
    with transaction.atomic():
        record(Event.STEPPED_UP, actor=str(request.user.pk), organisation=str(request.user.organisation_id))
        post_authentication(request, factor, reauthenticated=True)
        under_another_key(request)


def _came_from(request: HttpRequest) -> str:
    """The page whose link was followed. The page for missing things names no address, so that its bytes are the same for all of them."""
    source = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(source, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(source)
    return "" if parts.path == request.path else page_at(parts._replace(scheme="", netloc="", fragment="").geturl())


@login_not_required
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One of the invented people of a demonstration, as if they had used their passkey. No other deployment has this page."""
    person, tier = persona(request.POST.get("person", "")) if request.method == "POST" else (None, 0)
    if person is None:
        raise Http404
    get_adapter().login(request, person)
    # Whoever sees no content still proves who they are for their work.
    give(request.session, person, max(Tier.TWO, Tier(tier or 1)))
    return HttpResponseRedirect(wanted(request) or resolve_url("home"))
