"""Several terms as one year: rates over it, term by term, without a reset when a student moves."""

from __future__ import annotations

import pandas as pd
import pytest
from factory import marks_of, students_of, term_of

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.frames.term import TermAttendance


@pytest.fixture
def year() -> AbsenceAnalysis:
    """Student 1 moves to year group 11 between two terms, absent at the end of one and at the start of the next."""
    office = pd.DataFrame({"student_id": [1], "label": ["Absent"], "adjustment": [1]})
    autumn = term_of(
        {1: [1, 1, 1, 0, 0], 2: [1] * 5},
        adjustments=office,
        totals=pd.DataFrame({"student_id": [1, 1, 2], "status": [1, 0, 1], "count": [3, 3, 5]}),
        starts_on="2025-09-01",
        ends_on="2025-09-05",
        term_name="Term 1",
    )
    spring = term_of(
        {},
        students=students_of([1]).assign(year_group_id=11, year_group="Grade 10"),
        marks=marks_of({1: [0, 1, 1, 1, 1]}, start="2026-01-05", year_group_id=11),
        adjustments=office,
        totals=pd.DataFrame({"student_id": [1, 1], "status": [1, 0], "count": [4, 2]}),
        starts_on="2026-01-05",
        ends_on="2026-01-09",
        term_name="Term 2",
    )
    return AbsenceAnalysis(TermAttendance.join([spring, autumn]))


def row_of(report: AbsenceAnalysis, student: int) -> pd.Series:
    return report.students.set_index("student_id").loc[student]


def test_counts_are_those_of_the_year(year: AbsenceAnalysis) -> None:
    """Marks and adjustments of both terms are added up, whatever the year group was."""
    row = row_of(year, 1)
    assert (row["absent"], row["possible"], row["band"]) == (3 + 2, 10 + 2, "severe chronic")
    assert row["year_group"] == "Grade 10"


def test_the_terms_stand_beside_one_another(year: AbsenceAnalysis) -> None:
    """Term by term, a student has the sessions that lie in it."""
    rates = year.term_rates.set_index(["term", "student_id"])["absence_rate"]
    assert rates.to_dict() == {("Term 1", 1): 0.4, ("Term 1", 2): 0.0, ("Term 2", 1): 0.2}


def test_a_spell_goes_on_after_the_holidays(year: AbsenceAnalysis) -> None:
    """Days that are no sessions lie between the terms: they neither break nor lengthen a run."""
    row = row_of(year, 1)
    assert (row["spells"], row["longest_spell"], row["days_since_last_absence"]) == (1, 3, 4)


def test_a_year_that_adds_up_reconciles(year: AbsenceAnalysis) -> None:
    """ManageBac's totals of both terms hold the adjustments of both, and nothing differs."""
    assert year.totals_hold_adjustments is True
    assert year.reconciliation.empty


def test_who_left_after_the_first_term_stays_on_the_list(year: AbsenceAnalysis) -> None:
    """A student of the first term alone has its sessions."""
    assert row_of(year, 2)["possible"] == 5
