"""Why a student has the label."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from mbreports.absence.excuse import apply_excusals
from mbreports.absence.explain import Explanation, band_sentence, explain
from mbreports.absence.policy import Policy
from mbreports.absence.sessions import apply_meanings
from mbreports.frames.columns import ADJUSTMENTS, EXCUSALS, MARKS, conform, empty


def parts(**others: Any) -> dict[str, Any]:
    """All that a report knows of students 1 and 2: 20 school days, 2 absences of student 1, one of them excused."""
    days = pd.bdate_range("2025-09-01", periods=20)
    frame = pd.DataFrame({"date": [*days, *days], "student_id": [1] * 20 + [2] * 20, "year_group_id": 10})
    marks = conform(frame.assign(status=[0, 0, -1] + [1] * 37, note=["<i>rang</i>"] + [None] * 39), MARKS)
    dates = {"start_date": ["2025-09-02", "2025-09-22"], "end_date": ["2025-09-02", "2025-09-22"]}
    excusals = conform(pd.DataFrame({"excusal_id": [5, 6], "student_id": [1, 1], **dates}), EXCUSALS)
    columns = ["student_id", "last_name", "first_name", "possible", "absent", "unrecorded", "unclassified", "band"]
    rows = [(1, "O'Neill", "<Ada>", 20, 2, 1, 0, "moderate chronic"), (2, "Park", "Bo", 20, 0, 0, 0, "satisfactory")]
    given = {
        "table": pd.DataFrame(rows, columns=columns),
        "marks": apply_excusals(apply_meanings(marks, Policy()), excusals),
        "counts": pd.DataFrame({"student_id": [1, 1, 2], "status": [0, 1, 1], "count": [2, 17, 20]}),
        "adjustments": empty(ADJUSTMENTS),
        "excusals": excusals,
        "audit": pd.DataFrame({"kind": ["no absence"], "student_id": [1], "detail": ["22 September"]}),
        "rule": ["Absent is absent."],
        "as_of": days[-1],
        "policy": Policy(),
    }
    return given | others


def html_of(explanation: Explanation) -> str:
    return explanation._repr_html_()


def plain(text: str) -> str:
    """With letters for the sign that looks like one."""
    return text.replace("\N{MULTIPLICATION SIGN}", "x")


@pytest.mark.parametrize(
    ("absent", "possible", "said"),
    [
        (7, 68, "7 of 68 absent: 10 x 7 ≥ 1 x 68, so moderate chronic, and 5 x 7 < 1 x 68, so not severe chronic"),
        (1, 68, "1 of 68 absent: 20 x 1 < 1 x 68, so satisfactory"),
        (20, 68, "20 of 68 absent: 5 x 20 ≥ 1 x 68, so severe chronic"),
        (20, 201, "20 of 201 absent: 20 x 20 ≥ 1 x 201, so at risk, and 10 x 20 < 1 x 201, so not moderate chronic"),
        (3, 8, "3 of 8 absent: fewer than 10 possible sessions, so no label"),
        (0, 0, "no possible session, so no rate and no label"),
    ],
)
def test_sentence_is_the_comparison_in_whole_numbers(absent: int, possible: int, said: str) -> None:
    """The band is explained by the comparison that made it, before any rounding."""
    assert plain(band_sentence(absent, possible, Policy())) == said


def test_sentence_names_the_unit() -> None:
    """What is counted is said where it is given."""
    assert band_sentence(1, 68, Policy(), "sessions").startswith("1 of 68 sessions absent:")


def test_only_band_needs_no_comparison() -> None:
    """A policy of one band compares nothing."""
    policy = Policy("One", bands=[("all", 0)], chronic="all")
    assert band_sentence(7, 68, policy) == "7 of 68 absent: all is the only label"


def test_numbers_are_the_students_own() -> None:
    """Counts, marks and findings of other students are not in an explanation."""
    out = explain(1, **parts())
    assert (out.name, out.possible, out.absent, out.band) == ("<Ada> O'Neill", 20, 2, "moderate chronic")
    assert [len(frame) for frame in (out.marks, out.counts, out.audit)] == [20, 2, 1]
    assert "Park" not in str(out) + html_of(out)


def test_only_excusals_that_met_an_absence_are_held() -> None:
    """An excusal on whose days the student was not absent explains nothing."""
    assert explain(1, **parts()).excusals["excusal_id"].tolist() == [5]


def test_an_excusal_without_an_id_that_met_an_absence_is_held() -> None:
    """Some of ManageBac's lists give excusals no id: their days say what they met."""
    excusals = parts()["excusals"].assign(excusal_id=pd.array([None, None], dtype="Int64"))
    assert explain(1, **parts(excusals=excusals)).excusals["start_date"].tolist() == [pd.Timestamp("2025-09-02")]


def test_lates_that_count_as_absences_are_said() -> None:
    """Where lates count, the explanation says how many of the absences they are."""
    policy = Policy().replace(lates_per_absence=3)
    out = explain(1, **parts(table=parts()["table"].assign(late=[7, 1]), policy=policy))
    assert out.rule[-1] == "Of this student, 7 lates counted as 2 of the absences."


def test_sessions_that_are_left_out_could_change_the_label() -> None:
    """Under a policy that leaves unrecorded sessions out, the worst case adds them to both sides."""
    table = parts()["table"].assign(unrecorded=[4, 0])
    out = explain(1, **parts(table=table, policy=Policy().replace(unrecorded="exclude")))
    assert out.uncertain[-1] == "were the student absent in all of them, the label would be severe chronic"


def test_missing_band_is_none() -> None:
    """Without a label the band is None, and the title says so."""
    given = parts()
    table = given["table"].assign(possible=[8, 20], band=[None, "satisfactory"])
    out = explain(1, **parts(table=table))
    assert out.band is None
    assert "no label" in str(out)


def test_unknown_student_is_refused_with_some_ids() -> None:
    """An unknown id is an error that says how many students there are and names some."""
    with pytest.raises(ValueError, match="no student 9 in this report: its 2 students have the ids 1, 2"):
        explain(9, **parts())


def test_unrecorded_sessions_are_uncertain() -> None:
    """Unrecorded sessions are said with what they count as, and what they could change."""
    assert explain(2, **parts()).uncertain == []
    table = parts()["table"].assign(unrecorded=[2, 0])
    assert explain(1, **parts(table=table)).uncertain == [
        "2 sessions are unrecorded: counted as attended",
        "were the student absent in all of them, the label would be severe chronic",
    ]


def test_unclassified_sessions_are_uncertain() -> None:
    """A code that the policy does not classify is said."""
    table = parts()["table"].assign(unrecorded=0, unclassified=1)
    assert explain(1, **parts(table=table)).uncertain == [
        "1 session is left out: the policy does not classify the code"
    ]


def test_adjustments_that_did_not_fit_are_uncertain() -> None:
    """An adjustment that would have made a count fall below 0 is said; one that is only shown, too."""
    adjustments = pd.DataFrame({"student_id": [2], "label": ["Absent"], "adjustment": [-3], "not_fitting": [-3]})
    assert "did not fit" in explain(2, **parts(adjustments=adjustments)).uncertain[0]
    left = Policy().replace(adjustments="leave")
    assert "not added" in explain(2, **parts(adjustments=adjustments, policy=left)).uncertain[0]


def test_text_holds_the_sentence_the_rule_and_the_day() -> None:
    """Printed, it has the comparison, the rule, the as-of date and the absences."""
    said = str(explain(1, **parts()))
    for part in ("so moderate chronic", "Absent is absent.", "as of 2025-09-26", "2025-09-02", "excused"):
        assert part in said


def test_html_is_escaped() -> None:
    """Names and notes are shown, never run."""
    html = html_of(explain(1, **parts()))
    assert "&lt;Ada&gt; O&#x27;Neill" in html
    assert "&lt;i&gt;rang" in html
    assert "<i>" not in html


def test_html_stays_small() -> None:
    """However many marks and however long their notes, a notebook gets less than 100 kB."""
    given = parts()
    marks = pd.concat([given["marks"].head(2)] * 1000, ignore_index=True).assign(note='"' * 5000, label='"' * 5000)
    audit = pd.DataFrame({"kind": "overlap", "student_id": 1, "detail": ["&" * 5000] * 500})
    assert len(html_of(explain(1, **parts(marks=marks, audit=audit))).encode()) < 100_000


def test_student_without_a_name_is_called_by_the_id() -> None:
    """A school's own frames may hold no names."""
    table = parts()["table"].assign(first_name=None, last_name=None)
    assert str(explain(1, **parts(table=table))).startswith("Student 1: moderate chronic")
