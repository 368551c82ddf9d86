"""Every page, as everybody who has it, at 1280 and 360 px: no barrier, no sideways scrolling, no complaint, no other host."""

import pytest

from tests.browser.council import NARROW, PEOPLE, STRANGER, WIDE, Council, enter
from tests.browser.looking import Looking
from tests.browser.visits import EXEMPT, VISITS, routes_of_pages

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
_narrow_seen: set[str] = set()


def test_every_route_with_a_page_is_visited_or_exempt_with_a_reason() -> None:
    visited = {visit.route for visit in VISITS}
    assert visited | set(EXEMPT) == routes_of_pages()
    assert not visited & set(EXEMPT)
    assert all(EXEMPT.values())


@pytest.mark.parametrize("who", [STRANGER, *PEOPLE])
def test_pages_stand_up_to_a_strict_look(council: Council, who: str) -> None:
    with council.page(who) as page:
        looking = Looking(page, council.portal.url)
        for visit in VISITS:
            if who in visit.who:
                address = visit.address(page)
                # What a page looks like at 360 px depends on its route more than on its reader: axe looks once there.
                at = (WIDE,) if visit.route in _narrow_seen else (WIDE, NARROW)
                looking.visit(address, status=visit.status, axe_at=at)
                _narrow_seen.add(visit.route)
        assert looking.faults == []


@pytest.mark.parametrize(("who", "path"), [(STRANGER, "/sign-in/"), ("reader_two", "/"), ("reader_two", "/bulletins/")])
def test_english_pages_say_so_and_stand_up_too(council: Council, who: str, path: str) -> None:
    with council.page(who) as page:
        looking = Looking(page, council.portal.url)
        page.goto(path)
        page.get_by_role("button", name="English").click()
        looking.visit(path, language="en", axe_at=(WIDE,))
        assert looking.faults == []


def test_the_sign_in_page_of_the_demo_names_its_people(council: Council) -> None:
    with council.page(STRANGER) as page:
        page.goto("/sign-in/")
        assert all(page.get_by_text(email).is_visible() for email in PEOPLE.values())


def test_without_javascript_one_signs_in_reads_and_acknowledges(council: Council) -> None:
    with council.page(STRANGER, java_script_enabled=False) as page:
        enter(page, PEOPLE["reader_two"])
        page.get_by_role("link", name="情報一覧").first.click()
        page.goto("/bulletins/?state=unacknowledged")
        title = page.locator(".record-title a").first
        words = title.inner_text()
        title.click()
        assert page.locator("h1").inner_text() == words
        page.get_by_role("button", name="確認しました").click()
        assert page.get_by_role("button", name="確認しました").count() == 0
        page.goto("/bulletins/?state=acknowledged")
        assert page.get_by_role("link", name=words).is_visible()
