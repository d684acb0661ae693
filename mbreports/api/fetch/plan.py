"""What a term consists of: its programmes, year groups and school days, found out before anything else is asked."""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import checked_day
from mbreports.api.fetch.asked import Ages, ids_in
from mbreports.api.fetch.lists import year_groups
from mbreports.api.fetch.school import calendar, school, terms
from mbreports.api.programmes import programme_key
from mbreports.errors import BadAnswer, NotAllowed, NotFound
from mbreports.frames.columns import DATE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from mbreports.api.client import Client

__all__ = ["Group", "Plan", "Programme", "plan_term"]

_log = logging.getLogger(__name__)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PATH = "school/academic-years"


@dataclass(frozen=True)
class Programme:
    """One programme's part of the term."""

    key: str
    spelt: str
    term_id: int
    academic_year_id: int
    starts_on: pd.Timestamp
    ends_on: pd.Timestamp
    days: pd.DataFrame
    """``date, rotation_day``: the school days, those to come included."""


@dataclass(frozen=True)
class Group:
    """One year group, and the programme whose term it is asked with."""

    year_group_id: int
    name: str | None
    programme: Programme


@dataclass(frozen=True)
class Plan:
    """All that has to be known before attendance is asked for."""

    school: str | None
    terms: pd.DataFrame
    all_terms: pd.DataFrame
    programmes: tuple[Programme, ...]
    groups: tuple[Group, ...]
    group_names: dict[int, str | None]
    as_of: dt.date
    last: dt.date
    """The last day that is asked for: `as_of`, but no day in the future."""

    def past(self, programme: Programme) -> list[dt.date]:
        """Give the days of a programme that are asked for."""
        return [day.date() for day in programme.days["date"] if day.date() <= self.last]


def plan_term(  # noqa: PLR0913 -- the contract's keywords
    client: Client,
    term_ids: int | Iterable[int],
    *,
    year_group_ids: int | Iterable[int] | None,
    until: str | dt.date | None,
    weekend: Iterable[str],
    ages: Ages,
) -> Plan:
    """Find out what the term consists of."""
    wanted = ids_in(term_ids, "term_ids")
    if not wanted:
        raise ValueError("term_ids must be a term's id, or its id in each of several programmes")
    only = None if year_group_ids is None else ids_in(year_group_ids, "year_group_ids")
    free = _checked_weekend(weekend)
    today = client.today()
    as_of = today if until is None else checked_day(until, "until")
    every = _aged(terms(client), ages)
    chosen = _chosen_terms(every, wanted)
    listed = _aged(year_groups(client), ages)
    if only is not None and set(only) - set(listed["year_group_id"]):
        listed = pd.concat([listed, _aged(year_groups(client, archived=True), ages)]).drop_duplicates("year_group_id")
    pairs = _chosen_groups(listed, chosen, only, {programme_key(spelt) for spelt in every["programme"]})
    programmes = {
        key: _programme(client, row, [group for group, of in pairs if of == key], free, ages)
        for key, row in chosen.items()
    }
    return Plan(
        school=_school_name(client, ages),
        terms=every[every["term_id"].isin(wanted)],
        all_terms=every,
        programmes=tuple(programmes.values()),
        groups=tuple(Group(int(row.year_group_id), _said(row.name), programmes[key]) for row, key in pairs),
        group_names={int(row.year_group_id): _said(row.name) for row in _rows(listed)},
        as_of=min(as_of, today),
        last=min(as_of, today),
    )


def _school_name(client: Client, ages: Ages) -> str | None:
    try:
        return _said(_aged(school(client), ages)["name"].iloc[0])
    except (NotAllowed, NotFound) as error:
        _log.warning("the school's name is left out: %s", error)
        return None


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.rename_axis("row").itertuples(index=False))


def _said(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _aged(frame: pd.DataFrame, ages: Ages) -> pd.DataFrame:
    ages.add_frame(frame)
    return frame


def _checked_weekend(weekend: Iterable[str]) -> set[int]:
    names = [] if isinstance(weekend, str) else list(weekend)
    if isinstance(weekend, str) or any(name not in _WEEKDAYS for name in names):
        raise ValueError(f"weekend must be names of days ({', '.join(_WEEKDAYS)}), not {weekend!r}")
    return {_WEEKDAYS.index(name) for name in names}


def _chosen_terms(every: pd.DataFrame, wanted: list[int]) -> dict[str, Any]:
    """Give each programme's term, by the programme's key."""
    chosen: dict[str, Any] = {}
    for term_id in wanted:
        rows = _rows(every[every["term_id"] == term_id])
        if not rows:
            valid = "; ".join(f"{row.term_id} ({row.name}, {row.programme})" for row in _rows(every)) or "none"
            raise NotFound(f"there is no term {term_id} for this token; there are: {valid}", path=_PATH)
        for row in rows:
            key = programme_key(row.programme)
            if key in chosen and chosen[key].term_id != term_id:
                raise ValueError(
                    f"terms {chosen[key].term_id} and {term_id} are both of the programme {row.programme!r}: "
                    "give one term of each programme (several terms are fetched one by one, then joined)"
                )
            if row.starts_on is pd.NaT or row.ends_on is pd.NaT:
                raise BadAnswer(f"GET {_PATH}: term {term_id} has no first or last day", path=_PATH)
            chosen[key] = row
    return chosen


def _chosen_groups(
    listed: pd.DataFrame, chosen: dict[str, Any], only: list[int] | None, known: set[str]
) -> list[tuple[Any, str]]:
    """Give the year groups, each with the key of its programme."""
    rows = _rows(listed)
    if only is not None:
        missing = sorted(set(only) - {row.year_group_id for row in rows})
        if missing:
            valid = ", ".join(f"{row.year_group_id} ({row.name})" for row in rows) or "none"
            raise NotFound(
                f"there is no year group {missing[0]} for this token; there are: {valid}", path="year-groups"
            )
        rows = [row for row in rows if row.year_group_id in only]
    else:
        rows = [row for row in rows if row.archived is pd.NA or not row.archived]
    pairs = [(row, _programme_of(row, chosen, known, asked_for=only is not None)) for row in rows]
    strays = [row for row, key in pairs if key is None]
    if strays and only is not None:
        spelt = ", ".join(str(row.programme) for row in chosen.values())
        raise ValueError(
            f"year group {strays[0].year_group_id} ({strays[0].name}) is of the programme {strays[0].program!r}; "
            f"the given terms are of {spelt}: add its programme's term"
        )
    return [(row, key) for row, key in pairs if key is not None]


def _programme_of(row: Any, chosen: dict[str, Any], known: set[str], *, asked_for: bool) -> str | None:
    """Give the key of a year group's programme among the chosen ones, None where it is of another."""
    keys = {programme_key(_said(row.program_code)), programme_key(_said(row.program))}
    if found := next((key for key in chosen if key in keys), None):
        return found
    if keys & known or len(chosen) > 1:
        return None
    if asked_for or len(known) == 1:  # no programme is spelt like that: it can only be the one that was given
        return next(iter(chosen))
    _log.warning(
        "year group %s is of the programme %r, and no term is: it is left out unless it is asked for by its id",
        row.year_group_id,
        row.program,
    )
    return None


def _programme(client: Client, row: Any, groups: list[Any], free: set[int], ages: Ages) -> Programme:
    days = _calendar_days(client, row, groups, ages)
    if days is None:
        days = _weekdays(row, free)
    return Programme(
        key=programme_key(row.programme),
        spelt=str(row.programme),
        term_id=int(row.term_id),
        academic_year_id=int(row.academic_year_id),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        days=days.reset_index(drop=True),
    )


def _calendar_days(client: Client, row: Any, groups: list[Any], ages: Ages) -> pd.DataFrame | None:
    """
    Give the term's days by the calendar endpoint: those it dates, else all but its days off.

    None where it says neither, or answers under none of the code's spellings.
    """
    near = dict.fromkeys([*(_said(group.program_code) for group in groups), str(row.programme)])
    for code in itertools.chain(near, (code for code in _school_codes(client, row.programme) if code not in near)):
        try:
            days = _aged(calendar(client, code or "", int(row.academic_year_id)), ages)
        except (NotFound, NotAllowed, ValueError):
            continue
        off = set(days.attrs["days_off"])
        days = days.drop_duplicates("date").sort_values("date")
        days = days[days["date"].between(row.starts_on, row.ends_on)]
        if len(days) or off:
            return days if len(days) else _weekdays(row, off)
    return None


def _weekdays(row: Any, free: set[int]) -> pd.DataFrame:
    """Give every day of a term whose weekday (0 is Monday) is not free."""
    every = pd.date_range(row.starts_on, row.ends_on, freq="D", unit="us")
    return pd.DataFrame({"date": every[[day.weekday() not in free for day in every]]}).astype({"date": DATE})


def _school_codes(client: Client, programme: str) -> Iterator[str]:
    """Give the codes under which the school itself lists a programme; they may be spelt in yet another way."""
    try:
        document = client.get("school")
    except (NotAllowed, NotFound):
        return
    held = document.get("school") if isinstance(document, dict) else None
    listed = held.get("enabled_programs") if isinstance(held, dict) else None
    for each in listed if isinstance(listed, list) else []:
        code = each.get("code") if isinstance(each, dict) else None
        if isinstance(code, str) and programme_key(code) == programme_key(programme):
            yield code
