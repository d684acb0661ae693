"""Answers kept on disk, in one private file per school and token; whatever goes wrong with it, reads go on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import sqlite3
import threading
import zlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import platformdirs
from requests_cache import SerializerPipeline
from requests_cache.backends.sqlite import SQLiteDict
from requests_cache.serializers import Stage

from mbreports.api.flights import same_host
from mbreports.files import PRIVATE_FILE, PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mbreports.api.pace import Clock
    from mbreports.api.secret import Secret

__all__ = ["CacheSettings", "Kept", "Lifetimes", "Store", "cache_file"]

_log = logging.getLogger(__name__)

_BUSY = 1.0
"""Seconds to wait for another process's lock."""
_REST = 30.0
"""Seconds to go on without the cache after it could not be read or written."""
_SLICE = 500
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


@dataclass(frozen=True)
class Kept:
    """One answer with its times (epoch seconds): when it was given, until when it is fresh, when it is deleted."""

    content: Any
    created: float
    fresh_until: float
    gone: float

    @property
    def expires_unix(self) -> int:
        """The time after which the row is deleted; requests-cache puts it into a column of its own."""
        return round(self.gone)


@dataclass(frozen=True)
class _Body:
    """JSON text that is put into a row as it is, without being parsed and written again."""

    text: str


def _dump(kept: Kept) -> bytes:
    times = f'{{"created":{kept.created!r},"fresh_until":{kept.fresh_until!r},"gone":{kept.gone!r},"content":'
    return zlib.compress((times + kept.content.text + "}").encode(), 1)


def _load(row: bytes) -> Kept:
    try:
        kept = Kept(**json.loads(zlib.decompress(row)))
        if all(isinstance(time, int | float) for time in (kept.created, kept.fresh_until, kept.gone)):
            return kept
    except (zlib.error, TypeError, ValueError, RecursionError):
        pass
    raise ValueError("a row of the cache cannot be read")


class _Rows(SQLiteDict):
    """The rows of requests-cache's SQLite backend, with a bounded wait for locks and nothing left behind on disk."""

    def __init__(self, path: Path, **options: Any) -> None:
        self._turn = threading.RLock()
        self._open: sqlite3.Connection | None = None
        pipeline = SerializerPipeline([Stage(dumps=_dump, loads=_load)], name="json+zlib", is_binary=True)
        super().__init__(path, "responses", serializer=pipeline, wal=True, **options)

    @contextlib.contextmanager
    def connection(self, commit: bool = False) -> Iterator[sqlite3.Connection]:  # noqa: FBT001, FBT002 -- the signature of requests-cache
        """Give the connection; a write waits for other processes' locks, but not for ever."""
        with self._turn:
            if self._open is None:
                self._open = self._opened()
            connection = self._open
            if not commit or connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.db_path, isolation_level=None, timeout=_BUSY, check_same_thread=False)
        try:
            for pragma in ("secure_delete=ON", "journal_mode=WAL", "synchronous=NORMAL"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def find(self, keys: list[str]) -> dict[str, Kept]:
        """Give many rows at once."""
        marks = ",".join("?" * len(keys))
        with self.connection() as connection:
            rows = connection.execute(f"SELECT key, value FROM responses WHERE key IN ({marks})", keys).fetchall()  # noqa: S608
        found = {key: self.deserialize(key, value) for key, value in rows}
        return {key: kept for key, kept in found.items() if kept is not None}

    def remove(self, keys: list[str]) -> None:
        """Delete many rows."""
        with self.connection(commit=True) as connection:
            connection.executemany("DELETE FROM responses WHERE key = ?", [(key,) for key in keys])

    def remove_matching(self, matches: Callable[[str], bool]) -> bool:
        """Delete the rows whose keys match."""
        self.remove([key for key in self.keys_like() if matches(key)])
        return True

    def keys_like(self) -> list[str]:
        """Give all keys."""
        with self.connection() as connection:
            return [key for (key,) in connection.execute("SELECT key FROM responses").fetchall()]

    def purge(self, now: float) -> None:
        """Delete the rows whose time is over, from the log of the database too."""
        with self.connection(commit=True) as connection:
            gone = connection.execute("DELETE FROM responses WHERE expires <= ?", (round(now),)).rowcount
        if gone:
            self.checkpoint()

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            connection, self._open = self._open, None
            if connection is not None:
                connection.close()

    def checkpoint(self) -> None:
        """Carry the log over into the file and empty it: deleted text stays in neither."""
        with self.connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


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
        self._rows: _Rows | None = None
        self._lock = threading.RLock()
        self._rest_until = 0.0
        self._purged = 0.0
        self._undropped: list[Callable[[str], bool]] = []

    def find(self, keys: Iterable[str]) -> dict[str, Kept]:
        """Give what is kept under these keys, fresh or not."""
        wanted = list(keys)
        found: dict[str, Kept] = {}
        for start in range(0, len(wanted), _SLICE):
            part = wanted[start : start + _SLICE]
            found |= self._do(partial(_Rows.find, keys=part), {})
        now = self._clock.now()
        return {key: kept for key, kept in found.items() if kept.created <= now + 60 and now < kept.gone}

    def keep(self, key: str, text: str, *, created: float, fresh: float, stale: float) -> None:
        """Keep one answer: JSON text of the documented shape."""
        kept = Kept(_Body(text), created, created + fresh, created + fresh + stale)

        def put(rows: _Rows) -> None:
            rows[key] = kept

        self._do(put, None)

    def drop(self, keys: Iterable[str]) -> None:
        """Delete some answers."""
        wanted = list(keys)
        if wanted:
            self._do(partial(_Rows.remove, keys=wanted), None)

    def drop_matching(self, matches: Callable[[str], bool]) -> None:
        """
        Delete the answers whose keys match, those of the same host's other tokens too.

        Where the file is locked, that is done before anything is read again.
        """
        if not self._do(partial(_Rows.remove_matching, matches=matches), otherwise=False):
            self._undropped.append(matches)
        for path in self.path.parent.glob("*.sqlite"):
            if path != self.path and same_host(path, self.path):
                other = Store(path, self._clock)
                other._do(partial(_Rows.remove_matching, matches=matches), otherwise=False)
                other.close()

    def size(self) -> int:
        """Bytes on disk."""
        with contextlib.suppress(OSError):
            return sum(path.stat().st_size for path in self._files() if path.exists())
        return 0

    def forget(self) -> None:
        """Delete all answers (another client may have the file open), the file, and what is beside it of its own."""
        with self._lock:
            self._do(partial(_Rows.remove_matching, matches=lambda _: True), otherwise=False)
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

    def _do(self, work: Callable[[_Rows], Any], otherwise: Any) -> Any:
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

    def _ready(self) -> _Rows:
        with self._lock:
            if self._rows is None:
                self._make_private()
                self._rows = _Rows(self.path)
            if self._clock.now() - self._purged > 60:  # noqa: PLR2004
                self._purged = self._clock.now()
                self._rows.purge(self._purged)
            while self._undropped:
                self._rows.remove_matching(self._undropped[0])
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
