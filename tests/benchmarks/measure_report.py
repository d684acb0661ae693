"""
How long a report's pages take, as ratios against a peer in the same run.

Run from the project's root: ``python tests/benchmarks/measure_report.py [STUDENTS]``. It invents a term (one homeroom
mark a day, 65 days), and prints the median of three runs of: the numbers; all HTML of the print documents; the PDF by
PlutoPrint, streamed; the PDF of the first 20 students by WeasyPrint against the same 20 by PlutoPrint; the screen's
page and the workbook. Seconds depend on the machine; the ratios are what is compared from one version to the next.
"""

# ruff: noqa: T201 -- it is run by hand, to be read

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import mbreports as mb
from mbreports.report import page

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS = 65
RUNS = 3
FEW = 20


def invented(students: int) -> mb.TermAttendance:
    """A term of so many students, with runs of absence; the same every time."""
    random = np.random.default_rng(0)
    ids = np.repeat(np.arange(1, students + 1), DAYS)
    absent = random.random(len(ids)) < np.repeat(random.beta(1, 14, students), DAYS)
    ill = absent | np.roll(absent, 1)
    codes = np.where(ill, random.choice([0, 10], len(ids)), random.choice([1, 1, 1, 1, 1, 1, 1, 1, 1, 2], len(ids)))
    marks = pd.DataFrame(
        {
            "date": np.tile(pd.bdate_range("2025-09-01", periods=DAYS), students),
            "student_id": ids,
            "year_group_id": ids % 12,
            "status": codes,
        }
    )
    people = pd.DataFrame({"student_id": range(1, students + 1)})
    named = people.assign(
        last_name=[f"Family {number}" for number in people["student_id"]],
        first_name="Ada",
        year_group_id=people["student_id"] % 12,
        year_group=[f"Grade {number % 12 + 1}" for number in people["student_id"]],
        homeroom="Temi Okafor",
    )
    return mb.TermAttendance.from_frames(
        students=named, marks=marks, school="Example School", term_name="Term 1", ends_on="2025-12-19"
    )


def seconds(work: Callable[[], object]) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main(students: int) -> None:
    """Measure, and print a line each."""
    term = invented(students)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        report = mb.AbsenceReport(term)
        few = report.term.students["student_id"].tolist()[:FEW]
        numbers = seconds(lambda: mb.AbsenceReport(term).students)
        print(f"{students} students, {len(term.marks):,} marks")
        print(f"numbers                       {numbers:7.2f} s")
        html = seconds(lambda: sum(1 for _ in page.print_documents(report, report.look)))
        pdf = seconds(lambda: report.to_pdf(folder / "all.pdf"))
        print(f"HTML of the print documents   {html:7.2f} s   {html / pdf:5.2f} of the PDF")
        print(f"PDF, streamed                 {pdf:7.2f} s   {(folder / 'all.pdf').stat().st_size / 1e6:5.1f} MB")
        quick = seconds(lambda: report.to_pdf(folder / "few.pdf", students=few))
        tagged = seconds(lambda: report.to_pdf(folder / "tagged.pdf", students=few, accessible=True))
        print(f"{FEW} students, tagged            {tagged:7.2f} s   {tagged / quick:5.1f} times the untagged one")
        screen = seconds(lambda: report.to_html(folder / "all.html"))
        print(f"screen page                   {screen:7.2f} s   {(folder / 'all.html').stat().st_size / 1e6:5.1f} MB")
        book = seconds(lambda: report.to_excel(folder / "all.xlsx"))
        print(f"workbook                      {book:7.2f} s   {book / pdf:5.2f} of the PDF")
    print(f"peak memory                   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
