"""Sums of floats from left to right, each addition rounded once: the same bits in every version of Python.

From Python 3.12 on the built-in `sum` of floats compensates for its rounding; a sum that begins with a float of another
class does not.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Numbers = Sequence[float]


class _Start(float):
    """A float to begin with, by which `sum` adds one term after another."""

    __slots__ = ()


start: Final[Callable[[float], float]] = float if sys.version_info < (3, 12) else _Start
_ZERO: Final = start(0.0)


def total(values: Iterable[float]) -> float:
    """Return the sum."""
    return float(sum(values, _ZERO))


def dots(rows: Iterable[tuple[Numbers, float]], inputs: Numbers) -> list[float]:
    """Return for each row, weights and bias, the sum of weight × input on top of the bias."""
    if not inputs:
        return [bias for _, bias in rows]
    multiply, begin = operator.mul, start
    return [sum(map(multiply, weights, inputs), begin(bias)) for weights, bias in rows]


def columns(factors: Numbers, columns: Iterable[Numbers]) -> list[float]:
    """Return for each column the sum of factor × number, over the rows."""
    if not factors:
        return [0.0 for _ in columns]
    multiply, zero = operator.mul, _ZERO
    return [sum(map(multiply, factors, column), zero) for column in columns]
