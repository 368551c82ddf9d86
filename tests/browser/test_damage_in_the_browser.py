"""Whatever Python's opener refuses, the page refuses too: one sentence, nothing shown, nothing remembered."""

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from council.sealing import age, manifest, note, package
from council.sealing.age_keys import Identity, fingerprint, generate_identity
from council.sealing.container import Member
from tests.browser.age_pages import STORES, Site, assert_refused, identity_file, open_in, site, watched
from tests.sealing import packages
from tests.sealing.packages import CLASSIC, CONTENTS, HYBRID, MEMBERS, PACKAGE, SIGNER, Made, make, resigned
from tests.sealing.release_logs import LARGE_WITNESS, LOG, ORIGIN, WITNESS, altered, damaged, proof_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PAGE = Path(package.__file__).with_name("PACKAGE.md")
VECTORS = json.loads(re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1])


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with site() as met:
        yield met


@pytest.fixture(scope="module")
def window(chromium, served) -> Iterator[Page]:
    with watched(chromium, served) as met:
        yield met


@pytest.fixture
def page(window, served) -> Page:
    """One page for all, without a memory of the test before."""
    window.goto(served.address)
    window.evaluate("() => localStorage.clear()")
    served.asked.clear()
    return window


def _swap(one: Made, **parts: bytes) -> Made:
    return dataclasses.replace(one, **parts)


def _flip(data: bytes, place: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _digest_kept(one: Made, **parts: bytes) -> Made:
    """Altered, and signed anew with the digests that it then has: what the hashes can't catch."""
    altered = _swap(one, **parts)
    document = json.loads(one.manifest)
    document["header"], document["payload"] = (
        hashlib.sha256(each).hexdigest() for each in (altered.header, altered.payload)
    )
    return resigned(altered, manifest.canonical(document))


def _edited(pattern: bytes, by: bytes) -> Made:
    """A package whose manifest says something else, under a signature that holds."""
    text, times = re.subn(pattern, by, A.manifest)
    assert times == 1
    return resigned(A, text)


def _more_signed(one: Made) -> Made:
    """The signed text goes on after the manifest."""
    more = b"\nmore"
    return _swap(one, signature=more + b"\n\n" + note.signature_lines(one.manifest + more + b"\n", SIGNER))


def _two_stanzas(one: Made) -> Made:
    """A header that every other reader of age accepts: a second stanza under a MAC that holds."""
    signed = one.header[: -age._MAC_LINE_TAIL].replace(b"\n---", b"\n-> x y\n\n---")
    mac = age._base64(age._mac(age.open_header(one.header, HYBRID), signed))
    return _digest_kept(one, header=b"%b %b\n" % (signed, mac))


def _archive(*members: Member) -> bytes:
    return b"".join(package.container(CONTENTS, members))


A = make(HYBRID)
PAST = datetime.now(UTC) - timedelta(seconds=2)
PLAIN = _archive(*MEMBERS)
ELSEWHERE = dataclasses.replace(CONTENTS, bulletin=packages.OTHER_PACKAGE)
DAMAGED = {
    "manifest altered": ("signature", _swap(A, manifest=A.manifest.replace(b'"tier":2', b'"tier":1'))),
    "signature altered": ("signature", _swap(A, signature=A.signature[:-20] + b"AAAA" + A.signature[-16:])),
    "signature missing": ("unsigned", _swap(A, signature=b"")),
    "signature of a stranger": ("unsigned", make(HYBRID, signer=packages.STRANGER)),
    "more signed than the manifest": ("signature", _more_signed(A)),
    "manifest not canonical": ("manifest", _edited(b'"tier":2', b'"tier": 2')),
    "a member of the manifest twice": ("manifest", _edited(b'"v":1', b'"v":1,"v":1')),
    "a member too many": ("manifest", _edited(b'"v":1', b'"v":1,"va":1')),
    "a member missing": ("manifest", _edited(b'"v":1,', b"")),
    "a count that is none": ("manifest", _edited(b'"version":1', b'"version":0')),
    "a day that does not exist": ("manifest", _edited(rb'"not_after":"[^"]+"', b'"not_after":"2099-02-30T00:00:00Z"')),
    "half a character": ("manifest", _edited(b"portal.example/log/2", rb"portal.example/log/\\ud800")),
    "another package's id": (
        "name",
        _edited(PACKAGE.encode(), packages.OTHER_PACKAGE.encode()),
    ),
    "another organisation": ("organisation", make(HYBRID, organisation=packages.OTHER_ORGANISATION)),
    "another key": ("key", make(generate_identity())),
    "another kind of key": ("key", make(CLASSIC)),
    "past its time": ("expired", make(HYBRID, not_after=PAST)),
    "version line": ("header", _swap(A, header=_flip(A.header, 3))),
    "stanza": ("header", _swap(A, header=_flip(A.header, 100))),
    "mac": ("header", _swap(A, header=_flip(A.header, -10))),
    "header cut": ("header", _swap(A, header=A.header[:60], payload=b"")),
    "nothing": ("header", _swap(A, header=b"", payload=b"")),
    "nonce": ("payload", _swap(A, payload=_flip(A.payload, 5))),
    "first chunk": ("payload", _swap(A, payload=_flip(A.payload, 1000))),
    "last tag": ("payload", _swap(A, payload=_flip(A.payload, -1))),
    "a byte missing": ("payload", _swap(A, payload=A.payload[:-1])),
    "a byte more": ("payload", _swap(A, payload=A.payload + b"\0")),
    "last chunk missing": ("payload", _swap(A, payload=A.payload[: 16 + 65552])),
    "signed with another stanza": ("seal", _digest_kept(A, header=_flip(A.header, 100))),
    "signed with another mac": ("seal", _digest_kept(A, header=_flip(A.header, -10))),
    "signed with the header of another key": ("seal", _digest_kept(A, header=make(generate_identity()).header)),
    "signed with two stanzas": ("seal", _two_stanzas(A)),
    "signed with a broken chunk": ("cut", _digest_kept(A, payload=_flip(A.payload, 1000))),
    "signed without the last chunk": ("cut", _digest_kept(A, payload=A.payload[: 16 + 65552])),
    "signed without a payload": ("cut", _digest_kept(A, payload=b"")),
    "inner and outer differ": ("inside", make(HYBRID, inside=ELSEWHERE)),
    "another tier inside": ("inside", make(HYBRID, inside=dataclasses.replace(CONTENTS, tier=1))),
    "archive cut": ("cut", make(HYBRID, plain=PLAIN[:-1])),
    "archive cut after a member": ("cut", make(HYBRID, plain=PLAIN[:-1024])),
    "archive with more behind it": ("contents", make(HYBRID, plain=PLAIN + b"\0")),
    "no package.json": ("contents", make(HYBRID, plain=bytes(1024))),
    "owner in a heading": ("contents", make(HYBRID, plain=_flip(PLAIN, 110))),
    "padding that is not zero": ("contents", make(HYBRID, plain=_flip(PLAIN, 1023))),
    "empty": ("cut", make(HYBRID, plain=b"")),
}


@pytest.mark.parametrize(("code", "made"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_refused_with_nothing_shown(page, served, code, made):
    open_in(page, served.opener(made, package=PACKAGE), identity_file(HYBRID))
    assert_refused(page, code)
    # The payload is asked for only when the manifest holds.
    asked = any(".age " in line for line, _body in served.asked)
    assert asked == (code in ("header", "payload", "seal", "cut", "contents", "inside"))
    assert page.evaluate(STORES) == [{}, {}, ""]
    assert page.evaluate("() => document.querySelectorAll('[href^=blob]').length") == 0


# --- the published vectors ---------------------------------------------------------------------------------------------
OPEN = """async ({ id, manifest, signature, age, identity, vkey, organisation, size, proof, logVkeys, witnessVkeys }) => {
  const { openPackage } = await import('/static/js/age-package.js');
  const { parseIdentityFile } = await import('/static/js/age-identity.js');
  const bytes = (text) => new TextEncoder().encode(text);
  const binary = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const file = binary(age);
  const source = {
    id,
    manifest: () => bytes(manifest),
    signature: () => bytes(signature),
    proof: () => (proof === null ? null : binary(proof)),
    age: () => ({ stream: new Blob([file]).stream(), size: size ?? null }),
  };
  const { keys } = await parseIdentityFile(identity);
  const holder = { keys, vkeys: [vkey], organisations: organisation ? [organisation] : [], logVkeys, witnessVkeys };
  try {
    const { members, contents, released } = await openPackage(source, holder, { check() {}, add() {} });
    if (released) return released;
    const text = ({ pieces }) => new Blob(pieces).text();
    return [contents.caveats, ...(await Promise.all(members.map(async (each) => [each.name, await text(each)])))];
  } catch (error) {
    return error.code ?? String(error);
  }
}"""


CHECK_ALL = """async ({ proofs, manifest, logVkeys, witnessVkeys }) => {
  const { checkRelease } = await import('/static/js/age-proof.js');
  const binary = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const taken = [];
  for (const [place, proof] of proofs.entries()) {
    try {
      await checkRelease(binary(proof), JSON.parse(manifest), logVkeys, witnessVkeys);
      taken.push(place);
    } catch ({ code }) {
      if (!['proof', 'release'].includes(code)) taken.push(code ?? place);
    }
  }
  return taken;
}"""


def opened_by_script(page: Page, **given: object) -> object:
    none = {"organisation": None, "proof": None, "logVkeys": [], "witnessVkeys": []}
    return page.evaluate(OPEN, {"vkey": VECTORS["vkey"], **none, **given})


def test_the_published_packages_open(page, served):
    first, *others = VECTORS["members"]
    expected = [json.loads(first["text"])["caveats"], *([each["name"], each["text"]] for each in others)]
    for each in VECTORS["packages"]:
        given = {name: each[name] for name in ("id", "identity", "manifest", "signature", "age")}
        assert opened_by_script(page, **given, organisation=each["organisation"]) == expected
        assert fingerprint(Identity.parse(each["identity"]).recipient) == each["fingerprint"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda each: each["why"])
def test_the_published_damage_is_refused(page, served, vector):
    whole = {
        name: VECTORS["packages"][vector["of"]][name] for name in ("id", "identity", "manifest", "signature", "age")
    }
    given = {**whole, **vector.get("parts", {})}
    extra = {name: vector[name] for name in ("organisation", "identity") if name in vector}
    answer = opened_by_script(page, **{**given, **extra})
    assert re.fullmatch(r"[a-z]+", str(answer)), answer


LOGS = {"logVkeys": [str(LOG.verifier)], "witnessVkeys": [str(WITNESS.verifier), str(LARGE_WITNESS)]}
OF_ANOTHER = {"an entry that is no leaf", "a refusal", "the proof of another event", "no organisation"} | {
    f"another {what}" for what in ("deed", "package", "revision", "tier", "organisation")
}
CODES = dict.fromkeys(damaged(A.manifest), "proof") | dict.fromkeys(OF_ANOTHER, "release") | {"nothing": "no-proof"}


def proved_by_script(page: Page, made: Made, proof: bytes | None, **given: object) -> object:
    parts = {"manifest": made.manifest.decode(), "signature": made.signature.decode(), "identity": HYBRID.text()}
    encoded = {"age": made.header + made.payload, **({} if proof is None else {"proof": proof})}
    given = {"id": made.id, "vkey": str(SIGNER.verifier), **LOGS, **given}
    given |= {name: base64.b64encode(data).decode() for name, data in encoded.items()}
    return opened_by_script(page, **parts, **given)


def test_a_release_that_stands_in_the_log_is_shown_with_its_place(page):
    shown = proved_by_script(page, A, proof_of(A.manifest))
    assert shown == {"origin": ORIGIN, "index": "4", "size": "7", "witnesses": ["witness.example"]}


@pytest.mark.parametrize("why", CODES)
def test_a_proof_that_does_not_hold_is_refused(page, why):
    assert proved_by_script(page, A, damaged(A.manifest)[why]) == CODES[why]


@pytest.mark.parametrize("of", [0, 1])
def test_the_published_proofs_hold(page, of):
    keys = {"logVkeys": [VECTORS["log_vkey"]], "witnessVkeys": [VECTORS["witness_vkey"]]}
    whole = {name: VECTORS["packages"][of][name] for name in ("id", "identity", "manifest", "signature", "age")}
    proof = base64.b64encode(VECTORS["proofs"][of]["proof"].encode()).decode()
    assert opened_by_script(page, **whole, **keys, proof=proof)["size"] == str(VECTORS["proofs"][of]["size"])


def test_no_byte_of_a_proof_can_be_changed(page):
    data = proof_of(A.manifest)
    flipped = [
        data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in range(data.rindex("— ".encode()))
    ]
    given = [base64.b64encode(each).decode() for each in flipped]
    assert page.evaluate(CHECK_ALL, {"proofs": given, "manifest": A.manifest.decode(), **LOGS}) == []


def test_a_release_in_a_log_without_a_key_is_refused(page):
    assert proved_by_script(page, A, proof_of(A.manifest), logVkeys=[str(SIGNER.verifier)]) == "log"


def test_an_altered_proof_is_refused_on_the_page_before_the_payload_is_asked_for(page, served):
    made = _swap(A, proof=altered(proof_of(A.manifest), index=b"index 5"))
    given = {"log_vkeys": LOGS["logVkeys"], "witness_vkeys": [{"vkey": each} for each in LOGS["witnessVkeys"]]}
    open_in(page, served.opener(made, package=PACKAGE, **given), identity_file(HYBRID))
    assert_refused(page, "proof")
    assert not any(".age " in line for line, _body in served.asked)


def test_the_page_says_where_in_the_log_the_release_is_and_who_stood_by(page, served):
    made = _swap(A, proof=proof_of(A.manifest))
    comments = f"# log-vkey: {LOG.verifier}\n# witness-vkey: {WITNESS.verifier}\n"
    open_in(page, served.opener(made, package=PACKAGE), identity_file(HYBRID, comments=comments))
    assert (
        page.locator("[data-fact=release]").inner_text()
        == f"引き渡しは {ORIGIN} の番号 4 です（7件までの検印で確かめました）。"
    )
    assert page.locator("[data-fact=witnesses]").inner_text() == "witness.example"


def test_without_a_key_of_the_log_the_page_says_that_it_did_not_check(page, served):
    open_in(page, served.opener(A, package=PACKAGE), identity_file(HYBRID))
    assert "確かめていません" in page.locator("[data-fact=release]").inner_text()
    assert not any(".tlog-proof " in line for line, _body in served.asked)


def test_what_is_too_large_for_a_page_is_refused_before_it_is_read(page):
    whole = {name: VECTORS["packages"][0][name] for name in ("id", "identity", "manifest", "signature", "age")}
    assert opened_by_script(page, **whole, size=2**29 + 1) == "large"
    assert isinstance(opened_by_script(page, **whole, size=2**29), list)
