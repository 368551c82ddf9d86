"""連絡先: who keeps which, what each kind can be, and that ended ones stay as rows."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.contacts import add_contact, end_contact
from accounts.actions.verb import Refused
from accounts.founding_keys import found_contact
from accounts.models import Contact
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast

BOX = "madoguchi@suirei.example"
COUNCILS_OWN = ("lead", "duty_officer")


def _facts(world: cast.Council, kind: str) -> dict[str, object]:
    return {
        "mailbox": {"organisation": world.company, "address": BOX},
        "deputy": {"organisation": world.company, "person": world.reader_two},
        "lead": {"subcommittee": world.materials, "person": world.reader_two},
        "duty_officer": {"person": world.officer},
    }[kind]


@pytest.mark.parametrize("kind", ["mailbox", "deputy", *COUNCILS_OWN])
def test_the_operator_keeps_every_contact(world: cast.Council, kind: str) -> None:
    contact = add_contact(kind, **_facts(world, kind), telephone=" 03-0000-0000 ", acting_user=world.operator)
    assert (contact.kind, contact.telephone, contact.added_at is None) == (kind, "03-0000-0000", False)
    ended = end_contact(contact, acting_user=world.operator)
    assert ended.ended_at
    assert Contact.objects.get() == ended


@pytest.mark.parametrize("kind", ["mailbox", "deputy"])
def test_an_administrator_keeps_those_of_their_own_organisation(world: cast.Council, kind: str) -> None:
    contact = add_contact(kind, **_facts(world, kind), acting_user=world.administrator)
    event = AuditEvent.objects.get()
    assert (event.action, event.object) == ("contact.add", str(world.company.pk))
    assert details_of([event])[event.pk]["facts"]["contact"] == str(contact.pk)


@pytest.mark.parametrize("who", ["other_administrator", "reader_two", "officer", "publisher", "auditor"])
@pytest.mark.parametrize("kind", ["mailbox", "deputy", *COUNCILS_OWN])
def test_nobody_else_adds_or_ends_one(world: cast.Council, who: str, kind: str) -> None:
    there = found_contact(kind, **_facts(world, kind))
    with pytest.raises(Refused):
        end_contact(there, acting_user=getattr(world, who))
    with pytest.raises(Refused):
        add_contact(kind, **_facts(world, kind), acting_user=getattr(world, who))
    assert list(Contact.objects.values_list("ended_at", flat=True)) == [None]


@pytest.mark.parametrize("kind", COUNCILS_OWN)
def test_leads_and_duty_officers_are_the_operators(world: cast.Council, kind: str) -> None:
    there = found_contact(kind, **_facts(world, kind))
    with pytest.raises(Refused):
        add_contact(kind, **_facts(world, kind), acting_user=world.administrator)
    with pytest.raises(Refused):
        end_contact(there, acting_user=world.administrator)


def _that_can_not_be(world: cast.Council) -> list[tuple[str, dict[str, object], str]]:
    gone = cast.person(world.company)
    gone.is_active = False
    gone.save()
    own, chips = {"organisation": world.company}, {"subcommittee": world.infrastructure}
    return [
        ("friend", own, "kind"),
        ("mailbox", {"address": BOX}, "organisation"),
        ("mailbox", own, "address"),
        ("mailbox", {**own, "address": "no address"}, "address"),
        ("mailbox", {**own, "address": BOX, "person": world.reader_two}, "person"),
        ("mailbox", {**own, "address": BOX, "subcommittee": world.materials}, "subcommittee"),
        ("mailbox", {**own, "address": BOX, "telephone": "0" * 41}, "telephone"),
        ("deputy", own, "person"),
        ("deputy", {**own, "person": world.other_reader}, "person"),
        ("deputy", {**own, "person": gone}, "person"),
        ("deputy", {**own, "person": world.reader_two, "address": BOX}, "address"),
        ("lead", {"person": world.reader_two}, "subcommittee"),
        ("lead", {**chips, "person": world.reader_two}, "person"),
        ("lead", {**chips, **own, "person": world.other_reader}, "organisation"),
        ("duty_officer", {}, "person"),
        ("duty_officer", {"person": world.reader_two}, "person"),
        ("duty_officer", {**own, "person": world.officer}, "organisation"),
    ]


def test_each_kind_is_of_what_it_asks_for(world: cast.Council) -> None:
    for kind, facts, field in _that_can_not_be(world):
        with pytest.raises(ValidationError) as refused:
            found_contact(kind, **facts)
        assert list(refused.value.error_dict) == [field], (kind, facts)
    assert not Contact.objects.exists()


def test_the_same_contact_is_there_once_until_it_has_ended(world: cast.Council) -> None:
    by = {"acting_user": world.administrator}
    first = add_contact("mailbox", organisation=world.company, address=BOX, **by)
    with pytest.raises(ValidationError):
        add_contact("mailbox", organisation=world.company, address=f" {BOX.upper()} ", **by)
    end_contact(first, **by)
    with pytest.raises(ValidationError):
        end_contact(first, **by)
    assert add_contact("mailbox", organisation=world.company, address=BOX, **by)


# --- pages ---


def test_an_administrator_adds_and_ends_contacts_on_the_page(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    sent = {"do": "mailbox", "mailbox-address": BOX, "mailbox-telephone": "03-0000-0000"}
    assert client.post("/contacts/", sent).status_code == 302
    client.post("/contacts/", {"do": "deputy", "deputy-person": world.reader_two.pk})
    page = client.get("/contacts/").text
    assert all(words in page for words in (BOX, "03-0000-0000", "加藤 美咲"))
    client.post("/contacts/", {"do": "end", "contact": Contact.objects.get(kind="mailbox").pk})
    assert BOX not in client.get("/contacts/").text
    assert Contact.objects.count() == 2


def test_the_operator_keeps_those_of_any_organisation_and_of_the_council(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.operator)
    url = f"/contacts/?organisation={world.company.pk}"
    client.post(url, {"do": "mailbox", "mailbox-address": BOX})
    client.post(url, {"do": "lead", "lead-subcommittee": world.materials.pk, "lead-person": world.analyst.pk})
    client.post(url, {"do": "duty_officer", "duty_officer-person": world.officer.pk})
    page = client.get(url).text
    assert all(words in page for words in (BOX, "守永 俊", "岡崎 智"))
    for contact in Contact.objects.all():
        assert client.post(url, {"do": "end", "contact": contact.pk}).status_code == 302
    assert not Contact.objects.filter(ended_at=None).exists()


def test_what_can_not_be_is_said_at_its_field(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    answer = client.post("/contacts/", {"do": "mailbox", "mailbox-address": "x"})
    assert list(answer.context["forms"][0].errors) == ["address"]
    client.post("/contacts/", {"do": "mailbox", "mailbox-address": BOX})
    again = client.post("/contacts/", {"do": "mailbox", "mailbox-address": BOX})
    assert "すでに登録されています" in again.text
    stranger = client.post("/contacts/", {"do": "deputy", "deputy-person": world.other_reader.pk})
    assert list(stranger.context["forms"][1].errors) == ["person"]


def test_an_administrator_is_offered_no_contact_of_the_council(world: cast.Council, client: Client) -> None:
    found_contact("lead", **_facts(world, "lead"))
    page = cast.sign_in(client, world.administrator).get("/contacts/")
    assert "協議会の連絡先" not in page.text
    sent = {"do": "duty_officer", "duty_officer-person": world.officer.pk}
    assert client.post("/contacts/", sent).status_code == 404
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("who", ["reader_two", "officer", "publisher", "auditor"])
def test_for_everybody_else_there_is_no_such_page(world: cast.Council, client: Client, who: str) -> None:
    answer = cast.sign_in(client, getattr(world, who)).get("/contacts/")
    assert (answer.status_code, answer.content) == (404, client.get("/nowhere/").content)


def test_contacts_of_others_and_none_at_all_answer_alike(world: cast.Council, client: Client) -> None:
    there = found_contact("deputy", organisation=world.other_company, person=world.other_reader)
    lead = found_contact("lead", **_facts(world, "lead"))
    cast.sign_in(client, world.administrator)
    seen = set()
    for each in (there.pk, lead.pk, uuid.uuid4()):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/contacts/", {"do": "end", "contact": each})
        seen.add((answer.status_code, answer.content, len(queries)))
    assert len(seen) == 1
    assert {status for status, _body, _queries in seen} == {404}
    assert not Contact.objects.filter(ended_at__isnull=False).exists()


def test_ids_that_are_none_are_missing(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    for each in ("", "x", "{}"):
        assert client.post("/contacts/", {"do": "end", "contact": each}).status_code == 404
    assert client.get(f"/contacts/?organisation={world.other_company.pk}").status_code == 404


def test_an_unknown_deed_is_missing(world: cast.Council, client: Client) -> None:
    assert cast.sign_in(client, world.operator).post("/contacts/", {"do": "x"}).status_code == 404
