"""What a client is made with: the numbers that can be meant, and the place of its cache."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mbreports.api.cache import CacheSettings, Lifetimes, Store, cache_file, private_folder
from mbreports.api.flights import Flights, flights_of

if TYPE_CHECKING:
    from mbreports.api.pace import Clock
    from mbreports.api.secret import Secret

__all__ = ["cache_of", "checked_rate", "checked_timeout", "checked_workers"]

_log = logging.getLogger(__name__)
_MOST_WORKERS = 16
_MOST_RATE = 10_000
_LONGEST = 3600


def checked_workers(workers: int) -> int:
    """Give a number of workers, 16 at most."""
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= _MOST_WORKERS:
        raise ValueError(f"workers must be a whole number from 1 to {_MOST_WORKERS}, not {workers!r}")
    return workers


def checked_rate(rate: float) -> float:
    """Give a number of requests per second."""
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= _MOST_RATE:
        raise ValueError(f"requests_per_second must be a number above 0, at most {_MOST_RATE}, not {rate!r}")
    return float(rate)


def checked_timeout(timeout: tuple[float, float]) -> tuple[float, float]:
    """Give the seconds to connect and to read."""
    parts = tuple(timeout) if isinstance(timeout, tuple | list) else (timeout, timeout)
    good = all(isinstance(each, int | float) and not isinstance(each, bool) and 0 < each <= _LONGEST for each in parts)
    if len(parts) != 2 or not good:  # noqa: PLR2004
        raise ValueError(f"timeout must be two numbers of seconds, to connect and to read, not {timeout!r}")
    return float(parts[0]), float(parts[1])


def cache_of(
    cache: bool | str | os.PathLike[str] | CacheSettings,  # noqa: FBT001 -- the argument of the contract
    base: str,
    secret: Secret,
    clock: Clock,
) -> tuple[Lifetimes, Store | None, Flights]:
    """
    Give the lifetimes, the answers that are kept, and the reads under way of one base URL and token.

    Raises
    ------
    ValueError
        `cache` is none of its kinds, or its folder cannot be made. Where the user's own cache folder cannot be made,
        answers are not kept.
    """
    settings = cache if isinstance(cache, CacheSettings) else CacheSettings()
    if cache is False:
        return settings.lifetimes, None, Flights()
    if not isinstance(cache, CacheSettings) and cache is not True:
        if not isinstance(cache, str | os.PathLike):
            raise ValueError(f"cache must be True, False or a folder, not {cache!r}")
        settings = CacheSettings(Path(cache))
    try:
        path = cache_file(base, secret, private_folder(settings.folder))
    except ValueError as error:
        if settings.folder is not None:
            raise
        _log.warning("answers are not kept: %s", error)
        return settings.lifetimes, None, Flights()
    return settings.lifetimes, Store(path, clock), flights_of(path)
