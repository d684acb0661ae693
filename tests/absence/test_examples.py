"""The definitions' own examples, from a school's frames to the columns of the report."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from factory import days, marks_of, term_of

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.policy import Policy


def report_of(absent: int, possible: int, to_come: int = 0, **parts: Any) -> AbsenceAnalysis:
    """One student with so many absences, every other session, in so many; a calendar of the days to come."""
    codes = [1] * possible
    codes[: 2 * absent : 2] = [0] * len(codes[: 2 * absent : 2])
    dates = days(possible + to_come)
    calendar = pd.DataFrame({"date": dates[possible:]})
    return AbsenceAnalysis(term_of({1: codes}, school_days=calendar, ends_on=dates[-1], **parts))


def first(report: AbsenceAnalysis) -> pd.Series:
    return report.students.iloc[0]


@pytest.mark.parametrize(
    ("absent", "possible", "to_come", "missable"),
    [(6, 120, 260, 31), (37, 300, 80, 0), (38, 300, 80, -1)],
)
def test_what_can_still_be_missed(absent: int, possible: int, to_come: int, missable: int) -> None:
    """The three examples of the outlook, with the sessions to come by the calendar."""
    row = first(report_of(absent, possible, to_come))
    assert (row["absent"], row["possible"], row["can_still_miss"]) == (absent, possible, missable)
    assert row["best_attainable"] == pytest.approx(1 - absent / (possible + to_come))


@pytest.mark.parametrize(("absent", "possible", "sessions"), [(12, 100, 21), (20, 100, 101), (9, 100, 0)])
def test_how_long_recovery_takes(absent: int, possible: int, sessions: int) -> None:
    """So many sessions of full attendance bring the rate below 10 %; none where it is there."""
    assert first(report_of(absent, possible))["recovery"] == sessions


@pytest.mark.parametrize(
    ("absent", "possible", "low", "high"),
    [(2, 20, 0.0279, 0.3010), (0, 20, 0, 0.1611), (20, 200, 0.0657, 0.1494)],
)
def test_how_far_a_rate_may_be_off(absent: int, possible: int, low: float, high: float) -> None:
    """Absences of one session each stand for themselves: the interval is Wilson's own."""
    row = first(report_of(absent, possible))
    assert (row["rate_low"], row["rate_high"]) == pytest.approx((low, high), abs=5e-5)


def test_a_run_widens_the_interval() -> None:
    """Ten absences in one run tell as much as one and a bit: 2L(1 - p) - 1 is 17."""
    run = first(AbsenceAnalysis(term_of({1: [0] * 10 + [1] * 90})))
    alone = first(report_of(10, 100))
    assert run["rate_low"] < alone["rate_low"] < 0.1 < alone["rate_high"] < run["rate_high"]


@pytest.mark.parametrize(("off", "sessions"), [([], 14), (["2021-11-11", "2021-11-12"], 10)])
def test_a_spell_over_a_weekend(off: list[str], sessions: int) -> None:
    """Absent Monday 8 to Tuesday 16 November, two sessions a day: one spell, shorter by what is not possible."""
    codes = [1] * 5 + [0] * 7 + [1] * 3
    marks = pd.concat([marks_of({1: codes}, start="2021-11-01").assign(period=number) for number in (1, 2)])
    marks["status"] = marks["status"].astype("Int16").mask(marks["date"].isin(pd.to_datetime(off)))
    row = first(AbsenceAnalysis(term_of({1: []}, marks=marks)))
    assert (row["spells"], row["longest_spell"], row["current_spell"]) == (1, sessions, 0)
    assert row["days_since_last_absence"] == 3


def test_the_reason_is_said_in_whole_numbers() -> None:
    """7 of 68: the comparison that makes the label, and the one that would make the next."""
    said = report_of(7, 68).explain(1).sentence.replace("\N{MULTIPLICATION SIGN}", "x")
    assert said == "7 of 68 absent: 10 x 7 ≥ 1 x 68, so moderate chronic, and 5 x 7 < 1 x 68, so not severe chronic"


@pytest.mark.parametrize("policy", [Policy(), Policy.england()], ids=lambda policy: policy.name)
def test_20_of_201_is_below_10_percent(policy: Policy) -> None:
    """9.95 % prints as 10.0 and is not chronic: the band is compared before anything is rounded."""
    report = report_of(20, 201)
    assert AbsenceAnalysis(report.term, policy).students["band"].tolist() == [policy.band_names[1]]


def test_without_a_last_day_the_outlook_is_missing() -> None:
    """What rests on the sessions to come is not known where the end of the term is not."""
    row = first(AbsenceAnalysis(term_of({1: [0, 1] * 10})))
    assert row[["can_still_miss", "best_attainable"]].isna().all()


def test_past_the_last_day_nothing_is_to_come() -> None:
    """An as-of date after the term leaves no session: what can be missed is what the term's own count leaves."""
    row = first(AbsenceAnalysis(term_of({1: [0] + [1] * 39}, ends_on=days(40)[-1], as_of="2026-01-31")))
    assert (row["can_still_miss"], row["best_attainable"]) == (4 - 1 - 1, 1 - 1 / 40)
