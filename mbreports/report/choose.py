"""Which students: all, those chronically absent, by id, by a frame or by a mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from mbreports.errors import ReportError

if TYPE_CHECKING:
    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["Choice", "chosen_students", "chronic_students", "some_students"]

Choice: TypeAlias = "str | int | Iterable[int] | Iterable[bool] | pd.DataFrame | None"

_WORDS = ("all", "chronic")
_SHOWN = 5


def chosen_students(report: AbsenceAnalysis, students: Choice) -> list[int]:
    """
    Give the ids of some students of a report, in the report's order.

    Parameters
    ----------
    report
        Whose students.
    students
        ``"all"`` (or None), ``"chronic"``, one id or many, a frame with a column ``student_id``, or a mask: a boolean
        per row of ``report.students``.

    Returns
    -------
    list of int
        Each once. Empty where nobody is chronically absent.

    Raises
    ------
    ValueError
        An unknown word, an id that is not of this report, or a mask of another length.
    """
    every = report.students["student_id"]
    if students is None or (isinstance(students, str) and students == "all"):
        return [int(number) for number in every]
    if isinstance(students, str):
        if students not in _WORDS:
            raise ValueError(_valid(students))
        return chronic_students(report)
    wanted = _ids(students, every)
    if unknown := sorted(wanted - set(every)):
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        named = ", ".join(map(str, unknown[:_SHOWN]))
        raise ValueError(f"students: {named}{more} not among the {len(every)} of this report")
    return [int(number) for number in every if number in wanted]


def _ids(students: int | Iterable[int] | Iterable[bool] | pd.DataFrame, every: pd.Series) -> set[int]:
    if isinstance(students, pd.DataFrame):
        if "student_id" not in students.columns:
            raise ValueError("students: the frame has no column 'student_id'")
        return {int(number) for number in students["student_id"]}
    if isinstance(students, int | np.integer) and not isinstance(students, bool):
        return {int(students)}
    if not isinstance(students, Iterable):
        raise ValueError(_valid(students))  # noqa: TRY004 -- a wrong value of one argument, as every other
    given = list(students)
    if given and all(isinstance(one, bool | np.bool_) for one in given):
        if len(given) != len(every):
            raise ValueError(f"students: the mask has {len(given)} rows, the report {len(every)} students")
        return {int(number) for number, chosen in zip(every, given, strict=True) if chosen}
    if odd := [one for one in given if isinstance(one, bool | np.bool_) or not isinstance(one, int | np.integer)]:
        raise ValueError(f"students: an id is a whole number, not {odd[0]!r}")
    return {int(one) for one in given}


def _valid(students: object) -> str:
    return f"students: must be {', '.join(map(repr, _WORDS))}, ids, a frame or a mask, not {students!r}"


def chronic_students(report: AbsenceAnalysis) -> list[int]:
    """Give the ids of the students in the band `Policy.chronic` or one above it."""
    names = report.policy.band_names
    chronic = names[names.index(report.policy.chronic) :]
    return [int(number) for number in report.students.loc[report.students["band"].isin(chronic), "student_id"]]


def some_students(report: AbsenceAnalysis, students: Choice, what: str) -> list[int]:
    """Give the ids of some students, at least one; `ReportError` says that there are no `what` to write."""
    ids = chosen_students(report, students)
    if not ids:
        whom = "nobody is chronically absent" if students == "chronic" else "no student was chosen"
        raise ReportError(f"no {what} to write: {whom}")
    return ids
