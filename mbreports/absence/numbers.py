"""What a term and a policy give: marks and counts, students, spells, patterns and groups."""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from mbreports.absence import (
    adjust,
    claims,
    cohort,
    excuse,
    outlook,
    patterns,
    sessions,
    spells,
    summary,
)
from mbreports.absence.kept import kept_frame
from mbreports.absence.order import sort_students
from mbreports.absence.policy import Policy
from mbreports.frames.groups import fill_year_groups
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mbreports.absence.cohort import Cohort

__all__ = ["TermNumbers"]

_BASES = ("homeroom", "class")
_NAMES = ["student_id", "last_name", "first_name", "year_group"]
_COUNTS = ["possible", "attended", "late", "absent", "excused", "unexcused", "unrecorded", "unclassified"]


class TermNumbers:
    """
    A term's attendance under a policy, as frames that are made when they are asked for.

    Parameters
    ----------
    term
        The term's frames.
    policy
        The rule; left out, `Policy.attendance_works`.
    basis
        ``"homeroom"`` or ``"class"``: which marks are counted; left out, homeroom where it has any mark. Adjustments
        and ManageBac's totals are of homeroom alone, so with ``"class"`` they are shown and not used.

    Raises
    ------
    TypeError
        `term` is no `TermAttendance`, or `policy` no `Policy`.
    ValueError
        `basis` is neither.
    """

    def __init__(self, term: TermAttendance, policy: Policy | None = None, *, basis: str | None = None) -> None:
        if not isinstance(term, TermAttendance):
            raise TypeError(f"term must be a TermAttendance, not {type(term).__name__}; see TermAttendance.from_frames")
        if policy is not None and not isinstance(policy, Policy):
            raise TypeError(f"policy must be a Policy, not {type(policy).__name__}; see Policy.from_toml")
        if basis not in (*_BASES, None):
            raise ValueError(f"basis must be 'homeroom' or 'class', not {basis!r}")
        self.term = term
        self.policy = policy or Policy()
        self.basis = basis or _basis_of(term)
        self._whole: Self | None = None

    def of_students(self, student_ids: Sequence[int]) -> Self:
        """
        Give the same report of some of its students; what they are compared with stays the whole school.

        Raises
        ------
        ValueError
            An id is not among the report's students.
        """
        part = copy.copy(self)
        for name in [
            name for name in part.__dict__ if isinstance(getattr(type(self), name, None), functools.cached_property)
        ]:
            del part.__dict__[name]
        part.term = self.term.of_students(student_ids)
        part._whole = self._whole or self  # noqa: SLF001 -- its own kind
        return part

    def student(self, student_id: int) -> Self:
        """Give the same report of one student; see `of_students`."""
        return self.of_students([student_id])

    @property
    def whole(self) -> Self:
        """The report of everybody that this one is a part of; itself where it is no part."""
        return self._whole or self

    # -- marks and counts -------------------------------------------------------------------------------------------

    @kept_frame
    def marks(self) -> pd.DataFrame:
        """
        One row per mark, with ``meaning`` (missing: no session), ``excused_by`` and ``taken``.

        A homeroom mark without a year group has its student's.
        """
        if self._whole is not None:
            return self._own(self._whole.marks)
        return self._homeroom_marks if self.basis == "homeroom" else self._meant(self.term.class_marks)

    @kept_frame
    def rows(self) -> pd.DataFrame:
        """One row per session: the marks that have a meaning, with ``possible`` and ``absent``."""
        return sessions.session_rows(self.marks, self.policy)

    @kept_frame
    def counts(self) -> pd.DataFrame:
        """One row per student, code and meaning: ``from_marks, adjustment, count``."""
        return self._adjusted[0]

    @kept_frame
    def adjustments(self) -> pd.DataFrame:
        """One row per adjustment: the code that it went to, ``applied``, ``not_fitting`` and a ``remark``."""
        return self._adjusted[1]

    @functools.cached_property
    def _adjusted(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return adjust.apply_adjustments(self._from_marks, self._assigned, self.counting_policy)

    @property
    def counting_policy(self) -> Policy:
        """The policy as it counts here: the adjustments are of homeroom, and no class's."""
        return self.policy if self.basis == "homeroom" else self.policy.replace(adjustments="leave")

    @functools.cached_property
    def _from_marks(self) -> pd.DataFrame:
        return adjust.count_marks(self.rows)

    @functools.cached_property
    def _assigned(self) -> pd.DataFrame:
        if self._whole is not None:
            return self._own(self._whole._assigned)  # noqa: SLF001 -- its own kind
        labels = self.rows[["student_id", "status", "label"]] if len(self.term.adjustments) else self._from_marks
        return adjust.assign_codes(self.term.adjustments, labels.drop_duplicates(), self.term.categories)

    # -- students ---------------------------------------------------------------------------------------------------

    @kept_frame
    def students(self) -> pd.DataFrame:
        """
        One row per student of the term, none left out, by year group and name.

        Columns: ``student_id, last_name, first_name, year_group, possible, attended, late, absent, excused, unexcused,
        unrecorded, unclassified, attendance_rate, absence_rate, band, spells, longest_spell, current_spell,
        days_since_last_absence, trend, can_still_miss, best_attainable, recovery, rate_low, rate_high, often_weekday``.
        """
        by_id = ["trend", "often_weekday"]
        table = (
            self._table.merge(self._spell_counts, on="student_id", how="left")
            .merge(self._tendencies, on="student_id", how="left")
            .merge(self.outlook, on="student_id", how="left")
        )
        rates = ["attendance_rate", "absence_rate", "band"]
        streaks = ["spells", "longest_spell", "current_spell", "days_since_last_absence", by_id[0]]
        ahead = ["can_still_miss", "best_attainable", "recovery", "rate_low", "rate_high", by_id[1]]
        return table[[*_NAMES, *_COUNTS, *rates, *streaks, *ahead]]

    @functools.cached_property
    def _table(self) -> pd.DataFrame:
        """The students in order, with their counts, rates and bands."""
        people = sort_students(self.term.students)
        counted = summary.summarise_students(people, self.counts, self.rows, self.policy)
        return people.drop(columns="archived").merge(counted, on="student_id")

    @functools.cached_property
    def _spell_counts(self) -> pd.DataFrame:
        ids = self.term.students["student_id"].tolist()
        return spells.summarise_spells(self.rows, self.spells, ids).rename_axis("student_id").reset_index()

    @functools.cached_property
    def _tendencies(self) -> pd.DataFrame:
        """Each student's trend, and the weekday of a tested claim."""
        claimed = self.weekday_claims[self.weekday_claims["claimed"]].sort_values("p", kind="stable")
        often = claimed.drop_duplicates("student_id")[["student_id", "weekday"]].rename(
            columns={"weekday": "often_weekday"}
        )
        ids = self.term.students[["student_id"]]
        both = ids.merge(self.trends[["student_id", "trend"]], on="student_id", how="left")
        return both.merge(often, on="student_id", how="left").astype({"trend": "str", "often_weekday": "str"})

    @kept_frame
    def trends(self) -> pd.DataFrame:
        """One row per student: the rate of the last 20 school days against the 20 before."""
        return patterns.trends(self.rows)

    @kept_frame
    def outlook(self) -> pd.DataFrame:
        """One row per student: what is still to come, and what it would take."""
        if self._whole is not None:
            return self._own(self._whole.outlook)
        counts = self._table[["student_id", "year_group_id", "possible", "absent"]]
        return outlook.outlook(
            counts,
            self.rows,
            self.spells,
            self.term.school_days,
            self.term.as_of,
            self.term.ends_on,
            self.policy,
            terms=self.term.terms,
        )

    # -- spells and patterns ----------------------------------------------------------------------------------------

    @kept_frame
    def spells(self) -> pd.DataFrame:
        """One row per spell of each student: its dates, its sessions, and whether it is uncertain or open."""
        return spells.find_spells(self.rows)

    @kept_frame
    def weekday_claims(self) -> pd.DataFrame:
        """One row per tested student and weekday: ``starts, spells, expected, p, claimed``; tested over the school."""
        if self._whole is not None:
            return self._own(self._whole.weekday_claims)
        return claims.weekday_claims(self.rows, self.spells)

    @kept_frame
    def movers(self) -> pd.DataFrame:
        """One row per student whose absence is rising or falling, the largest change first."""
        moved = self.trends[self.trends["trend"].isin(["rising", "falling"])]
        named = moved.merge(self._table[_NAMES], on="student_id")
        columns = [*_NAMES, "rate_before", "rate_now", "change", "trend"]
        return named[columns].sort_values("change", ascending=False, kind="stable", ignore_index=True)

    @kept_frame
    def weekdays(self) -> pd.DataFrame:
        """One row per weekday that has sessions: ``weekday, students, possible, absent, absence_rate``."""
        return patterns.weekday_rates(self.rows)

    @kept_frame
    def periods(self) -> pd.DataFrame:
        """One row per period that has sessions."""
        return patterns.period_rates(self.rows)

    @kept_frame
    def weeks(self) -> pd.DataFrame:
        """One row per week (its Monday)."""
        return patterns.week_rates(self.rows)

    @kept_frame
    def months(self) -> pd.DataFrame:
        """One row per month."""
        return patterns.month_rates(self.rows)

    @kept_frame
    def year_group_weeks(self) -> pd.DataFrame:
        """One row per year group and week, of the whole school: what a student's weeks are held against."""
        if self._whole is not None:
            return self._whole.year_group_weeks
        groups = self.term.students.set_index("student_id")["year_group_id"]
        rows = self.rows.assign(week=_mondays(self.rows["date"]), year_group_id=self.rows["student_id"].map(groups))
        return patterns.rates_by(rows, ["year_group_id", "week"])

    @kept_frame
    def student_weeks(self) -> pd.DataFrame:
        """One row per student and week."""
        return patterns.rates_by(self.rows.assign(week=_mondays(self.rows["date"])), ["student_id", "week"])

    @kept_frame
    def student_weekdays(self) -> pd.DataFrame:
        """One row per student and weekday."""
        return patterns.rates_by(patterns.add_weekday(self.rows), ["student_id", "weekday"])

    @kept_frame
    def term_rates(self) -> pd.DataFrame:
        """
        One row per student and term of a joined year: ``term, student_id, possible, absent, absence_rate``.

        A name that the terms of several academic years have gets the year with it.
        """
        key = ["name", "academic_year"]
        terms = self.term.terms.groupby(key, sort=False, dropna=False, as_index=False).agg(
            starts_on=("starts_on", "min"), ends_on=("ends_on", "max")
        )
        twice = terms["name"].duplicated(keep=False) & terms["academic_year"].notna()
        called = terms["name"].mask(twice, terms["name"] + ", " + terms["academic_year"].fillna(""))
        named = pd.Series(None, index=self.rows.index, dtype="object")
        for name, first, last in zip(called, terms["starts_on"], terms["ends_on"], strict=True):
            named[self.rows["date"].between(first, last)] = name
        rates = patterns.rates_by(self.rows.assign(term=named)[named.notna()], ["term", "student_id"])
        return rates.drop(columns="students")

    # -- groups -----------------------------------------------------------------------------------------------------

    @functools.cached_property
    def cohort(self) -> Cohort:
        """The figures of all students together."""
        return cohort.summarise_cohort(self._table, self.rows, self.policy, self.term.as_of)

    @kept_frame
    def bands(self) -> pd.DataFrame:
        """One row per band, then those without a label: ``band, low, high, rule, students, share``."""
        return cohort.summarise_bands(self._table, self.policy)

    @kept_frame
    def year_groups(self) -> pd.DataFrame:
        """One row per year group: counts, rate, students chronically and severely absent."""
        return cohort.group_rates(self._table, ["year_group_id", "year_group"], self.policy)

    @kept_frame
    def homerooms(self) -> pd.DataFrame:
        """One row per homeroom of a year group."""
        return cohort.group_rates(self._table, ["year_group", "homeroom"], self.policy)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _own(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["student_id"].isin(self.term.students["student_id"])].reset_index(drop=True)

    @functools.cached_property
    def _homeroom_marks(self) -> pd.DataFrame:
        return self._meant(fill_year_groups(self.term.marks, self.term.students))

    def _meant(self, marks: pd.DataFrame) -> pd.DataFrame:
        meant = sessions.apply_meanings(marks, self.policy, as_of=self.term.as_of)
        return excuse.apply_excusals(meant, self.term.excusals)


def _basis_of(term: TermAttendance) -> str:
    return "class" if term.marks["status"].isna().all() and term.class_marks["status"].notna().any() else "homeroom"


def _mondays(dates: pd.Series[Any]) -> pd.Series[Any]:
    return dates - pd.to_timedelta(dates.dt.day_of_week, unit="D")
