"""The documents that are printed: one for everybody's pages, one per student."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pandas as pd
import pypdf
import pytest
from factory import marks_of, students_of, term_of

import mbreports as mb
from mbreports.report import page

if TYPE_CHECKING:
    from pathlib import Path

CODES = {1: [0, 0, *[1] * 18], 2: [1] * 20, 3: [10, 2, *[1] * 18], 4: [None] * 20}
HARD_NAMES = [
    "<b>Bold</b> & \"Quote\" 'Single' \\ {{ 7 * 7 }}",
    "W" * 200,
    "\u202eevil\u202c Ada",
    "🦊 Fox 👩🏽‍🎓",
    "Null\x00Bell\x07",
    "</style><script>alert(1)</script>",
]


def report_of(codes: dict[int, list[int | None]] | None = None, **parts: object) -> mb.AbsenceReport:
    """A small report."""
    return mb.AbsenceReport(term_of(codes or CODES, **parts))


def hard_report() -> mb.AbsenceReport:
    """Students whose names no page was made for, with a note of 5,000 characters and 40 absences in a row."""
    codes = {number: [0] * 40 for number in range(1, len(HARD_NAMES) + 1)}
    students = students_of(list(codes)).assign(last_name=HARD_NAMES, first_name=HARD_NAMES[::-1])
    marks = marks_of(codes)
    marks["note"] = ["a long note " * 417 if row % 40 == 0 else "" for row in range(len(marks))]
    return report_of(codes, students=students, marks=marks)


def documents_of(report: mb.AbsenceReport) -> list[page.PrintDocument]:
    """The documents of a PDF."""
    return list(page.print_documents(report, report.look))


def text_of(html: str) -> str:
    """What a reader sees of a document: no style, no tags."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]*>", "", html, flags=re.DOTALL))


def test_everybody_has_a_document_in_the_report_s_order() -> None:
    """The cohort comes first, then every student, the one without a mark too."""
    report = report_of()
    documents = documents_of(report)
    assert [document.student_id for document in documents] == [None, *report.students["student_id"]]
    assert {document.section for document in documents[1:]} == {"Grade 9"}


def test_a_document_holds_one_student_s_numbers() -> None:
    """Name, school id, year group, counts, rate, label and rule stand in the student's own document alone."""
    report = report_of()
    for document in documents_of(report)[1:]:
        text = text_of(document.html)
        own = report.term.students.set_index("student_id").loc[document.student_id]
        assert f"student {own['school_id']}" in text
        for other in report.term.students.itertuples():
            assert (other.school_id in text) == (other.student_id == document.student_id)
    mine = next(document for document in documents_of(report) if document.student_id == 1)
    for said in (
        "Missed 2 of 20 school days (10.0 %)",
        "moderate chronic",
        "Grade 9",
        "Attendance Works",
        "Confidential",
    ):
        assert said in text_of(mine.html)


def test_markup_in_a_name_is_text() -> None:
    """No name leaves its place in the page, in a style sheet or in an attribute."""
    for document in documents_of(hard_report()):
        assert "<script" not in document.html
        assert "<b>Bold" not in document.html
        assert document.html.count("</style>") == 1
        assert "49" not in document.title


def test_control_characters_do_not_reach_the_page() -> None:
    """What no page can show is left out; the marks that turn a line around are too."""
    for document in documents_of(hard_report()):
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]", document.html)


@pytest.mark.filterwarnings("ignore::mbreports.report.fonts.GlyphWarning")
def test_hard_names_and_long_notes_make_whole_pages(tmp_path: Path) -> None:
    """Every student starts a page, the last page says how many there are, and 40 absences in a row are one row."""
    report = hard_report()
    read = pypdf.PdfReader(report.to_pdf(tmp_path / "hard.pdf"))
    texts = [" ".join(one.extract_text().split()) for one in read.pages]
    starts = [number for number, text in enumerate(texts) if "Missed 40 of 40 school days (100.0 %)" in text]
    assert len(starts) == len(HARD_NAMES)
    assert all("page 1 of" in texts[number] for number in starts)
    assert {tuple(map(float, one.mediabox[2:])) for one in read.pages} == {
        tuple(map(float, read.pages[0].mediabox[2:]))
    }


@pytest.mark.poppler
@pytest.mark.filterwarnings("ignore::mbreports.report.fonts.GlyphWarning")
def test_a_long_word_does_not_shrink_the_page(tmp_path: Path, poppler: None) -> None:  # noqa: ARG001
    """The sentence of a student with a 200-letter name is set as large as anybody's, within the margins."""
    report = hard_report().of_students([2])
    file = report.to_pdf(tmp_path / "long.pdf", students=[2])
    tool = shutil.which("pdftotext")
    assert tool is not None
    boxes = subprocess.run([tool, "-bbox", "-f", "2", file, "-"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">Missed<', boxes)
    assert found is not None
    assert 10 < float(found[2]) - float(found[1]) < 16
    assert max(float(edge) for edge in re.findall(r'xMax="([\d.]+)"', boxes)) < 595 - 40


@pytest.mark.parametrize(("paper", "width"), [("A4", 595), ("Letter", 612)])
def test_the_paper_is_the_look_s(tmp_path: Path, paper: str, width: int) -> None:
    """A4 and US Letter, each page of it."""
    report = mb.AbsenceReport(term_of(CODES), look=mb.Look(paper=paper))  # type: ignore[arg-type]
    read = pypdf.PdfReader(report.to_pdf(tmp_path / "paper.pdf"))
    assert {round(float(one.mediabox.width)) for one in read.pages} == {width}


def test_a_school_s_template_changes_one_block(tmp_path: Path) -> None:
    """A folder laid over ours may replace a block of the student's page, on paper and on the screen."""
    (tmp_path / "student_body.html").write_text(
        '{% extends "mbreports/student_body.html" %}{% block masthead %}<p>Our own head</p>{% endblock %}'
    )
    report = mb.AbsenceReport(term_of(CODES), templates=tmp_path)
    mine = documents_of(report)[1].html
    assert "Our own head" in mine
    assert "The term, day by day" in mine
    assert report.to_html().count("Our own head") == len(CODES)


def test_a_template_s_error_names_file_and_line(tmp_path: Path) -> None:
    """A name that is not there stops the report, and says where it was asked for."""
    (tmp_path / "student_body.html").write_text("<p>\n{{ nobody.there }}</p>")
    report = mb.AbsenceReport(term_of(CODES), templates=tmp_path)
    with pytest.raises(mb.ReportError, match=r"student_body\.html, line 2: 'nobody' is undefined"):
        documents_of(report)


def test_a_term_of_one_day_and_a_school_of_one(tmp_path: Path) -> None:
    """The smallest report has its pages."""
    report = report_of({1: [0]})
    read = pypdf.PdfReader(report.to_pdf(tmp_path / "one.pdf"))
    text = read.pages[-1].extract_text()
    assert "Missed 1 of 1 day (100.0 %): fewer than 10 are too few for a label." in " ".join(text.split())


def test_a_term_without_students_says_so(tmp_path: Path) -> None:
    """No students: one page that says it."""
    empty = mb.TermAttendance.from_frames(students=students_of([]), marks=pd.DataFrame(marks_of({})))
    read = pypdf.PdfReader(mb.AbsenceReport(empty).to_pdf(tmp_path / "none.pdf"))
    assert "This term has no students." in read.pages[0].extract_text()
