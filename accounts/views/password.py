"""One's own password: changed or set by whoever has shown a second factor a moment ago, so that a session left open is not enough."""

import functools
import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ChangePasswordForm
from allauth.account.views import PasswordChangeView, PasswordSetView
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.sign_in_failures import LOCKED, WRONG, is_locked, note_failure
from accounts.strength import FRESH_FOR

View = Callable[..., HttpResponse]


def shown_lately(request: HttpRequest) -> bool:
    """Whether the person has shown a second factor, of whatever kind, in this session a moment ago."""
    records = get_authentication_records(request, request.user)
    last = max((record["at"] for record in records if record["method"] == "mfa"), default=0.0)
    return time.time() - last < FRESH_FOR.total_seconds()


def _asking_first(view: View) -> View:
    """Asks for the passkey; whoever has none signs in once more, with a code."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if shown_lately(request):
            return view(request, *args, **kwargs)
        if Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).exists():
            return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{urlencode({'next': request.path})}")
        again = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
        return render(request, "account/password_again.html", {"again": again})

    return run


class ChangeForm(ChangePasswordForm):
    """The old password is asked for too, and guesses at it count like those at the door."""

    def clean_oldpassword(self) -> str:
        locked = is_locked(self.user)
        try:
            old = super().clean_oldpassword()
            if locked:
                raise get_adapter().validation_error("enter_current_password")
        except ValidationError:
            note_failure(self.user.email, LOCKED if locked else WRONG)
            raise
        return old


class ChangeView(PasswordChangeView):
    form_class = ChangeForm


change = _asking_first(ChangeView.as_view())
choose = _asking_first(PasswordSetView.as_view())
