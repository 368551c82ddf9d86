import json
import re
from pathlib import Path

import pytest

from council.audit import leaf
from council.audit.record import record
from council.keys import keyring, marker_of

FORMAT_PAGE = Path(leaf.__file__).with_name("FORMAT.md")
PERSON = "7f6d0b36-0d0c-4e06-8d0c-4b5a0f1f7c11"
ORGANISATION = "1b8e6c1c-52c5-4b0e-8a53-3f4f0a6f2d21"
BULLETIN = "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11"


@pytest.fixture(scope="session")
def vectors():
    return json.loads(re.search(r"```json\n(.*?)```", FORMAT_PAGE.read_text("utf-8"), re.DOTALL)[1])


@pytest.fixture
def own_keyring(settings, tmp_path):
    """A keyring file that the test may lose."""
    settings.KEYRING_FILE = tmp_path / "keyring.json"
    keyring()
    return settings.KEYRING_FILE


@pytest.fixture
def memory(settings, tmp_path):
    """The signer's memory of a test alone: logs that are rolled back are remembered otherwise."""
    settings.AUDIT_STATE = tmp_path / "signer" / "audit-signer.json"
    return settings.AUDIT_STATE


@pytest.fixture
def write():
    """Records that the person read the bulletin; keywords change what is recorded."""

    def write(action="bulletin.read", **change):
        facts = {"actor": PERSON, "organisation": ORGANISATION, "object": BULLETIN, "tier": 2, **change}
        return record(action, **facts)

    return write


@pytest.fixture
def marker(own_keyring):
    return marker_of(own_keyring)
