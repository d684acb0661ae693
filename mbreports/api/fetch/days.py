"""The marks of many homerooms or classes on many days, asked at once, in the long form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mbreports.api import shape
from mbreports.api.fetch.asked import Ages, dated, days_in, ids_in
from mbreports.api.fetch.attendance import day_call
from mbreports.api.many import read_many
from mbreports.errors import NotFound, Rejected
from mbreports.frames.columns import MARKS, conform, empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import pandas as pd

    from mbreports.api.answers import Answer
    from mbreports.api.client import Client

__all__ = ["class_dates", "homeroom_dates"]

_ORDER = ["date", "group", "student_id", "period"]


def homeroom_dates(
    client: Client,
    year_group_ids: int | Iterable[int],
    dates: str | dt.date | Iterable[str | dt.date],
) -> pd.DataFrame:
    """
    Fetch the homeroom marks of one or many year groups on one or many days.

    Many are asked at once, with a progress bar on stderr where that is a terminal. Every year group and day is asked
    once, however often it is named.

    Parameters
    ----------
    client
        The connection.
    year_group_ids
        ManageBac's ids, one or many.
    dates
        One or many: ``yyyy-mm-dd``, dates, timestamps, a ``pandas.date_range``.

    Returns
    -------
    pandas.DataFrame
        One row per mark, sorted by date, year group and student whatever came first. An empty answer (a day off)
        keeps its row: status missing.

        =============  ==================  ====================================
        date           datetime64[us]
        year_group_id  Int64               ManageBac's id
        class_id       Int64               missing
        student_id     int64               ManageBac's id
        period         Int16               missing
        status         Int16               code; -1 where nobody took the register
        label          str                 the school's word for it
        note           str                 what was noted
        =============  ==================  ====================================

        Nothing asked, or no students: no rows, same columns and dtypes.

    Raises
    ------
    ApiError
        One answer could not be had; the message names it. What was fetched is in the cache for the next try.

    Source: ``GET /year-groups/{id}/homeroom/attendance/date/{date}``.
    """
    pairs = [(day, group) for day in days_in(dates) for group in ids_in(year_group_ids, "year_group_ids")]
    return marks_of(client, "year-groups", pairs)


def class_dates(
    client: Client,
    class_ids: int | Iterable[int],
    dates: str | dt.date | Iterable[str | dt.date],
) -> pd.DataFrame:
    """
    Fetch the marks of one or many classes on one or many days, a row per period.

    Many are asked at once, with a progress bar on stderr where that is a terminal. Every class and day is asked once,
    however often it is named.

    Parameters
    ----------
    client
        The connection.
    class_ids
        ManageBac's ids, one or many.
    dates
        One or many, within the classes' dates: ``yyyy-mm-dd``, dates, timestamps, a ``pandas.date_range``.

    Returns
    -------
    pandas.DataFrame
        One row per mark, sorted by date, class, student and period whatever came first. An empty answer (a day off)
        keeps one row: period and status missing.

        =============  ==================  ====================================
        date           datetime64[us]
        year_group_id  Int64               missing
        class_id       Int64               ManageBac's id
        student_id     int64               ManageBac's id
        period         Int16               the period as the school prints it
        status         Int16               code; -1 where nobody took the register
        label          str                 the school's word for it
        note           str                 what was noted
        =============  ==================  ====================================

        Nothing asked, or no students: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such class for this token, or a date is not within its dates.
    ApiError
        One answer could not be had; the message names it. What was fetched is in the cache for the next try.

    Source: ``GET /classes/{id}/attendance/date/{date}``.
    """
    pairs = [(day, group) for day in days_in(dates) for group in ids_in(class_ids, "class_ids")]
    return marks_of(client, "classes", pairs)


def marks_of(
    client: Client,
    kind: str,
    pairs: list[tuple[dt.date, int]],
    *,
    ages: Ages | None = None,
    skip_missing: bool = False,
) -> pd.DataFrame:
    """Give the marks of pairs of day and group; with `skip_missing`, a date that is refused has no register."""
    calls = [day_call(kind, group, day) for day, group in pairs]
    classes = kind == "classes"
    answers = read_many(
        client,
        calls,
        shape.class_day if classes else shape.homeroom_day,
        what="class days" if classes else "homeroom days",
        missing=(lambda error: isinstance(error, NotFound | Rejected)) if skip_missing else None,
    )
    held = [(pair, answer) for pair, answer in zip(pairs, answers, strict=True) if answer is not None]
    if ages is not None:
        for _, answer in held:
            ages.add(answer)
    frame = _long(held, "class_id" if classes else "year_group_id")
    return dated(frame, [answer for _, answer in held])


def _long(held: list[tuple[tuple[dt.date, int], Answer]], group: str) -> pd.DataFrame:
    every = shape.Marks()
    for _, answer in held:
        every.extend(answer.value)
    if not len(every):
        return empty(MARKS)
    sizes = [len(answer.value) for _, answer in held]
    days = np.array([day for (day, _), _ in held], dtype="datetime64[us]")
    frame = every.frame().assign(
        date=np.repeat(days, sizes),
        group=np.repeat(np.array([number for (_, number), _ in held], dtype="int64"), sizes),
    )
    frame = frame.sort_values(_ORDER, kind="stable")
    return conform(frame.rename(columns={"group": group}), MARKS)
