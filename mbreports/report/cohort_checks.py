"""The lists behind the trust in the numbers: totals, codes, checks, and what every word means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.absence.shares import percent
from mbreports.report import wording
from mbreports.report.cohort_names import time_of
from mbreports.report.cohort_parts import Column, Group, Listing, Row
from mbreports.report.cohort_students import student_link

if TYPE_CHECKING:
    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["define_words", "list_checks", "list_codes", "list_reconciliation", "list_unclassified"]


def list_reconciliation(report: AbsenceAnalysis) -> Listing:
    """Give a row per student and code that differs from ManageBac's own totals."""
    names = report.students.set_index("student_id")[["last_name", "first_name"]].reset_index()
    differing = report.reconciliation.merge(names, on="student_id", how="left")
    rows = tuple(_difference(row) for row in differing.itertuples())
    columns = (
        Column("Student", 32),
        Column("Recorded as", 20),
        Column("From marks", 12, number=True),
        Column("Adjustment", 12, number=True),
        Column("ManageBac", 12, number=True),
        Column("Difference", 12, number=True),
    )
    return Listing(
        "reconciliation", "Against ManageBac's totals", _totals_note(report), columns, (Group(rows),) if rows else ()
    )


def _difference(row: Any) -> Row:
    numbers = (int(row.from_marks), int(row.adjustment), int(row.in_total), int(row.difference))
    counts = (wording.whole(row.from_marks), wording.signed(row.adjustment), wording.whole(row.in_total))
    cells = (wording.clean(row.label) or f"code {row.status}", *counts, wording.signed(row.difference))
    return student_link(row, cells, keys=(None, None, *numbers))


def _totals_note(report: AbsenceAnalysis) -> str:
    students = wording.plural(report.cohort.students, "student")
    if report.basis != "homeroom":
        return "This report counts class marks; ManageBac's totals are of homeroom, so there is nothing to compare."
    if report.term.totals.empty:
        return "ManageBac's own totals were not part of the data, so there is nothing to compare."
    differing = int(report.reconciliation["student_id"].nunique())
    if not differing:
        return f"The marks of all {students} add up to ManageBac's own totals."
    return (
        f"The marks of {differing:,} of {students} do not add up to ManageBac's own totals. Known causes: a timetable "
        "slot that was disabled, a student who was archived."
    )


def list_unclassified(report: AbsenceAnalysis) -> Listing:
    """Give a row per code whose meaning the school has not said."""
    rows = tuple(
        Row(
            (
                wording.whole(row.status),
                wording.clean(row.label),
                wording.whole(row.marks),
                wording.whole(row.students),
            ),
            (_whole(row.status), None, _whole(row.marks), _whole(row.students)),
        )
        for row in report.unclassified.itertuples()
    )
    columns = (
        Column("Code", 12, number=True),
        Column("The school's word", 48),
        Column("Marks", 20, number=True),
        Column("Students", 20, number=True),
    )
    left_out = int(report.unclassified["marks"].sum())
    note = (
        f"{wording.plural(left_out, 'mark')} of {len(report.rows):,} count neither as attended nor as absent, because "
        "the school has not said what the code means. The policy's meanings are where to say it."
        if rows
        else f"The meaning of every code of the {len(report.rows):,} marks is known."
    )
    return Listing("unclassified", "Codes without a meaning", note, columns, (Group(rows),) if rows else ())


def list_checks(report: AbsenceAnalysis) -> Listing:
    """Give a row per check of the data, whether it found anything or not."""
    found = report.quality[["check", "count", "of", "detail"]]
    rows = tuple(
        Row((str(check).capitalize(), _of(count, of), str(detail)), (None, _whole(count), None))
        for check, count, of, detail in found.itertuples(index=False)
    )
    columns = (Column("Check", 30), Column("Found", 16, number=True), Column("What it means", 54))
    return Listing("checks", "Checks of the data", "What was looked for, found or not.", columns, (Group(rows),))


def _whole(number: Any) -> int:
    return int(number) if wording.given(number) else -2


def _of(count: Any, of: Any) -> str:
    return f"{int(count):,} of {int(of):,}" if wording.given(of) else wording.whole(count)


def list_codes(report: AbsenceAnalysis) -> Listing:
    """Give a row per code met, with the letter that prints it."""
    codes = report.codes
    rows = tuple(
        Row(
            (
                str(row.letter),
                wording.clean(row.label),
                wording.whole(row.status),
                str(row.meaning),
                wording.whole(row.marks),
            ),
            (None, None, _whole(row.status), None, _whole(row.marks)),
        )
        for row in codes.itertuples()
    )
    columns = (
        Column("Letter", 10),
        Column("The school's word", 40),
        Column("Code", 10, number=True),
        Column("Counts as", 24),
        Column("Marks", 16, number=True),
    )
    marks = wording.plural(codes["marks"].sum(), "mark")
    note = f"Every code of the {marks}. “Unexcused” and “excused” are absent, “late” is attended."
    return Listing("codes", "Codes", note, columns, (Group(rows),) if rows else ())


def define_words(report: AbsenceAnalysis) -> Listing:
    """Say what the words of these pages mean."""
    policy = report.policy
    bound, least = percent(policy.threshold), wording.plural(max(policy.min_possible, 1), "possible session")
    bands = "; ".join(f"{name}: {rule}" for name, rule in zip(policy.band_names, policy.band_rules(), strict=True))
    words = {
        "Session": "One homeroom mark." if report.basis == "homeroom" else "One mark of a class period.",
        "Possible": "Sessions that count: present, late, absent, and those without an entry as the rule has it.",
        "Absent": "Sessions missed, explained or not.",
        "Rate": "Absent of possible. A group's rate is the sum of its absences of the sum of its possible sessions.",
        "Label": f"By the exact rate, before rounding: {bands}. No label below {least}.",
        "Chronic": f"From the label “{policy.chronic}” up: {bound} and more.",
        "Explained": "Recorded with a reason, or inside an excusal that a parent sent.",
        "Spell": "A run of missed sessions; weekends and holidays do not break it.",
        "Can miss": f"Sessions to come that may still be missed to finish {time_of(report)} below {bound}.",
        "Coverage": "Sessions with an entry, of all sessions of the registers.",
    }
    rows = tuple(Row((word, meaning)) for word, meaning in words.items())
    note = "The words of these pages, as this report uses them."
    return Listing("definitions", "Definitions", note, (Column("Word", 16), Column("Meaning", 84)), (Group(rows),))
