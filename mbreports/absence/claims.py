"""Often absent on a weekday: a claim about a student, so it is tested before it is made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from mbreports.absence.patterns import WEEKDAYS

__all__ = ["school_multiplier", "weekday_claims"]

_Counts = np.ndarray[Any, np.dtype[np.int64]]
_Numbers = np.ndarray[Any, np.dtype[np.float64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]

_FAR_OUT = 0.1
_MOST_ROUNDS = 20
_PATTERNLESS = 5
"""As many starts as a student needs to be tested: a school of few spells has little of a pattern."""


def weekday_claims(
    rows: pd.DataFrame, spells: pd.DataFrame, *, alpha: float = 0.05, min_spells: int = 5
) -> pd.DataFrame:
    """
    Test for every student and weekday whether the student's spells start there more often than expected.

    Only spell *starts* are counted: the later days of an illness say nothing of a weekday. The expected share is the
    weekday's share of the student's possible sessions times the school's multiplier of the weekday (its share of the
    school's spell starts over its share of the school's possible sessions; see `school_multiplier`), brought to a sum
    of 1 per student. The p is the exact upper tail ``P(Binomial(spells, expected) >= starts)``; Benjamini-Hochberg over
    all tested pairs decides what is claimed.

    Parameters
    ----------
    rows
        One row per session of the whole school: ``student_id, date, possible``.
    spells
        The whole school's, as `mbreports.absence.spells.find_spells` gives them.
    alpha
        The share of wrong claims among the claims that is tolerated.
    min_spells
        A student with fewer spells is not tested.

    Returns
    -------
    pandas.DataFrame
        One row per tested pair, by student and weekday.

        ==========  =======  ==================================================================
        student_id  int64    a student with at least `min_spells` spells
        weekday     str      English name; each on which the student has a possible session
        starts      int64    the student's spells that start on it
        spells      int64    all of the student's
        expected    float64  share of them expected on it
        p           float64  how likely so many starts, or more, are without an effect
        claimed     bool     whether "often absent on this weekday" may be said
        ==========  =======  ==================================================================

        Nobody has enough spells: no rows, same columns and dtypes.

    Source: ``measures.md``, "Patterns"; Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995), pages 289 to 300.
    """
    sessions = rows[rows["possible"]]
    possible = _by_weekday(sessions["student_id"], sessions["date"])
    starts = _by_weekday(spells["student_id"], spells["first_date"]).reindex(possible.index, fill_value=0)
    tested = (starts.sum(axis=1) >= max(min_spells, 1)).to_numpy()
    expected = _expected(possible.to_numpy(), school_multiplier(possible.to_numpy(), starts.to_numpy(), tested))
    student, weekday = np.nonzero((possible.to_numpy() > 0) & tested[:, None])
    totals = starts.sum(axis=1).to_numpy(dtype=np.int64)[student]
    pairs = pd.DataFrame(
        {
            "student_id": possible.index.to_numpy(dtype=np.int64)[student],
            "weekday": pd.array(np.array(WEEKDAYS, dtype=object)[weekday], dtype="str"),
            "starts": starts.to_numpy(dtype=np.int64)[student, weekday],
            "spells": totals,
            "expected": expected[student, weekday],
        }
    )
    p = _tail(starts.to_numpy(), expected)[student, weekday]
    adjusted = stats.false_discovery_control(p) if len(p) else p
    return pairs.assign(p=p, claimed=adjusted <= alpha)


def _by_weekday(students: pd.Series, dates: pd.Series) -> pd.DataFrame:
    """Count the rows of each student (index) on each weekday (columns 0 to 6)."""
    ids, places = np.unique(students.to_numpy(dtype=np.int64), return_inverse=True)
    cells = places * len(WEEKDAYS) + dates.dt.day_of_week.to_numpy(dtype=np.int64)
    counts = np.bincount(cells, minlength=len(ids) * len(WEEKDAYS)).reshape(len(ids), len(WEEKDAYS))
    return pd.DataFrame(counts, index=pd.Index(ids, name="student_id"))


def school_multiplier(possible: _Counts, starts: _Counts, tested: _Flags) -> _Numbers:
    """
    Give each weekday's multiplier: its share of the school's spell starts over its share of the possible sessions.

    Students who stand out themselves would be measured by their own pattern, and a few of them would hide one another.
    So those who are far from what is expected (a p below 10 % on some weekday) are left out and the rest is counted
    again, until the same stay out. Where they are most of the school, the pattern is the school's own, and everybody
    counts.

    Parameters
    ----------
    possible, starts
        Students by weekdays.
    tested
        Students with enough spells to stand out.
    """
    multiplier, out = np.ones(len(WEEKDAYS)), np.zeros_like(tested)
    for _ in range(_MOST_ROUNDS):
        before = out
        out = tested & (_tail(starts, _expected(possible, multiplier)).min(axis=1) < _FAR_OUT)
        if 2 * out.sum() > len(out):
            return _ratio(possible, starts)
        multiplier = _ratio(possible[~out], starts[~out])
        if (out == before).all():
            break
    return multiplier


def _ratio(possible: _Counts, starts: _Counts) -> _Numbers:
    """Shares of starts over shares of sessions, counted with a few starts more that have no pattern."""
    sessions = possible.sum(axis=0)
    share = sessions / max(int(sessions.sum()), 1)
    smooth = (starts.sum(axis=0) + _PATTERNLESS * share) / (starts.sum() + _PATTERNLESS)
    return np.divide(smooth, share, out=np.zeros_like(share), where=share > 0)


def _expected(possible: _Counts, multiplier: _Numbers) -> _Numbers:
    """Each student's expected shares of the weekdays; a sum of 1, or 0 without sessions."""
    weights = possible * multiplier
    whole = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, whole, out=np.zeros_like(weights), where=whole > 0)


def _tail(starts: _Counts, expected: _Numbers) -> _Numbers:
    """How likely so many starts on a weekday, or more, are for each student."""
    totals = starts.sum(axis=1, keepdims=True)
    return np.asarray(stats.binom.sf(starts - 1, totals, expected), dtype=float)
