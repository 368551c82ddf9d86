"""The list of events, as a page and in the API: who gets it, what it shows, what it leaves behind."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from council.audit import names
from council.audit.details import details_of
from council.audit.models import AuditDetail, AuditEvent
from council.audit.reading import PAGE
from council.audit.record import record
from tests import cast
from tests.audit.shelf import HIDDEN, SEEN, Shelf

pytestmark = pytest.mark.django_db

PAGE_URL, API_URL = "/audit/events/", "/api/v1/audit/events/"


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    monkeypatch.setattr(names, "_resolvers", [Shelf()])


@pytest.fixture
def world():
    return cast.council()


def did(person, action="bulletin.read", **facts):
    """An event of the person, about the bulletin everybody knows unless something else is said."""
    facts = {"object": SEEN, "revision": 2, "tier": 2, **facts}
    with transaction.atomic():
        return record(action, actor=str(person.pk), organisation=str(person.organisation_id), **facts)


def page(client, person, query=""):
    return cast.sign_in(client, person).get(PAGE_URL + query)


def rows(client, person, query=""):
    return cast.sign_in(client, person).get(API_URL + query).json()["results"]


def test_an_auditor_reads_sentences(client, world):
    did(world.reader_two)
    text = page(client, world.auditor).content.decode()
    assert "翠嶺マテリアル株式会社の加藤 美咲さんが、SC-7KQ4 第2版を開きました。" in text


def test_an_auditor_reads_why_somebody_was_refused(client, world):
    did(world.reader_one, "bulletin.print", outcome="deny", reason="caveat", revision=0)
    text = page(client, world.auditor).content.decode()
    assert "平野 隼さんが、SC-7KQ4について「印刷」を求め、断られました。理由は「取扱制限」です。" in text


@pytest.mark.parametrize("name", ["reader_two", "publisher", "approver", "officer", "operator", "analyst"])
def test_for_everybody_else_there_is_no_such_page_and_the_try_is_recorded(client, world, name):
    person = getattr(world, name)
    assert page(client, person).status_code == 404
    assert client.get(API_URL).status_code == 404
    tries = AuditEvent.objects.filter(action="audit.read", outcome="deny", reason="role")
    assert tries.filter(org=str(person.organisation_id)).count() == 2


def test_the_page_of_the_refused_is_the_page_of_an_address_that_was_never_used(client, world):
    refused = page(client, world.reader_two)
    unused = client.get("/audit/nothing/")
    assert (refused.status_code, refused.content) == (unused.status_code, unused.content)


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get(PAGE_URL).status_code == 302
    assert client.get(API_URL).status_code in (401, 403)
    assert not AuditEvent.objects.exists()


def test_an_administrator_sees_their_own_people_and_nobody_else(client, world):
    own = did(world.reader_two)
    did(world.other_reader)
    did(world.other_reader, "session.sign_in", object="", revision=0, tier=1)
    shown = page(client, world.administrator).context["events"]
    assert [event.id for event in shown] == [own.pk]
    assert "加藤 美咲さん" in shown[0].sentence
    assert [row["id"] for row in rows(client, world.administrator, "?action=bulletin.read")] == [str(own.pk)]


def test_an_administrator_who_asks_for_another_organisation_finds_nothing(client, world):
    did(world.other_reader)
    for who in ("秋山", "夕凪", str(world.other_reader.pk), str(world.other_company.pk)):
        assert rows(client, world.administrator, f"?actor={who}") == []


def test_what_an_administrator_may_not_read_leaves_no_event_for_them(client, world):
    did(world.reader_three, object=HIDDEN, tier=3)
    did(world.reader_two, object=HIDDEN, outcome="deny", reason="roster", tier=3)
    assert rows(client, world.administrator) == []
    assert page(client, world.administrator, f"?object={HIDDEN}").context["events"] == []
    assert len(rows(client, world.auditor, f"?object={HIDDEN}")) == 2


def test_a_reference_an_administrator_may_not_know_finds_what_an_unused_one_finds(client, world):
    did(world.reader_three, object=HIDDEN, tier=3)
    assert rows(client, world.administrator, "?object=TH-6LB5") == rows(client, world.administrator, "?object=XX-0000")


def test_without_a_resolver_an_administrator_learns_of_no_content(client, world, monkeypatch):
    monkeypatch.setattr(names, "_resolvers", [])
    did(world.reader_two)
    did(world.reader_two, "session.sign_in", object="", revision=0, tier=1)
    assert [row["action"] for row in rows(client, world.administrator)] == ["session.sign_in"]


def test_an_administrator_is_not_told_reason_or_tier(client, world):
    did(world.reader_one, outcome="deny", reason="tier", tier=2)
    row = rows(client, world.administrator)[0]
    assert [row[member] for member in ("reason", "tier", "policy", "detail", "v")] == [None] * 5
    shown = page(client, world.administrator).context["events"][-1]
    assert (
        shown.sentence
        == "翠嶺マテリアル株式会社の平野 隼さんが、SC-7KQ4 第2版について「資料を開く」を求め、断られました。"
    )
    assert {"tier", "reason", "detail"}.isdisjoint(dict(shown.raw))


def test_the_page_of_all_events_is_tier_two_whoever_the_auditor_is(client, world):
    assert page(client, world.auditor).context["screen_tier"] == 2


def test_an_event_above_the_ceiling_of_an_administrator_is_not_theirs(client, world):
    did(world.officer, "roster.record", object=str(world.reader_three.pk), tier=3)
    chief = cast.person(world.agency, "administrator", tier=2)
    assert rows(client, chief) == []


def test_looking_is_itself_an_event_with_the_question_in_its_detail(client, world):
    page(client, world.auditor, "?actor=加藤&since=2026-01-01")
    look = AuditEvent.objects.get(action="audit.list")
    facts = details_of([look])[look.pk]["facts"]
    assert facts == {"query": {"since": "2026-01-01", "actor": "加藤"}, "shown": 0}


@pytest.mark.django_db(transaction=True)
def test_a_look_that_can_not_be_recorded_is_not_had(client, own_keyring, world):
    did(world.reader_two)
    AuditDetail.objects.all().delete()  # what is left can be shown without a key
    cast.sign_in(client, world.auditor)
    own_keyring.unlink()
    response = client.get(PAGE_URL)
    assert response.status_code == 503
    assert "翠嶺" not in response.content.decode()


def test_pages_follow_one_another_without_gap_or_repeat_and_back(client, world):
    made = [did(world.reader_two, revision=number).pk for number in range(PAGE + 7)]
    first = page(client, world.auditor, "?action=bulletin.read")
    second = client.get(PAGE_URL + first.context["older_url"])
    shown = [event.id for response in (first, second) for event in response.context["events"]]
    assert shown == made[::-1]
    assert (first.context["newer_url"], second.context["older_url"]) == (None, None)
    back = client.get(PAGE_URL + second.context["newer_url"])
    assert [event.id for event in back.context["events"]] == shown[:PAGE]


def test_hidden_events_leave_no_short_page(client, world):
    for number in range(3 * PAGE):
        did(world.reader_two, object=SEEN if number % 3 == 0 else HIDDEN, revision=number)
    response = page(client, world.administrator, "?action=bulletin.read")
    assert len(response.context["events"]) == PAGE
    assert response.context["older_url"] is None


def test_the_api_goes_on_with_an_opaque_cursor_and_counts_nothing(client, world):
    made = [str(did(world.reader_two, revision=number).pk) for number in range(PAGE + 1)]
    first = cast.sign_in(client, world.auditor).get(API_URL + "?action=bulletin.read")
    body = first.json()
    assert set(body) == {"results", "next"}
    assert first.headers["Link"] == f'<{body["next"]}>; rel="next"'
    rest = client.get(body["next"]).json()
    assert [row["id"] for row in body["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None


def test_a_row_of_the_api_is_the_leaf_with_the_person_and_the_sentence(client, world):
    event = did(world.reader_two)
    row = rows(client, world.auditor)[0]
    assert (row["id"], row["actor"], row["object"], row["tier"]) == (str(event.pk), event.actor, SEEN, 2)
    assert row["person"] == str(world.reader_two.pk)
    assert row["sentence"].endswith("を開きました。")


@pytest.mark.parametrize("query", ["since=きのう", "outcome=maybe", "cursor=@@", "cursor=WzFd", "cursor=W10", "who=x"])
def test_a_question_the_api_can_not_read_is_a_problem(client, world, query):
    response = cast.sign_in(client, world.auditor).get(f"{API_URL}?{query}")
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_question_the_page_can_not_read_shows_what_is_wrong_and_no_events(client, world):
    did(world.reader_two)
    text = page(client, world.auditor, "?since=きのう").content.decode()
    assert "日付（2026-11-21）か日時" in text
    assert "加藤" not in text


@pytest.mark.parametrize("query", ["?before=x", "?after=00000000", "?before=&after="])
def test_a_place_in_the_list_that_can_not_be_read_is_the_top(client, world, query):
    did(world.reader_two)
    assert len(page(client, world.auditor, query).context["events"]) == 1


def test_a_destroyed_detail_hides_the_name_and_nothing_else(client, world):
    did(world.reader_two)
    AuditDetail.objects.all().delete()
    text = page(client, world.auditor).content.decode()
    assert "翠嶺マテリアル株式会社の担当者が、SC-7KQ4 第2版を開きました。" in text


def test_a_detail_that_does_not_open_does_not_hide_the_others(client, world):
    broken = did(world.reader_one)
    detail = AuditDetail.objects.get(pk=broken.pk)
    AuditDetail.objects.all().delete()
    AuditDetail.objects.create(**{**vars_of(detail), "ciphertext": bytes(60)})
    did(world.reader_two)
    text = page(client, world.auditor).content.decode()
    assert "加藤 美咲さん" in text
    assert "平野 隼" not in text


def vars_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields}


def test_no_html_of_a_name_gets_onto_the_page(client, world):
    did(cast.person(world.company, name="<b>加藤</b>"))
    assert "<b>加藤</b>" not in page(client, world.auditor).content.decode()


def queries_of(client, person):
    cast.sign_in(client, person)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PAGE_URL).status_code == 200
    return len(captured)


def test_a_full_page_costs_no_more_queries_than_a_page_with_one_event(client, world):
    did(world.reader_two)
    few = queries_of(client, world.auditor)
    for number in range(30):
        did(world.reader_one, revision=number)
        did(world.other_reader, "session.sign_in", object="", revision=0)
    assert queries_of(client, world.auditor) == few


def test_a_sentence_has_ways_to_the_timelines_of_who_and_what_it_names(client, world):
    did(world.reader_two)
    shown = page(client, world.auditor).context["events"][0]
    assert shown.links == [
        ("加藤 美咲さんの時系列", f"/audit/people/{world.reader_two.pk}/"),
        ("SC-7KQ4の時系列", "/audit/bulletins/SC-7KQ4/"),
    ]


def test_no_way_leads_an_administrator_to_somebody_of_another_organisation(client, world):
    did(world.reader_two, "people.change", object=str(world.other_reader.pk), revision=0, tier=1)
    links = page(client, world.administrator).context["events"][0].links
    assert links == [("加藤 美咲さんの時系列", f"/audit/people/{world.reader_two.pk}/")]


def test_an_administrator_is_not_asked_for_an_organisation(client, world):
    assert 'name="organisation"' not in page(client, world.administrator).content.decode()
    assert 'name="organisation"' in page(client, world.auditor).content.decode()
    did(world.other_reader)
    assert rows(client, world.administrator, f"?organisation={world.other_company.pk}") == []
