"""A PDF per student in a folder: names that every system takes, all of them or none."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
from pathvalidate import sanitize_filename

from mbreports.errors import ReportError
from mbreports.files import PRIVATE_FOLDER
from mbreports.report.fonts import Glyphs
from mbreports.report.pdf import write_pdf
from mbreports.report.pdf_finish import CREATOR

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from mbreports.report.document import PrintDocument
    from mbreports.report.pdf_finish import Label

__all__ = ["handout_name", "write_handouts"]

_LONGEST = 60
"""Characters of a name that go into a file's name: three bytes each still leave room."""


def write_handouts(documents: Iterable[PrintDocument], folder: str | os.PathLike[str], label: Label) -> Path:
    """
    Write a PDF of each student's page into a folder; all of them, or none.

    The files are made in a folder beside, and moved when the last one is whole. A student's file of an earlier time
    is replaced, whatever name it had; what else lies in the folder stays.

    Parameters
    ----------
    documents
        Students' pages; documents of no student are passed over.
    folder
        Where the files go; made where it is missing.
    label
        Language, date and paper of all; each file's title is the student's name.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ReportError
        There is no student's page, or the folder cannot be written.
    """
    target = Path(folder)
    glyphs = Glyphs()
    with _beside(target) as scratch:
        written: dict[int, Path] = {}
        for document in documents:
            if document.student_id is None:
                continue
            path = scratch / handout_name(document.title, document.student_id)
            write_pdf([document], path, label.titled(document.title), glyphs=glyphs)
            written[document.student_id] = path
        if not written:
            raise ReportError(f"no handouts to write into {target}: no student was chosen")
        _move(written, target)
    glyphs.warn()
    return target


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    if target.exists() and not target.is_dir():
        raise ReportError(f"cannot write into {target}: it is a file; give a folder")
    scratch = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(mode=PRIVATE_FOLDER)
        yield scratch
    except OSError as error:
        raise ReportError(f"cannot write into {target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(written: dict[int, Path], target: Path) -> None:
    """Put the finished files in their place: the folder itself where there is none, else one file after the other."""
    if not target.exists():
        next(iter(written.values())).parent.rename(target)
        return
    old = {path for path in target.glob("*.pdf") if _student_of(path) in written and _is_ours(path)}
    for path in written.values():
        path.replace(target / path.name)
    for path in old - {target / path.name for path in written.values()}:
        path.unlink(missing_ok=True)


def handout_name(name: str, student_id: int) -> str:
    """
    Name a student's file: the name as far as file systems take it, and the id, which keeps files apart.

    Examples
    --------
    >>> handout_name("Chloé O'Neill", 7)
    "Chloé O'Neill 7.pdf"
    >>> handout_name('a/b: "c" <d>', 8)
    'ab c d 8.pdf'
    """
    plain = "".join(character for character in unicodedata.normalize("NFC", name) if _fits(character))
    safe = sanitize_filename(" ".join(plain.split()), platform="universal")[:_LONGEST].strip(" .")
    return f"{safe} {student_id}.pdf" if safe else f"student {student_id}.pdf"


def _fits(character: str) -> bool:
    """Leave out what no name needs: controls, marks of direction, halves of characters."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _is_ours(path: Path) -> bool:
    """Whether a PDF was written here: another one that ends in the same number stays."""
    with contextlib.suppress(OSError, pikepdf.PdfError), pikepdf.open(path) as pdf:
        return str(pdf.docinfo.get("/Creator", "")) == CREATOR
    return False


def _student_of(path: Path) -> int | None:
    found = re.search(r" (\d+)\.pdf$", path.name)
    return int(found[1]) if found else None
