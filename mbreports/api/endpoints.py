"""Every operation of the API that mbreports uses: its path, its right, and how long its answers stay fresh."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mbreports.api.cache import Lifetimes

__all__ = ["EXTENDED", "OPERATIONS", "Operation", "TermDates", "lifetime", "operation_of"]

EXTENDED = "the paid 'Extended' rights"


@dataclass(frozen=True)
class Operation:
    """
    One operation.

    Attributes
    ----------
    name
        What mbreports calls it.
    method, path
        Such as ``GET`` and ``classes/{id}/timetable``.
    right
        The right's name in ``/auth/permissions``, as far as it is known.
    extended
        Whether it needs the paid "Extended" rights.
    attendance
        Whether it is one of the eleven attendance operations.
    """

    name: str
    method: str
    path: str
    right: str
    extended: bool = False
    attendance: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the paths of its calls look like."""
        return re.compile(re.sub(r"\{\w+\}", r"([^/]+)", self.path))


OPERATIONS = (
    Operation("fetch.class_term", "GET", "classes/{id}/attendance/term/{term_id}", "classes/attendance/term"),
    Operation("fetch.class_date", "GET", "classes/{id}/attendance/date/{date}", "classes/attendance/date"),
    Operation("fetch.timetable", "GET", "classes/{id}/timetable", "classes/timetable"),
    Operation(
        "fetch.homeroom_term",
        "GET",
        "year-groups/{id}/homeroom/attendance/term/{term_id}",
        "year_groups/homeroom/attendance/term",
    ),
    Operation(
        "fetch.homeroom_date",
        "GET",
        "year-groups/{id}/homeroom/attendance/date/{date}",
        "year_groups/homeroom/attendance/date",
    ),
    Operation(
        "fetch.adjustments",
        "GET",
        "year-groups/{id}/homeroom/attendance/term/{term_id}/adjustments",
        "year_groups/homeroom/attendance/adjustments",
    ),
    Operation("fetch.excusals", "GET", "students/{id}/excusals", "students/excusals/index"),
    Operation("write.create_excusal", "POST", "students/{id}/excusals", "students/excusals/create"),
    Operation(
        "write.delete_excusal",
        "DELETE",
        "students/{id}/excusals/{excusal_id}",
        "students/excusals/destroy",
        extended=True,
    ),
    Operation(
        "write.update_excusal",
        "PATCH",
        "students/{id}/excusals/{excusal_id}",
        "students/excusals/update",
        extended=True,
    ),
    Operation(
        "write.set_homeroom_attendance",
        "PUT",
        "students/{id}/set_homeroom_attendance",
        "students/set_homeroom_attendance",
        extended=True,
    ),
    Operation("fetch.school", "GET", "school", "school/show", attendance=False),
    Operation("fetch.terms", "GET", "school/academic-years", "school/academic_years", attendance=False),
    Operation(
        "fetch.attendance_categories",
        "GET",
        "school/academic-years/{id}/attendance_categories",
        "school/academic_years/attendance_categories",
        attendance=False,
    ),
    Operation(
        "fetch.calendar",
        "GET",
        "school/programs/{code}/academic-years/{id}/calendar",
        "school/programs/academic_years/calendar",
        attendance=False,
    ),
    Operation("fetch.students", "GET", "students", "students/index", attendance=False),
    Operation("fetch.teachers", "GET", "teachers", "teachers/index", attendance=False),
    Operation("fetch.year_groups", "GET", "year-groups", "year_groups/index", attendance=False),
    Operation("fetch.term", "GET", "year-groups/{id}/students", "year_groups/students", attendance=False),
    Operation("fetch.classes", "GET", "classes", "classes/index", attendance=False),
    Operation("fetch.class_students", "GET", "classes/{id}/students", "classes/students", attendance=False),
    Operation("fetch.memberships", "GET", "memberships", "memberships/index", attendance=False),
)


def operation_of(method: str, path: str) -> Operation | None:
    """Give the operation that a path belongs to, None where mbreports has no function for it."""
    return next((each for each in OPERATIONS if each.method == method and each.pattern.fullmatch(path)), None)


class TermDates:
    """When the terms end, as far as any answer of this client has told."""

    def __init__(self) -> None:
        self._ends: dict[str, dt.date] = {}
        self._spans: set[tuple[dt.date, dt.date]] = set()

    def learn(self, term_id: int, starts_on: dt.date | None, ends_on: dt.date | None) -> None:
        """Take in one term."""
        if starts_on is not None and ends_on is not None:
            self._ends[str(term_id)] = ends_on
            self._spans.add((starts_on, ends_on))

    def term_ended(self, term_id: str, today: dt.date) -> bool:
        """Whether a term is known to be over."""
        end = self._ends.get(term_id)
        return end is not None and end < today

    def day_ended(self, day: dt.date, today: dt.date) -> bool:
        """Whether a day lies in terms that are all known to be over."""
        ends = [end for start, end in list(self._spans) if start <= day <= end]
        return bool(ends) and max(ends) < today


_TERM = re.compile(r".*/attendance/term/(\d+)(/adjustments)?")
_DATE = re.compile(r".*/attendance/date/(\d{4}-\d{2}-\d{2})")


def lifetime(path: str, lifetimes: Lifetimes, terms: TermDates, today: dt.date) -> float:
    """Seconds for which the answer to a path is fresh."""
    if path in {"ping", "auth/permissions"}:
        return 0.0
    if found := _TERM.fullmatch(path):
        return lifetimes.ended if terms.term_ended(found[1], today) else lifetimes.current
    if found := _DATE.fullmatch(path):
        day = dt.date.fromisoformat(found[1])
        if day >= today:
            return lifetimes.today
        return lifetimes.ended if terms.day_ended(day, today) else lifetimes.current
    return lifetimes.lists
