"""Absence by year group, homeroom, weekday and week: counts with their denominators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.report import wording
from mbreports.report.cohort_names import year_group_names
from mbreports.report.cohort_parts import Bar, Column, Group, Listing, Row

if TYPE_CHECKING:
    import pandas as pd

    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.absence.policy import Policy

__all__ = ["draw_weekdays", "list_homerooms", "list_weeks", "list_year_groups"]

_NAMELESS = "not given"
_STANDS_OUT = 1.25
"""A weekday is drawn in the accent from this many times the rate of all."""


def list_year_groups(report: AbsenceAnalysis) -> Listing:
    """Give a row per year group, as the first page has it."""
    names = year_group_names(report)
    table = _as_counted(report.year_groups, names)
    rows = [_group_row(row, names.get(row.year_group), report.policy) for row in table.itertuples() if names]
    return _list_groups("By year group", "Year group", rows, report.policy, widths=(16, 23, 13, 14, 13))


def list_homerooms(report: AbsenceAnalysis) -> Listing:
    """Give a row per homeroom of a year group."""
    names = year_group_names(report)
    rows = [
        _group_row(row, row.homeroom, report.policy, of=names.get(row.year_group, ""))
        for row in _as_counted(report.homerooms, names).itertuples()
    ]
    if not report.homerooms["homeroom"].notna().any():
        return Listing("homerooms", "By homeroom", "No homeroom is given.", ())
    return _list_groups("By homeroom", "Homeroom", rows, report.policy, widths=(10, 16, 9, 10, 9))


def _as_counted(table: pd.DataFrame, names: dict[Any, str]) -> pd.DataFrame:
    """Give a table by year group in the order in which people count them; those without one come last."""
    places = {name: place for place, name in enumerate(names)}
    order = sorted(range(len(table)), key=lambda row: places.get(table["year_group"].iloc[row], len(places)))
    return table.iloc[order]


def _list_groups(heading: str, label: str, rows: list[Row], policy: Policy, *, widths: tuple[int, ...]) -> Listing:
    word = policy.band_names[-1].split()[0]
    highest = word[0].upper() + word[1:]
    numbers = ("Students", "Absent", "Rate", "Chronic", highest)
    columns = (
        Column(label, 100 - sum(widths)),
        *(Column(number, width, number=True) for number, width in zip(numbers, widths, strict=True)),
    )
    note = f"Absent: sessions missed, of those possible. Chronic: students from the label “{policy.chronic}” up; "
    note += f"{word}: those of them with the label “{policy.band_names[-1]}”."
    return Listing(f"{label.replace(' ', '-').lower()}s", heading, note, columns, (Group(tuple(rows)),) if rows else ())


def _group_row(row: Any, name: Any, policy: Policy, *, of: str = "") -> Row:
    cells = (
        " · ".join(part for part in (of, wording.clean(name) or _NAMELESS) if part),
        wording.whole(row.students),
        f"{row.absent:,} of {row.possible:,}",
        wording.percent(row.absent, row.possible, policy),
        wording.whole(row.chronic),
        wording.whole(row.severe),
    )
    return Row(cells, (None, int(row.students), int(row.absent), _rate(row), int(row.chronic), int(row.severe)))


def _rate(row: Any) -> float:
    return round(float(row.absence_rate), 5) if wording.given(row.absence_rate) else -1.0


def list_weeks(report: AbsenceAnalysis) -> Listing:
    """Give a row per week of the term, with a bar."""
    weeks = report.weeks
    columns = (
        Column("Week from", 16),
        Column("Absent", 20, number=True),
        Column("Rate", 12, number=True),
        Column("", 52),
    )
    longest = _longest(weeks)
    rows = tuple(_week_row(row, longest, report.policy) for row in weeks.itertuples())
    note = "Absent: sessions missed, of those possible in the week."
    return Listing("weeks", "By week of term", note, columns, (Group(rows),) if rows else ())


def _week_row(row: Any, longest: float, policy: Policy) -> Row:
    rate = wording.percent(row.absent, row.possible, policy)
    cells = (wording.day(row.week), f"{row.absent:,} of {row.possible:,}", rate, "")
    keys = (row.week.toordinal(), int(row.absent), _rate(row), None)
    return Row(cells, keys, bar=_length(row.absence_rate, longest))


def draw_weekdays(report: AbsenceAnalysis) -> tuple[Bar, ...]:
    """Give a bar per weekday that has sessions; the highest one stands out where it is much above the rest."""
    table = report.weekdays
    longest = _longest(table)
    usual = report.cohort.absence_rate or 0.0
    alone = len(table) > 1 and longest >= _STANDS_OUT * usual > 0 and int((table["absence_rate"] == longest).sum()) == 1
    return tuple(
        Bar(
            label=str(row.weekday)[:3],
            rate=wording.percent(row.absent, row.possible, report.policy),
            base=f"{row.absent:,} of {row.possible:,}",
            length=_length(row.absence_rate, longest),
            highest=bool(alone and row.absence_rate == longest),
        )
        for row in table.itertuples()
    )


def _longest(table: pd.DataFrame) -> float:
    return float(table["absence_rate"].max()) if table["absence_rate"].notna().any() else 0.0


def _length(rate: Any, longest: float) -> float:
    return round(100 * float(rate) / longest, 2) if longest and wording.given(rate) else 0.0
