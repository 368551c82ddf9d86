"""The pages of the auditor's desk: who gets them, what they say first, what they never say."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from council.audit import log_keys, sequencer, verifying
from council.audit.models import AuditEvent, LogHead, Signal, Verification
from council.audit.verify import Finding, Report
from council.templatetags.portal import JST
from tests import cast
from tests.audit.desk_days import at, noon, write
from tests.audit.finished import finished

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]

PAGES = ("/audit/", "/audit/verifications/", "/audit/offline/", "/audit/packs/", "/audit/packs/new/")


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def logs(memory):
    sequencer.run_once()


def text(client, person, path):
    answer = cast.sign_in(client, person).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def result(verdict, *findings):
    rows = [{"code": "bad_leaf", "index": 7, "sentence": sentence} for sentence in findings]
    return {
        log_keys.log_name(tier): {"verdict": verdict, "size": 1, "findings": rows, "witnesses": []}
        for tier in (1, 2, 3)
    }


def checked(verdict="whole", *findings, ago=timedelta(minutes=5)):
    return finished(result(verdict, *findings), ago=ago)


@pytest.mark.parametrize("path", PAGES)
def test_an_auditor_gets_each_page(client, world, path):
    assert "<h1>" in text(client, world.auditor, path)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["administrator", "reader_two", "publisher", "operator", "officer"])
def test_for_everybody_else_there_is_no_such_page_and_the_try_is_recorded(client, world, name, path):
    person = getattr(world, name)
    refused = cast.sign_in(client, person).get(path)
    unused = client.get("/audit/nothing/")
    assert (refused.status_code, refused.content) == (unused.status_code, unused.content)
    tries = AuditEvent.objects.filter(action="audit.read", outcome="deny", org=str(person.organisation_id))
    assert tries.count() == 1


def test_a_stranger_is_sent_to_sign_in(client):
    assert all(client.get(path).status_code == 302 for path in PAGES)


@pytest.mark.usefixtures("logs")
def test_the_verdict_is_the_first_heading(client, world):
    checked()
    found = re.findall(r"<h[12][^>]*>([^<]+)", text(client, world.auditor, "/audit/"))
    assert found[:2] == ["監査の机", "記録は完全です"]


@pytest.mark.usefixtures("logs")
def test_before_the_first_check_the_desk_says_that_nobody_has_looked(client, world):
    page = text(client, world.auditor, "/audit/")
    assert "まだ確かめていません" in page
    assert "記録は完全です" not in page


@pytest.mark.usefixtures("logs")
def test_a_broken_log_is_told_with_its_name_its_place_and_a_sentence(client, world):
    checked("broken", "記録の形が違います。")
    page = text(client, world.auditor, "/audit/")
    assert "記録に食い違いがあります" in page
    assert "機密性1の7番：記録の形が違います。" in page
    assert 'data-result="broken"' in page


@pytest.mark.usefixtures("logs")
def test_a_check_of_long_ago_is_no_longer_called_whole(client, world):
    checked(ago=timedelta(days=3))
    page = text(client, world.auditor, "/audit/")
    assert "前に確かめてから、時間がたっています" in page
    assert 'data-result="old"' in page


@pytest.mark.usefixtures("logs")
def test_a_shortened_log_is_told_although_the_last_check_was_good(client, world):
    checked()
    LogHead.objects.filter(pk=3).update(size=0)
    page = text(client, world.auditor, "/audit/")
    assert "記録に食い違いがあります" in page
    assert "重要経済安保情報の記録は0件ですが、1件まで検印してあります" in page


def test_the_drawing_and_its_table_say_the_same_numbers(client, world):
    write(*(at(noon(2)) for _ in range(3)), at(noon(2), outcome="deny", reason="tier"))
    page = text(client, world.auditor, "/audit/")
    assert '<td class="num">3</td><td class="num">1</td>' in page
    assert "格付が上限を超える" in page
    assert page.count('role="img"') == page.count("<title id=") == page.count("<desc id=") == 2


def test_the_last_events_stand_there_without_heartbeats_and_looking_is_one_event(client, world, write):
    event = write()
    sequencer.run_once()
    page = text(client, world.auditor, "/audit/")
    listed = page[page.index('<ol class="events">') :]
    assert f"{event.time.astimezone(JST):%H:%M:%S}" in listed
    assert "動いている印を書きました" not in listed
    assert AuditEvent.objects.filter(action="audit.list").count() == 1


def test_an_event_whose_bytes_were_spoiled_is_shown_with_a_warning(client, world, write, monkeypatch):
    good, bad = write(), write("bulletin.print")
    real = AuditEvent.from_db.__func__

    def spoiled(cls, *row):
        event = real(cls, *row)
        event.leaf = b"{}" if event.pk == bad.pk else event.leaf
        return event

    monkeypatch.setattr(AuditEvent, "from_db", classmethod(spoiled))
    page = text(client, world.auditor, "/audit/")
    assert page.count("書き換えられた疑い") == 1
    assert re.search("を開きました。</", page)
    assert "を印刷しました。この出来事は書き換えられた疑い" in page
    assert good.pk != bad.pk


def test_open_signals_are_counted_and_lead_to_their_page(client, world):
    facts = {"rule": "bulk_reading", "event": "0" * 32, "first_event": "0" * 32, "count": 9, "threshold": 5}
    Signal.objects.create(key="a", raised_at=timezone.now(), **facts)
    page = text(client, world.auditor, "/audit/")
    assert "調べていないものが1件あります" in page
    assert f'href="{reverse("audit-signals")}"' in page


def test_starting_a_check_leads_to_its_page_which_says_how_far_it_is(client, world):
    answer = cast.sign_in(client, world.auditor).post("/audit/verifications/")
    made = Verification.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/audit/verifications/{made.pk}/")
    page = client.get(answer["Location"]).content.decode()
    assert "順番を待っています" in page
    assert "<progress" in page


def test_while_a_check_is_under_way_the_desk_leads_to_it_instead_of_starting_another(client, world):
    made = verifying.start(subject=None)
    page = text(client, world.auditor, "/audit/")
    assert f'href="/audit/verifications/{made.pk}/"' in page
    assert 'action="/audit/verifications/"' not in page


def test_what_moves_stops_when_the_check_has_ended(client, world):
    made = checked()
    moving = text(client, world.auditor, f"/audit/verifications/{made.pk}/progress/")
    assert "data-done" in moving
    assert f'href="/audit/verifications/{made.pk}/"' in moving


def test_what_a_check_found_is_told_log_by_log(client, world, monkeypatch):
    report = Report("tier-3", Finding("bad_leaf", 1200, "1200番が違います。"))
    report.silences.append((800, 420_000))
    monkeypatch.setattr(verifying, "check_deployment", lambda progress: {"tier-3": report})
    made = verifying.start(subject=None)
    verifying.run(made.pk)
    page = text(client, world.auditor, f"/audit/verifications/{made.pk}/")
    assert "重要経済安保情報" in page
    assert '<th scope="row">1,200</th><td>1200番が違います。</td>' in page
    assert "800番の前に、7分のあいだ動いている印がありません。" in page


def test_an_id_of_no_check_is_not_found(client, world):
    cast.sign_in(client, world.auditor)
    assert client.get(f"/audit/verifications/{world.auditor.pk}/").status_code == 404


def test_the_keys_to_compare_by_telephone_are_those_of_the_logs(client, world):
    page = text(client, world.auditor, "/audit/offline/").replace("&#x27;", "'")
    for tier in log_keys.TIERS:
        assert str(log_keys.verifiers(tier)[0]) in page


def test_each_menu_entry_of_an_auditor_is_there_and_the_page_knows_which_it_is(client, world):
    for path, entry in (
        ("/audit/", "監査の机"),
        ("/audit/offline/", "検証"),
        ("/audit/packs/new/", "証拠一式"),
        ("/audit/signals/", "出来事"),
    ):
        menu = re.findall(r'aria-current="page">([^<]+)</a>', text(client, world.auditor, path))
        assert menu == [entry]


def test_the_desk_speaks_english(client, world):
    client.cookies["language"] = "en"
    assert '<html lang="en">' in text(client, world.auditor, "/audit/")
