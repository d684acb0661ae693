"""Whose register a mark belongs to: what is a day off is decided for each register by itself."""

from __future__ import annotations

import pandas as pd
from factory import marks_of, students_of, term_of

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.frames.term import TermAttendance

TWO_GROUPS = students_of([1, 2]).assign(year_group_id=[10, 11], year_group=["Grade 9", "Grade 10"])


def possible(term: TermAttendance, basis: str | None = None) -> dict[int, int]:
    """Each student's possible sessions."""
    table = AbsenceAnalysis(term, basis=basis).students
    return dict(zip(table["student_id"], table["possible"], strict=True))


def test_a_mark_without_a_year_group_is_of_its_students() -> None:
    """In an export that names no year group, a day off of one is not taken for missing marks beside the other's."""
    marks = marks_of({1: [1, None, 1], 2: [1, 1, 1]}).drop(columns="year_group_id")
    term = term_of({}, students=TWO_GROUPS, marks=marks)
    assert possible(term) == {1: 2, 2: 3}
    assert AbsenceAnalysis(term).registers["year_group_id"].tolist() == [10, 11, 11, 10, 11]
    assert term.marks["year_group_id"].isna().all()


def test_students_without_a_year_group_share_one_register() -> None:
    """Where nobody has a year group, an empty answer beside marks of others is unrecorded."""
    bare = marks_of({1: [1, None, 1], 2: [1, 1, 1]}).drop(columns="year_group_id")
    term = TermAttendance.from_frames(students=pd.DataFrame({"student_id": [1, 2]}), marks=bare)
    assert possible(term) == {1: 3, 2: 3}


def test_joined_terms_know_the_year_group_of_their_own_time() -> None:
    """A student who is in Grade 10 by now had the days off of Grade 9 in the term before."""
    autumn = term_of(
        {}, students=TWO_GROUPS, marks=marks_of({1: [1, None, 1], 2: [1, 1, 1]}).drop(columns="year_group_id")
    )
    moved = TWO_GROUPS.assign(year_group_id=[11, 11])
    spring = term_of({}, students=moved, marks=marks_of({1: [1], 2: [1]}, start="2026-01-05", year_group_id=11))
    assert possible(TermAttendance.join([autumn, spring])) == {1: 3, 2: 4}


def test_a_class_is_one_register_whatever_the_year_groups_of_its_students() -> None:
    """An empty answer beside a classmate's mark is unrecorded, also where the two are of different year groups."""
    lessons = pd.concat(
        [marks_of({1: [1, None, 1]}), marks_of({2: [1, 1, 1]}, year_group_id=11)], ignore_index=True
    ).assign(class_id=7, period=1)
    term = term_of({}, students=TWO_GROUPS, class_marks=lessons)
    assert possible(term, "class") == {1: 3, 2: 3}
    registers = AbsenceAnalysis(term, basis="class").registers
    assert registers["students"].tolist() == [2, 2, 2]
    assert registers["year_group_id"].isna().all()


def test_a_class_of_one_year_group_keeps_it() -> None:
    """A register of a class whose students are all of one year group says which."""
    lessons = marks_of({1: [1]}).assign(class_id=7, period=1)
    registers = AbsenceAnalysis(term_of({1: []}, class_marks=lessons), basis="class").registers
    assert registers["year_group_id"].tolist() == [10]


def test_an_adjustment_finds_every_name_that_a_code_has_had() -> None:
    """Where a school renames a code in the middle of a term, an adjustment by either name goes to it."""
    marks = marks_of({1: [0, 0, 1] * 5}).assign(label=["Missing", "Away", "Here"] * 5)
    office = pd.DataFrame({"student_id": [1, 1], "label": ["Missing", "Away"], "adjustment": [-1, -2]})
    table = AbsenceAnalysis(term_of({1: []}, marks=marks, adjustments=office)).students
    assert table["unexcused"].tolist() == [10 - 3]


def test_year_groups_without_a_name_go_by_their_id() -> None:
    """The table is by year group also where these have ids alone."""
    students = pd.DataFrame({"student_id": [1, 2, 3], "year_group_id": [11, 10, 11], "last_name": ["A", "B", "C"]})
    table = AbsenceAnalysis(TermAttendance.from_frames(students=students, marks=pd.DataFrame())).students
    assert table["student_id"].tolist() == [2, 1, 3]


def test_terms_of_one_name_in_two_years_are_told_apart() -> None:
    """Term by term means this year's first term and last year's, not both as one."""
    terms = pd.DataFrame(
        {
            "name": ["Term 1", "Term 2", "Term 1"],
            "academic_year": ["2024-25", "2024-25", "2025-26"],
            "starts_on": ["2024-09-02", "2025-01-06", "2025-09-01"],
            "ends_on": ["2024-12-20", "2025-06-20", "2025-12-19"],
        }
    )
    marks = pd.concat([marks_of({1: [0]}, start=day) for day in ("2024-09-02", "2025-01-06", "2025-09-01")])
    rates = AbsenceAnalysis(term_of({1: []}, marks=marks, terms=terms)).term_rates
    assert rates["term"].tolist() == ["Term 1, 2024-25", "Term 1, 2025-26", "Term 2"]
