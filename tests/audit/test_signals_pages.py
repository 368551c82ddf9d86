"""The pages of signals: who sees them, what stands there, and how somebody says what it was."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from council.audit import names, settlements, signals
from council.audit.details import details_of
from council.audit.models import AuditEvent, Signal
from council.audit.record import record, record_refusal
from tests import cast
from tests.audit.shelf import GROUP, SEEN, Shelf

pytestmark = pytest.mark.django_db

LIST = "/audit/signals/"


@pytest.fixture(autouse=True)
def shelf(monkeypatch, settings):
    monkeypatch.setattr(names, "_resolvers", [Shelf()])
    settings.AUDIT_THRESHOLDS = {"odd_hours": {"on": False}, "refusals_in_a_row": {"refusals": 3, "sign_ins": 2}}


@pytest.fixture
def world():
    return cast.council()


def find():
    return signals.find(timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1))


def refused(person, times=3):
    who = {"actor": str(person.pk), "organisation": str(person.organisation_id)}
    return [record_refusal("bulletin.print", **who, object=SEEN, tier=2, reason="caveat") for _ in range(times)]


@pytest.fixture
def raised(world):
    refused(world.reader_two)
    assert find() == 1
    return Signal.objects.get()


def page(client, person, signal=None):
    return cast.sign_in(client, person).get(f"{LIST}{signal.pk}/" if signal else LIST)


def test_the_list_says_who_what_and_how_many_against_which_threshold(client, world, raised):
    text = page(client, world.auditor).content.decode()
    assert "続けて断られた</a>" in text
    assert "翠嶺マテリアル株式会社 加藤 美咲さん" in text
    assert '<td class="num">3</td><td class="num">3</td>' in text
    assert "まだ調べていない" in text


def test_a_signal_shows_the_events_behind_it_and_leads_to_them_in_the_list(client, world, raised):
    with transaction.atomic():
        record("bulletin.read", actor=str(world.reader_two.pk), organisation=str(world.company.pk), object=SEEN)
    answer = page(client, world.auditor, raised)
    behind = [event.id for event in answer.context["events"]]
    assert behind == list(AuditEvent.objects.filter(outcome="deny").values_list("pk", flat=True))
    listed = client.get(f"/audit/events/?{answer.context['sight'].query}")
    assert [event.id for event in listed.context["events"]] == behind


def test_a_first_download_says_in_which_subcommittee(client, world, monkeypatch):
    group = str(world.materials.pk)
    monkeypatch.setattr(Shelf, "groups_of", lambda self, ids: {key: {group} for key in ids if key == SEEN})
    with transaction.atomic():
        record("bulletin.download", actor=str(world.reader_two.pk), organisation=str(world.company.pk), object=SEEN)
    assert find() == 1
    assert "電子部品・素材分科会" in page(client, world.auditor).content.decode()


def test_failed_sign_ins_name_the_organisation_and_find_their_events(client, world):
    for _ in range(2):
        record_refusal("session.sign_in_failed", actor=None, organisation=str(world.company.pk), reason="password")
    assert find() == 1
    answer = page(client, world.auditor, Signal.objects.get())
    assert "翠嶺マテリアル株式会社" in answer.content.decode()
    assert len(answer.context["events"]) == 2


def test_settling_keeps_the_finding_and_is_an_event(client, world, raised):
    cast.sign_in(client, world.auditor)
    answer = client.post(f"{LIST}{raised.pk}/", {"finding": "本人に確かめた。印刷のやり方を間違えていた。"})
    assert answer["Location"] == LIST
    raised.refresh_from_db()
    assert (raised.settled_by, raised.finding[:4]) == (world.auditor.pk, "本人に確")
    event = AuditEvent.objects.get(action="audit.settle_signal")
    assert details_of([event])[event.pk]["facts"] == settlements.said_of(raised)


def test_a_settled_signal_stays_listed_behind_those_that_wait(client, world, raised):
    signals.settle(raised.pk, "問題なし", subject=subject_of(client, world.auditor))
    refused(world.reader_one)
    find()
    shown = page(client, world.auditor).context["sights"]
    assert [sight.signal.settled_at is None for sight in shown] == [True, False]
    text = page(client, world.auditor, raised).content.decode()
    assert "小川 真理" in text
    assert "<textarea" not in text


def test_a_signal_that_only_a_row_says_was_settled_is_told_and_settled_again(client, world, raised):
    Signal.objects.update(settled_at=timezone.now(), settled_by=world.auditor.pk, finding="何もなかった")
    assert "出来事と合いません" in page(client, world.auditor).content.decode()
    text = page(client, world.auditor, raised).content.decode()
    assert "調べ終えたことになっていますが、記録にある出来事と合いません。" in text
    assert "何もなかった" not in text
    client.post(f"{LIST}{raised.pk}/", {"finding": "本人に確かめた。"})
    assert "本人に確かめた。" in page(client, world.auditor, raised).content.decode()


@pytest.mark.parametrize("change", [{"finding": "何もなかった"}, {"settled_by": SEEN}, {"settled_at": timezone.now()}])
def test_what_was_found_out_is_told_when_it_was_changed(client, world, raised, change):
    signals.settle(raised.pk, "持ち出しだった", subject=subject_of(client, world.auditor))
    Signal.objects.update(**change)
    assert "出来事と合いません" in page(client, world.auditor).content.decode()


def subject_of(client, person):
    return cast.sign_in(client, person).get("/audit/events/").wsgi_request.subject


def test_who_comes_second_loses_nothing_typed_and_changes_nothing(client, world, raised):
    signals.settle(raised.pk, "問題なし", subject=subject_of(client, world.auditor))
    text = client.post(f"{LIST}{raised.pk}/", {"finding": "ほかの見方"}).content.decode()
    assert "ほかの監査人が先に" in text
    assert "ほかの見方" in text
    raised.refresh_from_db()
    assert raised.finding == "問題なし"


@pytest.mark.parametrize(("finding", "words"), [("", "この項目は必須です"), ("あ" * 501, "500")])
def test_a_finding_that_is_missing_or_too_long_is_said(client, world, raised, finding, words):
    text = cast.sign_in(client, world.auditor).post(f"{LIST}{raised.pk}/", {"finding": finding}).content.decode()
    assert words in text
    raised.refresh_from_db()
    assert raised.settled_at is None


@pytest.mark.parametrize("name", ["administrator", "reader_two", "operator", "officer", "publisher"])
def test_signals_are_there_for_auditors_alone(client, world, raised, name):
    there, nowhere = page(client, getattr(world, name), raised), client.get(f"{LIST}{SEEN}/")
    assert (there.status_code, there.content) == (404, nowhere.content)
    assert client.get(LIST).status_code == 404
    assert client.post(f"{LIST}{raised.pk}/", {"finding": "なし"}).status_code == 404
    assert AuditEvent.objects.filter(action="audit.read", outcome="deny").count() == 4


def test_an_administrator_sees_no_event_of_a_signal(client, world, raised):
    rows = cast.sign_in(client, world.administrator).get("/audit/events/").context["events"]
    assert "気がかりな動き" not in "".join(row.sentence for row in rows)
    told = cast.sign_in(client, world.auditor).get("/audit/events/?action=audit.signal").context["events"]
    assert [row.sentence for row in told] == ["ポータルが、気がかりな動き「続けて断られた」を知らせました。"]


def test_an_auditor_finds_no_signal_under_an_id_that_never_was(client, world):
    assert page(client, world.auditor, Signal(pk=GROUP)).status_code == 404


def queries_of(client, person):
    cast.sign_in(client, person)
    with CaptureQueriesContext(connection) as captured:
        client.get(LIST)
    return len(captured)


def test_a_full_list_costs_no_more_queries_than_one_signal(client, world, raised):
    few = queries_of(client, world.auditor)
    for person in (world.reader_one, world.other_reader, world.analyst, world.publisher):
        refused(person)
    assert find() == 4
    assert queries_of(client, world.auditor) == few
