"""SIGKILL while a check or an evidence pack is being made: the row stays open, the next worker makes it whole."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from council.failpoints import NAMES
from tests.portal import ROOT, Portal, deployment

pytestmark = pytest.mark.timeout(300)
# Asks for a check and a pack, in a council with one auditor; their ids.
ASK = """
from accounts.subject import subject_of
from council.audit import packs, sequencer, verifying
from tests import cast
sequencer.run_once()
subject = subject_of(cast.council().auditor)
plan = packs.plan_of(packs.rows_of({"filter": {}}), logs=True)
say(verifying=verifying.start(subject=subject).pk, packs=packs.ask_for({}, plan, subject=subject).pk)
"""
RUN = "from council.audit import packs, verifying\nsay(done=%s.run(UUID(%r)))"
LOOK = """
from council.audit import pack_store
from council.audit.models import EvidencePack, Verification
pack, check = EvidencePack.objects.get(), Verification.objects.get()
size = sum(map(len, pack_store.opened(pack))) if pack.wrap else 0
say(packs=pack.state, verifying=check.state, size=size == pack.size > 0, found=check.result)
"""
BEFORE = (
    "import json, django; from uuid import UUID; django.setup(); say = lambda **f: print(json.dumps(f, default=str))\n"
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Portal]:
    with deployment(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(scope="module")
def ids(portal) -> dict:
    return python(portal, ASK)


def process(portal: Portal, code: str, failpoint: str = "") -> subprocess.CompletedProcess:
    environment = {**portal.environment, "COUNCIL_DEPLOYMENT": "test", "FAILPOINT": failpoint}
    return subprocess.run(
        [sys.executable, "-c", BEFORE + code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def python(portal: Portal, code: str) -> dict:
    done = process(portal, code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


STEPS = {"verifying": "verification.checked", "packs": "pack.file_written"}


def test_each_step_has_a_name():
    assert set(STEPS.values()) <= set(NAMES)


@pytest.mark.parametrize("what", STEPS)
def test_a_worker_that_is_killed_leaves_what_the_next_one_makes_whole(portal, ids, what):
    run = RUN % (what, ids[what])
    assert process(portal, run, STEPS[what]).returncode == -signal.SIGKILL
    assert python(portal, LOOK)[what] == "running"
    assert python(portal, run) == {"done": True}
    assert python(portal, run) == {"done": False}
    seen = python(portal, LOOK)
    assert seen[what] == "done"
    assert {each["verdict"] for each in seen["found"].values()} == {"whole"}
    assert seen["size"] is (what == "packs")
