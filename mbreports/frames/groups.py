"""The year group of a homeroom mark that came without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fill_year_groups"]


def fill_year_groups(marks: pd.DataFrame, students: pd.DataFrame) -> pd.DataFrame:
    """
    Give homeroom marks the year group of their student where they have none, as a school's own export may.

    A register is a year group's: without this, a day off of one year group would look like a day on which its students
    are missing from the register of the others.

    Parameters
    ----------
    marks
        The documented columns of marks; those of a class (with a ``class_id``) stay as they are.
    students
        The documented columns of students.

    Returns
    -------
    pandas.DataFrame
        The rows of `marks` in their order; `marks` itself where nothing is to be filled.
    """
    bare = marks["year_group_id"].isna() & marks["class_id"].isna()
    if not bare.any() or students["year_group_id"].isna().all():
        return marks
    groups = marks["student_id"].map(students.set_index("student_id")["year_group_id"])
    return marks.assign(year_group_id=marks["year_group_id"].mask(bare, groups).astype("Int64"))
