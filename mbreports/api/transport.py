"""One call over HTTP: paced, retried if it is a read, within a total deadline, and every fault an error of ours."""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from mbreports.api.adapter import TokenAdapter, proxies_for
from mbreports.api.pace import SYSTEM, Cancelled, Clock, Gate, asked_wait
from mbreports.api.replies import Reply, failure, refusal, unreadable
from mbreports.errors import ApiError, TryLater

if TYPE_CHECKING:
    from mbreports.api.address import Call
    from mbreports.api.secret import Secret

__all__ = ["Lost", "Transport"]

_log = logging.getLogger(__name__)

_TRIES = 4
_BACKOFF = 0.5
_LONGEST_PAUSE = 60.0
_OUTAGE = 15.0
_CHUNK = 1 << 16
_MOST_BYTES = 1 << 28
_NEVER = threading.Event()
_AGENT = "mbreports (+requests)"


@dataclass(frozen=True)
class Lost:
    """A request without a whole answer: why, whether any of it was sent, and whether it took all its time."""

    error: ApiError
    sent: bool
    late: bool = False


@dataclass
class _Progress:
    """How far one call has come."""

    deadline: float
    cancelled: threading.Event
    most: int = _TRIES
    tries: int = 0
    late: bool = False
    error: ApiError = field(default_factory=lambda: TryLater("nothing was asked yet"))


class Transport:
    """Sends calls to one school's API and gives replies; knows the token's adapter, the pace and the deadline."""

    def __init__(  # noqa: PLR0913 -- what a connection is made of
        self,
        base: str,
        secret: Secret,
        *,
        rate: float,
        workers: int,
        timeout: tuple[float, float],
        clock: Clock = SYSTEM,
    ) -> None:
        self.base = base
        self.gate = Gate(rate, clock=clock)
        self._clock = clock
        self._host = base.split("/")[2]
        self._secret = secret
        self._timeout = timeout
        self._workers = workers
        self._whole = max(20.0, 2 * sum(timeout))
        self._proxies = proxies_for(base)
        self._reads = TokenAdapter(base, secret, connections=workers + 1)
        self._writes = TokenAdapter(base, secret, connections=1)
        self._out_until = self._silent_until = 0.0

    @property
    def out(self) -> bool:
        """Whether a call has just used up its retries."""
        return self._clock.monotonic() < self._out_until

    @property
    def silent(self) -> bool:
        """Whether a call has just waited in vain: another would too."""
        return self._clock.monotonic() < self._silent_until

    def read(self, call: Call, cancelled: threading.Event = _NEVER, *, hurried: bool = False) -> Reply:
        """
        Send a GET until it is answered, a fault is for good, or the tries or the time are used up.

        With `hurried`, where an old answer may serve, it is sent only once while others have just failed.
        """
        now = self._clock.monotonic()
        most = 1 if hurried and self.out else _TRIES
        progress = _Progress(now + self._whole + self._workers / self.gate.rate, cancelled, most)
        while True:
            reply = self._try(call, progress)
            if reply is not None:
                self._out_until = self._silent_until = 0.0
                return reply
            if not self._wait(progress):
                self._out_until = self._clock.monotonic() + _OUTAGE
                self._silent_until = self._out_until if progress.late else 0.0
                raise progress.error

    def _try(self, call: Call, progress: _Progress) -> Reply | None:
        """Send once; a fault that may pass is left in `progress`."""
        if not self.gate.enter(progress.cancelled, progress.deadline):
            progress.tries = 2 * progress.most
            if not isinstance(progress.error, TryLater) or not progress.error.path:
                progress.error = _paused("GET", call)
            return None
        progress.tries += 1
        left = progress.deadline - self._clock.monotonic()
        outcome = self._send(self._reads, "GET", call, None, left=left, owner=progress.cancelled)
        if progress.cancelled.is_set():
            raise Cancelled
        error = self._judged(call, outcome) if isinstance(outcome, Reply) else outcome.error
        if error is None:
            return outcome if isinstance(outcome, Reply) else None
        if not error.retryable:
            raise error
        _log.info("GET %s: try %d: %s", call.path, progress.tries, type(error).__name__)
        progress.error, progress.late = error, isinstance(outcome, Lost) and outcome.late
        return None

    def _judged(self, call: Call, reply: Reply) -> ApiError | None:
        wait = self.learn(reply)
        if reply.good:
            return unreadable(reply, "GET", call.path)
        return refusal(reply, "GET", call.path, wait=wait, secret=self._secret)

    def learn(self, reply: Reply) -> float | None:
        """Take in what a reply says of the limit; give the seconds that it asks to wait."""
        self.gate.learn(reply.headers, refused=reply.limited)
        wait = None if reply.good else asked_wait(reply.headers, self._clock.now())
        if reply.limited and (wait is None or wait <= _LONGEST_PAUSE):
            self.gate.refused(1.0 if wait is None else wait)
        elif reply.good:
            self.gate.passed()
        return wait

    def _wait(self, progress: _Progress) -> bool:
        """Wait before the next try; False where there is no use in one."""
        error = progress.error
        left = progress.deadline - self._clock.monotonic()
        limited = error.status_code == requests.codes.too_many_requests
        if progress.tries >= progress.most and not (limited and progress.tries < 2 * progress.most):
            return False
        asked = error.retry_after
        if asked is not None and asked > min(left, _LONGEST_PAUSE):
            return False
        backoff = _BACKOFF * 2 ** (progress.tries - 1) * (0.75 + secrets.randbelow(500) / 1000)
        pause = 0.0 if limited else max(backoff, asked or 0.0)  # a limit pauses the gate itself
        if pause >= left:
            return False
        if self._clock.wait(progress.cancelled, pause):
            raise Cancelled
        return True

    def write(self, method: str, call: Call, body: dict[str, Any] | None) -> Reply | Lost:
        """Send a write exactly once, on a connection of its own; give the reply, or why there is none."""
        if not self.gate.enter(_NEVER, self._clock.monotonic() + self._whole):
            return Lost(_paused(method, call), sent=False)
        self._writes.poolmanager.clear()  # a kept connection may be dead, and whether the write went out unknown
        return self._send(self._writes, method, call, body, left=self._whole, owner=None)

    def _send(  # noqa: PLR0913 -- one request, all of it
        self,
        adapter: TokenAdapter,
        method: str,
        call: Call,
        body: dict[str, Any] | None,
        *,
        left: float,
        owner: threading.Event | None,
    ) -> Reply | Lost:
        """Send once and read the whole answer; the error is given, not raised: nothing of the request hangs on it."""
        request = requests.Request(method, f"{self.base}/{call.line}", json=body, headers=_HEADERS).prepare()
        connect, read = self._timeout
        with adapter.attempt(max(0.01, min(left, connect + read)), owner) as attempt:
            try:
                return self._exchange(adapter, request)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                told = failure(
                    error, f"{method} {call.path}", host=self._host, sent=attempt.sent, late=attempt.broken_off
                )
                return Lost(told, attempt.sent, late=attempt.broken_off or isinstance(error, requests.Timeout))

    def _exchange(self, adapter: TokenAdapter, request: requests.PreparedRequest) -> Reply:
        response = adapter.send(request, stream=True, timeout=self._timeout, proxies=self._proxies)
        whole = False
        try:
            chunks, size = [], 0
            for chunk in response.iter_content(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > _MOST_BYTES:
                    raise ValueError("the answer is too large")
            whole = True
            return Reply(response.status_code, CaseInsensitiveDict(response.headers), b"".join(chunks))
        finally:
            if whole:
                response.raw.release_conn()
            else:
                response.raw.close()

    def break_off(self, cancelled: threading.Event) -> None:
        """Break off the reads under way that were given up by this event."""
        self._reads.break_off(cancelled)

    def close(self) -> None:
        """Close all connections."""
        self._reads.close()
        self._writes.close()


_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": _AGENT}


def _paused(method: str, call: Call) -> TryLater:
    message = f"{method} {call.path}: not sent: the limit on requests was met; try again later"
    return TryLater(message, path=call.path, retryable=True)
