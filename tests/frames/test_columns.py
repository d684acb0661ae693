"""What a school's own columns may look like, and what becomes of them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pandas as pd
import pytest

from mbreports.errors import FrameError
from mbreports.frames.columns import MARKS, STUDENTS, conform
from mbreports.frames.term import TermAttendance

STUDENT = pd.DataFrame({"student_id": [1]})
DAYS = ["2025-09-01", "2025-09-02"]
FIRST, SECOND = dt.date(2025, 9, 1), dt.date(2025, 9, 2)


def marks(**columns: Any) -> pd.DataFrame:
    """Two marks of one student."""
    return pd.DataFrame({"date": DAYS, "student_id": [1, 1], "status": [0, 1]} | columns)


@pytest.mark.parametrize(
    "given",
    [
        marks(date=[FIRST, SECOND]),
        marks(date=pd.Series(["2025-09-01", SECOND], dtype="object")),
        marks(date=["2025-09-01 00:00:00", "2025-09-02"]),
        marks(student_id=["1", " 1 "], status=["0", "1.0"]),
        marks(student_id=[1.0, 1.0], status=pd.Series([0, 1], dtype="uint8")),
        marks().astype("category"),
        marks().astype("string"),
        marks().convert_dtypes(),
        marks().set_axis([7, 7]),
    ],
)
def test_every_way_to_hold_a_mark_is_the_same_mark(given: pd.DataFrame) -> None:
    """Date objects, text, floats, nullable and categorical columns become the documented dtypes."""
    term = TermAttendance.from_frames(students=STUDENT, marks=given)
    pd.testing.assert_frame_equal(term.marks, conform(marks(), MARKS))


def test_whole_numbers_that_a_gap_made_floats_stay_whole_as_text() -> None:
    """A CSV with a missing school id gives floats; the ids and names are not printed with a point and a zero."""
    text = "student_id,school_id,year_group\n1,1001,9\n2,,\n"
    students = conform(pd.read_csv(io.StringIO(text)), STUDENTS)
    assert students.loc[0, ["school_id", "year_group"]].tolist() == ["1001", "9"]
    assert students.loc[1, ["school_id", "year_group"]].isna().all()


@pytest.mark.parametrize(
    "given", [["true", "False"], ["1", "0"], [1, 0], [1.0, 0.0], [True, False], pd.array([True, False])]
)
def test_true_and_false_may_be_written(given: Any) -> None:
    """A CSV read as text says whether a student is archived as well as one that was not."""
    students = conform(pd.DataFrame({"student_id": [1, 2], "archived": given}), STUDENTS)
    assert students["archived"].tolist() == [True, False]


def test_an_empty_text_is_no_answer_to_true_or_false() -> None:
    """An empty cell of a CSV read as text is missing."""
    students = conform(pd.DataFrame({"student_id": [1, 2], "archived": ["", None]}), STUDENTS)
    assert students["archived"].isna().all()


def test_true_is_no_status_code() -> None:
    """A column that says whether a student was absent is refused: read as a code it would say the contrary."""
    with pytest.raises(FrameError, match="column 'status' must hold whole numbers; row 0 holds True"):
        conform(marks(status=[True, False]), MARKS, name="marks")


def test_a_column_that_stands_twice_is_refused() -> None:
    """Which of two columns counts cannot be known."""
    twice = pd.concat([marks(), marks()[["status"]]], axis=1)
    with pytest.raises(FrameError, match="marks: there are two columns 'status'"):
        conform(twice, MARKS, name="marks")


@pytest.mark.parametrize("place", [0, 1, 4_998, 4_999])
def test_the_first_wrong_value_of_a_long_column_is_named(place: int) -> None:
    """Wherever it stands, it is found, and not a later one."""
    dates = ["2025-09-01"] * 5_000
    dates[place] = "soon"
    long = pd.DataFrame({"date": [*dates, "later"], "student_id": 1, "status": 0})
    with pytest.raises(FrameError, match=f"row {place} holds 'soon'"):
        conform(long, MARKS)


def test_a_frame_that_is_wrong_does_not_hide_what_is_wrong_with_the_others() -> None:
    """Columns of one frame, keys of a second and dates of a third are all in one error, and nothing false with them."""
    with pytest.raises(FrameError) as caught:
        TermAttendance.from_frames(
            students=pd.DataFrame({"student_id": [1, 1]}),
            marks=marks(status=["x", "1"]),
            class_marks=marks(student_id=[1, 5]).assign(class_id=3),
            excusals=pd.DataFrame({"student_id": [1], "start_date": [None], "end_date": DAYS[:1]}),
            starts_on="2025-09-02",
        )
    assert caught.value.problems == [
        "marks: column 'status' must hold whole numbers; row 0 holds 'x'",
        "students: a second row for student_id 1",
        "class_marks: student_id 5 not in students",
        "excusals: column 'start_date' has missing dates (first: row 0)",
        "class_marks: 2025-09-01 lies before the term's first day, 2025-09-02",
    ]


def test_students_that_do_not_fit_make_no_strangers() -> None:
    """Where the students cannot be read, the marks are not said to be of unknown ones."""
    with pytest.raises(FrameError) as caught:
        TermAttendance.from_frames(students=pd.DataFrame({"student_id": ["AA1"]}), marks=marks())
    assert len(caught.value.problems) == 1
