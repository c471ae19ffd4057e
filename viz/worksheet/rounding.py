"""Numbers as they are computed by hand: rounded to four digits after every operation, a last 5 up."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

DIGITS = 4


def rounded(x: float) -> float:
    """Return `x` to four significant digits, ties away from zero; what is not finite stays as it is.

    >>> rounded(0.12345), rounded(-2.0005)
    (0.1235, -2.001)
    """
    if x == 0.0 or not math.isfinite(x):
        return x + 0.0
    decimal = Decimal(f"{x:.11e}")  # what a person computes: the noise of binary fractions is far behind
    return float(decimal.quantize(_unit(decimal), ROUND_HALF_UP))


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


def _unit(decimal: Decimal) -> Decimal:
    return Decimal(1).scaleb(decimal.adjusted() - DIGITS + 1)
