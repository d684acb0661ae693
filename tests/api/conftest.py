"""Servers and clients of the tests of the connection."""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `from faulty import …`

from faulty import TOKEN, FaultServer, Skipping

from mbreports.api.client import Client
from mbreports.sample.school import SampleSchool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def timer() -> Skipping:
    return Skipping()


@pytest.fixture
def make_client(server: FaultServer, timer: Skipping, tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Give what makes clients of the faulty server: cached in a folder of the test, waits skipped."""

    class Quick(Client):
        _clock = timer.clock

    with contextlib.ExitStack() as stack:

        def make(token: str = TOKEN, **options: Any) -> Client:
            defaults: dict[str, Any] = {
                "base_url": server.url,
                "cache": tmp_path / "cache",
                "requests_per_second": 1000,
                "timeout": (2, 2),
            }
            return stack.enter_context(Quick(token, **(defaults | options)))

        yield make


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


@pytest.fixture(scope="session")
def sample() -> Iterator[SampleSchool]:
    """Give a small sample school that no test writes to."""
    with SampleSchool(students=48) as school:
        yield school


@pytest.fixture
def connection(sample: SampleSchool) -> Iterator[Client]:
    with sample.client() as connection:
        yield connection


@pytest.fixture
def sample_to_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SampleSchool]:
    """Give a sample school of the test's own, and a user's cache folder of the test's own."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "of the user")
    with SampleSchool(students=24) as school:
        yield school
