"""The operations of the API: method, path, the right that a token needs, and the function that answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mbreports.sample import reads, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mbreports.sample.asking import Asked


@dataclass(frozen=True)
class Operation:
    """One operation; a token without its right is answered 403."""

    method: str
    path: str
    right: str
    answer: Callable[[Asked], dict[str, Any]]
    status: int = 200
    extended: bool = False  # a right that schools pay for
    newer: bool = False  # some schools answer 404


OPERATIONS = (
    Operation("GET", "/ping", "", reads.ping),
    Operation("GET", "/auth/permissions", "", reads.permissions),
    Operation("GET", "/classes/<class_id>/attendance/term/<term_id>", "classes/attendance/term", reads.class_term),
    Operation("GET", "/classes/<class_id>/attendance/date/<date>", "classes/attendance/date", reads.class_date),
    Operation("GET", "/classes/<class_id>/timetable", "classes/timetable", reads.timetable),
    Operation(
        "GET",
        "/year-groups/<year_group_id>/homeroom/attendance/term/<term_id>",
        "year-groups/homeroom/attendance/term",
        reads.homeroom_term,
    ),
    Operation(
        "GET",
        "/year-groups/<year_group_id>/homeroom/attendance/date/<date>",
        "year-groups/homeroom/attendance/date",
        reads.homeroom_date,
    ),
    Operation(
        "GET",
        "/year-groups/<year_group_id>/homeroom/attendance/term/<term_id>/adjustments",
        "year-groups/homeroom/attendance/adjustments",
        reads.adjustments,
    ),
    Operation("GET", "/students/<student_id>/excusals", "students/excusals/index", reads.excusals),
    Operation("POST", "/students/<student_id>/excusals", "students/excusals/create", writes.create_excusal, status=201),
    Operation(
        "DELETE",
        "/students/<student_id>/excusals/<excusal_id>",
        "students/excusals/destroy",
        writes.delete_excusal,
        extended=True,
    ),
    Operation(
        "PATCH",
        "/students/<student_id>/excusals/<excusal_id>",
        "students/excusals/update",
        writes.update_excusal,
        extended=True,
    ),
    Operation(
        "PUT",
        "/students/<student_id>/set_homeroom_attendance",
        "students/set_homeroom_attendance",
        writes.set_homeroom_attendance,
        extended=True,
    ),
    Operation("GET", "/school", "school/show", reads.school),
    Operation("GET", "/school/academic-years", "school/academic-years/index", reads.academic_years),
    Operation("GET", "/school/subjects", "school/subjects", reads.subjects),
    Operation(
        "GET",
        "/school/academic-years/<academic_year_id>/attendance_categories",
        "school/academic-years/attendance_categories",
        reads.categories,
        newer=True,
    ),
    Operation(
        "GET",
        "/school/programs/<code>/academic-years/<academic_year_id>/calendar",
        "school/programs/calendar",
        reads.calendar,
        newer=True,
    ),
    Operation("GET", "/students", "students/index", reads.students),
    Operation("GET", "/students/<student_id>", "students/show", reads.student),
    Operation(
        "GET",
        "/students/excusals/<date>",
        "students/excusals/date",
        reads.excusals_of_date,
        newer=True,
    ),
    Operation("GET", "/year-groups", "year-groups/index", reads.year_groups),
    Operation("GET", "/year-groups/<year_group_id>/students", "year-groups/students", reads.year_group_students),
    Operation("GET", "/year-groups/<year_group_id>/advisors", "year-groups/advisors", reads.year_group_advisors),
    Operation("GET", "/teachers", "teachers/index", reads.teachers),
    Operation("GET", "/teachers/<teacher_id>", "teachers/show", reads.teacher),
    Operation("GET", "/parents", "parents/index", reads.parents),
    Operation("GET", "/parents/<parent_id>", "parents/show", reads.parent),
    Operation("GET", "/parents/<parent_id>/children", "parents/children", reads.children),
    Operation("GET", "/classes", "classes/index", reads.classes),
    Operation("GET", "/classes/<class_id>", "classes/show", reads.school_class),
    Operation("GET", "/classes/<class_id>/students", "classes/students", reads.class_students),
    Operation("GET", "/classes/<class_id>/teachers", "classes/teachers", reads.class_teachers),
    Operation("GET", "/classes/<class_id>/terms", "classes/terms", reads.class_terms),
    Operation("GET", "/memberships", "memberships/index", reads.memberships),
)

RIGHTS = frozenset(operation.right for operation in OPERATIONS) - {""}
EXTENDED_RIGHTS = frozenset(operation.right for operation in OPERATIONS if operation.extended)
