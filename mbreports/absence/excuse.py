"""Excusals: which absences they explain, day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from mbreports.absence.meanings import EXCUSED, UNEXCUSED

__all__ = ["apply_excusals", "covered_marks"]


def covered_marks(marks: pd.DataFrame, excusals: pd.DataFrame) -> pd.DataFrame:
    """
    Give one row per mark and excusal of the same student whose days hold the mark's date, both ends included.

    Parameters
    ----------
    marks
        At least ``student_id`` and ``date``; the index names the mark.
    excusals
        The documented columns of excusals; one that ends before it starts holds no day.

    Returns
    -------
    pandas.DataFrame
        ``mark`` (the index of `marks`), ``excusal`` (the position in `excusals`), and the columns of both; the excusal
        that counts for a mark comes first: the earliest ``created_at``, then the lowest ``excusal_id``.
    """
    left = marks.assign(mark=marks.index)
    right = _day_by_day(excusals.assign(excusal=range(len(excusals))), marks["date"])
    pairs = left.merge(right, on=["student_id", "date"], how="inner")
    return pairs.sort_values(
        ["mark", "created_at", "excusal_id", "excusal"], kind="stable", na_position="last", ignore_index=True
    )


def _day_by_day(excusals: pd.DataFrame, dates: pd.Series[Any]) -> pd.DataFrame:
    """A row per excusal and date of `dates` that it holds: so many rows, and not one per excusal and mark."""
    days = np.sort(dates.unique())
    first = np.searchsorted(days, excusals["start_date"].to_numpy(), side="left")
    count = np.maximum(np.searchsorted(days, excusals["end_date"].to_numpy(), side="right") - first, 0)
    each = np.repeat(np.arange(len(excusals)), count)
    within = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    held = pd.Series(days[first[each] + within], dtype=dates.dtype)
    return excusals.iloc[each].reset_index(drop=True).assign(date=held)


def apply_excusals(marks: pd.DataFrame, excusals: pd.DataFrame) -> pd.DataFrame:
    """
    Give the marks with unexcused ones that an excusal holds turned into excused ones.

    Parameters
    ----------
    marks
        Marks with ``meaning``; only ``unexcused`` ones change, and their status stays as it was.
    excusals
        The documented columns of excusals. Of several that hold a day, the earliest ``created_at`` counts, then the
        lowest id.

    Returns
    -------
    pandas.DataFrame
        The rows of `marks` in their order; ``excused_by`` (Int64) is the excusal's id, missing where no excusal did it
        (or where it has no id).

    Source: ``measures.md``, "Excusals".
    """
    unexcused = marks.loc[marks["meaning"] == UNEXCUSED, ["student_id", "date"]]
    first = covered_marks(unexcused, excusals).drop_duplicates("mark").set_index("mark")
    excused_by = first["excusal_id"].reindex(marks.index).astype("Int64")
    meaning = marks["meaning"].mask(marks.index.isin(first.index), EXCUSED)
    return marks.assign(meaning=meaning.astype("str"), excused_by=excused_by)
