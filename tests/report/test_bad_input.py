"""What schools really hold: every format gives a right file, or a clear error."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pypdf
import pytest
from factory import marks_of, students_of, term_of

from mbreports.report import charts
from mbreports.report.absence_report import AbsenceReport
from mbreports.report.fonts import GlyphWarning

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = [
    ('<b>O\'Neill</b> & "x"', "{{ 7 * 7 }}"),
    ("w" * 200, "W" * 200),
    ("\u202eevil", "\u200fAda"),
    ("😀", "👩\u200d👧"),
    ("a\x00b\x07\nc", "x\ty"),
    ("العربي", "ليلى"),
    ("=1+1", "@SUM(A1)"),
    ("$a$", "x_{2}"),
    (None, None),
]


def bad_names() -> AbsenceReport:
    """Names with all that names can hold; a note of 5,000 characters; a student without a mark."""
    codes = {number: [0, 1, 10, 2, 1, -1] * 4 for number in range(1, len(NAMES) + 1)} | {90: [None] * 24}
    names = [*NAMES, ("Okafor", "Ada")]
    students = students_of(list(codes)).assign(
        last_name=pd.Series([last for last, _ in names], dtype="object"),
        first_name=pd.Series([first for _, first in names], dtype="object"),
        homeroom="<i>$Room$</i>",
    )
    marks = marks_of(codes).assign(note=None, label="=HYPERLINK(A1)").astype({"note": "object"})
    marks.loc[0, "note"] = "long " * 1000
    return AbsenceReport(term_of(codes, students=students, marks=marks, as_of="2025-10-02", ends_on="2025-12-19"))


SCHOOLS: dict[str, Callable[[], AbsenceReport]] = {
    "bad names": bad_names,
    "one day": lambda: AbsenceReport(term_of({1: [0], 2: [1]}, as_of="2025-09-01", ends_on="2025-09-01")),
    "one student": lambda: AbsenceReport(term_of({1: [1, 0, 1]})),
    "nobody has a mark": lambda: AbsenceReport(term_of({1: [None], 2: [None]})),
    "40 absences in a row": lambda: AbsenceReport(term_of({1: [0] * 40, 2: [1] * 40}, ends_on="2025-12-19")),
}


@pytest.fixture(scope="module", params=SCHOOLS)
def report(request: pytest.FixtureRequest) -> AbsenceReport:
    return SCHOOLS[request.param]()


@pytest.fixture(autouse=True)
def _boxes_are_allowed() -> Any:
    """An emoji that no font here has is warned of; that is what one is to see."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlyphWarning)
        yield


def test_workbook_and_csv_hold_every_student(report: AbsenceReport, tmp_path: Path) -> None:
    """A row each, in both."""
    book = openpyxl.load_workbook(report.to_excel(tmp_path / "a.xlsx"))
    assert book["Students"].max_row == len(report.students) + 1
    assert len(pd.read_csv(report.to_csv(tmp_path / "a.csv"))) == len(report.students)


def test_letters_and_handouts_are_one_for_each(report: AbsenceReport, tmp_path: Path) -> None:
    """A file each, and at least a page each."""
    pages = len(pypdf.PdfReader(report.letters(tmp_path / "a.pdf", students="all")).pages)
    assert pages >= len(report.students)
    assert len(list(report.handouts(tmp_path / "out").iterdir())) == len(report.students)


def test_page_and_pdf_are_made(report: AbsenceReport, tmp_path: Path) -> None:
    """No markup of a name is the page's; every student has a page."""
    assert "<b>O'Neill" not in report.to_html()
    assert len(pypdf.PdfReader(report.to_pdf(tmp_path / "a.pdf")).pages) > len(report.students)


@pytest.mark.filterwarnings("ignore:Glyph .* missing:UserWarning")  # matplotlib's own word on an emoji
def test_charts_and_notebook_show_it(report: AbsenceReport) -> None:
    """Every chart is drawn; the cell stays small."""
    figure_module = pytest.importorskip("matplotlib.figure")
    for name in charts.__all__:
        figure = figure_module.Figure()
        getattr(charts, name)(report, ax=figure.subplots())
        figure.canvas.draw()
    assert len(report._repr_html_().encode()) < 100_000
