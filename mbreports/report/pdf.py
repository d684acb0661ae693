"""A report's documents as one PDF: drawn by an engine, then given outline, links, labels, title and language."""

from __future__ import annotations

import functools
import importlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mbreports.errors import ReportError
from mbreports.files import whole_file
from mbreports.report import fonts
from mbreports.report.pdf_finish import finish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mbreports.report.document import PrintDocument
    from mbreports.report.pdf_finish import Engine, Label

__all__ = ["write_pdf"]

_HOW = (
    "WeasyPrint needs Pango (Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango; "
    "Windows: WeasyPrint's own first steps); HTML, Excel and CSV need neither"
)


def write_pdf(
    documents: Iterable[PrintDocument],
    path: str | os.PathLike[str],
    label: Label,
    *,
    accessible: bool = False,
    glyphs: fonts.Glyphs | None = None,
) -> Path:
    """
    Write documents into one PDF, whole or not at all; the same documents give the same bytes.

    Drawn by PlutoPrint, a document at a time, so that memory hardly grows with the school; by WeasyPrint, on the
    same HTML, where PlutoPrint has no wheel, or where a tagged PDF is asked for.

    Parameters
    ----------
    documents
        HTML documents in the order of the pages; taken one by one.
    path
        The PDF. Its folder must exist.
    label
        Title, language, date and paper of the whole.
    accessible
        Tagged for screen readers, PDF/UA-1 (by WeasyPrint: some forty times slower).
    glyphs
        Who watches several PDFs, and warns once for all; None warns for this one.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ReportError
        No engine can be loaded, there is no document, or the file cannot be written.

    Warns
    -----
    GlyphWarning
        No font here has some character; names the documents.
    """
    target = Path(path)
    draw = _engine(accessible=accessible)
    watching = glyphs or fonts.Glyphs()
    with whole_file(target) as whole:
        handle, drawn = tempfile.mkstemp(prefix=".", suffix=".part", dir=whole.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                parts = draw(_watched(documents, watching), stream, label)
            if not parts:
                raise ReportError(f"cannot write {target}: there is no page to print")
            finish(drawn, whole, parts, label)
        finally:
            Path(drawn).unlink(missing_ok=True)
    if glyphs is None:
        watching.warn()
    return target


def _watched(documents: Iterable[PrintDocument], glyphs: fonts.Glyphs) -> Iterator[PrintDocument]:
    for document in documents:
        glyphs.see(document.title, document.html)
        yield document


def _engine(*, accessible: bool) -> Engine:
    """Give the engine that this machine has: PlutoPrint first, unless tags are asked for."""
    if not accessible and _imports("plutoprint") is None:
        from mbreports.report.pdf_plutoprint import draw  # noqa: PLC0415 -- only where it can be imported

        return draw
    if (reason := _imports("weasyprint")) is not None:
        need = "a tagged PDF is WeasyPrint's" if accessible else "PlutoPrint has no wheel for this machine"
        raise ReportError(f"no PDF can be made here: {need}, and {_HOW} [{reason}]")
    from mbreports.report.pdf_weasyprint import draw as draw_tagged  # noqa: PLC0415 -- only where Pango is

    return functools.partial(draw_tagged, tagged=accessible)


@functools.cache
def _imports(name: str) -> str | None:
    """Say why a module cannot be loaded (also: a system library that it lacks); None where it can."""
    try:
        with fonts.configuration():  # WeasyPrint warns as it is loaded where the machine has no fonts
            importlib.import_module(name)
    except (ImportError, OSError) as error:
        return str(error).splitlines()[0]
    return None
