"""Who signs packages, and the log they say their release is in. The signing key follows from the keyring, so it is no file to lose."""

import os
from pathlib import Path

from django.conf import settings

from council.audit import log_keys
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


def leave_vkey() -> None:
    """Writes the verifier key beside the deployment's things, unless it lies there already."""
    line, path = vkey() + "\n", vkey_file()
    if not path.is_file() or path.read_text(encoding="utf-8") != line:
        write_whole(path, line.encode())
        os.chmod(path, 0o644)


def log_origin(tier: int) -> str:
    """The name of the audit log that holds the releases of packages of this tier: one log for each tier."""
    return log_keys.origin(tier)
