"""The invented school itself: who is in it, in which year group and class, and when each class meets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mbreports.sample.calendars import PROGRAMMES, SCHOOL_DAYS, Programme
from mbreports.sample.people import Person, draw_people
from mbreports.sample.timetable import SchoolClass, lay_timetable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

# One stream of random numbers per subject: drawing more of one never changes another.
NAMES, ENROLMENT, IDS, PARENTS = 1, 2, 3, 4

HOMEROOM_SIZE = 24
JOINERS = 0.025
LEAVERS = 0.0125
FORMER = 0.008  # archived before this year began: in no year group any more
SMALL_SCHOOL = 60


@dataclass(frozen=True)
class YearGroup:
    """A year group; its students are positions in the school's list."""

    year_group_id: int
    programme: Programme
    grade: int
    students: tuple[int, ...]
    advisors: tuple[int, ...]
    archived: bool = False
    marks_only_absentees: bool = False

    @property
    def graduation_year(self) -> int:
        """The year in which the group leaves Grade 12."""
        return 2026 + 12 - self.grade


@dataclass(frozen=True)
class Student:
    """One student: `first` and `last` are positions in the school days, both included."""

    position: int
    student_id: int
    school_id: str
    person: Person
    year_group: int | None
    homeroom: int
    first: int
    last: int
    archived: bool
    parent_ids: tuple[int, ...]


@dataclass(frozen=True)
class Teacher:
    """One teacher."""

    teacher_id: int
    person: Person
    role: str


@dataclass
class World:
    """All of the school but its marks."""

    seed: int
    days: tuple[date, ...]
    students: list[Student]
    year_groups: list[YearGroup]
    teachers: list[Teacher]
    classes: list[SchoolClass]
    position_of: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Index what is looked up by id."""
        self.position_of = {student.student_id: student.position for student in self.students}
        self.year_group_of = {group.year_group_id: place for place, group in enumerate(self.year_groups)}
        self.class_of = {school_class.class_id: school_class for school_class in self.classes}
        self.day_of = {day: place for place, day in enumerate(self.days)}


def stream(seed: int, *subject: int) -> np.random.Generator:
    """Give the random numbers of one subject; only `random` is drawn from it, which is the same everywhere."""
    return np.random.Generator(np.random.PCG64([seed, *subject]))


def build_world(students: int, seed: int) -> World:
    """Invent a school of so many students."""
    groups = _share_out(students)
    records = _enrol(groups, students, seed)
    homerooms = 1 + max((record.homeroom for record in records), default=-1)
    advisor_ids = [1960001 + place for place in range(homerooms)]
    year_groups = [_year_group(place, records, advisor_ids) for place in range(len(groups))]
    year_groups.append(_former_year_group())
    classes = lay_timetable(year_groups, records, first_teacher=1960001 + homerooms)
    subject_teachers = {teacher for school_class in classes for teacher in school_class.teachers}
    teachers = _hire(advisor_ids, sorted(subject_teachers - set(advisor_ids)), seed)
    return World(seed, SCHOOL_DAYS, records, year_groups, teachers, classes)


def _share_out(students: int) -> list[tuple[Programme, int, int]]:
    """Give (programme, grade, number of students) of every year group, the numbers a little uneven."""
    grades = [(programme, grade) for programme in PROGRAMMES for grade in programme.grades]
    former = _former_count(students)
    bounds = [round((students - former) * place / len(grades)) for place in range(len(grades) + 1)]
    uneven = 1 if students >= SMALL_SCHOOL else 0
    # Every second bound is moved by one: neighbours differ in size, the sum stays.
    bounds = [bound + uneven * (place % 2) * (0 < place < len(grades)) for place, bound in enumerate(bounds)]
    return [(*grade, bounds[place + 1] - bounds[place]) for place, grade in enumerate(grades)]


def _former_count(students: int) -> int:
    """Give the number of students who left before this year: one at least, but in the smallest schools."""
    return max(round(students * FORMER), 1 if students >= SMALL_SCHOOL else 0)


def _enrol(groups: Sequence[tuple[Programme, int, int]], students: int, seed: int) -> list[Student]:
    """Enrol all students, year group by year group; those who left before this year come last."""
    people = draw_people(stream(seed, NAMES), students)
    ids = 20540011 + np.cumsum(1 + (stream(seed, IDS).random(students) * 8).astype(np.int64))
    parents = _link_parents(students, seed)
    draws = stream(seed, ENROLMENT).random((students, 3)).tolist()
    records: list[Student] = []
    homeroom = 0
    for place, (_, grade, size) in enumerate(groups):
        rooms = max(1, -(-size // HOMEROOM_SIZE))
        for seat in range(size):
            position = len(records)
            # The last of Grade 7 is on the list, and comes next year: a student without any mark.
            waits = grade == GRADE_WITH_NEWCOMER and seat == size - 1 and students >= SMALL_SCHOOL
            first, last, archived = (len(SCHOOL_DAYS), -1, False) if waits else _enrolment(draws[position])
            room = homeroom + seat * rooms // size
            records.append(
                Student(
                    position,
                    int(ids[position]),
                    f"AA{1001 + position}",
                    people[position],
                    year_group=place,
                    homeroom=room,
                    first=first,
                    last=last,
                    archived=archived,
                    parent_ids=parents[position],
                ),
            )
        homeroom += rooms if size else 0
    former = range(len(records), students)
    return records + [_former(position, int(ids[position]), people[position], parents[position]) for position in former]


def _former(position: int, student_id: int, person: Person, parent_ids: tuple[int, ...]) -> Student:
    """Make a student who left before this year."""
    return Student(
        position,
        student_id,
        f"AA{1001 + position}",
        person,
        year_group=None,
        homeroom=-1,
        first=0,
        last=-1,
        archived=True,
        parent_ids=parent_ids,
    )


GRADE_WITH_NEWCOMER = 7


def _enrolment(draw: list[float]) -> tuple[int, int, bool]:
    """Give a student's first and last school day and whether they are archived, of three uniform numbers."""
    days = len(SCHOOL_DAYS)
    inside = int((0.1 + 0.35 * draw[1]) * days)  # in the first half: their absence of marks can be seen early
    if draw[0] < JOINERS:
        return inside, days - 1, False
    if draw[0] < JOINERS + LEAVERS:
        return 0, inside, False
    if draw[0] < JOINERS + 2 * LEAVERS:
        return 0, inside, True
    return 0, days - 1, False


def _link_parents(students: int, seed: int) -> list[tuple[int, ...]]:
    """Give every student's parents: two, one, or none; some share them with the one before."""
    parents: list[tuple[int, ...]] = []
    following = 1750001
    for draw, kin in stream(seed, PARENTS).random((students, 2)).tolist():
        if parents and kin < 0.06:  # noqa: PLR2004  # a share of siblings
            parents.append(parents[-1])
            continue
        count = 0 if draw < 0.008 else 1 if draw < 0.25 else 2  # noqa: PLR2004  # shares of households
        parents.append(tuple(range(following, following + count)))
        following += count
    return parents


def _year_group(place: int, records: list[Student], advisor_ids: list[int]) -> YearGroup:
    """Make the year group at this place of the list of grades."""
    programme, grade = [(programme, grade) for programme in PROGRAMMES for grade in programme.grades][place]
    members = [record for record in records if record.year_group == place]
    return YearGroup(
        10907398 + 13 * place + place % 3,
        programme,
        grade,
        tuple(record.position for record in members),
        tuple(sorted({advisor_ids[record.homeroom] for record in members})),
        marks_only_absentees=grade == GRADE_MARKING_ONLY_ABSENTEES,
    )


GRADE_MARKING_ONLY_ABSENTEES = 8


def _former_year_group() -> YearGroup:
    """Make last year's leavers' year group: archived, and nobody is in it any more."""
    return YearGroup(10907201, PROGRAMMES[-1], 13, (), (), archived=True)


def _hire(advisor_ids: list[int], others: list[int], seed: int) -> list[Teacher]:
    """Name the teachers."""
    people = draw_people(stream(seed, NAMES, 1), len(advisor_ids) + len(others))
    roles = ["Advisor"] * len(advisor_ids) + ["Teacher"] * len(others)
    return [
        Teacher(teacher_id, person, role)
        for teacher_id, person, role in zip([*advisor_ids, *others], people, roles, strict=True)
    ]


def enrolled(world: World) -> NDArray[np.bool_]:
    """Give the matrix of students by school days of who is enrolled, and whose programme is in session."""
    day = np.arange(len(world.days))
    first = np.array([student.first for student in world.students]).reshape(-1, 1)
    last = np.array([student.last for student in world.students]).reshape(-1, 1)
    matrix: NDArray[np.bool_] = (day >= first) & (day <= last)
    for group in world.year_groups:
        in_session = np.array([day in group.programme.timetable_day for day in world.days])
        matrix[list(group.students)] &= in_session
    return matrix
