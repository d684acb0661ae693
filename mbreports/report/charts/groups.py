"""Charts by band, weekday, period and reason: horizontal bars, a number and its denominator at the end of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mbreports.report.charts import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["bands", "periods", "reasons", "weekdays"]

_FILLS: tuple[style.Fill, ...] = (
    {"facecolor": "#ffffff", "edgecolor": style.MUTED},
    {"facecolor": style.QUIET, "edgecolor": style.QUIET},
    {"facecolor": "#ffffff", "edgecolor": style.STRONG, "hatch": "////", "linewidth": 1.2},
    {"facecolor": style.STRONG, "edgecolor": style.STRONG},
)
"""From calm to severe: empty, grey, hatched, full; told apart without colour."""

_REASONS: dict[str, tuple[str, style.Fill]] = {
    "unexcused": ("unexplained", {"facecolor": style.STRONG, "edgecolor": style.STRONG}),
    "by excusal": ("explained by a parent", {"facecolor": "#ffffff", "edgecolor": style.STRONG, "linewidth": 1.2}),
    "by code": (
        "explained by the register's code",
        {"facecolor": "#ffffff", "edgecolor": style.STRONG, "hatch": "....", "linewidth": 1.2},
    ),
}


def bands(report: AbsenceAnalysis, *, ax: Axes | None = None) -> Axes:
    """
    Draw the students of each band, with the share of all.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per band of the policy, the calmest on top; "no label" only where a student has none.
    """
    ax = style.begin(ax, grid="x")
    table = report.bands
    table = table[(table["students"] > 0) | (table["band"] != "no label")]
    total = int(table["students"].sum())
    if not total:
        return style.note(ax, "Students by share of sessions missed", "No students yet.")
    rows = table.to_dict("records")
    labels = [f"{row['band']}\n{row['rule']}" for row in rows]
    fills = [*_fills(len(report.policy.bands)), {"facecolor": "#ffffff", "edgecolor": style.MUTED, "linestyle": ":"}]
    for place, (row, fill) in enumerate(zip(rows, fills, strict=False)):
        ax.barh(place, row["students"], height=0.62, **fill)
        style.write(ax, (row["students"], place), f"{row['students']:,}  ({style.per_cent(row['students'] / total)})")
    _finish(ax, labels, longest=int(table["students"].max()))
    style.count_axis(ax.xaxis, "students")
    style.heading(ax, "Students by share of sessions missed", f"of {total:,} student{'' if total == 1 else 's'}")
    return ax


def _fills(number: int) -> list[style.Fill]:
    """Spread the four fills over any number of bands, the first and the last always the ends."""
    if number == 1:
        return [_FILLS[0]]
    return [_FILLS[round(place * (len(_FILLS) - 1) / (number - 1))] for place in range(number)]


def weekdays(report: AbsenceAnalysis, *, ax: Axes | None = None) -> Axes:
    """
    Draw the absence rate of each weekday: absent of the possible sessions of that weekday.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per weekday, the worst one filled.
    """
    table = report.weekdays
    return _rates(table, [str(day)[:3] for day in table["weekday"]], "Absence by weekday", ax)


def periods(report: AbsenceAnalysis, *, ax: Axes | None = None) -> Axes:
    """
    Draw the absence rate of each period: absent of the possible sessions of that period.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per period, the worst one filled; words where the marks have no periods.
    """
    table = report.periods
    table = table[table["period"].notna()]
    return _rates(table, [f"P{period}" for period in table["period"]], "Absence by period", ax)


def _rates(table: pd.DataFrame, labels: list[str], title: str, ax: Axes | None) -> Axes:
    ax = style.begin(ax, grid="x")
    if table.empty or not table["possible"].sum():
        return style.note(ax, title, "No sessions yet, or none of this kind.")
    rates = table["absence_rate"].fillna(0).to_numpy()
    worst = int(rates.argmax()) if rates.max() > rates.min() else -1
    for place, (row, rate) in enumerate(zip(table.itertuples(), rates, strict=True)):
        colour = style.STRONG if place == worst else style.QUIET
        ax.barh(place, rate, height=0.62, facecolor=colour, edgecolor=colour)
        style.write(ax, (rate, place), f"{style.per_cent(rate)}  of {row.possible:,}")
    _finish(ax, labels, longest=rates.max())
    style.rate_axis(ax.xaxis)
    absent, possible = int(table["absent"].sum()), int(table["possible"].sum())
    style.heading(ax, title, f"{absent:,} of {style.sessions(possible)} missed, {style.per_cent(absent / possible)}")
    return ax


def reasons(report: AbsenceAnalysis, *, ax: Axes | None = None, most: int = 8) -> Axes:
    """
    Draw the absences by the label of their code, and who explained them.

    Parameters
    ----------
    report
        A report, or the analysis that it is made of.
    ax
        Where to draw; None takes the current axes.
    most
        How many labels get a bar; the rest is one more, "other labels".

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per label, in parts: unexplained (filled), by a parent (outlined), by the code (dotted).
    """
    ax = style.begin(ax, grid="x")
    table = _absences_by_label(report.rows, most)
    total = int(table.to_numpy().sum())
    if not total:
        return style.note(ax, "Absences by reason", "No absences.")
    for place, (_, row) in enumerate(table.iterrows()):
        start = 0
        for kind, (_, fill) in _REASONS.items():
            ax.barh(place, row[kind], left=start, height=0.62, **fill)
            start += row[kind]
        style.write(ax, (start, place), f"{start:,}  ({style.per_cent(start / total)})")
    _finish(ax, list(table.index), longest=int(table.sum(axis=1).max()))
    style.count_axis(ax.xaxis, "absences, sessions")
    used = [(words, fill) for kind, (words, fill) in _REASONS.items() if table[kind].sum()]
    style.legend(ax, used)
    style.heading(ax, "Absences by reason", f"of {total:,} absence{'' if total == 1 else 's'}")
    return ax


def _absences_by_label(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    absences = rows[rows["absent"]]
    kind = absences["meaning"].astype("object").mask(absences["meaning"] == "excused", "by code")
    kind = kind.mask(absences["excused_by"].notna(), "by excusal")
    label = (
        absences["label"].fillna("").where(absences["label"].fillna("") != "", "code " + absences["status"].astype(str))
    )
    table = pd.crosstab(label, kind).reindex(columns=list(_REASONS), fill_value=0)
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    table = table.loc[order]
    if len(table) <= most + 1:
        return table
    rest = table.iloc[most:].sum().to_frame(f"{len(table) - most} other labels").T
    return pd.concat([table.iloc[:most], rest])


def _finish(ax: Axes, labels: list[str], *, longest: float) -> None:
    """Name the bars from the top down, and leave room for the number at the end of the longest."""
    style.tick_labels(ax, "y", range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.45, -0.55)
    ax.set_xlim(0, (longest or 1) * 1.28)
