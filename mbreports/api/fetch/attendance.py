"""Attendance of one class or homeroom: a term's totals, a day's marks, the corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api import shape
from mbreports.api.address import Call, checked_day, checked_id
from mbreports.api.checks import items, mapping, whole
from mbreports.api.fetch.asked import ask
from mbreports.api.tables import Column, table
from mbreports.frames.columns import ADJUSTMENTS, TOTALS, conform

if TYPE_CHECKING:
    import datetime as dt

    from mbreports.api.client import Client

__all__ = ["adjustments", "class_date", "class_term", "homeroom_date", "homeroom_term"]

_DAY = {"student_id": "int64", "status": "Int16", "label": "str", "note": "str"}
_ADJUSTMENT = (Column("adjustment_id", "int64", "id"), Column("label", "str", "name"), Column("adjustment", "int64"))


def class_term(client: Client, class_id: int, term_id: int, *, archived_students: bool = False) -> pd.DataFrame:
    """
    Fetch a class's totals of one term, the categories exploded.

    Parameters
    ----------
    client
        The connection.
    class_id, term_id
        ManageBac's ids.
    archived_students
        Whether archived students are in it too.

    Returns
    -------
    pandas.DataFrame
        One row per student and status, in the API's order; a student without any keeps one row: status missing,
        count 0.

        ==========  ======  ====================================
        student_id  int64   ManageBac's id
        status      Int16   code; -1 where nobody took the register
        label       str     the school's word for it
        count       int64   sessions
        ==========  ======  ====================================

        No students: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such class or term for this token, or the class does not run in that term.

    Source: ``GET /classes/{id}/attendance/term/{term_id}``.
    """
    path = f"classes/{checked_id(class_id, 'class_id')}/attendance/term/{checked_id(term_id, 'term_id')}"
    frame: pd.DataFrame = ask(client, Call.to(path, archived_students=bool(archived_students)), totals_of)
    return frame


def homeroom_term(client: Client, year_group_id: int, term_id: int, *, archived_students: bool = False) -> pd.DataFrame:
    """
    Fetch a year group's homeroom totals of one term, the categories exploded.

    Parameters
    ----------
    client
        The connection.
    year_group_id, term_id
        ManageBac's ids; the term is one of the year group's own programme.
    archived_students
        Whether archived students are in it too.

    Returns
    -------
    pandas.DataFrame
        One row per student and status, in the API's order; a student without any keeps one row: status missing,
        count 0.

        ==========  ======  ====================================
        student_id  int64   ManageBac's id
        status      Int16   code; -1 where nobody took the register
        label       str     the school's word for it
        count       int64   sessions
        ==========  ======  ====================================

        No students: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such year group or term for this token.

    Source: ``GET /year-groups/{id}/homeroom/attendance/term/{term_id}``.
    """
    frame: pd.DataFrame = ask(
        client, totals_call(year_group_id, term_id, archived_students=archived_students), totals_of
    )
    return frame


def class_date(client: Client, class_id: int, date: str | dt.date) -> pd.DataFrame:
    """
    Fetch a class's marks of one day as a matrix of students and periods.

    Parameters
    ----------
    client
        The connection.
    class_id
        ManageBac's id.
    date
        Within the class's dates: ``yyyy-mm-dd``, a date or a timestamp.

    Returns
    -------
    pandas.DataFrame
        One row per student (index ``student_id``), in the API's order. Columns of two levels, ``field`` (``status``
        Int16, ``label`` str, ``note`` str) and ``period`` (the number that the school prints, ascending), so that
        ``frame["status"]`` is the matrix of codes. A student without a mark keeps a row, all missing.

        No marks at all (a day off): one column per field, its period missing, and all of it missing.

    Raises
    ------
    NotFound
        No such class for this token, or the date is not within its dates.

    Source: ``GET /classes/{id}/attendance/date/{date}``.
    """
    call = day_call("classes", class_id, date)
    frame: pd.DataFrame = ask(client, call, lambda document: shape.pivot_periods(shape.class_day(document)))
    return frame


def homeroom_date(client: Client, year_group_id: int, date: str | dt.date) -> pd.DataFrame:
    """
    Fetch a year group's homeroom marks of one day.

    Parameters
    ----------
    client
        The connection.
    year_group_id
        ManageBac's id.
    date
        ``yyyy-mm-dd``, a date or a timestamp.

    Returns
    -------
    pandas.DataFrame
        One row per student, in the API's order; an empty answer (a day off, a day in the future) is all missing.

        ==========  ======  ====================================
        student_id  int64   ManageBac's id
        status      Int16   code; -1 where nobody took the register
        label       str     the school's word for it
        note        str     what was noted
        ==========  ======  ====================================

        No students: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such year group for this token.

    Source: ``GET /year-groups/{id}/homeroom/attendance/date/{date}``.
    """
    call = day_call("year-groups", year_group_id, date)
    frame: pd.DataFrame = ask(client, call, lambda document: conform(shape.homeroom_day(document).frame(), _DAY))
    return frame


def adjustments(client: Client, year_group_id: int, term_id: int) -> pd.DataFrame:
    """
    Fetch the corrections that an admin made to a year group's homeroom totals of one term.

    Parameters
    ----------
    client
        The connection.
    year_group_id, term_id
        ManageBac's ids.

    Returns
    -------
    pandas.DataFrame
        One row per adjustment, in the API's order; only students who have some.

        =============  ======  ====================================
        student_id     int64   ManageBac's id
        adjustment_id  int64   the adjustment's id
        label          str     the name of the category
        adjustment     int64   sessions added, or (below 0) taken off
        =============  ======  ====================================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such year group or term for this token.

    Source: ``GET /year-groups/{id}/homeroom/attendance/term/{term_id}/adjustments``.
    """
    frame: pd.DataFrame = ask(client, adjustments_call(year_group_id, term_id), adjustments_of)
    return frame


def totals_call(year_group_id: int, term_id: int, *, archived_students: bool = False) -> Call:
    """Give the call for a homeroom's totals."""
    group, term = checked_id(year_group_id, "year_group_id"), checked_id(term_id, "term_id")
    path = f"year-groups/{group}/homeroom/attendance/term/{term}"
    return Call.to(path, archived_students=bool(archived_students))


def adjustments_call(year_group_id: int, term_id: int) -> Call:
    """Give the call for a homeroom's corrections."""
    return Call.to(totals_call(year_group_id, term_id).path + "/adjustments")


def day_call(kind: str, group_id: int, date: str | dt.date) -> Call:
    """Give the call for one day of a class or a homeroom."""
    name, middle = ("class_id", "") if kind == "classes" else ("year_group_id", "homeroom/")
    return Call.to(
        f"{kind}/{checked_id(group_id, name)}/{middle}attendance/date/{checked_day(date, 'date').isoformat()}"
    )


def totals_of(document: Any) -> pd.DataFrame:
    """Give the frame of a term's answer."""
    return conform(pd.DataFrame(shape.explode_categories(document)), TOTALS)


def adjustments_of(document: Any) -> pd.DataFrame:
    """Give the frame of an answer of corrections."""
    frames = [table([], _ADJUSTMENT).assign(student_id=pd.Series(dtype="int64"))]
    for number, each in enumerate(items(mapping(document), "students")):
        where = ("students", number)
        student = mapping(each, where)
        rows = items(student, "attendance_adjustments", where)
        student_id = whole(student, "id", where)
        if rows:
            frames.append(table(rows, _ADJUSTMENT, (*where, "attendance_adjustments")).assign(student_id=student_id))
    return conform(pd.concat(frames[1:] or frames), ADJUSTMENTS | {"adjustment_id": "int64"})
