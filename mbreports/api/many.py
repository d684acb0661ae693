"""Many reads at once: the first failure ends them all and names its call; what was fetched stays in the cache."""

from __future__ import annotations

import queue
import sys
import threading
import time
import warnings
from collections import deque
from typing import TYPE_CHECKING, Any

from tqdm import TqdmWarning

from mbreports.api.pace import Cancelled

with warnings.catch_warnings():
    warnings.simplefilter("ignore", TqdmWarning)  # in a notebook without ipywidgets the bar is text
    from tqdm.auto import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mbreports.api.address import Call
    from mbreports.api.answers import Answer
    from mbreports.api.client import Client

    _Outcome = tuple[Call, Answer | None, BaseException | None]

__all__ = ["read_many"]

_SLICE = 200
_LOOK = 0.2
_GRACE = 0.5


def read_many(
    client: Client,
    calls: Sequence[Call],
    make: Callable[[Any], Any],
    *,
    what: str,
    missing: Callable[[Exception], bool] | None = None,
) -> list[Answer | None]:
    """
    Give the answers to many calls, in the order of the calls; the same call is asked once.

    Parameters
    ----------
    client
        The connection; its workers ask at its pace.
    calls
        What to ask.
    make
        Makes a value of each answer, small: the documents themselves are not held.
    what
        A word for the progress bar.
    missing
        Says of an error that it stands for "nothing there": None then takes the answer's place.

    Raises
    ------
    ApiError
        The first call that failed; no other is asked after it.
    """
    wanted = list(dict.fromkeys(calls))
    cancelled = threading.Event()

    def ask(call: Call) -> Answer | None:
        if cancelled.is_set():
            raise Cancelled
        try:
            return client.read(call, make, cancelled=cancelled)
        except Exception as error:
            if missing is not None and missing(error):
                return None
            raise

    with _bar(len(wanted), what) as bar:
        found: dict[Call, Answer | None] = {}
        for start in range(0, len(wanted), _SLICE):  # one thread is fastest, and few documents are held at a time
            found |= client.fresh(wanted[start : start + _SLICE], make)
            bar.update(len(found) - bar.n)
        found |= _all(client, [call for call in wanted if call not in found], ask, cancelled, bar)
    return [found[call] for call in calls]


def _bar(total: int, what: str) -> tqdm[Any]:
    """A bar on stderr, or in a notebook's cell; none where nobody looks."""
    seen = sys.stderr.isatty() or _in_notebook()
    return tqdm(total=total, desc=what, unit="answer", disable=not seen, leave=False)


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell is not None and "IPKernelApp" in shell.config


def _all(
    client: Client,
    wanted: list[Call],
    ask: Callable[[Call], Answer | None],
    cancelled: threading.Event,
    bar: tqdm[Any],
) -> dict[Call, Answer | None]:
    found: dict[Call, Answer | None] = {}
    todo = deque(wanted)
    done: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
    workers = [_Worker(ask, todo, done, number) for number in range(min(client.workers, len(wanted)))]
    try:
        for worker in workers:
            worker.start()
        while len(found) < len(wanted):
            landed = _landed(done)
            found |= landed
            bar.update(len(landed))
    except BaseException:
        todo.clear()
        cancelled.set()
        client.break_off(cancelled)
        deadline = time.monotonic() + _GRACE
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        raise
    for worker in workers:
        worker.join()
    return found


def _landed(done: queue.SimpleQueue[_Outcome]) -> dict[Call, Answer | None]:
    """Wait a little for an answer: Ctrl-C is seen in between, on every system."""
    try:
        call, answer, error = done.get(timeout=_LOOK)
    except queue.Empty:
        return {}
    if error is not None:
        raise error
    return {call: answer}


class _Worker(threading.Thread):
    """Asks call after call. The process does not wait for it: one that is still connecting stops nobody's Ctrl-C."""

    def __init__(
        self,
        ask: Callable[[Call], Answer | None],
        todo: deque[Call],
        done: queue.SimpleQueue[_Outcome],
        number: int,
    ) -> None:
        super().__init__(name=f"mbreports-{number}", daemon=True)
        self._work = (ask, todo, done)

    def run(self) -> None:
        ask, todo, done = self._work
        while True:
            try:
                call = todo.popleft()
            except IndexError:
                return
            try:
                done.put((call, ask(call), None))
            except BaseException as error:  # noqa: BLE001 -- raised again by the thread that waits
                done.put((call, None, error))
                return
