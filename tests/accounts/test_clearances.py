"""A clearance takes two officers of that very agency, and never concerns either of them; one of them ends it, and no trace is left."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actions.clearances import end_clearance
from accounts.actions.people import suspend_person
from accounts.actions.proposals import confirm, withdraw
from accounts.actions.verb import Refused
from accounts.models import Clearance, Proposal, User
from accounts.subject import subject_of
from council.access.facts import Role
from council.access.tiers import Tier
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.given_proposals import proposed, second_officer

TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)
NOT_OFFICERS = {
    "other_officer": "other_agency", "administrator": "not_involved", "publisher": "role", "auditor": "role", "operator": "role",
}  # fmt: skip


def test_two_officers_record_a_clearance_and_both_are_named(world: cast.Council) -> None:
    clearance = confirm(proposed(world).pk, acting_user=second_officer(world))
    assert (clearance.person, clearance.agency, clearance.notified_on) == (world.analyst, world.agency, TODAY)
    assert (clearance.recorded_by, clearance.confirmed_by) == ("岡崎 智", "西村 楓")
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == [
        "proposal.make", "clearance.record", "proposal.confirm",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "last"), [("economic_security", date(2034, 2, 28)), ("specified_secret", date(2029, 2, 28))]
)
def test_until_when_it_holds_is_computed_by_kind(world: cast.Council, kind: str, last: date) -> None:
    proposal = proposed(world, kind=kind, notified_on=date(2024, 2, 28))
    assert confirm(proposal.pk, acting_user=second_officer(world)).last_day == last


def test_a_proposal_alone_opens_nothing(world: cast.Council) -> None:
    proposed(world)
    assert not Clearance.objects.filter(person=world.analyst).exists()
    assert subject_of(world.analyst).clearances == frozenset()


@pytest.mark.parametrize("who", NOT_OFFICERS)
def test_others_propose_and_end_nothing_and_leave_a_trace(world: cast.Council, who: str) -> None:
    by = getattr(world, who)
    deeds: list[Callable] = [
        lambda: proposed(world, acting_user=by),
        lambda: end_clearance(world.reader_three, world.agency, acting_user=by),
    ]
    for deed in deeds:
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.reason in {NOT_OFFICERS[who], "role"}
    assert [event.outcome for event in AuditEvent.objects.all()] == ["deny", "deny"]
    assert not Proposal.objects.exists()


def test_an_officer_proposes_nothing_for_another_agency(world: cast.Council) -> None:
    with pytest.raises(Refused, match="other_agency"):
        proposed(replace(world, agency=world.other_agency), acting_user=world.officer)


def test_no_officer_clears_or_ends_themselves(world: cast.Council) -> None:
    with pytest.raises(Refused, match="oneself"):
        proposed(world, world.officer)
    with pytest.raises(Refused, match="oneself"):
        end_clearance(world.officer, world.agency, acting_user=world.officer)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"notified_on": TODAY + timedelta(days=1)}, "まだ来ていません"),
        ({"notified_on": date(2010, 4, 1)}, "もう終わっています"),
        ({"kind": "good_character"}, "種類を選び直してください"),
    ],
)
def test_what_the_law_does_not_know_is_not_proposed(world: cast.Council, facts: dict, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        proposed(world, **facts)


def test_a_notice_that_is_not_newer_than_the_recorded_one_changes_nothing(world: cast.Council) -> None:
    confirm(proposed(world).pk, acting_user=second_officer(world))
    for day in (TODAY, YESTERDAY):
        with pytest.raises(ValidationError, match="すでに記録されています"):
            proposed(world, notified_on=day)


def test_a_person_who_was_suspended_meanwhile_is_not_cleared(world: cast.Council) -> None:
    proposal = proposed(world)
    suspend_person(world.analyst, acting_user=world.operator)
    with pytest.raises(ValidationError, match="利用していません"):
        confirm(proposal.pk, acting_user=second_officer(world))
    assert not Clearance.objects.filter(person=world.analyst).exists()


def test_ending_a_clearance_lowers_the_ceiling_at_once(world: cast.Council) -> None:
    assert subject_of(world.reader_three).ceiling is Tier.CRITICAL
    end_clearance(world.reader_three, world.agency, acting_user=world.officer)
    assert subject_of(world.reader_three).ceiling is Tier.TWO
    assert not Clearance.objects.filter(person=world.reader_three).exists()


def test_what_another_agency_has_cleared_stays(world: cast.Council) -> None:
    Clearance.objects.create(
        person=world.reader_three, agency=world.other_agency, notified_on=TODAY, last_day=TODAY, recorded_by="速水 啓"
    )
    end_clearance(world.reader_three, world.agency, acting_user=world.officer)
    assert Clearance.objects.get(person=world.reader_three).agency == world.other_agency


def test_nothing_is_ended_for_whom_nobody_cleared(world: cast.Council) -> None:
    with pytest.raises(Refused, match="not_found"):
        end_clearance(world.reader_two, world.agency, acting_user=world.officer)


def test_the_log_names_no_person_and_no_reason(world: cast.Council) -> None:
    confirm(proposed(world).pk, acting_user=second_officer(world))
    event = AuditEvent.objects.get(action="clearance.record")
    assert str(world.analyst.pk).encode() in bytes(event.leaf)
    facts = details_of([event])[event.pk]["facts"]
    assert set(facts) == {"agency", "kind", "first", "last"}


# --- pages ------------------------------------------------------------------------------------------------------------


def _page(who: User, path: str, **sent: str) -> object:
    client = cast.sign_in(Client(), who)
    return client.post(path, sent) if sent else client.get(path)


def test_two_officers_go_the_whole_way_on_the_pages(world: cast.Council) -> None:
    found = _page(world.officer, "/clearances/?q=守永").text
    assert f"/clearances/{world.analyst.pk}/" in found
    sent = {"kind": "economic_security", "notified_on": TODAY.isoformat()}
    assert _page(world.officer, f"/clearances/{world.analyst.pk}/", **sent).status_code == 302
    proposal = Proposal.objects.get()
    assert _page(second_officer(world), "/proposals/", do="confirm", proposal=str(proposal.pk)).status_code == 302
    assert "守永 俊" in _page(world.officer, "/clearances/").text
    assert _page(world.officer, f"/clearances/{world.analyst.pk}/end/", do="end").status_code == 302
    assert "守永 俊" not in _page(world.officer, "/clearances/").text


def test_the_list_has_the_days_and_those_of_ones_own_agency_alone(world: cast.Council) -> None:
    Clearance.objects.create(
        person=world.analyst, agency=world.other_agency, notified_on=TODAY, last_day=TODAY, recorded_by="速水 啓"
    )
    rows = _page(world.officer, "/clearances/").context["rows"]
    held = Clearance.objects.get(person=world.reader_three)
    assert {row.clearance.agency_id for row in rows} == {world.agency.pk}
    assert (held, 300) in [(row.clearance, row.days_left) for row in rows]
    assert "守永 俊" not in _page(world.officer, "/clearances/").text


def test_an_error_is_told_at_its_field(world: cast.Council) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    page = _page(world.officer, f"/clearances/{world.analyst.pk}/", kind="economic_security", notified_on=tomorrow)
    assert page.status_code == 200
    assert "まだ来ていません" in page.text


def _forgotten(page: object) -> str:
    return page.content.decode().replace(str(page.context["csrf_token"]), "")


def test_an_ended_a_lapsed_and_a_never_recorded_clearance_are_one(world: cast.Council) -> None:
    path, one = f"/clearances/{world.reader_three.pk}/", second_officer(world)
    Clearance.objects.filter(person=world.reader_three).update(last_day=YESTERDAY)
    lapsed = [_forgotten(_page(one, each)) for each in (path, "/clearances/")]
    confirmed = proposed(world, world.reader_three)
    withdraw(confirmed.pk, acting_user=one)
    end_clearance(world.reader_three, world.agency, acting_user=world.officer)
    ended = [_forgotten(_page(one, each)) for each in (path, "/clearances/")]
    assert ended == lapsed
    assert "水城 環" not in ended[1]
    assert _page(one, path + "end/").status_code == _page(one, f"/clearances/{world.reader_one.pk}/end/").status_code
    assert _page(one, path + "end/").status_code == 404


def test_the_person_no_longer_reads_of_it_and_the_employer_never_did(world: cast.Council) -> None:
    employers = ["/people/", f"/people/{world.reader_three.pk}/"]
    assert "産業基盤保全庁" in _page(world.reader_three, "/me/").text
    before = [_forgotten(_page(world.administrator, path)) for path in employers]
    end_clearance(world.reader_three, world.agency, acting_user=world.officer)
    assert [_forgotten(_page(world.administrator, path)) for path in employers] == before
    assert "産業基盤保全庁" not in _page(world.reader_three, "/me/").text


@pytest.mark.parametrize("who", ["other_officer", "administrator", "operator", "reader_three", "auditor"])
def test_for_others_the_pages_are_not_there(world: cast.Council, who: str) -> None:
    by = getattr(world, who)
    seen = {"/clearances/"} if who == "other_officer" else set()
    for path in ("/clearances/", f"/clearances/{world.reader_three.pk}/", f"/clearances/{world.reader_three.pk}/end/"):
        if path not in seen and not (who == "other_officer" and not path.endswith("end/")):
            assert _page(by, path).status_code == 404
    assert world.reader_three.name not in _page(world.other_officer, "/clearances/").text


@pytest.mark.parametrize("who", ["officer", "reader_one"])
def test_a_weak_session_is_led_to_the_passkey_whoever_asks_and_for_whomever(world: cast.Council, who: str) -> None:
    client = cast.sign_in(Client(), getattr(world, who), Tier.ONE)
    for path in ("/clearances/", f"/clearances/{world.reader_three.pk}/", f"/clearances/{uuid4()}/end/", "/proposals/"):
        for answer in (client.get(path), client.post(path)):
            assert (answer.status_code, answer.headers.get("Location")) in {
                (302, f"/sign-in/confirm/?next={quote(path, safe='')}"), (405, None),
            }  # fmt: skip


def test_a_member_who_becomes_an_officer_elsewhere_sees_only_that_agency(world: cast.Council) -> None:
    theirs = cast.person(world.other_agency, Role.CLEARANCE_OFFICER)
    assert _page(theirs, "/clearances/").context["rows"] == []
