"""Lists of objects to frames: which key becomes which column, checked row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api import checks, shape
from mbreports.api.pages import rows_of
from mbreports.frames.columns import DATE, INSTANT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mbreports.api.checks import Where

__all__ = ["Column", "columns_of", "paged_table", "table"]


@dataclass(frozen=True)
class Column:
    """
    One column of a list.

    Attributes
    ----------
    name
        In the frame.
    dtype
        In the frame.
    key
        In the answer, where it has another name there.
    """

    name: str
    dtype: str = "str"
    key: str = ""

    def read(self, row: dict[str, Any], where: Where) -> Any:
        """Give the value of a row, None where it is missing."""
        key = self.key or self.name
        return _READERS[self.dtype](row, key, where)

    def series(self, values: list[Any]) -> Any:
        """Give the values as a column."""
        if self.dtype == "str":
            return shape.texts(values)
        if self.dtype == INSTANT:
            return pd.Series(pd.DatetimeIndex(values, dtype=INSTANT)) if values else pd.Series(dtype=INSTANT)
        if self.dtype == DATE:
            return shape.days_of(values)
        if self.dtype == "boolean":
            return pd.Series(pd.array(values, dtype="boolean"))
        return shape.integers(values, self.dtype)


_READERS: dict[str, Callable[[dict[str, Any], str, Where], Any]] = {
    "int64": checks.whole,
    "Int64": lambda row, key, where: checks.whole(row, key, where, optional=True),
    "Int16": lambda row, key, where: checks.whole(row, key, where, bits=16, optional=True),
    "str": lambda row, key, where: checks.text(row, key, where, number=True),
    "boolean": checks.boolean,
    DATE: lambda row, key, where: checks.day(row, key, where, optional=True),
    INSTANT: checks.instant,
}


def columns_of(columns: Sequence[Column]) -> dict[str, str]:
    """Give names and dtypes, for `conform`."""
    return {column.name: column.dtype for column in columns}


def table(rows: Sequence[Any], columns: Sequence[Column], where: Where = ()) -> pd.DataFrame:
    """Give a frame of just these columns, a row per object; keys that no column names are left aside."""
    values: list[list[Any]] = [[] for _ in columns]
    for number, each in enumerate(rows):
        spot = (*where, number)
        row = checks.mapping(each, spot)
        for place, column in enumerate(columns):
            values[place].append(column.read(row, spot))
    return pd.DataFrame({column.name: column.series(values[place]) for place, column in enumerate(columns)})


def paged_table(key: str, columns: Sequence[Column]) -> Callable[[Any], pd.DataFrame]:
    """Give what makes a frame of all pages of a list."""
    return lambda pages: table(rows_of(pages, key), columns, (key,))
