"""Reductions: rows of the table that make one number of a sequence, as if two by two.

A record stands at its row in ops.py.  Every reader of array programs takes its own entry from it: the shape and the
FLOPs, the backward pass (by the row's own derivative), the loops of each language, and what fills holes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from autograd.rules.maths import JOINS
from autograd.rules.operation import Operation
from autograd.rules.symbols import formulas, functions_in

__all__ = ["ARRAYS", "REDUCTIONS", "Reduction", "reduces"]


class Reduction(NamedTuple):
    """How a row reduces.

    Attributes
        row       its name in the table: "largest"
        joins     the row of two inputs that it repeats, called as NumPy calls it: "maximum"
        neutral   what it is of nothing: beside it any other number stays what it is
        function  the function of arrays, as NumPy, JAX and ONNX call it: "max"
        letter    how its results are named in sources
    """

    row: str
    joins: str
    neutral: float
    function: str
    letter: str

    @property
    def is_in_order(self) -> bool:
        """Whether the gradient goes to the first of several that are equal, so that their order counts."""
        return "first" in functions_in(formulas(self.row)[1][0])


REDUCTIONS: Final[dict[str, Reduction]] = {}  # by the name that programs of arrays have for it: that of the row, or own
ARRAYS: Final[dict[str, str]] = {}  # that name, by the row's


def reduces(
    joins: str, neutral: float, function: str, *, name: str = "", letter: str = "t"
) -> Callable[[Operation], Operation]:
    """Enter a row as a reduction, under a name of its own in programs of arrays if it has one there."""

    def enter(row: Operation) -> Operation:
        ARRAYS[row.name] = name or row.name
        REDUCTIONS[name or row.name] = Reduction(row.name, joins, neutral, function, letter)
        JOINS[row.name] = joins, neutral
        return row

    return enter
