"""What a status code means: the six meanings, and the codes' default names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

__all__ = [
    "ABSENT",
    "ATTENDED",
    "DEFAULT_MEANINGS",
    "EXCUSED",
    "LATE",
    "MEANINGS",
    "PRESENT",
    "UNCLASSIFIED",
    "UNEXCUSED",
    "UNRECORDED",
    "Meanings",
]

PRESENT = "present"
LATE = "late"
UNEXCUSED = "unexcused"
EXCUSED = "excused"
UNRECORDED = "unrecorded"
UNCLASSIFIED = "unclassified"

MEANINGS = (PRESENT, LATE, UNEXCUSED, EXCUSED, UNRECORDED, UNCLASSIFIED)
"""Every meaning that a mark can have."""

ATTENDED = (PRESENT, LATE)
ABSENT = (UNEXCUSED, EXCUSED)

_MEANT = {
    UNRECORDED: (-1,),
    UNEXCUSED: (0,),
    PRESENT: (1, 3, 5, 11, 12),
    LATE: (2, 4),
    EXCUSED: (10, 13),
    UNCLASSIFIED: (14, 15, 16, 17, 18),
}


class Meanings(Mapping[int, str]):
    """Codes and their meanings: a mapping that cannot change, with a hash."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Mapping[int, str]) -> None:
        self._pairs = dict(sorted(pairs.items()))

    def __getitem__(self, code: int) -> str:
        """Give the meaning of a code."""
        return self._pairs[code]

    def __iter__(self) -> Iterator[int]:
        """Go through the codes, ascending."""
        return iter(self._pairs)

    def __len__(self) -> int:
        """Count the codes."""
        return len(self._pairs)

    def __hash__(self) -> int:
        """Hash by content."""
        return hash(frozenset(self._pairs.items()))

    def __repr__(self) -> str:
        """Show as a dict is shown."""
        return repr(self._pairs)

    def table(self) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        """Give the place in `MEANINGS` of every 16-bit code; code ``c`` stands at index ``c + 2**15``."""
        places = np.full(2**16, MEANINGS.index(UNCLASSIFIED), dtype=np.int8)
        for code, meaning in self._pairs.items():
            places[code + 2**15] = MEANINGS.index(meaning)
        return places


DEFAULT_MEANINGS = Meanings({code: meaning for meaning, codes in _MEANT.items() for code in codes})
"""The default table; a code that stands in no table is unclassified."""
