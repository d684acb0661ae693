"""The order in which people look for people: by year group as they count, then by name."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["sort_students"]


def sort_students(table: pd.DataFrame) -> pd.DataFrame:
    """
    Sort by year group (Grade 9 before Grade 10), last name, first name and id; accents and case do not matter.

    Students without a year group or a name come last of theirs; year groups that have no name go by their id.
    """
    keys = pd.DataFrame(
        {
            "group": _ranked(table["year_group"], _natural),
            "unnamed": table["year_group_id"].where(table["year_group"].isna()).to_numpy(dtype=float, na_value=np.inf),
            "last": _ranked(table["last_name"], _folded),
            "first": _ranked(table["first_name"], _folded),
            "student_id": table["student_id"].to_numpy(),
        }
    )
    order = keys.sort_values(["group", "unnamed", "last", "first", "student_id"], kind="stable").index.to_numpy()
    return table.iloc[order].reset_index(drop=True)


def _ranked(values: pd.Series[Any], key: Any) -> list[int]:
    """Each value's place among the distinct ones, by `key`; missing ones last."""
    distinct = sorted({key(value) for value in values.dropna().unique()})
    places = {folded: place for place, folded in enumerate(distinct)}
    ranks = {value: places[key(value)] for value in values.dropna().unique()}
    return [ranks.get(value, len(distinct)) for value in values]


_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that no accent makes of another, as people who do not know them look for them."""


def _folded(text: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return plain.casefold().translate(_LETTERS)


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.split(r"(\d+)", _folded(text))
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)
