"""From marks to sessions: which rows are sessions, what they mean, and which of them are possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.absence.meanings import ABSENT, MEANINGS, UNCLASSIFIED, UNRECORDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mbreports.absence.policy import Policy

__all__ = ["apply_meanings", "order_sessions", "session_groups"]

_NO_PERIOD = -(2**15)
_OUTSIDE = -1


def apply_meanings(
    marks: pd.DataFrame, policy: Policy, *, students: pd.DataFrame | None = None, as_of: pd.Timestamp | None = None
) -> pd.DataFrame:
    """
    Give the same marks with what each of them means by the policy.

    A register is a year group's date (or a class's date), in a period where one is given. An empty answer (status
    missing) is a day off where its whole register answered so; elsewhere it is outside enrolment before the student's
    first or after the last mark in that year group or class, and an unrecorded session between them.

    Parameters
    ----------
    marks
        One row per mark: ``date, year_group_id, class_id, student_id, period, status``, as in `TermAttendance.marks`.
    policy
        Its ``meanings`` are used.
    students
        ``student_id, year_group_id``: the year group of marks that name neither a year group nor a class.
    as_of
        Marks after this day are no sessions yet.

    Returns
    -------
    pandas.DataFrame
        The rows of `marks` in their order, and ``meaning`` (str; missing where the row is no session).

    Source: measures, "From a mark to a meaning".
    """
    status = marks["status"]
    given = status.notna().to_numpy()
    known = np.ones(len(marks), dtype=bool) if as_of is None else (marks["date"] <= as_of).to_numpy()
    codes = status.fillna(0).to_numpy(np.int64)
    places = np.where(given & known, policy.meanings.table()[codes + 2**15], _OUTSIDE)
    asked = ~given & known
    if asked.any():
        places[_unrecorded(marks, session_groups(marks, students), given=given & known, asked=asked)] = MEANINGS.index(
            UNRECORDED
        )
    names = pd.array(MEANINGS, dtype="str").take(places, allow_fill=True)
    return marks.assign(meaning=pd.Series(names, index=marks.index))


def session_groups(marks: pd.DataFrame, students: pd.DataFrame | None = None) -> NDArray[np.int64]:
    """Number the year group or class of every mark, from 0; marks without either share one number."""
    years = marks["year_group_id"]
    if students is not None and years.isna().any():
        own = students.drop_duplicates("student_id").set_index("student_id")["year_group_id"]
        years = years.fillna(marks["student_id"].map(own).astype("Int64"))
    classes = marks["class_id"]
    by_class = classes.notna().to_numpy()
    ids = np.where(by_class, classes.fillna(0).to_numpy(np.int64), years.fillna(-1).to_numpy(np.int64))
    return pd.factorize(ids * 2 + by_class)[0].astype(np.int64)


def _unrecorded(
    marks: pd.DataFrame, groups: NDArray[np.int64], *, given: NDArray[np.bool_], asked: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Find the empty answers (`asked`) that are sessions: their register is taken, and the student enrolled."""
    period = marks["period"].fillna(_NO_PERIOD).to_numpy(np.int64)
    day = _days(marks["date"])
    whole_day = pd.MultiIndex.from_arrays([day, groups])
    one_period = pd.MultiIndex.from_arrays([day, groups, period])
    taken = np.where(
        period[asked] == _NO_PERIOD,
        whole_day[asked].isin(whole_day[given].unique()),
        one_period[asked].isin(one_period[given].unique()),
    )
    rows = np.flatnonzero(asked)[taken]
    return rows[_enrolled(marks["student_id"].to_numpy(), groups, day * 2**17 + period, given=given, rows=rows)]


def _enrolled(
    students: NDArray[np.int64],
    groups: NDArray[np.int64],
    moments: NDArray[np.int64],
    *,
    given: NDArray[np.bool_],
    rows: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Whether rows lie between the first and the last given mark of their student and group; a day stands for itself."""
    spans = pd.DataFrame({"student": students[given], "group": groups[given], "moment": moments[given]})
    spans = spans.groupby(["student", "group"])["moment"].agg(["min", "max"])
    keys = pd.MultiIndex.from_arrays([students[rows], groups[rows]])
    places = spans.index.get_indexer(keys)
    found = spans.to_numpy()[places]
    moment, day = moments[rows], _day_of(moments[rows])
    bare = moment == day * 2**17 + _NO_PERIOD
    after_first = np.where(bare, day >= _day_of(found[:, 0]), moment >= found[:, 0])
    before_last = np.where(bare, day <= _day_of(found[:, 1]), moment <= found[:, 1])
    return (places >= 0) & after_first & before_last


def _day_of(moments: NDArray[np.int64]) -> NDArray[np.int64]:
    return (moments + 2**15) // 2**17


def _days(dates: pd.Series[Any]) -> NDArray[np.int64]:
    return dates.to_numpy("datetime64[D]").astype(np.int64)


def order_sessions(marks: pd.DataFrame, policy: Policy, *, students: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Give the sessions among the marks, in each student's order of time, and how each of them counts.

    Parameters
    ----------
    marks
        As `apply_meanings` or `apply_excusals` gives them: with ``meaning``.
    policy
        Its rule for unrecorded sessions is used.
    students
        As for `apply_meanings`.

    Returns
    -------
    pandas.DataFrame
        One row per session, by student, date, period and class; the index is the row's label in `marks`. The columns
        of `marks`, and the booleans ``possible`` (counts in the denominator), ``absent`` (possible, and unexcused or
        excused) and ``unrecorded``.

    Source: measures, "From a mark to a meaning": possible = present, late, unexcused and excused, with the unrecorded
    ones under the rule ``"present"``, and under ``"exclude_untaken"`` those in a register where somebody has a
    recorded code.
    """
    meaning = pd.Categorical(marks["meaning"], categories=list(MEANINGS)).codes
    rows = np.flatnonzero(meaning >= 0)
    order = rows[_in_order(marks.iloc[rows] if len(rows) < len(marks) else marks)]
    ordered = marks.iloc[order]
    meant = meaning[order]
    unrecorded = meant == MEANINGS.index(UNRECORDED)
    absent = np.isin(meant, [MEANINGS.index(name) for name in ABSENT])
    counts = ~unrecorded & (meant != MEANINGS.index(UNCLASSIFIED))
    if policy.unrecorded == "present":
        counts |= unrecorded
    elif policy.unrecorded == "exclude_untaken" and unrecorded.any():
        counts |= unrecorded & _in_taken(ordered, session_groups(ordered, students), recorded=~unrecorded)
    return ordered.assign(possible=counts, absent=absent, unrecorded=unrecorded)


def _in_order(marks: pd.DataFrame) -> NDArray[np.intp]:
    last = 2**62
    keys = (
        marks["class_id"].fillna(last).to_numpy(np.int64),
        marks["period"].astype("Int32").fillna(2**30).to_numpy(np.int64),
        _days(marks["date"]),
        marks["student_id"].to_numpy(),
    )
    return np.lexsort([key for key in keys if len(key) and (key != key[0]).any()] or [np.zeros(len(marks))])


def _in_taken(sessions: pd.DataFrame, groups: NDArray[np.int64], *, recorded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether somebody of the session's register has a recorded code; without a period, in any period of the day."""
    period = sessions["period"].fillna(_NO_PERIOD).to_numpy(np.int64)
    keys = pd.DataFrame({"day": _days(sessions["date"]), "group": groups, "period": period, "recorded": recorded})
    taken = keys.groupby(["day", "group", "period"], sort=False)["recorded"].transform("any").to_numpy()
    if (period == _NO_PERIOD).all():
        return taken
    any_period = keys.groupby(["day", "group"], sort=False)["recorded"].transform("any").to_numpy()
    return np.where(period == _NO_PERIOD, any_period, taken)
