"""How tall a student's page is on paper, by rule of thumb: a browser's print cannot be measured beforehand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mbreports.report.student_parts import StudentPage

__all__ = ["runs_over"]

_ROOM: Final = {"A4": 772.0, "Letter": 717.0}
"""Points, by this estimate, that a sheet holds between its margins."""

_SAVED = 90.0
"""Points that lines closer together save, about."""

_WIDTH = 504.0
_LINES: Final = {"name": (22.8, 12.6), "facts": (14.2, 5.7), "headline": (17.0, 6.9), "small": (11.7, 4.45)}
"""Of each size of text: points of a line, and of a character."""

_MASTHEAD, _FIGURES, _CHARTS, _MORE_BARS, _HEADING, _GAP = 48.0, 64.0, 155.0, 16.2, 17.7, 10.0
_KEY, _KEY_LINE, _KEY_LETTER = 33.0, 15.2, 4.5
_HEAD_ROW, _ROW, _ROW_LINE, _LETTER = 20.1, 6.5, 12.8, 5.0
_COLUMNS: Final = {"when": 121.0, "as": 101.0, "note": 97.0, "why": 146.0}
_USUAL_BARS = 5


def runs_over(student: StudentPage, rule: str, paper: str) -> bool:
    """
    Say whether a student's page in its usual spacing would run over by so little that a closer one fits one sheet.

    Parameters
    ----------
    student
        What stands on it.
    rule
        The sentence at its foot.
    paper
        ``A4`` or ``Letter``.
    """
    room = _ROOM[paper]
    return room < _height(student, rule) < room + _SAVED


def _height(student: StudentPage, rule: str) -> float:
    taken = _MASTHEAD + _text(student.name, "name") + _text(student.about, "facts") + 20.0
    taken += _text(f"{student.headline} {student.rest}", "headline")
    if student.figures:
        taken += _FIGURES
    if student.calendar is not None:
        keys = sum(_KEY + _KEY_LETTER * len(key.words) for key in student.keys)
        taken += _HEADING + student.calendar.height * _WIDTH / 690 + 4 + _KEY_LINE * math.ceil(keys / _WIDTH) + _GAP
    if student.weeks is not None:
        bars = max(len(student.weekdays), len(student.periods), _USUAL_BARS)
        taken += _CHARTS + _MORE_BARS * (bars - _USUAL_BARS)
    if student.figures:
        taken += _HEADING + _GAP + (_absences(student) if student.absences else _ROW_LINE)
    return taken + _text(" ".join(student.footnotes), "small") + _text(rule, "small") + 2 * len(student.footnotes[:1])


def _text(words: str, size: str) -> float:
    line, letter = _LINES[size]
    return line * math.ceil(len(words) * letter / _WIDTH)


def _absences(student: StudentPage) -> float:
    """The table of absences: each row as tall as its fullest cell."""
    rows = (
        (row.when, row.recorded_as, row.note, row.explanation)
        if any(one.note for one in student.absences)
        else (row.when,)
        for row in student.absences
    )
    return _HEAD_ROW + sum(_ROW + _ROW_LINE * _most_lines(cells) for cells in rows)


def _most_lines(cells: Iterable[str]) -> int:
    return max(
        max(1, math.ceil(len(words) * _LETTER / width)) for words, width in zip(cells, _COLUMNS.values(), strict=False)
    )
