"""Totals and maxima of groups run along an axis; a look-up picks rows of a table, or one element of each row."""

from __future__ import annotations

import numpy as np

from autograd.compile.ir.program import Array, Shape, kept_shape
from autograd.compile.lift.layout import Index, combined, distinct, grid, ranked, ranks
from autograd.compile.lift.places import NUMBERS, Places
from autograd.rules.reduction_record import REDUCTIONS


def arrange_reduction(places: Places, ids: Index, op: str) -> bool:
    """Compute sums or maxima of groups; return False if their lengths differ and they are no axis of an array."""
    groups = np.array([places.tape.operands[i][0] for i in ids])
    members = places.members(groups)
    home = int(places.home[members[0, 0]])
    together = home > NUMBERS and bool((places.homes_of(members) == home).all())
    if together and _along_axis(places, ids, op, members, home):
        return True
    if (members < 0).any():
        return False
    if together and not REDUCTIONS[op].is_in_order:
        members = np.take_along_axis(members, np.argsort(places.place[members], axis=1, kind="stable"), axis=1)
    count = len(ids)
    found: tuple[Shape, Index] | None = ((), np.zeros(1, dtype=np.int64))
    if count > 1:
        found = grid(places.columns_of(groups), count) if together else None
    shape, where = found if found is not None else ((count,), np.arange(count))
    source = places.full(members[np.argsort(where)].reshape((*shape, -1)))
    axis = len(shape)
    places.settle(_reduction(places, op, source, (axis,), (*shape, 1) if axis == 1 else shape), ids, where)
    return True


def _reduction(places: Places, op: str, source: Array, axes: tuple[int, ...], shape: Shape) -> Array:
    b = places.builder
    if op == "sum":
        return b.sum(source, axes, shape)
    if len(axes) != 1:
        source, axes = b.reshape(source, (1, source.size)), (1,)
    return b.reshape(b.reduce(op, source, axes), shape)


def _along_axis(places: Places, ids: Index, op: str, members: Index, home: int) -> bool:
    """Reduce a whole axis of the array, or all of it, if that is what the groups are."""
    shape = places.arrays[home].shape
    count, width = members.shape
    where = places.places_of(members)
    lengths = (members >= 0).sum(axis=1)
    if not int(lengths.sum()) == len(distinct(where[members >= 0])) == places.count(home):
        return False  # some are left out, or counted twice
    in_order = REDUCTIONS[op].is_in_order
    if count == 1 and (not in_order or bool((np.diff(where[0]) > 0).all())):
        source = places.filled(home, REDUCTIONS[op].neutral)
        places.settle(_reduction(places, op, source, tuple(range(len(shape))), ()), ids, np.zeros(1, dtype=np.int64))
        return True
    for axis, n in enumerate(shape):
        if n < width or (n == 1 and len(shape) > 1):
            continue
        row = np.moveaxis(np.arange(places.arrays[home].size).reshape(shape), axis, -1).reshape(-1, n)
        which = np.empty(row.size, dtype=np.int64)
        which[row.reshape(-1)] = np.repeat(np.arange(len(row)), n)
        rows = np.where(where >= 0, which[where], which[where[:, :1]])
        own = rows[:, 0]
        if (rows == own[:, None]).all() and len(distinct(own)) == count:
            if in_order and not ((np.diff(where, axis=1) > 0) | (where[:, 1:] < 0)).all():
                continue
            source = places.filled(home, REDUCTIONS[op].neutral)
            places.settle(_reduction(places, op, source, (axis,), kept_shape(source, (axis,))), ids, own)
            return True
    return False


def arrange_take(places: Places, ids: Index) -> None:
    """Look up rows of a table where every index meets every column, else pick one element of each row."""
    tape, b = places.tape, places.builder
    groups, g = ranked(np.array([tape.operands[i][0] for i in ids]))
    index, x = ranked(np.array([tape.operands[i][1] for i in ids]))
    if len(groups) * len(index) == len(ids) and len(index) > 1:
        column, _ = combined([ranks(c) for c in places.columns_of(groups)])
        table = places.full(places.members(groups[np.argsort(column)]).T)
        array = b.make("rows", (table, _index(places, index)), (len(index), len(groups)))
        places.settle(array, ids, x * len(groups) + column[g])
        return
    members = places.members(groups[g])
    home = int(places.home[members[0, 0]])
    where = np.arange(len(ids))
    if home > NUMBERS and (places.homes_of(members) == home).all():
        key, different = ranks(places.place[members[:, 0]])
        where = key if different == len(ids) else where
    order = np.argsort(where)
    rows, picked = places.full(members[order]), _index(places, index[x][order].reshape(-1, 1))
    array = b.make("pick", (rows, picked), (len(ids), 1))
    places.settle(array, ids, where)


def _index(places: Places, ids: Index) -> Array:
    places.in_pieces = False
    try:
        return places.full(ids)
    finally:
        places.in_pieces = True
