"""The vector-Jacobian product (VJP) of each structural operation: from the cotangent of its result to its operands'.

How cotangents are accumulated is said in backward_pass.py, and where they reach at all in cotangents.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from autograd.compile.ir.cotangents import Flow
from autograd.compile.ir.program import Array, Shape

if TYPE_CHECKING:
    from autograd.compile.ir.backward_pass import BackwardPass

__all__ = ["VJPS"]


def _matmul(backward: BackwardPass, array: Array) -> None:
    """d(a @ b): da = dz @ bᵀ, db = aᵀ @ dz."""
    b, flows, (left, right) = backward.b, backward.flows, array.operands
    if not array.shape:
        upstream = backward.collected(array)
        for x, other in ((left, right), (right, left)):
            backward.send(x, flows.times(upstream, other, finite=flows.finite(other)))
        return
    dz, mask = backward.full(array)
    mask = flows.masks.moved(mask, lambda x: b.reshape(x, (1,) * (len(dz.shape) - len(x.shape)) + x.shape))
    rows, columns = flows.masks.any(mask, -1), flows.masks.any(mask, -2)
    if right in backward.active:
        inputs = flows.reached(rows, left)
        if _is_flip(right):  # dW = dzᵀ @ x, as W itself lies
            units = flows.masks.moved(columns, b.transpose)
            backward.send(right.operands[0], Flow(1.0, b.matmul(b.transpose(dz), inputs), units))
        else:
            backward.send(right, Flow(1.0, b.matmul(b.transpose(inputs), dz), columns))
    if left in backward.active:
        weights = b.transpose(flows.reached(columns, right))
        backward.send(left, Flow(1.0, b.matmul(dz, weights), rows))


def _sum(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    _send_reshaped(backward, array, tuple(1 if i in array.detail else n for i, n in enumerate(x.shape)))


def _largest(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    first = backward.b.make("first", (x, array), x.shape, array.detail)
    backward.send(x, backward.flows.times(backward.collected(array), first, finite=True))


def _transpose(backward: BackwardPass, array: Array) -> None:
    back = [array.detail.index(i) for i in range(len(array.shape))]
    flow = backward.flows.moved(backward.collected(array), array.shape, lambda dz: backward.b.transpose(dz, back))
    backward.send(array.operands[0], flow)


def _reshape(backward: BackwardPass, array: Array) -> None:
    _send_reshaped(backward, array, array.operands[0].shape)


def _send_reshaped(backward: BackwardPass, array: Array, shape: Shape) -> None:
    flow = backward.flows.moved(backward.collected(array), array.shape, lambda dz: backward.b.reshape(dz, shape))
    backward.send(array.operands[0], flow)


def _broadcast(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    backward.send(x, backward.flows.narrowed(backward.collected(array), array.shape, x.shape))


def _slice(backward: BackwardPass, array: Array) -> None:
    backward.parts.setdefault(array.operands[0], []).append((array.detail, backward.whole(array)))


def _assemble(backward: BackwardPass, array: Array) -> None:
    whole = backward.whole(array)
    for x, ranges in zip(array.operands, array.detail, strict=True):
        backward.send(x, backward.flows.moved(whole, array.shape, partial(backward.b.slice, ranges=ranges)))


def _join(backward: BackwardPass, array: Array) -> None:
    b, whole, start = backward.b, backward.whole(array), 0
    for x in array.operands:
        piece = backward.flows.moved(whole, array.shape, partial(b.slice, ranges=[(start, start + x.size, 1)]))
        backward.send(x, backward.flows.moved(piece, (x.size,), partial(b.reshape, shape=x.shape)))
        start += x.size


def _gather(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    scatter = _to(backward, x, "scatter", detail=array.detail)
    backward.send(x, backward.flows.put_back(backward.whole(array), array.shape, scatter))


def _rows(backward: BackwardPass, array: Array) -> None:
    table, index = array.operands
    add_rows = _to(backward, table, "add_rows", index)
    backward.send(table, backward.flows.put_back(backward.whole(array), array.shape, add_rows))


def _pick(backward: BackwardPass, array: Array) -> None:
    x, index = array.operands
    upstream = backward.collected(array)
    factor, rest = backward.flows.opened(upstream)
    whole = backward.b.number(1.0) if rest is None else backward.b.broadcast(rest, array.shape)
    flow = Flow(factor, whole, upstream.mask)
    backward.send(x, backward.flows.put_back(flow, array.shape, _to(backward, x, "put", index)))


def _to(backward: BackwardPass, x: Array, op: str, *others: Array, detail: Any = None) -> Callable[[Array], Array]:
    """Return what writes an operation of that name, on an array and others, that gives an array like `x`."""
    return lambda array: backward.b.make(op, (array, *others), x.shape, detail)


def _levels(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    b, masks, table = backward.b, backward.flows.masks, array.detail
    adjoint, mask = backward.full(array)
    if not table.cuts and masks.covers(mask, table.ends):
        backward.send(x, Flow(1.0, b.make("levels_backward", (array, adjoint), x.shape, table)))
        return
    reached = b.make("levels_reached", (array, masks.spread(mask, array.shape)), array.shape, table)
    back = b.make("levels_backward", (array, adjoint, reached), x.shape, table)
    backward.send(x, Flow(1.0, back, b.slice(reached, [(0, x.size, 1)])))


def _is_flip(a: Array) -> bool:
    """Whether the array is another one with its last two axes exchanged."""
    n = len(a.shape)
    return a.op == "transpose" and a.detail == (*range(n - 2), n - 1, n - 2)


VJPS: Final[dict[str, Callable[[BackwardPass, Array], None]]] = {
    "matmul": _matmul,
    "sum": _sum,
    "largest": _largest,
    "transpose": _transpose,
    "reshape": _reshape,
    "broadcast": _broadcast,
    "slice": _slice,
    "assemble": _assemble,
    "join": _join,
    "gather": _gather,
    "rows": _rows,
    "pick": _pick,
    "levels": _levels,
}
