"""Weekday claims: none where there is no effect, most where there is a strong one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from factory import days
from scipy import stats

from mbreports.absence.claims import weekday_claims
from mbreports.absence.spells import find_spells

FRIDAY = 4


def rows_of(absent: np.ndarray) -> pd.DataFrame:
    """A session per student (row) and school day (column), True where absent."""
    students, count = absent.shape
    flags = absent.ravel()
    return pd.DataFrame(
        {
            "student_id": np.repeat(np.arange(1, students + 1), count),
            "date": np.tile(days(count).to_numpy(), students),
            "period": pd.array([1] * flags.size, dtype="Int16"),
            "class_id": pd.array([None] * flags.size, dtype="Int64"),
            "year_group_id": pd.array([10] * flags.size, dtype="Int64"),
            "meaning": pd.array(np.where(flags, "unexcused", "present"), dtype="str"),
            "possible": True,
            "absent": flags,
        }
    )


def claims_of(absent: np.ndarray) -> pd.DataFrame:
    rows = rows_of(absent)
    return weekday_claims(rows, find_spells(rows))


def in_runs(rng: np.random.Generator, students: int, count: int) -> np.ndarray:
    """Absences without any weekday effect, in runs of 3.5 sessions on the mean, of students who differ."""
    often = rng.beta(2, 60, students)
    absent = np.zeros((students, count), dtype=bool)
    now = np.zeros(students, dtype=bool)
    for place in range(count):
        chance = rng.random(students)
        now = np.where(now, chance > 1 / 3.5, chance < often)
        absent[:, place] = now
    return absent


def fridays(count: int) -> np.ndarray:
    return np.arange(count) % 5 == FRIDAY


@pytest.mark.parametrize("seed", range(5))
def test_without_an_effect_hardly_anybody_is_named(seed: int) -> None:
    """Absences that fall by chance are called a weekday's for at most 5 % of the students."""
    rng = np.random.default_rng(seed)
    found = claims_of(rng.random((400, 90)) < rng.beta(2, 20, (400, 1)))
    assert found["student_id"].nunique() > 100
    assert found.loc[found["claimed"], "student_id"].nunique() <= 0.05 * 400


@pytest.mark.parametrize("seed", range(3))
def test_without_an_effect_long_illnesses_name_nobody(seed: int) -> None:
    """Absences in runs count by their starts, so a week of illness is no pattern."""
    found = claims_of(in_runs(np.random.default_rng(seed), 300, 180))
    assert found["student_id"].nunique() > 100
    assert found.loc[found["claimed"], "student_id"].nunique() <= 0.05 * 300


def test_a_weekday_on_which_the_whole_school_is_away_is_nobodys() -> None:
    """A school that is absent on Fridays three times as often has no student to name for it."""
    rng = np.random.default_rng(5)
    absent = rng.random((400, 90)) < np.where(fridays(90), 0.18, 0.06)
    assert claims_of(absent)["claimed"].sum() <= 0.05 * 400


def test_strong_effects_are_found() -> None:
    """Students who are away on most Fridays, amid many who are not, are named for Friday and for nothing else."""
    rng = np.random.default_rng(2)
    absent = rng.random((300, 90)) < 0.06
    absent[:15] = rng.random((15, 90)) < np.where(fridays(90), 0.8, 0.02)
    claimed = claims_of(absent).query("claimed and student_id <= 15")
    assert set(claimed["weekday"]) == {"Friday"}
    assert len(claimed) >= 13


@pytest.mark.parametrize("affected", [30, 90])
def test_many_who_have_the_effect_do_not_hide_one_another(affected: int) -> None:
    """Three of ten students away on half of their Fridays are found as well as one of ten; hardly anybody else is."""
    rng = np.random.default_rng(6)
    absent = in_runs(rng, 300, 120)
    absent[:affected] |= fridays(120) & (rng.random((affected, 120)) < 0.5)
    claimed = claims_of(absent).query("claimed")
    assert (claimed.query("student_id <= @affected")["weekday"] == "Friday").sum() >= 0.8 * affected
    assert (claimed["student_id"] > affected).sum() <= 0.02 * 300


def test_one_student_among_many_who_are_never_away_is_found() -> None:
    """That nobody else is absent does not make a student's own Fridays the school's."""
    absent = np.zeros((20, 60), dtype=bool)
    absent[0] = fridays(60)
    assert claims_of(absent).query("claimed")[["student_id", "weekday"]].to_numpy().tolist() == [[1, "Friday"]]


def test_illness_that_starts_at_weekends_makes_no_mondays() -> None:
    """Whoever falls ill on a Saturday is first missed on Monday: so is the whole school, and nobody is named for it."""
    rng = np.random.default_rng(9)
    ill = in_runs(rng, 300, 180)
    found = claims_of(ill[:, np.arange(180) % 7 < 5])
    starts = found.groupby("weekday")["starts"].sum()
    assert starts["Monday"] > 1.5 * starts["Thursday"]
    assert found["claimed"].sum() <= 0.02 * 300


def test_fewer_than_five_spells_are_not_tested() -> None:
    """Four Fridays are too few to speak of; five are tested."""
    absent = np.zeros((2, 30), dtype=bool)
    absent[0, [4, 9, 14, 19]] = absent[1, [4, 9, 14, 19, 24]] = True
    found = claims_of(absent)
    assert found["student_id"].unique().tolist() == [2]
    assert found["spells"].tolist() == [5] * 5


def test_the_expected_shares_of_a_student_sum_to_one() -> None:
    """Each tested student's expected shares are a whole, also where the student misses a weekday's sessions."""
    rng = np.random.default_rng(1)
    rows = rows_of(rng.random((40, 90)) < 0.15)
    part_time = (rows["student_id"] == 1) & (rows["date"].dt.day_of_week == FRIDAY)
    rows = rows[~part_time]
    found = weekday_claims(rows, find_spells(rows))
    assert found.groupby("student_id")["expected"].sum().to_numpy() == pytest.approx(1)
    assert "Friday" not in found.loc[found["student_id"] == 1, "weekday"].tolist()


def test_p_is_the_exact_upper_tail() -> None:
    """The p of so many starts or more is summed from the binomial's own terms."""
    pair = claims_of(np.random.default_rng(4).random((30, 60)) < 0.15).loc[7]
    terms = stats.binom.pmf(range(pair["starts"], pair["spells"] + 1), pair["spells"], pair["expected"])
    assert pair["p"] == pytest.approx(terms.sum())


def test_what_is_claimed_follows_benjamini_and_hochberg() -> None:
    """With m pairs, the claims are the smallest p up to the last with p(i) <= i/m · 5 %."""
    rng = np.random.default_rng(3)
    absent = rng.random((60, 90)) < 0.05
    absent[:4] |= fridays(90) & (rng.random((4, 90)) < 0.7)
    found = claims_of(absent).sort_values("p")
    under = np.flatnonzero(found["p"] <= np.arange(1, len(found) + 1) / len(found) * 0.05)
    assert found["claimed"].sum() == (under[-1] + 1 if len(under) else 0) > 0
    assert found["claimed"].is_monotonic_decreasing


def test_nobody_tested_gives_the_same_columns() -> None:
    """Without enough spells, and without sessions, the table is empty and keeps its dtypes."""
    some = claims_of(np.random.default_rng(4).random((30, 60)) < 0.15)
    for none in (claims_of(np.zeros((3, 10), dtype=bool)), claims_of(np.zeros((0, 10), dtype=bool))):
        assert none.empty
        pd.testing.assert_series_equal(none.dtypes, some.dtypes)
