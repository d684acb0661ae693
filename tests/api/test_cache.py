"""What is kept, for how long, and what happens when it cannot be."""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from faulty import mark, page_of, reply, reset, stall, student

from mbreports.api import fetch
from mbreports.api.cache import CacheSettings, Lifetimes
from mbreports.api.rows import Rows
from mbreports.errors import BadAnswer, MBReportsError, NotAllowed, NotFound, TryLater

if TYPE_CHECKING:
    from pathlib import Path

    from faulty import FaultServer, MakeClient, Skipping

    from mbreports.api.client import Client

DAY = "year-groups/3/homeroom/attendance/date/2020-01-06"
TERM = "year-groups/3/homeroom/attendance/term/7"
ONE = {"students": [student(1, attendance=mark(1))]}
TWO = {"students": [student(1, attendance=mark(0, "Absent"))]}
TOTALS = {"students": [student(1, attendance={}, attendance_categories=[])]}
SCHOOL = {"school": {"name": "Example School"}}


def years(ends_on: str) -> Any:
    term = {"id": 7, "name": "T", "starts_on": "2020-01-01", "ends_on": ends_on}
    return {"academic_years": {"dp": {"academic_years": [{"id": 2, "name": "Y", "academic_terms": [term]}]}}}


def the_file(folder: Path) -> Any:
    (path,) = (folder / "cache").glob("*.sqlite")
    return path


def test_fresh_answer_is_not_asked_again(make_client: MakeClient, server: FaultServer) -> None:
    """An answer serves later clients of the same token too."""
    server.on("school", SCHOOL)
    with make_client() as first:
        fetch.school(first)
    assert fetch.school(make_client())["name"].iloc[0] == "Example School"
    assert len(server.requests) == 1


def test_no_cache(make_client: MakeClient, server: FaultServer) -> None:
    """With cache=False every read is asked."""
    server.on("school", SCHOOL)
    client = make_client(cache=False)
    fetch.school(client)
    fetch.school(client)
    assert len(server.requests) == 2


@pytest.mark.parametrize(("ends_on", "fresh"), [("2020-03-01", 29 * 86400), ("2999-01-01", 590)])
def test_lifetime_of_a_term(client: Client, server: FaultServer, timer: Skipping, ends_on: str, fresh: int) -> None:
    """An ended term's answers are fresh for 30 days, a running one's for 10 minutes."""
    server.on("school/academic-years", years(ends_on))
    server.on(TERM, TOTALS)
    fetch.terms(client)
    fetch.homeroom_term(client, 3, 7)
    timer.skip(fresh)
    fetch.homeroom_term(client, 3, 7)
    assert server.asked.count(f"GET {TERM}?archived_students=false") == 1
    timer.skip(2 * 86400)
    fetch.homeroom_term(client, 3, 7)
    assert server.asked.count(f"GET {TERM}?archived_students=false") == 2


def test_lifetime_of_today(client: Client, server: FaultServer, timer: Skipping) -> None:
    """Today's register is fresh for 2 minutes."""
    today = client.today()
    server.on("year-groups/3/homeroom/attendance/date/" + today.isoformat(), ONE, TWO)
    assert fetch.homeroom_date(client, 3, today)["status"].tolist() == [1]
    timer.skip(125)
    assert fetch.homeroom_date(client, 3, today)["status"].tolist() == [0]


def test_lifetimes_are_settings(make_client: MakeClient, server: FaultServer, timer: Skipping, tmp_path: Path) -> None:
    """Lifetimes can be set."""
    server.on("school", SCHOOL)
    client = make_client(cache=CacheSettings(tmp_path / "cache", Lifetimes(lists=5)))
    fetch.school(client)
    timer.skip(6)
    fetch.school(client)
    assert len(server.requests) == 2
    with pytest.raises(ValueError, match="lifetime 'ended'"):
        Lifetimes(ended=float("inf"))


def test_answers_past_their_time_are_deleted(
    make_client: MakeClient, server: FaultServer, timer: Skipping, tmp_path: Path
) -> None:
    """What is past its lifetime, and past the day for which it may serve an outage, is gone from the disk."""
    server.on("school", {"school": {"name": "Long Gone School"}})
    server.on("ping", {"pong": "ok"})
    with make_client() as client:
        fetch.school(client)
    timer.skip(3 * 86400)
    with make_client() as client:
        client.store.find(["school"])
    with sqlite3.connect(the_file(tmp_path)) as base:
        assert base.execute("SELECT count(*) FROM responses").fetchone() == (0,)
    base.close()


@pytest.mark.parametrize("fault", [reset(), reply({}, status=503), reply({}, status=429)])
def test_stale_answer_serves_an_outage(client: Client, server: FaultServer, timer: Skipping, fault: Any) -> None:
    """While ManageBac cannot be reached, an answer past its lifetime serves, and says so."""
    server.on("school", SCHOOL, fault)
    first = fetch.school(client)
    timer.skip(3600)
    again = fetch.school(client)
    assert again["name"].iloc[0] == "Example School"
    assert (first.attrs["stale"], again.attrs["stale"]) == (False, True)
    assert again.attrs["fetched_at"] == first.attrs["fetched_at"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (reply({}, status=401), NotAllowed),
        (reply({}, status=403), NotAllowed),
        (reply({}, status=404), NotFound),
        (reply(b"<html>"), BadAnswer),
        (reply({"school": 3}), BadAnswer),
    ],
)
def test_stale_answer_serves_nothing_else(
    client: Client, server: FaultServer, timer: Skipping, fault: Any, kind: type[Exception]
) -> None:
    """A refusal or a wrong answer is told, not papered over."""
    server.on("school", SCHOOL, fault)
    fetch.school(client)
    timer.skip(3600)
    with pytest.raises(kind):
        fetch.school(client)


def test_outage_is_found_out_once(
    client: Client, server: FaultServer, timer: Skipping, caplog: pytest.LogCaptureFixture
) -> None:
    """Once the server is known to be down, it is asked once for what an old answer may serve for; one warning tells."""
    days = [f"2020-01-0{number}" for number in range(6, 9)]
    for day in days:
        server.on(DAY[:-10] + day, ONE, reset())
    fetch.homeroom_dates(client, 3, days)
    timer.skip(7200)
    for day in days:
        assert fetch.homeroom_date(client, 3, day).attrs["stale"]
    assert len(server.requests) == 3 + 4 + 1 + 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_silent_server_is_waited_for_once(make_client: MakeClient, server: FaultServer, timer: Skipping) -> None:
    """A server that does not answer in time is not waited for again and again: old answers serve."""
    client, never = make_client(timeout=(0.1, 0.1)), threading.Event()
    server.on("school", SCHOOL, stall(never, SCHOOL))
    server.on(DAY, ONE, TWO)
    fetch.school(client)
    fetch.homeroom_date(client, 3, "2020-01-06")
    timer.skip(3600)
    assert fetch.school(client).attrs["stale"]
    assert fetch.homeroom_date(client, 3, "2020-01-06").attrs["stale"]
    never.set()
    timer.skip(20)
    assert fetch.homeroom_date(client, 3, "2020-01-06")["status"].tolist() == [0]


@pytest.mark.parametrize(("status", "kind"), [(401, NotAllowed), (403, NotAllowed), (404, NotFound)])
def test_refusal_right_after_an_outage(
    client: Client, server: FaultServer, timer: Skipping, status: int, kind: type[Exception]
) -> None:
    """Where one thing could not be had, the refusal of another is told all the same."""
    server.on("school", SCHOOL, reply({}, status=503))
    server.on(DAY, ONE, reply({}, status=status))
    fetch.school(client)
    fetch.homeroom_date(client, 3, "2020-01-06")
    timer.skip(3600)
    assert fetch.school(client).attrs["stale"]
    with pytest.raises(kind):
        fetch.homeroom_date(client, 3, "2020-01-06")


def test_no_old_answer_for_a_restless_list(client: Client, server: FaultServer, timer: Skipping) -> None:
    """An old answer serves for a server that is away, not for a list that is never the same."""
    one = {"id": 1, "last_name": "Okafor"}
    server.on("teachers", page_of("teachers", [one]), page_of("teachers", [one, one]))
    fetch.teachers(client)
    timer.skip(3600)
    with pytest.raises(TryLater, match="came twice"):
        fetch.teachers(client)


@pytest.mark.parametrize("bad", [{"students": 3}, {"students": [{"id": "x"}]}, {}, [], b"<html>", b""])
def test_only_good_answers_are_kept(client: Client, server: FaultServer, bad: Any) -> None:
    """A 200 that is not of the documented shape is an error, and is not kept."""
    server.on(DAY, reply(bad))
    with pytest.raises(BadAnswer):
        fetch.homeroom_date(client, 3, "2020-01-06")
    server.on(DAY, ONE)
    assert fetch.homeroom_date(client, 3, "2020-01-06")["status"].tolist() == [1]


def test_kept_answer_of_another_shape_is_asked_again(client: Client, server: FaultServer) -> None:
    """An answer that `get` kept, and a function finds no use for, is asked again."""
    server.on(DAY, {"anything": 1}, ONE)
    assert client.get(DAY) == {"anything": 1}
    assert fetch.homeroom_date(client, 3, "2020-01-06")["status"].tolist() == [1]


def test_keys_are_readable(client: Client, server: FaultServer, tmp_path: Path) -> None:
    """The rows are named by what was asked."""
    server.on(TERM, TOTALS)
    fetch.homeroom_term(client, 3, 7)
    client.close()
    with sqlite3.connect(the_file(tmp_path)) as base:
        assert base.execute("SELECT key FROM responses").fetchall() == [(f"{TERM}?archived_students=false",)]
    base.close()


def test_corrupt_file_is_begun_anew(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """A file that is no database costs a request and no read: it is deleted, and the answer kept in a new one."""
    server.on("school", SCHOOL)
    with make_client() as client:
        fetch.school(client)
    the_file(tmp_path).write_bytes(b"no database at all" * 1000)
    fetch.school(make_client())
    fetch.school(make_client())
    assert len(server.requests) == 2
    assert b"no database" not in b"".join(path.read_bytes() for path in (tmp_path / "cache").iterdir())


def test_file_that_becomes_corrupt(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """A file whose pages are overwritten under an open client costs a request, and no read."""
    server.on("school", SCHOOL)
    with make_client() as client:
        fetch.school(client)
    path = the_file(tmp_path)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * len(content[4096:])
    path.write_bytes(content)
    assert fetch.school(make_client())["name"].iloc[0] == "Example School"


@pytest.mark.parametrize(
    "row",
    [
        b"spoilt",
        zlib.compress(b"[]"),
        zlib.compress(b'{"created": "x", "fresh_until": 9e9, "gone": 9e9, "content": {}}'),
        zlib.compress(b'{"created": null, "fresh_until": {}, "gone": [], "content": {}}'),
        zlib.compress(b"[" * 100_000),
        "text",
        None,
    ],
)
def test_spoilt_row_is_asked_again(make_client: MakeClient, server: FaultServer, tmp_path: Path, row: Any) -> None:
    """A row that cannot be read, or holds what none holds, counts for nothing."""
    server.on("school", SCHOOL)
    with make_client() as client:
        fetch.school(client)
    with sqlite3.connect(the_file(tmp_path)) as base:
        base.execute("UPDATE responses SET value = ?", (row,))
    base.close()
    assert fetch.school(make_client())["name"].iloc[0] == "Example School"
    assert len(server.requests) == 2


def test_locked_file_is_waited_for_shortly(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """A cache that another process holds locked delays many reads by a second or so, once."""
    server.on("school", SCHOOL)
    server.on("*", ONE)
    with make_client() as client:
        fetch.school(client)
    holder = sqlite3.connect(the_file(tmp_path), isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    before = time.monotonic()
    client = make_client(workers=16)
    fetch.school(client)
    assert len(fetch.homeroom_dates(client, range(1, 33), "2020-01-06")) == 32
    holder.close()
    assert time.monotonic() - before < 4


def test_identical_reads_go_out_once(client: Client, server: FaultServer) -> None:
    """The same read, asked by eight threads at the same moment, is sent once."""
    released = threading.Event()
    server.on("school", stall(released, SCHOOL))
    found = []
    threads = [threading.Thread(target=lambda: found.append(fetch.school(client)["name"].iloc[0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    while not server.requests:
        time.sleep(0.01)
    released.set()
    for thread in threads:
        thread.join()
    assert (found, len(server.requests)) == (["Example School"] * 8, 1)


def test_shared_read_fails_for_all(make_client: MakeClient, server: FaultServer) -> None:
    """Where the one read that went out fails, all who wait for it are told, each with an error of their own."""
    client, released, errors = make_client(cache=False), threading.Event(), []

    def refuse(handler: Any) -> None:
        released.wait(20)
        reply({"error": "no"}, status=403)(handler)

    def ask() -> None:
        try:
            fetch.school(client)
        except MBReportsError as error:
            errors.append(error)

    server.on("school", refuse)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    while not server.requests:
        time.sleep(0.01)
    time.sleep(0.05)
    released.set()
    for thread in threads:
        thread.join()
    assert {type(error) for error in errors} == {NotAllowed}
    assert len({id(error) for error in errors}) == 4


def test_closed_client_opens_again(client: Client, server: FaultServer) -> None:
    """A client that was closed serves when it is used again."""
    server.on("school", SCHOOL)
    fetch.school(client)
    client.close()
    assert fetch.school(client)["name"].iloc[0] == "Example School"
    assert len(server.requests) == 1


def test_stale_needs_something_kept(client: Client, server: FaultServer) -> None:
    """Without an old answer an outage is an error."""
    server.on("school", reset())
    with pytest.raises(TryLater):
        fetch.school(client)


def test_a_new_file_is_opened_by_several_at_one_moment(tmp_path: Path) -> None:
    """Nobody who opens a new cache together with others has to do without it."""
    refused: list[Exception] = []

    def work(path: Path, begin: threading.Barrier) -> None:
        begin.wait()
        try:
            Rows.opened(path).close()
        except sqlite3.Error as error:
            refused.append(error)

    for number in range(40):
        begin = threading.Barrier(4)
        threads = [threading.Thread(target=work, args=(tmp_path / f"{number}.sqlite", begin)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []
