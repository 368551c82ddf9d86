"""Typed readers for settings: each value may come from NAME or from the file named by NAME_FILE, and bad values stop the boot."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()
# Where each setting that was read came from, for `manage.py doctor`: "environment", "file" or "default", and its value.
origins: dict[str, tuple[str, str]] = {}
# What the files said whose paths are settings, as SHA-256: a file can change while its path stays.
digests: dict[str, str] = {}

_SECRET = ("KEY", "PASSWORD", "TOKEN", "URL", "IDENTITY")
# An address that everybody knows, the names of files and of a token, a number of hours.
_PLAIN = (
    "COUNCIL_URL",
    "COUNCIL_KEYRING",
    "COUNCIL_KEYRING_PKCS11",
    "COUNCIL_KEYRING_TOKEN",
    "COUNCIL_KEY_DELAY_HOURS",
)


def may_be_secret(name: str) -> bool:
    """Whether the value of the setting must be shown to nobody and written nowhere."""
    return name not in _PLAIN and any(word in name for word in _SECRET)


def text(name: str, default: str = "") -> str:
    """The setting as text, without surrounding white space (files end with a newline)."""
    value = env.str(name, default=default).strip()
    origin = "file" if f"{name}_FILE" in os.environ else "environment" if name in os.environ else "default"
    origins[name] = (origin, value)
    return value


def number(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number within [low, high]; ImproperlyConfigured otherwise."""
    raw = text(name, str(default))
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {raw!r}.")
    return int(raw)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of the allowed words; ImproperlyConfigured otherwise."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """yes/no, true/false, on/off, 1/0."""
    return choice(name, "1" if default else "0", ("1", "0", "yes", "no", "true", "false", "on", "off")) in {
        "1", "yes", "true", "on",
    }  # fmt: skip


def structure(name: str) -> object:
    """What the JSON says that is the setting, or that lies in the file whose path it is; None when it is not given.

    ImproperlyConfigured for a file that can't be read and for what is no JSON.
    """
    raw = text(name)
    if raw and raw[0] not in "{[":
        try:
            raw = Path(raw).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"{name} names a file that can't be read: {raw!r}.") from error
        digests[name] = hashlib.sha256(raw.encode()).hexdigest()
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError) as error:
        raise ImproperlyConfigured(f"{name} can't be read as JSON: {error}.") from error


def host_and_port(name: str, port: int) -> tuple[str, int]:
    """`host`, `host:port` or `[address]:port`; an empty host where nothing is given. ImproperlyConfigured for anything else."""
    value = text(name)
    try:
        parts = urlsplit(f"//{value}")
        host, given = parts.hostname or "", parts.port
    except ValueError:
        host, given = "", None
    if value and (not host or parts.netloc != value or given == 0 or any(char in "@ \t" for char in value)):
        raise ImproperlyConfigured(f"{name} must be a host or host:port, not {value!r}.")
    return host, given or port


def folder(name: str, default: Path) -> Path:
    """The folder that the setting names, made private when it does not exist yet; ImproperlyConfigured for an empty name."""
    value = text(name, str(default))
    if not value:
        raise ImproperlyConfigured(
            f"{name} is empty: the folder of whoever starts the portal would be taken. Unset it."
        )
    return private_folder(Path(value).resolve())


def private_folder(path: Path) -> Path:
    """The folder, made readable for its owner alone when it does not exist yet."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def kept_secret(path: Path) -> str:
    """A random secret that stays in a 0600 file: made once, read ever after, also by two processes that start together."""
    private_folder(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            draft.unlink()
            return path.read_text().strip()
        draft.unlink()
    return path.read_text().strip()
