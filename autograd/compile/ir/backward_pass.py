"""Differentiate: the backward pass of an array program, as more lines of the same program.

The chain rule on whole arrays.  What is known of an element-wise operation's derivative is what its rule in the table
says; structural operations (products, sums, views, look-ups) have a VJP each in vjps.py.
How adjoints are carried, and where they flow at all, is said once for all of them in cotangents.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compile.ir.cotangents import Flow, Flows
from autograd.compile.ir.masks import Mask
from autograd.compile.ir.program import Array, Builder
from autograd.compile.ir.vjps import VJPS
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas


class BackwardPass:
    """Writes the backward pass: for each array the flows into it that are known so far."""

    def __init__(self, builder: Builder, loss: Array) -> None:
        self.b = builder
        forward = list(builder.lines)
        self.active = _active(forward)
        self.flows = Flows(builder)
        self.arrived: dict[Array, list[Flow]] = {loss: [Flow(1.0, None)]}
        self.parts: dict[Array, list[tuple[Any, Flow]]] = {}  # of an array: slices, and the flow to that piece of it
        self.gradients: list[tuple[Array, Array]] = []
        self.adjoints: list[tuple[Array, Array]] = []  # (array, its adjoint)
        theta: Array | None = None
        for array in reversed(forward):
            if array in self.active and (array in self.arrived or array in self.parts):
                if array.op == "theta":
                    theta = array
                elif array.op == "parameter":
                    self.gradients.append((array, self.full(array)[0]))
                else:
                    self._step(array)
        self.gradients.reverse()
        if theta is not None:
            self.gradients.append((theta, self.full(theta)[0]))

    # ------------------------------------------------------------------------------ what arrived
    def send(self, array: Array, flow: Flow) -> None:
        """Let one more flow into `array`."""
        if array in self.active:
            self.arrived.setdefault(array, []).append(self.flows.simplified(flow))

    def collected(self, array: Array) -> Flow:
        """Return all that flows into `array`."""
        flows = self.arrived.pop(array, [])
        if array in self.parts:
            slices, parts = zip(*self.parts.pop(array), strict=True)
            flows.append(self.flows.assembled(parts, array.shape, slices))
        return self.flows.together(flows)

    def full(self, array: Array) -> tuple[Array, Mask]:
        """Return all that flows into `array` as an array of its very shape, 0.0 where nothing does, and the mask."""
        flow = self.collected(array)
        whole = self.flows.full(flow, array.shape)
        self.adjoints.append((array, whole))
        return whole, flow.mask

    def whole(self, array: Array) -> Flow:
        """Return all that flows into `array` as one clean flow, its array of the very shape."""
        whole, mask = self.full(array)
        return Flow(1.0, whole, mask)

    # ------------------------------------------------------------------------------ one step back
    def _step(self, array: Array) -> None:
        if array.is_elementwise:
            self._elementwise(array)
        else:
            VJPS[array.op](self, array)

    def _elementwise(self, array: Array) -> None:
        """upstream × local derivative, for each operand."""
        flows, upstream, cuts = self.flows, self.collected(array), TABLE[array.op].cuts
        flowing = [(k, x) for k, x in enumerate(array.operands) if x in self.active]
        if upstream.array is not None and upstream.factor != 1.0 and len({x for _, x in flowing}) > 1:
            upstream = upstream._replace(factor=1.0, array=flows.scaled(upstream.factor, upstream.array))
        factor, whole, _, guard = upstream
        if factor == 1.0 and guard is None and whole is not None and whole.shape == array.shape:
            self.adjoints.append((array, whole))
        for k, x in flowing:
            derivative = self.b.derivative(array, k)
            if not cuts:
                share = flows.times(upstream, derivative, finite=flows.finite.derivative(array, k))
            elif derivative.number != 0.0:
                share = flows.over_cut(upstream, derivative)
            else:
                continue
            self.send(x, flows.narrowed(share, array.shape, x.shape))


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
