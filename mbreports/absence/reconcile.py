"""ManageBac's own term totals: whether they agree with the marks, and whether they hold the adjustments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["reconcile", "totals_hold_adjustments"]

_KEY = ["student_id", "status"]


def totals_hold_adjustments(
    counts: pd.DataFrame, adjustments: pd.DataFrame, totals: pd.DataFrame
) -> tuple[bool | None, tuple[int, int]]:
    """
    Find out whether ManageBac's totals already hold the adjustments, which is documented nowhere.

    For every student who has an adjustment (one that changes a count) and totals: do the totals of the adjusted codes
    equal the marks with the adjustments, or the marks alone?

    Parameters
    ----------
    counts
        ``student_id, status, from_marks``, as `mbreports.absence.adjust.count_marks` gives them.
    adjustments
        With ``status``, as `mbreports.absence.adjust.assign_codes` gives them.
    totals
        ``student_id, status, count``.

    Returns
    -------
    tuple
        True, False, or None where the data does not tell (no such student, or as many for each); and the number of
        students who agree with the answer, of those who have an adjustment.
    """
    table = _side_by_side(counts, adjustments, totals)
    table = table[(table["adjustment"] != 0) & table["student_id"].isin(totals["student_id"])]
    agree = (
        pd.DataFrame(
            {
                "with": table["in_total"] == np.maximum(table["from_marks"] + table["adjustment"], 0),
                "without": table["in_total"] == table["from_marks"],
            }
        )
        .groupby(table["student_id"])
        .all()
    )
    told = agree[agree["with"] != agree["without"]]
    held, alone = int(told["with"].sum()), int(told["without"].sum())
    answer = None if held == alone else held > alone
    return answer, (max(held, alone), int(adjustments["student_id"].nunique()))


def reconcile(
    counts: pd.DataFrame, adjustments: pd.DataFrame, totals: pd.DataFrame, *, hold_adjustments: bool | None
) -> pd.DataFrame:
    """
    Hold our counts against ManageBac's totals, and give what differs.

    Parameters
    ----------
    counts, adjustments, totals
        As for `totals_hold_adjustments`.
    hold_adjustments
        Whether the totals hold the adjustments; None is read as no.

    Returns
    -------
    pandas.DataFrame
        One row per student and code (-1 and above) that differs: ``student_id`` int64, ``status`` Int16, ``label`` str,
        ``from_marks, adjustment, in_total, difference`` int64; ``difference = in_total - from_marks - adjustment``,
        where a reduction takes no more than there is. No totals: no rows.

    Source: ``measures.md``, "Reconciliation".
    """
    table = _side_by_side(counts, adjustments if hold_adjustments else adjustments.iloc[:0], totals)
    if totals.empty:
        table = table.iloc[:0]
    table["adjustment"] = np.maximum(table["adjustment"], -table["from_marks"])
    table["difference"] = table["in_total"] - table["from_marks"] - table["adjustment"]
    columns = ["student_id", "status", "label", "from_marks", "adjustment", "in_total", "difference"]
    return table.loc[table["difference"] != 0, columns].reset_index(drop=True)


def _side_by_side(counts: pd.DataFrame, adjustments: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """One row per student and code that any side has: ``from_marks, adjustment, in_total`` and a label."""
    parts = [
        _by_code(totals, "count").rename(columns={"count": "in_total"}),
        _by_code(counts, "from_marks"),
        _by_code(adjustments, "adjustment"),
    ]
    table = parts[0]
    for part in parts[1:]:
        table = table.merge(part, on=_KEY, how="outer", suffixes=("", "_other"))
        table["label"] = table["label"].fillna(table.pop("label_other"))
    numbers = ["from_marks", "adjustment", "in_total"]
    table[numbers] = table[numbers].fillna(0).astype("int64")
    return table.sort_values(_KEY, ignore_index=True)


def _by_code(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    coded: Any = frame[frame["status"].notna() & (frame["status"].fillna(-2) >= -1)]
    return (
        coded.groupby(_KEY, as_index=False)
        .agg(**{"label": ("label", "first"), column: (column, "sum")})
        .astype({"label": "str", "status": "Int16", "student_id": "int64"})
    )
