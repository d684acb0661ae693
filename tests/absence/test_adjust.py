"""Adjustments on top of the marks, and the check against ManageBac's totals."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from factory import marks_of, term_of

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.policy import Policy

LABELS = {-1: "Present", 0: "Absent", 1: "Present", 2: "Late", 10: "Health", 15: "Trip", 16: "Trip"}


def report_of(
    codes: dict[int, list[int | None]], office: list[tuple[int, str, int]], policy: Policy | None = None, **parts: Any
) -> AbsenceAnalysis:
    """A report of labelled marks and the office's adjustments."""
    marks = marks_of(codes).assign(label=lambda rows: rows["status"].map(LABELS))
    adjustments = pd.DataFrame(office, columns=["student_id", "label", "adjustment"])
    return AbsenceAnalysis(term_of(codes, marks=marks, adjustments=adjustments, **parts), policy)


def totals(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(student, code, LABELS[code], count) for student, code, count in rows],
        columns=["student_id", "status", "label", "count"],
    )


def test_an_adjustment_is_added_to_the_code_of_its_label() -> None:
    """Two more absences count in absent and in possible."""
    row = report_of({1: [1, 0]}, [(1, "Absent", 2)]).students.iloc[0]
    assert (row["absent"], row["possible"]) == (3, 4)


def test_present_means_code_1_never_the_untaken_register() -> None:
    """A label that −1 and 1 share goes to 1, also for a student who has only −1."""
    report = report_of({1: [-1, -1], 2: [1, 1]}, [(1, "Present", 1)])
    assert report.adjustments["status"].tolist() == [1]


def test_a_label_is_looked_for_in_the_term_then_the_categories_then_the_default_names() -> None:
    """Each source serves where the ones before have nothing."""
    categories = pd.DataFrame({"status": [17], "label": ["Clinic"]})
    office = [(1, "Health", 1), (1, "Clinic", 1), (1, "Fieldtrip", 1), (1, "Nonsense", 1)]
    found = report_of({1: [1], 2: [10]}, office, categories=categories).adjustments
    assert found["status"].fillna(-9).tolist() == [10, 17, 12, -9]
    assert "no code is called 'Nonsense'" in found["remark"].iloc[3]


def test_of_two_codes_under_one_label_the_lowest_gets_it_and_it_is_said() -> None:
    """Two recorded codes of one name are a question for the school."""
    found = report_of({1: [15, 16]}, [(1, "Trip", 1)]).adjustments.iloc[0]
    assert found["status"] == 15
    assert "two codes are called 'Trip'" in found["remark"]


def test_no_count_falls_below_0_and_what_did_not_fit_is_reported() -> None:
    """Taking three of two absences takes two."""
    report = report_of({1: [0, 0, 1]}, [(1, "Absent", -3)])
    assert report.students["absent"].tolist() == [0]
    assert report.adjustments[["applied", "not_fitting"]].to_numpy().tolist() == [[-2, -1]]


def test_adjustments_of_one_code_are_added_up_before_they_are_applied() -> None:
    """−3 and +2 are −1, in whichever order they come."""
    for office in ([(1, "Absent", -3), (1, "Absent", 2)], [(1, "Absent", 2), (1, "Absent", -3)]):
        assert report_of({1: [0, 0]}, office).students["absent"].tolist() == [1]


def test_a_reduction_takes_unexcused_before_excused_absences() -> None:
    """The office's correction does not undo what a parent explained."""
    excusals = pd.DataFrame({"student_id": [1], "start_date": ["2025-09-01"], "end_date": ["2025-09-01"]})
    row = report_of({1: [0, 0]}, [(1, "Absent", -1)], excusals=excusals).students.iloc[0]
    assert (row["excused"], row["unexcused"]) == (1, 0)


def test_an_added_absence_is_unexcused_even_where_all_marks_are_excused() -> None:
    """Nobody explained what the office added."""
    excusals = pd.DataFrame({"student_id": [1], "start_date": ["2025-09-01"], "end_date": ["2025-09-01"]})
    row = report_of({1: [0]}, [(1, "Absent", 1)], excusals=excusals).students.iloc[0]
    assert (row["excused"], row["unexcused"]) == (1, 1)


def test_left_adjustments_are_shown_and_not_added() -> None:
    """The policy may leave them."""
    report = report_of({1: [0]}, [(1, "Absent", 5)], Policy(adjustments="leave"))
    assert report.students["absent"].tolist() == [1]
    assert report.adjustments["applied"].tolist() == [0]


def test_lates_count_as_absences_where_the_policy_says_so() -> None:
    """Three lates are one more unexcused absence; possible and late stay."""
    row = report_of({1: [2] * 7 + [1]}, [], Policy(lates_per_absence=3)).students.iloc[0]
    assert (row["absent"], row["unexcused"], row["attended"], row["possible"], row["late"]) == (2, 2, 6, 8, 7)


def test_a_student_without_marks_stays() -> None:
    """Nothing possible, no rate, no label, but a row."""
    row = report_of({1: [], 2: [1]}, []).students.set_index("student_id").loc[1]
    assert row["possible"] == 0
    assert pd.isna(row["absence_rate"])
    assert pd.isna(row["band"])


@pytest.mark.parametrize(
    ("rows", "answer", "evidence"),
    [
        ([(1, 0, 2), (2, 0, 1)], True, (2, 2)),
        ([(1, 0, 1), (2, 0, 0)], False, (2, 2)),
        ([(1, 0, 2), (2, 0, 0)], None, (1, 2)),
        ([(1, 0, 7), (2, 0, 7)], None, (0, 2)),
        ([], None, (0, 2)),
    ],
)
def test_whether_totals_hold_adjustments_is_found_out(
    rows: list[tuple[int, int, int]], answer: bool | None, evidence: tuple[int, int]
) -> None:
    """True, False, or None where the data does not tell; with how many agree of how many."""
    office = [(1, "Absent", 1), (2, "Absent", 1)]
    report = report_of({1: [0, 1], 2: [1, 1]}, office, totals=totals(*rows))
    assert report.totals_hold_adjustments is answer
    assert report.totals_evidence[1] == evidence


def test_only_codes_that_differ_are_listed() -> None:
    """A missing and a wrong total each make a row; an equal one none."""
    report = report_of({1: [0, 1, 2]}, [], totals=totals((1, 0, 1), (1, 1, 3)))
    found = report.reconciliation[["status", "from_marks", "in_total", "difference"]]
    assert found.to_numpy().tolist() == [[1, 1, 3, 2], [2, 1, 0, -1]]


def test_totals_that_hold_the_adjustments_reconcile() -> None:
    """Marks and adjustments together are what ManageBac shows."""
    report = report_of({1: [0, 1]}, [(1, "Absent", 2)], totals=totals((1, 0, 3), (1, 1, 1)))
    assert report.totals_hold_adjustments is True
    assert report.reconciliation.empty


def test_without_totals_there_is_nothing_to_reconcile() -> None:
    """A school's own frames need no totals."""
    assert report_of({1: [0, 1]}, []).reconciliation.empty
