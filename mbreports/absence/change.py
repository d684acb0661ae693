"""Change: what became different between an earlier state of a term and the present one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mbreports.absence.show import html_sentence, html_table

__all__ = ["Change", "since"]

_KEY = ["date", "class_id", "period", "student_id"]
_MOST_LINES = 100


@dataclasses.dataclass(frozen=True)
class Change:
    """
    What became different since an earlier state; ``print`` gives it as text, a notebook shows it.

    Attributes
    ----------
    marks
        One row per mark that was corrected, by date, class, period and student: ``date, class_id, period, student_id,
        status_before, status_now, change``. ``change`` is ``"changed"``, ``"new"`` (there was none) or ``"gone"``.
    students
        One row per student whose band or rate changed: ``student_id, last_name, first_name, band_before, band_now,
        rate_before, rate_now, change``; another band first, then the largest ``change`` of the rate.
    later
        Marks of days after the earlier state's last one: they are no corrections, and stand in no table.
    sentence
        All of it in a sentence.
    """

    marks: pd.DataFrame
    students: pd.DataFrame
    later: int
    sentence: str

    def __str__(self) -> str:
        """Give it as plain text."""
        tables = {"Marks": self.marks, "Students": self.students}
        said = [
            f"{title}:\n{frame.to_string(index=False, na_rep='', max_rows=_MOST_LINES)}"
            for title, frame in tables.items()
            if len(frame)
        ]
        return "\n\n".join([self.sentence, *said])

    def _repr_html_(self) -> str:
        students = html_table(self.students, "Students whose band or rate changed")
        return (
            f"<div>{html_sentence(self.sentence)}{students}{html_table(self.marks, 'Marks that were corrected')}</div>"
        )


def since(
    marks_before: pd.DataFrame, marks_now: pd.DataFrame, table_before: pd.DataFrame, table_now: pd.DataFrame
) -> Change:
    """
    Say what became different: which marks were corrected, and whose band or rate moved.

    A mark is known by its student, date, class and period; an empty answer is no mark. A mark of a day after the last
    marked day of `marks_before` is counted as later, not as a correction.

    Parameters
    ----------
    marks_before, marks_now
        The documented columns of marks, of the same term at two times.
    table_before, table_now
        The report's table of students at the same two times, under the same policy.

    Raises
    ------
    pandas.errors.MergeError
        A mark stands twice in one of them.
    """
    marks, later = _marks(marks_before, marks_now)
    students = _students(table_before, table_now)
    return Change(marks, students, later, _sentence(marks, students, later))


def _marks(before: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The corrected marks, and how many were added on later days."""
    old, new = (frame.loc[frame["status"].notna(), [*_KEY, "status"]] for frame in (before, now))
    both = old.merge(new, on=_KEY, how="outer", suffixes=("_before", "_now"), validate="one_to_one")
    gone, added = both["status_now"].isna(), both["status_before"].isna()
    both["change"] = pd.Series(
        np.select([gone.to_numpy(bool), added.to_numpy(bool)], ["gone", "new"], "changed"), both.index, dtype="str"
    )
    later = added & (both["date"] > old["date"].max()) if len(old) else added
    other = gone | added | (both["status_before"] != both["status_now"]).fillna(value=False)
    out = both[other & ~later].sort_values(_KEY, kind="stable", na_position="first", ignore_index=True)
    return out.astype({"status_before": "Int16", "status_now": "Int16"}), int(later.sum())


def _students(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The students whose band or rate is another; who stands in one table only has no band and no rate in the other."""
    names = pd.concat([now, before])[["student_id", "last_name", "first_name"]].drop_duplicates("student_id")
    old, new = (
        frame[["student_id", "band", "absence_rate"]].rename(columns={"absence_rate": "rate"})
        for frame in (before, now)
    )
    both = old.merge(new, on="student_id", how="outer", suffixes=("_before", "_now"), validate="one_to_one")
    out = names.merge(both, on="student_id", how="left", validate="one_to_one")
    out["change"] = out["rate_now"] - out["rate_before"]
    band = out["band_before"].fillna("") != out["band_now"].fillna("")
    rate = (out["rate_before"] != out["rate_now"]) & ~(out["rate_before"].isna() & out["rate_now"].isna())
    order = pd.DataFrame({"band": ~band, "size": -out["change"].abs()})[band | rate]
    columns = ["student_id", "last_name", "first_name", "band_before", "band_now", "rate_before", "rate_now", "change"]
    return out.loc[order.sort_values(["band", "size"], kind="stable").index, columns].reset_index(drop=True)


def _sentence(marks: pd.DataFrame, students: pd.DataFrame, later: int) -> str:
    kinds = marks["change"].value_counts()
    said = ", ".join(f"{kinds.get(kind, 0)} {kind}" for kind in ("changed", "new", "gone"))
    bands = int((students["band_before"].fillna("") != students["band_now"].fillna("")).sum())
    parts = [f"Marks corrected: {len(marks)} ({said})", f"students in another band: {bands}"]
    moved = students["change"].abs().max()
    most = f", by at most {moved * 100:.1f} percentage points" if moved > 0 else ""
    parts.append(f"students whose rate moved: {int((students['change'].fillna(0) != 0).sum())}{most}")
    if later:
        parts.append(f"marks of later days: {later}")
    return "; ".join(parts) + "."
