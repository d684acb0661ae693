"""Letters to families, from their template: a PDF, a page to look at before print, or a table for a mail merge."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mbreports.errors import ReportError
from mbreports.files import whole_file
from mbreports.report import templating
from mbreports.report.csv_file import write_csv
from mbreports.report.document import PrintDocument
from mbreports.report.letter_text import letter_table, letters_of, locale_of
from mbreports.report.pdf import write_pdf
from mbreports.report.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mbreports.report.absence_report import AbsenceReport
    from mbreports.report.letter_text import Letter
    from mbreports.report.look import Look
    from mbreports.report.pdf_finish import Label

__all__ = ["Letters", "Preview", "preview", "write_letters"]

_SUFFIXES = (".pdf", ".html", ".csv")
_FOLDER = "letters"
_SAME = {"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans"}
"""Tags that people write for a language which has a template under another."""


@dataclasses.dataclass(frozen=True)
class Letters:
    """Which letter, in which language, and whom to answer."""

    template: str | os.PathLike[str]
    language: str
    contact: str


@dataclasses.dataclass(frozen=True)
class Preview:
    """The first letters, as a notebook shows them."""

    html: str = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return self.html


def write_letters(
    report: AbsenceReport, path: str | os.PathLike[str], student_ids: Sequence[int], choice: Letters, *, label: Label
) -> Path:
    """
    Write letters in the format that the suffix says.

    Parameters
    ----------
    report
        The numbers and the look.
    path
        ``.pdf``, ``.html`` or ``.csv``.
    student_ids
        For whom.
    choice
        Which letter.
    label
        Date and paper of a PDF.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ReportError
        Another suffix; an unknown template or language; the file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ReportError(f"cannot write {target}: the suffix must be one of {', '.join(_SUFFIXES)}, not {suffix!r}")
    if suffix == ".csv":
        return write_csv(letter_table(_letters(report, student_ids, choice)), target)
    documents = _documents(report, student_ids, choice)
    if suffix == ".pdf":
        titled = dataclasses.replace(label, title=f"Letters: {label.title}", lang=choice.language)
        return write_pdf(documents, target, titled)
    with whole_file(target) as scratch:
        page = _render(report.look, "letters/sheets.html", documents=list(documents), title=label.title)
        scratch.write_text(page, encoding="utf-8", newline="\n")
    return target


def preview(report: AbsenceReport, student_ids: Sequence[int], choice: Letters, *, most: int) -> Preview:
    """Give the first letters as one piece of HTML, each a sheet of paper, whatever the notebook's colours are."""
    documents = list(_documents(report, student_ids[:most], choice))
    return Preview(_render(report.look, "letters/preview.html", documents=documents, of=len(student_ids)))


def _letters(report: AbsenceReport, student_ids: Sequence[int], choice: Letters) -> Iterator[Letter]:
    school = clean(report.look.name or report.term.school) or "The school"
    return letters_of(report, student_ids, language=choice.language, school=school, contact=clean(choice.contact))


def _documents(report: AbsenceReport, student_ids: Sequence[int], choice: Letters) -> Iterator[PrintDocument]:
    look, name = _template(report.look, choice)
    for letter in _letters(report, student_ids, choice):
        yield PrintDocument(
            html=_render(look, name, letter=letter),
            title=letter.name,
            section=letter.year_group or None,
            student_id=letter.student_id,
        )


def _render(look: Look, name: str, **values: Any) -> str:
    return templating.render(templating.environment(look.templates), name, look=look, **values)


def _template(look: Look, choice: Letters) -> tuple[Look, str]:
    """Find the letter: a school's own file, or the name's template in the language or in a wider one."""
    locale_of(choice.language)
    path = Path(choice.template)
    if isinstance(choice.template, os.PathLike) or path.suffix:
        if not path.is_file():
            raise ReportError(f"template: there is no file {path}")
        return dataclasses.replace(look, templates=path.parent), path.name
    there = _there(look)
    if choice.template not in there:
        raise ReportError(f"template: no letter {choice.template!r}; there are {_told(there)}")
    for tag in _wider(choice.language):
        if tag in there[choice.template]:
            return look, f"{_FOLDER}/{choice.template}.{tag}.html"
    raise ReportError(f"language: no letter {choice.template!r} in {choice.language!r}; there are {_told(there)}")


def _wider(language: str) -> Iterator[str]:
    """Give a tag and the wider ones: ``es-MX``, ``es``; a Chinese without a script is the simplified one."""
    parts = language.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        tag = "-".join(parts[:length])
        yield tag
        if tag in _SAME:
            yield _SAME[tag]


def _there(look: Look) -> dict[str, set[str]]:
    """Give the letters' names and their languages, a school's own with them."""
    found: dict[str, set[str]] = {}
    for path in templating.environment(look.templates).list_templates(extensions=["html"]):
        folder, _, file = path.rpartition("/")
        name, _, language = file.removesuffix(".html").partition(".")
        if folder == _FOLDER and language:
            found.setdefault(name, set()).add(language)
    return found


def _told(there: dict[str, set[str]]) -> str:
    return "; ".join(f"{name} ({', '.join(sorted(languages))})" for name, languages in sorted(there.items()))
