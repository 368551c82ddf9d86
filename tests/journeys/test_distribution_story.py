"""A bulletin's way out, with every process running: sealed, told, fetched, opened offline, answered, recalled, handed back."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from council.sealing.age_keys import Identity, Kind, generate_identity
from tests.journeys.test_main_story import WORLD, rows_of
from tests.portal import ROOT, Portal

pytestmark = pytest.mark.timeout(300)
CANARY = f"カナリア{secrets.token_hex(8)}"


@pytest.fixture(scope="module")
def identity() -> Identity:
    return generate_identity(Kind.HYBRID)


@pytest.fixture(scope="module")
def world(portal: Portal, identity: Identity) -> dict:
    organisations = [
        {**row, "recipient": str(identity.recipient)} if row["key"] == "acme" else row for row in WORLD["organisations"]
    ]
    return portal.load({**WORLD, "organisations": organisations})


@pytest.fixture(scope="module")
def bulletin(portal: Portal, world: dict) -> str:
    """Published through the API with a standard deadline; its id."""
    draft = {
        "kind": "alert", "title": f"題名{CANARY}", "tier": 2, "floor": 1, "floor_title": "公表できる題名",
        "standard_deadline": True, "released_to": {"organisations": [world["ids"]["acme"], world["ids"]["other"]]},
        "parts": [
            {"text": "だれにでも言えること", "tier": 1},
            {"text": f"本文{CANARY}", "tier": 2},
            {"text": "付", "tier": 2, "kind": "attachment", "attachment": {"name": f"{CANARY}.txt", "text": f"添付{CANARY}"}},
        ],
    }  # fmt: skip
    pub, app = world["tokens"]["pub"], world["tokens"]["app"]
    made = portal.call("POST", "/api/v1/bulletins/", token=pub, data=draft)
    assert made.status == 201, made.text
    path = f"/api/v1/bulletins/{made.json['id']}"
    for verb, token in (("submit", pub), ("approve", app), ("publish", pub)):
        assert portal.call("POST", f"{path}/{verb}/", token=token).status == 200, verb
    return made.json["id"]


def until(holds: Callable[[], object], seconds: float = 60) -> object:
    """What `holds` gives once it is true; fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError("it never came to hold")


@pytest.fixture(scope="module")
def package(portal: Portal, world: dict, bulletin: str) -> dict:
    """The package as the organisation's program finds it."""

    def listed() -> list[dict]:
        rows = portal.call("GET", "/api/v1/packages/", token=world["tokens"]["two"]).json["results"]
        return [row for row in rows if row["bulletin"] == bulletin]

    return until(listed)[0]


def fetched(portal: Portal, token: str, package: str, folder: Path) -> Path:
    folder.mkdir()
    names = {"manifest": "manifest.json", "signature": "manifest.sig", "age": "age", "proof": "tlog-proof"}
    for which, suffix in names.items():
        answer = portal.call("GET", f"/api/v1/packages/{package}/{which}/", token=token)
        assert answer.status == 200, which
        (folder / f"{package}.{suffix}").write_bytes(answer.body)
    return folder


def opener(portal: Portal, folder: Path, identity: Identity, out: Path) -> subprocess.CompletedProcess[str]:
    keys = out.with_suffix(".txt")
    keys.write_text(f"# vkey: {(portal.folder / 'package.vkey').read_text()}\n{identity.text()}\n", encoding="utf-8")
    words = [sys.executable, "-m", "council.sealing.open", str(folder), "--identity", str(keys), "--out", str(out)]
    return subprocess.run(words, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False)


def test_the_package_opens_offline_and_holds_every_part(portal, world, package, identity, tmp_path) -> None:
    folder = fetched(portal, world["tokens"]["two"], package["id"], tmp_path / "in")
    done = opener(portal, folder, identity, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert f"本文{CANARY}" in (tmp_path / "out" / "bulletin.md").read_text("utf-8")
    assert [path.read_text("utf-8") for path in (tmp_path / "out" / "attachments").iterdir()] == [f"添付{CANARY}"]


def test_nobody_else_opens_it_and_no_half_of_it_is_left(portal, world, package, tmp_path) -> None:
    folder = fetched(portal, world["tokens"]["two"], package["id"], tmp_path / "in")
    done = opener(portal, folder, generate_identity(Kind.HYBRID), tmp_path / "out")
    assert (done.returncode, (tmp_path / "out").exists()) == (1, False)


@pytest.mark.parametrize("who", ["one", "outside", "auditor", "pub"])
def test_who_may_not_have_it_gets_the_answer_of_an_unknown_id(portal, world, package, who) -> None:
    never = "00000000-0000-4000-8000-000000000000"
    answers = [
        portal.call("GET", f"/api/v1/packages/{each}/age/", token=world["tokens"][who])
        for each in (package["id"], never)
    ]
    assert [answer.status for answer in answers] == [404, 404]
    bodies = [answer.text.replace(package["id"], never) for answer in answers]
    assert len({body.split('"instance"')[0] for body in bodies}) == 1


def test_everybody_who_reads_it_is_told_by_mail_without_a_word_of_it(portal, bulletin) -> None:
    def mails() -> list[str]:
        return [path.read_text("utf-8") for path in (portal.folder / "mail").glob("*.eml")]

    until(lambda: {name for name in ("two@acme", "one@acme", "out@other") if any(name in mail for mail in mails())} == {
        "two@acme", "one@acme", "out@other"
    })  # fmt: skip
    assert not any(CANARY in mail for mail in mails())


def test_opened_acknowledged_and_answered_are_three_facts_on_the_board(portal, world, bulletin, package) -> None:
    path, two, pub = f"/api/v1/bulletins/{bulletin}", world["tokens"]["two"], world["tokens"]["pub"]

    def row() -> dict:
        rows = portal.call("GET", f"{path}/deliveries/", token=pub).json["results"]
        return next(each for each in rows if "アクメ" in str(each["organisation"]))

    seen = []
    for method, place, data in (
        ("GET", "/", None), ("POST", "/acknowledge/", {}), ("POST", "/answer/", {"value": "not_applicable"}),
    ):  # fmt: skip
        assert portal.call(method, f"{path}{place}", token=two, data=data).status in (200, 201)
        seen.append(row()["state"])
    assert seen == ["opened", "acknowledged", "not_applicable"]


def test_nothing_above_tier_one_lies_anywhere(portal, world, bulletin, package) -> None:
    """The folder (database, mails, broker, logs, files), every row, Redis, and the folder for temporary files."""
    holding = [path for path in portal.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert holding == []
    assert not any(CANARY in row or CANARY.encode().hex() in row for row in rows_of(portal))
    if portal.environment.get("REDIS_URL"):
        store = redis.Redis.from_url(portal.environment["REDIS_URL"])
        assert not any(CANARY.encode() in store.dump(key) for key in store.scan_iter())
        store.close()
    assert [path for path in Path(os.environ.get("TMPDIR", "/tmp")).iterdir() if _holds(path)] == []


def _holds(path: Path) -> bool:
    """Others work in that folder too: what is gone by now, or is theirs alone, holds nothing of ours."""
    with suppress(OSError):
        return path.is_file() and path.stat().st_size < 50_000_000 and CANARY.encode() in path.read_bytes()
    return False


def test_a_recall_stops_it_at_once_and_the_copies_are_accounted_for(portal, world, bulletin, package) -> None:
    two, pub = world["tokens"]["two"], world["tokens"]["pub"]
    assert portal.call("POST", f"/api/v1/bulletins/{bulletin}/recall/", token=pub, data={}).status == 200
    for path in (f"/api/v1/bulletins/{bulletin}/", f"/api/v1/packages/{package['id']}/age/"):
        assert portal.call("GET", path, token=two).status == 404
    owed = portal.call("GET", "/api/v1/returns/", token=two).json["results"]
    assert [row["bulletin"] for row in owed] == [bulletin]
    said = {"kind": "destroyed", "copies_digital": 1}
    confirmed = portal.call("POST", f"/api/v1/returns/{owed[0]['id']}/", token=two, data=said)
    assert confirmed.status == 200, confirmed.text
    assert (
        portal.call("POST", f"/api/v1/returns/{owed[0]['id']}/", token=world["tokens"]["auditor"], data=said).status
        == 404
    )
