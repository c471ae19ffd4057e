"""Straight-line Python for a rule on floats: the rule read on symbols, then written down.

Recording runs this source instead of the rule itself, which spares a call, a tuple and the look-ups of the maths
library for every node.  Each repeated expression is computed once, under a name of its own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any, ClassVar, Final

from autograd.rules.formulas import ATOM, SIGNS, Syntax, Text, fold, tight
from autograd.rules.maths import FLOATS, MATHEMATICS, FloatMaths
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
    """Writes formulas as Python, operands in brackets, with a line `name = …` for each part that is used twice.

    `lines` holds what all that was written needs.
    """

    infix: ClassVar = {function: (f" {sign} ", 0, ATOM, ATOM) for function, sign in SIGNS.items()}
    minus: ClassVar = ("-", 0, ATOM)

    def __init__(self, symbols: list[Symbol]) -> None:
        self.lines: list[str] = []
        self.written = {}
        self.uses = Counter(symbols)
        counted: dict[Symbol, None] = {}
        for x in symbols:
            fold(x, lambda y, _: self.uses.update(y.operands), counted)

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


# ---------------------------------------------------------------------------------------- methods
_METHOD: Final = '''
    def {name}(self{others}) -> Value:
        """{documentation}"""
{operands}        if modes.recorders:
            return apply(ops.{op}, ({inputs}))
        {numbers}
        node = new(Value)
{formulas}
{parents}
        node.op = ops.{op}
        return node
'''

_CAREFUL: Final = """        try:
{formulas}
        except (ArithmeticError, ValueError):
            return record_operation(ops.{op}, ({inputs}))"""

OF_MATH: Final = [name for name in MATHEMATICS if name != "abs"]  # what `math` has; abs is Python's, and never raises
_RAISES: Final = re.compile(rf"/|\b({'|'.join(OF_MATH)})\(")  # the rest of arithmetic on floats never does


def method_text(op: Operation, name: str) -> str:
    """Return the method of Value that records an operation of one or two inputs, its rule inlined."""
    names, inputs = parameters(op), ["self", "other"][: op.arity]
    lines, output, (left, *right) = on_floats(op)
    formulas = [*lines, f"node._data = {output}", f"node._left_derivative = {left}"]
    formulas += [f"node._right_derivative = {x}" for x in right]
    parents = [f"node._left = {inputs[0]}"]
    if right:
        parents += [f"node._right = {inputs[1]}", "node._grad = node._name = node._operands = None"]
    else:
        parents += ["node._right = node._right_derivative = node._grad = node._name = node._operands = None"]
    is_value = "        if other.__class__ is not Value:\n            other = operand(other)\n"
    careful = any(map(_RAISES.search, formulas))
    text = _indented(formulas, 12 if careful else 8)
    text = _CAREFUL.format(formulas=text, op=in_module(op), inputs=listed(inputs)) if careful else text
    return _METHOD.format(
        name=name,
        op=in_module(op),
        others=", other: Real" * (len(names) - 1),
        documentation=documentation(op),
        operands=is_value if len(names) == 2 else "",
        inputs=listed(inputs),
        numbers=f"{', '.join(names)} = {', '.join(f'{x}._data' for x in inputs)}",
        formulas=text,
        parents=_indented(parents, 8),
    )


def documentation(op: Operation) -> str:
    """Return what the rule says, at the indentation of a method."""
    import inspect  # takes 6 ms to load

    first, *rest = (inspect.getdoc(op.rule) or op.name).splitlines()  # `python -OO` drops it
    return "\n".join([first, *(f"        {line}".rstrip() for line in rest), *["        "] * bool(rest)])


def _indented(lines: list[str], by: int) -> str:
    return "\n".join(" " * by + line + "  # fmt: skip" * (by + len(line) > 120) for line in lines)


def listed(inputs: list[str]) -> str:
    """Return a tuple of names."""
    return ", ".join(inputs) + "," * (len(inputs) == 1)


def in_module(op: Operation) -> str:
    """Return what an operation is called in `ops.py`."""
    return op.rule.__name__
