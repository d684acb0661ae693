"""Why a student has the label: every number behind it, in one small object that prints and shows itself."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.absence.excuse import covered_marks
from mbreports.absence.meanings import ABSENT, PRESENT
from mbreports.absence.show import cell_text, html_list, html_sentence, html_table, html_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mbreports.absence.policy import Policy

__all__ = ["Explanation", "band_sentence", "explain", "worst_band"]

_TIMES, _AT_LEAST = "\N{MULTIPLICATION SIGN}", "\N{GREATER-THAN OR EQUAL TO}"
_MOST_LINES = 100

_UNRECORDED_RULES = {
    "present": "counted as attended",
    "exclude": "left out",
    "exclude_untaken": "left out where nobody took the register, else counted as attended",
}


@dataclasses.dataclass(frozen=True, repr=False)
class Explanation:
    """
    Every number behind one student's label; ``print`` gives it as text, a notebook shows it.

    Confidential as a student's page is: it holds one student.

    Attributes
    ----------
    student_id, name
        Who.
    possible, absent
        The counts that are compared, adjustments and counted lates included.
    band
        The label; None where there is none.
    sentence
        The comparison as whole numbers.
    rule
        The rule that was used, in sentences.
    marks
        The student's marks with what each of them means; without a meaning: no session.
    counts
        One row per status: ``status, label, meaning, from_marks, adjustment, count``.
    adjustments
        The student's adjustments, and what became of each.
    excusals
        The excusals that met an absence: whose days hold one.
    audit
        What is odd about the student's excusals, one row each.
    as_of
        The last day that counts; None where there is none.
    uncertain
        What the label rests on without being known, in sentences.
    """

    student_id: int
    name: str
    possible: int
    absent: int
    band: str | None
    sentence: str
    rule: list[str]
    marks: pd.DataFrame
    counts: pd.DataFrame
    adjustments: pd.DataFrame
    excusals: pd.DataFrame
    audit: pd.DataFrame
    as_of: pd.Timestamp | None
    uncertain: list[str]

    def __str__(self) -> str:
        """Give it as plain text."""
        parts = [self._title(), f"{self.sentence}."]
        for title, said in self._lists().items():
            parts.append("\n".join([f"{title}:", *(f"  - {one}" for one in said)]))
        for title, frame in self._tables().items():
            if len(frame):
                text = frame.map(cell_text).to_string(index=False, max_rows=_MOST_LINES)
                parts.append(f"{title}:\n{text}")
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        """Say whose it is, and why; ``print`` gives all of it."""
        return f"<Explanation {self._title()}: {self.sentence}>"

    def _repr_html_(self) -> str:
        lists = "".join(html_list(title, said) for title, said in self._lists().items())
        tables = "".join(html_table(frame, title) for title, frame in self._tables().items())
        return f"<div>{html_title(self._title())}{html_sentence(f'{self.sentence}.')}{lists}{tables}</div>"

    def _title(self) -> str:
        as_of = "" if self.as_of is None else f", as of {self.as_of:%Y-%m-%d}"
        who = f"{self.name} ({self.student_id})" if self.name else f"Student {self.student_id}"
        return f"{who}: {self.band or 'no label'}{as_of}"

    def _lists(self) -> dict[str, list[str]]:
        return {title: said for title, said in {"Uncertain": self.uncertain, "Rule": self.rule}.items() if said}

    def _tables(self) -> dict[str, pd.DataFrame]:
        plain = self.marks["meaning"].isna() | (self.marks["meaning"] == PRESENT)
        return {
            "Counts": _filled(self.counts),
            "Adjustments": _filled(self.adjustments),
            "Excusals that met an absence": _filled(self.excusals),
            "Findings about excusals": _filled(self.audit),
            "Sessions other than present": _filled(self.marks[~plain]),
        }


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that say something, without the student's id, which the title says."""
    return frame.drop(columns=["student_id", "year_group_id", "taken"], errors="ignore").dropna(axis=1, how="all")


def band_sentence(absent: int, possible: int, policy: Policy, unit: str = "") -> str:
    """
    Say why counts have their band: the comparison as whole numbers, as it is made.

    Parameters
    ----------
    absent, possible
        A student's counts.
    policy
        Whose bands and least base count.
    unit
        What is counted: ``"sessions"``, ``"days"``; empty: nothing is said.

    Returns
    -------
    str
        A sentence without its full stop.

    Source: ``measures.md``, "Labels".

    Examples
    --------
    >>> from mbreports.absence.policy import Policy
    >>> band_sentence(1, 68, Policy(), "sessions")
    '1 of 68 sessions absent: 20 × 1 < 1 × 68, so satisfactory'
    """
    if possible == 0:
        return "no possible session, so no rate and no label"
    counts = " ".join(filter(None, [f"{absent} of {possible}", unit, "absent"]))
    place = int(policy.band_places(absent, possible))
    if place < 0:
        return f"{counts}: fewer than {policy.min_possible} possible sessions, so no label"
    names, bounds = policy.band_names, [bound for _, bound in policy.bands]

    def compared(bound: int, sign: str) -> str:
        share = bounds[bound]
        return f"{share.denominator} {_TIMES} {absent} {sign} {share.numerator} {_TIMES} {possible}"

    if len(names) == 1:
        return f"{counts}: {names[0]} is the only label"
    if place == 0:
        return f"{counts}: {compared(1, '<')}, so {names[0]}"
    lower = f"{counts}: {compared(place, _AT_LEAST)}, so {names[place]}"
    upper = place + 1
    return f"{lower}, and {compared(upper, '<')}, so not {names[upper]}" if upper < len(names) else lower


def explain(  # noqa: PLR0913 -- all that is known of a student, each of it by name
    student_id: int,
    *,
    table: pd.DataFrame,
    marks: pd.DataFrame,
    counts: pd.DataFrame,
    adjustments: pd.DataFrame,
    excusals: pd.DataFrame,
    audit: pd.DataFrame,
    rule: Sequence[str],
    as_of: pd.Timestamp | None,
    policy: Policy,
) -> Explanation:
    """
    Give every number behind one student's label.

    Parameters
    ----------
    student_id
        Whose.
    table
        The report's table of students.
    marks, counts, adjustments, excusals, audit
        The whole report's, each with ``student_id``; the marks with ``meaning`` and ``excused_by``.
    rule
        The sentences that print the rule.
    as_of
        The last day that counts.
    policy
        Whose bands count.

    Raises
    ------
    ValueError
        No such student; says how many there are, and some of their ids.
    """
    found = table[table["student_id"] == student_id]
    if found.empty:
        ids = [str(known) for known in table["student_id"].head(6)]
        some = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")  # noqa: PLR2004
        among = f": its {len(table)} students have the ids {some}" if ids else ", which has no students"
        raise ValueError(f"no student {student_id!r} in this report{among}")
    row = found.iloc[0]
    own_marks, own_adjustments = _own(marks, student_id), _own(adjustments, student_id)
    own_excusals = _own(excusals, student_id)
    met = covered_marks(own_marks.loc[own_marks["meaning"].isin(ABSENT), ["student_id", "date"]], own_excusals)
    return Explanation(
        student_id=int(row["student_id"]),
        name=" ".join(row[["first_name", "last_name"]].dropna()),
        possible=int(row["possible"]),
        absent=int(row["absent"]),
        band=None if pd.isna(row["band"]) else str(row["band"]),
        sentence=band_sentence(int(row["absent"]), int(row["possible"]), policy),
        rule=[*rule, *_lates(row, policy)],
        marks=own_marks,
        counts=_own(counts, student_id),
        adjustments=own_adjustments,
        excusals=own_excusals[own_excusals.index.isin(met["excusal"])].reset_index(drop=True),
        audit=_own(audit, student_id),
        as_of=as_of,
        uncertain=_uncertain(row, own_adjustments, policy),
    )


def _own(frame: pd.DataFrame, student_id: int) -> pd.DataFrame:
    return frame[frame["student_id"] == student_id].reset_index(drop=True)


def _uncertain(row: pd.Series[Any], adjustments: pd.DataFrame, policy: Policy) -> list[str]:
    """What the label rests on without being known: the unrecorded, the unclassified, what did not fit, a small base."""
    out = []
    possible, unrecorded = int(row["possible"]), int(row["unrecorded"])
    if unrecorded:
        out.append(f"{_sessions(unrecorded)} unrecorded: {_UNRECORDED_RULES[policy.unrecorded]}")
        worst = worst_band(row, policy)
        if worst not in (None, row["band"]):
            out.append(f"were the student absent in all of them, the label would be {worst}")
    if unclassified := int(row["unclassified"]):
        out.append(f"{_sessions(unclassified)} left out: the policy does not classify the code")
    if 0 < possible < policy.min_possible:
        out.append(f"{possible} possible sessions are too few for a label")
    if len(adjustments) and policy.adjustments == "leave":
        out.append("ManageBac's adjustments are shown and not added")
    elif not_fitting := int((adjustments.get("not_fitting", pd.Series(dtype="int64")) != 0).sum()):
        out.append(f"{not_fitting} of the adjustments did not fit: no count falls below 0")
    return out


def worst_band(row: Any, policy: Policy) -> str | None:
    """
    Give the band that a student would have who was absent in every unrecorded session.

    Parameters
    ----------
    row
        The student's row of the table: ``absent, possible, unrecorded``.
    policy
        Whose rule counts.

    Returns
    -------
    str or None
        None without a label, and where the row does not tell how many of them are possible (``exclude_untaken``).
    """
    absent, possible, unrecorded = int(row["absent"]), int(row["possible"]), int(row["unrecorded"])
    left_out = {"present": 0, "exclude": unrecorded}.get(policy.unrecorded)
    if left_out is None:
        return None
    band: str | None = policy.band_of(absent + unrecorded, possible + left_out)
    return band


def _lates(row: pd.Series[Any], policy: Policy) -> list[str]:
    """How many of a student's lates are in the absences that are compared."""
    lates = int(row.get("late", 0))
    if not policy.lates_per_absence or not lates:
        return []
    counted = lates // policy.lates_per_absence
    return [f"Of this student, {lates} late{'' if lates == 1 else 's'} counted as {counted} of the absences."]


def _sessions(count: int) -> str:
    return f"{count} session is" if count == 1 else f"{count} sessions are"
