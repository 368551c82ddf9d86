"""The pages of evidence packs: what one would hold, how far it is, and its file for auditors alone."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.subject import subject_of
from council.audit import packs, sequencer
from council.audit.models import AuditEvent, EvidencePack
from tests import cast
from tests.audit import pack_hand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
NEW = "/audit/packs/new/"


@pytest.fixture
def world(write):
    found = cast.council()
    for _ in range(3):
        write()
    sequencer.run_once()
    return found


@pytest.fixture
def auditor(client, world):
    return cast.sign_in(client, world.auditor)


@pytest.fixture
def pack(world):
    return pack_hand.made(subject_of(world.auditor), action="bulletin.read")


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_how_many_events_before_anything_is_made(auditor):
    assert "<strong>3件</strong>" in page(auditor, f"{NEW}?action=bulletin.read")
    assert not EvidencePack.objects.exists()


def test_the_button_makes_a_pack_of_the_filter_in_the_address(auditor):
    answer = auditor.post(f"{NEW}?action=bulletin.read")
    made = EvidencePack.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/audit/packs/{made.pk}/")
    assert (made.query["filter"], made.query["logs"]) == ({"action": "bulletin.read"}, False)


def test_the_form_keeps_the_filter_in_its_address(auditor):
    assert f'action="{NEW}?action=bulletin.read&amp;outcome=allow"' in page(
        auditor, f"{NEW}?action=bulletin.read&outcome=allow"
    )


def test_the_whole_logs_come_when_they_are_ticked(auditor):
    auditor.post(f"{NEW}?action=bulletin.read", {"logs": "1"})
    assert EvidencePack.objects.get().query["logs"] is True


@pytest.mark.parametrize("query", ["since=yesterday", "outcome=maybe"])
def test_a_filter_that_can_not_be_read_makes_nothing_and_says_so(auditor, query):
    answer = auditor.post(f"{NEW}?{query}")
    assert answer.status_code == 200
    assert "条件を読めないので、まだ作れません" in answer.content.decode()
    assert not EvidencePack.objects.exists()


def test_too_many_events_make_nothing_and_the_page_says_how_to_narrow_it(auditor, monkeypatch):
    monkeypatch.setattr(packs, "MOST", 2)
    answer = auditor.post(f"{NEW}?action=bulletin.read")
    assert "2件より多いので、一度に作れません" in answer.content.decode()
    assert not EvidencePack.objects.exists()


def test_no_events_make_nothing_unless_the_logs_are_wanted(auditor):
    answer = auditor.post(f"{NEW}?action=bulletin.recall")
    assert "入れるものがありません" in answer.content.decode()
    assert not EvidencePack.objects.exists()
    auditor.post(f"{NEW}?action=bulletin.recall", {"logs": "1"})
    assert EvidencePack.objects.count() == 1


def test_while_it_is_made_the_page_says_how_far_it_is(auditor, world):
    pack = pack_hand.asked(subject_of(world.auditor), action="bulletin.read")
    EvidencePack.objects.filter(pk=pack.pk).update(state="running", done=4, total=9)
    shown = page(auditor, f"/audit/packs/{pack.pk}/")
    assert '<progress id="live-bar" max="9" value="4">' in shown
    assert "受け取る（ZIP）" not in shown


def test_a_pack_that_is_done_shows_its_digest_and_its_last_day(auditor, pack):
    shown = page(auditor, f"/audit/packs/{pack.pk}/")
    assert pack.sha256 in shown
    assert f'href="/audit/packs/{pack.pk}/file/"' in shown
    assert "操作 資料を開く" in shown


def test_the_file_is_the_one_whose_digest_the_page_shows(auditor, pack):
    answer = auditor.get(f"/audit/packs/{pack.pk}/file/")
    data = b"".join(answer.streaming_content)
    assert hashlib.sha256(data).hexdigest() == pack.sha256
    assert (answer["Content-Length"], answer["Cache-Control"]) == (str(len(data)), "no-store")
    assert f'filename="{pack.pk}.zip"' in answer["Content-Disposition"]


def test_taking_is_in_the_log_before_the_first_byte(auditor, pack):
    before = AuditEvent.objects.filter(action="audit.export").count()
    answer = auditor.get(f"/audit/packs/{pack.pk}/file/")
    assert AuditEvent.objects.filter(action="audit.export").count() == before + 1
    answer.close()


def test_another_auditor_may_take_it(client, world, pack):
    other = cast.person(world.audit, "auditor")
    answer = cast.sign_in(client, other).get(f"/audit/packs/{pack.pk}/file/")
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == pack.sha256


@pytest.mark.parametrize("name", ["administrator", "operator", "reader_two"])
@pytest.mark.parametrize("rest", ["", "progress/", "file/"])
def test_for_everybody_else_it_is_not_there(client, world, pack, name, rest):
    person = cast.sign_in(client, getattr(world, name))
    there, never = (person.get(f"/audit/packs/{each}/{rest}") for each in (pack.pk, world.audit.pk))
    assert (there.status_code, there.content) == (never.status_code, never.content)
    assert there.status_code == 404


def test_a_pack_that_is_over_says_so_and_has_no_file(auditor, pack):
    EvidencePack.objects.filter(pk=pack.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert auditor.get(f"/audit/packs/{pack.pk}/file/").status_code == 404
    packs.remove_expired(timezone.now())
    assert "期限が過ぎたので、ファイルを消しました" in page(auditor, f"/audit/packs/{pack.pk}/")
    assert auditor.get(f"/audit/packs/{pack.pk}/file/").status_code == 404


def test_the_list_has_every_pack_with_its_filter_in_words(auditor, pack, world):
    pack_hand.asked(subject_of(world.auditor), outcome="deny")
    shown = page(auditor, "/audit/packs/")
    assert re.findall(r"<td>(操作 資料を開く|結果 拒否)</td>", shown) == ["結果 拒否", "操作 資料を開く"]
    assert "小川 真理" in shown


def test_while_it_is_made_the_page_looks_every_five_seconds(auditor, world):
    made = pack_hand.asked(subject_of(world.auditor), outcome="deny")
    live = f'data-live="/audit/packs/{made.pk}/progress/" data-live-seconds="5"'
    assert live in page(auditor, f"/audit/packs/{made.pk}/")


def test_what_moves_stops_when_the_pack_is_done(auditor, pack):
    assert "data-done" in page(auditor, f"/audit/packs/{pack.pk}/progress/")


def test_the_page_of_events_leads_here_with_its_filter(auditor):
    assert f'href="{NEW}?action=bulletin.read"' in page(auditor, "/audit/events/?action=bulletin.read")
