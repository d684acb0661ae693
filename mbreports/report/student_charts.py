"""A student's small charts: absence by week, by weekday and by period, as paths and bars that a template prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mbreports.report.student_parts import Label, WeekBars, WeekdayBar
from mbreports.report.wording import percent, plural, short_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

__all__ = ["draw_bars", "draw_weeks"]

_LEFT, _RIGHT, _TOP, _FLOOR = 40.0, 348.0, 8.0, 108.0
_MOST_WEEK_LABELS = 7
_NARROW, _WIDE = 2.0, 11.0

Counts = tuple[int, int]
"""Absent and possible sessions."""


def draw_weeks(own: Mapping[dt.date, Counts], group: Mapping[dt.date, Counts]) -> WeekBars | None:
    """
    Draw a bar per week, and the year group's rate as a line over them.

    Parameters
    ----------
    own, group
        By the Monday of the week; `group` is empty where it may not be shown.

    Returns
    -------
    WeekBars or None
        None without a possible session.
    """
    weeks = sorted({week for week, (_, possible) in (*own.items(), *group.items()) if possible})
    if not any(possible for _, possible in own.values()):
        return None
    step = (_RIGHT - _LEFT) / len(weeks)
    rates = {week: absent / possible for week, (absent, possible) in own.items() if possible}
    theirs = {week: absent / possible for week, (absent, possible) in group.items() if possible}
    top = _top(max((*rates.values(), *theirs.values()), default=0.0))
    middle = {week: _LEFT + (place + 0.5) * step for place, week in enumerate(weeks)}
    width = max(_NARROW, min(_WIDE, 0.5 * step))
    points = [(middle[week], _height(theirs[week], top)) for week in weeks if week in theirs]
    return WeekBars(
        bars="".join(_bar(middle[week], width, _height(rate, top)) for week, rate in rates.items() if rate),
        line="M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in points) if len(points) > 1 else "",
        grid=tuple(Label(_LEFT, round(_height(top * part / 2, top), 1), f"{50 * part * top:g} %") for part in range(3)),
        weeks=tuple(_week_labels(weeks, middle)),
        line_end=Label(_RIGHT + 4, round(points[-1][1], 1), "year group") if len(points) > 1 else None,
        said=_said(own, group),
    )


def _top(highest: float) -> float:
    return next((top for top in (0.2, 0.4, 0.6, 0.8) if highest <= top), 1.0)


def _height(rate: float, top: float) -> float:
    return _FLOOR - (_FLOOR - _TOP) * rate / top


def _bar(middle: float, width: float, height: float) -> str:
    return f"M{middle - width / 2:.4g} {_FLOOR:g}V{height:.4g}h{width:.4g}V{_FLOOR:g}z"


def _week_labels(weeks: Sequence[dt.date], middle: Mapping[dt.date, float]) -> list[Label]:
    every = -(-len(weeks) // _MOST_WEEK_LABELS)
    return [Label(round(middle[week], 1), _FLOOR + 14, short_date(week)) for week in weeks[::every]]


def _said(own: Mapping[dt.date, Counts], group: Mapping[dt.date, Counts]) -> str:
    absent = [
        f"week of {short_date(week)}: {counts[0]} of {counts[1]}" for week, counts in sorted(own.items()) if counts[0]
    ]
    theirs = percent(sum(one for one, _ in group.values()), sum(of for _, of in group.values()))
    beside = f"; the year group as a whole {theirs}" if group else ""
    return f"Absence in {plural(len(absent), 'week')}: {', '.join(absent) or 'none'}{beside}"


def draw_bars(counts: Mapping[str, Counts]) -> tuple[WeekdayBar, ...]:
    """Give a bar per slice: its share of absent sessions on a scale from nothing to all of them, and its counts."""
    return tuple(
        WeekdayBar(name, round(100 * absent / possible, 1) if possible else 0.0, f"{absent:,} of {possible:,}")
        for name, (absent, possible) in counts.items()
    )
