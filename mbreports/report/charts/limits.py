"""The funnel plot: which groups' rates lie farther from the school's than chance would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special

from mbreports.report.charts import style
from mbreports.report.wording import percent, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["funnel"]

_BY = ("homeroom", "year_group", "student")
_LIMITS = ((0.95, "--"), (0.998, ":"))
_EDGE = {"fontsize": 8, "color": style.MUTED, "annotation_clip": False}
_NAMED = 8
_FEW = 2


def funnel(report: AbsenceAnalysis, *, ax: Axes | None = None, by: str = "homeroom", names: bool | None = None) -> Axes:
    """
    Draw the absence rates of groups by their possible sessions, between the limits of chance.

    Absences come in runs, so the limits are those of a binomial whose sessions count for 1 / deff each, with
    deff = 2L(1 - p) - 1 and L the mean length of a spell.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.
    by
        ``"homeroom"``, ``"year_group"`` or ``"student"``.
    names
        Whether to name the points outside the limits; None: groups yes, students no.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a point per group (filled where it lies outside 99.8 %), the rate of all, 95 % and 99.8 % limits.

    Raises
    ------
    ValueError
        `by` is none of the three.
    """
    if by not in _BY:
        raise ValueError(f"by: must be one of {', '.join(map(repr, _BY))}, not {by!r}")
    ax = style.begin(ax, grid="y")
    title = f"Absence by {by.replace('_', ' ')}"
    table = _points(report, by)
    absent, possible = int(table["absent"].sum()), int(table["possible"].sum())
    if not possible or len(table) < _FEW:
        few = "No sessions yet." if not possible else "One alone has nothing to be compared with."
        return style.note(ax, title, few)
    rate, deff = absent / possible, _deff(report, absent / possible)
    outside = _outside(table, rate, deff)
    to_name = _draw_points(ax, table, outside, named=by != "student" if names is None else names)
    _draw_limits(ax, rate, deff, sizes=table["possible"])
    _name_points(ax, to_name)
    style.rate_axis(ax.yaxis)
    style.count_axis(ax.xaxis, f"possible sessions of the {by.replace('_', ' ')}")
    style.heading(
        ax,
        title,
        f"{percent(absent, possible)} of {plural(possible, 'session')}; "
        f"{int(outside.sum())} of {len(table)} outside 99.8 %",
    )
    return ax


def _points(report: AbsenceAnalysis, by: str) -> pd.DataFrame:
    if by == "student":
        students = report.students
        name = students["first_name"].fillna("") + " " + students["last_name"].fillna("")
        table = pd.DataFrame({"name": name.str.strip(), "absent": students["absent"], "possible": students["possible"]})
    else:
        groups = report.homerooms if by == "homeroom" else report.year_groups
        table = groups[[by, "absent", "possible"]].rename(columns={by: "name"})
    table = table[table["possible"] > 0].reset_index(drop=True)
    return table.assign(name=table["name"].fillna("none"), rate=table["absent"] / table["possible"])


def _deff(report: AbsenceAnalysis, rate: float) -> float:
    """How many sessions count as one, because absences come in runs."""
    lengths = report.spells["sessions"]
    mean = float(lengths.mean()) if len(lengths) else 1.0
    return max(1.0, 2 * mean * (1 - rate) - 1)


def _tails(absent: np.ndarray, possible: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the chances of so few, and of so many, under the rate of all; counts need not be whole."""
    few = special.betainc(np.maximum(possible - absent, 1e-9), absent + 1, 1 - rate)
    many = np.where(absent > 0, special.betainc(np.maximum(absent, 1e-9), possible - absent + 1, rate), 1.0)
    return few, many


def _bounds(possible: np.ndarray, rate: float, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the rates at which either tail holds half of what lies outside `share`, by bisection."""
    tail = (1 - share) / 2
    edges = []
    for which, end in ((0, 0.0), (1, 1.0)):
        inner, outer = np.full_like(possible, rate), np.full_like(possible, end)
        for _ in range(40):
            middle = (inner + outer) / 2
            beyond = _tails(middle * possible, possible, rate)[which] < tail
            inner, outer = np.where(beyond, inner, middle), np.where(beyond, middle, outer)
        edges.append(outer)
    return edges[0], edges[1]


def _outside(table: pd.DataFrame, rate: float, deff: float) -> np.ndarray:
    few, many = _tails(table["absent"].to_numpy(float) / deff, table["possible"].to_numpy(float) / deff, rate)
    return np.minimum(few, many) < (1 - _LIMITS[-1][0]) / 2


def _draw_limits(ax: Axes, rate: float, deff: float, *, sizes: pd.Series) -> None:
    """Draw the limits from somewhat below the smallest group to somewhat above the largest, and leave room for them."""
    left, right = 0.6 * float(sizes.min()), 1.06 * float(sizes.max())
    along = np.linspace(max(left, deff), right, 300)
    ax.axhline(rate, color=style.MUTED, linewidth=1)
    style.write(ax, (right, rate), "all", **_EDGE)
    for share, dashes in _LIMITS:
        low, high = _bounds(along / deff, rate, share)
        for edge in (low, high):
            ax.plot(along, edge, color=style.MUTED, linewidth=1, linestyle=dashes)
        style.write(ax, (right, high[-1]), f"{100 * share:g} %", **_EDGE)
    ax.set_xlim(left, right)
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.08 * high[-1]))


def _draw_points(ax: Axes, table: pd.DataFrame, outside: np.ndarray, *, named: bool) -> pd.DataFrame:
    """Draw a point per group; give those that want a name."""
    for where, face in ((~outside, "#ffffff"), (outside, style.STRONG)):
        ax.scatter(
            table.loc[where, "possible"],
            table.loc[where, "rate"],
            s=34,
            facecolor=face,
            edgecolor=style.STRONG if face == style.STRONG else style.INK,
            marker="D" if face == style.STRONG else "o",
            linewidth=1,
            zorder=3,
        )
    ax.set_ylim(0, max(table["rate"].max() * 1.25, 0.02))
    return table[outside].sort_values("rate", ascending=False).head(_NAMED) if named else table.iloc[:0]


def _name_points(ax: Axes, points: pd.DataFrame) -> None:
    """Name points beside them, pushed up where two names would cover each other."""
    wide, high = (abs(np.diff(limits)[0]) for limits in (ax.get_xlim(), ax.get_ylim()))
    placed: list[tuple[float, float]] = []
    points = points.sort_values("rate")
    whole: Any = zip(points["possible"].tolist(), points["rate"].tolist(), points["name"].tolist(), strict=True)
    for possible, rate, name in whole:
        place = rate
        for across, up in placed:
            if abs(across - possible) < wide / 4 and abs(up - place) < high / 20:
                place = up + high / 20
        placed.append((possible, place))
        style.write(ax, (possible, place), style.said(name), xytext=(7, 0), annotation_clip=False)
