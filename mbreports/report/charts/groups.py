"""Charts by band, weekday, period and reason: horizontal bars, a number and its denominator at the end of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mbreports.report.charts import style
from mbreports.report.wording import percent, plural, share

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

_NOTABLE = 1.25
"""From this multiple of the rate of all, the highest rate is filled; below it, it is highest by chance as likely."""

_REASONS: dict[str, tuple[str, style.Fill]] = {
    "unexcused": ("unexplained", {"facecolor": style.STRONG, "edgecolor": style.STRONG}),
    "by excusal": ("explained by parent", {"facecolor": "#ffffff", "edgecolor": style.STRONG, "linewidth": 1.2}),
    "by code": (
        "explained by code",
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
    labels = [f"{style.said(row['band'])}\n{row['rule']}" for row in rows]
    fills = [*_fills(len(report.policy.bands)), {"facecolor": "#ffffff", "edgecolor": style.MUTED, "linestyle": ":"}]
    for place, (row, fill) in enumerate(zip(rows, fills, strict=False)):
        _bar(ax, place, (0, row["students"]), fill, of=len(rows))
        style.write(ax, (row["students"], place), f"{row['students']:,}  ({share(row['students'], total)})")
    _finish(ax, labels, longest=int(table["students"].max()))
    style.count_axis(ax.xaxis, "students")
    style.heading(ax, "Students by share of sessions missed", f"of {plural(total, 'student')}")
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
        The axes: a bar per weekday; the highest rate is filled where it is a quarter above that of all.
    """
    ax = style.begin(ax, grid="x")
    table = report.weekdays
    labels = [str(day)[:3] for day in table["weekday"]]
    return _rates(table, labels, "Absence by weekday", ax=ax, none="No sessions yet.")


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
        The axes: a bar per period; the highest rate is filled where it is a quarter above that of all. Words where the
        marks have no periods.
    """
    ax = style.begin(ax, grid="x")
    table = report.periods
    table = table[table["period"].notna()]
    labels = [f"P{period}" for period in table["period"]]
    return _rates(table, labels, "Absence by period", ax=ax, none="The marks have no periods.")


def _rates(table: pd.DataFrame, labels: list[str], title: str, *, ax: Axes, none: str) -> Axes:
    if table.empty or not table["possible"].sum():
        return style.note(ax, title, none)
    absent, possible = int(table["absent"].sum()), int(table["possible"].sum())
    rates = table["absence_rate"].fillna(0).to_numpy()
    notable = (rates == rates.max()) & (rates >= _NOTABLE * absent / possible) & (rates > 0)
    for place, (row, rate) in enumerate(zip(table.itertuples(), rates, strict=True)):
        colour = style.STRONG if notable[place] else style.QUIET
        _bar(ax, place, (0, rate), {"facecolor": colour, "edgecolor": colour}, of=len(table))
        style.write(ax, (rate, place), f"{percent(row.absent, row.possible)}  of {row.possible:,}")
    _finish(ax, labels, longest=rates.max())
    style.rate_axis(ax.xaxis)
    style.heading(ax, title, f"{absent:,} of {plural(possible, 'session')} missed, {percent(absent, possible)}")
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
            _bar(ax, place, (start, start + row[kind]), fill, of=len(table))
            start += row[kind]
        style.write(ax, (start, place), f"{start:,}  ({share(start, total)})")
    _finish(ax, [style.said(label) for label in table.index], longest=int(table.sum(axis=1).max()))
    style.count_axis(ax.xaxis, "sessions missed")
    used = [(words, fill) for kind, (words, fill) in _REASONS.items() if table[kind].sum()]
    style.legend(ax, used)
    style.heading(ax, "Absences by reason", f"of {plural(total, 'session')} missed")
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


def _bar(ax: Axes, place: int, span: tuple[float, float], fill: style.Fill, *, of: int) -> None:
    """Draw a bar, one of so many: few of them are no thicker than many; nothing at all has no edge."""
    start, end = span
    edge = {} if end > start else {"linewidth": 0}
    ax.barh(place, end - start, left=start, height=min(0.62, 0.16 * of + 0.06), **fill | edge)


def _finish(ax: Axes, labels: list[str], *, longest: float) -> None:
    """Name the bars from the top down, and leave room for the number at the end of the longest."""
    style.tick_labels(ax, "y", range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.45, -0.55)
    ax.set_xlim(0, (longest or 1) * 1.28)
