"""Forms about passkeys and codes. What a browser sends for a passkey is anybody's JSON until the library has checked it."""

import unicodedata
from collections.abc import Callable
from typing import TypeVar

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    SignupWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.factors import NAME_LENGTH
from accounts.credentials import may_enter
from accounts.sign_in_failures import CountedCode

Checked = TypeVar("Checked")
_ATTRIBUTES = {"class": "input-code", "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 20}
_NEEDS_SCRIPT = _("パスキーを使うには、ブラウザの JavaScript を有効にしてください。")
# What the libraries below raise on JSON that is no answer of an authenticator.
_NO_ANSWER = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError)


class CodeField(forms.CharField):
    """A code as people type it: in full width, with spaces or dashes."""

    def __init__(self, **kwargs: object) -> None:
        label, help_text = _("確認コード"), _("認証アプリに出る6桁の数字か、予備コード。貼り付けられます")
        super().__init__(
            **{
                "label": label,
                "help_text": help_text,
                "widget": forms.TextInput(_ATTRIBUTES),
                "max_length": 20,
                **kwargs,
            }
        )

    def to_python(self, value: object) -> str:
        return "".join(unicodedata.normalize("NFKC", super().to_python(value)).split())


class SignInForm(LoginForm):
    """Address, password and code in one; whoever has a passkey alone, or nothing yet, leaves the code empty."""

    code = CodeField(required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["login", "password", "code"])


class CodeForm(CountedCode, AuthenticateForm):
    code = CodeField()


class AppForm(ActivateTOTPForm):
    code = CodeField(help_text=_("アプリに出た6桁の数字。貼り付けられます"))


def _credential() -> forms.JSONField:
    return forms.JSONField(
        widget=forms.HiddenInput, error_messages={"required": _NEEDS_SCRIPT, "invalid": _NEEDS_SCRIPT}
    )


def _answer(check: Callable[[], Checked]) -> Checked:
    """What the library makes of the answer. Every fault of it is the same sentence: which one it was helps guessers alone."""
    try:
        return check()
    except (ValidationError, *_NO_ANSWER) as fault:
        raise ValidationError(gettext("このパスキーでは確かめられませんでした。もう一度試してください。")) from fault


class PasskeySignInForm(LoginWebAuthnForm):
    """Signing in by a passkey alone. Suspended people fail like a passkey that nobody knows."""

    credential = _credential()

    def clean_credential(self) -> Authenticator:
        found = _answer(super().clean_credential)
        return _answer(lambda: self._of_somebody(found))

    def _of_somebody(self, found: Authenticator) -> Authenticator:
        if not may_enter(found.user):
            raise ValidationError("")
        return found


class _OwnPasskey(forms.Form):
    """A passkey of `user`. The library counts attempts with it together with those at codes, so that whoever guesses at codes would keep
    the person from their passkey; of a passkey nothing can be guessed.
    """

    credential = _credential()

    def clean_credential(self) -> Authenticator:
        return _answer(lambda: self._found(self.cleaned_data["credential"]))

    def _found(self, credential: dict) -> Authenticator:
        auth.parse_authentication_response(credential)
        return auth.complete_authentication(self.user, credential)


class PasskeyAfterPasswordForm(_OwnPasskey, AuthenticateWebAuthnForm):
    """The second step after the password."""


class ConfirmForm(_OwnPasskey, ReauthenticateWebAuthnForm):
    """The passkey of whoever is signed in, once more."""


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("名前"), max_length=NAME_LENGTH, help_text=_("どの端末か、後で見分けられる名前"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class PasskeyForm(SignupWebAuthnForm):
    """A new passkey, made without a password (the one of this library's forms that asks for nothing less), and its name."""

    name = forms.CharField(
        label=_("名前"), max_length=NAME_LENGTH, required=False, help_text=_("どの端末か、後で見分けられる名前（例：社用の電話）"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    credential = _credential()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = ""

    def clean_name(self) -> str:
        return self.cleaned_data["name"] or gettext("パスキー")

    def clean(self) -> dict:
        return _answer(super().clean)
