"""One pace for all workers: requests are spaced evenly, and a limit that was met pauses and slows all of them."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SYSTEM", "Cancelled", "Clock", "Gate", "asked_wait", "rate_limit"]

_log = logging.getLogger(__name__)

_SAFETY = 0.9
"""The part of a stated limit that is used: others may ask with the same address."""
_SLOWER = 0.7
_QUIET = 60.0
"""Seconds without a 429 after which the pace rises again by a tenth."""
_SLOWEST = 0.5
_LEAST, _MOST_LEAST = 0.25, 8.0
"""Seconds that a pause lasts at least: the first, and the longest of those that follow each other."""
_EPOCH_FROM = 1e8
_MILLISECONDS_FROM = 1e11
_SKEW = 2.0


class Cancelled(Exception):
    """The work that this request belongs to was given up."""


@dataclass(frozen=True)
class Clock:
    """What time it is, and how to wait; tests have their own."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait


SYSTEM = Clock()


class Gate:
    """Lets one request through every ``1 / rate`` seconds, whichever thread it comes from, retries included."""

    def __init__(self, rate: float, *, clock: Clock = SYSTEM) -> None:
        self._wanted = rate
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._paused_until = 0.0
        self._refusals = 0
        self._changed = clock.monotonic()
        self.limit: str | None = None

    @property
    def rate(self) -> float:
        """Requests per second, as of now."""
        return self._rate

    def enter(self, cancelled: threading.Event, deadline: float) -> bool:
        """Wait for the turn; False where it would come only after the deadline (nothing is waited for then)."""
        turn = self._turn(deadline)
        if turn is None:
            return False
        while (left := turn - self._clock.monotonic()) > 0:
            if self._clock.wait(cancelled, left):
                raise Cancelled
            if self._paused_until > turn:  # another worker met the limit in the meantime
                turn = self._turn(deadline)
                if turn is None:
                    return False
        if cancelled.is_set():
            raise Cancelled
        return True

    def _turn(self, deadline: float) -> float | None:
        with self._lock:
            now = self._clock.monotonic()
            self._rise(now)
            turn = max(now, self._next, self._paused_until)
            if turn > deadline:
                return None
            self._next = turn + 1 / self._rate
            return turn

    def _rise(self, now: float) -> None:
        if self._rate < self._wanted and now - self._changed >= _QUIET:
            self._rate = min(self._wanted, self._rate * 1.1)
            self._changed = now

    def refused(self, seconds: float) -> None:
        """
        Stop all workers for some seconds: the server said so.

        Its instants are whole seconds, and clocks differ: refused again right after the pause, the next is longer.
        """
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._paused_until:  # the refusals of one moment count once
                self._refusals += 1
            least = min(_LEAST * 2 ** (self._refusals - 1), _MOST_LEAST)
            self._paused_until = max(self._paused_until, now + max(seconds, least))

    def passed(self) -> None:
        """Take in that a request was let through."""
        if self._refusals and self._clock.monotonic() >= self._paused_until:
            self._refusals = 0

    def learn(self, headers: Mapping[str, str], *, refused: bool) -> None:
        """Take in what an answer says of the limit; a refusal (429) that says nothing slows down all the same."""
        stated = rate_limit(headers)
        with self._lock:
            if stated is not None:
                self.limit = f"{headers['X-RateLimit-Limit']} requests per {headers['X-RateLimit-Period']} s"
                self._wanted = min(self._wanted, stated * _SAFETY)
            slower = self._wanted
            now = self._clock.monotonic()
            if refused and self._rate <= slower and now - self._changed > 1:  # the refusals of one moment count once
                slower = max(min(_SLOWEST, self._wanted), self._rate * _SLOWER)
            if slower < self._rate:
                _log.info("the pace is now %.1f requests per second", slower)
                self._rate = slower
                self._changed = now


def rate_limit(headers: Mapping[str, str]) -> float | None:
    """Requests per second that the headers allow, None where they do not say."""
    limit, period = _number(headers.get("X-RateLimit-Limit")), _number(headers.get("X-RateLimit-Period"))
    if limit is None or limit <= 0:
        return None
    return limit / period if period is not None and period > 0 else None


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """
    Seconds that a 429 or 503 asks to wait, None where it does not say (or says what cannot be meant).

    ``X-RateLimit-Reset`` (an instant, or epoch seconds) comes first, then ``Retry-After`` (seconds, or a date).
    Instants are read against the server's own clock where it tells its time.
    """
    now = _server_time(headers, now)
    for value in (headers.get("X-RateLimit-Reset"), headers.get("Retry-After")):
        number = _number(value)
        if number is not None and number >= _EPOCH_FROM:
            return max(0.0, number / (1000 if number >= _MILLISECONDS_FROM else 1) - now)
        if number is not None and number >= 0:
            return number
        instant = _instant(value) if value and number is None else None
        if instant is not None:
            return max(0.0, instant - now)
    return None


def _server_time(headers: Mapping[str, str], now: float) -> float:
    told = _instant(headers.get("Date") or "")
    return now if told is None or abs(told - now) < _SKEW else told


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _instant(value: str) -> float | None:
    for read in (_iso, parsedate_to_datetime):
        try:
            moment = read(value.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    return None


def _iso(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(value.removesuffix("UTC").strip() + ("+00:00" if value.endswith("UTC") else ""))
