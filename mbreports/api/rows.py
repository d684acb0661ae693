"""The rows of the cache's file: answers as compressed JSON under readable keys, and the writes that touched them."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from requests_cache import SerializerPipeline
from requests_cache.backends.sqlite import SQLiteDict
from requests_cache.serializers import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Body", "Kept", "Rows"]

_BUSY = 1.0
"""Seconds to wait for another process's lock."""
_PAUSE = 0.01
_LONGEST_READ = 86400
"""Seconds for which a write is recorded: far longer than any read is under way."""
_WRITES = "CREATE TABLE IF NOT EXISTS writes (id INTEGER PRIMARY KEY AUTOINCREMENT, pattern TEXT, at INTEGER)"


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
class Body:
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


class Rows(SQLiteDict):
    """The rows of requests-cache's SQLite backend, with a bounded wait for locks and nothing left behind on disk."""

    def __init__(self, path: Path, **options: Any) -> None:
        self._turn = threading.RLock()
        self._open: sqlite3.Connection | None = None
        pipeline = SerializerPipeline([Stage(dumps=_dump, loads=_load)], name="json+zlib", is_binary=True)
        try:
            super().__init__(path, "responses", serializer=pipeline, wal=True, **options)
            with self.connection() as connection:  # no lock where the table is there
                connection.execute(_WRITES)
        except BaseException:
            self.close()
            raise

    @classmethod
    def opened(cls, path: Path) -> Rows:
        """Open the rows of a file; of two that open a new one at the same moment, SQLite refuses one without a wait."""
        until = time.monotonic() + _BUSY
        while True:
            try:
                return cls(path)
            except sqlite3.OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(_PAUSE)

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

    def keep(self, key: str, kept: Kept, mark: int) -> None:
        """Put one row, unless a write that may change it was recorded after this mark."""
        with self.connection(commit=True) as connection:
            since = connection.execute("SELECT pattern FROM writes WHERE id > ?", (mark,)).fetchall()
            if not any(re.fullmatch(pattern, key) for (pattern,) in since):
                self[key] = kept

    def mark(self) -> int:
        """Give the last write that is recorded, of whichever process."""
        with self.connection() as connection:
            (mark,) = connection.execute("SELECT coalesce(max(id), 0) FROM writes").fetchone()
        return int(mark)

    def remove_touched(self, touches: re.Pattern[str], now: float) -> bool:
        """Delete the rows that a write may change, and record it: no process keeps a read that began before."""
        with self.connection(commit=True) as connection:
            keys = [row for row in connection.execute("SELECT key FROM responses") if touches.fullmatch(row[0])]
            connection.executemany("DELETE FROM responses WHERE key = ?", keys)
            connection.execute("INSERT INTO writes (pattern, at) VALUES (?, ?)", (touches.pattern, round(now)))
        return True

    def purge(self, now: float) -> None:
        """Delete the rows whose time is over, from the log of the database too."""
        with self.connection(commit=True) as connection:
            gone = connection.execute("DELETE FROM responses WHERE expires <= ?", (round(now),)).rowcount
            connection.execute("DELETE FROM writes WHERE at <= ?", (round(now) - _LONGEST_READ,))
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
