"""Excusals: which absences they excuse, and what the audit says of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from factory import marks_of, term_of

from mbreports.absence.analysis import AbsenceAnalysis


def excusals(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Excusals of student 1: id, first and last day of September 2025, and the instant of making."""
    return pd.DataFrame(
        [(number, 1, f"2025-09-{first:02}", f"2025-09-{last:02}", made) for number, first, last, made in rows],
        columns=["excusal_id", "student_id", "start_date", "end_date", "created_at"],
    )


def excused(codes: list[int | None], *rows: tuple[Any, ...]) -> list[Any]:
    """Who excused each of student 1's marks, from Monday 1 September on."""
    marks = AbsenceAnalysis(term_of({1: codes}, excusals=excusals(*rows))).marks
    return [None if pd.isna(number) else int(number) for number in marks["excused_by"]]


def audit(codes: list[int | None], *rows: tuple[Any, ...]) -> list[tuple[str, int, str]]:
    """Kind, excusal and day of each finding."""
    found = AbsenceAnalysis(term_of({1: codes}, excusals=excusals(*rows))).audit
    return [(row.kind, int(row.excusal_id), f"{row.date:%d}") for row in found.itertuples()]


def test_both_ends_of_an_excusal_count() -> None:
    """An excusal from Tuesday to Wednesday excuses these two days."""
    assert excused([0, 0, 0, 0], (5, 2, 3, None)) == [None, 5, 5, None]


def test_only_unexcused_marks_change() -> None:
    """Presence, illness and an untaken register stay what they are, and keep their status."""
    term = term_of({1: [1, 10, -1, 0]}, excusals=excusals((5, 1, 4, None)))
    marks = AbsenceAnalysis(term).marks
    assert marks["meaning"].tolist() == ["present", "excused", "unrecorded", "excused"]
    assert marks["excused_by"].notna().tolist() == [False, False, False, True]
    assert marks["status"].tolist() == [1, 10, -1, 0]


def test_of_overlapping_excusals_the_first_made_counts_then_the_lowest_id() -> None:
    """A day is excused once, by the excusal that was made first."""
    assert excused([0, 0], (7, 1, 2, "2025-09-03T08:00Z"), (9, 1, 1, "2025-09-01T08:00Z")) == [9, 7]
    assert excused([0], (7, 1, 1, "2025-09-03T08:00Z"), (6, 1, 1, "2025-09-03T08:00Z")) == [6]
    assert excused([0], (5, 1, 1, None), (6, 1, 1, "2025-09-03T08:00Z")) == [6]


def test_an_excusal_without_an_id_still_excuses() -> None:
    """A school's own list need not have ids."""
    rows = excusals((None, 1, 1, None))
    assert AbsenceAnalysis(term_of({1: [0]}, excusals=rows)).marks["meaning"].tolist() == ["excused"]


@pytest.mark.parametrize(
    ("codes", "rows", "found"),
    [
        ([1], [(5, 1, 1, None)], [("no absence", 5, "01"), ("attended", 5, "01")]),
        ([0, -1], [(5, 1, 2, None)], [("unrecorded", 5, "02")]),
        ([0, 0], [(5, 1, 2, "2025-09-02T07:00Z")], [("sent after", 5, "01")]),
        ([0, 0], [(5, 1, 2, "2025-09-01T07:00Z")], []),
        ([0, 0], [(5, 1, 2, None), (6, 2, 2, None)], [("overlap", 6, "02")]),
        ([0, 0], [(5, 2, 1, None)], [("reversed", 5, "02")]),
        ([10], [(5, 1, 1, None)], []),
        ([0], [(5, 6, 7, None)], [("no absence", 5, "06")]),
    ],
)
def test_the_audit_says_what_excusals_met(codes: list[int | None], rows: list[Any], found: list[Any]) -> None:
    """Each kind of finding appears where it should, and nowhere else."""
    assert audit(codes, *rows) == found


def test_no_excusals_give_an_empty_audit_of_the_same_columns() -> None:
    """Nothing to say is a frame without rows."""
    found = AbsenceAnalysis(term_of({1: [0]})).audit
    assert found.empty
    assert list(found.columns) == ["kind", "student_id", "excusal_id", "date", "detail"]


def test_excusals_of_another_term_are_not_judged() -> None:
    """An excusal before the term, or of days to come, is no finding."""
    rows = excusals((5, 1, 1, None), (6, 3, 3, None), (7, 30, 30, None))
    term = term_of({1: []}, marks=marks_of({1: [1, 1]}, start="2025-09-03"), excusals=rows)
    term = term.replace(starts_on="2025-09-03", ends_on="2025-12-19")
    assert AbsenceAnalysis(term).audit["excusal_id"].tolist() == [6, 6]
