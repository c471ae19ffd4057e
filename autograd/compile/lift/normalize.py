"""Normalize: a recorded graph becomes a tape of scalars in one form, however it was written.

Chains of +, − and products become sums, dots and totals over groups; constants fold; what is computed twice is
computed once (see tape.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from autograd.compile.frontend.traced_graph import TAKE, Traced
from autograd.compile.lift.tape import Tape
from autograd.compile.lift.terms import combined, dot, plus_bias, times
from autograd.functional.lookup import TAKEN
from autograd.fused.groups import Group
from autograd.recording.graph import operands, structure
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE
from autograd.rules.sums import total

WRITTEN_OUT: Final = 3  # so many terms alike are a total; two written out are an addition
MODERATE: Final = 1e-30  # a number beyond it, or its inverse, scales what it was written beside: that may need it


def normalize(traced: Traced) -> Tape:
    """Return the tape of a recorded graph."""
    return _Normalizer(traced).tape


class _Sum(NamedTuple):
    """A sum that waits: its terms, sign and node, and from how many alike on they are a total.

    A sum that began with 0, as Python's `sum` and loops do, may be of any length: one term is a total too.
    """

    terms: deque[tuple[int, int]]
    least: int


class _Product(NamedTuple):
    """A product that waits: in a sum a sign and two factors, alone the operation on nodes that was written.

    The sign is taken out of the factors, and a number that scales the whole stands in the second: so weights that meet
    inputs are one dot, however its terms are signed and scaled.
    """

    sign: int
    x: int
    y: int
    op: str
    inputs: list[int]


class _Normalizer:
    """Walks the graph once, parents first; sums and products wait until it is known who uses them.

    For the node with number i, `place[i]` is where it stands on the tape, or -1 while it waits in `sums[i]`, in
    `products[i]`, or in `maxima[i]` (the nodes of a maximum of maxima).
    """

    def __init__(self, traced: Traced) -> None:
        roots = traced.outputs
        self.arguments = len(traced.arguments)
        self.tape = Tape()
        self.sums: dict[int, _Sum] = {}
        self.products: dict[int, _Product] = {}
        self.maxima: dict[int, list[int]] = {}
        self.members: dict[int, list[int]] = {}
        self.groups: dict[int, int] = {}
        self.indices: dict[int, int] = {}
        nodes = _order(roots)
        self.tape.recorded = len(nodes)
        number = {id(node): i for i, node in enumerate(nodes)}
        inputs = [[number[id(x)] for x in operands(node)] for node in nodes]
        self.uses = _uses(inputs, [number[id(root)] for root in roots])
        self.place = [-1] * len(nodes)
        self._leaves(traced, number)
        for i, node in enumerate(nodes):
            if self.place[i] < 0:
                self._node(i, node, inputs[i])
        self.tape.roots = [self._resolved(number[id(root)]) for root in roots]

    def _leaves(self, traced: Traced, number: dict[int, int]) -> None:
        for k, parameter in enumerate(traced.parameters):
            i = number.get(id(parameter))
            if i is not None and self.place[i] < 0:
                self.place[i] = self.tape.leaf("parameter", (k,), None)
        for argument, values in enumerate(traced.arguments):
            for j, x in enumerate(values):
                i = number.get(id(x))
                if i is not None:
                    self.place[i] = self.tape.leaf("input", (argument, j, False), argument)

    def _node(self, i: int, node: Any, inputs: list[int]) -> None:
        if node.is_group:
            self.place[i] = 0  # a group is written by the operation that uses it
            self.members[i] = inputs
            return
        op = node.op
        if op is CONSTANT:
            self.place[i] = self.tape.constant(node._data)
            return
        if op is None:
            others = self.tape.others
            self.place[i] = self.tape.leaf("input", (self.arguments, len(others), False), self.arguments)
            others.append(node)
            return
        name = op.name
        if name == "add" or name == "subtract":
            self._sum(i, inputs, 1 if name == "add" else -1)
        elif name == "multiply" or (name in ("negative", "divide") and self._goes_on_as_product(inputs)):
            self._product(i, name, inputs)
        elif name == "maximum":
            self._maximum(i, inputs)
        elif name == "dot":
            whole = dot(self.tape, self._group(inputs[0]), self._group(inputs[1]))
            self.place[i] = plus_bias(self.tape, whole, self._resolved(inputs[2]))
        elif name == "total":
            self.place[i] = self._collected([(1, j) for j in self.members[inputs[0]]], 1)
        elif name == "largest":
            self.place[i] = self.tape.reduce("largest", self._group(inputs[0]))
        elif op is TAKE:
            self.place[i] = self.tape.reduce("take", self._group(inputs[0]), self._index(self.place[inputs[1]]))
        elif op is TAKEN:
            self.place[i] = self._resolved(inputs[0])
        elif TABLE.get(name) is not op:
            raise TypeError(
                f"a graph with {op.symbol} in it was recorded already, and keeps only that node's number: compile the "
                f"function that records it"
            )
        else:
            self.place[i] = self.tape.write(name, *map(self._resolved, inputs))

    def _index(self, number: int) -> int:
        """Return the place of an argument's number as a whole number; whoever computes with it has the float."""
        index = self.indices.get(number)
        if index is None:
            argument, j, _ = self.tape.operands[number]
            index = self.indices[number] = self.tape.leaf("input", (argument, j, True), (argument, "index"))
        return index

    def _group(self, i: int) -> int:
        """Return the number on the tape of the group that is node i."""
        g = self.groups.get(i)
        if g is None:
            g = self.groups[i] = self.tape.group(tuple(map(self._resolved, self.members[i])))
        return g

    # ------------------------------------------------------------------------- sums and products
    def _sum(self, i: int, inputs: list[int], sign: int) -> None:
        left, right = inputs
        if self._number(left) == 0.0:  # where Python's sum() starts
            waiting = self.sums.pop(right, None) if sign > 0 else None
            self._keep_waiting(i, waiting or _Sum(deque([(sign, right)]), 1))
            return
        waiting = self.sums.pop(left, None)
        if waiting is None:
            waiting = self.sums.pop(right, None) if sign > 0 else None
            if waiting is None:
                waiting = _Sum(deque([(1, left), (sign, right)]), WRITTEN_OUT)
            else:
                waiting.terms.appendleft((1, left))
        elif right in self.sums and self._are_weighted(right):
            waiting.terms.extend((sign * inner, j) for inner, j in self.sums.pop(right).terms)
        elif right in self.sums and self._are_alike(left, waiting, right):
            waiting = _Sum(deque([(1, left), (sign, right)]), waiting.least)
        else:
            if right in self.sums:
                self._resolved(right)
            waiting.terms.append((sign, right))
        self._keep_waiting(i, waiting)

    def _number(self, i: int) -> float | None:
        """Return the number that node i is, or None."""
        return self.tape.number(self.place[i])

    def _keep_waiting(self, i: int, waiting: _Sum) -> None:
        if self.uses[i] == 1:
            self.sums[i] = waiting
        else:
            self.place[i] = self._collected(*waiting)

    def _are_weighted(self, i: int) -> bool:
        """Whether the terms of a waiting sum weight something each, all of different kinds.

        Each of them belongs to a dot of its own then, as p·x and q·y do in Σ (p·x − q·y).
        """
        tape, terms = self.tape, self.sums[i].terms
        products = [(sign, self.products[j]) for sign, j in terms if j in self.products]
        return len(terms) == len({
            (sign * p.sign, tape.kind[p.x], tape.kind[p.y]) for sign, p in products if tape.op[p.x] == "parameter"
        })  # fmt: skip

    def _are_alike(self, left: int, waiting: _Sum, right: int) -> bool:
        """Whether two waiting sums play the same part, as e1 and e2 do in e1 + e2 + …: then neither is opened."""
        kinds, terms = self.tape.kind, waiting.terms
        last, whole = self.place[terms[-1][1]], -1
        if last < 0 and len(terms) <= 8:
            whole = self._collected(*waiting)  # first, as it is written first
        kind = kinds[self._resolved(right)]
        if last >= 0 and kinds[last] != kind and len(terms) <= 8:  # else `right` is one more term of its kind
            whole = self._collected(*waiting)
        if whole < 0 or kinds[whole] != kind:
            return False
        self.place[left] = whole
        return True

    def _product(self, i: int, op: str, inputs: list[int]) -> None:
        factors = self._factors(op, inputs) if self.uses[i] == 1 else None
        if factors is None:
            self.place[i] = self._alone(op, inputs)
        else:
            self.products[i] = _Product(*factors, op, inputs)

    def _goes_on_as_product(self, inputs: list[int]) -> bool:
        """Whether a product that waits is given a sign, or divided by a number."""
        return inputs[0] in self.products and (len(inputs) == 1 or self._number(inputs[1]) is not None)

    def _factors(self, op: str, inputs: list[int]) -> tuple[int, int, int] | None:
        """Return what is written as a sign and two factors, or None; a number among three scales the second."""
        tape, products = self.tape, self.products
        if op == "negative":
            sign, x, y, *_ = products[inputs[0]]
            return -sign, x, y
        for i, j in (inputs, inputs[::-1]):
            if i in products and j not in products:
                sign, *factors = products[i][:3]
                own, x = self._signed(j)
                others = [z for z in (*factors, x) if tape.number(z) is None]
                numbers = [z for z in (*factors, x) if _scales(tape.number(z))]
                if len(others) == len(set(others)) == 2 and numbers:
                    x, y = tape.factors(*others)
                    return sign * own, x, tape.write(op, y, numbers[0])
        if op == "divide":
            return None
        (own, x), (other, y) = map(self._signed, inputs)
        if tape.number(x) is not None and tape.number(y) is not None:
            return None
        return own * other, *tape.factors(x, y)

    def _signed(self, i: int) -> tuple[int, int]:
        """Return the place of node i without its minus signs, and their sign."""
        sign, x = 1, self._resolved(i)
        while self.tape.op[x] == "negative":
            sign, x = -sign, self.tape.operands[x][0]
        return sign, x

    def _alone(self, op: str, inputs: list[int]) -> int:
        """Return the place of what was written, an operation on nodes."""
        places = map(self._resolved, inputs)
        return times(self.tape, *places) if op == "multiply" else self.tape.write(op, *places)

    def _resolved(self, i: int) -> int:
        """Return the place of node i, written now if it waited."""
        if self.place[i] < 0:
            if i in self.products:
                self.place[i] = self._alone(*self.products.pop(i)[3:])
            elif i in self.maxima:
                self.place[i] = self._largest(self.maxima.pop(i))
            else:
                self.place[i] = self._collected(*self.sums.pop(i))
        return self.place[i]

    def _collected(self, terms: Sequence[tuple[int, int]], least: int) -> int:
        """Return the place of a signed sum: like products as dots, `least` terms of a kind or more as totals.

        One term beside others is neither; alone it may be one, as longer ones are.
        """
        tape, products = self.tape, self.products
        if len(terms) == 2 and least > 1:
            (sign, i), (other, j) = terms
            if i not in products and j not in products:
                (own, x), (others, y) = self._signed(i), self._signed(j)
                return combined(self.tape, [(sign * own, x), (other * others, y)], None)
        buckets: dict[Any, list[tuple[int, int]]] = {}
        numbers: list[float] = []
        for sign, i in terms:
            product = products.get(i)
            if product is not None:
                key: Any = (sign * product.sign, tape.kind[product.x], tape.kind[product.y])
                buckets.setdefault(key, []).append((sign, i))
                continue
            own, x = self._signed(i)
            number = tape.number(x)
            if number is not None:
                numbers.append(sign * number)
            else:
                buckets.setdefault((sign * own, tape.kind[x]), []).append((sign * own, x))
        if len(buckets) > 1:
            least = max(least, 2)
        parts: list[tuple[int, int]] = []
        for key, members in buckets.items():
            if len(key) == 3 and len(members) >= min(least, 2):
                sides = zip(*[products[i][1:3] for _, i in members], strict=True)
                parts.append((key[0], tape.reduce("dot", *[tape.group(side) for side in sides])))
            elif len(key) == 2 and len(members) >= least:
                parts.append((key[0], tape.reduce("total", tape.group(tuple(x for _, x in members)))))
            elif len(key) == 3:
                parts.extend((sign, self._resolved(i)) for sign, i in members)
            else:
                parts.extend(members)
        return combined(self.tape, parts, total(numbers) if numbers else None)

    # ------------------------------------------------------------------------------- reductions
    def _maximum(self, i: int, inputs: list[int]) -> None:
        left, right = inputs
        chain = self.maxima.pop(left, None) or [left]
        chain.append(right)
        if self.uses[i] == 1:
            self.maxima[i] = chain
        else:
            self.place[i] = self._largest(chain)

    def _largest(self, chain: list[int]) -> int:
        """Return the place of the largest of some nodes, the first of equals as in a maximum of maxima."""
        tape, (first, *rest) = self.tape, list(map(self._resolved, chain))
        if len(chain) >= WRITTEN_OUT and all(tape.kind[x] == tape.kind[first] for x in rest):
            return tape.reduce("largest", tape.group((first, *rest)))
        for x in rest:
            first = tape.write("maximum", first, x)
        return first


def _scales(number: float | None) -> bool:
    """Whether this is a number that may scale either factor of a product: 0, as in a mask, or none that is extreme."""
    return number is not None and (number == 0.0 or MODERATE < abs(number) < 1.0 / MODERATE)


def _order(roots: Sequence[Any]) -> list[Any]:
    """Return all nodes and groups below the roots, each after what it was computed from."""
    return structure(roots[0]) if len(roots) == 1 else structure(Group(roots))[:-1]


def _uses(inputs: list[list[int]], roots: list[int]) -> list[int]:
    uses = [0] * len(inputs)
    for places in inputs:
        for i in places:
            uses[i] += 1
    for i in roots:
        uses[i] += 2
    return uses
