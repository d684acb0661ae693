"""The numbers of random worlds, against an oracle in plain Python that shares no code with them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from factory import students_of
from hypothesis import given, settings
from hypothesis import strategies as st

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.policy import Policy
from mbreports.errors import FrameError
from mbreports.frames.term import TermAttendance

FIRST = date(2025, 9, 1)
MEANING = {
    -1: "unrecorded",
    0: "unexcused",
    1: "present",
    2: "late",
    4: "late",
    5: "present",
    10: "excused",
    13: "excused",
}
LABEL = {-1: "Present", 0: "Absent", 1: "Present", 2: "Late", 4: "Late & Dress Code", 5: "Dismissed", 10: "Health"}
LABEL |= {13: "Excused", 15: "Custom 1", 99: "Odd"}
CODES = st.sampled_from([None, -1, 0, 0, 1, 1, 1, 2, 4, 5, 10, 13, 15, 99])
POLICIES = [
    Policy(),
    Policy.england(),
    Policy(unrecorded="exclude", lates_per_absence=3, min_possible=1),
    Policy(unrecorded="exclude_untaken", meanings={15: "excused", 2: "present"}, min_possible=5),
    Policy(adjustments="leave", bands=[("a", 0), ("b", "1/3")], chronic="b"),
]


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Two year groups, up to five students, up to fourteen days; excusals and adjustments of all kinds."""
    students, days = draw(st.integers(1, 5)), draw(st.integers(1, 14))
    codes = {number: draw(st.lists(CODES, min_size=days, max_size=days)) for number in range(1, students + 1)}
    offsets = st.integers(-1, days)
    excusals = draw(st.lists(st.tuples(st.integers(1, students), offsets, offsets, st.integers(0, 3)), max_size=4))
    labels = st.sampled_from(["Absent", "Present", "Late", "Health", "Nonsense"])
    adjustments = draw(st.lists(st.tuples(st.integers(1, students), labels, st.integers(-4, 4)), max_size=4))
    return {"codes": codes, "excusals": excusals, "adjustments": adjustments}


def term_of_world(world: dict[str, Any]) -> TermAttendance:
    """The same world as frames; odd students are of year group 11, even ones of 10."""
    marks = [
        (FIRST + timedelta(day), 10 + student % 2, student, code, LABEL.get(code))
        for student, row in world["codes"].items()
        for day, code in enumerate(row)
    ]
    excusals = [
        (
            place,
            student,
            FIRST + timedelta(low),
            FIRST + timedelta(high),
            pd.Timestamp(f"2025-10-0{made + 1}", tz="UTC"),
        )
        for place, (student, low, high, made) in enumerate(world["excusals"])
    ]
    return TermAttendance.from_frames(
        students=students_of(list(world["codes"])),
        marks=pd.DataFrame(marks, columns=["date", "year_group_id", "student_id", "status", "label"]),
        excusals=pd.DataFrame(excusals, columns=["excusal_id", "student_id", "start_date", "end_date", "created_at"]),
        adjustments=pd.DataFrame(world["adjustments"], columns=["student_id", "label", "adjustment"]),
    )


def meanings_of(world: dict[str, Any], policy: Policy) -> dict[int, list[tuple[int, int | None, str]]]:
    """Each student's sessions: day, code and meaning, excusals not yet applied."""
    table = MEANING | ({15: "excused", 2: "present"} if policy.meanings.get(15) == "excused" else {})
    out: dict[int, list[tuple[int, int | None, str]]] = {}
    for student, row in world["codes"].items():
        marked = [day for day, code in enumerate(row) if code is not None]
        out[student] = []
        for day, code in enumerate(row):
            same = [other[day] for number, other in world["codes"].items() if number % 2 == student % 2]
            day_off = all(mark is None for mark in same)
            if code is not None:
                out[student].append((day, code, table.get(code, "unclassified")))
            elif not day_off and marked and marked[0] < day < marked[-1]:
                out[student].append((day, None, "unrecorded"))
    return out


def expected(world: dict[str, Any], policy: Policy) -> dict[int, dict[str, Any]]:
    """Counts and band of each student, by hand."""
    out = {}
    for student, sessions in meanings_of(world, policy).items():
        excused_days = {
            day for who, low, high, _ in world["excusals"] if who == student for day in range(low, high + 1)
        }
        count = dict.fromkeys(["present", "late", "unexcused", "excused", "unrecorded", "unclassified"], 0)
        base = dict.fromkeys(LABEL.values(), 0)
        counted_unrecorded = 0
        for day, code, meaning in sessions:
            final = "excused" if meaning == "unexcused" and day in excused_days else meaning
            count[final] += 1
            if code is not None and code != -1:
                base[LABEL[code]] += 1
            if meaning == "unrecorded":
                same = [row[day] for number, row in world["codes"].items() if number % 2 == student % 2]
                taken = any(mark not in (None, -1) for mark in same)
                counted_unrecorded += {"present": True, "exclude": False, "exclude_untaken": taken}[policy.unrecorded]
        if policy.adjustments == "add":
            adjust(world, student, policy, count, base)
        late = count["late"]
        extra = late // policy.lates_per_absence if policy.lates_per_absence else 0
        absent = count["unexcused"] + extra + count["excused"]
        possible = count["present"] + late + count["unexcused"] + count["excused"] + counted_unrecorded
        band = None
        if possible >= max(policy.min_possible, 1):
            band = [name for name, low in policy.bands if Fraction(absent, possible) >= low][-1]
        out[student] = {"possible": possible, "absent": absent, "late": late, "band": band} | {
            name: count[name] for name in ("excused", "unrecorded", "unclassified")
        }
    return out


def adjust(world: dict[str, Any], student: int, policy: Policy, count: dict[str, int], base: dict[str, int]) -> None:
    """Add a student's adjustments to the counts, none below 0, unexcused before excused."""
    net: dict[str, int] = {}
    for who, label, number in world["adjustments"]:
        if who == student:
            net[label] = net.get(label, 0) + number
    code_of = {"Absent": 0, "Present": 1, "Late": 2, "Health": 10}
    for label, number in net.items():
        if label == "Nonsense":
            count["unclassified"] += max(number, 0)
            continue
        fits = max(number, -base[label])
        meaning = policy.meanings[code_of[label]]
        if label == "Absent" and fits < 0:
            unexcused_by_code = base["Absent"] - excused_by_day(world, student)
            first = min(-fits, unexcused_by_code)
            count["unexcused"] -= first
            count["excused"] -= -fits - first
        else:
            count[meaning] += fits


def excused_by_day(world: dict[str, Any], student: int) -> int:
    """Marks of code 0 that an excusal holds."""
    days = {day for who, low, high, _ in world["excusals"] if who == student for day in range(low, high + 1)}
    return sum(code == 0 and day in days for day, code in enumerate(world["codes"][student]))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: f"{policy.name}, {policy.unrecorded}")
@settings(max_examples=10, deadline=None)
@given(world=worlds())
def test_every_student_has_the_oracle_s_numbers(policy: Policy, world: dict[str, Any]) -> None:
    """Counts, possible sessions and bands are those of the plain reading of the definitions."""
    table = AbsenceAnalysis(term_of_world(world), policy).students.set_index("student_id")
    for student, numbers in expected(world, policy).items():
        row = table.loc[student]
        found = {name: None if pd.isna(row[name]) else row[name] for name in numbers}
        assert found == numbers, student


@settings(max_examples=7, deadline=None)
@given(world=worlds(), seed=st.integers(0, 99))
def test_the_order_of_rows_never_matters(world: dict[str, Any], seed: int) -> None:
    """Shuffled marks, excusals and adjustments give the same table."""
    term = term_of_world(world)
    mixed = term.replace(
        marks=term.marks.sample(frac=1, random_state=seed),
        excusals=term.excusals.sample(frac=1, random_state=seed),
        adjustments=term.adjustments.sample(frac=1, random_state=seed),
    )
    pd.testing.assert_frame_equal(AbsenceAnalysis(term).students, AbsenceAnalysis(mixed).students)


@settings(max_examples=7, deadline=None)
@given(world=worlds())
def test_excusing_never_changes_how_much_was_missed(world: dict[str, Any]) -> None:
    """With and without the excusals, absent and possible are the same."""
    term = term_of_world(world)
    without = AbsenceAnalysis(term.replace(excusals=None)).students
    pd.testing.assert_frame_equal(
        AbsenceAnalysis(term).students[["possible", "absent"]], without[["possible", "absent"]]
    )


@settings(max_examples=7, deadline=None)
@given(world=worlds())
def test_counts_sum_to_the_marks(world: dict[str, Any]) -> None:
    """Without adjustments, the counts of all meanings are as many as the sessions; no row of marks is dropped."""
    term = term_of_world(world | {"adjustments": []})
    report = AbsenceAnalysis(term)
    assert len(report.marks) == len(term.marks)
    assert int(report.counts["count"].sum()) == len(report.rows) == int(report.marks["meaning"].notna().sum())


@settings(max_examples=7, deadline=None)
@given(world=worlds(), place=st.integers(0, 69), code=CODES.filter(lambda code: code is not None))
def test_a_second_mark_is_refused_with_its_key(world: dict[str, Any], place: int, code: int) -> None:
    """Whichever mark comes twice, with the same code or another, the error names its student and date."""
    term = term_of_world(world)
    marked = term.marks[term.marks["status"].notna()]
    if marked.empty:
        return
    row = marked.iloc[[place % len(marked)]].assign(status=code)
    key = f"a second mark for student_id {row['student_id'].item()}, date {row['date'].item():%Y-%m-%d}"
    with pytest.raises(FrameError, match=key):
        term.replace(marks=pd.concat([term.marks, row]))
