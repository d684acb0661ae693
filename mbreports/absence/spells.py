"""Spells: runs of absence, and what they say of each student."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mbreports.absence.meanings import ABSENT, ATTENDED, EXCUSED, UNRECORDED

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["find_spells", "summarise_spells"]

_TIME = ["student_id", "date", "period", "class_id", "year_group_id"]
_OF_A_SPELL = {
    "first_date": ("date", "first"),
    "last_date": ("date", "last"),
    "sessions": ("excused", "size"),
    "excused": ("excused", "sum"),
    "first_seen": ("seen", "first"),
    "last_seen": ("seen", "last"),
    "place": ("place", "last"),
}


def find_spells(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Find the spells: maximal runs of one student's absent possible sessions, in the order of date and period.

    Days off and not-enrolled days are no rows, so they neither break nor lengthen a run. Neither does a session of
    unknown outcome (unrecorded, also where the policy counts it as attended, or unclassified); an unrecorded one inside
    a run, or after a run that no known session has ended, makes the spell uncertain.

    Parameters
    ----------
    rows
        One row per session, in any order: ``student_id, date, period, class_id, year_group_id, meaning, possible,
        absent``.

    Returns
    -------
    pandas.DataFrame
        One row per spell, by student and time.

        ==========  ==============  ==========================================================
        student_id  int64           ManageBac's id
        spell       int64           1 for the student's first
        first_date  datetime64[us]  of its first absent session
        last_date   datetime64[us]  of its last absent session
        sessions    int64           absent sessions, ``excused + unexcused``
        excused     int64
        unexcused   int64
        uncertain   bool            an unrecorded session lies inside, or after it while open
        open        bool            no attended session has followed yet
        ==========  ==============  ==========================================================

        No absence: no rows, same columns and dtypes.

    Source: ``measures.md``, "Spells and streaks".
    """
    ordered = rows.sort_values(_TIME, kind="stable", na_position="first", ignore_index=True)
    unrecorded = (ordered["meaning"] == UNRECORDED).to_numpy(dtype=bool)
    ordered = ordered.assign(seen=np.cumsum(unrecorded), excused=(ordered["meaning"] == EXCUSED).astype("int64"))
    known = ordered[ordered["possible"] & ordered["meaning"].isin([*ATTENDED, *ABSENT])]
    known = known.assign(place=np.arange(len(known)))
    absent, student = known["absent"].to_numpy(dtype=bool), known["student_id"].to_numpy()
    begins = absent & ~(_shifted(absent) & (student == np.roll(student, 1)))
    runs = known[absent].groupby([student[absent], np.cumsum(begins)[absent]])
    found = runs.agg(**_OF_A_SPELL).rename_axis(["student_id", "run"]).reset_index()
    ids = found["student_id"]
    is_open = found["place"] == ids.map(known.groupby("student_id")["place"].last())
    until = found["last_seen"].where(~is_open, ids.map(ordered.groupby("student_id")["seen"].last()))
    return pd.DataFrame(
        {
            "student_id": ids.astype("int64"),
            "spell": found.groupby("student_id").cumcount() + 1,
            "first_date": found["first_date"],
            "last_date": found["last_date"],
            "sessions": found["sessions"].astype("int64"),
            "excused": found["excused"].astype("int64"),
            "unexcused": (found["sessions"] - found["excused"]).astype("int64"),
            "uncertain": (until > found["first_seen"]).astype(bool),
            "open": is_open.astype(bool),
        }
    )


def summarise_spells(rows: pd.DataFrame, spells: pd.DataFrame, student_ids: Iterable[int]) -> pd.DataFrame:
    """
    Give each student's number of spells, the longest, the current one, and the school days since the last absence.

    Parameters
    ----------
    rows
        Sessions, as for `find_spells`.
    spells
        What `find_spells` found in them.
    student_ids
        Every student who gets a row, those without an absence or a session too.

    Returns
    -------
    pandas.DataFrame
        One row per id, in their order, indexed by ``student_id``; all Int64.

        =======================  =======================================================================
        spells                   how many
        longest_spell            sessions of the longest; 0 without any
        current_spell            sessions of the run that is open at the last session; 0 without one
        days_since_last_absence  the student's distinct session dates after it; missing where never absent
        =======================  =======================================================================

    Source: ``measures.md``, "Spells and streaks".
    """
    ids = pd.Index(list(student_ids), name="student_id", dtype="int64")
    by_student = spells.groupby("student_id")
    last = by_student["last_date"].max()
    later = rows[rows["date"].to_numpy() > last.reindex(rows["student_id"]).to_numpy()]
    since = later.drop_duplicates(["student_id", "date"])["student_id"].value_counts()
    return pd.DataFrame(
        {
            "spells": by_student.size().reindex(ids).fillna(0).astype("Int64"),
            "longest_spell": by_student["sessions"].max().reindex(ids).fillna(0).astype("Int64"),
            "current_spell": spells[spells["open"]]
            .set_index("student_id")["sessions"]
            .reindex(ids)
            .fillna(0)
            .astype("Int64"),
            "days_since_last_absence": since.reindex(last.index).fillna(0).reindex(ids).astype("Int64"),
        },
        index=ids,
    )


def _shifted(flags: np.ndarray) -> np.ndarray:
    """Each row's flag of the row before; False for the first."""
    return np.concatenate([[False], flags[:-1]]) if len(flags) else flags
