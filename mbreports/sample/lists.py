"""The lists that turn ids into names, as the API answers them: a key without a value is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mbreports.sample.calendars import DAYS_OFF, DEFAULT_LABELS, PROGRAMMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mbreports.sample.calendars import Programme, Term
    from mbreports.sample.timetable import SchoolClass
    from mbreports.sample.world import Student, Teacher, World, YearGroup

    Json = dict[str, Any]

CITIES = ("San Diego", "Hà Nội", "Zürich", "Kyiv", "")
HOUSES = ("Cedar", "Juniper", "Rowan")
NEW_KEY_EVERY = 7  # a key that no reference names yet
WITHOUT_GENDER_EVERY = 11


def instant(moment: datetime) -> str:
    """Print an instant as the API does: milliseconds, and Z for UTC."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entered(number: int) -> str:
    """Give the instant at which record so-and-so was entered."""
    return instant(datetime(2021, 6, 28, 12, 39, 36, tzinfo=UTC) + timedelta(seconds=29 * number))


def school() -> Json:
    """Answer ``GET /school``."""
    return {
        "subdomain": "lakeside",
        "name": "Lakeside International School (sample)",
        "country": "CH",
        "language": "en",
        "session_in_may": True,
        "logo": "path/to/logo.png",
        "programs": [programme.name for programme in PROGRAMMES],
        "enabled_programs": [{"name": programme.name, "code": programme.school_code} for programme in PROGRAMMES],
    }


def academic_years(today: date) -> Json:
    """Answer ``GET /school/academic-years``; a term is active until the next one begins."""
    return {
        programme.key: {
            "academic_years": [
                {
                    "id": programme.year_id,
                    "name": programme.year_name,
                    "active": True,
                    "starts_on": programme.starts_on.isoformat(),
                    "ends_on": programme.ends_on.isoformat(),
                    "updated_at": "2025-04-21T16:50:47.000+08:00",
                    "academic_terms": [
                        {
                            "id": term.term_id,
                            "name": term.name,
                            "active": term == active_term(programme, today),
                            "starts_on": term.starts_on.isoformat(),
                            "ends_on": term.ends_on.isoformat(),
                            "updated_at": "2025-04-21T16:50:47.000+08:00",
                            "exam_grade": place == len(programme.terms) - 1,
                        }
                        for place, term in enumerate(programme.terms)
                    ],
                },
            ],
        }
        for programme in PROGRAMMES
    }


def active_term(programme: Programme, today: date) -> Term:
    """Give the term that has begun last, or the first before the year begins."""
    begun = [term for term in programme.terms if term.starts_on <= today]
    return begun[-1] if begun else programme.terms[0]


def subjects(programme: Programme) -> list[Json]:
    """Answer a programme's part of ``GET /school/subjects``."""
    return [{"id": one.subject_id, "name": one.name, "group": one.group} for one in programme.subjects]


COLOURS = {-1: "#54e33b", 0: "#c00", 1: "#008800", 2: "#fa8c00"}


def categories(programme: Programme) -> list[Json]:
    """Answer ``GET /school/academic-years/{id}/attendance_categories``."""
    return [
        {
            "status": code,
            "label": label,
            "abbreviation": "".join(word[0] for word in label.replace("&", "").split()).upper()[:3],
            "enabled": code in programme.enabled,
            "color_code": COLOURS.get(code, f"#{(code * 977) % 4096:03x}"),
        }
        for code, label in sorted((DEFAULT_LABELS | programme.labels).items())
    ]


def calendar(programme: Programme) -> Json:
    """Answer ``GET /school/programs/{code}/academic-years/{id}/calendar``: the days with school are its dates."""
    answer: Json = {
        "start_date": programme.starts_on.isoformat(),
        "end_date": programme.ends_on.isoformat(),
        "calendar_type": "Rotation Cycle" if programme.rotation else "Weekdays",
        "ignore_holidays": True,
        "days_off": list(DAYS_OFF),
    }
    if programme.rotation:
        answer["rotation_cycle"] = programme.rotation
    answer["dates"] = [
        {"date": day.isoformat()} | ({"rotation_day": number} if programme.rotation else {})
        for day, number in programme.timetable_day.items()
    ]
    return answer


def student(world: World, record: Student) -> Json:
    """Answer one student, as in ``GET /students``."""
    person, number = record.person, record.position
    group = None if record.year_group is None else world.year_groups[record.year_group]
    answer: Json = {
        "id": record.student_id,
        "email": f"student{number + 1}@lakeside.example.org",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "middle_name": person.middle_name or None,
        "nickname": person.nickname or None,
        "archived": record.archived,
        "ui_language": "en",
        "created_at": _entered(number),
        "updated_at": _entered(number + number % 3),
        "student_id": record.school_id,
        "identifier": record.school_id,
        "gender": None if number % WITHOUT_GENDER_EVERY == 1 else person.gender,
        "timezone": "Europe/Zurich",
        "parent_ids": list(record.parent_ids),
        "homeroom_advisor_id": group and world.teachers[record.homeroom].teacher_id,
        "year_group_id": group and group.year_group_id,
        "street_address": "",
        "city": CITIES[number % len(CITIES)],
        "state": "",
        "zipcode": str(80000 + number),
        "country": person.nationality,
        "nationalities": [person.nationality],
        "languages": [person.language],
        "graduating_year": group and group.graduation_year,
        "class_grade": group and f"Grade {group.grade}",
        "class_grade_number": group and group.grade + 1,
        "program": group and group.programme.name,
        "program_code": group and group.programme.group_code,
        "role": "Student",
        "house": HOUSES[number % len(HOUSES)] if number % NEW_KEY_EVERY == 0 else None,
    }
    return _without_nulls(answer)


def _without_nulls(answer: Json) -> Json:
    """Leave out what has no value."""
    return {key: value for key, value in answer.items() if value is not None}


def year_group(world: World, group: YearGroup) -> Json:
    """Answer one year group, as in ``GET /year-groups``."""
    name = f"{group.programme.name} Group of {group.graduation_year}"
    return {
        "id": group.year_group_id,
        "name": f"{name} (Grade {group.grade})" if not group.archived else name,
        "short_name": name,
        "program": group.programme.name,
        "program_code": group.programme.group_code,
        "grade": f"Grade {min(group.grade, 12)}",
        "archived": group.archived,
        "grade_number": min(group.grade, 12) + 1,
        "graduation_year": group.graduation_year,
        "student_ids": [record.student_id for record in current_students(world, group.students)],
    }


def current_students(world: World, positions: tuple[int, ...], *, archived: bool = False) -> list[Student]:
    """Give the students at these positions, the archived ones only when asked for."""
    records = (world.students[position] for position in positions)
    return [record for record in records if archived or not record.archived]


def advisors(group: YearGroup) -> list[Json]:
    """Answer ``GET /year-groups/{id}/advisors``; in the diploma they have more to do."""
    more = [["cas", "EXT"], ["ee", "tok"]] if group.programme.rotation else [[]]
    return [
        {"id": teacher_id, "roles": ["homeroom", *more[place % len(more)]]}
        for place, teacher_id in enumerate(group.advisors)
    ]


def teacher(record: Teacher) -> Json:
    """Answer one teacher, as in ``GET /teachers``."""
    return {
        "id": record.teacher_id,
        "email": f"teacher{record.teacher_id}@lakeside.example.org",
        "first_name": record.person.first_name,
        "last_name": record.person.last_name,
        "archived": False,
        "role": record.role,
    }


def parent_ids(world: World) -> list[int]:
    """Give every parent once, in the order in which their children enrolled."""
    return list(dict.fromkeys(parent for record in world.students for parent in record.parent_ids))


def parent(world: World, parent_id: int) -> Json:
    """Answer one parent, as in ``GET /parents``."""
    children = [record for record in world.students if parent_id in record.parent_ids]
    return {
        "id": parent_id,
        "email": f"parent{parent_id}@families.example.org",
        "first_name": ("Alex", "Robin", "Kim", "Sasha")[parent_id % 4],
        "last_name": children[0].person.last_name,
        "archived": all(child.archived for child in children),
        "role": "Parent",
        "child_ids": [child.student_id for child in children],
    }


def school_class(record: SchoolClass) -> Json:
    """Answer one class, as in ``GET /classes``."""
    subject, programme = record.subject, record.programme
    answer: Json = {
        "id": record.class_id,
        "name": record.name,
        "start_term_id": record.terms[0].term_id,
        "end_term_id": record.terms[-1].term_id,
        "created_at": _entered(record.number),
        "updated_at": _entered(record.number),
        "grade": f"Grade {record.grade}",
        "grade_number": record.grade + 1,
        "applicable_levels": ["HL", "SL"] if programme.rotation else None,
        "program": programme.name,
        "program_code": programme.key,
        "subject_id": subject.subject_id,
        "subject_name": subject.name,
        "subject_group": subject.group,
        "subject_group_id": subject.subject_id // 10,
        "teachers": [
            {"teacher_id": teacher_id, "show_on_reports": place == 0, "teacher_archived": False}
            for place, teacher_id in enumerate(record.teachers)
        ],
    }
    return _without_nulls(answer)


def class_teachers(record: SchoolClass) -> list[Json]:
    """Answer ``GET /classes/{id}/teachers``."""
    return [
        {
            "id": teacher_id,
            "show_on_reports": place == 0,
            "teacher_archived": False,
            "first_joined_at": "2025-06-01T12:40:00.000Z",
            "updated_at": "2025-06-01T13:25:15.000Z",
        }
        for place, teacher_id in enumerate(record.teachers)
    ]


def class_terms(record: SchoolClass) -> list[Json]:
    """Answer ``GET /classes/{id}/terms``."""
    return [
        {
            "id": term.term_id,
            "name": term.name,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat(),
            "academic_year": {"id": record.programme.year_id, "name": record.programme.year_name},
        }
        for term in record.terms
    ]


def student_levels(record: SchoolClass, records: list[Student]) -> dict[str, str]:
    """Answer who takes a diploma subject at which level."""
    if not record.programme.rotation:
        return {}
    return {str(one.student_id): ("HL", "SL")[(one.position + record.number) % 2] for one in records}


def memberships(world: World, wanted: Callable[[SchoolClass], bool]) -> list[tuple[int, int, SchoolClass, str]]:
    """Give (membership id, user id, class, role) of all classes that are wanted."""
    rows: list[tuple[int, int, SchoolClass, str]] = []
    number = 9220001
    for record in world.classes:
        users = [(world.students[position].student_id, "Student") for position in record.students]
        users += [(teacher_id, "Teacher") for teacher_id in record.teachers]
        if wanted(record):
            rows += [(number + place, user, record, role) for place, (user, role) in enumerate(users)]
        number += len(users)
    return rows


def membership(world: World, row: tuple[int, int, SchoolClass, str]) -> Json:
    """Answer one membership, as in ``GET /memberships``."""
    number, user, record, role = row
    place = world.position_of.get(user)
    answer: Json = {
        "id": number,
        "user_id": user,
        "level": 1 + (user + record.number) % 2 if record.programme.rotation and role == "Student" else None,
        "created_at": _entered(record.number),
        "updated_at": _entered(record.number),
        "class_id": record.class_id,
        "user_email": f"teacher{user}@lakeside.example.org"
        if place is None
        else f"student{place + 1}@lakeside.example.org",
        "role": role,
    }
    return _without_nulls(answer)
