"""The operations that read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.sample import attendance, lists
from mbreports.sample.asking import Asked, RefusalError, invalid, not_found
from mbreports.sample.calendars import PROGRAMMES

if TYPE_CHECKING:
    from datetime import date

    from mbreports.sample.calendars import Programme
    from mbreports.sample.timetable import SchoolClass
    from mbreports.sample.world import Student

    Json = dict[str, Any]


def ping(_: Asked) -> Json:
    """Answer that the school is there."""
    return {"pong": "ok"}


def permissions(asked: Asked) -> Json:
    """Answer what the token may do."""
    return {"permissions": sorted(asked.rights)}


def school(_: Asked) -> Json:
    """Answer the school's own data."""
    return {"school": lists.school()}


def academic_years(asked: Asked) -> Json:
    """Answer the academic years and terms of every programme."""
    return {"academic_years": lists.academic_years(asked.records.today)}


def subjects(asked: Asked) -> Json:  # noqa: ARG001 -- every operation is asked like this
    """Answer every programme's subjects, as public clients read them."""
    return {"subjects": {programme.key: lists.subjects(programme) for programme in PROGRAMMES}}


def categories(asked: Asked) -> Json:
    """Answer the attendance categories of an academic year."""
    return {"categories": lists.categories(_programme(asked))}


def calendar(asked: Asked) -> Json:
    """Answer the school days of a programme's academic year, however the programme is spelt."""
    programme = _programme(asked)
    if not programme.is_spelt(asked.parts["code"]):
        raise RefusalError(404, {"error": f"Couldn't find Program with 'code'={asked.parts['code']}"})
    return {"calendar": lists.calendar(programme)}


def _programme(asked: Asked) -> Programme:
    """Give the programme whose academic year the path names."""
    for programme in PROGRAMMES:
        if str(programme.year_id) == asked.parts["academic_year_id"]:
            return programme
    raise not_found("AcademicYear", asked.parts["academic_year_id"])


def students(asked: Asked) -> Json:
    """Answer the list of students: all, or the archived, or the others."""
    world = asked.records.world
    archived = asked.flag("archived")
    groups, advisors = asked.numbers("year_group_ids"), asked.numbers("homeroom_advisor_ids")
    text = asked.query.get("q", "").casefold()
    found = [
        student
        for student in world.students
        if (archived is None or student.archived == archived)
        and (groups is None or _year_group_id(asked, student) in groups)
        and (advisors is None or _advisor_id(asked, student) in advisors)
        and text in _searched(student)
    ]
    return asked.page("students", found, lambda student: lists.student(world, student))


def _year_group_id(asked: Asked, student: Student) -> int | None:
    """Give the id of a student's year group."""
    return None if student.year_group is None else asked.records.world.year_groups[student.year_group].year_group_id


def _advisor_id(asked: Asked, student: Student) -> int | None:
    """Give the id of a student's homeroom advisor."""
    return None if student.year_group is None else asked.records.world.teachers[student.homeroom].teacher_id


def _searched(student: Student) -> str:
    """Give what the search of the list looks into."""
    person = student.person
    names = f"{person.first_name} {person.last_name} {student.school_id} student{student.position + 1}@"
    return names.casefold()


def student(asked: Asked) -> Json:
    """Answer one student."""
    return {"student": lists.student(asked.records.world, asked.student())}


def year_groups(asked: Asked) -> Json:
    """Answer the list of year groups; the archived ones only when they are asked for."""
    world = asked.records.world
    archived = bool(asked.flag("archived"))
    found = [group for group in world.year_groups if group.archived == archived]
    return asked.page("year_groups", found, lambda group: lists.year_group(world, group))


def year_group_students(asked: Asked) -> Json:
    """Answer the students of a year group, those of the page by id too."""
    world = asked.records.world
    found = lists.current_students(world, asked.year_group().students)
    answer = asked.page("students", found, lambda student: lists.student(world, student))
    ids = [student["id"] for student in answer["students"]]
    return {"meta": answer["meta"], "student_ids": ids, "students": answer["students"]}


def year_group_advisors(asked: Asked) -> Json:
    """Answer the advisors of a year group."""
    return {"advisors": lists.advisors(asked.year_group())}


def teachers(asked: Asked) -> Json:
    """Answer the list of teachers."""
    return asked.page("teachers", asked.records.world.teachers, lists.teacher)


def teacher(asked: Asked) -> Json:
    """Answer one teacher."""
    for found in asked.records.world.teachers:
        if str(found.teacher_id) == asked.parts["teacher_id"]:
            return {"teacher": lists.teacher(found)}
    raise not_found("Teacher", asked.parts["teacher_id"])


def parents(asked: Asked) -> Json:
    """Answer the list of parents, as public clients read it."""
    world = asked.records.world
    return asked.page("parents", lists.parent_ids(world), lambda parent_id: lists.parent(world, parent_id))


def _parent_id(asked: Asked) -> int:
    """Give the id of the parent whom the path names."""
    for found in lists.parent_ids(asked.records.world):
        if str(found) == asked.parts["parent_id"]:
            return found
    raise not_found("Parent", asked.parts["parent_id"])


def parent(asked: Asked) -> Json:
    """Answer one parent."""
    return {"parent": lists.parent(asked.records.world, _parent_id(asked))}


def children(asked: Asked) -> Json:
    """Answer a parent's children, as public clients read them."""
    ids = lists.parent(asked.records.world, _parent_id(asked))["child_ids"]
    return asked.page("children", ids, lambda child_id: {"id": child_id})


def classes(asked: Asked) -> Json:
    """Answer the list of classes: the active, or the archived."""
    archived = bool(asked.flag("archived"))
    found = [one for one in asked.records.world.classes if one.archived == archived]
    return asked.page("classes", found, lists.school_class)


def school_class(asked: Asked) -> Json:
    """Answer one class."""
    return {"class": lists.school_class(asked.school_class())}


def class_students(asked: Asked) -> Json:
    """Answer the ids of a class's students."""
    found = asked.school_class()
    archived = bool(asked.flag("include_archived_students"))
    records = lists.current_students(asked.records.world, found.students, archived=archived)
    answer = asked.page("student_ids", records, lambda student: student.student_id)
    levels = lists.student_levels(found, records)
    return {"student_ids": answer["student_ids"], "student_levels": levels, "meta": answer["meta"]}


def class_teachers(asked: Asked) -> Json:
    """Answer a class's teachers."""
    return asked.page("teachers", lists.class_teachers(asked.school_class()), lambda row: row)


def class_terms(asked: Asked) -> Json:
    """Answer the terms in which a class runs."""
    return {"terms": lists.class_terms(asked.school_class())}


def memberships(asked: Asked) -> Json:
    """Answer who is in which class."""
    world = asked.records.world
    class_ids = asked.numbers("class_ids", "classes")
    users = asked.numbers("user_ids", "users")
    text = asked.query.get("class_happens_on")
    day = None if not text else asked.day(text, field="class_happens_on")

    def wanted(one: SchoolClass) -> bool:
        return (class_ids is None or one.class_id in class_ids) and (day is None or _meets(one, day))

    rows = [row for row in lists.memberships(world, wanted) if users is None or row[1] in users]
    return asked.page("memberships", rows, lambda row: lists.membership(world, row))


def _meets(one: SchoolClass, day: date) -> bool:
    """Say whether a class meets on a date."""
    running = any(term.holds(day) for term in one.terms)
    return running and one.programme.timetable_day.get(day) in {slot.day for slot in one.slots if slot.enabled}


def class_term(asked: Asked) -> Json:
    """Answer a class's totals of a term in which it runs."""
    found = asked.school_class()
    term = asked.term(found.programme, found)
    archived = bool(asked.flag("archived_students"))
    rows = attendance.class_term(asked.records, found, term, archived=archived)
    return {"students": rows, "timetable": attendance.period_numbers(found.programme)}


def class_date(asked: Asked) -> Json:
    """Answer a class's marks of a date, which has to lie between the first and last day of its terms."""
    found = asked.school_class()
    day = asked.day(asked.parts["date"])
    if not found.terms[0].starts_on <= day <= found.terms[-1].ends_on:
        raise invalid(date="must be within the dates of the class")
    rows = attendance.class_date(asked.records, found, day)
    return {"students": rows, "timetable": attendance.period_numbers(found.programme)}


def timetable(asked: Asked) -> Json:
    """Answer a class's timetable; where nothing is said of disabled slots, it leaves them out."""
    disabled = bool(asked.flag("include_disabled"))
    canonical = asked.version == "v2p3"
    return {"timetable": attendance.timetable(asked.school_class(), disabled=disabled, canonical=canonical)}


def homeroom_term(asked: Asked) -> Json:
    """Answer a year group's homeroom totals of a term of its programme."""
    group = asked.year_group()
    rows = attendance.homeroom_term(
        asked.records,
        group,
        asked.term(group.programme),
        archived=bool(asked.flag("archived_students")),
        hold_adjustments=asked.hold_adjustments,
    )
    return {"students": rows}


def homeroom_date(asked: Asked) -> Json:
    """Answer a year group's homeroom marks of a date."""
    group = asked.year_group()
    return {"students": attendance.homeroom_date(asked.records, group, asked.day(asked.parts["date"]))}


def adjustments(asked: Asked) -> Json:
    """Answer a year group's adjustments of a term."""
    group = asked.year_group()
    return {"students": attendance.adjustments(asked.records, group, asked.term(group.programme))}


def excusals(asked: Asked) -> Json:
    """Answer a student's excusals, or those of a date."""
    found = asked.records.excusals_of(asked.student().position)
    if asked.query.get("applies_on"):
        day = asked.day(asked.query["applies_on"], field="applies_on")
        found = [one for one in found if one.covers(day)]
    return asked.page("excusals", found, lambda one: attendance.excusal(asked.records, one))


def excusals_of_date(asked: Asked) -> Json:
    """Answer every excusal that covers a date."""
    found = list(attendance.excusals_on(asked.records, asked.day(asked.parts["date"])))
    return asked.page("excusals", found, lambda one: attendance.excusal(asked.records, one, numbered=False))
