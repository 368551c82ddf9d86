"""Rotations of whole deployments: a process that is killed half way, and a copy of the database from before."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from council.sealing.age_keys import Kind, generate_identity
from tests.portal import ROOT, Portal, deployment

WORDS = "変電所の設定を確かめてください。"
KILLED = -9
# Opens every part that the database of the deployment holds, and says how many open and how many do not.
LOOK = """
import django, json
django.setup()
from bulletins import sealed
from bulletins.models import Part, PartWrap
from council.sealing.errors import OpeningRefused
found = {}
for part in Part.unrestricted.select_related("revision__bulletin"):
    try:
        sealed.open_parts([part])
        how = "open"
    except (OpeningRefused, sealed.KeysDestroyed) as refused:
        how = type(refused).__name__
    found.setdefault(str(part.revision.bulletin_id), []).append(how)
print(json.dumps(found))
"""


class TestPortal(Portal):
    """A deployment that says it is a test, so that it can be killed at a named step."""

    __test__ = False

    @property
    def environment(self):
        return {**super().environment, "COUNCIL_DEPLOYMENT": "test"}


def world():
    """Two bulletins of the same label, published to a company with a key."""
    people = [
        {"key": "pub", "email": "pub@office.example", "org": "office", "roles": ["publisher"], "tier": 2},
        {"key": "app", "email": "app@office.example", "org": "office", "roles": ["approver"], "tier": 2},
        {"key": "kato", "email": "kato@acme.example", "org": "acme", "roles": ["member"], "tier": 2},
    ]
    company = {
        "key": "acme",
        "kind": "company",
        "name": "アクメ素材株式会社",
        "recipient": str(generate_identity(Kind.CLASSIC).recipient),
    }
    facts = {
        "tier": 2,
        "by": "pub",
        "approved_by": "app",
        "released_to": {"organisations": ["acme"]},
        "state": "published",
    }
    bulletins = [
        {
            "key": key,
            "title": f"架空の題名 {key}",
            "parts": [{"text": WORDS, "tier": 2}, {"text": WORDS, "tier": 1}],
            **facts,
        }
        for key in ("recalled", "kept")
    ]
    office = {"key": "office", "kind": "agency", "name": "官民協議会 事務局"}
    return {"organisations": [office, company], "subcommittees": [], "people": people, "bulletins": bulletins}


@pytest.fixture
def portal(tmp_path):
    with deployment(tmp_path / "portal") as plain:
        yield TestPortal(plain.folder, plain.port, plain.database_url)


def look(portal):
    """Bulletin -> how each of its parts opens."""
    words = [sys.executable, "-c", LOOK]
    done = subprocess.run(words, cwd=ROOT, env=portal.environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def inventory(portal):
    return json.loads(portal.manage("crypto_inventory").stdout)["keys"]


def epochs(portal):
    return {row["epoch"] for row in inventory(portal)["wraps"]}


def test_a_rotation_that_was_killed_goes_on_and_nothing_is_lost(portal, monkeypatch):
    portal.load(world())
    before = look(portal)
    assert all(how == "open" for parts in before.values() for how in parts)
    monkeypatch.setenv("FAILPOINT", "rewrap.batch_written@2")  # with one batch made anew, and another about to be
    portal.manage("rotate_keys", "--retire", expect=KILLED)
    half_way = inventory(portal)
    assert epochs(portal) == {1, 2}
    assert sum(half_way["keyring"]["left_to_rewrap"].values()) > 0
    assert (half_way["keyring"]["minimum_epoch"], look(portal)) == (1, before)
    portal.manage("rotate_keys", "--retire")
    assert inventory(portal)["keyring"]["epochs"] == [2]
    assert (epochs(portal), look(portal)) == ({2}, before)


def test_a_copy_of_the_database_from_before_a_recall_opens_nothing(portal, tmp_path):
    if portal.database_url:
        pytest.skip("a database server is not copied as a file; test_rotation puts the rows of a copy back there too")
    made = portal.load(world())
    copy = tmp_path / "copy"
    shutil.copytree(portal.folder, copy)
    with (
        closing(sqlite3.connect(portal.folder / "council.sqlite3")) as live,
        closing(sqlite3.connect(copy / "council.sqlite3")) as file,
    ):
        live.backup(file)
    recall = (
        "import django; django.setup(); from uuid import UUID; from accounts.models import User; "
        "from bulletins.actions.close import recall; "
        f"recall(UUID('{made['ids']['recalled']}'), acting_user=User.objects.get(email='pub@office.example'))"
    )
    subprocess.run([sys.executable, "-c", recall], cwd=ROOT, env=portal.environment, check=True, capture_output=True)
    portal.manage("rotate_keys", "--retire")
    assert set(look(portal)[made["ids"]["recalled"]]) == {"KeysDestroyed"}
    assert set(look(portal)[made["ids"]["kept"]]) == {"open"}

    restored = TestPortal(copy, portal.port, portal.database_url)
    with_its_own_keys = look(restored)
    os.replace(portal.folder / "keyring.json", copy / "keyring.json")
    assert set(with_its_own_keys[made["ids"]["recalled"]]) == {"open"}
    assert {how for parts in look(restored).values() for how in parts} == {"OpeningRefused"}
