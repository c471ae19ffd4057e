"""Straight-line Python for a rule on floats: the rule read on symbols, then written down.

Recording runs this source instead of the rule itself, which spares a call, a tuple and the look-ups of the maths
library for every node.  Each repeated expression is computed once, under a name of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, ClassVar

from autograd.rules.formulas import ATOM, SIGNS, Syntax, Text, fold, tight
from autograd.rules.maths import FLOATS, FloatMaths
from autograd.rules.operation import TABLE, Operation
from autograd.rules.symbols import Symbol, formulas, named, parameters
from autograd.support.validate import number


def inlined(formula: Symbol) -> Symbol:
    """Return a formula with every operation that FLOATS has no function for replaced by its own formula."""

    def step(x: Symbol, operands: list[Symbol]) -> Symbol:
        if not x.operands:
            return x
        if x.function in SIGNS or x.function in ("negative", "where", "isnan") or x.function in vars(FloatMaths):
            return Symbol(x.function, tuple(operands))
        names = map(named, parameters(TABLE[x.function]))
        return inlined(formulas(x.function)[0]).replace(dict(zip(names, operands, strict=True)))

    return fold(formula, step)


class Writer(Syntax):
    """Writes formulas as Python, operands in brackets, with a line `name = …` for each part that is used twice."""

    infix: ClassVar = {function: (f" {sign} ", 0, ATOM, ATOM) for function, sign in SIGNS.items()}
    minus: ClassVar = ("-", 0, ATOM)

    def __init__(self, symbols: list[Symbol]) -> None:
        self.lines: list[str] = []
        self.names: dict[Symbol, Text] = {}
        self.uses = Counter(symbols)
        counted: dict[Symbol, None] = {}
        for x in symbols:
            fold(x, lambda y, _: self.uses.update(y.operands), counted)

    def write(self, formula: Symbol, binds: int = 0) -> str:
        """Return an expression for a formula, after adding to `lines` what it needs."""
        return tight(fold(formula, self.step, self.names), binds)

    def step(self, x: Symbol, operands: list[Text]) -> Text:
        """Return how one symbol is written: by a name, once it has a line of its own."""
        text = super().step(x, operands)
        if not x.operands or self.uses[x] < 2:
            return text
        name = f"t{len(self.lines)}"
        self.lines.append(f"{name} = {text[0]}")
        return name, ATOM

    def number(self, x: float) -> Text:
        """Return a number as a float of Python."""
        return (repr(number(x)) if abs(x) < math.inf else f'float("{number(x)}")'), ATOM

    def own(self, x: Symbol, operands: list[Text]) -> Text | None:
        """Return a choice, and the test for nan."""
        inputs = [tight(text, ATOM) for text in operands]
        if x.function == "where":
            return f"{inputs[1]} if {inputs[0]} else {inputs[2]}", 0
        return (f"{inputs[0]} != {inputs[0]}", 0) if x.function == "isnan" else None


def primitives() -> dict[str, Any]:
    """Return the functions that written expressions call, by name."""
    return {name: getattr(FLOATS, name) for name in vars(FloatMaths) if not name.startswith("_")}


def on_floats(op: Operation) -> tuple[list[str], str, list[str]]:
    """Return lines of Python, then an expression for the output and one for each local derivative.

    The names of the inputs are those of the rule's parameters.
    """
    output, derivatives = formulas(op.name)
    symbols = [inlined(output), *map(inlined, derivatives)]
    writer = Writer(symbols)
    expressions = [writer.write(x) for x in symbols]
    return writer.lines, expressions[0], expressions[1:]
