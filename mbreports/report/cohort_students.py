"""The list of all students, by band, the worst first; and what the other lists need to know of a student."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.absence.cohort import NO_LABEL, chronic_bands
from mbreports.absence.shares import percent
from mbreports.report import wording
from mbreports.report.cohort_parts import Column, Group, Listing, Row

if TYPE_CHECKING:
    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.absence.policy import Policy
    from mbreports.report.cohort_parts import Shade

__all__ = ["band_shades", "list_students", "shade_of", "student_link"]

_COLUMNS = (
    Column("Student", 25),
    Column("Year group", 12),
    Column("Label", 13),
    Column("Absent", 12, number=True),
    Column("Rate", 8, number=True),
    Column("Late", 6, number=True),
    Column("Unex\u00adplained", 9, number=True),
    Column("Spells", 6, number=True),
    Column("Can miss", 9, number=True),
)


def band_shades(policy: Policy) -> dict[str, Shade]:
    """
    Give each band its look, so that grey paper tells it from its neighbours.

    Below chronic: the first plain, the others pale. Chronic: outlined, and the highest of several filled; where
    there is but one, it is filled.
    """
    chronic = chronic_bands(policy)
    below = policy.band_names[: -len(chronic)]
    shades: dict[str, Shade] = {name: "plain" if name == below[0] else "pale" for name in below}
    return shades | {name: "filled" if name == chronic[-1] else "outlined" for name in chronic}


def shade_of(shades: dict[str, Shade], band: Any) -> Shade:
    """Give a student's mark; dashed where there is no label."""
    return shades[band] if wording.given(band) else "dashed"


def student_link(row: Any, cells: tuple[str, ...], **others: Any) -> Row:
    """Give a row whose first cell is a student's name, which leads to the student's page."""
    name = wording.full_name(row.last_name, row.first_name, int(row.student_id))
    return Row((name, *cells), student_id=int(row.student_id), **others)


def list_students(report: AbsenceAnalysis) -> Listing:
    """Give everybody, by band, the worst first; within a band by the exact rate, then in the report's order."""
    policy, students = report.policy, report.students
    to_come = report.outlook.set_index("student_id")["sessions_to_come"]
    shades, rules = band_shades(policy), dict(zip(policy.band_names, policy.band_rules(), strict=True))
    ordered = students.sort_values("absence_rate", ascending=False, kind="stable", na_position="last")
    groups = []
    for band in (*reversed(policy.band_names), None):
        held = ordered[ordered["band"].isna() if band is None else ordered["band"] == band]
        shade = shade_of(shades, band)
        rows = tuple(_student_row(row, to_come.get(row.student_id), shade, policy) for row in held.itertuples())
        detail = f"{len(rows):,} of {wording.plural(len(students), 'student')}"
        rule = rules[band] if band is not None else f"fewer than {policy.min_possible} sessions"
        groups.append(Group(rows, name=band or NO_LABEL, detail=f"{rule} · {detail}", shade=shade))
    return Listing(
        "students", "Students by label", _note(policy), _COLUMNS, tuple(group for group in groups if group.rows)
    )


def _note(policy: Policy) -> str:
    return (
        "Absent: sessions missed, of those possible. Unexplained: of those missed. Spells: runs of missed sessions. "
        "Can miss: how many of the sessions to come may be missed to finish the term below "
        f"{percent(policy.threshold)}; "
        "“past”: it cannot be finished below."
    )


def _student_row(row: Any, to_come: Any, shade: Shade, policy: Policy) -> Row:
    rate = float(row.absence_rate) if wording.given(row.absence_rate) else -1.0
    cells = (
        wording.clean(row.year_group),
        row.band if wording.given(row.band) else NO_LABEL,
        f"{row.absent:,} of {row.possible:,}",
        wording.percent(row.absent, row.possible, policy),
        wording.whole(row.late),
        wording.whole(row.unexcused),
        wording.whole(row.spells),
        _can_miss(row.can_still_miss, to_come),
    )
    label = rate if wording.given(row.band) else -1.0
    counts = (int(row.absent), rate, int(row.late), int(row.unexcused), _key(row.spells))
    keys = (None, None, label, *counts, _key(row.can_still_miss, missing=10**6))
    return student_link(row, cells, keys=keys, shade=shade)


def _can_miss(can: Any, to_come: Any) -> str:
    if not wording.given(can):
        return wording.NOTHING
    if can < 0:
        return "past"
    return f"{can:,} of {to_come:,}" if wording.given(to_come) else wording.whole(can)


def _key(number: Any, *, missing: int = -1) -> int:
    return int(number) if wording.given(number) else missing
