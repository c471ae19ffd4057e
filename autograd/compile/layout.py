"""Layouts: which element of an array is which scalar, and how one array is seen inside another.

All of it is arithmetic on places.  The scalars of an array have coordinates; where coordinates fill a grid the array
gets that shape; where the places of one array inside another advance by constant strides, it is a view.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compile.program import Array, Builder, Shape

Index = np.ndarray[Any, Any]


def strides_of(shape: Shape) -> list[int]:
    """Return how far apart neighbours along each axis lie, in row-major order."""
    strides = [1] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        strides[i] = strides[i + 1] * shape[i + 1]
    return strides


def coordinates(places: Index, shape: Shape) -> list[Index]:
    """Return the coordinates of flat places in an array of that shape, axis by axis."""
    return list(np.unravel_index(places, shape)) if shape else []


def ranks(column: Index) -> tuple[Index, int]:
    """Return which of the different entries of a column each one is, in increasing order, and how many there are."""
    different, rank = np.unique(column, return_inverse=True)
    return rank.reshape(-1), len(different)


def combined(columns: Sequence[tuple[Index, int]]) -> tuple[Index, int]:
    """Return one column that tells apart what the given ranked columns tell apart, in their order."""
    key, count = columns[0]
    for rank, n in columns[1:]:
        key, count = ranks(key * n + rank)
    return key, count


def axes_of(columns: Sequence[Index]) -> list[tuple[Index, int]]:
    """Return the columns, ranked, without those that are constant or repeat another."""
    found: list[tuple[Index, int]] = []
    for column in columns:
        rank, count = ranks(column)
        if count > 1 and not any(count == n and np.array_equal(rank, other) for other, n in found):
            found.append((rank, count))
    return found


def grid(columns: Sequence[Index], count: int) -> tuple[Shape, Index] | None:
    """Return a shape whose axes are some of the columns, and each scalar's place in it; None if they fill no grid."""
    chosen: list[tuple[Index, int]] = []
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
    if different < count or math.prod(shape) != count:
        return None
    return shape, key


def affine(places: Index) -> tuple[int, list[int]] | None:
    """Return the offset and strides by which the places in a grid advance, or None if they do not advance so."""
    offset = int(places.flat[0])
    strides = [int(places[_along(i, places.ndim)]) - offset if n > 1 else 0 for i, n in enumerate(places.shape)]
    if min(strides, default=0) < 0:
        return None
    expected: Any = offset
    for i, (n, stride) in enumerate(zip(places.shape, strides, strict=True)):
        expected = expected + (np.arange(n) * stride).reshape([-1 if j == i else 1 for j in range(places.ndim)])
    return (offset, strides) if np.array_equal(np.broadcast_to(expected, places.shape), places) else None


def _along(axis: int, dimensions: int) -> tuple[int, ...]:
    return tuple(1 if i == axis else 0 for i in range(dimensions))


def view(builder: Builder, source: Array, offset: int, shape: Shape, strides: Sequence[int]) -> Array | None:
    """Return the elements of `source` at offset + Σ strideᵢ · coordinateᵢ, by slices and reshapes; None if they need more.

    Axes of stride 0 have length 1 in the result.
    """
    moving = sorted(((s, n, i) for i, (s, n) in enumerate(zip(strides, shape, strict=True)) if s > 0), reverse=True)
    values = _place_values(source, moving)
    if values is None:
        return None
    sizes = [before // after for before, after in zip(values, values[1:], strict=False)]
    ranges, order = [], []
    for value, size in zip(values[1:], sizes, strict=True):
        start = offset // value % size
        n = 1
        for s, length, axis in moving:
            if s == value:
                n = length
                order.append((axis, len(ranges)))
        if start + n > size:
            return None
        ranges.append((start, start + n, 1))
    part = builder.slice(builder.reshape(source, tuple(sizes)), ranges)
    if [axis for axis, _ in order] != sorted(axis for axis, _ in order):
        moved = [place for _, place in sorted(order)]
        rest = [i for i in range(len(ranges)) if i not in moved]
        part = builder.transpose(part, rest + moved)
    return builder.reshape(part, tuple(n if s > 0 else 1 for s, n in zip(strides, shape, strict=True)))


def _place_values(source: Array, moving: Sequence[tuple[int, int, int]]) -> list[int] | None:
    """Return descending values, each dividing the one before, such that every stride is among them: how to cut `source`."""
    for cuts in (strides_of(source.shape), []):
        crossed = {c for c in cuts for s, n, _ in moving if s < c < s * n or (s < c and s * (n - 1) >= c)}
        values = sorted({source.size, 1, *[s for s, _, _ in moving], *[c for c in cuts if c not in crossed]}, reverse=True)
        if len({s for s, _, _ in moving}) == len(moving) and all(a % b == 0 for a, b in zip(values, values[1:], strict=False)):
            return values
    return None
