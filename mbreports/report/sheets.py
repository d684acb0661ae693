"""Which tables of a report stand in its workbook: students, absences, patterns, registers, definitions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from mbreports.report.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["digits_needed", "report_sheets"]

_MOST_DIGITS = 6
_PERSON = ["student_id", "school_id", "last_name", "first_name", "year_group", "homeroom"]

_COLUMNS = {
    "possible": "sessions that count: present, late, absent, and the unrecorded ones where the rule says so",
    "attended": "possible less absent",
    "late": "sessions attended late; they count as attended",
    "absent": "excused and unexcused sessions",
    "excused": "absent with a reason: by the register's code, or by a parent's excusal",
    "unexcused": "absent without a reason",
    "unrecorded": "sessions in which nobody took the register",
    "unclassified": "sessions with a code that the policy does not classify: left out of all rates",
    "attendance_rate": "attended / possible; empty where possible is 0",
    "absence_rate": "absent / possible; empty where possible is 0",
    "band": "the label, compared exactly, before any rounding; empty below the least number of possible sessions",
    "spells": "runs of absent sessions; days off neither break nor lengthen one",
    "longest_spell": "sessions of the longest run",
    "current_spell": "sessions of the run that is open at the last session",
    "days_since_last_absence": "school days since the last absence; empty: never absent",
    "trend": "last 20 school days against the 20 before: rising or falling by more than 5 percentage points",
    "can_still_miss": "sessions that may still be missed to end below the threshold; below 0: no longer possible",
    "best_attainable": "attendance at the end if nothing more is missed",
    "recovery": "sessions of full attendance until the rate is below the threshold again",
    "rate_low": "lower end of the 95 % interval of the absence rate (absences come in runs)",
    "rate_high": "upper end of that interval",
    "often_weekday": "a weekday on which absences start more often than chance has it (tested over all students)",
}

_OF_SHEETS = {
    "Absences": "one row per absent session",
    "Absences: status, label": "ManageBac's code, and the school's word for it",
    "Absences: meaning": "what the policy makes of the code; an excusal makes unexcused excused",
    "Absences: excused by": "the id of the parent's excusal that explains it",
    "Patterns": "absent of the possible sessions of each slice; adjustments have no date, so days and weeks lack them",
    "Patterns: by, group, from": "what the slice is, its name, or its first day",
    "Patterns: students, chronic": "how many are in the slice, and how many of them are chronically absent",
    "Registers": "one row per date and register",
    "Registers: recorded, unrecorded": "students with a code, and students without one",
    "Registers: taken": "no: nobody has a code",
}


def report_sheets(report: AbsenceAnalysis) -> list[Sheet]:
    """
    Give the tables of a report's workbook.

    Returns
    -------
    list of Sheet
        Students, Absences, Patterns, Registers, Definitions.
    """
    return [_students(report), _absences(report), _patterns(report), _registers(report), _definitions(report)]


def _person(report: AbsenceAnalysis) -> pd.DataFrame:
    return report.term.students[_PERSON]


def _students(report: AbsenceAnalysis) -> Sheet:
    extra = _person(report)[["student_id", "school_id", "homeroom"]]
    frame = report.students.merge(extra, on="student_id", how="left", validate="one_to_one")
    frame = frame[[*_PERSON, *(column for column in frame.columns if column not in _PERSON)]]
    bounds = [bound for _, bound in report.policy.bands]
    exact = digits_needed(frame["absent"].tolist(), frame["possible"].tolist(), bounds)
    return Sheet(
        "Students",
        frame,
        digits={"attendance_rate": exact, "absence_rate": exact, "best_attainable": 1, "rate_low": 1, "rate_high": 1},
        ids=("student_id",),
        fixed=4,
        banded="band",
        printed="band",
    )


def digits_needed(absent: Sequence[int], possible: Sequence[int], bounds: Sequence[Fraction]) -> list[int]:
    """
    Give the decimals that a rate in per cent needs, so that it never prints as a bound that it does not reach.

    Examples
    --------
    >>> digits_needed([20, 7], [201, 68], [Fraction(1, 10)])
    [2, 1]
    """
    return [_digits(int(x), int(n), bounds) for x, n in zip(absent, possible, strict=True)]


def _digits(absent: int, possible: int, bounds: Sequence[Fraction]) -> int:
    if possible <= 0:
        return 1
    rate = Fraction(absent, possible)
    place = sum(rate >= bound for bound in bounds)
    for digits in range(1, _MOST_DIGITS):
        scale = 100 * 10**digits
        printed = Fraction(math.floor(rate * scale + Fraction(1, 2)), scale)
        if sum(printed >= bound for bound in bounds) == place:
            return digits
    return _MOST_DIGITS


def _absences(report: AbsenceAnalysis) -> Sheet:
    marks = report.rows[report.rows["absent"]].drop(columns="year_group_id")
    order = pd.DataFrame({"student_id": report.students["student_id"], "place": range(len(report.students))})
    frame = marks.merge(_person(report), on="student_id", how="left").merge(order, on="student_id", how="left")
    frame = frame.sort_values(["place", "date", "period"], kind="stable")
    frame = frame.assign(weekday=frame["date"].dt.day_name().astype("str"))
    classes = report.term.classes.rename(columns={"name": "class"})[["class_id", "class"]]
    frame = frame.merge(classes, on="class_id", how="left")
    columns = [*_PERSON, "date", "weekday", "period", "class", "status", "label", "meaning", "excused_by", "note"]
    empty = [column for column in ("period", "class") if frame[column].isna().all()]
    frame = frame[[column for column in columns if column not in empty]].reset_index(drop=True)
    ids = ("student_id", "status", "period", "excused_by")
    return Sheet("Absences", frame, ids=ids, fixed=4, wide={"note": 44}, marked={"meaning": "unexcused"})


def _patterns(report: AbsenceAnalysis) -> Sheet:
    parts = [
        _pattern("weekday", report.weekdays, "weekday"),
        _pattern("period", report.periods, "period"),
        _pattern("week", report.weeks, None, since="week"),
        _pattern("month", report.months, None, since="month"),
        _pattern("year group", report.year_groups, "year_group"),
        _pattern("homeroom", report.homerooms, "homeroom"),
    ]
    frame = pd.concat(parts, ignore_index=True)
    return Sheet("Patterns", frame, digits={"absence_rate": 1}, fixed=2)


def _pattern(kind: str, table: pd.DataFrame, group: str | None, *, since: str | None = None) -> pd.DataFrame:
    """Give one kind of slice in the sheet's columns; a week and a month are named by their first day."""
    rows = len(table)
    named = table[group].astype("string") if group else pd.Series([pd.NA] * rows, dtype="string")
    first = pd.to_datetime(table[since]) if since else pd.Series([pd.NaT] * rows, dtype="datetime64[us]")
    frame = pd.DataFrame(
        {
            "by": pd.Series([kind] * rows, dtype="str"),
            "group": named.to_numpy(),
            "from": first.to_numpy("datetime64[us]"),
        }
    )
    frame["group"] = frame["group"].astype("str")
    for column in ("students", "chronic"):
        counts = table[column].to_numpy() if column in table else [pd.NA] * rows
        frame[column] = pd.array(counts, dtype="Int64")
    for column in ("absent", "possible"):
        frame[column] = table[column].to_numpy("int64")
    return frame.assign(absence_rate=table["absence_rate"].to_numpy("float64", na_value=math.nan))


def _registers(report: AbsenceAnalysis) -> Sheet:
    frame = report.registers
    whole = [column for column in frame.columns if not frame[column].isna().all() or column in {"date", "taken"}]
    return Sheet(
        "Registers", frame[whole], ids=("year_group_id", "class_id", "period"), fixed=1, marked={"taken": "no"}
    )


def _definitions(report: AbsenceAnalysis) -> Sheet:
    term, cohort = report.term, report.cohort
    about = [
        ("School", term.school),
        ("Term", term.term_name),
        ("From", _date(cohort.first_date)),
        ("As of", _date(cohort.as_of)),
        ("Policy", report.policy.name),
        ("Confidential", "This workbook names students: keep it as you keep their files."),
        ("On paper", "Students prints the columns up to the band; the columns after it are for the screen."),
    ]
    bands = [
        (f"Band: {row['band']}", f"{row['rule']}: {row['students']:,} students")
        for row in report.bands.to_dict("records")
    ]
    codes = [
        (f"Code {row['status']}", f"{row['label']}: {row['meaning']}, printed as {row['letter']}")
        for row in report.codes.to_dict("records")
        if pd.notna(row["status"])
    ]
    rules = [("Rule", sentence) for sentence in report.rule]
    checks = [(f"Check: {row['check']}", row["detail"]) for row in report.quality.to_dict("records")]
    columns = [(f"Column: {name.replace('_', ' ')}", meaning) for name, meaning in _COLUMNS.items()]
    rows = [*about, *bands, *rules, *codes, *checks, *columns, *_OF_SHEETS.items()]
    frame = pd.DataFrame(
        {"what": [what for what, _ in rows], "meaning": ["" if said is None else str(said) for _, said in rows]}
    )
    return Sheet("Definitions", frame, wide={"meaning": 100})


def _date(value: pd.Timestamp | None) -> str:
    return "" if value is None or pd.isna(value) else f"{value:%Y-%m-%d}"
