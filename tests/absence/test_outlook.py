"""The outlook: what can still be missed, how sure a rate is, and the chance to end over the threshold."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from factory import days
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mbreports.absence.interval import design_effect, wilson
from mbreports.absence.outlook import (
    best_attainable,
    can_still_miss,
    outlook,
    recovery,
    school_weekdays,
    sessions_to_come,
)
from mbreports.absence.policy import Policy
from mbreports.absence.shrink import chance_over, chance_words, kleinman, shrunk_rate

TENTH = Fraction(1, 10)
AS_OF, ENDS_ON = pd.Timestamp("2025-09-12"), pd.Timestamp("2025-09-26")
BOUNDS = st.fractions(min_value=Fraction(1, 50), max_value=Fraction(9, 10), max_denominator=50)
NO_SPELLS = pd.DataFrame({"sessions": pd.Series(dtype="int64")})


def rows_of(a_day: dict[int, int], count: int = 10) -> pd.DataFrame:
    """So many possible sessions a day for each student, on ten school days up to `AS_OF`."""
    cells = [(student, day) for student, times in a_day.items() for day in days(count) for _ in range(times)]
    rows = pd.DataFrame(cells, columns=["student_id", "date"])
    return rows.astype({"student_id": "int64", "date": "datetime64[us]"}).assign(possible=True)


def counts_of(*counts: tuple[int, int]) -> pd.DataFrame:
    """Students 1, 2, … of year group 10 with (absent, possible)."""
    table = pd.DataFrame(counts, columns=["absent", "possible"]).astype("int64")
    year_groups = pd.array([10] * len(counts), dtype="Int64")
    return table.assign(student_id=np.arange(1, len(counts) + 1), year_group_id=year_groups)


def calendar(dates: list[str], year_groups: list[int | None]) -> pd.DataFrame:
    years = pd.array(year_groups, dtype="Int64")
    return pd.DataFrame({"date": pd.to_datetime(dates).as_unit("us"), "year_group_id": years})


@pytest.mark.parametrize(("x", "n", "r", "left"), [(6, 120, 260, 31), (37, 300, 80, 0), (38, 300, 80, -1)])
def test_what_can_still_be_missed(x: int, n: int, r: int, left: int) -> None:
    """At 10 %, 6 of 120 with 260 to come leave 31; 37 of 300 leave none; 38 cannot end below."""
    assert can_still_miss(x, n, r, TENTH) == left


@pytest.mark.parametrize(("x", "n", "fewest"), [(12, 100, 21), (20, 100, 101), (9, 100, 0), (10, 100, 1), (0, 5, 0)])
def test_a_recovery_takes_so_many_sessions(x: int, n: int, fewest: int) -> None:
    """From 12 of 100 it takes 21 sessions without absence to get below 10 %, from 20 of 100 it takes 101."""
    assert recovery(x, n, TENTH) == fewest


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), BOUNDS)
def test_missing_one_more_reaches_the_threshold(x: int, attended: int, r: int, bound: Fraction) -> None:
    """What can still be missed is the most that keeps the final rate below the bound, as trying each shows."""
    n = x + attended
    below = [more for more in range(-x - 2, n + r + 1) if bound.denominator * (x + more) < bound.numerator * (n + r)]
    assert can_still_miss(x, n, r, bound) == max(below, default=-x - 1)


@given(st.integers(0, 40), st.integers(0, 40), BOUNDS)
@settings(deadline=None)
def test_one_session_fewer_is_no_recovery(x: int, attended: int, bound: Fraction) -> None:
    """The sessions to recover are the first number that brings the rate below, as trying each shows."""
    fewest = next(r for r in range(5000) if bound.denominator * x < bound.numerator * (x + attended + r))
    assert recovery(x, x + attended, bound) == fewest


def test_no_rate_recovers_below_zero() -> None:
    """A threshold of 0 is refused: nothing lies below it."""
    with pytest.raises(ValueError, match="below a threshold of 0"):
        recovery(1, 10, Fraction(0))


def test_bounds_of_many_digits_are_exact() -> None:
    """Numerators beyond 64 bits do not overflow."""
    bound = Fraction(10**20 + 1, 10**21)
    assert can_still_miss(0, 200, 0, bound) == 20
    assert recovery(20, 200, bound) == 0


def test_the_best_attainable_rate_misses_nothing_more() -> None:
    """10 of 100 with 100 to come end at 95 % at best; without any session there is no rate."""
    assert best_attainable([10, 0], [100, 0], [100, 0]) == pytest.approx([0.95, math.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"), [(2, 20, 0.0279, 0.3010), (0, 20, 0, 0.1611), (20, 200, 0.0657, 0.1494)]
)
def test_wilsons_interval_has_its_published_bounds(x: int, n: int, low: float, high: float) -> None:
    """2 of 20, 0 of 20 and 20 of 200 have the bounds of the definition, to four digits."""
    assert np.round(wilson(x, n), 4) == pytest.approx([low, high], abs=1e-12)


def test_without_sessions_there_is_no_interval() -> None:
    """0 of 0 has no bounds, and its neighbours keep theirs."""
    low, high = wilson([0, 2, 5], [0, 20, 5])
    assert np.isnan([low[0], high[0]]).all()
    assert high[2] == 1


def test_the_interval_is_scipys_own() -> None:
    """Over many counts the bounds agree with SciPy's."""
    for x, n in [(0, 7), (3, 7), (7, 7), (50, 999)]:
        expected = stats.binomtest(x, n).proportion_ci(method="wilson")
        assert [float(bound) for bound in wilson(x, n)] == pytest.approx([expected.low, expected.high])


def test_runs_widen_the_interval() -> None:
    """A mean spell of 3 at a rate of 10 % makes 200 sessions worth 200 / 4.4; spells of 1 change nothing."""
    assert design_effect(3, 0.1) == pytest.approx(4.4)
    assert design_effect(1, 0.1) == design_effect(math.nan, 0.1) == design_effect(3, 0.9) == 1
    assert wilson(20, 200, 4.4)[1] > wilson(20, 200)[1]


def test_kleinmans_moments_are_those_of_the_formula() -> None:
    """Three students of unlike rates, reckoned by hand."""
    a, b = kleinman([5, 10, 30], [100, 100, 100])
    p, weight = 0.15, 100 * (0.1**2 + 0.05**2 + 0.15**2)
    g = (weight - p * (1 - p) * 2) / (p * (1 - p) * (300 - 100 - 2))
    assert (a, b) == pytest.approx((p * (1 - g) / g, (1 - p) * (1 - g) / g))


def test_kleinman_finds_the_distribution_that_made_the_rates() -> None:
    """Rates drawn from Beta(2, 20) give back its mean and about its weight."""
    rng = np.random.default_rng(0)
    a, b = kleinman(rng.binomial(150, rng.beta(2, 20, 5000)), np.full(5000, 150))
    assert a / (a + b) == pytest.approx(2 / 22, rel=0.05)
    assert a + b == pytest.approx(22, rel=0.1)


@pytest.mark.parametrize(("x", "n"), [([3], [30]), ([0, 0], [30, 20]), ([30, 20], [30, 20]), ([1, 0], [1, 1])])
def test_where_the_moments_say_nothing_the_prior_is_weak(x: list[int], n: list[int]) -> None:
    """One student, nobody or everybody absent, one session each: the prior weighs one session."""
    a, b = kleinman(x, n)
    assert a + b == pytest.approx(1)
    assert min(a, b) > 0


def test_without_sessions_there_is_no_prior() -> None:
    """A school without possible sessions has no distribution of rates."""
    assert np.isnan(kleinman([0, 0], [0, 0])).all()
    assert np.isnan(kleinman([], [])).all()


def test_rates_as_alike_as_chance_makes_them_are_drawn_together() -> None:
    """Students who all have one rate are shrunk to it entirely, and the prior stays finite."""
    prior = kleinman([10, 10, 10], [100, 100, 100])
    assert np.isfinite(prior).all()
    assert shrunk_rate(5, 10, prior) == pytest.approx(0.1, abs=1e-4)


def test_a_shrunk_rate_is_the_posterior_mean() -> None:
    """(a + x) / (a + b + n): few sessions say little, many say almost all."""
    assert shrunk_rate([0, 2, 200], [0, 2, 400], (1, 9)) == pytest.approx([0.1, 3 / 12, 201 / 410])


def test_the_chance_is_summed_from_the_beta_binomial() -> None:
    """Of 30 to come it takes 5 more: the chance is that of 5 to 30."""
    chance = chance_over(3, 50, 30, TENTH, (2, 20))
    assert chance == pytest.approx(stats.betabinom.pmf(range(5, 31), 30, 5, 67).sum())


def test_what_is_settled_has_a_chance_of_none_or_one() -> None:
    """Who is over for good is over; who cannot get there will not; without sessions nothing is said."""
    chance = chance_over([38, 0, 0, 0], [300, 300, 0, 10], [80, 5, 0, 0], TENTH, (2, 20))
    assert chance == pytest.approx([1, 0, math.nan, 0], nan_ok=True)


def test_a_chance_is_said_in_words() -> None:
    """Likely from 80 % on, unlikely up to 20 %, uncertain between, nothing where it is missing."""
    words = chance_words([1, 0.8, 0.79, 0.21, 0.2, 0, math.nan])
    assert words.tolist()[:6] == ["likely", "likely", "uncertain", "uncertain", "unlikely", "unlikely"]
    assert words.isna().tolist() == [False] * 6 + [True]


def test_the_calendar_says_which_days_come() -> None:
    """Days of the year group and of every year group count once, after the as-of day up to the last."""
    dates = ["2025-09-12", "2025-09-15", "2025-09-15", "2025-09-16", "2025-09-17", "2025-09-26", "2025-09-29"]
    school_days = calendar(dates, [10, 10, None, 10, 11, None, 10])
    come = sessions_to_come(rows_of({1: 2}), counts_of((0, 20)), school_days, AS_OF, ENDS_ON)
    assert come.to_dict() == {1: 3 * 2}


def test_without_a_calendar_the_weekdays_count() -> None:
    """Two weeks of Monday to Friday are 10 days, however few of them the school has had sessions on so far."""
    empty = calendar([], [])
    assert sessions_to_come(rows_of({1: 1}), counts_of((0, 10)), empty, AS_OF, ENDS_ON).tolist() == [10]
    assert sessions_to_come(rows_of({1: 1}, 1), counts_of((0, 1)), empty, AS_OF, ENDS_ON).tolist() == [10]
    assert sessions_to_come(rows_of({}), counts_of((0, 0)), empty, AS_OF, ENDS_ON).tolist() == [10]


@pytest.mark.parametrize(
    ("weekdays", "weeks", "school"),
    [
        ([6, 0, 1, 2, 3], 1, [0, 1, 2, 3, 6]),
        ([0, 1, 2, 3, 4, 5], 2, [0, 1, 2, 3, 4, 5]),
        ([0, 1, 2, 3], 6, [0, 1, 2, 3]),
        ([0, 1, 2, 3], 2, [0, 1, 2, 3, 4]),
        ([0], 1, [0, 1, 2, 3, 4]),
        ([], 1, [0, 1, 2, 3, 4]),
    ],
)
def test_the_schools_week_is_seen_from_its_sessions(weekdays: list[int], weeks: int, school: list[int]) -> None:
    """Sunday to Thursday, six days, four days: where the sessions show it; Monday to Friday where they are too few."""
    dates = pd.date_range("2025-09-07", periods=7 * weeks, freq="D", unit="us")
    assert school_weekdays(pd.DataFrame({"date": dates[dates.day_of_week.isin(weekdays)]})) == school


def test_one_saturday_makes_no_week_of_six_days() -> None:
    """A single day of school at a weekend is an exception."""
    dates = [*days(20), pd.Timestamp("2025-09-13")]
    assert school_weekdays(pd.DataFrame({"date": pd.to_datetime(dates)})) == [0, 1, 2, 3, 4]


def test_days_between_two_terms_are_holidays() -> None:
    """Of a joined year without a calendar, the days that lie in no term do not come; those after the last one do."""
    terms = pd.DataFrame(
        {"starts_on": ["2025-08-25", "2025-09-22"], "ends_on": ["2025-09-16", "2025-09-24"]}, dtype="datetime64[us]"
    )
    come = sessions_to_come(rows_of({1: 1}), counts_of((0, 10)), calendar([], []), AS_OF, ENDS_ON, terms=terms)
    assert come.tolist() == [2 + 3 + 2]


def test_a_year_group_the_calendar_leaves_out_has_weekdays() -> None:
    """A calendar of other year groups says nothing of this one."""
    other = calendar(["2025-09-15"], [11])
    assert sessions_to_come(rows_of({1: 1}), counts_of((0, 10)), other, AS_OF, ENDS_ON).tolist() == [10]


def test_half_a_session_is_rounded_up() -> None:
    """Three sessions on two days make 1.5 a day: of 1 day 2, of 3 days 5, as nobody's float decides."""
    rows = rows_of({1: 1}, 2)
    rows = pd.concat([rows, rows.iloc[:1]])
    for dates, expected in [(["2025-09-15"], 2), (["2025-09-15", "2025-09-16", "2025-09-17"], 5)]:
        school_days = calendar(dates, [None] * len(dates))
        assert sessions_to_come(rows, counts_of((0, 3)), school_days, AS_OF, ENDS_ON).tolist() == [expected]


def test_without_an_end_the_outlook_is_missing() -> None:
    """No last day: what rests on the sessions to come is missing; the rate's interval and the recovery are not."""
    table = outlook(counts_of((2, 10)), rows_of({1: 1}), NO_SPELLS, calendar([], []), AS_OF, None, Policy())
    missing = ["sessions_to_come", "can_still_miss", "best_attainable", "chance", "chance_words"]
    assert table.columns[table.isna().all()].tolist() == missing
    assert table.loc[0, "recovery"] == 11


def test_the_outlook_has_a_row_for_each_student() -> None:
    """Who has no session so far keeps a row: nothing can be said of it but the sessions to come."""
    counts = counts_of((2, 10), (0, 10), (0, 0))
    rows = rows_of({1: 1, 2: 1})
    table = outlook(counts, rows, NO_SPELLS, calendar([], []), AS_OF, ENDS_ON, Policy()).set_index("student_id")
    assert table["sessions_to_come"].tolist() == [10, 10, 10]
    assert table["can_still_miss"].fillna(-9).tolist() == [-1, 1, -9]
    assert table["best_attainable"].isna().tolist() == [False, False, True]
    assert table["recovery"].fillna(-9).tolist() == [11, 0, -9]
    assert table["rate_low"].isna().tolist() == [False, False, True]
    assert table.loc[1, ["chance", "chance_words"]].tolist() == [1.0, "likely"]


def test_one_students_outlook_keeps_the_schools_values() -> None:
    """With the school's prior and mean spell, a student alone has the row that the school's table has."""
    counts, rows = counts_of((2, 10), (0, 10), (5, 10)), rows_of({1: 1, 2: 1, 3: 1})
    spells = pd.DataFrame({"sessions": [1, 1, 4]})
    rest = (calendar([], []), AS_OF, ENDS_ON, Policy.england())
    whole = outlook(counts, rows, spells, *rest)
    prior = kleinman(counts["absent"], counts["possible"])
    alone = outlook(counts.iloc[:1], rows[rows["student_id"] == 1], spells.iloc[:2], *rest, prior=prior, mean_spell=2.0)
    pd.testing.assert_frame_equal(alone, whole.iloc[:1])


def test_a_threshold_of_zero_leaves_no_recovery() -> None:
    """Where the first band counts as chronic nobody can get below it, and nothing breaks."""
    policy = Policy().replace(chronic="satisfactory")
    table = outlook(counts_of((2, 10)), rows_of({1: 1}), NO_SPELLS, calendar([], []), AS_OF, ENDS_ON, policy)
    assert table["recovery"].isna().all()
    assert table["can_still_miss"].tolist() == [-3]
