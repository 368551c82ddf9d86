"""A key pair made offline, in a file that age tools and the opener read."""

import pytest

from council.sealing import new_identity, note
from council.sealing.age_keys import Identity, Kind, Recipient
from council.sealing.open import read_key_file
from tests.sealing.packages import ORGANISATION, SIGNER

VKEY = str(SIGNER.verifier)


@pytest.mark.parametrize(("options", "kind"), [([], Kind.HYBRID), (["--classic"], Kind.CLASSIC)])
def test_what_is_printed_belongs_to_what_is_written(tmp_path, capsys, options, kind):
    path = tmp_path / "key.txt"
    assert new_identity.main([str(path), *options]) == 0
    printed = capsys.readouterr().out
    identity = Identity.parse(path.read_text().splitlines()[-1])
    assert Recipient.parse(printed.splitlines()[0]) == identity.recipient
    assert (identity.kind, path.stat().st_mode & 0o777) == (kind, 0o600)
    assert "SECRET" not in printed


def test_whom_to_trust_is_written_beside_the_key(tmp_path):
    path = tmp_path / "key.txt"
    assert new_identity.main([str(path), "--vkey", VKEY, "--organisation", ORGANISATION]) == 0
    assert read_key_file(path)[1:] == ((VKEY,), ORGANISATION, (), ())


def test_an_existing_file_is_never_replaced(tmp_path, capsys):
    path = tmp_path / "key.txt"
    path.write_text("mine")
    assert new_identity.main([str(path)]) == 2
    assert path.read_text() == "mine"
    assert capsys.readouterr().err.startswith("識別鍵のファイル ")


def test_a_mistyped_key_of_the_signer_is_not_written_down(tmp_path, capsys):
    path = tmp_path / "key.txt"
    assert new_identity.main([str(path), "--vkey", VKEY[:-1]]) == 2
    assert capsys.readouterr().err.strip() == note.BAD_VKEY
    assert not path.exists()
