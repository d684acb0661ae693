"""Every column of the table of students, in invented worlds of all kinds, against the definitions in plain Python."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import oracle
import pandas as pd
import pytest

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.policy import Policy
from mbreports.frames.term import TermAttendance

LABEL = oracle.NAMES | {-1: "Present", 99: "Odd", 7: "Absent"}
AW = [("satisfactory", Fraction(0)), ("at risk", Fraction(1, 20)), ("moderate chronic", Fraction(1, 10))]
AW += [("severe chronic", Fraction(1, 5))]
ENGLAND = [("satisfactory", Fraction(0)), ("approaching", Fraction(1, 20)), ("persistent", Fraction(1, 10))]
ENGLAND += [("severe", Fraction(1, 2))]
DEFAULT: dict[str, Any] = {
    "meanings": {},
    "bands": AW,
    "chronic": "moderate chronic",
    "unrecorded": "present",
    "adjustments": "add",
    "lates_per_absence": None,
    "min_possible": 10,
}
THIRD, SIXTH = [("a", Fraction(0)), ("b", Fraction(1, 3))], [("a", Fraction(0)), ("b", Fraction(17, 100))]
RULES = {
    "default": DEFAULT,
    "England": DEFAULT | {"bands": ENGLAND, "chronic": "persistent"},
    "exclude, lates, no least base": DEFAULT | {"unrecorded": "exclude", "lates_per_absence": 3, "min_possible": 0},
    "exclude untaken, own meanings": DEFAULT
    | {"unrecorded": "exclude_untaken", "meanings": {15: "excused", 2: "present", 99: "unexcused"}, "min_possible": 5},
    "leave, every late": DEFAULT | {"adjustments": "leave", "bands": THIRD, "chronic": "b", "lates_per_absence": 1},
    "odd bounds and meanings": DEFAULT
    | {"bands": SIXTH, "chronic": "a", "meanings": {0: "excused", 7: "unexcused", 1: "late"}},
}
MARK = ["date", "student_id", "status", "period", "class_id", "year_group_id", "label"]
COLUMNS = {
    "students": ["student_id", "year_group_id"],
    "marks": MARK,
    "class_marks": MARK,
    "excusals": ["excusal_id", "student_id", "start_date", "end_date", "created_at"],
    "adjustments": ["student_id", "label", "adjustment"],
    "categories": ["status", "label"],
    "school_days": ["date", "year_group_id"],
}


def invented(seed: int) -> dict[str, Any]:
    """A small school of any kind: two year groups, days off, late entries, runs of absence, gaps, odd codes."""
    rng = random.Random(seed)  # noqa: S311 -- an invented world, no secret
    first, count = date(2025, 9, 1) + timedelta(rng.randint(0, 4)), rng.choice([1, 5, 14, 30, 60])
    days = [day for day in (first + timedelta(number) for number in range(2 * count + 2)) if day.weekday() < 5][:count]
    students = [
        {"student_id": 100 + number, "year_group_id": rng.choice([10, 11])} for number in range(rng.randint(1, 6))
    ]
    ends_on = rng.choice([None, days[-1] + timedelta(rng.randint(0, 40))])
    return {
        "students": students,
        "marks": homeroom_marks(rng, students, days),
        "class_marks": class_marks(rng, students, days),
        "excusals": [excusal(rng, students, first, count, number) for number in range(rng.choice([0, 2, 5]))],
        "adjustments": [adjustment(rng, students) for _ in range(rng.choice([0, 2, 6]))],
        "categories": rng.choice([[], [{"status": 10, "label": "Clinic"}, {"status": 13, "label": "Clinic"}]]),
        "school_days": school_days(rng, days[0], ends_on),
        "as_of": rng.choice([days[-1], days[len(days) // 2], days[-1] + timedelta(3)]),
        "ends_on": ends_on,
    }


def homeroom_marks(rng: random.Random, students: list[dict[str, Any]], days: list[date]) -> list[dict[str, Any]]:
    codes = rng.choice([[None, -1, 0, 0, 0, 1, 1, 1, 1, 2, 4, 5, 10, 13, 15, 99, 7], [0, 1, 1, 1, 1, 2], [None, 1, 0]])
    periods, bare, labels = rng.choice([[None], [1, 2]]), rng.random() < 0.2, rng.random() < 0.8
    off = {(day, group) for day in days for group in (10, 11) if rng.random() < 0.1}
    untaken = {(day, group) for day in days for group in (10, 11) if rng.random() < 0.1}
    out = []
    for student in students[: rng.randint(len(students) - 1, len(students))]:
        group, enters, runs = student["year_group_id"], rng.choice([0, 0, 3]), rng.random()
        before: int | None = 1
        for place, day in enumerate(days):
            for period in periods:
                before = code = before if rng.random() < runs and before is not None else rng.choice(codes)
                code = None if (day, group) in off or place < enters else code
                code = rng.choice([-1, None]) if (day, group) in untaken and code is not None else code
                label = LABEL[code] if labels and code is not None else None
                out.append(
                    dict(
                        zip(
                            MARK,
                            (day, student["student_id"], code, period, None, None if bare else group, label),
                            strict=True,
                        )
                    )
                )
    return out


def class_marks(rng: random.Random, students: list[dict[str, Any]], days: list[date]) -> list[dict[str, Any]]:
    out = []
    for student in students:
        for day in days:
            for number in rng.sample([1, 2], rng.randint(0, 2)):
                for period in rng.sample([1, 2, 3], rng.choice([0, 1, 2])) or [None]:
                    code = None if period is None else rng.choice([None, -1, 0, 0, 1, 1, 1, 2, 10])
                    label = LABEL[code] if code is not None else None
                    out.append(
                        dict(zip(MARK, (day, student["student_id"], code, period, number, None, label), strict=True))
                    )
    return out


def excusal(rng: random.Random, students: list[dict[str, Any]], first: date, days: int, number: int) -> dict[str, Any]:
    start = first + timedelta(rng.randint(-3, days + 3))
    return {
        "excusal_id": rng.choice([number, number, None]),
        "student_id": rng.choice(students)["student_id"],
        "start_date": start,
        "end_date": start + timedelta(rng.randint(-2, 5)),
        "created_at": rng.choice([None, f"2025-09-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:00:00.000Z"]),
    }


def adjustment(rng: random.Random, students: list[dict[str, Any]]) -> dict[str, Any]:
    label = rng.choice(["Absent", "Present", "Late", "Health", "Nonsense", "Custom 1", "Clinic", "Odd"])
    return {
        "student_id": rng.choice(students)["student_id"],
        "label": label,
        "adjustment": rng.choice([-9, -1, 0, 1, 5]),
    }


def school_days(rng: random.Random, first: date, ends_on: date | None) -> list[dict[str, Any]]:
    if ends_on is None or rng.random() < 0.5:
        return []
    groups = rng.choice([[None], [10], [10, 11], [None, 10]])
    days = [first + timedelta(number) for number in range((ends_on - first).days + 1)]
    return [{"date": day, "year_group_id": group} for day in days for group in groups if rng.random() < 0.7]


def term_of(world: dict[str, Any], *, shuffle: int = 0) -> TermAttendance:
    """The world as frames, its rows in any order."""
    frames = {name: pd.DataFrame(world[name], columns=columns) for name, columns in COLUMNS.items()}
    mixed = {name: frame.sample(frac=1, random_state=shuffle) for name, frame in frames.items()}
    return TermAttendance.from_frames(**mixed, as_of=world["as_of"], ends_on=world["ends_on"])


def same(found: Any, wanted: Any) -> bool:
    if wanted is None or pd.isna(found):
        return wanted is None and bool(pd.isna(found))
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12) if isinstance(wanted, float) else found == wanted


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("basis", ["homeroom", "class"])
@pytest.mark.parametrize("rule", RULES)
def test_every_number_is_the_definitions(rule: str, basis: str, seed: int) -> None:
    """Counts, rates, bands, spells, trends, outlook and claims are those of a plain reading of the definitions."""
    world = invented(1000 * list(RULES).index(rule) + seed)
    table = AbsenceAnalysis(term_of(world, shuffle=seed), Policy(**RULES[rule]), basis=basis).students
    wanted = oracle.students(world, RULES[rule], basis)
    found = {row["student_id"]: row for row in table.to_dict("records")}
    wrong = {
        (student, name): (found[student][name], value)
        for student, numbers in wanted.items()
        for name, value in numbers.items()
        if not same(found[student][name], value)
    }
    assert found.keys() == wanted.keys()
    assert not wrong


@pytest.mark.parametrize("seed", range(3))
def test_every_table_keeps_its_columns_and_dtypes(seed: int) -> None:
    """Whatever a world holds, and where it holds nothing at all, each frame of a report has the same dtypes."""
    none = TermAttendance.from_frames(students=pd.DataFrame({"student_id": []}), marks=pd.DataFrame())
    empty, full = AbsenceAnalysis(none, basis="homeroom"), AbsenceAnalysis(term_of(invented(seed)), basis="homeroom")
    names = ("students", "marks", "counts", "adjustments", "spells", "weekday_claims", "trends", "outlook", "weekdays")
    names += ("periods", "weeks", "months", "student_weeks", "student_weekdays", "registers", "mismatch", "unexplained")
    names += ("unclassified", "quality", "reconciliation", "audit", "codes", "bands", "year_groups", "homerooms")
    for name in names:
        pd.testing.assert_series_equal(getattr(empty, name).dtypes, getattr(full, name).dtypes, obj=name)


@pytest.mark.parametrize("seed", range(3))
def test_a_students_own_report_says_what_the_schools_says(seed: int) -> None:
    """One student's table is the row of the whole school's table: no number changes with the company."""
    report = AbsenceAnalysis(term_of(invented(seed)))
    for student in report.students["student_id"]:
        whole = report.students[report.students["student_id"] == student].reset_index(drop=True)
        pd.testing.assert_frame_equal(report.student(student).students, whole)


@pytest.mark.parametrize("seed", range(3))
def test_what_the_school_knows_of_a_student_besides_changes_nothing(seed: int) -> None:
    """No field about who a student is (gender, class, origin, address, name) is an input to any number or flag."""
    world = invented(seed)
    more = {
        "gender": "F",
        "ethnicity": "x",
        "nationality": "y",
        "first_name": "Ada",
        "last_name": "Park",
        "postcode": 7,
    }
    plain = AbsenceAnalysis(term_of(world))
    students = pd.DataFrame([student | more for student in world["students"]])
    report = AbsenceAnalysis(plain.term.replace(students=students))
    names = ["last_name", "first_name"]
    pd.testing.assert_frame_equal(report.students.drop(columns=names), plain.students.drop(columns=names))
    pd.testing.assert_frame_equal(report.outlook, plain.outlook)


@pytest.mark.parametrize("seed", range(8))
def test_the_audit_finds_what_a_plain_reading_finds(seed: int) -> None:
    """Each excusal's findings, overlaps apart, are those of a loop over the sessions of its days."""
    world = invented(seed) | {"ends_on": None}
    sessions = oracle.sessions_of(world, DEFAULT, "homeroom")
    wanted: list[tuple[Any, ...]] = []
    for one in world["excusals"]:
        key, start, end = (one["student_id"], one["excusal_id"]), one["start_date"], one["end_date"]
        met = [mark for mark in sessions.get(one["student_id"], []) if start <= mark["date"] <= end]
        absent = [mark["date"] for mark in met if mark["absent"]]
        wanted += [("reversed", *key, start)] if end < start else [] if absent else [("no absence", *key, start)]
        wanted += [("attended", *key, mark["date"]) for mark in met if mark["meaning"] in ("present", "late")]
        wanted += [("unrecorded", *key, mark["date"]) for mark in met if mark["meaning"] == "unrecorded"]
        if absent and (one["created_at"] or "")[:10] > absent[0].isoformat():
            wanted.append(("sent after", *key, absent[0]))
    audit = AbsenceAnalysis(term_of(world), basis="homeroom").audit.query("kind != 'overlap'")
    ids = [None if pd.isna(number) else int(number) for number in audit["excusal_id"]]
    found = zip(audit["kind"], audit["student_id"], ids, audit["date"].dt.date, strict=True)
    assert Counter(found) == Counter(wanted)
