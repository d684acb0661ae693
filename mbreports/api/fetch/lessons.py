"""The class marks of a term: which classes run in it, and their registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import Call
from mbreports.api.checks import items, mapping, text, whole
from mbreports.api.fetch.days import marks_of
from mbreports.api.pages import rows_of
from mbreports.api.programmes import programme_key
from mbreports.frames.columns import CLASSES, conform

if TYPE_CHECKING:
    import datetime as dt

    from mbreports.api.client import Client
    from mbreports.api.fetch.asked import Ages
    from mbreports.api.fetch.plan import Plan, Programme

__all__ = ["class_parts"]


def class_parts(
    client: Client, plan: Plan, names: dict[int, str], *, only: set[int] | None, ages: Ages
) -> dict[str, pd.DataFrame]:
    """
    Give ``class_marks`` and ``classes``: the registers of every active class that runs in the term.

    With `only`, the marks of these students alone: a class may hold others, of year groups that were not asked for.
    """
    answer = client.read(Call.to("classes", "classes"), _listed)
    ages.add(answer)
    pairs: list[tuple[dt.date, int]] = []
    for row in answer.value:
        programme = _programme_of(row, plan)
        if programme is not None and _runs(row, plan, programme):
            pairs += [(day, row["class_id"]) for day in plan.past(programme)]
    marks = marks_of(client, "classes", pairs, ages=ages, skip_missing=True)
    if only is not None:
        marks = marks[marks["student_id"].isin(only)].reset_index(drop=True)
    held = set(marks["class_id"].dropna())
    rows = [
        {**row, "teachers": ", ".join(names[one] for one in row["teachers"] if one in names) or None}
        for row in answer.value
        if row["class_id"] in held
    ]
    return {"class_marks": marks, "classes": conform(pd.DataFrame(rows, columns=list(CLASSES)), CLASSES)}


def _listed(pages: Any) -> list[dict[str, Any]]:
    out = []
    for number, each in enumerate(rows_of(pages, "classes")):
        where = ("classes", number)
        row = mapping(each, where)
        teachers = [
            whole(mapping(one, (*where, "teachers", place)), "teacher_id", (*where, "teachers", place))
            for place, one in enumerate(items(row, "teachers", where, optional=True))
        ]
        out.append(
            {
                "class_id": whole(row, "id", where),
                "name": text(row, "name", where, number=True),
                "subject": text(row, "subject_name", where, number=True),
                "teachers": teachers,
                "programmes": [text(row, "program_code", where), text(row, "program", where)],
                "terms": [whole(row, key, where, optional=True) for key in ("start_term_id", "end_term_id")],
            }
        )
    return out


def _programme_of(row: dict[str, Any], plan: Plan) -> Programme | None:
    """Give a class's programme: by its name, else by its terms', else the only one that there is."""
    ours = {programme.key: programme for programme in plan.programmes}
    theirs = plan.all_terms.loc[plan.all_terms["term_id"].isin([each for each in row["terms"] if each is not None])]
    named = [programme_key(name) for name in (*row["programmes"], *theirs["programme"])]
    known = {programme_key(spelt) for spelt in plan.all_terms["programme"]}
    return next((ours[key] for key in named if key in ours), ours[min(ours)] if len(known) == 1 and ours else None)


def _runs(row: dict[str, Any], plan: Plan, programme: Programme) -> bool:
    """Whether a class runs in the programme's term; where ManageBac does not say, its registers will."""
    first, last = (
        plan.all_terms[plan.all_terms["term_id"] == each] if each is not None else None for each in row["terms"]
    )
    if first is not None and len(first) and first["starts_on"].iloc[0] > programme.ends_on:
        return False
    return not (last is not None and len(last) and last["ends_on"].iloc[0] < programme.starts_on)
