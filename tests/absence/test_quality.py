"""Registers, coverage, and what stands in the way of trusting the numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mbreports.absence.policy import Policy
from mbreports.absence.quality import coverage, quality, unclassified, unexplained
from mbreports.absence.registers import mismatch, registers
from mbreports.absence.sessions import apply_meanings, session_rows
from mbreports.frames.columns import CLASSES, MARKS, STUDENTS, conform

if TYPE_CHECKING:
    from collections.abc import Sequence

STUDENT_ROWS = pd.DataFrame(
    {
        "student_id": [1, 2, 3],
        "last_name": ["Adams", "Brown", "Clark"],
        "first_name": ["Ada", "Ben", "Chloé"],
        "year_group_id": [10, 10, 11],
        "year_group": ["Grade 9", "Grade 9", "Grade 10"],
        "homeroom": ["T. Okafor", "M. Silva", "J. Park"],
    }
)
CLASS_ROWS = pd.DataFrame({"class_id": [7], "name": ["Maths"], "teachers": ["A. Berg, B. Cruz"]})


def rows_of(records: Sequence[tuple[int | None, ...]]) -> pd.DataFrame:
    """Session rows of marks: (day of September 2025, year group, class, student, period, code)."""
    columns = ["date", "year_group_id", "class_id", "student_id", "period", "status"]
    marks = pd.DataFrame(records, columns=columns)
    marks["date"] = [f"2025-09-{day:02d}" for day in marks["date"]]
    return session_rows(apply_meanings(conform(marks, MARKS), Policy()), Policy())


def homeroom(*records: tuple[int | None, ...]) -> pd.DataFrame:
    return rows_of([(day, 10, None, student, None, code) for day, student, code in records])


def lessons(*records: tuple[int | None, ...]) -> pd.DataFrame:
    return rows_of([(day, None, 7, student, period, code) for day, student, period, code in records])


@pytest.fixture
def students() -> pd.DataFrame:
    return conform(STUDENT_ROWS, STUDENTS)


@pytest.fixture
def classes() -> pd.DataFrame:
    return conform(CLASS_ROWS, CLASSES)


@pytest.fixture
def table(students: pd.DataFrame) -> pd.DataFrame:
    return students.assign(band=pd.Series(["at risk", None, "satisfactory"], dtype="str"))


def test_register_is_taken_when_somebody_has_a_code(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """A register in which only -1 stands is not taken; one code makes it taken."""
    out = registers(homeroom((1, 1, -1), (1, 2, -1), (2, 1, 0), (2, 2, -1)), students, classes)
    assert out["taken"].tolist() == [False, True]
    assert out[["students", "recorded", "unrecorded"]].to_numpy().tolist() == [[2, 0, 2], [2, 1, 1]]


def test_homeroom_register_names_the_advisers(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """A homeroom register names its year group and that group's advisers, each once."""
    out = registers(homeroom((1, 1, 1), (1, 2, 1)), students, classes)
    assert out.loc[0, ["year_group", "teacher"]].tolist() == ["Grade 9", "M. Silva, T. Okafor"]
    assert out["class_name"].isna().all()


def test_class_register_names_its_teachers(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """Each period of a class is a register of its own, with the class's teachers."""
    out = registers(lessons((1, 1, 2, 1), (1, 1, 1, 1)), students, classes)
    assert out["period"].tolist() == [1, 2]
    assert out["teacher"].tolist() == ["A. Berg, B. Cruz"] * 2


def test_empty_day_belongs_to_the_first_register(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """An answer that is empty for the whole day makes no register of its own."""
    rows = lessons((1, 2, 1, 1), (2, 1, 1, 1), (2, 2, None, None), (3, 2, 1, 1))
    out = registers(rows, students, classes)
    assert len(out) == 3
    assert out["unrecorded"].tolist() == [0, 1, 0]


def test_no_sessions_give_no_registers(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """Without sessions there is no register, and the same columns and dtypes."""
    full = registers(homeroom((1, 1, 1)), students, classes)
    out = registers(homeroom((1, 1, 1))[:0], students, classes)
    assert out.empty
    assert out.dtypes.equals(full.dtypes)


def test_presence_in_homeroom_contradicts_absence_in_class(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """Late in homeroom and absent in a class of the same date is a mismatch, with both codes."""
    out = mismatch(homeroom((1, 1, 2)), lessons((1, 1, 3, 0)), students, classes)
    assert out["kind"].tolist() == ["in homeroom, absent in class"]
    assert out.loc[0, ["last_name", "homeroom_status", "class_name", "period", "class_status"]].tolist() == [
        "Adams", 2, "Maths", 3, 0,
    ]  # fmt: skip


def test_absence_in_homeroom_contradicts_presence_in_class(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """Absent in homeroom and in class on the same date is the reverse mismatch."""
    out = mismatch(homeroom((1, 1, 13)), lessons((1, 1, 3, 1)), students, classes)
    assert out["kind"].tolist() == ["absent in homeroom, in class"]


def test_agreement_and_unrecorded_marks_are_no_mismatch(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """Marks that agree, unrecorded ones, other dates and other students do not contradict each other."""
    left = homeroom((1, 1, 1), (2, 1, 0), (3, 1, -1), (4, 1, 1))
    right = lessons((1, 1, 1, 1), (2, 1, 1, 10), (3, 1, 1, 0), (4, 2, 1, 0))
    assert mismatch(left, right, students, classes).empty


def test_class_mark_is_one_mismatch_at_most(students: pd.DataFrame, classes: pd.DataFrame) -> None:
    """Two homeroom sessions that contradict one class mark give one row, the latest date first."""
    left = rows_of([(day, 10, None, 1, period, 1) for day in (1, 2) for period in (1, 2)])
    out = mismatch(left, lessons((1, 1, 3, 0), (2, 1, 3, 0)), students, classes)
    assert out["date"].dt.day.tolist() == [2, 1]


def test_unexplained_are_the_unexcused_absences_latest_first(students: pd.DataFrame, table: pd.DataFrame) -> None:
    """Only unexcused absences are unexplained; the latest date stands first, with homeroom and band."""
    out = unexplained(homeroom((1, 1, 0), (2, 1, 13), (2, 2, 0), (3, 1, 2)), table, students)
    assert list(zip(out["date"].dt.day, out["student_id"], strict=True)) == [(2, 2), (1, 1)]
    assert out["homeroom"].tolist() == ["M. Silva", "T. Okafor"]
    assert pd.isna(out.loc[0, "band"])
    assert out.loc[1, "band"] == "at risk"


def test_unclassified_counts_marks_and_students_per_code() -> None:
    """A code that no meaning is known for is listed with its marks and students."""
    out = unclassified(homeroom((1, 1, 14), (2, 1, 14), (2, 2, 14), (3, 1, 77), (3, 2, 1)))
    assert out[["status", "marks", "students"]].to_numpy().tolist() == [[14, 3, 2], [77, 1, 1]]


def test_coverage_is_the_share_of_recorded_sessions() -> None:
    """Three of four sessions with a code are a coverage of 0.75, an unclassified code among them."""
    assert coverage(homeroom((1, 1, 1), (2, 1, 0), (3, 1, 14), (4, 1, -1))) == 0.75


def test_coverage_of_nothing_is_not_known() -> None:
    """Without sessions there is no coverage, not full coverage."""
    assert math.isnan(coverage(homeroom((1, 1, 1))[:0]))


def test_quality_counts_every_check(students: pd.DataFrame, classes: pd.DataFrame, table: pd.DataFrame) -> None:
    """Each check says how many of how many, and its share."""
    rows = homeroom((1, 1, -1), (1, 2, -1), (2, 1, 0), (2, 2, 14), (3, 1, 13), (3, 2, 1))
    audit = pd.DataFrame({"kind": ["no absence", "overlap", "no absence"]})
    reconciliation = pd.DataFrame({"student_id": [2, 2], "status": [0, 1]})
    out = quality(
        rows, registers(rows, students, classes), unexplained(rows, table, students), audit, reconciliation
    ).set_index("check")
    assert out["count"].to_dict() == {
        "registers not taken": 1,
        "unrecorded sessions": 2,
        "unclassified marks": 1,
        "absences unexplained": 1,
        "excusals without an absence": 2,
        "students that do not reconcile": 1,
    }
    assert out["of"].fillna(-1).tolist() == [3, 6, 6, 2, -1, 2]
    assert out.loc["absences unexplained", "share"] == 0.5
    assert out.loc["registers not taken", "detail"] == "Registers that nobody took: 1 of 3."


def test_quality_of_nothing_has_no_shares(students: pd.DataFrame, classes: pd.DataFrame, table: pd.DataFrame) -> None:
    """Without any data every check stands there with 0, and no share is claimed."""
    rows = homeroom((1, 1, 1))[:0]
    none = pd.DataFrame({"kind": [], "student_id": []})
    out = quality(rows, registers(rows, students, classes), unexplained(rows, table, students), none, none)
    assert out["count"].sum() == 0
    assert out["share"].isna().all()
