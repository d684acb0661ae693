"""Excusals: who was excused from when to when, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mbreports.api.address import Call, checked_day
from mbreports.api.fetch.asked import dated, ids_in
from mbreports.api.many import read_many
from mbreports.api.tables import Column, columns_of, paged_table
from mbreports.frames.columns import DATE, INSTANT, conform, empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from mbreports.api.client import Client

__all__ = ["EXCUSAL", "EXCUSED", "excusals", "excusals_call", "excusals_of"]

EXCUSAL = (
    Column("excusal_id", "int64", "id"),
    Column("student_id", "int64"),
    Column("parent_id", "Int64"),
    Column("start_date", DATE),
    Column("end_date", DATE),
    Column("duration", "Int16"),
    Column("comment"),
    Column("created_at", INSTANT),
    Column("updated_at", INSTANT),
)
EXCUSED = columns_of(EXCUSAL)


def excusals(
    client: Client,
    student_ids: int | Iterable[int],
    *,
    applies_on: str | dt.date | None = None,
) -> pd.DataFrame:
    """
    Fetch the excusals of one student or many.

    Parameters
    ----------
    client
        The connection.
    student_ids
        ManageBac's ids, one or many; each is asked once.
    applies_on
        Only those that cover this date.

    Returns
    -------
    pandas.DataFrame
        One row per excusal, the students in the given order, each one's excusals in the API's.

        ==========  ==================  ====================================
        excusal_id  int64               ManageBac's id
        student_id  int64
        parent_id   Int64               who sent it
        start_date  datetime64[us]      the first day
        end_date    datetime64[us]      the last day, included
        duration    Int16               days
        comment     str
        created_at  datetime64[us, UTC]
        updated_at  datetime64[us, UTC]
        ==========  ==================  ====================================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such student for this token.
    NotAllowed
        The token lacks the right (``students/excusals/index``).

    Source: ``GET /students/{id}/excusals``.
    """
    day = None if applies_on is None else checked_day(applies_on, "applies_on")
    calls = [excusals_call(student, day) for student in ids_in(student_ids, "student_ids")]
    answers = [each for each in read_many(client, calls, excusals_of, what="excusals") if each is not None]
    frames = [each.value for each in answers if len(each.value)]
    frame = conform(pd.concat(frames), EXCUSED) if frames else empty(EXCUSED)
    return dated(frame, answers)


def excusals_call(student_id: int, applies_on: dt.date | None = None) -> Call:
    """Give the call for a student's excusals."""
    return Call.to(f"students/{student_id}/excusals", "excusals", applies_on=applies_on)


excusals_of = paged_table("excusals", EXCUSAL)
"""What makes a frame of a student's excusals."""
