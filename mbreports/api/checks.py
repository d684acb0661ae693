"""Small checks of an answer's shape: each gives the value, or says where in the answer what should have stood."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

__all__ = [
    "Misshapen",
    "Where",
    "boolean",
    "day",
    "index_of",
    "instant",
    "items",
    "mapping",
    "place",
    "text",
    "whole",
]

Where = tuple[str | int, ...]
"""The way to a value: keys and places in lists, from the outermost."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?UTC|Z|[+-]\d{2}:?\d{2})", re.ASCII)
_LONGEST = 63

_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a fraction",
    str: "text",
    list: "a list",
    dict: "an object",
}


class Misshapen(Exception):
    """An answer is not of the documented shape; says where, never what stood there."""

    def __init__(self, where: Where, wanted: str) -> None:
        super().__init__(f"{place(where)} {wanted}")


def place(where: Where) -> str:
    """Write a way as ``students[3].attendance.status``."""
    out = ""
    for step in where:
        if isinstance(step, int):
            out += f"[{step}]"
        else:
            out += ("." if out else "") + (step if len(step) <= _LONGEST else step[:_LONGEST] + "…")
    return out.encode("ascii", "backslashreplace").decode() or "the answer"


def _refuse(value: Any, where: Where, wanted: str) -> Misshapen:
    if value is None:
        return Misshapen(where, f"is missing: it must be {wanted}")
    return Misshapen(where, f"must be {wanted}, not {_KINDS.get(type(value), 'that')}")


def mapping(value: Any, where: Where = ()) -> dict[str, Any]:
    """Give an object."""
    if type(value) is not dict:
        raise _refuse(value, where, "an object")
    return value


def items(holder: dict[str, Any], key: str, where: Where = (), *, optional: bool = False) -> list[Any]:
    """Give the list under a key; where it may be left out, an empty one."""
    value = holder.get(key)
    if value is None and optional:
        return []
    if type(value) is not list:
        raise _refuse(value, (*where, key), "a list")
    return value


def index_of(value: Any, where: Where, *, bits: int = 64) -> int:
    """Give a whole number that fits into so many bits."""
    if type(value) is not int:
        raise _refuse(value, where, "a whole number")
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise Misshapen(where, f"must be a whole number of at most {bits} bits")
    return value


def whole(holder: dict[str, Any], key: str, where: Where, *, bits: int = 64, optional: bool = False) -> Any:
    """Give the whole number under a key; None where it may be missing and is."""
    value = holder.get(key)
    if type(value) is int and -32768 <= value < 32768:  # noqa: PLR2004 -- the short way for most numbers
        return value
    if value is None and optional:
        return None
    return index_of(value, (*where, key), bits=bits)


def text(holder: dict[str, Any], key: str, where: Where, *, number: bool = False) -> str | None:
    """Give the text under a key, None where it is missing; with `number`, a whole number is text too."""
    value = holder.get(key)
    if value is None or type(value) is str:
        return value
    if number and type(value) is int:
        return str(value)
    raise _refuse(value, (*where, key), "text")


def boolean(holder: dict[str, Any], key: str, where: Where) -> bool | None:
    """Give the truth under a key, None where it is missing."""
    value = holder.get(key)
    if value is None or type(value) is bool:
        return value
    raise _refuse(value, (*where, key), "true or false")


def day(holder: dict[str, Any], key: str, where: Where, *, optional: bool = False) -> dt.date | None:
    """Give the date (yyyy-mm-dd) under a key."""
    value = holder.get(key)
    if value is None and optional:
        return None
    if type(value) is not str:
        raise _refuse(value, (*where, key), "a date (yyyy-mm-dd)")
    try:
        if _DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise Misshapen((*where, key), "must be a date (yyyy-mm-dd)")


def instant(holder: dict[str, Any], key: str, where: Where) -> dt.datetime | None:
    """Give the instant (ISO 8601 with its offset) under a key in UTC, None where it is missing."""
    value = holder.get(key)
    if value is None:
        return None
    if type(value) is not str:
        raise _refuse(value, (*where, key), "an instant (ISO 8601)")
    try:
        if _INSTANT.fullmatch(value):
            return dt.datetime.fromisoformat(value.replace(" UTC", "Z").replace("UTC", "Z")).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise Misshapen((*where, key), "must be an instant (ISO 8601, with Z or an offset)")
