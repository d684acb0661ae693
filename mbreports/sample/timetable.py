"""Classes and when they meet: a weekday timetable for two programmes, a rotation of six days for the diploma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mbreports.sample.calendars import Programme, Subject, Term
    from mbreports.sample.world import Student, YearGroup

WEEKDAYS = 5
CLASSES_PER_TEACHER = 5


@dataclass(frozen=True)
class Slot:
    """A place in a class's timetable; the period is canonical, counted from 1."""

    day: int
    period: int
    location: str
    enabled: bool = True


@dataclass(frozen=True)
class SchoolClass:
    """A class; its students are positions in the school's list."""

    class_id: int
    number: int
    programme: Programme
    subject: Subject
    year_group: int
    grade: int
    section: str
    teachers: tuple[int, ...]
    students: tuple[int, ...]
    slots: tuple[Slot, ...]
    archived: bool = False

    @property
    def name(self) -> str:
        """The name on the timetable."""
        return f"IB {self.programme.short} {self.subject.name} (Grade {self.grade}) {self.section}"

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms in which the class runs."""
        first, last = self.subject.terms
        return self.programme.terms[first : last + 1]


def lay_timetable(year_groups: list[YearGroup], records: list[Student], *, first_teacher: int) -> list[SchoolClass]:
    """Make a class of every subject for every homeroom, and last year's archived ones."""
    classes: list[SchoolClass] = []
    class_id = 8520001
    for place, group in enumerate(year_groups):
        for letter, members in enumerate(_homerooms(group, records)):
            for number, subject in enumerate(group.programme.subjects):
                teachers: tuple[int, ...] = (first_teacher + len(classes) // CLASSES_PER_TEACHER,)
                if number == 0:
                    teachers = (*teachers, group.advisors[letter])  # the homeroom advisor teaches along
                classes.append(
                    SchoolClass(
                        class_id,
                        len(classes),
                        group.programme,
                        subject,
                        place,
                        group.grade,
                        _letter(letter),
                        teachers,
                        tuple(members),
                        _slots(group, number, letter),
                    ),
                )
                class_id += 3 + len(classes) % 2
    return [*classes, *_archived_classes(classes, class_id)]


def _homerooms(group: YearGroup, records: list[Student]) -> Iterator[list[int]]:
    """Give the members of each homeroom of a year group."""
    rooms: dict[int, list[int]] = {}
    for position in group.students:
        rooms.setdefault(records[position].homeroom, []).append(position)
    yield from rooms.values()


def _letter(number: int) -> str:
    """Give a section's letter: A … Z, then AA."""
    return chr(ord("A") + number) if number < 26 else _letter(number // 26 - 1) + _letter(number % 26)  # noqa: PLR2004


def _slots(group: YearGroup, number: int, section: int) -> tuple[Slot, ...]:
    """Give a subject's slots: periods and days turn, so that no two subjects of a section meet at once."""
    programme = group.programme
    shared = _shared_place(programme, number)
    subjects = len({_shared_place(programme, place) for place in range(len(programme.subjects))})
    days = programme.rotation or WEEKDAYS
    room = f"{programme.short} {group.grade}{_letter(section)}-{number + 1}"
    slots = [
        Slot(day, period, room)
        for day in range(1, days + 1)
        for place, period in enumerate(programme.periods)
        if (place + 2 * day) % subjects == shared
    ]
    return tuple(_bend(slots, group, number, section))


def _shared_place(programme: Programme, number: int) -> int:
    """Give a subject's place in the turn; one that starts when another has stopped takes its place over."""
    subject, before = programme.subjects[number], programme.subjects[number - 1]
    return number - 1 if number and subject.terms[0] > before.terms[1] else number


GRADE_WITH_DISABLED_SLOT = 6
GRADE_WITH_DOUBLE_BOOKING = 7
GRADE_WITH_DOUBLE_LESSON = 10


def _bend(slots: list[Slot], group: YearGroup, number: int, section: int) -> list[Slot]:
    """Put in what real timetables have: a slot that was disabled later, one booked twice, a lesson of two periods."""
    if section:
        return slots
    if group.grade == GRADE_WITH_DOUBLE_LESSON:
        return _double_lesson(slots, number)
    if number:
        return slots
    if group.grade == GRADE_WITH_DISABLED_SLOT:
        last = slots[-1]
        return [*slots[:-1], Slot(last.day, last.period, last.location, enabled=False)]
    if group.grade == GRADE_WITH_DOUBLE_BOOKING:
        first = slots[0]
        return [first, Slot(first.day, first.period, "Library"), *slots[1:]]
    return slots


def _double_lesson(slots: list[Slot], number: int) -> list[Slot]:
    """Let the first subject's lesson in period 9 go on in period 10, which the second one gives up."""
    last = 10
    if number == 0:
        longer = [Slot(slot.day, last, slot.location) for slot in slots if slot.period == last - 1]
        return sorted([*slots, *longer], key=lambda slot: (slot.day, slot.period))
    return [slot for slot in slots if slot.period != last] if number == 1 else slots


def _archived_classes(classes: list[SchoolClass], class_id: int) -> list[SchoolClass]:
    """Make two classes that were closed before the year began: no students, no timetable."""
    return [
        SchoolClass(
            class_id + place,
            len(classes) + place,
            model.programme,
            model.subject,
            model.year_group,
            model.grade,
            "old",
            model.teachers[:1],
            (),
            (),
            archived=True,
        )
        for place, model in enumerate(classes[:1] + classes[-1:])
    ]
