"""Which students a writer takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from mbreports.absence.policy import Policy
from mbreports.errors import ReportError
from mbreports.report.choose import chosen_students, some_students

STUDENTS = pd.DataFrame({"student_id": [3, 1, 2], "band": ["severe chronic", "satisfactory", "moderate chronic"]})
REPORT: Any = SimpleNamespace(students=STUDENTS, policy=Policy())


@pytest.mark.parametrize(
    ("students", "ids"),
    [
        (None, [3, 1, 2]),
        ("all", [3, 1, 2]),
        ("chronic", [3, 2]),
        (1, [1]),
        ([2, 3, 2], [3, 2]),
        (pd.Series([2]), [2]),
        (STUDENTS[STUDENTS["student_id"] < 3], [1, 2]),
        (STUDENTS["student_id"] < 3, [1, 2]),
        ([], []),
    ],
)
def test_students_are_given_in_the_report_s_order(students: Any, ids: list[int]) -> None:
    """Words, ids, a frame or a mask: the report's own order, each once."""
    assert chosen_students(REPORT, students) == ids


@pytest.mark.parametrize("students", ["cronic", [9], [True], 1.5, ["1"], pd.DataFrame({"id": [1]}), True])
def test_what_chooses_nobody_by_mistake_is_an_error(students: Any) -> None:
    """A misspelt word, a stranger's id, a mask of another length: the error says what is valid."""
    with pytest.raises(ValueError, match="students:"):
        chosen_students(REPORT, students)


def test_nothing_to_write_is_an_error() -> None:
    """Letters to nobody are none."""
    with pytest.raises(ReportError, match="no letters to write: no student was chosen"):
        some_students(REPORT, [], "letters")
