"""The tape: scalars one after the other, each written once and classified as it is written.

Two scalars are of one `kind` if the same operation made them from scalars of the same kinds, however long their
groups are; which is what lets `lift` compute them as one array.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Any, Final

import numpy as np

from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import ROWS

Index = np.ndarray[Any, Any]
LAST: Final = 1 << 40  # beyond the number of any kind
COMMUTES: Final = frozenset({"add", "multiply"})
LEAVES: Final = ("parameter", "input", "constant")
GROUPS: Final = {"dot": 2, "take": 1, **dict.fromkeys(ROWS, 1)}  # how many of the first operands are groups


class Tape:
    """Scalars, each written once: operation, operands and kind, side by side in lists.

    Operands are places on the tape, except: `parameter` has none, and stands at its own number; `input` and `constant`
    have (argument, place, whether it is an index) and (the number); `dot` has two groups, `total` and `largest` one,
    `take` a group and a place.  A group is a number of its own: `groups[g]` holds its members' places.  The tape of
    `tanh(w · x + b)` with two inputs:

        place  op         operands    kind
        0 1 2  parameter  ()          0      w0, w1 and b
        3 4    input      (0, 0, …)   1      x0 and x1
        5      dot        (0, 1)      2      of the groups 0, (0, 1), and 1, (3, 4)
        6      add        (2, 5)      3
        7      tanh       (6,)        4

    A kind is on one level: a level above all that it is computed from.
    """

    def __init__(self, parameters: int = 0, sizes: Sequence[int] = ()) -> None:
        """Begin with so many parameters, then the arguments of these sizes; leaves stand first."""
        self.op: list[str] = []
        self.operands: list[tuple[Any, ...]] = []
        self.kind: list[int] = []
        self.below: list[tuple[int, ...]] = []  # for each kind those that it is computed from
        self._rank: list[int] = []  # of each kind: what a factor of it is written before
        self.others: list[Any] = []  # leaves that are neither parameters nor arguments, as one more argument
        self.groups: list[tuple[int, ...]] = []
        self.group_kinds: list[tuple[int, ...]] = []
        self.roots: list[int] = []
        self.numbers: dict[int, float] = {}  # of places that are constants
        self.recorded = 0  # how many nodes and groups the graph had
        self._known: dict[Any, int] = {}
        self._known_groups: dict[tuple[int, ...], int] = {}
        self._kinds: dict[Any, int] = {}
        self._number_kind = -1  # as soon as there are numbers, that of them all
        self._members: dict[int, Index] = {}
        self._leaves("parameter", None, repeat((), parameters))
        for argument, size in enumerate(sizes):
            self._leaves("input", argument, zip(repeat(argument), range(size), repeat(False)))
        self.leaves = len(self.op)

    def _leaves(self, op: str, kind: Any, operands: Iterable[tuple[Any, ...]]) -> None:
        self.operands.extend(operands)
        new = len(self.operands) - len(self.op)
        self.op.extend([op] * new)
        self.kind.extend([self._kind(op, (op, kind), ())] * new)

    def leaf(self, op: str, operands: tuple[Any, ...], kind: Any) -> int:
        """Return the place of a new leaf."""
        return self._append(op, operands, (op, kind), ())

    def write(self, op: str, *operands: int) -> int:
        """Return the place of an element-wise operation on places of the tape, written now if it is new."""
        kinds = self.kind
        if op in COMMUTES and kinds[operands[0]] > kinds[operands[1]]:
            operands = operands[::-1]
        below = tuple([kinds[x] for x in operands])
        if self._number_kind in below:
            return self._write_on_numbers(op, operands, below)
        key = (op, operands)
        place = self._known.get(key)
        if place is None:
            place = self._known[key] = self._append(op, operands, (op, below), below)
        return place

    def _write_on_numbers(self, op: str, operands: tuple[int, ...], below: tuple[int, ...]) -> int:
        """The same where numbers are among the operands: on numbers alone it folds, others are known by what they are.

        An exponent says which power it is, so each is of a kind of its own.
        """
        numbers = self.numbers
        if all(x in numbers for x in operands):
            return self.constant(TABLE[op].evaluate(*[numbers[x] for x in operands])[0])
        shown = [("constant", repr(numbers[x])) if x in numbers else x for x in operands]  # -0.0 is not 0.0
        key = (op, *shown)
        place = self._known.get(key)
        if place is None:
            own = zip(operands, shown, below, strict=True)
            kind = tuple([s if x in numbers else k for x, s, k in own]) if op == "power" else below
            place = self._known[key] = self._append(op, operands, (op, kind), below)
        return place

    def reduce(self, op: str, *operands: int) -> int:
        """Return the place of an operation on groups (and, for `take`, an index), written now if it is new."""
        key = (op, operands)
        place = self._known.get(key)
        if place is None:
            groups = operands[:1] if op == "take" else operands
            kinds = [self.group_kinds[g] for g in groups] + [(self.kind[x],) for x in operands[len(groups) :]]
            place = self._known[key] = self._append(op, operands, (op, *kinds), tuple(chain(*kinds)))
        return place

    def constant(self, x: float) -> int:
        """Return the place of a new constant."""
        place = self._append("constant", (x,), "constant", ())
        self._number_kind = self.kind[place]
        self.numbers[place] = x
        return place

    def group(self, members: tuple[int, ...]) -> int:
        """Return the number of the group of these members."""
        g = self._known_groups.get(members)
        if g is None:
            g = self._known_groups[members] = len(self.groups)
            self.groups.append(members)
            self.group_kinds.append((*sorted({*map(self.kind.__getitem__, members)}),))
        return g

    def members(self, g: int) -> Index:
        """Return the places of a group's members as an array."""
        members = self._members.get(g)
        if members is None:
            members = self._members[g] = np.array(self.groups[g], dtype=np.int64)
        return members

    def factors(self, x: int, y: int) -> tuple[int, int]:
        """Return the two factors of a product in the order of a dot: weights first, then what was computed last."""
        rank, kind = self._rank, self.kind
        return (x, y) if rank[kind[x]] >= rank[kind[y]] else (y, x)

    def is_uniform(self, g: int) -> bool:
        """Whether all members of a group are of one kind."""
        return len(self.group_kinds[g]) <= 1

    def _append(self, op: str, operands: tuple[Any, ...], key: Any, below: tuple[int, ...]) -> int:
        """Return the place of a new scalar, of the kind of that key: of all made by `op` from those kinds below."""
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kind(op, key, below)
        self.kind.append(kind)
        self.op.append(op)
        self.operands.append(operands)
        return len(self.op) - 1

    def _kind(self, op: str, key: Any, below: tuple[int, ...]) -> int:
        kind = self._kinds[key] = len(self.below)
        self.below.append(below)
        self._rank.append(kind + LAST if op == "parameter" or op == "constant" else kind)
        return kind

    def levels(self) -> list[int]:
        """Return the level of each kind: 0 for leaves, and one more than the highest of those below."""
        levels: list[int] = []
        for below in self.below:
            levels.append(1 + max([levels[kind] for kind in below], default=-1))
        return levels

    def __str__(self) -> str:
        rows = []
        for i, (op, inputs) in enumerate(zip(self.op, self.operands, strict=True)):
            count = GROUPS.get(op, 0)
            shown = [f"[{' '.join(map(str, self.groups[x]))}]" if j < count else str(x) for j, x in enumerate(inputs)]
            rows.append(f"{i:5} {op}({', '.join(shown)})  kind {self.kind[i]}")
        return "\n".join(rows)


def live(tape: Tape) -> Index:
    """Return the places of the tape that the roots need, in order.

    Of `w * x` alone as the root, on a tape that holds w, x, w + x and w * x, these are 0, 1 and 3.
    """
    marks = bytearray(len(tape.op))
    needed: Index = np.frombuffer(marks, dtype=np.bool_)  # the same marks
    needed[tape.roots] = True
    seen: set[int] = set()
    for i in range(len(marks) - 1, tape.leaves - 1, -1):
        if marks[i] and (op := tape.op[i]) not in LEAVES:
            operands = tape.operands[i]
            if op in GROUPS:
                groups, operands = operands[: GROUPS[op]], operands[GROUPS[op] :]
                for g in groups:
                    if g not in seen:
                        seen.add(g)
                        needed[tape.members(g)] = True
            for x in operands:
                marks[x] = 1
    return np.flatnonzero(needed)
