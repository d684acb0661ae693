"""What stands on a student's page."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from factory import days, marks_of, students_of, term_of

import mbreports as mb
from mbreports.report import page
from mbreports.report.student_height import runs_over
from mbreports.report.student_page import StudentPages, make_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mbreports.report.student_parts import StudentPage

PRESENT = [1] * 20


def page_of(
    codes: dict[int, Sequence[int | None]], student: int = 1, *, policy: Any = None, **parts: Any
) -> StudentPage:
    """One student's page of a small term."""
    return StudentPages(mb.AbsenceReport(term_of(codes, **parts), policy)).page(student)


def excusal(first: str, last: str, made: str, comment: str = "", number: int = 5) -> pd.DataFrame:
    """One excusal of student 1."""
    return pd.DataFrame(
        {
            "excusal_id": [number],
            "student_id": [1],
            "start_date": [first],
            "end_date": [last],
            "comment": [comment],
            "created_at": [made],
        }
    )


def test_the_sentence_gives_counts_rate_and_label() -> None:
    """The sentence that matters has what was missed, of how much, the rate and the label."""
    page = page_of({1: [0, 0, *PRESENT[:18]]})
    assert page.headline == "Missed 2 of 20 school days (10.0 %): moderate chronic absence."
    assert page.rest == "None of the 2 is explained yet."


def test_a_rate_below_a_bound_never_reads_as_the_bound() -> None:
    """20 of 201 prints with as many decimals as its label needs."""
    page = page_of({1: [0] * 20 + [1] * 181})
    assert "(9.95 %): at risk" in page.headline


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([0, 10], "1 of the 2 is explained."),
        ([10, 10], "Both are explained."),
        ([10], "It is explained."),
        ([0], "It has no explanation yet."),
    ],
)
def test_explained_by_the_code(codes: list[int], said: str) -> None:
    """Absences with a code of their own count as explained, though by no parent."""
    assert page_of({1: [*codes, *PRESENT]}).rest == said


def test_explained_by_a_parent() -> None:
    """An excusal's absences are the parent's explanation."""
    excusals = excusal("2025-09-01", "2025-09-02", "2025-09-02T08:00:00Z")
    page = page_of({1: [0, 0, 0, *PRESENT]}, excusals=excusals)
    assert page.rest == "A parent explained 2 of the 3."


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([2] * 6, "Both stand for lates: every 3 lates count as one absence."),
        ([2] * 3, "It stands for lates: every 3 lates count as one absence."),
        (
            [2, 2, 2, 0, 0, 10],
            "1 of the 4 stands for lates: every 3 lates count as one absence. 1 of the other 3 is explained.",
        ),
        (
            [2, 2, 2, 0],
            "1 of the 2 stands for lates: every 3 lates count as one absence. The other one has no explanation yet.",
        ),
    ],
)
def test_lates_that_count_as_absences_are_called_lates(codes: list[int], said: str) -> None:
    """No family is asked to explain an absence on a day on which the child came."""
    page = page_of({1: [*codes, *PRESENT]}, policy=mb.Policy(lates_per_absence=3))
    assert page.rest == said
    assert page.figures[2].words == f"times late, of {len(codes) + 20} days"
    assert page.figures[1].words.endswith(f"without explanation, {codes.count(2) // 3} of them for lates")


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([], "Both are corrections by the office, without a date."),
        ([0], "2 of the 3 are corrections by the office, without a date. The other one has no explanation yet."),
        ([10, 10], "2 of the 4 are corrections by the office, without a date. All of the other 2 are explained."),
    ],
)
def test_corrections_are_not_called_unexplained(codes: list[int], said: str) -> None:
    """An absence that the office entered has no day that a parent could explain."""
    adjustments = pd.DataFrame({"student_id": [1], "label": ["Absent"], "adjustment": [2]})
    assert page_of({1: [*codes, *PRESENT]}, adjustments=adjustments).rest == said


def test_a_term_that_is_over_holds_nothing_out() -> None:
    """After the last day nothing can be missed any more, nor made good."""
    school_days = pd.DataFrame({"date": days(10)})
    parts = {"school_days": school_days, "ends_on": "2025-09-12", "as_of": "2025-09-12"}
    assert page_of({1: [0, 0, *PRESENT[:8]]}, **parts).rest.endswith("No school day of the term is left.")


@pytest.mark.parametrize(
    ("code", "label", "said"),
    [
        (0, "Absent", "Absent (unexplained)"),
        (10, "Sick", "Sick (absent, explained)"),
        (13, "Excused absence", "Excused absence"),
        (2, "Late", "Late (attended)"),
        (12, "Fieldtrip", "Fieldtrip (attended)"),
        (16, "Online", "Online (not counted)"),
    ],
)
def test_the_legend_says_nothing_twice(code: int, label: str, said: str) -> None:
    """A code stands in the school's word; what the word does not say stands behind it."""
    codes = [code, *PRESENT]
    marks = marks_of({1: codes}).assign(label=[label, *["Present"] * 20])
    assert said in [key.words for key in page_of({1: codes}, marks=marks).keys]


def test_what_is_to_come_is_said_against_the_threshold() -> None:
    """With days to come the page says how many can still be missed, none, or that it is past."""
    school_days = pd.DataFrame({"date": days(20)})
    parts = {"school_days": school_days, "ends_on": "2025-09-26", "as_of": "2025-09-12"}
    ahead = {codes: page_of({1: [0] * codes + [1] * (10 - codes)}, **parts).rest for codes in (0, 1, 2)}
    assert ahead[0].endswith("Of the 10 days to come, 1 can still be missed to finish the term below 10 %.")
    assert ahead[1].endswith("None of the 10 days to come can be missed to finish the term below 10 %.")
    assert ahead[2].endswith("the term can no longer end below 10 %; at best attendance ends at 90.0 %.")


def test_a_student_without_marks_has_a_page() -> None:
    """The page says that there is nothing to say, and shows no figures."""
    page = page_of({1: [None] * 5, 2: [1] * 5})
    assert page.headline == "No attendance is recorded."
    assert page.figures == ()
    assert page.absences == ()


def test_figures_carry_their_denominators() -> None:
    """Each of the five numbers says of what it is a part."""
    page = page_of({1: [0, 0, 1, 2, 10, *PRESENT[:15]]})
    assert [(figure.number, figure.words) for figure in page.figures] == [
        ("3", "of 20 days absent"),
        ("2", "of 3 without explanation"),
        ("1", "time late, of 17 days attended"),
        ("2", "spells of absence, longest 2 days"),
        ("15", "school days since the last absence"),
    ]


def test_a_column_of_notes_stands_where_there_are_notes() -> None:
    """An empty column takes no room."""
    marks = marks_of({1: [0, *PRESENT]})
    for noted in (True, False):
        report = mb.AbsenceReport(term_of({1: []}, marks=marks.assign(note="Fever." if noted else "")))
        *_, document = page.print_documents(report, report.look, cohort=False)
        assert (">Note</th>" in document.html) is noted


def test_a_child_who_missed_nothing_reads_nothing_of_uncertain_rates() -> None:
    """Without an absence no range of rates is held against the child, and the page says that there is none."""
    page = page_of({1: PRESENT})
    assert page.headline == "Missed none of 20 school days: satisfactory attendance."
    assert [figure.words for figure in page.figures][-1] == "no absence"
    assert not any("longer time" in note for note in page.footnotes)
    assert any("longer time" in note for note in page_of({1: [0, *PRESENT]}).footnotes)


def test_the_list_of_absences_holds_every_one() -> None:
    """The rows' sessions add up to the absences that have a date, newest first."""
    page = page_of({1: [0, 0, 1, 10, 10, 0, 1, 0, *PRESENT]})
    assert [row.recorded_as for row in page.absences] == ["Absent", "Absent", "Health, 2 days", "Absent, 2 days"]
    assert [row.when for row in page.absences] == ["Wed 10 Sep", "Mon 8 Sep", "Thu 4 – Fri 5 Sep", "Mon 1 – Tue 2 Sep"]


def test_absences_with_different_notes_stand_in_rows_of_their_own() -> None:
    """Nothing that a teacher wrote is lost in a summary."""
    marks = marks_of({1: [0, 0, 1]}).assign(note=["Fever.", "Still ill.", ""])
    page = page_of({1: [0, 0, 1]}, marks=marks)
    assert [row.note for row in page.absences] == ["Still ill.", "Fever."]


def test_an_explanation_names_the_day_and_the_words() -> None:
    """A parent's excusal shows when it was sent, whether after the fact, and its comment."""
    page = page_of(
        {1: [0, *PRESENT]}, excusals=excusal("2025-09-01", "2025-09-01", "2025-09-03T08:00:00Z", "Was sick.")
    )
    assert page.absences[0].explanation == "Parent, 3 Sep (after): Was sick."


def test_an_excusal_without_an_id_still_explains() -> None:
    """A school's own frame may have no ids; the excusal that holds the day is shown all the same."""
    excusals = excusal("2025-09-01", "2025-09-01", "2025-09-01T08:00:00Z", "Dentist.").drop(columns="excusal_id")
    assert page_of({1: [0, *PRESENT]}, excusals=excusals).absences[0].explanation == "Parent, 1 Sep: Dentist."


def test_the_calendar_has_a_letter_in_every_cell_that_matters() -> None:
    """Absent, late and unrecorded sessions carry a letter; attended ones are dots, one each."""
    page = page_of({1: [0, 10, 2, -1, 1, 1, 1], 2: [1] * 7})
    assert page.calendar is not None
    letters = {cells.kind: [label.text for label in cells.letters] for cells in page.calendar.cells}
    assert letters == {"open": ["A"], "explained": ["H"], "late": ["L"], "unrecorded": ["?"]}
    assert page.calendar.present.count("M") == 3


def test_a_cell_stands_in_the_column_of_its_week_and_the_row_of_its_weekday() -> None:
    """The same weekday of two weeks shares a row; two days of a week share a column."""
    page = page_of({1: [0, 0, 1, 1, 1, 0, 1]})
    assert page.calendar is not None
    (cells,) = page.calendar.cells
    monday, tuesday, next_monday = cells.letters
    assert monday.x == tuesday.x < next_monday.x
    assert monday.y == next_monday.y < tuesday.y


def test_days_without_school_are_apart_from_days_outside_enrolment() -> None:
    """A day off of the year group is hatched; a day on which only others were marked is a dash."""
    page = page_of({1: [None, 1, None, *PRESENT[:7]], 2: [1, 1, None, *PRESENT[:7]]})
    assert page.calendar is not None
    assert page.calendar.not_enrolled.count("M") == 1
    assert page.calendar.holidays.count("M") == 1


def test_a_school_week_may_begin_on_sunday() -> None:
    """Where the school works from Sunday to Thursday, Sunday is the first row."""
    dates = pd.to_datetime(["2025-09-07", "2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11"])
    marks = pd.DataFrame({"date": dates, "student_id": 1, "status": [0, 1, 1, 1, 1]})
    page = page_of({1: []}, marks=marks, students=students_of([1]))
    assert page.calendar is not None
    assert [label.text for label in page.calendar.rows] == ["Sun", "Mon", "Tue", "Wed", "Thu"]


def test_several_sessions_a_day_have_a_row_each() -> None:
    """Two periods a day make two rows of a weekday, and a bar each; a session is no longer called a day."""
    one = marks_of({1: [0, *PRESENT[:9]]})
    marks = pd.concat([one.assign(period=1), one.assign(period=2, status=1)])
    page = page_of({1: []}, marks=marks, students=students_of([1]))
    assert page.headline.startswith("Missed 1 of 20 sessions (5.0 %)")
    assert [(bar.label, bar.count) for bar in page.periods] == [("1", "1 of 10"), ("2", "0 of 10")]
    assert page.absences[0].when == "Mon 1 Sep, period 1"


def test_two_lessons_in_one_period_show_the_absence() -> None:
    """Where two marks share a cell, the absence is drawn, not the presence."""
    one = marks_of({1: [1] * 3}).assign(period=1)
    marks = pd.concat([one.assign(class_id=7, status=0), one.assign(class_id=8)])
    pages = StudentPages(
        mb.AbsenceReport(
            mb.TermAttendance.from_frames(students=students_of([1]), marks=marks.iloc[:0], class_marks=marks),
            basis="class",
        )
    )
    calendar = pages.page(1).calendar
    assert calendar is not None
    assert [(cells.kind, len(cells.letters)) for cells in calendar.cells] == [("open", 3)]
    assert calendar.present == ""


def test_the_legend_holds_the_codes_of_the_page_and_no_other() -> None:
    """A code that only another student has is not explained here."""
    page = page_of({1: [0, *PRESENT], 2: [12, *PRESENT]})
    assert [key.letter for key in page.keys] == ["A", "·"]


def test_the_year_group_s_line_needs_enough_students() -> None:
    """In a group below `min_cell` a line would tell of single students, so there is none."""
    few, many = {1: PRESENT, 2: PRESENT}, dict.fromkeys(range(1, 12), PRESENT)
    drawn = [page_of(codes).weeks for codes in (few, many)]
    assert [weeks is not None and bool(weeks.line) for weeks in drawn] == [False, True]


def test_no_other_student_is_named() -> None:
    """Neither name nor id of anybody else is in what a page holds."""
    codes = {1: [0, *PRESENT], 2: [0, 0, *PRESENT], 3: PRESENT}
    said = repr(page_of(codes))
    others = students_of([1, 2, 3]).iloc[1:]
    for name in (*others["last_name"], *others["first_name"], *others["school_id"]):
        assert name not in said


def test_unrecorded_days_are_said_to_be_uncertain() -> None:
    """Days, rule and what the label would be stand in a footnote."""
    page = page_of({1: [-1, *PRESENT[:9]], 2: [1] * 10})
    assert page.footnotes[0] == (
        "1 day (Mon 1 Sep) has no entry in the register: counted as attended, as ManageBac shows it. "
        "If it were missed, the label would be “moderate chronic”."
    )


def test_adjustments_stand_in_a_footnote() -> None:
    """A correction by the office has no date, so it is in no row; it is said."""
    adjustments = pd.DataFrame({"student_id": [1], "label": ["Absent"], "adjustment": [2]})
    page = page_of({1: PRESENT}, adjustments=adjustments)
    assert page.headline.startswith("Missed 2 of 22")
    assert any("Corrections by the office, which have no date (counted): Absent +2." in note for note in page.footnotes)


def test_the_comparison_is_printed_as_whole_numbers() -> None:
    """The rule behind the label can be checked by hand."""
    assert any("10 × 2 ≥ 1 × 20" in note for note in page_of({1: [0, 0, *PRESENT[:18]]}).footnotes)


def test_a_difference_from_the_totals_is_said() -> None:
    """The foot says whether the student's numbers reconcile, and what differs."""
    totals = pd.DataFrame({"student_id": [1], "status": [1], "label": ["Present"], "count": [21]})
    assert page_of({1: PRESENT}, totals=totals.assign(count=20)).reconciles == "reconciles with ManageBac’s totals"
    assert page_of({1: PRESENT}, totals=totals).reconciles == (
        "differs from ManageBac’s totals: Present 21 there, 20 here"
    )


def test_a_part_of_a_report_keeps_the_whole_s_measure() -> None:
    """A student's page is the same whether everybody's pages are made or this one alone."""
    codes = {1: [0, *PRESENT], 2: [10, *PRESENT], **dict.fromkeys(range(3, 14), PRESENT)}
    report = mb.AbsenceReport(term_of(codes))
    assert StudentPages(report.student(2)).page(2) == StudentPages(report).page(2)


def test_a_joined_year_says_each_term() -> None:
    """In a report of several terms the page gives the rate of each."""
    terms = [
        term_of(
            {1: codes},
            marks=marks_of({1: codes}, start=start),
            term_name=name,
            starts_on=start,
            ends_on=end,
            terms=pd.DataFrame({"name": [name], "starts_on": [start], "ends_on": [end]}),
        )
        for name, codes, start, end in (
            ("Term 1", [0, *PRESENT[:9]], "2025-09-01", "2025-12-19"),
            ("Term 2", PRESENT[:10], "2026-01-05", "2026-03-27"),
        )
    ]
    page = StudentPages(mb.AbsenceReport(mb.TermAttendance.join(terms))).page(1)
    assert "Term 1: 1 of 10 (10.0 %); Term 2: 0 of 10 (0.0 %)." in page.rest
    assert "these terms" in page.rest


@pytest.mark.parametrize(("spells", "over"), [(1, False), (9, True), (40, False)])
def test_a_page_that_runs_over_a_little_is_known(spells: int, *, over: bool) -> None:
    """A browser's print closes up the pages that the PDF closes up: neither short ones nor those of many sheets."""
    page = page_of({1: [0, 1] * spells + PRESENT})
    assert runs_over(page, "The rule. " * 20, "A4") is over
    assert runs_over(page, "The rule. " * 20, "Letter") is over


def test_the_sheet_says_the_rule_without_the_others() -> None:
    """The rule on a student's page speaks of nobody else's numbers."""
    report = mb.AbsenceReport(term_of({1: [0, -1, 1], 2: [-1, -1, 1]}, ends_on=dt.date(2025, 12, 19)))
    sheet = make_sheet(report, report.look)
    assert "Label by Attendance Works: at risk from 5 %, moderate chronic from 10 %" in sheet.rule
    assert not re.search(r"\(\d+\)", sheet.rule)


def test_corrections_of_homeroom_are_not_counted_among_classes() -> None:
    """A page of class marks shows the office's corrections, and says that they are not counted."""
    marks = marks_of({1: PRESENT}).assign(period=1, class_id=7)
    term = mb.TermAttendance.from_frames(
        students=students_of([1]),
        marks=marks.iloc[:0],
        class_marks=marks,
        adjustments=pd.DataFrame({"student_id": [1], "label": ["Absent"], "adjustment": [2]}),
    )
    page = StudentPages(mb.AbsenceReport(term, basis="class")).page(1)
    assert page.headline.startswith("Missed none of 20")
    assert any("which have no date (shown, not counted): Absent +2." in note for note in page.footnotes)


def test_a_school_s_own_band_is_written_as_the_school_writes_it() -> None:
    """Capitals of a band's name stay in the sentence and in the comparison."""
    policy = mb.Policy(bands=[("Fine", 0), ("Tier A", "10 %")], chronic="Tier A")
    page = page_of({1: [0, 0, *PRESENT[:18]]}, policy=policy)
    assert page.headline.endswith(": Tier A.")
    assert any("so Tier A." in note for note in page.footnotes)


def test_what_is_left_out_may_change_the_label_too() -> None:
    """Where unrecorded days are left out, the page still says what the label would be if they were missed."""
    page = page_of({1: [-1, -1, *PRESENT[:10]], 2: [1] * 12}, policy=mb.Policy(unrecorded="exclude"))
    assert "If all of them were missed, the label would be “moderate chronic”." in page.footnotes[0]
