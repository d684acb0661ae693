"""What the school holds of its students' attendance, and how it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from threading import RLock
from typing import TYPE_CHECKING

from mbreports.sample.adjustments import write_adjustments
from mbreports.sample.excusals import FIRST_ID, Excusal, write_excusals
from mbreports.sample.marks import NOTE_TEXTS, mark_homerooms, mark_lessons

if TYPE_CHECKING:
    from datetime import date

    from mbreports.sample.marks import Lessons
    from mbreports.sample.timetable import SchoolClass
    from mbreports.sample.world import World


class Records:
    """
    The school's marks, excusals and adjustments, as they stand.

    Readers and writers hold `lock` while they look at it or change it.
    """

    def __init__(self, world: World, *, today: date) -> None:
        """Draw the records of a school whose calendar shows `today`."""
        self.world = world
        self.today = today
        self.lock = RLock()
        self.homerooms = mark_homerooms(world)
        self.excusals = write_excusals(world, self.homerooms.happened, today)
        self.adjustments = write_adjustments(world, self.homerooms.recorded, today)
        self._written_notes: dict[tuple[int, int], str] = {}
        self._lessons: dict[int, Lessons] = {}
        self._changes = 0
        numbers = [excusal.excusal_id for some in self.excusals.values() for excusal in some]
        self._last_excusal = max(numbers, default=FIRST_ID)

    def lessons(self, school_class: SchoolClass) -> Lessons:
        """Give the marks of a class, drawn when they are first asked for."""
        if school_class.number not in self._lessons:
            self._lessons[school_class.number] = mark_lessons(self.world, self.homerooms, school_class)
        return self._lessons[school_class.number]

    def homeroom_note(self, student: int, day: int) -> str:
        """Give the note beside a homeroom mark."""
        written = self._written_notes.get((student, day))
        return NOTE_TEXTS[self.homerooms.notes[student, day]] if written is None else written

    def excusals_of(self, student: int) -> list[Excusal]:
        """Give a student's excusals in the order they were sent."""
        return self.excusals.get(student, [])

    def set_homeroom(self, student: int, day: int, status: int, note: str | None) -> None:
        """Create or overwrite a homeroom mark; without a note the old one stays."""
        self.homerooms.recorded[student, day] = status
        if note is not None:
            self._written_notes[student, day] = note

    def add_excusal(self, student: int, *, parent_id: int, start: date, end: date, comment: str) -> Excusal:
        """Write down a new excusal."""
        self._last_excusal += 3
        now = self._now()
        excusal = Excusal(self._last_excusal, student, parent_id, start, end, comment, now, now)
        self.excusals.setdefault(student, []).append(excusal)
        return excusal

    def change_excusal(self, excusal: Excusal, *, end: date, comment: str) -> Excusal:
        """Write down another end and comment of an excusal."""
        changed = replace(excusal, end=end, comment=comment, updated_at=self._now())
        own = self.excusals[excusal.student]
        own[own.index(excusal)] = changed
        return changed

    def remove_excusal(self, excusal: Excusal) -> None:
        """Strike an excusal out."""
        self.excusals[excusal.student].remove(excusal)

    def _now(self) -> datetime:
        """Give the moment of a change: the school's day, a second later each time, so that a run can be repeated."""
        self._changes += 1
        return datetime.combine(self.today, time(12), UTC) + timedelta(seconds=self._changes)
