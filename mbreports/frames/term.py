"""`TermAttendance`: everything of a term that a report needs, as frames."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from mbreports.errors import FrameError
from mbreports.frames import store
from mbreports.frames.columns import (
    ADJUSTMENTS,
    CATEGORIES,
    CLASSES,
    EXCUSALS,
    MARKS,
    SCHOOL_DAYS,
    STUDENTS,
    TERMS,
    TOTALS,
    Columns,
    conform,
    empty,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["TermAttendance"]

_FRAMES: dict[str, tuple[Columns, tuple[str, ...]]] = {
    "students": (STUDENTS, ("student_id",)),
    "marks": (MARKS, ("date", "student_id", "status")),
    "totals": (TOTALS, ("student_id", "status", "count")),
    "adjustments": (ADJUSTMENTS, ("student_id", "label", "adjustment")),
    "excusals": (EXCUSALS, ("student_id", "start_date", "end_date")),
    "class_marks": (MARKS, ("date", "student_id", "class_id", "status")),
    "school_days": (SCHOOL_DAYS, ("date",)),
    "categories": (CATEGORIES, ("status", "label")),
    "classes": (CLASSES, ("class_id",)),
    "terms": (TERMS, ("name", "starts_on", "ends_on")),
}
"""The frames of a term: their columns, and those that have to be there."""

_SAID_ANYWAY = ("students", "marks")
"""The frames whose number of rows is said where it is 0, too."""

_DATED = ("date", "start_date", "end_date")
_MARK_KEY = ["student_id", "date", "class_id", "period"]


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TermAttendance:
    """
    A term's attendance as it was on one date: frames only, no connection.

    Made by ``mb.fetch.term``, by `from_frames` or by `load`; a report made from it gives the same numbers
    whenever it is made. Frames that have nothing to say are empty, with their columns and dtypes.

    Attributes
    ----------
    school
        The school's name, or None.
    term_id
        ManageBac's id; a tuple of them where several programmes or terms are held; None where unknown.
    term_name
        What the school calls the term, or None.
    starts_on, ends_on
        The term's first and last day, or None.
    as_of
        The last day that the marks can speak of; later marks are no sessions yet. Never the clock:
        the last marked date where none was given, None where there are no marks.
    students
        One row per student: ``student_id, school_id, last_name, first_name, year_group_id, year_group,
        homeroom, archived``.
    marks
        One row per homeroom mark: ``date, year_group_id, class_id, student_id, period, status, label, note``.
    totals
        ManageBac's own homeroom totals: ``student_id, status, label, count``.
    adjustments
        ``student_id, adjustment_id, label, adjustment``.
    excusals
        ``excusal_id, student_id, parent_id, start_date, end_date, duration, comment, created_at, updated_at``.
    class_marks
        One row per class mark; columns as in `marks`.
    school_days
        ``date, year_group_id, rotation_day``; the days after `as_of` too.
    categories
        The school's attendance categories: ``status, label, abbreviation, enabled, color_code``.
    classes
        The classes of `class_marks`: ``class_id, name, subject, teachers``.
    terms
        The terms held: ``term_id, name, programme, academic_year_id, academic_year, starts_on, ends_on, active``.
    fetched_at
        When the oldest answer behind the frames was given (UTC), or None.
    stale
        Whether an answer older than its lifetime had to serve, because ManageBac could not be reached.
    """

    students: pd.DataFrame
    marks: pd.DataFrame
    totals: pd.DataFrame
    adjustments: pd.DataFrame
    excusals: pd.DataFrame
    class_marks: pd.DataFrame
    school_days: pd.DataFrame
    categories: pd.DataFrame
    classes: pd.DataFrame
    terms: pd.DataFrame
    school: str | None = None
    term_id: int | tuple[int, ...] | None = None
    term_name: str | None = None
    starts_on: pd.Timestamp | None = None
    ends_on: pd.Timestamp | None = None
    as_of: pd.Timestamp | None = None
    fetched_at: pd.Timestamp | None = None
    stale: bool = False

    @classmethod
    def from_frames(cls, *, students: pd.DataFrame, marks: pd.DataFrame, **others: Any) -> Self:
        """
        Take a school's own frames, a CSV export say; everything that is wrong with them is said at once.

        Parameters
        ----------
        students
            One row per student; only ``student_id`` is required.
        marks
            One row per mark; ``date``, ``student_id`` and ``status`` are required. A missing status is an empty
            answer. Two sessions a day are two ``period``s.
        **others
            Any other attribute of this class, by its name. Dates may be text.

        Returns
        -------
        TermAttendance
            With every frame in its documented columns and dtypes, and copies of the rows in their order.

        Raises
        ------
        FrameError
            Its ``problems`` name every column, value, key and date that does not fit.
        TypeError
            A keyword that is no attribute of this class.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(others) - names):
            raise TypeError(f"no such part of a term: {', '.join(unknown)}; there are {', '.join(sorted(names))}")
        problems: list[str] = []
        given = {"students": students, "marks": marks, **others}
        parts: dict[str, Any] = {name: _frame(name, given.get(name), problems) for name in _FRAMES}
        for name in ("starts_on", "ends_on", "as_of"):
            parts[name] = _day(name, given.get(name), problems)
        for name in ("school", "term_id", "term_name", "fetched_at", "stale"):
            if name in given:
                parts[name] = given[name]
        if problems := problems + _problems(parts):
            raise FrameError(problems)
        if parts["as_of"] is None:
            parts["as_of"] = _last_marked(parts)
        return cls(**parts)

    def __repr__(self) -> str:
        """Say what it holds, in one line, and nothing of any student."""
        named = [part for part in (self.school, self.term_name) if part]
        days = [f"as of {self.as_of:%Y-%m-%d}"] if self.as_of is not None else []
        parts = {name: len(frame) for name in _FRAMES if len(frame := getattr(self, name)) or name in _SAID_ANYWAY}
        held = [f"{name.replace('_', ' ')}: {rows:,}" for name, rows in parts.items()]
        return f"<{type(self).__name__} {', '.join(named + days + held)}>"

    def replace(self, **changes: Any) -> Self:
        """Give this term with other parts, checked as `from_frames` checks them."""
        parts = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return type(self).from_frames(**(parts | changes))

    def of_students(self, student_ids: Sequence[int]) -> Self:
        """
        Give the same term of some of its students only; the term's days, categories and classes stay.

        Raises
        ------
        ValueError
            An id is not among `students`.
        """
        wanted = list(dict.fromkeys(student_ids))
        if unknown := sorted(set(wanted) - set(self.students["student_id"])):
            raise ValueError(f"not among this term's {len(self.students)} students: {_some(unknown)}")
        parts = {
            name: frame[frame["student_id"].isin(wanted)].reset_index(drop=True)
            for name in _FRAMES
            if "student_id" in (frame := getattr(self, name)).columns
        }
        return dataclasses.replace(self, **parts)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """
        Write the term into a folder: a Parquet file per frame and one JSON; whole or not at all.

        The folder and its files are readable by their owner alone. A term that was saved there before is replaced.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ReportError
            The folder cannot be written, or holds something that is no saved term.
        """
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return store.write_term(folder, {name: values.pop(name) for name in _FRAMES}, values)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """
        Read a term that `save` wrote.

        Raises
        ------
        FrameError
            There is no saved term in the folder, or its files are not as they were written.
        """
        frames, values = store.read_term(folder)
        return cls.from_frames(**frames, **values)

    @classmethod
    def join(cls, terms: Iterable[Self]) -> Self:
        """
        Make one of several terms of the same school: a whole year, say.

        A student of several terms stands there once, as the latest term has them; marks, adjustments and excusals
        are put together (an excusal that several terms hold counts once) and ManageBac's totals are added up, or left
        out where a term with marks has none.

        Raises
        ------
        ValueError
            No terms.
        FrameError
            Two of them hold the same mark (the same term twice, say): names it.
        """
        from mbreports.frames.join import join_parts  # noqa: PLC0415 -- join knows the class's parts, not the class

        return cls.from_frames(**join_parts(list(terms)))


def _frame(name: str, frame: Any, problems: list[str]) -> pd.DataFrame | None:
    """The frame in its documented columns; None where it does not fit, which is added to `problems`."""
    columns, required = _FRAMES[name]
    if frame is None:
        return empty(columns)
    if not isinstance(frame, pd.DataFrame):
        problems.append(f"{name}: must be a DataFrame, not {type(frame).__name__}")
        return None
    try:
        return conform(frame, columns, required=required if len(frame) or len(frame.columns) else (), name=name)
    except FrameError as error:
        problems.extend(error.problems)
        return None


def _day(name: str, value: Any, problems: list[str]) -> pd.Timestamp | None:
    if value is None or value is pd.NaT:
        return None
    try:
        day = pd.Timestamp(value)
        if day.tz is None and day == day.normalize():
            return day.as_unit("us")
    except (ValueError, TypeError, AttributeError):
        pass  # said below, as for a day with a time
    problems.append(f"{name}: must be a date (yyyy-mm-dd), not {value!r}")
    return None


def _problems(parts: dict[str, Any]) -> list[str]:
    """Say what is wrong between the frames that are sound by themselves."""
    frames = {name: part for name, part in parts.items() if isinstance(part, pd.DataFrame)}
    problems = []
    if (students := frames.get("students")) is not None:
        problems += _doubles("students", students, ["student_id"])
        problems += _strangers(frames, students["student_id"])
    for name in ("marks", "class_marks"):
        if name in frames:
            problems += _double_marks(name, frames[name])
    for name, frame in frames.items():
        problems += [
            f"{name}: column {column!r} has missing dates (first: row {frame[column].isna().to_numpy().argmax()})"
            for column in _DATED
            if column in frame.columns and frame[column].isna().any()
        ]
    return problems + _outside(frames, parts["starts_on"], parts["ends_on"])


def _strangers(frames: dict[str, pd.DataFrame], known: pd.Series[Any]) -> list[str]:
    out = []
    for name in ("marks", "class_marks", "totals", "adjustments", "excusals"):
        if name in frames:
            ids = frames[name]["student_id"]
            if strangers := sorted(set(ids[~ids.isin(known)])):
                out.append(f"{name}: student_id {_some(strangers)} not in students")
    return out


def _outside(frames: dict[str, pd.DataFrame], first: pd.Timestamp | None, last: pd.Timestamp | None) -> list[str]:
    if first is not None and last is not None and last < first:
        return [f"ends_on {last:%Y-%m-%d} lies before starts_on {first:%Y-%m-%d}"]
    out = []
    for name in ("marks", "class_marks"):
        if name not in frames:
            continue
        dates = frames[name]["date"]
        if first is not None and (dates < first).any():
            out.append(f"{name}: {dates.min():%Y-%m-%d} lies before the term's first day, {first:%Y-%m-%d}")
        if last is not None and (dates > last).any():
            out.append(f"{name}: {dates.max():%Y-%m-%d} lies after the term's last day, {last:%Y-%m-%d}")
    return out


def _double_marks(name: str, marks: pd.DataFrame) -> list[str]:
    """A second mark of a student, date, class and period; an empty answer is none, but must not come twice either."""
    marked = marks["status"].notna()
    return _doubles(name, marks[marked], _MARK_KEY) + _doubles(name, marks[~marked], [*_MARK_KEY, "year_group_id"])


def _doubles(name: str, frame: pd.DataFrame, key: list[str]) -> list[str]:
    twice = frame.duplicated(key)
    if not twice.any():
        return []
    row = frame[twice].iloc[0]
    said = ", ".join(
        f"{column} {row[column]:%Y-%m-%d}" if column == "date" else f"{column} {row[column]}"
        for column in key
        if pd.notna(row[column])
    )
    what = "a second row" if name == "students" else "a second mark"
    return [f"{name}: {what} for {said}" + (f" (and {twice.sum() - 1} more)" if twice.sum() > 1 else "")]


def _last_marked(parts: dict[str, Any]) -> pd.Timestamp | None:
    marks = pd.concat([parts["marks"], parts["class_marks"]])
    dates = marks.loc[marks["status"].notna(), "date"]
    return None if dates.empty else dates.max()


def _some(ids: list[int], most: int = 5) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(map(str, ids[:most])) + more
