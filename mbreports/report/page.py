"""The report's HTML documents: one page for the screen, and a document per student for the print engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.report import templating
from mbreports.report.cohort_page import cohort_page
from mbreports.report.document import PrintDocument
from mbreports.report.student_page import StudentPages, make_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import jinja2

    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.report.cohort_parts import CohortPage
    from mbreports.report.look import Look
    from mbreports.report.student_parts import Sheet, StudentPage

__all__ = ["print_documents", "screen_html"]


def screen_html(report: AbsenceAnalysis, look: Look) -> str:
    """
    Give the whole report as one page for the screen: everybody first, then a part per student.

    Parameters
    ----------
    report
        The numbers.
    look
        The school's own look.

    Raises
    ------
    ReportError
        A template fails; names its file and line.
    """
    page, sheet = cohort_page(report, look), make_sheet(report, look)
    return templating.render(
        templating.environment(look.templates),
        "screen.html",
        page=page,
        sheet=sheet,
        students=StudentPages(report),
        look=look,
        interactive=True,
        **_edges(page.footer, head=page.title, foot="page"),
    )


def print_documents(
    report: AbsenceAnalysis, look: Look, *, students: Sequence[int] | None = None, cohort: bool = True
) -> Iterator[PrintDocument]:
    """
    Give the documents of a PDF, one by one: everybody's pages, then each student's.

    Parameters
    ----------
    report
        The numbers.
    look
        The school's own look.
    students
        Whose pages follow the cohort's, by id; None: everybody's.
    cohort
        Whether the pages about everybody come first.

    Yields
    ------
    PrintDocument
        A student's document holds that student alone.

    Raises
    ------
    ReportError
        A template fails; names its file and line.
    """
    env = templating.environment(look.templates)
    if cohort:
        yield _cohort_document(env, cohort_page(report, look), look)
    part = report if students is None else report.of_students(students)
    sheet = make_sheet(part, look)
    for student in StudentPages(part):
        yield _student_document(env, student, sheet, look)


def _cohort_document(env: jinja2.Environment, page: CohortPage, look: Look) -> PrintDocument:
    edges = _edges(page.footer, head=" · ".join(filter(None, (page.school, page.title))), foot="page")
    html = templating.render(env, "cohort.html", page=page, look=look, interactive=False, **edges)
    return PrintDocument(html=html, title=page.heading)


def _student_document(env: jinja2.Environment, student: StudentPage, sheet: Sheet, look: Look) -> PrintDocument:
    foot = " · ".join(filter(None, (sheet.as_of, student.reconciles, sheet.footer)))
    edges = _edges(foot, head=f"{_short(student.name, 40)} · {sheet.title}", foot=f"{_short(student.name, 28)} · page")
    html = templating.render(env, "student.html", student=student, sheet=sheet, look=look, interactive=False, **edges)
    return PrintDocument(html, student.name, student.section or None, student.student_id)


def _edges(foot_left: str, *, head: str, foot: str) -> dict[str, Any]:
    """Give what stands at the edges of every sheet of paper, each short enough for one line."""
    return {"foot_left": _short(foot_left, 110), "head": _short(head, 90), "foot_right": foot}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
