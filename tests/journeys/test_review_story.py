"""An access review over HTTP, from its beginning to the signed report: a worker ends what nobody answered for, also after one has died."""

import json
import re
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest

from council.sealing import note
from tests.journeys.test_main_story import WORLD
from tests.portal import ROOT, Answer, Portal

pytestmark = pytest.mark.timeout(300)
PEOPLE = [
    *WORLD["people"],
    {"key": "ope", "email": "ope@agency.example", "org": "agency", "roles": ["operator"], "tier": 2, "subcommittees": []},
    {"key": "adm", "email": "adm@acme.example", "org": "acme", "roles": ["administrator", "member"], "tier": 2, "subcommittees": ["chips"]},
]  # fmt: skip
OVERDUE = """
from accounts.models import ReviewCampaign
from django.utils import timezone
print(ReviewCampaign.objects.update(deadline=timezone.now()))
"""
TEND = "from accounts import review_clock; review_clock.tend()"
SEND = "from accounts.tasks import tend_reviews; tend_reviews.delay()"
STATE = """
import json
from accounts.models import ReviewCampaign, ReviewItem
from council.audit.models import AuditEvent
items = list(ReviewItem.objects.values_list("organisation", "person", "kind", "outcome"))
lapses = list(AuditEvent.objects.filter(action="review.lapse").values_list("object", flat=True))
closed = ReviewCampaign.objects.exclude(closed_at=None).count()
print(json.dumps({"items": items, "lapses": lapses, "closed": closed}, default=str))
"""


@pytest.fixture(scope="module")
def world(portal: Portal) -> dict:
    return portal.load({**WORLD, "people": PEOPLE})


@pytest.fixture(scope="module")
def cookies(world: dict) -> dict[str, str]:
    return world["cookies"]


def press(portal: Portal, cookie: str, path: str, **fields: str) -> Answer:
    """Opens the page and sends its form."""
    page = portal.call("GET", path, cookie=cookie)
    assert page.status == 200, page.text
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    form = {"csrfmiddlewaretoken": csrf, **fields}
    held = f"{page.headers['set-cookie'].split(';')[0]}; {cookie}"
    return portal.call("POST", path, cookie=held, form=form, headers={"Origin": portal.url})


def state(portal: Portal) -> dict:
    return json.loads(portal.manage("shell", "-c", STATE).stdout.splitlines()[-1])


def stays(world: dict) -> set[str]:
    """The last operator, the last administrator of a company, the last auditor."""
    return {world["ids"][who] for who in ("ope", "adm", "auditor")}


@pytest.fixture(scope="module")
def review(portal: Portal, cookies: dict[str, str]) -> str:
    """The address of a review that the operator began, with the day that the form proposes."""
    form = portal.call("GET", "/reviews/", cookie=cookies["ope"]).text
    day = re.search(r'name="deadline" value="([\d-]+)"', form)[1]
    began = press(portal, cookies["ope"], "/reviews/", deadline=day)
    assert began.status == 302
    return urlsplit(began.headers["location"]).path


def test_an_administrator_keeps_a_person_and_ends_a_right_of_another(
    portal: Portal, world: dict, cookies: dict[str, str], review: str
) -> None:
    page = portal.call("GET", "/reviews/mine/", cookie=cookies["adm"]).text
    one = world["ids"]["one"]
    assert press(portal, cookies["adm"], "/reviews/mine/", keep=one).status == 302
    seat = re.search(
        rf'id="p-{world["ids"]["two"]}".*?分科会：半導体分科会</p>.*?name="(item-[0-9a-f-]+)"', page, re.DOTALL
    )[1]
    assert press(portal, cookies["adm"], "/reviews/mine/", **{seat: "end"}).status == 302
    # In force with the next request, in the process that serves it.
    assert portal.call("GET", "/api/v1/me/", token=world["tokens"]["two"]).json["subcommittees"] == []


def test_a_worker_that_dies_leaves_whole_organisations_behind(portal: Portal, world: dict, review: str) -> None:
    portal.manage("shell", "-c", OVERDUE)
    died = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", TEND], cwd=ROOT, capture_output=True, check=False, timeout=120,
        env={**portal.environment, "COUNCIL_DEPLOYMENT": "test", "FAILPOINT": "review.organisation_settled@2"},
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    told = state(portal)
    done = {row[0] for row in told["items"] if row[3] in ("lapsed", "kept")}
    left = {row[0] for row in told["items"] if not row[3] and row[1] not in stays(world)}
    # Each is done or not touched at all: the one that it died in as well.
    assert not done & left
    assert (len(done) <= 1, len(left) >= 2, told["closed"]) == (True, True, 0)


def test_the_next_worker_ends_the_rest_once_and_signs(
    portal: Portal, world: dict, cookies: dict[str, str], review: str
) -> None:
    assert portal.call("GET", "/reviews/mine/", cookie=cookies["adm"]).status == 200
    portal.manage("shell", "-c", SEND)
    end = time.monotonic() + 90
    while not (told := state(portal))["closed"]:
        assert time.monotonic() < end, "the worker closed nothing"
    lapsed = {person for _organisation, person, _kind, outcome in told["items"] if outcome == "lapsed"}
    assert sorted(told["lapses"]) == sorted(lapsed)
    assert world["ids"]["two"] in lapsed
    assert world["ids"]["one"] not in lapsed
    # The last of each kind stays, or nobody could undo any of it.
    open_people = {person for _organisation, person, _kind, outcome in told["items"] if not outcome}
    assert open_people == stays(world)


def test_whoever_lapsed_is_out_with_the_next_request(portal: Portal, world: dict, cookies: dict[str, str]) -> None:
    assert portal.call("GET", "/bulletins/", cookie=cookies["two"]).headers["location"].startswith("/sign-in/")
    assert portal.call("GET", "/api/v1/me/", token=world["tokens"]["two"]).status == 401
    assert portal.call("GET", "/api/v1/me/", token=world["tokens"]["one"]).status == 200


def test_the_auditor_takes_the_report_away_and_checks_it_there(portal: Portal, world: dict, review: str) -> None:
    page = portal.call("GET", review, cookie=world["cookies"]["auditor"]).text
    vkey = re.search(r'class="asked-key"[^>]*>([^<]+)<', page)[1]
    report = portal.call("GET", f"{review}report", cookie=world["cookies"]["auditor"]).body
    text = note.verify(report, note.Verifier.parse(vkey)).text.decode()
    assert f"{world['ids']['two']} subcommittee {world['ids']['chips']} end ended {world['ids']['adm']} " in text
    # The log had been running: the report says how far it was.
    assert re.search(r"\n記録の検印\n127\.0\.0\.1/log/tier-1\n[1-9]\d*\n", text)
    assert portal.call("GET", f"{review}report", cookie=world["cookies"]["adm"]).status == 404
