"""Details go by the hands of two people, batch by batch, and every proof of their leaves stays."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from council.audit import disposal, holds, log_keys, proving, sequencer
from council.audit.details import details_of
from council.audit.leaf import fields_of
from council.audit.models import AuditDetail, AuditEvent, Disposal, LegalHold
from council.audit.record import actor_of
from tests.audit.conftest import PERSON
from tests.audit.keepers import AUDITOR, OPERATOR
from tests.audit.old_events import happened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_memory(settings, tmp_path):
    settings.AUDIT_STATE = tmp_path / "signer.json"


def _approved(kind: str = "session") -> Disposal:
    proposed = disposal.propose(kind, subject=OPERATOR)
    assert disposal.approve(proposed, subject=AUDITOR)
    return proposed


def _events(*actions: str) -> list[str]:
    return list(AuditEvent.objects.filter(action__in=actions).order_by("id").values_list("action", flat=True))


def test_what_is_over_its_time_is_destroyed_and_nothing_else():
    old, young = happened("session.sign_in", 4, actor=PERSON), happened("session.sign_in", 1, actor=PERSON)
    other = happened("bulletin.read", 4, tier=2, actor=PERSON)
    approved = _approved()
    assert disposal.carry_out(approved.pk) == 1
    left = set(AuditDetail.objects.values_list("pk", flat=True))
    assert old.pk not in left
    assert {young.pk, other.pk} <= left


def test_the_leaf_and_its_proof_outlive_the_detail():
    old = happened("session.sign_in", 4, actor=PERSON)
    sequencer.run_once()
    before = bytes(old.leaf)
    disposal.carry_out(_approved().pk)
    sequencer.run_once()
    proof = proving.prove(old.pk)
    assert proof.check(log_keys.verifiers(1)[0]).size > 1
    assert (proof.entry, details_of([old])) == (before, {})
    assert fields_of(proof.entry)["detail"].startswith("sha256:")


def test_each_step_is_an_event():
    happened("session.sign_in", 4)
    disposal.carry_out(_approved().pk)
    assert _events("retention.propose", "retention.approve", "retention.dispose") == [
        "retention.propose", "retention.approve", "retention.dispose",
    ]  # fmt: skip


def test_the_last_event_says_how_many_were_destroyed(monkeypatch):
    monkeypatch.setattr(disposal, "AT_ONCE", 2)
    for _ in range(5):
        happened("session.sign_in", 4)
    approved = _approved()
    assert disposal.carry_out(approved.pk) == 5
    done = AuditEvent.objects.get(action="retention.dispose")
    assert details_of([done])[done.pk]["facts"]["destroyed"] == 5
    approved.refresh_from_db()
    assert (approved.state, approved.destroyed) == ("done", 5)


def test_nothing_goes_before_the_approval():
    happened("session.sign_in", 4)
    proposed = disposal.propose("session", subject=OPERATOR)
    assert disposal.unfinished() == []
    assert disposal.carry_out(proposed.pk) == 0


def test_a_withdrawn_proposal_can_not_be_approved():
    happened("session.sign_in", 4)
    proposed = disposal.propose("session", subject=OPERATOR)
    assert disposal.withdraw(proposed, subject=AUDITOR)
    assert not disposal.approve(proposed, subject=AUDITOR)
    assert disposal.carry_out(proposed.pk) == 0


def test_there_is_one_open_proposal_a_class():
    happened("session.sign_in", 4)
    disposal.propose("session", subject=OPERATOR)
    with pytest.raises(ValidationError, match="もう出ています"):
        disposal.propose("session", subject=AUDITOR)


@pytest.mark.parametrize(("kind", "sentence"), [("session", "いまありません"), ("nothing", "ありません")])
def test_there_is_nothing_to_propose_without_old_details(kind, sentence):
    with pytest.raises(ValidationError, match=sentence):
        disposal.propose(kind, subject=OPERATOR)


def test_a_hold_that_is_placed_between_two_batches_keeps_the_rest(monkeypatch):
    monkeypatch.setattr(disposal, "AT_ONCE", 1)
    for _ in range(3):
        happened("session.sign_in", 4)
    approved = _approved()
    assert disposal._destroy_some(approved.pk) == 1
    holds.place({}, "調査 第3号", subject=AUDITOR)
    assert disposal.carry_out(approved.pk) == 0
    approved.refresh_from_db()
    assert (approved.state, approved.destroyed) == ("done", 1)


def test_carrying_out_twice_destroys_and_tells_once():
    happened("session.sign_in", 4)
    approved = _approved()
    disposal.carry_out(approved.pk)
    assert disposal.carry_out(approved.pk) == 0
    assert _events("retention.dispose") == ["retention.dispose"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_destroy_and_tell_once(monkeypatch):
    monkeypatch.setattr(disposal, "AT_ONCE", 1)
    for _ in range(4):
        happened("session.sign_in", 4)
    approved = _approved()

    def work(_: int) -> int:
        try:
            return disposal.carry_out(approved.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 4
    assert _events("retention.dispose") == ["retention.dispose"]


def test_an_approval_that_only_a_row_tells_of_destroys_nothing():
    happened("session.sign_in", 4)
    proposed = disposal.propose("session", subject=OPERATOR)
    Disposal.objects.update(state="approved", decided_by=AUDITOR.person)
    assert disposal.carry_out(proposed.pk) == 0


def test_one_person_in_two_events_is_not_two_people():
    happened("session.sign_in", 4)
    proposed = disposal.propose("session", subject=AUDITOR)
    disposal.approve(proposed, subject=AUDITOR)
    assert disposal.carry_out(proposed.pk) == 0


def test_a_row_that_reaches_further_than_what_was_approved_destroys_nothing():
    happened("session.sign_in", 2)
    happened("session.sign_in", 4)
    approved = _approved()
    Disposal.objects.update(before=timezone.now())
    assert disposal.carry_out(approved.pk) == 0


def test_years_that_were_lengthened_since_keep_what_was_about_to_go(settings):
    happened("session.sign_in", 4)
    approved = _approved()
    settings.RETENTION = {"session": 10}
    assert disposal.carry_out(approved.pk) == 0
    approved.refresh_from_db()
    assert (approved.state, approved.destroyed) == ("done", 0)


def test_a_hold_whose_row_says_lifted_without_an_event_still_holds():
    happened("session.sign_in", 4)
    holds.place({}, "調査 第3号", subject=OPERATOR)
    LegalHold.objects.update(lifted_at=timezone.now(), lifted_by=AUDITOR.person)
    with pytest.raises(ValidationError, match="いまありません"):
        disposal.propose("session", subject=OPERATOR)


def test_a_hold_whose_row_is_gone_still_holds():
    happened("session.sign_in", 4, actor=PERSON)
    holds.place({"actor": actor_of(PERSON)}, "調査 第3号", subject=OPERATOR)
    LegalHold.objects.all().delete()
    with pytest.raises(ValidationError, match="いまありません"):
        disposal.propose("session", subject=OPERATOR)


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_is_told_of_the_other():
    happened("session.sign_in", 4)

    def ask(_: int) -> str:
        try:
            return str(disposal.propose("session", subject=OPERATOR).state)
        except ValidationError as error:
            return error.messages[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(ask, range(2)))
    assert answers[0] == "proposed"
    assert "もう出ています" in answers[1]


def test_a_hold_needs_a_reason():
    with pytest.raises(ValidationError, match="理由"):
        holds.place({}, "  ", subject=AUDITOR)
    assert not LegalHold.objects.exists()


def test_a_hold_is_lifted_once():
    hold = holds.place({}, "調査 第3号", subject=OPERATOR)
    assert holds.lift(hold, subject=AUDITOR)
    assert not holds.lift(hold, subject=AUDITOR)
    assert _events("retention.hold", "retention.lift") == ["retention.hold", "retention.lift"]
