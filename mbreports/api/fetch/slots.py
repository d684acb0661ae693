"""A class's timetable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from mbreports.api.address import Call, checked_id
from mbreports.api.checks import Misshapen, items, mapping, whole
from mbreports.api.fetch.asked import ask
from mbreports.api.tables import Column, table

if TYPE_CHECKING:
    from mbreports.api.client import Client

__all__ = ["timetable"]

_SLOT = (Column("day", "int64"), Column("period", "int64"), Column("location"), Column("enabled", "boolean"))
_BITS = 1 << 31


def timetable(
    client: Client,
    class_id: int,
    *,
    include_disabled: bool = False,
    values: Literal["location", "enabled"] = "location",
    period_offset: int = 0,
) -> pd.DataFrame:
    """
    Fetch a class's timetable as a matrix of days and periods.

    Parameters
    ----------
    client
        The connection.
    class_id
        ManageBac's id.
    include_disabled
        Whether slots that were switched off are in it too.
    values
        What the cells hold: ``"location"``, or ``"enabled"`` (truths).
    period_offset
        For academic years whose slots are canonical (counted from 1, as in ``v2p3``): the number that is added to
        give the printed period. Years that say what they count from are printed already.

    Returns
    -------
    pandas.DataFrame
        One row per academic year and day (index ``academic_year_id``, ``day``: a weekday's or a rotation day's number,
        by programme), sorted; a column per printed ``period``, ascending. Cells are text (or ``boolean``), missing
        where there is no slot; a double booking joins its locations with " / " in the API's order.

        No slots: no rows and no columns, the same names.

    Raises
    ------
    NotFound
        No such class for this token.
    ValueError
        `values` is neither ``"location"`` nor ``"enabled"``.

    Source: ``GET /classes/{id}/timetable``.
    """
    if values not in {"location", "enabled"}:
        raise ValueError(f"values must be 'location' or 'enabled', not {values!r}")
    if isinstance(period_offset, bool) or not isinstance(period_offset, int) or abs(period_offset) >= _BITS:
        raise ValueError(f"period_offset must be a whole number, not {period_offset!r}")
    call = Call.to(f"classes/{checked_id(class_id, 'class_id')}/timetable", include_disabled=bool(include_disabled))

    def make(document: Any) -> pd.DataFrame:
        slots = _slots(document, period_offset)
        return _matrix(slots if include_disabled else slots[slots["enabled"]], values)

    frame: pd.DataFrame = ask(client, call, make)
    return frame


def _slots(document: Any, period_offset: int) -> pd.DataFrame:
    """Give a row per slot: year, day, printed period, location and whether it is enabled."""
    where = ("timetable",)
    timetable = mapping(mapping(document).get("timetable"), where)
    frames = []
    for number, each in enumerate(items(timetable, "academic_years", where)):
        spot = (*where, "academic_years", number)
        year = mapping(each, spot)
        slots = table(items(year, "slots", spot), _SLOT, (*spot, "slots"))
        slots["enabled"] = slots["enabled"].fillna(value=True)  # one that does not say so is not switched off
        if ((slots["period"] >= _BITS) | (slots["period"] < -_BITS)).any():
            raise Misshapen((*spot, "slots"), "must hold numbers of periods")
        if whole(year, "period_starts_count_from", spot, optional=True) is None:
            slots["period"] += period_offset
        frames.append(slots.assign(academic_year_id=whole(year, "id", spot)))
    return (
        pd.concat(frames, ignore_index=True)
        if frames
        else table([], _SLOT).assign(academic_year_id=pd.Series(dtype="int64"))
    )


def _matrix(slots: pd.DataFrame, values: str) -> pd.DataFrame:
    key = ["academic_year_id", "day", "period"]
    slots = slots.astype(dict.fromkeys(key, "int64"))
    cells = slots.groupby(key)["location"].agg(_joined) if values == "location" else slots.groupby(key)["enabled"].any()
    wide = cells.unstack("period").sort_index()  # noqa: PD010 -- the key is unique: nothing is to be averaged
    wide.columns = pd.Index(wide.columns.astype("int64"), name="period")
    return wide.sort_index(axis="columns").astype("str" if values == "location" else "boolean")


def _joined(locations: pd.Series[Any]) -> str | None:
    known = [each for each in locations if isinstance(each, str)]
    return " / ".join(known) if known else None
