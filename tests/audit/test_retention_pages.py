"""保存と廃棄, as people meet it: auditors and operators see it, two of them destroy, and for others it is not there."""

import pytest
from django.test import Client
from django.utils import timezone

from bulletins.models import Bulletin
from council.access.facts import Role
from council.audit import disposal, retention
from council.audit.models import AuditDetail, AuditEvent, Disposal, LegalHold
from tests import cast
from tests.audit.keepers import keeper
from tests.audit.old_events import happened
from tests.bulletins import sent, shelf

pytestmark = pytest.mark.django_db
PAGE = "/audit/retention/"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def second_auditor(world):
    return cast.person(world.audit, Role.AUDITOR, name="早見 環")


def _proposed(who) -> Disposal:
    happened("session.sign_in", 4)
    return disposal.propose("session", subject=keeper(str(who.pk), Role.OPERATOR))


def _bulletin(world: cast.Council) -> Bulletin:
    what = {"tier": 2, "organisations": [world.company]}
    return shelf.published(world.publisher, world.approver, **what).bulletin


def _place(client: Client, **said: str):
    return client.post(PAGE, {"what": "everything", "named": "", "reason": "調査 第3号", **said})


@pytest.mark.parametrize("who", ["auditor", "operator"])
def test_auditors_and_operators_see_what_is_kept_for_how_long(world, client, who):
    page = cast.sign_in(client, getattr(world, who)).get(PAGE)
    assert "重要経済安保情報の取扱い" in page.text
    assert "10年" in page.text
    assert AuditEvent.objects.filter(action="retention.manage", outcome="allow").count() == 1


@pytest.mark.parametrize("who", ["administrator", "publisher", "reader_two", "officer"])
def test_for_everybody_else_the_page_is_not_there_and_the_refusal_is_written(world, client, who):
    assert cast.sign_in(client, getattr(world, who)).get(PAGE).status_code == 404
    assert AuditEvent.objects.filter(action="retention.manage", outcome="deny", reason="role").count() == 1


def test_an_operator_proposes_an_auditor_approves_and_the_worker_destroys(world, client):
    old = happened("session.sign_in", 4)
    cast.sign_in(client, world.operator).post("/audit/retention/disposals/", {"kind": "session"})
    proposed = Disposal.objects.get()
    assert "承認待ち" in client.get(PAGE).text
    cast.sign_in(client, world.auditor).post(f"/audit/retention/disposals/{proposed.pk}/approve/")
    disposal.carry_out(proposed.pk)
    assert "廃棄済み" in client.get(PAGE).text
    assert not AuditDetail.objects.filter(pk=old.pk).exists()


def test_an_operator_can_not_approve(world, client):
    proposed = _proposed(world.auditor)
    path = f"/audit/retention/disposals/{proposed.pk}/approve/"
    assert cast.sign_in(client, world.operator).post(path).status_code == 404
    assert disposal.unfinished() == []


def test_an_auditor_can_not_approve_what_they_proposed_and_another_can(world, client, second_auditor):
    proposed = _proposed(world.auditor)
    path = f"/audit/retention/disposals/{proposed.pk}/approve/"
    assert "承認して廃棄する" not in cast.sign_in(client, world.auditor).get(PAGE).text
    assert client.post(path).status_code == 403
    assert AuditEvent.objects.filter(action="retention.decide", outcome="deny", reason="author").exists()
    assert "承認して廃棄する" in cast.sign_in(client, second_auditor).get(PAGE).text
    assert client.post(path).status_code == 302
    assert disposal.unfinished() == [proposed.pk]


def test_a_proposal_that_is_gone_is_told_to_whoever_comes_late(world, client, second_auditor):
    proposed = _proposed(world.auditor)
    cast.sign_in(client, world.operator).post(f"/audit/retention/disposals/{proposed.pk}/withdraw/")
    late = cast.sign_in(client, second_auditor)
    answer = late.post(f"/audit/retention/disposals/{proposed.pk}/approve/", follow=True)
    assert "もう決まっています" in answer.text


def test_nothing_to_propose_is_said_in_words(world, client):
    answer = cast.sign_in(client, world.operator).post("/audit/retention/disposals/", {"kind": "session"}, follow=True)
    assert "いまありません" in answer.text


@pytest.mark.parametrize("path", ["disposals/{}/approve/", "disposals/{}/withdraw/", "holds/{}/lift/"])
def test_an_id_that_was_never_used_is_not_there(world, client, path):
    never = "0e6f0c2f-0000-4000-8000-00000000ffff"
    assert cast.sign_in(client, world.auditor).post(PAGE + path.format(never)).status_code == 404


def test_a_person_is_held_by_their_address_and_shown_by_name(world, client):
    _place(cast.sign_in(client, world.auditor), what="person", named=world.reader_two.email.upper())
    hold = LegalHold.objects.get()
    assert hold.object == str(world.reader_two.pk)
    assert world.reader_two.name in client.get(PAGE).text


def test_an_organisation_is_held_by_its_name(world, client):
    _place(cast.sign_in(client, world.operator), what="organisation", named=world.company.name)
    assert LegalHold.objects.get().org == str(world.company.pk)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"what": "person", "named": ""}, "何を保全するかを書いてください"),
        ({"what": "person", "named": "daremo@inai.example"}, "見つかりません"),
        ({"what": "object", "named": "XX-0000"}, "見つかりません"),
        ({"what": "everything", "named": "x"}, "名前も番号も書けません"),
        ({"what": "everything", "reason": " "}, "必須"),
        ({"what": "world"}, "選択"),
    ],
)
def test_a_hold_that_says_nothing_comes_back_with_what_was_typed(world, client, said, sentence):
    answer = _place(cast.sign_in(client, world.auditor), **said)
    assert sentence in answer.text
    assert not LegalHold.objects.exists()
    assert "調査 第3号" in answer.text or said.get("reason")


def test_a_hold_on_a_document_keeps_what_was_done_with_its_packages(world, client):
    sent.key(world)
    package = sent.package(world)
    happened("package.fetch", 20, tier=2, object=str(package.pk))
    ended = retention.ended_before(retention.class_of("content"))
    assert retention.count("content", ended, retention.held()) == 1
    _place(cast.sign_in(client, world.auditor), what="object", named=package.bulletin.reference)
    assert retention.count("content", ended, retention.held()) == 0


def test_whoever_placed_a_hold_does_not_lift_it(world, client, second_auditor):
    _place(cast.sign_in(client, world.auditor))
    path = f"/audit/retention/holds/{LegalHold.objects.get().pk}/lift/"
    assert "保全を解く" not in client.get(PAGE).text
    assert client.post(path).status_code == 403
    assert cast.sign_in(client, second_auditor).post(path).status_code == 302
    assert LegalHold.objects.get().lifted_by == second_auditor.pk


def test_a_hold_that_only_its_row_calls_lifted_is_still_to_be_lifted(world, client, second_auditor):
    _place(cast.sign_in(client, world.auditor))
    LegalHold.objects.update(lifted_at=timezone.now(), lifted_by=second_auditor.pk)
    page = cast.sign_in(client, second_auditor).get(PAGE).text
    assert ("保全を解く" in page, "さんが解除" in page) == (True, False)
    client.post(f"{PAGE}holds/{LegalHold.objects.get().pk}/lift/")
    assert "さんが解除" in client.get(PAGE).text


def test_an_operator_learns_no_number_and_no_document_that_they_may_not_read(world, client):
    hidden = _bulletin(world)
    for _ in range(3):
        happened("bulletin.read", 6, tier=2, object=str(hidden.pk))
    answer = _place(cast.sign_in(client, world.operator), what="object", named=hidden.reference)
    never = _place(client, what="object", named="XX-0000")
    assert "見つかりません" in answer.text
    assert answer.text.replace(hidden.reference, "").count("見つかりません") == never.text.count("見つかりません")
    assert '<td class="num">あり</td>' in answer.text
    assert ">3<" not in answer.text


def test_an_auditor_holds_a_document_by_its_number_and_an_operator_does_not_see_which(world, client):
    hidden = _bulletin(world)
    _place(cast.sign_in(client, world.auditor), what="object", named=hidden.reference.lower())
    assert hidden.reference in client.get(PAGE).text
    seen = cast.sign_in(client, world.operator).get(PAGE).text
    assert hidden.reference not in seen
    assert "ある資料" in seen
