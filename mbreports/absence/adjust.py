"""Counts: the marks by code, and the office's adjustments on top of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.absence.meanings import EXCUSED, UNCLASSIFIED, UNEXCUSED
from mbreports.frames.statuses import STATUS_NAMES

if TYPE_CHECKING:
    from mbreports.absence.policy import Policy

__all__ = ["apply_adjustments", "assign_codes", "count_marks"]

_KEY = ["student_id", "status"]


def count_marks(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Count the sessions of each student by code and meaning.

    Parameters
    ----------
    rows
        Sessions, as `mbreports.absence.sessions.session_rows` gives them.

    Returns
    -------
    pandas.DataFrame
        One row per student, code and meaning, in that order: ``student_id`` int64, ``status`` Int16 (missing: empty
        answers), ``label`` str (the first that the student has for the code), ``meaning`` str, ``from_marks`` int64.
    """
    groups = rows.groupby([*_KEY, "meaning"], dropna=False, sort=True)
    counts = groups.agg(label=("label", "first"), from_marks=("date", "size")).reset_index()
    return counts[["student_id", "status", "label", "meaning", "from_marks"]].astype(
        {"label": "str", "status": "Int16"}
    )


def assign_codes(adjustments: pd.DataFrame, counts: pd.DataFrame, categories: pd.DataFrame) -> pd.DataFrame:
    """
    Find the code that each adjustment's label means; never -1, which nobody recorded.

    The label is looked for among the student's own counts, then those of the term's other students, then the school's
    categories, then the default names of the codes; where two recorded codes share a label, the lowest counts. Case and
    white space at the ends do not matter.

    Parameters
    ----------
    adjustments
        ``student_id, adjustment_id, label, adjustment``.
    counts
        ``student_id, status, label`` of the whole term's marks, each label that a code has had.
    categories
        ``status, label``; may be empty.

    Returns
    -------
    pandas.DataFrame
        The adjustments in their order, with ``status`` (Int16; missing: no code has the label) and ``remark`` (str;
        missing: nothing to say).
    """
    default = pd.DataFrame({"status": list(STATUS_NAMES), "label": list(STATUS_NAMES.values())})
    name = _folded(adjustments["label"])
    own = _codes(counts, ["student_id"])
    keyed = pd.DataFrame({"student_id": adjustments["student_id"], "name": name})
    found = keyed.merge(own, on=["student_id", "name"], how="left").set_axis(adjustments.index)
    for source in (counts, categories, default):
        shared = _codes(source, [])
        other = keyed[["name"]].merge(shared, on="name", how="left").set_axis(adjustments.index)
        found = found.fillna({column: other[column] for column in ("status", "highest")})
    status = found["status"].astype("Int16")
    return adjustments.assign(status=status, remark=_remarks(adjustments, status, found["highest"]))


def apply_adjustments(
    counts: pd.DataFrame, adjustments: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Add the adjustments to the counts; no count falls below 0.

    All adjustments of a student and code are added up first, so that their order does not matter. A reduction of the
    code for "absent" takes unexcused sessions before excused ones.

    Parameters
    ----------
    counts
        As `count_marks` gives them.
    adjustments
        As `assign_codes` gives them.
    policy
        Its meanings; with ``adjustments="leave"`` nothing is added.

    Returns
    -------
    tuple of pandas.DataFrame
        The counts with ``adjustment`` and ``count`` (int64), rows for codes that only adjustments have included; and
        the adjustments with ``applied`` and ``not_fitting`` (int64): what was added, and what did not fit.

    Source: ``measures.md``, "Counts, adjustments, and ManageBac's own totals".
    """
    asked = adjustments.assign(_name=adjustments["label"].where(adjustments["status"].isna()))
    wanted = asked.groupby([*_KEY, "_name"], dropna=False, as_index=False).agg(wanted=("adjustment", "sum"))
    table = _with_new_rows(counts, asked, policy)
    table["adjustment"] = 0
    base = table.groupby([*_KEY, "_name"], dropna=False)["from_marks"].transform("sum")
    key = [*_KEY, "_name"]
    merged = table[key].merge(wanted, on=key, how="left")
    net = merged["wanted"].fillna(0).astype("int64").to_numpy()
    net = np.maximum(net, -base.to_numpy()) if policy.adjustments == "add" else np.zeros_like(net)
    table["adjustment"] = _shared_out(table, net)
    table["count"] = table["from_marks"] + table["adjustment"]
    shown = _what_fitted(asked, table, key, policy)
    return table.drop(columns="_name"), shown.drop(columns="_name")


def _with_new_rows(counts: pd.DataFrame, asked: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The counts, and a row of 0 marks for each student and code that only an adjustment has."""
    table = counts.assign(_name=pd.Series(None, index=counts.index, dtype="str"))
    new = asked.drop_duplicates([*_KEY, "_name"])[["student_id", "status", "label", "_name"]]
    meaning = [
        UNCLASSIFIED if pd.isna(code) else policy.meanings.get(int(code), UNCLASSIFIED) for code in new["status"]
    ]
    new = new.assign(meaning=pd.Series(meaning, index=new.index, dtype="str"), from_marks=0)
    key = [*_KEY, "meaning"]
    known = new.merge(table[key].assign(_known=True), on=key, how="left")["_known"].notna().to_numpy()
    new = new[~known | new["status"].isna().to_numpy()]
    if new.empty:
        return table
    return pd.concat([table, new[table.columns]], ignore_index=True).sort_values(
        [*_KEY, "_name"], kind="stable", ignore_index=True
    )


def _shared_out(table: pd.DataFrame, net: np.ndarray[Any, Any]) -> pd.Series[Any]:
    """Lay each code's net adjustment on its rows: additions on one, reductions on unexcused before excused ones."""
    rank = table["meaning"].map({UNEXCUSED: 0, EXCUSED: 1}).fillna(0)
    order = table.assign(_net=net, _rank=rank).sort_values([*_KEY, "_name", "_rank"], kind="stable")
    groups = order.groupby([*_KEY, "_name"], dropna=False)
    before = groups["from_marks"].cumsum() - order["from_marks"]
    taken = (-order["_net"] - before).clip(lower=0).clip(upper=order["from_marks"])
    first = groups.cumcount() == 0
    added = order["_net"].clip(lower=0).where(first, 0)
    return (added - taken).astype("int64").reindex(table.index)


def _what_fitted(asked: pd.DataFrame, table: pd.DataFrame, key: list[str], policy: Policy) -> pd.DataFrame:
    """Each adjustment with what was added of it; what did not fit is laid on its student's and code's reductions."""
    if policy.adjustments == "leave":
        return asked.assign(applied=0, not_fitting=0)
    done = table.groupby(key, dropna=False, as_index=False).agg(_done=("adjustment", "sum"))
    shown = asked.merge(done, on=key, how="left").set_axis(asked.index)
    groups = shown.groupby(key, dropna=False)
    over = groups["adjustment"].transform("sum") - shown["_done"].fillna(0).astype("int64")
    reductions = shown["adjustment"].clip(upper=0)
    before = reductions.groupby([shown[name] for name in key], dropna=False).cumsum() - reductions
    not_fitting = np.maximum(reductions, np.minimum(over - before, 0)).astype("int64")
    return shown.drop(columns="_done").assign(applied=shown["adjustment"] - not_fitting, not_fitting=not_fitting)


def _folded(labels: pd.Series[Any]) -> pd.Series[Any]:
    return labels.astype("str").str.strip().str.casefold()


def _codes(source: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The lowest recorded code of each label, and the highest where there are several."""
    recorded = source[source["status"].notna() & (source["status"].fillna(-1) >= 0) & source["label"].notna()]
    named = recorded.assign(name=_folded(recorded["label"]))
    return (
        named.groupby([*keys, "name"], as_index=False)["status"]
        .agg(["min", "max"])
        .rename(columns={"min": "status", "max": "highest"})
        .astype({"status": "Int64", "highest": "Int64"})
    )


def _remarks(adjustments: pd.DataFrame, status: pd.Series[Any], highest: pd.Series[Any]) -> pd.Series[Any]:
    remark = pd.Series(None, index=adjustments.index, dtype="object")
    two = status.notna() & (highest.astype("Int16") != status).fillna(value=False)
    remark[two] = [
        f"two codes are called {label!r}; it was added to the lower one, {code}"
        for label, code in zip(adjustments.loc[two, "label"], status[two], strict=True)
    ]
    none = status.isna()
    remark[none] = [
        f"no code is called {label!r}; it is left out as unclassified" for label in adjustments.loc[none, "label"]
    ]
    return remark.astype("str")
