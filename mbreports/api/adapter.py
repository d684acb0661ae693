"""The one door to the network: adds the token, keeps to its host, and can be shut while a request is under way."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import urllib3
    from requests import PreparedRequest, Response

    from mbreports.api.secret import Secret

__all__ = ["TokenAdapter", "proxies_for"]

_here = threading.local()


class _Attempt:
    """One request under way, and the connection that it uses."""

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self._connection: HTTPConnection | None = None
        self.broken_off = False
        self.sent = False

    def uses(self, connection: HTTPConnection) -> None:
        self._connection = connection
        if self.broken_off:
            self.break_off()

    def break_off(self) -> None:
        """Shut the connection's socket: whoever waits for it wakes up at once."""
        self.broken_off = True
        sock = self._connection.sock if self._connection is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection that tells the attempt of its thread that it is used, and when something was sent on it."""

    _to_proxy = False

    def request(self, *args: Any, **kwargs: Any) -> None:
        attempt: _Attempt | None = getattr(_here, "attempt", None)
        if attempt is not None:
            attempt.uses(self)  # type: ignore[arg-type]
        super().request(*args, **kwargs)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        attempt: _Attempt | None = getattr(_here, "attempt", None)
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]
        if attempt is not None and not self._to_proxy:
            attempt.sent = True
        super().send(data)  # type: ignore[misc]

    def _tunnel(self) -> None:
        self._to_proxy = True  # a proxy is only asked for a way: nothing of the request itself is sent
        try:
            super()._tunnel()  # type: ignore[misc]
        finally:
            self._to_proxy = False


class _Plain(_Watched, HTTPConnection):
    pass


class _Encrypted(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


_POOLS = {"http": _PlainPool, "https": _EncryptedPool}


class TokenAdapter(HTTPAdapter):
    """
    Sends requests below one base URL, with the token, once each; anything else is refused.

    The token is added here, below everything that keeps or shows requests, and taken off again after sending.
    """

    def __init__(self, base: str, secret: Secret, *, connections: int) -> None:
        self._base = base
        self._secret = secret
        self._attempts: set[_Attempt] = set()
        self._lock = threading.Lock()
        super().__init__(pool_connections=2, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: FBT001, FBT002 -- the signature of requests
        """Make the pools of watched connections."""
        super().init_poolmanager(connections, maxsize, block, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> urllib3.ProxyManager:
        """Make the pools of watched connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send one request to the host that the token is for."""
        if not (request.url or "").startswith(self._base + "/"):
            raise ValueError("a request to another place than the base URL is refused: the token is not for it")
        request.headers["auth-token"] = self._secret.reveal()
        try:
            return super().send(request, *args, **kwargs)
        finally:
            del request.headers["auth-token"]

    @contextlib.contextmanager
    def attempt(self, seconds: float, owner: object) -> Iterator[_Attempt]:
        """Have a block's requests broken off after so many seconds, or with their owner's, whatever they wait for."""
        attempt = _here.attempt = _Attempt(owner)
        with self._lock:
            self._attempts.add(attempt)
        timer = threading.Timer(seconds, attempt.break_off)
        timer.daemon = True
        timer.start()
        try:
            yield attempt
        finally:
            timer.cancel()
            _here.attempt = None
            with self._lock:
                self._attempts.discard(attempt)

    def break_off(self, owner: object) -> None:
        """Break off every request of an owner that is under way."""
        with self._lock:
            attempts = [each for each in self._attempts if each.owner is owner]
        for attempt in attempts:
            attempt.break_off()


def proxies_for(base: str) -> dict[str, str]:
    """
    Give the proxy of the environment (``HTTPS_PROXY``, ``NO_PROXY``) for an https base URL.

    The proxy sees the host's name and nothing of the token, which goes through its tunnel encrypted; so a plain http
    base URL, which is this very machine, is never asked through one.
    """
    if not base.startswith("https://"):
        return {}
    proxy = select_proxy(
        base, get_environ_proxies(base, no_proxy=os.environ.get("no_proxy") or os.environ.get("NO_PROXY"))
    )
    return {"https": proxy} if proxy else {}
