"""The invented attendance looks like a real school's, and is the same every time."""

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from itertools import groupby
from typing import Any

import pytest

ABSENT = {0, 10, 13}
POSSIBLE = {-1, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13}

Marks = dict[int, list[tuple[str, int]]]  # student: (date, code) in the order of the days


@pytest.fixture(scope="module")
def marks(ask: Any) -> Marks:
    """Every homeroom mark of the first two terms, read over HTTP."""
    found: Marks = {}
    for grade in range(1, 13):
        for term in (0, 1):
            for day, rows in ask.homeroom_dates(grade, term).items():
                for row in rows:
                    codes = found.setdefault(row["id"], [])
                    if row["attendance"]:
                        codes.append((day, row["attendance"]["category"]["status"]))
    return found


@pytest.mark.parametrize(("first", "last"), [("2025-09-01", "2025-12-31"), ("2026-01-01", "2026-03-31")])
def test_about_15_percent_are_chronically_absent(marks: Marks, first: str, last: str) -> None:
    """Between 10 and 20 % of the students miss a tenth or more of a term's possible sessions."""
    rates = []
    for codes in marks.values():
        term = [code for day, code in codes if first <= day <= last and code in POSSIBLE]
        if len(term) >= 10:
            rates.append(sum(code in ABSENT for code in term) / len(term))
    assert 0.10 <= sum(rate >= 0.1 for rate in rates) / len(rates) <= 0.20


def test_absence_comes_in_runs_of_three_to_four_sessions(marks: Marks) -> None:
    """The mean run of absent sessions is 3 to 4 long; an unrecorded one does not break it."""
    runs = [
        len(list(run))
        for codes in marks.values()
        for absent, run in groupby([code in ABSENT for _, code in codes if code in POSSIBLE - {-1}])
        if absent
    ]
    assert 3 <= sum(runs) / len(runs) <= 4


def test_fridays_are_worse(marks: Marks) -> None:
    """The absence rate of Fridays is the highest of the week."""
    absent: Counter[int] = Counter()
    possible: Counter[int] = Counter()
    for codes in marks.values():
        for day, code in codes:
            weekday = time.strptime(day, "%Y-%m-%d").tm_wday
            absent[weekday] += code in ABSENT
            possible[weekday] += code in POSSIBLE
    rates = {weekday: absent[weekday] / possible[weekday] for weekday in range(5)}
    assert max(rates, key=lambda weekday: rates[weekday]) == 4


def test_excusals_explain_a_good_part_of_the_absences(ask: Any, marks: Marks) -> None:
    """Half to three quarters of the absent sessions lie in an excusal of the student."""
    explained = absences = 0
    for student, codes in marks.items():
        excusals = ask(f"students/{student}/excusals", per_page=200)["excusals"]
        for day, code in codes:
            if code in ABSENT:
                absences += 1
                explained += any(one["start_date"] <= day <= one["end_date"] for one in excusals)
    assert 0.5 <= explained / absences <= 0.75


def test_excusals_have_the_oddities_of_real_ones(ask: Any, marks: Marks) -> None:
    """Some overlap, some came after the absence, some meet none, some cover a weekend, some say nothing or markup."""
    seen = set()
    for student, codes in marks.items():
        absent = {day for day, code in codes if code in ABSENT}
        excusals = ask(f"students/{student}/excusals", per_page=200)["excusals"]
        for place, one in enumerate(excusals):
            start, end = one["start_date"], one["end_date"]
            seen.add("sent after" if one["created_at"] > end + "T23:59" else "in time")
            seen.add("no absence" if not any(start <= day <= end for day in absent) else "absence")
            seen.add("weekend" if one["duration"] >= 4 and time.strptime(start, "%Y-%m-%d").tm_wday == 4 else "")
            seen |= {
                "overlap" for other in excusals[:place] if other["start_date"] <= end and start <= other["end_date"]
            }
            seen.add("empty" if not one["comment"] else "formula" if one["comment"][0] == "=" else "text")
            seen.add("markup" if "<i>" in one["comment"] else "text")
            seen.add("clock behind" if one["updated_at"] < one["created_at"] else "")
    assert seen >= {"sent after", "no absence", "weekend", "overlap", "empty", "formula", "markup", "clock behind"}


def test_codes_are_those_of_a_real_school(marks: Marks) -> None:
    """All built-in codes that are in use occur, and custom ones are rare."""
    codes = Counter(code for row in marks.values() for _, code in row)
    assert set(codes) >= {-1, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 17}
    assert 0 < sum(codes[code] for code in (14, 15, 16, 17, 18)) / codes.total() < 0.01


def test_some_registers_are_not_taken(ask: Any) -> None:
    """On some days everybody of a homeroom who is enrolled has -1."""
    taken = []
    for grade in (2, 3, 9, 11):
        for rows in ask.homeroom_dates(grade).values():
            codes = {row["attendance"]["category"]["status"] for row in rows if row["attendance"]}
            taken.append(codes != {-1})
    assert 0 < taken.count(False) < len(taken) * 0.05


def test_one_year_group_marks_only_absentees(ask: Any) -> None:
    """In Grade 8 nobody is ever recorded as present; who is not absent or late has -1, under the same label."""
    marks = [row["attendance"] for rows in ask.homeroom_dates(8).values() for row in rows if row["attendance"]]
    codes = Counter(mark["category"]["status"] for mark in marks)
    assert codes[1] == 0
    assert codes[-1] > 0.8 * codes.total()
    assert {mark["status"] for mark in marks if mark["category"]["status"] == -1} == {"Present"}


def test_joiners_leavers_and_newcomers_are_empty_outside_their_time(marks: Marks, ask: Any) -> None:
    """Some marks begin in mid-term, some end, one student has none at all and still is on every list."""
    begins = Counter(min(codes)[0] if codes else "never" for codes in marks.values())
    ends = Counter(max(codes)[0] if codes else "never" for codes in marks.values())
    assert begins["never"] == 1
    assert sum(begins.values()) - begins["2025-09-01"] - begins["2025-09-03"] - 1 >= 3
    assert sum(ends.values()) - ends["2026-03-20"] - 1 >= 1
    (newcomer,) = [student for student, codes in marks.items() if not codes]
    totals = {row["id"]: row for row in ask.homeroom_term(7)["students"]}
    assert totals[newcomer] == {"id": newcomer, "attendance": {}, "attendance_categories": []}


def test_notes_hold_what_people_write(ask: Any) -> None:
    """Notes have formulas, markup, quotes and other scripts in them."""
    notes = {
        row["attendance"].get("note", "")
        for grade in range(1, 13)
        for rows in ask.homeroom_dates(grade).values()
        for row in rows
    }
    text = "\n".join(notes)
    for part in ("=SUM(A1", "<b>", '"', "'", "因病请假", "&", "😴", "\t"):
        assert part in text


def test_classes_disagree_with_the_homeroom_now_and_then(ask: Any) -> None:
    """Somebody present in homeroom is absent from a lesson of that day, and the reverse."""
    days = ask.homeroom_dates(9)
    seen = set()
    for one in ask.classes(9):
        if one["subject_name"] != "Drama":
            for day, rows in days.items():
                codes = {row["id"]: row["attendance"].get("category", {}).get("status") for row in rows}
                for row in ask(f"classes/{one['id']}/attendance/date/{day}")["students"]:
                    seen |= {(codes[row["id"]], mark["category"]["status"]) for mark in row["attendance"].values()}
    assert (1, 0) in seen
    assert {(0, 1), (10, 1), (13, 1)} & seen


DIGEST = """
import hashlib
import requests
from mbreports.sample.school import sample_school

digest = hashlib.sha256()
with sample_school(students=36, seed=5) as school, requests.Session() as session:
    session.headers["auth-token"] = school.token
    get = lambda path: session.get(f"{school.url}/v2/{path}").content
    groups = session.get(f"{school.url}/v2/year-groups").json()["year_groups"]
    classes = session.get(f"{school.url}/v2/classes").json()["classes"]
    for path in ("students", "teachers", "classes", "memberships", "year-groups", "school/academic-years", "parents"):
        digest.update(get(path))
    for group in groups:
        for term in range(62755, 62764):
            digest.update(get(f"year-groups/{group['id']}/homeroom/attendance/term/{term}"))
            digest.update(get(f"year-groups/{group['id']}/homeroom/attendance/term/{term}/adjustments"))
        digest.update(get(f"year-groups/{group['id']}/homeroom/attendance/date/2025-11-14"))
        for student in group["student_ids"]:
            digest.update(get(f"students/{student}/excusals"))
    for one in classes:
        digest.update(get(f"classes/{one['id']}/attendance/date/2025-11-14"))
        digest.update(get(f"classes/{one['id']}/timetable"))
print(digest.hexdigest())
"""


def test_a_seed_gives_the_same_bytes_in_every_run() -> None:
    """Two runs with different hash seeds answer the same bytes, and so does every other machine."""
    digests = {
        subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {"c749d9029a41e0c64a304da0f62f850efe955972fb3a895804247b0e5467f1e5"}


def test_another_seed_is_another_school(ask: Any, open_school: Any) -> None:
    """Names and marks differ from seed to seed."""
    other = open_school(seed=1)
    for path in ("students", f"year-groups/{ask.year_group(1)['id']}/homeroom/attendance/date/2025-11-14"):
        assert (
            hashlib.sha256(ask.send("GET", path).content).digest()
            != hashlib.sha256(
                other.send("GET", path).content,
            ).digest()
        )


def test_a_school_of_5000_is_there_in_seconds(open_school: Any) -> None:
    """Five thousand students are invented in less than three seconds, and a year group's term in less than one."""
    start = time.perf_counter()
    large = open_school(students=5000)
    assert time.perf_counter() - start < 3
    assert large("students", per_page=1)["meta"]["total_count"] == 5000
    start = time.perf_counter()
    assert len(large.homeroom_term(6)["students"]) > 350
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("students", [1, 12, 13, 61])
def test_a_small_school_answers_too(open_school: Any, students: int) -> None:
    """A school of one student, or of one per year group, has the same lists."""
    small = open_school(students=students)
    assert len(small.pages("students", "students")) == students
    assert len(small("year-groups")["year_groups"]) == 12
    for grade in range(1, 13):
        assert len(small.homeroom_term(grade)["students"]) == len(small.year_group(grade)["student_ids"])


def test_a_school_of_60_has_somebody_who_left(open_school: Any) -> None:
    """Also a small school has an archived student."""
    assert open_school(students=60).pages("students", "students", archived="true")


def test_today_is_an_option(open_school: Any) -> None:
    """A later `today` shows more days and another active term, and leaves the days before as they were."""
    later = open_school(students=24, today=date(2026, 5, 15))
    earlier = open_school(students=24, today=date(2025, 11, 14))
    assert later.school.today == date(2026, 5, 15)
    path = f"year-groups/{later.year_group(2)['id']}/homeroom/attendance/date/"
    assert later(path + "2025-11-14") == earlier(path + "2025-11-14")
    assert {str(row["attendance"]) for row in earlier(path + "2025-11-17")["students"]} == {"{}"}
    terms = later("school/academic-years")["academic_years"]["myp"]["academic_years"][0]["academic_terms"]
    assert [term["active"] for term in terms] == [False, False, True]
