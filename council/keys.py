"""The keyring of this deployment: made on its very first use, and never a second time."""

import threading
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from council.sealing.errors import KeyringUnavailable, gettext_noop
from council.sealing.keyring import FileKeyring, Keyring

LOST = gettext_noop(
    "鍵ファイル %(path)s がなくなっています。新しい鍵では何も開けないので、バックアップから戻してください。"
)
UNMARKED = gettext_noop(
    "鍵ファイルを作った印 %(path)s を書けないので（%(cause)s）、フォルダーの権限と空き容量を確かめてください。"
)

_lock = threading.Lock()
_opened: dict[Path, FileKeyring] = {}


def keyring() -> Keyring:
    """The keyring at settings.KEYRING_FILE, one per process and path; KeyringUnavailable when it is lost or unsafe."""
    path = Path(settings.KEYRING_FILE)
    ring = _opened.get(path)
    if ring is None:
        with _lock:
            ring = _opened.setdefault(path, _open(path))
    return ring


def marker_of(path: Path) -> Path:
    """The file that says that the keyring at `path` was made once. It holds nothing; only its presence counts."""
    return path.with_suffix(".made")


def _open(path: Path) -> FileKeyring:
    if path.exists():
        ring = FileKeyring.load(path)
        # A keyring may lie in a folder that we may only read; there nobody could make a second one either.
        with suppress(KeyringUnavailable):
            _mark(path)
        return ring
    if marker_of(path).exists():
        raise KeyringUnavailable(LOST, path=path)
    ring = FileKeyring.create(path)
    _mark(path)
    return ring


def _mark(path: Path) -> None:
    try:
        marker_of(path).touch(mode=0o600)
    except OSError as error:
        raise KeyringUnavailable(UNMARKED, path=marker_of(path), cause=error.strerror) from None
