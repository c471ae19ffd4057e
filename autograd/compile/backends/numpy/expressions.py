"""Expressions: how the lines of a program are emitted in NumPy, and when one may stand inside another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.compile.backends.numpy.operations import (
    COMPARE,
    HELPERS,
    INFIX,
    NAMESPACE,
    PLUS,
    TIMES,
    UNARY,
    called,
    float_literal,
    helper,
    literal,
)
from autograd.compile.backends.numpy.structural import NUMPY
from autograd.compile.ir.program import COMPARISONS, VIEWS, Array
from autograd.rules.formulas import ATOM, Text, tight


class Expressions:
    """What has been emitted so far: `text` of arrays, `constants` and `helpers` that the text names."""

    def __init__(self) -> None:
        self.text: dict[Array, Text] = {}
        self.constants: dict[str, Any] = {}
        self.helpers: dict[str, str] = {}
        self.users: dict[Array, list[Array]] = {}

    def expression(self, array: Array, least: int = 0) -> Text:
        """Return the array as it stands in an expression, in parentheses if it binds less than `least`."""
        text = self.text[array]
        return (f"({text[0]})", ATOM) if text[1] < least else text

    def number(self, array: Array, text: Text) -> Text:
        """Return a comparison as 1.0 and 0.0, since NumPy's gives True and False."""
        if self._is_condition(array) and array.op != "constant":
            return (f"where({text[0]}, 1.0, 0.0)", ATOM)
        return text

    def floats(self, array: Array, least: int = 0) -> str:
        """Return the array as what has to be an array of floats: no truths, and no whole numbers, which overflow."""
        if array.number is not None:
            return f"array({float_literal(array.number)[0]})"
        return tight(self.number(array, self.text[array]), least)

    def _constant(self, array: Array) -> Text:
        if isinstance(array.detail, float):
            return literal(array.detail)
        name = f"{'mask' if array.detail.dtype == bool else 'constant'}{len(self.constants) + 1}"
        self.constants[name] = array.detail
        return name, ATOM

    def _expression_of(self, array: Array) -> Text:
        if array.is_elementwise:
            return self._elementwise(array)
        return NUMPY[array.op](self, array), ATOM

    def _elementwise(self, array: Array) -> Text:
        op = array.op
        if op == "detach":
            return self.operand(array, array.operands[0])
        if _is_choice(array):
            return self.text[array.operands[0]]
        if op == "equal" and array.operands[1].number == math.inf and array.operands[0].op == "abs":
            return f"isinf({self.operand(array, array.operands[0].operands[0])[0]})", ATOM
        if op in INFIX:
            sign, binds = INFIX[op]
            left, right = (self.operand(array, x) for x in array.operands)
            if op == "multiply" and any(map(self._is_condition, array.operands)):
                left, right = (self.as_float(x, text) for x, text in zip(array.operands, (left, right), strict=True))
            apart = sign in "-/" or binds == COMPARE or (sign == "*" and self._is_quotient(array.operands[1]))
            return f"{tight(left, binds + (binds == COMPARE))} {sign} {tight(right, binds + apart)}", binds
        if op == "negative":
            return f"-{tight(self.operand(array, array.operands[0]), UNARY)}", UNARY
        if op == "where":
            condition, x, y = array.operands
            chosen = (
                self.text[condition][0]
                if self._is_condition(condition)
                else f"{self.expression(condition, PLUS)[0]} != 0"
            )
            one, other = self.operand(array, x), self.operand(array, y)
            if x.number is not None and y.number is not None:
                one = self.as_float(x, one)
            return f"where({chosen}, {one[0]}, {other[0]})", ATOM
        if op == "power" and array.operands[1].number == 0.5:  # which NumPy takes for a root, at −∞ and −0.0 too
            base = tight(self.operand(array, array.operands[0]), PLUS)
            return f"sqrt(where({base} == -inf, inf, {base}) + 0.0)", ATOM
        self.need(op)
        if op == "maximum" and any(map(self._is_condition, array.operands)):
            return f"maximum({', '.join(self.as_float(x, self.operand(array, x))[0] for x in array.operands)})", ATOM
        return f"{called(op)}({', '.join(self.operand(array, x)[0] for x in array.operands)})", ATOM

    def _is_quotient(self, array: Array) -> bool:
        """Whether what is written begins with a quotient: x * (y / z) is not x * y / z where these are huge or tiny."""
        if self.text[array][1] != TIMES or array.op == "divide":
            return self.text[array][1] == TIMES
        return array.op in ("multiply", "detach") and self._is_quotient(array.operands[0])

    def _is_condition(self, array: Array) -> bool:
        """Whether the array stands in the source as True and False, not as 1.0 and 0.0."""
        if array.op == "constant":
            return isinstance(array.detail, np.ndarray) and array.detail.dtype == bool
        if array.op in ("multiply", "maximum", *VIEWS):
            return all(map(self._is_condition, array.operands))
        return array.op in COMPARISONS or _is_choice(array)

    def operand(self, user: Array, x: Array) -> Text:
        """Return an operand: what is True and False may be multiplied as it is, and is a number anywhere else."""
        text = self.text[x]
        if not self._is_condition(x):
            return text
        if user.op == "sum" and any(u.op != "greater" for u in self.users.get(user, [user])):
            return f"where({text[0]}, 1.0, 0.0)", ATOM  # a count that is computed with
        if user.op in ("multiply", "maximum", "sum", *VIEWS) or (user.op == "equal" and user.operands[1].number == 0.0):
            return text
        return f"where({text[0]}, 1.0, 0.0)", ATOM

    def as_float(self, x: Array, text: Text) -> Text:
        """Return the text of what stands beside truths: a number as a float, for whole numbers overflow in NumPy."""
        return text if x.number is None else float_literal(x.number)

    def need(self, name: str) -> None:
        """Make sure that a function of that name is there: NumPy's own, or one written from the operation's rule."""
        function = name if name in HELPERS else called(name)
        if function in NAMESPACE or function in self.helpers or name in INFIX or name == "negative":
            return
        text, needs = helper(name)
        for other in sorted(needs):
            self.need(other)
        self.helpers[function] = text

    def keeps_axes(self, array: Array) -> bool:
        """Whether the axes that are summed over stay, as length 1."""
        return bool(array.shape) and len(array.shape) == len(array.operands[0].shape)

    def sum_fits(self, array: Array) -> bool:
        """Whether NumPy's sum has the shape that is wanted, without reshaping."""
        return len(array.shape) in (len(array.operands[0].shape), len(array.operands[0].shape) - len(array.detail))

    def rows_of(self, array: Array) -> str:
        """Return the name of the numbers of an array's rows, as a column."""
        n = array.operands[0].shape[0] if array.op == "pick" else array.shape[0]
        name = f"rows{n}"
        self.constants[name] = np.arange(n).reshape(-1, 1)
        return name


def _is_choice(array: Array) -> bool:
    """Whether the array is where(condition, 1.0, 0.0): the condition itself, as a number."""
    if array.op != "where" or array.operands[0].op not in COMPARISONS:
        return False
    return array.operands[1].number == 1.0 and array.operands[2].number == 0.0
