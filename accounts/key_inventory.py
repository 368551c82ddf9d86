"""The recipient keys of organisations, for the inventory of keys: public halves, whose they are, and where each stands."""

from datetime import datetime

from django.utils import timezone

from accounts.models import RecipientKey
from council.crypto_inventory import Section
from council.package_signing import vkey


def section() -> Section:
    """Every recipient key with its fingerprint and state, and the verifier key that packages are signed under."""
    now = timezone.now()
    rows = RecipientKey.objects.select_related("organisation").order_by("organisation__name", "registered_at")
    keys = [
        {
            "organisation": row.organisation.name,
            "algorithm": row.kind,
            "fingerprint": row.fingerprint,
            "state": _state(row, now),
            "registered_at": row.registered_at.isoformat(),
        }
        for row in rows
    ]
    return Section(keys={"recipients": keys, "package_signer": {"algorithm": "Ed25519", "vkey": vkey()}})


def _state(row: RecipientKey, now: datetime) -> str:
    if row.revoked_at:
        return "revoked"
    if row.usable_from:
        return "usable" if row.usable_from <= now else "waiting"
    return "proved" if row.proved_at else "registered"
