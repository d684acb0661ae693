"""Definitions side by side: the same students under several policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["compare"]

_NAMES = ["student_id", "last_name", "first_name", "year_group"]


def compare(tables: Mapping[str, pd.DataFrame], *, chronic: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """
    Give each student's band under every policy, those first who are chronically absent under one and not another.

    Names of bands differ from policy to policy, so the bands as such do not tell who changes: a student does who is
    chronically absent under some policies and not under others. Without a label, a student is not.

    Parameters
    ----------
    tables
        Policy's name → the table of the same students under it. The first gives names, order and rate.
    chronic
        Policy's name → its bands in which a student counts as chronically absent.

    Returns
    -------
    pandas.DataFrame
        One row per student: those who differ first, else in the order of the first table.

        ============  =======  =====================================================
        student_id    int64
        last_name     str
        first_name    str
        year_group    str
        *policy*      str      one column per policy: the band; missing without label
        absence_rate  float64  under the first policy
        differs       bool     chronically absent under one and not under another
        ============  =======  =====================================================

    Raises
    ------
    ValueError
        No policy, or one whose name is that of another column.
    """
    if not tables:
        raise ValueError("give at least one policy to compare")
    if taken := [name for name in tables if name in {*_NAMES, "absence_rate", "differs"}]:
        raise ValueError(f"a policy to compare must not be called as a column is: {', '.join(taken)}")
    first = next(iter(tables.values()))
    ids = first["student_id"]
    bands = pd.DataFrame(
        {name: table.set_index("student_id")["band"].reindex(ids).to_numpy() for name, table in tables.items()},
        index=first.index,
        dtype="str",
    )
    counts = pd.DataFrame({name: bands[name].isin(chronic[name]) for name in tables})
    out = (
        first[_NAMES]
        .join(bands)
        .assign(absence_rate=first["absence_rate"], differs=counts.any(axis=1) & ~counts.all(axis=1))
    )
    return out.sort_values("differs", ascending=False, kind="stable", ignore_index=True)
