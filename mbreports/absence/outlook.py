"""What is still to come: sessions, the absences they leave room for, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.absence.interval import design_effect, wilson
from mbreports.absence.shrink import chance_over, chance_words, crossing, kleinman, shrunk_rate

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import ArrayLike, NDArray

    from mbreports.absence.policy import Policy

__all__ = [
    "best_attainable",
    "can_still_miss",
    "chance_over",
    "chance_words",
    "design_effect",
    "kleinman",
    "outlook",
    "recovery",
    "school_weekdays",
    "sessions_to_come",
    "shrunk_rate",
    "wilson",
]

_MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
_WEEKEND = (5, 6)

_CAME_BY = 4
"""So often a weekday has to come by without a session before it is taken for a day without school."""


def can_still_miss(
    absent: ArrayLike, possible: ArrayLike, to_come: ArrayLike, threshold: Fraction
) -> NDArray[np.int64]:
    """
    Give how many more sessions can be missed with the final rate still below the threshold.

    ``ceil(num · N / den) - 1 - x`` with ``N = n + R``, in whole numbers; negative: it cannot end below any more. It is
    not cut off at R: more than are to come means that all of them could be missed.

    Parameters
    ----------
    absent, possible, to_come
        Whole numbers x, n and R, element by element.
    threshold
        The exact bound ``num/den``.

    Returns
    -------
    numpy.ndarray of int64

    Source: ``measures.md``, "Outlook".
    """
    x, n, r = (np.asarray(given).astype(np.int64) for given in (absent, possible, to_come))
    return crossing(n + r, threshold) - 1 - x


def best_attainable(absent: ArrayLike, possible: ArrayLike, to_come: ArrayLike) -> NDArray[np.float64]:
    """Give the attendance rate at the end if nothing more is missed: ``1 - x / (n + R)``; missing without sessions."""
    x, n, r = (np.asarray(given, dtype=float) for given in (absent, possible, to_come))
    return 1 - x / np.where(n + r > 0, n + r, np.nan)


def recovery(absent: ArrayLike, possible: ArrayLike, threshold: Fraction) -> NDArray[np.int64]:
    """
    Give the fewest sessions of full attendance that bring the rate below the threshold; 0 where it is already.

    The least ``R* >= 0`` with ``den · x < num · (n + R*)``, in whole numbers.

    Raises
    ------
    ValueError
        The threshold is 0: no rate lies below it.

    Source: ``measures.md``, "Outlook".
    """
    if threshold <= 0:
        raise ValueError("no rate lies below a threshold of 0")
    x, n = (np.asarray(given).astype(np.int64).astype(object) for given in (absent, possible))
    fewest = threshold.denominator * x // threshold.numerator + 1 - n
    return np.maximum(np.asarray(fewest).astype(np.int64), 0)


def sessions_to_come(  # noqa: PLR0913 -- the parts of a term
    rows: pd.DataFrame,
    students: pd.DataFrame,
    school_days: pd.DataFrame,
    as_of: pd.Timestamp | None,
    ends_on: pd.Timestamp | None,
    *,
    terms: pd.DataFrame | None = None,
) -> pd.Series[Any]:
    """
    Give the sessions each student has to come: school days after `as_of` up to `ends_on`, times sessions a day so far.

    The days are those of the calendar that name the student's year group or none. Where it names no day at all for the
    year group, they are the days that are no weekend (`school_weekdays`) and do not lie between two terms.
    Sessions a day so far are the student's possible sessions over the distinct dates of them (without any: all
    students' together; without those: 1). The product is exact and rounded half up.

    Parameters
    ----------
    rows
        One row per session: ``student_id, date, possible``.
    students
        ``student_id, year_group_id``.
    school_days
        ``date, year_group_id`` (missing: every year group); may be empty.
    as_of, ends_on
        The last day known, and the last day of all.
    terms
        ``starts_on, ends_on`` of the terms of a joined year.

    Returns
    -------
    pandas.Series
        Int64, indexed by ``student_id``, in the order of `students`; missing without `as_of` or `ends_on`.

    Source: ``measures.md``, "Outlook".
    """
    ids = pd.Index(students["student_id"], name="student_id")
    if as_of is None or ends_on is None or pd.isna(as_of) or pd.isna(ends_on):
        return pd.Series(pd.NA, index=ids, dtype="Int64", name="sessions_to_come")
    days = _days_of_calendar(students["year_group_id"], school_days, as_of, ends_on)
    if (days < 0).any():
        days = np.where(days < 0, _days_by_weekday(rows, as_of, ends_on, terms), days)
    possible, dates = _pace(rows, ids)
    to_come = (2 * days * possible + dates) // (2 * dates)
    return pd.Series(to_come, index=ids, dtype="Int64", name="sessions_to_come")


def _days_of_calendar(
    year_groups: pd.Series[Any], school_days: pd.DataFrame, as_of: pd.Timestamp, ends_on: pd.Timestamp
) -> NDArray[np.int64]:
    """Each student's days to come by the calendar; -1 where it names no day, past or to come, for the year group."""
    known = school_days.drop_duplicates(["date", "year_group_id"])
    everyone = known["year_group_id"].isna()
    own = known[~everyone & ~known["date"].isin(known.loc[everyone, "date"])]
    shared = _between(known.loc[everyone, "date"], as_of, ends_on).sum()
    extra = own[_between(own["date"], as_of, ends_on)]["year_group_id"].value_counts()
    groups = year_groups.astype("Int64")
    days = groups.map(extra.astype("int64").to_dict()).astype("Int64").fillna(0).to_numpy(dtype=np.int64) + int(shared)
    named = groups.isin(known["year_group_id"].dropna()).to_numpy(dtype=bool) | bool(everyone.any())
    return np.where(named, days, -1)


def _between(dates: pd.Series[Any], as_of: pd.Timestamp, ends_on: pd.Timestamp) -> NDArray[np.bool_]:
    return ((dates > as_of) & (dates <= ends_on)).to_numpy(dtype=bool)


def school_weekdays(rows: pd.DataFrame) -> list[int]:
    """
    Say which weekdays are no weekend, from the sessions so far: numbers from 0, Monday.

    Monday to Friday, without one of them that came by four times and never had a session. A school that works on
    Saturdays or Sundays, at least every other one, has the weekdays that it has had sessions on.

    Parameters
    ----------
    rows
        One row per session of the whole school: ``date``.
    """
    dates = pd.DatetimeIndex(rows["date"].drop_duplicates())
    if dates.empty:
        return [*_MONDAY_TO_FRIDAY]
    held = np.bincount(dates.day_of_week, minlength=7)
    come = np.bincount(pd.date_range(dates.min(), dates.max(), freq="D").day_of_week, minlength=7)
    weekend = [day for day in _WEEKEND if held[day] and 2 * held[day] >= come[day]]
    if weekend:
        return sorted([*(day for day in _MONDAY_TO_FRIDAY if held[day]), *weekend])
    return [day for day in _MONDAY_TO_FRIDAY if held[day] or come[day] < _CAME_BY]


def _days_by_weekday(rows: pd.DataFrame, as_of: pd.Timestamp, ends_on: pd.Timestamp, terms: pd.DataFrame | None) -> int:
    """Count the days to come that are no weekend and lie between no two terms."""
    days = pd.date_range(as_of.normalize() + pd.Timedelta(days=1), ends_on.normalize(), freq="D")
    days = days[days.day_of_week.isin(school_weekdays(rows))]
    if terms is None or terms.empty:
        return len(days)
    inside = np.zeros(len(days), dtype=bool)
    for first, last in zip(terms["starts_on"], terms["ends_on"], strict=True):
        inside |= (days >= first) & (days <= last)
    between = (days > terms["ends_on"].min()) & (days < terms["starts_on"].max())
    return int((inside | ~between).sum())


def _pace(rows: pd.DataFrame, ids: pd.Index[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each student's possible sessions and the distinct dates of them; for who has none, all students' together."""
    sessions = rows.loc[rows["possible"], ["student_id", "date"]]
    possible = sessions["student_id"].value_counts()
    dates = sessions.drop_duplicates()["student_id"].value_counts()
    default = (int(possible.sum()), int(dates.sum())) if len(possible) else (1, 1)
    held = [counts.reindex(ids).fillna(other) for counts, other in zip((possible, dates), default, strict=True)]
    return np.asarray(held[0], dtype=np.int64), np.asarray(held[1], dtype=np.int64)


def outlook(  # noqa: PLR0913, PLR0917 -- the parts of a term
    counts: pd.DataFrame,
    rows: pd.DataFrame,
    spells: pd.DataFrame,
    school_days: pd.DataFrame,
    as_of: pd.Timestamp | None,
    ends_on: pd.Timestamp | None,
    policy: Policy,
    *,
    prior: tuple[float, float] | None = None,
    mean_spell: float | None = None,
    terms: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Give each student's outlook against the threshold of the policy's chronic band.

    Parameters
    ----------
    counts
        ``student_id, year_group_id, possible, absent``, the adjustments included; one row per student.
    rows
        Sessions: they say how many a day there are, and on which weekdays.
    spells
        As `mbreports.absence.spells.find_spells` gives them.
    school_days, as_of, ends_on, terms
        As for `sessions_to_come`.
    policy
        Its ``threshold`` is used.
    prior, mean_spell
        The whole school's, where `counts` and `spells` are of some students only; else they are found here.

    Returns
    -------
    pandas.DataFrame
        One row per student, in the order of `counts`.

        ================  =======  ======================================================================
        student_id        int64    ManageBac's id
        sessions_to_come  Int64    missing without an end date, as is whatever rests on it
        can_still_miss    Int64    see `can_still_miss`; missing without a session so far
        best_attainable   float64  see `best_attainable`; likewise
        recovery          Int64    see `recovery`; missing without a session so far, or a threshold of 0
        shrunk_rate       float64  see `shrunk_rate`
        rate_low          float64  see `wilson`, with the design effect of the mean spell and the own rate
        rate_high         float64
        chance            float64  see `chance_over`; likewise
        chance_words      str      likely, uncertain, unlikely
        ================  =======  ======================================================================

    Source: ``measures.md``, "Outlook".
    """
    absent, possible = counts["absent"].to_numpy(dtype=np.int64), counts["possible"].to_numpy(dtype=np.int64)
    prior = kleinman(absent, possible) if prior is None else prior
    mean_spell = float(spells["sessions"].mean()) if mean_spell is None else mean_spell
    coming = sessions_to_come(rows, counts, school_days, as_of, ends_on, terms=terms).reset_index(drop=True)
    to_come = coming.fillna(0).to_numpy(dtype=np.int64)
    known = coming.notna().to_numpy(dtype=bool) & (possible > 0)
    base = np.where(possible > 0, possible, np.nan)
    low, high = wilson(absent, possible, design_effect(mean_spell, absent / base))
    chance = np.where(known, chance_over(absent, possible, to_come, policy.threshold, prior), np.nan)
    missable = can_still_miss(absent, possible, to_come, policy.threshold)
    return pd.DataFrame(
        {
            "student_id": counts["student_id"].to_numpy(),
            "sessions_to_come": coming,
            "can_still_miss": pd.Series(missable, dtype="Int64").where(known),
            "best_attainable": np.where(known, best_attainable(absent, possible, to_come), np.nan),
            "recovery": _recoveries(absent, possible, policy.threshold),
            "shrunk_rate": shrunk_rate(absent, possible, prior),
            "rate_low": low,
            "rate_high": high,
            "chance": chance,
            "chance_words": chance_words(chance),
        }
    )


def _recoveries(absent: NDArray[np.int64], possible: NDArray[np.int64], threshold: Fraction) -> pd.Series[Any]:
    """As `recovery`; missing where there is no rate, or none that could be reached."""
    if threshold <= 0:
        return pd.Series(pd.NA, index=range(len(absent)), dtype="Int64")
    return pd.Series(recovery(absent, possible, threshold), dtype="Int64").where(possible > 0)
