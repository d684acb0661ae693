"""What a letter may say of one child: the child's own days, with dates and numbers in the family's language."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import pandas as pd
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_decimal

from mbreports.errors import ReportError
from mbreports.report.wording import clean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from mbreports.absence.analysis import AbsenceAnalysis

__all__ = ["Letter", "Spell", "letter_table", "letters_of", "locale_of", "said_name"]

_MOST_SPELLS = 6
"""A letter lists the last few; what lies before is a number."""

_MOST_WORDS = 68
"""For the list and what is said of it, and for names wherever they stand: so a letter stays below 150 words."""

_DAY = "MMMEd"
_PLURALS: tuple[str, ...] = ("zero", "one", "two", "few", "many", "other")
_EAST_ASIAN = (("\u3400", "\u9fff"), ("\uac00", "\ud7a3"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003134f"))


@dataclasses.dataclass(frozen=True)
class Spell:
    """One run of absences, as a letter says it."""

    when: str
    sessions: int
    unexplained: int


@dataclasses.dataclass(frozen=True)
class Letter:
    """
    What a letter may say of one child; of other children it knows nothing.

    Attributes
    ----------
    language
        As asked for: ``"fr"``, ``"zh-Hans"``.
    school, contact, term, until
        Who writes, whom to answer, what term, and the last day that is counted, written out.
    student_id, school_id, first_name, last_name, name, year_group, homeroom
        The child.
    possible, absent, unexplained
        Sessions so far, those missed, and those of them that have a date and no reason.
    in_days
        Whether a session is a day.
    spells
        The last runs of absences, newest first.
    earlier
        Sessions missed before those.
    lates, late_absences
        Times late, and missed sessions that stand for them by the school's rule; none where it has no such rule.
    corrections
        Missed sessions that have no date: adjustments by the office.
    """

    language: str
    school: str
    contact: str
    term: str
    until: str
    student_id: int
    school_id: str
    first_name: str
    last_name: str
    name: str
    year_group: str
    homeroom: str
    possible: int
    absent: int
    unexplained: int
    in_days: bool
    spells: tuple[Spell, ...]
    earlier: int
    lates: int
    late_absences: int
    corrections: int

    @property
    def right_to_left(self) -> bool:
        """Whether the language runs from right to left."""
        return locale_of(self.language).text_direction == "rtl"

    def number(self, value: int) -> str:
        """Write a number as the language does."""
        return format_decimal(value, locale=locale_of(self.language))

    def signed(self, value: int) -> str:
        """Write a number with its sign."""
        return f"{'+' if value > 0 else ''}{self.number(value)}"

    def plural(self, value: int, *forms: str) -> str:
        """Choose the form that the language has for a number: one, (few, many,) other, in the language's order."""
        rules = locale_of(self.language).plural_form
        kinds = [kind for kind in _PLURALS if kind in {*rules.tags, "other"}]
        if len(forms) < len(kinds):  # a language that has more kinds than the template knows of
            return forms[0] if rules(value) == "one" else forms[-1]
        return forms[kinds.index(rules(value))]


def locale_of(language: str) -> Locale:
    """
    Give Babel's locale of a language tag.

    Raises
    ------
    ReportError
        There is no such language.
    """
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError, AttributeError):
        raise ReportError(f"no language {language!r}; give a tag such as 'en', 'en-GB', 'fr' or 'zh-Hans'") from None


def letters_of(
    report: AbsenceAnalysis, student_ids: Sequence[int], *, language: str, school: str, contact: str
) -> Iterator[Letter]:
    """
    Say, for each student, what a letter may say.

    Parameters
    ----------
    report
        The numbers.
    student_ids
        For whom, in this order.
    language
        A language tag; dates and numbers follow it.
    school, contact
        Who writes, and how the family may answer.

    Yields
    ------
    Letter
        One per student.
    """
    locale = locale_of(language)
    until = _last_day(report)
    people = report.term.students.merge(report.students[["student_id", "possible", "absent", "late"]], on="student_id")
    by_id = {int(person["student_id"]): person for person in people.to_dict("records")}
    spells = dict(iter(report.spells.groupby("student_id")))
    none = report.spells.iloc[:0]
    for student_id in student_ids:
        person = by_id[student_id]
        first_name, last_name = clean(person["first_name"]), clean(person["last_name"])
        nameless = f"Student {student_id}"
        own = spells.get(student_id, none).sort_values("first_date", ascending=False)
        recent, dated = tuple(_spells(own.head(_MOST_SPELLS), locale)), int(own["sessions"].sum())
        lates, per_absence = int(person["late"]), report.policy.lates_per_absence
        late_absences = lates // per_absence if per_absence else 0
        letter = Letter(
            language=language,
            school=school,
            contact=contact,
            term=clean(report.term.term_name),
            until="" if until is None else format_date(until.date(), "long", locale=locale),
            student_id=student_id,
            **{name: clean(person[name]) for name in ("school_id", "year_group", "homeroom")},
            first_name=first_name or last_name or nameless,
            last_name=last_name,
            name=said_name(first_name, last_name) or nameless,
            possible=int(person["possible"]),
            absent=int(person["absent"]),
            unexplained=int(own["unexcused"].sum()),
            in_days=bool(report.cohort.sessions_are_days),
            spells=(),
            earlier=dated,
            lates=lates,
            late_absences=late_absences,
            corrections=int(person["absent"]) - dated - late_absences,
        )
        listed = recent[: _how_many(recent, _MOST_WORDS - _words_beside(letter))]
        yield dataclasses.replace(letter, spells=listed, earlier=dated - sum(spell.sessions for spell in listed))


def _words_beside(letter: Letter) -> int:
    """Count the words of names, each as often as a letter says it, and of corrections."""
    twice = (letter.school, letter.name, letter.homeroom)
    said = (*twice, *twice, *[letter.first_name] * 3, letter.year_group, letter.term, letter.contact)
    return sum(_words(name) for name in said) + (5 if letter.corrections else 0) + (12 if letter.late_absences else 0)


def _words(text: str) -> int:
    """Count words; East Asian characters by two."""
    east_asian = sum(_is_east_asian(character) for character in text)
    return len("".join(" " if _is_east_asian(c) else c for c in text).split()) + east_asian // 2


def _how_many(spells: Sequence[Spell], words: int) -> int:
    """Say how many of the spells fit into so many words; one always does."""
    lengths = [
        _words(spell.when) + 2 * (spell.sessions > 1) + 3 + (0 < spell.unexplained < spell.sessions) for spell in spells
    ]
    return max(1, sum(total <= words for total in itertools.accumulate(lengths)))


def _last_day(report: AbsenceAnalysis) -> pd.Timestamp | None:
    """Give the last day that is counted: a report made after the term speaks of the term."""
    days = [day for day in (report.term.as_of, report.term.ends_on) if day is not None]
    return min(days, default=None)


def _spells(own: pd.DataFrame, locale: Locale) -> Iterator[Spell]:
    columns = (own[name].tolist() for name in ("first_date", "last_date", "sessions", "unexcused"))
    for first, last, sessions, unexplained in zip(*columns, strict=True):
        yield Spell(_when(first.date(), last.date(), locale), int(sessions), int(unexplained))


def _when(first: dt.date, last: dt.date, locale: Locale) -> str:
    if first == last:
        return str(format_skeleton(_DAY, first, locale=locale))
    return str(format_interval(first, last, _DAY, locale=locale))


def said_name(first: str, last: str) -> str:
    """
    Give a name as one says it: ``Chloé O'Neill``; in Chinese and Korean the family's name first, without a space.

    >>> said_name("小明", "王"), said_name("Chloé", "O'Neill")
    ('王小明', "Chloé O'Neill")
    """
    if first and last and all(_is_east_asian(character) for character in first + last):
        return f"{last}{first}"
    return f"{first} {last}".strip()


def _is_east_asian(character: str) -> bool:
    return any(low <= character <= high for low, high in _EAST_ASIAN)


def letter_table(letters: Iterable[Letter]) -> pd.DataFrame:
    """
    Give what letters say as a table, for a mail merge.

    Returns
    -------
    pandas.DataFrame
        One row per letter: ``student_id, school_id, last_name, first_name, name, year_group, homeroom, language,
        school, contact, term, until, unit, possible, absent, unexplained, days, earlier, corrections, lates,
        late_absences``; ``unit`` is "day" or "session"; ``days`` lists the last spells, newest first, with semicolons
        between.
    """
    plain = [field.name for field in dataclasses.fields(Letter) if field.name not in {"spells", "in_days"}]
    rows = [
        {name: getattr(letter, name) for name in plain}
        | {"unit": "day" if letter.in_days else "session", "days": "; ".join(spell.when for spell in letter.spells)}
        for letter in letters
    ]
    order = [
        *("student_id", "school_id", "last_name", "first_name", "name", "year_group", "homeroom"),
        *("language", "school", "contact", "term", "until"),
        *("unit", "possible", "absent", "unexplained", "days", "earlier", "corrections", "lates", "late_absences"),
    ]
    return pd.DataFrame(rows, columns=order)
