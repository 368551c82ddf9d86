"""Tokens of SoftHSM 2 in a folder of the test's own."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from pkcs11 import Attribute, ObjectClass

from council.sealing import token_session
from council.sealing.pkcs11_keyring import Pkcs11Keyring

PIN = "2718-pin"
PLACES = (
    "/usr/lib/softhsm",
    "/usr/lib/x86_64-linux-gnu/softhsm",
    "/usr/lib/aarch64-linux-gnu/softhsm",
    "/usr/lib64/pkcs11",
)
MODULE = next((str(path) for place in PLACES if (path := Path(place) / "libsofthsm2.so").exists()), "")

needs_softhsm = pytest.mark.skipif(
    not (MODULE and shutil.which("softhsm2-util")),
    reason="SoftHSM 2 is not installed (Debian: apt-get install softhsm2)",
)


def new_shelf(folder: Path, monkeypatch: pytest.MonkeyPatch, *, extra: str = "") -> Path:
    """A folder for tokens, and the module set up to look there and nowhere else. Returns where the tokens lie."""
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n{extra}")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    read_the_configuration()
    return tokens


def new_token(label: str) -> None:
    """Makes a token in the present shelf, by SoftHSM's own tool."""
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "3141-so-pin"]
    subprocess.run(command, check=True, capture_output=True, env=os.environ)
    read_the_configuration()


def read_the_configuration() -> None:
    """A module looks at its configuration and at the list of tokens when it begins."""
    if MODULE in token_session._modules:
        token_session._modules[MODULE].begin_again()


def end_the_session() -> None:
    """Ends what the process has with the token, as a restart of the token's daemon does."""
    with suppress(KeyError):
        token_session._modules[MODULE]._library.finalize()


def objects(ring: Pkcs11Keyring) -> list:
    """Everything that lies in the keyring's token."""
    return ring._session.run(lambda opened: list(opened.session.get_objects({Attribute.TOKEN: True})))


def secret_keys(ring: Pkcs11Keyring) -> list:
    return [each for each in objects(ring) if each[Attribute.CLASS] == ObjectClass.SECRET_KEY]


def begun(**given: object) -> Pkcs11Keyring:
    """The keyring of a token, made now when the token holds none."""
    ring = Pkcs11Keyring(**given)
    ring.begin()
    return ring
