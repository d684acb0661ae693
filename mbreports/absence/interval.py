"""How far a rate may be off: Wilson's interval, widened because absences come in runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["design_effect", "wilson"]

_Z = float(stats.norm.ppf(0.975))
"""Of an interval that holds the true rate 95 times of 100."""


def wilson(
    absent: ArrayLike, possible: ArrayLike, deff: ArrayLike = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Give Wilson's 95 % interval of a rate, on ``possible / deff`` sessions instead of ``possible``.

    With ``p = absent / possible``, ``n = possible / deff`` and ``z = 1.96``: ``(p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) /
    (1 + z²/n)``.

    Parameters
    ----------
    absent, possible
        Whole numbers, alone or element by element.
    deff
        The design effect, as `design_effect` gives it; 1: every session for itself.

    Returns
    -------
    tuple of two numpy.ndarray
        The lower and the upper bounds; missing where `possible` is 0.

    Examples
    --------
    >>> low, high = wilson(20, 200)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.0657 to 0.1494

    Source: ``measures.md``, "Outlook"; Wilson, J. Am. Stat. Assoc. 22 (1927), pages 209 to 212.
    """
    counts, base, effect = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (absent, possible, deff)))
    known = base > 0
    n = np.where(known, base, np.nan)
    rate = counts / n
    n = n / effect
    middle = rate + _Z**2 / (2 * n)
    reach = _Z * np.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
    low, high = (middle - reach) / (1 + _Z**2 / n), (middle + reach) / (1 + _Z**2 / n)
    return np.where(counts == 0, low * 0, low), np.where(counts == base, high * 0 + 1, high)


def design_effect(mean_spell: float, rate: ArrayLike) -> NDArray[np.float64]:
    """
    Say how many sessions tell as much as one that stood for itself: ``2L(1 - p) - 1``, at least 1.

    Absences come in runs: with a mean of L sessions and a rate p they are a chain of two states, whose correlation from
    one session to the next is ``1 - 1 / (L(1 - p))``; the variance of its rate is larger by this factor.

    Parameters
    ----------
    mean_spell
        The mean length L of a spell, in sessions; not a number where there are none: the effect is 1.
    rate
        Absence rates p, alone or element by element; where one is missing the effect is 1.

    Returns
    -------
    numpy.ndarray

    Source: ``measures.md``, "Outlook".
    """
    effect = 2 * mean_spell * (1 - np.asarray(rate, dtype=float)) - 1
    return np.fmax(effect, 1.0)
