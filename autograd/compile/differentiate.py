"""Differentiate: the backward pass of an array program, as more lines of the same program.

The chain rule on whole arrays.  What is known of an element-wise operation's derivative is what its rule in the table
says; only the structural operations (products, sums, views, look-ups) state their adjoints here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compile.program import Array, Builder, Shape
from autograd.operation import TABLE
from autograd.symbols import formulas

Term = tuple[float, Array | None]  # a number times an array; None stands for ones


class Backward:
    """Writes the backward pass: for each array the terms of its adjoint that are known so far.

    A term's array may be smaller than the array it belongs to, and then repeats along the missing axes.
    """

    def __init__(self, builder: Builder, loss: Array) -> None:
        self.b = builder
        forward = list(builder.lines)
        self.active = _active(forward)
        self.terms: dict[Array, list[Term]] = {loss: [(1.0, None)]}
        self.parts: dict[Array, list[tuple[Any, Array]]] = {}  # (slices, adjoint of that part)
        self.gradients: list[tuple[Array, Array]] = []
        self.adjoints: list[tuple[Array, Array]] = []  # (array, its adjoint)
        theta: Array | None = None
        for array in reversed(forward):
            if array in self.active and (array in self.terms or array in self.parts):
                if array.op == "theta":
                    theta = array
                elif array.op == "parameter":
                    self.gradients.append((array, self.full(array)))
                else:
                    self._step(array)
        self.gradients.reverse()
        if theta is not None:
            self.gradients.append((theta, self.full(theta)))

    # ---------------------------------------------------------------------------- adding terms up
    def add(self, array: Array, coefficient: float, term: Array | None) -> None:
        """Add a term to the adjoint of `array`, summed over the axes along which `array` was repeated."""
        if array not in self.active:
            return
        if term is not None:
            coefficient_, term = self._pull_number(term)
            coefficient *= coefficient_
        self.terms.setdefault(array, []).append((coefficient, term))

    def _pull_number(self, term: Array) -> tuple[float, Array | None]:
        if term.number is not None:
            return term.number, None
        if term.op == "negative":
            c, rest = self._pull_number(term.operands[0])
            return -c, rest
        return 1.0, term

    def narrowed(self, shape: Shape, whole: Shape, coefficient: float, term: Array | None) -> Term:
        """Return a term for an operand of shape `shape` from one for the result of shape `whole`."""
        if shape == whole:
            return coefficient, term
        padded = (1,) * (len(whole) - len(shape)) + shape
        repeated = [i for i, (m, n) in enumerate(zip(padded, whole, strict=True)) if m == 1 and n > 1]
        if term is None:
            return coefficient * float(np.prod([whole[i] for i in repeated])), None
        own = (1,) * (len(whole) - len(term.shape)) + term.shape
        lead = len(whole) - len(term.shape)
        summed = [i - lead for i in repeated if own[i] > 1]
        coefficient *= float(np.prod([whole[i] for i in repeated if own[i] == 1]))
        if summed:
            kept = tuple(1 if i in summed else n for i, n in enumerate(term.shape))
            drop = len(kept) - len(shape)
            while drop > 0 and kept[0] == 1:
                kept, drop = kept[1:], drop - 1
            term = self.b.sum(term, tuple(summed), kept)
        elif len(term.shape) > len(shape):
            term = self.b.reshape(term, term.shape[len(term.shape) - len(shape) :])
        return coefficient, term

    def collected(self, array: Array) -> Term:
        """Return the adjoint of `array` as a number times an array: a common factor stays in front."""
        b = self.b
        terms = self.terms.pop(array, [])
        if array in self.parts:
            parts = self.parts.pop(array)
            whole = b.make("assemble", [part for _, part in parts], array.shape, tuple(slices for slices, _ in parts))
            terms.append((1.0, whole))
        ones = sum(c for c, term in terms if term is None)
        arrays: dict[Array, float] = {}
        for c, term in terms:
            if term is not None:
                arrays[term] = arrays.get(term, 0.0) + c
        if not arrays:
            return ones, None
        factors = {abs(c) for c in arrays.values()} | ({abs(ones)} if ones else set())
        common = factors.pop() if len(factors) == 1 else 1.0
        summands = [(c / common, term) for term, c in arrays.items()]
        if ones:
            summands.append((ones / common, None))
        summands.sort(key=lambda s: s[0] < 0)
        c, first = summands[0]
        if c < 0 and len(factors) == 0:
            common, summands = -common, [(-c, term) for c, term in summands]
            c = -c
        total = self._scaled(c, first)
        for c, term in summands[1:]:
            total = b.apply("add" if c > 0 else "subtract", total, self._scaled(abs(c), term))
        return common, total

    def _scaled(self, c: float, term: Array | None) -> Array:
        b = self.b
        if term is None:
            return b.number(c)
        if c not in (0.0, 1.0, -1.0) and abs(c) < 1.0 and (1.0 / c).is_integer():
            return b.apply("divide", term, b.number(1.0 / c))
        return b.apply("multiply", b.number(c), term)

    def full(self, array: Array) -> Array:
        """Return the adjoint of `array` as one array of its shape."""
        c, term = self.collected(array)
        whole = self.b.broadcast(self._scaled(c, term), array.shape)
        self.adjoints.append((array, whole))
        return whole

    # ------------------------------------------------------------------------------- one step back
    def _step(self, array: Array) -> None:
        if array.is_elementwise:
            self._elementwise(array)
        else:
            getattr(self, f"_{array.op}")(array)

    def _elementwise(self, array: Array) -> None:
        """upstream × local derivative, for each operand; nothing flows over an edge that is cut."""
        b = self.b
        c, upstream = self.collected(array)
        flowing = [(k, x) for k, x in enumerate(array.operands) if x in self.active]
        if upstream is not None and c != 1.0 and (len(flowing) > 1 or any(x.op in ("matmul", "rows") for _, x in flowing)):
            c, upstream = 1.0, self._scaled(c, upstream)
        if c == 1.0 and upstream is not None and upstream.shape == array.shape:
            self.adjoints.append((array, upstream))
        op = TABLE[array.op]
        for k, x in flowing:
            derivative = b.derivative(array, k)
            if derivative.number == 0.0:
                continue
            factor, product = self._times(c, upstream, derivative, op.cuts)
            self.add(x, *self.narrowed(x.shape, array.shape, factor, product))

    def _times(self, c: float, upstream: Array | None, derivative: Array, cuts: bool) -> Term:
        b = self.b
        c, derivative_ = c * (derivative.number or 1.0), None if derivative.number is not None else derivative
        if derivative_ is not None:
            factor, derivative_ = self._pull_number(derivative_)
            c *= factor
        if derivative_ is None or upstream is None:
            return c, upstream if derivative_ is None else derivative_
        if derivative_.op == "where":
            condition, x, y = derivative_.operands
            if x.number is not None and y.number is not None and 0.0 in (x.number, y.number) and (cuts or {x.number, y.number} != {0.0, 1.0}):
                zero = b.number(0.0)
                one = b.apply("multiply", upstream, y if x.number == 0.0 else x)
                return c, b.apply("where", condition, zero, one) if x.number == 0.0 else b.apply("where", condition, one, zero)
        if derivative_.op == "divide" and derivative_.operands[0].number is not None:
            return c * derivative_.operands[0].number, b.apply("divide", upstream, derivative_.operands[1])
        return c, b.apply("multiply", upstream, derivative_)

    def _matmul(self, array: Array) -> None:
        """d(a @ b): da = dz @ bᵀ, db = aᵀ @ dz."""
        b = self.b
        left, right = array.operands
        if not array.shape:
            c, upstream = self.collected(array)
            for x, other in ((left, right), (right, left)):
                product = other if upstream is None else b.apply("multiply", upstream, other)
                self.add(x, c, product)
            return
        dz = self.full(array)
        if right in self.active:
            if right.op == "transpose" and len(right.shape) == len(right.operands[0].shape):  # dW = dzᵀ @ x, as W itself lies
                self.add(right.operands[0], 1.0, b.matmul(b.transpose(dz), left))
            else:
                self.add(right, 1.0, b.matmul(b.transpose(left), dz))
        if left in self.active:
            self.add(left, 1.0, b.matmul(dz, b.transpose(right)))

    def _sum(self, array: Array) -> None:
        c, upstream = self.collected(array)
        (x,) = array.operands
        if upstream is not None:
            kept = tuple(1 if i in array.detail else n for i, n in enumerate(x.shape))
            upstream = self.b.reshape(self.b.broadcast(upstream, array.shape), kept) if upstream.shape else upstream
        self.add(x, c, upstream)

    def _largest(self, array: Array) -> None:
        (x,) = array.operands
        first = self.b.make("first", (x, array), x.shape, array.detail)
        c, upstream = self.collected(array)
        self.add(x, c, first if upstream is None else self.b.apply("multiply", upstream, first))

    def _transpose(self, array: Array) -> None:
        c, upstream = self.collected(array)
        back = [array.detail.index(i) for i in range(len(array.shape))]
        if upstream is not None and upstream.shape:
            upstream = self.b.transpose(self.b.broadcast(upstream, array.shape), back)
        self.add(array.operands[0], c, upstream)

    def _reshape(self, array: Array) -> None:
        c, upstream = self.collected(array)
        if upstream is not None and upstream.shape:
            upstream = self.b.reshape(self.b.broadcast(upstream, array.shape), array.operands[0].shape)
        self.add(array.operands[0], c, upstream)

    def _broadcast(self, array: Array) -> None:
        (x,) = array.operands
        self.add(x, *self.narrowed(x.shape, array.shape, *self.collected(array)))

    def _slice(self, array: Array) -> None:
        (x,) = array.operands
        self.parts.setdefault(x, []).append((array.detail, self.full(array)))

    def _join(self, array: Array) -> None:
        adjoint = self.full(array)
        start = 0
        for x in array.operands:
            if x in self.active:
                part = self.b.slice(adjoint, [(start, start + x.size, 1)])
                self.add(x, 1.0, self.b.reshape(part, x.shape))
            start += x.size

    def _gather(self, array: Array) -> None:
        (x,) = array.operands
        adjoint = self.full(array)
        self.add(x, 1.0, self.b.make("scatter", (adjoint,), x.shape, array.detail))

    def _rows(self, array: Array) -> None:
        table, index = array.operands
        self.add(table, 1.0, self.b.make("add_rows", (self.full(array), index), table.shape))

    def _pick(self, array: Array) -> None:
        x, index = array.operands
        self.add(x, 1.0, self.b.make("put", (self.full(array), index), x.shape))


def _active(lines: Sequence[Array]) -> set[Array]:
    """Return the arrays that depend on parameters by edges that carry gradients."""
    active: set[Array] = set()
    for array in lines:
        carry = [True] * len(array.operands)
        if array.is_elementwise:
            carry = [derivative.number != 0.0 for derivative in formulas(array.op)[1]]
        if array.op in ("parameter", "theta") or any(x in active for x, c in zip(array.operands, carry, strict=True) if c):
            active.add(array)
    return active
