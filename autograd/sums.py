"""Sums of products of floats, from left to right; written out where the terms are so few that a loop costs more."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

FEW: Final = 8  # terms: up to here the written sums are the faster ones
Numbers = Sequence[float]

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


def dots(rows: Iterable[tuple[Numbers, float]], inputs: Numbers) -> list[float]:
    """Return for each row, weights and bias, the sum of weight × input on top of the bias."""
    if 0 < len(inputs) <= FEW:
        return _DOTS[len(inputs) - 1](rows, inputs)
    multiply = operator.mul
    return [sum(map(multiply, weights, inputs), bias) for weights, bias in rows]


def columns(factors: Numbers, columns: Iterable[Numbers]) -> list[float]:
    """Return for each column the sum of factor × number, over the rows."""
    if 0 < len(factors) <= FEW:
        return _COLUMNS[len(factors) - 1](factors, columns)
    multiply = operator.mul
    return [sum(map(multiply, factors, column), 0.0) for column in columns]
