"""Which marks are sessions, and what they mean."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from factory import marks_of, term_of

from mbreports.absence.excuse import apply_excusals
from mbreports.absence.policy import Policy
from mbreports.absence.sessions import apply_meanings, session_rows

POLICY = Policy()


def meanings(codes: dict[int, list[int | None]], policy: Policy = POLICY, **parts: Any) -> dict[int, list[str | None]]:
    """The meanings of each student's marks, day by day."""
    term = term_of(codes, **parts)
    marks = apply_meanings(term.marks, policy, as_of=term.as_of)
    return {
        number: [None if pd.isna(word) else word for word in rows["meaning"]]
        for number, rows in marks.groupby("student_id")
    }


def test_every_default_code_has_its_meaning() -> None:
    """The table of the definitions, code by code; an unknown code is unclassified."""
    codes = [-1, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 18, 77]
    words = ["unrecorded", "unexcused", "present", "late", "present", "late", "present"]
    words += ["excused", "present", "present", "excused"]
    assert meanings({1: codes})[1] == [*words, "unclassified", "unclassified", "unclassified"]


def test_a_day_that_is_empty_for_everybody_is_a_day_off() -> None:
    """Where every student of a register answers nothing, there was no session."""
    assert meanings({1: [1, None, 1], 2: [1, None, 0]}) == {
        1: ["present", None, "present"],
        2: ["present", None, "unexcused"],
    }


def test_an_empty_answer_in_a_taken_register_is_unrecorded() -> None:
    """Between a student's first and last mark, an empty answer beside others' marks is an unrecorded session."""
    assert meanings({1: [1, None, 1], 2: [1, 1, 1]})[1] == ["present", "unrecorded", "present"]


def test_before_joining_and_after_leaving_are_no_sessions() -> None:
    """Empty answers before the first and after the last mark are outside enrolment."""
    assert meanings({1: [None, 1, 1, None], 2: [1, 1, 1, 1]})[1] == [None, "present", "present", None]


def test_an_untaken_register_is_unrecorded_for_everybody() -> None:
    """−1 for all is a session that nobody recorded, not a day off."""
    assert meanings({1: [1, -1], 2: [1, -1]})[1] == ["present", "unrecorded"]


def test_a_register_is_one_year_group_s() -> None:
    """Another year group's marks on the same date do not make a day off a session."""
    marks = pd.concat([marks_of({1: [1, None, 1]}), marks_of({2: [1, 1, 1]}, year_group_id=11)])
    assert meanings({1: [], 2: []}, marks=marks)[1] == ["present", None, "present"]


def test_marks_after_the_as_of_date_are_no_sessions_yet() -> None:
    """A mark entered ahead of its day does not count before the day comes."""
    assert meanings({1: [1, 0, 0]}, as_of="2025-09-02")[1] == ["present", "unexcused", None]


def test_marks_after_the_as_of_date_do_not_say_who_is_enrolled() -> None:
    """As of a date, an empty answer after a student's last mark is no session, whatever was marked later."""
    assert meanings({1: [1, None, 1], 2: [1, 1, 1]}, as_of="2025-09-02")[1] == ["present", None, None]


def test_an_empty_class_answer_belongs_to_the_whole_day() -> None:
    """A class answer without any period is empty for each of the day's periods at once: one unrecorded session."""
    rows = [(1, 1, 1, 1), (1, 1, 2, 1), (2, 1, 1, 1), (2, 2, 1, 1), (2, 3, 1, 1), (1, 2, None, None), (1, 3, 1, 1)]
    marks = pd.DataFrame(rows, columns=["student_id", "day", "period", "status"])
    marks = marks.assign(date=pd.Timestamp("2025-08-31") + pd.to_timedelta(marks.pop("day"), unit="D"), class_id=7)
    found = apply_meanings(term_of({1: [], 2: []}, class_marks=marks).class_marks, POLICY)
    assert found.loc[found["status"].isna(), "meaning"].tolist() == ["unrecorded"]


@pytest.mark.parametrize(("rule", "possible"), [("present", 3), ("exclude", 1), ("exclude_untaken", 2)])
def test_the_rule_for_unrecorded_sessions_says_which_are_possible(rule: str, possible: int) -> None:
    """One −1 in a taken register and one in an untaken register count as the policy says."""
    policy = Policy(unrecorded=rule)
    marks = apply_meanings(term_of({1: [1, -1, -1], 2: [1, 1, -1]}).marks, policy)
    rows = session_rows(apply_excusals(marks, term_of({}).excusals), policy)
    assert rows.loc[rows["student_id"] == 1, "possible"].sum() == possible


def test_rows_are_marked_never_dropped() -> None:
    """As many rows come back as went in, in their order."""
    term = term_of({1: [None, 1], 2: [0, None]})
    pd.testing.assert_frame_equal(apply_meanings(term.marks, POLICY)[list(term.marks.columns)], term.marks)
