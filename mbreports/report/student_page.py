"""`StudentPages`: an analysis → what stands on each student's page."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.absence.codes import PRESENT_LETTER
from mbreports.absence.meanings import ABSENT, EXCUSED, LATE, PRESENT, UNCLASSIFIED, UNEXCUSED, UNRECORDED
from mbreports.absence.patterns import WEEKDAYS
from mbreports.report import student_words, wording
from mbreports.report.student_absences import list_absences
from mbreports.report.student_calendar import Grid, Mark, SchoolDays, draw_calendar
from mbreports.report.student_charts import draw_bars, draw_weeks
from mbreports.report.student_parts import Figure, Key, Sheet, StudentPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.report.look import Look
    from mbreports.report.student_charts import Counts
    from mbreports.report.student_parts import Calendar, Kind

__all__ = ["StudentPages", "make_sheet"]

_KINDS: dict[str, Kind] = {
    PRESENT: "other",
    LATE: "late",
    UNEXCUSED: "open",
    EXCUSED: "explained",
    UNRECORDED: "unrecorded",
    UNCLASSIFIED: "unclassified",
}
_WORDS = {
    UNEXCUSED: ("absent", "unexplained"),
    EXCUSED: ("absent", "explained"),
    LATE: ("attended",),
    PRESENT: ("attended",),
    UNRECORDED: ("no entry in the register",),
    UNCLASSIFIED: ("not counted",),
}
"""What the legend says of a code, beside the school's own word for it."""
_SAID_ALREADY = {"absent": "absen", "explained": "excus"}
"""A word of the legend is left out where the school's own says it: ``Excused absence``."""

_MOST_PERIODS = 12
_SESSION = ["date", "period", "class_id", "status", "label", "note", "meaning", "excused_by", "possible", "absent"]
_NOBODY = -1
"""The year group of students who have none."""


def make_sheet(report: AbsenceAnalysis, look: Look) -> Sheet:
    """Give what all students' pages have in common."""
    term, as_of = report.term, report.cohort.as_of
    return Sheet(
        school=look.name or wording.clean(term.school),
        title=look.title or ", ".join(filter(None, ("Attendance", wording.clean(term.term_name)))),
        span=wording.date_range(term.starts_on, term.ends_on),
        footer=look.footer or "",
        as_of=f"As of {wording.long_date(as_of)}" if as_of is not None else "",
        rule=student_words.rule(report.policy, _absent_labels(report), report.basis),
        calendar="The term, day by day" if len(set(report.term.terms["name"])) < 2 else "These terms, day by day",  # noqa: PLR2004
    )


def _absent_labels(report: AbsenceAnalysis) -> list[str]:
    codes = report.codes
    labels = codes.loc[codes["meaning"].isin(ABSENT), "label"]
    return [wording.clean(label) for label in dict.fromkeys(labels)]


class StudentPages:
    """
    The pages of a report's students, made one by one.

    Parameters
    ----------
    report
        The numbers; of some students of a school, perhaps: a student's year group is the whole school's all the same.
    """

    def __init__(self, report: AbsenceAnalysis) -> None:
        self._report = report
        self._policy = report.counting_policy
        terms = len(set(report.term.terms["name"]))
        self._unit = student_words.Unit.of(days=report.whole.cohort.sessions_are_days, terms=max(terms, 1))
        people = report.term.students
        self._people = _each(people)
        self._group_of = {number: _group(one["year_group_id"]) for number, one in self._people.items()}
        self._rows, self._ahead, self._trends = map(_each, (report.students, report.outlook, report.trends))
        self._sessions = _by_student(report.rows, _SESSION)
        self._claims = _by_student(report.weekday_claims)
        self._excusals = _by_student(report.term.excusals)
        self._adjustments = _by_student(report.adjustments)
        self._differences = _by_student(report.reconciliation)
        self._findings = _by_student(report.audit, ["kind"])
        self._terms = _by_student(report.term_rates) if terms > 1 else {}
        self._classes = dict(zip(report.term.classes["class_id"], report.term.classes["name"], strict=True))
        self._letters = _letters(report)
        self._days = _school_days(report)
        self._group_weeks = _group_weeks(report)
        self._grid = _grid(report, self._days)

    def __iter__(self) -> Iterator[StudentPage]:
        """Give the pages in the report's order."""
        for student_id in self._rows:
            yield self.page(student_id)

    def page(self, student_id: int) -> StudentPage:
        """Give one student's page."""
        row, sessions = self._rows[student_id], self._sessions.get(student_id, [])
        headline, rest = student_words.headline(
            row, self._dated(sessions), self._to_come(student_id), self._policy, self._unit
        )
        calendar, keys = self._calendar(student_id, sessions)
        absences = list_absences(
            sessions, self._excusals.get(student_id, []), self._letters, self._classes, self._policy, self._unit
        )
        person = self._people[student_id]
        own = _counts_by(sessions, lambda session: session["date"].date() - dt.timedelta(session["date"].weekday()))
        trend = self._trends.get(student_id, {})
        return StudentPage(
            student_id=student_id,
            name=wording.full_name(person["last_name"], person["first_name"], student_id),
            section=wording.clean(person["year_group"]),
            about=_about(person, student_id),
            headline=headline,
            rest=" ".join(filter(None, (rest, self._by_term(student_id)))),
            figures=self._figures(row),
            calendar=calendar,
            keys=keys,
            weeks=draw_weeks(own, self._group_weeks.get(self._group_of[student_id], {})),
            weekdays=draw_bars(_named(_counts_by(sessions, lambda session: session["date"].weekday()), _weekday)),
            periods=self._periods(sessions),
            trend=student_words.trend(trend.get("trend"), trend.get("rate_before"), trend.get("rate_now")),
            pattern=student_words.pattern(self._claims.get(student_id, []), row["spells"]),
            absences=absences,
            footnotes=tuple(self._footnotes(student_id, row, sessions)),
            reconciles=self._reconciles(student_id),
        )

    def _dated(self, sessions: Sequence[Mapping[str, Any]]) -> student_words.Dated:
        meanings = self._policy.meanings
        excused = [session for session in sessions if session["meaning"] == EXCUSED]
        by_parent = sum(meanings.get(int(session["status"])) == UNEXCUSED for session in excused)
        return student_words.Dated(sum(int(session["absent"]) for session in sessions), len(excused), by_parent)

    def _to_come(self, student_id: int) -> int | None:
        coming = self._ahead[student_id]["sessions_to_come"]
        return int(coming) if wording.given(coming) else None

    def _by_term(self, student_id: int) -> str:
        said = [
            f"{wording.clean(one['term'])}: {one['absent']} of {one['possible']} "
            f"({wording.percent(one['absent'], one['possible'], self._policy)})"
            for one in self._terms.get(student_id, [])
        ]
        return f"{'; '.join(said)}." if said else ""

    def _figures(self, row: Mapping[str, Any]) -> tuple[Figure, ...]:
        unit, since = self._unit, row["days_since_last_absence"]
        if not row["possible"]:
            return ()
        longest = f", longest {unit.count(row['longest_spell'])}" if row["spells"] else ""
        in_time = row["possible"] if self._policy.lates_per_absence else row["attended"]
        of_them = unit.count(in_time) + ("" if self._policy.lates_per_absence else " attended")
        of_absent = f"of {row['absent']:,} " if row["absent"] else ""
        lates = row["late"] // self._policy.lates_per_absence if self._policy.lates_per_absence else 0
        are_lates = f", {lates:,} of them for lates" if lates else ""
        last = "no absence with a date" if row["absent"] else "no absence"
        if wording.given(since):
            last = f"{'school day' if since == 1 else 'school days'} since the last absence"
        return (
            Figure(wording.whole(row["absent"]), f"of {unit.count(row['possible'])} absent"),
            Figure(wording.whole(row["unexcused"]), f"{of_absent}without explanation{are_lates}"),
            Figure(wording.whole(row["late"]), f"{'time' if row['late'] == 1 else 'times'} late, of {of_them}"),
            Figure(wording.whole(row["spells"]), f"{'spell' if row['spells'] == 1 else 'spells'} of absence{longest}"),
            Figure(wording.whole(since), last),
        )

    def _calendar(
        self, student_id: int, sessions: Sequence[Mapping[str, Any]]
    ) -> tuple[Calendar | None, tuple[Key, ...]]:
        if self._grid is None:
            return None, ()
        marks = [self._mark(session) for session in sessions]
        periods = sorted({mark.period for mark in marks if mark.period is not None})
        grid = dataclasses.replace(self._grid, periods=tuple(periods) or (None,))
        calendar = draw_calendar(grid, marks, self._days[self._group_of[student_id]])
        keys = _own_keys(self._letters, sessions)
        extra = (
            Key("", "holiday", "no school") if calendar.holidays else None,
            Key("", "to come", "still to come") if calendar.to_come else None,
            Key("", "not enrolled", "no mark: not enrolled") if calendar.not_enrolled else None,
        )
        return calendar, (*keys, *(key for key in extra if key is not None))

    def _mark(self, session: Mapping[str, Any]) -> Mark:
        key = self._letters[_code(session["status"]), session["meaning"]]
        period = session["period"]
        kind = None if key.kind == "present" else _KINDS[session["meaning"]]
        return Mark(session["date"].date(), int(period) if wording.given(period) else None, kind, key.letter)

    def _periods(self, sessions: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
        counts = _counts_by(
            [session for session in sessions if wording.given(session["period"])], lambda session: session["period"]
        )
        return draw_bars(_named(counts, str)) if 1 < len(counts) <= _MOST_PERIODS else ()

    def _footnotes(self, student_id: int, row: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]]) -> list[str]:
        open_days = sorted({session["date"].date() for session in sessions if session["meaning"] == UNRECORDED})
        labels = [wording.clean(session["label"]) for session in sessions if session["meaning"] == UNCLASSIFIED]
        chance = self._ahead[student_id]["chance_words"]
        return student_words.footnotes(
            row,
            open_days=open_days,
            unclassified=list(dict.fromkeys(filter(None, labels))),
            adjustments=self._adjustments.get(student_id, []),
            findings=collections.Counter(one["kind"] for one in self._findings.get(student_id, [])),
            chance=chance if self._to_come(student_id) else None,
            policy=self._policy,
            unit=self._unit,
        )

    def _reconciles(self, student_id: int) -> str:
        if self._report.basis != "homeroom" or self._report.whole.term.totals.empty:
            return ""
        rows = self._differences.get(student_id, [])
        if not rows:
            return "reconciles with ManageBac’s totals"
        said = ", ".join(
            f"{wording.clean(one['label']) or one['status']} {one['in_total']} there, "
            f"{one['from_marks'] + one['adjustment']} here"
            for one in rows
        )
        return f"differs from ManageBac’s totals: {said}"


def _group(year_group_id: Any) -> int:
    return int(year_group_id) if wording.given(year_group_id) else _NOBODY


def _code(status: Any) -> int | None:
    return int(status) if wording.given(status) else None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in record.items()} for record in frame.to_dict("records")]


def _each(frame: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """Each student's one row as plain values."""
    return {int(record["student_id"]): record for record in _records(frame)}


def _by_student(frame: pd.DataFrame, columns: list[str] | None = None) -> dict[int, list[dict[str, Any]]]:
    """Each student's rows as plain values, in their order."""
    held = frame.reset_index(drop=True)
    records = _records(held if columns is None else held[columns])
    out: dict[int, list[dict[str, Any]]] = collections.defaultdict(list)
    for student_id, record in zip(held["student_id"].tolist(), records, strict=True):
        out[student_id].append(record)
    return out


def _letters(report: AbsenceAnalysis) -> dict[tuple[int | None, str], Key]:
    """How each code and meaning is drawn, and what the legend says of it, in the legend's order."""
    order = (UNEXCUSED, EXCUSED, LATE, PRESENT, UNRECORDED, UNCLASSIFIED)
    codes = sorted(report.codes.to_dict("records"), key=lambda code: order.index(code["meaning"]))
    keys = {}
    for code in codes:
        label, meaning, simple = wording.clean(code["label"]), code["meaning"], code["letter"] == PRESENT_LETTER
        kind = "present" if simple else _KINDS[meaning]
        keys[_code(code["status"]), meaning] = Key(code["letter"], kind, ", ".join(_WORDS[meaning]), label)
    return keys


def _own_keys(letters: Mapping[tuple[int | None, str], Key], sessions: Sequence[Mapping[str, Any]]) -> list[Key]:
    """The legend of one student: the codes met, in the words of the student's own marks."""
    labels: dict[tuple[int | None, str], str] = {}
    for session in sessions:
        code = (_code(session["status"]), session["meaning"])
        if not labels.get(code):
            labels[code] = wording.clean(session["label"]) or letters[code].label
    return [
        dataclasses.replace(key, words=_legend(labels[code], key, code[1]))
        for code, key in letters.items()
        if code in labels
    ]


def _legend(label: str, key: Key, meaning: str) -> str:
    if key.kind == "unrecorded" or not label:
        return key.words
    said = [word for word in _WORDS[meaning] if _SAID_ALREADY.get(word, "\0") not in label.casefold()]
    return label if key.kind == "present" or not said else f"{label} ({', '.join(said)})"


def _school_days(report: AbsenceAnalysis) -> dict[int, SchoolDays]:
    """Each year group's days with a session, by the whole school's marks, and those to come, by its calendar."""
    whole = report.whole
    groups = whole.term.students.set_index("student_id")["year_group_id"].astype("Int64").fillna(_NOBODY)
    met = whole.rows[["student_id", "date"]]
    pairs = pd.DataFrame({"group": met["student_id"].map(groups), "date": met["date"]}).drop_duplicates()
    dates: dict[int, set[dt.date]] = collections.defaultdict(set)
    for group, date in zip(pairs["group"].tolist(), pairs["date"].tolist(), strict=True):
        dates[group].add(date.date())
    as_of, known = whole.term.as_of, whole.term.school_days
    later = known[known["date"] > as_of] if as_of is not None else known.iloc[:0]
    for_all = {date.date() for date in later.loc[later["year_group_id"].isna(), "date"]}
    own: dict[int, set[dt.date]] = collections.defaultdict(set)
    named = later.dropna(subset="year_group_id")
    for group, date in zip(named["year_group_id"].tolist(), named["date"].tolist(), strict=True):
        own[group].add(date.date())
    every = {int(group) for group in groups.unique()}
    return {group: SchoolDays(frozenset(dates[group]), frozenset(for_all | own[group])) for group in every}


def _grid(report: AbsenceAnalysis, days: Mapping[int, SchoolDays]) -> Grid | None:
    """The squares of everybody, before a student's own periods; none without a session or a school day."""
    term = report.whole.term
    every = set(itertools.chain.from_iterable((*held.met, *held.to_come) for held in days.values()))
    if not every:
        return None
    bounds = [*every, *(bound.date() for bound in (term.starts_on, term.ends_on) if bound is not None)]
    first, last = min(bounds), max(bounds)
    worked = {day.weekday() for day in every}
    sunday_first = 6 in worked and 5 not in worked  # noqa: PLR2004 -- Sunday, and no Saturday
    order = [6, *range(6)] if sunday_first else list(range(7))
    return Grid(
        days=tuple(first + dt.timedelta(number) for number in range((last - first).days + 1)),
        weekdays=tuple(weekday for weekday in order if weekday in worked),
        periods=(None,),
    )


def _group_weeks(report: AbsenceAnalysis) -> dict[int, dict[dt.date, Counts]]:
    """Each year group's counts by week; none of a group so small that a line would tell of single students."""
    whole = report.whole
    size = whole.term.students["year_group_id"].value_counts()
    large = set(size.index[size >= max(whole.policy.min_cell, 2)].tolist())
    out: dict[int, dict[dt.date, Counts]] = collections.defaultdict(dict)
    for one in _records(whole.year_group_weeks.dropna(subset="year_group_id")):
        if int(one["year_group_id"]) in large:
            out[int(one["year_group_id"])][one["week"].date()] = (one["absent"], one["possible"])
    return out


def _counts_by(sessions: Sequence[Mapping[str, Any]], key: Any) -> dict[Any, Counts]:
    """Absent and possible sessions by a key, ascending."""
    counts: dict[Any, list[int]] = {}
    for session in sessions:
        if session["possible"]:
            held = counts.setdefault(key(session), [0, 0])
            held[0] += session["absent"]
            held[1] += 1
    return {name: (counts[name][0], counts[name][1]) for name in sorted(counts)}


def _named(counts: Mapping[Any, Counts], name: Any) -> dict[str, Counts]:
    return {name(key): count for key, count in counts.items()}


def _weekday(number: int) -> str:
    return WEEKDAYS[number][:3]


def _about(person: Mapping[str, Any], student_id: int) -> str:
    homeroom = wording.clean(person["homeroom"])
    parts = (
        wording.clean(person["year_group"]),
        f"homeroom {homeroom}" if homeroom else "",
        f"student {wording.clean(person['school_id']) or student_id}",
        "archived" if wording.given(person["archived"]) and person["archived"] else "",
    )
    return " · ".join(filter(None, parts))
