"""The board taken away: a file that no spreadsheet takes for formulas, and the same rows over the API."""

import csv
import io
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts.models import Notice, Organisation
from council.access.policy import Action
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import board_cast, calls
from tests.bulletins.board_cast import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def taken(world, revision, **query) -> tuple[list[list[str]], bytes]:
    """The rows of the file, and the file."""
    answer = cast.sign_in(Client(), world.publisher).get(at(revision, "export.csv"), query)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))), answer.content


def test_the_file_has_a_mark_of_its_encoding_and_a_row_for_each_organisation(world):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    rows, data = taken(world, revision)
    assert data.startswith(b"\xef\xbb\xbf")
    assert [row[2] for row in rows] == ["組織", "夕凪ケーブル株式会社", "翠嶺マテリアル株式会社"]
    assert len({len(row) for row in rows}) == 1


def test_it_is_a_download_named_by_the_reference(world, client):
    revision = board_cast.out(world)
    answer = cast.sign_in(client, world.publisher).get(at(revision, "export.csv"))
    named = f"【機密性2情報】{revision.bulletin.reference}_第1版_配付状況.csv"
    assert answer["Content-Disposition"] == content_disposition_header(as_attachment=True, filename=named)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_states_are_words_and_moments_have_their_zone(world):
    revision = board_cast.out(world)
    board_cast.receipt(revision, world.reader_two, acknowledged=True)
    board_cast.answer(revision, world.reader_two, "applicable", note="3台")
    head, row = taken(world, revision)[0]
    said = dict(zip(head, row, strict=True))
    assert (said["いまの状態"], said["回答"]) == ("該当あり", "該当あり")
    for name in ("開封", "受領確認", "回答の日時", "期限"):
        assert datetime.fromisoformat(said[name]).utcoffset().total_seconds() == 9 * 3600
    assert said["受取"] == ""


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_a_name_that_would_be_a_formula_is_text(world, first):
    revision = board_cast.out(world)
    Organisation.objects.filter(pk=world.company.pk).update(name=f'{first}HYPERLINK("//evil.example")')
    rows, _data = taken(world, revision)
    assert rows[1][2] == f'\'{first}HYPERLINK("//evil.example")'


def test_neither_title_nor_note_leaves_with_the_file(world):
    revision = board_cast.out(world)
    board_cast.answer(revision, world.reader_two, "applicable", note="3台が該当します。")
    said = taken(world, revision)[1].decode()
    assert "板に出る題名" not in said
    assert "3台が該当します。" not in said


def test_taking_it_is_an_event_of_its_own(world):
    revision = board_cast.out(world)
    taken(world, revision)
    event = AuditEvent.objects.get(action=Event.BOARD_EXPORT)
    assert (event.object, event.revision, event.tier) == (str(revision.bulletin_id), 1, 2)
    assert not AuditEvent.objects.filter(action=Action.TRACK).exists()


# --- over the API -------------------------------------------------------------------------------------------------------


def test_the_same_rows_come_over_the_api_page_by_page(world):
    people = board_cast.readers(23)
    revision = board_cast.out(world, organisations=board_cast.of(people))
    first = calls.get(world.publisher, f"{revision.bulletin_id}/deliveries/").json()
    second = calls.get(world.publisher, first["next"].removeprefix("http://testserver" + calls.API)).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (20, 3, None)
    names = [row["organisation"]["name"] for row in [*first["results"], *second["results"]]]
    assert names == sorted(organisation.name for organisation in board_cast.of(people))


def test_a_row_says_where_an_organisation_stands(world):
    revision = board_cast.out(world)
    board_cast.receipt(revision, world.reader_two, acknowledged=True)
    (row,) = calls.get(world.publisher, f"{revision.bulletin_id}/deliveries/").json()["results"]
    assert row["organisation"] == {"id": str(world.company.pk), "name": world.company.name}
    assert (row["state"], row["acknowledged_by"], row["package"], row["answer"]) == ("acknowledged", 1, "queued", None)


def test_rows_are_filtered_by_state(world):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    board_cast.receipt(revision, world.reader_two)
    path = f"{revision.bulletin_id}/deliveries/?state="
    found = [
        len(calls.get(world.publisher, path + state).json()["results"]) for state in ("opened", "waiting", "handled")
    ]
    assert found == [1, 2, 0]
    assert calls.get(world.publisher, path + "nothing").status_code == 400
    assert calls.get(world.publisher, f"{revision.bulletin_id}/deliveries/?cursor=x").status_code == 400


@pytest.mark.parametrize("cursor", ["W10", "WzEsMl0", "WyJhIl0", "bnVsbA"])
def test_a_cursor_that_is_none_of_ours_is_refused(world, cursor):
    revision = board_cast.out(world)
    assert calls.get(world.publisher, f"{revision.bulletin_id}/deliveries/?cursor={cursor}").status_code == 400


@pytest.mark.parametrize("who", ["reader_two", "other_reader", "auditor", "operator", "abroad"])
@pytest.mark.parametrize(("method", "then"), [("get", "deliveries/"), ("post", "remind/")])
def test_for_others_neither_path_knows_the_bulletin(world, who, method, then):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    caller = cast.person(world.other_agency, "publisher", tier=2) if who == "abroad" else getattr(world, who)
    answer = calls.refused_alike(caller, method, "{}/" + then, revision.bulletin_id)
    assert answer.status_code == 404


def told(revision):
    Notice.objects.filter(about=revision.bulletin_id).update(state="sent", sent_at=timezone.now())


def test_reminding_over_the_api_says_how_many_and_then_why_not(world):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    told(revision)
    path = f"{revision.bulletin_id}/remind/"
    assert calls.post(world.publisher, path, {}).json() == {"organisations": 2}
    again = calls.post(world.publisher, path, {})
    assert (again.status_code, "再通知は1日に1回までです。" in again.json()["detail"]) == (409, True)


def test_those_who_are_named_are_reminded_and_no_others(world):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    told(revision)
    body = {"organisations": [str(world.company.pk)]}
    assert calls.post(world.publisher, f"{revision.bulletin_id}/remind/", body).json() == {"organisations": 1}
    assert set(Notice.objects.filter(kind="reminder").values_list("organisation", flat=True)) == {world.company.pk}


@pytest.mark.parametrize("body", [{"organisations": []}, {"organisations": ["x"]}, {"organisation": str(uuid4())}])
def test_a_body_that_cannot_be_taken_reminds_nobody(world, body):
    revision = board_cast.out(world)
    told(revision)
    assert calls.post(world.publisher, f"{revision.bulletin_id}/remind/", body).status_code == 400
    assert not Notice.objects.filter(kind="reminder").exists()
