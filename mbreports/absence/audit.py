"""The audit of excusals: what they met, and what they did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mbreports.absence.excuse import covered_marks
from mbreports.absence.meanings import ABSENT, ATTENDED, UNRECORDED

if TYPE_CHECKING:
    from mbreports.frames.term import TermAttendance

__all__ = ["KINDS", "audit_excusals", "of_term"]

KINDS = ("no absence", "attended", "unrecorded", "sent after", "overlap", "reversed")
_COLUMNS = {"kind": "str", "student_id": "int64", "excusal_id": "Int64", "date": "datetime64[us]", "detail": "str"}


def audit_excusals(marks: pd.DataFrame, excusals: pd.DataFrame) -> pd.DataFrame:
    """
    Give everything about excusals that a school would want to know, so that none is lost silently.

    Parameters
    ----------
    marks
        Marks with ``meaning``, excusals applied.
    excusals
        The documented columns of excusals.

    Returns
    -------
    pandas.DataFrame
        One row per finding: ``kind`` (``no absence``: no missed session in its days; ``attended``, ``unrecorded``: such
        a mark in its days, a row each; ``sent after``: made on a later day than the first absence that it holds;
        ``overlap``: shares days with an earlier one of the student; ``reversed``: ends before it starts),
        ``student_id, excusal_id, date, detail``; by student, date and kind.

    Source: ``measures.md``, "Excusals".
    """
    excusals = excusals.reset_index(drop=True)
    backwards = excusals["end_date"] < excusals["start_date"]
    sound = excusals[~backwards]
    sessions = marks.loc[marks["meaning"].notna(), ["student_id", "date", "meaning", "label"]]
    met = covered_marks(sessions, sound)
    met["excusal"] = sound.index.to_numpy()[met["excusal"].to_numpy(dtype=int)]
    absent = met[met["meaning"].isin(ABSENT)]
    findings = [
        _rows("reversed", excusals[backwards], "start_date", "it ends before it starts, so it excuses no day"),
        _rows(
            "no absence", sound[~sound.index.isin(absent["excusal"])], "start_date", "no session was missed on its days"
        ),
        _rows("attended", met[met["meaning"].isin(ATTENDED)], "date", "recorded as attended on a day that it covers"),
        _rows("unrecorded", met[met["meaning"] == UNRECORDED], "date", "no register on a day that it covers"),
        _sent_after(absent),
        _overlaps(sound),
    ]
    table = pd.concat(findings, ignore_index=True).astype(_COLUMNS)
    place = table["kind"].map({kind: number for number, kind in enumerate(KINDS)})
    return (
        table.assign(_place=place)
        .sort_values(["student_id", "date", "_place", "excusal_id"], kind="stable", ignore_index=True)
        .drop(columns="_place")
    )


def of_term(term: TermAttendance) -> pd.DataFrame:
    """
    Give the excusals that the term's marks can speak of.

    Left out are those that end before the term or start after it, and, while days are still to come, those that start
    after the as-of date: that they met no absence would say nothing.
    """
    excusals = term.excusals
    judged = pd.Series(data=True, index=excusals.index)
    if term.starts_on is not None:
        judged &= excusals[["start_date", "end_date"]].max(axis=1) >= term.starts_on
    if term.ends_on is not None:
        judged &= excusals["start_date"] <= term.ends_on
        if term.as_of is not None and term.as_of < term.ends_on:
            judged &= excusals["start_date"] <= term.as_of
    return excusals[judged]


def _rows(kind: str, found: pd.DataFrame, date: str, detail: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "student_id": found["student_id"].to_numpy(),
            "excusal_id": found["excusal_id"].array,
            "date": found[date].to_numpy(),
            "detail": detail,
        },
        index=range(len(found)),
    )


def _sent_after(absent: pd.DataFrame) -> pd.DataFrame:
    """Excusals whose day of making lies after the first absence that they hold."""
    first = absent.sort_values("date", kind="stable").drop_duplicates("excusal")
    made = first["created_at"].dt.tz_localize(None).dt.normalize()
    late = first[made > first["date"]]
    out = _rows("sent after", late, "date", "")
    out["detail"] = [f"sent on {day:%Y-%m-%d}" for day in late["created_at"]]
    return out


def _overlaps(sound: pd.DataFrame) -> pd.DataFrame:
    """Excusals that begin before an earlier one of the same student has ended."""
    order = sound.sort_values(["student_id", "start_date", "end_date", "excusal_id"], kind="stable", na_position="last")
    until = order.groupby("student_id")["end_date"].cummax().groupby(order["student_id"]).shift()
    over = order[order["start_date"] <= until]
    out = _rows("overlap", over, "start_date", "")
    out["detail"] = [f"an earlier excusal runs to {day:%Y-%m-%d}; each day counts once" for day in until[over.index]]
    return out
