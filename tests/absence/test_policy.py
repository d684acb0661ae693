"""Policies: what they take, what they refuse, and where they draw their lines."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mbreports.absence.policy import Policy
from mbreports.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_default_is_attendance_works() -> None:
    """Without arguments, the bands are those of Attendance Works, chronic from 10 %."""
    assert Policy() == Policy.attendance_works()
    assert Policy().bands == (
        ("satisfactory", Fraction(0)),
        ("at risk", Fraction(1, 20)),
        ("moderate chronic", Fraction(1, 10)),
        ("severe chronic", Fraction(1, 5)),
    )


def test_england_is_persistent_from_10_and_severe_from_50_percent() -> None:
    """England's labels have their own bounds."""
    policy = Policy.england()
    assert [policy.band_of(n, 100) for n in (4, 5, 10, 49, 50)] == [
        "satisfactory",
        "approaching",
        "persistent",
        "persistent",
        "severe",
    ]
    assert policy.chronic == "persistent"


@pytest.mark.parametrize("bound", ["10 %", "10%", " 1/10 ", "0.1", 0.1, Decimal("0.1"), Fraction(1, 10)])
def test_a_bound_is_read_exactly_however_it_is_written(bound: Any) -> None:
    """A tenth is a tenth, not its nearest binary number."""
    assert Policy(bands=[("a", 0), ("b", bound)], chronic="b").threshold == Fraction(1, 10)


@pytest.mark.parametrize(
    "policy",
    [Policy(min_possible=1), Policy(min_possible=1).replace(bands=[("a", 0), ("b", "1/3"), ("c", 0.7)], chronic="c")],
)
def test_every_pair_up_to_400_has_the_band_that_fractions_give(policy: Policy) -> None:
    """Bands are compared before any rounding, at every border."""
    possible, absent = np.array([(p, a) for p in range(1, 401) for a in range(p + 1)]).T
    found = policy.band_of(absent, possible)
    bounds = [(name, low.numerator, low.denominator) for name, low in policy.bands]
    wanted = [
        [name for name, num, den in bounds if den * a >= num * p][-1]
        for p, a in zip(possible.tolist(), absent.tolist(), strict=True)
    ]
    assert found.tolist() == wanted


def test_20_of_201_is_not_chronic() -> None:
    """9.95 % prints as 10.0 and stays at risk."""
    assert Policy().band_of(20, 201) == "at risk"
    assert Policy().band_of(20, 200) == "moderate chronic"


def test_a_small_base_has_no_label() -> None:
    """Below min_possible there is no band, and never one of nothing possible."""
    assert Policy().band_of(9, 9) is None
    assert Policy().band_of(10, 10) == "severe chronic"
    assert Policy(min_possible=0).band_of(0, 0) is None


def test_huge_counts_are_compared_exactly() -> None:
    """Products beyond 64 bits do not overflow."""
    assert Policy(min_possible=1).band_of(10**18, 10**19) == "moderate chronic"
    assert Policy(min_possible=1).band_of(10**18 - 1, 10**19) == "at risk"


def test_meanings_are_laid_over_the_default() -> None:
    """A school names what its own codes mean; the others keep their meaning."""
    policy = Policy(meanings={14: "excused", 2: "present"})
    assert (policy.meanings[14], policy.meanings[2], policy.meanings[0]) == ("excused", "present", "unexcused")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"bands": [("a", "5 %")]}, "first lower bound must be 0"),
        ({"bands": [("a", 0), ("b", 0.2), ("c", 0.1)], "chronic": "b"}, "ascend"),
        ({"bands": [("a", 0), ("a", 0.2)], "chronic": "a"}, "two bands are called 'a'"),
        ({"bands": "5 %"}, "pairs"),
        ({"bands": [("a", 0), ("b", 1.5)], "chronic": "b"}, "0 to 1"),
        ({"bands": [("a", 0), ("b", "many")], "chronic": "b"}, "no number"),
        ({"chronic": "persistent"}, "chronic: must be one of the bands"),
        ({"meanings": {14: "ill"}}, "code 14"),
        ({"meanings": {"Absent": "excused"}}, "codes are whole numbers"),
        ({"meanings": {-1: "present"}}, "code -1 is always 'unrecorded'"),
        ({"unrecorded": "absent"}, "unrecorded"),
        ({"adjustments": "yes"}, "adjustments"),
        ({"lates_per_absence": 0}, "lates_per_absence"),
        ({"min_possible": -1}, "min_possible"),
        ({"min_coverage": 2}, "min_coverage"),
        ({"min_cell": 1.5}, "min_cell"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_no_policy_is_refused_by_its_setting(settings: dict[str, Any], told: str) -> None:
    """The error names the setting and what is valid, at once."""
    with pytest.raises(PolicyError, match=told):
        Policy(**settings)


def test_a_policy_survives_its_file(tmp_path: Path) -> None:
    """Written and read again, it is equal, to the last fraction."""
    policy = Policy(
        "Ours", meanings={15: "late"}, bands=[("fine", 0), ("low", "1/3")], chronic="low", lates_per_absence=3
    )
    assert Policy.from_toml(policy.to_toml(tmp_path / "policy.toml")) == policy


@pytest.mark.parametrize(
    ("text", "told"), [("bandz = 1", "bandz"), ("= 1", "policy.toml"), ('chronic = "x"', "chronic")]
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    """An unknown key, broken TOML and a wrong value are each said with the file's name."""
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(PolicyError, match=told) as caught:
        Policy.from_toml(path)
    assert "policy.toml" in str(caught.value)


def test_a_missing_file_is_a_policy_error(tmp_path: Path) -> None:
    """The path that is not there is named."""
    with pytest.raises(PolicyError, match=r"none\.toml"):
        Policy.from_toml(tmp_path / "none.toml")


def test_policies_compare_and_hash_by_value() -> None:
    """Two policies of the same settings are one key."""
    assert len({Policy(), Policy.attendance_works(), Policy.england()}) == 2


def test_replace_changes_one_setting_and_checks_it() -> None:
    """A replaced policy is checked like a new one; an unknown setting is named."""
    assert Policy().replace(min_possible=3).min_possible == 3
    with pytest.raises(PolicyError, match="no such setting: band"):
        Policy().replace(band=1)


def test_a_policy_shows_its_rules_escaped() -> None:
    """In a notebook a policy is a table; its name is data."""
    html = Policy("<b>Ours</b>")._repr_html_()
    assert "&lt;b&gt;Ours" in html
    assert "10 % to below 20 %" in html
