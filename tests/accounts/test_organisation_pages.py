"""組織と分科会: the operator's pages; an organisation's own page for those who run its people."""

import uuid

import pytest
from django.test import Client

from accounts.models import Organisation, Subcommittee
from accounts.subject import subject_of
from tests import cast


def test_the_operator_sees_every_organisation(world: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, world.operator).get("/organisations/").text
    assert all(one.name in page for one in (world.agency, world.company, world.other_company, world.audit))


@pytest.mark.parametrize("who", ["administrator", "officer", "publisher", "auditor", "reader_two"])
@pytest.mark.parametrize("url", ["/organisations/", "/organisations/add/", "/subcommittees/"])
def test_nobody_else_does(world: cast.Council, client: Client, who: str, url: str) -> None:
    answer = cast.sign_in(client, getattr(world, who)).get(url)
    assert (answer.status_code, answer.content) == (404, client.get("/nowhere/").content)


def test_an_organisation_is_registered(world: cast.Council, client: Client) -> None:
    fields = {"kind": "company", "name": "星見野半導体株式会社", "corporate_number": "3990000000303", "tier": "2"}
    answer = cast.sign_in(client, world.operator).post("/organisations/add/", fields)
    made = Organisation.objects.get(name="星見野半導体株式会社")
    assert answer.headers["Location"] == f"/organisations/{made.pk}/"
    assert made.corporate_number == "3990000000303"


@pytest.mark.parametrize("number", ["1990000000303", "３990000000303", "399000000030", "7990000000101"])
def test_a_number_that_can_not_be_is_told_at_its_field(world: cast.Council, client: Client, number: str) -> None:
    fields = {"kind": "company", "name": "星見野半導体株式会社", "corporate_number": number, "tier": "2"}
    answer = cast.sign_in(client, world.operator).post("/organisations/add/", fields)
    assert list(answer.context["form"].errors) == ["corporate_number"]
    assert not Organisation.objects.filter(name="星見野半導体株式会社").exists()


def test_the_operator_changes_an_organisation_and_its_seats(world: cast.Council, client: Client) -> None:
    url = f"/organisations/{world.company.pk}/"
    fields = {"name": "翠嶺素材株式会社", "corporate_number": "7990000000101", "tier": "2", "do": "save"}
    answer = cast.sign_in(client, world.operator).post(url, {**fields, "subcommittees": [world.infrastructure.pk]})
    assert answer.headers["Location"] == url
    assert "翠嶺素材株式会社" in client.get(url).text
    assert subject_of(world.reader_two).subcommittees == frozenset()


def test_the_operator_suspends_and_resumes_an_organisation(world: cast.Council, client: Client) -> None:
    url = f"/organisations/{world.company.pk}/"
    cast.sign_in(client, world.operator).post(url, {"do": "suspend"})
    assert not subject_of(world.reader_two).organisation_active
    client.post(url, {"do": "resume"})
    assert subject_of(world.reader_two).organisation_active


def test_an_administrator_sees_their_own_organisation_and_changes_nothing(world: cast.Council, client: Client) -> None:
    url = f"/organisations/{world.company.pk}/"
    page = cast.sign_in(client, world.administrator).get(url)
    assert "7990000000101" in page.text
    assert page.context["form"] is None
    assert client.post(url, {"do": "suspend"}).status_code == 404
    assert subject_of(world.reader_two).organisation_active


def test_another_organisation_and_none_at_all_answer_alike(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    there = client.get(f"/organisations/{world.other_company.pk}/")
    nowhere = client.get(f"/organisations/{uuid.uuid4()}/")
    assert (there.status_code, there.content) == (404, nowhere.content)


def test_the_operator_registers_a_subcommittee(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.operator)
    assert client.post("/subcommittees/", {"name": "先端技術管理分科会"}).status_code == 302
    assert "先端技術管理分科会" in client.get("/subcommittees/").text
    assert "name" in client.post("/subcommittees/", {"name": world.materials.name}).context["form"].errors
    assert Subcommittee.objects.count() == 3
