"""A portal and three witnesses, each a process of its own: checkpoints reach the auditor with the lines of those who stood by."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from council.audit import checkpoint as checkpoints
from council.audit import cosignature
from council.audit.tree import root_of
from council.sealing import note
from tests.audit.standing_by import Standing, standing
from tests.portal import PATIENCE, Answer, Portal, deployment, serving

NAMES = ("w1.example", "w2.example", "w3.example")
WORLD = {"people": [{"key": "aud", "email": "aud@audit.example", "org": "audit", "roles": ["auditor"]}]}
VKEYS = "from council.audit.log_keys import TIERS, verifiers; print(*(verifiers(tier)[0] for tier in TIERS), sep='\\n')"


@dataclass
class WitnessedPortal(Portal):
    """A deployment with witnesses in its settings."""

    witnesses: Path = field(default_factory=Path)

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "COUNCIL_WITNESSES": str(self.witnesses)}


@dataclass
class Story:
    """What the tests of this file share: they follow each other."""

    portal: Portal
    folder: Path
    vkeys: list[str]
    witnesses: list[Standing]
    token: str = ""
    seen: int = 0

    def get(self, path: str) -> Answer:
        return self.portal.call("GET", f"/api/v1/audit/{path}", token=self.token)

    def until(self, holds: Callable[[list[str], int], bool]) -> bytes:
        """The first checkpoint of which this holds: whose lines it has (checked), and its size."""
        limit, names = time.monotonic() + PATIENCE, []
        while time.monotonic() < limit:
            answer = self.get("checkpoint/tier-1")
            if answer.status == 200:
                found = checkpoints.read(answer.body, self.log)
                names = sorted(each.name for each in cosignature.check(answer.body, self.verifiers))
                if holds(names, found.size):
                    self.seen = found.size
                    return answer.body
            time.sleep(0.5)
        raise AssertionError(f"It never came to that; the last checkpoint has {names}, after one of {self.seen}.")

    @property
    def log(self) -> note.Verifier:
        return note.Verifier.parse(self.vkeys[0])

    @property
    def verifiers(self) -> list[cosignature.Verifier]:
        return [each.verifier for each in self.witnesses]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("witnessed")
    with deployment(folder / "portal") as bare, ExitStack() as stack:
        vkeys = bare.manage("shell", "--verbosity", "0", "-c", VKEYS).stdout.split()
        witnesses = [stack.enter_context(standing(folder / name, *vkeys, name=name)) for name in NAMES]
        settings = folder / "witnesses.json"
        settings.write_text(json.dumps([each.setting for each in witnesses]))
        portal = WitnessedPortal(bare.folder, bare.port, bare.database_url, bare.password, witnesses=settings)
        token = portal.load(WORLD)["tokens"]["aud"]
        with serving(portal):
            yield Story(portal, folder, vkeys, witnesses, token)


def test_a_checkpoint_comes_with_three_lines(story: Story) -> None:
    story.until(lambda names, size: names == list(NAMES))


def test_its_tiles_lead_to_its_root(story: Story) -> None:
    signed = checkpoints.read(story.until(lambda names, size: names == list(NAMES)), story.log)
    tiles = -(-signed.size // 256)
    widths = [256] * (tiles - 1) + [signed.size - 256 * (tiles - 1)]
    paths = [f"tile/tier-1/0/{n:03}" + (f".p/{width}" if width < 256 else "") for n, width in enumerate(widths)]
    hashes = b"".join(story.get(path).body for path in paths)
    assert root_of([hashes[at : at + 32] for at in range(0, len(hashes), 32)]) == signed.root


def test_with_one_killed_two_are_enough(story: Story) -> None:
    before = story.seen
    story.witnesses[1].kill()
    story.until(lambda names, size: size > before and names == [NAMES[0], NAMES[2]])


def test_the_one_that_comes_back_catches_up(story: Story) -> None:
    before, place = story.seen, story.witnesses[1].place
    with standing(story.folder / NAMES[1], *story.vkeys, listen=f"{place[0]}:{place[1]}") as again:
        assert again.vkey == story.witnesses[1].vkey
        story.until(lambda names, size: size > before and names == list(NAMES))


def test_nobody_refused_anything(story: Story) -> None:
    answer = story.get("events/?action=log.witness_refused")
    assert (answer.status, answer.json["results"]) == (200, [])
    assert not list(story.folder.glob("w?.example/refusals.jsonl"))
