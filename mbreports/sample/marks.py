"""The attendance model: who is absent when, why, and what the registers say of it.

Every student has a propensity, from Beta(1, 19), the least of 19 uniform numbers. Absence comes in runs: a
two-state Markov chain over the school days, whose chance to go on is smaller over a weekend, and whose chance to
begin is larger on a Friday. Only comparisons, sums and quotients of uniform numbers are used, no logarithm and no
power: so the same seed gives the same school on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mbreports.sample.calendars import ABSENT, LATE, NOT_TAKEN, PRESENT
from mbreports.sample.world import enrolled, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mbreports.sample.timetable import SchoolClass
    from mbreports.sample.world import World

    Codes = NDArray[np.int8]
    Numbers = NDArray[np.float64]

PROPENSITY, TARDINESS, RUNS, CAUSES, ODD_DAYS, REGISTERS, TRIPS, NOTES, LESSONS = range(11, 20)

NO_MARK = -100  # the answer holds an empty object
HEALTH, SPORTS, FIELDTRIP, EXCUSED, OTHER = 10, 11, 12, 13, 14
DISMISSED = 5

ABSENT_CODES = (ABSENT, HEALTH, EXCUSED)
CAUSE_BOUNDS = ((0.78, ABSENT), (0.92, HEALTH), (1.0, EXCUSED))
GOES_ON, GOES_ON_OVER_BREAK = 0.78, 0.55
BEGINS = {1: 0.95, 2: 0.8, 3: 0.8, 4: 0.9, 5: 1.75}  # by weekday, Monday is 1
UNTAKEN_HOMEROOM, UNTAKEN_YEAR_GROUP, UNTAKEN_LESSON = 0.008, 0.0015, 0.02

NOTE_TEXTS = (
    "",
    "Left early.",
    "At the dentist.",
    "Bus was late — 25 minutes",
    "=SUM(A1:A9)",
    "<b>Ask</b> the parents & <script>alert('x')</script>",
    'Said "back by 10:30", wasn\'t',
    "Bác sĩ hẹn lúc 8 giờ",
    "因病请假",
    "+44 20 7946 0000 rang, no answer",
    "Fever",
    "   ",
    "Musical rehearsal;\tsee list\nof participants",
    "@office informed",
    "Überschlafen 😴",
)
NOTE_SHARE = {"absent": 0.22, "other": 0.006}


@dataclass(frozen=True)
class Homerooms:
    """Homeroom marks, students by school days: what happened, what the registers say, and the notes' places."""

    happened: Codes
    recorded: Codes
    notes: NDArray[np.int8]


def mark_homerooms(world: World) -> Homerooms:
    """Draw the homeroom marks of the whole year."""
    happened = _draw_happenings(world)
    happened[~enrolled(world)] = NO_MARK
    recorded = _take_registers(world, happened)
    return Homerooms(happened, recorded, _draw_notes(world, recorded))


def propensities(world: World) -> Numbers:
    """Give every student's propensity to be absent: the quantiles of Beta(1, 19), dealt out at random."""
    draws = stream(world.seed, PROPENSITY)
    pool = np.sort(draws.random((POOL, 19)).min(axis=1))
    students = len(world.students)
    # Evenly spaced quantiles: a small school has its share of often absent students whatever the seed.
    places = ((np.arange(students) + 0.5) * POOL / students).astype(np.int64)
    dealt: Numbers = pool[places][np.argsort(draws.random(students), kind="stable")]
    return dealt


POOL = 8000


def _draw_happenings(world: World) -> Codes:
    """Draw what each student did on each school day, enrolled or not."""
    codes = _draw_presences(world)
    causes = _draw_absences(world)
    return np.where(causes >= 0, causes, codes).astype(np.int8)


def _draw_absences(world: World) -> Codes:
    """Run the Markov chain of all students at once; give the absence's code, or -1 where there is none."""
    shape = (len(world.students), len(world.days))
    moves = stream(world.seed, RUNS).random(shape)
    drawn = _choose(stream(world.seed, CAUSES).random(shape), CAUSE_BOUNDS)
    propensity = propensities(world)
    codes = np.full(shape, -1, np.int8)
    cause = np.full(shape[0], -1, np.int8)
    for place, day in enumerate(world.days):
        broken = place == 0 or (day - world.days[place - 1]).days > 1
        goes_on = GOES_ON_OVER_BREAK if broken else GOES_ON
        # In the long run a student of propensity p is absent p of the time: p (1 - stay) = (1 - p) begin.
        begins = np.minimum(1.0, propensity * (1 - GOES_ON) / (1 - propensity) * BEGINS[day.isoweekday()])
        absent = moves[:, place] < np.where(cause >= 0, goes_on, begins)
        cause = np.where(absent, np.where(cause >= 0, cause, drawn[:, place]), -1).astype(np.int8)
        codes[:, place] = cause
    return codes


def _draw_presences(world: World) -> Codes:
    """Draw how each student is present: mostly just so, sometimes late, on a trip, or with a custom code."""
    shape = (len(world.students), len(world.days))
    draws = stream(world.seed, ODD_DAYS).random(shape)
    late = stream(world.seed, TARDINESS).random((shape[0], 30)).min(axis=1, initial=1.0).reshape(-1, 1)
    codes = np.full(shape, PRESENT, np.int8)
    rest = np.full(shape[0], 0.0).reshape(-1, 1)
    rest = rest + late
    codes[draws < rest] = LATE
    for code, share in ((3, 0.003), (4, 0.001), (DISMISSED, 0.004), (SPORTS, 0.005), (OTHER, 0.001)):
        codes[(draws >= rest) & (draws < rest + share)] = code
        rest = rest + share
    for group in world.year_groups:
        for code in group.programme.custom:
            chosen = (draws >= rest) & (draws < rest + CUSTOM_SHARE)
            rows = list(group.students)
            codes[rows] = np.where(chosen[rows], code, codes[rows])
            rest = rest + CUSTOM_SHARE
    return _send_on_trips(world, codes)


CUSTOM_SHARE = 0.0015


def _send_on_trips(world: World, codes: Codes) -> Codes:
    """Send every year group on one field trip a term."""
    trips = stream(world.seed, TRIPS).random((len(world.year_groups), 3)).tolist()
    for group, draws in zip(world.year_groups, trips, strict=True):
        for term, draw in zip(group.programme.terms, draws, strict=True):
            days = [place for place, day in enumerate(world.days) if term.holds(day)]
            codes[list(group.students), days[int(draw * len(days))]] = FIELDTRIP
    return codes


def _choose(draws: Numbers, bounds: tuple[tuple[float, int], ...]) -> Codes:
    """Give each uniform number the code of the first bound that it lies below."""
    uppers = np.array([bound for bound, _ in bounds])
    codes = np.array([code for _, code in bounds], np.int8)
    chosen: Codes = codes[np.searchsorted(uppers, draws, side="right")]
    return chosen


def _take_registers(world: World, happened: Codes) -> Codes:
    """Write down what happened as the registers do: some are not taken, one year group marks only absentees."""
    recorded = happened.copy()
    room = np.array([student.homeroom for student in world.students])
    days = len(world.days)
    rooms = int(room.max(initial=-1)) + 1
    untaken_rooms = stream(world.seed, REGISTERS).random((rooms + 1, days)) < UNTAKEN_HOMEROOM
    untaken_groups = stream(world.seed, REGISTERS, 1).random((len(world.year_groups), days)) < UNTAKEN_YEAR_GROUP
    untaken = untaken_rooms[room]
    for place, group in enumerate(world.year_groups):
        rows = list(group.students)
        untaken[rows] |= untaken_groups[place]
        if group.marks_only_absentees:
            recorded[rows] = np.where(recorded[rows] == PRESENT, NOT_TAKEN, recorded[rows])
    recorded[untaken & (happened != NO_MARK)] = NOT_TAKEN
    return recorded


def _draw_notes(world: World, recorded: Codes) -> NDArray[np.int8]:
    """Draw the notes' places in `NOTE_TEXTS`; most marks have none."""
    draws = stream(world.seed, NOTES).random((2, *recorded.shape))
    texts = (draws[1] * len(NOTE_TEXTS)).astype(np.int8)
    share = np.where(np.isin(recorded, ABSENT_CODES), NOTE_SHARE["absent"], NOTE_SHARE["other"])
    noted = (draws[0] < share) & (recorded != NO_MARK) & (recorded != NOT_TAKEN)
    return np.where(noted, texts, 0).astype(np.int8)


@dataclass(frozen=True)
class Lessons:
    """The marks of one class, students by lessons; a lesson is a period of a school day."""

    day: NDArray[np.int64]
    period: NDArray[np.int64]
    enabled: NDArray[np.bool_]
    codes: Codes
    notes: NDArray[np.int8]


def mark_lessons(world: World, homerooms: Homerooms, school_class: SchoolClass) -> Lessons:
    """Draw the marks of one class of the whole year; the same whenever it is asked."""
    day, period, enabled = _lesson_times(world, school_class)
    rows = np.array(school_class.students, np.int64)
    shape = (len(rows), len(day))
    draws = stream(world.seed, LESSONS, school_class.number).random((3, *shape))
    untaken = stream(world.seed, LESSONS, school_class.number, 1).random(len(day)) < UNTAKEN_LESSON
    codes = _lesson_codes(homerooms.happened[rows][:, day], draws[0])
    if world.year_groups[school_class.year_group].marks_only_absentees:
        codes[codes == PRESENT] = NOT_TAKEN
    codes[:, untaken] = np.where(codes[:, untaken] == NO_MARK, NO_MARK, NOT_TAKEN)
    noted = (draws[1] < NOTE_SHARE["absent"]) & np.isin(codes, ABSENT_CODES)
    texts = (draws[2] * len(NOTE_TEXTS)).astype(np.int8)
    return Lessons(day, period, enabled, codes, np.where(noted, texts, 0).astype(np.int8))


def _lesson_codes(homeroom: Codes, draws: Numbers) -> Codes:
    """Follow the homeroom, but for who comes after it, who is late for a lesson and who stays away from one."""
    absent = np.isin(homeroom, ABSENT_CODES)
    away = absent | np.isin(homeroom, (NO_MARK, SPORTS, FIELDTRIP, DISMISSED, 15, 16, 17, 18))
    codes = np.where(away, homeroom, PRESENT)
    codes[absent & (draws < CAME_AFTER_HOMEROOM)] = PRESENT
    codes[~away & (draws < STAYED_AWAY)] = ABSENT
    codes[~away & (draws >= STAYED_AWAY) & (draws < STAYED_AWAY + LATE_FOR_LESSON)] = LATE
    return codes.astype(np.int8)


CAME_AFTER_HOMEROOM, STAYED_AWAY, LATE_FOR_LESSON = 0.04, 0.005, 0.02


def _lesson_times(
    world: World,
    school_class: SchoolClass,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Give the school day and period of each lesson, in time order, and whether its slot is still enabled."""
    days: dict[int, list[int]] = {}
    for place, day in enumerate(world.days):
        if any(term.holds(day) for term in school_class.terms) and day in school_class.programme.timetable_day:
            days.setdefault(school_class.programme.timetable_day[day], []).append(place)
    periods = {(slot.day, slot.period): slot.enabled for slot in school_class.slots}
    lessons = sorted(
        (place, period, enabled)
        for (timetable_day, period), enabled in periods.items()
        for place in days.get(timetable_day, [])
    )
    table = np.array(lessons, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(bool)
