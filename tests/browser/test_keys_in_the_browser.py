"""Key pairs and challenges in a real Chromium: the identity is a file that is saved and read there, and never leaves."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from council.sealing import age, package
from council.sealing.age_keys import Kind, Recipient, generate_identity, spoken_fingerprint
from council.sealing.open import read_key_file
from tests.browser.age_pages import STORES, Site, identity_file, open_in, site, watched
from tests.browser.looking import Looking
from tests.sealing import packages
from tests.sealing.packages import CLASSIC, CONTENTS, HYBRID, MEMBERS, SIGNER, make, payload_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
VKEY = str(SIGNER.verifier)


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with site() as met:
        yield met


@pytest.fixture
def page(chromium, served) -> Iterator[Page]:
    with watched(chromium, served) as met:
        yield met


def make_pair(page: Page, served: Site, tmp_path: Path) -> Path:
    page.goto(served.component("/keys", "key_maker", form=True, vkey=VKEY, organisation=packages.ORGANISATION))
    page.get_by_role("button", name="この画面で鍵の組を作る").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="識別鍵を保存する").click()
    saved.value.save_as(tmp_path / "made.txt")
    return tmp_path / "made.txt"


def test_a_pair_made_in_the_page_is_one_that_the_openers_read(page, served, tmp_path):
    keys = read_key_file(make_pair(page, served, tmp_path))
    (identity,) = keys.identities
    assert identity.kind is Kind.HYBRID
    assert (keys.vkeys, keys.organisation) == ((VKEY,), packages.ORGANISATION)
    assert page.locator("[data-age-recipient]").input_value() == str(identity.recipient)
    expect(page.locator("[data-age-fingerprint]")).to_have_text(spoken_fingerprint(identity.recipient))


def test_registering_sends_the_recipient_and_nothing_of_the_identity(page, served, tmp_path):
    (identity,) = read_key_file(make_pair(page, served, tmp_path)).identities
    stores = page.evaluate(STORES)
    page.get_by_role("button", name="送る").click()
    expect(page).to_have_title("登録した")
    assert served.posted() == [f"recipient={identity.recipient}"]
    assert b"SECRET" not in served.wire().upper()
    assert stores == page.evaluate(STORES) == [{}, {}, ""]


def test_the_identity_stands_nowhere_in_the_document(page, served, tmp_path):
    text = make_pair(page, served, tmp_path).read_text().splitlines()[-1]
    assert text.startswith("AGE-SECRET-KEY-PQ-1")
    values = page.evaluate("() => [...document.querySelectorAll('input, textarea')].map((each) => each.value).join()")
    assert text not in page.content() + values


def test_a_pair_is_not_registered_before_its_identity_was_saved(page, served):
    page.goto(served.component("/keys", "key_maker", form=True))
    page.get_by_role("button", name="この画面で鍵の組を作る").click()
    expect(page.locator("[data-age-fingerprint]")).not_to_be_empty()
    page.get_by_role("button", name="送る").click()
    expect(page.locator("[data-age-status]")).to_contain_text("識別鍵をまだ保存していません。")
    expect(page.get_by_role("link", name="識別鍵を保存する")).to_be_focused()
    assert served.posted() == []


def test_an_identity_pasted_for_a_recipient_is_taken_out_and_never_sent(page, served):
    page.goto(served.component("/keys", "key_maker", form=True))
    page.locator("[data-age-recipient]").fill(HYBRID.text().lower())
    expect(page.locator("[data-age-recipient]")).to_have_value("")
    expect(page.locator("[data-age-status]")).to_contain_text("それは秘密の識別鍵なので欄から消しました。")
    # A script that fills fields says nothing of it: the form looks once more.
    page.locator("[data-age-recipient]").evaluate("(each, text) => { each.value = text }", HYBRID.text())
    page.get_by_role("button", name="送る").click()
    assert b"secret-key" not in served.wire().lower()


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_the_fingerprint_follows_what_stands_in_the_field(page, served, identity):
    page.goto(served.component("/keys", "key_maker", form=True))
    place = page.locator("[data-age-fingerprint]")
    page.locator("[data-age-recipient]").fill(f" {identity.recipient}\n")
    expect(place).to_have_text(spoken_fingerprint(identity.recipient))
    page.locator("[data-age-recipient]").fill(str(identity.recipient)[:-1])
    expect(place).to_be_empty()


def armored(recipient: Recipient, plain: bytes) -> str:
    file_key = package.new_file_key()
    data = base64.b64encode(age.seal_header(file_key, recipient) + payload_of(file_key, plain)).decode()
    text = "\n".join(data[start : start + 64] for start in range(0, len(data), 64))
    return f"-----BEGIN AGE ENCRYPTED FILE-----\n{text}\n-----END AGE ENCRYPTED FILE-----\n"


def answer(page: Page, served: Site, challenge: str, file: dict) -> str:
    page.goto(served.component("/proof", "key_proof", form=True, challenge=challenge))
    page.locator("[data-age-identity]").set_input_files(file)
    expect(page.locator("[data-age-status]")).not_to_be_empty()
    return page.locator("[data-age-answer]").input_value()


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_a_challenge_is_answered_and_only_the_answer_is_sent(page, served, identity):
    keys = identity_file(generate_identity(), CLASSIC, HYBRID)
    assert answer(page, served, armored(identity.recipient, b"Zm9vYmFy-27\n"), keys) == "Zm9vYmFy-27"
    page.get_by_role("button", name="送る").click()
    expect(page).to_have_title("登録した")
    assert served.posted() == ["answer=Zm9vYmFy-27"]
    assert b"SECRET" not in served.wire().upper()


@pytest.mark.parametrize(
    ("plain", "file", "words"),
    [
        (b"Zm9vYmFy-27", identity_file(CLASSIC), "この識別鍵では問いを開けません"),
        (b"Zm9vYmFy-27", identity_file(generate_identity()), "この識別鍵では問いを開けません"),
        (b"Zm9vYmFy-27", identity_file(), "識別鍵のファイルを読み取れません"),
        (b"Zm9vYmFy-27", identity_file(HYBRID, comments="kagi\n"), "識別鍵のファイルを読み取れません"),
        ("# 変電所の点検手順\n".encode(), identity_file(HYBRID), "問いが決められた形式ではない"),
        (b"".join(package.container(CONTENTS, MEMBERS)), identity_file(HYBRID), "問いが決められた形式ではない"),
    ],
    ids=["other kind", "other key", "no key", "a line that is no key", "a text", "a package"],
)
def test_a_challenge_that_is_none_is_not_answered(page, served, plain, file, words):
    assert answer(page, served, armored(HYBRID.recipient, plain), file) == ""
    expect(page.locator("[data-age-status]")).to_contain_text(words)


def test_an_altered_challenge_is_not_answered(page, served):
    whole = armored(HYBRID.recipient, b"Zm9vYmFy-27")
    assert answer(page, served, whole.replace("END AGE", "END"), identity_file(HYBRID)) == ""
    place = len(whole) - 60
    altered = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
    assert answer(page, served, altered, identity_file(HYBRID)) == ""


# --- both together -----------------------------------------------------------------------------------------------------
def test_a_pair_from_the_page_opens_in_the_page_what_is_sealed_to_it(page, served, tmp_path):
    saved = make_pair(page, served, tmp_path)
    recipient = Recipient.parse(page.locator("[data-age-recipient]").input_value())
    (identity,) = read_key_file(saved).identities
    assert identity.recipient == recipient
    open_in(page, served.opener(make(identity)), saved)
    expect(page.locator("[data-status]")).to_have_text("すべて確かめて開きました。")
    expect(page.locator("[data-text]")).to_have_text("変電所の点検手順")
    expect(page.locator("[data-opened]")).to_be_focused()
    assert identity.text().encode() not in served.wire()


def test_the_forms_stand_up_to_a_strict_look(chromium, served):
    context = chromium.new_context(base_url=served.address)
    looking = Looking(context.new_page(), served.address)
    served.component(
        "/keys", "key_maker", form=True, styled=True, value=str(HYBRID.recipient), errors=["鍵ではありません。"]
    )
    looking.visit("/keys")
    served.component("/proof", "key_proof", form=True, styled=True, challenge=armored(HYBRID.recipient, b"x"))
    looking.visit("/proof")
    context.close()
    assert looking.faults == []


def test_without_javascript_the_form_still_takes_a_key(chromium, served):
    served.asked.clear()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.component("/keys", "key_maker", form=True, styled=True))
    assert page.get_by_role("button", name="この画面で鍵の組を作る").is_hidden()
    page.locator("[data-age-recipient]").fill(str(CLASSIC.recipient))
    page.get_by_role("button", name="送る").click()
    assert served.posted() == [f"recipient={CLASSIC.recipient}"]
    context.close()
