"""A whole portal with its keys in a token: web, worker and scheduler in processes of their own, and a rotation while they run."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.portal import ROOT, Portal, deployment, serving
from tests.sealing import tokens

pytestmark = [tokens.needs_softhsm, pytest.mark.timeout(600)]

WORDS = "変電所の設定を確かめてください。"
BEGIN = "import django; django.setup(); from council import rotation; print(rotation.begin())"


@dataclass
class TokenPortal(Portal):
    """A deployment that is given a token; its PIN lies in a file."""

    pin_file: Path = Path()

    @property
    def environment(self):
        given = {"COUNCIL_KEYRING_PKCS11": tokens.MODULE, "COUNCIL_KEYRING_TOKEN": "council"}
        return {**super().environment, **given, "COUNCIL_KEYRING_PIN_FILE": str(self.pin_file)}


@pytest.fixture
def portal(tmp_path, monkeypatch):
    tokens.new_shelf(tmp_path / "softhsm", monkeypatch)
    tokens.new_token("council")
    pin = tmp_path / "pin"
    pin.write_text(tokens.PIN + "\n")
    monkeypatch.setattr("tests.portal.Portal", lambda *given: TokenPortal(*given, pin_file=pin))
    with deployment(tmp_path / "portal") as made:
        yield made


def world():
    people = [
        {"key": "pub", "email": "pub@office.example", "org": "office", "roles": ["publisher"], "tier": 2},
        {"key": "app", "email": "app@office.example", "org": "office", "roles": ["approver"], "tier": 2},
        {"key": "kato", "email": "kato@acme.example", "org": "acme", "roles": ["member"], "tier": 2},
    ]
    organisations = [
        {"key": "office", "kind": "agency", "name": "官民協議会 事務局"},
        {"key": "acme", "kind": "company", "name": "アクメ素材株式会社"},
    ]
    bulletin = {
        "key": "b",
        "title": "架空の題名",
        "tier": 2,
        "parts": [{"text": WORDS, "tier": 2}],
        "by": "pub",
        "approved_by": "app",
    }
    released = {"released_to": {"organisations": ["acme"]}, "state": "published"}
    return {
        "organisations": organisations,
        "subcommittees": [],
        "people": people,
        "bulletins": [{**bulletin, **released}],
    }


def keys_of(portal):
    return json.loads(portal.manage("crypto_inventory").stdout)["keys"]


def test_the_portal_reads_and_writes_with_a_token_and_its_worker_rotates_the_keys(portal):
    made = portal.load(world())
    reading = {"path": f"/api/v1/bulletins/{made['ids']['b']}/", "token": made["tokens"]["kato"]}
    assert keys_of(portal)["keyring"]["place"] == "token council (libsofthsm2.so)"
    assert not (portal.folder / "keyring.json").exists()
    with serving(portal):
        assert WORDS in portal.call("GET", **reading).text
        begun = subprocess.run(
            [sys.executable, "-c", BEGIN], cwd=ROOT, env=portal.environment, text=True, capture_output=True, check=True
        )
        assert begun.stdout.strip() == "2"
        until = time.monotonic() + 120
        while keys_of(portal)["keyring"]["minimum_epoch"] == 1 and time.monotonic() < until:
            assert WORDS in portal.call("GET", **reading).text
        held = keys_of(portal)
        assert (held["keyring"]["minimum_epoch"], {row["epoch"] for row in held["wraps"]}) == (2, {2})
        portal.manage("rotate_keys", "--retire")
        assert WORDS in portal.call("GET", **reading).text
    assert keys_of(portal)["keyring"]["epochs"] == [3]
    assert tokens.PIN not in (portal.folder / "serve.log").read_text()
