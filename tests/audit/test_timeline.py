"""The timeline of a person and of a bulletin: a month at a time, and what a reader may not know is not there."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from council.audit import names, timeline
from council.audit.models import AuditEvent
from council.audit.record import record
from tests import cast
from tests.audit.shelf import HIDDEN, SEEN, Clock, Shelf

pytestmark = pytest.mark.django_db

JST = ZoneInfo("Asia/Tokyo")
NEVER = "00000000-0000-4000-8000-000000000000"
SC, TH = "/audit/bulletins/SC-7KQ4/", "/audit/bulletins/TH-6LB5/"


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    monkeypatch.setattr(names, "_resolvers", [Shelf()])


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def did(monkeypatch):
    """Writes an event of the person at a moment of October 2026: day, hour."""

    clock = Clock()

    def did(person, day, hour=10, action="bulletin.read", month=10, **facts):
        clock.set(datetime(2026, month, day, hour, 5, tzinfo=JST))
        facts = {"object": SEEN, "revision": 2, "tier": 2, **facts}
        with monkeypatch.context() as patch, transaction.atomic():
            patch.setattr("council.audit.record.uuid7", clock)
            return record(action, actor=str(person.pk), organisation=str(person.organisation_id), **facts)

    return did


def page(client, person, url):
    return cast.sign_in(client, person).get(url)


def of(person):
    return f"/audit/people/{person.pk}/"


def days_of(line):
    return [(stretch.first.day, stretch.last.day, len(stretch.events)) for stretch in line.stretches]


def test_the_newest_month_is_shown_day_by_day_with_the_silences_between(client, world, did):
    for day in (3, 3, 10, 11):
        did(world.reader_two, day)
    line = page(client, world.auditor, f"{SC}?month=2026-10").context["line"]
    assert days_of(line) == [(12, 31, 0), (11, 11, 1), (10, 10, 1), (4, 9, 0), (3, 3, 2), (1, 2, 0)]
    text = client.get(f"{SC}?month=2026-10").content.decode()
    assert "10月4日（日）から10月9日（金）までの6日間は、出来事がありません。" in text


def test_a_bulletin_says_who_opened_acknowledged_and_received_it_and_when(client, world, did):
    did(world.reader_two, 3, 9)
    did(world.reader_two, 3, 10)
    did(world.reader_two, 4, 11, "bulletin.acknowledge")
    did(world.other_reader, 5, 12, "package.fetch")
    did(world.reader_one, 6, 12, outcome="deny", reason="tier")
    table = page(client, world.auditor, SC).context["table"]
    assert [row.organisation for row in table] == ["夕凪ケーブル株式会社", "翠嶺マテリアル株式会社"]
    assert [(name, at.astimezone(JST).hour, times) for name, at, times in table[1].opened] == [("加藤 美咲", 9, 2)]
    assert [len(cell) for cell in (table[1].acknowledged, table[1].received, table[0].received)] == [1, 0, 1]


def test_a_month_holds_its_own_events_and_leads_to_the_nearest_with_any(client, world, did):
    did(world.reader_two, 31, 23, month=8)
    did(world.reader_two, 31, 23)
    did(world.reader_two, 1, 0, month=11)
    line = page(client, world.auditor, f"{SC}?month=2026-10").context["line"]
    assert (line.allowed, line.older, line.newer) == (1, date(2026, 8, 1), date(2026, 11, 1))
    assert (line.first.month, line.last.astimezone(JST).month) == (8, 11)


def test_outcomes_are_counted_over_the_whole_month(client, world, did, monkeypatch):
    monkeypatch.setattr(timeline, "MOST", 2)
    for day in (1, 2, 3):
        did(world.reader_two, day)
    did(world.reader_two, 4, outcome="deny", reason="state")
    line = page(client, world.auditor, f"{of(world.reader_two)}?month=2026-10").context["line"]
    assert (line.allowed, line.denied, line.cut) == (3, 1, True)
    assert days_of(line) == [(5, 31, 0), (4, 4, 1), (3, 3, 1)]


@pytest.mark.parametrize("month", ["", "2026-13", "きのう", "0001-01", "9999-12", "2026-1", "2999-12"])
def test_a_month_that_can_not_be_read_is_the_newest(client, world, did, month):
    did(world.reader_two, 3)
    answer = page(client, world.auditor, f"{SC}?month={month}")
    assert answer.status_code == 200
    assert answer.context["line"].month == (date(2999, 12, 1) if month == "2999-12" else date(2026, 10, 1))


def test_a_person_has_what_they_did_and_what_was_done_to_them(client, world, did):
    own = did(world.reader_two, 3)
    about = did(world.administrator, 4, action="people.change", object=str(world.reader_two.pk), revision=0, tier=1)
    did(world.reader_one, 5)
    line = page(client, world.auditor, of(world.reader_two)).context["line"]
    shown = [event.id for stretch in line.stretches for event in stretch.events]
    assert shown == [about.pk, own.pk]


def test_looks_at_pages_are_in_no_timeline(client, world, did):
    did(world.reader_two, 3, action="page.show")
    for url in (SC, of(world.reader_two)):
        assert page(client, world.auditor, url).context["line"].first is None


def test_a_bulletin_is_found_by_its_id_and_by_its_reference_in_any_case(client, world, did):
    did(world.reader_two, 3)
    for which in (SEEN, SEEN.upper(), "sc-7kq4"):
        assert page(client, world.auditor, f"/audit/bulletins/{which}/").context["what"].reference == "SC-7KQ4"


def test_a_title_or_an_id_nobody_has_finds_nothing_also_for_auditors(client, world):
    for url in (
        "/audit/bulletins/調達先集中/",
        f"/audit/bulletins/{NEVER}/",
        "/audit/bulletins/%00/",
        f"/audit/people/{NEVER}/",
    ):
        assert page(client, world.auditor, url).status_code == 404


def cost_of(client, person, url):
    cast.sign_in(client, person)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    return answer.status_code, answer.content, len(captured)


def test_a_bulletin_an_administrator_may_not_read_is_one_that_never_was(client, world, did):
    did(world.reader_three, 3, object=HIDDEN, tier=3)
    never = cost_of(client, world.administrator, f"/audit/bulletins/{NEVER}/")
    assert never[0] == 404
    assert cost_of(client, world.administrator, f"/audit/bulletins/{HIDDEN}/") == never
    assert cost_of(client, world.administrator, TH) == cost_of(client, world.administrator, "/audit/bulletins/XX-0000/")


def test_a_person_of_another_organisation_is_one_that_never_was(client, world, did):
    did(world.other_reader, 3)
    never = cost_of(client, world.administrator, f"/audit/people/{NEVER}/")
    assert never[0] == 404
    assert cost_of(client, world.administrator, of(world.other_reader)) == never


def test_an_administrator_sees_of_a_bulletin_what_their_own_people_did(client, world, did):
    own = did(world.reader_two, 3)
    did(world.other_reader, 4)
    answer = page(client, world.administrator, SC)
    assert [event.id for stretch in answer.context["line"].stretches for event in stretch.events] == [own.pk]
    assert (answer.context["line"].allowed, answer.context["line"].newer) == (1, None)
    assert [row.organisation for row in answer.context["table"]] == ["翠嶺マテリアル株式会社"]
    assert "夕凪" not in answer.content.decode()


def test_an_administrator_sees_of_a_person_nothing_about_hidden_content(client, world, did):
    did(world.reader_three, 3, object=HIDDEN, tier=3)
    did(world.reader_three, 5, outcome="deny", reason="roster", object=HIDDEN, tier=3)
    line = page(client, world.administrator, of(world.reader_three)).context["line"]
    assert (line.first, line.allowed, line.denied) == (None, 0, 0)


@pytest.mark.parametrize("name", ["reader_two", "publisher", "officer", "operator"])
def test_for_everybody_else_there_are_no_timelines(client, world, name):
    for url in (SC, of(world.reader_two), "/audit/timelines/?of=SC-7KQ4"):
        assert page(client, getattr(world, name), url).status_code == 404


@pytest.mark.parametrize(("name", "label"), [("administrator", "自社の記録"), ("auditor", "出来事")])
def test_a_timeline_is_marked_in_the_menu_as_part_of_the_events(client, world, name, label):
    menu = page(client, getattr(world, name), SC).context["menu"]
    assert [entry["label"] for entry in menu if entry["current"]] == [label]


def test_looking_at_a_timeline_is_an_event(client, world, did):
    did(world.reader_two, 3)
    page(client, world.auditor, SC)
    assert AuditEvent.objects.filter(action="audit.list", org=str(world.audit.pk)).count() == 1


def test_looking_for_a_reference_or_for_one_person_leads_straight_there(client, world):
    assert page(client, world.auditor, "/audit/timelines/?of=sc-7kq4")["Location"] == SC
    assert page(client, world.auditor, "/audit/timelines/?of=加藤")["Location"] == of(world.reader_two)


def test_of_several_people_one_is_chosen(client, world):
    cast.person(world.other_company, name="加藤 次郎")
    people = page(client, world.auditor, "/audit/timelines/?of=加藤").context["people"]
    assert [(whom.name, whom.organisation) for whom in people] == [
        ("加藤 次郎", "夕凪ケーブル株式会社"), ("加藤 美咲", "翠嶺マテリアル株式会社"),
    ]  # fmt: skip


def test_an_administrator_finds_their_own_people_and_no_hint_of_others(client, world):
    cast.person(world.other_company, name="加藤 次郎")
    assert page(client, world.administrator, "/audit/timelines/?of=加藤")["Location"] == of(world.reader_two)
    for hidden in ("秋山", "TH-6LB5"):
        found, nobody = (client.get("/audit/timelines/", {"of": word}).content.decode() for word in (hidden, "zzz"))
        assert (main := found.partition("<main")[2].replace(hidden, "zzz"))
        assert main == nobody.partition("<main")[2]


def test_a_full_month_costs_no_more_queries_than_one_event(client, world, did):
    did(world.reader_two, 1)
    few = cost_of(client, world.auditor, SC)[2]
    for day in range(2, 20):
        did(world.other_reader, day)
        did(world.reader_one, day, action="bulletin.acknowledge")
    assert cost_of(client, world.auditor, SC)[2] == few
