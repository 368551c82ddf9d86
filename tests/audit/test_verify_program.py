"""`python -m council.audit.verify` as auditors run it: exit codes, sentences, and nothing of Django."""

import os
import shutil
import subprocess
import sys

import pytest

from council.audit import verify
from tests.audit import copies
from tests.audit.copies import WITNESS
from tests.audit.damage import ROOT, codes, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two(django_db_setup, django_db_blocker, tmp_path_factory):
    """An earlier and a later export of three logs."""
    folder = tmp_path_factory.mktemp("two")
    with django_db_blocker.unblock(), copies.logs(folder):
        for tier in (1, 2, 3):
            copies.grow(tier, 3, 2)
        earlier = copies.export(folder / "earlier")
        copies.grow(2, 4)
        return earlier, copies.export(folder / "later")


@pytest.fixture
def copy(two, tmp_path):
    return shutil.copytree(two[1], tmp_path / "copy")


def changed(folder, path, data):
    (folder / path).write_bytes(data)
    return folder


def test_a_whole_copy_exits_with_0_and_tells_each_log(two):
    code, said = run(two[1])
    assert code == 0
    assert all(f"tier-{tier}: whole" in said for tier in (1, 2, 3))


def test_keys_out_of_the_copy_are_said_to_prove_nothing(two, tmp_path):
    assert "--vkeys" in run(two[1])[1]
    vkeys = shutil.copy(two[1] / "vkeys", tmp_path)
    assert "--vkeys" not in run(two[1], "--vkeys", vkeys)[1]


def test_a_broken_copy_exits_with_1_and_names_log_and_index(copy):
    bundle = next((copy / "tier-2/tile/entries/000.p").iterdir())
    bundle.write_bytes(bundle.read_bytes().replace(b"bulletin.read", b"bulletin.rear", 1))
    code, said = run(copy)
    assert code == 1
    assert "tier-2 0: " in said
    assert "tier-1: whole" in said


def test_an_older_copy_exits_with_1_against_a_newer_checkpoint(two):
    earlier, later = two
    assert run(earlier)[0] == 0
    code, said = run(earlier, "--against", later / "tier-2/checkpoint")
    assert (code, "tail_cut" in said) == (1, True)


def test_a_newer_copy_goes_on_from_each_older_checkpoint(two):
    earlier, later = two
    kept = [word for tier in (1, 2, 3) for word in ("--against", earlier / f"tier-{tier}/checkpoint")]
    assert run(later, *kept)[0] == 0


def test_a_checkpoint_of_another_portal_can_not_be_compared(two, tmp_path):
    other = copies.Forger.named("elsewhere.example/log/tier-9").sign([bytes(32)])
    (tmp_path / "kept").write_bytes(other)
    assert run(two[1], "--against", tmp_path / "kept")[0] == 2


def test_a_key_that_did_not_sign_exits_with_1(two, tmp_path):
    keys = [str(copies.Forger.named(f"127.0.0.1/log/tier-{tier}").signer.verifier) for tier in (1, 2, 3)]
    (tmp_path / "vkeys").write_text("\n".join(keys) + "\n")
    code, said = run(two[1], "--vkeys", tmp_path / "vkeys")
    assert (code, said.count("unknown_key")) == (1, 3)


def test_a_log_without_a_key_is_not_passed_over(two, tmp_path):
    first = [line for line in (two[1] / "vkeys").read_text().splitlines() if "tier-1" in line]
    (tmp_path / "vkeys").write_text("\n".join(first) + "\n")
    code, said = run(two[1], "--vkeys", tmp_path / "vkeys")
    assert (code, said.count("unknown_key")) == (1, 2)


def test_a_quorum_that_is_not_reached_can_not_be_checked(two, tmp_path):
    (tmp_path / "witnesses").write_text(f"quorum 1\n{WITNESS.verifier}\n")
    code, said = run(two[1], "--witnesses", tmp_path / "witnesses", "--quorum", "1")
    assert (code, "too_few_witnesses" in said) == (2, True)


@pytest.mark.parametrize("name", ["vkeys", "witnesses"])
def test_keys_that_can_not_be_read_exit_with_2(copy, name):
    for data in (b"\xff\xfe\n", b"name+0+\n", b"+\n"):
        assert run(changed(copy, name, data))[0] == 2


def test_a_folder_that_is_none_exits_with_2_and_one_sentence(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        code, said = run(folder)
        assert (code, said.count("\n")) == (2, 1)


def test_a_checkpoint_to_compare_with_that_is_missing_exits_with_2(two, tmp_path):
    code, said = run(two[1], "--against", tmp_path / "nowhere")
    assert (code, "Traceback" in said) == (2, False)


def test_a_log_whose_folder_is_gone_exits_with_1(copy):
    shutil.rmtree(copy / "tier-3")
    assert run(copy)[0] == 1


def test_a_copy_whose_folders_were_exchanged_exits_with_1(copy):
    (copy / "tier-1").rename(copy / "other")
    (copy / "tier-3").rename(copy / "tier-1")
    (copy / "other").rename(copy / "tier-3")
    assert run(copy)[0] == 1


def test_what_is_no_file_is_no_traceback(copy):
    (copy / "tier-1/checkpoint").unlink()
    (copy / "tier-1/checkpoint").mkdir()
    (copy / "tier-2/history").unlink()
    os.mkfifo(copy / "tier-2/history")
    os.mkdir(os.fsencode(copy) + b"/tier-\xff\n")
    code, said = run(copy)
    assert code == 1
    assert "Traceback" not in said


def test_a_file_that_is_too_large_is_not_read(two, monkeypatch, capsys, tmp_path):
    assert (two[1] / "vkeys").stat().st_size > (two[1] / "tier-1/checkpoint").stat().st_size > 3000
    vkeys = tmp_path / "vkeys"
    vkeys.write_text("".join(f"{line}\n" for line in (two[1] / "vkeys").read_text().split() if len(line) < 200))
    monkeypatch.setattr(verify, "LARGEST_FILE", 3000)
    assert verify.main([str(two[1]), "--vkeys", str(vkeys)]) == 1
    assert "whole" not in capsys.readouterr().out


def test_the_program_needs_nothing_of_the_portal(two, tmp_path):
    alone = shutil.copy(ROOT / "council/audit/verify.py", tmp_path / "alone.py")
    program = (
        "import sys, alone; code = alone.main(sys.argv[1:]); loaded = {'django', 'council', 'rfc8785'} & set(sys.modules);"
        "sys.exit(9 if loaded else code)"
    )
    ran = subprocess.run([sys.executable, "-c", program, two[1]], cwd=alone.parent, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_program_is_one_file_that_can_be_read_in_one_sitting():
    assert len((ROOT / "council/audit/verify.py").read_text().splitlines()) <= 300


def test_findings_are_told_once_each(copy):
    (copy / "tier-1/history").unlink()
    report = next(report for report in verify.check_folder(_options(copy)) if report.name == "tier-1")
    assert codes(report) == [("history_differs", None)]


def _options(folder):
    return verify.argparse.Namespace(folder=folder, vkeys=None, witnesses=None, against=[], quorum=0)
