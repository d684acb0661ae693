"""`PrintDocument`: one HTML document for the print engines, and what a PDF has to know of it."""

from __future__ import annotations

import dataclasses

__all__ = ["PrintDocument"]


@dataclasses.dataclass(frozen=True)
class PrintDocument:
    """
    One self-contained HTML document: a part of the cohort's pages, or all pages of one student.

    Attributes
    ----------
    html
        The whole document; it asks for no other file.
    title
        What an outline and a warning call it: a student's name, say.
    section
        What it stands under in an outline: the year group; None for the cohort's pages.
    student_id
        Whose pages these are; None for the cohort's.
    header
        What runs at the head of every page.
    """

    html: str
    title: str
    section: str | None = None
    student_id: int | None = None
    header: str = ""
