"""Charts along time: the rate by week, a calendar of dates, and the lengths of spells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from mbreports.report.charts import style
from mbreports.report.wording import percent, plural, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["calendar", "spells", "trend"]

_WEEK = pd.Timedelta(days=7)
_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MARKERS = {"o": "●", "s": "■", "^": "▲", "D": "◆"}
"""Markers of lines, and how text shows them."""

_LINES = ("-", "--", ":", "-.")
_COLOURED = 4
"""More lines in colour than this nobody can follow."""

_LABEL = 38
"""Points that a date below an axis takes."""

_NAME = 42
"""Characters of a year group's name at the end of its line."""

_FEWEST_COLUMNS = 8
"""A week of fewer weeks, or a bar of fewer bars, is no wider for it."""

_WEEKS_WITH_FIGURES = 26
"""A calendar of more weeks has no room for a figure in every day."""

_DARK = 0.9
"""From this share of the highest rate on, white is the easier to read."""

_HEAT = LinearSegmentedColormap.from_list("absence", ["#ffffff", "#f3cdbd", style.STRONG])


def trend(report: AbsenceAnalysis, *, ax: Axes | None = None, by: str | None = None) -> Axes:
    """
    Draw the absence rate of each week: absent of the possible sessions of that week.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.
    by
        ``"year_group"``: a line for each; the four of the highest rates over all weeks are in colour and named at
        their ends, the others pale. None: one line for all.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: weeks by their Monday; a week without sessions is hatched and breaks the line.

    Raises
    ------
    ValueError
        `by` is neither.
    """
    if by not in (None, "year_group"):
        raise ValueError(f"by: must be None or 'year_group', not {by!r}")
    ax = style.begin(ax, grid="y")
    weeks = report.weeks
    if weeks.empty or not weeks["possible"].sum():
        return style.note(ax, "Absence by week", "No sessions yet.")
    every = pd.date_range(weeks["week"].min(), weeks["week"].max(), freq=_WEEK)
    without = every.difference(pd.DatetimeIndex(weeks.loc[weeks["possible"] > 0, "week"]))
    _hatch_weeks(ax, without)
    if by is None:
        _line(ax, weeks.set_index("week")["absence_rate"].reindex(every), style.STRONG, "o", "-")
    else:
        _year_group_lines(ax, report, every)
    ax.set_ylim(0, max(ax.get_ylim()[1] * 1.06, 0.05))
    _week_axis(ax, every)
    _week_unit(ax, hatched=len(without) > 0)
    style.rate_axis(ax.yaxis)
    low, high = int(weeks["possible"].min()), int(weeks["possible"].max())
    of = plural(high, "possible session") if low == high else f"{low:,} to {plural(high, 'possible session')}"
    style.heading(ax, "Absence by week", f"each week of {of}{'' if by is None else ' in all'}")
    return ax


def _hatch_weeks(ax: Axes, mondays: pd.DatetimeIndex) -> None:
    """Mark the weeks without any session."""
    for monday in mondays:
        edges: tuple[Any, Any] = (monday - _WEEK / 2, monday + _WEEK / 2)
        ax.axvspan(*edges, zorder=0, **style.no_session())


def _line(ax: Axes, rates: pd.Series, colour: str, marker: str, dashes: str, **more: Any) -> None:
    ax.plot(
        rates.index,
        rates.to_numpy(float),
        color=colour,
        marker=marker,
        linestyle=dashes,
        linewidth=1.6,
        markersize=4,
        clip_on=False,
        **more,
    )


def _year_group_lines(ax: Axes, report: AbsenceAnalysis, every: pd.DatetimeIndex) -> None:
    """Draw all quietly, and those of the highest rates in colours, with markers and dashes of their own."""
    table = report.year_group_weeks
    groups = report.year_groups.set_index("year_group_id")
    highest = groups["absence_rate"].sort_values(ascending=False, kind="stable").index[:_COLOURED]
    looks = dict(zip(highest, zip(style.COLOURS, _MARKERS, _LINES, strict=False), strict=False))
    ends: list[tuple[float, str]] = []
    for group, name in groups["year_group"].items():
        rates = table[table["year_group_id"] == group].set_index("week")["absence_rate"].reindex(every)
        if not rates.notna().any():
            continue
        colour, marker, dashes = looks.get(group, (style.PALE, "", "-"))
        _line(ax, rates, colour, marker, dashes, label=style.said(name), zorder=3 if marker else 2)
        if marker:
            ends.append((float(rates.dropna().iloc[-1]), f"{_MARKERS[marker]} {style.said(name, most=_NAME)}"))
    _name_ends(ax, ends, every[-1])


def _name_ends(ax: Axes, ends: list[tuple[float, str]], last: pd.Timestamp) -> None:
    """Name lines at their ends, pushed apart where they would cover each other."""
    top = max(ax.get_ylim()[1], 0.05)
    step, floor = top * 0.055, 0.0
    for end, name in sorted(ends):
        place = max(end, floor)
        floor = place + step
        style.write(ax, (last, place), name, xytext=(12, 0), annotation_clip=False)
    ax.set_ylim(0, max(top, floor))


def _week_axis(ax: Axes, every: pd.DatetimeIndex) -> None:
    room = max(2, int(style.width_in_points(ax) // _LABEL))
    shown = every[:: -(-len(every) // min(10, room))]
    style.tick_labels(ax, "x", list(shown), [f"{day.day} {day:%b}" for day in shown])
    edges: tuple[Any, Any] = (every[0] - _WEEK / 2, every[-1] + _WEEK / 2)
    ax.set_xlim(edges)


def _week_unit(ax: Axes, *, hatched: bool) -> None:
    style.unit(ax.xaxis, "week of" + ("; hatched: no session" if hatched else ""))


def calendar(report: AbsenceAnalysis, *, ax: Axes | None = None) -> Axes:
    """
    Draw a calendar of the absence rate of each date, a column per week.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: the darker, the more sessions were missed; the figure in a day is its rate in per cent; a hatched
        day has no session.
    """
    ax = style.begin(ax)
    days = _by_date(report)
    if days.empty:
        return style.note(ax, "Absence by date", "No sessions yet.")
    dates = pd.DatetimeIndex(days.index)
    weekday = dates.day_of_week
    monday = dates - pd.to_timedelta(weekday, unit="D")
    columns = ((monday - monday[0]) // _WEEK).to_numpy()
    grid = np.full((max(5, int(weekday.max()) + 1), columns.max() + 1), np.nan)
    grid[weekday, columns] = days["absence_rate"]
    hatched = _draw_days(ax, grid, first=int(weekday[0]), last=int(weekday[-1]))
    _name_days(ax, grid.shape[0], pd.date_range(monday[0], periods=grid.shape[1], freq=_WEEK))
    absent, possible = int(days["absent"].sum()), int(days["possible"].sum())
    _week_unit(ax, hatched=hatched)
    rate = percent(absent, possible)
    style.heading(ax, "Absence by date", f"% of the day's sessions; {absent:,} of {possible:,} in all, {rate}")
    return ax


def _by_date(report: AbsenceAnalysis) -> pd.DataFrame:
    """Give absent and possible sessions of each date that has any."""
    days = report.rows.groupby("date")[["absent", "possible"]].sum().astype("int64")
    days = days[days["possible"] > 0]
    return days.assign(absence_rate=days["absent"] / days["possible"])


def _draw_days(ax: Axes, grid: np.ndarray, *, first: int, last: int) -> bool:
    """Draw the days from the first that has a session to the last; say whether one between them has none."""
    top = max(float(np.nanmax(grid)), 0.01)
    with_figures = grid.shape[1] <= _WEEKS_WITH_FIGURES
    hatched = False
    for (row, column), rate in np.ndenumerate(grid):
        if (column == 0 and row < first) or (column == grid.shape[1] - 1 and row > last):
            continue
        if np.isnan(rate):
            hatched = True
            fill = style.no_session()
        else:
            fill = {"facecolor": _HEAT(rate / top), "edgecolor": style.GRID, "linewidth": 0.8}
        ax.add_patch(Rectangle((column - 0.45, row - 0.43), 0.9, 0.86, **fill))
        if with_figures and not np.isnan(rate):
            colour = "#ffffff" if rate / top > _DARK else style.INK
            style.write(ax, (column, row), f"{100 * rate:.0f}", xytext=(0, 0), ha="center", fontsize=8, color=colour)
    return hatched


def _name_days(ax: Axes, rows: int, mondays: pd.DatetimeIndex) -> None:
    style.tick_labels(ax, "y", range(rows), _DAY_NAMES[:rows])
    step = -(-len(mondays) // 20)
    shown = range(0, len(mondays), step)
    labels = [
        f"{mondays[place].day}" + (f"\n{mondays[place]:%b}" if _starts_month(mondays, place, step) else "")
        for place in shown
    ]
    style.tick_labels(ax, "x", list(shown), labels)
    ax.set_xlim(-0.6, max(len(mondays), _FEWEST_COLUMNS) - 0.4)
    ax.set_ylim(rows - 0.4, -0.6)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _starts_month(mondays: pd.DatetimeIndex, place: int, step: int) -> bool:
    return place == 0 or mondays[place].month != mondays[place - step].month


def spells(report: AbsenceAnalysis, *, ax: Axes | None = None) -> Axes:
    """
    Draw how long absences last: the number of spells by their length in sessions.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per length, or class of lengths, with the share of all missed sessions that lies in it.
    """
    ax = style.begin(ax, grid="y")
    lengths = report.spells["sessions"].to_numpy(dtype=int)
    if not lengths.size:
        return style.note(ax, "How long absences last", "No absences.")
    classes = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, max(21, int(lengths.max())))]
    classes = [(low, high) for low, high in classes if low <= lengths.max()]
    for place, (low, high) in enumerate(classes):
        here = lengths[(lengths >= low) & (lengths <= high)]
        ax.bar(place, here.size, width=0.66, facecolor=style.QUIET, edgecolor=style.QUIET)
        missed = share(int(here.sum()), int(lengths.sum()))
        style.write(ax, (place, here.size), f"{here.size:,}\n{missed}", xytext=(0, 4), ha="center", va="bottom")
    style.tick_labels(
        ax, "x", range(len(classes)), [str(low) if low == high else f"{low}\u2013{high}" for low, high in classes]
    )
    style.unit(ax.xaxis, "sessions missed in a row")
    ax.set_ylim(0, ax.get_ylim()[1] * 1.18)
    style.count_axis(ax.yaxis, "spells")
    ax.set_xlim(-0.6, max(len(classes), _FEWEST_COLUMNS) - 0.4)
    missed = plural(int(lengths.sum()), "session")
    style.heading(ax, "How long absences last", f"{plural(lengths.size, 'spell')}; % of the {missed} missed")
    return ax
