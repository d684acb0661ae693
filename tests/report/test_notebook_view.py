"""What a notebook's cell shows of a report."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pandas as pd
import pytest
from factory import marks_of, students_of, term_of

from mbreports.report.absence_report import AbsenceReport
from mbreports.report.look import Look

CODES = {1: [0, 0, *[1] * 14], 2: [1] * 16, 3: [0, 1] * 8, 4: [None] * 16}


def report_of(codes: Any = CODES, **parts: Any) -> AbsenceReport:
    """A report of such marks."""
    return AbsenceReport(term_of(codes, **parts))


def text_of(html: str) -> str:
    """What one reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_report_shows_its_bands_and_the_highest_rates() -> None:
    """Title, who and when; counts with their denominators; the students with the highest rates first."""
    shown = text_of(report_of(as_of="2025-09-22")._repr_html_())
    assert "Absence report, Term 1 Example School · 4 students · 16 school days · as of 22 September 2025" in shown
    assert "2 of 4 students (50 %) are chronically absent; absence is 20.8 % (10 of 48 sessions)" in shown
    assert shown.index("王小明") < shown.index("Thị Minh Khai Nguyễn") < shown.index("Chloé O'Neill")
    assert "8 of 16 50.0 % severe chronic 3" in shown


def test_big_school_stays_small() -> None:
    """1,500 students: below 100 kB, ten of them named, and the word where the others are."""
    ids = range(1, 1501)
    marks = pd.concat(
        [marks_of({1: [0] * (number % 4) + [1] * (12 - number % 4)}).assign(student_id=number) for number in ids]
    )
    report = AbsenceReport(term_of({}, students=students_of(ids), marks=marks))
    html = report._repr_html_()
    assert len(html.encode()) < 100_000
    assert "10 of 1,500; all of them: .students" in text_of(html)


def test_colours_are_the_notebook_s_own() -> None:
    """No colour of ours but a see-through grey: it reads on light and on dark; nothing is loaded or run."""
    html = report_of()._repr_html_()
    assert not re.search(r"(?<![-\w])color:|#[0-9a-f]{3,6}\b|\bwhite\b(?!-)|\bblack\b", html)
    assert not re.search(r"<script|<link|<style|src=|href=|url\(", html)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "\u202eevil", "a\x00b", "w" * 200, "😀", "$x$"]
)
def test_name_cannot_break_out(name: str) -> None:
    """A name is text, whatever it holds."""
    students = students_of(list(CODES)).assign(last_name=name, first_name="")
    html = report_of(students=students)._repr_html_()
    assert "<script" not in html
    assert "49" not in text_of(html)
    assert not set(html) & {"\u202e", "\x00"}


@pytest.mark.parametrize("codes", [{7: [1]}, {7: [None]}], ids=["one day", "no session"])
def test_smallest_school_shows_itself(codes: Any) -> None:
    """One student and one day, or none."""
    assert "1 student" in text_of(report_of(codes)._repr_html_())


def test_school_s_own_look_is_shown() -> None:
    """Its name and title."""
    report = AbsenceReport(term_of(CODES), look=Look(name="Our School", title="Who was here"))
    assert text_of(report._repr_html_()).startswith("Who was here Our School")


def test_report_says_in_one_line_what_it_is_of() -> None:
    """What a plain Python prompt shows: policy, basis and term, and nothing of any student."""
    told = repr(report_of())
    assert told.startswith("<AbsenceReport 'Attendance Works', by homeroom, of <TermAttendance ")
    assert "\n" not in told
