"""Adjustments: corrections of a term's homeroom counts by an admin, keyed by the category's name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mbreports.sample.calendars import ABSENT, LATE, PRESENT
from mbreports.sample.world import stream

if TYPE_CHECKING:
    from datetime import date

    from mbreports.sample.calendars import Programme
    from mbreports.sample.marks import Codes
    from mbreports.sample.world import World

ADJUSTED = 31
SHARE = 0.06
FIRST_ID = 29870


@dataclass(frozen=True)
class Adjustment:
    """A signed correction of one count of one student in one term."""

    adjustment_id: int
    student: int
    label: str
    days: int


# By year group's place and term's place in its programme.
Adjustments = dict[tuple[int, int], list[Adjustment]]


def term_columns(world: World, programme: Programme, term: int, today: date) -> list[int]:
    """Give the places of a term's school days that are over."""
    span = programme.terms[term]
    return [place for place, day in enumerate(world.days) if span.holds(day) and day <= today]


def write_adjustments(world: World, recorded: Codes, today: date) -> Adjustments:
    """Write the adjustments of every term that has begun."""
    adjustments: Adjustments = {}
    number = 0
    used: Counter[str] = Counter()
    for place, group in enumerate(world.year_groups):
        for term in range(3):
            columns = term_columns(world, group.programme, term, today)
            draws = stream(world.seed, ADJUSTED, place, term).random((len(group.students), 2)).tolist()
            for student, draw in zip(group.students, draws, strict=True):
                if not columns or draw[0] >= SHARE:
                    continue
                marks = recorded[student, columns].tolist()
                counts = {code: marks.count(code) for code in group.programme.enabled if code in marks}
                kinds = _corrections(counts, group.programme.labels, size=1 + int(draw[1] * 2))
                kind = min(kinds, key=lambda kind: used[kind])
                used[kind] += 1
                for label, days in kinds[kind]:
                    adjustment = Adjustment(FIRST_ID + number, student, label, days)
                    adjustments.setdefault((place, term), []).append(adjustment)
                    number += 1
    return adjustments


def _corrections(counts: dict[int, int], labels: dict[int, str], *, size: int) -> dict[str, list[tuple[str, int]]]:
    """Give the corrections that leave no count below 0, by kind."""
    held = {labels[code] for code in counts}
    fresh = [labels[code] for code in (11, 12, 3, 4) if labels[code] not in held]
    kinds = {"take": [(labels[ABSENT], -size)]} if counts.get(ABSENT, 0) >= size else {}
    if counts.get(LATE, 0) >= 1:
        kinds["move"] = [(labels[LATE], -1), (labels[PRESENT], 1)]
    if fresh:
        kinds["new"] = [(fresh[0], size)]
    kinds["add"] = [(labels[ABSENT], size)]
    return kinds


def adjusted(counts: dict[int, int], adjustments: list[Adjustment], programme: Programme) -> dict[int, int]:
    """Add adjustments to counts by code, as a school does whose totals hold them: never to -1, never below 0."""
    result = dict(counts)
    for adjustment in adjustments:
        codes = [code for code in programme.enabled if code >= 0 and programme.labels[code] == adjustment.label]
        held = [code for code in codes if code in counts]
        code = min(held or codes)
        result[code] = max(0, result.get(code, 0) + adjustment.days)
    return result
