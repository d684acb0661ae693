"""The school's year: programmes, terms, holidays and the days on which there is school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

ABSENT = 0
PRESENT = 1
LATE = 2
NOT_TAKEN = -1
SETTABLE = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18)

SATURDAY, SUNDAY = 6, 7  # as date.isoweekday counts
DAYS_OFF = (0, 6)  # as ManageBac counts: 0 is Sunday

HOLIDAYS = frozenset(
    [date(2025, 10, 20) + timedelta(days) for days in range(5)]
    + [date(2026, 2, 16) + timedelta(days) for days in range(5)]
    + [date(2025, 10, 3), date(2025, 11, 28), date(2026, 5, 1), date(2026, 5, 25)],
)

DEFAULT_LABELS = {
    -1: "Present",
    0: "Absent",
    1: "Present",
    2: "Late",
    3: "Dress Code",
    4: "Late & Dress Code",
    5: "Dismissed",
    10: "Health",
    11: "Sports",
    12: "Fieldtrip",
    13: "Excused",
    14: "Other",
    15: "Custom 1",
    16: "Custom 2",
    17: "Custom 3",
    18: "Custom 4",
}


@dataclass(frozen=True)
class Term:
    """One academic term of one programme."""

    term_id: int
    name: str
    starts_on: date
    ends_on: date

    def holds(self, day: date) -> bool:
        """Say whether a day lies in the term."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class Subject:
    """What is taught: a class per section; `terms` are the first and last term it runs in (0, 1, 2)."""

    subject_id: int
    name: str
    group: str
    terms: tuple[int, int] = (0, 2)


@dataclass(frozen=True)
class Programme:
    """A programme of the school, with the codes that the API spells differently in different places."""

    name: str
    key: str  # in academic years and classes
    school_code: str  # in the school's own answer
    group_code: str  # in year groups and students
    short: str  # in the names of classes
    year_id: int
    year_name: str
    terms: tuple[Term, ...]
    grades: tuple[int, ...]
    subjects: tuple[Subject, ...]
    periods: tuple[int, ...]  # canonical, counted from 1
    labels: dict[int, str]
    rotation: int = 0  # days of the cycle; 0 is a weekday timetable
    count_from: int = 1  # the number that the school prints on its first period

    @property
    def starts_on(self) -> date:
        """The first day of the academic year."""
        return self.terms[0].starts_on

    @property
    def ends_on(self) -> date:
        """The last day of the academic year."""
        return self.terms[-1].ends_on

    def is_spelt(self, code: str) -> bool:
        """Say whether any of the spellings of the programme's code is this one."""
        return code in (self.key, self.school_code, self.group_code)

    @cached_property
    def school_days(self) -> tuple[date, ...]:
        """The days with school: in a term, no weekend, no holiday."""
        return tuple(day for term in self.terms for day in _working_days(term))

    @cached_property
    def timetable_day(self) -> dict[date, int]:
        """Which day of the timetable a school day is: its rotation day, or its weekday (1 is Monday)."""
        if self.rotation:
            return {day: count % self.rotation + 1 for count, day in enumerate(self.school_days)}
        return {day: day.isoweekday() for day in self.school_days}

    @cached_property
    def enabled(self) -> tuple[int, ...]:
        """The codes that this programme's schools use."""
        return (*(code for code in (-1, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14) if code in self.labels), *self.custom)

    @cached_property
    def custom(self) -> tuple[int, ...]:
        """The custom codes that have a name here."""
        return tuple(code for code in (15, 16, 17, 18) if self.labels[code] != DEFAULT_LABELS[code])


def _working_days(term: Term) -> list[date]:
    """Give a term's days without weekends and holidays."""
    length = (term.ends_on - term.starts_on).days + 1
    days = (term.starts_on + timedelta(count) for count in range(length))
    return [day for day in days if day.isoweekday() not in (SATURDAY, SUNDAY) and day not in HOLIDAYS]


def _terms(ids: tuple[int, int, int], first: date, *, pyp: bool = False) -> tuple[Term, ...]:
    """Give a programme's three terms; the primary school starts later and stops earlier."""
    return (
        Term(ids[0], "Term 1", first, date(2025, 12, 18) if pyp else date(2025, 12, 19)),
        Term(ids[1], "Term 2", date(2026, 1, 6), date(2026, 3, 27)),
        Term(ids[2], "Term 3", date(2026, 4, 13), date(2026, 6, 26) if pyp else date(2026, 7, 3)),
    )


PYP = Programme(
    name="IB Primary Years",
    key="ib_pyp",
    school_code="ibpyp",
    group_code="pyp",
    short="PYP",
    year_id=31796,
    year_name="September 2025 – June 2026",
    terms=_terms((62757, 62760, 62763), date(2025, 9, 3), pyp=True),
    grades=(1, 2, 3, 4, 5),
    subjects=(
        Subject(301, "Unit of Inquiry", "Transdisciplinary Skills"),
        Subject(302, "Language", "Language"),
        Subject(303, "Mathematics", "Mathematics"),
        Subject(304, "Arts & Music", "Arts"),
        Subject(305, "Physical Education", "PSPE"),
    ),
    periods=(1, 2, 3, 4),
    labels=DEFAULT_LABELS | {10: "Sick", 14: "Other", 15: "Half day"},
)

MYP = Programme(
    name="IB Middle Years",
    key="myp",
    school_code="ibmyp",
    group_code="myp",
    short="MYP",
    year_id=26279,
    year_name="September 2025 – July 2026",
    terms=_terms((62756, 62759, 62762), date(2025, 9, 1)),
    grades=(6, 7, 8, 9, 10),
    subjects=(
        Subject(201, "Language & Literature", "Language and Literature"),
        Subject(202, "Mathematics", "Mathematics"),
        Subject(203, "Sciences", "Sciences"),
        Subject(204, "Individuals & Societies", "Individuals and Societies"),
        Subject(205, "Physical & Health Education", "Physical and Health Education"),
        Subject(206, "Design", "Design", terms=(0, 0)),
        Subject(207, "Drama", "Arts", terms=(1, 2)),
    ),
    periods=(1, 2, 4, 5, 9, 10),
    labels=DEFAULT_LABELS
    | {10: "Excused absence", 13: "Excused absence", 17: "Learning off site", 18: "Learning off site"},
)

DIPLOMA = Programme(
    name="IB Diploma",
    key="diploma",
    school_code="diploma",
    group_code="diploma",
    short="DP",
    year_id=26278,
    year_name="September 2025 – July 2026",
    terms=_terms((62755, 62758, 62761), date(2025, 9, 1)),
    grades=(11, 12),
    subjects=(
        Subject(927, "English A", "Studies in Language and Literature"),
        Subject(928, "Language B", "Language Acquisition"),
        Subject(929, "History", "Individuals and Societies"),
        Subject(930, "Biology", "Sciences"),
        Subject(931, "Mathematics AA", "Mathematics"),
        Subject(932, "Visual Arts", "The Arts"),
        Subject(933, "Theory of Knowledge", "Core", terms=(0, 1)),
    ),
    periods=(1, 2, 3, 5, 6),
    labels=DEFAULT_LABELS | {5: "Left early", 15: "Study leave", 16: "Online"},
    rotation=6,
    count_from=0,
)

PROGRAMMES = (PYP, MYP, DIPLOMA)
# The year starts earliest and ends latest in the diploma and middle years, so their days hold everybody's.
SCHOOL_DAYS = DIPLOMA.school_days
