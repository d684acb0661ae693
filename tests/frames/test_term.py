"""A term's frames: what they take, what they refuse, and how they are saved and joined."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from factory import marks_of, students_of, term_of

from mbreports.errors import FrameError, ReportError
from mbreports.frames.columns import MARKS, STUDENTS
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from pathlib import Path


def test_own_frames_get_the_documented_columns() -> None:
    """Three columns of a school's own marks become the documented eight, with their dtypes."""
    marks = pd.DataFrame({"date": ["2025-09-01"], "student_id": [1], "status": [0]})
    term = TermAttendance.from_frames(students=pd.DataFrame({"student_id": [1]}), marks=marks)
    assert {name: str(dtype) for name, dtype in term.marks.dtypes.items()} == MARKS
    assert list(term.students.columns) == list(STUDENTS)
    assert term.totals.empty


def test_term_says_in_one_line_what_it_holds() -> None:
    """Its name, its date and how many rows; nothing of any student."""
    told = repr(term_of({1: [1, 0]}, school="Example School", term_name="Autumn"))
    assert told == "<TermAttendance Example School, Autumn, as of 2025-09-02, students: 1, marks: 2>"


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """One error names every column, key and date that does not fit."""
    with pytest.raises(FrameError) as caught:
        TermAttendance.from_frames(
            students=pd.DataFrame({"student_id": [1, 1]}),
            marks=pd.DataFrame({"date": ["2025-09-01"] * 3, "student_id": [1, 1, 4], "status": [0, 1, 1]}),
            excusals=pd.DataFrame({"student_id": [9], "start_date": ["2025-09-01"], "end_date": [None]}),
        )
    told = str(caught.value)
    assert "students: a second row for student_id 1" in told
    assert "marks: student_id 4 not in students" in told
    assert "marks: a second mark for student_id 1, date 2025-09-01" in told
    assert "excusals: column 'end_date' has missing dates" in told
    assert "excusals: student_id 9 not in students" in told


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("date", "soon", "must hold dates (yyyy-mm-dd); row 1 holds 'soon'"),
        ("date", "2025-09-01T10:30", "has times of day"),
        ("student_id", "AA1", "must hold whole numbers; row 1 holds 'AA1'"),
        ("status", "Absent", "must hold whole numbers; row 1 holds 'Absent'"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_row(column: str, value: str, told: str) -> None:
    """The error says the column, the row, the value and what the column must hold."""
    marks = pd.DataFrame({"date": ["2025-09-01"] * 2, "student_id": ["1", "1"], "status": ["0", "1"]}, dtype="object")
    marks.loc[1, column] = value
    with pytest.raises(FrameError, match=column) as caught:
        TermAttendance.from_frames(students=pd.DataFrame({"student_id": [1]}), marks=marks)
    assert told in str(caught.value)


def test_a_missing_required_column_is_named() -> None:
    """Marks without a status column are refused by that name."""
    with pytest.raises(FrameError, match="marks: there is no column 'status'"):
        TermAttendance.from_frames(
            students=pd.DataFrame({"student_id": [1]}), marks=pd.DataFrame({"date": ["2025-09-01"], "student_id": [1]})
        )


def test_the_frames_given_are_left_as_they_were() -> None:
    """A term copies; the caller's frames keep their dtypes."""
    marks = marks_of({1: [0, 1]})
    before = marks.copy()
    TermAttendance.from_frames(students=students_of([1]), marks=marks)
    pd.testing.assert_frame_equal(marks, before)


def test_as_of_defaults_to_the_last_marked_date() -> None:
    """Without an as-of date, the last date that anybody has a mark on is it; empty answers are no marks."""
    assert term_of({1: [1, 1, None], 2: [1, None, None]}).as_of == pd.Timestamp("2025-09-02")


def test_a_mark_outside_the_term_is_refused() -> None:
    """A mark after the term's last day cannot be meant."""
    with pytest.raises(FrameError, match="after the term's last day"):
        term_of({1: [1, 1]}, ends_on="2025-09-01")


def test_an_empty_answer_beside_a_mark_is_no_second_mark() -> None:
    """A student who changed year group may have a mark in one register and an empty answer in the other."""
    both = pd.concat([marks_of({1: [1]}), marks_of({1: [None]}, year_group_id=11)])
    assert len(TermAttendance.from_frames(students=students_of([1]), marks=both).marks) == 2


def test_two_sessions_a_day_are_two_periods() -> None:
    """The same date twice is fine where the periods differ."""
    marks = pd.concat([marks_of({1: [1, 0]}).assign(period=number) for number in (1, 2)])
    assert len(term_of({1: []}, marks=marks).marks) == 4


def test_a_saved_term_comes_back_the_same(tmp_path: Path) -> None:
    """Save and load give equal frames and values."""
    term = term_of({1: [1, 0, None]}, starts_on="2025-09-01", ends_on="2025-12-19", term_id=(7, 8), stale=True)
    again = TermAttendance.load(term.save(tmp_path / "autumn"))
    pd.testing.assert_frame_equal(again.marks, term.marks)
    pd.testing.assert_frame_equal(again.excusals, term.excusals)
    assert (again.term_id, again.ends_on, again.as_of, again.stale) == ((7, 8), term.ends_on, term.as_of, True)


def test_a_saved_term_is_private(tmp_path: Path) -> None:
    """Nobody but the owner may read the folder or a file of it."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_saving_again_replaces_the_term_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A second save holds the second term's files alone."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    count = len(list(folder.iterdir()))
    term_of({1: [0]}).save(folder)
    assert len(list(folder.iterdir())) == count
    assert TermAttendance.load(folder).marks["status"].tolist() == [0]


def test_a_save_that_fails_leaves_the_earlier_term(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the last rename, the folder holds the term that it held before."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    monkeypatch.setattr("mbreports.frames.store._plain", lambda _value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        term_of({1: [0]}).save(folder)
    assert TermAttendance.load(folder).marks["status"].tolist() == [1]


def test_a_first_save_that_fails_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new folder appears whole or not at all."""
    monkeypatch.setattr("mbreports.frames.store._plain", lambda _value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        term_of({1: [0]}).save(tmp_path / "autumn")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_not_written_into(tmp_path: Path) -> None:
    """A folder that holds other files stays as it is."""
    (tmp_path / "letter.txt").write_text("Dear family")
    with pytest.raises(ReportError, match="no saved term"):
        term_of({1: [1]}).save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    """A Parquet file that is not as it was written is named, not read."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    next(folder.glob("marks.*")).write_bytes(b"PAR1")
    with pytest.raises(FrameError, match=r"marks\..*is not as it was written"):
        TermAttendance.load(folder)


@pytest.mark.parametrize("manifest", [None, "{", "[]", '{"format": "other"}', '{"format": "mbreports term, 1"}'])
def test_what_is_no_saved_term_is_refused_by_name(tmp_path: Path, manifest: str | None) -> None:
    """A folder without a whole manifest is a clear error, whatever its JSON holds."""
    if manifest is not None:
        (tmp_path / "term.json").write_text(manifest)
    with pytest.raises(FrameError, match=r"term\.json"):
        TermAttendance.load(tmp_path)


def test_joined_terms_hold_each_student_once() -> None:
    """A student of two terms has one row, as the later term has them, and the marks of both."""
    autumn = term_of({1: [1, 0], 2: [1, 1]})
    later = students_of([1, 3]).assign(year_group="Grade 10")
    spring = term_of({}, students=later, marks=marks_of({1: [0, 0], 3: [1, 1]}, start="2026-01-05"))
    year = TermAttendance.join([spring, autumn])
    assert sorted(year.students["student_id"]) == [1, 2, 3]
    assert year.students.set_index("student_id").loc[1, "year_group"] == "Grade 10"
    assert len(year.marks) == 8


def test_joined_totals_are_added_up() -> None:
    """ManageBac's totals of two terms are summed by student, code and label."""
    totals = pd.DataFrame({"student_id": [1], "status": [0], "label": ["Absent"], "count": [2]})
    autumn = term_of({1: [0, 0]}, totals=totals)
    spring = term_of({}, students=students_of([1]), marks=marks_of({1: [0, 0]}, start="2026-01-05"), totals=totals)
    assert TermAttendance.join([autumn, spring]).totals["count"].tolist() == [4]


def test_totals_of_one_term_alone_are_no_totals_of_the_year() -> None:
    """Where a term with marks came without totals, the year has none: it could not reconcile."""
    totals = pd.DataFrame({"student_id": [1], "status": [0], "label": ["Absent"], "count": [2]})
    autumn = term_of({1: [0, 0]}, totals=totals)
    spring = term_of({}, students=students_of([1]), marks=marks_of({1: [0, 0]}, start="2026-01-05"))
    assert TermAttendance.join([autumn, spring]).totals.empty


def test_an_excusal_that_two_terms_hold_counts_once() -> None:
    """The same excusal, fetched with each term, stands in the year once; adjustments are each term's own."""
    excusals = pd.DataFrame(
        {"excusal_id": [5], "student_id": [1], "start_date": ["2025-09-01"], "end_date": ["2025-09-01"]}
    )
    office = pd.DataFrame({"student_id": [1], "label": ["Absent"], "adjustment": [1]})
    autumn = term_of({1: [0]}, excusals=excusals, adjustments=office)
    spring = autumn.replace(marks=marks_of({1: [0]}, start="2026-01-05"), as_of=None)
    year = TermAttendance.join([autumn, spring])
    assert (len(year.excusals), len(year.adjustments)) == (1, 2)


def test_the_same_term_twice_is_refused() -> None:
    """Joining a term with itself would count every mark twice; the first such mark is named."""
    term = term_of({1: [1, 0]})
    with pytest.raises(FrameError, match="a second mark for student_id 1, date 2025-09-01"):
        TermAttendance.join([term, term])


def test_no_terms_cannot_be_joined() -> None:
    """An empty list is a clear error."""
    with pytest.raises(ValueError, match="no terms to join"):
        TermAttendance.join([])


def test_a_term_of_some_students_names_those_it_does_not_know() -> None:
    """An unknown student is an error, not a smaller term."""
    with pytest.raises(ValueError, match="not among this term's 2 students: 9"):
        term_of({1: [1], 2: [1]}).of_students([1, 9])
