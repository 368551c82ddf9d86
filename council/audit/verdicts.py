"""Which results of checks are believed: those that their own event tells of, in a detail that only this deployment's keys can seal.

A row alone proves nothing: whoever can write into the database could write one that says whole.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import QuerySet

from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent, Verification

# Checks that are looked through for one to believe. More than a few are passed over only if somebody made them up.
_MOST_TRIED = 50
ENDED = (Verification.State.DONE, Verification.State.FAILED)


def said_of(verification: Verification) -> Mapping[str, object]:
    """What the event of a check that ended says: the verdict of each log, and a digest over the whole row."""
    found = {name: each["verdict"] for name, each in verification.result.items()}
    return {"step": "result", "found": found, "sha256": _digest(verification)}


def that_fit(verifications: Iterable[Verification]) -> set[UUID]:
    """The ids of those that ended as their own events say, in two queries. KeyringUnavailable without keys."""
    digests = {str(each.pk): _digest(each) for each in verifications if each.state in ENDED}
    events = list(AuditEvent.objects.filter(action=Event.AUDIT_VERIFY, object__in=digests)) if digests else []
    told = {(detail.get("facts") or {}).get("sha256") for detail in details_of(events).values()}
    return {UUID(key) for key, digest in digests.items() if digest in told}


def newest_that_fit(
    verifications: QuerySet[Verification], now: datetime
) -> tuple[Verification | None, list[Verification]]:
    """The first of them that is as its event says and did not end in the future, and those before it that are not as theirs say."""
    passed = []
    for each in list(verifications[:_MOST_TRIED]):
        if not that_fit([each]):
            passed.append(each)
        elif each.ended_at <= now:
            return each, passed
    return None, passed


def _digest(verification: Verification) -> str:
    """SHA-256 over everything that a page says of the check."""
    facts = {
        "id": str(verification.pk), "asked_by": str(verification.asked_by or ""), "state": str(verification.state),
        "asked_at": verification.asked_at.astimezone(UTC).isoformat(),
        "ended_at": verification.ended_at.astimezone(UTC).isoformat() if verification.ended_at else "",
        "result": verification.result,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
