"""Tables as a workbook, read back by another program."""

from __future__ import annotations

import datetime as dt
import zipfile
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from mbreports.report.sheets import digits_needed
from mbreports.report.workbook import About, Sheet, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

BANDS = ("fine", 'so "so"', "chronic")
ABOUT = About(title="Absence & more", school="R&D School", as_of=dt.date(2025, 12, 5), bands=BANDS)
EVIL = ["=1+1", "http://example.com", "+49", "@x", "a\x00\x1b\ufffeb\ud800", "x" * 40_000]
FRAME = pd.DataFrame(
    {
        "student_id": [7, 8, 9, 10, 11, 12],
        "last_name": pd.Series(EVIL, dtype="object"),
        "date": pd.to_datetime(["2025-09-01", None] * 3),
        "absent": pd.array([1, None] * 3, dtype="Int64"),
        "absence_rate": [0.0995, None, 0.5, 0.1, 0.2, 0.3],
        "taken": [True, False] * 3,
        "band": pd.Series(["fine", None, "chronic", 'so "so"', "chronic", "fine"], dtype="str"),
    }
)
SHEET = Sheet("Students", FRAME, {"absence_rate": [2, 1, 1, 1, 1, 1]}, ids=("student_id",), fixed=2, banded="band")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_workbook([SHEET, Sheet("Empty", FRAME.iloc[:0])], tmp_path / "a.xlsx", ABOUT)


@pytest.fixture
def sheet(file: Path) -> Any:
    return openpyxl.load_workbook(file)["Students"]


def test_cells_are_numbers_dates_and_rates(sheet: Any) -> None:
    """A cell holds the value itself; how it looks is its format; what is missing is empty."""
    assert [cell.value for cell in sheet[2]][2:] == [dt.datetime(2025, 9, 1), 1, 0.0995, "yes", "fine"]  # noqa: DTZ001
    assert [cell.value for cell in sheet[3]][2:] == [None, None, None, "no", None]
    formats = [sheet.cell(2, column).number_format for column in range(1, 6)]
    assert formats == ["0", "General", "yyyy-mm-dd", "#,##0", "0.00%"]


def test_nothing_from_the_data_is_a_formula_or_a_link(file: Path, sheet: Any) -> None:
    """Text stays text, whatever it begins with."""
    assert [cell.data_type for cell in sheet["B"]] == ["s"] * 7
    assert sheet["B2"].quotePrefix
    with zipfile.ZipFile(file) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "_rels/sheet" in name]


def test_characters_that_excel_refuses_are_left_out(sheet: Any) -> None:
    """Controls and halves of characters go; a text that is too long for a cell ends in an ellipsis."""
    assert sheet["B6"].value == "ab"
    assert len(sheet["B7"].value) == 32_767
    assert sheet["B7"].value.endswith("\u2026")


def test_header_stays_and_filters(sheet: Any) -> None:
    """The first row and the names stay; every column filters; headings are words."""
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:G7"
    assert [cell.value for cell in sheet[1]][:2] == ["Student id", "Last name"]


def test_print_set_up_fits_the_width_and_repeats_the_header(sheet: Any) -> None:
    """Landscape A4, as wide as the paper, the header on every page, who and when at its edges."""
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddHeader.right.text == "CONFIDENTIAL"
    assert sheet.oddFooter.right.text == "Page &P of &N" or "&[Page]" in sheet.oddFooter.right.text
    assert "2025-12-05" in sheet.oddFooter.left.text


def test_bands_are_marked_by_pattern_and_weight_too(sheet: Any) -> None:
    """The last band is white on dark, the ones before it dotted or grey: grey paper tells them apart."""
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert {rule.formula[0] for rule in rules} == {'"chronic"', '"so ""so"""'}
    chronic = next(rule for rule in rules if rule.formula == ['"chronic"'])
    assert chronic.dxf.font.b


def test_same_tables_give_the_same_bytes(file: Path, tmp_path: Path) -> None:
    """The clock is not in the file."""
    again = write_workbook([SHEET, Sheet("Empty", FRAME.iloc[:0])], tmp_path / "b.xlsx", ABOUT)
    assert again.read_bytes() == file.read_bytes()


def test_properties_say_what_it_is(file: Path) -> None:
    """Title, school and date stand in the file's properties."""
    properties = openpyxl.load_workbook(file).properties
    assert (properties.title, properties.subject) == ("Absence & more", "R&D School")
    assert properties.created == dt.datetime(2025, 12, 5)  # noqa: DTZ001 -- as openpyxl gives it


@pytest.mark.parametrize(
    ("absent", "possible", "digits"),
    [(20, 201, 2), (7, 68, 1), (20, 200, 1), (999, 9991, 3), (0, 0, 1), (0, 10, 1)],
)
def test_rate_never_prints_as_a_bound_that_it_does_not_reach(absent: int, possible: int, digits: int) -> None:
    """20 of 201 is 9.95 %, and prints so; 10.0 % would contradict its label."""
    assert digits_needed([absent], [possible], [Fraction(1, 10)]) == [digits]
