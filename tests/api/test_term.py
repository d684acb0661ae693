"""A whole term: what is asked, who stands in it, and that it is whole or not at all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from answers import CALENDAR, CLASS, EXCUSAL, STUDENT, YEARS
from faulty import TOKEN, mark, page_of, reply, student

from mbreports.api import fetch
from mbreports.api.client import Client
from mbreports.api.pace import Clock
from mbreports.errors import BadAnswer, NotAllowed, NotFound, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator

    from faulty import FaultServer

    from mbreports.sample.school import SampleSchool

NOON = dt.datetime(2026, 1, 7, 12).timestamp()  # noqa: DTZ001 -- noon where the test runs
HOMEROOM = "year-groups/3/homeroom/attendance"


def school_of(server: FaultServer, *, ends_on: str = "2026-01-13", calendar: Any = None) -> None:
    """Script a school of one year group and one term, which began on Monday 5 January 2026."""
    term = YEARS["academic_years"]["diploma"]["academic_years"][0]["academic_terms"][0]
    year = {"id": 20, "name": "2025–2026", "academic_terms": [term | {"ends_on": ends_on}]}
    group = {"id": 3, "name": "Grade 9", "program": "IB Diploma", "program_code": "diploma"}
    server.on("school", {"school": {"name": "Example School"}})
    server.on("school/academic-years", {"academic_years": {"diploma": {"academic_years": [year]}}})
    server.on("year-groups", page_of("year_groups", [group, group | {"id": 4, "archived": True}]))
    server.on("year-groups/3/students", page_of("students", [STUDENT]) | {"student_ids": [210, 212]})
    server.on("teachers", page_of("teachers", [{"id": 5, "first_name": "Temi", "last_name": "Okafor"}]))
    server.on("students", page_of("students", [STUDENT, STUDENT | {"id": 300, "last_name": "Gone", "archived": True}]))
    if calendar:
        server.on("school/programs/diploma/academic-years/20/calendar", calendar)
    server.on(f"{HOMEROOM}/term/7", {"students": []})
    server.on(f"{HOMEROOM}/term/7/adjustments", {"students": []})
    for day in pd.date_range("2026-01-05", ends_on):
        server.on(f"{HOMEROOM}/date/{day:%Y-%m-%d}", {"students": [student(210, attendance=mark(1))]})
    for number in (210, 211, 212, 300):
        server.on(f"students/{number}/excusals", {"excusals": []})


@pytest.fixture
def wednesday(server: FaultServer) -> Iterator[Client]:
    """Give a client whose today is Wednesday, 7 January 2026."""

    class Then(Client):
        _clock = Clock(now=lambda: NOON)

    with Then(TOKEN, base_url=server.url, cache=False, requests_per_second=1000) as client:
        yield client


def days_asked(server: FaultServer) -> list[str]:
    return sorted(asked[-10:] for asked in server.asked if "/date/" in asked)


def test_no_day_in_the_future_is_asked_for(wednesday: Client, server: FaultServer) -> None:
    """Without a calendar, every day of the term that is no weekend is asked for, up to today."""
    school_of(server)
    term = fetch.term(wednesday, 7)
    assert days_asked(server) == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert term.as_of == pd.Timestamp("2026-01-07")
    assert [f"{day:%d}" for day in term.school_days["date"]] == ["05", "06", "07", "08", "09", "12", "13"]


@pytest.mark.parametrize(("until", "last"), [("2026-01-06", "06"), ("2026-01-31", "07"), ("2025-12-01", None)])
def test_until(wednesday: Client, server: FaultServer, until: str, last: str | None) -> None:
    """No day after `until` is asked for, nor one in the future though `until` lies there."""
    school_of(server)
    term = fetch.term(wednesday, 7, until=until)
    assert [day[-2:] for day in days_asked(server)][-1:] == ([last] if last else [])
    assert term.as_of == min(pd.Timestamp(until), pd.Timestamp("2026-01-07"))


def test_weekend_of_the_school(wednesday: Client, server: FaultServer) -> None:
    """A school's own weekend is left out instead of Saturday and Sunday."""
    school_of(server)
    fetch.term(wednesday, 7, weekend=("Tuesday",))
    assert days_asked(server) == ["2026-01-05", "2026-01-07"]


def test_calendar_comes_first(wednesday: Client, server: FaultServer) -> None:
    """Where the calendar answers, its days within the term are the school days, with their rotation days."""
    dates = [*CALENDAR["calendar"]["dates"], {"date": "2026-01-07", "rotation_day": 2}, {"date": "2026-02-01"}]
    school_of(server, calendar={"calendar": {"dates": dates}})
    term = fetch.term(wednesday, 7)
    assert days_asked(server) == ["2026-01-05", "2026-01-07"]
    assert term.school_days["rotation_day"].tolist() == [1, 2]


def test_calendar_under_the_school_s_own_code(wednesday: Client, server: FaultServer) -> None:
    """A calendar is also found under the code by which the school lists its programmes."""
    school_of(server)
    programmes = [{"name": "IB Middle Years", "code": "ibmyp"}, {"name": "IB Diploma", "code": "ib_diploma"}]
    server.on("school", {"school": {"name": "Example School", "enabled_programs": programmes}})
    server.on("school/programs/ib_diploma/academic-years/20/calendar", CALENDAR)
    fetch.term(wednesday, 7)
    assert days_asked(server) == ["2026-01-05"]


@pytest.mark.parametrize("off", [{}, {"days_off": []}, {"days_off": ["Sunday"]}, {"days_off": [9]}])
def test_calendar_that_names_no_days_is_none(wednesday: Client, server: FaultServer, off: dict[str, object]) -> None:
    """A calendar without dates or days off says nothing of school days: the weekdays are asked for."""
    school_of(server, calendar={"calendar": off})
    fetch.term(wednesday, 7)
    assert days_asked(server) == ["2026-01-05", "2026-01-06", "2026-01-07"]


def test_calendar_that_names_only_days_off(wednesday: Client, server: FaultServer) -> None:
    """A calendar without dates leaves out its own days off (0 is Sunday), not the usual weekend."""
    school_of(server, calendar={"calendar": {"days_off": [1, 6]}})
    term = fetch.term(wednesday, 7)
    assert days_asked(server) == ["2026-01-06", "2026-01-07"]
    assert pd.Timestamp("2026-01-11") in set(term.school_days["date"])


def test_facts(wednesday: Client, server: FaultServer) -> None:
    """A term tells its school, name, days, and when the oldest answer behind it was given."""
    school_of(server)
    term = fetch.term(wednesday, 7)
    assert (term.school, term.term_id, term.term_name) == ("Example School", 7, "T1")
    assert (term.starts_on, term.ends_on) == (pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-13"))
    assert (term.fetched_at, term.stale) == (pd.Timestamp(NOON, unit="s", tz="UTC"), False)


def test_everybody_stands_in_it(wednesday: Client, server: FaultServer) -> None:
    """Whoever is in the list, in its ids, in the marks or in the totals is a student of the term."""
    school_of(server)
    totals = [{"id": 211, "attendance": {}, "attendance_categories": []}]
    server.on(f"{HOMEROOM}/term/7", {"students": totals})
    server.on(f"{HOMEROOM}/date/2026-01-05", {"students": [student(300, attendance=mark(0))]})
    frame = fetch.term(wednesday, 7).students.set_index("student_id")
    assert sorted(frame.index) == [210, 211, 212, 300]
    assert frame.loc[210, ["last_name", "homeroom", "year_group"]].tolist() == ["Okafor", "Temi Okafor", "Grade 9"]
    assert frame.loc[300, ["last_name", "year_group", "archived"]].tolist() == ["Gone", "Grade 9", True]
    assert pd.isna(frame.loc[212, "last_name"])


def test_who_left_and_is_not_known_any_more(wednesday: Client, server: FaultServer) -> None:
    """That the excusals of a student who left cannot be found is no error; those of one who is there are needed."""
    school_of(server)
    server.on(f"{HOMEROOM}/date/2026-01-05", {"students": [student(300, attendance=mark(0))]})
    server.on("students/300/excusals", reply({"error": "Couldn't find Student with 'id'=300"}, status=404))
    assert 300 in set(fetch.term(wednesday, 7).students["student_id"])
    server.on("students/210/excusals", reply({"error": "Couldn't find Student with 'id'=210"}, status=404))
    with pytest.raises(NotFound, match="students/210/excusals"):
        fetch.term(wednesday, 7)


def test_excusals_may_be_left_out(wednesday: Client, server: FaultServer) -> None:
    """With `excusals=False` no student's excusals are asked for."""
    school_of(server)
    server.on("students/210/excusals", {"excusals": [EXCUSAL]})
    assert fetch.term(wednesday, 7, excusals=False).excusals.empty
    assert not [asked for asked in server.asked if "excusals" in asked]
    assert fetch.term(wednesday, 7).excusals["excusal_id"].tolist() == [1]


def test_archived_year_group_only_when_asked_for(wednesday: Client, server: FaultServer) -> None:
    """Archived year groups are asked for by their id only."""
    school_of(server)
    fetch.term(wednesday, 7)
    assert not [asked for asked in server.asked if "year-groups/4/" in asked]
    with pytest.raises(NotFound, match="year-groups/4/students"):
        fetch.term(wednesday, 7, year_group_ids=4)


def test_year_group_of_a_programme_spelt_otherwise(wednesday: Client, server: FaultServer) -> None:
    """Where the school has one programme, a year group of another spelling is of it."""
    school_of(server)
    group = {"id": 3, "name": "Grade 9", "program": "National Curriculum", "program_code": "nc"}
    server.on("year-groups", page_of("year_groups", [group]))
    assert len(fetch.term(wednesday, 7).marks) == 3


def test_class_without_a_register_on_a_day(wednesday: Client, server: FaultServer) -> None:
    """A class that ManageBac refuses a date of has no marks there; the others' are fetched."""
    school_of(server)
    server.on("classes", page_of("classes", [CLASS | {"program_code": "diploma", "subject_name": "Maths"}]))
    server.on("classes/8/attendance/date/2026-01-05", reply({"error": "Couldn't find IbClass"}, status=404))
    server.on("classes/8/attendance/date/2026-01-06", reply({"errors": {"date": ["is outside"]}}, status=422))
    day = {"students": [student(210, attendance={"1": mark(1)})], "timetable": {"period_offset": 0}}
    server.on("classes/8/attendance/date/2026-01-07", day)
    term = fetch.term(wednesday, 7, class_marks=True)
    assert term.class_marks["date"].tolist() == [pd.Timestamp("2026-01-07")]
    assert term.classes.to_numpy().tolist() == [[8, "Maths", "Maths", "Temi Okafor"]]


@pytest.mark.parametrize(
    "path",
    ["teachers", "school", "school/academic-years/20/attendance_categories", "students"],
)
@pytest.mark.parametrize("status", [403, 404])
def test_names_may_be_refused(wednesday: Client, server: FaultServer, path: str, status: int) -> None:
    """A token that may not read what only gives names gets the term without them."""
    school_of(server)
    server.on(f"{HOMEROOM}/date/2026-01-05", {"students": [student(300, attendance=mark(0))]})
    server.on(path, reply({"error": "no"}, status=status))
    term = fetch.term(wednesday, 7)
    assert sorted(term.students["student_id"]) == [210, 212, 300]
    assert term.school == (None if path == "school" else "Example School")


@pytest.mark.parametrize("path", ["date/2026-01-06", "term/7", "term/7/adjustments"])
def test_refusal_names_what_is_missing(wednesday: Client, server: FaultServer, path: str) -> None:
    """A right that the token lacks for any attendance answer fails the term, and names it."""
    school_of(server)
    server.on(f"{HOMEROOM}/{path}", reply({"error": "Forbidden"}, status=403))
    with pytest.raises(NotAllowed, match=f"{HOMEROOM}/{path}"):
        fetch.term(wednesday, 7)


def test_term_is_whole_or_not_at_all(client: Client, server: FaultServer) -> None:
    """One lasting fault among all answers fails the term; the next try asks only for what is not there yet."""
    school_of(server, ends_on="2026-03-27")
    bad = f"{HOMEROOM}/date/2026-03-27"
    server.on(bad, reply({}, status=503))
    with pytest.raises(TryLater, match=bad):
        fetch.term(client, 7, until="2026-03-27")
    before = len(server.requests)
    server.on(bad, {"students": [student(210, attendance=mark(1))]})
    assert len(fetch.term(client, 7, until="2026-03-27").marks) == 60
    days = [asked for asked in server.asked[before:] if "/date/" in asked]
    assert len(days) <= client.workers


def test_stale_term_says_so(client: Client, server: FaultServer, timer: Any) -> None:
    """A term of which an old answer had to serve says so, and how old it is."""
    school_of(server)
    first = fetch.term(client, 7, until="2026-01-07")
    timer.skip(3600)
    server.on("teachers", reply({}, status=503))
    again = fetch.term(client, 7, until="2026-01-07")
    assert (first.stale, again.stale) == (False, True)
    assert first.fetched_at is not None
    assert abs(again.fetched_at - first.fetched_at) < pd.Timedelta(seconds=5)


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no term": ({"term_ids": []}, ValueError, "term_ids"),
    "unknown term": ({"term_ids": 8}, NotFound, r"no term 8 .*there are: 7 \(T1, diploma\)"),
    "unknown group": ({"term_ids": 7, "year_group_ids": 9}, NotFound, r"no year group 9 .*3 \(Grade 9\)"),
    "until": ({"term_ids": 7, "until": "soon"}, ValueError, "until"),
    "weekend": ({"term_ids": 7, "weekend": ("Sun",)}, ValueError, "weekend"),
    "weekend text": ({"term_ids": 7, "weekend": "Sunday"}, ValueError, "weekend"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_argument(wednesday: Client, server: FaultServer, wrong: str) -> None:
    """What cannot be meant is told with what there is, before any attendance is asked for."""
    school_of(server)
    options, kind, said = WRONG[wrong]
    with pytest.raises(kind, match=said):
        fetch.term(wednesday, **options)
    assert not [asked for asked in server.asked if "attendance/" in asked]


def test_answers_that_do_not_fit_together(wednesday: Client, server: FaultServer) -> None:
    """A student with two marks on one day, in two year groups' answers, is a BadAnswer that says so."""
    school_of(server)
    group = {"id": 3, "name": "Grade 9", "program": "IB Diploma", "program_code": "diploma"}
    server.on("year-groups", page_of("year_groups", [group, group | {"id": 5}]))
    server.on("*", {"students": [student(210, attendance=mark(1))], "excusals": []})
    server.on("school/programs/diploma/academic-years/20/calendar", reply({}, status=404))
    server.on("school/academic-years/20/attendance_categories", reply({}, status=404))
    server.on("year-groups/5/homeroom/attendance/term/7", {"students": []})
    server.on("year-groups/5/homeroom/attendance/term/7/adjustments", {"students": []})
    with pytest.raises(BadAnswer, match="second mark for student_id 210"):
        fetch.term(wednesday, 7)


# -- the sample school ----------------------------------------------------------------------------------------------


def plain(connection: Client, path: str) -> Any:
    return connection.get(path)["students"]


def test_sample_term(connection: Client, sample: SampleSchool) -> None:
    """A term of several programmes holds each year group's answers of its own programme's term."""
    terms = fetch.terms(connection)
    active = terms[terms["active"]]
    ids = [int(number) for number in active["term_id"]]
    groups = fetch.year_groups(connection)
    term = fetch.term(connection, ids, until="2026-01-16")
    assert (term.term_id, term.term_name, term.school) == (
        tuple(ids),
        "Term 2",
        connection.get("school")["school"]["name"],
    )
    assert set(term.school_days["year_group_id"]) == set(groups["year_group_id"])
    spelt = {"pyp": "ib_pyp"}
    for group in groups.itertuples():
        code = spelt.get(str(group.program_code), str(group.program_code))
        of = int(active.loc[active["programme"] == code, "term_id"].iloc[0])
        path = f"year-groups/{group.year_group_id}/homeroom/attendance"
        members = {each["id"] for each in plain(connection, f"year-groups/{group.year_group_id}/students")}
        assert members <= set(term.students.loc[term.students["year_group_id"] == group.year_group_id, "student_id"])
        wanted = {
            (each["id"], one["status"], one["label"], one["value"])
            for each in plain(connection, f"{path}/term/{of}")
            for one in each["attendance_categories"]
        }
        totals = term.totals[term.totals["student_id"].isin(members) & term.totals["status"].notna()]
        assert set(totals.itertuples(index=False, name=None)) == wanted
    assert sample.today > dt.date(2026, 1, 16)
    assert term.marks["date"].max() == pd.Timestamp("2026-01-16")


def test_sample_marks_are_the_days_answers(connection: Client) -> None:
    """The marks of a term are, day by day, what the API answers for it."""
    groups = fetch.year_groups(connection)
    group = int(groups.loc[groups["program_code"] == "myp", "year_group_id"].iloc[0])
    terms = fetch.terms(connection).set_index("programme")
    term_id = int(terms.loc["myp", "term_id"].iloc[1])
    term = fetch.term(connection, term_id, year_group_ids=group, until="2026-01-20", excusals=False)
    got = term.marks.assign(status=term.marks["status"].astype(object).where(term.marks["status"].notna(), None))
    rows = {(f"{row.date:%Y-%m-%d}", row.student_id): (row.status, row.note) for row in got.itertuples()}
    days = sorted({day for day, _ in rows})
    wanted = {
        (day, each["id"]): (each["attendance"]["category"]["status"], each["attendance"]["note"])
        for day in days
        for each in plain(connection, f"year-groups/{group}/homeroom/attendance/date/{day}")
        if each["attendance"]
    }
    assert {key: value for key, value in rows.items() if value[0] is not None} == wanted
    assert days[0] == "2026-01-06"


def test_sample_without_newer_operations(sample: SampleSchool) -> None:
    """A school whose ManageBac has no calendar yet gets every weekday of the term, holidays included."""
    from mbreports.sample.school import SampleSchool as Another  # noqa: PLC0415 -- a class here, a type above

    with Another(students=12, newer_operations=False) as school, school.client() as client:
        terms = fetch.terms(client).set_index("programme")
        term = fetch.term(client, int(terms.loc["diploma", "term_id"].iloc[1]), until="2026-01-09", excusals=False)
    days = sorted(set(term.school_days["date"]))
    assert (len(days), {day.weekday() for day in days} & {5, 6}) == (59, set())
    assert term.categories.empty
    assert sample.today == school.today


def test_year_group_of_another_programme(connection: Client) -> None:
    """A year group whose programme's term was not given is told, with what to add."""
    groups = fetch.year_groups(connection).set_index("program_code")
    terms = fetch.terms(connection).set_index("programme")
    with pytest.raises(ValueError, match="add its programme's term"):
        fetch.term(
            connection,
            int(terms.loc["myp", "term_id"].iloc[0]),
            year_group_ids=[int(groups.loc["diploma", "year_group_id"].iloc[0])],
        )


def test_two_terms_of_one_programme(connection: Client) -> None:
    """Two terms of one programme are no term: they are joined afterwards."""
    ids = fetch.terms(connection).set_index("programme").loc["myp", "term_id"]
    with pytest.raises(ValueError, match="both of the programme 'myp'"):
        fetch.term(connection, [int(number) for number in ids.iloc[:2]])
