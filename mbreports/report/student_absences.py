"""A student's list of absences: sessions that follow each other and are explained alike stand in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mbreports.absence.meanings import ABSENT, EXCUSED, UNCLASSIFIED, UNEXCUSED, UNRECORDED
from mbreports.report import wording
from mbreports.report.student_parts import Absence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mbreports.absence.policy import Policy
    from mbreports.report.student_parts import Key
    from mbreports.report.student_words import Unit

__all__ = ["list_absences"]

_LONGEST = 400
"""Characters of a note that a page prints; the workbook has all of it."""


def list_absences(  # noqa: PLR0913, PLR0917 -- the parts of a page
    sessions: Sequence[Mapping[str, Any]],
    excusals: Sequence[Mapping[str, Any]],
    letters: Mapping[tuple[int | None, str], Key],
    classes: Mapping[int, Any],
    policy: Policy,
    unit: Unit,
) -> tuple[Absence, ...]:
    """
    Give the list of a student's absences, newest first.

    Parameters
    ----------
    sessions
        The student's, in the order of time.
    excusals
        The student's.
    letters
        How each code and meaning is drawn.
    classes
        The names of classes.
    policy, unit
        The rule, and what a session is called.
    """
    runs = list(_runs(sessions))
    rows = [
        Absence(
            key=letters[_code(run[0]["status"]), run[0]["meaning"]],
            when=_when(run, classes),
            recorded_as=_recorded(run, letters, unit),
            note=_cut(run[0]["note"]),
            explained=run[0]["meaning"] == EXCUSED,
            explanation=_explanation(run, excusals, policy),
        )
        for run in runs
    ]
    return tuple(reversed(rows))


def _code(status: Any) -> int | None:
    return int(status) if wording.given(status) else None


def _runs(sessions: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Give absences in runs of one spell, one code, one note and one excusal; what is not known breaks no run."""
    run: list[Mapping[str, Any]] = []
    for session in sessions:
        if session["meaning"] in {UNRECORDED, UNCLASSIFIED}:
            continue
        absent = session["meaning"] in ABSENT
        if run and (not absent or _alike(session) != _alike(run[0])):
            yield run
            run = []
        if absent:
            run.append(session)
    if run:
        yield run


def _alike(session: Mapping[str, Any]) -> tuple[Any, ...]:
    excused_by = session["excused_by"]
    return (
        _code(session["status"]),
        session["meaning"],
        wording.clean(session["label"]),
        wording.clean(session["note"]),
        int(excused_by) if wording.given(excused_by) else None,
    )


def _when(run: Sequence[Mapping[str, Any]], classes: Mapping[int, Any]) -> str:
    """Say the days, and the periods where they lie on one day."""
    said = wording.day_range(run[0]["date"], run[-1]["date"])
    periods = [int(session["period"]) for session in run if wording.given(session["period"])]
    if run[0]["date"] == run[-1]["date"] and periods:
        span = f"period {periods[0]}" if len(set(periods)) == 1 else f"periods {min(periods)}–{max(periods)}"
        said = f"{said}, {span}"
    ids = {session["class_id"] for session in run if wording.given(session["class_id"])}
    name = wording.clean(classes.get(next(iter(ids)))) if len(ids) == 1 else ""
    return f"{said}, {name}" if name else said


def _recorded(run: Sequence[Mapping[str, Any]], letters: Mapping[tuple[int | None, str], Key], unit: Unit) -> str:
    label = wording.clean(run[0]["label"]) or letters[_code(run[0]["status"]), run[0]["meaning"]].label
    return label if len(run) == 1 else f"{label}, {unit.count(len(run))}"


def _explanation(run: Sequence[Mapping[str, Any]], excusals: Sequence[Mapping[str, Any]], policy: Policy) -> str:
    first = run[0]
    if first["meaning"] == UNEXCUSED:
        return "No explanation yet"
    if policy.meanings.get(int(first["status"])) != UNEXCUSED:
        return "By the code itself"
    excusal = _excusal(first, excusals)
    if excusal is None:
        return "By an excusal"
    said, made = "Parent", excusal["created_at"]
    if wording.given(made):
        after = " (after)" if made.date() > first["date"].date() else ""
        said = f"Parent, {wording.short_date(made)}{after}"
    comment = _cut(excusal["comment"])
    return f"{said}: {comment}" if comment else said


def _excusal(session: Mapping[str, Any], excusals: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The excusal that counted: by its id where it has one, else the first made that holds the day."""
    if wording.given(session["excused_by"]):
        return next((one for one in excusals if one["excusal_id"] == session["excused_by"]), None)
    holding = [one for one in excusals if one["start_date"] <= session["date"] <= one["end_date"]]
    return min(holding, key=lambda one: (not wording.given(one["created_at"]), one["created_at"]), default=None)


def _cut(text: Any) -> str:
    plain = wording.clean(text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
