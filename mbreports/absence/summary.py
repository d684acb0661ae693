"""A student's counts, rates and band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.absence.meanings import EXCUSED, LATE, PRESENT, UNCLASSIFIED, UNEXCUSED, UNRECORDED

if TYPE_CHECKING:
    from mbreports.absence.policy import Policy

__all__ = ["rate", "summarise_students"]

_COUNTED = [PRESENT, LATE, UNEXCUSED, EXCUSED, UNRECORDED, UNCLASSIFIED]


def summarise_students(
    students: pd.DataFrame, counts: pd.DataFrame, rows: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """
    Give each student's counts, rates and band; a student without any mark has 0 possible sessions, and stays.

    ``absent = unexcused + excused``; ``possible`` = present + late + unexcused + excused (+ the unrecorded that the
    policy counts); ``attended = possible - absent``; rates are shares of possible, missing where possible is 0. Bands
    are compared in whole numbers. With ``lates_per_absence = n``, every n lates are one more unexcused absence.

    Parameters
    ----------
    students
        One row per student.
    counts
        As `mbreports.absence.adjust.apply_adjustments` gives them.
    rows
        Sessions: they say which unrecorded ones are possible.
    policy
        The rule.

    Returns
    -------
    pandas.DataFrame
        One row per student, in the order of `students`: ``student_id, possible, attended, late, absent, excused,
        unexcused, unrecorded, unclassified`` (int64), ``attendance_rate, absence_rate`` (float64), ``band`` (str).

    Source: ``measures.md``.
    """
    ids = students["student_id"].to_numpy()
    by_meaning = counts.pivot_table(
        index="student_id", columns="meaning", values="count", aggfunc="sum", observed=False
    )
    held = by_meaning.reindex(index=ids, columns=_COUNTED).fillna(0).astype("int64")
    counted = rows.loc[rows["possible"] & (rows["meaning"] == UNRECORDED), "student_id"].value_counts()
    lates = held[LATE].to_numpy()
    extra = lates // policy.lates_per_absence if policy.lates_per_absence else np.zeros_like(lates)
    unexcused = held[UNEXCUSED].to_numpy() + extra
    absent = unexcused + held[EXCUSED].to_numpy()
    unrecorded_possible = counted.reindex(ids).fillna(0).astype("int64").to_numpy()
    possible = held[[PRESENT, LATE, UNEXCUSED, EXCUSED]].sum(axis=1).to_numpy() + unrecorded_possible
    return pd.DataFrame(
        {
            "student_id": ids,
            "possible": possible,
            "attended": possible - absent,
            "late": lates,
            "absent": absent,
            "excused": held[EXCUSED].to_numpy(),
            "unexcused": unexcused,
            "unrecorded": held[UNRECORDED].to_numpy(),
            "unclassified": held[UNCLASSIFIED].to_numpy(),
            "attendance_rate": rate(possible - absent, possible),
            "absence_rate": rate(absent, possible),
            "band": pd.Series(policy.band_of(absent, possible), dtype="str"),
        }
    )


def rate(part: Any, whole: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give ``part / whole``; missing where `whole` is 0, never 0 or 1."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
