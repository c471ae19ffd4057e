"""Places: where every scalar of the tape lives, and how some of them are seen as one array.

The scalars that have been arranged live in arrays, each at a flat place.  Parameters live in θ, and are seated there,
side by side, in the layout of the first array that asks for them.  Some arrays have holes: elements that stand for no
scalar, such as the upper triangle of a causal attention.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from autograd.compile.ir.program import Array, Builder, Shape
from autograd.compile.lift.layout import (
    Index,
    affine,
    collapsed,
    combined,
    coordinates,
    distinct,
    ranked,
    ranks,
    unfolded,
    view,
)
from autograd.compile.lift.tape import Tape

THETA, NUMBERS, NOWHERE = 0, 1, -1  # homes: places in θ; constants, looked up by value; not arranged yet

FEW_PIECES = 4


class Places:
    """For every scalar its home (`arrays[home]`) and its flat place there, and for every home its holes.

    Of `2 * tanh(W x + b)`, with 4 units and on 5 rows of 3 numbers, as far as it has been arranged:

        scalars         home                    place
        W, then b       0, θ                    0 … 11, then 12 … 15: as they were asked for
        the number 2    1                       none: it is looked up by its value
        x               2, the argument         3 · row + column
        W x             3, `x @ W.T`            4 · row + unit
        W x + b         4, `z + b`              4 · row + unit, the layout of what it is computed from
        tanh, times 2   none yet, -1

    A reference to scalars, such as b for each row and unit, is an array that broadcasts to their shape: a view where
    their places advance by constant strides, a few views side by side where these jump, and else they are gathered.
    """

    def __init__(self, tape: Tape, parameters: int) -> None:
        self.tape, self.builder = tape, Builder()
        n = len(tape.op)
        self.home = np.full(n, NOWHERE, dtype=np.int64)
        self.place = np.full(n, -1, dtype=np.int64)
        self.value = np.zeros(n)
        self.theta = self.builder.make("theta", (), (parameters,))
        self.arrays: list[Array] = [self.theta, self.theta]
        self.masks: list[Index | None] = [None, None]  # where an array with holes has scalars
        self.fillings: list[float | None] = [None, None]  # what stands in the holes, if that is known
        self.seats: list[Array] = []
        self.order: list[int] = []  # which parameter sits at each place of θ
        self.in_pieces = True  # whether views may be put together; an index must stay one of whole numbers

    # -------------------------------------------------------------------------------- moving in
    def settle(self, array: Array, ids: Index, places: Index, filling: float | None = None) -> int:
        """Let the scalars `ids` live in `array` at these flat places; return their home."""
        home = len(self.arrays)
        self.arrays.append(array)
        self.home[ids], self.place[ids] = home, places
        mask = None
        if len(ids) < array.size:
            mask = np.zeros(array.size, dtype=bool)
            mask[places] = True
        self.masks.append(mask)
        self.fillings.append(filling)
        return home

    def count(self, home: int) -> int:
        """Return how many scalars live there."""
        mask = self.masks[home]
        return self.arrays[home].size if mask is None else int(mask.sum())

    def filled(self, home: int, filling: float) -> Array:
        """Return an array with that number in its holes."""
        array, mask, known = self.arrays[home], self.masks[home], self.fillings[home]
        if mask is None or known == filling:
            return array
        b = self.builder
        condition = b.make("constant", (), array.shape, mask.reshape(array.shape))
        return b.apply("where", condition, array, b.number(filling))

    def members(self, groups: Index) -> Index:
        """Return the members of groups as rows, padded with holes where groups are shorter than the longest."""
        rows = [*map(self.tape.members, groups.reshape(-1).tolist())]
        width = max(map(len, rows))
        if all(len(row) == width for row in rows):
            return np.concatenate(rows).reshape((*groups.shape, width))
        padded = np.full((len(rows), width), -1, dtype=np.int64)
        for i, row in enumerate(rows):
            padded[i, : len(row)] = row
        return padded.reshape((*groups.shape, width))

    def homes_of(self, ids: Index) -> Index:
        """Return the homes of scalars; holes are at home where the others are."""
        known = ids >= 0
        homes = self.home[ids]
        return homes if known.all() else np.where(known, homes, homes[known][0])

    def places_of(self, ids: Index) -> Index:
        """Return the flat places of scalars, -1 for holes."""
        known = ids >= 0
        return self.place[ids] if known.all() else np.where(known, self.place[ids], -1)

    # ------------------------------------------------------------------------------- references
    def reference(self, ids: Index) -> Array:
        """Return an array that broadcasts to the shape of `ids` and holds those scalars, and anything in the holes."""
        homes = self.homes_of(ids)
        home = int(homes.flat[0])
        if (homes != home).any():
            return self._side_by_side(ids, homes) or self._joined(ids, homes)
        if home == NUMBERS:
            return self._constants(ids)
        if home == THETA:
            self.seat(ids)
        places = collapsed(self.places_of(ids))
        array = self._view(home, places) or self._folded_view(home, places) or self._pieced_view(home, places)
        if array is None:
            array = self.builder.gather(self.arrays[home], np.maximum(places, 0))
        return self._trimmed(array, ids.shape)

    def full(self, ids: Index) -> Array:
        """Return the array of those scalars in the very shape of `ids`."""
        return self.builder.broadcast(self.reference(ids), ids.shape)

    def full_with_zeros(self, ids: Index) -> Array:
        """Return the array of those scalars in the shape of `ids`, with 0.0 in the holes."""
        array, hole = self.full(ids), ids < 0
        if not hole.any():
            return array
        home = int(self.homes_of(ids).flat[0])
        mask, found = self.masks[home], affine(self.places_of(ids))
        if mask is not None and found is not None and self.fillings[home] == 0.0:
            offset, strides = found
            places = offset + np.tensordot(np.array(strides), np.indices(ids.shape), 1)
            if not mask[places[hole]].any():
                return array
        condition = self.builder.make("constant", (), ids.shape, ~hole)
        return self.builder.apply("where", condition, array, self.builder.number(0.0))

    def _trimmed(self, array: Array, shape: Shape) -> Array:
        """Return a parameter without the leading axes that only repeat: a bias is a vector."""
        source = array.operands[0] if array.op == "reshape" else array
        keep = 0
        if source.op == "parameter":
            while keep < len(array.shape) and array.shape[keep] == 1 and shape[keep] > 1:
                keep += 1
        return self.builder.reshape(array, array.shape[keep:])

    def _view(self, home: int, places: Index) -> Array | None:
        found = affine(places)
        if found is None:
            return None
        offset, strides = found
        source = self.arrays[home]
        if home == THETA:
            extent = 1 + sum(s * (n - 1) for s, n in zip(strides, places.shape, strict=True))
            if offset + extent > self.theta.size:
                return None  # a hole lies beyond the end
            seat = next((s for s in self.seats if s.detail <= offset and offset + extent <= s.detail + s.size), None)
            source, start = (
                (seat, seat.detail)
                if seat is not None
                else (self.builder.slice(source, [(offset, offset + extent, 1)]), offset)
            )
            offset -= start
        return view(self.builder, source, offset, places.shape, strides)

    def _folded_view(self, home: int, places: Index) -> Array | None:
        """Return a view whose axes, cut in two, advance by constant strides, put together again."""
        wide = unfolded(places)
        if wide.shape == places.shape:
            return None
        array = self._view(home, collapsed(wide))
        return None if array is None else self.builder.reshape(self.builder.broadcast(array, wide.shape), places.shape)

    def _pieced_view(self, home: int, places: Index) -> Array | None:
        """Return a few views put side by side along an axis, where between them the places jump."""
        if (places < 0).any() or not self.in_pieces:
            return None
        for axis, n in enumerate(places.shape):
            line = places[tuple(slice(None) if i == axis else 0 for i in range(places.ndim))]
            steps = np.diff(line)
            jumps = np.flatnonzero(steps != np.median(steps)) + 1 if n > 2 else np.arange(1, n)
            if not 0 < len(jumps) < FEW_PIECES:
                continue
            parts, slices = [], []
            for start, stop in pairwise([0, *jumps.tolist(), n]):
                piece = places.take(range(start, stop), axis=axis)
                narrow = collapsed(piece)
                part = self._view(home, narrow) or self._folded_view(home, narrow)
                if part is None:
                    break
                parts.append(self.builder.broadcast(part, piece.shape))
                slices.append(tuple((start, stop, 1) if i == axis else (0, m, 1) for i, m in enumerate(places.shape)))
            else:
                return self.builder.make("assemble", parts, places.shape, tuple(slices))
        return None

    def _constants(self, ids: Index) -> Array:
        known = ids >= 0
        values = self.value[ids[known]]
        if (np.signbit(values) & (values == 0.0)).any():  # -0.0 is not 0.0, though they are equal
            bits, which = ranked(values.view(np.int64))
            different = bits.view(np.float64)
        else:
            different, which = ranked(values)
        if len(different) == 1:
            return self.builder.number(float(different[0]))
        number = np.full(ids.shape, -1, dtype=np.int64)
        number[known] = which
        number = collapsed(number)
        return self.builder.make("constant", (), number.shape, different[np.maximum(number, 0)])

    def _side_by_side(self, ids: Index, homes: Index) -> Array | None:
        """Return views of a few arrays put side by side along an axis, as layers that one layer joins; or None."""
        if (ids < 0).any() or not self.in_pieces:
            return None
        for axis, n in enumerate(ids.shape):
            line = np.moveaxis(homes, axis, 0).reshape(n, -1)
            jumps = np.flatnonzero(np.diff(line[:, 0])) + 1
            if not 0 < len(jumps) < FEW_PIECES or (line != line[:, :1]).any():
                continue
            parts, slices = [], []
            for start, stop in pairwise([0, *jumps.tolist(), n]):
                part = self.full(ids.take(range(start, stop), axis=axis))
                if _is_gathered(part):
                    return None
                parts.append(part)
                slices.append(tuple((start, stop, 1) if i == axis else (0, m, 1) for i, m in enumerate(ids.shape)))
            return self.builder.make("assemble", parts, ids.shape, tuple(slices))
        return None

    def _joined(self, ids: Index, homes: Index) -> Array:
        """Return scalars of several arrays, gathered from those arrays put end to end."""
        places = np.zeros(ids.shape, dtype=np.int64)
        sources: list[Array] = []
        start = 0
        for home in distinct(homes).tolist():
            chosen = (homes == home) & (ids >= 0)
            if home == THETA:
                self.seat(ids[chosen])
            if home == NUMBERS:
                source = self.builder.make("constant", (), (int(chosen.sum()),), self.value[ids[chosen]])
                places[chosen] = start + np.arange(source.size)
            else:
                source = self.arrays[home]
                places[chosen] = start + self.place[ids[chosen]]
            sources.append(source)
            start += source.size
        return self.builder.gather(self.builder.make("join", sources, (start,)), places)

    # ------------------------------------------------------------------------------- parameters
    def seat(self, ids: Index) -> None:
        """Give the parameters that have no place in θ yet places side by side, in the layout that asks for them."""
        known = ids[ids >= 0]
        if (self.place[known] >= 0).all():
            return
        wanted = collapsed(ids)
        keep = 0
        while keep < wanted.ndim and wanted.shape[keep] == 1 and ids.shape[keep] > 1:
            keep += 1
        wanted = wanted.reshape(wanted.shape[keep:])
        flat = wanted.reshape(-1)
        if (flat < 0).any() or (self.place[flat] >= 0).any() or len(distinct(flat)) < len(flat):
            new = [i for i in dict.fromkeys(flat.tolist()) if i >= 0 and self.place[i] < 0]
            wanted = flat = np.array(new, dtype=np.int64)
        offset = len(self.order)
        self.place[flat] = offset + np.arange(len(flat))
        self.order.extend(flat.tolist())  # on the tape a parameter stands at its own number
        self.seats.append(self.builder.make("parameter", (), wanted.shape, offset))

    def columns_of(self, groups: Index) -> list[Index]:
        """Return columns that tell groups apart: the coordinates of their first members, where these have any."""
        first = np.array([self.tape.groups[g][0] for g in groups.tolist()])
        home = int(self.home[first[0]])
        if home > NUMBERS:
            columns = coordinates(self.place[first], self.arrays[home].shape)
        elif home == THETA and (self.place[first] >= 0).all():
            columns = [self.place[first]]
        elif home == THETA:  # in the order in which the user has them
            columns = [first]
        else:
            return [groups]
        if len(groups) > 1 and (not columns or combined([ranks(c) for c in columns])[1] < len(groups)):
            columns.append(groups)
        return columns


def _is_gathered(array: Array) -> bool:
    while array.op in ("reshape", "broadcast"):
        array = array.operands[0]
    return array.op == "gather"
