"""The list of all students, by band, the worst first; and what the other lists need to know of a student."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mbreports.absence.cohort import NO_LABEL, chronic_bands
from mbreports.absence.shares import percent
from mbreports.report import wording
from mbreports.report.cohort_names import time_of, year_group_names
from mbreports.report.cohort_parts import Column, Group, Listing, Row

if TYPE_CHECKING:
    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.absence.policy import Policy
    from mbreports.report.cohort_parts import Shade

__all__ = ["band_shades", "list_students", "shade_of", "student_link"]

_COLUMNS = (
    Column("Student", 26),
    Column("Year group", 11),
    Column("Label", 13, screen_only=True),
    Column("Absent", 11, number=True),
    Column("Rate", 8, number=True),
    Column("Late", 6, number=True),
    Column("Unexplained", 11, number=True),
    Column("Spells", 6, number=True),
    Column("Can miss", 8, number=True),
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
    policy, students, context = report.policy, report.students, _Context.of(report)
    shades, rules = band_shades(policy), dict(zip(policy.band_names, policy.band_rules(), strict=True))
    ordered = students.sort_values("absence_rate", ascending=False, kind="stable", na_position="last")
    groups = []
    for band in (*reversed(policy.band_names), None):
        held = ordered[ordered["band"].isna() if band is None else ordered["band"] == band]
        shade = shade_of(shades, band)
        rows = tuple(_student_row(row, shade, context) for row in held.itertuples())
        detail = f"{len(rows):,} of {wording.plural(len(students), 'student')}"
        rule = rules[band] if band is not None else f"fewer than {policy.min_possible} sessions"
        groups.append(Group(rows, name=band or NO_LABEL, detail=f"{rule} · {detail}", shade=shade))
    columns = _COLUMNS if context.ahead else _COLUMNS[:-1]
    note = _note(policy, time_of(report), ahead=context.ahead)
    return Listing("students", "Students by label", note, columns, tuple(group for group in groups if group.rows))


def _note(policy: Policy, time: str, *, ahead: bool) -> str:
    words = "Absent: sessions missed, of those possible. Unexplained: of those missed. Spells: runs of missed sessions."
    if not ahead:
        return words
    return (
        f"{words} Can miss: how many of the sessions to come may be missed to finish {time} below "
        f"{percent(policy.threshold)}; “past”: {time} can no longer end below."
    )


class _Context(NamedTuple):
    """What a student's row needs besides the student's numbers."""

    policy: Policy
    year_groups: dict[Any, str]
    school_ids: dict[Any, Any]
    to_come: dict[Any, Any]

    @classmethod
    def of(cls, report: AbsenceAnalysis) -> _Context:
        """Take it from a report."""
        school_ids = report.term.students.set_index("student_id")["school_id"].to_dict()
        to_come = report.outlook.set_index("student_id")["sessions_to_come"].to_dict()
        return cls(report.policy, year_group_names(report), school_ids, to_come)

    @property
    def ahead(self) -> bool:
        """Whether anybody still has sessions to come."""
        return any(wording.given(number) and number > 0 for number in self.to_come.values())


def _student_row(row: Any, shade: Shade, context: _Context) -> Row:
    year_group = context.year_groups.get(row.year_group, "")
    rate = round(float(row.absence_rate), 5) if wording.given(row.absence_rate) else -1.0
    cells: tuple[str, ...] = (
        year_group,
        row.band if wording.given(row.band) else NO_LABEL,
        f"{row.absent:,} of {row.possible:,}",
        wording.percent(row.absent, row.possible, context.policy),
        wording.whole(row.late),
        wording.whole(row.unexcused),
        wording.whole(row.spells),
    )
    label = rate if wording.given(row.band) else -1.0
    counts = (int(row.absent), rate, int(row.late), int(row.unexcused), _key(row.spells))
    keys: tuple[float | str | None, ...] = (None, None, label, *counts)
    if context.ahead:
        cells += (_can_miss(row.can_still_miss, context.to_come.get(row.student_id)),)
        keys += (_key(row.can_still_miss, missing=10**6),)
    find = wording.clean(context.school_ids.get(row.student_id))
    return student_link(row, cells, keys=keys, shade=shade, find=find, year_group=year_group)


def _can_miss(can: Any, to_come: Any) -> str:
    if not wording.given(can):
        return wording.NOTHING
    if can < 0:
        return "past"
    return f"{can:,} of {to_come:,}" if wording.given(to_come) else wording.whole(can)


def _key(number: Any, *, missing: int = -1) -> int:
    return int(number) if wording.given(number) else missing
