"""What stands on the pages about everybody, against the frames; no browser."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pandas as pd
import pypdf
import pytest
from factory import marks_of, students_of, term_of

import mbreports as mb
from mbreports.report import cohort_names, page
from mbreports.report.cohort_page import BAR_WIDTH, cohort_page
from mbreports.report.look import Look

if TYPE_CHECKING:
    from pathlib import Path

    from mbreports.report.cohort_parts import CohortPage, Listing

FORTY = [1] * 40
ENGLAND = mb.Policy.england()


def page_of(report: mb.AbsenceReport) -> CohortPage:
    """The cohort's page of a report."""
    return cohort_page(report, report.look)


def listing_of(report: mb.AbsenceReport, anchor: str) -> Listing:
    """One listing by its anchor."""
    found = page_of(report)
    return found.sections[found.section(anchor) - 1]


def cells_of(report: mb.AbsenceReport, anchor: str) -> list[tuple[str, ...]]:
    """The text of a listing's rows."""
    return [row.cells for row in listing_of(report, anchor).rows]


def html_of(report: mb.AbsenceReport, look: Look | None = None) -> str:
    """The cohort's document for paper."""
    return next(iter(page.print_documents(report, look or report.look))).html


def text_of(html: str) -> str:
    """What a reader sees: no style, no tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", html, flags=re.DOTALL)))


def test_list_holds_every_student_once_by_label_the_worst_first(school: mb.AbsenceReport) -> None:
    """No student is dropped, and no rate is below one that stands under it."""
    listing = listing_of(school, "students")
    assert sorted(row.student_id for row in listing.rows) == sorted(school.students["student_id"])
    labels = [group.name for group in listing.groups]
    assert labels == ["severe chronic", "moderate chronic", "at risk", "satisfactory", "no label"]
    for group in listing.groups:
        rates = [row.keys[2] for row in group.rows]
        assert rates == sorted(rates, reverse=True)


def test_list_prints_the_numbers_of_the_frame(school: mb.AbsenceReport) -> None:
    """Absent of possible, late, unexplained and spells are those of `report.students`."""
    printed = {row.student_id: row.cells for row in listing_of(school, "students").rows}
    for row in school.students.itertuples():
        assert printed[row.student_id][3] == f"{row.absent} of {row.possible}"
        assert printed[row.student_id][5:8] == (str(row.late), str(row.unexcused), str(row.spells))


def test_bands_count_all_students_and_fill_the_bar(school: mb.AbsenceReport) -> None:
    """The counts are those of `report.bands`; the bar is full."""
    bands = page_of(school).bands
    assert {band.name: band.students for band in bands} == dict(
        zip(school.bands["band"], school.bands["students"], strict=True)
    )
    assert sum(band.width for band in bands) == pytest.approx(BAR_WIDTH, abs=0.1)


def test_headline_says_how_many_of_how_many(school: mb.AbsenceReport) -> None:
    """The sentence has its denominators; 11 of 30 is 37 %."""
    found = page_of(school)
    chronic = int(school.students["band"].isin(["moderate chronic", "severe chronic"]).sum())
    assert found.headline == f"{chronic} of 30 students (37 %) are chronically absent"
    absent, possible = school.students["absent"].sum(), school.students["possible"].sum()
    assert f"({absent} of {possible:,} sessions)" in found.rest


@pytest.mark.parametrize(
    ("codes", "headline"),
    [
        ({1: [0] * 5 + [1] * 20}, "1 of 1 student (100 %) is chronically absent"),
        ({1: [1], 2: [0]}, "Nobody has sessions enough for a label yet"),
        ({1: [None] * 5, 2: [None] * 5}, "No attendance of the 2 students is recorded yet."),
    ],
    ids=["one student", "one day", "no mark"],
)
def test_headline_of_small_schools(codes: dict[int, list[int | None]], headline: str) -> None:
    """A school of one, a term of one day, a term without a mark: each has its own true sentence."""
    report = mb.AbsenceReport(term_of(codes))
    assert page_of(report).headline == headline
    assert headline in text_of(html_of(report))


def test_year_groups_go_by_their_grades_in_order(school: mb.AbsenceReport) -> None:
    """ManageBac's "IB Middle Years Group of 2030 (Grade 9)" is printed as Grade 9; 9 stands before 10."""
    assert [cells[0] for cells in cells_of_year_groups(school)] == ["Grade 9", "Grade 10", "Grade 11"]
    assert page_of(school).heading == "Grades 9 to 11"


def cells_of_year_groups(report: mb.AbsenceReport) -> list[tuple[str, ...]]:
    """The rows of the first page's table."""
    return [row.cells for row in page_of(report).year_groups.rows]


def test_year_groups_keep_full_names_where_grades_are_not_distinct() -> None:
    """Two year groups of one grade are told apart by their full names."""
    names = ["MYP Group of 2030 (Grade 9)", "Diploma Group of 2030 (Grade 9)"]
    assert cohort_names.short_names(names) == {name: name for name in names}


def test_year_group_table_adds_up(school: mb.AbsenceReport) -> None:
    """Its rates are of sums: the absences of all year groups are those of the school."""
    rows = page_of(school).year_groups.rows
    assert sum(int(row.keys[2] or 0) for row in rows) == school.students["absent"].sum()


def test_weekday_stands_out_only_where_it_is_much_above_the_rest() -> None:
    """A Friday of several times the usual rate is drawn in the accent; 6 Fridays beside 5 of the others are not."""
    fridays = [0 if place % 5 == 4 and place < 20 else 1 for place in range(40)]
    alike = [0 if place < 25 or place == 29 else 1 for place in range(40)]  # Fridays 6 of 8, others 5
    one, other = (page_of(mb.AbsenceReport(term_of({1: codes, 2: FORTY}))).weekdays for codes in (fridays, alike))
    assert [bar.highest for bar in one] == [False] * 4 + [True]
    assert not any(bar.highest for bar in other)


def test_findings_lead_to_sections_that_are_there(school: mb.AbsenceReport) -> None:
    """Every line of "what needs a look" names a section of the same document."""
    found = page_of(school)
    html = html_of(school)
    for finding in found.findings:
        assert f'id="{finding.anchor}"' in html
        assert f"section {found.section(finding.anchor)}" in text_of(html).replace("\xa0", " ")


def test_unexplained_lists_the_days_of_each_student(school: mb.AbsenceReport) -> None:
    """The list's counts are the unexcused of the frame; days that follow each other are one span."""
    rows = listing_of(school, "unexplained").rows
    counted = {row.student_id: row.keys[2] for row in rows}
    frame = school.students.set_index("student_id")["unexcused"]
    assert counted == frame[frame > 0].to_dict()


def test_can_miss_is_left_out_once_the_term_is_over() -> None:
    """Without sessions to come there is nothing to miss: no column of zeros."""
    codes = {1: FORTY, 2: FORTY}
    over, running = (mb.AbsenceReport(term_of(codes, ends_on=end)) for end in ("2025-10-24", "2025-12-19"))
    assert "Can miss" not in [column.label for column in listing_of(over, "students").columns]
    assert listing_of(running, "students").columns[-1].label == "Can miss"
    assert {len(cells) for cells in cells_of(over, "students")} == {8}


def test_what_a_school_has_not_is_not_shown() -> None:
    """Without year groups and homerooms there is no empty column and no row of nobody's."""
    students = pd.DataFrame({"student_id": [1, 2]})
    report = mb.AbsenceReport(term_of({1: [0] * 20, 2: [1] * 20}, students=students))
    shown = page_of(report)
    assert not shown.year_groups.rows
    assert listing_of(report, "homerooms").note == "No homeroom is given."
    for listing in shown.sections:
        assert "Year group" not in [column.label for column in listing.columns]
        assert {len(row.cells) for row in listing.rows} <= {len(listing.columns)}


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ({1: [0, *[1] * 20], 2: [1] * 21}, "of 1 absence has no explanation yet"),
        ({1: [0] * 20, 2: [1] * 20}, "of 20 absences of chronically absent students have no explanation yet"),
    ],
)
def test_unexplained_are_counted_where_nobody_is_chronic(codes: dict[int, list[int | None]], said: str) -> None:
    """The first finding is never of 0 absences while there are some."""
    assert page_of(mb.AbsenceReport(term_of(codes))).findings[0].text == said


def test_england_s_words_are_used() -> None:
    """A policy's own bands head the groups, with their own rules."""
    report = mb.AbsenceReport(term_of({1: [0] * 6 + [1] * 34, 2: FORTY}), ENGLAND)
    assert [group.name for group in listing_of(report, "students").groups] == ["persistent", "satisfactory"]
    assert "10 % to below 50 %" in text_of(html_of(report))


def test_names_are_escaped_and_isolated(school: mb.AbsenceReport) -> None:
    """A name with markup is text, and its direction does not leave its place."""
    html = html_of(school)
    assert "<script>" not in html
    assert "<bdi>العربي ليلى</bdi>" in html
    assert "&lt;b&gt;Bold&lt;/b&gt;" in html


def test_paper_has_nothing_of_the_screen(school: mb.AbsenceReport) -> None:
    """No script, no form, no button is printed."""
    assert not re.search(r"<(script|form|button|input)\b", html_of(school))


def twelve_groups() -> mb.AbsenceReport:
    """A school of 12 year groups, with something in most findings."""
    ids = list(range(1, 121))
    codes = {number: [0 if place < number % 9 else 1 for place in range(39)] + [14] for number in ids}
    groups = [number % 12 for number in ids]
    students = students_of(ids).assign(year_group_id=groups, year_group=[f"Grade {group + 1}" for group in groups])
    marks = marks_of(codes).drop(columns="year_group_id").merge(students[["student_id", "year_group_id"]])
    marks.loc[(marks["year_group_id"] < 8) & (marks["date"] < "2025-09-10"), "status"] = -1
    return mb.AbsenceReport(term_of(codes, students=students, marks=marks, starts_on="2025-09-01"))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_first_page_of_twelve_year_groups_is_one_page(tmp_path: Path, paper: str) -> None:
    """Warning, bands, year groups, weekdays, findings and the rule stand on one sheet; the list begins the second."""
    report = twelve_groups()
    report.look = Look(paper=paper)
    assert page_of(report).warnings
    texts = [sheet.extract_text() for sheet in pypdf.PdfReader(report.to_pdf(tmp_path / "a.pdf")).pages[:2]]
    assert "How these numbers are made" in texts[0]
    assert "Students by label" in texts[1]


def test_no_heading_stands_alone_at_the_foot_of_a_page(school: mb.AbsenceReport, tmp_path: Path) -> None:
    """Behind each section's heading there is at least its first line on the same page."""
    headings = [listing.heading for listing in page_of(school).sections]
    last_lines = [
        [line for line in sheet.extract_text().splitlines() if line.strip()][-4:]
        for sheet in pypdf.PdfReader(school.to_pdf(tmp_path / "a.pdf", students=[1])).pages
    ]
    assert not [line for lines in last_lines for line in lines if any(line.endswith(head) for head in headings)]


def test_logo_stands_once_in_the_screen_page(school: mb.AbsenceReport, tmp_path: Path) -> None:
    """A logo of 100 kB is not there once per student."""
    logo = tmp_path / "logo.svg"
    logo.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><!-- {"x" * 1000} --></svg>')
    html = page.screen_html(school, Look(logo=logo))
    assert html.count("data:image/svg+xml") <= 2


def test_a_student_s_part_on_the_screen_says_what_the_paper_says(school: mb.AbsenceReport) -> None:
    """The screen's own template of a student, lighter than that of paper, leaves no word out and adds none."""
    screen = page.screen_html(school, Look())
    for document in list(page.print_documents(school, Look()))[1:4]:
        part = re.search(
            rf'<article class="student" id="student-{document.student_id}".*?</article>', screen, re.DOTALL
        )
        assert part is not None
        assert words_of(part[0]) == words_of(document.html[document.html.index("<article") :])


def words_of(html: str) -> list[str]:
    """The words between the drawings, without what only the ear is told."""
    unseen = r'<svg.*?</svg>|<caption.*?</caption>|<thead class="unseen">.*?</thead>'
    return text_of(re.sub(r"</\w+>", r"\g<0> ", re.sub(unseen, "", html, flags=re.DOTALL))).split()


def test_screen_page_grows_by_little_per_student(school: mb.AbsenceReport) -> None:
    """What students' drawings have in common stands once: under 7 kB per student, 10 MB for 1,500 of them."""
    whole, part = (len(page.screen_html(one, Look()).encode()) for one in (school, school.of_students([1])))
    assert (whole - part) / 29 < 7_000


def test_pages_of_bare_frames_are_made() -> None:
    """Only ids and marks: no names, year groups, totals or school days; all is printed all the same."""
    marks = pd.DataFrame({"date": ["2025-09-01"] * 3, "student_id": [1, 2, 3], "status": [0, 1, 99]})
    term = mb.TermAttendance.from_frames(students=pd.DataFrame({"student_id": [1, 2, 3]}), marks=marks)
    text = text_of(html_of(mb.AbsenceReport(term)))
    assert "Student 3" in text
    assert "1 of 3 marks have a code without a meaning" in text


def test_a_part_of_a_report_says_that_it_was_chosen() -> None:
    """Pages about some students never read as if they were about the school."""
    report = mb.AbsenceReport(term_of({1: [0] * 12, 2: [1] * 12, 3: [1] * 12})).of_students([1, 2])
    found = page_of(report)
    assert found.facts.startswith("2 students chosen, of 3 · ")
    assert found.headline == "1 of 2 chosen students (50 %) is chronically absent"
