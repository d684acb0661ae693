"""The school, its terms, its attendance categories and its calendar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import Call, checked_id
from mbreports.api.checks import Misshapen, items, mapping
from mbreports.api.fetch.asked import ask
from mbreports.api.tables import Column, table
from mbreports.frames.columns import CATEGORIES, DATE, TERMS, conform

if TYPE_CHECKING:
    from mbreports.api.client import Client

__all__ = ["attendance_categories", "calendar", "school", "terms"]

_SCHOOL = tuple(Column(name) for name in ("name", "country", "language", "subdomain", "logo"))
_CODE = re.compile(r"[A-Za-z0-9_-]+")
_TERM = (
    Column("term_id", "int64", "id"),
    Column("name"),
    Column("starts_on", DATE),
    Column("ends_on", DATE),
    Column("active", "boolean"),
)
_YEAR = (Column("academic_year_id", "int64", "id"), Column("academic_year", "str", "name"))
_TERMS = TERMS | {"term_id": "int64", "academic_year_id": "int64"}
_CATEGORY = (
    Column("status", "Int16"),
    Column("label"),
    Column("abbreviation"),
    Column("enabled", "boolean"),
    Column("color_code"),
)
_CALENDAR = (Column("date", DATE), Column("rotation_day", "Int16"))


def school(client: Client) -> pd.DataFrame:
    """
    Fetch the school's name and settings.

    Parameters
    ----------
    client
        The connection.

    Returns
    -------
    pandas.DataFrame
        One row: ``name, country, language, subdomain, logo``, all text, missing where the school has none.

    Raises
    ------
    NotAllowed
        The token is wrong or lacks the right.

    Source: ``GET /school``.
    """
    frame: pd.DataFrame = ask(client, Call.to("school"), _school_of)
    client.knows_school(frame["name"].iloc[0])
    return frame


def _school_of(document: Any) -> pd.DataFrame:
    held = mapping(mapping(document).get("school"), ("school",))
    return pd.DataFrame({column.name: column.series([column.read(held, ("school",))]) for column in _SCHOOL})


def terms(client: Client) -> pd.DataFrame:
    """
    Fetch the terms of all programmes and academic years.

    Parameters
    ----------
    client
        The connection.

    Returns
    -------
    pandas.DataFrame
        One row per term and programme, in the API's order.

        ================  ==============  ===================================
        term_id           int64           ManageBac's id
        name              str             such as ``Term 1``
        programme         str             as ManageBac spells it here, such as ``diploma``
        academic_year_id  int64           ManageBac's id
        academic_year     str
        starts_on         datetime64[us]
        ends_on           datetime64[us]  included
        active            boolean
        ================  ==============  ===================================

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotAllowed
        The token lacks the right.

    Source: ``GET /school/academic-years``.
    """
    frame: pd.DataFrame = ask(client, Call.to("school/academic-years"), _terms_of)
    for row in frame.dropna(subset=["starts_on", "ends_on"]).itertuples():
        client.knows_term(int(row.term_id), row.starts_on.date(), row.ends_on.date())  # type: ignore[arg-type,union-attr]
    return frame


def _terms_of(document: Any) -> pd.DataFrame:
    where = ("academic_years",)
    programmes = mapping(mapping(document).get("academic_years"), where)
    frames = []
    for programme, held in programmes.items():
        spot = (*where, programme)
        for number, each in enumerate(items(mapping(held, spot), "academic_years", spot)):
            place = (*spot, "academic_years", number)
            year = mapping(each, place)
            listed = table(items(year, "academic_terms", place), _TERM, (*place, "academic_terms"))
            if listed["term_id"].duplicated().any():
                raise Misshapen((*place, "academic_terms"), "must hold every term once")
            frames.append(listed.assign(programme=programme, **{one.name: one.read(year, place) for one in _YEAR}))
    held_frames = [frame for frame in frames if len(frame)]
    return conform(pd.concat(held_frames) if held_frames else table([], _TERM), _TERMS)


def attendance_categories(client: Client, academic_year_id: int) -> pd.DataFrame:
    """
    Fetch the school's words for the status codes in one academic year.

    Parameters
    ----------
    client
        The connection.
    academic_year_id
        ManageBac's id.

    Returns
    -------
    pandas.DataFrame
        One row per category, in the API's order: ``status`` (Int16), ``label, abbreviation`` (str), ``enabled``
        (boolean), ``color_code`` (str).

        None: no rows, same columns and dtypes.

    Raises
    ------
    NotFound
        No such academic year, or a school whose ManageBac does not have this endpoint yet.

    Source: ``GET /school/academic-years/{id}/attendance_categories``.
    """
    path = f"school/academic-years/{checked_id(academic_year_id, 'academic_year_id')}/attendance_categories"

    def make(document: Any) -> pd.DataFrame:
        return conform(table(items(mapping(document), "categories"), _CATEGORY, ("categories",)), CATEGORIES)

    frame: pd.DataFrame = ask(client, Call.to(path), make)
    return frame


def calendar(client: Client, program_code: str, academic_year_id: int) -> pd.DataFrame:
    """
    Fetch the school days of one programme and academic year.

    Parameters
    ----------
    client
        The connection.
    program_code
        Such as ``diploma``: a year group's ``program_code``.
    academic_year_id
        ManageBac's id.

    Returns
    -------
    pandas.DataFrame
        One row per school day, in the API's order: ``date`` (datetime64[us]), ``rotation_day`` (Int16, missing where
        the programme has no rotation).

        None, also where the calendar names no dates: no rows, same columns and dtypes. ``attrs["days_off"]`` are the
        weekdays without school that it names, as 0 (Monday) to 6; ManageBac counts them from Sunday.

    Raises
    ------
    NotFound
        No such programme or academic year, or a school whose ManageBac does not have this endpoint yet.

    Source: ``GET /school/programs/{code}/academic-years/{id}/calendar``.
    """
    if not isinstance(program_code, str) or not _CODE.fullmatch(program_code):
        raise ValueError(f"program_code must be such as 'diploma', not {program_code!r}")
    number = checked_id(academic_year_id, "academic_year_id")

    def make(document: Any) -> pd.DataFrame:
        where = ("calendar",)
        held = mapping(mapping(document).get("calendar"), where)
        days = table(items({"dates": []} | held, "dates", where), _CALENDAR, (*where, "dates"))
        days = days.dropna(subset=["date"], ignore_index=True)
        days.attrs["days_off"] = _days_off(held)
        return days

    frame: pd.DataFrame = ask(client, Call.to(f"school/programs/{program_code}/academic-years/{number}/calendar"), make)
    return frame


def _days_off(held: dict[str, Any]) -> tuple[int, ...]:
    """The weekdays without school, Monday 0; none where what stands there is no list of weekdays (0 is a Sunday)."""
    given = held.get("days_off")
    if not isinstance(given, list) or not all(type(day) is int and 0 <= day < 7 for day in given):  # noqa: PLR2004
        return ()
    return tuple(sorted({(day - 1) % 7 for day in given}))
