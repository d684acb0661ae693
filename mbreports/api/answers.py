"""What a read gives, and what is made of the answers that have no frame."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mbreports.api.checks import Misshapen, mapping

if TYPE_CHECKING:
    from collections.abc import Callable

    from mbreports.api.rows import Kept

__all__ = ["Answer", "is_single", "pong", "remade", "rights", "said"]


@dataclass(frozen=True)
class Answer:
    """What a read gave: a value made of the answer, when it was given (epoch seconds), and whether it is stale."""

    value: Any
    created: float
    stale: bool = False


def remade(kept: Kept, make: Callable[[Any], Any], *, stale: bool = False) -> Answer | None:
    """Make a value of a kept answer; None where it is not of the shape (an older mbreports kept it, say)."""
    try:
        return Answer(make(kept.content), kept.created, stale)
    except Misshapen:
        return None


def is_single(document: Any) -> bool:
    """Whether an answer stands for itself: one page of a list is not kept alone."""
    return isinstance(document, dict) and "meta" not in document


def pong(document: Any) -> bool:
    """Take the answer to a ping."""
    if mapping(document).get("pong") != "ok":
        raise Misshapen(("pong",), "must be 'ok'")
    return True


def rights(document: Any) -> list[str]:
    """Give the names of a token's rights."""
    names = mapping(document).get("permissions")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Misshapen(("permissions",), "must be a list of texts")
    return names


def said(created: float) -> str:
    """Write when an answer was given."""
    return f"{dt.datetime.fromtimestamp(created, dt.UTC):%Y-%m-%d %H:%M} UTC"
