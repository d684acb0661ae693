"""The operations that write: what they accept, what they refuse, and what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.sample import attendance
from mbreports.sample.asking import Asked, RefusalError, invalid, not_found, read_date
from mbreports.sample.calendars import SETTABLE
from mbreports.sample.excusals import LONGEST

if TYPE_CHECKING:
    from datetime import date

    from mbreports.sample.excusals import Excusal
    from mbreports.sample.world import Student

    Json = dict[str, Any]


def create_excusal(asked: Asked) -> Json:
    """Write an excusal; all that is wrong with it is said at once, by field."""
    student = asked.student()
    given = asked.payload("excusal")
    errors = _parent_errors(student, given.get("parent_id"))
    start, end = read_date(given.get("start_date")), read_date(given.get("end_date"))
    for name, day in (("start_date", start), ("end_date", end)):
        if day is None:
            errors[name] = "can't be blank" if not given.get(name) else "is not a valid date"
    comment = given.get("comment", "")
    if not isinstance(comment, str):
        errors["comment"] = "is not a text"
    if start is None or end is None:
        raise invalid(**errors)
    errors |= _span_errors(asked.records.excusals_of(student.position), start, end)
    if errors:
        raise invalid(**errors)
    excusal = asked.records.add_excusal(
        student.position,
        parent_id=given["parent_id"],
        start=start,
        end=end,
        comment=comment,
    )
    return {"excusal": attendance.excusal(asked.records, excusal)}


def _parent_errors(student: Student, parent_id: object) -> dict[str, str]:
    """Say what is wrong with the parent who signs."""
    if parent_id is None:
        return {"parent_id": "can't be blank"}
    if not isinstance(parent_id, int) or isinstance(parent_id, bool) or parent_id not in student.parent_ids:
        who = f"Parent with ID={parent_id}"
        return {"parent_id": f"{who} is not linked to the Student with ID={student.student_id} via a relationship"}
    return {}


def _span_errors(others: list[Excusal], start: date, end: date) -> dict[str, str]:
    """Say what is wrong with the days of an excusal: their order, their number, or that another holds some."""
    duration = (end - start).days + 1
    if duration < 1:
        return {"end_date": "must be on or after the start date"}
    if duration > LONGEST:
        return {"duration": f"must be between 1 and {LONGEST} days"}
    if any(other.meets(start, end) for other in others):
        return {"start_date": "overlaps with another excusal of this student"}
    return {}


def _excusal(asked: Asked) -> Excusal:
    """Give the student's excusal that the path names."""
    for excusal in asked.records.excusals_of(asked.student().position):
        if str(excusal.excusal_id) == asked.parts["excusal_id"]:
            return excusal
    raise not_found("Excusal", asked.parts["excusal_id"])


def update_excusal(asked: Asked) -> Json:
    """Change an excusal's end or comment; anything else in the body is passed over."""
    excusal = _excusal(asked)
    given = asked.payload("excusal")
    end = read_date(given.get("end_date", excusal.end.isoformat()))
    comment = given.get("comment", excusal.comment)
    if end is None:
        raise invalid(end_date="is not a valid date")
    if not isinstance(comment, str):
        raise invalid(comment="is not a text")
    if end != excusal.end:
        others = [other for other in asked.records.excusals_of(excusal.student) if other is not excusal]
        if errors := _span_errors(others, excusal.start, end):
            raise invalid(**errors)
    changed = asked.records.change_excusal(excusal, end=end, comment=comment)
    return {"excusal": attendance.excusal(asked.records, changed)}


def delete_excusal(asked: Asked) -> Json:
    """Strike an excusal out, and answer what it was."""
    excusal = _excusal(asked)
    asked.records.remove_excusal(excusal)
    return {"excusal": attendance.excusal(asked.records, excusal)}


def set_homeroom_attendance(asked: Asked) -> Json:
    """Create or overwrite a homeroom mark of a school day that is not in the future."""
    student = asked.student()
    given = asked.payload()
    day, status, notes = read_date(given.get("date")), given.get("status"), given.get("notes")
    errors = {}
    if day is None:
        errors["date"] = "can't be blank" if not given.get("date") else "is not a valid date"
    elif day not in _school_days(asked, student) or day > asked.records.today:
        errors["date"] = "is not a school day on which attendance can be taken"
    if isinstance(status, bool) or status not in SETTABLE:
        errors["status"] = "is not included in the list"
    if not isinstance(notes, str | None):
        errors["notes"] = "is not a text"
    if errors or day is None:
        raise invalid(**errors)
    asked.records.set_homeroom(student.position, asked.records.world.day_of[day], int(given["status"]), notes)
    return {"status": "ok"}


def _school_days(asked: Asked, student: Student) -> dict[date, int]:
    """Give the school days of a student's programme; a student in no year group has no homeroom."""
    if student.year_group is None:
        raise RefusalError(422, {"error": f"Student with ID={student.student_id} is in no year group"})
    return asked.records.world.year_groups[student.year_group].programme.timetable_day
