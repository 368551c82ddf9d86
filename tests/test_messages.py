"""The English catalogue: whole, with the same placeholders, and compiled from what is checked in."""

import re
from pathlib import Path

import polib
import pytest

FOLDER = Path(__file__).resolve().parent.parent / "council" / "locale" / "en" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


def test_every_text_has_an_english_one(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy] == []


def test_translations_carry_the_same_placeholders(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        for text in [entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values():
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_what_is_compiled_is_what_is_written(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(FOLDER / "django.mo"))
    assert {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in compiled} == {
        entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in catalogue
    }


def test_nothing_in_the_catalogue_is_left_in_japanese(catalogue: polib.POFile) -> None:
    kana = re.compile(r"[\u3041-\u309f\u30a1-\u30fa]")
    left = {entry.msgid for entry in catalogue if kana.search(entry.msgstr)}
    assert left <= {"日本語"}
