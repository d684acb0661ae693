"""
How long a large school's numbers take: 1,500 students, 180 days, 7 sessions a day, 1.9 million marks in one go.

Run it by hand, from the root of a checkout, on Linux or macOS; it is no test, as times depend on the machine::

    python tests/benchmarks/measure_numbers.py [--students 1500] [--days 180] [--sessions 7]

Every step is set against a plain ``groupby`` of the same marks (a count per student and code, which any way to these
numbers needs), taken in the same run on the same machine: the ratio travels, the seconds do not. Memory is the
process's peak, the marks themselves included.
"""

# ruff: noqa: T201 -- it is run by hand, to be read

from __future__ import annotations

import argparse
import resource
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from collections.abc import Callable

CODES, SHARES = [1, 0, 2, 10, 13, -1], [0.88, 0.05, 0.03, 0.02, 0.01, 0.01]
TABLES = ("marks", "rows", "counts", "students", "registers", "quality", "weekdays", "weeks", "student_weeks", "audit")


def invented_marks(students: int, days: int, sessions: int) -> pd.DataFrame:
    """Random marks of a whole year, two percent of the days excused."""
    dates = pd.bdate_range("2025-09-01", periods=days)
    ids = np.repeat(np.arange(1, students + 1), days * sessions)
    status = np.random.default_rng(0).choice(CODES, p=SHARES, size=ids.size)
    return pd.DataFrame(
        {
            "date": np.tile(np.repeat(dates, sessions), students),
            "year_group_id": ids % 13,
            "student_id": ids,
            "period": np.tile(np.arange(1, sessions + 1), students * days),
            "status": status,
            "label": pd.Series(status).map({1: "Present", 0: "Absent", 2: "Late", 10: "Health", 13: "Excused"}),
        }
    )


def invented_excusals(marks: pd.DataFrame) -> pd.DataFrame:
    """Two excusals of three days for each student, about."""
    some = marks.sample(2 * marks["student_id"].nunique(), random_state=0)
    return pd.DataFrame(
        {
            "excusal_id": range(len(some)),
            "student_id": some["student_id"].to_numpy(),
            "start_date": some["date"].to_numpy(),
            "end_date": some["date"].to_numpy() + pd.Timedelta(days=2),
        }
    )


def seconds(step: Callable[[], object]) -> float:
    """Time one step."""
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def peak() -> float:
    """The process's peak memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Measure, and print a line per step."""
    parser = argparse.ArgumentParser(description="How long a large school's numbers take.")
    for name, default in (("students", 1500), ("days", 180), ("sessions", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    size = parser.parse_args()
    marks = invented_marks(size.students, size.days, size.sessions)
    parts = {
        "marks": marks,
        "excusals": invented_excusals(marks),
        "ends_on": marks["date"].max() + pd.Timedelta(days=60),
    }
    parts["students"] = marks[["student_id", "year_group_id"]].drop_duplicates()
    plain = min(seconds(lambda: marks.groupby(["student_id", "status"]).size()) for _ in range(3))
    print(f"{len(marks):,} marks; a plain groupby of them: {plain:.2f} s; peak {peak():,.0f} MB so far\n")
    print(f"{'step':<16}{'seconds':>9}{'ratio':>8}{'peak MB':>10}")
    held: dict[str, TermAttendance] = {}
    took = {"from_frames": seconds(lambda: held.update(term=TermAttendance.from_frames(**parts)))}
    report = AbsenceAnalysis(held["term"])
    steps = {name: lambda name=name: getattr(report, name) for name in TABLES}
    steps |= {"explain": lambda: str(report.explain(5)), "a student": lambda: report.student(7).students}
    print(f"{'from_frames':<16}{took['from_frames']:>9.2f}{took['from_frames'] / plain:>8.1f}{peak():>10,.0f}")
    for name, step in steps.items():
        took[name] = seconds(step)
        print(f"{name:<16}{took[name]:>9.2f}{took[name] / plain:>8.1f}{peak():>10,.0f}")
    print(f"{'all':<16}{sum(took.values()):>9.2f}{sum(took.values()) / plain:>8.1f}{peak():>10,.0f}")


if __name__ == "__main__":
    main()
