"""Layouts: which element of an array is which scalar, and how one array is seen inside another.

All of it is arithmetic on places.  The scalars of an array have coordinates; where coordinates fill a grid the array
gets that shape; where the places of one array inside another advance by constant strides, it is a view.  A place of
-1 is a hole: nothing stands there, so anything may.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.compile.ir.program import Array, Builder, Shape

Index = np.ndarray[Any, Any]
Ranked = tuple[Index, int]  # which of `count` different things each scalar has, and the count


def strides_of(shape: Shape) -> list[int]:
    """Return how far apart neighbors along each axis lie, in row-major order."""
    strides = [1] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        strides[i] = strides[i + 1] * shape[i + 1]
    return strides


def coordinates(places: Index, shape: Shape) -> list[Index]:
    """Return the coordinates of flat places in an array of that shape, axis by axis."""
    return list(np.unravel_index(places, shape)) if shape else []


def distinct(entries: Index) -> Index:
    """Return the different entries in increasing order, as `np.unique` does, which loads numpy.ma for it first.

    That alone would take longer than a small network takes to compile.
    """
    ordered = np.sort(entries, axis=None)
    return ordered[_begins(ordered)]


def ranked(column: Index) -> tuple[Index, Index]:
    """Return the different entries of a column in increasing order, and which of them each one is."""
    order = column.argsort()
    ordered = column[order]
    begins = _begins(ordered)
    rank = np.empty(len(column), dtype=np.int64)
    rank[order] = begins.cumsum() - 1
    return ordered[begins], rank


def _begins(ordered: Index) -> Index:
    """Return where a sorted column holds something else than just before."""
    begins = np.empty(len(ordered), dtype=bool)
    begins[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def ranks(column: Index) -> Ranked:
    """Return which of the different entries of a column each one is, in increasing order, and how many there are."""
    different, rank = ranked(column)
    return rank, len(different)


def combined(columns: Sequence[Ranked], count: int = 0) -> Ranked:
    """Return one column that tells apart what the given ones tell apart, in their order; `count` zeros if none are."""
    key, different = columns[0] if columns else (np.zeros(count, dtype=np.int64), 1)
    for rank, n in columns[1:]:
        key, different = ranks(key * n + rank)
    return key, different


def is_among(column: Ranked, others: Sequence[Ranked]) -> bool:
    """Whether a column tells apart just what one of the others does."""
    return any(column[1] == n and np.array_equal(column[0], other) for other, n in others)


def axes_of(columns: Sequence[Index]) -> list[Ranked]:
    """Return the columns, ranked, without those that are constant or repeat another."""
    found: list[Ranked] = []
    for column in columns:
        ranked = ranks(column)
        if ranked[1] > 1 and not is_among(ranked, found):
            found.append(ranked)
    return found


def grid(columns: Sequence[Index], count: int) -> tuple[Shape, Index] | None:
    """Return a shape whose axes are some of the columns, and each scalar's place in it; None if they fill no grid."""
    chosen: list[Ranked] = []
    key: Index = np.zeros(count, dtype=np.int64)
    different = 1
    for rank, n in axes_of(columns):
        finer, more = ranks(key * n + rank)
        if more > different:
            chosen.append((rank, n))
            key, different = finer, more
        if different == count:
            break
    shape = tuple(n for _, n in chosen)
    return (shape, key) if math.prod(shape) == count == different else None


def collapsed(entries: Index) -> Index:
    """Return the grid with every axis along which nothing changes shortened to length 1; holes (-1) change nothing."""
    for axis, n in enumerate(entries.shape):
        if n > 1:
            known = entries.max(axis=axis, keepdims=True)
            if ((entries == known) | (entries == -1)).all():
                entries = known
    return entries


def affine(places: Index) -> tuple[int, list[int]] | None:
    """Return the offset and strides by which the places in a grid advance, or None if they do not advance so."""
    known = places >= 0
    whole = bool(known.all())
    strides = []
    for axis, n in enumerate(places.shape):
        before, after = (places.take(range(i, n - 1 + i), axis=axis) for i in (0, 1))
        if whole or n == 1:
            strides.append(int(after.flat[0] - before.flat[0]) if n > 1 else 0)
            continue
        both = (before >= 0) & (after >= 0)
        if not both.any():
            return None
        first = np.unravel_index(int(both.argmax()), both.shape)
        strides.append(int(after[first] - before[first]))
    if min(strides, default=0) < 0:
        return None
    steps = sum(
        (_ramp(n * s, n, i, places.ndim) for i, (n, s) in enumerate(zip(places.shape, strides, strict=True))),
        np.zeros((), dtype=np.int64),
    )
    steps = np.broadcast_to(steps, places.shape)
    first = np.unravel_index(int(known.argmax()), places.shape)
    offset = int(places[first] - steps[first])
    if offset < 0 or not np.array_equal(np.where(known, steps + offset, -1), places):
        return None
    return offset, strides


def _ramp(stop: int, n: int, axis: int, dimensions: int) -> Index:
    """Return 0, stride, 2 stride, … along an axis, where n strides lead to `stop`."""
    return (np.arange(n) * (stop // n)).reshape([-1 if i == axis else 1 for i in range(dimensions)])


def unfolded(places: Index) -> Index:
    """Return the grid with axes cut in two where their steps change regularly, as in 0 1 2 10 11 12 or 0 1 0 1."""
    shape: list[int] = []
    for axis, n in enumerate(places.shape):
        line = places[tuple(slice(None) if i == axis else 0 for i in range(places.ndim))]
        steps = np.diff(line)
        changes = np.flatnonzero(steps != steps[0]) if n > 2 else np.zeros(0, dtype=np.int64)
        if n > 1 and steps.size and len(changes) == 0:
            shape.append(n)
            continue
        run = int(changes[0]) + 1 if len(changes) else n
        shape.extend((n // run, run) if n % run == 0 and run > 1 else (n,))
    return places.reshape(shape)


def view(builder: Builder, source: Array, offset: int, shape: Shape, strides: Sequence[int]) -> Array | None:
    """Return the elements of `source` at offset + Σ strideᵢ · coordinateᵢ, by slices and reshapes, or None.

    Axes of stride 0 have length 1 in the result.
    """
    moving = sorted(((s, n, i) for i, (s, n) in enumerate(zip(strides, shape, strict=True)) if s > 0), reverse=True)
    values = _place_values(source, moving)
    if values is None:
        return None
    ranges: list[tuple[int, int, int]] = []
    order: list[tuple[int, int]] = []
    sizes = [before // after for before, after in pairwise(values)]
    for value, size in zip(values[1:], sizes, strict=True):
        start, n = offset // value % size, 1
        for s, length, axis in moving:
            if s == value:
                n = length
                order.append((axis, len(ranges)))
        if start + n > size:
            return None
        ranges.append((start, start + n, 1))
    part = builder.slice(builder.reshape(source, tuple(sizes)), ranges)
    if order != sorted(order):
        moved = [place for _, place in sorted(order)]
        part = builder.transpose(part, [i for i in range(len(ranges)) if i not in moved] + moved)
    return builder.reshape(part, tuple(n if s > 0 else 1 for s, n in zip(strides, shape, strict=True)))


def _place_values(source: Array, moving: Sequence[tuple[int, int, int]]) -> list[int] | None:
    """Return descending values, each dividing the one before, with every stride among them: how to cut `source`."""
    strides = {s for s, _, _ in moving}
    if len(strides) < len(moving):
        return None
    for cuts in (strides_of(source.shape), []):
        crossed = {c for c in cuts for s, n, _ in moving if s < c <= s * (n - 1)}
        values = sorted({source.size, 1, *strides, *(c for c in cuts if c not in crossed)}, reverse=True)
        if all(a % b == 0 for a, b in pairwise(values)):
            return values
    return None
