"""Suppression: tables of counts for a wider audience, without the cells that would point at a few children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.absence.cohort import NO_LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["count_by_band", "suppress"]

TOTAL = "Total"
"""What a crosstab calls its last row and column of totals."""

_Counts = np.ndarray[Any, np.dtype[np.int64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]


def suppress(table: pd.DataFrame, min_cell: int = 10, *, margins: bool = True) -> pd.DataFrame:
    """
    Give a table of counts without its small cells, nor those that would give a small cell away.

    A cell of 1 to ``min_cell - 1`` students is hidden. Where exactly one cell of a row or column is hidden and its
    total is printed, subtraction would tell it, so the next smallest cell that is not 0 is hidden too, until nothing
    changes any more; where there is no such cell the total is hidden. A 0 stays: it stands for no student at all, and
    a reader who knows a school can often tell it anyway.

    Parameters
    ----------
    table
        A crosstab of counts of students.
    min_cell
        The least number that is printed.
    margins
        Whether the last row and the last column, where they are called ``"Total"``, are totals; either may be
        absent. Small totals are hidden as cells are.

    Returns
    -------
    pandas.DataFrame
        The rows and columns of `table`, every column Int64; a hidden cell is missing.

    Source: ``measures.md``, "Privacy".
    """
    counts = table.to_numpy(dtype=np.int64)
    hidden = (counts > 0) & (counts < min_cell)
    rows, columns = counts.shape
    total_row = margins and rows > 1 and table.index[-1] == TOTAL
    total_column = margins and columns > 1 and table.columns[-1] == TOTAL
    before = -1
    while before != (before := int(hidden.sum())):
        if total_column:
            _close(counts, hidden)
        if total_row:
            _close(counts.T, hidden.T)
    shown = pd.DataFrame(counts, index=table.index, columns=table.columns).astype("Int64")
    return shown.mask(pd.DataFrame(hidden, index=table.index, columns=table.columns))


def count_by_band(table: pd.DataFrame, by: str, bands: Sequence[str]) -> pd.DataFrame:
    """
    Count students by group and band, with totals.

    Parameters
    ----------
    table
        One row per student, in the order in which groups are to stand: `by` and ``band``.
    by
        The column that names a group; students without a value are ``"not given"``.
    bands
        All bands in their order; students without one are ``"no label"``, the last.

    Returns
    -------
    pandas.DataFrame
        One row per group and a last one ``"Total"``; a column per band, ``"no label"``, ``"Total"``; int64.
    """
    groups, labels = table[by].fillna("not given"), table["band"].fillna(NO_LABEL)
    counts = pd.crosstab(groups, labels).reindex(
        index=pd.Index(groups.unique(), name=by), columns=pd.Index([*bands, NO_LABEL], name="band"), fill_value=0
    )
    counts[TOTAL] = counts.sum(axis=1)
    counts.loc[TOTAL] = counts.sum()
    return counts.astype("int64")


def _close(counts: _Counts, hidden: _Flags) -> None:
    """Hide, in place, a second number of every row that hides exactly one: a total is a number of it like any other."""
    for row in np.flatnonzero(hidden.sum(axis=1) == 1):
        open_cells = np.flatnonzero(~hidden[row, :-1] & (counts[row, :-1] > 0))
        cell = open_cells[counts[row, open_cells].argmin()] if len(open_cells) else counts.shape[1] - 1
        hidden[row, cell] = True
