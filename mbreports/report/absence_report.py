"""`AbsenceReport`: the numbers of a term, and everything that people hold in their hands of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.policy import Policy
from mbreports.errors import ReportError
from mbreports.files import whole_file
from mbreports.frames.term import TermAttendance
from mbreports.report import notebook, page
from mbreports.report.choose import chosen_students, some_students
from mbreports.report.csv_file import write_csv
from mbreports.report.handouts import write_handouts
from mbreports.report.letters import Letters, Preview, preview, write_letters
from mbreports.report.look import Look
from mbreports.report.pdf import write_pdf
from mbreports.report.pdf_finish import Label
from mbreports.report.sheets import report_sheets
from mbreports.report.workbook import About, write_workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from mbreports.report.choose import Choice

__all__ = ["AbsenceReport"]


class AbsenceReport(AbsenceAnalysis):
    """
    The absence report of a term: its numbers as frames, and as page, PDF, workbook, CSV, handouts and letters.

    Everything is computed when it is asked for, from the term's frames alone; nothing is fetched. Every writer writes
    whole or not at all, and gives the path that it wrote.

    Parameters
    ----------
    term
        From ``mb.fetch.term``, ``mb.TermAttendance.from_frames`` or ``.load``.
    policy
        What the school means by its codes, and its lines.
    basis
        ``"homeroom"`` or ``"class"``: whose marks count; None: homeroom, where there are any.
    title
        Heads the first page; None: made of the term's own name.
    logo
        A PNG, JPEG or SVG file, for the head of the pages.
    templates
        A folder whose templates are laid over ours.
    look
        All of the look at once; `title`, `logo` and `templates` go over it.

    Examples
    --------
    >>> import pandas as pd
    >>> import mbreports as mb
    >>> term = mb.TermAttendance.from_frames(
    ...     students=pd.DataFrame({"student_id": [7]}),
    ...     marks=pd.DataFrame({"date": ["2025-09-01"], "student_id": [7], "status": [0]}),
    ... )
    >>> int(mb.AbsenceReport(term).students["absent"].sum())
    1
    """

    def __init__(  # noqa: PLR0913 -- the contract's names; all but two by keyword
        self,
        term: TermAttendance,
        policy: Policy | None = None,
        *,
        basis: str | None = None,
        title: str | None = None,
        logo: str | os.PathLike[str] | None = None,
        templates: str | os.PathLike[str] | None = None,
        look: Look | None = None,
    ) -> None:
        if not isinstance(term, TermAttendance):
            raise TypeError(
                f"term: must be a TermAttendance (mb.fetch.term, .from_frames, .load), not {type(term).__name__}"
            )
        if not isinstance(policy, Policy | None):
            raise TypeError(f"policy: must be a Policy, not {type(policy).__name__}")
        if not isinstance(look, Look | None):
            raise TypeError(f"look: must be a Look, not {type(look).__name__}")
        super().__init__(term, policy or Policy(), basis=basis)
        given: dict[str, Any] = {"title": title, "logo": logo, "templates": templates}
        over = {name: value for name, value in given.items() if value is not None}
        self.look = dataclasses.replace(look or Look(), **over)

    @property
    def title(self) -> str:
        """What heads the first page."""
        if self.look.title:
            return self.look.title
        return f"Absence report, {self.term.term_name}" if self.term.term_name else "Absence report"

    def to_html(self, path: str | os.PathLike[str] | None = None) -> Any:
        """
        Give the report as one self-contained page: to read on a screen, sort and filter; nothing is loaded.

        Parameters
        ----------
        path
            The file; None gives the text instead.

        Returns
        -------
        pathlib.Path or str
            `path`, or the page's text.
        """
        text = page.screen_html(self, self.look)
        if path is None:
            return text
        with whole_file(path) as scratch:
            scratch.write_text(text, encoding="utf-8", newline="\n")
        return Path(path)

    def to_pdf(self, path: str | os.PathLike[str], *, students: Choice = None, accessible: bool = False) -> Path:
        """
        Write the report for paper: the first pages, then a page per student; the same data gives the same bytes.

        Parameters
        ----------
        path
            The PDF. Its folder must exist.
        students
            Whose pages: None or ``"all"``, ``"chronic"``, ids, a frame with ``student_id``, or a mask over `students`.
        accessible
            Tagged for screen readers (PDF/UA); some forty times slower.

        Returns
        -------
        pathlib.Path
            `path`.

        Raises
        ------
        ReportError
            No PDF engine can be loaded, a template fails, or the file cannot be written.
        ValueError
            `students` names someone who is not of this report.

        Warns
        -----
        GlyphWarning
            No font of this machine has the characters of some student's name.
        """
        ids = None if students is None else chosen_students(self, students)
        documents = page.print_documents(self, self.look, students=ids)
        return write_pdf(documents, path, self._label(), accessible=accessible)

    def to_excel(self, path: str | os.PathLike[str]) -> Path:
        """
        Write a workbook: students, absences, patterns, registers, definitions.

        Numbers, dates and rates are numbers; nothing from the data is a formula or a link.

        Returns
        -------
        pathlib.Path
            `path`.

        Raises
        ------
        ReportError
            The file cannot be written.
        """
        about = About(
            title=self.title,
            school=self.look.name or self.term.school or "",
            as_of=self._label().created if self.term.as_of is not None else None,
            bands=self.policy.band_names,
            paper=self.look.paper,
        )
        return write_workbook(report_sheets(self), path, about)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """
        Write `students` as CSV (UTF-8 with its mark, ISO dates); text that looks like a formula is guarded.

        Returns
        -------
        pathlib.Path
            `path`.

        Raises
        ------
        ReportError
            The file cannot be written.
        """
        return write_csv(self.students, path)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """
        Write the report in the format that the suffix says: ``.html``, ``.pdf``, ``.xlsx`` or ``.csv``.

        Returns
        -------
        pathlib.Path
            `path`.

        Raises
        ------
        ReportError
            The suffix is none of these, or the file cannot be written.
        """
        writers: dict[str, Callable[..., Path]] = {
            ".html": self.to_html,
            ".pdf": self.to_pdf,
            ".xlsx": self.to_excel,
            ".csv": self.to_csv,
        }
        suffix = Path(path).suffix.lower()
        if suffix not in writers:
            raise ReportError(
                f"cannot save {path}: the suffix must be one of {', '.join(writers)}, not {suffix or 'none'!r}"
            )
        return writers[suffix](path)

    def handouts(self, folder: str | os.PathLike[str], *, students: Choice = None) -> Path:
        """
        Write a PDF per student into a folder; all of them, or none.

        A file is called by the student's name, as far as every system takes it, and id.

        Parameters
        ----------
        folder
            Made where it is missing.
        students
            Whose: as in `to_pdf`.

        Returns
        -------
        pathlib.Path
            `folder`.

        Raises
        ------
        ReportError
            No student was chosen, or the folder cannot be written.
        """
        ids = some_students(self, students, "handouts")
        documents = page.print_documents(self, self.look, students=ids, cohort=False)
        return write_handouts(documents, folder, self._label())

    def letters(
        self,
        path: str | os.PathLike[str],
        *,
        students: Choice = "chronic",
        template: str | os.PathLike[str] = "attendance",
        language: str = "en",
        contact: str = "",
    ) -> Path:
        """
        Write letters to families, a page each: the child's own days, and what to do next; no other child is in it.

        Parameters
        ----------
        path
            ``.pdf``: all letters; ``.html``: the same, to look at before print; ``.csv``: what they say as a table,
            for the office's own mail merge.
        students
            ``"chronic"``, ``"all"``, ids, a frame with ``student_id``, or a mask over `students`.
        template
            The letter's name, or the file of a school's own.
        language
            The family's language, ``"en"``, ``"en-GB"``, ``"es"``, ``"fr"`` or ``"zh-Hans"`` say: of the letter, and
            of its dates and numbers (``"en"`` writes March 20, 2026, and ``"en-GB"`` 20 March 2026).
        contact
            Whom to answer: a name, a telephone number, an address.

        Returns
        -------
        pathlib.Path
            `path`.

        Raises
        ------
        ReportError
            No such template or language (names those there are), nobody to write to, another suffix, or the file cannot
            be written.
        """
        chosen = Letters(template, language, contact)
        ids = some_students(self, students, "letters")
        return write_letters(self, path, ids, chosen, label=self._label())

    def letters_preview(
        self,
        *,
        students: Choice = "chronic",
        template: str | os.PathLike[str] = "attendance",
        language: str = "en",
        contact: str = "",
        most: int = 3,
    ) -> Preview:
        """
        Show the first few letters in a notebook, before they are printed.

        Parameters
        ----------
        students, template, language, contact
            As in `letters`.
        most
            How many are shown.

        Returns
        -------
        Preview
            Shows itself; ``.html`` is its text.
        """
        ids = some_students(self, students, "letters")
        return preview(self, ids, Letters(template, language, contact), most=most)

    def _label(self) -> Label:
        as_of = self.term.as_of
        label = Label(self.title, paper=self.look.paper)
        return label if as_of is None else dataclasses.replace(label, created=as_of.date())

    def __repr__(self) -> str:
        """Say what it is of, in one line."""
        return f"<{type(self).__name__} {self.policy.name!r}, by {self.basis}, of {self.term!r}>"

    def _repr_html_(self) -> str:
        return notebook.report_html(self)
