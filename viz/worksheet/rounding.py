"""Numbers as they are computed by hand: rounded to four digits after every operation, a last 5 up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

DIGITS: Final = 4
EXACT: Final = 12  # digits after the first in which decimals computed in binary are what they are on paper


def rounded(x: float, terms: Iterable[float] = ()) -> float:
    """Return `x` to four significant digits, ties away from zero; what is not finite stays as it is.

    `terms` are what it is the sum of: what binary fractions leave of terms that cancel in decimals is 0.

    >>> rounded(0.12345), rounded(-2.0005), rounded(0.1 + 0.2 - 0.3, [0.1, 0.2, -0.3])
    (0.1235, -2.001, 0.0)
    """
    if x == 0.0 or not math.isfinite(x):
        return x + 0.0
    largest = Decimal(max(map(abs, (x, *terms))))
    exact = Decimal(x).quantize(Decimal(1).scaleb(largest.adjusted() - EXACT))
    return float(exact.quantize(_unit(exact), ROUND_HALF_UP)) if exact else 0.0


def interval(answer: float) -> tuple[float, float]:
    """Return the first and the last float that are `answer`, a rounded number, when they are rounded.

    >>> interval(0.5)
    (0.49995, 0.5000499999999999)
    """
    if answer == 0.0 or not math.isfinite(answer):
        return answer, answer
    size = abs(Decimal(repr(answer)))
    half = _unit(size) / 2
    below = half / 10 if not size.scaleb(-size.adjusted()) - 1 else half  # 0.99995 has its own, smaller unit
    low, high = float(size - below), math.nextafter(float(size + half), 0.0)
    return (low, high) if answer > 0.0 else (-high, -low)


def nearby(x: float) -> tuple[float, float]:
    """Return the numbers that one who rounded on the way may come to instead of `x`: a unit of its last digit away.

    >>> nearby(-0.5)
    (-0.50015, -0.49985)
    """
    if x == 0.0:
        return 0.0, 0.0
    decimal = Decimal(repr(x))
    away = _unit(decimal) * Decimal("1.5")
    return float(decimal - away), float(decimal + away)


def _unit(decimal: Decimal) -> Decimal:
    return Decimal(1).scaleb(decimal.adjusted() - DIGITS + 1)
