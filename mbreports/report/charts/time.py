"""Charts along time: the rate by week, a calendar of dates, and the lengths of spells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from mbreports.report.charts import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["calendar", "spells", "trend"]

_WEEK = pd.Timedelta(days=7)
_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MARKERS = ("o", "s", "^", "D")
_LINES = ("-", "--", ":", "-.")
_COLOURED = 4
"""More lines in colour than this nobody can follow."""

_WEEKS_WITH_FIGURES = 26
"""A calendar of more weeks has no room for a figure in every day."""

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
        ``"year_group"``: a line for each, named at its end, the four of the highest rates in colour; None: one line
        for all.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: weeks by their Monday; a week without sessions breaks the line.

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
    if by is None:
        _line(ax, weeks.set_index("week")["absence_rate"].reindex(every), style.STRONG, "o", "-")
    else:
        _year_group_lines(ax, report, every)
    ax.set_ylim(0, max(ax.get_ylim()[1] * 1.06, 0.05))
    _week_axis(ax, every)
    style.rate_axis(ax.yaxis)
    low, high = int(weeks["possible"].min()), int(weeks["possible"].max())
    of = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    style.heading(ax, "Absence by week", f"each week of {of} possible sessions")
    return ax


def _line(ax: Axes, rates: pd.Series, colour: str, marker: str, dashes: str, **more: Any) -> None:
    ax.plot(
        rates.index,
        rates.to_numpy(float),
        color=colour,
        marker=marker,
        linestyle=dashes,
        linewidth=1.6,
        markersize=4,
        **more,
    )


def _year_group_lines(ax: Axes, report: AbsenceAnalysis, every: pd.DatetimeIndex) -> None:
    """Draw all quietly, and those of the highest rates in colours, with markers and dashes of their own."""
    table = report.year_group_weeks
    groups = report.year_groups.set_index("year_group_id")
    highest = groups["absence_rate"].sort_values(ascending=False, kind="stable").index[:_COLOURED]
    looks = dict(zip(highest, zip(style.COLOURS, _MARKERS, _LINES, strict=False), strict=False))
    ends: list[tuple[float, str, str]] = []
    for group, name in groups["year_group"].items():
        rates = table[table["year_group_id"] == group].set_index("week")["absence_rate"].reindex(every)
        if not rates.notna().any():
            continue
        colour, marker, dashes = looks.get(group, (style.PALE, "", "-"))
        _line(ax, rates, colour, marker, dashes, label=name, zorder=3 if marker else 2)
        ends.append((float(rates.dropna().iloc[-1]), str(name), colour if marker else style.MUTED))
    _name_ends(ax, ends, every[-1])


def _name_ends(ax: Axes, ends: list[tuple[float, str, str]], last: pd.Timestamp) -> None:
    """Name lines at their ends, pushed apart where they would cover each other."""
    top = max(ax.get_ylim()[1], 0.05)
    step, floor = top * 0.055, 0.0
    for end, name, colour in sorted(ends):
        place = max(end, floor)
        floor = place + step
        style.write(ax, (last, place), name, xytext=(10, 0), color=colour, annotation_clip=False)
    ax.set_ylim(0, max(top, floor))


def _week_axis(ax: Axes, every: pd.DatetimeIndex) -> None:
    shown = every[:: -(-len(every) // 10)]
    style.tick_labels(ax, "x", list(shown), [f"{day.day} {day:%b}" for day in shown])
    edges: tuple[Any, Any] = (every[0] - _WEEK / 2, every[-1] + _WEEK / 2)
    ax.set_xlim(edges)
    ax.set_xlabel("week of", fontsize=9, color=style.MUTED, family=style.fonts())


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
    weekday = dates.dayofweek
    monday = dates - pd.to_timedelta(weekday, unit="D")
    columns = ((monday - monday[0]) // _WEEK).to_numpy()
    grid = np.full((max(5, int(weekday.max()) + 1), columns.max() + 1), np.nan)
    grid[weekday, columns] = days["absence_rate"]
    _draw_days(ax, grid)
    _name_days(ax, grid.shape[0], pd.date_range(monday[0], periods=grid.shape[1], freq=_WEEK))
    absent, possible = int(days["absent"].sum()), int(days["possible"].sum())
    rate = style.per_cent(absent / possible)
    style.heading(ax, "Absence by date, % of the day's possible sessions", f"{absent:,} of {possible:,} in all, {rate}")
    return ax


def _by_date(report: AbsenceAnalysis) -> pd.DataFrame:
    """Give absent and possible sessions of each date that has any."""
    days = report.rows.groupby("date")[["absent", "possible"]].sum().astype("int64")
    days = days[days["possible"] > 0]
    return days.assign(absence_rate=days["absent"] / days["possible"])


def _draw_days(ax: Axes, grid: np.ndarray) -> None:
    top = max(float(np.nanmax(grid)), 0.01)
    with_figures = grid.shape[1] <= _WEEKS_WITH_FIGURES
    for (row, column), rate in np.ndenumerate(grid):
        if np.isnan(rate):
            fill: style.Fill = {"facecolor": "#f6f7f8", "edgecolor": style.GRID, "hatch": "////", "linewidth": 0}
        else:
            fill = {"facecolor": _HEAT(rate / top), "edgecolor": style.GRID, "linewidth": 0.8}
        ax.add_patch(Rectangle((column - 0.45, row - 0.43), 0.9, 0.86, **fill))
        if with_figures and not np.isnan(rate):
            dark = rate / top > 0.9  # noqa: PLR2004 -- from there on white is the easier to read
            figure = f"{100 * rate:.0f}"
            ax.text(column, row, figure, ha="center", va="center", fontsize=8, color="#ffffff" if dark else style.INK)


def _name_days(ax: Axes, rows: int, mondays: pd.DatetimeIndex) -> None:
    style.tick_labels(ax, "y", range(rows), _DAY_NAMES[:rows])
    step = -(-len(mondays) // 20)
    shown = range(0, len(mondays), step)
    labels = [
        f"{mondays[place].day}" + (f"\n{mondays[place]:%b}" if _starts_month(mondays, place, step) else "")
        for place in shown
    ]
    style.tick_labels(ax, "x", list(shown), labels)
    ax.set_xlim(-0.6, len(mondays) - 0.4)
    ax.set_ylim(rows - 0.4, -0.6)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel("week of", fontsize=9, color=style.MUTED, family=style.fonts())


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
        share = style.per_cent(here.sum() / lengths.sum(), 0)
        style.write(ax, (place, here.size), f"{here.size:,}\n{share}", xytext=(0, 4), ha="center", va="bottom")
    style.tick_labels(
        ax, "x", range(len(classes)), [str(low) if low == high else f"{low}\u2013{high}" for low, high in classes]
    )
    ax.set_xlabel("sessions missed in a row", fontsize=9, color=style.MUTED, family=style.fonts())
    ax.set_ylim(0, ax.get_ylim()[1] * 1.18)
    style.count_axis(ax.yaxis, "spells")
    style.heading(
        ax,
        "How long absences last",
        f"{lengths.size:,} spell{'' if lengths.size == 1 else 's'}; below each count, its share of the "
        f"{style.sessions(int(lengths.sum()))} missed",
    )
    return ax
