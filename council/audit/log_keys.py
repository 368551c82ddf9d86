"""The names and the keys of the logs. The keys follow from the keyring, so that there is no file to lose; a log keeps its first name."""

from council.access.tiers import Tier
from council.audit import cosignature
from council.audit.models import LogHead
from council.deployment import host
from council.keys import keyring
from council.sealing import note

TIERS = tuple(int(tier) for tier in Tier)


def log_name(tier: int) -> str:
    """What the log of a tier is called in addresses and folders."""
    return f"tier-{tier}"


def tier_of(name: str) -> int | None:
    """The tier whose log has this name, or None."""
    return next((tier for tier in TIERS if log_name(tier) == name), None)


def origin(tier: int) -> str:
    """The name under which the log of this tier signs: that of its first day, also when the portal has moved since."""
    return LogHead.objects.filter(pk=tier).values_list("origin", flat=True).first() or first_origin(tier)


def first_origin(tier: int) -> str:
    """The name of a log that begins now."""
    return f"{host()}/log/{log_name(tier)}"


def signer(tier: int, name: str) -> note.Signer:
    """The Ed25519 signer of the log called `name`; KeyringUnavailable without keys."""
    return note.Signer.from_seed(name, keyring().mac("audit.log", b"ed25519 %d" % tier))


def cosigner(tier: int, name: str) -> cosignature.Cosigner:
    """The log's second signer, ML-DSA-44; KeyringUnavailable without keys."""
    seed = keyring().mac("audit.log", b"ml-dsa-44 %d" % tier)
    return cosignature.Cosigner.from_seed(name, cosignature.ML_DSA_44, seed)


def verifiers(tier: int) -> tuple[note.Verifier, cosignature.Verifier]:
    """Both public keys of the log of a tier; as text they are the vkeys that auditors and witnesses hold."""
    name = origin(tier)
    return signer(tier, name).verifier, cosigner(tier, name).verifier
