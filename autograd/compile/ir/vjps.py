"""The vector-Jacobian product (VJP) of each structural operation: from the cotangent of its result to its operands'.

How cotangents are accumulated is said in backward_pass.py, and where they reach at all in cotangents.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from autograd.compile.ir.cotangents import Cotangent
from autograd.compile.ir.program import Array, Shape, kept_shape
from autograd.rules.reduction_record import REDUCTIONS

if TYPE_CHECKING:
    from autograd.compile.ir.backward_pass import BackwardPass


def _matmul(backward: BackwardPass, array: Array) -> None:
    """d(a @ b): da = dz @ bᵀ, db = aᵀ @ dz."""
    b, cotangents, (left, right) = backward.b, backward.cotangents, array.operands
    if not array.shape:
        upstream = backward.cotangent_of(array)
        for x, other in ((left, right), (right, left)):
            backward.accumulate(x, cotangents.times(upstream, other, finite=cotangents.finite(other)))
        return
    dz, mask = backward.full(array)
    mask = cotangents.masks.moved(mask, lambda x: b.reshape(x, (1,) * (len(dz.shape) - len(x.shape)) + x.shape))
    rows, columns = cotangents.masks.any(mask, -1), cotangents.masks.any(mask, -2)
    if right in backward.active:
        inputs = cotangents.reached(rows, left)
        if _is_flip(right):  # dW = dzᵀ @ x, as W itself lies
            units = cotangents.masks.moved(columns, b.transpose)
            backward.accumulate(right.operands[0], Cotangent(1.0, b.matmul(b.transpose(dz), inputs), units))
        else:
            backward.accumulate(right, Cotangent(1.0, b.matmul(b.transpose(inputs), dz), columns))
    if left in backward.active:
        weights = b.transpose(cotangents.reached(columns, right))
        backward.accumulate(left, Cotangent(1.0, b.matmul(dz, weights), rows))


def _reduction(backward: BackwardPass, array: Array) -> None:
    """upstream × what the row says, along the axes."""
    b, cotangents, (x,) = backward.b, backward.cotangents, array.operands
    derivative = b.derivative(array)
    if derivative.number == 1.0:
        _accumulate_moved(backward, array, lambda dz: b.reshape(dz, kept_shape(x, array.detail)))
        return
    share = cotangents.times(backward.cotangent_of(array), derivative, finite=cotangents.finite(derivative))
    backward.accumulate(x, share)


def _transpose(backward: BackwardPass, array: Array) -> None:
    back = [array.detail.index(i) for i in range(len(array.shape))]
    _accumulate_moved(backward, array, lambda dz: backward.b.transpose(dz, back))


def _reshape(backward: BackwardPass, array: Array) -> None:
    _accumulate_moved(backward, array, lambda dz: backward.b.reshape(dz, array.operands[0].shape))


def _accumulate_moved(backward: BackwardPass, array: Array, move: Callable[[Array], Array]) -> None:
    """Accumulate the cotangent of a view's result, moved to where its elements came from."""
    moved = backward.cotangents.moved(backward.cotangent_of(array), array.shape, move)
    backward.accumulate(array.operands[0], moved)


def _broadcast(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    backward.accumulate(x, backward.cotangents.unbroadcast(backward.cotangent_of(array), array.shape, x.shape))


def _slice(backward: BackwardPass, array: Array) -> None:
    backward.parts.setdefault(array.operands[0], []).append((array.detail, backward.whole(array)))


def _assemble(backward: BackwardPass, array: Array) -> None:
    whole = backward.whole(array)
    for x, ranges in zip(array.operands, array.detail, strict=True):
        backward.accumulate(x, backward.cotangents.moved(whole, array.shape, partial(backward.b.slice, ranges=ranges)))


def _join(backward: BackwardPass, array: Array) -> None:
    b, whole, start = backward.b, backward.whole(array), 0
    for x in array.operands:
        piece = backward.cotangents.moved(whole, array.shape, partial(b.slice, ranges=[(start, start + x.size, 1)]))
        backward.accumulate(x, backward.cotangents.moved(piece, (x.size,), partial(b.reshape, shape=x.shape)))
        start += x.size


def _gather(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    scatter = _to(backward, x, "scatter", detail=array.detail)
    backward.accumulate(x, backward.cotangents.scatter_added(backward.whole(array), array.shape, scatter))


def _rows(backward: BackwardPass, array: Array) -> None:
    table, index = array.operands
    add_rows = _to(backward, table, "add_rows", index)
    backward.accumulate(table, backward.cotangents.scatter_added(backward.whole(array), array.shape, add_rows))


def _pick(backward: BackwardPass, array: Array) -> None:
    x, index = array.operands
    backward.accumulate(x, put(backward, backward.cotangent_of(array), array.shape, x, index))


def put(backward: BackwardPass, upstream: Cotangent, shape: Shape, x: Array, index: Array) -> Cotangent:
    """Return the cotangent of `x`, of whose rows one element each was picked, from one of that shape to these."""
    factor, rest = backward.cotangents.materialized(upstream)
    whole = backward.b.number(1.0) if rest is None else backward.b.broadcast(rest, shape)
    cotangent = Cotangent(factor, whole, upstream.mask)
    return backward.cotangents.scatter_added(cotangent, shape, _to(backward, x, "put", index))


def _to(backward: BackwardPass, x: Array, op: str, *others: Array, detail: Any = None) -> Callable[[Array], Array]:
    """Return what writes an operation of that name, on an array and others, that gives an array like `x`."""
    return lambda array: backward.b.make(op, (array, *others), x.shape, detail)


def _levels(backward: BackwardPass, array: Array) -> None:
    (x,) = array.operands
    b, masks, table = backward.b, backward.cotangents.masks, array.detail
    adjoint, mask = backward.full(array)
    if not table.cuts and masks.covers(mask, table.ends):
        backward.accumulate(x, Cotangent(1.0, b.make("levels_backward", (array, adjoint), x.shape, table)))
        return
    reached = b.make("levels_reached", (array, masks.broadcast(mask, array.shape)), array.shape, table)
    back = b.make("levels_backward", (array, adjoint, reached), x.shape, table)
    backward.accumulate(x, Cotangent(1.0, back, b.slice(reached, [(0, x.size, 1)])))


def _is_flip(a: Array) -> bool:
    """Whether the array is another one with its last two axes exchanged."""
    n = len(a.shape)
    return a.op == "transpose" and a.detail == (*range(n - 2), n - 1, n - 2)


VJPS: Final[dict[str, Callable[[BackwardPass, Array], None]]] = {
    "matmul": _matmul,
    **dict.fromkeys(REDUCTIONS, _reduction),
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
