"""The pages of 適合事業者: an officer's companies and what each lacks, one company, and what a company sees of itself."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.actions.proposals import confirm
from accounts.models import (
    ChangeReport,
    Clearance,
    Contract,
    ContractDepartment,
    ContractItem,
    Education,
    HandlingPlace,
    OperatorCertification,
    Proposal,
)
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import given_rosters as given
from tests.accounts.given_proposals import second_officer
from tests.accounts.given_rosters import LATER, TODAY

EVERYBODY_ELSE = [
    "administrator", "other_administrator", "publisher", "approver", "operator", "auditor", "reader_three", "analyst",
]  # fmt: skip


def url(world: cast.Council) -> str:
    return f"/certifications/{world.company.pk}/"


def sent(client: Client, world: cast.Council, do: str, **fields: object) -> object:
    """What the page of the company answers to the form `do` (its fields bear its name) of its own agency's officer."""
    cast.sign_in(client, world.officer)
    return client.post(url(world), {"do": do, **{f"{do}-{name}": str(value) for name, value in fields.items()}})


def missing(client: Client, world: cast.Council, who: str = "officer", page: str = "") -> list[str]:
    """The labels of the steps that the page says are missing."""
    shown = cast.sign_in(client, getattr(world, who)).get(page or url(world))
    standing = shown.context["standing"] if "standing" in shown.context else shown.context["rows"][0][0]
    return standing.missing


@pytest.mark.parametrize("who", EVERYBODY_ELSE)
def test_for_everybody_but_officers_there_are_no_such_pages(world: cast.Council, client: Client, who: str) -> None:
    cast.sign_in(client, getattr(world, who))
    nowhere = client.get("/nowhere/")
    for page in ("/certifications/", url(world), f"/certifications/{uuid4()}/"):
        assert (client.get(page).status_code, client.get(page).content) == (404, nowhere.content)
        assert client.post(page, {"do": "suspend"}).content == nowhere.content


def test_an_officer_learns_nothing_of_what_another_agency_certified(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.other_officer)
    assert "認定した会社と、その会社に足りないものが" in client.get("/certifications/").text
    before = _without_token(client.get(url(world)).text)
    assert "適合事業者ではありません" in before
    assert world.item.register_number not in before
    ContractItem.objects.all().delete()
    ContractDepartment.objects.all().delete()
    Contract.objects.all().delete()
    OperatorCertification.objects.all().delete()
    assert _without_token(client.get(url(world)).text) == before


def _without_token(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("do", ["suspend", "contract", "item", "department", "remove_item", "examine", "end"])
def test_where_the_agency_certified_nobody_no_button_does_anything(
    world: cast.Council, client: Client, do: str
) -> None:
    fields = {
        "item": ContractItem.objects.get().pk,
        "contract-first_day": TODAY,
        "end-last_day": LATER,
        "department-name": "x",
    }
    answer = cast.sign_in(client, world.other_officer).post(url(world), {"do": do, **fields})
    assert answer.status_code == 404
    assert OperatorCertification.objects.get().suspended_on is None


def test_what_is_not_a_company_has_no_page(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.officer)
    nowhere = client.get("/nowhere/").content
    for page in (f"/certifications/{world.agency.pk}/", f"/certifications/{uuid4()}/", "/certifications/?company=x"):
        assert client.get(page).content == nowhere


def test_two_officers_certify_a_company_through_the_pages(world: cast.Council, client: Client) -> None:
    page = f"/certifications/{world.other_company.pk}/"
    fields = {"do": "certify", "certify-certified_on": TODAY, "certify-responsible": world.other_reader.pk}
    answer = cast.sign_in(client, world.officer).post(page, fields)
    assert answer["Location"] == page
    assert "2人目の確認を待っています" in client.get(page).text
    assert world.other_company.name in client.get("/certifications/").text
    confirm(Proposal.objects.get().pk, acting_user=second_officer(world))
    assert "西村 楓" in client.get(page).text


def test_somebody_of_another_company_can_not_be_chosen_to_answer_for_it(world: cast.Council, client: Client) -> None:
    answer = sent(client, world, "certify", certified_on=TODAY, responsible=world.other_reader.pk)
    assert "選択肢" in answer.text or "正しく選択してください" in answer.text
    assert not Proposal.objects.exists()


def test_the_list_says_what_each_company_lacks(world: cast.Council, client: Client) -> None:
    shown = cast.sign_in(client, world.officer).get("/certifications/").text
    assert "保護責任者、場所と業務管理者" in shown


@pytest.mark.parametrize(
    ("step", "break_it"),
    [
        ("認定", lambda: OperatorCertification.objects.update(suspended_on=TODAY)),
        ("認定", lambda: OperatorCertification.objects.update(last_day=TODAY - timedelta(days=1))),
        ("契約", lambda: Contract.objects.update(last_day=TODAY - timedelta(days=1))),
        ("契約の項目", lambda: ContractItem.objects.all().delete()),
        ("教育", lambda: Education.objects.update(last_day=TODAY - timedelta(days=1))),
        ("適性評価", lambda: Clearance.objects.all().delete()),
    ],
)
def test_each_step_is_missed_by_itself(world: cast.Council, client: Client, step: str, break_it: object) -> None:
    OperatorCertification.objects.update(responsible=world.reader_one)
    given.place(world)
    assert missing(client, world) == []
    break_it()
    assert missing(client, world) == [step]


def test_a_company_is_told_the_same_but_nothing_of_clearances(world: cast.Council, client: Client) -> None:
    OperatorCertification.objects.update(responsible=world.reader_one)
    given.place(world)
    before = cast.sign_in(client, world.administrator).get("/certifications/mine/").text
    Clearance.objects.all().delete()
    assert missing(client, world, "administrator", "/certifications/mine/") == []
    after = client.get("/certifications/mine/").text
    assert "適性評価" not in after
    assert _without_token(before) == _without_token(after)


def test_a_company_sees_its_own_certification_contract_and_education(world: cast.Council, client: Client) -> None:
    given.place(world)
    shown = cast.sign_in(client, world.administrator).get("/certifications/mine/").text
    for words in (world.agency.name, world.item.register_number, "技術部", given.HALL, "水城 環"):
        assert words in shown
    assert 'value="remove_item"' not in shown


def test_a_company_without_a_certification_is_told_what_will_stand_there(world: cast.Council, client: Client) -> None:
    shown = cast.sign_in(client, world.other_administrator).get("/certifications/mine/").text
    assert "認定はまだありません" in shown
    assert world.item.register_number not in shown


@pytest.mark.parametrize("who", ["officer", "operator", "reader_three", "publisher", "auditor"])
def test_only_administrators_have_a_page_about_their_own_company(world: cast.Council, client: Client, who: str) -> None:
    cast.sign_in(client, getattr(world, who))
    assert client.get("/certifications/mine/").content == client.get("/nowhere/").content


def test_the_contract_is_built_on_the_page(world: cast.Council, client: Client) -> None:
    item = cast.designation(world.agency)
    assert sent(client, world, "contract", first_day=TODAY, last_day=LATER).status_code == 302
    assert sent(client, world, "item", designation=item.pk, first_day=TODAY).status_code == 302
    assert sent(client, world, "department", name="品質保証部").status_code == 302
    assert sent(client, world, "place", name=given.HALL, manager=world.reader_one.pk).status_code == 302
    place = HandlingPlace.objects.get()
    assert sent(client, world, "manager", place=place.pk, manager=world.reader_two.pk).status_code == 302
    shown = client.get(url(world)).text
    for words in (item.register_number, "品質保証部", given.HALL, world.reader_two.name):
        assert words in shown


@pytest.mark.parametrize(
    ("do", "fields", "said"),
    [
        ("contract", {"first_day": LATER, "last_day": TODAY}, "終わりの日が始まりの日より前です"),
        ("contract", {"first_day": "きのう"}, "日付を正しく入力してください"),
        ("department", {"name": "技術部"}, "すでに契約にあります"),
        ("item", {"designation": uuid4(), "first_day": TODAY}, "正しく選択してください"),
        ("end", {"last_day": TODAY - timedelta(days=9)}, "きょうより前の日では終えられません"),
    ],
)
def test_what_can_not_be_says_why(world: cast.Council, client: Client, do: str, fields: dict, said: str) -> None:
    answer = sent(client, world, do, **fields)
    assert (answer.status_code, said in answer.text) == (200, True)


def test_an_item_of_another_agency_and_one_that_never_was_answer_alike(world: cast.Council, client: Client) -> None:
    foreign = cast.designation(world.other_agency)
    said = [
        sent(client, world, "item", designation=which, first_day=TODAY).context["offered"]["item"].errors
        for which in (foreign.pk, uuid4())
    ]
    assert said[0] == said[1]


def test_education_of_several_people_is_recorded_at_once(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.officer)
    people = [world.reader_one.pk, world.reader_two.pk]
    client.post(url(world), {"do": "education", "education-people": people, "education-held_on": TODAY})
    assert Education.objects.filter(held_on=TODAY).count() == 2
    client.post(
        "/certifications/", {"do": "education", "education-people": [world.publisher.pk], "education-held_on": TODAY}
    )
    assert Education.objects.filter(held_on=TODAY, person=world.publisher).exists()


def test_an_officer_is_not_offered_their_own_education(world: cast.Council, client: Client) -> None:
    shown = cast.sign_in(client, world.officer).get("/certifications/")
    assert world.officer not in shown.context["form"].fields["people"].queryset


def test_suspending_and_resuming_on_the_page(world: cast.Council, client: Client) -> None:
    sent(client, world, "suspend")
    assert OperatorCertification.objects.get().suspended_on == TODAY
    assert "認定を再開する" in client.get(url(world)).text
    sent(client, world, "resume")
    assert OperatorCertification.objects.get().suspended_on is None


def test_a_report_goes_from_the_company_to_the_officer_and_back(world: cast.Council, client: Client) -> None:
    row = given.certification(world)
    fields = {f"report-{row.pk}-what": "places", f"report-{row.pk}-takes_effect_on": LATER, "certification": row.pk}
    assert cast.sign_in(client, world.administrator).post("/certifications/mine/", fields).status_code == 302
    assert "審査を待っています" in client.get("/certifications/mine/").text
    officer = cast.sign_in(Client(), world.officer)
    assert "1件が審査を待っています" in officer.get("/certifications/").text
    officer.post(url(world), {"do": "examine", "report": ChangeReport.objects.get().pk})
    assert ChangeReport.objects.get().examined_by == world.officer
    assert "審査を待っています" not in client.get("/certifications/mine/").text


def test_a_company_reports_nothing_for_another(world: cast.Council, client: Client) -> None:
    row = given.certification(world)
    fields = {f"report-{row.pk}-what": "places", f"report-{row.pk}-takes_effect_on": LATER, "certification": row.pk}
    answer = cast.sign_in(client, world.other_administrator).post("/certifications/mine/", fields)
    assert answer.content == client.get("/nowhere/").content
    assert not ChangeReport.objects.exists()


def test_looking_at_a_company_is_recorded_with_its_id(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.officer).get(url(world))
    assert AuditEvent.objects.filter(action="page.show", object=str(world.company.pk)).exists()


def test_the_list_costs_the_same_however_many_companies_there_are(
    world: cast.Council, client: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(4):
        cast.clear(cast.person(cast.organisation()), world.item)
    cast.sign_in(client, world.officer).get("/certifications/")
    with django_assert_max_num_queries(45):
        client.get("/certifications/")
