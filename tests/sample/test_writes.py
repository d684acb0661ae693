"""Writes change what is read afterwards, and refuse what the documentation says they refuse."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


@pytest.fixture
def family(own: Any) -> tuple[int, int]:
    """A student without excusals who has a parent: both ids."""
    for row in own.pages("students", "students", archived="false"):
        if row["parent_ids"] and not own(f"students/{row['id']}/excusals")["excusals"]:
            return row["id"], row["parent_ids"][0]
    raise AssertionError("every student has excusals")


def excusal(parent: int, start: str = "2026-03-02", end: str = "2026-03-03", comment: str = "Was sick.") -> Any:
    """Make the body of a new excusal."""
    return {"excusal": {"parent_id": parent, "start_date": start, "end_date": end, "comment": comment}}


def test_a_created_excusal_is_read_back(own: Any, family: tuple[int, int]) -> None:
    """A POST is answered 201 with the excusal, which then stands in the student's list and the date's."""
    student, parent = family
    answer = own.send("POST", f"students/{student}/excusals", json=excusal(parent))
    assert answer.status_code == 201
    created = answer.json()["excusal"]
    assert (created["student_id"], created["parent_id"], created["duration"]) == (student, parent, 2)
    assert created["created_at"] == created["updated_at"] == "2026-03-20T12:00:01.000Z"
    assert own(f"students/{student}/excusals")["excusals"] == [created]
    assert student in [one["student_id"] for one in own.pages("students/excusals/2026-03-03", "excusals")]


def test_an_updated_excusal_is_read_back(own: Any, family: tuple[int, int]) -> None:
    """A PATCH changes end and comment, nothing else, and answers the excusal."""
    student, parent = family
    created = own.send("POST", f"students/{student}/excusals", json=excusal(parent)).json()["excusal"]
    body = {"excusal": {"end_date": "2026-03-06", "comment": "=1+1", "start_date": "2020-01-01", "parent_id": 1}}
    answer = own.send("PATCH", f"students/{student}/excusals/{created['id']}", json=body)
    changed = answer.json()["excusal"]
    assert answer.status_code == 200
    assert changed == created | {
        "end_date": "2026-03-06",
        "duration": 5,
        "comment": "=1+1",
        "updated_at": changed["updated_at"],
    }
    assert changed["updated_at"] > created["updated_at"]
    assert own(f"students/{student}/excusals")["excusals"] == [changed]


def test_a_deleted_excusal_is_gone(own: Any, family: tuple[int, int]) -> None:
    """A DELETE answers what was deleted; a second one finds nothing."""
    student, parent = family
    created = own.send("POST", f"students/{student}/excusals", json=excusal(parent)).json()["excusal"]
    path = f"students/{student}/excusals/{created['id']}"
    first, second = own.send("DELETE", path), own.send("DELETE", path)
    assert (first.status_code, first.json()) == (200, {"excusal": created})
    assert (second.status_code, second.json()) == (404, {"error": f"Couldn't find Excusal with 'id'={created['id']}"})
    assert own(f"students/{student}/excusals")["excusals"] == []


def test_an_unlinked_parent_is_refused_in_the_documented_words(own: Any, family: tuple[int, int]) -> None:
    """A parent of somebody else may not sign."""
    student, parent = family
    answer = own.send("POST", f"students/{student}/excusals", json=excusal(parent + 5000))
    message = f"Parent with ID={parent + 5000} is not linked to the Student with ID={student} via a relationship"
    assert (answer.status_code, answer.json()) == (422, {"errors": {"parent_id": [message]}})


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-03-02", "2026-03-14", "duration"),
        ("2026-03-03", "2026-03-02", "end_date"),
        ("2026-02-30", "2026-03-02", "start_date"),
        ("2026-03-02", "soon", "end_date"),
        ("", "2026-03-02", "start_date"),
    ],
)
def test_bad_days_are_refused_by_field(own: Any, family: tuple[int, int], start: str, end: str, field: str) -> None:
    """Thirteen days, an end before the start, or a date that is none: 422, and nothing is written."""
    student, parent = family
    answer = own.send("POST", f"students/{student}/excusals", json=excusal(parent, start, end))
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert own(f"students/{student}/excusals")["excusals"] == []


def test_twelve_days_are_accepted(own: Any, family: tuple[int, int]) -> None:
    """The longest excusal is twelve days, weekends included."""
    student, parent = family
    body = excusal(parent, "2026-03-02", "2026-03-13")
    assert own.send("POST", f"students/{student}/excusals", json=body).json()["excusal"]["duration"] == 12


def test_an_overlap_is_refused(own: Any, family: tuple[int, int]) -> None:
    """A second excusal for one of the same days is 422, when it is made and when one is made longer."""
    student, parent = family
    path = f"students/{student}/excusals"
    first = own.send("POST", path, json=excusal(parent)).json()["excusal"]
    assert own.send("POST", path, json=excusal(parent, "2026-03-03", "2026-03-05")).status_code == 422
    assert own.send("POST", path, json=excusal(parent, "2026-03-04", "2026-03-05")).status_code == 201
    longer = own.send("PATCH", f"{path}/{first['id']}", json={"excusal": {"end_date": "2026-03-04"}})
    assert (longer.status_code, list(longer.json())) == (422, ["errors"])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"excusal": []}', b"{}", b'"excusal"', b'{"excusal": {"comment": "\\ud800"}}']
)
def test_a_body_of_another_structure_is_refused(own: Any, family: tuple[int, int], body: bytes) -> None:
    """What is no JSON, or holds no excusal, is 400 in the documented words."""
    answer = own.send("POST", f"students/{family[0]}/excusals", data=body)
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid payload data structure."})


def test_a_homeroom_mark_is_set_and_read_back(own: Any) -> None:
    """A PUT changes the day and the term's totals, and an overwritten mark counts once."""
    group = own.year_group(9)
    student, day = group["student_ids"][0], "2025-11-12"
    for status, note in ((0, "<b>gone</b>"), (11, "Swimming 🏊")):
        answer = own.send(
            "PUT",
            f"students/{student}/set_homeroom_attendance",
            json={"date": day, "status": status, "notes": note},
        )
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        rows = own(f"year-groups/{group['id']}/homeroom/attendance/date/{day}")["students"]
        mark = next(row["attendance"] for row in rows if row["id"] == student)
        assert (mark["category"]["status"], mark["note"]) == (status, note)
    totals = next(row for row in own.homeroom_term(9)["students"] if row["id"] == student)
    days = own.homeroom_dates(9).values()
    marked = sum(bool(row["attendance"]) for rows in days for row in rows if row["id"] == student)
    assert sum(category["value"] for category in totals["attendance_categories"]) == marked


@pytest.mark.parametrize("status", [-1, 6, 9, 19, 99, None, True, "Absent", [0]])
def test_a_status_that_cannot_be_set_is_refused(own: Any, status: Any) -> None:
    """-1 is read only, 6 to 9 are unused, a label is no code: 422."""
    student = own.year_group(9)["student_ids"][0]
    body = {"date": "2025-11-12", "status": status}
    answer = own.send("PUT", f"students/{student}/set_homeroom_attendance", json=body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["status"])


@pytest.mark.parametrize("day", ["2025-11-15", "2026-06-01", "2025-11-31", "", None, 20251112])
def test_a_day_that_cannot_be_marked_is_refused(own: Any, day: Any) -> None:
    """A weekend, a day in the future, and what is no date: 422."""
    student = own.year_group(9)["student_ids"][0]
    answer = own.send("PUT", f"students/{student}/set_homeroom_attendance", json={"date": day, "status": 0})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["date"])


def test_extended_rights_are_needed_to_change(own: Any, family: tuple[int, int]) -> None:
    """A token without the paid rights may read and create; PATCH, DELETE and PUT are 403."""
    student, parent = family
    token, path = own.school.reader_token, f"students/{student}/excusals"
    created = own.send("POST", path, token=token, json=excusal(parent))
    one = f"{path}/{created.json()['excusal']['id']}"
    assert created.status_code == 201
    assert own.send("GET", path, token=token).status_code == 200
    assert own.send("PATCH", one, token=token, json={"excusal": {"comment": "x"}}).status_code == 403
    assert own.send("DELETE", one, token=token).status_code == 403
    body = {"date": "2025-11-12", "status": 0}
    assert own.send("PUT", f"students/{student}/set_homeroom_attendance", token=token, json=body).status_code == 403


def test_writes_at_the_same_time_are_all_kept(own: Any, family: tuple[int, int]) -> None:
    """Eight threads create 24 excusals for one student: all are there, each with an id of its own."""
    student, parent = family

    def create(number: int) -> int:
        body = excusal(
            parent,
            f"2025-{9 + number // 12:02}-{1 + number % 12:02}",
            f"2025-{9 + number // 12:02}-{1 + number % 12:02}",
        )
        return int(own.send("POST", f"students/{student}/excusals", json=body).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(create, range(24))) == {201}
    rows = own(f"students/{student}/excusals")["excusals"]
    assert len({row["id"] for row in rows}) == 24


def test_a_write_stays_in_its_own_school(own: Any, open_school: Any, family: tuple[int, int]) -> None:
    """Another school of the same seed does not see it."""
    other = open_school(students=60)
    own.send("POST", f"students/{family[0]}/excusals", json=excusal(family[1]))
    assert other(f"students/{family[0]}/excusals")["excusals"] == []
