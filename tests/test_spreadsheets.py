"""Rows for spreadsheets: readable in Japanese, and nothing in them that a spreadsheet would run."""

import csv
import io

import pytest

from council.spreadsheets import BOM, harmless, lines_of


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"])
def test_what_a_spreadsheet_would_run_becomes_text(cell):
    assert harmless(cell) == f"'{cell}"


def test_other_cells_stay_as_they_are():
    assert [harmless(each) for each in ("翠嶺", "2026-11-19", "", "a=b")] == ["翠嶺", "2026-11-19", "", "a=b"]


def test_the_mark_stands_once_and_first():
    data = b"".join(lines_of([["時刻", "文"], ["=1", 'a"b,c\nd']])).decode()
    assert data.startswith(BOM)
    assert data.count(BOM) == 1
    assert list(csv.reader(io.StringIO(data.removeprefix(BOM)))) == [["時刻", "文"], ["'=1", 'a"b,c\nd']]
