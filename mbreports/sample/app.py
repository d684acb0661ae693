"""The API as a WSGI application: pace, token, rights, and the operation that answers."""

from __future__ import annotations

import json
import logging
import math
import re
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from mbreports.sample.asking import Asked, RefusalError
from mbreports.sample.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.routing import MapAdapter

    from mbreports.sample.records import Records

logger = logging.getLogger(__name__)

VERSIONED = re.compile(r"/+(v2|v2p[0-3])(/.*)", re.ASCII)
LARGEST_BODY = 1_000_000


class RateLimit:
    """
    A limit of requests per period of seconds, over a window that slides.

    A refused request does not count, so the instant it is told to come back at is one at which it succeeds.
    """

    def __init__(self, limit: int, period: float) -> None:
        """Allow `limit` requests in any `period` seconds."""
        if limit < 1 or period <= 0:
            raise ValueError(f"a rate limit is at least 1 request in more than 0 seconds, not {limit} in {period}")
        self.limit = limit
        self.period = period
        self._allowed: deque[float] = deque()
        self._lock = Lock()

    def seconds_to_wait(self) -> float:
        """Count a request, or say in how many seconds one would be allowed; 0 is now."""
        with self._lock:
            now = time.monotonic()
            while self._allowed and self._allowed[0] <= now - self.period:
                self._allowed.popleft()
            if len(self._allowed) < self.limit:
                self._allowed.append(now)
                return 0.0
            return self._allowed[0] + self.period - now

    def check(self) -> None:
        """Refuse the request that is one too many."""
        wait = self.seconds_to_wait()
        if wait > 0:
            # The header has whole seconds: rounded up, a retry at that instant succeeds.
            reset = datetime.fromtimestamp(math.ceil(time.time() + wait), UTC)
            headers = {
                "X-RateLimit-Limit": str(self.limit),
                "X-RateLimit-Period": f"{self.period:g}",
                "X-RateLimit-Reset": reset.strftime("%Y-%m-%d %H:%M:%S UTC"),
            }
            raise RefusalError(429, {"error": "Rate limit exceeded"}, headers)


@dataclass
class SchoolApp:
    """
    The WSGI application of one school.

    `tokens` holds the rights of every token that is enabled.
    """

    records: Records
    tokens: dict[str, frozenset[str]]
    rate_limit: RateLimit | None = None
    hold_adjustments: bool = False
    newer_operations: bool = True
    routes: Map = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the paths."""
        self.routes = Map(
            [
                Rule(operation.path, endpoint=operation, methods=[operation.method])
                for operation in OPERATIONS
                if self.newer_operations or not operation.newer
            ],
            redirect_defaults=False,
            strict_slashes=False,
            merge_slashes=False,
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        headers: dict[str, str] = {}
        try:
            # Read first, whatever the answer: what is left of a body would be taken for the next request.
            body = request.get_data()
            status, answer = self._answer(request, body)
        except RefusalError as refusal:
            status, answer, headers = refusal.status, refusal.body, refusal.headers
        except HTTPException as error:
            status, answer = error.code or 500, {"error": error.name}
        except Exception:
            logger.exception("The sample school failed at %s %s", request.method, request.path)
            status, answer = 500, {"error": "Internal Server Error"}
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        response = Response(text, status, headers, content_type="application/json; charset=utf-8")
        return response(environ, start_response)

    def _answer(self, request: Request, body: bytes) -> tuple[int, dict[str, Any]]:
        """Go the way of a request: pace, version, token, path, right, operation."""
        if self.rate_limit is not None:
            self.rate_limit.check()
        versioned = VERSIONED.fullmatch(request.path)
        rights = self.tokens.get(request.headers.get("auth-token", ""))
        if rights is None:
            raise RefusalError(401, {"error": "Access Denied"})
        if versioned is None:
            raise RefusalError(404, {"error": "Not Found"})
        version, path = versioned.groups()
        operation, parts = self._route(request, path)
        if operation.right and operation.right not in rights:
            raise RefusalError(403, {"error": "Forbidden"})
        asked = Asked(self.records, version, parts, request.args, body, self.hold_adjustments, rights)
        with self.records.lock:
            return operation.status, operation.answer(asked)

    def _route(self, request: Request, path: str) -> tuple[Operation, dict[str, str]]:
        """Find the operation of a path."""
        adapter: MapAdapter = self.routes.bind("localhost")
        try:
            endpoint, parts = adapter.match(re.sub("/+", "/", path), method=request.method)
        except MethodNotAllowed:
            raise RefusalError(405, {"error": "Method Not Allowed"}) from None
        except HTTPException:
            raise RefusalError(404, {"error": "Not Found"}) from None
        return cast("Operation", endpoint), dict(parts)
