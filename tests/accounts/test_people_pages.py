"""The pages of the roster: administrators see and change their own people, others get the page for missing things."""

import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Enrolment, Proposal, User
from accounts.subject import subject_of
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast


def test_an_administrator_sees_their_own_people(world: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, world.administrator).get("/people/").text
    assert "加藤 美咲" in page
    assert "菅原 亮" not in page
    assert "夕凪ケーブル" not in page


@pytest.mark.parametrize("who", ["operator", "officer"])
def test_those_who_work_across_the_council_choose_an_organisation(
    world: cast.Council, client: Client, who: str
) -> None:
    page = cast.sign_in(client, getattr(world, who)).get(f"/people/?organisation={world.company.pk}").text
    assert "加藤 美咲" in page
    assert f'<option value="{world.company.pk}" selected>' in page


@pytest.mark.parametrize("who", ["reader_two", "publisher", "auditor"])
def test_everybody_else_gets_the_page_for_missing_things(world: cast.Council, client: Client, who: str) -> None:
    cast.sign_in(client, getattr(world, who))
    nowhere = client.get("/nowhere/")
    for url in ("/people/", "/people/add/", f"/people/{world.reader_one.pk}/", f"/people/{uuid.uuid4()}/"):
        answer = client.get(url)
        assert (answer.status_code, answer.content) == (404, nowhere.content)


def test_a_person_elsewhere_and_nobody_at_all_answer_alike(
    world: cast.Council, client: Client, django_assert_num_queries: object
) -> None:
    cast.sign_in(client, world.administrator)
    answers = []
    for person in (world.other_reader.pk, uuid.uuid4()):
        with django_assert_num_queries(13):
            answers.append(client.get(f"/people/{person}/"))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert answers[0].headers == answers[1].headers
    assert [event.outcome for event in AuditEvent.objects.all()] == ["deny", "deny"]


@pytest.mark.parametrize("organisation", ["", "x", "0", str(uuid.UUID(int=7))])
def test_an_organisation_that_is_none_is_missing(world: cast.Council, client: Client, organisation: str) -> None:
    answer = cast.sign_in(client, world.operator).get(f"/people/?organisation={organisation}")
    assert answer.status_code == (404 if organisation else 200)


def test_the_list_asks_the_same_whatever_its_length(
    world: cast.Council, client: Client, django_assert_num_queries: object
) -> None:
    cast.sign_in(client, world.administrator)
    with django_assert_num_queries(18):
        client.get("/people/")
    for _ in range(5):
        cast.person(world.company, subcommittees=[world.materials])
    with django_assert_num_queries(18):
        client.get("/people/")


def test_a_persons_page_asks_for_the_facts_about_them_once(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/people/{world.reader_two.pk}/").status_code == 200
    # Once about the reader, once about who is shown: nothing else names the table without quotes.
    assert sum("FROM accounts_pledgeacceptance " in query["sql"] for query in queries) == 2


def test_an_administrator_registers_a_reader_and_sees_the_code_once(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    page = client.get("/people/add/").text
    assert 'value="publisher"' not in page
    fields = {"email": "tsuji@suirei.example", "name": "辻 直樹", "tier": "2", "roles": ["member"]}
    answer = client.post("/people/add/", {**fields, "subcommittees": [str(world.materials.pk)]})
    made = User.objects.get(email="tsuji@suirei.example")
    code = answer.context["code"]
    assert Enrolment.objects.get(person=made).used_at is None
    assert not made.has_usable_password()
    assert code in answer.text
    assert code not in client.get(f"/people/{made.pk}/").text
    assert answer.headers["Cache-Control"] == "no-store"
    assert subject_of(made).subcommittees == {str(world.materials.pk)}


def test_roles_above_member_wait_for_a_second_person(world: cast.Council, client: Client) -> None:
    fields = {"email": "tsuji@suirei.example", "name": "辻 直樹", "tier": "1", "roles": ["member", "administrator"]}
    answer = cast.sign_in(client, world.administrator).post("/people/add/", fields)
    made = User.objects.get(email="tsuji@suirei.example")
    assert subject_of(made).roles == {Role.MEMBER}
    assert Proposal.objects.get().about == made.pk
    assert "確認してから有効になります" in answer.text
    assert "別の人の確認を待っている役割：組織管理者" in client.get(f"/people/{made.pk}/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("roles", "publisher"),
        ("roles", "operator"),
        ("tier", "3"),
        ("email", "kato"),
        ("name", ""),
        ("subcommittees", "x"),
    ],
)
def test_a_form_takes_nothing_it_did_not_offer(world: cast.Council, client: Client, field: str, value: str) -> None:
    fields = {"email": "tsuji@suirei.example", "name": "辻 直樹", "tier": "1", "roles": "member", field: value}
    answer = cast.sign_in(client, world.administrator).post("/people/add/", fields)
    assert field in answer.context["form"].errors
    assert not User.objects.filter(name="辻 直樹").exists()


def test_an_address_in_use_is_told_in_a_sentence(world: cast.Council, client: Client) -> None:
    fields = {"email": world.other_reader.email.upper(), "name": "辻 直樹", "tier": "1"}
    answer = cast.sign_in(client, world.administrator).post("/people/add/", fields)
    assert "このメールアドレスでは登録できません" in answer.text
    assert world.other_reader.name not in answer.text


def test_one_form_changes_name_roles_tier_and_seats(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.reader_one.pk}/"
    fields = {"do": "save", "name": "平野 隼人", "department": "調達部", "tier": "2", "roles": ["administrator"]}
    assert cast.sign_in(client, world.administrator).post(url, fields).headers["Location"] == url
    subject = subject_of(world.reader_one)
    assert (subject.tier, subject.subcommittees) == (2, frozenset())
    assert subject.roles == frozenset()
    assert Proposal.objects.get().facts == {"role": "administrator"}
    assert User.objects.get(pk=world.reader_one.pk).department == "調達部"
    told = {"role.revoke", "proposal.make", "tier.change", "subcommittee.leave", "people.change"}
    assert {event.action for event in AuditEvent.objects.all()} == told


def test_saving_without_a_change_writes_nothing(world: cast.Council, client: Client) -> None:
    form = cast.sign_in(client, world.administrator).get(f"/people/{world.reader_one.pk}/").context["form"]
    seats = [str(one.pk) for one in form.initial["subcommittees"]]
    fields = {"name": "平野 隼", "title": "", "tier": "1", "roles": ["member"], "subcommittees": seats, "do": "save"}
    assert client.post(f"/people/{world.reader_one.pk}/", fields).status_code == 302
    assert not AuditEvent.objects.exclude(action="page.show").exists()


def test_an_administrator_keeps_the_roles_they_can_not_give(world: cast.Council, client: Client) -> None:
    chief = cast.person(world.agency, Role.ADMINISTRATOR, tier=2)
    writer = cast.person(world.agency, Role.PUBLISHER, tier=1)
    fields = {"do": "save", "name": writer.name, "tier": "1", "roles": ["member"]}
    assert cast.sign_in(client, chief).post(f"/people/{writer.pk}/", fields).status_code == 302
    assert subject_of(writer).roles == {Role.PUBLISHER, Role.MEMBER}


def test_of_oneself_one_changes_name_and_post_alone(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.administrator.pk}/"
    fields = {"do": "save", "name": "森本 賢", "tier": "1", "roles": ["member"]}
    cast.sign_in(client, world.administrator).post(url, fields)
    subject = subject_of(world.administrator)
    assert (subject.tier, Role.ADMINISTRATOR in subject.roles) == (2, True)
    assert User.objects.get(pk=world.administrator.pk).name == "森本 賢"
    assert client.post(url, {"do": "suspend"}).status_code == 404


def test_suspending_and_resuming(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.reader_one.pk}/"
    cast.sign_in(client, world.administrator).post(url, {"do": "suspend"})
    assert "この人の利用は止められています" in client.get(url).text
    client.post(url, {"do": "resume"})
    assert subject_of(world.reader_one).active


def test_inviting_again_shows_another_code_and_ends_the_first(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.reader_one.pk}/"
    first = cast.sign_in(client, world.administrator).post(url, {"do": "invite"}).context["code"]
    second = client.post(url, {"do": "invite"}).context["code"]
    assert first != second
    assert Enrolment.objects.filter(person=world.reader_one, ended_at=None).count() == 1
    client.post(url, {"do": "uninvite"})
    assert not Enrolment.objects.filter(person=world.reader_one, ended_at=None).exists()
    assert "取り下げる案内はありません" in client.post(url, {"do": "uninvite"}, follow=True).text


def test_the_list_says_how_each_comes_in_and_nothing_of_clearances(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator).post(f"/people/{world.reader_one.pk}/", {"do": "invite"})
    page = client.get("/people/").text
    assert "登録待ち" in page
    assert "適性評価" not in page
    assert "CRITICAL" not in page


def test_leaving_is_recorded_only_by_whoever_says_that_they_are_sure(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.reader_one.pk}/"
    answer = cast.sign_in(client, world.administrator).post(url, {"do": "leave"})
    assert "sure" in answer.context["leave"].errors
    assert subject_of(world.reader_one).active
    client.post(url, {"do": "leave", "sure": "on"})
    assert not subject_of(world.reader_one).active
    page = client.get("/people/").text
    assert "離れた人" in page
    assert 'name="do"' not in client.get(url).text


def test_a_recovery_is_proposed_and_done_by_nobody_alone(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.reader_two.pk}/"
    assert 'value="recover"' not in cast.sign_in(client, world.administrator).get(url).text
    Authenticator.objects.create(user=world.reader_two, type="webauthn", data={})
    assert 'value="recover"' in client.get(url).text
    assert client.post(url, {"do": "recover"}).status_code == 302
    assert Proposal.objects.get().kind == "recovery"
    assert Authenticator.objects.filter(user=world.reader_two).exists()
    assert "すでに確認を待っています" in client.post(url, {"do": "recover"}, follow=True).text


def test_somebody_who_may_see_more_is_looked_at_only(world: cast.Council, client: Client) -> None:
    url = f"/people/{world.reader_three.pk}/"
    page = cast.sign_in(client, world.administrator).get(url)
    assert page.context["form"] is None
    assert 'name="do"' not in page.text
    for deed in ("save", "suspend", "invite", "recover", "leave", "unlock", "confirm", "transfer"):
        given = {"do": deed, "name": "名", "tier": "2", "sure": "on", "organisation": str(world.company.pk)}
        assert client.post(url, given).status_code in {200, 404}
    assert subject_of(world.reader_three).active


def test_only_the_agencys_officer_sees_its_clearances(world: cast.Council) -> None:
    url, seen = f"/people/{world.reader_three.pk}/", {}
    for who in ("administrator", "operator", "other_officer", "officer"):
        seen[who] = "有効な最後の日" in cast.sign_in(Client(), getattr(world, who)).get(url).text
    assert seen == {"administrator": False, "operator": False, "other_officer": False, "officer": True}


def test_an_unknown_deed_is_missing(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    assert client.post(f"/people/{world.reader_one.pk}/", {"do": "erase"}).status_code == 404
    assert client.post(f"/people/{world.reader_one.pk}/").status_code == 404


def test_a_page_changes_nothing_without_its_csrf_token(world: cast.Council) -> None:
    strict = cast.sign_in(Client(enforce_csrf_checks=True), world.administrator)
    assert strict.post(f"/people/{world.reader_one.pk}/", {"do": "suspend"}).status_code == 403
    assert subject_of(world.reader_one).active
