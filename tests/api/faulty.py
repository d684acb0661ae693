"""A server of our own that fails on purpose, and time that jumps instead of waiting."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mbreports.api.client import Client
from mbreports.api.pace import Clock

TOKEN = "planted-token-4f1d9a7c"  # noqa: S105 -- planted to be looked for
MakeClient = Callable[..., Client]
"""What makes clients of the faulty server."""


class Handler(BaseHTTPRequestHandler):
    """Answers every request by the server's script."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        """Answer by the next of the path's script."""
        server: Any = self.server
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        target = self.path.removeprefix("/v2/")
        with server.lock:
            server.requests.append((self.command, target, dict(self.headers), body))
            server.times.append(time.monotonic())
            script = server.scripts.get(target) or server.scripts.get(target.partition("?")[0]) or server.scripts["*"]
            act = script[0] if len(script) == 1 else script.popleft()
        with contextlib.suppress(OSError):
            act(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 -- the names of http.server

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


class FaultServer(ThreadingHTTPServer):
    """A server on loopback whose answers are scripted by path; the last answer of a script stays."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.scripts: dict[str, collections.deque[Any]] = {
            "*": collections.deque([reply({"error": "none"}, status=404)])
        }
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.times: list[float] = []

    @property
    def url(self) -> str:
        """Give the base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def on(self, path: str, *answers: Any) -> None:
        """Answer a path (its query left out, or with it) by these in turn; JSON is sent as such."""
        self.scripts[path] = collections.deque(each if callable(each) else reply(each) for each in answers)

    @property
    def asked(self) -> list[str]:
        """What was asked, in turn."""
        return [f"{method} {path}" for method, path, _, _ in self.requests]

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is no error."""


def send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    handler.send_response_only(status)  # without a Date: a test says itself what time the server has
    for name, value in ({"Content-Length": str(len(body)), "Content-Type": "application/json"} | headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def reply(document: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Callable[[Any], None]:
    """Answer JSON, or bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return lambda handler: send(handler, status, headers or {}, body)


def reset(after: bytes = b"") -> Callable[[Any], None]:
    """Reset the connection after some bytes."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(after)
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return act


def cut(body: bytes, whole: int) -> Callable[[Any], None]:
    """Announce more bytes than come."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Content-Length": str(whole)}, body)
        handler.close_connection = True

    return act


def drip(seconds: float) -> Callable[[Any], None]:
    """Send a byte now and then, for ever."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Content-Length": "100000"}, b'{"a":"')
        while True:
            handler.wfile.write(b"x")
            time.sleep(seconds)

    return act


def stall(released: threading.Event, document: Any) -> Callable[[Any], None]:
    """Answer when the event is set."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        released.wait(20)
        reply(document)(handler)

    return act


class Skipping:
    """Time that passes as it does, from noon on a certain day, and jumps ahead instead of waiting."""

    def __init__(self) -> None:
        noon = dt.datetime(2026, 11, 24, 12).timestamp()  # noqa: DTZ001 -- where the test runs
        self._offset = noon - time.monotonic()
        self.skipped = 0.0
        self.waits: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> float:
        """Give the epoch seconds."""
        return self._offset + self.monotonic()

    def monotonic(self) -> float:
        """Give seconds that never go back."""
        return time.monotonic() + self.skipped

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Jump ahead."""
        with self._lock:
            self.skipped += seconds
            self.waits.append(seconds)
        return event.is_set()

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self.skipped += seconds

    @property
    def clock(self) -> Clock:
        """Give the clock for a client."""
        return Clock(self.now, self.monotonic, self.wait)


def student(number: int, **attendance: Any) -> dict[str, Any]:
    """Give a student of an attendance answer."""
    return {"id": number, **attendance}


def mark(code: int, label: str = "Present", note: str = "") -> dict[str, Any]:
    return {"status": label, "note": note, "category": {"status": code}}


def page_of(key: str, rows: list[Any], *, page: int = 1, pages: int = 1, total: int | None = None) -> dict[str, Any]:
    meta = {
        "current_page": page,
        "total_pages": pages,
        "total_count": len(rows) if total is None else total,
        "per_page": 2,
    }
    return {key: rows, "meta": meta}
