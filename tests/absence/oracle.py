"""
The definitions in plain Python, read literally: dicts, lists and fractions, none of the library, none of pandas.

A world is a dict of lists of dicts, as its frames would be rows: ``students, marks, class_marks, excusals, adjustments,
categories, school_days``, and ``as_of`` and ``ends_on``. A rule is a dict of a policy's settings.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Sessions = dict[int, list[Row]]

MEANING = {-1: "unrecorded", 0: "unexcused", 1: "present", 2: "late", 3: "present", 4: "late", 5: "present"}
MEANING |= {10: "excused", 11: "present", 12: "present", 13: "excused"}
NAMES = {0: "Absent", 1: "Present", 2: "Late", 3: "Dress Code", 4: "Late & Dress Code", 5: "Dismissed", 10: "Health"}
NAMES |= {11: "Sports", 12: "Fieldtrip", 13: "Excused", 14: "Other", 15: "Custom 1", 16: "Custom 2", 17: "Custom 3"}
NAMES |= {18: "Custom 4"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Z = 1.959963984540054


def meaning_of(code: int, rule: Row) -> str:
    return rule["meanings"].get(code, MEANING.get(code, "unclassified"))


# -- from a mark to a meaning ----------------------------------------------------------------------------------------


def sessions_of(world: Row, rule: Row, basis: str) -> Sessions:
    """Each student's sessions in the order of time, with ``meaning``, ``possible`` and ``absent``."""
    marks = [m for m in marks_of(world, basis) if world["as_of"] is None or m["date"] <= world["as_of"]]
    marked = {key for mark in marks if mark["status"] is not None for key in (day_of(mark), register_of(mark))}
    coded = {key for mark in marks if mark["status"] not in (None, -1) for key in (day_of(mark), register_of(mark))}
    spans = enrolment(marks)
    out: Sessions = defaultdict(list)
    for mark in marks:
        # an empty answer for the whole day belongs to all registers of the day
        whole_day = mark["status"] is None and mark["period"] is None
        key = day_of(mark) if whole_day else register_of(mark)
        first, last = spans.get(series_of(mark), (date.max, date.min))
        session = mark["status"] is not None or (key in marked and first <= mark["date"] <= last)
        if session:
            out[mark["student_id"]].append(mark | meant(mark, world, rule, taken=key in coded))
    for rows in out.values():
        rows.sort(key=lambda mark: (mark["date"], mark["period"] or 0, mark["class_id"] or 0))
    return out


def marks_of(world: Row, basis: str) -> list[Row]:
    """The marks of a basis; a homeroom mark without a year group has its student's."""
    if basis == "class":
        return world["class_marks"]
    groups = {student["student_id"]: student["year_group_id"] for student in world["students"]}
    return [mark | {"year_group_id": mark["year_group_id"] or groups[mark["student_id"]]} for mark in world["marks"]]


def day_of(mark: Row) -> tuple[Any, ...]:
    return mark["date"], mark["year_group_id"], mark["class_id"]


def register_of(mark: Row) -> tuple[Any, ...]:
    return *day_of(mark), mark["period"] or "no period"


def series_of(mark: Row) -> tuple[Any, ...]:
    return mark["student_id"], mark["year_group_id"], mark["class_id"]


def enrolment(marks: list[Row]) -> dict[tuple[Any, ...], tuple[date, date]]:
    """The first and the last mark of each student in each year group or class."""
    spans: dict[tuple[Any, ...], tuple[date, date]] = {}
    for mark in marks:
        if mark["status"] is not None:
            first, last = spans.get(series_of(mark), (mark["date"], mark["date"]))
            spans[series_of(mark)] = min(first, mark["date"]), max(last, mark["date"])
    return spans


def meant(mark: Row, world: Row, rule: Row, *, taken: bool) -> Row:
    """What a session counts as."""
    meaning = "unrecorded" if mark["status"] is None else meaning_of(mark["status"], rule)
    if meaning == "unexcused" and excused(mark, world):
        meaning = "excused"
    counted = {"present": True, "exclude": False, "exclude_untaken": taken}[rule["unrecorded"]]
    absent = meaning in ("unexcused", "excused")
    possible = absent or meaning in ("present", "late") or (meaning == "unrecorded" and counted)
    return {"meaning": meaning, "possible": possible, "absent": absent}


def excused(mark: Row, world: Row) -> bool:
    return any(
        excusal["student_id"] == mark["student_id"] and excusal["start_date"] <= mark["date"] <= excusal["end_date"]
        for excusal in world["excusals"]
    )


# -- counts and adjustments ------------------------------------------------------------------------------------------


def lowest_codes(pairs: Any) -> dict[str, int]:
    """The lowest recorded code of each label."""
    out: dict[str, int] = {}
    for code, label in pairs:
        if code is not None and code >= 0 and label is not None:
            out[label] = min(out.get(label, code), code)
    return out


def counts_of(world: Row, rule: Row, basis: str, sessions: Sessions, student: int) -> Counter[str]:
    """How many sessions of each meaning, the adjustments included."""
    rows = sessions.get(student, [])
    count = Counter(mark["meaning"] for mark in rows)
    if basis == "class" or rule["adjustments"] == "leave":
        return count
    sources = [
        lowest_codes((mark["status"], mark["label"]) for mark in rows),
        lowest_codes((mark["status"], mark["label"]) for others in sessions.values() for mark in others),
        lowest_codes((category["status"], category["label"]) for category in world["categories"]),
        lowest_codes(NAMES.items()),
    ]
    net: Counter[Any] = Counter()
    for one in world["adjustments"]:
        if one["student_id"] == student:
            label = one["label"]
            net[next((source[label] for source in sources if label in source), label)] += one["adjustment"]
    for code, number in net.items():
        adjust(count, code, number, rows, rule)
    return count


def adjust(count: Counter[str], code: int | str, number: int, rows: list[Row], rule: Row) -> None:
    """Add to one code, but take no more than there is, and unexcused sessions before excused ones."""
    own = [mark["meaning"] for mark in rows if mark["status"] == code]
    number = max(number, -len(own))
    meaning = "unclassified" if isinstance(code, str) else meaning_of(code, rule)
    if meaning == "unexcused" and number < 0:
        first = min(-number, own.count("unexcused"))
        count["unexcused"] -= first
        count["excused"] -= -number - first
    else:
        count[meaning] += number


def band_of(absent: int, possible: int, rule: Row) -> str | None:
    if possible < max(rule["min_possible"], 1):
        return None
    return [name for name, low in rule["bands"] if low.denominator * absent >= low.numerator * possible][-1]


# -- spells, trend, claims -------------------------------------------------------------------------------------------


def spells_of(rows: list[Row]) -> list[Row]:
    """Maximal runs of absent possible sessions; unrecorded ones neither break nor lengthen."""
    out: list[Row] = []
    running = False
    for mark in rows:
        if not mark["possible"] or mark["meaning"] == "unrecorded":
            continue
        if mark["absent"] and not running:
            out.append({"first": mark["date"], "sessions": 0, "open": True})
        if mark["absent"]:
            out[-1]["sessions"] += 1
        elif out:
            out[-1]["open"] = False
        running = mark["absent"]
    return out


def trend_of(rows: list[Row]) -> str | None:
    days = sorted({mark["date"] for mark in rows if mark["possible"]})
    if len(days) < 40:
        return None

    def rate(some: list[date]) -> Fraction:
        held = [mark["absent"] for mark in rows if mark["possible"] and mark["date"] in some]
        return Fraction(sum(held), len(held))

    change = rate(days[-20:]) - rate(days[-40:-20])
    return "rising" if change > Fraction(1, 20) else "falling" if change < Fraction(-1, 20) else "steady"


def claims_of(sessions: Sessions, spells: dict[int, list[Row]]) -> dict[int, str]:
    """The weekday that each student is called absent on, by Benjamini and Hochberg at 5 %."""
    possible = {
        student: Counter(mark["date"].weekday() for mark in rows if mark["possible"])
        for student, rows in sessions.items()
    }
    possible = {student: count for student, count in possible.items() if count}
    starts = {student: Counter(spell["first"].weekday() for spell in spells[student]) for student in possible}
    tested = [student for student in possible if starts[student].total() >= 5]

    def multiplier(of: list[int]) -> list[float]:
        held = sum((possible[student] for student in of), Counter())
        begun = sum((starts[student] for student in of), Counter())
        share = [held[day] / held.total() if held else 0 for day in range(7)]
        return [
            (begun[day] + 5 * share[day]) / (begun.total() + 5) / share[day] if share[day] else 0 for day in range(7)
        ]

    def tails(student: int, times: list[float]) -> dict[int, float]:
        weight = {day: count * times[day] for day, count in possible[student].items()}
        whole = sum(weight.values())
        return {day: tail(starts[student][day], starts[student].total(), weight[day] / whole) for day in weight}

    times, out = [1.0] * 7, []
    for _ in range(20):
        before, out = out, [student for student in tested if min(tails(student, times).values()) < 0.1]
        most = 2 * len(out) > len(possible)
        times = multiplier([student for student in possible if most or student not in out])
        if most or out == before:
            break
    tests = sorted((p, student, day) for student in tested for day, p in tails(student, times).items())
    last = max((place for place, (p, _, _) in enumerate(tests, 1) if p <= 0.05 * place / len(tests)), default=0)
    found: dict[int, str] = {}
    for _, student, day in tests[:last]:
        found.setdefault(student, WEEKDAYS[day])
    return found


def tail(least: int, of: int, share: float) -> float:
    """P(Binomial(of, share) >= least), summed."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(least, of + 1))


# -- outlook ---------------------------------------------------------------------------------------------------------


def to_come(world: Row, sessions: Sessions, student: Row) -> int | None:
    if world["as_of"] is None or world["ends_on"] is None:
        return None
    group = student["year_group_id"]
    named = [day for day in world["school_days"] if day["year_group_id"] is None or day["year_group_id"] == group]
    if named:
        days = len({day["date"] for day in named if world["as_of"] < day["date"] <= world["ends_on"]})
    else:
        every = (
            world["as_of"] + timedelta(number) for number in range(1, (world["ends_on"] - world["as_of"]).days + 1)
        )
        days = sum(day.weekday() < 5 for day in every)
    rows = [mark for mark in sessions.get(student["student_id"], []) if mark["possible"]]
    rows = rows or [mark for others in sessions.values() for mark in others if mark["possible"]]
    dates = len({(mark["student_id"], mark["date"]) for mark in rows})
    return math.floor(Fraction(days * len(rows), dates) + Fraction(1, 2)) if rows else days


def wilson(absent: int, possible: int, deff: float) -> tuple[float, float]:
    p, n = absent / possible, possible / deff
    middle, scale = p + Z * Z / (2 * n), 1 + Z * Z / n
    reach = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (0.0 if not absent else (middle - reach) / scale), (1.0 if absent == possible else (middle + reach) / scale)


def recovery(absent: int, possible: int, bound: Fraction) -> int:
    more = 0
    while not bound.denominator * absent < bound.numerator * (possible + more):
        more += 1
    return more


# -- the table -------------------------------------------------------------------------------------------------------


def students(world: Row, rule: Row, basis: str) -> dict[int, Row]:
    """Every number of every student; None where there is none."""
    sessions = sessions_of(world, rule, basis)
    spells = {
        student["student_id"]: spells_of(sessions.get(student["student_id"], [])) for student in world["students"]
    }
    often = claims_of(sessions, spells)
    lengths = [spell["sessions"] for held in spells.values() for spell in held]
    mean = sum(lengths) / len(lengths) if lengths else 1
    out = {}
    for student in world["students"]:
        number = student["student_id"]
        rows = sessions.get(number, [])
        count = counts_of(world, rule, basis, sessions, number)
        row = counted(count, rows, rule)
        row |= streaks(rows, spells[number]) | {"trend": trend_of(rows), "often_weekday": often.get(number)}
        out[number] = row | outlook(row, to_come(world, sessions, student), mean, rule)
    return out


def counted(count: Counter[str], rows: list[Row], rule: Row) -> Row:
    late, n = count["late"], rule["lates_per_absence"]
    unexcused = count["unexcused"] + (late // n if n else 0)
    absent = unexcused + count["excused"]
    possible = sum(count[meaning] for meaning in ("present", "late", "unexcused", "excused"))
    possible += sum(mark["possible"] and mark["meaning"] == "unrecorded" for mark in rows)
    return {
        "possible": possible,
        "attended": possible - absent,
        "late": late,
        "absent": absent,
        "excused": count["excused"],
        "unexcused": unexcused,
        "unrecorded": count["unrecorded"],
        "unclassified": count["unclassified"],
        "attendance_rate": (possible - absent) / possible if possible else None,
        "absence_rate": absent / possible if possible else None,
        "band": band_of(absent, possible, rule),
    }


def streaks(rows: list[Row], spells: list[Row]) -> Row:
    last = max((mark["date"] for mark in rows if mark["absent"]), default=None)
    return {
        "spells": len(spells),
        "longest_spell": max((spell["sessions"] for spell in spells), default=0),
        "current_spell": spells[-1]["sessions"] if spells and spells[-1]["open"] else 0,
        "days_since_last_absence": last and len({mark["date"] for mark in rows if mark["date"] > last}),
    }


def outlook(row: Row, coming: int | None, mean_spell: float, rule: Row) -> Row:
    absent, possible, bound = row["absent"], row["possible"], dict(rule["bands"])[rule["chronic"]]
    whole = possible + coming if possible and coming is not None else None
    deff = max(2 * mean_spell * (1 - absent / possible) - 1, 1) if possible else 1
    low, high = wilson(absent, possible, deff) if possible else (None, None)
    return {
        "can_still_miss": math.ceil(bound * whole) - 1 - absent if whole else None,
        "best_attainable": 1 - absent / whole if whole else None,
        "recovery": recovery(absent, possible, bound) if possible and bound else None,
        "rate_low": low,
        "rate_high": high,
    }
