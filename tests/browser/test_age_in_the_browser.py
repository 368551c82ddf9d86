"""Sealed packages opened in a real Chromium: what is shown, what is remembered, what is asked of the server."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from council.sealing import package
from council.sealing.container import Member
from tests.browser.age_pages import STORES, Site, assert_refused, identity_file, open_in, site, watched
from tests.browser.council import NARROW, WIDE
from tests.browser.looking import Looking
from tests.sealing import packages
from tests.sealing.packages import CLASSIC, CONTENTS, HYBRID, MEMBERS, PACKAGE, SIGNER, make

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
VKEY = str(SIGNER.verifier)
# Another tab opens version 4 while this one fetches the payload.
BETWEEN = """(key) => {
  const ask = globalThis.fetch;
  globalThis.fetch = (address, options) => {
    if (String(address).endsWith('.age')) localStorage.setItem(key, '2 4');
    return ask(address, options);
  };
}"""
REVOKED = """
  globalThis.revoked = [];
  const revoke = URL.revokeObjectURL;
  URL.revokeObjectURL = (address) => { revoked.push(address); revoke.call(URL, address); };
"""


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with site() as met:
        yield met


@pytest.fixture
def page(chromium, served) -> Iterator[Page]:
    with watched(chromium, served) as met:
        yield met


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_what_was_opened_is_shown_with_its_handling_and_its_files(page, served, tmp_path, identity):
    open_in(
        page, served.opener(make(identity, not_after=datetime(2099, 3, 31, 15, tzinfo=UTC))), identity_file(identity)
    )
    opened = page.locator("[data-opened]")
    for words in ("機密性2情報", "転送禁止", "関係者限り", "2099年4月1日 0:00", SIGNER.verifier.name):
        expect(opened).to_contain_text(words)
    names = ("bulletin.html", "bulletin.md", "01-点検_手順.csv")
    for place, (name, member) in enumerate(zip(names, MEMBERS, strict=True)):
        with page.expect_download() as saved:
            page.locator("[data-save]").nth(place).click()
        assert saved.value.suggested_filename == name
        saved.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes() == member.content


def test_what_a_package_does_not_have_is_said_in_words(page, served):
    made = make(HYBRID, contents=dataclasses.replace(CONTENTS, caveats=()), not_after=None)
    open_in(page, served.opener(made), identity_file(HYBRID))
    expect(page.locator('[data-fact="caveats"]')).to_have_text("なし")
    expect(page.locator('[data-fact="not_after"]')).to_have_text("期限なし")


def test_only_ids_and_numbers_are_remembered(page, served):
    open_in(page, served.opener(make(HYBRID, version=7)), identity_file(HYBRID))
    key = f"council.opened.{packages.ORGANISATION} {packages.BULLETIN}"
    assert page.evaluate(STORES) == [{key: "2 7"}, {}, ""]
    assert page.evaluate("() => navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert page.evaluate("() => Promise.all([caches.keys(), indexedDB.databases()])") == [[], []]


def test_no_request_carries_the_identity_and_each_file_is_asked_for_once(page, served):
    open_in(page, served.opener(make(HYBRID)), identity_file(HYBRID))
    asked = [line.split()[1] for line, _body in served.asked if "/packages/" in line.split()[1]]
    assert sorted(asked[:2]) == [f"/packages/{PACKAGE}.{ending}" for ending in ("manifest.json", "manifest.sig")]
    assert asked[2:] == [f"/packages/{PACKAGE}.age"]
    assert HYBRID.text().encode() not in served.wire()
    assert {line.split()[0] for line, _body in served.asked} == {"GET"}


def test_hostile_text_stays_text(page, served):
    text = "# <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n[次](javascript:alert(1))\n\n- 一\n- 二\n\n| a |\n|---|\n"
    plain = b"".join(package.container(CONTENTS, [Member("bulletin.md", text.encode())]))
    open_in(page, served.opener(make(HYBRID, plain=plain)), identity_file(HYBRID))
    shown = page.locator("[data-text]")
    expect(shown.locator("h3")).to_have_text("<img src=x onerror=alert(1)>")
    expect(shown.locator("p")).to_contain_text("<script>alert(1)</script>")
    expect(shown.locator("li")).to_have_text(["一", "二"])
    assert shown.locator("img, script, a").count() == 0


def test_closing_takes_everything_off_the_page(page, served):
    page.add_init_script(REVOKED)
    open_in(page, served.opener(make(HYBRID)), identity_file(HYBRID))
    address = page.locator("[data-save]").first.get_attribute("href")
    page.get_by_role("button", name="閉じて画面から消す").click()
    assert "変電所" not in page.content()
    assert page.locator("[data-opened]").is_hidden()
    assert address in page.evaluate("() => revoked")


def test_a_critical_package_stands_in_its_frame(page, served):
    contents = dataclasses.replace(CONTENTS, tier=3)
    open_in(page, served.opener(make(HYBRID, contents=contents), styled=True), identity_file(HYBRID))
    expect(page.locator(".critical-words").first).to_be_visible()
    expect(page.locator("[data-frame]")).to_have_class("critical")
    page.emulate_media(media="print")
    assert page.locator("[data-package]").is_hidden()


def test_an_older_package_is_refused_and_the_same_one_opens_again(page, served):
    open_in(page, served.opener(make(HYBRID, version=3)), identity_file(HYBRID))
    open_in(page, served.opener(make(HYBRID, version=3)), identity_file(HYBRID))
    expect(page.locator("[data-text]")).to_have_text("変電所の点検手順")
    served.asked.clear()
    open_in(page, served.opener(make(HYBRID, version=2)), identity_file(HYBRID))
    assert_refused(page, "older")
    assert not any(".age " in line for line, _body in served.asked)
    earlier = dataclasses.replace(CONTENTS, revision=1)
    open_in(page, served.opener(make(HYBRID, version=9, contents=earlier)), identity_file(HYBRID))
    assert_refused(page, "older")
    assert [*page.evaluate(STORES)[0].values()] == ["2 3"]


def test_a_memory_that_cannot_be_read_stops_the_opener(page, served):
    page.goto(served.opener(make(HYBRID)))
    page.evaluate(
        "(key) => localStorage.setItem(key, '2')", f"council.opened.{packages.ORGANISATION} {packages.BULLETIN}"
    )
    open_in(page, served.address + "/open", identity_file(HYBRID))
    assert_refused(page, "memory")


def test_keys_and_organisation_of_the_identity_file_bind_more_than_the_page(page, served):
    address = served.opener(make(HYBRID))
    open_in(page, address, identity_file(HYBRID, comments=f"# vkey: {packages.STRANGER.verifier}\n"))
    assert_refused(page, "unsigned")
    open_in(page, address, identity_file(HYBRID, comments=f"# organisation: {packages.OTHER_ORGANISATION}\n"))
    assert_refused(page, "organisation")
    open_in(page, address, identity_file(HYBRID, comments=f"# vkey: {VKEY}\n# organisation: {packages.ORGANISATION}\n"))
    expect(page.locator("[data-text]")).to_have_text("変電所の点検手順")


@pytest.mark.parametrize("vkey", ["", "portal", VKEY[:-4] + "AAAA", "other" + VKEY])
def test_without_a_sound_key_of_the_signer_nothing_is_opened(page, served, vkey):
    open_in(page, served.opener(make(HYBRID), vkey=vkey), identity_file(HYBRID))
    assert_refused(page, "vkey")


def test_either_key_serves_while_the_signer_changes_keys(page, served):
    open_in(page, served.opener(make(HYBRID), vkey=f"{packages.STRANGER.verifier} {VKEY}"), identity_file(HYBRID))
    expect(page.locator("[data-text]")).to_have_text("変電所の点検手順")


def test_without_a_file_or_with_a_wrong_one_nothing_is_asked_of_the_server(page, served):
    page.goto(served.opener(make(HYBRID)))
    page.get_by_role("button", name="開く", exact=True).click()
    assert_refused(page, "no-file")
    open_in(page, served.address + "/open", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n"})
    assert_refused(page, "identity")
    assert not [line for line, _body in served.asked if "/packages/" in line.splitlines()[0]]


def test_a_session_that_ended_is_not_taken_for_a_package(chromium, served):
    context = chromium.new_context()
    page = context.new_page()
    open_in(page, served.opener(make(HYBRID), manifest_url="/nothing"), identity_file(HYBRID))
    assert_refused(page, "fetch")
    context.close()


def test_a_browser_that_cannot_check_signatures_is_told_so(page, served):
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(served.opener(make(HYBRID)))
    assert_refused(page, "unsupported")
    assert page.locator("[data-open-form]").is_hidden()


def test_a_newer_package_opened_in_another_tab_counts(page, served):
    page.goto(served.opener(make(HYBRID, version=3)))
    page.locator("[data-identity]").set_input_files(identity_file(HYBRID))
    page.evaluate(BETWEEN, f"council.opened.{packages.ORGANISATION} {packages.BULLETIN}")
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.locator("[data-package]")).to_have_attribute("aria-busy", "false")
    assert_refused(page, "older")


def test_the_opener_stands_up_to_a_strict_look_before_and_after(chromium, served):
    context = chromium.new_context(base_url=served.address)
    looking = Looking(context.new_page(), served.address)
    served.opener(make(HYBRID), styled=True)
    looking.visit("/open")
    for width in (WIDE, NARROW):
        looking.page.set_viewport_size(width)
        open_in(looking.page, served.address + "/open", identity_file(HYBRID))
        looking._look(width["width"], "ja")
        looking._axe(width["width"])
    context.close()
    assert looking.faults == []
