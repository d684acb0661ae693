"""Which marks are sessions, and what each of them counts as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.absence.meanings import ABSENT, ATTENDED, MEANINGS, UNRECORDED, Meanings

if TYPE_CHECKING:
    from mbreports.absence.policy import Policy

__all__ = ["apply_meanings", "register_year_groups", "session_rows"]

_SERIES = ["student_id", "year_group_id", "class_id"]
_ORDER = ["student_id", "date", "period", "class_id"]


def apply_meanings(marks: pd.DataFrame, policy: Policy, *, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """
    Give the marks with what each of them means by the policy; rows are marked, never dropped.

    A register is a date's marks of a year group or of a class (and period, where the row has one); a class is one
    register, whatever year groups its students are of. A row has no meaning where it is no session: every student of
    its register has an empty answer (a day off); it is an empty answer before the student's first or after the last
    mark in that year group or class (not enrolled); its date lies after `as_of`.
    An empty answer between is unrecorded.

    Parameters
    ----------
    marks
        The documented columns of marks.
    policy
        Whose meanings count.
    as_of
        The last day that counts; None: every day does. Later marks say nothing, not even who is enrolled.

    Returns
    -------
    pandas.DataFrame
        The rows of `marks` in their order, with two columns more: ``meaning`` (str; missing: no session) and ``taken``
        (bool: somebody of the register has a recorded code, one other than -1).

    Source: ``measures.md``, "From a mark to a meaning".
    """
    marked = marks["status"].notna().to_numpy()
    recorded = marked & (marks["status"].fillna(-1) != -1).to_numpy()
    keys = marks.assign(year_group_id=register_year_groups(marks))
    day, register = _groups(keys, ["date", "year_group_id", "class_id"]), _groups(keys)
    whole_day = (marks["period"].isna() & ~marked).to_numpy()
    in_time = (marks["date"] <= as_of).to_numpy() if as_of is not None else np.ones_like(marked)
    session = in_time & (
        marked | _any_of(marked, day, register, whole_day=whole_day) & _enrolled(keys, marked & in_time)
    )
    places = Meanings(policy.meanings).table()[marks["status"].fillna(-1).to_numpy(dtype=np.int64) + 2**15]
    meanings = np.array([*MEANINGS, None], dtype=object)[np.where(session, places, -1)]
    return marks.assign(
        meaning=pd.Series(meanings, index=marks.index, dtype="str"),
        taken=_any_of(recorded, day, register, whole_day=whole_day),
    )


def session_rows(marks: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """
    Give one row per session, in each student's order of time, with whether it counts as possible and as absent.

    Parameters
    ----------
    marks
        Marks with ``meaning`` and ``taken``, as `apply_meanings` gives them.
    policy
        Whose rule for unrecorded sessions counts.

    Returns
    -------
    pandas.DataFrame
        The rows that have a meaning, sorted by student, date, period and class, with two bool columns more:
        ``possible`` and ``absent``.
    """
    rows = marks[marks["meaning"].notna()].sort_values(_ORDER, kind="stable", na_position="first", ignore_index=True)
    meaning = rows["meaning"]
    unrecorded = (meaning == UNRECORDED).to_numpy(dtype=bool)
    taken = rows["taken"].to_numpy(dtype=bool)
    counted = {"present": np.ones_like(taken), "exclude": np.zeros_like(taken), "exclude_untaken": taken}
    absent = meaning.isin(ABSENT).to_numpy(dtype=bool)
    attended = meaning.isin(ATTENDED).to_numpy(dtype=bool)
    return rows.assign(possible=absent | attended | (unrecorded & counted[policy.unrecorded]), absent=absent)


def register_year_groups(marks: pd.DataFrame) -> pd.Series[Any]:
    """Give the year group of each row's register: of a class that has students of several, none."""
    groups, in_class = marks["year_group_id"], marks["class_id"].notna()
    if not (in_class & groups.notna()).any():
        return groups
    by_class = groups.groupby(marks["class_id"])
    only = by_class.transform("first").where(by_class.transform("nunique") == 1)
    return groups.mask(in_class, only).astype("Int64")


def _groups(marks: pd.DataFrame, keys: list[str] | None = None) -> np.ndarray[Any, Any]:
    """Number the groups of equal keys, missing ones included; by default the registers."""
    keys = keys or ["date", "year_group_id", "class_id", "period"]
    return marks.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()


def _any_of(
    flags: np.ndarray[Any, np.dtype[np.bool_]],
    day: np.ndarray[Any, Any],
    register: np.ndarray[Any, Any],
    *,
    whole_day: np.ndarray[Any, np.dtype[np.bool_]],
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether anybody of a row's register has the flag; an answer that is empty for the whole day has the day's."""
    if not len(flags):
        return flags
    by_day = (np.bincount(day, weights=flags) > 0)[day]
    by_register = (np.bincount(register, weights=flags) > 0)[register]
    return np.where(whole_day, by_day, by_register)


def _enrolled(marks: pd.DataFrame, marked: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a row lies between its student's first and last mark in its year group or class."""
    dates = marks["date"].where(marked)
    by_series = dates.groupby(_groups(marks, _SERIES))
    inside = (marks["date"] >= by_series.transform("min")) & (marks["date"] <= by_series.transform("max"))
    return inside.to_numpy(dtype=bool)
