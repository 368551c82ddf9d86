"""Handing back what was recalled, in a browser: from one's desk to the receipt, without any script, on a narrow screen."""

import re

import pytest

from tests.browser.council import NARROW, Council

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_return_is_confirmed_without_javascript_on_a_narrow_screen(council: Council) -> None:
    with council.page("reader_three", java_script_enabled=False, viewport=NARROW) as page:
        page.goto("/")
        page.get_by_role("link", name=re.compile("の写しの始末を確認する")).first.click()
        page.get_by_role("button", name="組織として確認する").click()
        assert page.get_by_text("どれか1つを選んでください。").count()
        page.get_by_role("radio", name=re.compile("すべて消しました")).check()
        page.get_by_role("spinbutton", name="電子の写しの数").fill("2")
        page.get_by_role("button", name="組織として確認する").click()
        assert page.get_by_role("heading", name="確認の控え").is_visible()
        assert page.locator("main dd", has_text="久保田 遥").is_visible()
