"""Who is in a term: the year groups' students, and whoever else appears in its answers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import Call
from mbreports.api.checks import Misshapen, index_of, items, mapping
from mbreports.api.fetch.lists import STUDENT, students, teachers
from mbreports.api.many import read_many
from mbreports.api.pages import rows_of
from mbreports.api.tables import table
from mbreports.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from mbreports.api.client import Client
    from mbreports.api.fetch.asked import Ages
    from mbreports.api.fetch.plan import Plan

__all__ = ["roster", "teacher_names", "with_strangers"]

_log = logging.getLogger(__name__)

_KEPT = [
    "student_id",
    "school_id",
    "last_name",
    "first_name",
    "year_group_id",
    "year_group",
    "archived",
    "homeroom_advisor_id",
]


def roster(client: Client, plan: Plan, ages: Ages) -> pd.DataFrame:
    """Give every student of every year group's list, once."""
    calls = [Call.to(f"year-groups/{group.year_group_id}/students", "students") for group in plan.groups]
    frames = [_people([], [])]
    for group, answer in zip(plan.groups, read_many(client, calls, _members, what="students"), strict=True):
        if answer is not None:
            ages.add(answer)
            frames.append(answer.value.assign(year_group_id=group.year_group_id, year_group=group.name))
    return _joined(frames)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of students together; nobody stands there twice."""
    kept = [frame.reindex(columns=_KEPT).astype(_dtypes()) for frame in frames if len(frame)] or [
        frames[0].reindex(columns=_KEPT).astype(_dtypes())
    ]
    return pd.concat(kept, ignore_index=True).drop_duplicates("student_id", ignore_index=True)


def _dtypes() -> dict[str, str]:
    numbers = {"student_id": "int64", "year_group_id": "Int64", "homeroom_advisor_id": "Int64", "archived": "boolean"}
    return {name: numbers.get(name, "str") for name in _KEPT}


def _members(pages: Any) -> pd.DataFrame:
    """Give a year group's students; one of whom only the id is listed has no name."""
    rows = rows_of(pages, "students")
    ids = [
        index_of(each, ("student_ids", place))
        for page in pages
        for place, each in enumerate(items(mapping(page), "student_ids", optional=True))
    ]
    return _people(rows, ids)


def _people(rows: list[Any], ids: list[int]) -> pd.DataFrame:
    frame = table(rows, STUDENT, ("students",))
    if frame["student_id"].duplicated().any():
        raise Misshapen(("students",), "must hold every student once")
    bare = [each for each in dict.fromkeys(ids) if each not in set(frame["student_id"])]
    more = table([{"id": each} for each in bare], STUDENT)
    return pd.concat([frame, more], ignore_index=True) if bare else frame


def teacher_names(client: Client, ages: Ages) -> dict[int, str]:
    """Give the teachers' names by id; none where the token may not read them: a report can do without."""
    try:
        frame = teachers(client)
    except (NotAllowed, NotFound) as error:
        _log.warning("homerooms are left without their teachers' names: %s", error)
        return {}
    ages.add_frame(frame)
    names = (frame["first_name"].fillna("") + " " + frame["last_name"].fillna("")).str.strip()
    return {teacher: name for teacher, name in zip(frame["teacher_id"], names, strict=True) if name}


def with_strangers(
    client: Client, plan: Plan, people: pd.DataFrame, parts: dict[str, pd.DataFrame], ages: Ages
) -> pd.DataFrame:
    """Give the students and whoever else appears in an answer, with their names where they can be had."""
    held = [frame for frame in parts.values() if "student_id" in frame.columns and len(frame)]
    seen: set[int] = set().union(*(frame["student_id"] for frame in held)) if held else set()
    strangers = sorted(seen - set(people["student_id"]))
    if not strangers:
        return people
    asked = parts["marks"].drop_duplicates("student_id").set_index("student_id")["year_group_id"]
    more = _named(client, strangers, ages)
    more["year_group_id"] = more["student_id"].map(asked).astype("Int64").fillna(more["year_group_id"])
    more["year_group"] = [
        None if pd.isna(group) else plan.group_names.get(int(group)) for group in more["year_group_id"]
    ]
    return _joined([people, more])


def _named(client: Client, strangers: list[int], ages: Ages) -> pd.DataFrame:
    try:
        frame = students(client)
    except (NotAllowed, NotFound) as error:
        _log.warning("students who are in no year group's list are left without names: %s", error)
        frame = table([], STUDENT)
    ages.add_frame(frame)
    return frame.set_index("student_id").reindex(pd.Index(strangers, name="student_id")).reset_index()
