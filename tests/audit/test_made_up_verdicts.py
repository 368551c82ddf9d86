"""Results of checks that somebody wrote who has no keys: none of them is believed, and each is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from council.audit import sequencer, status, verifying
from council.audit.log_keys import TIERS
from council.audit.models import AuditEvent, Verification
from tests import cast
from tests.audit.finished import finished
from tests.audit.rows_open import rows_may_change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
FAR = timedelta(days=9999)


def result(verdict="whole"):
    said = {"verdict": verdict, "size": 1, "findings": [], "witnesses": [], "silences": []}
    return {f"tier-{tier}": said for tier in TIERS}


def made_up(at, **changes):
    facts = {"asked_at": at, "moved_at": at, "ended_at": at, "state": "done", "result": result()}
    return Verification.objects.create(**facts | changes)


def now():
    return status.status_of(timezone.now())


def codes():
    return [each.code for each in now().troubles if each.code == "made_up"]


@pytest.fixture
def logs(memory):
    sequencer.run_once()


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("later", [timedelta(), FAR])
def test_a_result_that_no_event_tells_of_is_not_shown_and_the_daily_check_goes_on(later):
    made_up(timezone.now() + later)
    assert (now().verdict, codes()) == ("unchecked", ["made_up"])
    verifying.drive(timezone.now())
    assert Verification.objects.count() == 2


@pytest.mark.usefixtures("logs")
def test_a_result_that_was_changed_is_told_and_the_one_before_counts():
    finished(result())
    broken = finished(result("broken"), ago=timedelta(minutes=1))
    assert now().verdict == "broken"
    Verification.objects.filter(pk=broken.pk).update(result=result())
    assert (now().verdict, codes()) == ("whole", ["made_up"])


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("column", ["ended_at", "asked_at"])
def test_an_old_result_is_not_made_new_by_another_time(column):
    old = finished(result(), ago=timedelta(days=3))
    Verification.objects.filter(pk=old.pk).update(**{column: timezone.now()})
    assert (now().verdict, codes()) == ("unchecked", ["made_up"])


@pytest.mark.usefixtures("logs")
def test_the_event_of_one_check_does_not_vouch_for_another():
    real = finished(result())
    copy = made_up(real.ended_at, asked_at=real.asked_at)
    with rows_may_change():
        AuditEvent.objects.filter(object=str(real.pk)).update(object=str(copy.pk))
        assert now().verdict == "unchecked"


@pytest.mark.parametrize("state", ["failed", "done"])
def test_made_up_ends_do_not_keep_the_daily_check_away(state):
    made_up(timezone.now(), state=state)
    verifying.drive(timezone.now() + timedelta(seconds=1))
    assert Verification.objects.filter(state="queued").count() == 1


def test_a_check_that_moves_in_the_future_is_handed_out_again(monkeypatch):
    made, sent = made_up(timezone.now() + FAR, state="running"), []
    monkeypatch.setattr(verifying, "hint", lambda task, each: sent.append(each))
    verifying.drive(timezone.now())
    assert sent == [made.pk]


def test_the_pages_say_that_a_result_does_not_fit_and_show_none_of_it(client):
    made = made_up(timezone.now(), result={"tier-1": "nothing that a check would say"})
    cast.sign_in(client, cast.council().auditor)
    assert "出来事と合いません" in client.get("/audit/verifications/").content.decode()
    page = client.get(f"/audit/verifications/{made.pk}/").content.decode()
    assert "この結果は、記録にある出来事と合いません" in page
    assert "に始めた検証の結果は" in client.get("/audit/").content.decode()


def test_a_check_that_ran_is_as_its_event_says(client):
    sequencer.run_once()
    made = verifying.start(subject=None)
    verifying.run(made.pk)
    assert (now().checked, codes()) == (made, [])
    page = cast.sign_in(client, cast.council().auditor).get(f"/audit/verifications/{made.pk}/")
    assert "欠けも改変もありません" in page.content.decode()
