"""A table as CSV that a spreadsheet opens right: UTF-8 with its mark, ISO dates, and no cell that is a formula."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mbreports.files import whole_file

if TYPE_CHECKING:
    import os

__all__ = ["clean_text", "guard", "write_csv"]

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for the start of a formula; the full-width forms too."""


def write_csv(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """
    Write a table as CSV, whole or not at all.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.

    Parameters
    ----------
    frame
        The table; its index is left out.
    path
        The file. Its folder must exist.

    Returns
    -------
    pathlib.Path
        `path`.
    """
    safe = pd.DataFrame({column: _cells(frame[column]) for column in frame.columns}, columns=frame.columns)
    with whole_file(path) as scratch:
        safe.to_csv(scratch, index=False, encoding="utf-8-sig", lineterminator="\n", date_format="%Y-%m-%d")
    return Path(path)


def _cells(column: pd.Series) -> pd.Series:
    if not (pd.api.types.is_string_dtype(column.dtype) or column.dtype == object):
        return column
    return column.astype(object).map(lambda cell: guard(clean_text(cell)) if isinstance(cell, str) else cell)


def guard(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def clean_text(text: str) -> str:
    """Leave out controls, marks that turn a line around, and broken halves of characters, which no format takes."""
    return _CONTROLS.sub("", text)
