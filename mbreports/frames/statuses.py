"""ManageBac's status codes, by its own names."""

from __future__ import annotations

from typing import Final

__all__ = ["STATUS_NAMES"]

STATUS_NAMES: Final = {
    -1: "Present",
    0: "Absent",
    1: "Present",
    2: "Late",
    3: "Dress Code",
    4: "Late & Dress Code",
    5: "Dismissed",
    10: "Health",
    11: "Sports",
    12: "Fieldtrip",
    13: "Excused",
    14: "Other",
    15: "Custom 1",
    16: "Custom 2",
    17: "Custom 3",
    18: "Custom 4",
}
"""A school may rename them. -1, nobody took the register, is shown as present; 6 to 9 are not used."""
