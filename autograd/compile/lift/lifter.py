"""Lifter: a tape of scalars becomes a program of arrays.

Scalars of one kind are computed together.  Kinds are arranged one after the other, operands first: a kind of dots that
pairs every weight tuple with every input tuple is a matrix product, an element-wise kind takes the layout of what it
is computed from, sums run along axes, and what fits nothing is gathered.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from autograd.compile.ir.program import Array, Builder, Shape
from autograd.compile.lift.layout import Index, combined, coordinates, distinct, grid, ranks
from autograd.compile.lift.places import NUMBERS, THETA, Places
from autograd.compile.lift.products import arrange_dots
from autograd.compile.lift.reductions import arrange_reduction, arrange_take
from autograd.compile.lift.tape import GROUPS, Tape, live
from autograd.compile.lift.unstructured import make_levels, opened, regions, without_structure
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import ROWS


class Lifter:
    """Arranges the kinds of a tape, one after the other; what has been arranged is in `places`.

    Of `total([dot(w, row).tanh() for row in x for w in W])`, with 5 rows and 4 units, there are three kinds:

        kind     scalars  arrays               how
        dot      20       z = x @ W.T          every tuple of weights meets every row
        tanh     20       a = tanh(z)          in the layout of z
        total    1        loss = sum(a)        the whole of an array
    """

    def __init__(self, tape: Tape, parameters: int) -> None:
        self.tape = tape
        self.places = Places(tape, parameters)
        self.arguments: list[tuple[int, Shape, bool]] = []
        self.users: dict[int, list[int]] = {}  # kind -> the kinds computed from it
        self.names: dict[int, str] = {}  # kind -> its operation

    @property
    def builder(self) -> Builder:
        """What writes the program's lines."""
        return self.places.builder

    def run(self, shapes: Sequence[Shape]) -> None:
        """Arrange every kind of scalar that the roots need."""
        members = by_kind(self.tape, live(self.tape))
        leaves = {kind: members.pop(kind) for kind in [*members] if not self.tape.below[kind]}
        for kind, ids in self._kinds(members, self._leaves(leaves, shapes)):
            if kind < 0:
                self._levels(ids)
                continue
            for part in self._parts(ids, by_length=False):
                if not self._arrange(part):
                    for equal in self._parts(part, by_length=True):
                        self._arrange(equal)
        roots = np.array(self.tape.roots)
        self.places.seat(roots[self.places.home[roots] == THETA])
        self._seat_the_rest()

    def array_of(self, roots: Index) -> Array:
        """Return some of the roots as an array of that shape."""
        return self.builder.reshape(self.places.full(np.array(self.tape.roots)[roots]), roots.shape)

    # --------------------------------------------------------------------------------- the order
    def _leaves(self, members: dict[int, Index], shapes: Sequence[Shape]) -> set[int]:
        """Let parameters be in θ, constants numbers, and each argument an array; return the kinds of data."""
        tape, places = self.tape, self.places
        inputs: dict[tuple[int, bool], Index] = {}
        data: dict[str, set[int]] = {"input": set(), "constant": set()}
        for kind, ids in members.items():
            op = tape.op[ids[0]]
            if op == "parameter":
                places.home[ids] = THETA
                continue
            data[op].add(kind)
            if op == "constant":
                places.home[ids], places.value[ids] = NUMBERS, [tape.operands[i][0] for i in ids.tolist()]
            else:
                argument, _, whole = tape.operands[ids[0]]
                inputs[argument, whole] = ids
        for (argument, whole), ids in sorted(inputs.items()):
            array = self.builder.make("input", (), shapes[argument], len(self.arguments))
            self.arguments.append((argument, shapes[argument], whole))
            home = places.settle(array, ids, np.array([tape.operands[i][1] for i in ids.tolist()]))
            places.masks[home] = None  # what the function does not use is there all the same
        return data["input"] or data["constant"]  # data that a function closes over are numbers

    def _kinds(self, members: dict[int, Index], data: set[int]) -> Iterator[tuple[int, Index]]:
        """Yield each kind with its scalars, operands first.

        Scalars without structure are together of one kind below 0 (or of several, where structure comes in between).
        """
        tape = self.tape
        loose = without_structure(tape, members)
        needs = {kind: set(tape.below[kind]) for kind in members}
        if len(loose) == len(members) > 0:
            members, needs = {-1: np.sort(np.concatenate([*members.values()]))}, {-1: set(data)}
        elif loose:
            members, needs = regions(members, needs, loose)
        self.names = {kind: tape.op[ids[0]] for kind, ids in members.items() if kind >= 0}
        self.users = users_of(needs)
        for kind in in_order(needs, self.users, data):
            yield kind, members[kind]

    def _parts(self, ids: Index, *, by_length: bool) -> list[Index]:
        """Return the scalars of a kind, divided by where their operands live (and how long their groups are)."""
        tape = self.tape
        operands = [tape.operands[i] for i in ids]
        count = GROUPS.get(tape.op[ids[0]], 0)
        columns = []
        for slot in range(len(operands[0])):
            column = np.array([x[slot] for x in operands])
            if slot < count:
                signs = {g: self._sign(g, by_length) for g in set(column.tolist())}
                names = {sign: k for k, sign in enumerate(dict.fromkeys(signs.values()))}
                columns.append(np.array([names[signs[g]] for g in column.tolist()]))
            else:
                columns.append(self.places.home[column])
        key, parts = combined([ranks(c) for c in columns])
        return [ids] if parts == 1 else [ids[key == k] for k in range(parts)]

    def _sign(self, g: int, by_length: bool) -> tuple[int, ...]:
        homes = self.places.home[self.tape.members(g)]
        return (len(homes) if by_length else 0, *distinct(homes).tolist())

    def _seat_the_rest(self) -> None:
        """Give parameters that the program does not use the last places of θ."""
        places = self.places
        unused = np.ones(places.theta.size, dtype=bool)
        unused[places.order] = False
        self.unused = np.flatnonzero(unused).tolist()
        places.order.extend(self.unused)

    # ------------------------------------------------------------------------------- arrangement
    def _arrange(self, ids: Index) -> bool:
        """Compute scalars of one kind whose operands live together; return False if they must be divided by length."""
        op = self.tape.op[ids[0]]
        if op == "dot":
            return arrange_dots(self.places, ids, lambda: self._leads_to_exponential(self.tape.kind[ids[0]]))
        if op in ROWS:
            return arrange_reduction(self.places, ids, ROWS[op].name)
        if op == "take":
            if len({len(self.tape.groups[self.tape.operands[i][0]]) for i in ids}) > 1:
                return False
            arrange_take(self.places, ids)
        else:
            self._elementwise(ids, op)
        return True

    def _levels(self, ids: Index) -> None:
        """Compute scalars without structure level by level."""
        places, op = self.places, self.tape.op
        ops, operands, number = opened(self.tape, sorted(ids.tolist()))
        table, pool, outside = make_levels(ops, operands, lambda x: op[x] in ("constant", "input"))
        source = places.full(np.array(outside))
        array = self.builder.make("levels", (source,), (table.size,), table)
        home = places.settle(array, np.array(list(number)), pool[list(number.values())])
        places.masks[home] = None  # what is not asked for is there all the same

    def _leads_to_exponential(self, kind: int) -> bool:
        """Whether, before any sum, an exponential or a maximum follows."""
        waiting, seen = [kind], {kind}
        while waiting:
            for user in self.users.get(waiting.pop(), ()):
                name = self.names.get(user, "")  # what has no structure takes single scalars, whatever stands between
                if name in ("exp", "largest"):
                    return True
                if user not in seen and name not in GROUPS:
                    seen.add(user)
                    waiting.append(user)
        return False

    def _elementwise(self, ids: Index, op: str) -> None:
        """Compute an element-wise operation in the layout of what it is computed from."""
        places = self.places
        slots = np.array([self.tape.operands[i] for i in ids]).T
        shape, where = self._layout(slots, len(ids))
        if len(shape) == 1 and len(pieces := self._pieces(slots, len(ids))) > 1:
            for piece in pieces:
                self._elementwise(ids[piece], op)
            return
        operands = []
        for slot in slots:
            ids_there = np.full(math.prod(shape), -1, dtype=np.int64)
            ids_there[where] = slot
            operands.append(places.reference(ids_there.reshape(shape)))
        array = self.builder.broadcast(self.builder.apply(op, *operands), shape)
        homes = [int(places.home[slot[0]]) for slot in slots]
        home = places.settle(array, ids, where)
        if places.masks[home] is not None:
            places.fillings[home] = self._filling(op, home, homes, operands)

    def _filling(self, op: str, home: int, homes: Sequence[int], operands: Sequence[Array]) -> float | None:
        """Return what an operation leaves in its operands' holes, if that is one number whatever the others hold."""
        places, results = self.places, set()
        for probe in (0.37, 1.91, -2.3):
            inputs: list[float] = []
            for other, operand in zip(homes, operands, strict=True):
                mask = places.masks[other]
                if mask is None:
                    inputs.append(probe if operand.number is None else operand.number)
                elif places.fillings[other] is None or not _same(mask, places.masks[home]):
                    return None
                else:
                    inputs.append(places.fillings[other] or 0.0)
            results.add(TABLE[op].evaluate(*inputs)[0])
        result = results.pop()
        return None if results or math.isnan(result) else result

    def _pieces(self, slots: Index, count: int) -> list[Index]:
        """Return which scalars fill grids of their own: rows of a matrix of which the same columns are wanted."""
        places = self.places
        for slot in slots:
            home = int(places.home[slot[0]])
            shape = places.arrays[home].shape
            if home <= NUMBERS or (places.home[slot] != home).any() or len(distinct(slot)) < count or len(shape) != 2:
                continue
            row, column = coordinates(places.place[slot], shape)
            wanted: dict[int, list[int]] = {}
            for r, c in zip(row.tolist(), column.tolist(), strict=True):
                wanted.setdefault(r, []).append(c)
            alike: dict[tuple[int, ...], list[int]] = {}
            for r, columns in wanted.items():
                alike.setdefault(tuple(sorted(columns)), []).append(r)
            if 1 < len(alike) <= 8 and len(alike) * 4 <= count:
                return [np.flatnonzero(np.isin(row, rows)) for rows in alike.values()]
        return []

    def _layout(self, slots: Index | Sequence[Index], count: int) -> tuple[Shape, Index]:
        """Return a shape for `count` scalars and each one's place, from where their operands live."""
        places = self.places
        homes = [int(places.home[slot[0]]) for slot in slots]
        computed = [j for j, home in enumerate(homes) if home > NUMBERS and (places.home[slots[j]] == home).all()]
        for is_input in (False, True):
            for j in computed:
                source, where = places.arrays[homes[j]], places.place[slots[j]]
                if (source.op == "input") == is_input and places.count(homes[j]) == count == len(distinct(where)):
                    return source.shape, where
        if count == 1:
            return (), np.zeros(1, dtype=np.int64)
        columns = [c for j in computed for c in coordinates(places.place[slots[j]], places.arrays[homes[j]].shape)]
        found = grid(columns, count)
        if found is None:
            seated = [(slot, places.place[slot]) for slot, home in zip(slots, homes, strict=True) if home == THETA]
            columns += [place if (place >= 0).all() else slot for slot, place in seated]
            found = grid(columns, count)
        if found is not None:
            return found
        key, different = combined([ranks(c) for c in columns], count)
        if different < count:
            key, _ = combined([(key, different), (np.arange(count), count)])
        return (count,), key


def by_kind(tape: Tape, ids: Index) -> dict[int, Index]:
    """Return scalars by their kinds, the kind that comes first on the tape first."""
    kinds = np.array(tape.kind)[ids]
    order = np.argsort(kinds, kind="stable")
    kinds, ids = kinds[order], ids[order]
    starts = np.flatnonzero(np.diff(kinds, prepend=-1))
    stops = np.append(starts[1:], len(ids))
    turn = np.argsort(ids[starts])
    found = zip(kinds[starts[turn]].tolist(), starts[turn].tolist(), stops[turn].tolist(), strict=True)
    return {kind: ids[start:stop] for kind, start, stop in found}


def users_of(needs: dict[int, set[int]]) -> dict[int, list[int]]:
    """Return for each kind those that need it."""
    users: dict[int, list[int]] = {}
    for kind, needed in needs.items():
        for other in needed:
            users.setdefault(other, []).append(kind)
    return users


def in_order(needs: dict[int, set[int]], users: dict[int, list[int]], data: set[int]) -> Iterator[int]:
    """Yield kinds, each after those that it needs; those of parameters alone wait until nothing else is ready.

    Where kind 0 is the parameters and 1 the data, of `tanh(w · x) + w · w` the kinds are

        2  w · w, needs 0       3  w · x, needs 0, 1       4  tanh, needs 3       5  +, needs 2, 4

    and the order is 3, 4, 2, 5: so weights lie in θ as the matrix that meets the data.
    """
    touched = set(data)  # the kinds that depend on data
    missing = {kind: len([x for x in needed if x in needs]) for kind, needed in needs.items()}
    ready: tuple[deque[int], deque[int]] = (deque(), deque())  # those that touch data, and the others
    for kind, count in missing.items():
        if count == 0:
            ready[touched.isdisjoint(needs[kind])].append(kind)
    while ready[0] or ready[1]:
        kind = (ready[0] or ready[1]).popleft()
        if not touched.isdisjoint(needs[kind]):
            touched.add(kind)
        yield kind
        for user in users.get(kind, ()):
            missing[user] -= 1
            if missing[user] == 0:
                ready[touched.isdisjoint(needs[user])].append(user)


def _same(mask: Index, other: Index | None) -> bool:
    return other is not None and np.array_equal(mask, other)


def lift(tape: Tape, shapes: Sequence[Shape], parameters: int) -> Lifter:
    """Return what was found in a tape whose arguments have these shapes."""
    found = Lifter(tape, parameters)
    found.run([*shapes, (len(tape.others),)])
    return found
