"""Answers kept on disk, in one private file per school and token; whatever goes wrong with it, reads go on."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import sqlite3
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import platformdirs

from mbreports.api.flights import same_host
from mbreports.api.rows import Rows
from mbreports.files import PRIVATE_FILE, PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mbreports.api.pace import Clock
    from mbreports.api.rows import Kept
    from mbreports.api.secret import Secret

__all__ = ["EVERYTHING", "CacheSettings", "Lifetimes", "Store", "cache_file", "private_folder"]

_log = logging.getLogger(__name__)

_REST = 30.0
"""Seconds to go on without the cache after it could not be read or written."""
_SLICE = 500
EVERYTHING = re.compile("(?s:.*)")
"""What matches every key."""
_SIDES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Lifetimes:
    """
    Seconds for which an answer is fresh, by what was asked.

    Attributes
    ----------
    ended
        Totals and days of a term that has ended: 30 days.
    current
        Totals and days of a term that runs: 10 minutes.
    today
        Today's registers (and, by mistake, tomorrow's): 2 minutes.
    lists
        Everything else, excusals and names for example: 10 minutes.
    unreachable
        How much longer an answer may still serve while ManageBac cannot be reached, marked as stale: 1 day. After
        that it is deleted from the disk.
    """

    ended: float = 30 * 86400.0
    current: float = 600.0
    today: float = 120.0
    lists: float = 600.0
    unreachable: float = 86400.0

    def __post_init__(self) -> None:
        """Refuse what is no time: everything that is kept is deleted one day."""
        for name, seconds in vars(self).items():
            if not isinstance(seconds, int | float) or not 0 <= seconds <= 366 * 86400:
                raise ValueError(f"lifetime {name!r} must be seconds from 0 to a year, not {seconds!r}")


@dataclass(frozen=True)
class CacheSettings:
    """
    Where answers are kept, and for how long: ``Client(cache=CacheSettings(folder=..., lifetimes=...))``.

    Attributes
    ----------
    folder
        None: the user's own cache folder.
    lifetimes
        Seconds for which answers are fresh.
    """

    folder: str | os.PathLike[str] | None = None
    lifetimes: Lifetimes = field(default_factory=Lifetimes)


def cache_file(base: str, secret: Secret, folder: Path) -> Path:
    """Give the file of one base URL and token; its name tells the host, and of the token nothing."""
    digest = hashlib.blake2b(f"{base}\n{secret.reveal()}".encode(), digest_size=12, person=b"mbreports").hexdigest()
    host = (urlsplit(base).hostname or "").replace(":", "-")
    return folder / f"{host}-{digest}.sqlite"


def private_folder(wanted: str | os.PathLike[str] | None) -> Path:
    """
    Give a folder of mode 0700 to keep answers in.

    A folder that holds other things as well is left as it is: a folder in it is used.

    Raises
    ------
    ValueError
        It cannot be made or written.
    """
    folder = Path(wanted).expanduser() if wanted is not None else platformdirs.user_cache_path("mbreports") / "answers"
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            if any(".sqlite" not in entry.name for entry in folder.iterdir()):
                folder = folder / "mbreports-cache"
                folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            folder.chmod(PRIVATE_FOLDER)
    except OSError as error:
        raise ValueError(
            f"the cache folder {folder} cannot be made: {error.strerror}; give another, or cache=False"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ValueError(f"the cache folder {folder} cannot be written; give another, or cache=False")
    return folder


class Store:
    """
    The answers of one school and token.

    No method raises on account of the file: one that is corrupt is deleted and a new one begun; one that is locked
    or cannot be written is left alone for a while. A read then simply asks ManageBac.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._rows: Rows | None = None
        self._lock = threading.RLock()
        self._rest_until = 0.0
        self._purged = 0.0
        self._undropped: list[re.Pattern[str]] = []

    def find(self, keys: Iterable[str]) -> dict[str, Kept]:
        """Give what is kept under these keys, fresh or not."""
        wanted = list(keys)
        found: dict[str, Kept] = {}
        for start in range(0, len(wanted), _SLICE):
            part = wanted[start : start + _SLICE]
            found |= self._do(partial(Rows.find, keys=part), {})
        now = self._clock.now()
        return {key: kept for key, kept in found.items() if kept.created <= now + 60 and now < kept.gone}

    def mark(self) -> int:
        """Give a mark of this moment, for `keep`."""
        mark: int = self._do(Rows.mark, 0)
        return mark

    def keep(self, key: str, kept: Kept, *, mark: int) -> None:
        """Keep one answer of the documented shape; not one that a write overtook since the mark."""
        self._do(partial(Rows.keep, key=key, kept=kept, mark=mark), None)

    def drop(self, touches: re.Pattern[str]) -> None:
        """
        Delete the answers whose keys match, those of the same host's other tokens too.

        Where the file is locked, that is done before anything is read again.
        """
        if not self._do(partial(Rows.remove_touched, touches=touches, now=self._clock.now()), otherwise=False):
            self._undropped.append(touches)
        for path in self.path.parent.glob("*.sqlite"):
            if path != self.path and same_host(path, self.path):
                other = Store(path, self._clock)
                other._do(partial(Rows.remove_touched, touches=touches, now=self._clock.now()), otherwise=False)
                other.close()

    def size(self) -> int:
        """Bytes on disk."""
        with contextlib.suppress(OSError):
            return sum(path.stat().st_size for path in self._files() if path.exists())
        return 0

    def forget(self) -> None:
        """Delete all answers (another client may have the file open), the file, and what is beside it of its own."""
        with self._lock:
            self._do(partial(Rows.remove_touched, touches=EVERYTHING, now=self._clock.now()), otherwise=False)
            self._undropped.clear()
            self.close()
            for path in self._files():
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file, its log carried over, and what a lock kept from being deleted deleted."""
        with self._lock:
            if self._undropped:
                self._rest_until = 0.0
                self._do(lambda _: None, None)
            rows, self._rows = self._rows, None
            if rows is not None:
                with contextlib.suppress(sqlite3.Error):
                    rows.checkpoint()
                rows.close()

    def _files(self) -> list[Path]:
        return [self.path.with_name(self.path.name + side) for side in _SIDES]

    def _do(self, work: Callable[[Rows], Any], otherwise: Any) -> Any:
        """Do some work with the rows; where that cannot be, give `otherwise`."""
        with self._lock:  # whoever waited here while another met a locked file need not meet it too
            if self._clock.monotonic() < self._rest_until:
                return otherwise
            for _ in range(2):
                try:
                    return work(self._ready())
                except (sqlite3.Error, OSError) as error:
                    if type(error) is not sqlite3.DatabaseError:  # its children: locks, a full disk, a closed file
                        self._rest(error)
                        return otherwise
                    self._begin_anew()
            return otherwise

    def _ready(self) -> Rows:
        with self._lock:
            if self._rows is None:
                self._make_private()
                self._rows = Rows.opened(self.path)
            if self._clock.now() - self._purged > 60:  # noqa: PLR2004
                self._purged = self._clock.now()
                self._rows.purge(self._purged)
            while self._undropped:
                self._rows.remove_touched(self._undropped[0], self._clock.now())
                self._undropped.pop(0)
            return self._rows

    def _make_private(self) -> None:
        """Make the file before SQLite does: its side files have the same mode."""
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE))
        for path in self._files():
            with contextlib.suppress(FileNotFoundError):
                path.chmod(PRIVATE_FILE)

    def _rest(self, error: Exception) -> None:
        _log.warning("the cache %s is left alone for %d s: %s", self.path.name, _REST, error)
        self._rest_until = self._clock.monotonic() + _REST

    def _begin_anew(self) -> None:
        """Delete a file that is corrupt: it holds children's records, and nobody could purge it."""
        _log.warning("the cache %s is corrupt: it is deleted, and a new one begun", self.path.name)
        rows, self._rows = self._rows, None
        if rows is not None:
            with contextlib.suppress(sqlite3.Error):
                rows.close()
        with contextlib.suppress(OSError):
            for path in self._files():
                path.unlink(missing_ok=True)
