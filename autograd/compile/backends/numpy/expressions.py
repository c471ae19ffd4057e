"""Expressions: how the lines of a program are spelled in NumPy, and when one may stand inside another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.compile.backends.numpy.syntax import (
    ATOM,
    COMPARE,
    HELPERS,
    INFIX,
    NAMESPACE,
    PLUS,
    TIMES,
    UNARY,
    Text,
    called,
    float_literal,
    functions_in,
    helper,
    literal,
    written,
)
from autograd.compile.ir.program import COMPARISONS, VIEWS, Array
from autograd.compile.lift.levels import Block, Levels
from autograd.rules.identifiers import Name
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas, named, parameters


class Expressions:
    """What has been spelled so far: `text` of arrays, `constants` and `helpers` that the text names."""

    def __init__(self) -> None:
        self.text: dict[Array, Text] = {}
        self.constants: dict[str, Any] = {}
        self.helpers: dict[str, str] = {}
        self.users: dict[Array, list[Array]] = {}

    def expression(self, array: Array, tight: int = 0) -> Text:
        """Return the array as it stands in an expression, in parentheses if it binds less than `tight`."""
        text, binds = self.text[array]
        return (f"({text})", ATOM) if binds < tight else (text, binds)

    def _number(self, array: Array, text: Text) -> Text:
        """Return a comparison as 1.0 and 0.0, since NumPy's gives True and False."""
        if self._is_condition(array) and array.op != "constant":
            return (f"where({text[0]}, 1.0, 0.0)", ATOM)
        return text

    def _floats(self, array: Array, tight: int = 0) -> str:
        """Return the array as what has to be an array of floats: no truths, and no whole numbers, which overflow."""
        if array.number is not None:
            return f"array({float_literal(array.number)[0]})"
        text = self._number(array, self.text[array])
        return f"({text[0]})" if text[1] < tight else text[0]

    def _constant(self, array: Array) -> Text:
        if isinstance(array.detail, float):
            return literal(array.detail)
        name = f"{'mask' if array.detail.dtype == bool else 'constant'}{len(self.constants) + 1}"
        self.constants[name] = array.detail
        return name, ATOM

    def _spelled(self, array: Array) -> Text:
        if array.is_elementwise:
            return self._elementwise(array)
        return getattr(self, f"_{array.op}")(array), ATOM

    def _elementwise(self, array: Array) -> Text:
        op = array.op
        if op == "detach":
            return self._operand(array, array.operands[0])
        if _is_choice(array):
            return self.text[array.operands[0]]
        if op == "equal" and array.operands[1].number == math.inf and array.operands[0].op == "abs":
            return f"isinf({self._operand(array, array.operands[0].operands[0])[0]})", ATOM
        if op in INFIX:
            sign, binds = INFIX[op]
            left, right = (self._operand(array, x) for x in array.operands)
            if op == "multiply" and any(map(self._is_condition, array.operands)):
                left, right = (self._as_float(x, text) for x, text in zip(array.operands, (left, right), strict=True))
            a = f"({left[0]})" if left[1] < binds or binds == COMPARE == left[1] else left[0]
            apart = sign in "-/" or binds == COMPARE or (sign == "*" and self._is_quotient(array.operands[1]))
            b = f"({right[0]})" if right[1] < binds + apart else right[0]
            return f"{a} {sign} {b}", binds
        if op == "negative":
            return f"-{self._parenthesised(self._operand(array, array.operands[0]), UNARY)}", UNARY
        if op == "where":
            condition, x, y = array.operands
            chosen = (
                self.text[condition][0]
                if self._is_condition(condition)
                else f"{self.expression(condition, PLUS)[0]} != 0"
            )
            one, other = self._operand(array, x), self._operand(array, y)
            if x.number is not None and y.number is not None:
                one = self._as_float(x, one)
            return f"where({chosen}, {one[0]}, {other[0]})", ATOM
        if op == "power" and array.operands[1].number == 0.5:  # which NumPy takes for a root, at −∞ and −0.0 too
            base = self._parenthesised(self._operand(array, array.operands[0]), PLUS)
            return f"sqrt(where({base} == -inf, inf, {base}) + 0.0)", ATOM
        self._need(op)
        if op == "maximum" and any(map(self._is_condition, array.operands)):
            return f"maximum({', '.join(self._as_float(x, self._operand(array, x))[0] for x in array.operands)})", ATOM
        return f"{called(op)}({', '.join(self._operand(array, x)[0] for x in array.operands)})", ATOM

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

    def _operand(self, user: Array, x: Array) -> Text:
        """Return an operand: what is True and False may be multiplied as it is, and is a number anywhere else."""
        text = self.text[x]
        if not self._is_condition(x):
            return text
        if user.op == "sum" and any(u.op != "greater" for u in self.users.get(user, [user])):
            return f"where({text[0]}, 1.0, 0.0)", ATOM  # a count that is computed with
        if user.op in ("multiply", "maximum", "sum", *VIEWS) or (user.op == "equal" and user.operands[1].number == 0.0):
            return text
        return f"where({text[0]}, 1.0, 0.0)", ATOM

    def _as_float(self, x: Array, text: Text) -> Text:
        """Return the text of what stands beside truths: a number as a float, for whole numbers overflow in NumPy."""
        return text if x.number is None else float_literal(x.number)

    def _parenthesised(self, text: Text, tight: int) -> str:
        return f"({text[0]})" if text[1] < tight else text[0]

    def _need(self, name: str) -> None:
        """Make sure that a function of that name is there: NumPy's own, or one written from the operation's rule."""
        function = name if name in HELPERS else called(name)
        if function in NAMESPACE or function in self.helpers or name in INFIX or name == "negative":
            return
        text, needs = helper(name)
        for other in sorted(needs):
            self._need(other)
        self.helpers[function] = text

    # ---------------------------------------------------------------------- structural operations
    def _matmul(self, a: Array) -> str:
        if is_scaling(a):
            x, y = ((self._floats(x), self.text[x][1]) for x in a.operands)
            return f"({self._parenthesised(x, TIMES)} * {self._parenthesised(y, TIMES + 1)})"
        function = "matmul" if len(a.shape) > 2 else "dot"
        return f"{function}({', '.join(map(self._floats, a.operands))})"

    def _sum(self, a: Array) -> str:
        (x,) = a.operands
        axes = "None" if len(a.detail) == len(x.shape) and not self._kept(a) else axes_text(a.detail)
        text = f"sum({self._operand(a, x)[0]}, {axes}{', keepdims=True' if self._kept(a) else ''})"
        return text if self._sum_fits(a) else f"{text}.reshape({a.shape})"

    def _kept(self, array: Array) -> bool:
        return bool(array.shape) and len(array.shape) == len(array.operands[0].shape)

    def _sum_fits(self, array: Array) -> bool:
        return len(array.shape) in (len(array.operands[0].shape), len(array.operands[0].shape) - len(array.detail))

    def _largest(self, a: Array) -> str:
        return f"largest({self._floats(a.operands[0])}, {a.detail}, keepdims=True)"

    def _first(self, a: Array) -> str:
        self._need("first")
        x, y = map(self._floats, a.operands)
        return f"first({x}, {y}, {a.detail})"

    def _transpose(self, a: Array) -> str:
        x = self.expression(a.operands[0], ATOM)[0]
        return f"{x}.T" if a.detail == (1, 0) else f"{x}.transpose{a.detail}"

    def _reshape(self, a: Array) -> str:
        (source,) = a.operands
        x = self._floats(source) if source.number is not None else self.expression(source, ATOM)[0]
        return f"{x}.reshape({', '.join(map(str, a.shape)) or '()'})"

    def _slice(self, a: Array) -> str:
        (x,) = a.operands
        return f"{self.expression(x, ATOM)[0]}[{slices_text(a.detail, x.shape)}]"

    def _broadcast(self, a: Array) -> str:
        (x,) = a.operands
        return f"broadcast_to({self._as_float(x, self.expression(x))[0]}, {a.shape})"

    def _join(self, a: Array) -> str:
        parts = [self._floats(x, ATOM) + ("" if len(x.shape) == 1 else ".reshape(-1)") for x in a.operands]
        return f"concatenate(({', '.join(parts)}))"

    def _index(self, index: Any) -> str:
        name = f"index{len(self.constants) + 1}"
        self.constants[name] = index.astype(np.intp, copy=False)  # what NumPy counts with, which may be 32 bits wide
        return name

    def _gather(self, a: Array) -> str:
        (x,) = a.operands
        text = self._floats(x, ATOM) + ("" if len(x.shape) == 1 else ".reshape(-1)")
        return f"{text}[{self._index(a.detail)}]"

    def _scatter(self, a: Array) -> str:
        (x,) = a.operands
        text = self._floats(x, ATOM) + ("" if len(x.shape) == 1 else ".reshape(-1)")
        index = self._index(np.broadcast_to(a.detail, x.shape).reshape(-1))
        result = f"bincount({index}, {text}, {a.size})"
        return result if len(a.shape) == 1 else f"{result}.reshape({', '.join(map(str, a.shape)) or '()'})"

    def _levels(self, a: Array) -> str:
        functions = self._table_functions(a.detail, "value")
        return f"levels({self._table(a.detail)}, {self._floats(a.operands[0])}, {functions})"

    def _levels_reached(self, a: Array) -> str:
        return f"levels_reached({self._levels_arguments(a)})"

    def _levels_backward(self, a: Array) -> str:
        reached = f", {self.expression(a.operands[2])[0]}" if len(a.operands) > 2 else ""
        return f"levels_backward({self._levels_arguments(a)}{reached})"

    def _levels_arguments(self, a: Array) -> str:
        pool, back = (self.expression(x)[0] for x in a.operands[:2])
        return f"{self._table(a.detail)}, {pool}, {back}, {self._table_functions(a.detail, 'slopes')}"

    def _table(self, table: Levels) -> str:
        known = next((name for name, x in self.constants.items() if x is table), None)
        if known is None:
            known = f"table{len(self.constants) + 1}"
            self.constants[known] = table
        return known

    def _table_functions(self, table: Levels, what: str) -> str:
        """Write a function for each operation of a table, its value or its slopes; return their names as a dict."""
        ops = sorted({block.op for block in table.blocks if isinstance(block, Block) and block.op != "total"})
        for op in ops:
            if f"{op}_{what}" in self.helpers:
                continue
            names, (output, slopes) = parameters(TABLE[op]), formulas(op)
            if what == "value":
                text, formulas_ = written(output)[0], [output]
            else:
                known = {output: named("output")}
                formulas_ = [d.replace(known) for d in slopes]
                text = ", ".join(written(d)[0] for d in formulas_) + ("," if len(slopes) == 1 else "")
                names = (*names, Name("output"))
            for formula in formulas_:
                for other in sorted(functions_in(formula)):
                    self._need(other)
            self.helpers[f"{op}_{what}"] = f"def {op}_{what}({', '.join(names)}):\n    return {text}\n\n"
        return "{" + ", ".join(f"{op!r}: {op}_{what}" for op in ops) + "}"

    def _rows(self, a: Array) -> str:
        table, index = a.operands
        column = "[:, 0]" if len(index.shape) == 2 else ""
        return f"{self._floats(table, ATOM)}[{self.expression(index, ATOM)[0]}{column}]"

    def _add_rows(self, a: Array) -> str:
        self._need("add_rows")
        x, index = (self.expression(v)[0] for v in a.operands)
        return f"add_rows({x}, {index}.reshape(-1), {a.shape})"

    def _pick(self, a: Array) -> str:
        x, index = a.operands
        return f"{self._floats(x, ATOM)}[{self._rows_of(a)}, {self.expression(index)[0]}]"

    def _rows_of(self, array: Array) -> str:
        """Return the name of the numbers of an array's rows, as a column."""
        n = array.operands[0].shape[0] if array.op == "pick" else array.shape[0]
        name = f"rows{n}"
        self.constants[name] = np.arange(n).reshape(-1, 1)
        return name

    def _put(self, a: Array) -> str:
        self._need("put")
        x, index = (self.expression(v)[0] for v in a.operands)
        return f"put({x}, {self._rows_of(a)}, {index}, {a.shape})"


def is_scaling(array: Array) -> bool:
    """Whether a product of matrices scales one by the only element of the other.

    NumPy's `dot` leaves that to a function which takes 0 · x for 0, whatever x is.
    """
    sizes = [x.size for x in array.operands]
    return len(array.shape) == 2 and min(sizes) == 1 < max(sizes)


def _is_choice(array: Array) -> bool:
    """Whether the array is where(condition, 1.0, 0.0): the condition itself, as a number."""
    if array.op != "where" or array.operands[0].op not in COMPARISONS:
        return False
    return array.operands[1].number == 1.0 and array.operands[2].number == 0.0


def axes_text(axes: tuple[int, ...]) -> str:
    """Return axes as an argument."""
    return str(axes[0]) if len(axes) == 1 else str(axes)


def slices_text(slices: tuple[tuple[int, int, int], ...], shape: tuple[int, ...]) -> str:
    """Return slices as they stand between brackets; those at the end that take everything are left out."""
    texts = []
    for (start, stop, step), n in zip(slices, shape, strict=True):
        whole = (start, stop, step) == (0, n, 1)
        texts.append(":" if whole else f"{start}:{stop}" + (f":{step}" if step != 1 else ""))
    while len(texts) > 1 and texts[-1] == ":":
        texts.pop()
    return ", ".join(texts)


def are_disjoint(parts: list[tuple[tuple[int, int, int], ...]], shape: tuple[int, ...]) -> bool:
    """Whether no two parts of an array overlap."""
    taken = np.zeros(shape, dtype=bool)
    for ranges in parts:
        part = taken[tuple(slice(*r) for r in ranges)]
        if part.any():
            return False
        part[...] = True
    return True
