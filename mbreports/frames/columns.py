"""The columns and dtypes of every public frame, and `conform`, which gives a frame just these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from mbreports.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ADJUSTMENTS",
    "CATEGORIES",
    "CLASSES",
    "DATE",
    "EXCUSALS",
    "INSTANT",
    "MARKS",
    "SCHOOL_DAYS",
    "STUDENTS",
    "TERMS",
    "TOTALS",
    "Columns",
    "conform",
    "empty",
]

Columns = dict[str, str]
"""A column's name and its dtype, in the frame's order."""

DATE: Final = "datetime64[us]"
INSTANT: Final = "datetime64[us, UTC]"

MARKS: Columns = {
    "date": DATE,
    "year_group_id": "Int64",
    "class_id": "Int64",
    "student_id": "int64",
    "period": "Int16",
    "status": "Int16",
    "label": "str",
    "note": "str",
}
"""One row per mark; an empty answer keeps one row, with status (and period) missing."""

TOTALS: Columns = {"student_id": "int64", "status": "Int16", "label": "str", "count": "int64"}
"""One row per student and status of ManageBac's term totals; a student without any: status missing, count 0."""

ADJUSTMENTS: Columns = {"student_id": "int64", "adjustment_id": "Int64", "label": "str", "adjustment": "int64"}
"""One row per adjustment: a signed number of sessions, by label."""

EXCUSALS: Columns = {
    "excusal_id": "Int64",
    "student_id": "int64",
    "parent_id": "Int64",
    "start_date": DATE,
    "end_date": DATE,
    "duration": "Int16",
    "comment": "str",
    "created_at": INSTANT,
    "updated_at": INSTANT,
}
"""One row per excusal; its days run from `start_date` to `end_date`, both included."""

STUDENTS: Columns = {
    "student_id": "int64",
    "school_id": "str",
    "last_name": "str",
    "first_name": "str",
    "year_group_id": "Int64",
    "year_group": "str",
    "homeroom": "str",
    "archived": "boolean",
}
"""One row per student of the term, those without a mark included; `school_id` is the school's own id."""

SCHOOL_DAYS: Columns = {"date": DATE, "year_group_id": "Int64", "rotation_day": "Int16"}
"""One row per school day and year group (missing: every year group), days after the as-of date included."""

CATEGORIES: Columns = {
    "status": "Int16",
    "label": "str",
    "abbreviation": "str",
    "enabled": "boolean",
    "color_code": "str",
}
"""One row per attendance category of the school."""

CLASSES: Columns = {"class_id": "int64", "name": "str", "subject": "str", "teachers": "str"}
"""One row per class that has marks; `teachers` are names, joined by a comma."""

TERMS: Columns = {
    "term_id": "Int64",
    "name": "str",
    "programme": "str",
    "academic_year_id": "Int64",
    "academic_year": "str",
    "starts_on": DATE,
    "ends_on": DATE,
    "active": "boolean",
}
"""One row per term and programme."""

_INTEGERS = {"int64", "Int64", "Int16"}
_WRITTEN = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
_UNWRITTEN = ("", "none")


def empty(columns: Mapping[str, str]) -> pd.DataFrame:
    """Give a frame of no rows with these columns and dtypes."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})


def conform(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    *,
    required: tuple[str, ...] = (),
    name: str = "frame",
) -> pd.DataFrame:
    """
    Give just these columns, in this order, with these dtypes; whatever does not fit is said, all at once.

    Parameters
    ----------
    frame
        The frame; it is left as it was. Dates may be text (``yyyy-mm-dd``), numbers may be text.
    columns
        Column names and their dtypes.
    required
        Columns that have to be there; any other that is not is added, all missing.
    name
        What to call the frame in an error.

    Returns
    -------
    pandas.DataFrame
        The rows of `frame` in their order, with a fresh index from 0. No rows: the same columns and dtypes.

    Raises
    ------
    FrameError
        A required column is not there, or a column holds what its dtype cannot (the first such value is named).
    """
    problems = [f"{name}: there is no column {column!r}" for column in required if column not in frame.columns]
    twice = set(frame.columns[frame.columns.duplicated()])
    problems += [f"{name}: there are two columns {column!r}" for column in columns if column in twice]
    out: dict[str, pd.Series[Any]] = {}
    for column, dtype in columns.items():
        if column not in frame.columns or column in twice:
            out[column] = pd.Series(_missing(dtype), index=range(len(frame)), dtype=dtype)
            continue
        values = frame[column].reset_index(drop=True)
        try:
            out[column] = _cast(values, dtype)
        except (ValueError, TypeError, OverflowError) as error:
            problems.append(f"{name}: column {column!r} {_complaint(values, dtype, error)}")
    if problems:
        raise FrameError(problems)
    return pd.DataFrame(out)


def _missing(dtype: str) -> object:
    return {"int64": 0, "float64": np.nan}.get(dtype, pd.NaT if dtype.startswith("datetime64") else None)


def _cast(values: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    if str(values.dtype) == dtype:
        return values
    if dtype.startswith("datetime64"):
        return _instants(values) if dtype == INSTANT else _dates(values)
    if dtype in _INTEGERS:
        return _integers(values, dtype)
    if dtype == "str":
        return _texts(values)
    if dtype == "boolean":
        return _truths(values)
    return values.astype(pd.api.types.pandas_dtype(dtype))


def _dates(values: pd.Series[Any]) -> pd.Series[Any]:
    dates = pd.to_datetime(values, format="ISO8601" if values.dtype in ("object", "str") else None)
    if dates.dt.tz is not None:
        raise ValueError("has a time zone; give the school's own dates")
    if (dates.notna() & (dates != dates.dt.normalize())).any():
        raise ValueError("has times of day; give dates")
    return dates.astype(DATE)


def _instants(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(values, utc=True, format="ISO8601" if values.dtype in ("object", "str") else None).astype(
        INSTANT
    )


def _texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Text as it stands; whole numbers that a missing value beside them turned into floats are whole again."""
    if values.dtype.kind == "f" and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("object").where(values.notna(), None).map(str, na_action="ignore").astype("str")


def _truths(values: pd.Series[Any]) -> pd.Series[Any]:
    """Booleans, also written: true or false, 1 or 0, in any case; an empty text is missing."""
    if values.dtype.kind in "bif":
        return values.astype("boolean")
    written = values.astype("object").where(values.notna(), None).map(lambda value: str(value).strip().casefold())
    known = written.map(_WRITTEN)
    if (known.isna() & ~written.isin(_UNWRITTEN)).any():
        raise ValueError("has other words")
    return known.astype("boolean")


def _integers(values: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(values):
        raise ValueError("has true and false")
    if values.dtype in ("object", "str"):
        values = pd.to_numeric(values.astype("object").where(values.notna(), None))
    numbers = values.astype("Int64")
    if dtype == "int64" and numbers.isna().any():
        raise ValueError("has missing values")
    if dtype == "Int16" and ((numbers < -(2**15)) | (numbers >= 2**15)).any():
        raise ValueError("has numbers beyond 16 bits")
    return numbers.astype(pd.api.types.pandas_dtype(dtype))


def _complaint(values: pd.Series[Any], dtype: str, error: Exception) -> str:
    """Say in words what a column should hold, and the first value that is not so."""
    wanted = {
        DATE: "dates (yyyy-mm-dd)",
        INSTANT: "instants (ISO 8601)",
        "boolean": "true or false",
        "str": "text",
    }.get(dtype, "whole numbers" if dtype in _INTEGERS else dtype)
    row, detail = _first_wrong(values, dtype, error)
    reason = f" ({detail})" if str(detail).startswith("has ") else ""
    return f"must hold {wanted}; row {row} holds {values.iloc[[row]].tolist()[0]!r}{reason}"


def _first_wrong(values: pd.Series[Any], dtype: str, error: Exception) -> tuple[int, Exception]:
    """Find the first row whose value does not fit, by halves: a long column is read a few times, not value by value."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            _cast(values.iloc[low:middle], dtype)
        except (ValueError, TypeError, OverflowError) as wrong:
            high, error = middle, wrong
        else:
            low = middle
    return low, error
