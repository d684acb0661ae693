"""One function per read operation of ManageBac, each a DataFrame; and `term`, which fetches a whole term."""

from __future__ import annotations

from mbreports.api.fetch.attendance import adjustments, class_date, class_term, homeroom_date, homeroom_term
from mbreports.api.fetch.days import class_dates, homeroom_dates
from mbreports.api.fetch.excused import excusals
from mbreports.api.fetch.lists import (
    class_students,
    classes,
    memberships,
    students,
    teachers,
    year_groups,
)
from mbreports.api.fetch.school import attendance_categories, calendar, school, terms
from mbreports.api.fetch.slots import timetable
from mbreports.api.fetch.whole import term

__all__ = [
    "adjustments",
    "attendance_categories",
    "calendar",
    "class_date",
    "class_dates",
    "class_students",
    "class_term",
    "classes",
    "excusals",
    "homeroom_date",
    "homeroom_dates",
    "homeroom_term",
    "memberships",
    "school",
    "students",
    "teachers",
    "term",
    "terms",
    "timetable",
    "year_groups",
]
