"""A report's frames belong to whoever asks for them."""

from __future__ import annotations

import copy

import pytest
from factory import term_of

from mbreports.absence.analysis import AbsenceAnalysis


@pytest.mark.parametrize("name", ["students", "marks", "registers", "quality"])
def test_changing_a_table_does_not_change_the_report(name: str) -> None:
    """New columns and changed cells stay with the table that was asked for."""
    report = AbsenceAnalysis(term_of({1: [0, 1, 1], 2: [1, 1, 0]}))
    table, before = getattr(report, name), copy.deepcopy(getattr(report, name))
    table["mine"] = 1
    table.loc[0, table.columns[0]] = table[table.columns[0]].max()
    del table[table.columns[1]]
    assert getattr(report, name).equals(before)


def test_a_table_is_made_once() -> None:
    """What is given again shares the rows of what was made."""
    report = AbsenceAnalysis(term_of({1: [0, 1, 1]}))
    assert report.students["absent"].to_numpy().base is report.students["absent"].to_numpy().base


def test_a_table_is_not_set() -> None:
    """A report's numbers follow from its term and policy alone."""
    report = AbsenceAnalysis(term_of({1: [0, 1, 1]}))
    with pytest.raises(AttributeError, match="students cannot be set"):
        report.students = report.students  # type: ignore[misc]
