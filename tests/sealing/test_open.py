"""The opener as a command: what it opens, what it refuses, and that nothing is left behind when it refuses."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785

from council.sealing import age, age_keys, container, manifest, note, open, opening, package, versions
from council.sealing.age_keys import Kind, generate_identity
from council.sealing.container import Member
from council.sealing.manifest import file_names
from tests.sealing import packages
from tests.sealing.packages import CLASSIC, CONTENTS, HYBRID, MEMBERS, OTHER_PACKAGE, PACKAGE, SIGNER, make, resigned

VKEY = str(SIGNER.verifier)


@pytest.fixture
def opener(tmp_path, capsys):
    """Runs the command on a package; afterwards only what belongs there may lie in the folder."""

    def run(made, *options, identity=CLASSIC, vkey=VKEY, name="in"):
        folder = made.write(tmp_path / name) if isinstance(made, packages.Made) else made
        keys = tmp_path / "key.txt"
        keys.write_text("\n".join(each.text() for each in _several(identity)) + "\n")
        given = ["--vkey", vkey] if vkey else []
        code = open.main([str(folder), "--identity", str(keys), "--out", str(tmp_path / "out"), *given, *options])
        return code, capsys.readouterr()

    run.out, run.state = tmp_path / "out", tmp_path / ".council-opened"
    return run


def _several(identity):
    return identity if isinstance(identity, list) else [identity]


def assert_refused(opener, made, sentence, code=1, options=(), **facts):
    done, output = opener(made, *options, **facts)
    assert (done, output.out) == (code, "")
    assert output.err.count("\n") == 1
    assert _fits(output.err, sentence), output.err
    assert sorted(each.name for each in opener.out.parent.iterdir() if each.name not in ("in", "key.txt")) == []


def _fits(text, sentence):
    start, *_ = sentence.split("%(")
    return text.startswith(start)


@pytest.mark.parametrize("identity", [CLASSIC, HYBRID], ids=["classic", "hybrid"])
def test_a_package_is_opened_whole(opener, identity):
    code, output = opener(make(identity), identity=identity)
    assert (code, output.err) == (0, "")
    assert (opener.out / "bulletin.html").read_bytes() == packages.HTML
    for name, content in MEMBERS:
        assert (opener.out / name).read_bytes() == content
    assert json.loads((opener.out / "package.json").read_bytes()) == CONTENTS.document()
    assert sorted(each.name for each in opener.out.parent.iterdir()) == [".council-opened", "in", "key.txt", "out"]


def test_it_says_what_may_be_done_with_the_contents(opener):
    _, output = opener(make())
    assert "格付：機密性2情報" in output.out
    assert "取扱制限：転送禁止、関係者限り" in output.out
    assert "ファイル：attachments/01-点検_手順.csv" in output.out


def test_only_the_owner_can_read_what_was_opened(opener):
    opener(make())
    modes = {path.stat().st_mode & 0o077 for path in [opener.out, opener.state, *opener.out.rglob("*")]}
    assert modes == {0}


def test_an_empty_folder_may_be_there_already(opener):
    opener.out.mkdir()
    assert opener(make())[0] == 0
    assert (opener.out / "bulletin.md").exists()


def test_the_proof_is_carried_along_and_said_to_be_unchecked(opener):
    code, output = opener(dataclasses.replace(make(), proof=b"c2sp.org/tlog-proof@v1\n"))
    assert code == 0
    assert (opener.out / "package.tlog-proof").read_bytes() == b"c2sp.org/tlog-proof@v1\n"
    assert "検証せずに" in output.out


def test_old_and_new_identities_may_lie_in_one_file(opener):
    assert opener(make(), identity=[generate_identity(), HYBRID, CLASSIC])[0] == 0


def test_the_command_line_of_the_interface_is_enough_when_the_identity_file_names_the_signer(opener, tmp_path, capsys):
    keys = tmp_path / "mine.txt"
    keys.write_text(f"# organisation: {packages.ORGANISATION}\n# vkey: {VKEY}\n{CLASSIC.text()}\n")
    command = [str(make().write(tmp_path / "in")), "--identity", str(keys), "--out", str(opener.out)]
    assert open.main(command) == 0, capsys.readouterr().err
    keys.write_text(keys.read_text().replace(packages.ORGANISATION, packages.OTHER_ORGANISATION))
    assert open.main([*command[:-1], str(tmp_path / "again")]) == 1
    assert capsys.readouterr().err.strip() == opening.OTHER_ORGANISATION


def test_the_portals_own_machine_knows_its_key(opener, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "var"))
    assert_refused(opener, make(), open.NO_VKEY, code=2, vkey=None)
    (tmp_path / "var").mkdir()
    (tmp_path / "var/package.vkey").write_text(VKEY + "\n")
    assert opener(make(), vkey=None, name="again")[0] == 0


def test_the_signers_key_may_lie_in_a_file_with_its_successor(opener, tmp_path):
    path = tmp_path / "in.vkey"
    path.write_text(f"# 2026\n{packages.STRANGER.verifier}\n\n{VKEY}\n")
    assert opener(make(), vkey=str(path))[0] == 0


def _swap(one, **parts):
    return dataclasses.replace(one, **parts)


def _flip(data, place):
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


A = make()
B = make(HYBRID, organisation=packages.OTHER_ORGANISATION, package=OTHER_PACKAGE)

DAMAGED = {
    "version line": (_swap(A, header=_flip(A.header, 3)), age.NOT_AGE),
    "kind of the stanza": (_swap(A, header=_flip(A.header, 26)), opening.OTHER_HEADER),
    "argument of the stanza": (_swap(A, header=_flip(A.header, 40)), opening.OTHER_HEADER),
    "body of the stanza": (_swap(A, header=_flip(A.header, 85)), opening.OTHER_HEADER),
    "mac of the header": (_swap(A, header=_flip(A.header, -10)), opening.OTHER_HEADER),
    "header cut": (_swap(A, header=A.header[:50], payload=b""), age.CUT_HEADER),
    "nonce": (_swap(A, payload=_flip(A.payload, 5)), opening.OTHER_PAYLOAD),
    "first chunk": (_swap(A, payload=_flip(A.payload, 1000)), opening.OTHER_PAYLOAD),
    "last chunk": (_swap(A, payload=_flip(A.payload, -40)), opening.OTHER_PAYLOAD),
    "last tag": (_swap(A, payload=_flip(A.payload, -1)), opening.OTHER_PAYLOAD),
    "last chunk missing": (_swap(A, payload=A.payload[: 16 + 65552]), opening.OTHER_PAYLOAD),
    "a byte missing": (_swap(A, payload=A.payload[:-1]), opening.OTHER_PAYLOAD),
    "a byte more": (_swap(A, payload=A.payload + b"\0"), opening.OTHER_PAYLOAD),
    "no payload": (_swap(A, payload=b""), opening.OTHER_PAYLOAD),
    "empty age file": (_swap(A, header=b"", payload=b""), age.NOT_AGE),
    "manifest": (_swap(A, manifest=A.manifest.replace(b'"tier":2', b'"tier":1')), note.BAD_SIGNATURE),
    "space in the manifest": (_swap(A, manifest=A.manifest + b" "), note.BAD_SIGNATURE),
    "line feed after the manifest": (_swap(A, manifest=A.manifest + b"\n"), note.BAD_SIGNATURE),
    "half of the manifest in the signature": (
        _swap(A, manifest=A.manifest[:50], signature=A.manifest[50:] + A.signature),
        opening.OTHER_TEXT,
    ),
    "empty manifest": (_swap(A, manifest=b""), note.BAD_SIGNATURE),
    "signature": (_swap(A, signature=package.sign_manifest(b"another text", SIGNER)), note.BAD_SIGNATURE),
    "key id of the signature": (_swap(A, signature=_flip(A.signature, 30)), note.NO_SIGNATURE),
    "empty signature": (_swap(A, signature=b""), note.NOT_A_NOTE),
    "a text before the signature": (_swap(A, signature=b"\nmore" + A.signature), note.BAD_SIGNATURE),
    "signed by a stranger of that name": (resigned(A, A.manifest, packages.STRANGER), note.NO_SIGNATURE),
    "manifest and signature of another package": (
        _swap(A, manifest=B.manifest, signature=B.signature),
        opening.OTHER_NAME,
    ),
    "manifest of another package": (_swap(A, manifest=B.manifest), note.BAD_SIGNATURE),
    "signature of another package": (_swap(A, signature=B.signature), note.BAD_SIGNATURE),
    "header of another organisation": (_swap(A, header=B.header), opening.OTHER_HEADER),
    "header and payload of another package": (_swap(A, header=B.header, payload=B.payload), opening.OTHER_HEADER),
    "payload of another package": (_swap(A, payload=B.payload), opening.OTHER_PAYLOAD),
    "manifest too long": (_swap(A, manifest=A.manifest + b" " * 65536), opening.TOO_LONG),
    "proof too long": (_swap(A, proof=b"x" * 65537), opening.TOO_LONG),
}


@pytest.mark.parametrize("why", DAMAGED)
def test_a_damaged_package_is_refused_and_leaves_nothing(opener, why):
    made, sentence = DAMAGED[why]
    if "too long" in why:
        sentence = "パッケージの "
    assert_refused(opener, made, sentence)


FIRST = Member("package.json", rfc8785.dumps(CONTENTS.document()))
DIFFERING = {
    "another bulletin inside": make(inside=dataclasses.replace(CONTENTS, bulletin=PACKAGE)),
    "another revision inside": make(inside=dataclasses.replace(CONTENTS, revision=1)),
    "a lower tier inside": make(inside=dataclasses.replace(CONTENTS, tier=1)),
    "a subcommittee fewer inside": make(inside=dataclasses.replace(CONTENTS, subcommittees=())),
}


@pytest.mark.parametrize("why", DIFFERING)
def test_a_package_that_differs_inside_is_refused_and_leaves_nothing(opener, why):
    assert_refused(opener, DIFFERING[why], "パッケージの中と外で ")


INSIDE = {
    "nothing": (b"", container.CUT),
    "no archive": (b"x" * 2048, container.BAD_HEADER),
    "an empty archive": (bytes(1024), container.NOT_FIRST),
    "no label": (b"".join(container.archive([Member("package.json", b"{}")])), manifest.BAD_CONTENTS),
    "cut archive": (b"".join(container.archive([FIRST, *MEMBERS]))[:-1024], container.CUT),
    "trailing data": (b"".join(container.archive([FIRST, *MEMBERS])) + b"x", container.TRAILING),
    "the name of the proof": (
        b"".join(container.archive([FIRST, Member("package.tlog-proof", b"x")])),
        container.REPEATED,
    ),
    "a label too long": (b"".join(container.archive([Member("package.json", b" " * 65537)])), "パッケージの "),
}


@pytest.mark.parametrize("why", INSIDE)
def test_a_signed_package_with_another_kind_of_inside_is_refused_and_leaves_nothing(opener, why):
    plain, sentence = INSIDE[why]
    assert_refused(opener, make(plain=plain), sentence)


def test_a_payload_that_fits_the_manifest_and_not_the_file_key_is_refused(opener):
    other = make()
    forged = json.loads(A.manifest) | {"payload": json.loads(other.manifest)["payload"]}
    made = resigned(_swap(A, payload=other.payload), rfc8785.dumps(forged))
    assert_refused(opener, made, age.ALTERED_PAYLOAD)


def test_a_header_made_out_to_another_key_than_the_manifest_says_is_refused(opener):
    other = generate_identity(Kind.CLASSIC)
    made = make(other, recipient_fingerprint=age_keys.fingerprint(CLASSIC.recipient))
    assert_refused(opener, made, age_keys.DOES_NOT_OPEN)


def test_a_package_for_another_organisation_is_refused(opener):
    options = ["--organisation", packages.OTHER_ORGANISATION]
    assert_refused(opener, make(), opening.OTHER_ORGANISATION, options=options)


def test_a_package_for_another_key_is_refused(opener):
    assert_refused(opener, make(), opening.OTHER_KEY, identity=[HYBRID, generate_identity(Kind.CLASSIC)])


def test_a_package_past_its_last_day_is_refused(opener):
    made = make(not_after=datetime.now(UTC) - timedelta(seconds=2))
    assert_refused(opener, made, opening.EXPIRED)


def test_a_package_without_a_last_day_opens(opener):
    assert opener(make(not_after=None))[0] == 0


@pytest.mark.parametrize(
    "older", [{"version": 1}, {"contents": dataclasses.replace(CONTENTS, revision=1), "version": 9}]
)
def test_an_older_package_is_refused_after_a_newer_one(opener, tmp_path, older):
    assert opener(make(version=2))[0] == 0
    before = opener.state.read_bytes()
    opener.out.rename(tmp_path / "first")
    code, output = opener(make(package=OTHER_PACKAGE, **older), name="replayed")
    assert (code, _fits(output.err, versions.OLDER)) == (1, True)
    assert (opener.out.exists(), opener.state.read_bytes()) == (False, before)


def test_the_same_package_opens_again_and_a_newer_one_after_it(opener, tmp_path):
    for name, made in enumerate([make(version=3), make(version=3), make(version=4), make(version=4)]):
        assert opener(made, name=f"in{name}")[0] == 0
        opener.out.rename(tmp_path / f"out{name}")
    assert opener.state.read_text().count("\n") == 2


def test_another_bulletin_has_its_own_count(opener, tmp_path):
    assert opener(make(version=9))[0] == 0
    opener.out.rename(tmp_path / "first")
    other = dataclasses.replace(CONTENTS, bulletin=OTHER_PACKAGE, revision=1)
    assert opener(make(contents=other, version=1), name="other")[0] == 0


def test_a_spoilt_record_stops_the_opener(opener):
    opener.state.write_text("what is this\n")
    code, output = opener(make())
    assert (code, _fits(output.err, versions.MALFORMED), opener.out.exists()) == (2, True, False)


@pytest.mark.parametrize("missing", range(3))
def test_a_package_with_a_file_missing_is_refused(opener, tmp_path, missing):
    folder = make().write(tmp_path / "in")
    (folder / file_names(PACKAGE)[missing]).unlink()
    assert_refused(opener, folder, [opening.NO_MANIFEST, opening.NO_SIGNATURE, opening.NO_AGE][missing])


def test_two_packages_in_one_folder_are_not_guessed_about(opener, tmp_path):
    folder = make().write(tmp_path / "in")
    (folder / file_names(OTHER_PACKAGE).manifest).write_bytes(b"")
    assert_refused(opener, folder, opening.MANY_MANIFESTS, code=2)


def test_a_folder_that_is_not_there_is_named(opener, tmp_path):
    assert_refused(opener, tmp_path / "none", opening.NO_FOLDER, code=2)


def test_an_output_with_something_in_it_is_left_alone(opener):
    opener.out.mkdir()
    (opener.out / "mine.txt").write_text("x")
    code, output = opener(make())
    assert (code, _fits(output.err, opening.OUT_TAKEN)) == (2, True)
    assert [each.name for each in opener.out.iterdir()] == ["mine.txt"]


def test_an_output_in_no_folder_is_refused(opener, tmp_path):
    keys = tmp_path / "key.txt"
    keys.write_text(CLASSIC.text())
    nowhere = str(tmp_path / "no/out")
    assert (
        open.main([str(make().write(tmp_path / "in")), "--identity", str(keys), "--out", nowhere, "--vkey", VKEY]) == 2
    )
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    "text",
    # A recipient differs from run to run; the name of its test must not, or the cores of one run disagree about what there is.
    ["", "# only a comment\n", "AGE-SECRET-KEY-1QQQ\n", pytest.param(str(CLASSIC.recipient), id="recipient"), "\x00"],
)
def test_an_identity_file_without_identities_says_so_and_shows_nothing_of_it(opener, tmp_path, capsys, text):
    keys = tmp_path / "mine.txt"
    keys.write_text(text)
    command = [str(make().write(tmp_path / "in")), "--identity", str(keys), "--out", str(opener.out), "--vkey", VKEY]
    error = (open.main(command), capsys.readouterr().err)
    assert error[0] == 2
    assert "QQQ" not in error[1]
    assert not opener.out.exists()


@pytest.mark.parametrize(
    "vkey", ["nonsense", VKEY[:-2], VKEY.replace("portal", "p0rtal")], ids=["nonsense", "cut", "another-name"]
)
def test_a_bad_key_of_the_signer_is_no_verdict_on_the_package(opener, vkey):
    assert_refused(opener, make(), open.BAD_VKEY, code=2, vkey=vkey)


@pytest.mark.parametrize("place", ["--identity", "--vkey", "--state"])
def test_a_folder_in_the_place_of_a_file_is_an_error_of_this_machine(opener, tmp_path, place):
    (tmp_path / "in.d").mkdir()
    code, output = opener(make(), place, str(tmp_path / "in.d"))
    assert (code, output.out, output.err.count("\n")) == (2, "", 1)
    assert not opener.out.exists()


def test_without_room_nothing_is_left(opener, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert_refused(opener, make(), open.UNREADABLE, code=2)


def test_the_command_line_needs_its_options(capsys):
    with pytest.raises(SystemExit) as exit:
        open.main(["in"])
    assert exit.value.code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_is_stopped_leaves_nothing(tmp_path, number):
    """The attachment is large enough for the opener to be caught in the middle of writing it."""
    large = b"".join(container.archive([FIRST, Member("bulletin.md", bytes(64 << 20))]))
    make(plain=large).write(tmp_path / "in")
    (tmp_path / "key.txt").write_text(CLASSIC.text())
    command = [
        sys.executable,
        "-m",
        "council.sealing.open",
        "in",
        "--identity",
        "key.txt",
        "--out",
        "out",
        "--vkey",
        VKEY,
    ]
    running = subprocess.Popen(command, cwd=tmp_path, env=_paths(), stderr=subprocess.PIPE, text=True)
    while not (partial := list(tmp_path.glob(".out.*/*"))) and running.poll() is None:
        time.sleep(0.001)
    running.send_signal(number)
    error = running.communicate(timeout=60)[1]
    assert (partial != [], running.returncode, error.strip()) == (True, 2, open.INTERRUPTED)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in", "key.txt"]


def test_it_runs_as_a_module_from_anywhere(tmp_path):
    make().write(tmp_path / "in")
    (tmp_path / "key.txt").write_text(CLASSIC.text())
    command = [
        sys.executable,
        "-m",
        "council.sealing.open",
        "in",
        "--identity",
        "key.txt",
        "--out",
        "out",
        "--vkey",
        VKEY,
    ]
    done = subprocess.run(command, cwd=tmp_path, env=_paths(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out/bulletin.md").exists()


def _paths():
    return {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[2])}
