"""Differentiate: the backward pass of an array program, as more lines of the same program.

The chain rule on whole arrays.  What is known of an element-wise operation's derivative is what its rule in the table
says; structural operations (products, sums, views, look-ups) have a VJP each in vjps.py.
How cotangents are carried, and where they reach at all, is said once for all of them in cotangents.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compile.ir.cotangents import Cotangent, Cotangents
from autograd.compile.ir.log_softmax import LogSoftmax
from autograd.compile.ir.masks import Mask
from autograd.compile.ir.program import Array, Builder
from autograd.compile.ir.vjps import VJPS, put
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas


class BackwardPass:
    """Writes the backward pass: for each array the cotangents that are known so far."""

    def __init__(self, builder: Builder, loss: Array) -> None:
        self.b = builder
        forward = list(builder.lines)
        self.active = _active(forward)
        self.cotangents = Cotangents(builder)
        self.pending: dict[Array, list[Cotangent]] = {loss: [Cotangent(1.0, None)]}
        self.parts: dict[Array, list[tuple[Any, Cotangent]]] = {}  # slices, each with its cotangent
        self.gradients: list[tuple[Array, Array]] = []
        self.adjoints: list[tuple[Array, Array]] = []  # (array, its adjoint)
        theta: Array | None = None
        for array in reversed(forward):
            if array in self.active and (array in self.pending or array in self.parts):
                if array.op == "theta":
                    theta = array
                elif array.op == "parameter":
                    self.gradients.append((array, self.full(array)[0]))
                else:
                    self._step(array)
        self.gradients.reverse()
        if theta is not None:
            self.gradients.append((theta, self.full(theta)[0]))

    # ------------------------------------------------------------------------------ accumulating
    def accumulate(self, array: Array, cotangent: Cotangent) -> None:
        """Add one more cotangent of `array`."""
        if array in self.active:
            self.pending.setdefault(array, []).append(self.cotangents.simplified(cotangent))

    def cotangent_of(self, array: Array) -> Cotangent:
        """Return the sum of all cotangents of `array`."""
        cotangents = self.pending.pop(array, [])
        if array in self.parts:
            slices, parts = zip(*self.parts.pop(array), strict=True)
            cotangents.append(self.cotangents.assembled(parts, array.shape, slices))
        return self.cotangents.accumulated(cotangents)

    def full(self, array: Array) -> tuple[Array, Mask]:
        """Return the cotangent of `array` as an array of its very shape, 0.0 where nothing is sent, and its mask."""
        cotangent = self.cotangent_of(array)
        whole = self.cotangents.full(cotangent, array.shape)
        self.adjoints.append((array, whole))
        return whole, cotangent.mask

    def whole(self, array: Array) -> Cotangent:
        """Return the cotangent of `array` with an array of its very shape, and no guard."""
        whole, mask = self.full(array)
        return Cotangent(1.0, whole, mask)

    # ------------------------------------------------------------------------------ one step back
    def _step(self, array: Array) -> None:
        if (softmax := LogSoftmax.of(array)) is not None:
            self._log_softmax(array, softmax)
        elif array.is_elementwise:
            self._elementwise(array)
        else:
            VJPS[array.op](self, array)

    def _log_softmax(self, array: Array, softmax: LogSoftmax) -> None:
        """d log p = du − p Σ du: of du only what was picked."""
        b, cotangents, (u, p, sums, picked) = self.b, self.cotangents, softmax
        upstream = self.cotangent_of(array)
        if picked is None:
            entries, rows = upstream, cotangents.unbroadcast(upstream, array.shape, sums)
        else:
            matrix, index = picked.operands
            entries, rows = put(self, upstream, array.shape, matrix, index), upstream
            if matrix is not p:
                entries = cotangents.moved(entries, matrix.shape, lambda x: b.reshape(x, u.shape))
                rows = cotangents.moved(rows, array.shape, lambda x: b.reshape(x, sums))
        share = cotangents.times(rows, p, finite=cotangents.finite(p))
        self.accumulate(u, share._replace(factor=-share.factor))
        self.accumulate(u, entries)

    def _elementwise(self, array: Array) -> None:
        """upstream × local derivative, for each operand."""
        cotangents, upstream, cuts = self.cotangents, self.cotangent_of(array), TABLE[array.op].stops_at_zero
        active_operands = [(k, x) for k, x in enumerate(array.operands) if x in self.active]
        if upstream.array is not None and upstream.factor != 1.0 and len({x for _, x in active_operands}) > 1:
            upstream = upstream._replace(factor=1.0, array=cotangents.scaled(upstream.factor, upstream.array))
        factor, whole, _, guard = upstream
        if factor == 1.0 and guard is None and whole is not None and whole.shape == array.shape:
            self.adjoints.append((array, whole))
        for k, x in active_operands:
            derivative = self.b.derivative(array, k)
            if not cuts:
                share = cotangents.times(upstream, derivative, finite=cotangents.finite.derivative(array, k))
            elif derivative.number != 0.0:
                share = cotangents.over_stop_gradient(upstream, derivative)
            else:
                continue
            self.accumulate(x, cotangents.unbroadcast(share, array.shape, x.shape))


def _active(lines: Sequence[Array]) -> set[Array]:
    """Return the arrays that depend on parameters by edges that do not stop gradients."""
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
