"""Straight-line Python for a rule on floats: the rule read on symbols, then written down.

Recording runs this source instead of the rule itself, which spares a call, a tuple and the look-ups of the maths
library for every node.  Each repeated expression is computed once, under a name of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from autograd.rules.maths import FLOATS, FloatMaths
from autograd.rules.operation import TABLE, Operation, number
from autograd.rules.symbols import Symbol, formulas, named, parameters

INFIX: Final = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
}


def opened(x: Symbol) -> Symbol:
    """Return `x` with every operation that FLOATS has no function for replaced by its own formula."""
    if x.function in ("name", "number"):
        return x
    inputs = tuple(map(opened, x.inputs))
    if x.function in INFIX or x.function in ("negative", "where", "isnan") or x.function in vars(FloatMaths):
        return Symbol(x.function, inputs)
    names = map(named, parameters(TABLE[x.function]))
    output, _ = formulas(x.function)
    return opened(output).replace(dict(zip(names, inputs, strict=True)))


class Writer:
    """Writes symbols as Python expressions, with a line `name = …` for each that is used more than once."""

    def __init__(self, symbols: list[Symbol]) -> None:
        self.lines: list[str] = []
        self.names: dict[Symbol, str] = {}
        self.uses: Counter[Symbol] = Counter()
        for x in symbols:
            self._count(x)

    def _count(self, x: Symbol) -> None:
        self.uses[x] += 1
        if self.uses[x] == 1 and x.function not in ("name", "number"):
            for y in x.inputs:
                self._count(y)

    def write(self, x: Symbol) -> str:
        """Return an expression for `x`, after adding to `lines` what it needs."""
        if x.function == "name":
            return x.name
        if x.number is not None:
            return f"{number(x.number)!r}" if abs(x.number) < float("inf") else f'float("{number(x.number)}")'
        if x in self.names:
            return self.names[x]
        text = self._call(x.function, [self.write(y) for y in x.inputs])
        if self.uses[x] < 2:
            return text
        step = self.names[x] = f"t{len(self.names)}"
        self.lines.append(f"{step} = {text}")
        return step

    def _call(self, function: str, inputs: list[str]) -> str:
        if function in INFIX:
            return f"({inputs[0]} {INFIX[function]} {inputs[1]})"
        if function == "negative":
            return f"(-{inputs[0]})"
        if function == "where":
            return f"({inputs[1]} if {inputs[0]} else {inputs[2]})"
        if function == "isnan":
            return f"({inputs[0]} != {inputs[0]})"
        return f"{function}({', '.join(inputs)})"


def primitives() -> dict[str, Any]:
    """Return the functions that written expressions call, by name."""
    return {name: getattr(FLOATS, name) for name in vars(FloatMaths) if not name.startswith("_")}


def on_floats(op: Operation) -> tuple[list[str], str, list[str]]:
    """Return lines of Python, then an expression for the output and one for each local derivative.

    The names of the inputs are those of the rule's parameters.
    """
    output, derivatives = formulas(op.name)
    symbols = [opened(output), *map(opened, derivatives)]
    writer = Writer(symbols)
    expressions = [writer.write(x) for x in symbols]
    return writer.lines, expressions[0], expressions[1:]
