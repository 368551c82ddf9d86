"""Bad input over HTTP: each a problem document that points at the fault, and nothing written."""

import json
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import Organisation, User
from bulletins.models import Bulletin
from council import api
from council.access.facts import Role
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
SECRET = "機密性3情報（極秘・秘）はこのポータルでは扱えません。定められた別の手段を使ってください。"
NOT_JSON = "JSON（UTF-8）として読めません。"


@dataclass(frozen=True)
class Few:
    """As much of a council as bad input takes: building all of it for each fault would take a minute."""

    company: Organisation
    publisher: User
    approver: User
    reader_one: User
    other_reader: User


@pytest.fixture
def world():
    agency, company = cast.organisation(Organisation.Kind.AGENCY), cast.organisation()
    item = cast.designation(agency, "経安2026-07号")
    return Few(
        company=company,
        publisher=cast.clear(cast.person(agency, Role.PUBLISHER, tier=2), item),
        approver=cast.person(agency, Role.APPROVER, tier=2),
        reader_one=cast.person(company),
        other_reader=cast.person(cast.organisation()),
    )


def raw(who, data, content_type="application/json"):
    return Client().post(calls.API, data, content_type=content_type, headers=cast.bearer(who))


def faults(response):
    return {row["pointer"]: row["detail"] for row in response.json()["errors"]}


def part(**changes):
    return {"text": "本文です。", "tier": 1, **changes}


def file_part(name="一覧.csv", **content):
    return {"tier": 1, "attachment": {"name": name, **content}}


FAULTS = {
    "tier above this portal": ({"tier": "機密性3"}, "/tier"),
    "tier that is none": ({"tier": 4}, "/tier"),
    "tier that is a list": ({"tier": [1]}, "/tier"),
    "tier that is true": ({"tier": True}, "/tier"),
    "no tier": ({"tier": None}, "/tier"),
    "part above this portal": ({"parts": [part(), part(tier="極秘")]}, "/parts/1/tier"),
    "part above the bulletin": ({"parts": [part(), part(), part(tier=2)]}, "/parts/2/tier"),
    "mark in a text": ({"parts": [part(text="機密性3情報\n\n本文")]}, "/parts/0/text"),
    "critical without a designation": ({"tier": 3}, "/designation"),
    "designation nobody made": ({"tier": 3, "designation": "経安9999号"}, "/designation"),
    "designation below critical": ({"designation": "経安2026-07号"}, "/designation"),
    "floor above the bulletin": ({"floor": 2}, "/floor"),
    "unknown field": ({"titel": "x"}, "/titel"),
    "unknown field of a part": ({"parts": [part(tlp="RED")]}, "/parts/0/tlp"),
    "unknown field of the audience": ({"released_to": {"everybody": True}}, "/released_to/everybody"),
    "field that would break a pointer": ({"a/b~c": 1}, "/a~1b~0c"),
    "field that no answer can carry": ({"\ud800": 1}, "/\\ud800"),
    "unknown kind": ({"kind": "rumour"}, "/kind"),
    "kind that is a list": ({"kind": ["threat"]}, "/kind"),
    "title that is a number": ({"title": 5}, "/title"),
    "empty title": ({"title": " "}, "/title"),
    "title of two lines": ({"title": "一\n二"}, "/title"),
    "text with NUL": ({"parts": [part(text="a\x00b")]}, "/parts/0/text"),
    "text with half a character": ({"parts": [part(text="\udcff")]}, "/parts/0/text"),
    "empty text": ({"parts": [part(text="")]}, "/parts/0/text"),
    "no parts": ({"parts": []}, "/parts"),
    "parts that are no list": ({"parts": {"text": "x"}}, "/parts"),
    "title as a part": ({"parts": [part(kind="title")]}, "/parts/0/kind"),
    "unknown caveat": ({"caveats": ["秘密厳守"]}, "/caveats"),
    "caveat with an impossible day": ({"parts": [part(caveats=["2026年2月30日まで"])]}, "/parts/0/caveats"),
    "deadline without a zone": ({"deadline": "2026-12-01T09:00:00"}, "/deadline"),
    "deadline that is none": ({"deadline": "来週"}, "/deadline"),
    "deadline before time": ({"deadline": "0001-01-01T00:00:00+09:00"}, "/deadline"),
    "id that is none": ({"subcommittees": ["chips"]}, "/subcommittees/0"),
    "organisation nobody founded": (
        {"released_to": {"organisations": ["6a3b3a6e-5f0e-4c55-9d0e-7b8a50a6b0aa"]}},
        "/released_to/organisations",
    ),
    "file with a folder": ({"parts": [file_part("../x.csv", text="a")]}, "/parts/0/attachment"),
    "file with control characters": ({"parts": [file_part("a\u202eb.csv", text="a")]}, "/parts/0/attachment"),
    "empty file": ({"parts": [file_part(text="")]}, "/parts/0/attachment"),
    "file with a mark": ({"parts": [file_part(text="機密性3情報\n本文")]}, "/parts/0/attachment"),
    "file that is not base64": ({"parts": [file_part(content_base64="###")]}, "/parts/0/attachment/content_base64"),
    "file twice": ({"parts": [file_part(text="a", content_base64="YQ==")]}, "/parts/0/attachment"),
    "file without content": ({"parts": [file_part()]}, "/parts/0/attachment"),
    "file beside a table": ({"parts": [file_part(text="a") | {"kind": "table"}]}, "/parts/0/kind"),
    "attachment without a file": ({"parts": [part(kind="attachment")]}, "/parts/0/attachment"),
}


@pytest.mark.parametrize(("change", "pointer"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_pointed_at_and_nothing_is_written(world, change, pointer):
    refused = calls.post(world.publisher, "", calls.draft(**change))
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert list(faults(refused)) == [pointer]
    assert not Bulletin.unrestricted.exists()


@pytest.mark.parametrize("tier", ["機密性3", "機密性３情報", "極秘", "秘"])
def test_what_is_above_this_portal_is_refused_in_its_own_words(world, tier):
    assert faults(calls.post(world.publisher, "", calls.draft(tier=tier))) == {"/tier": SECRET}


def test_foreign_subcommittee_is_refused_as_one_that_is_not_there(world):
    stranger = cast.subcommittee()
    answers = [
        faults(calls.post(world.publisher, "", calls.draft(subcommittees=[each])))
        for each in (str(stranger.pk), "6a3b3a6e-5f0e-4c55-9d0e-7b8a50a6b0aa")
    ]
    assert answers[0] == answers[1]


def test_every_fault_is_told_at_once(world):
    body = calls.draft(floor=2, parts=[part(tier=2), part(text="")])
    assert set(faults(calls.post(world.publisher, "", body))) == {"/floor", "/parts/0/tier", "/parts/1/text"}


@pytest.mark.parametrize(
    "data", [b"{", b"\xff\xfe", b"[" * 200_000, b'{"tier": NaN}', b'{"tier": ' + b"9" * 5000 + b"}", b"nul"]
)
def test_what_is_no_json_is_refused(world, data):
    refused = raw(world.publisher, data)
    assert refused.status_code == 400
    assert refused.json()["detail"] == NOT_JSON


@pytest.mark.parametrize("data", [[], "x", 1, None])
def test_json_that_is_no_object_is_refused_as_a_whole(world, data):
    refused = raw(world.publisher, json.dumps(data))
    assert (refused.status_code, list(faults(refused))) == (400, [""])


def test_empty_body_lacks_what_is_needed(world):
    assert set(faults(raw(world.publisher, b""))) == {"/kind", "/title", "/tier", "/parts"}


def test_file_of_ten_megabytes_comes_in(world):
    body = calls.draft(parts=[file_part(text="あ" * 3_500_000)])
    assert calls.post(world.publisher, "", body).status_code == 201


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "text/plain", "application/xml"])
def test_other_formats_are_not_taken(world, content_type):
    assert raw(world.publisher, b"x", content_type).status_code == 415


def test_body_beyond_bounds_is_refused_unread(world):
    refused = raw(world.publisher, b'"' + b"a" * api.LARGEST_BODY + b'"')
    assert refused.status_code == 413
    assert "32MB" in refused.json()["detail"]


def test_errors_are_cut_before_they_fill_the_answer(world):
    refused = calls.post(world.publisher, "", calls.draft(**{f"{'x' * 300}{n}": 1 for n in range(500)}))
    assert len(refused.json()["errors"]) == 100
    assert len(refused.content) < 100_000


def test_verbs_refuse_fields_they_do_not_know(world):
    bulletin = shelf.drafted(world.publisher, organisations=[world.company]).bulletin_id
    refused = calls.post(world.publisher, f"{bulletin}/submit/", {"force": True})
    assert faults(refused) == {"/force": "この項目は知りません。"}


def test_markup_of_a_draft_is_kept_as_text(world):
    text = "<script>alert(1)</script>"
    made = calls.post(world.publisher, "", calls.draft(parts=[part(text=text)])).json()
    assert calls.get(world.publisher, f"{made['id']}/").json()["parts"][0]["text"] == text


def test_problem_speaks_the_language_that_was_asked_for(world):
    problem = calls.get(world.reader_one, "?kind=rumour", **{"Accept-Language": "en"})
    assert problem.headers["Content-Language"] == "en"
    assert "not a valid choice" in problem.json()["errors"][0]["detail"]


def test_problem_names_the_request_but_never_on_a_404(world):
    bulletin = shelf.published(world.publisher, world.approver, organisations=[world.company]).bulletin_id
    assert calls.get(world.reader_one, "?kind=rumour").json()["instance"].startswith("urn:request:")
    assert "instance" not in calls.get(world.other_reader, f"{bulletin}/").json()


@pytest.mark.parametrize(
    ("method", "path", "status"), [("put", "", 403), ("delete", "", 403), ("options", "", 403), ("patch", "", 403)]
)
def test_methods_without_a_policy_are_refused(world, method, path, status):
    answer = getattr(Client(), method)(calls.API + path, headers=cast.bearer(world.publisher))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_bad_token_is_a_problem_even_beside_a_good_session(world):
    client = cast.sign_in(Client(), world.reader_one)
    refused = client.get(calls.API, headers={"authorization": "Bearer nonsense"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
