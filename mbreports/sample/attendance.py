"""Attendance as the API answers it: term totals, days, timetables, adjustments and excusals."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from mbreports.sample.adjustments import adjusted, term_columns
from mbreports.sample.lists import current_students, instant
from mbreports.sample.marks import NO_MARK, NOTE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mbreports.sample.calendars import Programme
    from mbreports.sample.excusals import Excusal
    from mbreports.sample.records import Records
    from mbreports.sample.timetable import SchoolClass
    from mbreports.sample.world import YearGroup

    Json = dict[str, Any]

NEW_KEY_EVERY = 53


def homeroom_term(
    records: Records,
    group: YearGroup,
    term: int,
    *,
    archived: bool,
    hold_adjustments: bool,
) -> list[Json]:
    """Answer a year group's homeroom totals of the term at this place of its programme."""
    columns = term_columns(records.world, group.programme, term, records.today)
    place = records.world.year_group_of[group.year_group_id]
    adjustments = records.adjustments.get((place, term), []) if hold_adjustments else []
    students = []
    for student in current_students(records.world, group.students, archived=archived):
        counts = _count(records.homerooms.recorded[student.position, columns])
        own = [adjustment for adjustment in adjustments if adjustment.student == student.position]
        students.append({"id": student.student_id} | _totals(adjusted(counts, own, group.programme), group.programme))
    return students


def class_term(records: Records, school_class: SchoolClass, term: int, *, archived: bool) -> list[Json]:
    """Answer a class's totals of one term; the lessons of a disabled slot no longer count."""
    lessons = records.lessons(school_class)
    columns = term_columns(records.world, school_class.programme, term, records.today)
    counted = np.isin(lessons.day, columns) & lessons.enabled
    rows = {position: row for row, position in enumerate(school_class.students)}
    return [
        {"id": student.student_id}
        | _totals(_count(lessons.codes[rows[student.position], counted]), school_class.programme)
        for student in current_students(records.world, school_class.students, archived=archived)
    ]


def _count(marks: np.typing.NDArray[np.int8]) -> dict[int, int]:
    """Count marks by code."""
    codes, counts = np.unique(marks[marks != NO_MARK], return_counts=True)
    return dict(zip(codes.tolist(), counts.tolist(), strict=True))


def _totals(counts: dict[int, int], programme: Programme) -> Json:
    """Answer counts by code, the largest first, and summed by label."""
    kept = {code: count for code, count in counts.items() if count}
    ordered = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
    by_label: Counter[str] = Counter()
    for code, count in ordered:
        by_label[programme.labels[code]] += count
    return {
        "attendance": dict(by_label),
        "attendance_categories": [
            {"label": programme.labels[code], "status": code, "value": count} for code, count in ordered
        ],
    }


def homeroom_date(records: Records, group: YearGroup, day: date) -> list[Json]:
    """Answer a year group's homeroom marks of one date: empty on days off and in the future."""
    column = None if day > records.today else records.world.day_of.get(day)
    students = []
    for student in current_students(records.world, group.students):
        code = NO_MARK if column is None else int(records.homerooms.recorded[student.position, column])
        mark: Json = {}
        if column is not None and code != NO_MARK:
            mark = _mark(code, records.homeroom_note(student.position, column), group.programme)
            if (student.position + column) % NEW_KEY_EVERY == 0:
                mark["recorded_via"] = "mobile"
        students.append({"id": student.student_id, "attendance": mark})
    return students


def _mark(code: int, note: str, programme: Programme) -> Json:
    """Answer one mark."""
    return {"status": programme.labels[code], "note": note, "category": {"status": code}}


def class_date(records: Records, school_class: SchoolClass, day: date) -> list[Json]:
    """Answer a class's marks of one date, by canonical period."""
    lessons = records.lessons(school_class)
    column = None if day > records.today else records.world.day_of.get(day, None)
    of_the_day = np.flatnonzero(lessons.day == column).tolist() if column is not None else []
    rows = {position: row for row, position in enumerate(school_class.students)}
    students = []
    for student in current_students(records.world, school_class.students):
        row = rows[student.position]
        marks = {
            str(int(lessons.period[lesson])): _mark(
                int(lessons.codes[row, lesson]),
                NOTE_TEXTS[lessons.notes[row, lesson]],
                school_class.programme,
            )
            for lesson in of_the_day
            if lessons.codes[row, lesson] != NO_MARK
        }
        students.append({"id": student.student_id, "attendance": marks})
    return students


def period_numbers(programme: Programme) -> Json:
    """Answer how a programme's canonical periods become the ones it prints."""
    return {"period_starts_count_from": programme.count_from, "period_offset": programme.count_from - 1}


def timetable(school_class: SchoolClass, *, disabled: bool, canonical: bool) -> Json:
    """Answer a class's slots: with the printed periods, or counted from 1 as the version v2p3 does."""
    programme = school_class.programme
    offset = 0 if canonical else programme.count_from - 1
    year: Json = {
        "id": programme.year_id,
        "name": programme.year_name,
        "start_date": programme.starts_on.isoformat(),
        "end_date": programme.ends_on.isoformat(),
    }
    if not canonical:
        year["period_starts_count_from"] = programme.count_from
    year["slots"] = [
        {"day": slot.day, "period": slot.period + offset, "location": slot.location, "enabled": slot.enabled}
        for slot in school_class.slots
        if disabled or slot.enabled
    ]
    return {"academic_years": [year]}


def adjustments(records: Records, group: YearGroup, term: int) -> list[Json]:
    """Answer the adjustments of a year group's term: only students who have some."""
    place = records.world.year_group_of[group.year_group_id]
    by_student: dict[int, list[Json]] = {}
    for one in records.adjustments.get((place, term), []):
        row = {"id": one.adjustment_id, "name": one.label, "adjustment": one.days}
        by_student.setdefault(one.student, []).append(row)
    return [
        {"id": student.student_id, "attendance_adjustments": by_student[student.position]}
        for student in current_students(records.world, group.students)
        if student.position in by_student
    ]


def excusal(records: Records, one: Excusal, *, numbered: bool = True) -> Json:
    """Answer one excusal; in the list of a date it carries no id."""
    answer: Json = {"id": one.excusal_id} if numbered else {}
    return answer | {
        "student_id": records.world.students[one.student].student_id,
        "parent_id": one.parent_id,
        "start_date": one.start.isoformat(),
        "end_date": one.end.isoformat(),
        "duration": one.duration,
        "comment": one.comment,
        "created_at": instant(one.created_at),
        "updated_at": instant(one.updated_at),
    }


def excusals_on(records: Records, day: date) -> Iterable[Excusal]:
    """Give every excusal that covers a date, student by student."""
    return (one for student in sorted(records.excusals) for one in records.excusals[student] if one.covers(day))
