"""Small invented terms for the tests: no network, no files, nothing random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES = [("Nguyễn", "Thị Minh Khai"), ("O'Neill", "Chloé"), ("王", "小明"), ("Okafor", "Ada"), ("العربي", "ليلى")]


def days(count: int, start: str = "2025-09-01") -> pd.DatetimeIndex:
    """Weekdays from a Monday on."""
    return pd.bdate_range(start, periods=count)


def marks_of(
    codes: Mapping[int, Sequence[int | None]], *, start: str = "2025-09-01", year_group_id: int = 10
) -> pd.DataFrame:
    """A homeroom mark per student and school day: ``{student_id: [code, code, None, …]}``, None an empty answer."""
    rows = [
        {"date": day, "year_group_id": year_group_id, "student_id": student, "status": code}
        for student, row in codes.items()
        for day, code in zip(days(len(row), start), row, strict=True)
    ]
    return pd.DataFrame(rows, columns=["date", "year_group_id", "student_id", "status"])


def students_of(ids: Sequence[int]) -> pd.DataFrame:
    """One row per id, with names in several scripts."""
    return pd.DataFrame(
        {
            "student_id": list(ids),
            "school_id": [f"AA{number}" for number in ids],
            "last_name": [NAMES[place % len(NAMES)][0] for place in range(len(ids))],
            "first_name": [NAMES[place % len(NAMES)][1] for place in range(len(ids))],
            "year_group_id": [10] * len(ids),
            "year_group": ["Grade 9"] * len(ids),
            "homeroom": ["Temi Okafor"] * len(ids),
        }
    )


def term_of(codes: Mapping[int, Sequence[int | None]], **parts: Any) -> TermAttendance:
    """A term of such marks; any other part by its name."""
    parts = {"students": students_of(list(codes)), "marks": marks_of(codes), "school": "Example School"} | parts
    return TermAttendance.from_frames(**{"term_name": "Term 1"} | parts)
