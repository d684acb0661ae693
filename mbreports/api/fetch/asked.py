"""What all fetch functions share: asking, and saying on the frame how old its answers are."""

from __future__ import annotations

import datetime as dt
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import Call, checked_day, checked_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mbreports.api.answers import Answer
    from mbreports.api.client import Client

__all__ = ["Ages", "ask", "dated", "days_in", "ids_in"]


@dataclass
class Ages:
    """How old the answers behind something are."""

    oldest: float | None = None
    stale: bool = False

    def add(self, answer: Answer) -> None:
        """Take in one answer."""
        self.oldest = answer.created if self.oldest is None else min(self.oldest, answer.created)
        self.stale = self.stale or answer.stale

    def add_frame(self, frame: pd.DataFrame) -> None:
        """Take in what a frame says of its answers."""
        if told := frame.attrs.get("fetched_at"):
            self.oldest = min(pd.Timestamp(told).timestamp(), self.oldest or float("inf"))
            self.stale = self.stale or frame.attrs["stale"]

    @property
    def instant(self) -> pd.Timestamp | None:
        """When the oldest answer was given (UTC)."""
        if self.oldest is None:
            return None
        return pd.Timestamp(dt.datetime.fromtimestamp(self.oldest, dt.UTC)).as_unit("us")


def ask(client: Client, call: Call, make: Callable[[Any], Any], ages: Ages | None = None) -> Any:
    """Give what `make` makes of a call's answer; a frame says in its ``attrs`` how old it is."""
    answer = client.read(call, make)
    if ages is not None:
        ages.add(answer)
    if isinstance(answer.value, pd.DataFrame):
        return dated(answer.value, [answer])
    return answer.value


def dated(frame: pd.DataFrame, answers: Iterable[Answer]) -> pd.DataFrame:
    """Say on a frame when its oldest answer was given, and whether ManageBac could not be reached for a newer one."""
    ages = Ages()
    for answer in answers:
        ages.add(answer)
    if ages.instant is not None:
        frame.attrs |= {"fetched_at": ages.instant.isoformat(), "stale": ages.stale}
    return frame


def ids_in(ids: Any, name: str) -> list[int]:
    """Give one id or many as a list, each once, in their order."""
    try:
        operator.index(ids)
    except TypeError:
        if isinstance(ids, str | bytes) or not hasattr(ids, "__iter__"):
            raise ValueError(f"{name} must be an id or several, not {ids!r}") from None
        return list(dict.fromkeys(checked_id(each, name) for each in ids))
    return [checked_id(ids, name)]


def days_in(dates: Any, name: str = "dates") -> list[dt.date]:
    """Give one date or many (a list, a ``pandas.date_range``, a column) as a sorted list, each once."""
    if isinstance(dates, str | dt.date) or not hasattr(dates, "__iter__"):
        dates = [dates]
    return sorted({checked_day(each, name) for each in dates})
