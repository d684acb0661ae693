"""Small numbers: rates drawn towards the school's, and the chance to end over a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import ArrayLike, NDArray

__all__ = ["chance_over", "chance_words", "crossing", "kleinman", "shrunk_rate"]

LIKELY = 0.8
"""From this chance on a page says "likely"."""

UNLIKELY = 0.2
"""Up to this chance it says "unlikely"; between the two, "uncertain"."""

_LEAST_SPREAD = 1e-6
_LEAST_STUDENTS = 2


def kleinman(absent: ArrayLike, possible: ArrayLike) -> tuple[float, float]:
    """
    Fit the beta distribution of the school's rates by Kleinman's moments.

    Over the k students with possible sessions, ``p = Σx / N``, ``N = Σn``, ``S = Σ n(x/n - p)²``:
    ``g = [S - p(1 - p)(k - 1)] / [p(1 - p)(N - Σn²/N - (k - 1))]``, kept between 1e-6 and 1 - 1e-6, and
    ``a + b = (1 - g)/g``, ``a = p(a + b)``.

    Where g is not defined (one student, a rate of 0 or 1, one session each) the prior weighs one session, at the
    school's rate ``(Σx + ½) / (N + 1)``.

    Parameters
    ----------
    absent, possible
        Each student's counts; those with ``possible = 0`` tell nothing.

    Returns
    -------
    tuple of float
        ``a`` and ``b``; not numbers where no student has a possible session.

    Source: ``measures.md``, "Outlook"; Kleinman, J. Am. Stat. Assoc. 68 (1973), pages 46 to 54.
    """
    base = np.asarray(possible, dtype=float)
    x, n = np.asarray(absent, dtype=float)[base > 0], base[base > 0]
    students, sessions = len(n), float(n.sum())
    if not students:
        return float("nan"), float("nan")
    p = float(x.sum()) / sessions
    scale = p * (1 - p) * (sessions - float((n**2).sum()) / sessions - (students - 1))
    if students < _LEAST_STUDENTS or scale <= 0:
        weak = (float(x.sum()) + 0.5) / (sessions + 1)
        return weak, 1 - weak
    spread = float((n * (x / n - p) ** 2).sum())
    g = float(np.clip((spread - p * (1 - p) * (students - 1)) / scale, _LEAST_SPREAD, 1 - _LEAST_SPREAD))
    weight = (1 - g) / g
    return p * weight, (1 - p) * weight


def shrunk_rate(absent: ArrayLike, possible: ArrayLike, prior: tuple[float, float]) -> NDArray[np.float64]:
    """Give the posterior mean ``(a + x) / (a + b + n)``; without sessions it is the school's ``a / (a + b)``."""
    a, b = prior
    return np.asarray((a + np.asarray(absent, dtype=float)) / (a + b + np.asarray(possible, dtype=float)))


def crossing(sessions: ArrayLike, threshold: Fraction) -> NDArray[np.int64]:
    """Give the fewest absences in so many sessions with ``den * absences >= num * sessions``, in whole numbers."""
    total = np.asarray(sessions).astype(np.int64).astype(object)
    return np.asarray(-(-threshold.numerator * total // threshold.denominator)).astype(np.int64)


def chance_over(
    absent: ArrayLike, possible: ArrayLike, to_come: ArrayLike, threshold: Fraction, prior: tuple[float, float]
) -> NDArray[np.float64]:
    """
    Give the chance to stand at or over the threshold when the sessions to come are over.

    ``P(BetaBinomial(R, a + x, b + n - x) >= cross - x)`` with x of n sessions absent, R to come, and ``cross`` the
    fewest absences in ``n + R`` that reach the threshold.

    Parameters
    ----------
    absent, possible, to_come
        Whole numbers x, n and R, element by element.
    threshold
        The exact bound.
    prior
        ``(a, b)``, as `kleinman` gives them.

    Returns
    -------
    numpy.ndarray
        Between 0 and 1; missing without a session (``n + R = 0``) and without a prior.

    Source: ``measures.md``, "Outlook".
    """
    x, n, r = np.broadcast_arrays(*(np.asarray(given).astype(np.int64) for given in (absent, possible, to_come)))
    need = crossing(n + r, threshold) - x
    a, b = prior
    chance = np.asarray(stats.betabinom.sf(need - 1, r, a + x, b + n - x), dtype=float)
    sure = np.where(need <= 0, 1.0, np.where(need > r, 0.0, np.clip(chance, 0, 1)))
    return np.where((n + r > 0) & np.isfinite(a + b), sure, np.nan)


def chance_words(chance: ArrayLike) -> pd.Series:
    """Say a chance in words: "likely" from 0.8 on, "unlikely" up to 0.2, else "uncertain"; missing where it is."""
    p = np.atleast_1d(np.asarray(chance, dtype=float))
    words = np.full(p.shape, "uncertain", dtype=object)
    words[p >= LIKELY], words[p <= UNLIKELY], words[np.isnan(p)] = "likely", "unlikely", None
    return pd.Series(words, dtype="str")
