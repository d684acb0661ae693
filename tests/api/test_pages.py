"""Lists that come in pages are whole, whatever happens to them while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from faulty import page_of, reply

from mbreports.api import fetch
from mbreports.errors import BadAnswer, TryLater

if TYPE_CHECKING:
    from faulty import FaultServer

    from mbreports.api.client import Client


def teacher(number: int) -> Any:
    return {"id": number, "first_name": "T", "last_name": str(number)}


class Paged:
    """A list behind pages, whose rows may change after a page was given."""

    def __init__(self, server: FaultServer, count: int, *, most: float = 2, meta: Any = True) -> None:
        self.rows = [teacher(number) for number in range(1, count + 1)]
        self.most = most
        self.meta = meta
        self.changes = []
        server.on("teachers", self)

    def __call__(self, handler: Any) -> None:
        """Answer a page, then let the list change."""
        query = dict(part.split("=") for part in handler.path.partition("?")[2].split("&"))
        number, size = int(query["page"]), min(int(query["per_page"]), self.most)
        rows = self.rows[(number - 1) * size : number * size]
        page = page_of("teachers", rows, page=number, pages=-(-len(self.rows) // size), total=len(self.rows))
        if not self.meta:
            del page["meta"]
        reply(page)(handler)
        if self.changes:
            self.changes.pop(0)()


def ids(client: Client) -> Any:
    return list(fetch.teachers(client)["teacher_id"])


def test_clamped_page_size(client: Client, server: FaultServer) -> None:
    """A server that gives two rows a page whatever is asked is read to its end."""
    Paged(server, 7)
    assert ids(client) == [1, 2, 3, 4, 5, 6, 7]


def test_one_page_is_read_once(client: Client, server: FaultServer) -> None:
    """A list of one page takes one request."""
    Paged(server, 2)
    assert ids(client) == [1, 2]
    assert server.asked == ["GET teachers?page=1&per_page=200"]


def test_row_added_in_between(client: Client, server: FaultServer) -> None:
    """A row added before the rows already read is in the list, and none is double."""
    paged = Paged(server, 5)
    paged.changes = [lambda: paged.rows.insert(0, teacher(99))]
    assert ids(client) == [99, 1, 2, 3, 4, 5]


def test_row_deleted_in_between(client: Client, server: FaultServer) -> None:
    """A row deleted among those already read leaves no other out."""
    paged = Paged(server, 5)
    paged.changes = [lambda: paged.rows.pop(0)]
    assert ids(client) == [2, 3, 4, 5]


def test_one_deleted_and_one_added(client: Client, server: FaultServer) -> None:
    """A row deleted and another added, at the right count, leave none out either."""
    paged = Paged(server, 5)
    paged.changes = [lambda: (paged.rows.pop(0), paged.rows.append(teacher(99)))]
    assert ids(client) == [2, 3, 4, 5, 99]


def test_list_that_never_rests(client: Client, server: FaultServer) -> None:
    """A list that changes with every page is a TryLater that names it."""
    paged = Paged(server, 5)
    paged.changes = [lambda: paged.rows.insert(0, teacher(1000 + len(paged.rows)))] * 100
    with pytest.raises(TryLater, match="GET teachers: the list was not whole"):
        ids(client)


@pytest.mark.parametrize("count", [0, 2, 5])
def test_no_meta(client: Client, server: FaultServer, count: int) -> None:
    """Without meta, pages are read until one brings nothing new."""
    Paged(server, count, meta=False)
    assert ids(client) == list(range(1, count + 1))


def test_no_meta_and_no_pages(client: Client, server: FaultServer) -> None:
    """Without meta, a server that gives the same rows for every page is read once."""
    server.on("teachers", {"teachers": [teacher(1), teacher(2)]})
    assert ids(client) == [1, 2]


def test_meta_of_too_many_rows(client: Client, server: FaultServer) -> None:
    """A list that is shorter than its count is an error: half a list is none."""
    server.on("teachers", page_of("teachers", [teacher(1)], total=2))
    with pytest.raises(TryLater, match="1 rows where 2 were announced"):
        ids(client)


def test_double_row(client: Client, server: FaultServer) -> None:
    """A row that comes twice is an error."""
    server.on("teachers", page_of("teachers", [teacher(1), teacher(1)]))
    with pytest.raises(TryLater, match="twice"):
        ids(client)


def test_wrong_page(client: Client, server: FaultServer) -> None:
    """A page that says it is another one is an error."""
    server.on("teachers", page_of("teachers", [teacher(1)], page=3, pages=3))
    with pytest.raises(TryLater, match="page 3 came where 1 was asked for"):
        ids(client)


def test_endless_list(client: Client, server: FaultServer) -> None:
    """A list of a billion pages is a BadAnswer."""
    server.on("teachers", page_of("teachers", [teacher(1)], pages=10**9))
    with pytest.raises(BadAnswer, match=r"meta\.total_pages"):
        ids(client)


def test_pages_are_kept_as_one(client: Client, server: FaultServer) -> None:
    """All pages of a list are kept together: read again, nothing is asked."""
    Paged(server, 5)
    first = ids(client)
    asked = len(server.requests)
    assert ids(client) == first
    assert len(server.requests) == asked


def test_failed_page_keeps_none(client: Client, server: FaultServer) -> None:
    """Where a page fails, the call fails, and no page is kept."""
    paged = Paged(server, 5)
    server.on("teachers?page=2&per_page=200", lambda handler: handler.send_error(500))
    with pytest.raises(TryLater):
        ids(client)
    del server.scripts["teachers?page=2&per_page=200"]
    server.on("teachers", paged)
    assert ids(client) == [1, 2, 3, 4, 5]
