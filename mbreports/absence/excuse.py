"""Excusals laid over the marks: which absences they excuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mbreports.absence.meanings import EXCUSED, UNEXCUSED

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["apply_excusals", "excusal_days"]

_DAY = np.timedelta64(1, "D")


def apply_excusals(marks: pd.DataFrame, excusals: pd.DataFrame) -> pd.DataFrame:
    """
    Give the same marks, the unexcused ones that an excusal covers as excused, and the excusal's id beside them.

    Parameters
    ----------
    marks
        As `apply_meanings` gives them: ``date, student_id, meaning`` are used.
    excusals
        ``excusal_id, student_id, start_date, end_date, created_at``, as in `TermAttendance.excusals`.

    Returns
    -------
    pandas.DataFrame
        The rows of `marks` in their order; ``meaning`` changed only from unexcused to excused, ``status`` as it was;
        ``excused_by`` (Int64): the excusal that was created first (then the lowest id; a missing instant or id comes
        last), missing where no excusal changed the mark, or where the excusal that did has no id.

    Source: measures, "Excusals": both dates included; days off in the range excuse nothing; an excusal that ends before
    it starts excuses nothing.
    """
    open_marks = np.flatnonzero((marks["meaning"] == UNEXCUSED).to_numpy(dtype=bool, na_value=False))
    by = pd.array([pd.NA], dtype="Int64").take(np.full(len(marks), -1), allow_fill=True)
    meaning = marks["meaning"]
    if len(open_marks) and len(excusals):
        subset = marks.iloc[open_marks]
        place = _covering(subset, excusal_days(excusals, subset["date"].min(), subset["date"].max()))
        hit = open_marks[place >= 0]
        by[hit] = excusals["excusal_id"].array[place[place >= 0]]
        changed = meaning.array.copy()
        changed[hit] = EXCUSED
        meaning = pd.Series(changed, index=marks.index)
    return marks.assign(meaning=meaning, excused_by=pd.Series(by, index=marks.index))


def excusal_days(excusals: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """
    Give one row per student and day that an excusal covers, between two days.

    Returns
    -------
    pandas.DataFrame
        ``student_id, date, excusal``: the place in `excusals` of the excusal that counts on that day, which is the one
        created first, then the one with the lowest id.
    """
    order = _priority(excusals)
    ranked = excusals.iloc[order]
    start = np.maximum(ranked["start_date"].to_numpy("datetime64[D]"), first.to_datetime64().astype("datetime64[D]"))
    end = np.minimum(ranked["end_date"].to_numpy("datetime64[D]"), last.to_datetime64().astype("datetime64[D]"))
    lengths = np.maximum((end - start) // _DAY + 1, 0)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    days = pd.DataFrame(
        {
            "student_id": np.repeat(ranked["student_id"].to_numpy(), lengths),
            "date": (np.repeat(start, lengths) + within * _DAY).astype("datetime64[us]"),
            "excusal": np.repeat(order, lengths),
        }
    )
    return days.drop_duplicates(["student_id", "date"], ignore_index=True)


def _priority(excusals: pd.DataFrame) -> NDArray[np.intp]:
    """The places of the excusals, those that come first at the front."""
    keys = excusals[["created_at", "excusal_id", "start_date", "end_date"]].reset_index(drop=True)
    return keys.sort_values(list(keys.columns), na_position="last", kind="stable").index.to_numpy()


def _covering(marks: pd.DataFrame, days: pd.DataFrame) -> NDArray[np.int64]:
    """The place of the excusal that counts for each mark, else −1."""
    found = marks[["student_id", "date"]].merge(days, on=["student_id", "date"], how="left")["excusal"]
    return found.fillna(-1).to_numpy(np.int64)
