"""A terminal that knows no Japanese is no reason to fail: the package is open, and the exit code says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from council.sealing import open as opener
from tests.sealing.packages import CLASSIC, SIGNER, make


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_package_is_opened_on_any_terminal(tmp_path, encoding):
    folder, keys = make().write(tmp_path / "in"), tmp_path / "key.txt"
    keys.write_text(f"{CLASSIC.text()}\n# vkey: {SIGNER.verifier}\n")
    options = ["--identity", str(keys), "--out", str(tmp_path / "out")]
    command = [sys.executable, "-m", "council.sealing.open", str(folder), *options]
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": encoding}
    ran = subprocess.run(
        command, cwd=Path(opener.__file__).parents[2], env=environment, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert any((tmp_path / "out").iterdir())
