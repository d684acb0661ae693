"""Patterns: absence by weekday, period, week and month, and whether it rises or falls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "WEEKDAYS",
    "add_weekday",
    "month_rates",
    "period_rates",
    "rates_by",
    "trends",
    "week_rates",
    "weekday_rates",
]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""In the order of the tables."""

TREND_DAYS = 20
"""The school days that `trends` compares with as many before."""

_BEYOND = 20
"""One over the change that counts as one: more than 1/20, 5 percentage points."""


def rates_by(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """
    Give each group's absence rate: Σ absent / Σ possible of its sessions, never the mean of its students' rates.

    Parameters
    ----------
    rows
        One row per session: ``student_id, possible, absent`` and the keys.
    keys
        Columns that name a group; a missing value is a group of its own, the last.

    Returns
    -------
    pandas.DataFrame
        One row per group with a possible session, sorted by the keys: the keys, ``students`` (distinct, with a possible
        session), ``possible``, ``absent`` (int64), ``absence_rate`` (float64).

    Source: ``measures.md``, "From a mark to a meaning" and "Patterns".
    """
    sessions = rows.loc[rows["possible"], list(dict.fromkeys([*keys, "student_id", "absent"]))]
    groups = sessions.groupby(keys, dropna=False)
    sums = groups.agg(students=("student_id", "nunique"), possible=("absent", "size"), absent=("absent", "sum"))
    sums = sums.astype("int64")
    return sums.assign(absence_rate=sums["absent"] / sums["possible"]).reset_index()


def add_weekday(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with the English name of their date's weekday as ``weekday`` (str)."""
    names = np.array(WEEKDAYS, dtype=object)[rows["date"].dt.day_of_week.to_numpy(dtype=np.int64)]
    return rows.assign(weekday=pd.Series(names, index=rows.index, dtype="str"))


def weekday_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Give `rates_by` weekday (its English name), from Monday to Sunday; only those with a possible session."""
    rates = rates_by(add_weekday(rows), ["weekday"])
    return rates.sort_values("weekday", key=lambda names: names.map(WEEKDAYS.index), ignore_index=True)


def period_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Give `rates_by` period; sessions without one are left out."""
    return rates_by(rows[rows["period"].notna()], ["period"])


def week_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Give `rates_by` week, each named by its Monday's date."""
    days = pd.to_timedelta(rows["date"].dt.day_of_week, unit="D")
    return rates_by(rows.assign(week=(rows["date"] - days).dt.as_unit("us")), ["week"])


def month_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Give `rates_by` month, each named by the date of its first day."""
    days = pd.to_timedelta(rows["date"].dt.day - 1, unit="D")
    return rates_by(rows.assign(month=(rows["date"] - days).dt.as_unit("us")), ["month"])


def trends(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Say whose absence rises or falls: the rate of the last 20 school days against the 20 before.

    A student's school days are the distinct dates of his or her possible sessions. With ``a`` of ``b`` sessions absent
    now and ``c`` of ``d`` before, the trend is "steady" unless ``20 · |a·d - c·b| > b·d``: more than 5 percentage
    points, compared in whole numbers, before any rounding.

    Parameters
    ----------
    rows
        One row per session: ``student_id, date, possible, absent``.

    Returns
    -------
    pandas.DataFrame
        One row per student of `rows`, by ``student_id``: ``student_id, rate_before, rate_now, change`` (float64),
        ``trend`` (str: ``"rising"``, ``"falling"``, ``"steady"``); all four missing before 40 school days.

    Source: ``measures.md``, "Patterns".
    """
    days = rates_by(rows, ["student_id", "date"])
    back = days.groupby("student_id").cumcount(ascending=False).to_numpy()
    now, before = back < TREND_DAYS, (back >= TREND_DAYS) & (back < 2 * TREND_DAYS)
    ids = pd.Index(np.unique(rows["student_id"].to_numpy()), name="student_id")
    enough = (days["student_id"].value_counts().reindex(ids).fillna(0) >= 2 * TREND_DAYS).to_numpy()
    a, b = _sums(days[now], ids[enough])
    c, d = _sums(days[before], ids[enough])
    sign = np.where(_BEYOND * np.abs(a * d - c * b) > b * d, np.sign(a * d - c * b), 0)
    found = pd.DataFrame(
        {
            "rate_before": c / d,
            "rate_now": a / b,
            "change": (a * d - c * b) / (b * d),
            "trend": pd.array(np.array(["falling", "steady", "rising"], dtype=object)[sign + 1], dtype="str"),
        },
        index=ids[enough],
    )
    return found.reindex(ids).reset_index()


def _sums(days: pd.DataFrame, ids: pd.Index[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each student's absent and possible sessions of those days."""
    sums = days.groupby("student_id")[["absent", "possible"]].sum().reindex(ids).to_numpy(dtype=np.int64)
    return sums[:, 0], sums[:, 1]
