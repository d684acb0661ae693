"""WeasyPrint on the same HTML: tagged PDF, and every PDF where PlutoPrint has no wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from mbreports.errors import ReportError
from mbreports.report import fonts
from mbreports.report.document import fewest_sheets
from mbreports.report.pdf_finish import Label, Part
from mbreports.report.pdf_links import anchors, headings, link_across, without_dead_links

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mbreports.report.document import PrintDocument

__all__ = ["draw"]

_FONT = "mbreports-font:"
_STYLE = f"""
* {{ bookmark-level: none }}
@font-face {{ font-family: "DejaVu Sans"; src: url({_FONT}DejaVuSans) }}
@font-face {{ font-family: "DejaVu Sans"; font-weight: bold; src: url({_FONT}DejaVuSans-Bold) }}
"""
_POINTS = 0.75
"""Points in a CSS pixel."""


class _Own(URLFetcher):  # type: ignore[misc]
    """Fetches what a document holds in itself, and our fonts; nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",))
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Give a font of ours or inlined data; remember and refuse the rest."""
        if url.startswith(_FONT):
            font = fonts.bundled_font(url.removeprefix(_FONT))
            return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/ttf"})
        if not url.startswith("data:"):
            self.refused.append(url)
            raise ValueError(f"refused: {url}")
        return super().fetch(url, headers)


def draw(documents: Iterable[PrintDocument], stream: BinaryIO, label: Label, *, tagged: bool) -> list[Part]:
    """Draw all documents into one PDF, PDF/UA-1 where it is to be tagged; all of them stay in memory till the end."""
    held = list(documents)
    known = {f"student-{document.student_id}" for document in held}.union(
        *(anchors(document.html) for document in held)
    )
    rendered, parts, first = [], [], 0
    with fonts.configuration():
        fetcher, font_config = _Own(), FontConfiguration()
        look = weasyprint.CSS(
            string=f"{_STYLE} @page {{ size: {label.paper} }}", url_fetcher=fetcher, font_config=font_config
        )

        def lay_out(html: str) -> Any:
            page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="mbreports:")
            return page.render(font_config=font_config, stylesheets=[look])

        for document in held:
            html = without_dead_links(link_across(document), known)
            drawn = fewest_sheets(html, lay_out, lambda laid: len(laid.pages))
            if fetcher.refused:
                raise ReportError(
                    f"{document.title}: a page may show only what is in it (data:), it asks for {fetcher.refused[0]}"
                )
            parts.append(_part(document, drawn.pages, first))
            first += len(drawn.pages)
            rendered.append(drawn)
        if rendered:
            _write(rendered, stream, tagged=tagged)
    return parts


def _part(document: PrintDocument, pages: list[Any], first: int) -> Part:
    places = {
        anchor: (number, (page.height - place[1]) * _POINTS)
        for number, page in enumerate(pages)
        for anchor, place in page.anchors.items()
        if document.student_id is None
    }
    found = headings(document)
    return Part(document.title, document.section, document.student_id, first, len(pages), found, places)


def _write(rendered: list[Any], stream: BinaryIO, *, tagged: bool) -> None:
    pages = [page for document in rendered for page in document.pages]
    whole = rendered[0].copy(pages)
    options = {"pdf_variant": "pdf/ua-1", "pdf_tags": True} if tagged else {}
    whole.write_pdf(stream, **options)
