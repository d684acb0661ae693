"""After a write, whatever came of it, what it may have changed is asked again, and nothing else is."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest
from answers import EXCUSAL
from faulty import mark, reply, reset, stall, student

from mbreports.api import fetch, write
from mbreports.api.cache import Store
from mbreports.errors import ApiError

if TYPE_CHECKING:
    from pathlib import Path

    from faulty import FaultServer, MakeClient, Skipping

    from mbreports.api.client import Client
    from mbreports.sample.school import SampleSchool

DAY, OTHER_DAY = "2026-01-05", "2026-01-15"
DATE = "year-groups/{}/homeroom/attendance/date/{}"
SET = "students/210/set_homeroom_attendance"
OUTCOMES = {
    "done": reply({"status": "ok", "excusal": EXCUSAL}),
    "lost": reset(),
    "fault": reply({}, status=500),
    "refused": reply({"error": "no"}, status=422),
    "limited": reply({}, status=429),
    "forbidden": reply({}, status=403),
}
every_outcome = pytest.mark.parametrize("outcome", OUTCOMES)


def present(code: int = 1) -> Any:
    return {"students": [student(210, attendance=mark(code))]}


@pytest.fixture
def writer(make_client: MakeClient, server: FaultServer) -> Client:
    """Give a client that may write, of a server that knows every list, total and day."""
    server.on("*", present())
    for number in (9, 99, 210, 2100):
        server.on(f"students/{number}/excusals", {"excusals": []})
    for group in (3, 33):
        for term in (7, 77):
            row = student(210, attendance={}, attendance_categories=[], attendance_adjustments=[])
            server.on(f"year-groups/{group}/homeroom/attendance/term/{term}", {"students": [row]})
            server.on(f"year-groups/{group}/homeroom/attendance/term/{term}/adjustments", {"students": [row]})
    row = student(210, attendance={}, attendance_categories=[])
    server.on("classes/3/attendance/term/7", {"students": [row]})
    server.on("classes/3/attendance/date/" + DAY, {"students": []})
    return make_client(allow_writes=True)


def read_all(client: Client) -> None:
    """Read everything that the tests write to, and its neighbours."""
    fetch.excusals(client, [9, 99, 210, 2100])
    fetch.excusals(client, 210, applies_on=DAY)
    client.get(f"students/excusals/{DAY}")
    client.get("students/210")
    fetch.homeroom_dates(client, [3, 33], [DAY, OTHER_DAY])
    for group in (3, 33):
        for term in (7, 77):
            fetch.homeroom_term(client, group, term)
            fetch.homeroom_term(client, group, term, archived_students=True)
            fetch.adjustments(client, group, term)
    fetch.class_term(client, 3, 7)
    fetch.class_date(client, 3, DAY)


def asked_again(client: Client, server: FaultServer) -> set[str]:
    before = len(server.requests)
    read_all(client)
    return {line.removeprefix("GET ").partition("?")[0] for line in server.asked[before:]}


@every_outcome
def test_excusals(writer: Client, server: FaultServer, outcome: str) -> None:
    """After an excusal was written, that student's excusals and those of any date are asked again, nothing else."""
    read_all(writer)
    assert asked_again(writer, server) == set()
    server.on("students/210/excusals/1", OUTCOMES[outcome])
    with contextlib.suppress(ApiError):
        write.update_excusal(writer, 210, 1, comment="Mumps.")
    assert asked_again(writer, server) == {"students/210/excusals", f"students/excusals/{DAY}"}


@every_outcome
def test_homeroom_mark(writer: Client, server: FaultServer, outcome: str) -> None:
    """After a mark was set, every homeroom of that date and every homeroom's terms are asked again, nothing else."""
    read_all(writer)
    server.on(SET, OUTCOMES[outcome])
    with contextlib.suppress(ApiError):
        write.set_homeroom_attendance(writer, 210, DAY, 0)
    terms = {f"year-groups/{group}/homeroom/attendance/term/{term}" for group in (3, 33) for term in (7, 77)}
    assert asked_again(writer, server) == terms | {DATE.format(group, DAY) for group in (3, 33)}


def test_refused_here_drops_nothing(writer: Client, server: FaultServer) -> None:
    """A write that was never sent leaves what is kept."""
    read_all(writer)
    with pytest.raises(ValueError, match="status"):
        write.set_homeroom_attendance(writer, 210, DAY, -1)
    assert asked_again(writer, server) == set()


def test_another_clients_answers(make_client: MakeClient, writer: Client, server: FaultServer) -> None:
    """A write of one client is seen by another of the same school, also where it has another token."""
    reader, other = make_client(), make_client("a-token-that-only-reads")
    for client in (reader, other):
        assert fetch.homeroom_date(client, 3, DAY)["status"].tolist() == [1]
    server.on(SET, {"status": "ok"})
    write.set_homeroom_attendance(writer, 210, DAY, 0)
    server.on(DATE.format(3, DAY), present(0))
    for client in (reader, other):
        assert fetch.homeroom_date(client, 3, DAY)["status"].tolist() == [0]


def test_later_process(make_client: MakeClient, writer: Client, server: FaultServer) -> None:
    """What a write dropped is dropped on disk: a client that is made afterwards asks again."""
    assert fetch.homeroom_date(writer, 3, DAY)["status"].tolist() == [1]
    server.on(SET, reset())
    with pytest.raises(ApiError):
        write.set_homeroom_attendance(writer, 210, DAY, 0)
    writer.close()
    server.on(DATE.format(3, DAY), present(0))
    assert fetch.homeroom_date(make_client(), 3, DAY)["status"].tolist() == [0]


@pytest.mark.parametrize("token", ["the writer's", "another"])
def test_read_that_a_write_overtakes(make_client: MakeClient, writer: Client, server: FaultServer, token: str) -> None:
    """A read that is under way during a write is given, not kept, and not shared with a later one."""
    reader = writer if token == "the writer's" else make_client("a-token-that-only-reads")  # noqa: S105 -- no token
    released, found = threading.Event(), []
    server.on(DATE.format(3, DAY), stall(released, present(1)), present(0))
    server.on(SET, {"status": "ok"})
    thread = threading.Thread(target=lambda: found.append(fetch.homeroom_date(reader, 3, DAY)["status"].tolist()))
    thread.start()
    while not server.requests:
        thread.join(0.01)
    write.set_homeroom_attendance(writer, 210, DAY, 0)
    assert fetch.homeroom_date(reader, 3, DAY)["status"].tolist() == [0]
    released.set()
    thread.join()
    assert found == [[1]]
    assert fetch.homeroom_date(reader, 3, DAY)["status"].tolist() == [0]


def test_read_that_another_processs_write_overtakes(writer: Client, server: FaultServer, timer: Skipping) -> None:
    """A read that is under way during another process's write is not kept; one of another day is."""
    released = threading.Event()
    paths = [DATE.format(3, DAY), DATE.format(3, OTHER_DAY)]
    for path in paths:
        server.on(path, stall(released, present(1)), present(0))
    threads = [threading.Thread(target=fetch.homeroom_date, args=(writer, 3, day)) for day in (DAY, OTHER_DAY)]
    for thread in threads:
        thread.start()
    while len(server.requests) < 2:
        threads[0].join(0.01)
    assert writer.store is not None
    other = Store(writer.store.path, timer.clock)  # as another process has it open
    other.drop(re.compile(rf"{paths[0]}(#.*)?"))
    other.close()
    released.set()
    for thread in threads:
        thread.join()
    assert [fetch.homeroom_date(writer, 3, day)["status"].tolist() for day in (DAY, OTHER_DAY)] == [[0], [1]]


def test_read_that_begins_during_a_write(writer: Client, server: FaultServer) -> None:
    """A read that begins while a write is under way is not kept: nobody knows which came first."""
    released = threading.Event()
    server.on(SET, stall(released, {"status": "ok"}))
    server.on(DATE.format(3, DAY), present(1), present(0))
    thread = threading.Thread(target=write.set_homeroom_attendance, args=(writer, 210, DAY, 0))
    thread.start()
    while not server.requests:
        thread.join(0.01)
    assert fetch.homeroom_date(writer, 3, DAY)["status"].tolist() == [1]
    released.set()
    thread.join()
    assert fetch.homeroom_date(writer, 3, DAY)["status"].tolist() == [0]


def test_neighbours_read_that_a_write_does_not_touch(writer: Client, server: FaultServer) -> None:
    """A read under way of another day is kept."""
    released = threading.Event()
    path = DATE.format(3, OTHER_DAY)
    server.on(path, stall(released, present()))
    server.on(SET, {"status": "ok"})
    thread = threading.Thread(target=fetch.homeroom_date, args=(writer, 3, OTHER_DAY))
    thread.start()
    while not server.requests:
        thread.join(0.01)
    write.set_homeroom_attendance(writer, 210, DAY, 0)
    released.set()
    thread.join()
    fetch.homeroom_date(writer, 3, OTHER_DAY)
    assert server.asked.count(f"GET {path}") == 1


def test_write_while_the_cache_is_locked(writer: Client, server: FaultServer, tmp_path: Path, timer: Skipping) -> None:
    """What could not be dropped, because another process held the cache, is dropped before it is read again."""
    fetch.homeroom_date(writer, 3, DAY)
    (path,) = (tmp_path / "cache").glob("*.sqlite")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    server.on(SET, {"status": "ok"})
    write.set_homeroom_attendance(writer, 210, DAY, 0)
    holder.execute("ROLLBACK")
    holder.close()
    server.on(DATE.format(3, DAY), present(0))
    assert fetch.homeroom_date(writer, 3, DAY)["status"].tolist() == [0]
    timer.skip(31)  # the cache is used again
    assert fetch.homeroom_date(writer, 3, DAY)["status"].tolist() == [0]


def test_forget_while_something_is_read(writer: Client, server: FaultServer, tmp_path: Path) -> None:
    """What is being read while everything is forgotten is not kept either."""
    released = threading.Event()
    server.on(DATE.format(3, DAY), stall(released, present()))
    thread = threading.Thread(target=fetch.homeroom_date, args=(writer, 3, DAY))
    thread.start()
    while not server.requests:
        thread.join(0.01)
    writer.forget()
    released.set()
    thread.join()
    assert list((tmp_path / "cache").iterdir()) == []


def test_forget_of_another_client(make_client: MakeClient, writer: Client, server: FaultServer) -> None:
    """Forgetting takes the answers from another open client of the same token too."""
    other = make_client()
    fetch.homeroom_date(other, 3, DAY)
    writer.forget()
    fetch.homeroom_date(other, 3, DAY)
    assert len(server.requests) == 2


def test_sample_round_trip(sample_to_write: SampleSchool) -> None:
    """At the sample school, every write is seen by the next read, through the cache."""
    with sample_to_write.client(cache=True, allow_writes=True) as client:
        child = client.get("students", per_page=1)["students"][0]
        number, parent = child["id"], child["parent_ids"][0]
        before = len(fetch.excusals(client, number))
        made = write.create_excusal(
            client, number, parent_id=parent, start_date="2026-06-01", end_date="2026-06-03", comment="Wedding"
        )
        assert made["duration"].tolist() == [3]
        assert len(fetch.excusals(client, number)) == before + 1
        excusal = int(made["excusal_id"].iloc[0])
        write.update_excusal(client, number, excusal, end_date="2026-06-02")
        assert fetch.excusals(client, number).set_index("excusal_id").loc[excusal, "duration"] == 2
        write.delete_excusal(client, number, excusal)
        assert len(fetch.excusals(client, number)) == before
        group = child["year_group_id"]
        fetch.homeroom_date(client, group, "2026-03-19")
        write.set_homeroom_attendance(client, number, "2026-03-19", 2, notes="bus")
        row = fetch.homeroom_date(client, group, "2026-03-19").set_index("student_id").loc[number]
        assert (row["status"], row["note"]) == (2, "bus")
