"""What no engine gives: outline by year group and student, links between documents, page labels, language, one id."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol, TypeAlias

import pikepdf

from mbreports.report.pdf_glyphs import mend_glyphs
from mbreports.report.pdf_links import ACROSS
from mbreports.report.pdf_text import mend_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mbreports.report.document import PrintDocument

__all__ = ["CREATOR", "Engine", "Label", "Part", "finish"]

CREATOR = "mbreports"
"""By this a file of ours is known again."""


@dataclasses.dataclass(frozen=True)
class Label:
    """
    What a PDF says of itself.

    Attributes
    ----------
    title
        Its own title: what a window shows.
    lang
        Its language (BCP 47).
    created
        The date of its making. Never the clock's, so that the same input gives the same bytes.
    paper
        ``"A4"`` or ``"Letter"``, for documents that name no size.
    """

    title: str
    lang: str = "en"
    created: dt.date = dt.date(2000, 1, 1)
    paper: Literal["A4", "Letter"] = "A4"

    def titled(self, title: str) -> Label:
        """Give the same, under another title."""
        return dataclasses.replace(self, title=title)


@dataclasses.dataclass(frozen=True)
class Part:
    """
    Where one document's pages stand.

    Attributes
    ----------
    title, section, student_id
        As the document has them.
    first, pages
        Its first page in the file, from 0, and their number.
    headings
        What the outline names inside it: (anchor, text).
    places
        Anchors that the drawn file does not hold by name: (page in the document, points from the page's foot).
    """

    title: str
    section: str | None
    student_id: int | None
    first: int
    pages: int
    headings: tuple[tuple[str, str], ...] = ()
    places: dict[str, tuple[int, float]] = dataclasses.field(default_factory=dict)


Places: TypeAlias = "Mapping[str, pikepdf.Array]"
"""Where an anchor stands: what a link to it holds."""


class Engine(Protocol):
    """Draws documents into a stream, and says where each one's pages stand."""

    def __call__(self, documents: Iterable[PrintDocument], stream: BinaryIO, label: Label) -> list[Part]:
        """Draw all documents, one after the other."""


def finish(drawn: str, path: Path, parts: Sequence[Part], label: Label) -> None:
    """
    Give a drawn PDF its outline, links, labels, title and language.

    Parameters
    ----------
    drawn
        What an engine drew.
    path
        Where the finished PDF goes; another file.
    parts
        The documents, by their pages.
    label
        Title, language and date.
    """
    with pikepdf.open(drawn) as pdf:
        pages = [page.obj for page in pdf.pages]
        places = {**_named_places(pdf), **_places(parts, pages)}
        tagged = "/MarkInfo" in pdf.Root
        for page in pages:
            _lead(page, places, tagged=tagged)
        if not tagged:
            _forget_structure(pdf, pages)
        mend_text(pdf)
        mend_glyphs(pdf)
        _set_outline(pdf, pages, parts, places)
        _set_page_labels(pdf, parts)
        _set_metadata(pdf, label)
        pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _top(page: pikepdf.Object) -> pikepdf.Array:
    """Lead to the top of a page, at whatever zoom the reader has."""
    return pikepdf.Array([page, pikepdf.Name.XYZ, 0, page.MediaBox[3], 0])


def _places(parts: Sequence[Part], pages: Sequence[pikepdf.Object]) -> Places:
    tops = {f"student-{part.student_id}": _top(pages[part.first]) for part in parts if part.student_id is not None}
    given = {
        anchor: pikepdf.Array([pages[part.first + number], pikepdf.Name.XYZ, 0, height, 0])
        for part in reversed(parts)
        for anchor, (number, height) in part.places.items()
    }
    return given | tops


def _named_places(pdf: pikepdf.Pdf) -> Places:
    if "/Names" not in pdf.Root or "/Dests" not in pdf.Root.Names:
        return {}
    return {str(name): pikepdf.Array(place) for name, place in pikepdf.NameTree(pdf.Root.Names.Dests).items()}


def _lead(page: pikepdf.Object, places: Places, *, tagged: bool) -> None:
    """Turn a page's links across documents into steps inside the file; those that lead nowhere go."""
    if "/Annots" not in page:
        return
    kept = []
    for annotation in page.Annots:
        address = str(annotation.A.get("/URI", "")) if "/A" in annotation else ""
        if address.startswith(ACROSS):
            if (anchor := address.removeprefix(ACROSS)) not in places:
                continue
            del annotation["/A"]
            annotation.Dest = places[anchor]
        if not tagged and "/StructParent" in annotation:
            del annotation["/StructParent"]
        kept.append(annotation)
    page.Annots = pikepdf.Array(kept)


def _forget_structure(pdf: pikepdf.Pdf, pages: Iterable[pikepdf.Object]) -> None:
    """Drop a structure tree that knows of nothing but links: a screen reader does better without it."""
    if "/StructTreeRoot" in pdf.Root:
        del pdf.Root["/StructTreeRoot"]
        for page in pages:
            if "/StructParents" in page:
                del page["/StructParents"]


def _set_outline(pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Object], parts: Sequence[Part], places: Places) -> None:
    with pdf.open_outline() as outline:
        outline.root.clear()
        for section, members in itertools.groupby(parts, key=lambda part: part.section):
            items = [_item(part, pages, places) for part in members]
            if section is None:
                outline.root.extend(items)
                continue
            group = pikepdf.OutlineItem(section, destination=items[0].destination)
            group.children.extend(items)
            group.is_closed = True
            outline.root.append(group)


def _item(part: Part, pages: Sequence[pikepdf.Object], places: Places) -> pikepdf.OutlineItem:
    item = pikepdf.OutlineItem(part.title, destination=_top(pages[part.first]))
    item.children.extend(
        pikepdf.OutlineItem(text, destination=places[anchor]) for anchor, text in part.headings if anchor in places
    )
    return item


def _set_page_labels(pdf: pikepdf.Pdf, parts: Sequence[Part]) -> None:
    """Number the pages of each document as they number themselves; a student's go by the name."""
    numbers: list[object] = []
    for part in parts:
        prefix = {} if part.student_id is None else {"/P": pikepdf.String(f"{part.title} ")}
        numbers += [part.first, pikepdf.Dictionary({"/S": pikepdf.Name.D, **prefix})]
    pdf.Root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array(numbers))


def _set_metadata(pdf: pikepdf.Pdf, label: Label) -> None:
    pdf.Root.Lang = pikepdf.String(label.lang)
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    pdf.Root.PageMode = pikepdf.Name.UseOutlines
    producer = str(pdf.docinfo.get("/Producer", "PlutoPrint"))
    stamp = f"D:{label.created:%Y%m%d}000000Z"
    pdf.docinfo["/Title"] = pikepdf.String(label.title)
    pdf.docinfo["/Creator"] = pikepdf.String(CREATOR)
    for key in ("/CreationDate", "/ModDate"):
        pdf.docinfo[key] = pikepdf.String(stamp)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = label.title
        metadata["dc:language"] = {label.lang}
        metadata["pdf:Producer"] = producer
        metadata["xmp:CreatorTool"] = CREATOR
        for key in ("xmp:CreateDate", "xmp:ModifyDate"):
            metadata[key] = f"{label.created:%Y-%m-%d}T00:00:00Z"
