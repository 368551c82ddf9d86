"""What is set from where (secrets masked), what can be reached, what is wrong and how to mend it."""

import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from council import environment, probes, zone
from council.audit import log_keys, sequencer, signer_state
from council.audit.leaf import moment_of
from council.audit.models import LogCheckpoint, LogHead, PendingEvent
from council.audit.proving import quorum, witness_verifiers
from council.celery import app
from council.keys import keyring, place_in_words
from council.probes import Unwell
from council.rewrapping import is_under_way, remaining
from council.schema import is_behind
from council.sealing.errors import SealingError

# The sequencer takes what waits twice a second.
_WAITED_TOO_LONG = timedelta(minutes=2)


def masked(name: str, value: str) -> str:
    """The value, or for what may hold a secret only that it is set."""
    return "(set)" if value and environment.may_be_secret(name) else value


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if is_behind():
        raise Unwell("Migrations are missing. Run: manage.py migrate")
    if found := zone.fault():
        raise Unwell(found)
    return f"{connection.vendor}, all migrations applied, {zone.stored()} zone"


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


def _log(tier: int) -> str:
    """Its length, its newest checkpoint, what waits; Unwell when the signer would refuse it, or when nobody takes what waits."""
    sequencer.check(tier)
    now, head = timezone.now(), LogHead.objects.filter(pk=tier).first()
    newest = LogCheckpoint.objects.filter(tier=tier, size=head.signed_size).first() if head else None
    waiting = PendingEvent.objects.filter(tier=tier).order_by("event").values_list("event", flat=True)
    signed = f"signed {_ago(now - newest.signed_at)} ago" if newest else "not signed yet"
    words = f"{head.size if head else 0:,} events, {signed}, {waiting.count():,} waiting"
    oldest = waiting.first()
    if oldest and now - moment_of(oldest) > _WAITED_TOO_LONG:
        waited = _ago(now - moment_of(oldest))
        raise Unwell(f"{words}, since {waited}. Is manage.py sequence running? (manage.py serve starts it.)")
    return words


def _ago(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} seconds"


def _signer() -> str:
    path = settings.AUDIT_STATE
    known = [signer_state.last_signed(log_keys.origin(tier)) for tier in log_keys.TIERS]
    if not path.exists():
        return f"{path}, not there"
    if path.stat().st_mode & 0o077:
        raise Unwell(f"Others can look into the signer's memory. Run: chmod 600 {path}")
    logs = sum(each is not None for each in known)
    return f"{path}, {logs} logs{', on the disk of the database' if _beside_the_database() else ''}"


def _beside_the_database() -> bool:
    database = settings.DATABASES["default"]
    return not settings.DATABASE_URL and Path(database["NAME"]).stat().st_dev == settings.AUDIT_STATE.stat().st_dev


def _witnesses() -> str:
    names = [each.name for each in witness_verifiers()]
    return (
        f"{', '.join(names)}; {quorum()} have to have cosigned" if names else "none: nobody else keeps the checkpoints"
    )


PROBES: dict[str, Callable[[], str]] = {
    "data folder": _folder,
    "database": _database,
    "broker": _broker,
    "cache": _cache,
    "keyring": _keyring,
    **{f"log {log_keys.log_name(tier)}": partial(_log, tier) for tier in log_keys.TIERS},
    "log signer's memory": _signer,
    "log witnesses": _witnesses,
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
        wrong = [
            sentence for name, probe in {**PROBES, **probes.PROBES}.items() if (sentence := self._ask(name, probe))
        ]
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
        except (Unwell, SealingError) as unwell:
            return f"{name}: {unwell}"
        except Exception as error:  # noqa: BLE001  a probe may fail in any way; that is what it is for
            return f"{name}: {type(error).__name__}: {error}"
        return ""
