"""Lift: a tape of scalars becomes a program of arrays.

Scalars of one kind are computed together.  Kinds are arranged one after the other, operands first: a kind of dots that
pairs every weight tuple with every input tuple is a matrix product, an element-wise kind takes the layout of what it
is computed from, sums run along axes, and what fits nothing is gathered.  Parameters are seated in θ as they are met.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.compile.layout import Index, affine, axes_of, combined, coordinates, grid, ranks, view
from autograd.compile.normalise import REDUCTIONS, Tape
from autograd.compile.program import Array, Builder, Shape

THETA, NUMBERS, NOWHERE = 0, 1, -1  # homes: places in θ; constants, which are looked up by value; not arranged yet


class Lift:
    """The arrays found so far, and where every scalar of the tape lives: `arrays[home]` at flat place `place`."""

    def __init__(self, tape: Tape, parameters: int) -> None:
        self.tape, self.builder = tape, Builder()
        n = len(tape.op)
        self.home = np.full(n, NOWHERE, dtype=np.int64)
        self.place = np.full(n, -1, dtype=np.int64)
        self.value = np.zeros(n)
        self.theta = self.builder.make("theta", (), (parameters,))
        self.arrays: list[Array] = [self.theta, self.theta]
        self.seats: list[Array] = []
        self.order: list[int] = []  # which parameter sits at each place of θ
        self.arguments: list[tuple[int, Shape, bool]] = []
        self.gathers = 0
        self._groups: dict[tuple[int, ...], Any] = {}

    def run(self, shapes: Sequence[Shape]) -> list[Array]:
        """Arrange every kind of scalar that the roots need; return one array per root, of shape ()."""
        live = _live(self.tape)
        self._leaves(live, shapes)
        for ids in self._kinds(live):
            for part in self._parts(ids):
                getattr(self, f"_arrange_{self.tape.op[part[0]]}", self._arrange)(part)
        self._seat_the_rest()
        return [self.reference(np.array(root)) for root in self.tape.roots]

    # --------------------------------------------------------------------------------- the order
    def _leaves(self, live: Index, shapes: Sequence[Shape]) -> None:
        tape = self.tape
        indices = {tape.operands[i][1] for i in live if tape.op[i] == "take"}
        whole = {tape.operands[i][0] for i in indices if tape.op[i] == "input"}
        home = {}
        for i in live:
            op = tape.op[i]
            if op == "parameter":
                self.home[i] = THETA
            elif op == "constant":
                self.home[i] = NUMBERS
                self.value[i] = tape.operands[i][0]
            elif op == "input":
                argument, place = tape.operands[i]
                if argument not in home:
                    home[argument] = self._argument(argument, shapes[argument], argument in whole)
                self.home[i], self.place[i] = home[argument], place

    def _argument(self, argument: int, shape: Shape, whole: bool) -> int:
        self.arrays.append(self.builder.make("input", (), shape, len(self.arguments)))
        self.arguments.append((argument, shape, whole))
        return len(self.arrays) - 1

    def _kinds(self, live: Index) -> Iterator[Index]:
        """Yield the scalars of each kind, operands first; kinds made of parameters alone wait until nothing else can go on."""
        tape = self.tape
        members: dict[int, list[int]] = {}
        for i in live:
            if tape.op[i] not in ("parameter", "input", "constant"):
                members.setdefault(tape.kind[i], []).append(i)
        needs = {kind: {tape.kind[x] for x in _scalars(tape, ids[0])} for kind, ids in members.items()}
        touched = {tape.kind[i] for i in live if tape.op[i] == "input"}
        users: dict[int, list[int]] = {}
        for kind, needed in needs.items():
            for other in needed:
                users.setdefault(other, []).append(kind)
        missing = {kind: len([x for x in needed if x in members]) for kind, needed in needs.items()}
        ready: tuple[deque[int], deque[int]] = (deque(), deque())  # those that touch an argument, and the others
        for kind, count in missing.items():
            if count == 0:
                ready[touched.isdisjoint(needs[kind])].append(kind)
        while ready[0] or ready[1]:
            kind = (ready[0] or ready[1]).popleft()
            if not touched.isdisjoint(needs[kind]):
                touched.add(kind)
            yield np.array(members[kind])
            for user in users.get(kind, ()):
                missing[user] -= 1
                if missing[user] == 0:
                    ready[touched.isdisjoint(needs[user])].append(user)

    def _parts(self, ids: Index) -> list[Index]:
        """Return the scalars of a kind, divided by where their operands live and how long their groups are."""
        tape = self.tape
        operands = [tape.operands[i] for i in ids]
        count = {"dot": 2, "take": 1}.get(tape.op[ids[0]], 1) if tape.op[ids[0]] in REDUCTIONS else 0
        columns = []
        for slot in range(len(operands[0])):
            column = np.array([x[slot] for x in operands])
            if slot < count:
                signs = {g: self._group_sign(g) for g in set(column.tolist())}
                names = {sign: k for k, sign in enumerate(dict.fromkeys(signs.values()))}
                columns.append(np.array([names[signs[g]] for g in column.tolist()]))
            else:
                columns.append(self.home[column])
        key, parts = combined([ranks(c) for c in columns])
        return [ids] if parts == 1 else [ids[key == k] for k in range(parts)]

    def _group_sign(self, g: int) -> tuple[int, tuple[int, ...]]:
        members = self._members(g)
        return len(members), tuple(np.unique(self.home[members]).tolist())

    def _members(self, g: int) -> Index:
        found: Index | None = self._groups.get((g,))
        if found is None:
            found = self._groups[(g,)] = np.array(self.tape.groups[g])
        return found

    # ----------------------------------------------------------------------------- element-wise
    def _settle(self, array: Array, ids: Index, places: Index) -> None:
        """Let the scalars `ids` live in `array` at these flat places."""
        self.arrays.append(array)
        self.home[ids] = len(self.arrays) - 1
        self.place[ids] = places

    def _arrange(self, ids: Index) -> None:
        """Compute an element-wise operation in the layout of what it is computed from."""
        tape = self.tape
        slots = np.array([tape.operands[i] for i in ids]).T
        shape, places = self._layout(slots, len(ids))
        order = np.argsort(places)
        operands = [self.reference(slot[order].reshape(shape)) for slot in slots]
        array = self.builder.apply(tape.op[ids[0]], *operands)
        self._settle(self._whole(array, shape), ids, places)

    def _whole(self, array: Array, shape: Shape) -> Array:
        return self.builder.broadcast(array, shape)

    def _layout(self, slots: Sequence[Index], count: int) -> tuple[Shape, Index]:
        """Return a shape for `count` scalars and each one's place, from where their operands live."""
        homes = [int(self.home[slot[0]]) for slot in slots]
        computed = [j for j, home in enumerate(homes) if home > NUMBERS and (self.home[slots[j]] == home).all()]
        for wanted in (False, True):
            for j in computed:
                source = self.arrays[homes[j]]
                if (source.op == "input") == wanted and source.size == count:
                    places = self.place[slots[j]]
                    if len(np.unique(places)) == count:
                        return source.shape, places
        if count == 1:
            return (), np.zeros(1, dtype=np.int64)
        columns = [c for j in computed for c in coordinates(self.place[slots[j]], self.arrays[homes[j]].shape)]
        found = grid(columns, count)
        if found is None and any(home == THETA for home in homes):
            columns += [self.place[slot] if (self.place[slot] >= 0).all() else slot for slot, h in zip(slots, homes, strict=True) if h == THETA]
            found = grid(columns, count)
        if found is not None:
            return found
        if not columns:
            columns = [np.arange(count)]
        key, different = combined([ranks(c) for c in columns])
        if different < count:
            key, _ = combined([(key, different), (np.arange(count), count)])
        return (count,), key

    # ------------------------------------------------------------------------------- references
    def reference(self, ids: Index) -> Array:
        """Return an array that broadcasts to the shape of `ids` and holds those scalars."""
        homes = self.home[ids]
        home = int(homes.flat[0])
        if (homes != home).any():
            return self._joined(ids, homes)
        if home == NUMBERS:
            return self._constants(self.value[ids])
        if home == THETA:
            self._seat(ids)
        places = self.place[ids]
        found = affine(places)
        array = None
        if found is not None:
            array = self._view(home, found[0], places.shape, found[1])
        if array is None:
            self.gathers += 1
            array = self.builder.gather(self.arrays[home], _collapsed(places))
        return self._trimmed(array, ids.shape)

    def _trimmed(self, array: Array, shape: Shape) -> Array:
        """Return the array without leading axes that only repeat."""
        keep = 0
        while keep < len(array.shape) and array.shape[keep] == 1 and shape[keep] > 1:
            keep += 1
        return self.builder.reshape(array, array.shape[keep:])

    def _view(self, home: int, offset: int, shape: Shape, strides: Sequence[int]) -> Array | None:
        source = self.arrays[home]
        if home == THETA:
            extent = 1 + sum(s * (n - 1) for s, n in zip(strides, shape, strict=True))
            seat = next((s for s in self.seats if s.detail <= offset and offset + extent <= s.detail + s.size), None)
            if seat is not None:
                source, offset = seat, offset - seat.detail
            else:
                source = self.builder.slice(source, [(offset, offset + extent, 1)])
                offset = 0
        return view(self.builder, source, offset, shape, strides)

    def _constants(self, values: Index) -> Array:
        values = _collapsed(values)
        if values.size == 1:
            return self.builder.number(float(values.flat[0]))
        return self.builder.make("constant", (), values.shape, values)

    def _joined(self, ids: Index, homes: Index) -> Array:
        """Return scalars of several arrays, gathered from those arrays put end to end."""
        self.gathers += 1
        places = np.zeros(ids.shape, dtype=np.int64)
        sources: list[Array] = []
        start = 0
        for home in np.unique(homes).tolist():
            chosen = homes == home
            if home == THETA:
                self._seat(ids[chosen])
            if home == NUMBERS:
                source = self.builder.make("constant", (), (int(chosen.sum()),), self.value[ids[chosen]])
                places[chosen] = start + np.arange(source.size)
            else:
                source = self.arrays[home]
                places[chosen] = start + self.place[ids[chosen]]
            sources.append(source)
            start += source.size
        joined = self.builder.make("join", sources, (start,))
        return self.builder.gather(joined, places)

    # ------------------------------------------------------------------------------- parameters
    def _seat(self, ids: Index) -> None:
        """Give those of the parameters that have no place in θ yet places side by side, in the layout that asks for them."""
        if (self.place[ids] >= 0).all():
            return
        wanted = _collapsed(ids)
        keep = 0
        while keep < wanted.ndim and wanted.shape[keep] == 1 and ids.shape[keep] > 1:
            keep += 1
        wanted = wanted.reshape(wanted.shape[keep:])
        flat = wanted.reshape(-1)
        if (self.place[flat] >= 0).any() or len(np.unique(flat)) < len(flat):
            flat = np.array([i for i in dict.fromkeys(flat.tolist()) if self.place[i] < 0])
            wanted = flat
        offset = len(self.order)
        self.place[flat] = offset + np.arange(len(flat))
        self.order.extend(self.tape.operands[i][0] for i in flat)
        self.seats.append(self.builder.make("parameter", (), wanted.shape, offset))

    def _seat_the_rest(self) -> None:
        """Give parameters that the program does not use the last places of θ."""
        used = set(self.order)
        self.unused = [k for k in range(self.theta.size) if k not in used]
        self.order.extend(self.unused)

    # --------------------------------------------------------------------------------- products
    def _arrange_dot(self, ids: Index) -> None:
        """Compute dots as a matrix product where every weight tuple meets every input tuple."""
        tape = self.tape
        weights, w = np.unique([tape.operands[i][0] for i in ids], return_inverse=True)
        inputs, x = np.unique([tape.operands[i][1] for i in ids], return_inverse=True)
        w_columns, x_columns = self._group_columns(weights, w), self._group_columns(inputs, x)
        w_rank, w_count = combined(w_columns)
        x_rank, x_count = combined(x_columns)
        if w_count * x_count == len(ids):
            self._product(ids, weights[w], inputs[x], (None, 1), (x_rank, x_count), (w_rank, w_count))
            return
        shared = [c for c in axes_of([c for c, _ in w_columns]) if any(np.array_equal(c[0], d) for d, _ in axes_of([c for c, _ in x_columns]))]
        if shared:
            stack = combined(shared)
            w_rest, x_rest = ([c for c in axes_of([c for c, _ in columns]) if not any(np.array_equal(c[0], s) for s, _ in shared)] for columns in (w_columns, x_columns))
            one = (np.zeros(len(ids), dtype=np.int64), 1)
            row, column = combined([one, *x_rest]), combined([one, *w_rest])
            if stack[1] * row[1] * column[1] == len(ids) == combined([stack, row, column])[1]:
                self._product(ids, weights[w], inputs[x], stack, row, column)
                return
        self._blocks(ids, weights[w], inputs[x], w_rank, x_rank)

    def _group_columns(self, groups: Index, which: Index) -> list[tuple[Index, int]]:
        """Return columns that tell the groups of some scalars apart: coordinates of their first members."""
        first = np.array([self.tape.groups[g][0] for g in groups])
        home = int(self.home[first[0]])
        if home > NUMBERS:
            columns = coordinates(self.place[first], self.arrays[home].shape)
        elif home == THETA and (self.place[first] >= 0).all():
            columns = [self.place[first]]
        else:
            columns = [groups]
        if len(groups) > 1 and combined([ranks(c) for c in columns])[1] < len(groups):
            columns = [*columns, groups]
        return [ranks(column[which]) for column in columns] or [ranks(groups[which])]

    def _product(self, ids: Index, weights: Index, inputs: Index, stack: Any, row: Any, column: Any) -> None:
        """Compute dots as rows (input tuples) × columns (weight tuples), in a stack of such products if there is one."""
        b = self.builder
        (k, stacks), (r, rows), (c, columns) = stack, row, column
        place = r * columns + c if k is None else (k * rows + r) * columns + c
        lead: Shape = () if k is None else (stacks,)
        w_groups, x_groups = np.zeros(lead + (columns,), dtype=np.int64), np.zeros(lead + (rows,), dtype=np.int64)
        w_groups[(c,) if k is None else (k, c)] = weights
        x_groups[(r,) if k is None else (k, r)] = inputs
        w_ids, x_ids = self._grid_of(w_groups), self._grid_of(x_groups)
        if rows == columns == 1:
            if k is None:
                array = b.matmul(self._full(w_ids[0]), self._full(x_ids[0]))
                self._settle(array, ids, place)
                return
            product = b.apply("multiply", self._full(w_ids[:, 0]), self._full(x_ids[:, 0]))
            self._settle(b.sum(product, (1,)), ids, place)
            return
        # inputs first, so that their layout is known; weights are seated as the matrix they are used as
        x_array, w_array = self._full(x_ids), self._full(w_ids)
        self._settle(b.matmul(x_array, b.transpose(w_array)), ids, place)

    def _grid_of(self, groups: Index) -> Index:
        rows = [self._members(int(g)) for g in groups.reshape(-1)]
        return np.concatenate(rows).reshape((*groups.shape, -1))

    def _full(self, ids: Index) -> Array:
        return self._whole(self.reference(ids), ids.shape)

    def _blocks(self, ids: Index, weights: Index, inputs: Index, w: Index, x: Index) -> None:
        """Compute dots whose pairs fall into blocks as one product each; those that do not, one by one."""
        partners: dict[int, list[int]] = {}
        for a, b in zip(w.tolist(), x.tolist(), strict=True):
            partners.setdefault(a, []).append(b)
        blocks: dict[tuple[int, ...], list[int]] = {}
        for a, met in partners.items():
            blocks.setdefault(tuple(sorted(met)), []).append(a)
        if len(blocks) * 4 <= len(ids):
            for chosen in blocks.values():
                mask = np.isin(w, chosen)
                self._product(ids[mask], weights[mask], inputs[mask], (None, 1), ranks(x[mask]), ranks(w[mask]))
            return
        b_ = self.builder
        product = b_.apply("multiply", self._full(self._grid_of(weights)), self._full(self._grid_of(inputs)))
        self._settle(b_.sum(product, (1,)), ids, np.arange(len(ids)))

    # ------------------------------------------------------------------------------- reductions
    def _arrange_total(self, ids: Index) -> None:
        self._reduce(ids, "sum", ordered=False)

    def _arrange_largest(self, ids: Index) -> None:
        self._reduce(ids, "largest", ordered=True)

    def _reduce(self, ids: Index, op: str, ordered: bool) -> None:
        """Compute sums (or largest values) of groups along an axis of the array they live in."""
        members = self._grid_of(np.array([self.tape.operands[i][0] for i in ids]))
        home = int(self.home[members[0, 0]])
        one_home = bool((self.home[members] == home).all()) and home > NUMBERS
        if one_home and not ordered:
            members = np.take_along_axis(members, np.argsort(self.place[members], axis=1, kind="stable"), axis=1)
        if one_home and self._reduce_axes(ids, op, members, home):
            return
        count = len(ids)
        if one_home:
            shape, places = self._layout([members[:, 0]], count)
        else:
            shape, places = ((count,), np.arange(count)) if count > 1 else ((), np.zeros(1, dtype=np.int64))
        order = np.argsort(places)
        source = self._full(members[order].reshape((*shape, -1)))
        axis = len(shape)
        array = self._reduction(op, source, (axis,), (*shape, 1) if axis == 1 else shape)
        self._settle(array, ids, places)

    def _reduction(self, op: str, source: Array, axes: tuple[int, ...], shape: Shape) -> Array:
        b = self.builder
        if op == "sum":
            return b.sum(source, axes, shape)
        if len(axes) > 1:
            source, axes = b.reshape(source, (1, source.size)), (1,)
        kept = tuple(1 if i in axes else n for i, n in enumerate(source.shape))
        return b.reshape(b.make("largest", (source,), kept, axes[0]), shape)

    def _reduce_axes(self, ids: Index, op: str, members: Index, home: int) -> bool:
        """Reduce whole axes of the array, if that is what the groups are."""
        source = self.arrays[home]
        places = self.place[members]
        count, n = members.shape
        if n == source.size and count == 1 and np.array_equal(places[0], np.arange(n)):
            self._settle(self._reduction(op, source, tuple(range(len(source.shape))), ()), ids, np.zeros(1, dtype=np.int64))
            return True
        if count * n != source.size:
            return False
        for axis, size in enumerate(source.shape):
            if size != n or size == 1:
                continue
            kept = tuple(1 if i == axis else m for i, m in enumerate(source.shape))
            whole = np.moveaxis(np.arange(source.size).reshape(source.shape), axis, -1).reshape(-1, n)
            order = np.argsort(places[:, 0])
            if np.array_equal(places[order], whole):
                where = np.empty(count, dtype=np.int64)
                where[order] = np.arange(count)
                self._settle(self._reduction(op, source, (axis,), kept), ids, where)
                return True
        return False

    def _arrange_take(self, ids: Index) -> None:
        """Look up rows of a table, or pick one element of each row."""
        tape, b = self.tape, self.builder
        groups, g = np.unique([tape.operands[i][0] for i in ids], return_inverse=True)
        index, x = np.unique([tape.operands[i][1] for i in ids], return_inverse=True)
        if len(groups) * len(index) == len(ids) and len(index) > 1:
            columns = self._group_columns(groups, np.arange(len(groups)))
            column, _ = combined(columns)
            table = self._full(self._grid_of(groups[np.argsort(column)]).T)
            array = b.make("rows", (table, self._full(index)), (len(index), len(groups)))
            self._settle(array, ids, x * len(groups) + column[g])
            return
        members = self._grid_of(np.array([tape.operands[i][0] for i in ids]))
        home = int(self.home[members[0, 0]])
        places = np.arange(len(ids))
        if home > NUMBERS and (self.home[members] == home).all():
            key, count = ranks(self.place[members[:, 0]])
            places = key if count == len(ids) else places
        order = np.argsort(places)
        wanted = np.array([tape.operands[i][1] for i in ids])[order].reshape(-1, 1)
        array = b.make("pick", (self._full(members[order]), self._full(wanted)), (len(ids), 1))
        self._settle(array, ids, places)


def _collapsed(grid_of: Index) -> Index:
    """Return the grid with every axis along which nothing changes shortened to length 1."""
    for axis, n in enumerate(grid_of.shape):
        if n > 1:
            first = grid_of.take([0], axis=axis)
            if (grid_of == first).all() or (grid_of.dtype.kind == "f" and bool(((grid_of == first) | ((grid_of != grid_of) & (first != first))).all())):
                grid_of = first
    return grid_of


def _scalars(tape: Tape, i: int) -> list[int]:
    """Return the places on the tape that scalar i is computed from: of a group, the first of each kind."""
    operands = tape.operands[i]
    op = tape.op[i]
    if op not in REDUCTIONS:
        return list(operands)
    count = 2 if op == "dot" else 1
    found = list(operands[count:])
    for g in operands[:count]:
        members = tape.groups[g]
        found.extend(members[:1] if tape.is_uniform(g) else members)
    return found


def _live(tape: Tape) -> list[int]:
    """Return the places of the tape that the roots need, in order."""
    needed = bytearray(len(tape.op))
    seen = bytearray(len(tape.groups))
    for root in tape.roots:
        needed[root] = 1
    for i in range(len(tape.op) - 1, -1, -1):
        if not needed[i]:
            continue
        op = tape.op[i]
        if op in ("parameter", "input", "constant"):
            continue
        operands = tape.operands[i]
        if op in REDUCTIONS:
            count = 2 if op == "dot" else 1
            for g in operands[:count]:
                if not seen[g]:
                    seen[g] = 1
                    for x in tape.groups[g]:
                        needed[x] = 1
            operands = operands[count:]
        for x in operands:
            needed[x] = 1
    return [i for i in range(len(tape.op)) if needed[i]]


def lift(tape: Tape, shapes: Sequence[Shape], parameters: int) -> tuple[Lift, list[Array]]:
    """Return the arrays found in a tape, and one array of shape () for each of its roots."""
    found = Lift(tape, parameters)
    return found, found.run(shapes)


def total_size(shape: Shape) -> int:
    """Return how many elements an array of that shape has."""
    return math.prod(shape)
