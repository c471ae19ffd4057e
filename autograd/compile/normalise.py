"""Normalise: a recorded graph becomes a tape of scalars in one form, however it was written.

Chains of +, − and products become sums, dots and totals over groups; constants fold; what is computed twice is
computed once (see tape.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.backward import operands, structure
from autograd.compile.tape import Tape
from autograd.compile.trace import TAKE, Traced
from autograd.operation import TABLE
from autograd.value import CONSTANT, Group


def normalise(traced: Traced) -> Tape:
    """Return the tape of a recorded graph."""
    return _Normaliser(traced).tape


class _Normaliser:
    """Walks the graph once, parents first; sums and products wait until it is known who uses them.

    For the node with number i, `place[i]` is where it stands on the tape, or -1 while it waits: as a sum in
    `sums[i]` (terms: sign and node) or as a product in `products[i]` (two places).
    """

    def __init__(self, traced: Traced) -> None:
        roots = traced.outputs
        self.arguments = len(traced.arguments)
        self.tape = Tape()
        self.sums: dict[int, list[tuple[int, int]]] = {}
        self.products: dict[int, tuple[int, int]] = {}
        self.members: dict[int, list[int]] = {}
        self.groups: dict[int, int] = {}
        self.indices: dict[int, int] = {}
        nodes = _order(roots)
        self.tape.recorded = len(nodes)
        number = {id(node): i for i, node in enumerate(nodes)}
        inputs = [[number[id(x)] for x in operands(node)] for node in nodes]
        self.uses = _uses(inputs, [number[id(root)] for root in roots])
        self.place = [-1] * len(nodes)
        self._leaves(traced, nodes, number)
        for i, node in enumerate(nodes):
            if self.place[i] < 0:
                self._node(i, node, inputs[i])
        self.tape.roots = [self._resolved(number[id(root)]) for root in roots]

    def _leaves(self, traced: Traced, nodes: Sequence[Any], number: dict[int, int]) -> None:
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
        elif name == "multiply":
            self._product(i, inputs)
        elif name == "dot":
            whole = self._dot(self._group(inputs[0]), self._group(inputs[1]))
            self.place[i] = self._plus_bias(whole, self._resolved(inputs[2]))
        elif name == "total":
            self.place[i] = self._collected([(1, j) for j in self.members[inputs[0]]], 1)
        elif name == "largest":
            self.place[i] = self.tape.reduce("largest", self._group(inputs[0]))
        elif op is TAKE:
            self.place[i] = self.tape.reduce("take", self._group(inputs[0]), self._index(self.place[inputs[1]]))
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
        if self._is_zero(left) and sign > 0:  # where Python's sum() starts
            self._same(i, right)
            return
        terms = self.sums.pop(left, None)
        if terms is None:
            waiting = self.sums.pop(right, None) if sign > 0 else None
            if waiting is None:
                terms = [(1, left), (sign, right)]
            else:
                terms = waiting
                terms.append((1, left))
        elif right in self.sums and self._are_alike(left, terms, right):
            self.place[left] = self._collected(terms, 3)
            terms = [(1, left), (sign, right)]
        else:
            if right in self.sums:
                self._resolved(right)
            terms.append((sign, right))
        self._keep_waiting(i, terms)

    def _is_zero(self, i: int) -> bool:
        x = self.place[i]
        return x >= 0 and self.tape.op[x] == "constant" and self.tape.operands[x][0] == 0.0

    def _same(self, i: int, other: int) -> None:
        """Let node i be what node `other` is, waiting if that one waits."""
        if self.uses[i] == 1 and other in self.sums:
            self.sums[i] = self.sums.pop(other)
        elif self.uses[i] == 1 and other in self.products:
            self.products[i] = self.products.pop(other)
        else:
            self.place[i] = self._resolved(other)

    def _keep_waiting(self, i: int, terms: list[tuple[int, int]]) -> None:
        if self.uses[i] == 1:
            self.sums[i] = terms
        else:
            self.place[i] = self._collected(terms, 3)

    def _are_alike(self, left: int, terms: list[tuple[int, int]], right: int) -> bool:
        """Whether two waiting sums play the same part, as e1 and e2 do in e1 + e2 + …: then neither is opened."""
        kind = self.tape.kind[self._resolved(right)]
        last = terms[-1][1]
        if self.place[last] >= 0 and self.tape.kind[self.place[last]] == kind:
            return False  # `right` is one more term of its kind
        return len(terms) <= 8 and self.tape.kind[self._collected(list(terms), 3)] == kind

    def _product(self, i: int, inputs: list[int]) -> None:
        x, y = map(self._resolved, inputs)
        tape = self.tape
        if self.uses[i] == 1 and not (tape.op[x] == tape.op[y] == "constant"):
            self.products[i] = tape.factors(x, y)
        else:
            self.place[i] = self._times(x, y)

    def _times(self, x: int, y: int) -> int:
        tape = self.tape
        for a, b in ((x, y), (y, x)):
            if tape.op[a] == "constant" and tape.operands[a][0] == 1.0:
                return b
        return tape.write("multiply", x, y)

    def _resolved(self, i: int) -> int:
        """Return the place of node i, written now if it waited."""
        if self.place[i] < 0:
            if i in self.products:
                self.place[i] = self._times(*self.products.pop(i))
            else:
                self.place[i] = self._collected(self.sums.pop(i), 3)
        return self.place[i]

    def _collected(self, terms: list[tuple[int, int]], least: int) -> int:
        """Return the place of a signed sum: like products as dots, `least` terms of a kind or more as totals.

        One term beside others is no total; alone it may be one, as longer ones are.
        """
        tape, products = self.tape, self.products
        if len(terms) == 2 and least > 1:
            (sign, i), (other, j) = terms
            if sign > 0 and i not in products and j not in products:
                x, y = self._resolved(i), self._resolved(j)
                if not (self._is_zero(i) or self._is_zero(j)):
                    return tape.write("add" if other > 0 else "subtract", x, y)
        buckets: dict[Any, list[Any]] = {}
        constant = 0.0
        for sign, i in terms:
            pair = products.get(i) if self.place[i] < 0 else None
            if pair is not None:
                key: Any = (sign, tape.kind[pair[0]], tape.kind[pair[1]])
                buckets.setdefault(key, []).append((i, pair))
                continue
            x = self._resolved(i)
            if tape.op[x] == "constant":
                constant += sign * tape.operands[x][0]
            else:
                buckets.setdefault((sign, tape.kind[x]), []).append(x)
        parts: list[tuple[int, int]] = []
        for key, members in buckets.items():
            if len(key) == 3:
                if len(members) == 1:
                    parts.append((key[0], self._resolved(members[0][0])))
                else:
                    pairs = [pair for _, pair in members]
                    groups = [tape.group(tuple(side)) for side in zip(*pairs, strict=True)]
                    parts.append((key[0], tape.reduce("dot", *groups)))
            elif len(members) >= (least if len(buckets) == 1 else max(least, 2)):
                parts.append((key[0], tape.reduce("total", tape.group(tuple(members)))))
            else:
                parts.extend((key[0], x) for x in members)
        return self._combined(parts, constant)

    def _combined(self, parts: list[tuple[int, int]], constant: float) -> int:
        """Return the place of a few signed places and a number added up one by one."""
        tape = self.tape
        parts.sort(key=lambda part: -part[0])  # stable: what is added first, then what is taken away
        if not parts or parts[0][0] < 0:
            if not parts:
                return tape.constant(constant)
            whole = (
                tape.write("subtract", tape.constant(constant), parts[0][1])
                if constant
                else tape.write("negative", parts[0][1])
            )
            constant = 0.0
        else:
            whole = parts[0][1]
        for sign, x in parts[1:]:
            whole = tape.write("add" if sign > 0 else "subtract", whole, x)
        return tape.write("add", whole, tape.constant(constant)) if constant else whole

    def _plus_bias(self, whole: int, bias: int) -> int:
        if self.tape.op[bias] == "constant" and self.tape.operands[bias][0] == 0.0:
            return whole
        return self.tape.write("add", whole, bias)

    # ------------------------------------------------------------------------------- reductions
    def _dot(self, weights: int, values: int) -> int:
        """Return the place of Σ weightᵢ · valueᵢ: one dot for each pair of kinds, added up."""
        tape = self.tape
        if tape.is_uniform(weights) and tape.is_uniform(values):
            if not tape.groups[weights]:
                return tape.constant(0.0)
            if tape.op[tape.groups[weights][0]] == "constant" and not any(
                tape.operands[x][0] for x in tape.groups[weights]
            ):
                return tape.constant(0.0)
            if tape.factors(tape.groups[weights][0], tape.groups[values][0])[0] != tape.groups[weights][0]:
                return self._dot(values, weights)
            return tape.reduce("dot", weights, values)
        buckets: dict[Any, list[tuple[int, int]]] = {}
        for x, y in zip(tape.groups[weights], tape.groups[values], strict=True):
            x, y = tape.factors(x, y)
            buckets.setdefault((tape.kind[x], tape.kind[y]), []).append((x, y))
        parts = [
            (1, self._dot(*[tape.group(tuple(side)) for side in zip(*pairs, strict=True)]))
            for pairs in buckets.values()
        ]
        constants = [part for part in parts if tape.op[part[1]] == "constant"]
        rest = [part for part in parts if part not in constants]
        return self._combined(rest, sum(tape.operands[x][0] for _, x in constants))


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
