"""Tables as CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mbreports.errors import ReportError
from mbreports.report.csv_file import guard, write_csv

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame(
    {
        "student_id": [7, 8],
        "last_name": ["=1+1", "王"],
        "date": pd.to_datetime(["2025-09-01", None]),
        "change": [-0.05, None],
        "spells": pd.array([1, None], dtype="Int64"),
        "note": pd.Series(["-", None], dtype="str"),
    }
)


def cells(file: Path) -> list[list[str]]:
    """A file's cells, as another program reads them."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


def test_numbers_and_dates_stay_what_they_are(tmp_path: Path) -> None:
    """A negative number is no formula; a date is ISO; what is missing is empty."""
    rows = cells(write_csv(FRAME, tmp_path / "a.csv"))
    assert rows[0] == list(FRAME.columns)
    assert rows[1] == ["7", "'=1+1", "2025-09-01", "-0.05", "1", "'-"]
    assert rows[2] == ["8", "王", "", "", "", ""]


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@SUM(A1)", "\t=A1", "\r=A1", "＝A1"])
def test_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    """A spreadsheet shows such text and computes nothing."""
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["O'Neill", "a=b", "", " x", "王"])
def test_other_text_is_left_alone(text: str) -> None:
    """A name is written as it is."""
    assert guard(text) == text


def test_excel_knows_the_encoding(tmp_path: Path) -> None:
    """The file begins with the mark of UTF-8, and pandas reads it back without a word."""
    file = write_csv(FRAME, tmp_path / "a.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(file)["student_id"].tolist() == [7, 8]


def test_broken_characters_do_not_break_the_file(tmp_path: Path) -> None:
    """Controls, halves of characters and marks that turn the line around are left out."""
    file = write_csv(pd.DataFrame({"note": ["a\x00b\ud800c\x1b\u202e"]}, dtype="object"), tmp_path / "a.csv")
    assert cells(file)[1] == ["abc"]


def test_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """Nothing is written where there is no folder."""
    with pytest.raises(ReportError, match="there is no folder"):
        write_csv(FRAME, tmp_path / "none" / "a.csv")
