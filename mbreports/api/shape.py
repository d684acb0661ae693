"""ManageBac's JSON to columns: checked as it is read, gathered in compact arrays, never one frame per answer."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.api.checks import Misshapen, Where, index_of, items, mapping, text, whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

__all__ = ["Marks", "class_day", "explode_categories", "homeroom_day", "integers", "pivot_periods", "texts"]

_PERIOD = re.compile(r"-?[0-9]{1,5}")
_NONE = -(2**15)
"""Stands for a missing code in the arrays: no code of the API is that low (one that were is refused)."""


@dataclass
class Marks:
    """The marks of one answer, or of many: a row each, an empty answer's with status and period missing."""

    students: array[int] = field(default_factory=lambda: array("q"))
    periods: array[int] = field(default_factory=lambda: array("h"))
    codes: array[int] = field(default_factory=lambda: array("h"))
    labels: list[str | None] = field(default_factory=list)
    notes: list[str | None] = field(default_factory=list)

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.students)

    def add(self, student: int, mark: dict[str, Any] | None, where: Where, period: int = _NONE) -> None:
        """Take in one mark, or an empty answer."""
        self.students.append(student)
        if not mark:
            self.periods.append(_NONE)
            self.codes.append(_NONE)
            self.labels.append(None)
            self.notes.append(None)
            return
        category = mapping(mark.get("category"), (*where, "category"))
        self.periods.append(period)
        self.codes.append(_code(category, (*where, "category")))
        self.labels.append(_interned(text(mark, "status", where)))
        self.notes.append(_interned(text(mark, "note", where)))

    def extend(self, other: Marks) -> None:
        """Take in the marks of another answer."""
        self.students.extend(other.students)
        self.periods.extend(other.periods)
        self.codes.extend(other.codes)
        self.labels.extend(other.labels)
        self.notes.extend(other.notes)

    def frame(self) -> pd.DataFrame:
        """Give the rows as they came: ``student_id, period, status, label, note``."""
        return pd.DataFrame(
            {
                "student_id": np.array(self.students, dtype="int64"),
                "period": _codes(self.periods),
                "status": _codes(self.codes),
                "label": texts(self.labels),
                "note": texts(self.notes),
            }
        )


_words: dict[str, str] = {}
_MOST_WORDS = 10_000


def _interned(word: str | None) -> str | None:
    """Give the same object for the same short word: thousands of marks share a dozen labels."""
    if word is None or len(word) > 64 or len(_words) > _MOST_WORDS:  # noqa: PLR2004
        return word
    return _words.setdefault(word, word)


def _code(holder: dict[str, Any], where: Where, key: str = "status") -> int:
    code: int = whole(holder, key, where, bits=16)
    if code == _NONE:
        raise Misshapen((*where, key), "must be a code")
    return code


def _codes(values: array[int]) -> pd.api.extensions.ExtensionArray:
    numbers = np.array(values, dtype="int16")
    return pd.arrays.IntegerArray(numbers, numbers == _NONE)


def texts(values: Sequence[str | None]) -> pd.Series[Any]:
    """Give a column of text; the few different labels of many marks are converted once each."""
    if not values:
        return pd.Series(dtype="str")
    known: dict[str | None, int] = {}
    places = np.fromiter((known.setdefault(value, len(known)) for value in values), dtype="int64", count=len(values))
    words: pd.Series[Any] = pd.Series(list(known), dtype="str")
    return words.take(places).reset_index(drop=True)


def integers(values: Iterable[int | None], dtype: str) -> pd.Series[Any]:
    """Give a column of whole numbers."""
    column: pd.Series[Any] = pd.Series(pd.array(list(values), dtype="Int64"))
    return column.astype(pd.api.types.pandas_dtype(dtype))


def _students(document: Any) -> list[tuple[int, dict[str, Any], Where]]:
    """Give the students of an attendance answer: id, object and place; nobody may come twice."""
    seen: set[int] = set()
    out = []
    for number, each in enumerate(items(mapping(document), "students")):
        where: Where = ("students", number)
        student = mapping(each, where)
        student_id: int = whole(student, "id", where)
        if student_id in seen:
            raise Misshapen((*where, "id"), "comes twice")
        seen.add(student_id)
        out.append((student_id, student, where))
    return out


def explode_categories(document: Any) -> dict[str, Any]:
    """Give a row per student and status of a term's answer; a student without any: status missing, count 0."""
    ids, codes, labels, counts = array("q"), array("h"), [], array("q")
    for student_id, student, where in _students(document):
        summed = mapping(student.get("attendance"), (*where, "attendance"))
        listed = items(student, "attendance_categories", where, optional=not any(summed.values()))
        for number, each in enumerate(listed):
            spot = (*where, "attendance_categories", number)
            category = mapping(each, spot)
            ids.append(student_id)
            codes.append(_code(category, spot))
            labels.append(_interned(text(category, "label", spot)))
            counts.append(whole(category, "value", spot))
        if not listed:
            ids.append(student_id)
            codes.append(_NONE)
            labels.append(None)
            counts.append(0)
    return {
        "student_id": np.array(ids, dtype="int64"),
        "status": _codes(codes),
        "label": texts(labels),
        "count": np.array(counts, dtype="int64"),
    }


def homeroom_day(document: Any) -> Marks:
    """Give a row per student of a homeroom's day."""
    marks = Marks()
    for student_id, student, where in _students(document):
        spot = (*where, "attendance")
        marks.add(student_id, mapping(student.get("attendance"), spot), spot)
    return marks


def class_day(document: Any) -> Marks:
    """Give a row per student and period of a class's day, the periods as the school prints them."""
    offset = _offset(mapping(document))
    marks = Marks()
    for student_id, student, where in _students(document):
        spot = (*where, "attendance")
        periods = mapping(student.get("attendance"), spot)
        if not periods:
            marks.add(student_id, None, spot)
        seen: set[int] = set()
        for key, mark in periods.items():
            period = _printed(key, offset, (*spot, key))
            if period in seen:
                raise Misshapen((*spot, key), "is a period that comes twice")
            seen.add(period)
            marks.add(student_id, _filled(mark, (*spot, key)), (*spot, key), period)
    return marks


def _filled(mark: Any, where: Where) -> dict[str, Any]:
    if not mapping(mark, where):
        raise Misshapen(where, "must hold a mark: a period without one is left out")
    return mapping(mark)


def _offset(document: dict[str, Any]) -> int:
    where: Where = ("timetable",)
    timetable = mapping(document.get("timetable") or {}, where)
    offset: int | None = whole(timetable, "period_offset", where, bits=16, optional=True)
    if offset is not None:
        return offset
    first: int | None = whole(timetable, "period_starts_count_from", where, bits=16, optional=True)
    return 0 if first is None else first - 1


def _printed(key: str, offset: int, where: Where) -> int:
    if not _PERIOD.fullmatch(key):
        raise Misshapen(where, "must be named by the number of a period")
    period = int(key) + offset
    if period == _NONE:
        raise Misshapen(where, "must be a period")
    return index_of(period, where, bits=16)


def pivot_periods(marks: Marks) -> pd.DataFrame:
    """Give one row per student; columns of two levels, field and printed period (missing where nobody has a mark)."""
    frame = marks.frame()
    fields = ["status", "label", "note"]
    students = pd.Index(frame["student_id"].unique(), name="student_id", dtype="int64")
    held = frame[frame["period"].notna()].astype({"period": "int64"})
    known = sorted(held["period"].unique())
    periods = pd.Index(known, dtype="int64") if known else pd.Index([float("nan")])
    columns = pd.MultiIndex.from_product([fields, periods], names=["field", "period"])
    dtypes = {column: "Int16" if column[0] == "status" else "str" for column in columns}
    if not known:
        empty = pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in dtypes.items()}, index=students)
        return empty.set_axis(columns, axis="columns")
    wide = held.pivot(index="student_id", columns="period", values=fields)  # noqa: PD010 -- a second mark has to stop it
    return wide.reindex(index=students, columns=columns).astype(dtypes)


def days_of(dates: Iterable[dt.date | None]) -> pd.Series[Any]:
    """Give a column of dates."""
    return pd.Series(pd.array(list(dates), dtype="datetime64[us]"))  # type: ignore[call-overload]
