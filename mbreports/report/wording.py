"""Numbers, dates and names as a page writes them: one way for every page, independent of the machine's locale."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from mbreports.absence.policy import Policy

__all__ = [
    "MONTHS",
    "NOTHING",
    "WEEKDAYS",
    "clean",
    "css_text",
    "date_range",
    "day",
    "day_range",
    "full_name",
    "given",
    "in_words",
    "long_date",
    "percent",
    "plural",
    "share",
    "short_date",
    "signed",
    "tied",
    "whole",
]

NOTHING = "–"
"""What stands where there is no number to give."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = "January February March April May June July August September October November December"
MONTHS = tuple(_MONTHS.split())

_BOUNDS = (Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))
_MOST_DIGITS = 9
_SPACES = re.compile(r"\s+")
_DIRECTED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
"""Embeddings and overrides of direction: a name's own letters say their direction, the page isolates it."""


def given(value: Any) -> bool:
    """Whether there is a value: not None, NaN, NA or NaT."""
    return value is not None and not pd.isna(value)


def whole(number: Any) -> str:
    """
    Write a whole number, thousands apart.

    >>> whole(15756), whole(None)
    ('15,756', '–')
    """
    return f"{int(number):,}" if given(number) else NOTHING


def signed(number: Any) -> str:
    """
    Write a whole number with its sign.

    >>> signed(2), signed(-3), signed(0)
    ('+2', '−3', '0')
    """
    if not given(number):
        return NOTHING
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(int(number)):,}"


def in_words(number: int) -> str:
    """
    Write a small number as a word, as a sentence begins: ``One``; others in figures.

    >>> in_words(2), in_words(31)
    ('Two', '31')
    """
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[number] if 0 <= number < len(words) else whole(number)


def plural(number: Any, one: str, many: str | None = None) -> str:
    """
    Write a number and what it counts.

    >>> plural(1, "day"), plural(1200, "day"), plural(2, "study", "studies")
    ('1 day', '1,200 days', '2 studies')
    """
    return f"{whole(number)} {one if given(number) and int(number) == 1 else many or one + 's'}"


def percent(absent: Any, possible: Any, policy: Policy | None = None) -> str:
    """
    Write a share in per cent: one decimal, and more where rounding would carry it across the bound of a band.

    Rounded half up from the exact fraction, so that a page never shows ``10.0 %`` beside "below 10 %", nor ``0.0 %``
    where there was an absence.

    Parameters
    ----------
    absent, possible
        Whole numbers.
    policy
        Whose bounds; None: 5, 10 and 20 %.

    Examples
    --------
    >>> percent(7, 66), percent(20, 201), percent(20, 200), percent(0, 0)
    ('10.6 %', '9.95 %', '10.0 %', '–')
    """
    if not given(absent) or not given(possible) or int(possible) == 0:
        return NOTHING
    exact = Fraction(int(absent), int(possible))
    bounds = (*(bound for _, bound in policy.bands), Fraction(1)) if policy is not None else (*_BOUNDS, Fraction(1))
    for digits in range(1, _MOST_DIGITS):
        rounded = _half_up(exact * 100, digits)
        if _same_side(exact, rounded / 100, bounds):
            break
    return f"{Decimal(rounded.numerator) / Decimal(rounded.denominator):.{digits}f} %"


def _half_up(value: Fraction, digits: int) -> Fraction:
    scale = 10**digits
    return Fraction((2 * value * scale + 1).__floor__() // 2, scale)


def _same_side(exact: Fraction, rounded: Fraction, bounds: Sequence[Fraction]) -> bool:
    """Whether both stand on the same side of every bound; only nothing at all is written as 0."""
    return (exact == 0) == (rounded == 0) and all((exact < bound) == (rounded < bound) for bound in bounds)


def share(part: Any, of: Any) -> str:
    """
    Write a share of people or things in whole per cent; ``below 1 %`` rather than 0.

    >>> share(131, 236), share(1, 900), share(899, 900), share(0, 5), share(1, 0)
    ('56 %', 'below 1 %', 'over 99 %', '0 %', '–')
    """
    if not given(part) or not given(of) or int(of) == 0:
        return NOTHING
    exact = Fraction(100 * int(part), int(of))
    if 0 < exact < 1:
        return "below 1 %"
    return "over 99 %" if 99 < exact < 100 else f"{_half_up(exact, 0)} %"  # noqa: PLR2004 -- as it says


def day(date: Any, *, year: bool = False) -> str:
    """
    Write a day: ``Fri 28 Nov``, or with its year.

    >>> day(pd.Timestamp("2025-11-28")), day(None)
    ('Fri 28 Nov', '–')
    """
    if not given(date):
        return NOTHING
    return f"{WEEKDAYS[date.weekday()][:3]} {short_date(date)}" + (f" {date.year}" if year else "")


def short_date(date: Any) -> str:
    """Write a day without its weekday: ``28 Nov``."""
    return f"{date.day} {MONTHS[date.month - 1][:3]}" if given(date) else NOTHING


def long_date(date: Any) -> str:
    """Write a date in full: ``5 December 2025``."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}" if given(date) else NOTHING


def day_range(first: Any, last: Any) -> str:
    """
    Write days from one to another, both included: ``Tue 7 – Thu 9 Oct``.

    >>> day_range(pd.Timestamp("2025-10-07"), pd.Timestamp("2025-10-09"))
    'Tue 7 – Thu 9 Oct'
    >>> day_range(pd.Timestamp("2025-12-30"), pd.Timestamp("2026-01-07"))
    'Tue 30 Dec 2025 – Wed 7 Jan 2026'
    """
    if not given(first) or not given(last) or first == last:
        return day(first if given(first) else last)
    if first.year != last.year:
        return f"{day(first, year=True)} – {day(last, year=True)}"
    start = day(first) if first.month != last.month else day(first).rpartition(" ")[0]
    return f"{start} – {day(last)}"


def date_range(first: dt.date | None, last: dt.date | None) -> str:
    """
    Write a term's dates: ``1 Sep – 19 Dec 2025``; nothing where neither is known.

    >>> date_range(pd.Timestamp("2025-09-01"), pd.Timestamp("2025-12-19")), date_range(None, None)
    ('1 Sep – 19 Dec 2025', '')
    """
    if first is None:
        return f"to {short_date(last)} {last.year}" if last is not None else ""
    if last is None:
        return f"from {short_date(first)} {first.year}"
    if first == last:
        return f"{short_date(first)} {first.year}"
    start = short_date(first) + (f" {first.year}" if first.year != last.year else "")
    return f"{start} – {short_date(last)} {last.year}"


def clean(text: Any) -> str:
    r"""
    Give text without what no page can show: control characters, half characters, marks that turn the line around.

    >>> clean("Ada\x00 \u202eecalevoL\n"), clean(None)
    ('Ada ecalevoL', '')
    """
    if not given(text):
        return ""
    spaced = _SPACES.sub(" ", _DIRECTED.sub("", str(text)))
    return "".join(_visible(character) for character in spaced).strip()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    return "" if category == "Cc" else "\ufffd" if category == "Cs" else character


def css_text(text: Any) -> str:
    r"""
    Write text for a string of a style sheet inside a page: neither the sheet nor the page can be left by it.

    >>> css_text('a"b </style>')
    'a\\22 b\\20 \\3c \\2f style\\3e '
    """
    plain = clean(text)
    return "".join(each if each.isascii() and each.isalnum() else f"\\{ord(each):x} " for each in plain)


_NUMBER_AND_UNIT = re.compile(r"([\d.,–]*\d (?:%|of) ?[\d.,]*)")


def tied(text: str) -> Markup:
    """
    Give text as HTML whose numbers stay on one line with what belongs to them: ``10.6 %``, ``7 of 66``.

    >>> tied("7 of 66 <b>")
    Markup('<span class="tied">7 of 66</span> &lt;b&gt;')
    """
    pieces = (
        Markup('<span class="tied">{}</span>{}').format(piece.rstrip(), " " * piece.endswith(" "))
        if place % 2
        else Markup.escape(piece)
        for place, piece in enumerate(_NUMBER_AND_UNIT.split(text))
    )
    return Markup("").join(pieces)


def full_name(last: Any, first: Any, student_id: int) -> str:
    """
    Write a student's name, last name first; ``Student 123`` where there is none.

    >>> full_name("Nguyễn", "Thị Minh Khai", 1), full_name(None, " ", 123)
    ('Nguyễn Thị Minh Khai', 'Student 123')
    """
    return " ".join(filter(None, (clean(last), clean(first)))) or f"Student {student_id}"
