"""The four writes: checked first, sent once, honest about what came of them, and what they changed is fresh."""

from __future__ import annotations

import json
import pickle
import threading
from typing import TYPE_CHECKING, Any

import pytest
from answers import EXCUSAL, EXCUSALS, dtypes
from faulty import cut, reply, reset, stall

from mbreports.api import write
from mbreports.errors import NotAllowed, NotFound, OutcomeUnknown, ReadOnly, Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Callable

    from faulty import FaultServer, MakeClient

    from mbreports.api.client import Client


DAY = "2026-01-05"


@pytest.fixture
def writer(make_client: MakeClient) -> Client:
    return make_client(allow_writes=True)


def create(client: Client, **changes: Any) -> Any:
    wanted = {"parent_id": 176, "start_date": DAY, "end_date": DAY, "comment": "Measles."}
    return write.create_excusal(client, 210, **(wanted | changes))


WRITES: dict[str, tuple[Callable[[Client], Any], str, Any]] = {
    "create": (create, "POST students/210/excusals", reply({"excusal": EXCUSAL}, status=201)),
    "update": (
        lambda client: write.update_excusal(client, 210, 1, end_date=DAY, comment="Mumps."),
        "PATCH students/210/excusals/1",
        reply({"excusal": EXCUSAL}),
    ),
    "delete": (
        lambda client: write.delete_excusal(client, 210, 1),
        "DELETE students/210/excusals/1",
        reply({"excusal": EXCUSAL}),
    ),
    "set": (
        lambda client: write.set_homeroom_attendance(client, 210, DAY, 2, notes="bus"),
        "PUT students/210/set_homeroom_attendance",
        reply({"status": "ok"}),
    ),
}
every_write = pytest.mark.parametrize("name", WRITES)


@every_write
def test_write_gives_what_there_is_now(writer: Client, server: FaultServer, name: str) -> None:
    """A write is sent once and gives the excusal as one row of the excusals' columns; a mark gives None."""
    act, line, answer = WRITES[name]
    server.on("*", answer)
    given = act(writer)
    assert server.asked == [line]
    if name == "set":
        assert given is None
    else:
        assert (dtypes(given), given["excusal_id"].tolist()) == (EXCUSALS, [1])


def test_what_is_sent(writer: Client, server: FaultServer) -> None:
    """The bodies are the documented ones: what is left out is not sent."""
    server.on("*", reply({}, status=404))
    asked: list[Callable[[], Any]] = [
        lambda: create(writer),
        lambda: write.update_excusal(writer, 210, 1, comment=""),
        lambda: write.delete_excusal(writer, 210, 1),
        lambda: write.set_homeroom_attendance(writer, 210, DAY, 0),
    ]
    for act in asked:
        with pytest.raises(NotFound):
            act()
    assert [json.loads(body) if body else None for *_, body in server.requests] == [
        {"excusal": {"parent_id": 176, "start_date": DAY, "end_date": DAY, "comment": "Measles."}},
        {"excusal": {"comment": ""}},
        None,
        {"date": DAY, "status": 0},
    ]


@every_write
def test_read_only(client: Client, server: FaultServer, name: str) -> None:
    """A client writes only where it was made to: nothing is sent."""
    with pytest.raises(ReadOnly, match="allow_writes=True"):
        WRITES[name][0](client)
    assert server.requests == []


WRONG: dict[str, Callable[[Client], Any]] = {
    "student_id": lambda client: write.delete_excusal(client, "9/excusals", 1),  # type: ignore[arg-type]
    "excusal_id": lambda client: write.delete_excusal(client, 9, -1),
    "parent_id": lambda client: create(client, parent_id=None),
    "start_date": lambda client: create(client, start_date="2026-02-30"),
    "1 to 12 days": lambda client: create(client, end_date="2026-01-17"),
    "is 0": lambda client: create(client, end_date="2026-01-04"),
    "comment": lambda client: create(client, comment=None),
    "comment holds": lambda client: create(client, comment="\ud800"),
    "nothing to change": lambda client: write.update_excusal(client, 9, 1),
    "end_date": lambda client: write.update_excusal(client, 9, 1, end_date="tomorrow"),
    "date": lambda client: write.set_homeroom_attendance(client, 9, "", 1),
    "status must": lambda client: write.set_homeroom_attendance(client, 9, DAY, -1),
    "status must be": lambda client: write.set_homeroom_attendance(client, 9, DAY, 6),
    "0 Absent, 1 Present": lambda client: write.set_homeroom_attendance(client, 9, DAY, "1"),  # type: ignore[arg-type]
    "not True": lambda client: write.set_homeroom_attendance(client, 9, DAY, True),  # noqa: FBT003
    "notes": lambda client: write.set_homeroom_attendance(client, 9, DAY, 1, notes=b"x"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_argument(writer: Client, server: FaultServer, wrong: str) -> None:
    """What cannot be meant is a ValueError that says what is valid; nothing is sent."""
    with pytest.raises(ValueError, match=wrong):
        WRONG[wrong](writer)
    assert server.requests == []


def test_twelve_days_are_allowed(writer: Client, server: FaultServer) -> None:
    """An excusal of twelve days, both ends included, is sent."""
    server.on("*", WRITES["create"][2])
    create(writer, end_date="2026-01-16")
    assert len(server.requests) == 1


LOST = {
    "reset before": reset(),
    "reset in the head": reset(b"HTTP/1.1 201 Cre"),
    "reset in the body": reset(b'HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"excu'),
    "cut": cut(b'{"excusal": {"id"', 90),
    "empty": reply(b""),
    "web page": reply(b"<html>"),
    "wrong shape": reply({"excusal": {"id": "one"}}),
    "500": reply({}, status=500),
    "502": reply(b"<html>", status=502),
    "503": reply({}, status=503, headers={"Retry-After": "1"}),
    "504": reply({}, status=504),
    "redirect": reply(b"", status=307, headers={"Location": "/v2/elsewhere"}),
}


@every_write
@pytest.mark.parametrize("fault", LOST)
def test_lost_answer(writer: Client, server: FaultServer, name: str, fault: str) -> None:
    """A write whose answer is lost, cut or a 5xx is sent once, and is OutcomeUnknown with what was sent."""
    act, line, _ = WRITES[name]
    server.on("*", LOST[fault])
    with pytest.raises(OutcomeUnknown, match="may or may not have been done") as caught:
        act(writer)
    assert server.asked == [line]
    assert line in str(caught.value)
    sent = {
        "create": {"parent_id": 176, "start_date": DAY, "end_date": DAY, "comment": "Measles."},
        "update": {"end_date": DAY, "comment": "Mumps."},
        "delete": {},
        "set": {"date": DAY, "status": 2, "notes": "bus"},
    }[name]
    assert caught.value.sent == sent
    assert caught.value.retryable is False
    assert pickle.loads(pickle.dumps(caught.value)).sent == sent  # noqa: S301 -- our own


def test_slow_answer(make_client: MakeClient, server: FaultServer) -> None:
    """A write that is not answered in time is OutcomeUnknown, and sent once."""
    never = threading.Event()
    server.on("*", stall(never, {}))
    with pytest.raises(OutcomeUnknown, match="in time"):
        create(make_client(allow_writes=True, timeout=(0.2, 0.2)))
    never.set()
    assert len(server.requests) == 1


@every_write
def test_limit(writer: Client, server: FaultServer, name: str) -> None:
    """A write that met the limit was not done: TryLater, with the seconds to wait; it is not sent again by itself."""
    server.on("*", reply({}, status=429, headers={"Retry-After": "7"}))
    with pytest.raises(TryLater) as caught:
        WRITES[name][0](writer)
    assert (caught.value.retry_after, caught.value.retryable, len(server.requests)) == (7, True, 1)


def test_unreachable(make_client: MakeClient) -> None:
    """A write that could not be sent is TryLater: nothing was sent."""
    with pytest.raises(TryLater, match="nothing was sent"):
        create(make_client(base_url="https://host.invalid", allow_writes=True, cache=False))


def test_proxy_that_gives_no_way(make_client: MakeClient, server: FaultServer, monkeypatch: Any) -> None:
    """A write that a proxy did not let through was not sent."""
    server.RequestHandlerClass.do_CONNECT = lambda handler: handler.send_error(502)  # type: ignore[attr-defined]
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(TryLater, match="nothing was sent"):
        create(make_client(base_url="https://host.invalid", allow_writes=True, cache=False))


def test_reasons_by_field(writer: Client, server: FaultServer) -> None:
    """A refusal gives ManageBac's reasons by field."""
    reason = "Parent with ID=175 is not linked to the Student with ID=210 via a relationship"
    server.on("*", reply({"errors": {"parent_id": [reason], "duration": ["is too long"]}}, status=422))
    with pytest.raises(Rejected, match="ID=175") as caught:
        create(writer, parent_id=175)
    assert caught.value.errors == {"parent_id": [reason], "duration": ["is too long"]}


def test_reason_in_a_sentence(writer: Client, server: FaultServer) -> None:
    """A refusal that names no field has a reason all the same."""
    server.on("*", reply({"error": "Invalid payload data structure."}, status=400))
    with pytest.raises(Rejected, match=r"Invalid payload data structure\.") as caught:
        create(writer)
    assert caught.value.errors == {}


@every_write
def test_missing_right(writer: Client, server: FaultServer, name: str) -> None:
    """A 403 names the right that is missing, and whether it is one of the paid ones."""
    server.on("*", reply({"error": "Forbidden"}, status=403))
    with pytest.raises(NotAllowed) as caught:
        WRITES[name][0](writer)
    method, _, path = WRITES[name][1].partition(" ")
    assert f"{method} /{path.replace('210', '{id}').replace('excusals/1', 'excusals/{excusal_id}')}" in str(
        caught.value
    )
    assert ("Extended" in str(caught.value)) == (name != "create")
