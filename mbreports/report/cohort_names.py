"""Year groups as people call them: ``Grade 9`` for ManageBac's ``IB Middle Years Group of 2029 (Grade 9)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mbreports.report import wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["heading_of", "short_names", "time_of", "year_group_names"]

_GRADE = re.compile(r".*\((?P<grade>[^()]+)\)\s*\Z", re.DOTALL)
_NUMBERED = re.compile(r"(?P<word>\D*?)\s*(?P<number>\d+)\Z")
_MOST_NAMED = 4


def short_names(names: Iterable[str]) -> dict[str, str]:
    """
    Shorten the names of year groups to their grades, in the order in which people count them.

    Only where every name ends in a grade in parentheses, and no two in the same; else names stay as they are, in
    the order given.

    >>> short_names(["IB Diploma Group of 2026 (Grade 12)", "IB Middle Years Group of 2029 (Grade 9)"])
    {'IB Middle Years Group of 2029 (Grade 9)': 'Grade 9', 'IB Diploma Group of 2026 (Grade 12)': 'Grade 12'}
    >>> short_names(["Year 9", "Year 10 (Leavers)"])
    {'Year 9': 'Year 9', 'Year 10 (Leavers)': 'Year 10 (Leavers)'}
    """
    full = {name: wording.clean(name) for name in names}
    grades = {name: match["grade"].strip() for name, text in full.items() if (match := _GRADE.match(text))}
    if len(grades) < len(full) or len(set(grades.values())) < len(grades):
        return full
    return dict(sorted(grades.items(), key=lambda pair: _counted(pair[1])))


def _counted(text: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.split(r"(\d+)", text.casefold())
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts if part)


def year_group_names(report: AbsenceAnalysis) -> dict[Any, str]:
    """Give the year groups of a report, as its pages call them, by their full names."""
    return {**short_names(report.year_groups["year_group"].dropna())}


def time_of(report: AbsenceAnalysis) -> str:
    """Give the words for the time that a report is about: one term, or several that were joined."""
    return "the term" if len(set(report.term.terms["name"])) <= 1 else "these terms"


def heading_of(names: Iterable[str]) -> str:
    """
    Name year groups together: ``Grades 9 to 12`` where they follow each other, else each, else how many.

    >>> heading_of(["Grade 9", "Grade 10"]), heading_of(["Year 7", "Year 9"]), heading_of(["Ash", "Elm"])
    ('Grades 9 and 10', 'Year 7 and Year 9', 'Ash and Elm')
    >>> heading_of([]), heading_of("ABCDE")
    ('All students', 'All 5 year groups')
    """
    named = [name for name in names if name]
    found = [match for name in named if (match := _NUMBERED.match(name))]
    numbers = [int(match["number"]) for match in found]
    alike = len(found) == len(named) > 1 and len({match["word"] for match in found}) == 1
    if alike and found[0]["word"] and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        between = "and" if len(numbers) == len(("first", "last")) else "to"
        return f"{found[0]['word']}s {numbers[0]} {between} {numbers[-1]}"
    if not named:
        return "All students"
    if len(named) > _MOST_NAMED:
        return f"All {len(named)} year groups"
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
