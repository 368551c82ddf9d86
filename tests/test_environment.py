"""Settings that would do harm stop the boot with their name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from council import environment


def test_an_empty_folder_is_not_the_one_somebody_stands_in(monkeypatch, tmp_path):
    monkeypatch.setenv("COUNCIL_DATA", " ")
    with pytest.raises(ImproperlyConfigured, match="COUNCIL_DATA is empty"):
        environment.folder("COUNCIL_DATA", tmp_path)


def test_a_folder_is_made_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "new"))
    made = environment.folder("COUNCIL_DATA", tmp_path)
    assert (made, made.stat().st_mode & 0o777) == (tmp_path / "new", 0o700)
