"""One logged-in session with a PKCS#11 token, for all threads of a process; opened again when it was lost and after a fork.

python-pkcs11 initialises modules without locks of their own (C_Initialize with NULL), so every call into any module is made under
one lock of this process.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from pkcs11 import _pkcs11, exceptions

from council.sealing.errors import KeyringUnavailable, gettext_noop

NO_MODULE = gettext_noop("PKCS#11 モジュール %(module)s を使い始められないので、場所、権限、設定を確かめてください。")
NO_TOKEN = gettext_noop("トークン「%(token)s」が見つからないので、接続と名前を確かめてください。")
TWO_TOKENS = gettext_noop("「%(token)s」という名前のトークンがいくつもあるので、名前を分けてください。")
WRONG_PIN = gettext_noop("トークン「%(token)s」の PIN が違うので、設定を直してから起動し直してください。")
LOCKED_PIN = gettext_noop(
    "トークン「%(token)s」の PIN が使えなくなっているので、解除を受けてから起動し直してください。"
)
NO_ANSWER = gettext_noop("トークン「%(token)s」が応答しないので（%(cause)s）、接続を確かめてください。")
NO_LOCK = gettext_noop(
    "トークンを使う順番を決めるファイル %(path)s を開けないので（%(cause)s）、権限を確かめてください。"
)

Result = TypeVar("Result")

_SAID = {
    exceptions.NoSuchToken: NO_TOKEN,
    exceptions.MultipleTokensReturned: TWO_TOKENS,
    exceptions.PinIncorrect: WRONG_PIN,
    exceptions.PinInvalid: WRONG_PIN,
    exceptions.PinLenRange: WRONG_PIN,
    exceptions.PinLocked: LOCKED_PIN,
    exceptions.PinExpired: LOCKED_PIN,
    exceptions.UserPinNotInitialized: LOCKED_PIN,
}
# A token locks itself after a few wrong PINs: these are not tried twice in the life of a process.
_NEVER_AGAIN = {WRONG_PIN, LOCKED_PIN}

_lock = threading.RLock()
# Nobody forks in the middle of a call: the child would inherit a module, and a lock, that nobody brings to an end.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class _Module:
    """A loaded module. `generation` moves on whenever every session and handle of before has become void."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.generation = 0
        self._pid = os.getpid()
        self._left: list[object] = []  # never finalised: that would end what took its place
        self._library: _pkcs11.lib | None = None

    def library(self) -> _pkcs11.lib:
        """The module, initialised for this process. PKCS11Error when it can't be."""
        before, self._pid = self._pid, os.getpid()
        if self._library is None:
            self._library = pkcs11.lib(self.path)
        elif before != self._pid:
            self._begin_as_a_child()
        self._library.initialize()  # does nothing where that is done
        return self._library

    def is_loaded(self) -> bool:
        return self._library is not None

    def is_of(self, generation: int) -> bool:
        """Whether what was opened in this generation is still good in this process."""
        return generation == self.generation and self._pid == os.getpid()

    def begin_again(self) -> None:
        """Drops every session: only a module that starts afresh sees tokens that have come back."""
        self.generation += 1
        if self._library is not None:
            with suppress(pkcs11.PKCS11Error):
                self._library.finalize()

    def _begin_as_a_child(self) -> None:
        """A child calls C_Initialize itself (PKCS#11 Usage Guide 2.40, 2.5.2) and leaves alone what is its parent's.

        Modules that do not notice the fork say that they are initialised already; those begin again.
        """
        self.generation += 1
        try:
            fresh = _pkcs11.lib(self.path)
        except pkcs11.PKCS11Error:
            self.begin_again()
        else:
            self._left.append(self._library)
            self._library = fresh


_modules: dict[str, _Module] = {}


class Opened:
    """A session with a token, and what was looked up in it: handles are worth nothing in any other session."""

    def __init__(self, session: pkcs11.Session) -> None:
        self.session = session
        self.keys: dict[str, list[pkcs11.SecretKey]] = {}
        self.known: Any = None  # what its user remembers of it, and since when (time.monotonic)
        self.known_at = 0.0


class TokenSession:
    """The way to one token. The PIN is kept to open the session again; it is in no message and no repr."""

    def __init__(self, module: str, token: str, pin: str, lock: Path) -> None:
        """`lock` is a file through which the processes of this machine take turns; it holds nothing."""
        self.module = module
        self.token = token
        self._pin = pin
        self._lock = lock
        self._refused = ""
        self._opened: Opened | None = None
        self._generation = -1

    def __repr__(self) -> str:
        return f"TokenSession({self.module!r}, {self.token!r})"

    def run(self, work: Callable[[Opened], Result]) -> Result:
        """What `work` makes of the open session, alone in this process. It is asked again when the session was lost.

        KeyringUnavailable when the token can't be reached; what `work` raises that is no PKCS11Error goes through.
        """
        with _lock:
            module = _modules.setdefault(self.module, _Module(self.module))
            try:
                return work(self._open(module))
            except pkcs11.PKCS11Error as error:
                self._give_up_on_the_pin(error)
            module.begin_again()
            try:
                return work(self._open(module))
            except pkcs11.PKCS11Error as error:
                self._opened = None
                self._give_up_on_the_pin(error)
                raise self._unavailable(module, error) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process of this machine at a time; inside run(), never around it."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise KeyringUnavailable(NO_LOCK, path=self._lock, cause=error.strerror) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _open(self, module: _Module) -> Opened:
        if self._refused:
            raise KeyringUnavailable(self._refused, token=self.token)
        if self._opened is None or not module.is_of(self._generation):
            self._opened = None
            # SoftHSM rewrites the token's file at each login, and who reads the list of tokens meanwhile does not see it.
            with self.alone():
                library = module.library()
                self._opened = Opened(self._log_in(library.get_token(token_label=self.token)))
            self._generation = module.generation
        return self._opened

    def _log_in(self, token: pkcs11.Token) -> pkcs11.Session:
        try:
            return token.open(rw=True, user_pin=self._pin)
        except exceptions.UserAlreadyLoggedIn:
            return token.open(rw=True)  # the login is the process's, not the session's

    def _give_up_on_the_pin(self, error: pkcs11.PKCS11Error) -> None:
        if (sentence := _SAID.get(type(error))) in _NEVER_AGAIN:
            self._refused = sentence
            raise KeyringUnavailable(sentence, token=self.token) from None

    def _unavailable(self, module: _Module, error: pkcs11.PKCS11Error) -> KeyringUnavailable:
        if not module.is_loaded():
            return KeyringUnavailable(NO_MODULE, module=self.module)
        sentence = _SAID.get(type(error), NO_ANSWER)
        return KeyringUnavailable(sentence, token=self.token, cause=type(error).__name__)
