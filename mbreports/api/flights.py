"""Reads under way: identical ones go out once, and one that a write overtook is not kept."""

from __future__ import annotations

import contextlib
import copy
import threading
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mbreports.api.pace import Cancelled
from mbreports.errors import ApiError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Flight", "Flights", "beside", "flights_of", "same_host"]

_LOOK = 0.2


@dataclass(eq=False)
class Flight:
    """One read under way."""

    key: str
    overtaken: bool = False
    landed: threading.Event = field(default_factory=threading.Event)
    outcome: Any = None
    error: BaseException | None = None


class Flights:
    """All reads under way of one school and token in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Flight] = {}
        self._all: set[Flight] = set()
        self._writes: list[re.Pattern[str]] = []

    def share(self, key: str, ask: Callable[[Flight], Any], cancelled: threading.Event) -> Any:
        """Give the outcome of a read; where the same one is under way, wait for it instead of asking again."""
        while True:
            flight, leads = self._join(key)
            if leads:
                return self._lead(flight, ask)
            while not flight.landed.wait(_LOOK):
                if cancelled.is_set():
                    raise Cancelled
            if isinstance(flight.error, ApiError):
                raise copy.copy(flight.error) from None
            if flight.error is None:
                return flight.outcome
            # the one that asked was given up: ask for ourselves

    def _join(self, key: str) -> tuple[Flight, bool]:
        with self._lock:
            flight = self._open.get(key)
            if flight is not None:
                return flight, False
            flight = self._open[key] = Flight(key)
            flight.overtaken = any(touches.fullmatch(key) is not None for touches in self._writes)
            self._all.add(flight)
            return flight, True

    def _lead(self, flight: Flight, ask: Callable[[Flight], Any]) -> Any:
        try:
            flight.outcome = ask(flight)
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                self._all.discard(flight)
                if self._open.get(flight.key) is flight:
                    del self._open[flight.key]
            flight.landed.set()
        return flight.outcome

    @contextlib.contextmanager
    def writing(self, touches: re.Pattern[str]) -> Iterator[None]:
        """
        Run a write: no read of what it may change, and that it overtakes, is kept.

        A read that begins after the write does not wait for one that began before its end.
        """
        with self._lock:
            self._writes.append(touches)
            self._overtake(touches)
        try:
            yield
        finally:
            with self._lock:
                self._writes.remove(touches)
                self._overtake(touches)

    def _overtake(self, touches: re.Pattern[str]) -> None:
        for flight in self._all:
            if touches.fullmatch(flight.key):
                flight.overtaken = True
                if self._open.get(flight.key) is flight:
                    del self._open[flight.key]

    @contextlib.contextmanager
    def keeping(self, flight: Flight) -> Iterator[bool]:
        """Say whether the answer of a read may be kept; no write begins or ends while the block keeps it."""
        with self._lock:
            yield not flight.overtaken


_known: weakref.WeakValueDictionary[Path, Flights] = weakref.WeakValueDictionary()
_known_lock = threading.Lock()


def flights_of(path: Path) -> Flights:
    """Give the reads under way whose answers are kept in a file: all clients of this process share them."""
    path = path.absolute()
    with _known_lock:
        flights = _known.get(path)
        if flights is None:
            flights = _known[path] = Flights()
        return flights


def beside(flights: Flights, path: Path | None) -> list[Flights]:
    """Give the reads under way that a write may overtake: with them those of the same host's other tokens."""
    if path is None:
        return [flights]
    with _known_lock:
        return [each for known, each in _known.items() if same_host(known, path.absolute())]


def same_host(path: Path, other: Path) -> bool:
    """Whether two files hold answers of one host, of whatever token."""
    return path.parent == other.parent and path.name.rpartition("-")[0] == other.name.rpartition("-")[0]
