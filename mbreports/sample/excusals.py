"""Excusals: what parents wrote of their children's absences, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mbreports.sample.marks import ABSENT_CODES, NO_MARK
from mbreports.sample.world import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mbreports.sample.marks import Codes
    from mbreports.sample.world import Student, World

SPELLS, ODD_EXCUSALS, WEEKEND_EXCUSALS = 21, 22, 23

LONGEST = 12  # days, weekends included
FIRST_ID = 880101

EXCUSED_SPELLS = 0.66
IN_TWO_PARTS, OVERLAPPED = 0.5, 0.03
NEEDLESS = 0.03  # share of students with an excusal for a day on which they came
SENT_BEFORE, SENT_SAME_DAY, SENT_SOON = 0.12, 0.7, 0.9

COMMENTS = (
    "Was sick.",
    "Fever since last night, will stay at home.",
    "At the dentist.",
    "",
    "Family matter",
    "Visa appointment at the embassy",
    "He said: \"I can't\" — he couldn't.",
    "<i>Doctor's</i> note attached & signed",
    '=HYPERLINK("http://example.org","note")',
    "Con tôi bị ốm, xin phép nghỉ học.",
    "孩子发烧了，请假。",
    "مريض اليوم",
    "Migräne; kommt morgen wieder",
    "-2 days, travel",
    "Grandmother's funeral.\nBack on Monday.",
)


@dataclass(frozen=True)
class Excusal:
    """A parent's word that a student could not come, from one date to another, both included."""

    excusal_id: int
    student: int
    parent_id: int
    start: date
    end: date
    comment: str
    created_at: datetime
    updated_at: datetime

    @property
    def duration(self) -> int:
        """The days covered, weekends included."""
        return (self.end - self.start).days + 1

    def covers(self, day: date) -> bool:
        """Say whether a day lies in the excusal."""
        return self.start <= day <= self.end

    def meets(self, start: date, end: date) -> bool:
        """Say whether any day of a span lies in the excusal."""
        return self.start <= end and start <= self.end


@dataclass(frozen=True)
class _Draft:
    """An excusal that has no number yet."""

    student: int
    start: date
    end: date
    created_at: datetime
    comment: str


def write_excusals(world: World, happened: Codes, today: date) -> dict[int, list[Excusal]]:
    """Write every student's excusals that were sent until today, in the order they were sent."""
    drafts = [
        *_for_spells(world, happened),
        *_for_nothing(world, happened),
        *_over_a_weekend(world, happened),
    ]
    drafts.sort(key=lambda draft: (draft.created_at, draft.student, draft.start, draft.end))
    excusals: dict[int, list[Excusal]] = {}
    for number, draft in enumerate(drafts):
        if draft.created_at.date() <= today:
            excusal = _number(draft, FIRST_ID + 3 * number, world.students[draft.student])
            excusals.setdefault(draft.student, []).append(excusal)
    return excusals


def _number(draft: _Draft, excusal_id: int, student: Student) -> Excusal:
    """Give a draft its number and the parent who signed it."""
    parent_id = student.parent_ids[excusal_id % len(student.parent_ids)]
    # Some are corrected later; one in forty carries a clock that ran behind.
    late = timedelta(hours=excusal_id % 29) if excusal_id % 7 == 0 else timedelta()
    late = timedelta(seconds=-4) if excusal_id % 40 == 0 else late
    return Excusal(
        excusal_id,
        draft.student,
        parent_id,
        draft.start,
        draft.end,
        draft.comment,
        draft.created_at,
        draft.created_at + late,
    )


def spells(world: World, happened: Codes) -> Iterator[tuple[int, int, int]]:
    """Give (student, first, last) of every run of absent school days; a break between terms ends a run."""
    absent = np.isin(happened, ABSENT_CODES)
    padded = np.pad(absent, ((0, 0), (1, 1)))
    rows, begins = np.nonzero(padded[:, 1:-1] & ~padded[:, :-2])
    _, ends = np.nonzero(padded[:, 1:-1] & ~padded[:, 2:])
    breaks = [place for place, (one, other) in enumerate(pairwise(world.days)) if (other - one).days > LONGEST]
    for row, first, last in zip(rows.tolist(), begins.tolist(), ends.tolist(), strict=True):
        inside = [place for place in breaks if first <= place < last]
        for start, end in pairwise([first, *(place + 1 for place in inside), last + 1]):
            yield row, start, end - 1


def _for_spells(world: World, happened: Codes) -> Iterator[_Draft]:
    """Write the excusals of absences: for two of three runs; a long run gets two, now and then two overlap."""
    runs = list(spells(world, happened))
    for (row, first, last), draw in zip(runs, stream(world.seed, SPELLS).random((len(runs), 6)).tolist(), strict=True):
        if draw[0] >= EXCUSED_SPELLS or not world.students[row].parent_ids:
            continue
        start, end = world.days[first], world.days[last]
        until = min(end, start + timedelta(days=LONGEST - 1))
        yield _draft(row, start, until, draw[1:4])
        if until < end and draw[4] < IN_TWO_PARTS:
            following = until + timedelta(days=1)
            yield _draft(row, following, min(end, following + timedelta(days=LONGEST - 1)), draw[2:5])
        if draw[5] < OVERLAPPED:
            yield _draft(row, until, until + timedelta(days=1), draw[3:6])


def _draft(student: int, start: date, end: date, draws: list[float]) -> _Draft:
    """Write one excusal, sent before, on the day, or after; `draws` are three uniform numbers."""
    when = draws[0]
    if when < SENT_BEFORE:
        days = -1 - int(draws[1] * 5)
    elif when < SENT_SAME_DAY:
        days = 0
    else:
        days = (end - start).days + 1 + int(draws[1] * (2 if when < SENT_SOON else 9))
    moment = datetime(start.year, start.month, start.day, 6, 30, tzinfo=UTC) + timedelta(
        days=days,
        milliseconds=int(draws[2] * 5 * 3_600_000),
    )
    comment = COMMENTS[int(draws[2] * 997) % len(COMMENTS)]
    return _Draft(student, start, end, moment, comment)


def _for_nothing(world: World, happened: Codes) -> Iterator[_Draft]:
    """Write excusals for days on which the student came all the same."""
    draws = stream(world.seed, ODD_EXCUSALS).random((len(world.students), 5)).tolist()
    for student, draw in zip(world.students, draws, strict=True):
        place = int(draw[1] * len(world.days))
        came = happened[student.position, place] not in (*ABSENT_CODES, NO_MARK)
        if draw[0] < NEEDLESS and student.parent_ids and came:
            yield _draft(student.position, world.days[place], world.days[place], draw[2:5])


def _over_a_weekend(world: World, happened: Codes) -> Iterator[_Draft]:
    """Let every tenth student's family write once for a Friday absence until the Monday after, where there is one."""
    draws = stream(world.seed, WEEKEND_EXCUSALS).random((len(world.students), 3)).tolist()
    for student in world.students[::10]:
        fridays = [
            place
            for place, day in enumerate(world.days[:-1])
            if (world.days[place + 1] - day).days == 3  # noqa: PLR2004  # Friday to Monday
            and happened[student.position, place] == 0
            and happened[student.position, place + 1] not in ABSENT_CODES
        ]
        if fridays and student.parent_ids:
            friday = world.days[fridays[0]]
            yield _draft(student.position, friday, friday + timedelta(days=3), draws[student.position])
