"""What a notebook's cell shows of a report: one screen, small, readable on light and on dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mbreports.report import templating
from mbreports.report.letter_text import said_name
from mbreports.report.wording import clean, percent

if TYPE_CHECKING:
    from mbreports.report.absence_report import AbsenceReport

__all__ = ["report_html"]

_SHOWN = 10


def report_html(report: AbsenceReport, *, most: int = _SHOWN) -> str:
    """
    Give a report's numbers by band, and its students with the highest rates.

    Parameters
    ----------
    report
        The report.
    most
        How many students are listed.

    Returns
    -------
    str
        A piece of HTML of some 10 kB, whatever the size of the school.
    """
    worst = report.students.sort_values("absence_rate", ascending=False, kind="stable", na_position="last").head(most)
    students = [
        {
            "name": said_name(clean(row["first_name"]), clean(row["last_name"])) or f"student {row['student_id']}",
            "rate": percent(row["absent"], row["possible"], report.policy),
            **{name: clean(row[name]) for name in ("year_group", "band")},
            **{name: int(row[name]) for name in ("student_id", "absent", "possible")},
        }
        for row in worst.to_dict("records")
    ]
    return templating.render(
        templating.environment(report.look.templates),
        "notebook/report.html",
        title=clean(report.title),
        school=clean(report.look.name or report.term.school),
        cohort=report.cohort,
        rate=percent(report.cohort.absent, report.cohort.possible),
        bands=[
            row for row in report.bands.to_dict("records") if row["students"] or row["band"] in report.policy.band_names
        ],
        students=students,
        policy=report.policy.name,
    )
