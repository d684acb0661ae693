"""A good answer for every fetch function, and the columns and dtypes that its frame has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mbreports.api import fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from mbreports.api.client import Client

DATE, INSTANT = "datetime64[us]", "datetime64[us, UTC]"
META = {"current_page": 1, "total_pages": 1, "total_count": 1, "per_page": 200}
TOTALS = {"student_id": "int64", "status": "Int16", "label": "str", "count": "int64"}
MARKS = {
    "date": DATE,
    "year_group_id": "Int64",
    "class_id": "Int64",
    "student_id": "int64",
    "period": "Int16",
    "status": "Int16",
    "label": "str",
    "note": "str",
}
STUDENT = {
    "id": 210,
    "student_id": "AA1001",
    "first_name": "Zoë",
    "last_name": "Okafor",
    "email": "z@example.org",
    "homeroom_advisor_id": 5,
    "year_group_id": 3,
    "class_grade": "Grade 9",
    "parent_ids": [176],
    "archived": False,
}
STUDENTS = {
    "student_id": "int64",
    "school_id": "str",
    "last_name": "str",
    "first_name": "str",
    "middle_name": "str",
    "nickname": "str",
    "email": "str",
    "gender": "str",
    "year_group_id": "Int64",
    "homeroom_advisor_id": "Int64",
    "class_grade": "str",
    "program": "str",
    "program_code": "str",
    "archived": "boolean",
}
MARK = {"status": "Present", "note": "", "category": {"status": -1}}
TERM_TOTALS = {
    "students": [
        {
            "id": 210,
            "attendance": {"Present": 91},
            "attendance_categories": [
                {"label": "Present", "status": 1, "value": 90},
                {"label": "Present", "status": -1, "value": 1},
            ],
        },
        {"id": 211, "attendance": {}, "attendance_categories": []},
    ]
}
HOMEROOM_DAY = {"students": [{"id": 210, "attendance": MARK}, {"id": 211, "attendance": {}}]}
CLASS_DAY = {
    "students": [{"id": 210, "attendance": {"10": MARK, "9": MARK}}, {"id": 211, "attendance": {}}],
    "timetable": {"period_starts_count_from": 0, "period_offset": -1},
}
TIMETABLE = {
    "timetable": {
        "academic_years": [
            {
                "id": 20,
                "name": "2025–2026",
                "start_date": "2025-08-01",
                "end_date": "2026-07-31",
                "period_starts_count_from": 0,
                "slots": [{"day": 2, "period": 0, "location": "Classroom B", "enabled": True}],
            }
        ]
    }
}
ADJUSTMENTS = {"students": [{"id": 210, "attendance_adjustments": [{"id": 9, "name": "Absent", "adjustment": -2}]}]}
EXCUSAL = {
    "id": 1,
    "student_id": 210,
    "parent_id": 176,
    "start_date": "2024-11-28",
    "end_date": "2024-11-28",
    "duration": 1,
    "comment": "Was sick.",
    "created_at": "2024-11-29T10:45:10.000Z",
    "updated_at": "2024-11-29T18:45:10.000+08:00",
}
EXCUSALS = {
    "excusal_id": "int64",
    "student_id": "int64",
    "parent_id": "Int64",
    "start_date": DATE,
    "end_date": DATE,
    "duration": "Int16",
    "comment": "str",
    "created_at": INSTANT,
    "updated_at": INSTANT,
}
YEARS = {
    "academic_years": {
        "diploma": {
            "academic_years": [
                {
                    "id": 20,
                    "name": "2025–2026",
                    "academic_terms": [
                        {"id": 7, "name": "T1", "active": True, "starts_on": "2026-01-05", "ends_on": "2026-01-06"}
                    ],
                }
            ]
        }
    }
}
YEAR_GROUP = {"id": 3, "name": "Grade 9", "program": "IB Diploma", "program_code": "diploma", "student_ids": [210]}
CLASS = {"id": 8, "name": "Maths", "start_term_id": 7, "end_term_id": 7, "teachers": [{"teacher_id": 5}]}
CATEGORY = {"status": 0, "label": "Absent", "abbreviation": "A", "enabled": True, "color_code": "#c00"}
CALENDAR = {"calendar": {"days_off": [0, 6], "dates": [{"date": "2026-01-05", "rotation_day": 1}]}}


class Case(NamedTuple):
    """One fetch function: how it is called, a good answer, an answer of nothing, and its frame's columns."""

    ask: Callable[[Client], pd.DataFrame]
    answer: Any
    nothing: Any
    columns: dict[str, str]


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "str")


NOBODY: dict[str, Any] = {"students": []}
CASES = {
    "class_term": Case(lambda client: fetch.class_term(client, 8, 7), TERM_TOTALS, NOBODY, TOTALS),
    "homeroom_term": Case(lambda client: fetch.homeroom_term(client, 3, 7), TERM_TOTALS, NOBODY, TOTALS),
    "homeroom_date": Case(
        lambda client: fetch.homeroom_date(client, 3, "2026-01-05"),
        HOMEROOM_DAY,
        NOBODY,
        {"student_id": "int64", "status": "Int16", "label": "str", "note": "str"},
    ),
    "adjustments": Case(
        lambda client: fetch.adjustments(client, 3, 7),
        ADJUSTMENTS,
        NOBODY,
        {"student_id": "int64", "adjustment_id": "int64", "label": "str", "adjustment": "int64"},
    ),
    "excusals": Case(
        lambda client: fetch.excusals(client, 210), {"excusals": [EXCUSAL], "meta": META}, {"excusals": []}, EXCUSALS
    ),
    "homeroom_dates": Case(
        lambda client: fetch.homeroom_dates(client, 3, ["2026-01-05", "2026-01-06"]), HOMEROOM_DAY, NOBODY, MARKS
    ),
    "class_dates": Case(
        lambda client: fetch.class_dates(client, [8, 9], "2026-01-05"), CLASS_DAY, NOBODY | {"timetable": {}}, MARKS
    ),
    "school": Case(
        fetch.school,
        {"school": {"name": "Example", "country": "US", "language": "en", "subdomain": "x", "logo": "l.png"}},
        {"school": {}},
        _texts("name", "country", "language", "subdomain", "logo"),
    ),
    "students": Case(fetch.students, {"students": [STUDENT], "meta": META}, NOBODY, STUDENTS),
    "teachers": Case(
        fetch.teachers,
        {"teachers": [{"id": 5, "first_name": "Temi", "last_name": "Okafor"}], "meta": META},
        {"teachers": []},
        {"teacher_id": "int64"} | _texts("last_name", "first_name", "email", "role") | {"archived": "boolean"},
    ),
    "year_groups": Case(
        fetch.year_groups,
        {"year_groups": [YEAR_GROUP], "meta": META},
        {"year_groups": []},
        {"year_group_id": "int64"}
        | _texts("name", "short_name", "program", "program_code", "grade")
        | {"archived": "boolean"},
    ),
    "classes": Case(
        fetch.classes,
        {"classes": [CLASS], "meta": META},
        {"classes": []},
        {
            "class_id": "int64",
            "name": "str",
            "start_term_id": "Int64",
            "end_term_id": "Int64",
            **_texts("grade", "program", "program_code"),
            "subject_id": "Int64",
            **_texts("subject_name", "subject_group"),
        },
    ),
    "class_students": Case(
        lambda client: fetch.class_students(client, 8),
        {"student_ids": [210], "meta": META},
        {"student_ids": []},
        {"class_id": "int64", "student_id": "int64"},
    ),
    "memberships": Case(
        fetch.memberships,
        {"memberships": [{"id": 1, "user_id": 210, "class_id": 8, "role": "Student"}], "meta": META},
        {"memberships": []},
        {"membership_id": "int64", "user_id": "int64", "class_id": "int64"} | _texts("role", "user_email"),
    ),
    "terms": Case(
        fetch.terms,
        YEARS,
        {"academic_years": {}},
        {
            "term_id": "int64",
            "name": "str",
            "programme": "str",
            "academic_year_id": "int64",
            "academic_year": "str",
            "starts_on": DATE,
            "ends_on": DATE,
            "active": "boolean",
        },
    ),
    "attendance_categories": Case(
        lambda client: fetch.attendance_categories(client, 20),
        {"categories": [CATEGORY]},
        {"categories": []},
        {"status": "Int16", "label": "str", "abbreviation": "str", "enabled": "boolean", "color_code": "str"},
    ),
    "calendar": Case(
        lambda client: fetch.calendar(client, "diploma", 20),
        CALENDAR,
        {"calendar": {"dates": []}},
        {"date": DATE, "rotation_day": "Int16"},
    ),
}
"""The functions whose frames have fixed columns; `class_date` and `timetable` are matrices."""


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    """Give the columns and dtypes of a frame, in their order."""
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
