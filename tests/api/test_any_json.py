"""Whatever JSON an answer holds, a fetch function gives a right frame or says where the answer is wrong."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import answers
import pandas as pd
import pytest
from answers import CASES, CLASS_DAY, DATE, EXCUSALS, MARKS, META, TIMETABLE, YEARS, dtypes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mbreports.api import fetch
from mbreports.api.client import Client
from mbreports.api.replies import Reply
from mbreports.errors import BadAnswer, NotFound, TryLater
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = st.integers(-3, 300) | st.integers() | st.sampled_from([-(2**15), 2**15, 2**31, 2**63, 2**63 - 1])
TEXTS = st.text(max_size=8) | st.sampled_from(["2026-01-05", "2026-02-30", "0000-01-01", "9999-12-31", "1", "-1"])
INSTANTS = st.sampled_from(["2026-01-05T00:00:00.000Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
LEAVES = st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS | INSTANTS
KEYS = st.sampled_from(["id", "students", "attendance", "status", "category", "meta", "10", "9", "٣"]) | st.text(
    max_size=4
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


def _places(document: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to every value of a document."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [so_far, *(way for step, value in inside for way in _places(value, (*so_far, step)))]


@st.composite
def spoilt(draw: Callable[[Any], Any], good: Any) -> Any:
    """Draw a good answer of which up to three values are others, doubled or gone."""
    document = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(_places(document)))
        if not way:
            return draw(JSON)
        holder = document
        for step in way[:-1]:
            holder = holder[step]
        kind = draw(st.sampled_from(["other", "gone", "twice"]))
        if kind == "gone":
            del holder[way[-1]]
        elif kind == "twice" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[way[-1]]))
        else:
            holder[way[-1]] = draw(JSON)
    return document


def client_of(answers_by_path: Callable[[str], Any]) -> Client:
    """Give a client whose transport answers from memory: thousands of examples, and no time in sockets."""

    class Memory(Client):
        pass

    client = Memory("token", base_url="http://127.0.0.1:9", cache=False)

    def read(call: Any, *_: Any, **__: Any) -> Reply:
        return Reply(200, {}, json.dumps(answers_by_path(call.path)).encode())

    vars(client)["_transport"].read = read
    return client


def outcome(ask: Callable[[Client], Any], document: Any) -> Any:
    """Give what comes of an answer: the frame, or None where it is told that the answer is wrong."""
    try:
        return ask(client_of(lambda _: document))
    except BadAnswer as error:
        assert error.path in str(error)  # noqa: PT017 -- beside being the right one it says of what
    except TryLater as error:
        assert "was not whole" in str(error)  # noqa: PT017 -- pages that never fit together
    return None


FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize("name", CASES)
@FEW
@given(data=st.data())
def test_any_json(name: str, data: Any) -> None:
    """Any JSON document gives a frame of the documented columns and dtypes, or `BadAnswer`."""
    case = CASES[name]
    frame = outcome(case.ask, data.draw(spoilt(case.answer) | JSON))
    assert frame is None or dtypes(frame) == case.columns


@FEW
@given(document=spoilt(CLASS_DAY) | JSON)
def test_any_class_day(document: Any) -> None:
    """Any JSON document gives a matrix of students and printed periods, or `BadAnswer`."""
    frame = outcome(lambda client: fetch.class_date(client, 8, "2026-01-05"), document)
    if frame is not None:
        assert (frame.index.name, str(frame.index.dtype), list(frame.columns.names)) == (
            "student_id",
            "int64",
            ["field", "period"],
        )
        assert frame.columns.get_level_values("period").is_monotonic_increasing or frame.columns.nlevels == 2
        assert {str(dtype) for dtype in frame.dtypes} <= {"Int16", "str"}


@FEW
@given(document=spoilt(TIMETABLE) | JSON, values=st.sampled_from(["location", "enabled"]))
def test_any_timetable(document: Any, values: Any) -> None:
    """Any JSON document gives a matrix of days and printed periods, or `BadAnswer`."""
    frame = outcome(lambda client: fetch.timetable(client, 8, values=values, include_disabled=True), document)
    if frame is not None:
        assert (list(frame.index.names), frame.columns.name) == (["academic_year_id", "day"], "period")
        assert {str(dtype) for dtype in frame.dtypes} <= {"str" if values == "location" else "boolean"}
        assert frame.columns.is_monotonic_increasing
        assert frame.index.is_monotonic_increasing


TERM = {
    "school": {"school": {"name": "Example"}},
    "school/academic-years": YEARS,
    "year-groups": CASES["year_groups"].answer,
    "year-groups/3/students": {"students": [answers.STUDENT], "student_ids": [210], "meta": META},
    "school/programs/diploma/academic-years/20/calendar": answers.CALENDAR,
    "school/academic-years/20/attendance_categories": CASES["attendance_categories"].answer,
    "teachers": CASES["teachers"].answer,
    "students": CASES["students"].answer,
    "classes": {"classes": [answers.CLASS | {"program_code": "diploma"}], "meta": META},
    "classes/8/attendance/date/2026-01-05": CLASS_DAY,
    "year-groups/3/homeroom/attendance/date/2026-01-05": answers.HOMEROOM_DAY,
    "year-groups/3/homeroom/attendance/term/7": answers.TERM_TOTALS,
    "year-groups/3/homeroom/attendance/term/7/adjustments": answers.ADJUSTMENTS,
    "students/210/excusals": CASES["excusals"].answer,
    "students/211/excusals": CASES["excusals"].nothing,
}


@settings(FEW, max_examples=40)
@given(data=st.data())
def test_any_term(data: Any) -> None:
    """A term of which any answer is any JSON document is a whole term, or an error that says which answer it is."""
    path = data.draw(st.sampled_from(sorted(TERM)))
    document = data.draw(spoilt(TERM[path]) | JSON)
    client = client_of(lambda asked: document if asked == path else TERM.get(asked, {"students": []}))
    try:
        term = fetch.term(client, 7, class_marks=True, until="2026-01-06")
    except (BadAnswer, NotFound) as error:
        assert str(error)  # noqa: PT017
    except TryLater as error:
        assert "was not whole" in str(error)  # noqa: PT017
    else:
        assert isinstance(term, TermAttendance)
        assert dtypes(term.marks) == MARKS
        assert dtypes(term.excusals) == EXCUSALS | {"excusal_id": "Int64"}
        held = pd.concat([term.marks["student_id"], term.totals["student_id"], term.class_marks["student_id"]])
        assert set(held) <= set(term.students["student_id"])


def test_good_answers_are_taken() -> None:
    """The answers that the others are spoilt from are good: their term has both students and the days."""
    client = client_of(TERM.__getitem__)
    term = fetch.term(client, 7, class_marks=True, until="2026-01-06")
    assert sorted(term.students["student_id"]) == [210, 211]
    assert str(term.marks["date"].dtype) == DATE
    assert len(term.excusals) == 1
