"""Spells: runs of absence, and what they say of each student."""

from __future__ import annotations

import pandas as pd
import pytest
from factory import days
from hypothesis import given, settings
from hypothesis import strategies as st

from mbreports.absence.spells import find_spells, summarise_spells

LETTERS = {"A": "unexcused", "E": "excused", ".": "present", "L": "late", "?": "unrecorded", "x": "unclassified"}


def rows_of(*students: str, a_day: int = 1, start: str = "2021-11-01") -> pd.DataFrame:
    """A session per letter, students 1, 2, …; a blank is no session at all."""
    cells = [
        (student, days(place // a_day + 1, start)[-1], place % a_day, LETTERS[letter])
        for student, letters in enumerate(students, start=1)
        for place, letter in enumerate(letters)
        if letter != " "
    ]
    rows = pd.DataFrame(cells, columns=["student_id", "date", "period", "meaning"])
    rows = rows.astype({"student_id": "int64", "date": "datetime64[us]", "period": "Int16", "meaning": "str"})
    return rows.assign(
        class_id=pd.Series(pd.NA, index=rows.index, dtype="Int64"),
        year_group_id=pd.Series(10, index=rows.index, dtype="Int64"),
        possible=rows["meaning"] != "unclassified",
        absent=rows["meaning"].isin(["unexcused", "excused"]),
    )


def lengths(letters: str) -> list[int]:
    return find_spells(rows_of(letters))["sessions"].tolist()


def test_a_weekend_neither_breaks_nor_lengthens() -> None:
    """Absent from Monday 8 to Tuesday 16 November 2021, two sessions a day, is 1 spell of 14 sessions."""
    spell = find_spells(rows_of("." * 10 + "A" * 14 + "." * 6, a_day=2))
    assert spell["sessions"].tolist() == [14]
    assert spell.loc[0, "first_date"] == pd.Timestamp("2021-11-08")
    assert spell.loc[0, "last_date"] == pd.Timestamp("2021-11-16")


def test_days_off_neither_break_nor_lengthen() -> None:
    """The same fortnight with Thursday and Friday not possible is 1 spell of 10."""
    letters = "." * 10 + "A" * 6 + " " * 4 + "A" * 4 + "." * 6
    assert find_spells(rows_of(letters, a_day=2))["sessions"].tolist() == [10]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("..A..", [1]), ("A.A", [1, 1]), ("AELA", [2, 1]), ("AAAA", [4]), ("....", []), ("AxA", [2]), ("A?A", [2])],
)
def test_a_spell_ends_where_the_student_is_seen(letters: str, expected: list[int]) -> None:
    """Presence and lateness end a run; what is not known does not."""
    assert lengths(letters) == expected


@pytest.mark.parametrize(
    ("letters", "uncertain"),
    [("A?A", True), ("A?.", False), ("?A.", False), ("AxA", False), ("A?", True), ("A", False)],
)
def test_an_unrecorded_session_makes_a_spell_uncertain(letters: str, *, uncertain: bool) -> None:
    """One inside a run, or after a run nobody has ended, leaves it uncertain; others do not."""
    assert find_spells(rows_of(letters))["uncertain"].tolist() == [uncertain]


def test_an_unrecorded_session_that_is_not_possible_counts_no_otherwise() -> None:
    """Under the rules that exclude unrecorded sessions the spells are the same."""
    rows = rows_of("AA?A.A?")
    excluded = rows.assign(possible=rows["possible"] & (rows["meaning"] != "unrecorded"))
    pd.testing.assert_frame_equal(find_spells(rows), find_spells(excluded))


def test_a_spell_counts_its_excused_sessions() -> None:
    """Excused and unexcused sessions share a spell and are counted apart."""
    spell = find_spells(rows_of("AEEA.")).loc[0]
    assert (spell["sessions"], spell["excused"], spell["unexcused"]) == (4, 2, 2)


def test_a_run_at_the_end_is_open() -> None:
    """Only a run that no presence has ended is open."""
    assert find_spells(rows_of("A.AA"))["open"].tolist() == [False, True]


def test_students_are_kept_apart() -> None:
    """A run at one student's end and one at the next's beginning are two spells, each the student's first."""
    spells = find_spells(rows_of("..AA", "AA.."))
    assert spells[["student_id", "spell", "sessions"]].to_numpy().tolist() == [[1, 1, 2], [2, 1, 2]]


def test_nobody_absent_gives_no_rows_and_the_same_columns() -> None:
    """Without absences, and without rows, the columns and their dtypes stay."""
    found = find_spells(rows_of("A."))
    for none in (find_spells(rows_of("..")), find_spells(rows_of(".").iloc[:0])):
        assert none.empty
        pd.testing.assert_series_equal(none.dtypes, found.dtypes)


def test_a_summary_holds_every_student() -> None:
    """Each id has a row: who was never absent, and who has no session at all, too."""
    rows = rows_of("A.AAA..", ".......", ".A...AA")
    table = summarise_spells(rows, find_spells(rows), [3, 2, 1, 9])
    assert table.index.tolist() == [3, 2, 1, 9]
    assert table["spells"].tolist() == [2, 0, 2, 0]
    assert table["longest_spell"].tolist() == [2, 0, 3, 0]
    assert table["current_spell"].tolist() == [2, 0, 0, 0]
    assert table["days_since_last_absence"].isna().tolist() == [False, True, False, True]


def test_days_since_are_school_days() -> None:
    """Two sessions of one date are one day; weekends are none."""
    rows = rows_of("A" + "." * 15, a_day=2)
    assert summarise_spells(rows, find_spells(rows), [1])["days_since_last_absence"].tolist() == [7]


@given(st.lists(st.text("AE.L?x ", max_size=15), min_size=1, max_size=4), st.integers(0, 9))
@settings(deadline=None)
def test_the_runs_are_those_that_reading_finds(students: list[str], seed: int) -> None:
    """In whatever order the rows come, the spells are the runs left once the unknown is struck out."""
    rows = rows_of(*students)
    spells = find_spells(rows.sample(frac=1, random_state=seed))
    for student, letters in enumerate(students, start=1):
        known = "".join("A" if letter in "AE" else "." for letter in letters if letter not in "?x ")
        expected = [len(run) for run in known.split(".") if run]
        assert spells.loc[spells["student_id"] == student, "sessions"].tolist() == expected
    assert spells["sessions"].sum() == rows["absent"].sum()


def test_the_rows_are_not_changed() -> None:
    """Finding and summarising leave what they were given as it was."""
    rows = rows_of("A?A.", "..A.")
    before = rows.copy(deep=True)
    summarise_spells(rows, find_spells(rows), [1, 2])
    pd.testing.assert_frame_equal(rows, before)
