"""The report's HTML documents: one page for the screen, and a document per part for the print engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mbreports.report import templating
from mbreports.report.cohort_page import cohort_page
from mbreports.report.document import PrintDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.report.look import Look

__all__ = ["print_documents", "screen_html"]


def screen_html(report: AbsenceAnalysis, look: Look) -> str:
    """Give the whole report as one page."""
    env = templating.environment(look.templates)
    return templating.render(env, "cohort.html", page=cohort_page(report, look), look=look, interactive=False)


def print_documents(
    report: AbsenceAnalysis, look: Look, *, students: Sequence[int] | None = None
) -> Iterator[PrintDocument]:
    """Give the cohort's document, then one per student."""
    env = templating.environment(look.templates)
    page = cohort_page(report, look)
    html = templating.render(env, "cohort.html", page=page, look=look, interactive=False)
    yield PrintDocument(html=html, title=page.heading, header=page.title)
