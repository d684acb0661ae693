"""Quality: what stands in the way of trusting a report's numbers, check by check."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mbreports.absence.meanings import UNCLASSIFIED, UNEXCUSED, UNRECORDED

__all__ = ["coverage", "quality", "unclassified", "unexplained"]


def coverage(rows: pd.DataFrame) -> float:
    """
    Give the share of sessions that somebody recorded: recorded / (recorded + unrecorded); NaN where there is none.

    Parameters
    ----------
    rows
        One row per session, with ``meaning``.
    """
    return float((rows["meaning"] != UNRECORDED).mean()) if len(rows) else float("nan")


def unclassified(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Give the codes that the policy does not classify: the school has to say what they mean.

    Parameters
    ----------
    rows
        One row per session, with ``meaning``.

    Returns
    -------
    pandas.DataFrame
        One row per code and label, by code: ``status`` Int16, ``label`` str, ``marks`` int64, ``students`` int64.
    """
    left_out = rows[rows["meaning"] == UNCLASSIFIED]
    out = left_out.groupby(["status", "label"], dropna=False, as_index=False).agg(
        marks=("student_id", "size"), students=("student_id", "nunique")
    )
    return out.astype({"status": "Int16", "label": "str", "marks": "int64", "students": "int64"})


def unexplained(rows: pd.DataFrame, table: pd.DataFrame, students: pd.DataFrame) -> pd.DataFrame:
    """
    Give the absences that nothing explains: to phone about.

    Parameters
    ----------
    rows
        One row per session, with ``meaning``.
    table
        The report's table of students: their names, year groups and bands.
    students
        The documented columns of students: their homerooms.

    Returns
    -------
    pandas.DataFrame
        One row per unexcused absence, the latest date first, then in the order of `table`, by period.

        ==========  ==========  =================================
        date        datetime64
        period      Int16
        student_id  int64
        last_name   str
        first_name  str
        year_group  str
        homeroom    str
        status      Int16       the code
        label       str         the school's word for it
        note        str         what the teacher wrote
        band        str         the student's; missing: no label
        ==========  ==========  =================================
    """
    names = table[["student_id", "last_name", "first_name", "year_group", "band"]].assign(place=range(len(table)))
    homerooms = students[["student_id", "homeroom"]].drop_duplicates("student_id")
    absences = rows.loc[rows["meaning"] == UNEXCUSED, ["date", "period", "student_id", "status", "label", "note"]]
    out = absences.merge(names, on="student_id", how="left", validate="many_to_one").merge(
        homerooms, on="student_id", how="left", validate="many_to_one"
    )
    out = out.sort_values(
        ["date", "place", "period"],
        ascending=[False, True, True],
        kind="stable",
        na_position="first",
        ignore_index=True,
    )
    columns = ["date", "period", "student_id", "last_name", "first_name", "year_group", "homeroom"]
    texts = dict.fromkeys(["last_name", "first_name", "year_group", "homeroom", "label", "note", "band"], "str")
    return out[[*columns, "status", "label", "note", "band"]].astype(texts)


def quality(
    rows: pd.DataFrame,
    registers: pd.DataFrame,
    unexplained: pd.DataFrame,
    audit: pd.DataFrame,
    reconciliation: pd.DataFrame,
) -> pd.DataFrame:
    """
    Give every check of the data behind a report: how many of how many do not pass.

    Parameters
    ----------
    rows
        One row per session, with ``meaning`` and ``absent``.
    registers, unexplained
        As `registers.registers` and `unexplained` give them.
    audit
        One row per finding about an excusal, with ``kind``.
    reconciliation
        One row per student and code whose numbers differ.

    Returns
    -------
    pandas.DataFrame
        One row per check, always the same six: ``check`` str, ``count`` int64, ``of`` Int64 (missing where it is not
        known), ``share`` float64 (NaN where it is not known or of none), ``detail`` str, a sentence.
    """
    people = len({*rows["student_id"].unique(), *reconciliation["student_id"].unique()})
    marks = rows["meaning"]
    found = [
        (
            "registers not taken",
            int((~registers["taken"]).sum()),
            len(registers),
            "Registers that nobody took: {n} of {of}.",
        ),
        (
            "unrecorded sessions",
            int((marks == UNRECORDED).sum()),
            len(rows),
            "Sessions without a recorded code: {n} of {of}.",
        ),
        (
            "unclassified marks",
            int((marks == UNCLASSIFIED).sum()),
            len(rows),
            "Sessions left out of every rate, as the policy does not classify their code: {n} of {of}.",
        ),
        (
            "absences unexplained",
            len(unexplained),
            int(rows["absent"].sum()),
            "Absences that are unexcused and that no excusal explains: {n} of {of}.",
        ),
        (
            "excusals without an absence",
            int((audit["kind"] == "no absence").sum()),
            pd.NA,
            "Excusals with no absence on any of their days: {n}.",
        ),
        (
            "students that do not reconcile",
            reconciliation["student_id"].nunique(),
            people,
            "Students whose marks do not add up to ManageBac's own totals: {n} of {of}.",
        ),
    ]
    out = pd.DataFrame(found, columns=["check", "count", "of", "detail"])
    out["detail"] = [sentence.format(n=f"{count:,}", of=_said(of)) for _, count, of, sentence in found]
    out = out.astype({"check": "str", "count": "int64", "of": "Int64", "detail": "str"})
    of = out["of"].astype("float64")
    out.insert(3, "share", out["count"] / of.where(of > 0))
    return out


def _said(of: Any) -> str:
    return "" if pd.isna(of) else f"{int(of):,}"
