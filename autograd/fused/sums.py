"""Sums of floats from left to right, each addition rounded once: the same bits in every version of Python.

From Python 3.12 on the built-in `sum` of floats compensates for its rounding; a sum that begins with a float of another
class does not.  Where the terms are so few that a loop costs more than they do, sums of products are written out.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

FEW: Final = 8  # terms: up to here the written sums are the faster ones
Numbers = Sequence[float]


class _Start(float):
    """A float to begin with, by which `sum` adds one term after another."""

    __slots__ = ()


start: Final[Callable[[float], float]] = float if sys.version_info < (3, 12) else _Start
_ZERO: Final = start(0.0)

_WRITTEN: Final = """
def dots(rows, inputs):
    {inputs} = inputs
    return [bias {products} for ({weights}), bias in rows]

def columns(inputs, columns):
    {inputs} = inputs
    return [0.0 {products} for ({weights}) in columns]
"""


def _written(terms: int) -> dict[str, Any]:
    known: dict[str, Any] = {}
    inputs, weights = ("".join(f"{letter}{i}, " for i in range(terms)) for letter in "xw")
    products = " ".join(f"+ w{i} * x{i}" for i in range(terms))
    exec(_WRITTEN.format(inputs=inputs, weights=weights, products=products), known)
    return known


_few: Final = [_written(terms) for terms in range(1, FEW + 1)]
_DOTS: Final[list[Callable[..., list[float]]]] = [known["dots"] for known in _few]
_COLUMNS: Final[list[Callable[..., list[float]]]] = [known["columns"] for known in _few]


def total(values: Iterable[float]) -> float:
    """Return the sum."""
    return float(sum(values, _ZERO))


def dots(rows: Iterable[tuple[Numbers, float]], inputs: Numbers) -> list[float]:
    """Return for each row, weights and bias, the sum of weight × input on top of the bias."""
    if 0 < len(inputs) <= FEW:
        return _DOTS[len(inputs) - 1](rows, inputs)
    if not inputs:
        return [bias for _, bias in rows]
    multiply, begin = operator.mul, start
    return [sum(map(multiply, weights, inputs), begin(bias)) for weights, bias in rows]


def columns(factors: Numbers, columns: Iterable[Numbers]) -> list[float]:
    """Return for each column the sum of factor × number, over the rows."""
    if 0 < len(factors) <= FEW:
        return _COLUMNS[len(factors) - 1](factors, columns)
    if not factors:
        return [0.0 for _ in columns]
    multiply, zero = operator.mul, _ZERO
    return [sum(map(multiply, factors, column), zero) for column in columns]
