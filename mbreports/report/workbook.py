"""A report as a workbook: real numbers and dates, filters and print set-up; nothing from the data is a formula."""

from __future__ import annotations

import dataclasses
import datetime as dt
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from mbreports.errors import ReportError
from mbreports.files import whole_file
from mbreports.report.csv_file import clean_text

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["About", "Sheet", "write_workbook"]

_MOST_ROWS = 2**20 - 1
_MOST_CHARACTERS = 32_767
_WIDEST = 36
_LINE = 15
"""Points that a line of a heading takes."""

_PAPERS = {"A4": 9, "Letter": 1}
_STARTS_OF_FORMULAS = tuple("=+-@\t\r")

_KINDS: dict[str, dict[str, Any]] = {
    "text": {"align": "left", "indent": 1},
    "long": {"align": "left", "indent": 1, "text_wrap": True},
    "marked": {"align": "left", "indent": 1, "quote_prefix": True},
    "id": {"num_format": "0", "align": "left"},
    "count": {"num_format": "#,##0"},
    "number": {"num_format": "0.00"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    **{f"rate{digits}": {"num_format": f"0.{'0' * digits}%"} for digits in range(1, 7)},
}
_CELL = {"font_name": "Calibri", "font_size": 11, "valign": "top", "bottom": 7, "bottom_color": "#C9D2D9"}
_HEADER = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "font_name": "Calibri", "font_size": 11}
_LEFT = {"align": "left"}
_HEADER_OF: dict[str, dict[str, Any]] = {
    "text": {"align": "left", "indent": 1},
    "long": {"align": "left", "indent": 1},
    "id": _LEFT,
    "date": _LEFT,
}
"""How a heading stands above its column; above numbers it ends where the filter's button begins."""

_ABOVE_NUMBERS = {"align": "right", "indent": 2}
_BANDS: tuple[dict[str, Any], ...] = (
    {},
    {"bg_color": "#E3E7EB"},
    {"bold": True, "pattern": 16, "fg_color": "#E8B8A4", "bg_color": "#FFFFFF"},
    {"bold": True, "font_color": "#FFFFFF", "bg_color": "#9C3516"},
)
"""From calm to severe: plain, grey, dotted and bold, white on dark: told apart on grey paper too."""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """
    One table of a workbook.

    Attributes
    ----------
    name
        What its tab says.
    frame
        Its rows; column names become headings.
    digits
        Columns of rates, and how many decimals each row's rate needs (a number for all, or one per row).
    ids
        Columns of whole numbers that are names, not counts.
    fixed
        How many columns stay when one scrolls to the right.
    banded
        The column whose bands are marked.
    wide
        Columns of long text, with their widths.
    marked
        Columns in which one text is marked, and that text.
    printed
        The last column that goes on paper; None: all.
    """

    name: str
    frame: pd.DataFrame
    digits: Mapping[str, int | Sequence[int]] = dataclasses.field(default_factory=dict)
    ids: tuple[str, ...] = ()
    fixed: int = 0
    banded: str | None = None
    wide: Mapping[str, int] = dataclasses.field(default_factory=dict)
    marked: Mapping[str, str] = dataclasses.field(default_factory=dict)
    printed: str | None = None


@dataclasses.dataclass(frozen=True)
class About:
    """What a workbook says of itself, on paper and in its properties."""

    title: str
    school: str
    as_of: dt.date | None
    bands: tuple[str, ...]
    paper: str = "A4"


def write_workbook(sheets: Sequence[Sheet], path: str | os.PathLike[str], about: About) -> Path:
    """
    Write tables into a workbook, whole or not at all; the same tables give the same bytes.

    Parameters
    ----------
    sheets
        The tables, in the order of their tabs.
    path
        The workbook. Its folder must exist.
    about
        Title, school, date, bands and paper.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ReportError
        A table has more rows than a sheet holds, or the file cannot be written.
    """
    for sheet in sheets:
        if len(sheet.frame) > _MOST_ROWS:
            raise ReportError(
                f"cannot write {path}: {len(sheet.frame):,} {sheet.name.lower()}, a sheet holds {_MOST_ROWS:,}"
            )
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with whole_file(path) as scratch:
        workbook = xlsxwriter.Workbook(scratch, options)
        created = about.as_of or dt.date(2000, 1, 1)
        workbook.set_properties(
            {
                "title": clean_text(about.title),
                "subject": clean_text(about.school),
                "author": "mbreports",
                "comments": "Confidential: attendance of named students",
                "created": dt.datetime.combine(created, dt.time()),
            }
        )
        for sheet in sheets:
            _Writer(workbook, sheet, about).write()
        workbook.close()
    return Path(path)


class _Writer:
    """Writes one sheet; keeps the formats that its cells share."""

    def __init__(self, workbook: Workbook, sheet: Sheet, about: About) -> None:
        self.workbook = workbook
        self.sheet = sheet
        self.about = about
        self.page: Worksheet = workbook.add_worksheet(sheet.name)
        self._formats: dict[str, Format] = {}

    def write(self) -> None:
        frame = self.sheet.frame
        lines = 1
        for place, column in enumerate(frame.columns):
            kind, title = self._kind(str(column), frame[column]), heading(column)
            values = [None if pd.isna(value) else value for value in frame[column].tolist()]
            width = self.sheet.wide.get(str(column)) or _width(title, values, kind)
            lines = max(lines, _lines(title, width))
            self.page.set_column(place, place, width)
            self.page.write_string(0, place, title, self._header(kind))
            self._write_column(place, str(column), values, kind)
        self.page.set_row(0, _LINE * lines + 3)
        if len(frame.columns):
            self.page.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
        self.page.freeze_panes(1, self.sheet.fixed)
        self._mark_bands()
        self._set_up_print()

    def format(self, kind: str) -> Format:
        if kind not in self._formats:
            self._formats[kind] = self.workbook.add_format(_CELL | _KINDS[kind])
        return self._formats[kind]

    def _header(self, kind: str) -> Format:
        name = f"header {kind}"
        if name not in self._formats:
            self._formats[name] = self.workbook.add_format(_HEADER | _HEADER_OF.get(kind, _ABOVE_NUMBERS))
        return self._formats[name]

    def _write_column(self, place: int, name: str, values: list[Any], kind: str) -> None:
        digits = self.sheet.digits.get(name, 1)
        for row, value in enumerate(values, start=1):
            if value is None or value == "":
                self.page.write_blank(row, place, None, self.format("text"))
            elif kind in {"text", "long"}:
                self._write_text(row, place, value, kind)
            elif kind == "date":
                self.page.write_datetime(row, place, value.to_pydatetime().replace(tzinfo=None), self.format(kind))
            elif kind == "rate":
                needed = digits if isinstance(digits, int) else digits[row - 1]
                self.page.write_number(row, place, float(value), self.format(f"rate{needed}"))
            else:
                self.page.write_number(row, place, value, self.format(kind))

    def _kind(self, name: str, column: pd.Series) -> str:
        if name in self.sheet.wide:
            return "long"
        if name in self.sheet.digits:
            return "rate"
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return "date"
        if name in self.sheet.ids:
            return "id"
        if pd.api.types.is_bool_dtype(column.dtype) or not pd.api.types.is_numeric_dtype(column.dtype):
            return "text"
        return "number" if pd.api.types.is_float_dtype(column.dtype) else "count"

    def _write_text(self, row: int, place: int, value: object, kind: str) -> None:
        text = ("yes" if value else "no") if isinstance(value, bool) else clean_text(str(value))
        if len(text) > _MOST_CHARACTERS:
            text = f"{text[: _MOST_CHARACTERS - 1]}\u2026"
        marked = kind == "text" and text.startswith(_STARTS_OF_FORMULAS)
        self.page.write_string(row, place, text, self.format("marked" if marked else kind))

    def _mark_bands(self) -> None:
        """Mark each band, from calm to severe, in its column; and the texts that want a look."""
        names = self.about.bands if self.sheet.banded is not None else ()
        for rank, name in enumerate(names):
            look = _BANDS[round(rank * (len(_BANDS) - 1) / max(len(names) - 1, 1))]
            self._mark(self.sheet.banded, name, look)
        for column, text in self.sheet.marked.items():
            self._mark(column, text, _BANDS[2])

    def _mark(self, column: str | None, text: str, look: dict[str, Any]) -> None:
        frame = self.sheet.frame
        if look and column in frame.columns and len(frame):
            place = frame.columns.get_loc(column)
            quoted = '"' + text.replace('"', '""') + '"'
            rule = {"type": "cell", "criteria": "==", "value": quoted, "format": self.workbook.add_format(look)}
            self.page.conditional_format(1, place, len(frame), place, rule)

    def _set_up_print(self) -> None:
        page, about = self.page, self.about
        page.set_paper(_PAPERS[about.paper])
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        if self.sheet.printed is not None:
            page.print_area(0, 0, len(self.sheet.frame), self.sheet.frame.columns.get_loc(self.sheet.printed))
        page.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        page.hide_gridlines(1)
        date = f"As of {about.as_of:%Y-%m-%d}" if about.as_of else ""
        page.set_header(f"&L{_printed(about.school)}&C{_printed(about.title)}&RCONFIDENTIAL")
        page.set_footer(f"&L{date}&C{_printed(self.sheet.name)}&RPage &P of &N")


def heading(column: object) -> str:
    """Say a column's name in words: ``absence_rate`` is "Absence rate"."""
    words = str(column).replace("_", " ")
    return words[:1].upper() + words[1:]


def _printed(text: str, most: int = 60) -> str:
    """Give text for a page's head or foot, where an ampersand starts a code."""
    text = " ".join(clean_text(text).split())
    return (text if len(text) <= most else f"{text[: most - 1]}\u2026").replace("&", "&&")


def _width(title: str, values: list[Any], kind: str) -> float:
    """Give a column the room that its heading and 98 of 100 texts need."""
    if kind == "date":
        return 11.5
    longest = max((len(word) for word in title.split()), default=0) + 3
    if kind in {"text", "long"}:
        lengths = sorted(_columns(str(value)) + 2 for value in values if value is not None)
        longest = max([longest, *lengths[: max(1, len(lengths) - len(lengths) // 50)]])
    elif values:
        longest = max(longest, 8)
    return float(min(longest, _WIDEST))


def _lines(title: str, width: float) -> int:
    """Count the lines that a heading takes, less the room of the filter's button."""
    lines, used = 1, 0
    for word in title.split():
        if used and used + 1 + len(word) > width - 2:
            lines, used = lines + 1, 0
        used += len(word) + (1 if used else 0)
    return lines


def _columns(text: str) -> int:
    """Count the columns that text takes: an East Asian character takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
