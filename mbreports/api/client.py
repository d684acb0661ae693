"""`Client`: one school's API with one token. Reads are cached, paced, shared and retried; writes have to be allowed."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
import logging
import os
import threading
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar

from mbreports.api.address import Call, checked_base, checked_version
from mbreports.api.answers import Answer, is_single, pong, remade, rights, said
from mbreports.api.cache import EVERYTHING
from mbreports.api.checks import Misshapen
from mbreports.api.endpoints import TermDates, lifetime
from mbreports.api.flights import Flight, beside
from mbreports.api.options import cache_of, checked_rate, checked_timeout, checked_workers
from mbreports.api.pace import SYSTEM, Clock
from mbreports.api.pages import Unsettled, read_pages
from mbreports.api.replies import Reply, parse, refusal
from mbreports.api.rows import Body, Kept
from mbreports.api.secret import Secret, find_token
from mbreports.api.transport import Lost, Transport
from mbreports.errors import ApiError, BadAnswer, ReadOnly, TryLater

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from mbreports.api.cache import CacheSettings, Store

__all__ = ["Client"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_NEVER = threading.Event()


class Client:
    """
    A connection to one school's ManageBac API.

    Parameters
    ----------
    token
        The API token; else the environment variable ``MANAGEBAC_TOKEN``, else the system keyring (when ``keyring`` is
        installed: service ``mbreports``, user name the host).
    base_url
        Such as ``https://api.managebac.com`` (the default), without the version; else ``MANAGEBAC_URL``. Plain http is
        for loopback only.
    version
        The path prefix: ``v2`` (rolling) or a frozen one such as ``v2p3``.
    cache
        True: answers are kept in the user's own cache folder; a folder: there; False: not at all. A
        `mbreports.api.cache.CacheSettings` sets the lifetimes too.
    requests_per_second
        The most that is asked; a lower limit of the server is found out and kept to.
    workers
        How many requests may be under way at once, 16 at most.
    timeout
        Seconds to connect, and to wait for a part of an answer. A whole call, its retries included, takes no longer
        than twice their sum (20 seconds at least) and its turn in the queue.
    allow_writes
        Whether ``mb.write`` may send anything.

    Raises
    ------
    NotAllowed
        There is no token.
    ValueError
        An argument that cannot be meant. The message never shows the token.

    Notes
    -----
    The token is sent in one header to the host and port of the base URL, and nowhere else: redirects are refused,
    ``.netrc`` and other settings of the environment are not read. Proxies of the environment (``HTTPS_PROXY``,
    ``NO_PROXY``) are used on purpose, for https: the token goes through their tunnel encrypted.
    """

    _clock: ClassVar[Clock] = SYSTEM
    _base = ""
    _school: str | None = None

    def __init__(  # noqa: PLR0913 -- the contract's keywords
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        version: str = "v2",
        cache: bool | str | os.PathLike[str] | CacheSettings = True,
        requests_per_second: float = 25,
        workers: int = 8,
        timeout: tuple[float, float] = (5, 30),
        allow_writes: bool = False,
    ) -> None:
        secret = Secret(token)
        del token  # no traceback shows it
        prefix = "/" + checked_version(version)
        base = checked_base(base_url or os.environ.get("MANAGEBAC_URL") or "https://api.managebac.com")
        self._host = base.split("/")[2]
        self._base = base.removesuffix(prefix) + prefix
        self._workers = checked_workers(workers)
        rate, timeout = checked_rate(requests_per_second), checked_timeout(timeout)
        secret = find_token(secret, self._host)
        self._transport = Transport(
            self._base, secret, rate=rate, workers=self._workers, timeout=timeout, clock=self._clock
        )
        self._lifetimes, self._store, self._flights = cache_of(cache, self._base, secret, self._clock)
        self._secret = secret
        self._terms = TermDates()
        self.allow_writes = allow_writes

    def __repr__(self) -> str:
        """Show the address, and the school where it is known; nothing of the token."""
        return f"<mbreports.Client {self._base}" + (f", {self._school}" if self._school else "") + ">"

    def __enter__(self) -> Self:
        """Give the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled."""
        raise TypeError("a Client holds a token and connections: it is not copied or pickled; make another")

    def close(self) -> None:
        """Close the connections and the cache's file; the client opens them again when it is used."""
        self._transport.close()
        if self._store is not None:
            self._store.close()

    def ping(self) -> bool:
        """
        Ask whether ManageBac answers and knows the token.

        Raises
        ------
        NotAllowed
            It does not know the token.
        TryLater
            It cannot be reached.

        Source: ``GET /ping``.
        """
        return bool(self.read(Call.to("ping"), pong).value)

    def permissions(self) -> list[str]:
        """
        Give the names of the token's rights.

        Source: ``GET /auth/permissions``.
        """
        names: list[str] = self.read(Call.to("auth/permissions"), rights).value
        return names

    def forget(self) -> None:
        """Delete every answer that is kept for this school and token; what is being read now is not kept either."""
        if self._store is not None:
            with self._flights.writing(EVERYTHING):
                self._store.forget()

    def get(self, path: str, /, **query: Any) -> Any:
        """
        Give the parsed JSON of any GET, for endpoints that have no function yet.

        Parameters
        ----------
        path
            Below the version prefix, such as ``"students/9/excusals"``.
        **query
            A list is sent as ``name[]``, True as ``true``, a date as ``yyyy-mm-dd``; None is left out.

        Returns
        -------
        object
            The document as it came: one page of it, where the endpoint has pages.

        Raises
        ------
        ApiError
            As the functions of ``mb.fetch``.
        ValueError
            The path is an address or holds ``..`` or a query.
        """
        call = Call.to(path, **query)
        return self.read(call, lambda document: document, keep=is_single).value

    def read(
        self,
        call: Call,
        make: Callable[[Any], _T],
        *,
        keep: Callable[[Any], bool] | None = None,
        cancelled: threading.Event = _NEVER,
        anew: bool = False,
    ) -> Answer:
        """
        Give what `make` makes of a call's answer: a kept one where it is fresh, else ManageBac's.

        Only an answer that `make` took is kept. Where ManageBac cannot be reached, an old one serves, marked as stale.
        With `anew`, no kept answer serves.

        Raises
        ------
        ApiError
            No answer, and none that may serve; `BadAnswer` says where `make` did not find the documented shape.
        """
        if any(self._secret.is_in(part.encode()) for part in (call.path, *(value for _, value in call.query))):
            raise ValueError("the token is never part of an address: it is sent in its header alone")
        if anew:
            return self._asked(call, make, keep, cancelled, look=False)
        old = self.kept([call]).get(call.key)
        if answer := self._fresh(old, make):
            return answer
        stale = remade(old, make, stale=True) if old is not None else None
        if stale is not None and self._transport.silent:
            return stale
        level = logging.INFO if self._transport.out else logging.WARNING  # an outage is warned of once
        try:
            return self._asked(call, make, keep, cancelled, hurried=stale is not None)
        except TryLater as error:
            if stale is None or not error.retryable or isinstance(error, Unsettled):
                raise
        _log.log(level, "GET %s: ManageBac cannot be reached; an answer of %s serves", call.path, said(stale.created))
        return stale

    def _asked(  # noqa: PLR0913 -- one read, all of it
        self,
        call: Call,
        make: Callable[[Any], _T],
        keep: Callable[[Any], bool] | None,
        cancelled: threading.Event,
        *,
        hurried: bool = False,
        look: bool = True,
    ) -> Answer:
        """Give ManageBac's answer; of identical reads at one moment only one asks."""
        led: list[Answer] = []

        def ask(flight: Flight) -> tuple[Any, float]:
            just = self.kept([call] * look).get(call.key)  # by one that landed since this one looked
            if just is not None and (answer := self._fresh(just, make)):
                led.append(answer)
                return just.content, just.created
            mark = 0 if self._store is None else self._store.mark()
            document, created = self._fetched(call, cancelled, hurried=hurried)
            led.append(Answer(self._made(call, document, make), created))
            if keep is None or keep(document):
                self._keep(call, document, created, flight, mark)
            return document, created

        document, created = self._flights.share(call.key, ask, cancelled)
        return led[0] if led else Answer(self._made(call, copy.deepcopy(document), make), created)

    def _fresh(self, kept: Kept | None, make: Callable[[Any], _T]) -> Answer | None:
        """Give what `make` makes of a kept answer, None where it is not fresh or not of the shape."""
        return remade(kept, make) if kept is not None and self._clock.now() < kept.fresh_until else None

    def fresh(self, calls: list[Call], make: Callable[[Any], Any]) -> dict[Call, Answer]:
        """Give what `make` makes of all those calls' answers that are kept and fresh; nothing is asked."""
        kept = self.kept(calls)
        made = {call: self._fresh(kept.pop(call.key, None), make) for call in calls}
        return {call: answer for call, answer in made.items() if answer is not None}

    @property
    def workers(self) -> int:
        """How many requests may be under way at once."""
        return self._workers

    def break_off(self, cancelled: threading.Event) -> None:
        """Break off the reads under way whose work was given up by this event."""
        self._transport.break_off(cancelled)

    @property
    def base_url(self) -> str:
        """The address that is asked, the version included."""
        return self._base

    @property
    def rate_limit(self) -> str | None:
        """The limit that ManageBac's answers stated, None where they have not stated any."""
        return self._transport.gate.limit

    @property
    def store(self) -> Store | None:
        """The answers that are kept, None where none are."""
        return self._store

    def send(self, method: str, call: Call, body: dict[str, Any] | None, touches: re.Pattern[str]) -> Reply | Lost:
        """
        Send a write exactly once; whatever comes of it, every kept answer that it touches is dropped.

        Parameters
        ----------
        method, call, body
            What is sent.
        touches
            Matches the keys of the calls whose answers may be others after the write.

        Raises
        ------
        ReadOnly
            The client was not made with ``allow_writes=True``; nothing is sent.
        """
        if not self.allow_writes:
            raise ReadOnly(
                f"{method} {call.path} would write: nothing was sent; make the client with allow_writes=True"
            )
        with contextlib.ExitStack() as stack:
            for flights in beside(self._flights, self._store.path if self._store is not None else None):
                stack.enter_context(flights.writing(touches))
            self._drop(touches)
            try:
                return self._transport.write(method, call, body)
            finally:
                self._drop(touches)

    def refusal_of(self, reply: Reply, method: str, path: str) -> ApiError:
        """Give the error of a refused write."""
        wait = self._transport.learn(reply)
        return refusal(reply, method, path, wait=wait, secret=self._secret)

    def _drop(self, touches: re.Pattern[str]) -> None:
        if self._store is not None:
            self._store.drop(touches)

    def knows_school(self, name: Any) -> None:
        """Take in the school's name, for the repr."""
        self._school = name if isinstance(name, str) else None

    def knows_term(self, term_id: int, starts_on: dt.date, ends_on: dt.date) -> None:
        """Take in a term's days: answers of ended terms stay fresh for longer."""
        self._terms.learn(term_id, starts_on, ends_on)

    def today(self) -> dt.date:
        """Give today's date by the clock of this machine."""
        return self._today()

    def kept(self, calls: Iterable[Call]) -> dict[str, Kept]:
        """Give what is kept for some calls, by their keys."""
        return {} if self._store is None else self._store.find([call.key for call in calls])

    def _fetched(self, call: Call, cancelled: threading.Event, *, hurried: bool) -> tuple[Any, float]:
        created = self._clock.now()

        def document_of(page: Call) -> Any:
            return parse(self._transport.read(page, cancelled, hurried=hurried).body)

        if call.rows is None:
            return document_of(call), created
        return self._made(call, call, lambda listed: read_pages(listed, document_of)), created

    def _keep(self, call: Call, document: Any, created: float, flight: Flight, mark: int) -> None:
        fresh = lifetime(call.path, self._lifetimes, self._terms, self._today())
        if self._store is None or fresh <= 0:
            return
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if self._secret.is_in(text.encode()):
            _log.warning("GET %s: the answer echoes the token; it is not kept", call.path)
            return
        with self._flights.keeping(flight) as allowed:
            if allowed:
                until = created + fresh
                kept = Kept(Body(text), created, until, until + self._lifetimes.unreachable)
                self._store.keep(call.key, kept, mark=mark)

    def _made(self, call: Call, document: Any, make: Callable[[Any], _T]) -> _T:
        try:
            return make(document)
        except Misshapen as error:
            bad = BadAnswer(f"GET {call.path}: {error}", status_code=200, path=call.path)
        raise bad

    def _today(self) -> dt.date:
        return dt.datetime.fromtimestamp(self._clock.now()).date()  # noqa: DTZ006 -- the school day is a local one
