"""Definitions side by side: the same students under several policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["compare"]

_NAMES = ["student_id", "last_name", "first_name", "year_group"]


def compare(
    tables: Mapping[str, pd.DataFrame],
    *,
    chronic: Mapping[str, tuple[str, ...]],
    names: Mapping[str, tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    """
    Give each student's band under every policy, those first who change from one to another.

    Names of bands differ from policy to policy, so the bands as such do not tell who changes: a student does who is
    chronically absent under some policies and not under others (without a label, a student is not), or whose band is
    another under two policies that call their bands the same. Of those who change, the former stand first.

    Parameters
    ----------
    tables
        Policy's name → the table of the same students under it. The first gives names, order and rate.
    chronic
        Policy's name → its bands in which a student counts as chronically absent.
    names
        Policy's name → the names of all its bands; left out, no two policies call them the same.

    Returns
    -------
    pandas.DataFrame
        One row per student: those who change first, else in the order of the first table.

        ============  =======  =====================================================
        student_id    int64
        last_name     str
        first_name    str
        year_group    str
        *policy*      str      one column per policy: the band; missing without label
        absence_rate  float64  under the first policy
        differs       bool     changes, as above
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
    turns = counts.any(axis=1) & ~counts.all(axis=1)
    moves = _moves(bands, names or {})
    place = pd.Series(2, index=first.index).mask(moves, 1).mask(turns, 0)
    out = first[_NAMES].join(bands).assign(absence_rate=first["absence_rate"], differs=turns | moves, _place=place)
    return out.sort_values("_place", kind="stable", ignore_index=True).drop(columns="_place")


def _moves(bands: pd.DataFrame, names: Mapping[str, tuple[str, ...]]) -> pd.Series[Any]:
    """Whose band is another under some two policies that call their bands the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for policy, called in names.items():
        alike.setdefault(called, []).append(policy)
    moves = pd.Series(data=False, index=bands.index)
    for policies in alike.values():
        same = bands[policies].fillna("")
        moves |= same.ne(same[policies[0]], axis=0).any(axis=1)
    return moves
