"""A demonstration names its invented people on the sign-in page; no other deployment and no other page does."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

COLUMNS = ("email", "name", "organisation", "roles", "tier", "note")
ROWS = [
    ("kato@suirei.example", "加藤 美咲", "翠嶺マテリアル株式会社", ["member"], 2, "期限を過ぎた確認があります"),
    ("ogawa@kansa.example", "小川 真理", "独立監査機構", ["auditor"], 0, "内容は見えません"),
]
PEOPLE = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
FICTION = "この画面の組織・人物・出来事はすべて架空です。"


@pytest.fixture
def demo(tmp_path: Path, settings: Settings, db: None) -> None:
    (tmp_path / "demo_people.json").write_text(json.dumps(PEOPLE), encoding="utf-8")
    settings.COUNCIL_DATA = tmp_path


@pytest.mark.usefixtures("demo")
def test_the_sign_in_page_of_a_demo_names_its_people(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    assert all(one["email"] in page and one["note"] in page for one in PEOPLE)
    assert "機密性2情報</span>" in page
    assert "題名と本文は見ない" in page


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("language", "role"), [("ja", "監査人"), ("en", "Auditor")])
def test_their_roles_are_said_in_the_language_of_the_page(client: Client, language: str, role: str) -> None:
    client.cookies["language"] = language
    assert f"<td>{role}</td>" in client.get("/sign-in/").content.decode()


@pytest.mark.usefixtures("demo")
def test_a_failed_sign_in_names_them_still(client: Client) -> None:
    page = client.post("/sign-in/", {"login": "kato@suirei.example", "password": "wrong"}).content.decode()
    assert PEOPLE[0]["name"] in page


@pytest.mark.usefixtures("demo")
def test_every_page_of_a_demo_says_that_it_is_fiction_and_no_other_names_anybody(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert FICTION in page
    assert PEOPLE[0]["email"] not in page


def test_elsewhere_the_sign_in_page_knows_no_demo(client: Client, db: None) -> None:
    page = client.get("/sign-in/").content.decode()
    assert "実演" not in page
    assert FICTION not in page
