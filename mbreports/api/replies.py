"""What a reply means: JSON, a refusal, or a fault, each of them the error of ours that says so."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import requests
import urllib3

from mbreports.api.endpoints import EXTENDED, operation_of
from mbreports.errors import ApiError, BadAnswer, NotAllowed, NotFound, Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mbreports.api.secret import Secret

__all__ = ["Reply", "failure", "parse", "refusal", "unreadable"]

_LONGEST = 300
_PASSING = {408, 425, 429}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Reply:
    """A whole answer; its repr, which a traceback may show, holds nothing of a child's record."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether it is a success (2xx)."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def limited(self) -> bool:
        """Whether it is a refusal for too many requests."""
        return self.status == requests.codes.too_many_requests


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def parse(body: bytes) -> Any:
    """Give the document of a body; a `ValueError` says in words why there is none."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    if not text.strip():
        raise ValueError("empty")
    try:
        document = json.loads(text, parse_constant=_no_number)
        if _SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("JSON with text that is no Unicode") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON" if text.lstrip()[:1] not in "{[" else "not whole JSON") from None
    return document


def unreadable(reply: Reply, method: str, path: str) -> ApiError | None:
    """Say why a success holds no JSON; None where it does. An empty or cut body may be whole the next time."""
    try:
        parse(reply.body)
    except ValueError as error:
        what = str(error)
    else:
        return None
    html = reply.body.lstrip()[:1] == b"<"
    told = "a web page (a login page, perhaps; check the base URL) instead of JSON" if html else what
    return BadAnswer(
        f"{method} {path}: the answer is {told}",
        status_code=reply.status,
        path=path,
        retryable=what in {"empty", "not whole JSON"},
    )


def refusal(  # noqa: PLR0911 -- one return for each kind
    reply: Reply, method: str, path: str, *, wait: float | None, secret: Secret
) -> ApiError:
    """Make the error of a refused call, with ManageBac's own reason."""
    status = reply.status
    fields, reason = _reasons(reply.body, secret)
    said = f"{method} {path}: {status}" + (f" ({reason})" if reason else "")
    common: dict[str, Any] = {"status_code": status, "path": path}
    if status == requests.codes.unauthorized:
        return NotAllowed(f"{said}: the token is missing, wrong or disabled", **common)
    if status == requests.codes.forbidden:
        return NotAllowed(f"{said}: the token lacks {_right(method, path)}; a school admin can add it", **common)
    if status in {404, 410}:
        return NotFound(f"{said}: there is no such thing for this token", **common)
    if status in _PASSING or status >= 500:  # noqa: PLR2004
        what = "too many requests" if reply.limited else "the server has a fault"
        return TryLater(f"{said}: {what}; try again later", **common, retry_after=wait, retryable=True)
    if 300 <= status < 400:  # noqa: PLR2004
        return BadAnswer(
            f"{said}: a redirect to another place, refused: the token is not for it; check the base URL", **common
        )
    if 400 <= status < 500:  # noqa: PLR2004
        return Rejected(f"{said}: ManageBac refused what was sent", errors=fields, **common)
    return BadAnswer(f"{said}: an answer of an unknown kind", **common)


def _right(method: str, path: str) -> str:
    operation = operation_of(method, path)
    if operation is None:
        return "the right for this"
    return f"the right for {method} /{operation.path}" + (f", one of {EXTENDED}" if operation.extended else "")


def _reasons(body: bytes, secret: Secret) -> tuple[dict[str, list[str]], str]:
    """Give the reasons by field and in one sentence."""
    try:
        document = parse(body)
    except ValueError:
        return {}, ""
    if not isinstance(document, dict):
        return {}, ""
    given = document.get("errors")
    fields = {}
    if isinstance(given, dict):
        for name, reasons in given.items():
            listed = reasons if isinstance(reasons, list) else [reasons]
            fields[_plain(name, secret)] = [_plain(reason, secret) for reason in listed]
    sentence = document.get("error")
    parts = [_plain(sentence, secret)] if isinstance(sentence, str) else []
    parts += [f"{name}: {', '.join(reasons)}" for name, reasons in fields.items()]
    return fields, "; ".join(parts)[:_LONGEST]


def _plain(value: Any, secret: Secret) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return secret.hide_in("".join(each if each.isprintable() else " " for each in text[:_LONGEST]))


def failure(error: Exception, what: str, *, host: str, sent: bool, late: bool) -> ApiError:
    """Make the error of a call (`what`) that got no whole answer. It holds words only: nothing of the request."""
    path, kind = what.partition(" ")[2], type(error).__name__
    if isinstance(error, requests.exceptions.SSLError) and not sent:
        message = f"{what}: the certificate of {host} is not valid for it, so nothing was sent"
        return TryLater(message, path=path, retryable=False)
    if isinstance(error, ValueError) and not isinstance(
        error, requests.RequestException | urllib3.exceptions.HTTPError
    ):
        return BadAnswer(f"{what}: {_odd(error)}", path=path)
    if late or isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        fault = "no whole answer in time"
    elif not sent:
        fault = f"{host} cannot be reached"
    else:
        fault = "the connection broke before the answer was whole"
    return TryLater(f"{what}: {fault} ({kind}); try again later", path=path, retryable=True)


def _odd(error: Exception) -> str:
    return str(error) if str(error).startswith("the answer") else "the answer cannot be read as HTTP"
