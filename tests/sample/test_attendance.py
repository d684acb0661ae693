"""The attendance operations have the documented shapes, and their numbers agree with each other."""

from collections import Counter
from typing import Any

import pytest


def count_codes(days: list[list[Any]]) -> dict[int, Counter[int]]:
    """Count homeroom marks by student and code."""
    counts: dict[int, Counter[int]] = {}
    for rows in days:
        for row in rows:
            codes = counts.setdefault(row["id"], Counter())
            if row["attendance"]:
                codes[row["attendance"]["category"]["status"]] += 1
    return counts


def totals_by_code(students: list[Any]) -> dict[int, Counter[int]]:
    """Read term totals as counts by student and code."""
    return {
        row["id"]: Counter({category["status"]: category["value"] for category in row["attendance_categories"]})
        for row in students
    }


@pytest.mark.parametrize("grade", [1, 8, 12])
@pytest.mark.parametrize("term", [0, 1])
def test_homeroom_totals_are_the_sum_of_the_days(ask: Any, grade: int, term: int) -> None:
    """The marks of a term's days add up to its totals, code by code, for every student."""
    days = list(ask.homeroom_dates(grade, term).values())
    assert count_codes(days) == totals_by_code(ask.homeroom_term(grade, term)["students"])


def test_the_label_map_sums_codes_that_share_a_label(ask: Any) -> None:
    """`attendance` is keyed by label, and a label's number is the sum over its codes."""
    seen = set()
    for grade in range(1, 13):
        for row in ask.homeroom_term(grade)["students"]:
            sums: Counter[str] = Counter()
            for category in row["attendance_categories"]:
                assert set(category) == {"label", "status", "value"}
                sums[category["label"]] += category["value"]
            seen |= {len(row["attendance_categories"]) - len(sums)}
            assert row["attendance"] == sums
    assert seen >= {0, 1}


def test_class_totals_are_the_sum_of_the_days(ask: Any) -> None:
    """The marks of a class's days add up to its totals of the term."""
    one = ask.classes(11)[2]
    totals = ask(f"classes/{one['id']}/attendance/term/{ask.term_id(11)}")
    counts: dict[int, Counter[int]] = {row["id"]: Counter() for row in totals["students"]}
    for day in ask.school_days("diploma"):
        for row in ask(f"classes/{one['id']}/attendance/date/{day}")["students"]:
            counts[row["id"]].update(mark["category"]["status"] for mark in row["attendance"].values())
    assert set(totals) == {"students", "timetable"}
    assert counts == totals_by_code(totals["students"])


def test_a_disabled_slots_lessons_are_missing_in_the_totals(ask: Any) -> None:
    """Days still hold the marks of a slot that was disabled; the term's totals do not."""
    one = ask.classes(6)[0]
    slots = ask(f"classes/{one['id']}/timetable", include_disabled="true")["timetable"]["academic_years"][0]["slots"]
    (disabled,) = [slot for slot in slots if not slot["enabled"]]
    marks = [
        period
        for day in ask.school_days("myp")
        for row in ask(f"classes/{one['id']}/attendance/date/{day}")["students"]
        for period in row["attendance"]
    ]
    totals = ask(f"classes/{one['id']}/attendance/term/{ask.term_id(6)}")["students"]
    in_totals = sum(category["value"] for row in totals for category in row["attendance_categories"])
    assert 0 < len(marks) - in_totals <= marks.count(str(disabled["period"]))


def test_disabled_slots_are_listed_only_when_asked_for(ask: Any) -> None:
    """`include_disabled=false`, and nothing said, leave them out."""
    path = f"classes/{ask.classes(6)[0]['id']}/timetable"
    with_it, without, unsaid = (
        len(ask(path, **query)["timetable"]["academic_years"][0]["slots"])
        for query in ({"include_disabled": "true"}, {"include_disabled": "false"}, {})
    )
    assert with_it - 1 == without == unsaid


def test_period_keys_are_canonical_strings_and_sparse(ask: Any) -> None:
    """A diploma class's keys count from 1 with gaps; the school prints one less."""
    one = ask.classes(11)[0]
    answers = [ask(f"classes/{one['id']}/attendance/date/{day}") for day in ask.school_days("diploma")[:30]]
    keys = {key for answer in answers for row in answer["students"] for key in row["attendance"]}
    assert keys <= {"1", "2", "3", "5", "6"}
    assert {"5", "6"} & keys
    assert all(answer["timetable"] == {"period_starts_count_from": 0, "period_offset": -1} for answer in answers)


def test_timetable_slots_and_marks_meet_on_the_canonical_period(ask: Any) -> None:
    """In v2 a slot's period is printed: less `period_starts_count_from`, plus 1, it is the marks' key."""
    one = ask.classes(11)[0]
    (year,) = ask(f"classes/{one['id']}/timetable")["timetable"]["academic_years"]
    dates = ask("school/programs/diploma/academic-years/26278/calendar")["calendar"]["dates"]
    for date in dates[:12]:
        expected = {
            str(slot["period"] - year["period_starts_count_from"] + 1)
            for slot in year["slots"]
            if slot["day"] == date["rotation_day"]
        }
        rows = ask(f"classes/{one['id']}/attendance/date/{date['date']}")["students"]
        assert {key for row in rows for key in row["attendance"]} == expected


def test_v2p3_counts_slots_from_one(ask: Any) -> None:
    """In v2p3 `period_starts_count_from` is gone and slots are canonical; the frozen versions before are as v2."""
    path = f"classes/{ask.classes(12)[0]['id']}/timetable"
    (old,) = ask(path)["timetable"]["academic_years"]
    (new,) = ask(path, version="v2p3")["timetable"]["academic_years"]
    assert "period_starts_count_from" not in new
    assert [slot["period"] for slot in new["slots"]] == [slot["period"] + 1 for slot in old["slots"]]
    assert ask(path, version="v2p0") == ask(path, version="v2p2") == ask(path)


def test_period_ten_comes_after_nine(ask: Any) -> None:
    """One class has a lesson of two periods, 9 and 10, on a day."""
    one = ask.classes(10)[0]
    days = [ask(f"classes/{one['id']}/attendance/date/{day}") for day in ask.school_days("myp")[:5]]
    assert any({"9", "10"} <= set(row["attendance"]) for day in days for row in day["students"])


def test_a_slot_is_booked_twice(ask: Any) -> None:
    """One class has two slots at the same day and period, in two rooms."""
    slots = ask(f"classes/{ask.classes(7)[0]['id']}/timetable")["timetable"]["academic_years"][0]["slots"]
    places = Counter((slot["day"], slot["period"]) for slot in slots)
    assert max(places.values()) == 2
    assert set(slots[0]) == {"day", "period", "location", "enabled"}


@pytest.mark.parametrize("day", ["2025-09-06", "2025-10-22", "2026-03-23", "2026-06-01", "2031-01-01"])
def test_days_off_and_future_days_are_empty(ask: Any, day: str) -> None:
    """On a weekend, in a holiday and after the school's today every student has an empty object."""
    group = ask.year_group(5)
    rows = ask(f"year-groups/{group['id']}/homeroom/attendance/date/{day}")["students"]
    assert [row["id"] for row in rows] == group["student_ids"]
    assert all(row["attendance"] == {} for row in rows)


def test_a_homeroom_mark_has_label_note_and_code(ask: Any) -> None:
    """A mark is its label, a note that may be empty, and its code; now and then a key that nobody knows."""
    marks = [row["attendance"] for rows in ask.homeroom_dates(4).values() for row in rows if row["attendance"]]
    assert {frozenset(mark) for mark in marks} == {
        frozenset({"status", "note", "category"}),
        frozenset({"status", "note", "category", "recorded_via"}),
    }
    assert all(isinstance(mark["note"], str) and set(mark["category"]) == {"status"} for mark in marks)
    assert sum(mark["note"] == "" for mark in marks) > len(marks) / 2


def test_a_class_day_outside_its_terms_is_refused(ask: Any) -> None:
    """A class that ended with the first term knows no date after it; inside, a day off is empty."""
    design = next(one for one in ask.classes(9) if one["subject_name"] == "Design")
    path = f"classes/{design['id']}/attendance/date/"
    assert ask.send("GET", path + "2026-02-03").status_code == 422
    assert {str(row["attendance"]) for row in ask(path + "2025-10-22")["students"]} == {"{}"}


def test_a_term_without_the_class_is_not_found(ask: Any) -> None:
    """Totals of a term in which the class does not run are a 404, and so is another programme's term."""
    design = next(one for one in ask.classes(9) if one["subject_name"] == "Design")
    for term in (ask.term_id(9, 1), ask.term_id(12, 0)):
        answer = ask.send("GET", f"classes/{design['id']}/attendance/term/{term}")
        assert answer.status_code == 404
        assert answer.json() == {"error": f"Couldn't find AcademicTerm with 'id'={term}"}


def test_adjustments_are_signed_and_by_name(ask: Any) -> None:
    """Only students who have some are listed; some are negative, some name a label that the student has none of."""
    kinds = set()
    for grade in range(1, 13):
        totals = {row["id"]: row["attendance"] for row in ask.homeroom_term(grade)["students"]}
        path = f"year-groups/{ask.year_group(grade)['id']}/homeroom/attendance/term/{ask.term_id(grade)}/adjustments"
        for row in ask(path)["students"]:
            for one in row["attendance_adjustments"]:
                assert set(one) == {"id", "name", "adjustment"}
                kinds.add((one["adjustment"] > 0, one["name"] in totals[row["id"]]))
                assert totals[row["id"]].get(one["name"], 0) + one["adjustment"] >= 0
    assert kinds == {(True, True), (True, False), (False, True)}


def test_totals_hold_the_adjustments_where_the_school_says_so(ask: Any, open_school: Any) -> None:
    """With `totals_hold_adjustments` the totals differ from the marks by exactly the adjustments."""
    other = open_school(totals_hold_adjustments=True)
    moved = 0
    for grade in range(1, 13):
        path = f"year-groups/{ask.year_group(grade)['id']}/homeroom/attendance/term/{ask.term_id(grade)}/adjustments"
        sums = {row["id"]: Counter() for row in ask.homeroom_term(grade)["students"]}
        for row in ask(path)["students"]:
            for one in row["attendance_adjustments"]:
                sums[row["id"]][one["name"]] += one["adjustment"]
        for plain, held in zip(
            ask.homeroom_term(grade)["students"], other.homeroom_term(grade)["students"], strict=True
        ):
            labels = {**plain["attendance"], **held["attendance"], **sums[plain["id"]]}
            for label in labels:
                difference = held["attendance"].get(label, 0) - plain["attendance"].get(label, 0)
                assert difference == sums[plain["id"]][label]
                moved += difference != 0
    assert moved > 0


def test_excusals_have_the_documented_keys(ask: Any) -> None:
    """An excusal covers 1 to 12 days and is signed by a linked parent."""
    students = {row["id"]: row for row in ask.pages("students", "students")}
    found = [one for student in students for one in ask(f"students/{student}/excusals")["excusals"]]
    assert len(found) > 100
    assert len({one["id"] for one in found}) == len(found)
    for one in found:
        assert set(one) == {
            *("id", "student_id", "parent_id", "start_date", "end_date", "duration", "comment"),
            *("created_at", "updated_at"),
        }
        assert 1 <= one["duration"] <= 12
        assert one["parent_id"] in students[one["student_id"]]["parent_ids"]
        assert one["created_at"] < "2026-03-21"


def test_excusals_of_a_date_are_those_that_cover_it(ask: Any) -> None:
    """The list of a date has every excusal that covers it, without ids, and `applies_on` chooses the same."""
    day = "2025-11-11"
    listed = ask.pages(f"students/excusals/{day}", "excusals")
    assert listed
    assert all("id" not in one and one["start_date"] <= day <= one["end_date"] for one in listed)
    for one in listed:
        own = ask(f"students/{one['student_id']}/excusals", applies_on=day)["excusals"]
        assert one in [{key: value for key, value in row.items() if key != "id"} for row in own]


def test_archived_students_count_only_when_asked_for(ask: Any) -> None:
    """`archived_students=true` adds the archived ones to the term's totals; days never show them."""
    archived = {row["id"]: row for row in ask.pages("students", "students", archived="true")}
    leaver = next(row for row in archived.values() if "year_group_id" in row)
    grade = int(leaver["class_grade"].split()[1])
    assert leaver["id"] not in totals_by_code(ask.homeroom_term(grade)["students"])
    everybody = totals_by_code(ask.homeroom_term(grade, archived_students="true")["students"])
    assert everybody[leaver["id"]].total() > 0
    assert leaver["id"] not in {row["id"] for row in ask.homeroom_dates(grade)["2025-09-08"]}
