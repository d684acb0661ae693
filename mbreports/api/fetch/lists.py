"""The lists that turn ids into names, and excusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import Call, checked_day, checked_id
from mbreports.api.checks import index_of
from mbreports.api.fetch.asked import ask, ids_in
from mbreports.api.pages import rows_of
from mbreports.api.tables import Column, paged_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from mbreports.api.client import Client

__all__ = ["class_students", "classes", "memberships", "students", "teachers", "year_groups"]

STUDENT = (
    Column("student_id", "int64", "id"),
    Column("school_id", "str", "student_id"),
    Column("last_name"),
    Column("first_name"),
    Column("middle_name"),
    Column("nickname"),
    Column("email"),
    Column("gender"),
    Column("year_group_id", "Int64"),
    Column("homeroom_advisor_id", "Int64"),
    Column("class_grade"),
    Column("program"),
    Column("program_code"),
    Column("archived", "boolean"),
)
_TEACHER = (
    Column("teacher_id", "int64", "id"),
    Column("last_name"),
    Column("first_name"),
    Column("email"),
    Column("role"),
    Column("archived", "boolean"),
)
_YEAR_GROUP = (
    Column("year_group_id", "int64", "id"),
    Column("name"),
    Column("short_name"),
    Column("program"),
    Column("program_code"),
    Column("grade"),
    Column("archived", "boolean"),
)
_CLASS = (
    Column("class_id", "int64", "id"),
    Column("name"),
    Column("start_term_id", "Int64"),
    Column("end_term_id", "Int64"),
    Column("grade"),
    Column("program"),
    Column("program_code"),
    Column("subject_id", "Int64"),
    Column("subject_name"),
    Column("subject_group"),
)
_MEMBERSHIP = (
    Column("membership_id", "int64", "id"),
    Column("user_id", "int64"),
    Column("class_id", "int64"),
    Column("role"),
    Column("user_email"),
)


def students(
    client: Client,
    *,
    archived: bool | None = None,
    year_group_ids: int | Iterable[int] | None = None,
    homeroom_advisor_ids: int | Iterable[int] | None = None,
    q: str | None = None,
) -> pd.DataFrame:
    """
    Fetch the school's students.

    Parameters
    ----------
    client
        The connection.
    archived
        Only the archived ones, only the others, or (None) all.
    year_group_ids, homeroom_advisor_ids
        Only those of these year groups, or these homeroom advisors.
    q
        Only those whose name, e-mail or id ManageBac finds by this text.

    Returns
    -------
    pandas.DataFrame
        One row per student, in the API's order.

        ===================  =======  ====================================
        student_id           int64    ManageBac's id
        school_id            str      the school's own id
        last_name            str
        first_name           str
        middle_name          str
        nickname             str
        email                str
        gender               str
        year_group_id        Int64
        homeroom_advisor_id  Int64    a teacher's id
        class_grade          str
        program              str
        program_code         str
        archived             boolean
        ===================  =======  ====================================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotAllowed
        The token lacks the right.

    Source: ``GET /students``.
    """
    call = Call.to(
        "students",
        "students",
        archived=archived,
        year_group_ids=None if year_group_ids is None else ids_in(year_group_ids, "year_group_ids"),
        homeroom_advisor_ids=None
        if homeroom_advisor_ids is None
        else ids_in(homeroom_advisor_ids, "homeroom_advisor_ids"),
        q=q,
    )
    return _table(client, call, STUDENT)


def teachers(client: Client) -> pd.DataFrame:
    """
    Fetch the school's teachers.

    Parameters
    ----------
    client
        The connection.

    Returns
    -------
    pandas.DataFrame
        One row per teacher, in the API's order.

        ==========  =======  ==============
        teacher_id  int64    ManageBac's id
        last_name   str
        first_name  str
        email       str
        role        str
        archived    boolean
        ==========  =======  ==============

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotAllowed
        The token lacks the right.

    Source: ``GET /teachers``.
    """
    return _table(client, Call.to("teachers", "teachers"), _TEACHER)


def year_groups(client: Client, *, archived: bool | None = None) -> pd.DataFrame:
    """
    Fetch the school's year groups.

    Parameters
    ----------
    client
        The connection.
    archived
        Only the archived ones, only the others, or (None) as ManageBac gives them.

    Returns
    -------
    pandas.DataFrame
        One row per year group, in the API's order.

        =============  =======  ==============================
        year_group_id  int64    ManageBac's id
        name           str
        short_name     str
        program        str      such as ``IB Diploma``
        program_code   str      such as ``diploma``
        grade          str      such as ``Grade 12``
        archived       boolean
        =============  =======  ==============================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotAllowed
        The token lacks the right.

    Source: ``GET /year-groups``.
    """
    return _table(client, Call.to("year-groups", "year_groups", archived=archived), _YEAR_GROUP)


def classes(client: Client, *, archived: bool | None = None) -> pd.DataFrame:
    """
    Fetch the school's classes.

    Parameters
    ----------
    client
        The connection.
    archived
        True: the archived ones; left out, the active ones.

    Returns
    -------
    pandas.DataFrame
        One row per class, in the API's order.

        =============  ======  ==================================
        class_id       int64   ManageBac's id
        name           str
        start_term_id  Int64   the first term in which it runs
        end_term_id    Int64   the last
        grade          str
        program        str
        program_code   str
        subject_id     Int64
        subject_name   str
        subject_group  str
        =============  ======  ==================================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotAllowed
        The token lacks the right.

    Source: ``GET /classes``.
    """
    return _table(client, Call.to("classes", "classes", archived=archived), _CLASS)


def class_students(client: Client, class_id: int, *, include_archived_students: bool = False) -> pd.DataFrame:
    """
    Fetch who is in a class.

    Parameters
    ----------
    client
        The connection.
    class_id
        ManageBac's id.
    include_archived_students
        Whether archived students are in it too.

    Returns
    -------
    pandas.DataFrame
        One row per student, in the API's order: ``class_id`` (int64), ``student_id`` (int64).

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such class for this token.

    Source: ``GET /classes/{id}/students``.
    """
    number = checked_id(class_id, "class_id")
    call = Call.to(
        f"classes/{number}/students", "student_ids", include_archived_students=bool(include_archived_students)
    )

    def make(pages: Any) -> pd.DataFrame:
        rows = rows_of(pages, "student_ids")
        ids = [index_of(each, ("student_ids", place)) for place, each in enumerate(rows)]
        return pd.DataFrame({"class_id": number, "student_id": pd.Series(ids, dtype="int64")}).astype("int64")

    frame: pd.DataFrame = ask(client, call, make)
    return frame


def memberships(
    client: Client,
    *,
    class_ids: int | Iterable[int] | None = None,
    user_ids: int | Iterable[int] | None = None,
    class_happens_on: str | dt.date | None = None,
) -> pd.DataFrame:
    """
    Fetch who belongs to which class, students and teachers.

    Parameters
    ----------
    client
        The connection.
    class_ids, user_ids
        Only those of these classes, or these students and teachers.
    class_happens_on
        Only those of classes that happen on this date.

    Returns
    -------
    pandas.DataFrame
        One row per membership, in the API's order.

        =============  =====  ===============================
        membership_id  int64  ManageBac's id
        user_id        int64  a student's or teacher's id
        class_id       int64
        role           str    ``Student`` or ``Teacher``
        user_email     str
        =============  =====  ===============================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotAllowed
        The token lacks the right.

    Source: ``GET /memberships``.
    """
    call = Call.to(
        "memberships",
        "memberships",
        class_ids=None if class_ids is None else ids_in(class_ids, "class_ids"),
        user_ids=None if user_ids is None else ids_in(user_ids, "user_ids"),
        class_happens_on=None if class_happens_on is None else checked_day(class_happens_on, "class_happens_on"),
    )
    return _table(client, call, _MEMBERSHIP)


def _table(client: Client, call: Call, columns: tuple[Column, ...]) -> pd.DataFrame:
    frame: pd.DataFrame = ask(client, call, paged_table(call.rows or "", columns))
    return frame
