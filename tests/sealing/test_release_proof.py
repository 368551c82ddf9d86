"""The opener with a key of the log: the release has to stand in it, for this package, or nothing is opened."""

import dataclasses
import json

import pytest

from council.audit import release
from council.audit.release import LogKeys, check_release
from council.sealing import manifest, note, open
from council.sealing.errors import CannotOpen, NoteRefused, PackageRefused
from tests.sealing import packages, release_logs
from tests.sealing.packages import CLASSIC, SIGNER, Made, make
from tests.sealing.release_logs import KEYS, LARGE_WITNESS, LOG, ORIGIN, SEEN_AT, WITNESS, damaged, log_of, proof_of

A = make()
MANIFEST = manifest.Manifest.parse(A.manifest)
LOG_VKEY, WITNESS_VKEY = str(LOG.verifier), str(WITNESS.verifier)
DAMAGED = damaged(A.manifest)


def proved(made: Made = A, **changes) -> Made:
    return dataclasses.replace(made, proof=proof_of(made.manifest, **changes))


@pytest.fixture
def opened(tmp_path, capsys):
    """Runs the command; the code, what was said, and whether there is an output."""

    def run(made, *options, comments="", vkey=("--vkey", SIGNER.verifier)):
        (tmp_path / "key.txt").write_text(comments + CLASSIC.text() + "\n")
        given = ["--identity", tmp_path / "key.txt", "--out", tmp_path / "out", *vkey, *options]
        code = open.main([str(each) for each in (made.write(tmp_path / "in"), *given)])
        said = capsys.readouterr()
        return code, said.out or said.err, sorted(each.name for each in tmp_path.iterdir() if each.name[0] in ".o")

    return run


def test_a_release_that_stands_in_the_log_is_told_with_its_place(opened):
    code, said, left = opened(proved(), "--log-vkey", LOG_VKEY)
    assert (code, left) == (0, [".council-opened", "out"])
    assert f"監査ログ：{ORIGIN}　番号 4（検印 7 件まで）　{release_logs.TIME}" in said
    assert "検証せず" not in said


def test_witnesses_whose_keys_are_given_are_named(opened):
    _, said, _ = opened(proved(), "--log-vkey", LOG_VKEY, "--witness-vkey", WITNESS_VKEY)
    assert "立会い：witness.example（2025-11-2" in said


def test_without_witness_keys_none_is_named(opened):
    assert "立会い：お手元の鍵で" in opened(proved(), "--log-vkey", LOG_VKEY)[1]


def test_a_long_key_of_a_witness_is_taken_as_text(opened):
    assert opened(proved(), "--log-vkey", LOG_VKEY, "--witness-vkey", str(LARGE_WITNESS))[0] == 0


def test_keys_of_logs_and_witnesses_may_stand_in_the_identity_file(opened):
    code, said, _ = opened(proved(), comments=f"# log-vkey: {LOG_VKEY}\n# witness-vkey: {WITNESS_VKEY}\n")
    assert (code, "立会い：witness.example" in said) == (0, True)


def test_the_portals_own_machine_knows_its_logs(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()
    (tmp_path / "var/package.vkey").write_text(f"{SIGNER.verifier}\n")
    (tmp_path / "var/log.vkey").write_text(f"{release_logs.ELSEWHERE.verifier}\n")
    assert opened(proved(), vkey=())[0] == 2
    (tmp_path / "var/log.vkey").write_text(f"{release_logs.ELSEWHERE.verifier}\n{LOG_VKEY}\n")
    (tmp_path / "in").rename(tmp_path / "before")
    assert ORIGIN in opened(proved(), vkey=())[1]


def test_the_portals_own_logs_are_not_asked_about_the_packages_of_others(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path))
    (tmp_path / "log.vkey").write_text(f"{release_logs.ELSEWHERE.verifier}\n")
    code, said, _ = opened(proved())
    assert (code, "検証せずに添えました" in said) == (0, True)


def test_without_a_key_of_the_log_the_proof_is_said_to_be_unchecked(opened):
    code, said, _ = opened(dataclasses.replace(A, proof=b"anything"))
    assert (code, "検証せずに添えました" in said) == (0, True)


@pytest.mark.parametrize("why", DAMAGED)
def test_a_proof_that_does_not_hold_is_refused_and_nothing_is_left(opened, why):
    made = dataclasses.replace(A, proof=DAMAGED[why])
    code, said, left = opened(made, "--log-vkey", LOG_VKEY, "--witness-vkey", WITNESS_VKEY)
    assert (code, said.count("\n"), left) == (1, 1, [])


SENTENCES = {
    "nothing": release.NO_PROOF,
    "an entry altered": "記録の証明が検印と",
    "the signature of a stranger": note.NO_SIGNATURE,
    "a checkpoint of another log": "検印は portal.example/log/3",
    "a witness's signature altered": "witness.example の立会い",
    "an entry that is no leaf": release.NOT_A_LEAF,
    "another tier": "証明された記録の tier",
    "a refusal": "証明された記録の outcome",
}


@pytest.mark.parametrize("why", SENTENCES)
def test_a_refused_proof_says_what_is_wrong(why):
    with pytest.raises((NoteRefused, PackageRefused), match=SENTENCES[why]):
        check_release(DAMAGED[why], MANIFEST, KEYS)


def test_no_byte_of_a_proof_can_be_changed():
    data, taken = proof_of(A.manifest), []
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            check_release(flipped, MANIFEST, KEYS)
        except (NoteRefused, PackageRefused):
            continue
        taken.append(place)
    # The name and the key id of a witness: whoever alters them makes it a stranger, who is passed over.
    witness = data.rindex("— ".encode())
    assert [place for place in taken if place < witness] == []


def test_another_log_needs_another_key_and_that_is_no_verdict_on_the_package():
    elsewhere = manifest.Manifest.parse(make(log_origin="portal.example/log/3").manifest)
    with pytest.raises(CannotOpen, match="portal.example/log/3"):
        check_release(proof_of(A.manifest), elsewhere, KEYS)


def test_what_a_proof_shows():
    shown = check_release(bytes(log_of(A.manifest).proof(witnessed=True)), MANIFEST, KEYS)
    assert shown == (ORIGIN, 4, 7, release_logs.EVENT, release_logs.TIME, (("witness.example", SEEN_AT),))


def test_a_bad_key_of_a_log_is_no_verdict_on_the_package(opened):
    code, said, left = opened(proved(), "--log-vkey", "nonsense")
    assert (code, said.startswith("監査ログか立会いの検証鍵 nonsense"), left) == (2, True, [])


def test_a_proof_in_a_log_of_one_needs_no_path():
    leaves = log_of(A.manifest).leaves[4:5]
    alone = release_logs.Log(leaves, 0).proof()
    assert check_release(bytes(alone), MANIFEST, LogKeys((LOG.verifier,))).size == 1
    assert json.loads(alone.entry)["object"] == packages.PACKAGE
