"""Patterns: rates by weekday, period, week and month, and trends."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from factory import days
from hypothesis import given, settings
from hypothesis import strategies as st

from mbreports.absence.patterns import (
    add_weekday,
    month_rates,
    period_rates,
    rates_by,
    trends,
    week_rates,
    weekday_rates,
)


def rows_of(*students: str, start: str = "2025-09-01") -> pd.DataFrame:
    """A session per letter and school day, students 1, 2, …: A absent, x not possible."""
    cells = [
        (student, day, letter)
        for student, letters in enumerate(students, start=1)
        for day, letter in zip(days(len(letters), start), letters, strict=True)
    ]
    rows = pd.DataFrame(cells, columns=["student_id", "date", "letter"])
    rows = rows.astype({"student_id": "int64", "date": "datetime64[us]", "letter": "str"})
    none = pd.Series(pd.NA, index=rows.index, dtype="Int16")
    return rows.assign(possible=rows["letter"] != "x", absent=rows["letter"] == "A", period=none)


def test_a_groups_rate_is_a_share_of_its_sessions() -> None:
    """Half of 2 and none of 8 are 1 of 10, not the mean of the students' rates."""
    rates = rates_by(rows_of("A.", "........").assign(group=1), ["group"])
    assert rates.loc[0, ["students", "possible", "absent", "absence_rate"]].tolist() == [2, 10, 1, 0.1]


def test_a_group_without_possible_sessions_has_no_row() -> None:
    """What is not possible counts neither above nor below the line, nor as a student."""
    rates = rates_by(rows_of("xxx", "A.x"), ["student_id"])
    assert rates[["student_id", "possible", "absent"]].to_numpy().tolist() == [[2, 2, 1]]


def test_weekdays_stand_in_the_weeks_order() -> None:
    """Monday comes first, each weekday has its own possible sessions, and days without any have no row."""
    rates = weekday_rates(rows_of("..A.AA", start="2025-09-03"))
    assert rates["weekday"].tolist() == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert rates["possible"].tolist() == [1, 1, 2, 1, 1]
    assert rates["absent"].tolist() == [0, 1, 1, 0, 1]


def test_weekdays_have_english_names() -> None:
    """The name is a column more, whatever the language of the machine."""
    assert add_weekday(rows_of("......."))["weekday"].tolist()[4:] == ["Friday", "Monday", "Tuesday"]


def test_sessions_without_a_period_belong_to_none() -> None:
    """Only sessions that name a period are in the rates by period."""
    rows = rows_of("A..A").assign(period=pd.array([2, 1, 1, None], dtype="Int16"))
    assert period_rates(rows)[["period", "possible", "absent"]].to_numpy().tolist() == [[1, 2, 0], [2, 1, 1]]


def test_a_week_is_named_by_its_monday() -> None:
    """A week that begins on a Wednesday still has its Monday's date."""
    rates = week_rates(rows_of("...A..", start="2025-09-03"))
    assert rates["week"].tolist() == [pd.Timestamp("2025-09-01"), pd.Timestamp("2025-09-08")]
    assert rates["possible"].tolist() == [3, 3]


def test_a_month_is_named_by_its_first_day() -> None:
    """Sessions of two months are two rows."""
    rates = month_rates(rows_of("..A", start="2025-09-29"))
    assert rates["month"].tolist() == [pd.Timestamp("2025-09-01"), pd.Timestamp("2025-10-01")]
    assert rates["absent"].tolist() == [0, 1]


def test_no_rows_give_no_rates() -> None:
    """Without sessions each table is empty, with its columns."""
    for function in (weekday_rates, period_rates, week_rates, month_rates):
        rates = function(rows_of(".").iloc[:0])
        assert rates.empty
        assert rates.columns[1:].tolist() == ["students", "possible", "absent", "absence_rate"]


@pytest.mark.parametrize(
    ("before", "now", "trend"),
    [(0, 1, "steady"), (1, 0, "steady"), (0, 2, "rising"), (2, 0, "falling"), (5, 5, "steady"), (20, 19, "steady")],
)
def test_a_trend_lies_beyond_five_points(before: int, now: int, trend: str) -> None:
    """Exactly 5 percentage points, 1 of 20 days, are steady; 10 are not."""
    found = trends(rows_of(("A" * before).ljust(20, ".") + ("A" * now).ljust(20, "."))).loc[0]
    assert found["trend"] == trend
    assert found["change"] == pytest.approx((now - before) / 20)


def test_before_forty_days_there_is_no_trend() -> None:
    """39 school days say nothing yet, and the student keeps a row."""
    found = trends(rows_of("A" * 39, "x" + "A" * 39, "A" * 40))
    assert found["student_id"].tolist() == [1, 2, 3]
    assert found["trend"].isna().tolist() == [True, True, False]
    assert found["rate_now"].isna().tolist() == [True, True, False]


def test_a_trend_looks_at_the_last_forty_days() -> None:
    """What lies further back has no part in it."""
    found = trends(rows_of("A" * 30 + "." * 40)).loc[0]
    assert (found["rate_before"], found["rate_now"], found["trend"]) == (0, 0, "steady")


@given(st.text("A.x", min_size=35, max_size=60), st.integers(1, 3))
@settings(deadline=None)
def test_the_trend_is_that_of_exact_fractions(letters: str, a_day: int) -> None:
    """Counted in plain Python with exact fractions, the trend is the same."""
    rows = pd.concat([rows_of(letters), *[rows_of(letters).assign(absent=False)] * (a_day - 1)])
    known = [letter for letter in letters if letter != "x"]
    change = [Fraction(part.count("A"), 20 * a_day) for part in (known[-40:-20], known[-20:])]
    expected = "rising" if change[1] - change[0] > Fraction(1, 20) else "steady"
    expected = "falling" if change[0] - change[1] > Fraction(1, 20) else expected
    found = trends(rows)["trend"]
    assert found.isna().all() if len(known) < 40 else found.tolist() == [expected]


def test_the_rows_are_not_changed() -> None:
    """No table changes what it was made from."""
    rows = rows_of("A.x.A" * 9)
    before = rows.copy(deep=True)
    for function in (weekday_rates, period_rates, week_rates, month_rates, trends):
        function(rows)
    pd.testing.assert_frame_equal(rows, before)
