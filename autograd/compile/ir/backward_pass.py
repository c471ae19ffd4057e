"""Differentiate: the backward pass of an array program, as more lines of the same program.

The chain rule on whole arrays.  What is known of an element-wise operation's derivative is what its rule in the table
says; only the structural operations (products, sums, views, look-ups) state here where their elements came from.
How adjoints are carried, and where they flow at all, is said once for all of them in flow.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd.compile.ir.cotangents import Flow, Flows
from autograd.compile.ir.masks import Mask
from autograd.compile.ir.program import Array, Builder
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas


class Backward:
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
            getattr(self, f"_{array.op}")(array)

    def _elementwise(self, array: Array) -> None:
        """upstream × local derivative, for each operand."""
        flows, upstream, cuts = self.flows, self.collected(array), TABLE[array.op].stops_at_zero
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

    def _matmul(self, array: Array) -> None:
        """d(a @ b): da = dz @ bᵀ, db = aᵀ @ dz."""
        b, flows, (left, right) = self.b, self.flows, array.operands
        if not array.shape:
            upstream = self.collected(array)
            for x, other in ((left, right), (right, left)):
                self.send(x, flows.times(upstream, other, finite=flows.finite(other)))
            return
        dz, mask = self.full(array)
        mask = flows.masks.moved(mask, lambda x: b.reshape(x, (1,) * (len(dz.shape) - len(x.shape)) + x.shape))
        rows, columns = flows.masks.any(mask, -1), flows.masks.any(mask, -2)
        if right in self.active:
            inputs = flows.reached(rows, left)
            if _is_flip(right):  # dW = dzᵀ @ x, as W itself lies
                units = flows.masks.moved(columns, b.transpose)
                self.send(right.operands[0], Flow(1.0, b.matmul(b.transpose(dz), inputs), units))
            else:
                self.send(right, Flow(1.0, b.matmul(b.transpose(inputs), dz), columns))
        if left in self.active:
            weights = b.transpose(flows.reached(columns, right))
            self.send(left, Flow(1.0, b.matmul(dz, weights), rows))

    def _sum(self, array: Array) -> None:
        (x,) = array.operands
        kept = tuple(1 if i in array.detail else n for i, n in enumerate(x.shape))
        self.send(x, self.flows.moved(self.collected(array), array.shape, lambda dz: self.b.reshape(dz, kept)))

    def _largest(self, array: Array) -> None:
        (x,) = array.operands
        first = self.b.make("first", (x, array), x.shape, array.detail)
        self.send(x, self.flows.times(self.collected(array), first, finite=True))

    def _transpose(self, array: Array) -> None:
        back = [array.detail.index(i) for i in range(len(array.shape))]
        flow = self.flows.moved(self.collected(array), array.shape, lambda dz: self.b.transpose(dz, back))
        self.send(array.operands[0], flow)

    def _reshape(self, array: Array) -> None:
        (x,) = array.operands
        self.send(x, self.flows.moved(self.collected(array), array.shape, lambda dz: self.b.reshape(dz, x.shape)))

    def _broadcast(self, array: Array) -> None:
        (x,) = array.operands
        self.send(x, self.flows.narrowed(self.collected(array), array.shape, x.shape))

    def _slice(self, array: Array) -> None:
        self.parts.setdefault(array.operands[0], []).append((array.detail, self.whole(array)))

    def _assemble(self, array: Array) -> None:
        whole = self.whole(array)
        for x, ranges in zip(array.operands, array.detail, strict=True):
            self.send(x, self.flows.moved(whole, array.shape, partial(self.b.slice, ranges=ranges)))

    def _join(self, array: Array) -> None:
        b, whole, start = self.b, self.whole(array), 0
        for x in array.operands:
            piece = self.flows.moved(whole, array.shape, partial(b.slice, ranges=[(start, start + x.size, 1)]))
            self.send(x, self.flows.moved(piece, (x.size,), partial(b.reshape, shape=x.shape)))
            start += x.size

    def _gather(self, array: Array) -> None:
        (x,) = array.operands
        self.send(x, self.flows.put_back(self.whole(array), array.shape, self._to(x, "scatter", detail=array.detail)))

    def _rows(self, array: Array) -> None:
        table, index = array.operands
        self.send(table, self.flows.put_back(self.whole(array), array.shape, self._to(table, "add_rows", index)))

    def _pick(self, array: Array) -> None:
        x, index = array.operands
        upstream = self.collected(array)
        factor, rest = self.flows.opened(upstream)
        whole = self.b.number(1.0) if rest is None else self.b.broadcast(rest, array.shape)
        flow = Flow(factor, whole, upstream.mask)
        self.send(x, self.flows.put_back(flow, array.shape, self._to(x, "put", index)))

    def _to(self, x: Array, op: str, *others: Array, detail: Any = None) -> Callable[[Array], Array]:
        """Return what writes an operation of that name, on an array and others, that gives an array like `x`."""
        return lambda array: self.b.make(op, (array, *others), x.shape, detail)

    def _levels(self, array: Array) -> None:
        (x,) = array.operands
        b, masks, table = self.b, self.flows.masks, array.detail
        adjoint, mask = self.full(array)
        if not table.cuts and masks.covers(mask, table.ends):
            self.send(x, Flow(1.0, b.make("levels_backward", (array, adjoint), x.shape, table)))
            return
        reached = b.make("levels_reached", (array, masks.spread(mask, array.shape)), array.shape, table)
        back = b.make("levels_backward", (array, adjoint, reached), x.shape, table)
        self.send(x, Flow(1.0, back, b.slice(reached, [(0, x.size, 1)])))


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
