"""What stands on a student's page: plain values, made elsewhere and only printed by the template."""

from __future__ import annotations

import dataclasses
from typing import Literal, TypeAlias

__all__ = [
    "Absence",
    "Calendar",
    "Cells",
    "Figure",
    "Key",
    "Kind",
    "Label",
    "Sheet",
    "StudentPage",
    "WeekBars",
    "WeekdayBar",
]

Kind: TypeAlias = Literal["open", "explained", "late", "other", "unclassified", "unrecorded"]
"""How a session is drawn: filled, outlined, pale, grey, dotted, dashed; one that was simply attended is a dot."""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """
    What every student's page of a report has in common.

    Attributes
    ----------
    school, title, span, footer
        Who, ``Attendance, Term 1``, the term's days, and the school's own line at the foot.
    as_of
        ``As of 5 December 2025``; empty where it is not known.
    rule
        The rule, in a sentence or two.
    calendar
        What heads the calendar.
    """

    school: str
    title: str
    span: str
    footer: str
    as_of: str
    rule: str
    calendar: str = "The term, day by day"


@dataclasses.dataclass(frozen=True)
class Figure:
    """A number that stands large, and what it counts, with its denominator."""

    number: str
    words: str


@dataclasses.dataclass(frozen=True)
class Label:
    """A piece of text in a drawing: at (x, y), in units of the drawing."""

    x: float
    y: float
    text: str


@dataclasses.dataclass(frozen=True)
class Cells:
    """All cells of a calendar that are drawn alike: one path, and a letter in each."""

    kind: Kind
    path: str
    letters: tuple[Label, ...]


@dataclasses.dataclass(frozen=True)
class Key:
    """A code of this page in the legend: its letter, how it is drawn, what it says; and the school's word for it."""

    letter: str
    kind: Kind | Literal["present", "holiday", "to come", "not enrolled"]
    words: str
    label: str = ""


@dataclasses.dataclass(frozen=True)
class Calendar:
    """
    The term at a glance: a column per week, a row per weekday (and period).

    Attributes
    ----------
    height
        Of the drawing, which is 690 units wide.
    months, weeks, rows
        What stands at its edges.
    present, holidays, hatch, to_come, not_enrolled
        Paths of the cells that carry no letter.
    sessions
        The path of `present` with all other sessions in it: many students have the same, under what covers it.
    dash
        The pattern of dashes that makes dots of the lines of `present`.
    width, tall
        Of a cell that carries a letter, in units.
    cells
        The others, by the way they are drawn.
    size
        Of a letter, in units.
    said
        The whole of it in words, for those who hear the page.
    """

    height: float
    months: tuple[Label, ...]
    weeks: tuple[Label, ...]
    rows: tuple[Label, ...]
    present: str
    sessions: str
    dash: str
    width: float
    tall: float
    holidays: str
    hatch: str
    to_come: str
    not_enrolled: str
    cells: tuple[Cells, ...]
    size: float
    said: str


@dataclasses.dataclass(frozen=True)
class WeekBars:
    """
    Absence by week: a bar per week, and the year group's rate as a dashed line.

    Attributes
    ----------
    bars, line
        Paths; no line where the year group is too small to be shown.
    grid, weeks
        Labels of the two axes.
    line_end
        Where the line is named; None without one.
    said
        The whole of it in words.
    """

    bars: str
    line: str
    grid: tuple[Label, ...]
    weeks: tuple[Label, ...]
    line_end: Label | None
    said: str


@dataclasses.dataclass(frozen=True)
class WeekdayBar:
    """A weekday's (or period's) bar: ``Fri``, 0 to 100, ``4 of 13``."""

    label: str
    length: float
    count: str


@dataclasses.dataclass(frozen=True)
class Absence:
    """Absent sessions that follow each other and have the same code, note and explanation: one row of the list."""

    key: Key
    when: str
    recorded_as: str
    note: str
    explained: bool
    explanation: str


@dataclasses.dataclass(frozen=True)
class StudentPage:
    """
    One student's page; it names no other student.

    Attributes
    ----------
    student_id, name, section
        Who, and the year group.
    about
        ``Grade 10 · homeroom Temi Okafor · AA1001``.
    headline, rest
        The sentence that matters: its strong part, and what follows it.
    figures
        Five numbers with what they count.
    calendar, keys
        The term at a glance, and the codes it uses, only those.
    weeks, trend
        Absence by week, and whether it rises.
    weekdays, periods, pattern
        Absence by weekday (and period, where there are several), and what may be said of it.
    absences
        The list of absences, newest first.
    footnotes
        What is uncertain, sentences.
    reconciles
        ``reconciles with ManageBac's totals``, or what differs; empty where there is nothing to compare.
    """

    student_id: int
    name: str
    section: str
    about: str
    headline: str
    rest: str
    figures: tuple[Figure, ...]
    calendar: Calendar | None
    keys: tuple[Key, ...]
    weeks: WeekBars | None
    weekdays: tuple[WeekdayBar, ...]
    periods: tuple[WeekdayBar, ...]
    trend: str
    pattern: str
    absences: tuple[Absence, ...]
    footnotes: tuple[str, ...]
    reconciles: str
