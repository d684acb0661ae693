"""The rule in words: what every page prints, because "why does it disagree?" is the first question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mbreports.absence.meanings import EXCUSED, LATE, PRESENT, UNCLASSIFIED, UNEXCUSED

if TYPE_CHECKING:
    import pandas as pd

    from mbreports.absence.policy import Policy

__all__ = ["rule_in_words"]

_UNRECORDED = {
    "present": "Sessions without a register count as attended, as ManageBac shows them",
    "exclude": "Sessions without a register are left out",
    "exclude_untaken": "Registers that nobody took are left out; an open mark in a taken one counts as attended",
}


def rule_in_words(  # noqa: PLR0913 -- what it needs to know, each by name
    policy: Policy,
    codes: pd.DataFrame,
    *,
    basis: str,
    unrecorded: int,
    adjusted: int,
    hold: bool | None,
    agree: tuple[int, int],
) -> list[str]:
    """
    Say how the numbers are made, a sentence each.

    Parameters
    ----------
    policy
        The rule.
    codes
        The codes met, as `mbreports.absence.codes.list_codes` gives them.
    basis
        ``homeroom`` or ``class``.
    unrecorded
        Sessions without a register.
    adjusted
        Students with an adjustment.
    hold, agree
        What `mbreports.absence.reconcile.totals_hold_adjustments` found.
    """
    said = [
        "A session is one homeroom mark." if basis == "homeroom" else "A session is one class period's mark.",
        _counted(codes),
        f"{_UNRECORDED[policy.unrecorded]} ({unrecorded:,})." if unrecorded else "",
        f"Every {policy.lates_per_absence} lates count as one more absence." if policy.lates_per_absence else "",
        f"Bands: {policy.name} ({_bands(policy)}), compared exactly, before rounding; chronic from {policy.chronic}.",
        f"Students with fewer than {policy.min_possible} sessions carry no label." if policy.min_possible > 1 else "",
        _adjustments(policy, basis, adjusted, hold, agree),
    ]
    return [sentence for sentence in said if sentence]


def _counted(codes: pd.DataFrame) -> str:
    names = {
        meaning: ", ".join(dict.fromkeys(codes.loc[codes["meaning"].isin(group), "label"]))
        for meaning, group in {
            "absent": (UNEXCUSED, EXCUSED),
            "attended": (PRESENT, LATE),
            "unclassified": (UNCLASSIFIED,),
        }.items()
    }
    text = f"Absent: {names['absent'] or 'no code met'}; attended: {names['attended'] or 'no code met'}."
    return text + (
        f" Left out, because the school has not said what they mean: {names['unclassified']}."
        if names["unclassified"]
        else ""
    )


def _bands(policy: Policy) -> str:
    return "; ".join(f"{name} {rule}" for name, rule in zip(policy.band_names, policy.band_rules(), strict=True))


def _adjustments(policy: Policy, basis: str, adjusted: int, hold: bool | None, agree: tuple[int, int]) -> str:  # noqa: FBT001
    if not adjusted:
        return ""
    if basis != "homeroom":
        return f"The office's adjustments ({adjusted} students) are of homeroom and are not added here."
    done = "added" if policy.adjustments == "add" else "shown, not added"
    held = {
        True: f"ManageBac's totals hold them ({agree[0]} of {agree[1]} agree)",
        False: f"they are not in ManageBac's totals ({agree[0]} of {agree[1]} agree)",
        None: "whether ManageBac's totals hold them cannot be told from this term",
    }[hold]
    return f"Adjustments by the office ({adjusted} students) are {done}; {held}."
