"""Standard deadlines: business days as data, counted round holidays, approved as a way of counting and fixed by publishing."""

import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bulletins import deadlines, ladder
from bulletins.actions.draft import create_draft
from bulletins.approval import digest
from bulletins.deadlines import return_deadline, standard_deadline, table
from bulletins.drafting import Invalid
from bulletins.models import Bulletin, Listing, Revision
from council import environment
from council.access.tiers import Tier
from council.business_days import add_business_days, business_days_between, is_business_day
from tests import cast
from tests.bulletins import calls, shelf
from tests.rules import code

JST = ZoneInfo("Asia/Tokyo")
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 12, 31))
KINDS = list(Bulletin.Kind)


def jst(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=JST)


@pytest.fixture
def world(db: None) -> cast.Council:
    return cast.council()


# --- business days ---


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 24)),  # a Friday before a holiday on Monday
        (date(2026, 12, 25), 1, date(2026, 12, 28)),
        (date(2026, 12, 28), 1, date(2027, 1, 4)),  # nothing from 29 December to 3 January
        (date(2026, 12, 28), 2, date(2027, 1, 5)),
        (date(2027, 1, 1), 1, date(2027, 1, 4)),
        (date(2027, 1, 4), -1, date(2026, 12, 28)),
        (date(2026, 11, 24), -1, date(2026, 11, 20)),
        (date(2026, 11, 22), -1, date(2026, 11, 20)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
    ],
)
def test_business_days_are_added_round_weekends_holidays_and_the_new_year(day, n, expected):
    assert add_business_days(day, n) == expected


@given(day=DAYS, n=st.integers(min_value=1, max_value=40))
def test_what_was_added_is_what_lies_between(day, n):
    end = add_business_days(day, n)
    assert is_business_day(end)
    assert business_days_between(day, end) == n


@given(day=DAYS.filter(is_business_day), n=st.integers(min_value=1, max_value=40))
def test_adding_and_taking_away_lead_back(day, n):
    assert add_business_days(add_business_days(day, n), -n) == day


# --- the table ---


@pytest.mark.parametrize(
    ("kind", "tier", "published", "expected"),
    [
        ("flash", 1, jst(2026, 11, 19), jst(2026, 11, 20, 17)),
        ("flash", 3, jst(2026, 11, 19), jst(2026, 11, 20, 17)),  # one less than one is one
        ("alert", 2, jst(2026, 11, 19), jst(2026, 11, 24, 17)),
        ("alert", 3, jst(2026, 11, 19), jst(2026, 11, 20, 17)),
        ("threat", 1, jst(2026, 11, 19), jst(2026, 11, 27, 17)),
        ("region", 3, jst(2026, 11, 19), jst(2026, 11, 26, 17)),
        ("flash", 1, jst(2026, 12, 28, 23, 30), jst(2027, 1, 4, 17)),
        ("threat", 1, jst(2026, 12, 25), jst(2027, 1, 7, 17)),
        ("flash", 1, jst(2026, 12, 31), jst(2027, 1, 4, 17)),
    ],
)
def test_standard_deadlines_by_kind_and_tier(kind, tier, published, expected):
    assert standard_deadline(kind, tier, published) == expected


def test_the_day_is_that_of_japan_whatever_the_clock_of_the_process_says():
    late_in_utc = datetime(2026, 11, 18, 15, 30, tzinfo=ZoneInfo("UTC"))  # 0:30 on the 19th
    assert standard_deadline("flash", 1, late_in_utc) == jst(2026, 11, 20, 17)


@pytest.mark.parametrize(
    ("tier", "expected"), [(1, jst(2026, 11, 24, 17)), (2, jst(2026, 11, 24, 17)), (3, jst(2026, 11, 20, 17))]
)
def test_copies_are_asked_back_within_two_days_and_one_at_tier_three(tier, expected):
    assert return_deadline(tier, jst(2026, 11, 19)) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_tier_three_never_has_longer_than_the_others(kind):
    days = table().days[kind]
    assert days[Tier.CRITICAL] == max(days[Tier.TWO] - 1, 1)


def test_single_numbers_take_the_place_of_the_standard(settings):
    settings.COUNCIL_DEADLINES = {"alert": 4, "threat": {"2": 10}, "return": 1, "ends": "12:30"}
    found = table().days
    assert (found["alert"][Tier.ONE], found["alert"][Tier.CRITICAL]) == (4, 3)
    assert (found["threat"][Tier.ONE], found["threat"][Tier.TWO], found["flash"][Tier.ONE]) == (5, 10, 1)
    assert return_deadline(1, jst(2026, 11, 19)) == jst(2026, 11, 20, 12, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        [], "x", {"flsh": 1}, {"flash": 0}, {"flash": 1.5}, {"flash": True}, {"flash": "2"}, {"flash": {"4": 1}},
        {"flash": {"1": -1}}, {"ends": "25:00"}, {"ends": 17}, {"alert": None}, {"alert": 251},
    ],
)  # fmt: skip
def test_bad_numbers_are_refused_and_named(settings, wrong):
    settings.COUNCIL_DEADLINES = wrong
    with pytest.raises(ImproperlyConfigured, match="COUNCIL_DEADLINES"):
        deadlines.table()


@pytest.mark.parametrize(
    "wrong",
    [
        {}, [[]], [{"to": "leads"}], [{"to": "friends", "after": 1}], [{"to": ["leads"], "after": 1}],
        [{"to": "leads", "after": -1}], [{"to": "leads", "after": "1"}], [{"to": "leads", "after": 1, "by": "mail"}],
        [{"to": "leads", "after": 2}, {"to": "deputies", "after": 1}], [{"to": "leads", "after": 1}] * 10,
    ],
)  # fmt: skip
def test_a_bad_ladder_is_refused_and_named(settings, wrong):
    settings.COUNCIL_LADDER = wrong
    with pytest.raises(ImproperlyConfigured, match="COUNCIL_LADDER"):
        ladder.steps()


@pytest.mark.parametrize("wrong", ['{"flash": 99999}', '{"flash": 1', "/nowhere/at/all.json"])
def test_nothing_starts_with_bad_numbers(wrong):
    started = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=code.ROOT, env={**os.environ, "COUNCIL_DEADLINES": wrong},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert started.returncode != 0
    assert "COUNCIL_DEADLINES" in started.stderr.splitlines()[-1]


def test_a_setting_is_json_itself_or_the_file_with_it(monkeypatch, tmp_path):
    file = tmp_path / "deadlines.json"
    file.write_text('{"flash": 2}', encoding="utf-8")
    for said in ('{"flash": 2}', str(file)):
        monkeypatch.setenv("COUNCIL_DEADLINES", said)
        assert environment.structure("COUNCIL_DEADLINES") == {"flash": 2}
    monkeypatch.delenv("COUNCIL_DEADLINES")
    assert environment.structure("COUNCIL_DEADLINES") is None


# --- on the desk ---


def test_publishing_counts_the_days(world):
    revision = shelf.published(
        world.publisher, world.approver, kind="flash", standard_deadline=True, organisations=[world.company]
    )
    stored, listed = Revision.unrestricted.get(), Listing.objects.get()
    assert stored.deadline == standard_deadline("flash", 1, revision.published_at) == listed.deadline


def test_the_deadline_says_nothing_of_parts_above_the_floor(world):
    revision = shelf.published(
        world.publisher, [world.approver, world.second_approver], kind="alert", tier=3, floor=2, designation=world.item,
        parts=[("甲", 2), ("乙", 3)], standard_deadline=True, organisations=[world.company],
    )  # fmt: skip
    assert revision.deadline == standard_deadline("alert", 2, revision.published_at)


def test_what_was_approved_is_how_the_days_are_counted(world):
    revision = shelf.drafted(world.publisher, kind="flash", standard_deadline=True, organisations=[world.company])
    before = digest(revision)
    revision.deadline = timezone.now()
    assert digest(revision) == before
    revision.standard_deadline = False
    assert digest(revision) != before
    revision.deadline = None
    assert digest(revision) != before


def test_approvals_stand_after_the_days_were_counted(world):
    revision = shelf.published(world.publisher, world.approver, standard_deadline=True, organisations=[world.company])
    body = calls.get(world.approver, f"{revision.bulletin_id}/").json()
    assert body["desk"]["approvals"]["held"] == 1


def test_a_moment_and_the_standard_at_once_are_refused(world):
    both = shelf.draft(standard_deadline=True, deadline=timezone.now() + timedelta(days=3))
    with pytest.raises(Invalid) as refused:
        create_draft(both, acting_user=world.publisher)
    assert list(refused.value.errors) == ["deadline"]


def test_the_api_takes_the_standard_and_only_as_true_or_false(world):
    body = calls.draft(standard_deadline=True)
    assert calls.post(world.publisher, body=body).status_code == 201
    assert Revision.unrestricted.get().standard_deadline is True
    for wrong in ("true", 1, None):
        answer = calls.post(world.publisher, body=calls.draft(standard_deadline=wrong))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/standard_deadline")


def form(**changes: object) -> dict:
    part = {"kind": "text", "tier": "1", "text": "本文です。", "keep": ""}
    fields = {"kind": "flash", "title": "架空の題名", "tier": "1", "floor": "", "parts": "1", "save": "1", "people": ""}
    return {**fields, **{f"part-1-{name}": value for name, value in part.items()}, **changes}


@pytest.mark.parametrize(
    ("choice", "moment", "standard", "kept"),
    [
        ("none", "2099-03-02T17:00", False, False),
        ("standard", "2099-03-02T17:00", True, False),
        ("moment", "2099-03-02T17:00", False, True),
        ("", "2099-03-02T17:00", False, True),  # a program that knows the moment alone
        ("", "", False, False),
    ],
)
def test_the_form_offers_none_standard_and_a_moment(client: Client, world, choice, moment, standard, kept):
    sent = form(deadline_choice=choice, deadline=moment)
    assert cast.sign_in(client, world.publisher).post(reverse("desk:new"), sent).status_code == 302
    revision = Revision.unrestricted.get()
    assert (revision.standard_deadline, revision.deadline is not None) == (standard, kept)


def test_a_moment_that_was_chosen_has_to_be_named(client: Client, world):
    answer = cast.sign_in(client, world.publisher).post(reverse("desk:new"), form(deadline_choice="moment"))
    assert answer.status_code == 422
    assert 'id="id_deadline_error"' in answer.content.decode()
    assert not Bulletin.unrestricted.exists()


def test_the_form_shows_the_day_that_the_standard_comes_to(client: Client, world):
    revision = shelf.drafted(world.publisher, kind="alert", standard_deadline=True)
    page = cast.sign_in(client, world.publisher).get(reverse("desk:edit", args=[revision.bulletin_id])).content.decode()
    day = standard_deadline("alert", 1, timezone.now())
    assert f"標準（いま公開すると{day.month}月{day.day}日" in page
    assert re.search('value="standard"[^>]*checked', page)


def test_the_next_revision_begins_with_the_same_choice(client: Client, world):
    revision = shelf.published(world.publisher, world.approver, standard_deadline=True, organisations=[world.company])
    page = (
        cast.sign_in(client, world.publisher).get(reverse("desk:revise", args=[revision.bulletin_id])).content.decode()
    )
    assert re.search('value="standard"[^>]*checked', page)
    assert 'value="20' not in re.search('<input[^>]*name="deadline"[^>]*>', page)[0]
