"""The pages of 取扱者名簿: an officer's by item, an administrator's own people, and the person who reads and signs."""

import re

import pytest
from django.test import Client

from accounts.models import Clearance, Education, OperatorCertification, RosterEntry
from tests import cast
from tests.accounts import given_rosters as given
from tests.accounts.given_rosters import LATER, TODAY
from tests.accounts.test_roster_grants import forged_grant

PAGE, MINE = "/handlers/", "/handlers/mine/"


def shown(client: Client, who: object, page: str = PAGE) -> str:
    answer = cast.sign_in(client, who).get(page)
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)


def press(client: Client, who: object, do: str, entry: RosterEntry) -> object:
    return cast.sign_in(client, who).post(PAGE, {"do": do, "entry": entry.pk})


def test_the_whole_way_through_the_pages(world: cast.Council, client: Client) -> None:
    fields = {"do": "nominate", "person": world.reader_two.pk, "designation": world.item.pk, "first_day": TODAY}
    assert cast.sign_in(client, world.administrator).post(PAGE, fields)["Location"] == PAGE
    entry = RosterEntry.objects.get(person=world.reader_two)
    assert "受け入れを待っています" in shown(client, world.administrator)
    assert press(client, world.officer, "accept", entry).status_code == 302
    assert "本人の誓約を待っています" in shown(client, world.administrator)
    page = shown(client, world.reader_two, MINE)
    assert world.item.register_number in page
    assert world.agency.name in page
    client.post(MINE, {"entry": entry.pk, "version": "1"})
    entry.refresh_from_db()
    assert entry.pledged_at
    assert "取扱者" in shown(client, world.administrator)


@pytest.mark.parametrize("who", ["publisher", "approver", "operator", "auditor", "reader_three", "analyst"])
def test_who_neither_clears_nor_runs_people_has_no_such_page(world: cast.Council, client: Client, who: str) -> None:
    cast.sign_in(client, getattr(world, who))
    nowhere = client.get("/nowhere/")
    assert (client.get(PAGE).status_code, client.get(PAGE).content) == (404, nowhere.content)
    entry = given.nominated_row(world)
    for do in ("accept", "end"):
        assert press(client, getattr(world, who), do, entry).content == nowhere.content


def test_a_company_sees_its_own_people_and_nobody_elses(world: cast.Council, client: Client) -> None:
    page = shown(client, world.administrator)
    assert "水城 環" in page
    assert "石田 悠介" not in page
    other = shown(client, world.other_administrator)
    assert "水城 環" not in other
    assert world.item.register_number not in other


def test_an_agency_sees_its_own_items_and_no_others(world: cast.Council, client: Client) -> None:
    assert "水城 環" in shown(client, world.officer)
    other = shown(client, world.other_officer)
    assert "水城 環" not in other
    assert world.item.register_number not in other


@pytest.mark.parametrize(
    ("who", "do"), [("other_officer", "accept"), ("other_officer", "end"), ("other_administrator", "end")]
)
def test_an_entry_of_others_and_one_that_never_was_answer_alike(
    world: cast.Council, client: Client, who: str, do: str
) -> None:
    entry = given.nominated_row(world)
    theirs = press(client, getattr(world, who), do, entry)
    never = cast.sign_in(client, getattr(world, who)).post(PAGE, {"do": do, "entry": "987654"})
    assert (theirs.status_code, theirs.content) == (404, never.content)


def test_a_foreign_item_an_uncovered_one_and_none_answer_alike(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    items = [cast.designation(world.other_agency).pk, cast.designation(world.agency).pk, world.company.pk]
    said = []
    for item in items:
        fields = {"do": "nominate", "person": world.reader_two.pk, "designation": item, "first_day": TODAY}
        answer = client.post(PAGE, fields)
        said.append(re.sub(r'value="\w{64}"', "", answer.text).replace(str(item), ""))
    assert said[0] == said[1] == said[2]
    assert not RosterEntry.objects.filter(person=world.reader_two).exists()


def test_a_companys_page_is_the_same_whether_anybody_is_cleared(world: cast.Council, client: Client) -> None:
    given.nominated_row(world)
    before = shown(client, world.administrator)
    Clearance.objects.all().delete()
    assert shown(client, world.administrator) == before
    assert "適性評価" not in before


def test_accepting_is_offered_whatever_the_persons_clearance(world: cast.Council, client: Client) -> None:
    given.nominated_row(world)
    before = shown(client, world.officer)
    assert before.count('value="accept"') == 1
    cast.clear(world.reader_two, cast.designation(world.agency))
    after = shown(client, world.officer)
    assert after.count('value="accept"') == 1
    assert before != after


def test_an_officer_sees_their_own_agencys_clearance_alone(world: cast.Council, client: Client) -> None:
    given.nominated_row(world)
    before = shown(client, world.officer)
    cast.clear(world.reader_two, cast.designation(world.other_agency), last_day=LATER)
    Education.objects.filter(agency=world.other_agency).delete()
    OperatorCertification.objects.filter(agency=world.other_agency).update(suspended_on=TODAY)
    assert shown(client, world.officer) == before


def test_who_came_off_is_told_with_the_day_and_no_word_more(world: cast.Council, client: Client) -> None:
    declined, ended = given.nominated_row(world), RosterEntry.objects.get(person=world.reader_three)
    for entry, by in ((declined, world.officer), (ended, world.administrator)):
        press(client, by, "end", entry)
    lines = re.findall(r"<li>(.+?)に外れました</li>", shown(client, world.administrator))
    names = {world.reader_two.name, world.reader_three.name}
    assert {line.split("　")[0] for line in lines} == names
    assert len({line.split("　")[1] for line in lines}) == 1


def test_nobody_signs_what_is_not_theirs(world: cast.Council, client: Client) -> None:
    entry = given.accepted_row(world)
    answer = cast.sign_in(client, world.reader_one).post(MINE, {"entry": entry.pk, "version": "1"})
    assert answer.status_code == 404
    assert "誓約します" not in shown(client, world.reader_one, MINE)


def test_who_signs_an_older_sentence_is_shown_the_new_one(world: cast.Council, client: Client) -> None:
    entry = given.accepted_row(world)
    answer = cast.sign_in(client, world.reader_two).post(MINE, {"entry": entry.pk, "version": "0"}, follow=True)
    assert "誓約の文が新しくなっています" in answer.text
    entry.refresh_from_db()
    assert entry.pledged_at is None


def test_who_is_to_sign_is_told_so_on_their_desk(world: cast.Council, client: Client) -> None:
    assert MINE not in shown(client, world.reader_two, "/")
    given.accepted_row(world)
    assert MINE in shown(client, world.reader_two, "/")
    assert MINE not in shown(client, world.administrator, "/")


def test_empty_lists_say_what_will_stand_there(world: cast.Council, client: Client) -> None:
    assert "推薦した人が、項目ごとにここに並びます" in shown(client, world.other_administrator)
    assert "名簿に載ると、ここに並びます" in shown(client, world.reader_one, MINE)


def test_an_officer_is_told_how_many_grants_differ(world: cast.Council, client: Client) -> None:
    assert "違っています" not in shown(client, world.officer)
    forged_grant(world.item, world.reader_one)
    assert "1件違っています" in shown(client, world.officer)
    assert "違っています" not in shown(client, world.administrator)


def test_what_is_not_a_deed_is_not_there(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.officer)
    for body in ({}, {"do": "promote"}, {"do": "accept", "entry": "9" * 5000}, {"do": "end", "entry": "x"}):
        assert client.post(PAGE, body).status_code == 404
