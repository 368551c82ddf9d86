"""文字及び枠: every screen that shows something of tier three says so in its words and its frame, whichever page it is.

The URL map is walked by people who handle the item: a new page is asked as soon as it stands in the map.
"""

import re
from collections.abc import Iterator
from itertools import islice, product

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import RosterEntry
from bulletins import releasing
from bulletins.models import Bulletin, Package
from tests import cast
from tests.bulletins import letterbox, parcels, shelf
from tests.journeys.stage import a_world_of_its_own
from tests.journeys.whole_map import guarded_routes

pytestmark = pytest.mark.django_db
CANARY = "蒼鷺計画"
FRAME, WORDS = '<div class="critical">', '<p class="critical-words">重要経済安保情報</p>'
# Pages that are known to show what stands in bulletins: when one is not met, the world below says too little.
KNOWN = {
    "/", "/bulletins/", "/bulletins/<>/", "/bulletins/<>/changes/", "/bulletins/<>/parts/<>/pages/", "/desk/", "/desk/<>/",
    "/desk/<>/edit/", "/desk/<>/revise/", "/desk/<>/changes/", "/desk/<>/as/<>/",
}  # fmt: skip
_QUERIES = {"/bulletins/": (f"?q={CANARY}",), "/desk/<uuid:bulletin_id>/": ("?as=1",)}
# Answers that are no screens.
_FILES = ("/file/", ".csv", ".zip", "/<int:number>/")
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture(scope="module")
def shown(django_db_setup, django_db_blocker) -> Iterator[list[tuple[str, str, str]]]:
    """Route, address and text of every screen on which somebody who handles the item meets its words, once each."""
    with django_db_blocker.unblock(), a_world_of_its_own():
        yield list(_met(_world()))


def _world() -> cast.Council:
    """A bulletin of tier three as a draft, in review, published with a deadline, and as a revised one with its package."""
    world = cast.council()
    parcels.key(world.company, world.reader_three)
    text, file = (f"{CANARY}の本文です。", 3), shelf.attachment(f"{CANARY}.csv", f"{CANARY},1\n".encode(), tier=3)
    what = {"tier": 3, "title": f"{CANARY}の題名", "designation": world.item, "parts": [text, file]}
    what["organisations"] = [world.company, world.agency]
    both = [world.approver, world.second_approver]
    shelf.drafted(world.publisher, **what)
    shelf.handed_in(world.publisher, **what)
    first = shelf.published(world.publisher, both, **what)
    again = {**what, "parts": [(f"{CANARY}の本文を直しました。", 3), file], "deadline": letterbox.in_days(2)}
    second = shelf.revised(first, world.publisher, both, change_summary=f"{CANARY}を直した", **again)
    releasing.distribute(second.pk)
    shelf.drafted(
        world.publisher, **{**what, "title": "公にできる題名", "tier": 1, "designation": None, "parts": ["文"]}
    )
    return world


def _met(world: cast.Council) -> Iterator[tuple[str, str, str]]:
    for who in (world.publisher, world.reader_three):
        browser = cast.sign_in(Client(), who)
        for path, query in _screens():
            answers = ((address, browser.get(address + query)) for address in _addresses(path))
            found = ((address, answer.text) for address, answer in answers if _shows(answer))
            yield from ((_CONVERTER.sub("<>", path), *each) for each in islice(found, 1))


def _shows(answer: HttpResponse) -> bool:
    """Whether it is a page with the words: what somebody looked for stands in the field of the search as well."""
    html = answer.text if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") else ""
    return CANARY in html.replace(f'value="{CANARY}"', "")


def _screens() -> Iterator[tuple[str, str]]:
    """The path and the query of each."""
    paths = [row.path for row in guarded_routes() if row.method == "GET" and not row.path.startswith("/api/")]
    for path in paths:
        if set(_CONVERTER.findall(path)) <= {
            "bulletin_id",
            "position",
            "package_id",
            "person_id",
        } and not path.endswith(_FILES):
            yield from ((path, query) for query in ("", *_QUERIES.get(path, ())))


def _addresses(path: str) -> Iterator[str]:
    named = {"bulletin_id": Bulletin.unrestricted, "package_id": Package.objects}
    rows = {name: list(model.values_list("pk", flat=True)) for name, model in named.items()} | {"position": [2]}
    rows["person_id"] = list(RosterEntry.objects.order_by("person").values_list("person", flat=True).distinct())
    names = _CONVERTER.findall(path)
    for values in product(*(rows[name] for name in names)):
        given = iter(values)
        yield _CONVERTER.sub(lambda _name, given=given: str(next(given)), path)


def test_every_screen_with_words_of_tier_three_has_the_words_and_the_frame_once(shown) -> None:
    assert not [address for _path, address, html in shown if (html.count(FRAME), html.count(WORDS)) != (1, 2)]


def test_the_walk_meets_every_page_that_is_known_to_show_them(shown) -> None:
    assert KNOWN - {path for path, _address, _html in shown} == set()


def test_above_tier_one_no_screen_carries_the_words_in_the_title_of_its_window(shown) -> None:
    assert not [path for path, _address, html in shown if CANARY in html[: html.index("</title>")]]
