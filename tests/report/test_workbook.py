"""Tables as a workbook, read back by another program."""

from __future__ import annotations

import datetime as dt
import zipfile
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from factory import marks_of, students_of, term_of

from mbreports.report.absence_report import AbsenceReport
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


def test_headings_have_the_room_that_they_take(tmp_path: Path) -> None:
    """A heading of three lines makes the first row three lines high; above numbers it ends where they end."""
    frame = pd.DataFrame({"days_since_last_absence": [1], "name": ["Ada"]})
    page = openpyxl.load_workbook(write_workbook([Sheet("A", frame)], tmp_path / "a.xlsx", ABOUT))["A"]
    assert page.row_dimensions[1].height >= 45
    assert [cell.alignment.horizontal for cell in page[1]] == ["right", "left"]
    assert page["B2"].alignment.indent == 1


def test_one_long_name_does_not_widen_the_column(tmp_path: Path) -> None:
    """98 of 100 texts fit."""
    frame = pd.DataFrame({"name": ["Ada Okafor"] * 99 + ["w" * 200]})
    page = openpyxl.load_workbook(write_workbook([Sheet("A", frame)], tmp_path / "a.xlsx", ABOUT))["A"]
    assert page.column_dimensions["A"].width < 15


CODES = {1: [0, 0, 1, 10, *[1] * 12], 2: [1] * 16, 3: [0, 1] * 8, 4: [None] * 16}
BAD_NAMES = ["=1+1", "<b>x</b>", "\u202ea\x00b", "w" * 200]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workbook of a small term whose names and notes are bad."""
    students = students_of(list(CODES)).assign(last_name=BAD_NAMES)
    marks = marks_of(CODES).assign(note="@SUM(A1)", label="=HYPERLINK(A1)")
    term = term_of(CODES, students=students, marks=marks, as_of="2025-09-22", ends_on="2025-12-19")
    return openpyxl.load_workbook(AbsenceReport(term).to_excel(tmp_path_factory.mktemp("book") / "a.xlsx"))


def table(page: Any) -> pd.DataFrame:
    """A sheet as a frame."""
    rows = list(page.iter_rows(values_only=True))
    return pd.DataFrame(rows[1:], columns=list(rows[0]))


def test_report_has_five_sheets(whole: Any) -> None:
    """Students, absences, patterns, registers, definitions; each with a header that stays, filters, print set-up."""
    assert whole.sheetnames == ["Students", "Absences", "Patterns", "Registers", "Definitions"]
    for page in whole:
        assert page.freeze_panes is not None
        assert page.auto_filter.ref is not None
        assert page.page_setup.orientation == "landscape"
        assert page.print_title_rows == "$1:$1"


def test_students_are_all_there_with_their_numbers(whole: Any) -> None:
    """Also the one without a mark, whose rates are empty; rates are fractions, shown in per cent."""
    students = table(whole["Students"]).set_index("Student id")
    assert students.loc[1, ["Possible", "Absent", "Excused", "Unexcused"]].tolist() == [16, 3, 1, 2]
    assert students.loc[1, "Absence rate"] == pytest.approx(3 / 16)
    assert students.loc[4, "Possible"] == 0
    assert students.loc[4, ["Absence rate", "Band"]].isna().all()
    assert whole["Students"]["P2"].number_format.endswith("%")


def test_absences_stand_one_to_a_row(whole: Any) -> None:
    """With date, meaning and note; those without a reason are marked."""
    absences = table(whole["Absences"])
    assert len(absences) == 11
    assert absences["Date"].map(lambda date: isinstance(date, dt.datetime)).all()
    rules = [rule.formula for area in whole["Absences"].conditional_formatting for rule in area.rules]
    assert rules == [['"unexcused"']]


def test_paper_has_the_columns_up_to_the_band(whole: Any) -> None:
    """28 columns on a sheet of paper nobody can read; the definitions say so."""
    assert whole["Students"].print_area.endswith("$Q$5")
    assert whole["Students"]["Q1"].value == "Band"
    assert "On paper" in table(whole["Definitions"])["What"].tolist()


def test_definitions_explain_every_column_of_students(whole: Any) -> None:
    """What a column means stands in the same file."""
    told = {what.removeprefix("Column: ") for what in table(whole["Definitions"])["What"]}
    person = {"student id", "school id", "last name", "first name", "year group", "homeroom"}
    assert {str(column).lower() for column in table(whole["Students"]).columns} - person <= told


def test_definitions_explain_what_the_other_sheets_hold(whole: Any) -> None:
    """Every column that no page explains by its name alone."""
    told = " ".join(what.lower() for what in table(whole["Definitions"])["What"])
    plain = {"date", "weekday", "note", "teacher", "period", "absent", "possible", "absence rate", "year group"}
    person = {"student id", "school id", "last name", "first name", "homeroom", "year group id"}
    for name in ("Absences", "Patterns", "Registers"):
        for column in {str(column).lower() for column in table(whole[name]).columns} - plain - person:
            assert column in told, (name, column)


def test_bad_text_of_a_report_stays_text(whole: Any) -> None:
    """No cell of any sheet is a formula or a link."""
    cells = [cell for page in whole for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {"=1+1", "<b>x</b>", "@SUM(A1)", "=HYPERLINK(A1)"} <= {cell.value for cell in cells}
    assert "ab" in {cell.value for cell in cells}  # the mark that turns the line around is gone


@pytest.mark.parametrize(
    ("absent", "possible", "digits"),
    [(20, 201, 2), (7, 68, 1), (20, 200, 1), (999, 9991, 3), (0, 0, 1), (0, 10, 1)],
)
def test_rate_never_prints_as_a_bound_that_it_does_not_reach(absent: int, possible: int, digits: int) -> None:
    """20 of 201 is 9.95 %, and prints so; 10.0 % would contradict its label."""
    assert digits_needed([absent], [possible], [Fraction(1, 10)]) == [digits]
