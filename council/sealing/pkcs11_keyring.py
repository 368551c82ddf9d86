"""The keyring in a PKCS#11 token: keys are made, used and destroyed inside it and never leave it. FORMAT.md §3.1."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from pkcs11 import Mechanism

from council.sealing import token_objects
from council.sealing.errors import KeyringUnavailable, OpeningRefused, gettext_noop
from council.sealing.keyring import (
    DOES_NOT_FIT,
    KEY_BYTES,
    WRAP_BYTES,
    Scope,
    check_minimum,
    check_retirement,
    check_usable,
)
from council.sealing.token_objects import EPOCH, MINIMUM, Known
from council.sealing.token_session import Opened, Result, TokenSession

NO_KEYRING = gettext_noop("トークン「%(token)s」に鍵リングがないので、トークンをバックアップから戻してください。")
NOT_WHOLE = gettext_noop("トークン「%(token)s」の鍵リングが欠けているので、トークンをバックアップから戻してください。")
NOT_DESTROYED = gettext_noop("トークン「%(token)s」が古い鍵を消さなかったので、トークンの設定を確かめてください。")


class Pkcs11Keyring:
    """A keyring in a token. Threads and forked processes may share it; it opens a lost session again by itself."""

    kind = "pkcs11"
    # A process goes by the epochs it has read for so many seconds: reading them takes several calls to the token.
    lag = 1.0

    def __init__(self, module: str, token: str, pin: str, *, lock: str | os.PathLike[str]) -> None:
        """Reaches nothing yet. `lock` is a file through which the processes of this machine take turns; it holds nothing."""
        self._session = TokenSession(module, token, pin, Path(lock))

    def __repr__(self) -> str:
        return f"Pkcs11Keyring({self._session.module!r}, {self._session.token!r})"

    def begin(self) -> None:
        """Makes the keyring, with one epoch, unless the token holds one."""

        def begin(opened: Opened) -> None:
            with self._session.alone():
                if self._read(opened) is None:
                    token_objects.begin(opened)

        self._session.run(begin)

    def is_begun(self) -> bool:
        """Whether the token holds a keyring at all."""
        return self._session.run(self._read) is not None

    def identity(self) -> str:
        """The public name of this keyring, 32 hexadecimal digits: a copy of the token says the same, another does not."""
        return self._session.run(self._known).identity

    def current_epoch(self) -> int:
        return self._session.run(self._known).epochs[-1]

    def minimum_epoch(self) -> int:
        return self._session.run(self._known).minimum

    def epochs(self) -> tuple[int, ...]:
        return self._session.run(self._known).epochs

    def rotate(self) -> int:
        chosen: list[int] = []  # once, also when the session is lost half way and all this is asked again

        def rotate(opened: Opened, known: Known) -> int:
            if not chosen:
                chosen.append(known.epochs[-1] + 1)
            token_objects.add(opened, f"{EPOCH} {chosen[0]}")
            return chosen[0]

        return self._change(rotate)

    def set_minimum_epoch(self, epoch: int) -> None:
        def set_minimum(opened: Opened, known: Known) -> None:
            check_minimum(epoch, lowest=known.minimum, highest=known.epochs[-1])
            token_objects.add(opened, f"{MINIMUM} {epoch}")
            token_objects.remove_below(opened, MINIMUM, epoch)

        self._change(set_minimum)

    def retire_below(self, epoch: int) -> tuple[int, ...]:
        """As the protocol says. Backups of the token made earlier still hold the keys: they have to go too."""

        def retire(opened: Opened, known: Known) -> tuple[int, ...]:
            check_retirement(epoch, minimum=known.minimum)
            opened.keys.clear()
            for kek in token_objects.keks_below(opened, epoch):
                kek.destroy()
            if any(token_objects.keks_below(opened, epoch)):
                raise KeyringUnavailable(NOT_DESTROYED, token=self._session.token)
            token_objects.remove_below(opened, EPOCH, epoch)
            return tuple(number for number in known.epochs if number < epoch)

        return self._change(retire)

    def wrap(self, scope: Scope, key: bytes, aad: bytes) -> bytes:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a wrapped key has {KEY_BYTES} bytes")

        def wrap(opened: Opened) -> bytes:
            label = token_objects.kek_label(self._usable(opened, scope), scope)
            if not token_objects.keys(opened, label):
                self._make_kek(opened, label, scope)
            return token_objects.encrypt(opened, token_objects.keys(opened, label)[0], key, aad)

        return self._session.run(wrap)

    def unwrap(self, scope: Scope, wrapped: bytes, aad: bytes) -> bytes:
        def unwrap(opened: Opened) -> bytes:
            label = token_objects.kek_label(self._usable(opened, scope), scope)
            if len(wrapped) != WRAP_BYTES:
                raise OpeningRefused(DOES_NOT_FIT)
            for anew in (False, True):  # another machine may have made the key a moment ago
                for kek in token_objects.keys(opened, label, anew=anew):
                    if (key := token_objects.decrypt(opened, kek, wrapped, aad)) is not None:
                        return key
            raise OpeningRefused(DOES_NOT_FIT)

        return self._session.run(unwrap)

    def mac(self, purpose: str, data: bytes) -> bytes:
        def mac(opened: Opened) -> bytes:
            label = token_objects.mac_label(self._known(opened).identity, purpose)
            if not token_objects.keys(opened, label):
                with self._session.alone():
                    if not token_objects.keys(opened, label, anew=True):
                        token_objects.make_mac_key(opened, label)
            return token_objects.keys(opened, label)[0].sign(data, mechanism=Mechanism.SHA256_HMAC)

        return self._session.run(mac)

    def key_id(self, scope: Scope) -> str:
        """As the protocol says: a name of the scope in this keyring, whether or not its key was made yet."""
        return self._session.run(lambda opened: token_objects.kek_name(self._usable(opened, scope), scope))

    def _make_kek(self, opened: Opened, label: str, scope: Scope) -> None:
        """Looks once more, with the turn in hand, at the epochs and at the keys: both may have changed meanwhile."""
        with self._session.alone():
            opened.known = None
            self._usable(opened, scope)
            if not token_objects.keys(opened, label, anew=True):
                token_objects.make_kek(opened, label)

    def _usable(self, opened: Opened, scope: Scope) -> str:
        """The keyring's identity, which names its keys; OpeningRefused when the scope's epoch may not be used."""
        known = self._known(opened)
        check_usable(scope.epoch, held=known.epochs, minimum=known.minimum)
        return known.identity

    def _known(self, opened: Opened) -> Known:
        """The facts of the keyring, at most `lag` old; KeyringUnavailable when the token holds none."""
        if opened.known is None or time.monotonic() - opened.known_at >= self.lag:
            opened.known, opened.known_at = self._read(opened), time.monotonic()
        if opened.known is None:
            raise KeyringUnavailable(NO_KEYRING, token=self._session.token)
        return opened.known

    def _read(self, opened: Opened) -> Known | None:
        try:
            return token_objects.read(opened)
        except ValueError:
            raise KeyringUnavailable(NOT_WHOLE, token=self._session.token) from None

    def _change(self, change: Callable[[Opened, Known], Result]) -> Result:
        def run(opened: Opened) -> Result:
            with self._session.alone():
                opened.known = None
                known = self._known(opened)
                opened.known = None
                return change(opened, known)

        return self._session.run(run)
