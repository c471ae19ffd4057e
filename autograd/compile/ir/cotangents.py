"""Cotangents: what the backward pass sends to an array, and to which of its elements it sends anything at all.

A structurally zero derivative (of the branch that `where` does not take) stops the gradient: nothing is sent, not even
0 · inf.  An element that only such edges lead to is *unreached*: it sends nothing on, whatever its own derivative is,
even nan.  So a cotangent is an adjoint with a mask of the elements that are reached, and every array operation carries
the two together:

| what is done to the adjoint | what becomes of the mask |
|---|---|
| times a local derivative | the same |
| over an edge that may stop the gradient | and where that derivative is not 0 |
| moved: views, pieces, look-ups | moved likewise; what is looked up nowhere is unreached |
| added up: sums, scatters, products | where any that is added up is reached |
| one of several cotangents of an array | where any of them reaches |

Where nothing is sent the adjoint may hold anything, until it is added up or sent on: then one `where` puts 0.0 there,
and 0.0 it stays through everything but a derivative that is nan or inf.  `Finite` knows which derivatives cannot be.
So a program in which no gradient is stopped has no masks at all, and in others most masks are never asked for.

In a matrix product each element of one factor meets many adjoints.  A row of it that meets none that is reached counts
as 0.0; one that meets some is taken as it is.  So a gradient can be nan where the recorded one is not, but only beside
gradients of the same row or column that are not finite in the recorded run either.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compile.ir.masks import Mask, Masks
from autograd.compile.ir.program import COMPARISONS, VIEWS, Array, Builder, Shape, kept_shape
from autograd.rules.operation import TABLE

ORDINARY: Final = (-1000.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1000.0)
EXTREME: Final = (*ORDINARY, math.inf, -math.inf, math.nan)


class Cotangent(NamedTuple):
    """A number times an array (None stands for ones), where the mask holds; elsewhere nothing is sent, not even nan.

    The array may be smaller than what it is a cotangent of, and then repeats along the missing axes; so may the mask.
    Where the mask does not hold, the array is 0.0 once `guard` has been applied, and until then it may be anything.
    """

    factor: float
    array: Array | None
    mask: Mask = None
    guard: Mask = None


class Cotangents:
    """Carries cotangents through operations, as lines of a program."""

    def __init__(self, builder: Builder) -> None:
        self.b, self.masks, self.finite = builder, Masks(builder), Finite(builder.lines)
        self._forward = set(builder.lines)

    # -------------------------------------------------------------------------------- along edges
    def times(self, cotangent: Cotangent, derivative: Array, *, finite: bool) -> Cotangent:
        """Return the cotangent times a local derivative, known to be finite or not; numbers are pulled out in front."""
        number, rest = self.pulled(derivative)
        if not _goes_in_front(cotangent.factor, number):
            number, rest = 1.0, derivative
        if rest is None:
            return cotangent._replace(factor=cotangent.factor * number)
        array = rest if cotangent.array is None else self._product(cotangent.array, rest)
        return Cotangent(
            cotangent.factor * number, array, cotangent.mask, cotangent.guard if finite else cotangent.mask
        )

    def _product(self, x: Array, y: Array) -> Array:
        """Return x · y; (a / b) · y as a · (y / b), if the program has that quotient already."""
        quotient = self.b.known_quotient(y, x.operands[1]) if x.op == "divide" else None
        return self.b.apply("multiply", x, y) if quotient is None else self.b.apply("multiply", x.operands[0], quotient)

    def over_stop_gradient(self, cotangent: Cotangent, derivative: Array) -> Cotangent:
        """Return the cotangent over an edge that carries nothing where its derivative, 1 or 0, is 0."""
        if derivative.op != "where":
            return self.times(cotangent, derivative, finite=True)
        condition, chosen, _ = derivative.operands
        holds = self.masks.true(condition) if chosen.number == 1.0 else self.masks.false(condition)
        both = self.masks.both
        return cotangent._replace(mask=both(cotangent.mask, holds), guard=both(cotangent.guard, holds))

    def moved(self, cotangent: Cotangent, shape: Shape, move: Callable[[Array], Array]) -> Cotangent:
        """Return a cotangent of an array of that shape, moved to where a view takes its elements from."""

        def moved(x: Array) -> Array:
            return move(self.b.broadcast(x, shape)) if x.shape else x

        array = None if cotangent.array is None else moved(cotangent.array)
        return Cotangent(
            cotangent.factor, array, self.masks.moved(cotangent.mask, moved), self.masks.moved(cotangent.guard, moved)
        )

    def scatter_added(self, cotangent: Cotangent, shape: Shape, move: Callable[[Array], Array]) -> Cotangent:
        """Return a cotangent, without a guard, of an array of that shape, added up where its elements were looked up.

        What was looked up nowhere is unreached.
        """
        mask = self.masks.moved(self.masks.broadcast(cotangent.mask, shape), move, adds=True)
        return Cotangent(cotangent.factor, cotangent.array and move(cotangent.array), mask)

    def unbroadcast(self, cotangent: Cotangent, whole: Shape, shape: Shape) -> Cotangent:
        """Return a cotangent of an operand of shape `shape`, which repeats to `whole`, from one to the result."""
        if shape == whole:
            return cotangent
        factor, array = self.materialized(cotangent)
        padded = (1,) * (len(whole) - len(shape)) + shape
        repeated = [i for i, (m, n) in enumerate(zip(padded, whole, strict=True)) if m == 1 and n > 1]
        if array is None:
            factor *= math.prod(whole[i] for i in repeated)
        else:
            own = (1,) * (len(whole) - len(array.shape)) + array.shape
            factor *= math.prod(whole[i] for i in repeated if own[i] == 1)
            array = self._summed(array, shape, whole, repeated)
        mask = cotangent.mask
        if mask is not None:
            adds = self._summed_axes(mask.shape, whole, repeated)
            mask = self.masks.moved(mask, lambda x: self._summed(x, shape, whole, repeated), adds=adds != ())
        return Cotangent(factor, array, mask)

    def _summed_axes(self, own: Shape, whole: Shape, repeated: Sequence[int]) -> tuple[int, ...]:
        lead = len(whole) - len(own)
        return tuple(i - lead for i in repeated if i >= lead and own[i - lead] > 1)

    def _summed(self, array: Array, shape: Shape, whole: Shape, repeated: Sequence[int]) -> Array:
        """Return the array summed over those of the axes `repeated` that it has, with no more axes than `shape`."""
        summed = self._summed_axes(array.shape, whole, repeated)
        left = kept_shape(array, summed)
        while len(left) > len(shape):
            left = left[1:]
        return self._sum(array, summed, left) if summed else self.b.reshape(array, left)

    def _sum(self, array: Array, axes: tuple[int, ...], kept: Shape) -> Array:
        """Return the sum over some axes; a factor or a divisor that does not change along them stands outside.

        What the forward pass has computed stays as it is: its quotients may be ordinary ones of huge numbers.
        """
        b, forward = self.b, self._forward
        if array.op in ("multiply", "divide") and len(kept) == len(array.shape) and array not in forward:
            x, y = array.operands
            if array.op == "multiply" and _is_constant(x, kept):
                x, y = y, x
            if _is_constant(y, kept) and x.shape == array.shape:
                return b.apply(array.op, b.sum(x, axes, kept), y)
            if array.op == "multiply" and y.op == "divide" and y not in forward and _is_constant(y.operands[1], kept):
                return b.apply("divide", b.sum(b.apply("multiply", x, y.operands[0]), axes, kept), y.operands[1])
        return b.sum(array, axes, kept)

    def assembled(self, cotangents: Sequence[Cotangent], shape: Shape, slices: Any) -> Cotangent:
        """Return a cotangent of an array of that shape from those of its slices; what is in none is unreached."""
        shapes = [tuple(len(range(*r)) for r in ranges) for ranges in slices]
        parts = [self.full(cotangent, own) for cotangent, own in zip(cotangents, shapes, strict=True)]
        masks = [self.masks.broadcast(cotangent.mask, own) for cotangent, own in zip(cotangents, shapes, strict=True)]
        whole = self.b.make("assemble", parts, shape, slices)
        return Cotangent(1.0, whole, self.masks.assembled(masks, shape, slices))

    def reached(self, mask: Mask, array: Array) -> Array:
        """Return the array with 0.0 where the mask does not hold, if nan or inf may stand there."""
        if mask is None or self.finite(array):
            return array
        return self.b.apply("where", mask, array, self.b.number(0.0))

    # ---------------------------------------------------------------------------------- accumulated
    def materialized(self, cotangent: Cotangent) -> tuple[float, Array | None]:
        """Return a cotangent as a number times an array that is 0.0 where nothing is sent."""
        if cotangent.guard is None:
            return cotangent.factor, cotangent.array
        b = self.b
        return cotangent.factor, b.apply("where", cotangent.guard, cotangent.array or b.number(1.0), b.number(0.0))

    def full(self, cotangent: Cotangent, shape: Shape) -> Array:
        """Return a cotangent as one array of that shape, 0.0 where nothing is sent."""
        return self.b.broadcast(self.scaled(*self.materialized(cotangent)), shape)

    def accumulated(self, cotangents: Sequence[Cotangent]) -> Cotangent:
        """Return the sum of cotangents as one: a common factor stays in front."""
        if len(cotangents) == 1:
            return cotangents[0]
        b, mask = self.b, self.masks.either([cotangent.mask for cotangent in cotangents])
        summands: dict[Array | None, float] = {}
        nothing: set[Array | None] = set()  # what the program itself multiplies by 0
        for factor, rest in map(self.materialized, cotangents):
            summands[rest] = summands.get(rest, 0.0) + factor
            if factor == 0.0:
                nothing.add(rest)
        factors = {abs(factor) for factor in summands.values() if factor}
        common = factors.pop() if len(factors) == 1 else 1.0
        kept = [(f / common, x) for x, f in summands.items() if f or self._is_left(x, x in nothing)]  # 0 · inf is nan
        divisors = {x.operands[1] if x is not None and x.op == "divide" else None for _, x in kept}
        divisor = divisors.pop() if len(divisors) == 1 else None
        if divisor is not None:  # a / d − b / d is (a − b) / d
            kept = [(f, x.operands[0]) for f, x in kept if x is not None]
        signed = sorted(kept, key=lambda part: part[0] < 0)
        if not signed:
            return Cotangent(0.0, None, mask, mask)
        if signed[0][0] < 0:
            common, signed = -common, [(-f, x) for f, x in signed]
        total = self.scaled(*signed[0])
        for factor, x in signed[1:]:
            total = b.apply("add" if factor > 0 else "subtract", total, self.scaled(abs(factor), x))
        return Cotangent(common, total if divisor is None else b.apply("divide", total, divisor), mask)

    def _is_left(self, x: Array | None, is_multiplied: bool) -> bool:
        """Whether 0 times an array is to be computed: it may be nan, and does not only come of what cancels out."""
        return x is not None and not (self.finite.always(x) if is_multiplied else self.finite(x))

    # --------------------------------------------------------------------------- numbers in front
    def simplified(self, cotangent: Cotangent) -> Cotangent:
        """Return the cotangent with numbers pulled out of its array."""
        if cotangent.array is None:
            return cotangent
        number, rest = self.pulled(cotangent.array)
        if not _goes_in_front(cotangent.factor, number):
            return cotangent
        return Cotangent(
            cotangent.factor * number, rest, cotangent.mask, cotangent.guard if rest is not None else cotangent.mask
        )

    def pulled(self, array: Array) -> tuple[float, Array | None]:
        """Return an array as a finite number times what is left of it."""
        if array.number is not None:
            return (array.number, None) if math.isfinite(array.number) else (1.0, array)
        if array.op == "negative":
            factor, rest = self.pulled(array.operands[0])
            return -factor, rest
        if array.op == "multiply" and array.operands[0].number is not None:
            factor, rest = self.pulled(array.operands[1])
            if _goes_in_front(factor, array.operands[0].number):
                return factor * array.operands[0].number, rest
            return 1.0, array
        if array.op == "divide":
            x, y = array.operands
            if x.op == "negative":
                return -1.0, self.b.apply("divide", x.operands[0], y)
            if x.number not in (None, 1.0) and math.isfinite(x.number):
                return x.number, self.b.apply("divide", self.b.number(1.0), y)
        return 1.0, array

    def scaled(self, factor: float, array: Array | None) -> Array:
        """Return a number times an array."""
        b = self.b
        if array is None:
            return b.number(factor)
        if abs(factor) < 1.0 and factor and (1.0 / factor).is_integer():
            return b.apply("divide", array, b.number(1.0 / factor))
        return b.apply("multiply", b.number(factor), array)


def _goes_in_front(x: float, y: float) -> bool:
    """Whether x · y may stand for x times y: inf · 0 is nan where nothing is sent, as is a product that overflows."""
    return math.isfinite(x * y) and (x * y != 0.0 or x == 0.0 or y == 0.0)


def _is_constant(array: Array, kept: Shape) -> bool:
    """Whether an array does not change along the axes that a sum over something larger leaves as length 1."""
    return len(array.shape) <= len(kept) and all(n in (1, m) for n, m in zip(array.shape[::-1], kept[::-1]))  # noqa: B905


class Finite:
    """Knows which arrays are finite whatever the numbers are, as long as parameters and arguments are ordinary ones.

    That is derived from the table: what an operation makes of finite numbers is finite if it is for all of `ORDINARY`.
    What depends on parameters alone has but one number for all rows, and stands in the branch not taken whatever it
    is: there its derivative counts as finite only if it is for any parameters.
    A program that compares an argument with something chooses among its data: then arguments may hold anything, such as
    nan where a value is missing.
    """

    def __init__(self, lines: Sequence[Array]) -> None:
        tested = [_source(x) for array in lines if array.op in COMPARISONS for x in array.operands]
        chooses = any(x.op == "input" for x in tested)
        self._known = {array: False for array in lines if array.op == "input" and chooses}
        self._own: set[Array] = set()  # arrays that depend on parameters and on no argument
        for array in lines:
            if array.op in ("parameter", "theta") or (
                any(x in self._own for x in array.operands)
                and all(x in self._own or x.op == "constant" for x in array.operands)
            ):
                self._own.add(array)
        for array in lines:  # operands first, so that no look goes deep
            self(array)

    def __call__(self, array: Array) -> bool:
        """Return whether the array is known to be finite."""
        known = self._known.get(array)
        if known is None:
            known = self._known[array] = self._found(array)
        return known

    def _found(self, array: Array) -> bool:
        if array.op == "constant":
            return bool(np.isfinite(array.detail).all())
        if array.op in ("levels", "levels_backward"):
            return False
        if not array.is_elementwise:
            return array.op == "first" or all(map(self, array.operands))
        if array.op == "where":
            return all(map(self, array.operands[1:]))
        numbers = tuple(x.number for x in array.operands)
        anything = _is_finite(
            array.op, numbers, (EXTREME,) * len(numbers)
        )  # comparisons, which give 1 or 0 whatever they compare
        return anything or (
            all(map(self, array.operands)) and _is_finite(array.op, numbers, (ORDINARY,) * len(numbers))
        )

    def always(self, array: Array) -> bool:
        """Return whether the array is finite whatever the parameters and arguments are."""
        if array.op == "constant":
            return bool(np.isfinite(array.detail).all())
        return array.op in COMPARISONS or (array.op in (*VIEWS, "where") and all(map(self.always, array.operands)))

    def derivative(self, array: Array, place: int) -> bool:
        """Return whether the local derivative of an element-wise array for that operand is known to be finite."""
        numbers = tuple(x.number for x in array.operands)
        probes = tuple([EXTREME if array in self._own and x in self._own else ORDINARY for x in array.operands])
        return all(map(self, array.operands)) and _is_finite(array.op, numbers, probes, place)


def _source(array: Array) -> Array:
    """Return what an array is a view of, or the size of."""
    while array.op in VIEWS or array.op in ("gather", "abs"):
        array = array.operands[0]
    return array


@cache
def _is_finite(
    op: str, numbers: tuple[float | None, ...], probes: tuple[tuple[float, ...], ...], place: int | None = None
) -> bool:
    """Whether an operation, or its derivative for one operand, is finite; what is a number stays as it is."""
    choices = [probe if x is None else (x,) for x, probe in zip(numbers, probes, strict=True)]
    for inputs in product(*choices):
        output, derivatives = TABLE[op].evaluate(*inputs)
        if not math.isfinite(output if place is None else derivatives[place]):
            return False
    return True
