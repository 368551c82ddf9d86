"""The keyring of this deployment, in a file or in a PKCS#11 token: made on its very first use, and never a second time.

A marker beside the keyring file says that it was made, and of which kind: with other keys nothing opens that was sealed before, so
a keyring that is gone, and one of the other kind, is an error and no reason to make a new one.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from council.sealing.errors import KeyringUnavailable, gettext_noop
from council.sealing.keyring import FileKeyring, Keyring

LOST = gettext_noop(
    "鍵ファイル %(path)s がなくなっています。新しい鍵では何も開けないので、バックアップから戻してください。"
)
UNMARKED = gettext_noop(
    "鍵ファイルを作った印 %(path)s を書けないので（%(cause)s）、フォルダーの権限と空き容量を確かめてください。"
)
IN_A_TOKEN = gettext_noop(
    "この配備の鍵はトークンにあります（印 %(marker)s）。鍵ファイルでは何も開けないので、COUNCIL_KEYRING_PKCS11 の設定を戻してください。"
)
IN_A_FILE = gettext_noop(
    "この配備の鍵は鍵ファイルにあります（印 %(marker)s）。トークンの鍵では何も開けないので、COUNCIL_KEYRING_PKCS11 の設定を外してください。"
)
LOST_TOKEN = gettext_noop(
    "トークン「%(token)s」から鍵がなくなっています。新しい鍵では何も開けないので、トークンをバックアップから戻してください。"
)
ANOTHER_TOKEN = gettext_noop(
    "トークン「%(token)s」の鍵はこの配備の鍵ではありません（印 %(marker)s）。以前のトークンをつないでください。"
)
INCOMPLETE = gettext_noop("COUNCIL_KEYRING_TOKEN と COUNCIL_KEYRING_PIN の両方を設定してください。")
NO_LIBRARY = gettext_noop("PKCS#11 を使うための python-pkcs11 が入っていないので、入れてから起動し直してください。")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the keyring is: in the token when a module is given, else in the file. Markers lie beside the file."""

    file: Path
    module: str = ""
    token: str = ""
    pin: str = field(default="", repr=False)


_lock = threading.Lock()
_opened: dict[Place, Keyring] = {}


def keyring() -> Keyring:
    """The keyring that settings name, one per process and place; KeyringUnavailable when it is lost or unsafe."""
    place = _place()
    ring = _opened.get(place)
    if ring is None:
        with _lock:
            ring = _opened.get(place) or _opened.setdefault(place, _open_at(place))
    return ring


def place_in_words() -> str:
    """Where the keyring is, without anything secret: for operators."""
    place = _place()
    return f"token {place.token} ({Path(place.module).name})" if place.module else f"file {place.file.name}"


def marker_of(path: Path) -> Path:
    """The file that says that the keyring at `path` was made once. It holds nothing; only its presence counts."""
    return path.with_suffix(".made")


def token_marker_of(path: Path) -> Path:
    """The file that says that the keyring was made in a token, beside where a keyring file would be; it holds its identity."""
    return path.with_suffix(".token")


def _place() -> Place:
    file = Path(settings.KEYRING_FILE)
    if not settings.KEYRING_PKCS11:
        return Place(file)
    return Place(file, settings.KEYRING_PKCS11, settings.KEYRING_TOKEN, settings.KEYRING_PIN)


def _open_at(place: Place) -> Keyring:
    return _open_token(place) if place.module else _open(place.file)


def _open(path: Path) -> FileKeyring:
    if token_marker_of(path).exists():
        raise KeyringUnavailable(IN_A_TOKEN, marker=token_marker_of(path))
    if path.exists():
        ring = FileKeyring.load(path)
        # A keyring may lie in a folder that we may only read; there nobody could make a second one either.
        with suppress(KeyringUnavailable):
            _mark(marker_of(path))
        return ring
    if marker_of(path).exists():
        raise KeyringUnavailable(LOST, path=path)
    ring = FileKeyring.create(path)
    _mark(marker_of(path))
    return ring


def _open_token(place: Place) -> Keyring:
    marker = token_marker_of(place.file)
    if place.file.exists() or marker_of(place.file).exists():
        raise KeyringUnavailable(IN_A_FILE, marker=marker_of(place.file))
    if not place.token or not place.pin:
        raise KeyringUnavailable(INCOMPLETE)
    ring = _token_keyring(place)
    known = marker.read_text("ascii") if marker.exists() else ""
    if known and not ring.is_begun():
        raise KeyringUnavailable(LOST_TOKEN, token=place.token)
    ring.begin()
    if known and known != ring.identity():
        raise KeyringUnavailable(ANOTHER_TOKEN, token=place.token, marker=marker)
    _mark(marker, ring.identity())
    return ring


def _token_keyring(place: Place) -> Keyring:
    """By name: who keeps keys in a file needs no library for tokens, and spends no memory on one."""
    try:
        kind = import_string("council.sealing.pkcs11_keyring.Pkcs11Keyring")
    except ImportError:
        raise KeyringUnavailable(NO_LIBRARY) from None
    return kind(place.module, place.token, place.pin, lock=place.file.with_name(f".{place.file.name}.lock"))


def _mark(marker: Path, said: str = "") -> None:
    try:
        marker.touch(mode=0o600)
        if said and marker.read_text("ascii") != said:
            marker.write_text(said, "ascii")
    except OSError as error:
        raise KeyringUnavailable(UNMARKED, path=marker, cause=error.strerror) from None
