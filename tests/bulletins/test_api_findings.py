"""What the leak lint finds in what a program hands in: told to the program, written down as not confirmed, and shown to the approver."""

import pytest
from django.test import Client
from django.urls import reverse

from bulletins.actions.review import submit
from council.access.facts import State
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
NOBODY = "まだだれも確かめていないものがあります"


@pytest.fixture
def world():
    return cast.council()


def drafted(world, *parts):
    return shelf.drafted(world.publisher, parts=parts, organisations=[world.company]).bulletin_id


def detail_of(action):
    event = AuditEvent.objects.filter(action=action).latest("id")
    return details_of([event])[event.pk]["facts"]


def page_of(who, bulletin):
    return cast.sign_in(Client(), who).get(reverse("desk:work", args=[bulletin])).content.decode()


def test_program_is_told_what_was_found_and_is_not_refused(world):
    bulletin = drafted(world, "ふつうの文です。", "秋山恵 taro@kaisha.example")
    answer = calls.post(world.publisher, f"{bulletin}/submit/").json()
    assert answer["state"] == State.IN_REVIEW
    found = [(each["code"], each["where"], each["words"]) for each in answer["findings"]]
    assert found == [("mail", "2 段落", "taro@kaisha.example"), ("person", "2 段落", "秋山 恵")]
    assert all(each["why"].endswith("。") for each in answer["findings"])
    assert answer["unread"] == []


def test_program_is_told_what_is_inside_of_files(world):
    files = [shelf.attachment("連絡先.csv", "秋山恵,".encode()), shelf.attachment("図.bin", b"x")]
    answer = calls.post(world.publisher, f"{drafted(world, *files)}/submit/").json()
    assert [each["where"] for each in answer["findings"]] == ["1 付属資料の中身"]
    assert answer["unread"] == ["図.bin"]


def test_without_findings_the_list_is_empty_and_nobody_is_said_to_have_to_look(world):
    bulletin = drafted(world, "ふつうの文です。")
    assert calls.post(world.publisher, f"{bulletin}/submit/").json()["findings"] == []
    assert "confirmed" not in detail_of("bulletin.submit")
    assert NOBODY not in page_of(world.approver, bulletin)


def test_log_says_that_nobody_confirmed_what_a_program_handed_in(world):
    bulletin = drafted(world, "taro@kaisha.example")
    calls.post(world.publisher, f"{bulletin}/submit/")
    answer = calls.post(world.approver, f"{bulletin}/approve/").json()
    assert [each["code"] for each in answer["findings"]] == ["mail"]
    for action in ("bulletin.submit", "bulletin.approve"):
        detail = detail_of(action)
        assert (detail["cautions"], detail["confirmed"]) == ({"mail": 1}, False)
        assert "taro" not in str(detail)


def test_approver_is_shown_that_nobody_confirmed_it_yet(world):
    bulletin = drafted(world, "taro@kaisha.example")
    assert NOBODY not in page_of(world.publisher, bulletin)
    calls.post(world.publisher, f"{bulletin}/submit/")
    assert NOBODY in page_of(world.approver, bulletin)
    calls.post(world.approver, f"{bulletin}/return/")
    submit(bulletin, looked=True, acting_user=world.publisher)
    assert NOBODY not in page_of(world.approver, bulletin)
    calls.post(world.approver, f"{bulletin}/approve/")
    assert detail_of("bulletin.approve")["confirmed"] is True


def test_what_is_found_only_later_was_confirmed_by_nobody(world):
    bulletin = drafted(world, "taro@kaisha.example 新島 架空")
    submit(bulletin, looked=True, acting_user=world.publisher)
    cast.person(world.other_company, name="新島 架空")
    assert NOBODY in page_of(world.approver, bulletin)
