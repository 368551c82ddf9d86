"""取扱制限 on every way out: one world with a word of its own for each caveat, of the whole and of a part, and who meets it where.

The reader may read all of it on the screen. What leaves the screen is asked for over every route of the map, in mails and in packages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path as Folder

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from bulletins import releasing
from bulletins.drafting import PartDraft
from bulletins.models import Listing, Package, Part, Revision
from council.sealing.age_keys import Identity
from tests import cast
from tests.bulletins import calls, letterbox, parcels, shelf
from tests.journeys.stage import a_world_of_its_own
from tests.journeys.whole_map import guarded_routes

pytestmark = pytest.mark.django_db
FREE, NO_COPY, NO_PRINT, NO_TAKING, TRUST = "無印の文", "写せない文", "刷れない文", "持ち出せない文", "信じて渡す文"
WHOLE, PRINTLESS = "全体が写せない文", "全体が刷れない文"
KEPT_IN = (NO_COPY, NO_TAKING, WHOLE)
# Where a reader, or the desk, reads on the screen what must not leave it. Any other route that shows it has to be thought about.
SCREENS = {
    "/bulletins/", "/bulletins/<>/", "/bulletins/<>/changes/", "/bulletins/<>/parts/<>/pages/", "/desk/<>/", "/desk/<>/revise/",
    "/desk/<>/edit/", "/desk/<>/changes/",
}  # fmt: skip
# The desk works on the text, and on the files as they were handed in, over the API as well.
DESK = {
    "/desk/<>/parts/<>/file/",
    "/api/v1/bulletins/<>/",
    "/api/v1/bulletins/<>/draft/",
    "/api/v1/bulletins/<>/parts/<>/file/",
}
# Where nobody meets anything of bulletins: left out, to be fast.
_NO_CONTENT = (
    "/audit/", "/api/v1/audit/", "/api/v1/schema/", "/people/", "/organisations/", "/subcommittees/", "/keys/", "/clearances/",
    "/register/", "/certifications/", "/handlers/", "/proposals/", "/contacts/", "/reviews/", "/pledges/",
)  # fmt: skip
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass
class Marked:
    """The council, its bulletins: one with a caveat on each part, one under 複製禁止, one under 印刷禁止; and the company's key."""

    cast: cast.Council
    parts: Revision
    whole: Revision
    printless: Revision
    identity: Identity
    mails: str

    def package(self, revision: Revision) -> Package:
        return Package.objects.get(bulletin=revision.bulletin_id)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[Marked]:
    with django_db_blocker.unblock(), a_world_of_its_own():
        yield _world()


def _world() -> Marked:
    council = cast.council()
    identity = parcels.key(council.company, council.reader_two)
    letterbox.mailbox(council.company)

    def out(*parts: object, **what: object) -> Revision:
        what = {"tier": 2, "title": "題", "deadline": letterbox.in_days(3), "parts": parts, **what}
        revision = letterbox.put_out(council, **what)
        releasing.distribute(revision.pk)
        return revision

    marked = [PartDraft(FREE, 2)] + [
        PartDraft(text, 2, caveats=(word,))
        for text, word in (
            (NO_COPY, "複製禁止"),
            (NO_PRINT, "印刷禁止"),
            (NO_TAKING, "読後廃棄"),
            (TRUST, "暗号化必須"),
        )
    ]
    files = [
        shelf.attachment("甲.csv", f"{FREE}\n".encode(), tier=2),
        shelf.attachment("乙.csv", f"{NO_COPY}\n".encode(), tier=2, caveats=["複製禁止"]),
    ]
    made = [
        out(*marked, *files),
        out((WHOLE, 2), shelf.attachment("丙.csv", WHOLE.encode(), tier=2), caveats=["複製禁止"]),
        out((PRINTLESS, 2), caveats=["印刷禁止"]),
    ]
    letterbox.deliver()
    return Marked(council, *made, identity, "\n".join(str(each.message()) + each.body for each in mail.outbox))


def page(world: Marked, revision: Revision, who: object = None) -> str:
    browser = cast.sign_in(Client(), who or world.cast.reader_two)
    return browser.get(f"/bulletins/{revision.bulletin_id}/").text


def part_of(html: str, text: str) -> str:
    """The opening tag of the part in which the text stands, and what is printed in its place."""
    return html[html.rindex('<div class="part"', 0, html.index(text)) : html.index(text)]


# --- the screen and the paper -----------------------------------------------------------------------------------------


def test_everything_is_read_on_the_screen_whatever_may_not_leave_it(world: Marked) -> None:
    html = page(world, world.parts)
    assert all(text in html for text in (FREE, NO_COPY, NO_PRINT, NO_TAKING, TRUST))
    assert WHOLE in page(world, world.whole)


@pytest.mark.parametrize(
    ("text", "print_", "copy"),
    [
        (FREE, False, False),
        (NO_COPY, True, True),
        (NO_PRINT, True, False),
        (NO_TAKING, False, False),
        (TRUST, False, False),
    ],
)
def test_only_the_part_that_says_so_is_kept_from_paper_and_clipboard(
    world: Marked, text: str, print_: bool, copy: bool
) -> None:
    part = part_of(page(world, world.parts), text)
    assert ('data-print="forbidden"' in part, "この部分は印刷できない" in part) == (print_, print_)
    assert ('data-copy="forbidden"' in part) is copy


def test_a_caveat_of_the_whole_keeps_the_whole_page_back_and_says_so(world: Marked) -> None:
    assert '<body  data-print="forbidden" data-copy="forbidden">' in page(world, world.whole)
    html = page(world, world.printless)
    assert '<body  data-print="forbidden">' in html
    assert "この資料は印刷できません" in html
    assert "<body >" in page(world, world.parts)


def test_the_desk_reads_under_the_same_guards(world: Marked) -> None:
    browser = cast.sign_in(Client(), world.cast.publisher)
    html = browser.get(f"/desk/{world.whole.bulletin_id}/").text
    assert 'data-print="forbidden" data-copy="forbidden"' in html
    assert 'data-copy="forbidden"' in part_of(browser.get(f"/desk/{world.parts.bulletin_id}/").text, NO_COPY)


def test_the_strip_says_what_is_closed_and_what_is_left_on_trust(world: Marked) -> None:
    html = page(world, world.whole)
    for words in (
        "文字の選択と複写",
        "画面からの印刷",
        "封をした包みの受け取り",
        "プログラムへの本文の引き渡し",
        "画面を撮らない",
    ):
        assert words in html
    assert "制限のある部分の、文字の選択と複写" in page(world, world.parts)


# --- programs, files, packages ----------------------------------------------------------------------------------------


def test_programs_get_the_texts_that_may_leave_the_screen_and_the_labels_of_the_others(world: Marked) -> None:
    parts = calls.get(world.cast.reader_two, f"{world.parts.bulletin_id}/").json()["parts"]
    assert [each["text"] for each in parts[:5]] == [FREE, "", NO_PRINT, "", TRUST]
    assert [each.get("withheld") for each in parts[:5]] == [None, "caveat", None, "caveat", None]
    assert [each["label"]["caveats"] for each in parts[:3]] == [[], ["複製禁止"], ["印刷禁止"]]


def test_a_file_is_taken_where_no_caveat_keeps_it(world: Marked) -> None:
    browser = cast.sign_in(Client(), world.cast.reader_two)
    place = f"/bulletins/{world.parts.bulletin_id}/parts/{{}}/file/"
    assert browser.get(place.format(6)).content == f"{FREE}\n".encode()
    assert browser.get(place.format(7)).status_code == 404
    assert browser.get(f"/bulletins/{world.whole.bulletin_id}/parts/2/file/").status_code == 404


def test_a_package_holds_what_may_be_taken_and_there_is_none_of_the_whole(world: Marked, tmp_path: Folder) -> None:
    parcels.opened(world.package(world.parts), world.identity, tmp_path)
    said = b"".join(each.read_bytes() for each in (tmp_path / "out").rglob("*") if each.is_file()).decode()
    assert all(text in said for text in (FREE, NO_PRINT, TRUST))
    assert not [text for text in KEPT_IN if text in said]
    assert (world.package(world.whole).state, world.package(world.whole).reason) == (Package.State.WITHHELD, "caveat")


def test_a_package_refuses_the_printer_where_paper_is_refused(world: Marked, tmp_path: Folder) -> None:
    parcels.opened(world.package(world.printless), world.identity, tmp_path)
    html = (tmp_path / "out" / "bulletin.html").read_text("utf-8")
    assert '<body data-print="forbidden">' in html
    assert "この資料は印刷できません" in html


# --- every route, and the mails ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reader_two", "publisher"])
def test_no_route_but_the_screens_gives_out_what_may_not_leave_them(world: Marked, who: str) -> None:
    found = {path for path, answer in _answers(world, getattr(world.cast, who)) if _holds(answer, KEPT_IN)}
    assert found - SCREENS == (DESK if who == "publisher" else set())


def _answers(world: Marked, who: object) -> Iterator[tuple[str, HttpResponse]]:
    browser = cast.sign_in(Client(), who)
    ids = [each.bulletin_id for each in (world.parts, world.whole)]
    rows = {"bulletin_id": ids, "package_id": [world.package(world.parts).pk], "position": [2, 7]}
    for path in (row.path for row in guarded_routes() if row.method == "GET"):
        names = _CONVERTER.findall(path)
        if set(names) <= rows.keys() and not path.startswith(_NO_CONTENT):
            for values in product(*(rows[name] for name in names)):
                given = iter(values)
                address = _CONVERTER.sub(lambda _name, given=given: str(next(given)), path)
                address += "?q=文" if path == "/bulletins/" else ""
                yield _CONVERTER.sub("<>", path), browser.get(address)


def _holds(answer: HttpResponse, texts: tuple[str, ...]) -> bool:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return any(text.encode() in data for text in texts)


def test_no_mail_says_a_word_of_any_part(world: Marked) -> None:
    assert world.mails.count("Subject:") >= 6
    assert not [text for text in (FREE, NO_PRINT, TRUST, *KEPT_IN) if text in world.mails]


# --- the last day -----------------------------------------------------------------------------------------------------


def _until(days: int) -> str:
    day = timezone.localdate() + timedelta(days=days)
    return f"{day.year}年{day.month}月{day.day}日まで"


def test_after_its_last_day_a_part_is_on_no_way_any_more_and_the_rest_stays(world: Marked) -> None:
    assert _shown_to(world, FREE)
    Part.unrestricted.filter(pk__in=[part.pk for part in _free(world)]).update(caveats=[_until(-1)])
    assert not _shown_to(world, FREE)
    assert _shown_to(world, NO_PRINT)


def test_after_its_last_day_a_bulletin_is_on_no_way_any_more(world: Marked) -> None:
    over = timezone.now() - timedelta(seconds=1)
    Revision.unrestricted.filter(pk=world.parts.pk).update(expires_at=over)
    Listing.objects.filter(bulletin=world.parts.bulletin_id).update(expires_at=over)
    assert not _shown_to(world, NO_PRINT, TRUST)


def _shown_to(world: Marked, *texts: str) -> set[str]:
    """The routes that show the reader one of the texts."""
    return {path for path, answer in _answers(world, world.cast.reader_two) if _holds(answer, texts)}


def _free(world: Marked) -> list[Part]:
    """The parts without a caveat: a text and a file."""
    return [
        part
        for part in Part.unrestricted.filter(revision=world.parts)
        if part.kind != Part.Kind.TITLE and not part.caveats
    ]
