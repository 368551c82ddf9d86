"""A member company's way to what was sealed for it: on the page of the package, and as a folder that opens without the portal."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.council import Council
from tests.browser.looking import Looking
from tests.browser.visits import PACKAGE
from tests.portal import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def identity(council: Council) -> Path:
    """The identity file of the company of reader_two."""
    return council.portal.folder / "demo-keys" / "suirei.txt"


def arrive(page: Page) -> None:
    """From home to the newest package, as people go."""
    page.goto("/")
    page.get_by_role("link", name="包み", exact=True).click()
    page.locator(PACKAGE).first.click()


def test_a_package_opens_on_its_page(council: Council) -> None:
    with council.page("reader_two") as page:
        looking = Looking(page, council.portal.url)
        arrive(page)
        page.locator("[data-identity]").set_input_files(identity(council))
        page.get_by_role("button", name="開く", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("すべて確かめて開きました。")
        expect(page.locator("[data-text]")).not_to_be_empty()
        expect(page.locator("[data-fact=release]")).to_contain_text(
            re.compile(r"引き渡しは \S+/log/tier-\d の番号 \d+ です")
        )
        assert looking.faults == []


def test_the_folder_opens_with_the_stand_alone_opener(council: Council, tmp_path: Path) -> None:
    with council.page("reader_two") as page:
        arrive(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="4つのファイルをまとめて受け取る（ZIP）").click()
        with zipfile.ZipFile(download.value.path()) as folder:
            folder.extractall(tmp_path / "in")
        vkey = page.get_by_label("配布元の検証鍵").input_value()
        (tmp_path / "log.vkey").write_text(page.get_by_label("監査ログの検証鍵").input_value() + "\n")
        page.reload()
        expect(page.get_by_text("まだ", exact=True)).to_have_count(0)
    opener = [
        sys.executable,
        "-m",
        "council.sealing.open",
        "in",
        "--out",
        "out",
        "--vkey",
        vkey,
        "--log-vkey",
        "log.vkey",
    ]
    opened = subprocess.run(
        [*opener, "--identity", identity(council)], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert opened.returncode == 0, opened.stderr
    assert "引き渡しが監査ログに載っていることを確かめました。" in opened.stdout
    assert "\n# " in (tmp_path / "out" / "bulletin.md").read_text("utf-8")
