"""Who signs packages, and the log they say their release is in. The signing key follows from the keyring, so it is no file to lose."""

import os
from pathlib import Path

from django.conf import settings

from council.audit import log_keys
from council.audit.models import LogHead
from council.broker import write_whole
from council.deployment import host
from council.keys import keyring
from council.sealing.note import Signer

# The purpose names the key: another number is another key.
_PURPOSE, _NUMBER = "package.signer", b"1"


def signer() -> Signer:
    """The Ed25519 signer of this deployment's packages; KeyringUnavailable without keys."""
    return Signer.from_seed(f"{host()}/packages", keyring().mac(_PURPOSE, _NUMBER))


def vkey() -> str:
    """The verifier key that whoever opens packages needs, as one line."""
    return str(signer().verifier)


def vkey_file() -> Path:
    """Where the opener of this very deployment finds the verifier key."""
    return settings.COUNCIL_DATA / "package.vkey"


def log_vkeys() -> list[str]:
    """The verifier keys of the audit logs, one for each tier: with them whoever opens packages checks that the release is in the log."""
    begun = dict(LogHead.objects.values_list("tier", "origin"))
    names = {tier: begun.get(tier) or log_keys.first_origin(tier) for tier in log_keys.TIERS}
    return [str(log_keys.signer(tier, name).verifier) for tier, name in names.items()]


def log_vkey_file() -> Path:
    """Where the opener of this very deployment finds the keys of the logs."""
    return settings.COUNCIL_DATA / "log.vkey"


def leave_vkeys() -> None:
    """Writes the verifier keys beside the deployment's things, unless they lie there already."""
    _leave(vkey_file(), [vkey()])
    _leave(log_vkey_file(), log_vkeys())


def _leave(path: Path, vkeys: list[str]) -> None:
    text = "".join(f"{each}\n" for each in vkeys)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_whole(path, text.encode())
        os.chmod(path, 0o644)


def log_origin(tier: int) -> str:
    """The name of the audit log that holds the releases of packages of this tier: one log for each tier."""
    return log_keys.origin(tier)
