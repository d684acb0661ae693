"""What a student's page says in sentences: the one that matters, what the charts show, and what is uncertain."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

from mbreports.absence.explain import band_sentence, worst_band
from mbreports.absence.shares import percent as bound_text
from mbreports.report import wording

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from mbreports.absence.policy import Policy

__all__ = ["Dated", "Unit", "footnotes", "headline", "pattern", "rule", "trend"]

_ABSENCE = {
    "satisfactory": "satisfactory attendance",
    "at risk": "at risk of chronic absence",
    "moderate chronic": "moderate chronic absence",
    "severe chronic": "severe chronic absence",
    "approaching": "approaching persistent absence",
    "persistent": "persistent absence",
    "severe": "severe absence",
}
"""The published bands as a sentence says them; a school's own stand as they are."""

_UNRECORDED = {
    "present": "counted as attended, as ManageBac shows {it}",
    "exclude": "left out of every number",
    "exclude_untaken": "left out where nobody took the register, else counted as attended",
}
_MOST_DAYS = 4
_LONGEST_WORD = 32


@dataclasses.dataclass(frozen=True)
class Unit:
    """What a session is called: a day where nobody has more than one on a date; and what they are sessions of."""

    one: str
    many: str
    whole: str
    time: str = "the term"

    @classmethod
    def of(cls, *, days: bool, terms: int = 1) -> Unit:
        """Give the words for days, or for sessions, of one term or of several."""
        words = ("day", "days", "school days") if days else ("session", "sessions", "sessions")
        return cls(*words, "the term" if terms == 1 else "these terms")

    @property
    def ends(self) -> str:
        """How a sentence says that the time ends below or above a bound."""
        return "ends" if self.time == "the term" else "end"

    def count(self, number: int) -> str:
        """Write so many of them."""
        return wording.plural(number, self.one, self.many)


class Dated(NamedTuple):
    """A student's missed sessions that have a date: how many, explained ones, and those that a parent explained."""

    absent: int
    excused: int
    by_parent: int


def rule(policy: Policy, absent: Sequence[str], basis: str) -> str:
    """
    Say the rule that a student's label follows.

    Parameters
    ----------
    policy
        The rule.
    absent
        The school's words for the codes that count as absent.
    basis
        ``homeroom`` or ``class``.
    """
    counted = f"; absent are: {', '.join(map(_short, absent))}" if absent else ""
    bands = ", ".join(f"{name} from {bound_text(low)}" for name, low in policy.bands[1:])
    lates = f" Every {policy.lates_per_absence} lates count as one more absence." if policy.lates_per_absence else ""
    session = "homeroom mark" if basis == "homeroom" else "class period’s mark"
    return (
        f"A session is one {session}{counted}.{lates} Label by {policy.name}{f': {bands}' if bands else ''}, compared "
        "exactly, before rounding."
    )


def _short(label: str) -> str:
    """A school's word, short enough for a line: prose is not broken inside a word."""
    return label if len(label) <= _LONGEST_WORD else f"{label[: _LONGEST_WORD - 1]}…"


def headline(row: Mapping[str, Any], dated: Dated, to_come: int | None, policy: Policy, unit: Unit) -> tuple[str, str]:
    """
    Give the sentence that matters: its strong part, and the rest.

    Parameters
    ----------
    row
        The student's row of ``report.students``.
    dated
        The missed sessions that have a date; others are corrections by the office, or stand for lates.
    to_come
        Sessions still to come; None where it is not known.
    policy, unit
        The rule, and what a session is called.
    """
    absent, possible = row["absent"], row["possible"]
    if not possible:
        return "No attendance is recorded.", "Nothing can be said of this student’s attendance yet."
    rate = wording.percent(absent, possible, policy)
    label = _label(row["band"], policy)
    whole = unit.whole if possible != 1 else unit.one
    strong = (
        f"Missed {absent:,} of {possible:,} {whole} ({rate}): {label}."
        if absent
        else (f"Missed none of {possible:,} {whole}: {label}.")
    )
    said = [*_reasons(row, dated, policy), _ahead(row, to_come, policy, unit)]
    return strong, " ".join(filter(None, said))


def _label(band: Any, policy: Policy) -> str:
    if not wording.given(band):
        return f"fewer than {policy.min_possible} are too few for a label"
    return _ABSENCE.get(band, str(band))


def _reasons(row: Mapping[str, Any], dated: Dated, policy: Policy) -> Iterator[str]:
    """Say what the absences are: lates by the school's rule, corrections without a date, and what is explained."""
    absent = row["absent"]
    lates = row["late"] // policy.lates_per_absence if policy.lates_per_absence else 0
    corrections = max(0, absent - lates - dated.absent)
    if lates:
        every = f"every {policy.lates_per_absence} lates count as one absence"
        yield f"{_part(lates, absent)} {'stands' if lates == 1 else 'stand'} for lates: {every}."
    if corrections:
        be = "is a correction" if corrections == 1 else "are corrections"
        yield f"{_part(corrections, absent)} {be} by the office, without a date."
    if not lates and not corrections:
        yield _explained(absent, min(row["excused"], absent), dated.by_parent)
    elif dated.absent:
        yield _explained(dated.absent, dated.excused, dated.by_parent, others=True)


def _part(part: int, of: int) -> str:
    return f"{part:,} of the {of:,}" if part < of else "It" if of == 1 else "Both" if of == 2 else f"All {of:,}"  # noqa: PLR2004


def _explained(absent: int, excused: int, by_parent: int, *, others: bool = False) -> str:
    """Say how many absences are explained, and by whom; of the others, where some were spoken of before."""
    if not absent:
        return ""
    one, them = ("the other one", f"the other {absent:,}") if others else ("it", f"the {absent:,}")
    if not excused:
        return f"{_begin(one)} has no explanation yet." if absent == 1 else f"None of {them} is explained yet."
    every = f"all of {them}" if others else "both" if absent == 2 else f"all {absent:,}"  # noqa: PLR2004 -- a pair
    which = one if absent == 1 else every if excused == absent else f"{excused:,} of {them}"
    if by_parent >= excused:
        return f"A parent explained {which}."
    be = "is" if excused == 1 else "are"
    parent = f", {by_parent:,} of them by a parent" if by_parent else ""
    return f"{_begin(which)} {be} explained{parent}."


def _begin(words: str) -> str:
    return words[0].upper() + words[1:]


def _ahead(row: Mapping[str, Any], to_come: int | None, policy: Policy, unit: Unit) -> str:
    """Say what is still to come, and what it would take."""
    bound, can, time = bound_text(policy.threshold), row["can_still_miss"], unit.time
    if to_come is None or not wording.given(can):
        return ""
    if not to_come:
        return f"No {'school day' if unit.one == 'day' else unit.one} of {time} is left."
    coming = unit.count(to_come)
    if can < 0:
        best = wording.percent(to_come + row["attended"], to_come + row["possible"])
        return f"With {coming} to come {time} can no longer end below {bound}; at best attendance ends at {best}."
    if can >= to_come:
        missed = f"the one {unit.one} to come were" if to_come == 1 else f"all {coming} to come were"
        return f"Even if {missed} missed, {time} would end below {bound}."
    if not can:
        return f"None of the {coming} to come can be missed to finish {time} below {bound}."
    return f"Of the {coming} to come, {can:,} can still be missed to finish {time} below {bound}."


def trend(name: Any, before: Any, now: Any) -> str:
    """Say whether absence rises, in the last 20 school days against the 20 before; nothing before 40."""
    if not wording.given(name):
        return ""
    if not before and not now:
        return "No absence in the last 40 school days."
    rates = f"{100 * now:.1f} % in the last 20 school days, {100 * before:.1f} % in the 20 before"
    said = {"rising": "Absence is rising", "falling": "Absence is falling"}.get(name, "No clear change")
    return f"{said}: {rates}."


def pattern(claims: Sequence[Mapping[str, Any]], spells: int) -> str:
    """Say what may be said of weekdays: a tested claim, or that there is none."""
    claimed = [claim for claim in claims if claim["claimed"]]
    if claimed:
        best = min(claimed, key=lambda claim: claim["p"])
        return (
            f"Often on {best['weekday']}s: {best['starts']} of {best['spells']} spells of absence began on one, more "
            "than chance and the school’s own week explain."
        )
    if claims:
        return f"No weekday stands out beyond chance among {_spells(spells)}."
    be = "is" if spells == 1 else "are"
    return f"{_spells(spells)} {be} too few to tell a weekday from chance." if spells else ""


def _spells(number: int) -> str:
    return wording.plural(number, "spell of absence", "spells of absence")


def footnotes(  # noqa: PLR0913 -- all that is uncertain, each by name
    row: Mapping[str, Any],
    *,
    open_days: Sequence[dt.date],
    unclassified: Sequence[str],
    adjustments: Sequence[Mapping[str, Any]],
    findings: Mapping[str, int],
    chance: Any,
    policy: Policy,
    unit: Unit,
) -> list[str]:
    """
    Say what is uncertain about a student's numbers, and how the label came about.

    Parameters
    ----------
    row
        The student's row of ``report.students``.
    open_days
        Days with a session that has no entry.
    unclassified
        The school's words for codes that the policy does not classify.
    adjustments
        The student's, each with ``label, adjustment, applied, not_fitting``.
    findings
        How many of each kind the audit of excusals has.
    chance
        In words, to end the term over the threshold; missing where it is not known.
    policy, unit
        The rule, and what a session is called.
    """
    said = [
        _unrecorded(row, open_days, policy, unit),
        _left_out(row, unclassified, unit),
        _corrections(adjustments, policy),
        _excusals(findings),
        _interval(row, unit),
        _chance(chance, row, policy, unit),
        f"{band_sentence(row['absent'], row['possible'], policy, unit.many)}." if row["possible"] else "",
    ]
    return [sentence for sentence in said if sentence]


def _chance(chance: Any, row: Mapping[str, Any], policy: Policy, unit: Unit) -> str:
    """Say how likely it is to end over the threshold; nothing where that is settled."""
    settled = not wording.given(row["can_still_miss"]) or row["can_still_miss"] < 0
    if settled or not row["possible"] or not wording.given(chance):
        return ""
    return f"That {unit.time} {unit.ends} at {bound_text(policy.threshold)} or more is {chance}."


def _unrecorded(row: Mapping[str, Any], days: Sequence[dt.date], policy: Policy, unit: Unit) -> str:
    number = row["unrecorded"]
    if not number:
        return ""
    named = ", ".join(wording.day(day) for day in days[:_MOST_DAYS]) + (" …" if len(days) > _MOST_DAYS else "")
    one = number == 1
    rule = _UNRECORDED[policy.unrecorded].format(it="it" if one else "them")
    sentence = f"{unit.count(number)} ({named}) {'has' if one else 'have'} no entry in the register: {rule}."
    worst = worst_band(row, policy)
    if worst is not None and worst != row["band"]:
        sentence += f" If {'it' if one else 'all of them'} were missed, the label would be “{worst}”."
    return sentence


def _left_out(row: Mapping[str, Any], labels: Sequence[str], unit: Unit) -> str:
    if not row["unclassified"]:
        return ""
    named = f" ({', '.join(map(_short, labels))})" if labels else ""
    be = "is" if row["unclassified"] == 1 else "are"
    return f"{unit.count(row['unclassified'])}{named} {be} left out: the school has not said what the code means."


def _corrections(adjustments: Sequence[Mapping[str, Any]], policy: Policy) -> str:
    if not adjustments:
        return ""
    each = ", ".join(
        f"{_short(wording.clean(one['label']))} {wording.signed(one['adjustment'])}" for one in adjustments
    )
    added = "counted" if policy.adjustments == "add" else "shown, not counted"
    refused = sum(int(one["not_fitting"]) != 0 for one in adjustments)
    fit = f" {wording.in_words(refused)} of them did not fit, as no count falls below 0." if refused else ""
    return f"Corrections by the office, which have no date ({added}): {each}.{fit}"


def _excusals(findings: Mapping[str, int]) -> str:
    words = {
        "no absence": ("covers no absence", "cover no absence"),
        "attended": ("attended day lies inside one", "attended days lie inside one"),
        "reversed": ("ends before it begins", "end before they begin"),
        "overlap": ("overlaps another", "overlap another"),
    }
    said = [f"{number} {words[kind][number > 1]}" for kind in words if (number := findings.get(kind, 0))]
    return f"Explanations that parents sent (excusals): {'; '.join(said)}." if said else ""


def _interval(row: Mapping[str, Any], unit: Unit) -> str:
    low, high = row["rate_low"], row["rate_high"]
    if not row["absent"] or not wording.given(low) or not wording.given(high) or not wording.given(row["band"]):
        return ""
    return (
        f"Absences come in runs, so {unit.count(row['possible'])} say little of a longer time, whose rate may well lie "
        f"anywhere from {100 * low:.0f} % to {100 * high:.0f} %."
    )
