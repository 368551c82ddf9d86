"""From a file on disk to an acknowledgement, over HTTP, with every process running: who may read reads, nobody else learns of it."""

import re
import secrets

import psycopg
import pytest
from psycopg import sql

from tests.portal import Answer, Portal

WORLD = {
    "organisations": [
        {"key": "agency", "kind": "agency", "name": "産業基盤保全庁"},
        {"key": "acme", "kind": "company", "name": "アクメ素材株式会社", "corporate_number": "7000012050002"},
        {"key": "other", "kind": "company", "name": "霧ヶ浜造船株式会社"},
        {"key": "audit", "kind": "audit", "name": "独立監査院"},
    ],
    "subcommittees": [{"key": "chips", "name": "半導体分科会", "members": ["agency", "acme", "other"]}],
    "people": [
        {"key": "pub", "email": "pub@agency.example", "org": "agency", "roles": ["publisher"], "tier": 3, "subcommittees": ["chips"]},
        {"key": "app", "email": "app@agency.example", "org": "agency", "roles": ["approver"], "tier": 3, "subcommittees": ["chips"]},
        {"key": "two", "email": "two@acme.example", "org": "acme", "roles": ["member"], "tier": 2, "subcommittees": ["chips"]},
        {"key": "one", "email": "one@acme.example", "org": "acme", "roles": ["member"], "tier": 1, "subcommittees": ["chips"]},
        {"key": "outside", "email": "out@other.example", "org": "other", "roles": ["member"], "tier": 2, "subcommittees": ["chips"]},
        {"key": "auditor", "email": "aud@audit.example", "org": "audit", "roles": ["auditor"]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def world(portal: Portal) -> dict:
    return portal.load(WORLD)


@pytest.fixture(scope="module")
def published(portal: Portal, world: dict) -> str:
    """A bulletin with a floor below its banner, taken through the API from draft to publication; its id."""
    draft = {
        "kind": "alert", "title": "供給の遅れ", "tier": 2, "floor": 1, "subcommittees": [world["ids"]["chips"]],
        "released_to": {"organisations": [world["ids"]["acme"]]},
        "parts": [{"text": "だれにでも言えること", "tier": 1}, {"text": "カナリア-機密性2-本文", "tier": 2}],
    }  # fmt: skip
    pub, app = world["tokens"]["pub"], world["tokens"]["app"]
    made = portal.call("POST", "/api/v1/bulletins/", token=pub, data=draft)
    assert made.status == 201, made.text
    path = f"/api/v1/bulletins/{made.json['id']}"
    assert portal.call("POST", f"{path}/submit/", token=pub).status == 200
    assert portal.call("POST", f"{path}/approve/", token=pub).status == 403, "the author never approves"
    assert portal.call("POST", f"{path}/approve/", token=app).status == 200
    assert portal.call("POST", f"{path}/publish/", token=pub).status == 200
    return made.json["id"]


def texts(answer: Answer) -> list[str]:
    return [part["text"] for part in answer.json["parts"]]


def test_each_reader_gets_the_parts_their_label_dominates(portal: Portal, world: dict, published: str) -> None:
    path = f"/api/v1/bulletins/{published}/"
    assert texts(portal.call("GET", path, token=world["tokens"]["two"])) == [
        "だれにでも言えること",
        "カナリア-機密性2-本文",
    ]
    lower = portal.call("GET", path, token=world["tokens"]["one"])
    assert texts(lower) == ["だれにでも言えること"]
    assert lower.json["label"]["tier"] == 1


def test_who_may_not_see_it_gets_the_answer_of_an_unknown_id(portal: Portal, world: dict, published: str) -> None:
    never = "00000000-0000-4000-8000-000000000000"
    for who in ("outside", "auditor"):
        for way in ("/api/v1/bulletins/{}/", "/api/v1/bulletins/{}/parts/1/file/"):
            token = world["tokens"][who]
            answers = [portal.call("GET", way.format(key), token=token) for key in (published, never)]
            assert answers[0] == answers[1]
            assert answers[0].status == 404
        pages = [portal.call("GET", f"/bulletins/{key}/", cookie=world["cookies"][who]) for key in (published, never)]
        assert pages[0] == pages[1]
        assert pages[0].status == 404


def test_it_is_in_the_lists_of_its_readers_alone(portal: Portal, world: dict, published: str) -> None:
    seen = {
        who: [row["id"] for row in portal.call("GET", "/api/v1/bulletins/", token=world["tokens"][who]).json["results"]]
        for who in ("one", "two", "outside", "auditor")
    }
    assert seen == {"one": [published], "two": [published], "outside": [], "auditor": []}


def test_acknowledging_is_a_second_fact_and_can_be_repeated(portal: Portal, world: dict, published: str) -> None:
    path, token = f"/api/v1/bulletins/{published}/acknowledge/", world["tokens"]["two"]
    first, again = portal.call("POST", path, token=token), portal.call("POST", path, token=token)
    assert (first.status, again.status) == (200, 200)
    assert first.json["acknowledged_at"] == again.json["acknowledged_at"]


def test_the_auditor_sees_what_happened_and_no_content(portal: Portal, world: dict, published: str) -> None:
    for who in ("two", "outside"):
        portal.call("GET", f"/api/v1/bulletins/{published}/", token=world["tokens"][who])
    events = portal.call("GET", f"/api/v1/audit/events/?object={published}", token=world["tokens"]["auditor"])
    told = {(row["action"], row["outcome"]) for row in events.json["results"]}
    assert {
        ("bulletin.draft", "allow"), ("bulletin.submit", "allow"), ("bulletin.approve", "deny"), ("bulletin.approve", "allow"),
        ("bulletin.publish", "allow"), ("bulletin.read", "allow"), ("bulletin.read", "deny"),
    } <= told  # fmt: skip
    assert "カナリア" not in events.text
    assert "供給の遅れ" not in events.text


def test_a_document_is_imported_and_read_as_a_page(portal: Portal, world: dict) -> None:
    path = portal.folder / "報告.md"
    path.write_text(
        "# 港の混雑\n\n## 経緯\n\n| 月 | 日数 |\n|---|---|\n| 7月 | 3 |\n\n- **待ち**が伸びた\n", encoding="utf-8"
    )
    said = portal.manage("import_bulletins", str(path), "--as", "pub@agency.example", "--tier", "1", "--publish")
    assert "imported 1" in said.stdout
    listed = portal.call("GET", "/api/v1/bulletins/?q=%E6%B8%AF", token=world["tokens"]["outside"])
    page = portal.call("GET", f"/bulletins/{listed.json['results'][0]['id']}/", cookie=world["cookies"]["outside"])
    assert '<th scope="col">月</th>' in page.text
    assert "<strong>待ち</strong>" in page.text


def test_a_recall_counts_on_the_next_request_of_whoever_is_signed_in(
    portal: Portal, world: dict, published: str
) -> None:
    cookie = world["cookies"]["two"]
    assert portal.call("GET", f"/bulletins/{published}/", cookie=cookie).status == 200
    assert (
        portal.call(
            "POST", f"/api/v1/bulletins/{published}/recall/", token=world["tokens"]["pub"], data={"why": "誤り"}
        ).status
        == 200
    )
    assert portal.call("GET", f"/bulletins/{published}/", cookie=cookie).status == 404
    assert portal.call("GET", "/api/v1/bulletins/?kind=alert", token=world["tokens"]["two"]).json["results"] == []


def test_a_password_alone_gets_no_further_than_the_second_factor(portal: Portal, world: dict) -> None:
    form = portal.call("GET", "/sign-in/")
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
    first = form.headers["set-cookie"].split(";")[0]
    answer = portal.call(
        "POST", "/sign-in/", cookie=first, headers={"Referer": f"{portal.url}/sign-in/", "Origin": portal.url},
        form={"csrfmiddlewaretoken": csrf, "login": "two@acme.example", "password": portal.password},
    )  # fmt: skip
    assert answer.status == 302, answer.text
    session = re.search(r"sessionid=[^;]+", answer.headers["set-cookie"])[0]
    went = portal.call("GET", "/bulletins/", cookie=f"{first}; {session}")
    assert (went.status, went.headers["location"]) == (302, "/me/factors/?next=%2Fbulletins%2F")


def test_nothing_above_tier_one_lies_in_the_files_of_the_deployment(
    portal: Portal, world: dict, published: str
) -> None:
    canary = f"カナリア{secrets.token_hex(8)}"
    draft = {
        "kind": "flash", "title": f"題名{canary}", "tier": 2, "released_to": {"organisations": [world["ids"]["acme"]]},
        "parts": [
            {"text": f"本文{canary}", "tier": 2},
            {"text": "付", "tier": 2, "kind": "attachment", "attachment": {"name": f"{canary}.txt", "text": f"添付{canary}"}},
        ],
    }  # fmt: skip
    made = portal.call("POST", "/api/v1/bulletins/", token=world["tokens"]["pub"], data=draft)
    assert made.status == 201, made.text
    holding = [path for path in portal.folder.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()]
    assert holding == []
    assert not any(canary in row or canary.encode().hex() in row for row in rows_of(portal))


def rows_of(portal: Portal) -> list[str]:
    """Every row of every table as text (binary columns in hexadecimal); nothing on SQLite, whose file was read above."""
    if not portal.database_url:
        return []
    with psycopg.connect(portal.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        queries = [sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(name)) for (name,) in tables]
        return [row for query in queries for (row,) in connection.execute(query)]
