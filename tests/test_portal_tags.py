"""Dates, countdowns, labels and icons as every page shows them, and what the templates promise about errors."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django import forms
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from council.templatetags import portal

EVENING = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
TEMPLATES = Path(portal.__file__).parents[1] / "templates"
BARE_PAGES = ["400.html", "403.html", "403_csrf.html", "429.html", "500.html", "503.html"]


@pytest.fixture(autouse=True)
def japanese() -> None:
    with translation.override("ja"):
        yield


@pytest.fixture
def thursday_morning(monkeypatch: pytest.MonkeyPatch) -> datetime:
    now = datetime(2026, 11, 19, 1, 24, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def test_moments_are_shown_in_japan_time() -> None:
    assert portal.jst(EVENING) == "2026年11月21日（土）21:30"
    assert portal.jst(datetime(2026, 12, 31, 15, 5, tzinfo=UTC)) == "2027年1月1日（金）0:05"


def test_the_shorter_forms_leave_out_what_is_noise() -> None:
    assert portal.jst_date(EVENING) == "2026年11月21日"
    assert portal.jst_near(EVENING) == "11月21日（土）21:30"
    assert portal.jst_short(EVENING) == "11/21（土）"
    assert portal.jst_iso(EVENING) == "2026-11-21T21:30+09:00"


def test_a_date_comes_without_a_time_and_nothing_as_nothing() -> None:
    assert portal.jst(date(2026, 11, 21)) == "2026年11月21日（土）"
    assert portal.jst_iso(date(2026, 11, 21)) == "2026-11-21"
    forms_of_a_date = (portal.jst, portal.jst_date, portal.jst_near, portal.jst_short, portal.jst_iso)
    assert [show(None) for show in forms_of_a_date] == [""] * 5


def test_english_readers_get_english_dates() -> None:
    with translation.override("en"):
        assert portal.jst(EVENING) == "Sat 21 November 2026, 21:30 JST"
        assert portal.jst(date(2026, 11, 21)) == "Sat 21 November 2026"
        assert portal.jst_date(EVENING) == "21 November 2026"
        assert portal.jst_near(EVENING) == "Sat 21 November 21:30"
        assert portal.jst_short(EVENING) == "Sat 21 Nov"


@pytest.mark.parametrize(
    ("deadline", "label", "tone"),
    [
        (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), "あと1営業日", "soon"),
        (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), "あと3営業日", "soon"),
        (datetime(2026, 11, 26, 8, 0, tzinfo=UTC), "あと4営業日", ""),
        (datetime(2026, 11, 19, 8, 0, tzinfo=UTC), "今日まで", "soon"),
        (datetime(2026, 11, 19, 1, 0, tzinfo=UTC), "期限を過ぎました", "overdue"),
        (datetime(2026, 11, 17, 8, 0, tzinfo=UTC), "2営業日超過", "overdue"),
        (date(2026, 11, 19), "今日まで", "soon"),
        (date(2026, 11, 18), "1営業日超過", "overdue"),
        (None, "", ""),
    ],
)
def test_deadlines_count_down_in_business_days(
    thursday_morning: datetime, deadline: date | None, label: str, tone: str
) -> None:
    assert portal.due_label(deadline) == label
    assert portal.due_tone(deadline) == tone


def test_each_tier_has_its_words_and_its_line() -> None:
    assert [portal.tier_label(tier) for tier in (1, 2, 3)] == ["機密性1情報", "機密性2情報", "重要経済安保情報"]
    assert [portal.tier_grade(tier) for tier in (1, 2, 3)] == ["1", "2", "critical"]
    assert portal.tier_short(2) == "機密性2"


@pytest.mark.parametrize("unknown", [0, 4, None, "", "極秘"])
def test_an_unknown_tier_is_never_guessed(unknown: object) -> None:
    assert portal.tier_label(unknown) == portal.tier_grade(unknown) == portal.tier_short(unknown) == ""
    assert "grade" not in render_to_string("components/grade.html", {"tier": unknown})


def test_tlp_labels_are_never_translated() -> None:
    html = render_to_string("components/tlp.html", {"label": "TLP:AMBER+STRICT"})
    assert 'data-tlp="amber-strict"' in html
    assert 'translate="no"' in html


def test_icon_names_are_escaped() -> None:
    assert "<script>" not in portal.icon('"><script>')


class Ask(forms.Form):
    reference = forms.CharField(label="資料番号", help_text="例：SC-7KQ4")
    answer = forms.ChoiceField(label="該当", choices=[("yes", "あり")], widget=forms.RadioSelect, help_text="一つ")


@pytest.mark.parametrize("name", ["reference", "answer"])
def test_a_wrong_field_is_described_by_its_help_and_its_error(name: str) -> None:
    html = render_to_string("components/field.html", {"field": Ask({})[name]})
    assert f'aria-describedby="id_{name}_helptext id_{name}_error"' in html
    assert f'id="id_{name}_helptext"' in html
    assert f'id="id_{name}_error"' in html
    assert "※必須" in html


@pytest.mark.parametrize("page", BARE_PAGES)
def test_error_pages_stand_without_any_context(page: str) -> None:
    html = get_template(page).render()
    assert html.startswith("<!doctype html>")
    assert "<h1>" in html
    assert "R-7F2K1" in get_template(page).render({"request_id": "R-7F2K1"})


def test_the_page_for_missing_things_carries_nothing_of_the_request() -> None:
    pages = {
        render_to_string("404.html", {"exception": path, "request_path": path, "request": RequestFactory().get(path)})
        for path in ("/bulletins/9f1c/", "/bulletins/77aa/?q=1")
    }
    assert len(pages) == 1
    assert "csrfmiddlewaretoken" not in pages.pop()


def test_templates_hold_no_script_and_no_style_of_their_own() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    assert [name for name, text in sources.items() if " style=" in text or "<style" in text] == []
    assert [name for name, text in sources.items() if text.count("<script") != text.count("<script src=")] == []
