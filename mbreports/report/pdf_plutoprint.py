"""PlutoPrint: one canvas, one document after the other, so that memory hardly grows with the number of students."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import plutoprint

from mbreports.errors import ReportError
from mbreports.report import fonts
from mbreports.report.document import fewest_sheets
from mbreports.report.pdf_finish import Label, Part
from mbreports.report.pdf_links import anchors, headings, link_across

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mbreports.report.document import PrintDocument

__all__ = ["draw"]

_BASE = "mbreports:"
"""The base address of every document: nothing lies there, and a link inside a document needs one."""

_SIZES = {"A4": plutoprint.PAGE_SIZE_A4, "Letter": plutoprint.PAGE_SIZE_LETTER}


class _Nothing(plutoprint.ResourceFetcher):
    """Fetches nothing: a document holds all that it shows (``data:`` addresses never come here)."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def fetch_url(self, url: str) -> plutoprint.ResourceData:
        """Give an empty file, and remember what was asked."""
        self.refused.append(url)
        return plutoprint.ResourceData(b"", mime_type="text/plain")


def draw(documents: Iterable[PrintDocument], stream: BinaryIO, label: Label) -> list[Part]:
    """Draw all documents into one PDF; each is laid out, drawn and forgotten before the next is asked for."""
    _load_fonts()
    fetcher = _Nothing()
    parts: list[Part] = []
    first = 0
    with plutoprint.PDFCanvas.create_for_stream(stream, _SIZES[label.paper]) as canvas:
        canvas.set_metadata(plutoprint.PDF_METADATA_CREATION_DATE, f"{label.created:%Y-%m-%d}T00:00:00Z")
        for document in documents:
            book = _lay_out(document, fetcher, _SIZES[label.paper])
            pages = _draw_document(book, canvas)
            parts.append(Part(document.title, document.section, document.student_id, first, pages, headings(document)))
            first += pages
            if fetcher.refused:
                raise ReportError(
                    f"{document.title}: a page may show only what is in it (data:), it asks for {fetcher.refused[0]}"
                )
    return parts


def _lay_out(document: PrintDocument, fetcher: _Nothing, size: plutoprint.PageSize) -> plutoprint.Book:
    def book_of(html: str) -> plutoprint.Book:
        book = plutoprint.Book(size, plutoprint.PAGE_MARGINS_NORMAL, plutoprint.MEDIA_TYPE_PRINT)
        book.custom_resource_fetcher = fetcher
        book.load_html(html, base_url=_BASE)
        return book

    return fewest_sheets(_linked(document), book_of, lambda book: int(book.get_page_count()))


def _draw_document(book: plutoprint.Book, canvas: plutoprint.PDFCanvas) -> int:
    pages: int = book.get_page_count()
    for number in range(pages):
        canvas.set_size(book.get_page_size_at(number))
        canvas.save_state()
        canvas.scale(plutoprint.UNITS_PX, plutoprint.UNITS_PX)
        book.render_page(canvas, number)
        canvas.restore_state()
        canvas.show_page()
    return pages


def _linked(document: PrintDocument) -> str:
    """Link across documents; the engine remembers only the anchors that some link of the same document leads to."""
    html = link_across(document)
    if document.student_id is not None:
        return html
    places = "".join(f'<a href="#{anchor}"></a>' for anchor in sorted(anchors(html)))
    return html.replace("</body>", f'<div style="display: none">{places}</div></body>')


@functools.cache
def _load_fonts() -> None:
    """Have the engine read our font configuration, once: without any font it writes pages without any text."""
    brought = Path(plutoprint.__file__).parent / "fontconfig"
    with fonts.configuration(brought) as (own, *others):
        plutoprint.plutobook_set_fontconfig_path(os.pathsep.join([own, *others]))
        try:
            book = plutoprint.Book()
            book.load_html("<p style='font-family: DejaVu Sans'>a</p>", base_url=_BASE)
            book.get_page_count()
        finally:
            plutoprint.plutobook_set_fontconfig_path(os.pathsep.join(others))
