"""PACKAGE.md against the code: its packages open to what the page says, and what it calls bad is refused."""

import base64
import io
import json
import re
from pathlib import Path

import pytest

from council.audit import cosignature
from council.audit.release import LogKeys, check_release
from council.sealing import age, opening, package
from council.sealing.age_keys import Identity, fingerprint
from council.sealing.errors import AgeRefused, NoteRefused, PackageRefused
from council.sealing.manifest import Contents, Manifest, file_names
from council.sealing.note import Verifier
from council.sealing.opening import Holder, open_package
from council.sealing.versions import Versions

PAGE = Path(opening.__file__).with_name("PACKAGE.md")
VECTORS = json.loads(re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1])


def written(folder, case):
    folder.mkdir()
    names = file_names(case["id"])
    (folder / names.manifest).write_text(case["manifest"], "utf-8")
    (folder / names.signature).write_text(case["signature"], "utf-8")
    (folder / names.age).write_bytes(base64.b64decode(case["age"]))
    return folder


def opened(tmp_path, case):
    holder = Holder((Identity.parse(case["identity"]),), (Verifier.parse(VECTORS["vkey"]),), case["organisation"])
    folder = written(tmp_path / "in", case)
    return open_package(folder, holder, Versions(tmp_path / "opened"), tmp_path / "out")


@pytest.mark.parametrize("case", VECTORS["packages"], ids=["hybrid", "classic"])
def test_the_published_packages_open_to_the_published_members(tmp_path, case):
    opened(tmp_path, case)
    for member in VECTORS["members"]:
        assert (tmp_path / "out" / member["name"]).read_text("utf-8") == member["text"]
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == len(VECTORS["members"])


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_what_the_page_says_must_be_refused_is_refused(tmp_path, case):
    changes = {name: case[name] for name in ("identity", "organisation") if name in case}
    with pytest.raises((AgeRefused, NoteRefused, PackageRefused)):
        opened(tmp_path, {**VECTORS["packages"][case["of"]], **case.get("parts", {}), **changes})
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def proof_shown(of, proof):
    about = Manifest.parse(VECTORS["packages"][of]["manifest"].encode())
    witness = cosignature.Verifier.parse(VECTORS["witness_vkey"])
    return check_release(proof.encode(), about, LogKeys((Verifier.parse(VECTORS["log_vkey"]),), (witness,)))


@pytest.mark.parametrize("of", [0, 1])
def test_the_published_proofs_hold_for_the_published_packages(of):
    case = VECTORS["proofs"][of]
    shown = proof_shown(of, case["proof"])
    assert (shown.index, shown.size) == (case["index"], case["size"])
    assert [list(each) for each in shown.witnesses] == case["witnesses"]
    with pytest.raises(PackageRefused):
        proof_shown(1 - of, case["proof"])


@pytest.mark.parametrize("case", VECTORS["refused_proofs"], ids=lambda case: case["why"])
def test_what_the_page_says_is_no_proof_is_refused(case):
    with pytest.raises((NoteRefused, PackageRefused)):
        proof_shown(case["of"], case["proof"])


@pytest.mark.parametrize("case", VECTORS["packages"], ids=["hybrid", "classic"])
def test_header_fingerprint_and_file_key_are_the_published_ones(case):
    file, identity = io.BytesIO(base64.b64decode(case["age"])), Identity.parse(case["identity"])
    header = age.split_header(file)
    assert (len(header), fingerprint(identity.recipient)) == (case["header_size"], case["fingerprint"])
    assert age.open_header(header, identity).hex() == VECTORS["file_key"]


def test_the_producer_makes_the_published_plaintext():
    first, *rest = VECTORS["members"]
    members = [package.Member(member["name"], member["text"].encode()) for member in rest]
    made = b"".join(package.container(Contents.parse(first["text"].encode()), members))
    case = VECTORS["packages"][1]
    file = io.BytesIO(base64.b64decode(case["age"])[case["header_size"] :])
    assert b"".join(age.decrypted_chunks(bytes.fromhex(VECTORS["file_key"]), file)) == made
