"""Definitions side by side."""

from __future__ import annotations

import pandas as pd
import pytest
from factory import term_of

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.compare import compare
from mbreports.absence.policy import Policy

CHRONIC = {"Ours": ("chronic",), "Theirs": ("persistent", "severe")}


def table_of(bands: list[str | None]) -> pd.DataFrame:
    """A table of students 1, 2, … with these bands."""
    ids = range(1, len(bands) + 1)
    return pd.DataFrame(
        {
            "student_id": list(ids),
            "last_name": [f"Last {number}" for number in ids],
            "first_name": [f"First {number}" for number in ids],
            "year_group": "Grade 9",
            "absence_rate": [number / 100 for number in ids],
            "band": pd.Series(bands, dtype="str"),
        }
    )


def test_each_policy_has_a_column_of_bands() -> None:
    """A row holds the student's band under every policy, by the policy's name."""
    out = compare({"Ours": table_of(["fine"]), "Theirs": table_of(["severe"])}, chronic=CHRONIC)
    assert out.loc[0, ["Ours", "Theirs"]].tolist() == ["fine", "severe"]


def test_students_who_change_stand_first() -> None:
    """Who is chronic under one policy only stands first, the others in their order."""
    theirs = table_of(["ok", "severe", "ok", "severe"])
    out = compare({"Ours": table_of(["fine", "fine", "fine", "chronic"]), "Theirs": theirs}, chronic=CHRONIC)
    assert out["student_id"].tolist() == [2, 1, 3, 4]
    assert out["differs"].tolist() == [True, False, False, False]


def test_other_names_alone_are_no_difference() -> None:
    """Bands that are called otherwise do not differ while both or neither are chronic."""
    theirs = table_of(["persistent", "ok"])
    out = compare({"Ours": table_of(["chronic", "fine"]), "Theirs": theirs}, chronic=CHRONIC)
    assert not out["differs"].any()


def test_another_band_of_the_same_names_is_a_change() -> None:
    """Two policies that call their bands the same differ on who moves, after those who turn chronic."""
    names = {"Ours": ("fine", "risk", "chronic"), "Theirs": ("fine", "risk", "chronic")}
    ours, theirs = table_of(["fine", "fine", "risk", None]), table_of(["fine", "risk", "chronic", None])
    out = compare({"Ours": ours, "Theirs": theirs}, chronic=dict.fromkeys(names, ("chronic",)), names=names)
    assert out["student_id"].tolist() == [3, 2, 1, 4]
    assert out["differs"].tolist() == [True, True, False, False]


def test_no_label_is_not_chronic() -> None:
    """A student without a label under one policy differs from being chronic under another."""
    out = compare({"Ours": table_of([None]), "Theirs": table_of(["severe"])}, chronic=CHRONIC)
    assert out["differs"].tolist() == [True]
    assert out["Ours"].isna().all()


def test_students_are_matched_by_id() -> None:
    """The tables may be in different orders; rate and order are the first one's."""
    theirs = table_of(["ok", "severe"]).iloc[::-1]
    out = compare({"Ours": table_of(["fine", "chronic"]), "Theirs": theirs}, chronic=CHRONIC)
    assert out["Theirs"].tolist() == ["ok", "severe"]
    assert out["absence_rate"].tolist() == [0.01, 0.02]


def test_no_policy_is_refused() -> None:
    """Comparing nothing is an error that says so."""
    with pytest.raises(ValueError, match="at least one policy"):
        compare({}, chronic={})


def test_policy_called_as_a_column_is_refused() -> None:
    """A policy's name must not hide a column of the result."""
    with pytest.raises(ValueError, match="student_id"):
        compare({"student_id": table_of(["fine"])}, chronic={"student_id": ()})


def test_policies_of_one_name_are_told_apart() -> None:
    """A second policy of a name gets a column of its own, numbered."""
    out = AbsenceAnalysis(term_of({1: [0] + [-1] * 12})).compare([Policy(), Policy(unrecorded="exclude")])
    assert out.loc[0, "Attendance Works"] == "at risk"
    assert pd.isna(out.loc[0, "Attendance Works (2)"])
