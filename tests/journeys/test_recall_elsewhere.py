"""A recall in one process is a recall in every other: the next request finds nothing, by any way in."""

import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from council.sealing.age_keys import Kind, generate_identity
from tests.journeys.test_main_story import WORLD
from tests.portal import Portal

pytestmark = pytest.mark.timeout(300)
PUBLISHER = "pub@agency.example"
RECALL = """
from uuid import UUID
from accounts.models import User
from bulletins.actions.close import recall
recall(UUID("{bulletin}"), "誤り", acting_user=User.objects.get(email="{publisher}"))
"""
KEYS = """
from bulletins.models import PackageSeal, PartWrap, PayloadWrap
print("left:", *(model.objects.count() for model in (PartWrap, PayloadWrap, PackageSeal)))
"""


@pytest.fixture(scope="module")
def world(portal: Portal) -> dict:
    """A council in which one bulletin is published and sealed to a company's key."""
    recipient = str(generate_identity(Kind.CLASSIC).recipient)
    organisations = [{**row, "recipient": recipient} if row["key"] == "acme" else row for row in WORLD["organisations"]]
    bulletin = {
        "key": "b1", "title": "供給の遅れ", "kind": "alert", "tier": 2, "subcommittees": ["chips"], "by": "pub", "approved_by": "app",
        "released_to": {"organisations": ["acme"], "subcommittees": [], "people": []}, "state": "published",
        "parts": [{"text": "本文", "tier": 2}],
        "attachments": [{"name": "一覧.txt", "text": "一覧", "tier": 2}],
    }  # fmt: skip
    return portal.load({**WORLD, "organisations": organisations, "bulletins": [bulletin]})


def packages(portal: Portal, world: dict) -> list[dict]:
    return portal.call("GET", "/api/v1/packages/", token=world["tokens"]["two"]).json["results"]


def ways(portal: Portal, world: dict, package: str) -> Iterator[tuple[str, str]]:
    """Every way to the bulletin that a reader has."""
    bulletin = world["ids"]["b1"]
    yield from (("token", f"/api/v1/bulletins/{bulletin}/{rest}") for rest in ("", "parts/2/file/"))
    yield from (("token", f"/api/v1/packages/{package}/{file}/") for file in ("manifest", "signature", "age", "proof"))
    yield from (("cookie", f"/bulletins/{bulletin}/{rest}") for rest in ("", "parts/2/file/"))
    yield from (("cookie", f"/packages/{package}/{rest}") for rest in ("", "folder.zip"))


def statuses(portal: Portal, world: dict, package: str) -> set[int]:
    held = {"token": world["tokens"]["two"], "cookie": world["cookies"]["two"]}
    return {portal.call("GET", path, **{by: held[by]}).status for by, path in ways(portal, world, package)}


def found(portal: Portal, world: dict) -> list[str]:
    """What lists and searches, as pages and over the API, say of it."""
    said = []
    for query in ("", f"?q={quote('供給')}", "?kind=alert"):
        said.append(portal.call("GET", f"/api/v1/bulletins/{query}", token=world["tokens"]["two"]).text)
        said.append(portal.call("GET", f"/bulletins/{query}", cookie=world["cookies"]["two"]).text)
    # What was looked for stands highlighted.
    return [each for each in said if "供給の遅れ" in re.sub("</?mark>", "", each)]


def test_after_a_recall_in_another_process_the_next_request_finds_nothing(portal: Portal, world: dict) -> None:
    end = time.monotonic() + 90
    while not packages(portal, world):
        assert time.monotonic() < end, "the package was never released"
        time.sleep(0.3)
    package = packages(portal, world)[0]["id"]
    assert statuses(portal, world, package) == {200}
    assert len(found(portal, world)) == 6
    portal.manage("shell", "-c", RECALL.format(bulletin=world["ids"]["b1"], publisher=PUBLISHER))
    assert statuses(portal, world, package) == {404}
    assert found(portal, world) == []
    assert packages(portal, world) == []


def test_its_keys_are_gone_and_it_is_owed(portal: Portal, world: dict) -> None:
    assert "left: 0 0 0" in portal.manage("shell", "-c", KEYS).stdout
    owed = portal.call("GET", "/api/v1/returns/", token=world["tokens"]["two"]).json["results"]
    assert [row["bulletin"] for row in owed] == [world["ids"]["b1"]]
    page = portal.call("GET", "/", cookie=world["cookies"]["two"]).text
    assert re.search(rf'href="/returns/{owed[0]["id"]}/"', page)
    assert "供給の遅れ" not in page
