"""Faults of the server and the network: a read is retried, or ends in a clear error."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from faulty import cut, drip, reply, reset, stall

from mbreports.errors import ApiError, BadAnswer, NotAllowed, NotFound, Rejected, TryLater

if TYPE_CHECKING:
    from faulty import FaultServer, MakeClient, Skipping

    from mbreports.api.client import Client

GOOD = {"school": {"name": "Example School"}}


def limited(timer: Skipping, seconds: Any, *, epoch: bool) -> Any:
    """Refuse for the limit until an instant, told in one of the documented formats."""
    instant = timer.now() + seconds
    told = str(int(instant)) if epoch else f"{dt.datetime.fromtimestamp(instant, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    return reply({"error": "Rate limit"}, status=429, headers={"X-RateLimit-Reset": told})


@pytest.mark.parametrize("epoch", [True, False])
def test_limit_reset_is_waited_for(client: Client, server: FaultServer, timer: Skipping, epoch: bool) -> None:
    """A 429 is asked again at the instant of X-RateLimit-Reset, in both formats."""
    server.on("school", limited(timer, 7, epoch=epoch), GOOD)
    assert client.get("school") == GOOD
    assert 5 < timer.skipped < 8


@pytest.mark.parametrize(("told", "least", "most"), [("3", 3, 4), ("1.5", 1.5, 2), ("soon", 0.5, 3), ("-5", 0.5, 3)])
def test_retry_after(
    client: Client, server: FaultServer, timer: Skipping, told: str, least: float, most: float
) -> None:
    """Retry-After in seconds is waited for; nonsense is waited for as if nothing had been said."""
    server.on("school", reply({}, status=429, headers={"Retry-After": told}), GOOD)
    assert client.get("school") == GOOD
    assert least - 0.01 <= timer.skipped <= most


def test_retry_after_as_a_date(client: Client, server: FaultServer, timer: Skipping) -> None:
    """Retry-After may be a date, read against the server's own clock."""
    then = email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(hours=2, seconds=9), usegmt=True)
    told = email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(hours=2), usegmt=True)
    server.on("school", reply({}, status=503, headers={"Retry-After": then, "Date": told}), GOOD)
    assert client.get("school") == GOOD
    assert 8 <= timer.skipped <= 11


def test_six_hours_are_not_waited_for(client: Client, server: FaultServer, timer: Skipping) -> None:
    """A wait of six hours raises at once and says how long it is."""
    server.on("school", reply({}, status=429, headers={"Retry-After": "21600"}), GOOD)
    with pytest.raises(TryLater) as caught:
        client.get("school")
    assert (caught.value.retry_after, caught.value.retryable, timer.skipped) == (21600, True, pytest.approx(0, abs=0.1))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_fault_is_retried(client: Client, server: FaultServer, status: int) -> None:
    """A 5xx is asked again."""
    server.on("school", reply(b"<html>", status=status), GOOD)
    assert client.get("school") == GOOD


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_lasting_server_fault(client: Client, server: FaultServer, timer: Skipping, status: int) -> None:
    """A 5xx that lasts is a TryLater after four tries, within the total deadline."""
    server.on("school", reply(b"", status=status))
    with pytest.raises(TryLater, match="GET school") as caught:
        client.get("school")
    assert (caught.value.status_code, len(server.requests)) == (status, 4)
    assert timer.skipped < 20


FAULTS = {
    "reset before": reset(),
    "reset in the head": reset(b"HTTP/1.1 200 OK\r\nContent-"),
    "reset in the body": reset(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"school":'),
    "cut body": cut(b'{"school": {"na', 60),
    "cut without length": reply(b'{"school": {"na'),
    "empty body": reply(b""),
    "cut chunk": reset(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"school":'),
    "no last chunk": reset(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "broken gzip": reply(b"\x1f\x8b\x08 and no more", headers={"Content-Encoding": "gzip"}),
    "no HTTP": reset(b"hello\r\n\r\n"),
    "endless head": reset(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_answer_is_retried(client: Client, server: FaultServer, fault: Any) -> None:
    """An answer that breaks off is asked again."""
    server.on("school", FAULTS[fault], GOOD)
    assert client.get("school") == GOOD


@pytest.mark.parametrize("fault", FAULTS)
def test_lasting_break(client: Client, server: FaultServer, fault: Any) -> None:
    """An answer that breaks off every time is an error that names the call, and nothing is kept of it."""
    server.on("school", FAULTS[fault])
    with pytest.raises((TryLater, BadAnswer), match="GET school"):
        client.get("school")
    server.on("school", GOOD)
    assert client.get("school") == GOOD


def test_reset_after_the_body(client: Client, server: FaultServer) -> None:
    """A connection that is reset when the answer is whole costs at most another request."""
    server.on("school", reset(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), {})
    assert client.get("school") == {}
    assert len(server.requests) <= 2


def test_connection_that_was_kept_too_long(client: Client, server: FaultServer) -> None:
    """A connection that the server closed between two reads is not noticed by whoever reads."""

    def last(handler: Any) -> None:
        handler.close_connection = True
        reply(GOOD)(handler)

    server.on("school", last, GOOD)
    server.on("teachers", GOOD)
    for path in ("school", "teachers"):
        assert client.get(path) == GOOD


def test_compressed_answer(client: Client, server: FaultServer) -> None:
    """A compressed answer is read as any other."""
    server.on("school", reply(gzip.compress(json.dumps(GOOD).encode()), headers={"Content-Encoding": "gzip"}))
    assert client.get("school") == GOOD


def test_slow_server(make_client: MakeClient, server: FaultServer) -> None:
    """A server that does not answer is a TryLater within the deadline."""
    never = threading.Event()
    server.on("school", stall(never, GOOD))
    before = time.monotonic()
    with pytest.raises(TryLater, match="in time"):
        make_client(timeout=(0.2, 0.2)).get("school")
    never.set()
    assert time.monotonic() - before < 5


def test_dripping_body(make_client: MakeClient, server: FaultServer) -> None:
    """A body that drips, and so never meets the read timeout, is broken off."""
    server.on("school", drip(0.05))
    before = time.monotonic()
    with pytest.raises(TryLater, match="in time"):
        make_client(timeout=(0.2, 0.3)).get("school")
    assert time.monotonic() - before < 6


def test_html_is_no_answer(client: Client, server: FaultServer) -> None:
    """A login page with 200 is a BadAnswer at once: asking again would not help."""
    server.on("school", reply(b"<!DOCTYPE html><title>Log in</title>", headers={"Content-Type": "text/html"}), GOOD)
    with pytest.raises(BadAnswer, match="web page"):
        client.get("school")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [b"nothing", b"NaN", b'{"a": NaN}', b'"\xff"', b'{"a": "\\ud800"}', b"1" * 5000, b"[" * 100_000]
)
def test_what_is_no_json(client: Client, server: FaultServer, body: bytes) -> None:
    """What is no JSON text is a BadAnswer, also where Python would read it."""
    server.on("school", reply(body))
    with pytest.raises(BadAnswer, match="GET school"):
        client.get("school")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_refused(client: Client, server: FaultServer, status: int) -> None:
    """A redirect is not followed, not even to the same host: the token goes nowhere else."""
    server.on("school", reply(b"", status=status, headers={"Location": f"{server.url}/v2/elsewhere"}))
    with pytest.raises(BadAnswer, match="redirect"):
        client.get("school")
    assert server.asked == ["GET school"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, NotAllowed),
        (403, NotAllowed),
        (404, NotFound),
        (410, NotFound),
        (400, Rejected),
        (422, Rejected),
        (418, Rejected),
    ],
)
def test_refusals(client: Client, server: FaultServer, status: int, kind: type[Exception]) -> None:
    """A refusal is its own error, asked once, with the server's reason."""
    server.on("school", reply({"error": "Because."}, status=status))
    with pytest.raises(kind, match=r"GET school.*Because\.") as caught:
        client.get("school")
    assert (caught.value.status_code, caught.value.path, caught.value.retryable, len(server.requests)) == (
        status,
        "school",
        False,
        1,
    )


def test_refused_right_is_named(client: Client, server: FaultServer) -> None:
    """A 403 names the right that the token lacks."""
    server.on("*", reply({"error": "Forbidden"}, status=403))
    with pytest.raises(NotAllowed, match=r"lacks the right for GET /year-groups/\{id\}/students"):
        client.get("year-groups/3/students")
    with pytest.raises(NotAllowed, match="lacks the right for this"):
        client.get("rooms")


def test_reasons_by_field(client: Client, server: FaultServer) -> None:
    """A 422 gives the reasons by field, whatever shape they have."""
    server.on("school", reply({"errors": {"duration": ["is bad", "is long"], "x": "alone", "y": 3}}, status=422))
    with pytest.raises(Rejected) as caught:
        client.get("school")
    assert caught.value.errors == {"duration": ["is bad", "is long"], "x": ["alone"], "y": ["3"]}


def test_unreachable_host(make_client: MakeClient) -> None:
    """A name that does not resolve is a TryLater that names the host."""
    with pytest.raises(TryLater, match=r"host\.invalid cannot be reached"):
        make_client(base_url="https://host.invalid", cache=False).ping()


def test_nobody_listens(make_client: MakeClient, server: FaultServer) -> None:
    """A port where nobody listens is a TryLater."""
    url = server.url
    server.server_close()
    with pytest.raises(TryLater, match="cannot be reached"):
        make_client(base_url=url).ping()


def test_huge_answer_is_not_read(client: Client, server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer beyond all bounds is a BadAnswer, not a full memory."""
    monkeypatch.setattr("mbreports.api.transport._MOST_BYTES", 10)
    server.on("school", reply(b'{"school": "a long one"}'))
    with pytest.raises(BadAnswer, match="too large"):
        client.get("school")


def test_deadline_holds_over_retries(client: Client, server: FaultServer, timer: Skipping) -> None:
    """Retries that each ask for a wait end with the total deadline."""
    server.on("school", reply({}, status=503, headers={"Retry-After": "9"}))
    with pytest.raises(TryLater):
        client.get("school")
    assert timer.skipped <= 20


def test_every_error_is_an_api_error() -> None:
    """Whatever the connection raises is an ApiError."""
    assert all(issubclass(kind, ApiError) for kind in (BadAnswer, NotAllowed, NotFound, Rejected, TryLater))
