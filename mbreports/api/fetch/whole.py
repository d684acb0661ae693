"""`term`: everything of a term, fetched together, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.fetch.asked import Ages
from mbreports.api.fetch.attendance import adjustments_call, adjustments_of, totals_call, totals_of
from mbreports.api.fetch.days import marks_of
from mbreports.api.fetch.excused import excusals_call, excusals_of
from mbreports.api.fetch.lessons import class_parts
from mbreports.api.fetch.plan import Plan, plan_term
from mbreports.api.fetch.roster import roster, teacher_names, with_strangers
from mbreports.api.fetch.school import attendance_categories
from mbreports.api.many import read_many
from mbreports.errors import BadAnswer, FrameError, NotAllowed, NotFound
from mbreports.frames.columns import (
    ADJUSTMENTS,
    CATEGORIES,
    CLASSES,
    EXCUSALS,
    MARKS,
    SCHOOL_DAYS,
    TOTALS,
    conform,
    empty,
)
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from mbreports.api.address import Call
    from mbreports.api.client import Client

__all__ = ["term"]


@dataclass(frozen=True)
class _Kind:
    """One operation that is asked many times: what makes a frame of an answer, its columns, a word for it."""

    make: Callable[[Any], pd.DataFrame]
    columns: dict[str, str]
    what: str


_TOTALS = _Kind(totals_of, TOTALS, "totals")
_ADJUSTMENTS = _Kind(adjustments_of, ADJUSTMENTS, "adjustments")
_EXCUSALS = _Kind(excusals_of, EXCUSALS, "excusals")


def term(  # noqa: PLR0913 -- the contract's keywords
    client: Client,
    term_ids: int | Iterable[int],
    *,
    year_group_ids: int | Iterable[int] | None = None,
    class_marks: bool = False,
    excusals: bool = True,
    until: str | dt.date | None = None,
    weekend: Iterable[str] = ("Saturday", "Sunday"),
) -> TermAttendance:
    """
    Fetch everything of a term that a report needs, whole or not at all.

    Parameters
    ----------
    client
        The connection.
    term_ids
        A term's id, or the same term's id in each of several programmes.
    year_group_ids
        Only these year groups; else every active one of the terms' programmes. Each is asked with its own programme's
        term.
    class_marks
        Whether the marks of the classes are fetched too: thousands of answers. A class that has no register on a day
        (ManageBac says that the date is not within its dates) has no marks there.
    excusals
        Whether every student's excusals are fetched: one answer a student.
    until
        The last day that is asked for, and the report's as-of date; today where it is left out. No day in the future
        is asked for.
    weekend
        The days without school, where ManageBac has no calendar for the programme.

    Returns
    -------
    TermAttendance
        Every student of the year groups stands in ``students``, also one without a mark, and also one who appears in
        an answer only. ``school_days`` holds the days to come too. ``fetched_at`` is when the oldest answer behind it
        was given; ``stale`` says that ManageBac could not be reached for a newer one.

    Raises
    ------
    NotFound
        There is no such term or year group for this token; the message names those that there are.
    ValueError
        Two terms of one programme, a year group of another programme, no date, no name of a weekday.
    NotAllowed
        The token lacks the right for one of the operations; the message names it.
    ApiError
        One of the answers could not be had; the message says which. What was fetched is in the cache, so that the
        next try asks only for the rest.

    Source: ``GET /school/academic-years``, ``/year-groups``, ``/year-groups/{id}/students``, the calendar, homeroom
    attendance by date and by term, adjustments, ``/students/{id}/excusals``, and the classes' where asked for.
    """
    ages = Ages()
    plan = plan_term(client, term_ids, year_group_ids=year_group_ids, until=until, weekend=weekend, ages=ages)
    people = roster(client, plan, ages)
    parts: dict[str, pd.DataFrame] = _homeroom_parts(client, plan, ages)
    parts |= {"class_marks": empty(MARKS), "classes": empty(CLASSES)}
    names = teacher_names(client, ages)
    if class_marks:
        only = None if year_group_ids is None else set(people["student_id"])
        parts |= class_parts(client, plan, names, only=only, ages=ages)
    people = with_strangers(client, plan, people, parts, ages)
    parts["excusals"] = _excusals(client, people, ages) if excusals else empty(EXCUSALS)
    people = people.assign(homeroom=people["homeroom_advisor_id"].map(names))
    parts |= {"students": people.drop(columns="homeroom_advisor_id"), "school_days": _school_days(plan)}
    parts |= {"categories": _categories(client, plan, ages), "terms": plan.terms}
    try:
        return TermAttendance.from_frames(**_facts(plan), **parts, fetched_at=ages.instant, stale=ages.stale)
    except FrameError as error:
        problems = str(error)
    raise BadAnswer(f"the answers for term {plan.programmes[0].term_id} do not fit together: {problems}")


def _facts(plan: Plan) -> dict[str, Any]:
    ids = tuple(programme.term_id for programme in plan.programmes)
    names = dict.fromkeys(name for name in plan.terms["name"] if isinstance(name, str))
    return {
        "school": plan.school,
        "term_id": ids[0] if len(ids) == 1 else ids,
        "term_name": " / ".join(names) or None,
        "starts_on": min(programme.starts_on for programme in plan.programmes),
        "ends_on": max(programme.ends_on for programme in plan.programmes),
        "as_of": pd.Timestamp(plan.as_of),
    }


def _homeroom_parts(client: Client, plan: Plan, ages: Ages) -> dict[str, pd.DataFrame]:
    pairs = [(day, group.year_group_id) for group in plan.groups for day in plan.past(group.programme)]
    terms = [(group.year_group_id, group.programme.term_id) for group in plan.groups]
    return {
        "totals": _gathered(client, [totals_call(*each) for each in terms], _TOTALS, ages),
        "adjustments": _gathered(client, [adjustments_call(*each) for each in terms], _ADJUSTMENTS, ages),
        "marks": marks_of(client, "year-groups", pairs, ages=ages),
    }


def _gathered(
    client: Client,
    calls: list[Call],
    kind: _Kind,
    ages: Ages,
    *,
    missing: Callable[[Exception], bool] | None = None,
) -> pd.DataFrame:
    """Give one frame of the frames of many answers."""
    frames = []
    for answer in read_many(client, calls, kind.make, what=kind.what, missing=missing):
        if answer is not None:
            ages.add(answer)
            frames.append(answer.value)
    frames = [frame for frame in frames if len(frame)]
    return conform(pd.concat(frames, ignore_index=True), kind.columns) if frames else empty(kind.columns)


def _excusals(client: Client, people: pd.DataFrame, ages: Ages) -> pd.DataFrame:
    """Give all students' excusals; only of a student who has left may ManageBac know nothing any more."""
    left = people["archived"].fillna(value=True).astype(bool)
    held = [excusals_call(student) for student in people.loc[~left, "student_id"]]
    gone = [excusals_call(student) for student in people.loc[left, "student_id"]]
    frames = [
        _gathered(client, held, _EXCUSALS, ages),
        _gathered(client, gone, _EXCUSALS, ages, missing=lambda error: isinstance(error, NotFound)),
    ]
    frames = [frame for frame in frames if len(frame)]
    known = set(people["student_id"])
    frame = conform(pd.concat(frames, ignore_index=True), EXCUSALS) if frames else empty(EXCUSALS)
    return frame[frame["student_id"].isin(known)]


def _school_days(plan: Plan) -> pd.DataFrame:
    frames = [group.programme.days.assign(year_group_id=group.year_group_id) for group in plan.groups]
    return conform(pd.concat(frames, ignore_index=True), SCHOOL_DAYS) if frames else empty(SCHOOL_DAYS)


def _categories(client: Client, plan: Plan, ages: Ages) -> pd.DataFrame:
    """Give the school's categories, where ManageBac has the endpoint."""
    frames = []
    for year in dict.fromkeys(programme.academic_year_id for programme in plan.programmes):
        try:
            frame = attendance_categories(client, year)
        except (NotFound, NotAllowed):  # a token that is older than the endpoint lacks its right
            continue
        ages.add_frame(frame)
        frames.append(frame)
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return empty(CATEGORIES)
    return conform(pd.concat(frames, ignore_index=True).drop_duplicates(ignore_index=True), CATEGORIES)
