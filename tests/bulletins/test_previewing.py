"""The look of what is typed: as readers will get it, nothing saved, and a way back with every word."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bulletins.models import Bulletin, Part, Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import form

pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def look(desk: Client, *parts: dict, **fields: object) -> str:
    """What the script of the editor gets for the first part, or for what `preview` names."""
    sent = form(*parts, **{"preview": "1", **fields})
    answer = desk.post(reverse("desk:preview"), sent, headers=FRAGMENT)
    assert answer.status_code == 200
    return answer.content.decode()


def part_in(page: str) -> str:
    """The part with its mark, up to the end of its table."""
    return re.search(r'<div class="part".*?</table></div>', page, re.S)[0]


def test_a_part_looks_in_the_preview_as_it_does_when_it_is_read(desk, world, client):
    text = "## 見通し\n\n表：国\n\n| 国 | 値 |\n|--|--:|\n| <A> | **1** |"
    revision = shelf.published(
        world.publisher, world.approver, tier=2, organisations=[world.company], parts=[(text, 2)]
    )
    previewed = part_in(look(desk, {"text": text, "tier": "2"}, tier="2"))
    read = cast.sign_in(Client(), world.reader_two).get(reverse("bulletins:detail", args=[revision.bulletin_id]))
    assert previewed == part_in(read.content.decode())


def test_nothing_is_saved_and_one_event_names_the_page(desk):
    before = AuditEvent.objects.count()
    assert "架空の文" in look(desk, {"text": "架空の文"})
    event = AuditEvent.objects.latest("pk")
    assert (AuditEvent.objects.count() - before, event.action, event.outcome) == (1, "page.show", "allow")
    assert not Bulletin.unrestricted.exists()
    assert not Part.unrestricted.exists()


def test_the_whole_draft_carries_the_banner_over_all_its_parts(desk, world):
    page = look(
        desk,
        {"text": "一"},
        {"text": "二", "tier": "2", "caveats": ["印刷禁止"]},
        tier="2",
        caveats=["転送禁止"],
        preview="all",
    )
    assert "架空の題名" in page
    assert re.search(r'class="handling-mark" data-grade="2"', page)
    assert "転送禁止" in page
    assert [page.count(f'<div class="part" data-grade="{tier}"') for tier in "12"] == [1, 1]


@pytest.mark.parametrize("preview", ["1", "all"])
def test_a_mark_of_a_grade_that_has_no_place_here_is_named_and_its_words_are_not_shown(desk, preview):
    page = look(desk, {"text": "極秘\n\n架空の作戦"}, preview=preview)
    assert "機密性3情報（極秘・秘）はこのポータルでは扱えません" in page
    assert "架空の作戦" not in page


def test_a_sheet_with_a_fault_is_shown_with_the_field_that_has_to_be_mended(desk):
    sheet = {"kind": "technology", "sheet": "1", "fact-name": "量子", "fact-summary": "測る", "fact-readiness": "12"}
    page = look(desk, sheet)
    assert "成熟度（TRL）：並んでいるものから選んでください。" in page
    assert "技術シート：量子" in page


def test_a_subcommittee_of_others_is_not_named_by_asking_for_a_preview(desk, world):
    foreign = cast.subcommittee("よその分科会")
    assert foreign.name not in look(desk, {"text": "一", "subcommittees": [str(foreign.pk)]}, preview="all")


def test_without_a_script_a_page_shows_it_and_leads_back_with_every_word(desk):
    sent = form(
        {"text": "消えない文章", "caveats": ["印刷禁止"]},
        {"text": ""},
        title="残る題名",
        preview="all",
        at=reverse("desk:new"),
    )
    page = desk.post(reverse("desk:preview"), sent).content.decode()
    assert "<h1>表示を確かめる</h1>" in page
    way = re.search(r'<form class="row" method="post" action="/desk/new/">(.*?)</form>', page, re.S)[1]
    typed = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', way)
    back = desk.post(
        reverse("desk:new"), {**{name: value for name, value in typed if name != "csrfmiddlewaretoken"}, "back-1": "1"}
    )
    form_again = back.content.decode()
    assert "消えない文章" in form_again
    assert 'value="残る題名"' in form_again
    assert re.search(r'value="印刷禁止"[^>]*checked', form_again)
    assert not re.search('class="error-text"(?! data-passkey-says)', form_again)


@pytest.mark.parametrize("at", ["https://evil.example/", "//evil.example/", "/sign-in/out/", ""])
def test_the_way_back_leads_to_an_editor_and_nowhere_else(desk, at):
    page = desk.post(reverse("desk:preview"), form({"text": "一"}, preview="1", at=at)).content.decode()
    assert '<form class="row" method="post" action="/desk/new/">' in page


def test_who_may_write_nothing_finds_no_preview(client, world):
    before = AuditEvent.objects.count()
    answer = cast.sign_in(client, world.reader_two).post(reverse("desk:preview"), form({"text": "一"}, preview="1"))
    assert answer.status_code == 404
    assert AuditEvent.objects.filter(outcome="deny").count() == 1
    assert AuditEvent.objects.count() > before
    assert not Revision.unrestricted.exists()
