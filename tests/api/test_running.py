"""Many reads at once: the shared pace, reads that go out once, Ctrl-C, a process that is killed, the progress bar."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from faulty import TOKEN, mark, reply, stall, student

from mbreports.api import fetch
from mbreports.api.client import Client
from mbreports.api.pace import Clock, Gate
from mbreports.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from faulty import FaultServer, MakeClient

ONE = {"students": [student(1, attendance=mark(1))]}
DAYS = pd.date_range("2024-01-01", periods=200)


class Limit:
    """Answers so many requests in any second; one more is refused as documented."""

    def __init__(self, most: int, *, stated: bool) -> None:
        self.most, self.stated = most, stated
        self.refused = self.answered = 0
        self.times: deque[float] = deque()
        self.lock = threading.Lock()

    def __call__(self, handler: Any) -> None:
        """Answer, or refuse."""
        with self.lock:
            now = time.monotonic()
            while self.times and self.times[0] <= now - 1:
                self.times.popleft()
            allowed = len(self.times) < self.most
            if allowed:
                self.times.append(now)
            self.answered += allowed
            self.refused += not allowed
        if allowed:
            reply(ONE)(handler)
            return
        headers = {"X-RateLimit-Limit": str(self.most), "X-RateLimit-Period": "1"} if self.stated else {}
        reset = time.gmtime(time.time() + 1)
        headers["X-RateLimit-Reset"] = time.strftime("%Y-%m-%d %H:%M:%S UTC", reset)
        reply({"error": "Rate limit exceeded"}, status=429, headers=headers)(handler)


@pytest.mark.parametrize(("stated", "count"), [(True, 200), (False, 60)])
def test_pace_under_a_limit(server: FaultServer, stated: Any, count: int) -> None:
    """200 answers are had under a limit of 20 a second, from a client that begins at 25, with almost no refusal."""
    limit = Limit(20, stated=stated)
    server.on("*", limit)
    with Client(TOKEN, base_url=server.url, cache=False) as client:
        assert len(fetch.homeroom_dates(client, 3, DAYS[:count])) == count
    assert limit.answered == count
    assert limit.refused <= 6


def test_gate_spaces_evenly() -> None:
    """Turns are handed out one by one at even distances, whichever thread asks."""
    now = [100.0]
    waits: list[float] = []

    def wait(_: threading.Event, seconds: float) -> bool:
        waits.append(round(seconds, 6))
        now[0] += seconds
        return False

    gate = Gate(20, clock=Clock(monotonic=lambda: now[0], wait=wait))
    for _ in range(5):
        assert gate.enter(threading.Event(), deadline=1000)
    assert waits == [0.05] * 4


def test_gate_learns_the_limit_and_rises_again() -> None:
    """A stated limit is kept to with a margin; without one each refusal slows, and quiet minutes speed up again."""
    now = [100.0]
    gate = Gate(50, clock=Clock(monotonic=lambda: now[0]))
    gate.learn({"X-RateLimit-Limit": "20", "X-RateLimit-Period": "1"}, refused=True)
    assert gate.rate == pytest.approx(18)
    now[0] += 2
    gate.learn({}, refused=True)
    assert gate.rate == pytest.approx(12.6)
    for _ in range(10):
        now[0] += 61
        gate.enter(threading.Event(), deadline=now[0] + 1)
    assert gate.rate == pytest.approx(18)


@pytest.mark.parametrize("headers", [{"X-RateLimit-Limit": "0", "X-RateLimit-Period": "1"}, {"X-RateLimit-Limit": "x"}])
def test_gate_passes_over_nonsense(headers: Any) -> None:
    """A limit that cannot be meant is none."""
    gate = Gate(25)
    gate.learn(headers, refused=False)
    assert (gate.rate, gate.limit) == (25, None)


def test_reset_in_the_past(client: Client, server: FaultServer, timer: Any) -> None:
    """A reset instant that is over (whole seconds, clocks that differ) is not asked again and again at once."""
    past = reply({}, status=429, headers={"X-RateLimit-Reset": str(int(timer.now()) - 3)})
    server.on("school", past, past, past, past, {"school": {"name": "Example School"}})
    fetch.school(client)
    assert 3 < timer.skipped < 9
    assert len(server.requests) == 5


def test_waits_of_all_workers_are_shared(server: FaultServer) -> None:
    """After a refusal no worker asks before the pause is over."""
    refusal = reply({}, status=429, headers={"Retry-After": "1"})
    server.on("*", *[reply(ONE)] * 5, refusal, reply(ONE))
    with Client(TOKEN, base_url=server.url, cache=False, requests_per_second=50) as client:
        fetch.homeroom_dates(client, 3, DAYS[:30])
    gaps = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    assert max(gaps) > 0.8
    assert sum(gap > 0.5 for gap in gaps) == 1


def test_identical_reads_of_one_moment(make_client: MakeClient, server: FaultServer) -> None:
    """Sixteen threads, two clients and five things to read: each goes out once, however fast it is answered."""
    server.on("*", ONE)
    clients, begin = [make_client(), make_client()], threading.Barrier(16)

    def work(number: int) -> None:
        begin.wait()
        for day in range(5):
            fetch.homeroom_date(clients[number % 2], 3, DAYS[day])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == len(set(server.asked)) == 5


def test_shared_answer_is_nobodys_to_change(make_client: MakeClient, server: FaultServer) -> None:
    """Two threads that shared one read have a document each."""
    client, released, found = make_client(cache=False), threading.Event(), []
    server.on("rooms", stall(released, {"rooms": [1]}))
    threads = [threading.Thread(target=lambda: found.append(client.get("rooms"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not server.requests:
        time.sleep(0.01)
    time.sleep(0.1)
    released.set()
    for thread in threads:
        thread.join()
    found[0]["rooms"].append(2)
    assert found[1] == {"rooms": [1]}


def test_failure_of_one_call_leaves_another_alone(make_client: MakeClient, server: FaultServer) -> None:
    """Where many reads are given up, a read of another thread goes on."""
    client, released, found = make_client(cache=False), threading.Event(), []
    server.on("school", stall(released, {"school": {"name": "Example School"}}))
    server.on("*", reply({}, status=403))
    thread = threading.Thread(target=lambda: found.append(fetch.school(client)["name"].iloc[0]))
    thread.start()
    while not server.requests:
        time.sleep(0.01)
    with pytest.raises(NotAllowed):
        fetch.homeroom_dates(client, 3, DAYS[:8])
    released.set()
    thread.join()
    assert found == ["Example School"]
    assert server.asked.count("GET school") == 1


FETCH = """
import sys, pandas, mbreports as mb
client = mb.Client({token!r}, base_url={url!r}, cache={cache!r}, requests_per_second=500)
print("ready", flush=True)
try:
    print(len(mb.fetch.homeroom_dates(client, 3, pandas.date_range("2024-01-01", periods=200))))
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def started(server: FaultServer, cache: Path, **options: Any) -> subprocess.Popen[str]:
    """Start another process that fetches 200 days."""
    script = FETCH.format(token=TOKEN, url=server.url, cache=str(cache))
    return subprocess.Popen(  # noqa: S603 -- ourselves
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def until_asked(server: FaultServer, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(server.requests) < count and time.monotonic() < deadline:
        time.sleep(0.01)


class Sometimes:
    """Answers the first so many at once, and the others never."""

    def __init__(self, count: int) -> None:
        self.left, self.released = count, threading.Event()

    def __call__(self, handler: Any) -> None:
        """Answer, or wait."""
        self.left -= 1
        if self.left < 0:
            self.released.wait(20)
        reply(ONE)(handler)


def test_interrupted(server: FaultServer, tmp_path: Path) -> None:
    """Ctrl-C stops within a second and lets the process end, and what was fetched is there for the next try."""
    answers = Sometimes(60)
    server.on("*", answers)
    process = started(server, tmp_path / "cache")
    until_asked(server, 68)
    time.sleep(0.2)
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(2)]
    taken = time.monotonic() - before
    out, err = process.communicate(timeout=10)
    assert (told, out, err, process.returncode) == (["ready\n", "stopped\n"], "", "", 0)
    assert taken < 1.5  # a second, and what a busy machine takes to notice
    answers.released.set()
    _rest_is_asked(server, tmp_path / "cache", kept=60)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of POSIX")
def test_killed(server: FaultServer, tmp_path: Path) -> None:
    """A process that is killed in mid-fetch leaves a usable cache: the next one asks only for the rest."""
    server.on("*", ONE)
    process = started(server, tmp_path / "cache")
    until_asked(server, 80)
    process.kill()
    process.communicate(timeout=20)
    _rest_is_asked(server, tmp_path / "cache", kept=40)


def _rest_is_asked(server: FaultServer, cache: Path, *, kept: int) -> None:
    time.sleep(0.2)  # what the other process had sent is written down
    server.requests.clear()
    server.on("*", ONE)
    with Client(TOKEN, base_url=server.url, cache=cache, requests_per_second=2000) as client:
        assert len(fetch.homeroom_dates(client, 3, DAYS)) == 200
    assert len(set(server.asked)) == len(server.asked) <= 200 - kept


def test_quiet_where_nobody_looks(server: FaultServer, tmp_path: Path) -> None:
    """Where stderr is no terminal, nothing is written to it, nor to stdout."""
    server.on("*", ONE)
    process = started(server, tmp_path / "cache")
    assert process.communicate(timeout=30) == ("ready\n200\n", "")


def test_progress_bar_on_a_terminal(server: FaultServer, tmp_path: Path) -> None:
    """On a terminal a progress bar shows on stderr, and nothing of it on stdout."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    server.on("*", ONE)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    script = FETCH.format(token=TOKEN, url=server.url, cache=str(tmp_path / "cache"))
    with subprocess.Popen(  # noqa: S603 -- ourselves
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=theirs, text=True
    ) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(ours, 4096):
                shown += part
        out, _ = process.communicate(timeout=30)
    os.close(ours)
    assert b"homeroom days" in shown
    assert out == "ready\n200\n"


def test_one_answer_that_is_not_there(client: Client, server: FaultServer) -> None:
    """The first answer that cannot be had is the error, not one of those that were given up for it."""
    server.on("*", ONE)
    server.on("year-groups/3/homeroom/attendance/date/2024-01-05", reply({}, status=404))
    with pytest.raises(NotFound, match="2024-01-05"):
        fetch.homeroom_dates(client, 3, DAYS[:50])
