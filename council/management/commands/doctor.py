"""What is set from where (secrets masked), what can be reached, what is wrong and how to mend it."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.management.base import BaseCommand
from django.db import connection

from council import environment
from council.celery import app
from council.keys import keyring, place_in_words
from council.rewrapping import is_under_way, remaining
from council.schema import is_behind

_SECRET = ("KEY", "PASSWORD", "TOKEN", "URL")
# An address that everybody knows, and the names of files and of a token.
_PLAIN = ("COUNCIL_URL", "COUNCIL_KEYRING", "COUNCIL_KEYRING_PKCS11", "COUNCIL_KEYRING_TOKEN")


class Unwell(Exception):
    """What is wrong, and how to mend it."""


def masked(name: str, value: str) -> str:
    """The value, or for what may hold a secret only that it is set."""
    if name in _PLAIN or not value or not any(word in name for word in _SECRET):
        return value
    return "(set)"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if is_behind():
        raise Unwell("Migrations are missing. Run: manage.py migrate")
    return f"{connection.vendor}, all migrations applied"


def _broker() -> str:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=3)
    return settings.CELERY_BROKER_URL.split("@")[-1]


def _cache() -> str:
    cache.set("doctor", "well", 5)
    if cache.get("doctor") != "well":
        raise Unwell("The cache forgets. Look at REDIS_URL.")
    return settings.CACHES["default"]["BACKEND"].rsplit(".", 1)[-1]


def _keyring() -> str:
    ring = keyring()
    left = sum(remaining().values())
    unfinished = f", a rotation is under way: {left} wraps left" if is_under_way(ring) else ""
    return f"{place_in_words()}, epoch {ring.current_epoch()}, minimum {ring.minimum_epoch()}{unfinished}"


def _static() -> str:
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise Unwell("Static files are not collected. Run: manage.py collectstatic")
    return str(settings.STATIC_ROOT)


def _mail() -> str:
    if not settings.EMAIL_HOST:
        return f"files in {settings.EMAIL_FILE_PATH}"
    with get_connection(timeout=5):
        return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def _folder() -> str:
    mode = settings.COUNCIL_DATA.stat().st_mode & 0o777
    if mode & 0o077:
        raise Unwell(f"Others can look into COUNCIL_DATA (mode {mode:o}). Run: chmod 700 {settings.COUNCIL_DATA}")
    return f"mode {mode:o}"


PROBES: dict[str, Callable[[], str]] = {
    "data folder": _folder,
    "database": _database,
    "broker": _broker,
    "cache": _cache,
    "keyring": _keyring,
    "mail": _mail,
    "static files": _static,
}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write("Settings")
        for name, (origin, value) in sorted(environment.origins.items()):
            self.stdout.write(f"  {name:<24}{origin:<13}{masked(name, value)}")
        self.stdout.write("Reached")
        wrong = [sentence for name, probe in PROBES.items() if (sentence := self._ask(name, probe))]
        for message in checks.run_checks():
            if message.level >= checks.ERROR:
                wrong.append(f"{message.msg} {message.hint or ''}".strip())
        for sentence in wrong:
            self.stderr.write(f"Wrong: {sentence}")
        self.stdout.write("All is well." if not wrong else f"{len(wrong)} to mend.")
        sys.exit(1 if wrong else 0)

    def _ask(self, name: str, probe: Callable[[], str]) -> str:
        """What is wrong with it, or nothing."""
        try:
            self.stdout.write(f"  {name:<24}{probe()}")
        except Unwell as unwell:
            return f"{name}: {unwell}"
        except Exception as error:  # noqa: BLE001  a probe may fail in any way; that is what it is for
            return f"{name}: {type(error).__name__}: {error}"
        return ""
