"""The lists that somebody works through: to phone about, to talk to, to ask for."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from mbreports.absence.cohort import chronic_bands
from mbreports.report import wording
from mbreports.report.cohort_names import year_group_names
from mbreports.report.cohort_parts import Column, Group, Listing, Row
from mbreports.report.cohort_students import band_shades, shade_of, student_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["days_in_words", "list_mismatch", "list_movers", "list_registers", "list_unexplained"]

MISSED_A_CLASS = "in homeroom, absent in class"
_MOST_SPANS = 12


def days_in_words(
    dates: Iterable[pd.Timestamp], school_days: Sequence[pd.Timestamp], *, most: int = _MOST_SPANS
) -> str:
    """
    Write dates as runs of school days: ``Fri 12 Sep, Tue 7 – Thu 9 Oct``; a weekend does not break a run.

    Parameters
    ----------
    dates
        The dates; each is written once.
    school_days
        All days with a session, ascending.
    most
        Runs written; the rest is counted.
    """
    place = {date: number for number, date in enumerate(school_days)}
    wanted = sorted(set(dates))
    runs = [
        [date for _, date in run]
        for _, run in itertools.groupby(enumerate(wanted), key=lambda pair: place[pair[1]] - pair[0])
    ]
    said = [wording.day_range(run[0], run[-1]) for run in runs[:most]]
    more = sum(len(run) for run in runs[most:])
    return ", ".join(said) + (f" and {wording.plural(more, 'more day')}" if more else "")


def _school_days(report: AbsenceAnalysis) -> list[pd.Timestamp]:
    return sorted(report.rows["date"].unique())


def list_unexplained(report: AbsenceAnalysis) -> Listing:
    """Give a row per student with unexplained absences, the chronically absent first, then who has the most."""
    held, absent = report.unexplained, report.students.set_index("student_id")["absent"].to_dict()
    shades, order = band_shades(report.policy), report.policy.band_names
    days, names = _school_days(report), year_group_names(report)
    people = [(number, part.iloc[0], part["date"].tolist()) for number, part in held.groupby("student_id", sort=False)]
    chronic = chronic_bands(report.policy)
    people.sort(key=lambda one: (-order.index(one[1].band) if one[1].band in chronic else 1, -len(one[2])))
    rows = tuple(
        student_link(
            first,
            (
                names.get(first.year_group, ""),
                f"{len(dates):,} of {absent[number]:,}",
                days_in_words(dates, days),
            ),
            keys=(None, None, len(dates), None),
            shade=shade_of(shades, first.band),
        )
        for number, first, dates in people
    )
    columns = (
        Column("Student", 26),
        Column("Year group", 13),
        Column("Unexplained", 12, number=True),
        Column("Days", 49),
    )
    note = (
        f"{wording.plural(len(held), 'absence')} of {wording.plural(len(rows), 'student')} "
        f"{'has' if len(held) == 1 else 'have'} no explanation, of {int(report.rows['absent'].sum()):,} that have a "
        "date. Chronically absent students come first. Of: all absences of the student."
        if rows
        else f"Every one of the {report.cohort.absent:,} absences is explained."
    )
    return Listing("unexplained", "Absences without an explanation", note, columns, (Group(rows),) if rows else ())


def list_movers(report: AbsenceAnalysis) -> Listing:
    """Give the students whose absence is rising, then those whose absence is falling."""
    columns = (
        Column("Student", 32),
        Column("Year group", 18),
        Column("20 days before", 16, number=True),
        Column("Last 20 days", 16, number=True),
        Column("Change, points", 18, number=True),
    )
    groups, names = [], year_group_names(report)
    for trend, heading in (("rising", "Rising"), ("falling", "Falling")):
        part = report.movers[report.movers["trend"] == trend].sort_values(
            "change", ascending=trend == "falling", kind="stable"
        )
        rows = tuple(_mover(row, names.get(row.year_group, "")) for row in part.itertuples())
        groups.append(Group(rows, name=heading, detail=wording.plural(len(rows), "student")))
    students = wording.plural(report.cohort.students, "student")
    note = (
        f"Of {students}: absence rate of the last 20 school days against the 20 before, where they differ by more than "
        "5 percentage points. A student counts from 40 school days on."
    )
    if not len(report.movers):
        note = f"Nobody of {students} has moved by more than 5 percentage points between two times 20 school days."
    return Listing("movers", "Rising and falling", note, columns, tuple(group for group in groups if group.rows))


def _mover(row: Any, year_group: str) -> Row:
    before, now, change = (100 * float(value) for value in (row.rate_before, row.rate_now, row.change))
    cells = (year_group, f"{before:.1f} %", f"{now:.1f} %", f"{change:+.1f}".replace("-", "\u2212"))
    return student_link(row, cells, keys=(None, None, before, now, change))


def list_registers(report: AbsenceAnalysis) -> Listing:
    """Give a row per register that misses days or students, the most missing first."""
    due, days, names = report.registers, _school_days(report), year_group_names(report)
    missing = due[due["unrecorded"] > 0]
    keys = ["year_group", "class_name", "teacher", "period"]
    total = {key: len(part) for key, part in due.groupby(keys, dropna=False, sort=False)}
    rows = []
    for key, part in missing.groupby(keys, dropna=False, sort=False):
        never = part.loc[~part["taken"], "date"].tolist()
        cells = (
            _register_name(part.iloc[0], names),
            wording.clean(part["teacher"].iloc[0]),
            f"{len(never):,} of {total[key]:,}",
            wording.whole(part["unrecorded"].sum()),
            days_in_words(never, days),
        )
        rows.append(Row(cells, (None, None, len(never), int(part["unrecorded"].sum()), None)))
    rows.sort(key=lambda row: (-int(row.keys[2] or 0), -int(row.keys[3] or 0)))
    columns = (
        Column("Register", 22),
        Column("Teacher", 20),
        Column("Never taken", 12, number=True),
        Column("Open sessions", 12, number=True),
        Column("Days never taken", 34),
    )
    return Listing(
        "registers", "Registers not taken", _registers_note(report), columns, (Group(tuple(rows)),) if rows else ()
    )


def _registers_note(report: AbsenceAnalysis) -> str:
    due = report.registers
    never, opened = int((~due["taken"]).sum()), int(due["unrecorded"].sum())
    recorded = int(due["recorded"].sum())
    covered = wording.percent(recorded, recorded + opened, report.policy)
    if not opened:
        return f"All {wording.plural(len(due), 'register')} were taken, for every student."
    return (
        f"{never:,} of {wording.plural(len(due), 'register')} {'was' if never == 1 else 'were'} never taken. "
        f"Coverage: {covered} of sessions recorded ({recorded:,} of {recorded + opened:,}); open sessions have no "
        "entry, in taken registers too."
    )


def _register_name(row: Any, names: dict[Any, str]) -> str:
    name = wording.clean(row.class_name) or names.get(row.year_group) or "register"
    return f"{name}, period {int(row.period)}" if wording.given(row.period) else name


def list_mismatch(report: AbsenceAnalysis) -> Listing:
    """Give a row per student whose homeroom and classes contradict each other; who missed classes most, first."""
    held, days = report.mismatch, sorted(report.mismatch["date"].unique())
    groups = report.students.set_index("student_id")["year_group"].map(year_group_names(report)).fillna("")
    rows = []
    for number, part in held.groupby("student_id", sort=False):
        missed = part[part["kind"] == MISSED_A_CLASS]
        cells = (
            groups[number],
            wording.whole(len(missed)),
            wording.whole(len(part) - len(missed)),
            _missed(missed, most=3) if len(missed) else days_in_words(part["date"], days, most=4),
        )
        rows.append(student_link(part.iloc[0], cells, keys=(None, None, len(missed), len(part) - len(missed), None)))
    rows.sort(key=lambda row: (-int(row.keys[2] or 0), -int(row.keys[3] or 0)))
    columns = (
        Column("Student", 22),
        Column("Year group", 10),
        Column("Missed a class", 10, number=True),
        Column("Missed homeroom", 12, number=True),
        Column("When", 46),
    )
    note = (
        f"{wording.plural(len(held), 'class mark')} of {wording.plural(len(rows), 'student')} "
        f"{'contradicts' if len(held) == 1 else 'contradict'} homeroom of the same date, of "
        f"{int(report.term.class_marks['status'].notna().sum()):,} class marks. Missed a class: attended homeroom, "
        "absent in class. Missed homeroom: the reverse."
        if rows
        else "No class mark contradicts homeroom of the same date."
    )
    return Listing("mismatch", "In homeroom, not in class", note, columns, (Group(tuple(rows)),) if rows else ())


def _missed(part: pd.DataFrame, *, most: int) -> str:
    said = [
        ": ".join(filter(None, (wording.day(row.date), wording.clean(row.class_name))))
        for row in part.head(most).itertuples()
    ]
    more = f" and {len(part) - most:,} more" if len(part) > most else ""
    return "; ".join(said) + more
