"""Adding, naming and removing what somebody signs in with. Whoever has not just used their passkey is asked for it first."""

import base64
import functools
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import factors as verbs
from accounts.actions.sessions import end_other_sessions
from accounts.actions.verb import Refused
from accounts.credentials import under_another_key
from accounts.enrolments import finish
from accounts.factor_forms import AppForm, NameForm, PasskeyForm
from accounts.views import door
from accounts.views.factor_sign_in import address_of_passkeys, by_script, wanted
from accounts.views.factors import may_add, may_change, proof_of
from council.access.policy import Reason
from council.guard import SIGNED_IN, guarded_by

View = Callable[..., HttpResponse]
TOTP = Authenticator.Type.TOTP


def _asking_first(may: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    """To the page that asks for the passkey, and back here, unless the session may already. What a form sent too late asks is refused."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method in {"GET", "HEAD"} and not may(request):
                return _to_the_passkey(request)
            try:
                return view(request, *args, **kwargs)
            except Refused as refused:
                if refused.reason == Reason.SESSION:
                    return _to_the_passkey(request)
                raise Http404 from None

        return run

    return wrap


def _to_the_passkey(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{urlencode({'next': request.get_full_path()})}")


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@_asking_first(may_add)
def passkey(request: HttpRequest) -> HttpResponse:
    """A new passkey: the browser is told what to make by the page's script, and sends what it made with the form."""
    if by_script(request):
        return JsonResponse({"options": auth.begin_registration(request.user, passwordless=True)})
    form = PasskeyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        name, credential = form.cleaned_data["name"], form.cleaned_data["credential"]
        added = door.attempt(
            form,
            lambda: verbs.add_passkey(
                request.user, name, credential, proof=proof_of(request), acting_user=request.user
            ),
        )
        if added:
            return _added(request, *added)
    context = {"form": form, "next": wanted(request), **address_of_passkeys(request)}
    return render(request, "accounts/factors_passkey.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@_asking_first(may_add)
def app(request: HttpRequest) -> HttpResponse:
    """An authenticator app: its secret as a picture and in letters, and a code that shows that it was taken over."""
    if Authenticator.objects.filter(user=request.user, type=TOTP).exists():
        return redirect("accounts:factors")
    form = AppForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        added = door.attempt(
            form, lambda: verbs.add_app(request.user, form.secret, proof=proof_of(request), acting_user=request.user)
        )
        if added:
            clear_totp_secret(request)
            return _added(request, *added)
    url = get_adapter().build_totp_url(request.user, form.secret)
    picture = base64.b64encode(get_adapter().build_totp_svg(url).encode()).decode()
    letters = " ".join(form.secret[start : start + 4] for start in range(0, len(form.secret), 4))
    context = {"form": form, "picture": picture, "letters": letters, "next": wanted(request)}
    return render(request, "accounts/factors_app.html", context)


def _added(request: HttpRequest, factor: Authenticator, codes: list[str]) -> HttpResponse:
    """What was just added was just shown, so that it counts in this session. The codes are in this answer alone."""
    record_authentication(request, request.user, "mfa", id=factor.pk, type=factor.type)
    finish(request)
    under_another_key(request)
    if codes:
        return _told_once(request, codes)
    messages.success(request, _("手段を加えました。"))
    return HttpResponseRedirect(wanted(request) or reverse("accounts:factors"))


def _told_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/factors_codes.html", {"codes": codes, "next": wanted(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@_asking_first(may_change)
def codes(request: HttpRequest) -> HttpResponse:
    """New codes instead of the old ones, after one more click."""
    if request.method == "POST":
        try:
            made = verbs.make_codes(request.user, proof=proof_of(request), acting_user=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("accounts:factors")
        return _told_once(request, made)
    return render(request, "accounts/factors_codes.html", {"codes": None, "next": wanted(request)})


@require_POST
@guarded_by(POST=SIGNED_IN)
@door.refusals_look_missing
def rename(request: HttpRequest, factor_id: int) -> HttpResponse:
    """For a session that a factor was shown in: one from before there was any says nothing about those of now."""
    if request.strength is None:
        raise Http404
    form = NameForm(request.POST)
    if form.is_valid():
        verbs.rename_passkey(request.user, factor_id, form.cleaned_data["name"], acting_user=request.user)
        messages.success(request, _("名前を変えました。"))
    else:
        messages.error(request, _("名前を入れてください。"))
    return redirect("accounts:factors")


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@_asking_first(may_change)
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Asks once more, then removes it. Whoever has it may be signed in with it: every other session of the person ends."""
    held = (
        Authenticator.objects.filter(user=request.user, pk=factor_id)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .first()
    )
    if request.method != "POST":
        if held is None:
            raise Http404
        name = held.wrap().name if held.type == Authenticator.Type.WEBAUTHN else _("認証アプリ")
        return render(request, "accounts/factors_remove.html", {"name": name, "factor": held})
    try:
        verbs.remove_factor(request.user, factor_id, proof=proof_of(request), acting_user=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("accounts:factors")
    end_other_sessions(request.user, request.session.session_key, acting_user=request.user)
    messages.success(request, _("手段を消し、ほかの端末の利用を終わらせました。"))
    return redirect("accounts:factors")
