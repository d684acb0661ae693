"""`PrintDocument`: one HTML document for the print engines, and what a PDF has to know of it."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PrintDocument", "fewest_sheets", "tightened"]

_FEW_PAGES = 25
"""Of a longer document every page would become closer for the sake of the last one."""

_BODY = re.compile(r"<body>|<body class=\"")


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
    """

    html: str
    title: str
    section: str | None = None
    student_id: int | None = None


def tightened(html: str) -> str:
    """
    Give a document with its lines closer together (`.tight` in the style), for a page that runs over by a few.

    >>> tightened("<body><p>7 of 68</p></body>")
    '<body class="tight"><p>7 of 68</p></body>'
    """
    return _BODY.sub(lambda body: '<body class="tight' + ('">' if body[0] == "<body>" else " "), html, count=1)


_Book = TypeVar("_Book")


def fewest_sheets(html: str, lay_out: Callable[[str], _Book], pages: Callable[[_Book], int]) -> _Book:
    """
    Lay a document out; closer together where that saves the last sheet, which else holds a few lines.

    Parameters
    ----------
    html
        The document.
    lay_out, pages
        How the engine does it, and how many pages came out.
    """
    drawn = lay_out(html)
    if not 1 < pages(drawn) <= _FEW_PAGES:
        return drawn
    closer = lay_out(tightened(html))
    return closer if pages(closer) == pages(drawn) - 1 else drawn
