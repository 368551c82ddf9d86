"""The public keys that whoever checks the records elsewhere has to hold, in a form that two people can compare by telephone."""

import hashlib
from dataclasses import dataclass

from django.conf import settings

from council.audit import log_keys
from council.templatetags.portal import tier_short

_GROUP, _SPOKEN = 4, 32


@dataclass(frozen=True, slots=True)
class Key:
    """A verifier key as its one line of text, what it belongs to, and the digits to read out."""

    owner: str
    vkey: str

    @property
    def spoken(self) -> str:
        """The first 128 bits of SHA-256 over the line, in eight groups of four digits."""
        digits = hashlib.sha256(self.vkey.encode()).hexdigest()[:_SPOKEN]
        return " ".join(digits[start : start + _GROUP] for start in range(0, _SPOKEN, _GROUP))


def log_keys_shown() -> list[Key]:
    """The Ed25519 keys of the logs, which every checker knows; KeyringUnavailable without keys."""
    return [Key(tier_short(tier), str(log_keys.verifiers(tier)[0])) for tier in log_keys.TIERS]


def second_keys() -> list[Key]:
    """The ML-DSA-44 keys of the logs: long lines, for the file of keys."""
    return [Key(tier_short(tier), str(log_keys.verifiers(tier)[1])) for tier in log_keys.TIERS]


def witness_keys() -> list[Key]:
    """The keys of the witnesses that this deployment asks."""
    return [Key(each["vkey"].partition("+")[0], each["vkey"]) for each in settings.AUDIT_WITNESSES]
