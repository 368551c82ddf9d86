"""Invitations: a link by mail and a code by telephone let somebody in once, to register and for nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import enrolments
from accounts.models import Device, Enrolment, Notice, Organisation, User
from accounts.session_list import sessions_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.test_devices import SAFARI, browser
from tests.accounts.test_signing_in import attempt


@pytest.fixture
def newcomer(world: cast.Council) -> User:
    return cast.person(world.company, name="辻 直樹", email="tsuji@suirei.example", password=None)


def opened(person: User) -> tuple[Enrolment, str]:
    return enrolments.open_way(person, Enrolment.Purpose.INVITATION, opened_by=None)


def path_of(way: Enrolment) -> str:
    return "/" + enrolments.link_of(way.pk).split("/", 3)[3]


def test_the_page_says_which_organisation_invites_whom(newcomer: User, client: Client) -> None:
    way, code = opened(newcomer)
    page = client.get(path_of(way)).text
    for word in ("辻 直樹", "翠嶺マテリアル株式会社", "7990000000101"):
        assert word in page
    assert code not in page
    assert AuditEvent.objects.get().object == str(newcomer.pk)


def test_the_code_leads_to_the_factors_and_nowhere_else(newcomer: User, client: Client) -> None:
    way, code = opened(newcomer)
    answer = client.post(path_of(way), {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:factors"))
    assert client.get("/me/factors/").status_code == 200
    for elsewhere in ("/", "/me/", "/bulletins/", "/pledge/"):
        assert client.get(elsewhere)["Location"].startswith("/me/factors/")


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "full", "undashed"])
def test_a_code_is_taken_however_it_is_typed(newcomer: User, client: Client, typed: str) -> None:
    way, code = opened(newcomer)
    full = "".join(chr(ord(each) + 0xFEE0) for each in code)
    said = {"lower": code.lower(), "full": full, "undashed": code.replace("-", "")}.get(typed, typed.format(code))
    assert client.post(path_of(way), {"code": said}).status_code == 302


def _expired(way: Enrolment) -> None:
    Enrolment.objects.filter(pk=way.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def _used(way: Enrolment) -> None:
    Enrolment.objects.filter(pk=way.pk).update(used_at=timezone.now())


def _withdrawn(way: Enrolment) -> None:
    enrolments.end_ways(way.person)


def _number_changed(way: Enrolment) -> None:
    Organisation.objects.filter(pk=way.person.organisation_id).update(corporate_number="1234567890123")


def _person_stopped(way: Enrolment) -> None:
    User.objects.filter(pk=way.person_id).update(is_active=False)


def _organisation_stopped(way: Enrolment) -> None:
    Organisation.objects.filter(pk=way.person.organisation_id).update(is_active=False)


CLOSING = [_expired, _used, _withdrawn, _number_changed, _person_stopped, _organisation_stopped]


def test_every_refusal_is_the_same_answer(newcomer: User) -> None:
    answers = [Client().get("/enrol/never-was/"), Client().post("/enrol/never-was/", {"code": "x"})]
    for close in CLOSING:
        Organisation.objects.filter(pk=newcomer.organisation_id).update(
            is_active=True, corporate_number="7990000000101"
        )
        User.objects.filter(pk=newcomer.pk).update(is_active=True)
        way, code = opened(User.objects.get(pk=newcomer.pk))
        path = path_of(way)
        answers.append(Client().post(path, {"code": "22222222"}))
        close(way)
        answers += [Client().get(path), Client().post(path, {"code": code})]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_five_wrong_codes_end_the_way_and_each_is_in_the_log(newcomer: User, client: Client) -> None:
    way, code = opened(newcomer)
    for _ in range(enrolments.MOST_CODES):
        assert client.post(path_of(way), {"code": "2222-2222"}).status_code == 404
    assert client.post(path_of(way), {"code": code}).status_code == 404
    told = list(
        AuditEvent.objects.filter(action="people.enrol_refused").order_by("pk").values_list("outcome", "reason")
    )
    assert told == [("deny", "wrong_code")] * 5 + [("deny", "closed_way")]


def test_what_is_open_in_a_session_ends_with_the_way(newcomer: User, client: Client, rf: object) -> None:
    way, code = opened(newcomer)
    client.post(path_of(way), {"code": code})
    request = rf.get("/")
    request.session, request.user = client.session, newcomer
    assert enrolments.open_in(request) == way
    enrolments.end_ways(newcomer)
    assert enrolments.open_in(request) is None


def test_an_hour_later_the_code_is_asked_for_again(newcomer: User, client: Client, rf: object) -> None:
    way, code = opened(newcomer)
    client.post(path_of(way), {"code": code})
    request = rf.get("/")
    request.session, request.user = client.session, newcomer
    held = request.session["council_enrolment"]
    request.session["council_enrolment"] = {**held, "at": held["at"] - enrolments.STAYS.total_seconds()}
    assert enrolments.open_in(request) is None


def test_whoever_registered_is_in_and_the_link_is_spent(newcomer: User, client: Client, rf: object) -> None:
    way, code = opened(newcomer)
    client.post(path_of(way), {"code": code})
    request = rf.get("/")
    request.session, request.user = client.session, newcomer
    enrolments.finish(request)
    enrolments.finish(request)
    assert AuditEvent.objects.filter(action="people.enrol", outcome="allow").count() == 1
    assert client.post(path_of(way), {"code": code}).status_code == 404


def test_somebody_who_is_signed_in_gives_up_that_session(world: cast.Council, newcomer: User, client: Client) -> None:
    cast.sign_in(client, world.reader_two)
    way, code = opened(newcomer)
    client.post(path_of(way), {"code": code})
    assert "加藤 美咲" not in client.get("/me/factors/").text
    assert client.session["_auth_user_id"] == str(newcomer.pk)


def test_the_database_holds_no_code(newcomer: User) -> None:
    way, code = opened(newcomer)
    assert code.replace("-", "") not in way.code_hash
    assert enrolments.link_of(way.pk) == enrolments.link_of(way.pk)


def came_in(person: User, purpose: str, client: Client) -> Client:
    way, code = enrolments.open_way(person, purpose, opened_by=None)
    assert client.post(path_of(way), {"code": code}).status_code == 302
    return client


def test_the_session_is_listed_with_its_browser_which_is_known_from_now_on(newcomer: User) -> None:
    client = came_in(newcomer, Enrolment.Purpose.INVITATION, browser())
    assert [held.browser for held in sessions_of(newcomer, client.session.session_key)] == ["Windows・Firefox"]
    newcomer.set_password(cast.PASSWORD)
    newcomer.save()
    attempt(client, newcomer.email, cast.PASSWORD)
    assert Device.objects.count() == 1
    assert not Notice.objects.exists()


def test_whoever_comes_by_the_same_invitation_on_another_browser_is_told_of(newcomer: User) -> None:
    way, code = opened(newcomer)
    for agent in (browser(), browser(SAFARI)):
        agent.post(path_of(way), {"code": code})
    assert [notice.kind for notice in Notice.objects.all()] == [Notice.Kind.DEVICE]


def test_a_way_in_for_whoever_lost_theirs_is_told_of(world: cast.Council) -> None:
    came_in(world.reader_two, Enrolment.Purpose.RECOVERY, browser())
    assert [(notice.kind, notice.person) for notice in Notice.objects.all()] == [(Notice.Kind.DEVICE, world.reader_two)]
