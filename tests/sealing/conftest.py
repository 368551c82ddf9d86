import json
import re
from pathlib import Path

import pytest

from council.sealing import envelope
from council.sealing.envelope import Binding
from council.sealing.keyring import FileKeyring
from tests.sealing import tokens

FORMAT_PAGE = Path(envelope.__file__).with_name("FORMAT.md")


@pytest.fixture(scope="session")
def ring(tmp_path_factory):
    """A keyring that no test changes."""
    return FileKeyring.create(tmp_path_factory.mktemp("keys") / "keyring.json")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keyring.json"


@pytest.fixture
def own(path):
    """A keyring that the test may change."""
    return FileKeyring.create(path)


@pytest.fixture
def binding():
    return Binding(object="o-1", revision=3, part=2, tier=2, subcommittees=("s-1", "s-2"), purpose="text")


@pytest.fixture(scope="session")
def vectors():
    return json.loads(re.search(r"```json\n(.*?)```", FORMAT_PAGE.read_text("utf-8"), re.DOTALL)[1])


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Where the tokens of this test lie; one of them is called council."""
    where = tokens.new_shelf(tmp_path / "softhsm", monkeypatch)
    tokens.new_token("council")
    return where


@pytest.fixture
def given(shelf, tmp_path):
    """What a keyring in that token is opened with."""
    return {"module": tokens.MODULE, "token": "council", "pin": tokens.PIN, "lock": tmp_path / "lock"}


@pytest.fixture
def in_token(given):
    """A keyring in a token that the test may change."""
    return tokens.begun(**given)
