"""Where a call goes: the base URL that is accepted, and the path and query of one call."""

from __future__ import annotations

import datetime as dt
import ipaddress
import operator
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

__all__ = ["API_HOSTS", "Call", "checked_base", "checked_day", "checked_id", "checked_version", "is_loopback"]

API_HOSTS = (
    "api.managebac.com",
    "api.managebac.cn",
    "api.us.managebac.com",
    "api.managebac.us",
    "api.managebactest.com",
)
_WEB = re.compile(r"(.*\.)?managebac(test)?\.(com|cn|us)")
_PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)*")
_VERSION = re.compile(r"v\d+(p\d+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[\])?")
_LAST_PORT = 65535


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_base(url: str) -> str:
    """
    Give a base URL without its trailing slash.

    Raises
    ------
    ValueError
        It is not https (http is for this very machine alone), holds a user, a query or a fragment, or is a school's
        web address instead of an API host.
    """
    if not isinstance(url, str) or not url.isascii() or re.search(r"[\s\\]|[^\x21-\x7e]", url):
        raise ValueError(f"the base URL must be an address such as https://{API_HOSTS[0]}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"the base URL is no address; it is such as https://{API_HOSTS[0]}") from None
    if "@" in parts.netloc or parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("the base URL must hold no user, query or fragment: a token is never part of it")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise ValueError(f"the base URL must begin with https://, such as https://{API_HOSTS[0]}, not {url!r}")
    if _WEB.fullmatch(host) and host not in API_HOSTS:
        raise ValueError(f"{host} is a school's web address, not the API; the API's hosts are {', '.join(API_HOSTS)}")
    path = parts.path.strip("/")
    if path and not _PATH.fullmatch(path):
        raise ValueError(f"the base URL's path {parts.path!r} is no plain path")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "") + (f"/{path}" if path else "")


def checked_version(version: str) -> str:
    """Give a version prefix such as ``v2`` or ``v2p3``."""
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise ValueError(f"version must be such as 'v2' or 'v2p3', not {version!r}")
    return version


def checked_id(value: Any, name: str) -> int:
    """Give an id as an int; whatever is no positive whole number is a `ValueError` that names the argument."""
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if isinstance(value, bool) or not 0 < number < 1 << 63:
        raise ValueError(f"{name} must be an id (a whole number above 0), not {value!r}")
    return number


def checked_day(value: Any, name: str) -> dt.date:
    """Give a date of a date, a timestamp at midnight or ``yyyy-mm-dd``; else a `ValueError` that names the argument."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{name}: there is no date {value!r}") from None
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    elif hasattr(value, "astype"):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, dt.datetime) and value == value:  # noqa: PLR0124 -- NaT is not
        if value.time() != dt.time():
            raise ValueError(f"{name} must be a date, not an instant: {value!r}")
        return value.date()
    if type(value) is dt.date:
        return value
    raise ValueError(f"{name} must be a date (yyyy-mm-dd), not {value!r}")


@dataclass(frozen=True)
class Call:
    """
    One read: its path below the version prefix and its query, sorted; the same call always looks the same.

    Attributes
    ----------
    path
        Such as ``students/9/excusals``: no version, no leading slash.
    query
        Pairs of name and value, as they are sent.
    rows
        For a list that comes in pages: the key of its rows.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    rows: str | None = None

    @classmethod
    def to(cls, path: str, rows: str | None = None, /, **query: Any) -> Call:
        """Make a call: lists become ``name[]``, truths ``true`` or ``false``, dates ISO dates; None is left out."""
        path = path.removeprefix("/") if isinstance(path, str) else ""
        if not _PATH.fullmatch(path):
            raise ValueError("the path must be such as 'students/9/excusals': no address, no '..', no query")
        pairs: list[tuple[str, str]] = []
        for name, value in query.items():
            pairs += _pairs(name, value)
        return cls(path, tuple(sorted(pairs)), rows)

    @property
    def line(self) -> str:
        """The path with the encoded query: nothing in it needs quoting in a URL or in SQL."""
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def key(self) -> str:
        """The name under which the answer is kept; all pages of a list under one."""
        return self.line + ("#all" if self.rows else "")

    def page(self, number: int, size: int) -> Call:
        """Give the call for one page of this list."""
        return Call(self.path, tuple(sorted([*self.query, ("page", str(number)), ("per_page", str(size))])))


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if not _NAME.fullmatch(name):
        raise ValueError(f"no name of a query parameter: {name!r}")
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        name = name if name.endswith("[]") else f"{name}[]"
        return [(name, _word(name, each)) for each in value]
    return [(name, _word(name, value))]


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return checked_day(value, name).isoformat()
    try:
        return str(operator.index(value))
    except TypeError:
        raise ValueError(
            f"{name} must be text, a whole number, a truth or a date, not {type(value).__name__}"
        ) from None
