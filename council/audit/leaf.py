"""The bytes of one event, as they go into the tree: canonical JSON with exactly the members of FORMAT.md §1. Pure.

Nothing here has room for a title or a body: each member is an id, a number, a time, a digest or a word of a fixed form.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from council.audit.events import Outcome
from council.sealing.canonical import canonical

VERSION = 1
SALT_BYTES = 32
LARGEST_NUMBER = 2**53 - 1  # RFC 8785 canonical JSON has no larger whole numbers

Field = str | int
Check = Callable[[object], bool]


def moment_of(identifier: UUID) -> datetime:
    """The moment in a UUIDv7 (RFC 9562 §5.7: its first 48 bits), UTC, to the millisecond."""
    milliseconds = int.from_bytes(identifier.bytes[:6])
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def time_text(moment: datetime) -> str:
    """2026-11-21T12:30:00.000Z: the moment in UTC, cut to milliseconds. The moment must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone is no moment")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _like(pattern: str) -> Check:
    whole = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def _whole(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CHECKS: dict[str, Check] = {
    "v": _whole(VERSION, VERSION),
    "id": _like(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "time": _like(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"),
    "actor": _like(r"|[0-9a-f]{64}"),
    "org": _like(f"|{_UUID}"),
    "action": _like(r"[a-z_]{1,20}\.[a-z_]{1,19}"),
    "object": _like(r"[A-Za-z0-9._:/-]{0,120}"),
    "revision": _whole(0, LARGEST_NUMBER),
    "tier": _whole(1, 3),
    "outcome": _like("|".join(Outcome)),
    "reason": _like(r"[a-z0-9_]{1,40}"),
    "policy": _like(r"\d{4}-\d{2}-\d{2}"),
    "request": _like(_UUID),
    "detail": _like(r"sha256:[0-9a-f]{64}"),
}
MEMBERS = tuple(_CHECKS)


def leaf(fields: Mapping[str, Field]) -> bytes:
    """The leaf for exactly these members; ValueError naming the member that is missing, unknown or of another form."""
    if set(fields) != set(MEMBERS):
        raise ValueError(f"a leaf has other members: {', '.join(sorted(set(fields) ^ set(MEMBERS)))}")
    for member, holds in _CHECKS.items():
        if not holds(fields[member]):
            raise ValueError(f"the member {member} of a leaf can't be {fields[member]!r}")
    if fields["time"] != time_text(moment_of(UUID(str(fields["id"])))):
        raise ValueError("the time of a leaf is the time in its id")
    return canonical({member: _plain(fields[member]) for member in MEMBERS})


def fields_of(data: bytes) -> dict[str, Field]:
    """The members of a leaf; ValueError when the bytes are not the one canonical spelling of them."""
    fields = json.loads(data)
    if not isinstance(fields, dict) or leaf(fields) != data:
        raise ValueError("not a leaf in its canonical form")
    return {member: fields[member] for member in MEMBERS}


def digest_of(salt: bytes, canonical_detail: bytes) -> str:
    """FORMAT.md §2: sha256(salt || JCS(detail)) behind "sha256:". It says nothing any more once the salt is destroyed."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return f"sha256:{hashlib.sha256(salt + canonical_detail).hexdigest()}"


def _plain(value: Field) -> Field:
    """Without the enum around a word or a number: canonical JSON takes the plain types only."""
    return int(value) if isinstance(value, int) else str(value)
