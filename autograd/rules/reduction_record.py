"""Reductions: rows of the table that make one number of a sequence, joining two by two.

A record stands at its row in ops.py.  Every reader has its own entry from it: floats and balls, the FLOPs, the backward
pass (by the row's own derivative), what fills holes, and the loops of each language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final, NamedTuple

from autograd.rules.maths import FLOATS, FloatMaths
from autograd.rules.operation import Operation
from autograd.rules.symbols import formulas, functions_in


class Reduction(NamedTuple):
    """How a row reduces.

    Attributes
        row       its name in the table: "largest"
        name      its name in programs of arrays, the same but for "sum"
        joins     the row of two inputs that it repeats, which NumPy calls so, too: "maximum"
        neutral   what it is of nothing: any other number stays what it is beside it
        function  the function of arrays, as NumPy, JAX and ONNX call it: "max"
        letter    how its results are named in sources
    """

    row: str
    name: str
    joins: str
    neutral: float
    function: str
    letter: str

    @property
    def is_in_order(self) -> bool:
        """Whether the gradient goes to the first of several that are equal, so that their order counts."""
        return "first" in functions_in(formulas(self.row)[1][0])

    def of_floats(self, values: Sequence[float]) -> float:
        """Return it of floats; raises ValueError for what is not a number of none, such as the largest."""
        if not values and abs(self.neutral) > 1.0:
            raise ValueError(f"{self.row} of no values is not defined: pass at least one")
        return reduce(getattr(FLOATS, self.joins), values or [self.neutral])


REDUCTIONS: Final[dict[str, Reduction]] = {}  # by their names in programs of arrays
ROWS: Final[dict[str, Reduction]] = {}  # by their rows


def reduces(
    joins: str, neutral: float, function: str, *, name: str = "", letter: str = "t"
) -> Callable[[Operation], Operation]:
    """Enter a row as a reduction."""

    def enter(row: Operation) -> Operation:
        made = Reduction(row.name, name or row.name, joins, neutral, function, letter)
        ROWS[made.row] = REDUCTIONS[made.name] = made
        if made.row not in vars(FloatMaths):
            setattr(FloatMaths, made.row, staticmethod(made.of_floats))
        return row

    return enter
