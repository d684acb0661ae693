"""What a whole cohort's numbers say: one frozen object of figures, and tables by group."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from mbreports.absence.meanings import UNRECORDED
from mbreports.absence.quality import coverage
from mbreports.absence.summary import rate

if TYPE_CHECKING:
    from mbreports.absence.policy import Policy

__all__ = ["Cohort", "chronic_bands", "group_rates", "summarise_bands", "summarise_cohort"]

NO_LABEL = "no label"


@dataclasses.dataclass(frozen=True)
class Cohort:
    """
    The figures of all students of a report together.

    Attributes
    ----------
    students
        How many there are; ``chronic`` of them chronically absent, ``severe`` in the last band, ``unlabelled`` without
        a label.
    possible, absent, excused, unexcused, late, unrecorded, unclassified
        Sums over the students, adjustments included.
    absence_rate
        Σ absent / Σ possible; None where nothing is possible.
    coverage
        Recorded / (recorded + unrecorded) sessions; None without any.
    below_min_coverage
        Whether the coverage is below the policy's.
    school_days
        Distinct dates with a session.
    sessions_are_days
        Whether nobody has more than one session on a date, so that a session may be called a day.
    first_date, as_of
        The first date with a session, and the last day that the marks can speak of.
    """

    students: int
    chronic: int
    severe: int
    unlabelled: int
    possible: int
    absent: int
    excused: int
    unexcused: int
    late: int
    unrecorded: int
    unclassified: int
    absence_rate: float | None
    coverage: float | None
    below_min_coverage: bool
    school_days: int
    sessions_are_days: bool
    first_date: pd.Timestamp | None
    as_of: pd.Timestamp | None


def chronic_bands(policy: Policy) -> tuple[str, ...]:
    """Give the bands in which a student counts as chronically absent."""
    return policy.band_names[policy.band_names.index(policy.chronic) :]


def summarise_cohort(table: pd.DataFrame, rows: pd.DataFrame, policy: Policy, as_of: pd.Timestamp | None) -> Cohort:
    """Give the figures of all students of a table; `rows` are their sessions."""
    counted = ["possible", "absent", "excused", "unexcused", "late", "unrecorded", "unclassified"]
    sums = {name: int(table[name].sum()) for name in counted}
    unrecorded = int((rows["meaning"] == UNRECORDED).sum())
    return Cohort(
        students=len(table),
        chronic=int(table["band"].isin(chronic_bands(policy)).sum()),
        severe=int((table["band"] == policy.band_names[-1]).sum()),
        unlabelled=int(table["band"].isna().sum()),
        **sums,
        absence_rate=sums["absent"] / sums["possible"] if sums["possible"] else None,
        coverage=None if rows.empty else coverage(rows),
        below_min_coverage=(len(rows) - unrecorded) < policy.min_coverage * len(rows),
        school_days=int(rows["date"].nunique()),
        sessions_are_days=not rows.duplicated(["student_id", "date"]).any(),
        first_date=None if rows.empty else rows["date"].min(),
        as_of=as_of,
    )


def summarise_bands(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """
    Count the students of each band.

    Returns
    -------
    pandas.DataFrame
        One row per band of the policy, in order, then ``no label``: ``band`` str, ``low, high`` float64 (missing where
        there is no bound), ``rule`` str, ``students`` int64, ``share`` float64 of all students.
    """
    bounds = [float(bound) for _, bound in policy.bands]
    counts = table["band"].value_counts()
    students = [int(counts.get(name, 0)) for name in policy.band_names] + [int(table["band"].isna().sum())]
    return pd.DataFrame(
        {
            "band": [*policy.band_names, NO_LABEL],
            "low": [*bounds, None],
            "high": [*bounds[1:], None, None],
            "rule": [*policy.band_rules(), f"fewer than {max(policy.min_possible, 1)} sessions"],
            "students": students,
            "share": rate(students, [len(table)] * len(students)),
        }
    ).astype({"low": "float64", "high": "float64"})


def group_rates(table: pd.DataFrame, keys: list[str], policy: Policy) -> pd.DataFrame:
    """
    Give counts and rates by group of students; a group's rate is Σ absent / Σ possible, never a mean of rates.

    Parameters
    ----------
    table
        The report's table of students, with the columns of `keys`.
    keys
        Columns to group by; students without a value are a group of their own.
    policy
        Whose bands count as chronic and severe.

    Returns
    -------
    pandas.DataFrame
        One row per group, in the table's order: the keys, ``students, possible, absent, excused, unexcused, late``
        int64, ``absence_rate`` float64 (missing where nothing is possible), ``chronic, severe`` int64 students.
    """
    marked = table.assign(
        chronic=table["band"].isin(chronic_bands(policy)), severe=table["band"] == policy.band_names[-1], students=1
    )
    counted = ["students", "possible", "absent", "excused", "unexcused", "late", "chronic", "severe"]
    groups = (
        marked.groupby(keys, dropna=False, sort=False, as_index=False)[counted]
        .sum()
        .astype(dict.fromkeys(counted, "int64"))
    )
    groups.insert(len(keys) + 3, "absence_rate", rate(groups["absent"], groups["possible"]))
    return groups
