"""私の机: what is due comes first, then what is new, then what waits at the desk."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bulletins.ruler import ruler
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> None:
    what.setdefault("organisations", [world.company])
    shelf.published(world.publisher, world.approver, **what)


def home(client: Client, who: object) -> str:
    response = cast.sign_in(client, who).get("/")
    assert response.status_code == 200
    return response.content.decode()


def in_days(days: float) -> object:
    return timezone.now() + timedelta(days=days)


def test_duties_stand_by_deadline_and_the_late_one_leads(client: Client, world: cast.Council) -> None:
    for title, days in (("あとで", 30), ("遅れた", -2), ("もうすぐ", 1)):
        put_out(world, title=title, deadline=in_days(days))
    html = home(client, world.reader_one)
    duties = re.findall(r'<h3 class="record-title"><a [^>]*>(.*?)</a>', html)
    assert duties == ["遅れた", "もうすぐ", "あとで"]
    assert html.count('<li class="record"') == 3
    assert re.search(r'<li class="record" id="due-[^"]+" data-tone="overdue">', html)


def test_the_lede_counts_what_is_late(client: Client, world: cast.Council) -> None:
    put_out(world, deadline=in_days(-2))
    assert "期限を過ぎた確認が<strong>1件</strong>" in home(client, world.reader_one)


def test_what_has_been_acknowledged_is_a_duty_no_more(client: Client, world: cast.Council) -> None:
    put_out(world, title="済ませる", deadline=in_days(2))
    html = home(client, world.reader_one)
    client.post(re.search(r'href="(/bulletins/[0-9a-f-]+/)"', html)[1] + "acknowledge/")
    assert "済ませる" not in home(client, world.reader_one)


def test_each_day_of_the_ruler_leads_to_a_duty_that_is_there(client: Client, world: cast.Council) -> None:
    deadline = in_days(3)
    for _twice in range(2):
        put_out(world, deadline=deadline)
    html = home(client, world.reader_one)
    targets = re.findall(r'href="#(due-[\d-]+)"', html)
    assert targets
    assert all(html.count(f'id="{target}"') == 1 for target in targets)


def test_unread_lists_what_needs_no_acknowledgement_until_it_is_opened(client: Client, world: cast.Council) -> None:
    put_out(world, title="まだ開かない")
    html = home(client, world.reader_one)
    assert "まだ開かない" in html
    client.get(re.search(r'href="(/bulletins/[0-9a-f-]+/)"', html)[1])
    assert "まだ開かない" not in home(client, world.reader_one)


def test_at_most_eight_unread_are_shown(client: Client, world: cast.Council) -> None:
    for number in range(9):
        put_out(world, title=f"新着{number}")
    assert len(set(re.findall("新着[0-9]", home(client, world.reader_one)))) == 8


def test_above_ones_ceiling_nothing_appears(client: Client, world: cast.Council) -> None:
    put_out(world, title="上の題名", tier=2, deadline=in_days(1))
    html = home(client, world.reader_one)
    assert "上の題名" not in html
    assert "急ぎの確認はありません" in html


def test_empty_lists_say_what_will_appear(client: Client, world: cast.Council) -> None:
    html = home(client, world.reader_one)
    assert html.count('class="empty"') == 2
    assert "期限の早い順にここに並びます" in html


def test_a_publisher_finds_their_drafts_and_readers_no_such_list(client: Client, world: cast.Council) -> None:
    shelf.drafted(world.publisher, title="書きかけ", organisations=[world.company])
    assert "書きかけ" in home(client, world.publisher)
    assert 'id="draft-h"' not in home(client, world.reader_two)


def test_an_approver_finds_what_waits_for_them_until_they_have_approved_it(client: Client, world: cast.Council) -> None:
    from_publisher = {"title": "査読待ち", "tier": 3, "designation": world.item, "organisations": [world.company]}
    revision = shelf.handed_in(world.publisher, **from_publisher)
    assert "査読待ち" in home(client, world.approver)
    shelf.approve(revision.bulletin_id, acting_user=world.approver)
    assert "査読待ち" not in home(client, world.approver)
    assert "査読待ち" in home(client, world.second_approver)


@pytest.mark.parametrize("who", ["auditor", "operator"])
def test_those_who_see_no_content_are_led_to_their_own_pages(client: Client, world: cast.Council, who: str) -> None:
    put_out(world, title="見えない題名", organisations=[world.audit, world.office])
    html = home(client, getattr(world, who))
    assert "見えない題名" not in html
    assert "仕事のページ" in html
    assert "/bulletins/" not in html[html.index("<main") : html.index("</main>")]


def test_the_box_names_ceiling_and_own_subcommittees(client: Client, world: cast.Council) -> None:
    html = home(client, world.reader_two)
    box = html[html.index('id="me-h"') :]
    assert "機密性2情報" in box
    assert "電子部品・素材分科会" in box
    assert "基幹インフラ分科会" not in box


def test_showing_titles_is_an_event(client: Client, world: cast.Council) -> None:
    home(client, world.reader_one)
    assert AuditEvent.objects.filter(action="bulletin.list", outcome="allow").count() == 1


def test_the_ruler_draws_days_off_and_counts_business_days() -> None:
    days = {each.day: each for each in ruler(date(2026, 11, 20), [date(2026, 11, 25), date(2026, 11, 19)], soon=3)}
    assert days[date(2026, 11, 23)].holiday
    assert days[date(2026, 11, 21)].off
    assert not days[date(2026, 11, 21)].holiday
    assert (days[date(2026, 11, 25)].count, days[date(2026, 11, 25)].tone) == (1, "soon")
    assert days[date(2026, 11, 19)].tone == "overdue"
    assert [day for day, each in days.items() if each.today] == [date(2026, 11, 20)]
