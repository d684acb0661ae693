"""Shares as exact fractions: read from what people write, compared in whole numbers, printed back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["at_least", "exact_fraction", "percent"]

_INT64 = 2**63


def exact_fraction(value: object) -> Fraction:
    """
    Read a share exactly as it is written: ``"10 %"``, ``"1/10"``, ``"0.1"``, ``0.1`` and ``Fraction(1, 10)`` are equal.

    A float is read by its shortest decimal form, which is what was typed, not by its binary value.

    Raises
    ------
    ValueError
        It is no finite number.
    """
    if isinstance(value, bool | np.bool_):
        raise ValueError(f"{value!r} is no number")  # noqa: TRY004 -- one kind of error for all that is none
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    try:
        if isinstance(value, str):
            return _of_text(value)
        if isinstance(value, Decimal):
            return Fraction(value)
        if isinstance(value, SupportsFloat):
            return Fraction(repr(float(value)))
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        pass
    raise ValueError(f"{value!r} is no number; write a share as 0.1, '10 %' or '1/10'")


def _of_text(text: str) -> Fraction:
    number = text.strip()
    if number.endswith("%"):
        return _of_text(number[:-1]) / 100
    over, slash, under = number.partition("/")
    return Fraction(over.strip()) / Fraction(under.strip()) if slash else Fraction(number)


def at_least(counts: ArrayLike, of: ArrayLike, share: Fraction) -> NDArray[np.bool_]:
    """
    Say where ``counts / of >= share``, compared in whole numbers: ``den * counts >= num * of``.

    Parameters
    ----------
    counts, of
        Whole numbers, element by element.
    share
        The exact share.

    Returns
    -------
    numpy.ndarray of bool
    """
    left, right = np.asarray(counts), np.asarray(of)
    if not _fit(left, share.denominator) or not _fit(right, share.numerator):
        left, right = left.astype(object), right.astype(object)
    return np.asarray(share.denominator * left >= share.numerator * right, dtype=bool)


def _fit(numbers: NDArray[Any], factor: int) -> bool:
    """Whether the products stay below 64 bits."""
    return not numbers.size or (int(np.abs(numbers).max()) + 1) * (abs(factor) + 1) < _INT64


def percent(share: Fraction) -> str:
    """Print a share exactly: ``5 %``, ``12.5 %``; one whose percentage has no end as ``1/3``."""
    hundred = share * 100
    rest = hundred.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(share)
    decimal = Decimal(hundred.numerator) / Decimal(hundred.denominator)
    return f"{decimal.normalize():f} %"
