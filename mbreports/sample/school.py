"""The sample school: start it, ask it, stop it."""

from __future__ import annotations

import secrets
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from mbreports.sample.app import RateLimit, SchoolApp
from mbreports.sample.operations import EXTENDED_RIGHTS, RIGHTS
from mbreports.sample.records import Records
from mbreports.sample.server import SchoolServer
from mbreports.sample.world import build_world

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from mbreports.api.client import Client

TODAY = date(2026, 3, 20)


class SampleSchool:
    """
    An invented school behind a real HTTP server, while the context is open.

    Attributes
    ----------
    url : str
        The address of the API, without a version: ``http://127.0.0.1:PORT``.
    token : str
        A token with every right, or with the `permissions` that were asked for.
    reader_token : str
        A token without the paid rights: every read, and new excusals.
    disabled_token : str
        A token that an admin has switched off: it is answered 401.
    """

    def __init__(  # noqa: PLR0913  # each is one thing that a test or a demonstration turns
        self,
        *,
        students: int = 240,
        seed: int = 0,
        port: int = 0,
        today: date = TODAY,
        token: str | None = None,
        permissions: Iterable[str] | None = None,
        rate_limit: tuple[int, float] | None = None,
        totals_hold_adjustments: bool = False,
        newer_operations: bool = True,
    ) -> None:
        """Invent the school; the server starts when the context is entered."""
        if students < 1:
            raise ValueError(f"students must be at least 1, not {students}")
        rights = RIGHTS if permissions is None else frozenset(permissions)
        if unknown := sorted(rights - RIGHTS):
            raise ValueError(f"no such permissions: {', '.join(unknown)}; there are {', '.join(sorted(RIGHTS))}")
        self.token = token or _new_token()
        self.reader_token = _new_token()
        self.disabled_token = _new_token()
        self.records = Records(build_world(students, seed), today=today)
        self._app = SchoolApp(
            self.records,
            {self.token: rights, self.reader_token: RIGHTS - EXTENDED_RIGHTS},
            rate_limit=None if rate_limit is None else RateLimit(*rate_limit),
            hold_adjustments=totals_hold_adjustments,
            newer_operations=newer_operations,
        )
        self._port = port
        self._server: SchoolServer | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self._server = SchoolServer(self._app, port=self._port)
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server; its connections are closed."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __repr__(self) -> str:
        """Show the address and the size, nothing of the token."""
        where = self._server.url if self._server is not None else "not open"
        return f"<SampleSchool {where}, {len(self.records.world.students)} students>"

    @property
    def url(self) -> str:
        """The address of the API, without a version."""
        if self._server is None:
            raise RuntimeError("the sample school is not open: use it in a with statement")
        return self._server.url

    @property
    def today(self) -> date:
        """The school's own day: later ones have no marks yet."""
        return self.records.today

    def client(self, **options: Any) -> Client:  # the client's own options
        """
        Give a client of this school.

        Its answers are not cached, as the next sample school may stand at the same address, and it asks as fast as it
        can where the school has no rate limit; `options` are those of `mbreports.Client` and win over both.
        """
        from mbreports.api.client import Client  # noqa: PLC0415  # the school stands alone but for this

        defaults: dict[str, Any] = {"token": self.token, "base_url": self.url, "cache": False}
        if self._app.rate_limit is None:
            defaults["requests_per_second"] = 2000
        return Client(**(defaults | options))


def _new_token() -> str:
    """Make up a token; a new one each time, so that no cache takes one school for another."""
    return secrets.token_hex(20)


def sample_school(  # noqa: PLR0913  # see SampleSchool
    *,
    students: int = 240,
    seed: int = 0,
    port: int = 0,
    today: date = TODAY,
    token: str | None = None,
    permissions: Iterable[str] | None = None,
    rate_limit: tuple[int, float] | None = None,
    totals_hold_adjustments: bool = False,
    newer_operations: bool = True,
) -> SampleSchool:
    """
    Open an invented school behind a real HTTP server on this machine.

    Parameters
    ----------
    students
        How many, the archived ones among them.
    seed
        The same seed gives the same school, to the byte.
    port
        Where to listen on the loopback address; 0 takes a free port.
    today
        The school's own day: later days have no marks yet. The default lies in the last weeks of the second term.
    token
        The token that it accepts; left out, a new one.
    permissions
        The rights of the token, such as ``"students/index"``; left out, all of them.
    rate_limit
        Requests and seconds, such as ``(50, 1)``; one more is answered 429. Left out, there is no limit.
    totals_hold_adjustments
        Whether the homeroom totals of a term already contain its adjustments.
    newer_operations
        False answers 404 where the API may: attendance categories, calendar, excusals of a date.

    Returns
    -------
    SampleSchool
        A context manager with `url`, `token` and `client()`.

    Raises
    ------
    ValueError
        Fewer than one student, or a permission that does not exist.
    OSError
        On entering the context: the port is taken.

    Examples
    --------
    >>> with sample_school(students=24) as school:
    ...     school.url.startswith("http://127.0.0.1:")
    True
    """
    return SampleSchool(
        students=students,
        seed=seed,
        port=port,
        today=today,
        token=token,
        permissions=permissions,
        rate_limit=rate_limit,
        totals_hold_adjustments=totals_hold_adjustments,
        newer_operations=newer_operations,
    )
