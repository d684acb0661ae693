"""Often absent on a weekday: a claim about a student, so it is tested before it is made."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from mbreports.absence.patterns import WEEKDAYS

__all__ = ["weekday_claims"]


def weekday_claims(
    rows: pd.DataFrame, spells: pd.DataFrame, *, alpha: float = 0.05, min_spells: int = 5
) -> pd.DataFrame:
    """
    Test for every student and weekday whether the student's spells start there more often than expected.

    Only spell *starts* are counted: the later days of an illness say nothing of a weekday. The expected share is the
    weekday's share of the student's possible sessions times the school's multiplier of the weekday (its share of all
    spell starts over its share of all possible sessions), brought to a sum of 1 per student. The p is the exact upper
    tail ``P(Binomial(spells, expected) >= starts)``; Benjamini-Hochberg over all tested pairs decides what is claimed.

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
    multiplier = _shares(starts.sum()) / _shares(possible.sum()).replace(0, np.nan)
    weights = possible * multiplier.fillna(0)
    expected = weights.div(weights.sum(axis=1).replace(0, np.nan), axis=0)
    tested = (starts.sum(axis=1) >= max(min_spells, 1)).to_numpy()
    student, weekday = np.nonzero((possible.to_numpy() > 0) & tested[:, None])
    totals = starts.sum(axis=1).to_numpy(dtype=np.int64)[student]
    pairs = pd.DataFrame(
        {
            "student_id": possible.index.to_numpy(dtype=np.int64)[student],
            "weekday": pd.array(np.array(WEEKDAYS, dtype=object)[weekday], dtype="str"),
            "starts": starts.to_numpy(dtype=np.int64)[student, weekday],
            "spells": totals,
            "expected": expected.to_numpy(dtype=float)[student, weekday],
        }
    )
    p = np.asarray(stats.binom.sf(pairs["starts"] - 1, totals, pairs["expected"]), dtype=float)
    adjusted = stats.false_discovery_control(p) if len(p) else p
    return pairs.assign(p=p, claimed=adjusted <= alpha)


def _by_weekday(students: pd.Series, dates: pd.Series) -> pd.DataFrame:
    """Count the rows of each student (index) on each weekday (columns 0 to 6)."""
    ids, places = np.unique(students.to_numpy(dtype=np.int64), return_inverse=True)
    cells = places * len(WEEKDAYS) + dates.dt.day_of_week.to_numpy(dtype=np.int64)
    counts = np.bincount(cells, minlength=len(ids) * len(WEEKDAYS)).reshape(len(ids), len(WEEKDAYS))
    return pd.DataFrame(counts, index=pd.Index(ids, name="student_id"))


def _shares(counts: pd.Series) -> pd.Series:
    """Each weekday's share of the school's; 0 where there is none at all."""
    return counts / max(int(counts.sum()), 1)
