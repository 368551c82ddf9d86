"""Identifiers that people and programs see: random, so that neither order nor gaps say anything."""

import secrets
import uuid

# Without I, L, O, U, 0 and 1: read over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def opaque_id() -> uuid.UUID:
    """A random UUID (version 4)."""
    return uuid.UUID(bytes=secrets.token_bytes(16), version=4)


def reference(prefix: str, length: int = 4) -> str:
    """A reference such as SC-7KQ4: two letters for the kind, then random letters and digits."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"
