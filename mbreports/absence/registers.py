"""Registers: who took them, and where a homeroom's and a class's contradict each other."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mbreports.absence.meanings import ABSENT, ATTENDED, UNRECORDED
from mbreports.absence.sessions import register_year_groups

__all__ = ["mismatch", "registers"]

_KEY = ["date", "year_group_id", "class_id", "period"]


def registers(rows: pd.DataFrame, students: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """
    Give every register that was due, and whether somebody took it.

    An answer that is empty for the whole day belongs to the day's first register of its class or year group.

    Parameters
    ----------
    rows
        One row per session, as `session_rows` gives them.
    students
        The documented columns of students: the names of year groups, and their homeroom advisers.
    classes
        The documented columns of classes: names and teachers.

    Returns
    -------
    pandas.DataFrame
        One row per date and register, sorted by date, year group, class and period.

        =============  ==========  ==========================================================
        date           datetime64
        year_group_id  Int64       missing for classes of no or several year groups
        year_group     str
        class_id       Int64       missing in homeroom
        class_name     str
        teacher        str         the class's teachers; in homeroom the year group's advisers
        period         Int16
        students       int64       students who stand in it
        recorded       int64       their sessions with a recorded code
        unrecorded     int64       their sessions without
        taken          bool        somebody has a recorded code
        =============  ==========  ==========================================================
    """
    rows = rows.assign(year_group_id=register_year_groups(rows))
    first = rows.groupby(_KEY[:3], dropna=False)["period"].transform("min")
    sessions = rows.assign(
        period=rows["period"].fillna(first).astype("Int16"), unrecorded=rows["meaning"] == UNRECORDED
    )
    out = sessions.groupby(_KEY, dropna=False, as_index=False).agg(
        students=("student_id", "nunique"),
        sessions=("student_id", "size"),
        unrecorded=("unrecorded", "sum"),
        taken=("taken", "any"),
    )
    homeroom = out["class_id"].isna()
    teacher = _of(out["class_id"], classes, "class_id", "teachers").mask(
        homeroom, out["year_group_id"].map(_advisers(students))
    )
    return pd.DataFrame(
        {
            "date": out["date"],
            "year_group_id": out["year_group_id"].astype("Int64"),
            "year_group": _of(out["year_group_id"], students, "year_group_id", "year_group"),
            "class_id": out["class_id"].astype("Int64"),
            "class_name": _of(out["class_id"], classes, "class_id", "name"),
            "teacher": teacher.astype("str"),
            "period": out["period"].astype("Int16"),
            "students": out["students"].astype("int64"),
            "recorded": (out["sessions"] - out["unrecorded"]).astype("int64"),
            "unrecorded": out["unrecorded"].astype("int64"),
            "taken": out["taken"].astype("bool"),
        }
    )


def mismatch(
    homeroom_rows: pd.DataFrame, class_rows: pd.DataFrame, students: pd.DataFrame, classes: pd.DataFrame
) -> pd.DataFrame:
    """
    Give the class marks that contradict the same student's homeroom of the same date: a question of safeguarding.

    Parameters
    ----------
    homeroom_rows, class_rows
        One row per session, as `session_rows` gives them.
    students, classes
        The documented columns of students and of classes: their names.

    Returns
    -------
    pandas.DataFrame
        One row per class mark, the latest date first, then by name, period and class. Where a date has several
        homeroom sessions, the first that contradicts the class is shown.

        ===============  ==========  ===========================================================
        date             datetime64
        student_id       int64
        last_name        str
        first_name       str
        homeroom_status  Int16       the code in homeroom
        class_id         Int64
        class_name       str
        period           Int16
        class_status     Int16       the code in class
        kind             str         ``"in homeroom, absent in class"``: attended (late too), then absent;
                                     ``"absent in homeroom, in class"``: the reverse
        ===============  ==========  ===========================================================

    Source: ``measures.md``, "Patterns".
    """
    left = homeroom_rows[["student_id", "date", "status", "meaning"]]
    right = class_rows[["student_id", "date", "class_id", "period", "status", "meaning"]].assign(
        mark=range(len(class_rows))
    )
    both = left.merge(right, on=["student_id", "date"], suffixes=("_homeroom", "_class"))
    left_absent, right_absent = both["meaning_homeroom"].isin(ABSENT), both["meaning_class"].isin(ABSENT)
    gone = both["meaning_homeroom"].isin(ATTENDED) & right_absent
    back = left_absent & both["meaning_class"].isin(ATTENDED)
    both = both.assign(kind=gone.map({True: "in homeroom, absent in class", False: "absent in homeroom, in class"}))
    pairs = both[gone | back].drop_duplicates("mark")
    out = pd.DataFrame(
        {
            "date": pairs["date"],
            "student_id": pairs["student_id"].astype("int64"),
            "last_name": _of(pairs["student_id"], students, "student_id", "last_name"),
            "first_name": _of(pairs["student_id"], students, "student_id", "first_name"),
            "homeroom_status": pairs["status_homeroom"].astype("Int16"),
            "class_id": pairs["class_id"].astype("Int64"),
            "class_name": _of(pairs["class_id"], classes, "class_id", "name"),
            "period": pairs["period"].astype("Int16"),
            "class_status": pairs["status_class"].astype("Int16"),
            "kind": pairs["kind"].astype("str"),
        }
    )
    order = ["date", "last_name", "first_name", "student_id", "period", "class_id"]
    return out.sort_values(order, ascending=[False, *[True] * 5], kind="stable", ignore_index=True)


def _of(ids: pd.Series[Any], names: pd.DataFrame, key: str, name: str) -> pd.Series[Any]:
    """The name of each id: the first that there is."""
    known = names[names[key].notna() & names[name].notna()].drop_duplicates(key)
    return ids.astype("Int64").map(known.set_index(known[key].astype("Int64"))[name]).astype("str")


def _advisers(students: pd.DataFrame) -> pd.Series[Any]:
    """The homeroom advisers of each year group, by name."""
    known = students[students["year_group_id"].notna() & students["homeroom"].notna()]
    pairs = known[["year_group_id", "homeroom"]].drop_duplicates().sort_values("homeroom")
    return pairs.groupby("year_group_id")["homeroom"].agg(", ".join)
