"""The frame of each page: who one is, and a menu with what one's roles open."""

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from accounts.context import portal
from council.access.facts import Role
from tests import cast

MENUS = {
    "reader_two": ["私の机", "情報一覧", "包み", "手引き"],
    "administrator": ["私の机", "情報一覧", "名簿・権限", "鍵・連絡先", "自社の記録", "手引き"],
    "publisher": ["私の机", "情報一覧", "包み", "作成・公開", "配付状況", "手引き"],
    "approver": ["私の机", "情報一覧", "包み", "作成・公開", "配付状況", "手引き"],
    "officer": ["私の机", "情報一覧", "名簿・権限", "鍵の確認", "適性評価", "手引き"],
    "operator": ["私の机", "情報一覧", "包み", "名簿・権限", "鍵・連絡先", "手引き"],
    "auditor": ["監査の机", "出来事", "検証", "証拠一式", "保存と廃棄", "アクセスの見直し"],
}


@pytest.mark.parametrize("who", MENUS)
def test_the_menu_follows_the_roles(world: cast.Council, client: Client, who: str) -> None:
    menu = cast.sign_in(client, getattr(world, who)).get("/me/").context["menu"]
    assert [entry["label"] for entry in menu] == MENUS[who]
    assert not any(entry["current"] for entry in menu)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("/subcommittees/", "名簿・権限"),
        ("/people/", "名簿・権限"),
        ("/keys/confirm/", "鍵・連絡先"),
        ("/contacts/", "鍵・連絡先"),
    ],
)
def test_the_current_entry_is_marked(world: cast.Council, client: Client, url: str, label: str) -> None:
    menu = cast.sign_in(client, world.operator).get(url).context["menu"]
    assert [entry["label"] for entry in menu if entry["current"]] == [label]


def test_a_menu_has_six_entries_at_most(world: cast.Council, client: Client) -> None:
    busy = cast.person(world.agency, *(role for role in Role if role is not Role.AUDITOR))
    page = cast.sign_in(client, busy).get("/me/")
    assert len(page.context["menu"]) == 6
    assert "手引き" not in [entry["label"] for entry in page.context["menu"]]
    assert 'href="/help/"' in page.text


@pytest.mark.parametrize(("who", "spared"), [("reader_two", False), ("administrator", True), ("auditor", False)])
def test_packages_have_their_place_in_the_user_menu_where_the_menu_is_full(
    world: cast.Council, client: Client, who: str, spared: bool
) -> None:
    page = cast.sign_in(client, getattr(world, who)).get("/me/")
    panel = page.text[page.text.index('class="user-links"') :].partition("</ul>")[0]
    assert ('href="/packages/"' in panel) is spared
    assert page.text.count('href="/packages/"') == (who != "auditor")


def test_the_frame_says_who_one_is(world: cast.Council, client: Client) -> None:
    person = cast.sign_in(client, world.administrator).get("/me/").context["person"]
    assert (person["name"], person["organisation"]) == ("森本 健", "翠嶺マテリアル株式会社")
    assert (person["roles_label"], person["ceiling_label"]) == ("組織管理者", "機密性2情報")
    assert person["subcommittees"] == ["電子部品・素材分科会"]


def test_a_ceiling_that_rests_on_a_date_tells_it(world: cast.Council, client: Client) -> None:
    person = cast.sign_in(client, world.reader_three).get("/me/").context["person"]
    assert (person["ceiling_label"], person["ceiling_until"] is None) == ("重要経済安保情報", False)


def test_strangers_have_no_menu_and_cost_no_query(client: Client, db: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):
        page = client.get("/help/")
    assert (list(page.context["menu"]), bool(page.context["person"])) == ([], False)


def test_a_request_that_never_got_a_user_still_has_a_frame() -> None:
    frame = portal(RequestFactory().get("/"))
    assert (bool(frame["person"]), list(frame["menu"])) == (False, [])
    assert frame["portal"]["zone_label"] == "閉域"


def test_without_a_database_the_frame_is_empty_and_the_page_stands(world: cast.Council) -> None:
    request = RequestFactory().get("/")
    request.user = world.reader_two

    class Gone:
        def __getattr__(self, name: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM no_such_table")

    request.subject = Gone()
    frame = portal(request)
    assert (bool(frame["person"]), list(frame["menu"])) == (False, [])
