"""Keys at each of their steps, built without acting: no event is written, nobody is told."""

import base64
import io
from datetime import timedelta

from django.utils import timezone

from accounts import founding_keys as founding
from accounts.key_challenge import new_challenge
from accounts.models import Organisation, RecipientKey, User
from council.sealing import age
from council.sealing.age_keys import Identity, Kind, generate_identity

HYBRID, CLASSIC = generate_identity(), generate_identity(Kind.CLASSIC)
LONG_AGO = timedelta(days=90)


def registered(
    of: Organisation, *holders: User, by: User | None = None, identity: Identity | None = None, days_ago: int = 0
) -> RecipientKey:
    """A key that waits for its proof."""
    recipient = (identity or generate_identity(Kind.CLASSIC)).recipient
    challenge, digest = new_challenge(recipient)
    at = timezone.now() - timedelta(days=days_ago)
    facts = {"registered_at": at, "registered_by": by, "challenge": challenge, "answer_digest": digest}
    return founding.write_key(of, recipient, holders, **facts)


def proved(of: Organisation, *holders: User, by: User | None = None, identity: Identity | None = None) -> RecipientKey:
    """A key that waits for two people."""
    key = registered(of, *holders, by=by, identity=identity)
    key.proved_at, key.challenge, key.answer_digest = timezone.now(), "", ""
    key.save()
    return key


def in_use(of: Organisation, *holders: User, identity: Identity | None = None) -> RecipientKey:
    """A key that has been in use for a long time."""
    recipient = (identity or generate_identity(Kind.CLASSIC)).recipient
    return founding.found_key(of, str(recipient), holders, now=timezone.now() - LONG_AGO)


def opened(challenge: str, identity: Identity) -> str:
    """What the kernel finds in an armoured challenge."""
    first, *lines, last, end = challenge.split("\n")
    assert (first, last, end) == ("-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----", "")
    reader, writer = io.BytesIO(base64.b64decode("".join(lines), validate=True)), io.BytesIO()
    age.decrypt_payload(age.open_header(age.split_header(reader), identity), reader, writer)
    return writer.getvalue().decode()
