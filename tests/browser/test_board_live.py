"""The board while packages are sealed: it moves by itself, stops by itself, and has a link where no script runs."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.council import NARROW, Council
from tests.browser.looking import Looking

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
# Packages of one bulletin go back to the queue; the worker of the portal settles them again within some seconds.
QUEUE = """
from bulletins.models import Package, Revision
of = Revision.unrestricted.filter(bulletin__originator__name="産業基盤保全庁", state="published").values("pk")
one = Package.objects.filter(state="no_key", revision__in=of).first()
Package.objects.filter(revision=one.revision_id, state="no_key").update(state="queued")
print(one.bulletin_id)
"""
# A check that a worker seems to have in hand for the next minute.
CHECK = """
from django.utils import timezone
from council.audit.models import Verification
now = timezone.now()
print(Verification.objects.create(asked_at=now, moved_at=now, state="running").pk)
"""
TRIES = 8


def queue(council: Council) -> str:
    """The address of a board whose packages are queued."""
    return f"/board/{council.portal.manage('shell', '-v0', '-c', QUEUE).stdout.split()[-1]}/"


def sealing(council: Council, page: Page, address: str = "") -> str:
    """Opens a board while the worker has still something to do: it may be faster than the page."""
    for _try in range(TRIES):
        board = queue(council)
        page.goto(address or board)
        if page.locator("[data-live]").count():
            return board
    raise AssertionError("The worker was faster every time.")


@pytest.mark.parametrize("address", ["", "/board/"], ids=["one", "list"])
def test_the_board_is_done_without_being_asked(council: Council, address: str) -> None:
    with council.page("publisher") as page:
        sealing(council, page, address)
        link = page.get_by_role("link", name="新しくする", exact=True)
        expect(link).to_be_hidden()
        expect(page.locator("[data-live-on]")).to_be_visible()
        expect(page.locator("#board-said")).to_contain_text("終わりました。", timeout=60_000)
        expect(link).to_be_visible()
        expect(page.locator("[data-live-on]")).to_be_hidden()


def test_the_bar_takes_each_number_that_comes_and_asks_no_more_when_it_is_done(council: Council) -> None:
    with council.page("publisher") as page:
        asked = []

        def answer(route: object) -> None:
            asked.append(route.request.url)
            done = "<span id='board-clock' data-done></span>" if len(asked) == 3 else ""
            bar = (
                f"<div id='board-sealing'><progress id='seal-all' max='41' value='{10 * len(asked)}'></progress></div>"
            )
            route.fulfill(content_type="text/html", body=f"{bar}{done}<p id='board-said'></p>")

        page.route("**/progress/**", answer)
        sealing(council, page)
        for value in (10, 20, 30):
            expect(page.locator("#seal-all")).to_have_js_property("value", value, timeout=10_000)
        page.wait_for_timeout(3000)
        assert len(asked) == 3


def test_nothing_is_asked_while_the_page_is_hidden(council: Council) -> None:
    with council.page("publisher") as page:
        page.add_init_script(
            "Object.defineProperty(document, 'hidden', { get: () => window.away !== false, configurable: true })"
        )
        asked = []
        page.on("request", lambda request: asked.append(request.url) if "/progress/" in request.url else None)
        sealing(council, page)
        page.wait_for_timeout(3000)
        assert asked == []
        page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')) }")
        expect(page.locator("#board-said")).to_contain_text("終わりました。", timeout=60_000)
        assert asked


def test_a_check_is_looked_at_every_five_seconds(council: Council) -> None:
    made = council.portal.manage("shell", "-v0", "-c", CHECK).stdout.split()[-1]
    with council.page("auditor") as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url) if "/progress/" in request.url else None)
        # Stands still, but for run_for().
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        page.goto(f"/audit/verifications/{made}/")
        page.clock.run_for(4900)
        assert asked == []
        with page.expect_request("**/progress/"):
            page.clock.run_for(200)


def test_without_a_script_a_link_does_it(council: Council) -> None:
    with council.page("publisher", java_script_enabled=False) as page:
        sealing(council, page)
        expect(page.get_by_role("link", name="新しくする", exact=True)).to_be_visible()
        assert not page.locator("[data-live-on]").is_visible()


@pytest.mark.parametrize("width", [None, NARROW], ids=["wide", "narrow"])
def test_the_board_stands_up_to_a_strict_look_while_it_seals(council: Council, width: dict | None) -> None:
    with council.page("publisher", **({"viewport": width} if width else {})) as page:
        looking = Looking(page, council.portal.url)
        looking.visit(sealing(council, page))
        assert looking.faults == []
