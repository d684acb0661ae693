"""
How fast answers are had: through `mb.Client`, cold and warm, as ratios against plain `requests` in the same run.

Run it from the checkout, with nothing else running on the machine::

    python tests/benchmarks/measure_http.py [--answers 400] [--students 40] [--latency 0.05] [--rounds 3]

A server of our own, in a process of its own on loopback, answers homeroom days after `--latency` seconds. Plain
`requests` has eight threads with a session each, and only parses the JSON. `mb.fetch.homeroom_dates` has eight
workers, and paces, checks, keeps and makes one frame of them; warm, it makes the same frame of what was kept. Both
take turns, `--rounds` times; the best of each counts, so a ratio holds on a busy machine too. 1.00 is as fast as plain
`requests`; more is faster.
"""

from __future__ import annotations

import argparse
import concurrent.futures as cf
import json
import multiprocessing as mp
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pandas as pd
import requests

import mbreports as mb

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

TOKEN = "a-token-of-nobody"  # noqa: S105 -- invented
THREADS = 8
PATH = "year-groups/3/homeroom/attendance/date"


def serve(pipe: Connection, students: int, latency: float) -> None:
    """Answer every request with the same day, after some time."""
    mark = {"status": "Present", "note": "Came by the late bus.", "category": {"status": 1}}
    body = json.dumps({"students": [{"id": number, "attendance": mark} for number in range(1, students + 1)]}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            time.sleep(latency)
            self.wfile.write(head + body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        pipe.send(f"http://127.0.0.1:{server.server_address[1]}")
        server.serve_forever()


def plainly(url: str, days: list[str]) -> None:
    """Have the days with plain `requests`, and parse them."""
    here = threading.local()

    def get(day: str) -> Any:
        if not hasattr(here, "session"):
            here.session = requests.Session()
            here.session.headers["auth-token"] = TOKEN
        return here.session.get(f"{url}/v2/{PATH}/{day}", timeout=30).json()

    with cf.ThreadPoolExecutor(THREADS) as pool:
        assert len(list(pool.map(get, days))) == len(days)


def fetched(url: str, days: list[str], cache: str) -> None:
    """Have the days as one frame."""
    with mb.Client(TOKEN, base_url=url, cache=cache, workers=THREADS, requests_per_second=10_000) as client:
        assert mb.fetch.homeroom_dates(client, 3, days)["date"].nunique() == len(days)


def timed(work: Callable[[], None]) -> float:
    """Give the seconds that some work takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def main() -> None:
    """Measure, and print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=400)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2020-01-01", periods=options.answers)]
    ours, theirs = mp.Pipe()
    server = mp.get_context("spawn").Process(
        target=serve, args=(theirs, options.students, options.latency), daemon=True
    )
    server.start()
    url = ours.recv()
    best = dict.fromkeys(("plain requests", "cold", "warm"), float("inf"))
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            turns = {
                "plain requests": lambda: plainly(url, days),
                "cold": lambda: fetched(url, days, folder),
                "warm": lambda: fetched(url, days, folder),
            }
            for name, work in turns.items():
                best[name] = min(best[name], timed(work))
    server.terminate()
    for name, seconds in best.items():
        rate, ratio = options.answers / seconds, best["plain requests"] / seconds
        print(f"{name:<16}{rate:>9.0f} answers/s{ratio:>9.2f}")  # noqa: T201 -- that is its work


if __name__ == "__main__":
    main()
