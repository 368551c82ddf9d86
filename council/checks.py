"""System checks: what must not boot. Each has an id, says what is wrong and how to mend it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from council import identity_settings
from council.audit import witness_settings
from council.audit.thresholds import faults_of
from council.failpoints import NAMES
from council.keys import keyring
from council.legal_years import faults_of as faults_of_years
from council.sealing.errors import SealingError

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@register(Tags.security)
def check_debug(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if settings.DEBUG and settings.COUNCIL_DEPLOYMENT == "production":
        return [Error("DEBUG is on: error pages would show content.", hint="Unset DEBUG.", id="council.E001")]
    return []


@register(Tags.security)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if len(settings.SECRET_KEY) < 40 or len(set(settings.SECRET_KEY)) < 10:
        hint = "Unset SECRET_KEY (one is made in COUNCIL_DATA), or give 50 random characters in SECRET_KEY_FILE."
        return [Error("SECRET_KEY can be guessed.", hint=hint, id="council.E002")]
    return []


@register(Tags.security)
def check_keyring(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    try:
        keyring().current_epoch()
    except SealingError as error:
        return [Error(f"The keyring can't be used: {error}", hint="See README, “Keys”.", id="council.E003")]
    return []


@register(Tags.security)
def check_url(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    url = urlsplit(settings.COUNCIL_URL)
    if url.scheme != "https" and url.hostname not in _LOOPBACK:
        hint = "Put TLS in front and give COUNCIL_URL with https."
        return [Error("Sessions would travel in the clear.", hint=hint, id="council.E004")]
    return []


@register(Tags.security)
def check_failpoint(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if settings.FAILPOINT and settings.COUNCIL_DEPLOYMENT != "test":
        hint = "Unset FAILPOINT; it is for deployments with COUNCIL_DEPLOYMENT=test."
        return [Error("A fault is to be injected into a deployment that is no test.", hint=hint, id="council.E005")]
    unknown = [each for each in settings.FAILPOINT.split(",") if each and each.partition("@")[0] not in NAMES]
    if unknown:
        hint = "The steps are named in council/failpoints.py."
        return [Error(f"No step is called {unknown[0]!r}: the test would see nothing.", hint=hint, id="council.E007")]
    return []


@register(Tags.security)
def check_mail(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    in_the_clear = not settings.EMAIL_USE_TLS and not settings.EMAIL_USE_SSL and settings.EMAIL_HOST not in _LOOPBACK
    if settings.EMAIL_HOST and settings.EMAIL_HOST_PASSWORD and in_the_clear:
        hint = "Set COUNCIL_SMTP_TLS to starttls or tls, or give no COUNCIL_SMTP_PASSWORD."
        return [Error("The password of the mail relay would travel in the clear.", hint=hint, id="council.E006")]
    return []


@register(Tags.security)
def check_witnesses(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    hint = "See docs/witnesses.md; COUNCIL_WITNESSES may also be the path of a JSON file."
    if faults := witness_settings.faults():
        return [Error(fault, hint=hint, id="council.E008") for fault in faults]
    in_the_clear = [each.name for each in witness_settings.configured() if _in_the_clear(each.url)]
    said = "Whoever listens learns how long the logs are: {} is asked without TLS."
    return [Warning(said.format(name), hint="Give its address with https.", id="council.W001") for name in in_the_clear]


def _in_the_clear(address: str) -> bool:
    url = urlsplit(address)
    return url.scheme != "https" and url.hostname not in _LOOPBACK


@register(Tags.security)
def check_signals(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    hint = "The rules and their thresholds are in council/audit/thresholds.py."
    return [Error(fault, hint=hint, id="council.E009") for fault in faults_of(settings.AUDIT_THRESHOLDS)]


@register(Tags.security)
def check_terms(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    hint = "The numbers and their names are in council/legal_years.py."
    return [Error(fault, hint=hint, id="council.E010") for fault in faults_of_years(settings.COUNCIL_TERMS)]


@register(Tags.security)
def check_identity(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    hint = "See docs/identity.md; COUNCIL_IDENTITY may also be the path of a JSON file."
    return [Error(fault, hint=hint, id="council.E011") for fault in identity_settings.faults()]
