"""Several terms put together as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.frames.groups import fill_year_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from mbreports.frames.term import TermAttendance

__all__ = ["join_parts"]

_KEYS: dict[str, list[str]] = {
    "students": ["student_id"],
    "categories": ["status", "label"],
    "classes": ["class_id"],
    "terms": ["term_id", "name", "starts_on"],
    "school_days": ["date", "year_group_id"],
    "excusals": ["student_id", "excusal_id", "start_date", "end_date", "created_at"],
}
"""What makes two rows of different terms the same thing; the later term's row stays."""


def join_parts(terms: list[TermAttendance]) -> dict[str, Any]:
    """Give the parts of one term made of several, in the order of time."""
    if not terms:
        raise ValueError("no terms to join: give at least one")
    terms = sorted(terms, key=lambda term: term.starts_on or term.as_of or pd.Timestamp.min)
    parts: dict[str, Any] = {name: _latest(terms, name, key) for name, key in _KEYS.items()}
    for name in ("class_marks", "adjustments"):
        parts[name] = pd.concat([getattr(term, name) for term in terms], ignore_index=True)
    parts["marks"] = pd.concat([fill_year_groups(term.marks, term.students) for term in terms], ignore_index=True)
    parts["terms"] = _terms(terms, parts["terms"])
    parts["totals"] = _totals(terms)
    return parts | {
        "school": next((term.school for term in reversed(terms) if term.school), None),
        "term_id": _ids(terms),
        "term_name": " + ".join(dict.fromkeys(term.term_name for term in terms if term.term_name)) or None,
        "starts_on": _known(min, [term.starts_on for term in terms]),
        "ends_on": _known(max, [term.ends_on for term in terms]),
        "as_of": max((term.as_of for term in terms if term.as_of is not None), default=None),
        "fetched_at": min((term.fetched_at for term in terms if term.fetched_at is not None), default=None),
        "stale": any(term.stale for term in terms),
    }


def _known(pick: Callable[[list[pd.Timestamp]], pd.Timestamp], days: list[pd.Timestamp | None]) -> pd.Timestamp | None:
    """The joined term's bound, where every term has one."""
    known = [day for day in days if day is not None]
    return pick(known) if len(known) == len(days) else None


def _latest(terms: list[TermAttendance], name: str, key: list[str]) -> pd.DataFrame:
    """Rows of all terms, the latest of each key; rows of one term are never dropped against each other."""
    numbered = pd.concat(
        [getattr(term, name).assign(_term=number) for number, term in enumerate(terms)], ignore_index=True
    )
    last = numbered.groupby(key, dropna=False)["_term"].transform("max")
    return numbered[numbered["_term"] == last].drop(columns="_term").reset_index(drop=True)


def _terms(terms: list[TermAttendance], rows: pd.DataFrame) -> pd.DataFrame:
    """The terms held; one that came without a row of its own gets one from its name and dates."""
    bare = [term for term in terms if term.terms.empty and term.starts_on is not None and term.ends_on is not None]
    if not bare:
        return rows
    made = pd.DataFrame(
        {
            "term_id": [term.term_id if isinstance(term.term_id, int) else None for term in bare],
            "name": [term.term_name or f"{term.starts_on:%Y-%m-%d} to {term.ends_on:%Y-%m-%d}" for term in bare],
            "starts_on": [term.starts_on for term in bare],
            "ends_on": [term.ends_on for term in bare],
        }
    )
    return made if rows.empty else pd.concat([rows, made], ignore_index=True)


def _totals(terms: list[TermAttendance]) -> pd.DataFrame:
    """Totals of all terms, added up; none where a term has marks and no totals, as they would not be of the year."""
    if any(term.totals.empty and len(term.marks) for term in terms):
        return terms[0].totals.iloc[:0]
    return _added(pd.concat([term.totals for term in terms], ignore_index=True))


def _added(totals: pd.DataFrame) -> pd.DataFrame:
    """Counts by student and code, added up; a student's missing status stays only where no term has a count."""
    counted = totals.groupby(["student_id", "status", "label"], dropna=False, sort=False, as_index=False)["count"].sum()
    has_code = counted.groupby("student_id")["status"].transform("count") > 0
    return counted[counted["status"].notna() | ~has_code].reset_index(drop=True)


def _ids(terms: list[TermAttendance]) -> int | tuple[int, ...] | None:
    ids: list[int] = []
    for term in terms:
        ids.extend(
            term.term_id if isinstance(term.term_id, tuple) else [term.term_id] if term.term_id is not None else []
        )
    return ids[0] if len(ids) == 1 else tuple(dict.fromkeys(ids)) or None
