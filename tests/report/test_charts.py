"""Charts: what is drawn is what the frames say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest
from factory import days, marks_of, students_of, term_of
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from nbclient import NotebookClient

from mbreports.absence.policy import Policy
from mbreports.frames.term import TermAttendance
from mbreports.report import charts
from mbreports.report.absence_report import AbsenceReport
from mbreports.report.charts import style
from mbreports.report.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

ALL: list[Callable[..., Axes]] = [getattr(charts, name) for name in charts.__all__]
CODES = {student: [0 if (7 * student + day) % 9 == 0 else 1 for day in range(30)] for student in range(1, 12)}
CODES[12] = [0] * 12 + [10] * 6 + [1] * 12
CODES[13] = [1] * 30


def report_of(codes: Any = CODES, **parts: Any) -> AbsenceReport:
    """A report of such marks; half of the students in another year group and homeroom."""
    students = students_of(list(codes))
    halves = np.arange(len(students)) % 2
    names = {"year_group_id": halves + 10, "year_group": [f"Grade {9 + half}" for half in halves]}
    students = students.assign(**names, homeroom=[f"Room {half}" for half in halves])
    marks = marks_of(codes).merge(students[["student_id", "year_group_id"]], on="student_id", suffixes=("_x", ""))
    parts = {"students": students, "marks": marks.drop(columns="year_group_id_x")} | parts
    return AbsenceReport(term_of(codes, **parts))


@pytest.fixture(scope="module")
def report() -> AbsenceReport:
    return report_of()


@pytest.fixture
def ax() -> Axes:
    """Axes of a figure that pyplot knows nothing of."""
    return Figure().subplots()


def words(ax: Axes) -> list[str]:
    """All that is written on a chart."""
    return [text.get_text() for text in ax.findobj(mpl.text.Text) if text.get_text()]


def widths(ax: Axes) -> list[float]:
    """The lengths of its bars."""
    return [bar.get_width() for bar in ax.patches]


@pytest.mark.parametrize("draw", ALL, ids=lambda draw: draw.__name__)
def test_chart_draws_on_the_axes_given_and_gives_them_back(
    draw: Callable[..., Axes], report: AbsenceReport, ax: Axes
) -> None:
    """It has a title, the axes are named, and no global setting is touched."""
    before = dict(mpl.rcParams)
    assert draw(report, ax=ax) is ax
    ax.figure.canvas.draw()
    assert ax.get_title(loc="left")
    if draw is not charts.periods:
        assert ax.get_xlabel() or ax.get_ylabel()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("draw", ALL, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("codes", [{7: [1]}, {7: [None]}, {7: [0]}], ids=["present", "no session", "absent"])
def test_smallest_school_has_a_chart_or_a_word(draw: Callable[..., Axes], codes: Any, ax: Axes) -> None:
    """One student and one day: a chart, or a sentence that there is nothing to draw; no warning."""
    draw(report_of(codes), ax=ax)
    ax.figure.canvas.draw()
    assert len(words(ax)) >= 2


def test_no_axes_means_the_current_ones(report: AbsenceReport, monkeypatch: pytest.MonkeyPatch) -> None:
    """As seaborn does: two charts in a row stand on the same axes."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    figure, current = plt.subplots()
    try:
        assert charts.bands(report) is current
    finally:
        plt.close(figure)


@pytest.mark.parametrize("name", ["dark_background", "ggplot"])
def test_notebook_s_own_style_leaves_charts_readable(report: AbsenceReport, name: str) -> None:
    """Dark letters stand on white, and nobody's grid runs through a calendar."""
    plt = pytest.importorskip("matplotlib.pyplot")
    with plt.style.context(name):
        ax = charts.calendar(report)
        try:
            faces = {mpl.colors.to_hex(part.get_facecolor()) for part in (ax, ax.figure)}
            assert faces == {style.PAPER}
            assert not any(line.get_visible() for line in [*ax.get_xgridlines(), *ax.get_ygridlines()])
        finally:
            plt.close(ax.figure)


@pytest.mark.parametrize("draw", [charts.bands, charts.reasons])
def test_nothing_is_cut_in_a_saved_figure(draw: Callable[..., Axes], report: AbsenceReport) -> None:
    """A script's plain `savefig` has the long labels and the legend whole."""
    plt.close("all")
    ax = draw(report)
    ax.figure.canvas.draw()
    tight, whole = ax.get_tightbbox(), ax.figure.bbox
    plt.close("all")
    assert tight is not None
    assert whole.x0 - 1 <= tight.x0
    assert tight.x1 <= whole.x1 + 1
    assert whole.y0 - 1 <= tight.y0


def test_bands_are_the_counts_of_the_policy_s_bands(report: AbsenceReport, ax: Axes) -> None:
    """A bar per band, the calmest on top, with its share; the title says of how many."""
    charts.bands(report, ax=ax)
    assert widths(ax) == report.bands["students"].tolist()[: len(ax.patches)]
    assert [label.get_text().split("\n")[0] for label in ax.get_yticklabels()] == list(report.policy.band_names)
    assert "of 13 students" in words(ax)
    assert ax.get_xlabel() == "students"
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_any_number_of_bands_is_told_apart_without_colour(ax: Axes) -> None:
    """Empty, grey, hatched and full; also where a school has but two bands."""
    two = Policy().replace(bands=[("fine", 0), ("much", "10 %")], chronic="much")
    charts.bands(AbsenceReport(report_of().term, two), ax=ax)
    looks = [(bar.get_facecolor(), bar.get_hatch()) for bar in ax.patches]
    assert len(set(looks)) == 2


def test_weekdays_are_rates_with_their_denominators(report: AbsenceReport, ax: Axes) -> None:
    """Σ absent / Σ possible of each weekday, and the sessions beside it."""
    charts.weekdays(report, ax=ax)
    assert widths(ax) == pytest.approx(report.weekdays["absence_rate"].tolist())
    row = report.weekdays.iloc[0]
    assert f"{percent(row['absent'], row['possible'])}  of {row['possible']}" in words(ax)
    assert ax.get_xlabel() == "absence rate, % of possible sessions"


def test_only_a_rate_that_stands_out_is_filled(ax: Axes) -> None:
    """A quarter above the rate of all; where all weekdays are much the same, none is."""
    strong = mpl.colors.to_rgba(style.STRONG)
    mondays = {student: [0, 1, 1, 1, 1] * 4 for student in range(1, 5)}
    charts.weekdays(report_of(mondays), ax=ax)
    assert [bar.get_facecolor() == strong for bar in ax.patches] == [True, False, False, False, False]
    even = Figure().subplots()
    charts.weekdays(report_of({1: [0] * 5 + [1] * 5}), ax=even)
    assert not [bar for bar in even.patches if bar.get_facecolor() == strong]


def test_periods_say_where_there_are_none(report: AbsenceReport, ax: Axes) -> None:
    """Homeroom marks of one session a day have no periods: the chart says so."""
    assert "The marks have no periods." in words(charts.periods(report, ax=ax))


def test_two_sessions_a_day_are_two_periods(ax: Axes) -> None:
    """Each with its own rate."""
    marks = marks_of(CODES)
    both = pd.concat([marks.assign(period=1), marks.assign(period=2, status=1)])
    report = AbsenceReport(TermAttendance.from_frames(students=students_of(list(CODES)), marks=both))
    charts.periods(report, ax=ax)
    assert widths(ax) == pytest.approx(report.periods["absence_rate"].tolist())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["P1", "P2"]


def test_trend_is_the_weekly_rate(report: AbsenceReport, ax: Axes) -> None:
    """A point per week, by its Monday, from 0 up."""
    charts.trend(report, ax=ax)
    line = ax.lines[0]
    assert list(line.get_ydata()) == pytest.approx(report.weeks["absence_rate"].tolist())
    assert ax.get_ylim()[0] == 0
    assert ax.get_xlabel() == "week of"


def test_week_without_sessions_is_hatched_and_breaks_the_line(ax: Axes) -> None:
    """A holiday is neither 0 % nor a line across it."""
    codes = {student: [1, 0, 1, 1, 1, *[None] * 5, 1, 1, 1, 1, 0] for student in (1, 2)}
    charts.trend(report_of(codes), ax=ax)
    assert np.isnan(ax.lines[0].get_ydata()).tolist() == [False, True, False]
    assert len(ax.patches) == 1
    assert ax.get_xlabel() == "week of; hatched: no session"


def test_trend_by_year_group_names_its_lines(report: AbsenceReport, ax: Axes) -> None:
    """Each with a marker of its own before its name."""
    charts.trend(report, ax=ax, by="year_group")
    assert len(ax.lines) == 2
    assert {text[2:] for text in words(ax) if text[:1] in "●■▲◆"} == {"Grade 9", "Grade 10"}


def test_calendar_has_a_cell_per_date_and_its_rate(report: AbsenceReport, ax: Axes) -> None:
    """Columns are weeks; the figure in a cell is its rate in whole per cent."""
    charts.calendar(report, ax=ax)
    assert len(ax.patches) == 30
    days_ = report.rows.groupby("date")[["absent", "possible"]].sum()
    figures = [f"{100 * row.absent / row.possible:.0f}" for row in days_.itertuples()]
    assert sorted(text for text in words(ax) if text in figures)[:3] == sorted(figures)[:3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Mon", "Tue", "Wed", "Thu", "Fri"]


def test_calendar_draws_nothing_before_the_first_day_or_after_the_last(ax: Axes) -> None:
    """A term that begins on a Wednesday has no cell before it; a day off inside is hatched."""
    dates = days(5, "2025-09-03").delete(2)
    marks = pd.DataFrame({"date": dates, "student_id": 1, "status": 1})
    report = AbsenceReport(TermAttendance.from_frames(students=students_of([1]), marks=marks))
    charts.calendar(report, ax=ax)
    assert len(ax.patches) == 5
    assert [bool(cell.get_hatch()) for cell in ax.patches].count(True) == 1


def test_reasons_add_up_to_all_absences(report: AbsenceReport, ax: Axes) -> None:
    """A bar per label in parts: unexplained, by a parent, by the code; only the kinds that occur are explained."""
    charts.reasons(report, ax=ax)
    assert sum(widths(ax)) == report.cohort.absent
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["unexplained", "explained by code"]


def test_many_labels_leave_a_rest(ax: Axes) -> None:
    """What does not fit into `most` bars is one more."""
    marks = marks_of({1: [0] * 20}).assign(label=[f"Reason {place % 10}" for place in range(20)])
    charts.reasons(report_of({1: [0] * 20}, marks=marks), ax=ax, most=4)
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "6 other labels"
    assert sum(widths(ax)) == 20


def test_labels_are_text_whatever_they_hold(ax: Axes) -> None:
    """A dollar sign starts no formula, a control character no warning, and 200 characters leave room for the bars."""
    labels = ["a $x_{$ b $", "word" * 50, "tab\there\x07"]
    marks = marks_of({1: [0, 0, 0]}).assign(label=labels)
    charts.reasons(report_of({1: [0, 0, 0]}, marks=marks), ax=ax)
    ax.figure.canvas.draw()
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[0] in shown
    assert "tab here" in shown
    assert max(map(len, shown)) < 40


def test_spells_are_counted_by_their_length(report: AbsenceReport, ax: Axes) -> None:
    """Every spell is in one class; the title says how many there are, and of how many sessions."""
    charts.spells(report, ax=ax)
    assert sum(bar.get_height() for bar in ax.patches) == len(report.spells)
    assert f"{len(report.spells)} spells; % of the {report.spells['sessions'].sum()} sessions missed" in words(ax)


@pytest.mark.parametrize("by", ["homeroom", "year_group", "student"])
def test_funnel_has_a_point_per_group(by: str, report: AbsenceReport, ax: Axes) -> None:
    """At its possible sessions and its rate, between limits that narrow; students are not named."""
    charts.funnel(report, ax=ax, by=by)
    points = np.concatenate([np.asarray(part.get_offsets()) for part in ax.collections])
    expected = report.students if by == "student" else report.homerooms
    wanted = expected.loc[expected["possible"] > 0, ["possible", "absence_rate"]].to_numpy(float)
    assert sorted(map(tuple, points.round(9))) == sorted(map(tuple, wanted.round(9)))
    upper = np.asarray(ax.lines[2].get_ydata())
    assert upper[0] > upper[-1]
    assert not any(name in text for text in words(ax) for name in report.students["first_name"])


def test_funnel_names_the_group_that_chance_does_not_explain(ax: Axes) -> None:
    """Single days off all over one homeroom: it lies outside, filled and named."""
    codes = {n: [0 if n % 2 and day % 3 == 0 else 1 for day in range(30)] for n in range(1, 25)}
    charts.funnel(report_of(codes), ax=ax)
    assert "Room 0" in words(ax)


@pytest.mark.parametrize("draw", [charts.funnel, charts.trend], ids=["funnel", "trend"])
def test_unknown_grouping_names_the_valid_ones(draw: Callable[..., Axes], report: AbsenceReport, ax: Axes) -> None:
    """It is wrong at once."""
    with pytest.raises(ValueError, match="year_group"):
        draw(report, ax=ax, by="teacher")


def test_percentages_do_not_contradict_a_band(ax: Axes) -> None:
    """20 of 201 is 9.95 %, not 10.0 %."""
    codes = {n: [0] * (20 if n == 1 else 0) + [1] * (47 if n == 1 else 67) for n in (1, 2, 3)}
    charts.weekdays(report_of(codes), ax=ax)
    assert "20 of 201 sessions missed, 9.95 %" in words(ax)


def test_figure_as_svg_is_the_same_text_each_time(report: AbsenceReport) -> None:
    """No date and no random id; its text stays text, and it says what it shows."""

    def once() -> str:
        figure = Figure()
        charts.bands(report, ax=figure.subplots())
        return style.figure_svg(figure, name='Bands & "more"')

    assert once() == once()
    assert once().startswith("<svg")
    assert 'aria-label="Bands &amp; &quot;more&quot;"' in once()
    assert "satisfactory" in once()


CELLS = """
import matplotlib
import mbreports as mb
import pandas as pd
term = mb.TermAttendance.from_frames(
    students=pd.DataFrame({"student_id": [7]}),
    marks=pd.DataFrame({"date": ["2025-09-01"], "student_id": [7], "status": [0]}),
)
report = mb.AbsenceReport(term)
---
mb.charts.bands(report);
---
mb.charts.bands(report)
---
fig, axes = matplotlib.pyplot.subplots(1, 2)
mb.charts.weekdays(report, ax=axes[0])
mb.charts.spells(report, ax=axes[1]);
"""


@pytest.mark.filterwarnings("default")  # the kernel's machinery warns of its own affairs
def test_notebook_shows_a_chart_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a semicolon or without, with ``ax=`` or without: one picture a cell, without a word."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    pictures = [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in notebook.cells]
    assert pictures == [0, 1, 1, 1]
    assert not [output for cell in notebook.cells[1:] for output in cell.outputs if output.get("name") == "stderr"]
