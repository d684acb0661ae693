"""Links in and between the HTML documents of one PDF."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mbreports.report.document import PrintDocument

__all__ = ["ACROSS", "anchors", "headings", "link_across", "without_dead_links"]

ACROSS = "mbreports-report:"
"""The scheme of a link to another document's anchor, until all pages are there."""

_ID = re.compile(r'\sid="([^"]+)"')
_LINK = re.compile(r'href="#([^"]*)"')
_HEADING = re.compile(r'<h2\b[^>]*\sid="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def anchors(html: str) -> set[str]:
    """Give the ids that a link may lead to."""
    return set(_ID.findall(html))


def headings(document: PrintDocument) -> tuple[tuple[str, str], ...]:
    """Give a cohort document's second-level headings, for the outline: (anchor, text); a student's page has none."""
    if document.student_id is not None:
        return ()
    return tuple(
        (anchor, " ".join(unescape(_TAG.sub("", text)).split())) for anchor, text in _HEADING.findall(document.html)
    )


def link_across(document: PrintDocument) -> str:
    """
    Name the links that leave the document, by the scheme `ACROSS`; an engine knows but one document at a time.

    A link inside a student's page leads to its top: its anchors may have the same names on every student's page.
    """
    inside = anchors(document.html)
    if document.student_id is None:
        return _LINK.sub(lambda link: link[0] if link[1] in inside else f'href="{ACROSS}{link[1]}"', document.html)
    top = f"student-{document.student_id}"
    return _LINK.sub(lambda link: f'href="{ACROSS}{top if link[1] in inside else link[1]}"', document.html)


def without_dead_links(html: str, known: set[str]) -> str:
    """Make plain text of the links that no anchor answers."""
    return _LINK.sub(lambda link: link[0] if link[1] in known else "", html)
