"""Formulas read: folded from the inside out, written in the syntax of a language, evaluated on floats.

A formula is a `Symbol` (`symbols.py` makes and simplifies them).  Every reader of formulas is one `step`, for a symbol
and what the step gave for its operands; a language is one `Syntax`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final, TypeVar

from autograd.rules.operation import TABLE
from autograd.rules.symbols import Symbol

Read = TypeVar("Read")
Text = tuple[str, int]  # an expression and how tightly it binds
Infix = tuple[str, int, int, int]  # a sign, how tightly it binds, and how tightly its left and right operand must

ATOM: Final = 10
SIGNS: Final = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/",
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==",
}  # fmt: skip


def fold(formula: Symbol, step: Callable[[Symbol, list[Read]], Read], known: dict[Symbol, Read] | None = None) -> Read:
    """Return what `step` gives for a formula; it is called once for each different symbol, operands first.

    It is given a symbol and what it gave for the symbol's operands.  `known` keeps what it gave, for other formulas.

    >>> x = named("x")
    >>> fold(x * x + 1.0, lambda symbol, operands: 1 + sum(operands))
    5
    """
    known = {} if known is None else known
    if formula not in known:
        known[formula] = step(formula, [fold(x, step, known) for x in formula.operands])
    return known[formula]


def evaluate(formula: Symbol, numbers: Mapping[str, float]) -> float:
    """Return the float that a formula is when its names stand for these numbers; IEEE 754, never raises."""

    def step(x: Symbol, operands: list[float]) -> float:
        if x.function == "name":
            return numbers[x.inputs[0]]
        return TABLE[x.function].evaluate(*operands)[0] if x.number is None else x.number

    return fold(formula, step)


def tight(text: Text, binds: int) -> str:
    """Return an expression, in brackets if it binds less tightly than that."""
    return text[0] if text[1] >= binds else f"({text[0]})"


class Syntax:
    """How a language writes formulas: a subclass says what is its own, in tables or in methods."""

    infix: ClassVar[Mapping[str, Infix]] = {}
    minus: ClassVar[tuple[str, int, int]] = ("-", ATOM, ATOM)  # the sign, how tightly it binds, and its operand must
    written: dict[Symbol, Text] | None = None  # what is not to be written again

    def write(self, formula: Symbol, binds: int = 0) -> str:
        """Return a formula as an expression, in brackets if it binds less tightly than that."""
        return tight(fold(formula, self.step, self.written), binds)

    def step(self, x: Symbol, operands: list[Text]) -> Text:
        """Return how one symbol is written, given how its operands are."""
        if x.function == "name":
            return self.name(x), ATOM
        if x.number is not None:
            return self.number(x.number)
        if (own := self.own(x, operands)) is not None:
            return own
        if x.function in self.infix:
            sign, binds, left, right = self.infix[x.function]
            return f"{tight(operands[0], left)}{sign}{tight(operands[1], right)}", binds
        if x.function == "negative":
            sign, binds, operand = self.minus
            return f"{sign}{tight(operands[0], operand)}", binds
        return f"{self.called(x.function)}({', '.join(text for text, _ in operands)})", ATOM

    def name(self, x: Symbol) -> str:
        """Return a name, which is to be an identifier."""
        return x.name

    def number(self, x: float) -> Text:
        """Return a number."""
        return repr(x), ATOM

    def called(self, function: str) -> str:
        """Return the name by which a function is called."""
        return function

    def own(self, x: Symbol, operands: list[Text]) -> Text | None:
        """Return what the language writes in a way of its own, or None for what the tables say."""
        return None
