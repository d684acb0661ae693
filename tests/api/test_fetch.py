"""Every fetch function: documented columns and dtypes in their order, what each row says, and empty answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from answers import CASES, CLASS_DAY, EXCUSAL, TIMETABLE, dtypes
from faulty import mark, page_of, reply, student

from mbreports.api import fetch
from mbreports.errors import BadAnswer, NotFound

if TYPE_CHECKING:
    from faulty import FaultServer

    from mbreports.api.client import Client

DAY = "2026-01-05"


@pytest.mark.parametrize("name", CASES)
def test_columns(client: Client, server: FaultServer, name: str) -> None:
    """A frame has the documented columns and dtypes in their order, and an index from 0."""
    server.on("*", CASES[name].answer)
    frame = CASES[name].ask(client)
    assert dtypes(frame) == CASES[name].columns
    assert list(frame.index) == list(range(len(frame)))
    assert len(frame) >= 1


@pytest.mark.parametrize("name", CASES)
def test_empty_answer(client: Client, server: FaultServer, name: str) -> None:
    """An empty answer is no error: no rows (a school: its one row), the same columns and dtypes."""
    server.on("*", CASES[name].nothing)
    frame = CASES[name].ask(client)
    assert dtypes(frame) == CASES[name].columns
    assert len(frame) == (1 if name == "school" else 0)


@pytest.mark.parametrize("name", CASES)
def test_kept_answer_gives_the_same_frame(client: Client, server: FaultServer, name: str) -> None:
    """A frame made of a kept answer is the same, and says that it is as old."""
    server.on("*", CASES[name].answer)
    first = CASES[name].ask(client)
    asked = len(server.requests)
    again = CASES[name].ask(client)
    pd.testing.assert_frame_equal(first, again)
    assert (len(server.requests), again.attrs) == (asked, first.attrs)


def test_term_totals_keep_the_order_and_whoever_has_none(client: Client, server: FaultServer) -> None:
    """Totals come per student and code as sent; a student without any keeps a row: status missing, count 0."""
    server.on("*", CASES["homeroom_term"].answer)
    frame = fetch.homeroom_term(client, 3, 7)
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        [210, 1, "Present", 90],
        [210, -1, "Present", 1],
        [211, None, None, 0],
    ]


@pytest.mark.parametrize(("archived", "said"), [(False, "false"), (True, "true")])
def test_archived_students_are_asked_for(client: Client, server: FaultServer, archived: Any, said: str) -> None:
    """`archived_students` goes out as the API writes truths."""
    server.on("*", {"students": []})
    fetch.class_term(client, 8, 7, archived_students=archived)
    fetch.homeroom_term(client, 3, 7, archived_students=archived)
    assert server.asked == [
        f"GET classes/8/attendance/term/7?archived_students={said}",
        f"GET year-groups/3/homeroom/attendance/term/7?archived_students={said}",
    ]


def test_class_day_is_a_matrix_of_printed_periods(client: Client, server: FaultServer) -> None:
    """Period keys become the printed numbers, ascending as numbers; a student without a mark keeps a row."""
    marks = {"10": mark(0, "Absent"), "9": mark(1), "1": mark(2, "Late", "bus")}
    students = [student(7, attendance=marks), student(5, attendance={})]
    server.on("*", {"students": students, "timetable": {"period_starts_count_from": 0, "period_offset": -1}})
    frame = fetch.class_date(client, 8, DAY)
    assert list(frame.index) == [7, 5]
    assert frame.columns.names == ["field", "period"]
    assert list(frame["status"].columns) == [0, 8, 9]
    assert frame.loc[7, "status"].tolist() == [2, 1, 0]
    assert frame.loc[7, ("note", 0)] == "bus"
    assert frame.loc[5].isna().all()
    assert {str(dtype) for dtype in frame["status"].dtypes} == {"Int16"}
    assert {str(dtype) for dtype in frame["label"].dtypes} == {"str"}


def test_class_day_off(client: Client, server: FaultServer) -> None:
    """A day off keeps the students, each field with one column, its period and all of it missing."""
    server.on("*", {"students": [student(7, attendance={})], "timetable": CLASS_DAY["timetable"]})
    frame = fetch.class_date(client, 8, DAY)
    assert (list(frame.index), list(frame.columns.names)) == ([7], ["field", "period"])
    assert list(frame.columns.get_level_values("field")) == ["status", "label", "note"]
    assert frame.columns.get_level_values("period").isna().all()
    assert frame["status"].isna().all(axis=None)
    assert [str(dtype) for dtype in frame.dtypes] == ["Int16", "str", "str"]


@pytest.mark.parametrize(
    ("timetable", "printed"),
    [
        ({"period_offset": 1}, 4),
        ({"period_starts_count_from": 0}, 2),
        ({"period_starts_count_from": 0, "period_offset": -1}, 2),
        ({}, 3),
    ],
)
def test_printed_period(client: Client, server: FaultServer, timetable: Any, printed: int) -> None:
    """The printed period is the key plus the offset, however much of it the answer says."""
    server.on("*", {"students": [student(7, attendance={"3": mark(1)})], "timetable": timetable})
    assert fetch.class_dates(client, 8, DAY)["period"].tolist() == [printed]


@pytest.mark.parametrize("key", ["x", "1.5", "", "٣", " 1", "99999"])
def test_period_that_is_no_number(client: Client, server: FaultServer, key: str) -> None:
    """A period that has no number is a BadAnswer that says where it stands."""
    server.on("*", {"students": [student(7, attendance={key: mark(1)})], "timetable": {}})
    with pytest.raises(BadAnswer, match=r"students\[0\]\.attendance"):
        fetch.class_date(client, 8, DAY)


def test_two_keys_of_one_period(client: Client, server: FaultServer) -> None:
    """Two keys that print the same period are a BadAnswer: neither mark may be lost."""
    server.on("*", {"students": [student(7, attendance={"1": mark(1), "01": mark(0)})], "timetable": {}})
    with pytest.raises(BadAnswer, match="twice"):
        fetch.class_date(client, 8, DAY)


def test_unknown_codes_are_kept(client: Client, server: FaultServer) -> None:
    """A code that no reference names is kept as it is, with its label."""
    server.on("*", {"students": [student(7, attendance=mark(77, "Snow day"))]})
    assert fetch.homeroom_date(client, 3, DAY)[["status", "label"]].to_numpy().tolist() == [[77, "Snow day"]]


def test_many_days_in_order(client: Client, server: FaultServer) -> None:
    """The long form is ordered by date, group, student and period, whatever came first, and asks each once."""
    server.on("*", {"students": [student(9, attendance=mark(1)), student(2, attendance={})]})
    frame = fetch.homeroom_dates(client, [4, 3, 4], ["2026-01-06", DAY, DAY])
    assert [tuple(row) for row in frame[["date", "year_group_id", "student_id"]].astype(str).to_numpy()] == [
        (day, group, number) for day in (DAY, "2026-01-06") for group in "34" for number in "29"
    ]
    assert frame["status"].isna().tolist() == [True, False] * 4
    assert frame["class_id"].isna().all()
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "dates",
    [DAY, pd.Timestamp(DAY), pd.date_range(DAY, periods=1), pd.Series(pd.date_range(DAY, periods=1)), (DAY,)],
    ids=["text", "timestamp", "range", "column", "tuple"],
)
def test_dates_in_many_forms(client: Client, server: FaultServer, dates: Any) -> None:
    """Dates may be text, timestamps, a range or a column."""
    server.on("*", {"students": []})
    fetch.homeroom_dates(client, 3, dates)
    assert server.asked == [f"GET year-groups/3/homeroom/attendance/date/{DAY}"]


def test_nothing_asked(client: Client, server: FaultServer) -> None:
    """No groups, days or students: nothing is asked, and the frame is empty with its columns."""
    assert dtypes(fetch.homeroom_dates(client, [], [DAY])) == CASES["homeroom_dates"].columns
    assert dtypes(fetch.class_dates(client, 8, [])) == CASES["class_dates"].columns
    assert dtypes(fetch.excusals(client, [])) == CASES["excusals"].columns
    assert server.requests == []


def test_one_failure_fails_all_and_keeps_the_rest(client: Client, server: FaultServer) -> None:
    """Where one of many answers cannot be had, the call names it; the next try asks only for what is not there yet."""
    server.on("*", {"students": [student(1, attendance=mark(1))]})
    bad = "year-groups/3/homeroom/attendance/date/2026-01-20"
    server.on(bad, reply({"error": "Couldn't find YearGroup with 'id'=3"}, status=404))
    days = pd.date_range("2025-11-22", "2026-01-20")
    with pytest.raises(NotFound, match=bad) as caught:
        fetch.homeroom_dates(client, 3, days)
    assert caught.value.path == bad
    server.on(bad, {"students": [student(1, attendance=mark(1))]})
    before = len(server.requests)
    assert len(fetch.homeroom_dates(client, 3, days)) == len(days)
    again = server.asked[before:]
    assert len(again) == len(set(again)) <= client.workers


def test_excusals_of_many(client: Client, server: FaultServer) -> None:
    """Excusals come in the order of the students that were asked for, each one's as sent."""
    for number in (210, 5):
        rows = [EXCUSAL | {"id": number * 10 + place, "student_id": number} for place in (2, 1)]
        server.on(f"students/{number}/excusals", page_of("excusals", rows))
    frame = fetch.excusals(client, [210, 5], applies_on="2024-11-28")
    assert frame["excusal_id"].tolist() == [2102, 2101, 52, 51]
    assert all("applies_on=2024-11-28" in asked for asked in server.asked)
    assert frame["updated_at"].iloc[0] == pd.Timestamp("2024-11-29T10:45:10Z")


def test_left_out_keys_are_missing(client: Client, server: FaultServer) -> None:
    """A key without a value is never sent: its cell is missing, and the row stays."""
    server.on("*", page_of("students", [{"id": 1}]))
    frame = fetch.students(client)
    assert frame.loc[0, "student_id"] == 1
    assert frame.drop(columns="student_id").isna().to_numpy().all()


def test_timetable_prints_what_the_school_prints(client: Client, server: FaultServer) -> None:
    """Slots that say what they count from are printed already; others get `period_offset`."""
    slots = [{"day": 1, "period": 10, "location": "B"}, {"day": 1, "period": 9, "location": "A"}]
    years = [{"id": 21, "slots": slots}, {"id": 20, "period_starts_count_from": 0, "slots": slots}]
    server.on("*", {"timetable": {"academic_years": years}})
    frame = fetch.timetable(client, 8, period_offset=-1)
    assert list(frame.index) == [(20, 1), (21, 1)]
    assert list(frame.columns) == [8, 9, 10]
    assert frame.loc[(21, 1)].tolist()[:2] == ["A", "B"]
    assert frame.loc[(20, 1)].tolist()[1:] == ["A", "B"]
    assert server.asked == ["GET classes/8/timetable?include_disabled=false"]


def test_double_booking(client: Client, server: FaultServer) -> None:
    """Two slots at one time join their locations in the API's order; disabled ones only when asked for."""
    slots = [
        {"day": 2, "period": 1, "location": "Lab", "enabled": True},
        {"day": 2, "period": 1, "location": "Library", "enabled": True},
        {"day": 3, "period": 1, "location": "Gym", "enabled": False},
    ]
    year = {"id": 20, "period_starts_count_from": 1, "slots": slots}
    server.on("*", {"timetable": {"academic_years": [year]}})
    assert fetch.timetable(client, 8)[1].to_dict() == {(20, 2): "Lab / Library"}
    everything = fetch.timetable(client, 8, include_disabled=True, values="enabled")
    assert everything[1].to_dict() == {(20, 2): True, (20, 3): False}
    assert everything.dtypes.astype(str).tolist() == ["boolean"]


def test_slot_that_does_not_say_whether_it_is_enabled(client: Client, server: FaultServer) -> None:
    """A slot without `enabled` counts as enabled, in either kind of cell."""
    year = {"id": 20, "period_starts_count_from": 1, "slots": [{"day": 2, "period": 1}]}
    server.on("*", {"timetable": {"academic_years": [year]}})
    assert fetch.timetable(client, 8, values="enabled")[1].tolist() == [True]


@pytest.mark.parametrize("values", ["location", "enabled"])
def test_empty_timetable(client: Client, server: FaultServer, values: Any) -> None:
    """No slots: no rows and no columns, the same names."""
    server.on("*", {"timetable": {"academic_years": [TIMETABLE["timetable"]["academic_years"][0] | {"slots": []}]}})
    frame = fetch.timetable(client, 8, values=values)
    assert (frame.shape, list(frame.index.names), frame.columns.name) == (
        (0, 0),
        ["academic_year_id", "day"],
        "period",
    )


def test_terms_of_two_programmes(client: Client, server: FaultServer) -> None:
    """Terms come per programme as the API spells it, whatever it spells."""
    term = {"id": 7, "name": "T1", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}
    years = [{"id": 20, "name": "2026", "academic_terms": [term, term | {"id": 8}]}]
    server.on("*", {"academic_years": {"ib_pyp": {"academic_years": years}, "odd name": {"academic_years": []}}})
    assert fetch.terms(client)[["term_id", "programme"]].to_numpy().tolist() == [[7, "ib_pyp"], [8, "ib_pyp"]]


def test_students_are_asked_for_as_documented(client: Client, server: FaultServer) -> None:
    """Filters go out under the documented names; one that is left out is not sent."""
    server.on("*", {"students": []})
    fetch.students(client, archived=False, year_group_ids=[3, 4], q="Zoë")
    sent = server.asked[0].partition("?")[2].split("&")
    assert sorted(sent) == [
        "archived=false",
        "page=1",
        "per_page=200",
        "q=Zo%C3%AB",
        "year_group_ids%5B%5D=3",
        "year_group_ids%5B%5D=4",
    ]


WRONG = {
    "class_id 0": lambda client: fetch.class_term(client, 0, 7),
    "class_id text": lambda client: fetch.class_term(client, "8", 7),
    "class_id true": lambda client: fetch.class_term(client, True, 7),  # noqa: FBT003 -- what is refused
    "term_id float": lambda client: fetch.homeroom_term(client, 3, 7.0),
    "term_id path": lambda client: fetch.homeroom_term(client, 3, "7/adjustments"),
    "date": lambda client: fetch.class_date(client, 8, "2026-02-30"),
    "date format": lambda client: fetch.homeroom_date(client, 3, "05.01.2026"),
    "date instant": lambda client: fetch.homeroom_date(client, 3, pd.Timestamp("2026-01-05 08:00")),
    "date none": lambda client: fetch.homeroom_dates(client, 3, [None]),
    "date NaT": lambda client: fetch.homeroom_dates(client, 3, [pd.NaT]),
    "applies_on": lambda client: fetch.excusals(client, 9, applies_on="today"),
    "student_ids": lambda client: fetch.excusals(client, "9"),
    "year_group_ids": lambda client: fetch.homeroom_dates(client, None, DAY),
    "values": lambda client: fetch.timetable(client, 8, values="room"),
    "period_offset": lambda client: fetch.timetable(client, 8, period_offset="1"),
    "program_code": lambda client: fetch.calendar(client, "../x", 20),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_argument(client: Client, server: FaultServer, wrong: str) -> None:
    """An argument that cannot be meant is a ValueError that names it; nothing is asked."""
    with pytest.raises(ValueError, match=wrong.split(maxsplit=1)[0]):
        WRONG[wrong](client)
    assert server.requests == []


def test_where_an_answer_is_wrong(client: Client, server: FaultServer) -> None:
    """A BadAnswer says at which place of the answer what should have stood, never what stood there."""
    server.on("*", {"students": [student(1, attendance=mark(1)), student(2, attendance={"status": "Zoë"})]})
    with pytest.raises(BadAnswer, match=r"students\[1\]\.attendance\.category is missing") as caught:
        fetch.homeroom_date(client, 3, DAY)
    assert "Zoë" not in str(caught.value)
    assert (caught.value.path, caught.value.status_code) == (f"year-groups/3/homeroom/attendance/date/{DAY}", 200)


def test_get_gives_the_document(client: Client, server: FaultServer) -> None:
    """`get` gives any answer as it came: one page of it, where it has pages, and that is not kept."""
    page = page_of("rooms", [{"id": 1}], pages=3, total=3)
    server.on("rooms", page)
    assert client.get("rooms", page=2, archived=False, building_ids=[4, 5]) == page
    assert client.get("/rooms", page=2, archived=False, building_ids=[4, 5], floor=None) == page
    asked = "GET rooms?archived=false&building_ids%5B%5D=4&building_ids%5B%5D=5&page=2"
    assert server.asked == [asked, asked]


def test_permissions_are_never_kept(client: Client, server: FaultServer) -> None:
    """Whether the server is there, and what the token may do, is asked each time."""
    server.on("ping", {"pong": "ok"})
    server.on("auth/permissions", {"permissions": ["students/index"]})
    for _ in range(2):
        assert client.ping()
        assert client.permissions() == ["students/index"]
    assert len(server.requests) == 4


@pytest.mark.parametrize("answer", [{"pong": "no"}, [], {"permissions": "all"}, {"permissions": [3]}, {}])
def test_wrong_pong(client: Client, server: FaultServer, answer: Any) -> None:
    """An answer that is no pong and no list of rights is a BadAnswer."""
    server.on("*", answer)
    with pytest.raises(BadAnswer, match="GET ping"):
        client.ping()
    with pytest.raises(BadAnswer, match="GET auth/permissions"):
        client.permissions()


def test_repr_shows_host_and_school(client: Client, server: FaultServer) -> None:
    """The repr shows where the client asks, and the school once it is known."""
    assert repr(client) == f"<mbreports.Client {server.url}/v2>"
    server.on("school", {"school": {"name": "Example School"}})
    fetch.school(client)
    assert repr(client) == f"<mbreports.Client {server.url}/v2, Example School>"
