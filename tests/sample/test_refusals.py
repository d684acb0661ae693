"""What the API refuses, it refuses with the documented status and body; long lists come in pages."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

DENIED = {"error": "Access Denied"}


@pytest.mark.parametrize("token", ["", "wrong", "wröng".encode("latin-1")])
def test_a_wrong_token_is_denied(ask: Any, token: Any) -> None:
    """No token, or one that nobody made, is answered 401."""
    answer = ask.send("GET", "ping", token=token)
    assert (answer.status_code, answer.json()) == (401, DENIED)


def test_a_missing_or_disabled_token_is_denied(ask: Any) -> None:
    """Without the header, with a disabled token, or with the token in the query, the answer is 401."""
    url = f"{ask.school.url}/v2/ping"
    answers = [
        ask.session.get(url),
        ask.session.get(url, params={"auth_token": ask.school.token, "auth-token": ask.school.token}),
        ask.send("GET", "ping", token=ask.school.disabled_token),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(401, DENIED)] * 3


def test_rights_are_given_by_endpoint(open_school: Any) -> None:
    """A token with two rights may ask those two, and who it is; the rest is 403."""
    asker = open_school(students=12, permissions=["students/index", "year-groups/index"])
    statuses = {
        path: asker.send("GET", path).status_code
        for path in ("ping", "auth/permissions", "students", "year-groups", "classes", "students/20540019/excusals")
    }
    assert list(statuses.values()) == [200, 200, 200, 200, 403, 403]
    assert asker("auth/permissions") == {"permissions": ["students/index", "year-groups/index"]}


def test_a_wrong_option_is_an_error(open_school: Any) -> None:
    """A permission that does not exist is named, with those that do; a school and a limit are not empty."""
    with pytest.raises(ValueError, match=r"no such permissions: students/nothing; there are .*students/index"):
        open_school(students=12, permissions=["students/nothing"])
    with pytest.raises(ValueError, match="students must be at least 1, not 0"):
        open_school(students=0)
    with pytest.raises(ValueError, match="at least 1 request in more than 0 seconds, not 0 in 1"):
        open_school(students=12, rate_limit=(0, 1))


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("classes/1001/timetable", "Couldn't find IbClass with 'id'=1001"),
        ("classes/abc/students", "Couldn't find IbClass with 'id'=abc"),
        ("classes/1/attendance/term/62755", "Couldn't find IbClass with 'id'=1"),
        ("students/99", "Couldn't find Student with 'id'=99"),
        ("students/99/excusals", "Couldn't find Student with 'id'=99"),
        ("year-groups/7/homeroom/attendance/date/2025-09-08", "Couldn't find YearGroup with 'id'=7"),
        ("school/academic-years/1/attendance_categories", "Couldn't find AcademicYear with 'id'=1"),
        ("school/programs/nope/academic-years/26278/calendar", "Couldn't find Program with 'code'=nope"),
    ],
)
def test_an_unknown_id_is_not_found(ask: Any, path: str, error: str) -> None:
    """What nobody has is 404, and the body names it."""
    answer = ask.send("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"error": error})


@pytest.mark.parametrize(("version", "status"), [("v2", 200), ("v2p0", 200), ("v2p3", 200), ("v2p4", 404), ("v3", 404)])
def test_versions_are_a_prefix(ask: Any, version: str, status: int) -> None:
    """The rolling version and the four frozen ones answer; others, and none, are 404."""
    assert ask.send("GET", "ping", version=version).status_code == status
    assert ask.session.get(f"{ask.school.url}/ping", headers={"auth-token": ask.school.token}).status_code == 404


def test_doubled_slashes_lead_to_no_redirect(ask: Any) -> None:
    """A base URL that ends in a slash works, and is not redirected."""
    url = f"{ask.school.url}//v2//ping"
    answer = ask.session.get(url, headers={"auth-token": ask.school.token}, allow_redirects=False)
    assert answer.json() == {"pong": "ok"}


def test_a_date_that_is_none_is_refused(ask: Any) -> None:
    """The 30th of February, or another way of writing a date, is 422."""
    group = ask.year_group(1)["id"]
    for day in ("2026-02-30", "20250908", "08.09.2025", "today"):
        answer = ask.send("GET", f"year-groups/{group}/homeroom/attendance/date/{day}")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["date"])


def test_an_unknown_method_is_refused(ask: Any) -> None:
    """A method that a path does not have is 405, with a JSON body."""
    answer = ask.send("POST", "students")
    assert (answer.status_code, answer.json()) == (405, {"error": "Method Not Allowed"})


def test_newer_operations_may_be_missing(open_school: Any) -> None:
    """With `newer_operations=False` categories, calendar and the excusals of a date are 404, all else is there."""
    asker = open_school(students=12, newer_operations=False)
    newer = ("school/academic-years/26278/attendance_categories", "students/excusals/2025-11-11")
    newer += ("school/programs/myp/academic-years/26279/calendar",)
    assert {asker.send("GET", path).status_code for path in newer} == {404}
    assert asker.send("GET", "school/academic-years").status_code == 200


def test_pages_hold_200_rows_at_most(ask: Any) -> None:
    """`per_page` is 100 unless said, 200 at most whatever is asked, and the meta says what it was."""
    for asked, given in ((None, 100), (7, 7), (200, 200), (201, 200), (100000, 200), (0, 100), (-3, 100), ("x", 100)):
        answer = ask("students", **({} if asked is None else {"per_page": asked}))
        assert answer["meta"]["per_page"] == given == len(answer["students"])
        assert answer["meta"]["total_pages"] == -(-240 // given)
        assert answer["meta"]["total_count"] == 240


def test_pages_are_disjoint_and_whole(ask: Any) -> None:
    """The pages of a list hold every row once; one behind the last is empty."""
    ids = [row["id"] for page in range(1, 8) for row in ask("students", page=page, per_page=37)["students"]]
    assert ids == [row["id"] for row in ask.pages("students", "students")]
    beyond = ask("students", page=9, per_page=37)
    assert beyond == {
        "students": [],
        "meta": {"current_page": 9, "total_pages": 7, "total_count": 240, "per_page": 37},
    }


def test_one_request_too_many_is_told_when_to_come_back(open_school: Any) -> None:
    """The 429 has the limit, the period and the instant at which a retry succeeds, and it does."""
    asker = open_school(students=12, rate_limit=(3, 0.5))
    assert [asker.send("GET", "ping").status_code for _ in range(3)] == [200] * 3
    refused = asker.send("GET", "ping")
    assert refused.status_code == 429
    assert (refused.headers["X-RateLimit-Limit"], refused.headers["X-RateLimit-Period"]) == ("3", "0.5")
    reset = datetime.strptime(refused.headers["X-RateLimit-Reset"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    time.sleep(max(0.0, reset.timestamp() - time.time()))
    assert asker.send("GET", "ping").status_code == 200


def test_the_limit_holds_for_many_at_once(open_school: Any) -> None:
    """Of forty requests at the same time exactly the limit gets through; without a limit all do."""
    asker = open_school(students=12, rate_limit=(10, 60))

    def ping(_: int) -> int:
        headers = {"auth-token": asker.school.token}
        return int(requests.get(f"{asker.school.url}/v2/ping", headers=headers, timeout=10).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ping, range(40)))
    assert (statuses.count(200), statuses.count(429)) == (10, 30)
