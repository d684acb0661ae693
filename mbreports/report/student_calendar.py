"""The term at a glance: where each session of a student stands on the calendar, and how it is drawn."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Final

from mbreports.report.student_parts import Calendar, Cells, Label
from mbreports.report.wording import MONTHS, WEEKDAYS, plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from mbreports.report.student_parts import Kind

__all__ = ["WIDTH", "Grid", "Mark", "SchoolDays", "draw_calendar"]

WIDTH: Final = 690
"""Units of a calendar from end to end."""

_LEFT, _HEAD = 54, 31
_WEEKS_ABREAST = 45
"""A longer time stands in several blocks, one below the other."""

_WIDEST_STEP, _TALLEST_ROW, _LOWEST_ROW, _WANTED_HEIGHT = 53.0, 27.0, 11.0, 205.0
_SATURDAY, _SUNDAY = 5, 6
_ORDER: Final[tuple[Kind | None, ...]] = (None, "other", "late", "unrecorded", "unclassified", "explained", "open")
"""Of several sessions that share a cell, the last in this order is drawn."""


@dataclasses.dataclass(frozen=True)
class Mark:
    """One session: its day, its period, how it is drawn (None: simply attended, a dot), and its letter."""

    day: dt.date
    period: int | None
    kind: Kind | None
    letter: str


@dataclasses.dataclass(frozen=True)
class SchoolDays:
    """
    The days of a student's year group.

    Attributes
    ----------
    met
        Days on which somebody of it had a session.
    to_come
        School days after the last one known.
    """

    met: frozenset[dt.date]
    to_come: frozenset[dt.date]


@dataclasses.dataclass(frozen=True)
class Grid:
    """
    The sheet of squares: one column per week, one row per weekday and period.

    Attributes
    ----------
    days
        Every day from the first to the last that is drawn.
    weekdays
        Those that the school works on, in the order of its week: 0 is Monday.
    periods
        Rows of each weekday; ``(None,)`` where there is one session a day.
    """

    days: tuple[dt.date, ...]
    weekdays: tuple[int, ...]
    periods: tuple[int | None, ...]

    @functools.cached_property
    def first_weekday(self) -> int:
        """The day that begins a week: Sunday where the school works on it and not on Saturday, else Monday."""
        return _SUNDAY if _SUNDAY in self.weekdays and _SATURDAY not in self.weekdays else 0

    def week(self, day: dt.date) -> int:
        """Give the number of a day's week, from 0."""
        begin = self.days[0].toordinal() - (self.days[0].weekday() - self.first_weekday) % 7
        return (day.toordinal() - begin) // 7

    @functools.cached_property
    def weeks(self) -> int:
        """How many weeks there are."""
        return self.week(self.days[-1]) + 1

    @functools.cached_property
    def step(self) -> float:
        """Units from one week to the next."""
        return min(_WIDEST_STEP, (WIDTH - _LEFT) / min(self.weeks, _WEEKS_ABREAST))

    @functools.cached_property
    def row(self) -> float:
        """Units from one row to the next."""
        rows = len(self.weekdays) * len(self.periods)
        return min(_TALLEST_ROW, max(_LOWEST_ROW, _WANTED_HEIGHT / rows))

    @functools.cached_property
    def gap(self) -> float:
        """Units between two weekdays, beside those between two rows."""
        return 0.0 if len(self.periods) == 1 else 3.0

    @functools.cached_property
    def width(self) -> float:
        """Units of a cell from side to side."""
        return self.step - min(7.0, self.step / 6)

    @functools.cached_property
    def height(self) -> float:
        """Units of a cell from top to bottom."""
        return self.row - (4.0 if self.row > 20 else 1.6)  # noqa: PLR2004 -- a low row has a narrow gap

    @functools.cached_property
    def size(self) -> float:
        """Units of a letter."""
        return min(11.0, 0.72 * self.height, 0.72 * self.width)

    @functools.cached_property
    def block(self) -> float:
        """Units of a block of weeks from top to top."""
        return _HEAD + len(self.weekdays) * (len(self.periods) * self.row + self.gap) + 8

    def left(self, day: dt.date) -> float:
        """Give where a day's cells begin."""
        return _LEFT + (self.week(day) % _WEEKS_ABREAST) * self.step

    def top(self, day: dt.date, place: int) -> float:
        """Give where the cell of a day's row begins."""
        weekday = self.weekdays.index(day.weekday())
        block = self.week(day) // _WEEKS_ABREAST
        return self.block * block + _HEAD + weekday * (len(self.periods) * self.row + self.gap) + place * self.row


def draw_calendar(grid: Grid, marks: Sequence[Mark], days: SchoolDays) -> Calendar:
    """
    Draw a student's sessions on the grid.

    Parameters
    ----------
    grid
        The squares.
    marks
        The student's sessions.
    days
        Which days were school days of the year group, and which are to come.
    """
    shown = _worst(grid, marks)
    held = {mark.day for mark in marks}
    workdays = [day for day in grid.days if day.weekday() in grid.weekdays]
    after = max(days.met, default=grid.days[0])
    off = [day for day in workdays if day not in days.met and day not in days.to_come and day not in held]
    holidays = [day for day in off if day <= after or days.to_come]
    missing = [day for day in workdays if day in days.met and day not in held]
    blocks = range(-(-grid.weeks // _WEEKS_ABREAST))
    kinds = [kind for kind in _ORDER if kind is not None]
    return Calendar(
        height=_round(grid.block * len(blocks) - 8),
        months=tuple(_months(grid)),
        weeks=tuple(_weeks(grid)),
        rows=tuple(label for block in blocks for label in _rows(grid, block)),
        present=_dots(grid, [place for place, mark in shown.items() if mark.kind is None]),
        sessions=_dots(grid, shown),
        dash=f"0.1 {grid.step - 0.1:.5g}",
        width=_round(grid.width - 2),
        tall=_round(grid.height - 2),
        holidays=_days_path(grid, holidays),
        hatch=_hatch(grid, holidays),
        to_come=_days_path(grid, [day for day in workdays if day in days.to_come and day not in held]),
        not_enrolled=_dashes(grid, missing),
        cells=tuple(cells for kind in kinds if (cells := _cells(grid, kind, shown)) is not None),
        size=_round(grid.size),
        said=_said(marks),
    )


_Places = dict[tuple["dt.date", int], Mark]


def _worst(grid: Grid, marks: Sequence[Mark]) -> Mapping[tuple[dt.date, int], Mark]:
    """The session that is drawn in each cell: day and row."""
    row_of = {period: place for place, period in enumerate(grid.periods)}
    shown: _Places = {}
    for mark in marks:
        key = (mark.day, row_of.get(mark.period, 0))
        if key not in shown or _ORDER.index(mark.kind) > _ORDER.index(shown[key].kind):
            shown[key] = mark
    return shown


def _round(value: float) -> float:
    return round(value, 1)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.4g} {y:.4g}h{width:.4g}v{height:.4g}h-{width:.4g}z"


def _cells(grid: Grid, kind: Kind, shown: Mapping[tuple[dt.date, int], Mark]) -> Cells | None:
    path, letters = [], []
    for (day, place), mark in shown.items():
        if mark.kind != kind:
            continue
        x, y = grid.left(day), grid.top(day, place)
        path.append(_box(x + 1, y + 1, grid.width - 2, grid.height - 2))
        middle = _round(y + grid.height / 2 + 0.36 * grid.size)
        letters.append(Label(_round(x + grid.width / 2), middle, mark.letter))
    return Cells(kind, "".join(path), tuple(letters)) if path else None


def _dots(grid: Grid, places: Iterable[tuple[dt.date, int]]) -> str:
    """Dots as dashes of no length along each run of weeks: a tenth of the file that single dots would be."""
    rows: dict[float, list[float]] = {}
    for day, place in places:
        rows.setdefault(grid.top(day, place) + grid.height / 2, []).append(grid.left(day) + grid.width / 2)
    return "".join(
        f"M{run[0]:.4g} {y:.4g}h{run[-1] - run[0] + 0.1:.5g}"
        for y, held in sorted(rows.items())
        for run in _in_a_row(sorted(held), grid.step)
    )


def _in_a_row(places: list[float], step: float) -> Iterable[list[float]]:
    """Split ascending places where one is missing."""
    run: list[float] = []
    for place in places:
        if run and place - run[-1] > 1.5 * step:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _dashes(grid: Grid, days: Iterable[dt.date]) -> str:
    return "".join(
        f"M{grid.left(day) + grid.width / 2 - 3:.4g} {grid.top(day, 0) + _tall(grid) / 2:.4g}h6" for day in days
    )


def _tall(grid: Grid) -> float:
    """Units of all rows of one day."""
    return grid.row * (len(grid.periods) - 1) + grid.height


def _days_path(grid: Grid, days: Iterable[dt.date]) -> str:
    return "".join(_box(grid.left(day), grid.top(day, 0), grid.width, _tall(grid)) for day in days)


def _hatch(grid: Grid, days: Iterable[dt.date]) -> str:
    """Slanting lines in each cell of a holiday."""
    tall = _tall(grid)
    lines = []
    for day in days:
        x, y = grid.left(day), grid.top(day, 0)
        for start in range(6, int(grid.width + tall), 6):  # from the left or lower edge, up to the right
            x0, y0 = max(0.0, start - tall), min(float(start), tall)
            x1, y1 = min(float(start), grid.width), max(0.0, start - grid.width)
            lines.append(f"M{x + x0:.4g} {y + y0:.4g}L{x + x1:.4g} {y + y1:.4g}")
    return "".join(lines)


def _months(grid: Grid) -> Iterable[Label]:
    """Name each month over its first week, where there is room."""
    seen, free = None, -1.0
    for week in range(grid.weeks):
        day = _begin(grid, week)
        block, x = week // _WEEKS_ABREAST, _LEFT + (week % _WEEKS_ABREAST) * grid.step
        if week % _WEEKS_ABREAST == 0:
            seen, free = None, -1.0
        if (day.year, day.month) != seen and x >= free:
            seen, free = (day.year, day.month), x + 30
            yield Label(_round(x), _round(block * grid.block + 11), MONTHS[day.month - 1][:3])


def _begin(grid: Grid, week: int) -> dt.date:
    """The first day of a week that is drawn."""
    first = grid.days[0]
    begin = first.toordinal() - (first.weekday() - grid.first_weekday) % 7 + 7 * week
    return max(first, type(first).fromordinal(begin))


def _weeks(grid: Grid) -> Iterable[Label]:
    every = 1 if grid.step >= 17 else 2 if grid.step >= 9 else 4  # noqa: PLR2004 -- room for two figures
    for week in range(grid.weeks):
        if week % _WEEKS_ABREAST % every == 0:
            block, x = week // _WEEKS_ABREAST, _LEFT + (week % _WEEKS_ABREAST) * grid.step
            middle, low = _round(x + grid.width / 2), _round(block * grid.block + 24)
            yield Label(middle, low, str(_begin(grid, week).day))


def _rows(grid: Grid, block: int) -> Iterable[Label]:
    """Name the weekdays, and their periods where there is room."""
    several = len(grid.periods) > 1
    for number, weekday in enumerate(grid.weekdays):
        top = block * grid.block + _HEAD + number * (len(grid.periods) * grid.row + grid.gap)
        yield Label(0, _round(top + grid.height / 2 + 3.6), WEEKDAYS[weekday][:3])
        for place, period in enumerate(grid.periods):
            if several and period is not None:
                yield Label(34, _round(top + place * grid.row + grid.height / 2 + 3), str(period))


def _said(marks: Sequence[Mark]) -> str:
    counts = {kind: sum(mark.kind == kind for mark in marks) for kind in ("open", "explained", "late", "unrecorded")}
    words = {
        "open": "absent and unexplained",
        "explained": "absent and explained",
        "late": "late",
        "unrecorded": "no register",
    }
    said = [f"{count} {words[kind]}" for kind, count in counts.items() if count]
    return f"Calendar of {plural(len(marks), 'session')}: {', '.join(said) or 'all attended'}"
