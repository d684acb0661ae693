"""Every code that a term's marks hold: its name, what it means, and the letter that prints it."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Final

import pandas as pd

from mbreports.absence.meanings import (
    EXCUSED,
    LATE,
    MEANINGS,
    PRESENT,
    UNEXCUSED,
    UNRECORDED,
)
from mbreports.frames.statuses import STATUS_NAMES

__all__ = ["PRESENT_LETTER", "list_codes"]

PRESENT_LETTER: Final = "·"
"""What prints a session that was simply attended: almost nothing."""

_FIXED = {(1, PRESENT): PRESENT_LETTER, (0, UNEXCUSED): "A", (0, EXCUSED): "E", (-1, UNRECORDED): "?", (2, LATE): "L"}
_PREFERRED = {10: "H", 11: "S", 12: "F", 13: "X", 3: "D", 4: "K", 5: "M", 14: "O"}


def list_codes(rows: pd.DataFrame, categories: pd.DataFrame) -> pd.DataFrame:
    """
    Give every code met with each of its meanings, and one letter for each, so that grey paper tells them apart.

    Parameters
    ----------
    rows
        Sessions, as `mbreports.absence.sessions.session_rows` gives them.
    categories
        The school's names of its codes; may be empty.

    Returns
    -------
    pandas.DataFrame
        One row per code and meaning, by meaning and code: ``status`` Int16 (missing: empty answers), ``label`` str,
        ``meaning`` str, ``letter`` str (unique), ``marks`` int64.
    """
    met = rows.groupby(["status", "meaning"], dropna=False, as_index=False).agg(
        label=("label", "first"), marks=("date", "size")
    )
    place = {meaning: number for number, meaning in enumerate(MEANINGS)}
    met = met.assign(_place=met["meaning"].map(place)).sort_values(["_place", "status"], ignore_index=True)
    named = STATUS_NAMES | categories[::-1].dropna(subset=["status", "label"]).set_index("status")["label"].to_dict()
    called = ["no entry" if pd.isna(code) else named.get(code, f"code {code}") for code in met["status"]]
    met["label"] = met["label"].astype("str").fillna(pd.Series(called, index=met.index, dtype="str"))
    met["letter"] = _letters(met)
    return met[["status", "label", "meaning", "letter", "marks"]].astype({"label": "str", "letter": "str"})


def _letters(met: pd.DataFrame) -> list[str]:
    """A letter each: the fixed ones first, then the code's own, then one of its label, then any that is free."""
    keys = list(zip(met["status"].fillna(-1).astype(int), met["meaning"], strict=True))
    given: dict[int, str] = {}
    for place, key in enumerate(keys):
        if key in _FIXED and _FIXED[key] not in given.values():
            given[place] = _FIXED[key]
    for place, (code, _meaning) in enumerate(keys):
        if place in given:
            continue
        initials = [letter for letter in str(met["label"].iloc[place]).upper() if letter in ascii_uppercase]
        wishes = [_PREFERRED.get(code, ""), *initials[:3], *ascii_uppercase, *map(str, range(10))]
        taken = set(given.values())
        given[place] = next((wish for wish in wishes if wish and wish not in taken and wish not in "AEL"), f"+{place}")
    return [given[place] for place in range(len(keys))]
