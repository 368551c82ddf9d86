"""What ends somebody's access in one process ends it in every other: the very next request finds nothing of tier three."""

import pytest

from tests.journeys.test_main_story import WORLD
from tests.portal import Portal

pytestmark = pytest.mark.timeout(300)
AS = """
from accounts.models import *
from accounts.actions import clearances, leaving, people, rosters, sessions
reader = User.objects.select_related("organisation").get(email="{reader}@acme.example")
officer, operator = (User.objects.get(email=each) for each in ("officer@agency.example", "operator@office.example"))
"""
# reader -> what ends, then what pages and programs are answered
ENDS = {
    "cleared": ("clearances.end_clearance(reader, officer.organisation, acting_user=officer)", 404, 404),
    "listed": ("rosters.end_handling(reader.roster_entries.get(ended_at=None), acting_user=officer)", 404, 404),
    "suspended": ("people.suspend_person(reader, acting_user=operator)", 302, 401),
    "left": ("leaving.leave(reader, acting_user=operator)", 302, 401),
    "signed": ("sessions.end_other_sessions(reader, '', acting_user=reader)", 302, 200),
}
STAYS = "stays"


def _person(key: str, org: str, *roles: str, tier: int = 3) -> dict:
    return {
        "key": key, "email": f"{key}@{org}.example", "org": org, "roles": list(roles or ("member",)), "tier": tier,
        "subcommittees": ["chips"] if org != "office" else [],
    }  # fmt: skip


@pytest.fixture(scope="module")
def world(portal: Portal) -> dict:
    """A council in which one bulletin of tier three is published to a company whose readers have everything in place."""
    people = [
        *WORLD["people"],
        _person("app2", "agency", "approver"),
        _person("officer", "agency", "clearance_officer", tier=2),
        _person("operator", "office", "operator", tier=2),
        *(_person(key, "acme") for key in (*ENDS, STAYS)),
    ]
    organisations = [*WORLD["organisations"], {"key": "office", "kind": "agency", "name": "協議会事務局"}]
    bulletin = {
        "key": "b1", "title": "供給の遅れ", "kind": "alert", "tier": 3, "subcommittees": ["chips"], "by": "pub",
        "approved_by": ["app", "app2"], "state": "published",
        "released_to": {"organisations": ["acme"], "subcommittees": [], "people": []},
        "parts": [{"text": "カナリア-極秘-本文", "tier": 3}],
    }  # fmt: skip
    return portal.load({**WORLD, "organisations": organisations, "people": people, "bulletins": [bulletin]})


def _answers(portal: Portal, world: dict, reader: str) -> tuple[int, int]:
    """What the bulletin answers to the person's browser and to their program; whoever is refused is told nothing of it."""
    page = portal.call("GET", f"/bulletins/{world['ids']['b1']}/", cookie=world["cookies"][reader])
    sent = portal.call("GET", f"/api/v1/bulletins/{world['ids']['b1']}/", token=world["tokens"][reader])
    for each in (page, sent):
        assert ("カナリア-極秘-本文" in each.text) is (each.status == 200)
        assert each.status == 200 or "供給の遅れ" not in each.text
    return page.status, sent.status


def _listed(portal: Portal, world: dict, reader: str) -> bool:
    return "供給の遅れ" in portal.call("GET", "/bulletins/", cookie=world["cookies"][reader]).text


@pytest.mark.parametrize("reader", ENDS)
def test_the_next_request_to_a_running_portal_finds_nothing(portal: Portal, world: dict, reader: str) -> None:
    deed, page, sent = ENDS[reader]
    assert _answers(portal, world, reader) == (200, 200)
    assert _listed(portal, world, reader)
    portal.manage("shell", "-c", AS.format(reader=reader) + deed)
    assert _answers(portal, world, reader) == (page, sent)
    assert not _listed(portal, world, reader)


def test_whose_access_nobody_ended_reads_on(portal: Portal, world: dict) -> None:
    assert _answers(portal, world, STAYS) == (200, 200)
    assert _listed(portal, world, STAYS)


@pytest.mark.parametrize("reader", ["cleared", "listed"])
def test_what_ended_is_refused_like_what_never_was(portal: Portal, world: dict, reader: str) -> None:
    never = "00000000-0000-4000-8000-000000000000"
    for path, held in (("/bulletins/{}/", "cookie"), ("/api/v1/bulletins/{}/", "token")):
        by = {held: world[f"{held}s"][reader]}
        ended, unknown = (portal.call("GET", path.format(each), **by) for each in (world["ids"]["b1"], never))
        assert (ended.status, ended.body) == (unknown.status, unknown.body)
        assert set(ended.headers) == set(unknown.headers)
