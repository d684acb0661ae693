"""Lists that come in pages: read until they are whole, whatever happens to them while they are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mbreports.api.checks import Misshapen, items, mapping, whole
from mbreports.errors import TryLater

if TYPE_CHECKING:
    from collections.abc import Callable

    from mbreports.api.address import Call

__all__ = ["PER_PAGE", "Unsettled", "read_pages", "rows_of"]

PER_PAGE = 200
_READINGS = 5
_MOST = 5000


class Unsettled(TryLater):
    """A list that changed with every reading: ManageBac was there all the same, so no old answer serves for it."""


class _Moved(Exception):
    """The pages do not fit together; says why."""


def rows_of(pages: Any, key: str) -> list[Any]:
    """Give the rows of all pages."""
    return [row for page in pages for row in items(mapping(page), key)]


def read_pages(call: Call, ask: Callable[[Call], Any]) -> list[Any]:
    """
    Give all pages of a list.

    A list of several pages is read until two readings in turn hold the same rows: a row deleted and another added
    while it is read leave every count right, and a row missing.

    Raises
    ------
    Unsettled
        The pages did not fit together in any reading, or no two readings were the same.
    Misshapen
        A page is not of the documented shape.
    """
    before: list[str] = []
    why = "its rows were others each time"
    for _ in range(_READINGS):
        try:
            pages, names = _once(call, ask)
        except _Moved as moved:
            why = str(moved)
            continue
        if len(pages) == 1 or names == before:
            return pages
        before = names
    message = f"GET {call.path}: the list was not whole in {_READINGS} readings ({why}); try again later"
    raise Unsettled(message, path=call.path, retryable=True)


def _once(call: Call, ask: Callable[[Call], Any]) -> tuple[list[Any], list[str]]:
    """Read every page once; give the pages, and the names of all rows in their order."""
    pages: list[Any] = []
    seen: dict[str, None] = {}
    total: int | None = None
    while len(pages) < _MOST:
        page = mapping(ask(call.page(len(pages) + 1, PER_PAGE)))
        names = [_name(row) for row in items(page, call.rows or "")]
        meta = mapping(page.get("meta") or {}, ("meta",))
        if pages and not meta and all(name in seen for name in names):
            break  # without meta, a page of nothing new tells the end
        total = _agreed(meta, len(pages) + 1, total)
        pages.append(page)
        _take(names, seen)
        if _last(meta, names, len(pages)):
            break
    else:
        raise Misshapen(("meta", "total_pages"), f"must be at most {_MOST}")
    if total is not None and len(seen) != total:
        raise _Moved(f"{len(seen)} rows where {total} were announced")
    return pages, list(seen)


def _take(names: list[str], seen: dict[str, None]) -> None:
    for name in names:
        if name in seen:
            raise _Moved("a row came twice")
        seen[name] = None


def _last(meta: dict[str, Any], rows: list[str], number: int) -> bool:
    """Whether a page is the last: by its meta, and in any case where it has no rows."""
    pages = whole(meta, "total_pages", ("meta",), optional=True)
    if pages is not None and pages > _MOST:
        raise Misshapen(("meta", "total_pages"), f"must be at most {_MOST}")
    return not rows or (pages is not None and number >= pages)


def _agreed(meta: dict[str, Any], number: int, total: int | None) -> int | None:
    """Give the announced number of rows; all pages have to announce the same."""
    current = whole(meta, "current_page", ("meta",), optional=True)
    if current is not None and current != number:
        raise _Moved(f"page {current} came where {number} was asked for")
    announced: int | None = whole(meta, "total_count", ("meta",), optional=True)
    if total is not None and announced is not None and announced != total:
        raise _Moved(f"{total} rows were announced, then {announced}")
    return total if announced is None else announced


def _name(row: Any) -> str:
    """Tell rows apart: by their id, else (rows of ids, or without one) by all that they hold."""
    if isinstance(row, dict) and type(row.get("id")) is int:
        return str(row["id"])
    return json.dumps(row, sort_keys=True)
