"""A small school for the pages, and a browser to look at them with."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from factory import days, marks_of, term_of

import mbreports as mb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_NAMES = [
    ("O'Neill", "Chloé"),
    ("Nguyễn", "Thị Minh Khai"),
    ("<b>Bold</b>", 'Ada "&" <script>alert(1)</script>'),
    ("Łukasik", "Małgorzata"),
    ("王", "小明"),
    ("العربي", "ليلى"),
    ("Sørensen", "Åse 🎓"),
    ("W" * 200, "Long"),
]
_SCHOOL_DAYS = 45


def people_of(ids: list[int]) -> pd.DataFrame:
    """Students of three year groups, some with names that pages must survive."""
    names = [
        _NAMES[place] if place < len(_NAMES) else (f"Last{place:02}", f"First{place:02}") for place in range(len(ids))
    ]
    groups = [place % 3 for place in range(len(ids))]
    return pd.DataFrame(
        {
            "student_id": ids,
            "school_id": [f"AA{number}" for number in ids],
            "last_name": [last for last, _ in names],
            "first_name": [first for _, first in names],
            "year_group_id": [10 + group for group in groups],
            "year_group": [f"IB Middle Years Group of {2030 - group} (Grade {9 + group})" for group in groups],
            "homeroom": [f"Homeroom {group}" for group in groups],
        }
    )


@pytest.fixture(scope="session")
def school() -> mb.AbsenceReport:
    """Thirty students; the first is absent on the first 15 of 45 days, the second on 14, and so on; two are new."""
    ids = list(range(1, 31))
    codes = {number: _codes(number) for number in ids}
    people = people_of(ids)
    marks = (
        marks_of(codes).drop(columns="year_group_id").merge(people[["student_id", "year_group_id"]], on="student_id")
    )
    term = term_of(codes, students=people, marks=marks, starts_on=days(1)[0], ends_on=days(60)[-1])
    return mb.AbsenceReport(term)


def _codes(number: int) -> list[int | None]:
    if number > 28:  # the last two joined a week ago
        return [None] * (_SCHOOL_DAYS - 5) + [1] * 5
    absent = max(0, 16 - number)
    return (
        [0 if place % 2 else 10 for place in range(absent)]
        + [1] * (_SCHOOL_DAYS - absent - 1)
        + [2 if number % 2 else 1]
    )


@pytest.fixture(scope="session")
def screen_file(school: mb.AbsenceReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The screen page of `school`."""
    return school.to_html(tmp_path_factory.mktemp("screen") / "report.html")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium that is already there."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has a Chromium")
        pytest.skip(f"no Chromium here: none of {', '.join(names)}")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only where there is a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()
