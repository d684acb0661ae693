"""What became different since an earlier state of the same term."""

from __future__ import annotations

import pandas as pd
import pytest

from mbreports.absence.change import Change, since
from mbreports.frames.columns import MARKS, conform

TABLE_COLUMNS = ["student_id", "last_name", "first_name", "band", "absence_rate"]


def marks_of(*codes: int | None) -> pd.DataFrame:
    """Student 1's homeroom marks of the days from 1 September on; None: an empty answer."""
    dates = [f"2025-09-{day:02d}" for day in range(1, len(codes) + 1)]
    frame = pd.DataFrame({"date": dates, "student_id": 1, "year_group_id": 10, "status": list(codes)})
    return conform(frame, MARKS)


def table_of(*rows: tuple[int, str | None, float]) -> pd.DataFrame:
    """A table of students: (id, band, rate)."""
    frame = pd.DataFrame([(number, "Last", "<b>First", band, rate) for number, band, rate in rows])
    return frame.set_axis(TABLE_COLUMNS, axis=1).astype({"band": "str", "absence_rate": "float64"})


def change_of(before: pd.DataFrame, now: pd.DataFrame) -> Change:
    table = table_of((1, "fine", 0.01))
    return since(before, now, table, table)


def moved(before: pd.DataFrame, now: pd.DataFrame) -> Change:
    marks = marks_of(1)
    return since(marks, marks, before, now)


def test_another_code_is_a_changed_mark() -> None:
    """A mark with another code than before is listed with both."""
    out = change_of(marks_of(0, 1), marks_of(13, 1)).marks
    assert out[["status_before", "status_now", "change"]].to_numpy().tolist() == [[0, 13, "changed"]]


def test_mark_in_place_of_an_empty_answer_is_new() -> None:
    """An empty answer is no mark: one that is filled in is new."""
    out = change_of(marks_of(1, None, 1), marks_of(1, 0, 1)).marks
    assert out["change"].tolist() == ["new"]
    assert out["status_before"].isna().all()


def test_emptied_mark_is_gone() -> None:
    """A mark that is empty now, or has no row any more, is gone."""
    assert change_of(marks_of(1, 0), marks_of(1, None)).marks["change"].tolist() == ["gone"]
    assert change_of(marks_of(1, 0), marks_of(1)).marks["change"].tolist() == ["gone"]


def test_later_days_are_no_corrections() -> None:
    """Marks of days after the earlier state's last are counted, not listed."""
    out = change_of(marks_of(1, 1), marks_of(1, 1, 0, 0))
    assert out.marks.empty
    assert out.later == 2
    assert "marks of later days: 2" in out.sentence


def test_another_year_group_is_no_correction() -> None:
    """A mark that stays as it was while the student changes year group is not corrected."""
    assert change_of(marks_of(0), marks_of(0).assign(year_group_id=11)).marks.empty


def test_periods_are_marks_of_their_own() -> None:
    """The same class's other period is another mark."""
    before = pd.concat([marks_of(1).assign(class_id=7, period=period) for period in (1, 2)])
    now = before.assign(status=[1, 0])
    assert change_of(before, now).marks["period"].tolist() == [2]


def test_second_mark_stops_the_comparison() -> None:
    """A mark that stands twice is an error, not a guess."""
    with pytest.raises(pd.errors.MergeError):
        change_of(marks_of(1), pd.concat([marks_of(1), marks_of(0)]))


def test_students_in_another_band_stand_first() -> None:
    """Another band comes before a larger move of the rate; who did not move is not listed."""
    before = table_of((1, "fine", 0.01), (2, "fine", 0.04), (3, "fine", 0.02))
    out = moved(before, table_of((1, "fine", 0.04), (2, "risk", 0.05), (3, "fine", 0.02))).students
    assert out["student_id"].tolist() == [2, 1]
    assert out["change"].round(6).tolist() == [0.01, 0.03]


def test_rate_that_stays_unknown_did_not_change() -> None:
    """No rate and no label before and now is no change."""
    table = table_of((1, None, float("nan")))
    assert moved(table, table).students.empty


def test_new_student_had_no_band() -> None:
    """A student who stands in one table only has no band and no rate in the other."""
    out = moved(table_of((1, "fine", 0.0)), table_of((1, "fine", 0.0), (2, "risk", 0.06))).students
    assert out["student_id"].tolist() == [2]
    assert out[["band_before", "rate_before"]].isna().all(axis=None)


def test_sentence_counts_what_changed() -> None:
    """The sentence says how many marks and students, and how far the rate moved."""
    out = since(marks_of(0), marks_of(1), table_of((1, "risk", 0.06)), table_of((1, "fine", 0.04)))
    assert out.sentence == (
        "Marks corrected: 1 (1 changed, 0 new, 0 gone); students in another band: 1; "
        "students whose rate moved: 1, by at most 2.0 percentage points."
    )


def test_it_shows_itself_escaped() -> None:
    """Text and HTML hold the sentence and the students; names are escaped."""
    out = moved(table_of((1, "fine", 0.01)), table_of((1, "risk", 0.06)))
    assert out.sentence in str(out)
    assert "<b>First" in str(out)
    assert "&lt;b&gt;First" in out._repr_html_()


def test_frames_are_left_as_they_were() -> None:
    """Comparing changes none of the frames."""
    frames = [marks_of(0, 1), marks_of(1, 1), table_of((1, "risk", 0.06)), table_of((1, "fine", 0.04))]
    copies = [frame.copy() for frame in frames]
    since(*frames)
    for frame, copy in zip(frames, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
