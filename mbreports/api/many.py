"""Many reads at once: the first failure ends them all and names its call; what was fetched stays in the cache."""

from __future__ import annotations

import concurrent.futures as cf
import threading
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

from mbreports.api.pace import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mbreports.api.address import Call
    from mbreports.api.client import Answer, Client

__all__ = ["read_many"]

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
    kept = client.kept(wanted)
    cancelled = threading.Event()

    def ask(call: Call) -> Answer | None:
        if cancelled.is_set():
            raise Cancelled
        try:
            return client.read(call, make, cancelled=cancelled, kept=kept)
        except Exception as error:
            if missing is not None and missing(error):
                return None
            raise

    with tqdm(total=len(wanted), desc=what, unit="answer", disable=None, leave=False) as bar:
        found = _all(client, wanted, ask, cancelled, bar)
    return [found[call] for call in calls]


def _all(
    client: Client,
    wanted: list[Call],
    ask: Callable[[Call], Answer | None],
    cancelled: threading.Event,
    bar: tqdm[Any],
) -> dict[Call, Answer | None]:
    pool = cf.ThreadPoolExecutor(client.workers, thread_name_prefix="mbreports")
    futures = {pool.submit(ask, call): call for call in wanted}
    waiting = set(futures)
    try:
        while waiting:
            done, waiting = cf.wait(waiting, timeout=_LOOK, return_when=cf.FIRST_COMPLETED)
            for future in done:
                future.result()
            bar.update(len(done))
    except BaseException:
        cancelled.set()
        pool.shutdown(wait=False, cancel_futures=True)
        client.break_off()
        cf.wait(futures, timeout=_GRACE)
        raise
    pool.shutdown()
    return {call: future.result() for future, call in futures.items()}
