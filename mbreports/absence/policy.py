"""`Policy`: what a school means by its codes, and where it draws its lines."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from mbreports.absence import policy_file
from mbreports.absence.meanings import DEFAULT_MEANINGS, MEANINGS, UNRECORDED, Meanings
from mbreports.absence.shares import at_least, exact_fraction, percent
from mbreports.absence.show import html_table, html_title
from mbreports.errors import PolicyError
from mbreports.frames.statuses import STATUS_NAMES

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from numpy.typing import ArrayLike

__all__ = ["Policy"]

_UNRECORDED_RULES = ("present", "exclude", "exclude_untaken")
_ADJUSTMENT_RULES = ("add", "leave")
_ATTENDANCE_WORKS = (
    ("satisfactory", Fraction(0)),
    ("at risk", Fraction(1, 20)),
    ("moderate chronic", Fraction(1, 10)),
    ("severe chronic", Fraction(1, 5)),
)
_ENGLAND = (
    ("satisfactory", Fraction(0)),
    ("approaching", Fraction(1, 20)),
    ("persistent", Fraction(1, 10)),
    ("severe", Fraction(1, 2)),
)


@dataclasses.dataclass(frozen=True)
class Policy:
    """
    What a school means by its codes, and where it draws its lines: frozen, compared and hashed by value.

    Without arguments it is `Policy.attendance_works`. A value that is not valid raises `PolicyError` at once, with
    the setting's name and what would be valid.

    Parameters
    ----------
    name
        What the policy is called on a page.
    meanings
        Code → one of ``"present", "late", "unexcused", "excused", "unrecorded", "unclassified"``. Laid over the
        default table: codes that are not named keep their default meaning, and a code in neither is unclassified.
        Code −1 is always unrecorded; how such sessions count is `unrecorded`'s to say.
    bands
        Pairs of a name and the lower bound of its absence rate, ascending, the first 0 (or a mapping of the same).
        Bounds are kept as exact fractions: ``"10 %"``, ``"1/10"`` and ``0.1`` are the same. A band holds its lower
        bound and not its upper one.
    chronic
        The band from which a student counts as chronically absent.
    unrecorded
        ``"present"``: an unrecorded session is possible and attended, as ManageBac's own screens have it.
        ``"exclude"``: it is not possible. ``"exclude_untaken"``: it is not possible where nobody of its register
        has a recorded code, else possible and attended.
    adjustments
        ``"add"`` or ``"leave"``: whether ManageBac's adjustments are added to the counts or only shown.
    lates_per_absence
        Every so many lates of a student count as one more unexcused absence; None: lates are no absences.
    min_possible
        A student with fewer possible sessions gets no label.
    min_coverage
        The share of recorded sessions below which a page says so at the top.
    min_cell
        Cells of tables for a wider audience that hold fewer students are hidden.

    Raises
    ------
    PolicyError
        A value is not valid.

    Examples
    --------
    >>> bands = [("fine", 0), ("chronic", "10 %")]
    >>> school = Policy("Our school", meanings={14: "excused"}, bands=bands, chronic="chronic")
    >>> school.band_of(20, 201), school.band_of(20, 200)
    ('fine', 'chronic')
    """

    name: str = "Attendance Works"
    meanings: Mapping[int, str] = DEFAULT_MEANINGS
    bands: tuple[tuple[str, Fraction], ...] = _ATTENDANCE_WORKS
    chronic: str = "moderate chronic"
    unrecorded: str = "present"
    adjustments: str = "add"
    lates_per_absence: int | None = None
    min_possible: int = 10
    min_coverage: Fraction = Fraction(19, 20)
    min_cell: int = 10

    def __post_init__(self) -> None:
        """Check every setting, and keep it in its exact form."""
        keep = {
            "name": _name(self.name),
            "meanings": _meanings(self.meanings),
            "bands": _bands(self.bands),
            "unrecorded": _one_of("unrecorded", self.unrecorded, _UNRECORDED_RULES),
            "adjustments": _one_of("adjustments", self.adjustments, _ADJUSTMENT_RULES),
            "min_possible": _whole("min_possible", self.min_possible, least=0),
            "min_coverage": _share("min_coverage", self.min_coverage),
            "min_cell": _whole("min_cell", self.min_cell, least=0),
        }
        if self.lates_per_absence is not None:
            keep["lates_per_absence"] = _whole("lates_per_absence", self.lates_per_absence, least=1, other=" or None")
        for setting, value in keep.items():
            object.__setattr__(self, setting, value)
        _one_of("chronic", self.chronic, self.band_names, what="one of the bands")

    @classmethod
    def attendance_works(cls) -> Self:
        """Give the default: at risk from 5 %, moderate chronic from 10 %, severe chronic from 20 %."""
        return cls()

    @classmethod
    def england(cls) -> Self:
        """Give England's labels: persistent from 10 %, severe from 50 %; "approaching" from 5 %."""
        return cls("England", bands=_ENGLAND, chronic="persistent")

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> Self:
        """
        Read a policy that a school wrote: the settings by their names, those left out at their defaults.

        ``[meanings]`` holds codes (``"14" = "excused"``), ``[bands]`` names and bounds (``"at risk" = "5 %"``).

        Raises
        ------
        PolicyError
            The file cannot be read, is no TOML, has an unknown key or a value that is not valid; names the file.
        """
        try:
            return cls(**policy_file.read_settings(path, [field.name for field in dataclasses.fields(cls)]))
        except PolicyError as error:
            raise PolicyError(f"{path}: {error}") from error

    def to_toml(self, path: str | os.PathLike[str]) -> Path:
        """
        Write the policy as TOML, whole or not at all; `from_toml` gives an equal one.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ReportError
            The file cannot be written.
        """
        return policy_file.write_settings(
            path, {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        )

    def replace(self, **settings: Any) -> Self:
        """Give this policy with other settings, checked like new ones; meanings are laid over this policy's."""
        if unknown := sorted(set(settings) - {field.name for field in dataclasses.fields(self)}):
            valid = ", ".join(field.name for field in dataclasses.fields(self))
            raise PolicyError(f"no such setting: {', '.join(unknown)}; there are {valid}")
        if isinstance(over := settings.get("meanings"), Mapping):
            settings["meanings"] = dict(self.meanings) | dict(over)
        return dataclasses.replace(self, **settings)

    @property
    def band_names(self) -> tuple[str, ...]:
        """The names of the bands, ascending."""
        return tuple(name for name, _ in self.bands)

    @property
    def threshold(self) -> Fraction:
        """The lower bound of the band `chronic`."""
        return dict(self.bands)[self.chronic]

    def band_of(self, absent: ArrayLike, possible: ArrayLike) -> Any:
        """
        Give the band of counts, compared in whole numbers (``den * absent >= num * possible``) before any rounding.

        Parameters
        ----------
        absent, possible
            Whole numbers, alone or element by element.

        Returns
        -------
        str or None, or numpy.ndarray of them
            None where ``possible`` is 0 or below `min_possible`.
        """
        places = self.band_places(absent, possible)
        names = np.array([*self.band_names, None], dtype=object)[places]
        return names if places.ndim else names.item() if isinstance(names, np.ndarray) else names

    def band_places(self, absent: ArrayLike, possible: ArrayLike) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Give the place of the band of counts among `bands`; −1 where there is no label. See `band_of`."""
        base = np.asarray(possible)
        places = sum((at_least(absent, base, bound).astype(np.int64) for _, bound in self.bands[1:]), np.int64(0))
        return np.where((base >= max(self.min_possible, 1)), places, -1)

    def band_rules(self) -> list[str]:
        """Say of every band what it holds: ``10 % to below 20 %``."""
        bounds = [percent(bound) for _, bound in self.bands]
        rules = [f"{low} to below {high}" for low, high in itertools.pairwise(bounds)] + [f"{bounds[-1]} and more"]
        return [f"below {bounds[1]}", *rules[1:]] if len(bounds) > 1 else rules

    def _repr_html_(self) -> str:
        chronic = self.band_names.index(self.chronic)
        bands = pd.DataFrame(
            {
                "band": self.band_names,
                "absence rate": self.band_rules(),
                "chronic": ["yes" if place >= chronic else "" for place in range(len(self.bands))],
            }
        )
        codes = {meaning: [code for code, held in self.meanings.items() if held == meaning] for meaning in MEANINGS}
        meanings = pd.DataFrame(
            {
                "meaning": list(codes),
                "codes": [
                    ", ".join(f"{code} {STATUS_NAMES.get(code, '')}".strip() for code in codes[one]) for one in codes
                ],
            }
        )
        settings = pd.DataFrame(list(self._settings().items()), columns=["setting", "value"])
        return (
            f"<div>{html_title(f'Policy {self.name}')}{html_table(bands, 'Bands')}"
            f"{html_table(meanings[meanings['codes'] != ''], 'Meanings')}{html_table(settings, 'Settings')}</div>"
        )

    def _settings(self) -> dict[str, str]:
        return {
            "unrecorded": self.unrecorded,
            "adjustments": self.adjustments,
            "lates_per_absence": str(self.lates_per_absence or "off"),
            "min_possible": str(self.min_possible),
            "min_coverage": percent(self.min_coverage),
            "min_cell": str(self.min_cell),
        }

    def __repr__(self) -> str:
        """Show every setting, the bounds as they are written."""
        bands = ", ".join(f"({name!r}, {percent(bound)!r})" for name, bound in self.bands)
        changed = {code: meaning for code, meaning in self.meanings.items() if DEFAULT_MEANINGS.get(code) != meaning}
        return (
            f"Policy({self.name!r}, meanings={changed!r}, bands=[{bands}], chronic={self.chronic!r}, "
            f"unrecorded={self.unrecorded!r}, adjustments={self.adjustments!r}, "
            f"lates_per_absence={self.lates_per_absence!r}, min_possible={self.min_possible}, "
            f"min_coverage={percent(self.min_coverage)!r}, min_cell={self.min_cell})"
        )


def _name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise PolicyError(f"name: must be text, not {name!r}")
    return name


def _one_of(setting: str, value: object, valid: tuple[str, ...], *, what: str = "one of") -> str:
    if not isinstance(value, str) or value not in valid:
        raise PolicyError(f"{setting}: must be {what} {', '.join(map(repr, valid))}, not {value!r}")
    return value


def _whole(setting: str, value: object, *, least: int, other: str = "") -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise PolicyError(f"{setting}: must be a whole number of at least {least}{other}, not {value!r}")
    return int(value)


def _share(setting: str, value: object) -> Fraction:
    try:
        share = exact_fraction(value)
    except ValueError as error:
        raise PolicyError(f"{setting}: {error}") from error
    if not 0 <= share <= 1:
        raise PolicyError(f"{setting}: must be a share from 0 to 1, as in 0.1, '10 %' or '1/10', not {value!r}")
    return share


def _meanings(given: object) -> Meanings:
    if not isinstance(given, Mapping):
        raise PolicyError(f"meanings: must be a mapping of codes to meanings, not {given!r}")
    pairs = dict(DEFAULT_MEANINGS)
    for code, meaning in given.items():
        if isinstance(code, bool) or not isinstance(code, int | np.integer) or not -1 <= code < 2**15:
            raise PolicyError(f"meanings: codes are whole numbers from -1 to {2**15 - 1}, not {code!r}")
        pairs[int(code)] = _one_of(f"meanings: code {code}", meaning, MEANINGS)
    if pairs[-1] != UNRECORDED:
        rules = ", ".join(f"{rule!r}" for rule in _UNRECORDED_RULES)
        raise PolicyError(
            f"meanings: code -1 is always {UNRECORDED!r} (nobody took the register), not {pairs[-1]!r}; "
            f"how such sessions count is the setting unrecorded: {rules}"
        )
    return Meanings(pairs)


def _bands(given: object) -> tuple[tuple[str, Fraction], ...]:
    pairs = given.items() if isinstance(given, Mapping) else given
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise PolicyError(f"bands: must be pairs of a name and a lower bound, not {given!r}")
    bands = tuple(_band(pair) for pair in pairs)
    names, bounds = [name for name, _ in bands], [bound for _, bound in bands]
    if not bands or bounds[0] != 0:
        raise PolicyError("bands: the first lower bound must be 0, so that every rate has a band")
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise PolicyError(f"bands: two bands are called {twice[0]!r}; names must differ")
    for (name, low), (above, high) in itertools.pairwise(bands):
        if high <= low:
            raise PolicyError(
                f"bands: lower bounds must ascend; {above!r} ({percent(high)}) comes after {name!r} ({percent(low)})"
            )
    return bands


def _band(pair: object) -> tuple[str, Fraction]:
    if isinstance(pair, str) or not isinstance(pair, Iterable) or len(both := tuple(pair)) != 2:  # noqa: PLR2004
        raise PolicyError(f"bands: must be pairs of a name and a lower bound; {pair!r} is none")
    name, bound = both
    if not isinstance(name, str) or not name.strip():
        raise PolicyError(f"bands: a band's name must be text, not {name!r}")
    return name, _share(f"bands: {name!r}", bound)
