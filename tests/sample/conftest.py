"""A sample school that is only read, and one of its own for each test that writes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from mbreports.sample.school import SampleSchool, sample_school


@dataclass
class Asker:
    """Asks one school over one connection, as any program with a token would."""

    school: SampleSchool
    session: requests.Session

    def __call__(self, path: str, *, version: str = "v2", **query: Any) -> Any:
        """Get the JSON of a successful answer."""
        answer = self.send("GET", path, version=version, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, method: str, path: str, *, version: str = "v2", token: str | None = None, **more: Any) -> Any:
        """Get the whole response."""
        headers = {"auth-token": self.school.token if token is None else token}
        url = f"{self.school.url}/{version}/{path}"
        return self.session.request(method, url, headers=headers, timeout=10, **more)

    def pages(self, path: str, name: str, **query: Any) -> list[Any]:
        """Get all pages of a list."""
        rows: list[Any] = []
        page, last = 1, 1
        while page <= last:
            answer = self(path, page=page, per_page=200, **query)
            rows += answer[name]
            page, last = page + 1, answer["meta"]["total_pages"]
        return rows

    def year_group(self, grade: int) -> Any:
        """Get the year group of a grade."""
        return next(group for group in self("year-groups")["year_groups"] if group["grade"] == f"Grade {grade}")

    def classes(self, grade: int) -> list[Any]:
        """Get the classes of a grade."""
        return [one for one in self.pages("classes", "classes") if one["grade"] == f"Grade {grade}"]

    def term_id(self, grade: int, term: int = 0) -> int:
        """Get the id of a term of a grade's programme."""
        code = self.year_group(grade)["program_code"]
        years = self("school/academic-years")["academic_years"]["ib_pyp" if code == "pyp" else code]["academic_years"]
        return int(years[0]["academic_terms"][term]["id"])

    def homeroom_term(self, grade: int, term: int = 0, **query: Any) -> Any:
        """Get the homeroom totals of a grade's term."""
        group = self.year_group(grade)["id"]
        return self(f"year-groups/{group}/homeroom/attendance/term/{self.term_id(grade, term)}", **query)

    def homeroom_dates(self, grade: int, term: int = 0) -> dict[str, list[Any]]:
        """Get the homeroom marks of every school day of a term, by date."""
        group = self.year_group(grade)
        return {
            day: self(f"year-groups/{group['id']}/homeroom/attendance/date/{day}")["students"]
            for day in self.school_days(group["program_code"], term)
        }

    def school_days(self, code: str, term: int = 0) -> list[str]:
        """Get the school days of a term of a programme."""
        years = self("school/academic-years")["academic_years"]
        year = years["ib_pyp" if code == "pyp" else code]["academic_years"][0]
        span = year["academic_terms"][term]
        dates = self(f"school/programs/{code}/academic-years/{year['id']}/calendar")["calendar"]["dates"]
        return [row["date"] for row in dates if span["starts_on"] <= row["date"] <= span["ends_on"]]


@pytest.fixture(scope="session")
def open_school() -> Iterator[Callable[..., Asker]]:
    """Open schools that are closed when the tests are over."""

    def open_one(**options: Any) -> Asker:
        school = stack.enter_context(sample_school(**options))
        return Asker(school, stack.enter_context(requests.Session()))

    with ExitStack() as stack:
        yield open_one


@pytest.fixture(scope="session")
def ask(open_school: Callable[..., Asker]) -> Asker:
    """Ask the default school; nobody writes to it."""
    return open_school()


@pytest.fixture
def own() -> Iterator[Asker]:
    """Ask a small school of the test's own, which may be changed."""
    with sample_school(students=60) as school, requests.Session() as session:
        yield Asker(school, session)
