"""Differentiate: the backward pass of an array program, as more lines of the same program.

The chain rule on whole arrays.  What is known of an element-wise operation's derivative is what its rule in the table
says; only the structural operations (products, sums, views, look-ups) state their adjoints here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.compile.program import Array, Builder, Shape
from autograd.operation import TABLE
from autograd.symbols import formulas


class Term(NamedTuple):
    """A number times an array (None stands for ones), where the mask holds; elsewhere nothing flows, not even nan.

    `clean` says that the array is 0.0 already where the mask does not hold.
    """

    factor: float
    array: Array | None
    mask: Array | None = None
    clean: bool = False


class Backward:
    """Writes the backward pass: for each array the terms of its adjoint that are known so far.

    A term's array may be smaller than the array it belongs to, and then repeats along the missing axes.
    """

    def __init__(self, builder: Builder, loss: Array) -> None:
        self.b = builder
        forward = list(builder.lines)
        self.active = _active(forward)
        self.terms: dict[Array, list[Term]] = {loss: [Term(1.0, None)]}
        self.parts: dict[Array, list[tuple[Any, Array, Array | None]]] = {}  # (slices, adjoint of that part, its mask)
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
    def add(self, array: Array, term: Term) -> None:
        """Add a term to the adjoint of `array`, with numbers pulled out in front."""
        if array not in self.active:
            return
        if term.array is not None:
            factor, rest = self._pulled(term.array)
            term = term._replace(factor=term.factor * factor, array=rest, clean=term.clean and rest is not None)
        self.terms.setdefault(array, []).append(term)

    def _pulled(self, array: Array) -> tuple[float, Array | None]:
        """Return an array as a number times what is left of it."""
        if array.number is not None:
            return array.number, None
        if array.op == "negative":
            factor, rest = self._pulled(array.operands[0])
            return -factor, rest
        if array.op == "multiply" and array.operands[0].number is not None:
            factor, rest = self._pulled(array.operands[1])
            return factor * array.operands[0].number, rest
        if array.op == "divide" and array.operands[0].op == "negative":
            return -1.0, self.b.apply("divide", array.operands[0].operands[0], array.operands[1])
        return 1.0, array

    def opened(self, term: Term) -> Term:
        """Return a term without its mask: 0.0 where nothing flows."""
        if term.mask is None or term.clean:
            return Term(term.factor, term.array)
        b = self.b
        return Term(term.factor, b.apply("where", term.mask, term.array or b.number(1.0), b.number(0.0)))

    def narrowed(self, shape: Shape, whole: Shape, term: Term) -> Term:
        """Return a term for an operand of shape `shape` from one for the result of shape `whole`."""
        if shape == whole:
            return term
        factor, array, *_ = self.opened(term)
        padded = (1,) * (len(whole) - len(shape)) + shape
        repeated = [i for i, (m, n) in enumerate(zip(padded, whole, strict=True)) if m == 1 and n > 1]
        if array is None:
            factor *= math.prod(whole[i] for i in repeated)
        else:
            own = (1,) * (len(whole) - len(array.shape)) + array.shape
            factor *= math.prod(whole[i] for i in repeated if own[i] == 1)
            array = self._summed(array, shape, whole, repeated)
        if term.mask is None:
            return Term(factor, array)
        some = self.b.apply("greater", self._summed(term.mask, shape, whole, repeated), self.b.number(0.0))
        return Term(factor, array, some, clean=True)

    def _summed(self, array: Array, shape: Shape, whole: Shape, repeated: Sequence[int]) -> Array:
        """Return the array summed over those of the axes `repeated` that it has, with no more axes than `shape`."""
        lead = len(whole) - len(array.shape)
        summed = tuple(i - lead for i in repeated if i >= lead and array.shape[i - lead] > 1)
        kept = tuple(1 if i in summed else n for i, n in enumerate(array.shape))
        while len(kept) > len(shape):
            kept = kept[1:]
        return self.b.sum(array, summed, kept) if summed else self.b.reshape(array, kept)

    def collected(self, array: Array) -> Term:
        """Return the adjoint of `array` as one term: a common factor stays in front."""
        b = self.b
        terms = self.terms.pop(array, [])
        if array in self.parts:
            slices, parts, masks = zip(*self.parts.pop(array), strict=True)
            whole, mask = b.make("assemble", parts, array.shape, slices), None
            if any(part is not None for part in masks):
                everywhere = [b.broadcast(m or b.number(1.0), p.shape) for m, p in zip(masks, parts, strict=True)]
                mask = b.make("assemble", everywhere, array.shape, slices)
            terms.append(Term(1.0, whole, mask, clean=mask is not None))
        if len(terms) == 1:
            return terms[0]
        mask = self._any([term.mask for term in terms])
        summands: dict[Array | None, float] = {}
        for factor, rest, *_ in map(self.opened, terms):
            summands[rest] = summands.get(rest, 0.0) + factor
        factors = {abs(factor) for factor in summands.values() if factor}
        common = factors.pop() if len(factors) == 1 else 1.0
        signed = sorted(((f / common, x) for x, f in summands.items() if f), key=lambda part: part[0] < 0)
        if not signed:
            return Term(0.0, None)
        if signed[0][0] < 0:
            common, signed = -common, [(-f, x) for f, x in signed]
        total = self._scaled(*signed[0])
        for factor, x in signed[1:]:
            total = b.apply("add" if factor > 0 else "subtract", total, self._scaled(abs(factor), x))
        return Term(common, total, mask, clean=mask is not None)

    def _any(self, masks: Sequence[Array | None]) -> Array | None:
        """Return where one of the masks holds; None if one of them is nothing less than everywhere."""
        found: Array | None = None
        for mask in masks:
            if mask is None:
                return None
            found = mask if found is None or found is mask else self.b.apply("maximum", found, mask)
        return found

    def _scaled(self, factor: float, array: Array | None) -> Array:
        b = self.b
        if array is None:
            return b.number(factor)
        if abs(factor) < 1.0 and factor and (1.0 / factor).is_integer():
            return b.apply("divide", array, b.number(1.0 / factor))
        return b.apply("multiply", b.number(factor), array)

    def plain(self, array: Array) -> tuple[float, Array | None]:
        """Return the adjoint of `array` as a number times an array."""
        factor, rest, *_ = self.opened(self.collected(array))
        return factor, rest

    def full(self, array: Array) -> Array:
        """Return the adjoint of `array` as one array of its shape."""
        return self._full_and_mask(array)[0]

    def _full_and_mask(self, array: Array) -> tuple[Array, Array | None]:
        """Return the adjoint of `array` as one array of its shape, and an array of 1 where anything flows, or None."""
        b, term = self.b, self.collected(array)
        factor, rest, *_ = self.opened(term)
        whole = b.broadcast(self._scaled(factor, rest), array.shape)
        self.adjoints.append((array, whole))
        if term.mask is None:
            return whole, None
        return whole, b.broadcast(b.apply("where", term.mask, b.number(1.0), b.number(0.0)), array.shape)

    # ------------------------------------------------------------------------------ one step back
    def _step(self, array: Array) -> None:
        if array.is_elementwise:
            self._elementwise(array)
        else:
            getattr(self, f"_{array.op}")(array)

    def _elementwise(self, array: Array) -> None:
        """upstream × local derivative, for each operand; over an edge that is cut nothing flows where that is 0."""
        upstream = self.collected(array)
        flowing = [(k, x) for k, x in enumerate(array.operands) if x in self.active]
        if upstream.array is not None and upstream.factor != 1.0 and len(flowing) > 1:
            upstream = upstream._replace(factor=1.0, array=self._scaled(upstream.factor, upstream.array))
        if upstream.factor == 1.0 and upstream.array is not None and upstream.array.shape == array.shape:
            self.adjoints.append((array, upstream.array))
        for k, x in flowing:
            derivative = self.b.derivative(array, k)
            if derivative.number != 0.0:
                term = self._times(upstream, derivative, TABLE[array.op].cuts)
                self.add(x, self.narrowed(x.shape, array.shape, term))

    def _times(self, upstream: Term, derivative: Array, cuts: bool) -> Term:
        b = self.b
        factor, array, mask, clean = upstream
        if cuts and derivative.op == "where":
            condition, chosen, _ = derivative.operands
            holds = condition if chosen.number == 1.0 else b.apply("equal", condition, b.number(0.0))
            return Term(factor, array, holds if mask is None else b.apply("multiply", mask, holds))
        number, rest = self._pulled(derivative)
        product = array if rest is None else rest if array is None else b.apply("multiply", array, rest)
        return Term(factor * number, product, mask, clean and rest is None)

    def _matmul(self, array: Array) -> None:
        """d(a @ b): da = dz @ bᵀ, db = aᵀ @ dz."""
        b = self.b
        left, right = array.operands
        if not array.shape:
            factor, upstream = self.plain(array)
            for x, other in ((left, right), (right, left)):
                self.add(x, Term(factor, other if upstream is None else b.apply("multiply", upstream, other)))
            return
        dz = self.full(array)
        if right in self.active:
            if _is_flip(right):  # dW = dzᵀ @ x, as W itself lies
                self.add(right.operands[0], Term(1.0, b.matmul(b.transpose(dz), left)))
            else:
                self.add(right, Term(1.0, b.matmul(b.transpose(left), dz)))
        if left in self.active:
            self.add(left, Term(1.0, b.matmul(dz, b.transpose(right))))

    def _sum(self, array: Array) -> None:
        (x,) = array.operands
        kept = tuple(1 if i in array.detail else n for i, n in enumerate(x.shape))
        factor, upstream, mask, clean = self.collected(array)
        spread = [
            a if a is None or not a.shape else self.b.reshape(self.b.broadcast(a, array.shape), kept)
            for a in (upstream, mask)
        ]
        self.add(x, Term(factor, spread[0], spread[1], clean))

    def _largest(self, array: Array) -> None:
        (x,) = array.operands
        first = self.b.make("first", (x, array), x.shape, array.detail)
        factor, upstream, mask, _ = self.collected(array)
        self.add(x, Term(factor, first if upstream is None else self.b.apply("multiply", upstream, first), mask))

    def _moved(self, array: Array, move: Callable[[Array], Array]) -> None:
        """Add the adjoint of a view, moved back, to what it is a view of."""
        factor, upstream, mask, clean = self.collected(array)
        moved = [x if x is None or not x.shape else move(self.b.broadcast(x, array.shape)) for x in (upstream, mask)]
        self.add(array.operands[0], Term(factor, moved[0], moved[1], clean))

    def _transpose(self, array: Array) -> None:
        back = [array.detail.index(i) for i in range(len(array.shape))]
        self._moved(array, lambda adjoint: self.b.transpose(adjoint, back))

    def _reshape(self, array: Array) -> None:
        self._moved(array, lambda adjoint: self.b.reshape(adjoint, array.operands[0].shape))

    def _broadcast(self, array: Array) -> None:
        (x,) = array.operands
        self.add(x, self.narrowed(x.shape, array.shape, self.collected(array)))

    def _slice(self, array: Array) -> None:
        (x,) = array.operands
        self.parts.setdefault(x, []).append((array.detail, *self._full_and_mask(array)))

    def _assemble(self, array: Array) -> None:
        adjoint, mask = self._full_and_mask(array)
        for x, ranges in zip(array.operands, array.detail, strict=True):
            if x in self.active:
                part = None if mask is None else self.b.slice(mask, ranges)
                self.add(x, Term(1.0, self.b.slice(adjoint, ranges), part, clean=True))

    def _join(self, array: Array) -> None:
        adjoint, mask = self._full_and_mask(array)
        start = 0
        for x in array.operands:
            if x in self.active:
                ranges = [(start, start + x.size, 1)]
                own = None if mask is None else self.b.reshape(self.b.slice(mask, ranges), x.shape)
                self.add(x, Term(1.0, self.b.reshape(self.b.slice(adjoint, ranges), x.shape), own, clean=True))
            start += x.size

    def _levels(self, array: Array) -> None:
        (x,) = array.operands
        self.add(x, Term(1.0, self.b.make("levels_backward", (array, self.full(array)), x.shape, array.detail)))

    def _gather(self, array: Array) -> None:
        (x,) = array.operands
        adjoint, mask = self._full_and_mask(array)
        own = None if mask is None else self.b.make("scatter", (mask,), x.shape, array.detail)
        self.add(x, Term(1.0, self.b.make("scatter", (adjoint,), x.shape, array.detail), own, clean=True))

    def _rows(self, array: Array) -> None:
        table, index = array.operands
        self.add(table, Term(1.0, self.b.make("add_rows", (self.full(array), index), table.shape)))

    def _pick(self, array: Array) -> None:
        x, index = array.operands
        factor, upstream = self.plain(array)
        whole = self.b.number(1.0) if upstream is None else self.b.broadcast(upstream, array.shape)
        self.add(x, Term(factor, self.b.make("put", (whole, index), x.shape)))


def _is_flip(a: Array) -> bool:
    """Whether the array is another one with its last two axes exchanged."""
    n = len(a.shape)
    return a.op == "transpose" and a.detail == (*range(n - 2), n - 1, n - 2)


def _active(lines: Sequence[Array]) -> set[Array]:
    """Return the arrays that depend on parameters by edges that carry gradients."""
    active: set[Array] = set()
    for array in lines:
        carry = [True] * len(array.operands)
        if array.is_elementwise:
            carry = [derivative.number != 0.0 for derivative in formulas(array.op)[1]]
        if array.op in ("parameter", "theta") or any(
            x in active for x, carries in zip(array.operands, carry, strict=True) if carries
        ):
            active.add(array)
    return active
