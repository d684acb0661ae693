"""`AbsenceAnalysis`: every number that a report shows, and the questions that people ask of them."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

from mbreports.absence import (
    audit,
    change,
    codes,
    cohort,
    compare,
    explain,
    quality,
    reconcile,
    registers,
    rule,
    sessions,
    suppress,
)
from mbreports.absence.kept import kept_frame
from mbreports.absence.numbers import TermNumbers
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from mbreports.absence.change import Change
    from mbreports.absence.explain import Explanation
    from mbreports.absence.policy import Policy

__all__ = ["AbsenceAnalysis"]


class AbsenceAnalysis(TermNumbers):
    """A term's attendance under a policy: its numbers, the checks of them, and their reasons; see `TermNumbers`."""

    # -- checks -----------------------------------------------------------------------------------------------------

    @functools.cached_property
    def totals_evidence(self) -> tuple[bool | None, tuple[int, int]]:
        """Whether ManageBac's totals hold the adjustments, and on how many students of how many it rests."""
        if self._whole is not None:
            return self._whole.totals_evidence
        if self.basis != "homeroom":
            return None, (0, int(self._assigned["student_id"].nunique()))
        return reconcile.totals_hold_adjustments(self._from_marks, self._assigned, self.term.totals)

    @property
    def totals_hold_adjustments(self) -> bool | None:
        """Whether ManageBac's totals already hold the adjustments; None where the data does not tell."""
        return self.totals_evidence[0]

    @kept_frame
    def reconciliation(self) -> pd.DataFrame:
        """One row per student and code whose numbers differ from ManageBac's totals."""
        totals = self.term.totals if self.basis == "homeroom" else self.term.totals.iloc[:0]
        return reconcile.reconcile(
            self._from_marks, self._assigned, totals, hold_adjustments=self.totals_hold_adjustments
        )

    @kept_frame
    def audit(self) -> pd.DataFrame:
        """One row per finding about an excusal of this term: ``kind, student_id, excusal_id, date, detail``."""
        return audit.audit_excusals(self.marks, audit.of_term(self.term))

    @kept_frame
    def registers(self) -> pd.DataFrame:
        """One row per date and register: who should have taken it, and whether it was."""
        return registers.registers(self.rows, self.term.students, self.term.classes)

    @kept_frame
    def mismatch(self) -> pd.DataFrame:
        """One row per class mark that contradicts homeroom on the same date."""
        if self._whole is not None:
            return self._own(self._whole.mismatch)
        homeroom = sessions.session_rows(self._homeroom_marks, self.policy)
        classes = sessions.session_rows(self._meant(self.term.class_marks), self.policy)
        return registers.mismatch(homeroom, classes, self.term.students, self.term.classes)

    @kept_frame
    def unexplained(self) -> pd.DataFrame:
        """One row per unexcused absence: to phone about."""
        return quality.unexplained(self.rows, self._table, self.term.students)

    @kept_frame
    def unclassified(self) -> pd.DataFrame:
        """One row per code that the policy does not classify."""
        return quality.unclassified(self.rows)

    @kept_frame
    def quality(self) -> pd.DataFrame:
        """One row per check of the data: how many, of how many."""
        return quality.quality(self.rows, self.registers, self.unexplained, self.audit, self.reconciliation)

    @kept_frame
    def codes(self) -> pd.DataFrame:
        """One row per code and meaning met: its label and the letter that prints it; the same for every student."""
        return self._whole.codes if self._whole is not None else codes.list_codes(self.rows, self.term.categories)

    @functools.cached_property
    def rule(self) -> list[str]:
        """The rule used, a sentence each."""
        hold, agree = self.totals_evidence
        return rule.rule_in_words(
            self.policy,
            self.codes,
            basis=self.basis,
            unrecorded=self.cohort.unrecorded,
            adjusted=int(self._assigned["student_id"].nunique()),
            hold=hold,
            agree=agree,
        )

    # -- questions --------------------------------------------------------------------------------------------------

    def explain(self, student_id: int) -> Explanation:
        """
        Give every number behind one student's label; it shows itself.

        Raises
        ------
        ValueError
            There is no such student in the term.
        """
        return explain.explain(
            student_id,
            table=self.students,
            marks=self.marks,
            counts=self.counts,
            adjustments=self.adjustments,
            excusals=self.term.excusals,
            audit=self.audit,
            rule=self.rule,
            as_of=self.term.as_of,
            policy=self.counting_policy,
        )

    def compare(self, policies: Iterable[Policy]) -> pd.DataFrame:
        """
        Give each student's band under several policies, those first who change.

        Returns
        -------
        pandas.DataFrame
            One row per student: names, a column per policy (by its name; a second one of a name is called
            ``name (2)``) holding the band, ``absence_rate``, ``differs``.

        Raises
        ------
        ValueError
            No policy.
        """
        named: dict[str, Policy] = {}
        for policy in policies:
            names = (policy.name if number == 1 else f"{policy.name} ({number})" for number in itertools.count(1))
            named[next(name for name in names if name not in named)] = policy
        ids = self.term.students["student_id"].tolist()
        whole = (self._whole or self).term
        tables = {
            name: AbsenceAnalysis(whole, policy, basis=self.basis).of_students(ids)._table  # noqa: SLF001
            for name, policy in named.items()
        }
        return compare.compare(
            tables,
            chronic={name: cohort.chronic_bands(policy) for name, policy in named.items()},
            names={name: policy.band_names for name, policy in named.items()},
        )

    def for_wider_audience(self, by: str = "year_group") -> pd.DataFrame:
        """
        Count students by group and band, for readers who are not to learn of single students.

        Cells below `Policy.min_cell` are hidden, and with each of them the next smallest of its row or column, where a
        total would give it away.

        Parameters
        ----------
        by
            ``"year_group"`` or ``"homeroom"``.

        Returns
        -------
        pandas.DataFrame
            One row per group and a last one ``"Total"``; a column per band, ``"no label"``, ``"Total"``; Int64, missing
            where a cell is hidden.

        Raises
        ------
        ValueError
            `by` is neither.

        Source: ``measures.md``, "Privacy".
        """
        if by not in {"year_group", "homeroom"}:
            raise ValueError(f"by must be 'year_group' or 'homeroom', not {by!r}")
        counts = suppress.count_by_band(self._table, by, self.policy.band_names)
        return suppress.suppress(counts, self.policy.min_cell)

    def since(self, earlier: TermAttendance | AbsenceAnalysis) -> Change:
        """
        Say what has changed since an earlier state of the same term: corrected marks, bands, rates.

        Parameters
        ----------
        earlier
            A saved `TermAttendance` (this report's policy and basis are used for it), or a report of one.
        """
        before = earlier
        if isinstance(earlier, TermAttendance):
            before = AbsenceAnalysis(earlier, self.policy, basis=self.basis)
        if not isinstance(before, AbsenceAnalysis):
            raise TypeError(f"earlier must be a TermAttendance or a report, not {type(earlier).__name__}")
        return change.since(before.marks, self.marks, before._table, self._table)
