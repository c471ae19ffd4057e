"""Normalize: a recorded graph becomes a tape of scalars in one form, however it was written.

Chains of +, − and products become sums, dots and totals over groups; constants fold; what is computed twice is
computed once (see tape.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from autograd.compile.frontend.traced_graph import TAKE, Traced
from autograd.compile.lift.tape import Tape
from autograd.compile.lift.terms import combined, dot, plus_bias, scales, times
from autograd.functional.take import TAKEN
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import ROWS
from autograd.rules.sums import total

WRITTEN_OUT: Final = 3  # so many terms alike are a total; two written out are an addition

Terms = deque[tuple[int, int]]  # of a sum: the sign and the node of each


def normalize(traced: Traced) -> Tape:
    """Return the tape of a recorded graph."""
    return _Normalizer(traced).tape


# A product that waits: in a sum a sign and two factors, alone the operation on nodes that was written.  The sign is
# taken out of the factors, and a number that scales the whole stands in the second: so weights that meet inputs are one
# dot, however its terms are signed and scaled.
Product = tuple[int, int, int, str, list[int]]


class _Normalizer:
    """Goes through the graph once, parents first; sums and products wait until it is known who uses them.

    Of `0 + w0 * x0 + w1 * x1`, added up one by one, each node is used once.  So products wait as pairs of places and
    sums as lists of terms, until the root, which is used outside, asks for the whole.

        node            waits as                        written on the tape at last
        w0 * x0         the product +1, w0, x0
        0 + …           the terms w0 * x0
        w1 * x1         the product +1, w1, x1
        … + w1 * x1     the terms w0 * x0, w1 * x1      dot([w0 w1], [x0 x1]): two products of one kind

    For the node with number i, `place[i]` is where it stands on the tape, or -1 while it waits: in `products[i]`; in
    `sums[i]`, with its terms and from how many alike on they are a total (one that began with 0, as Python's `sum` and
    loops do, may be of any length: one term is a total too); or in `maxima[i]`, the nodes of a maximum of maxima.
    """

    def __init__(self, traced: Traced) -> None:
        graph = traced.numbered
        self.arguments = len(traced.arguments)
        self.tape = tape = Tape(len(traced.parameters), [len(values) for values in traced.arguments])
        self.sums: dict[int, tuple[Terms, int]] = {}
        self.products: dict[int, Product] = {}
        self.maxima: dict[int, list[int]] = {}
        self.members: dict[int, list[int]] = {}
        self.groups: dict[int, int] = {}
        self.indices: dict[int, int] = {}
        self.uses = graph.uses()
        self.place = [*range(graph.leaves + len(graph.nodes))]  # of the leaves; the others are written in their turn
        tape.recorded = len(graph.nodes) + graph.leaves - self.uses[: graph.leaves].count(0)
        for i, (node, inputs) in enumerate(zip(graph.nodes, graph.inputs, strict=True), graph.leaves):
            if node.is_group:
                self.members[i] = inputs  # a group is written by the operation that uses it
                continue
            op: Any = node.op
            if op is None or op is CONSTANT:
                self.place[i] = self._leaf(node)
            elif op is TAKE:
                self.place[i] = self._take(inputs)
            elif op is TAKEN:
                self.place[i] = self._resolved(inputs[0])
            elif (write := WRITE.get(op.name)) is not None:
                self.place[i] = write(self, i, inputs)
            elif TABLE.get(name := op.name) is op:
                self.place[i] = self._elementwise(name, inputs)
            else:
                raise TypeError(
                    f"a graph with {op.symbol} in it was recorded already, and keeps only that node's number: compile "
                    f"the function that records it"
                )
        tape.roots = [self._resolved(i) for i in graph.roots]

    def _leaf(self, node: Any) -> int:
        if node.op is CONSTANT:
            return self.tape.constant(node._data)
        others = self.tape.others
        others.append(node)
        return self.tape.leaf("input", (self.arguments, len(others) - 1, False), self.arguments)

    def _elementwise(self, name: str, inputs: list[int]) -> int:
        places = [self.place[j] for j in inputs]
        return self.tape.write(name, *(map(self._resolved, inputs) if -1 in places else places))

    def _resolved(self, i: int) -> int:
        """Return the place of node i, written now if it waited."""
        place: int = self.place[i]
        if place < 0:
            if i in self.products:
                place = self._alone(*self.products.pop(i)[3:])
            elif i in self.maxima:
                place = self._largest(self.maxima.pop(i))
            else:
                place = self._collected(*self.sums.pop(i))
            self.place[i] = place
        return place

    # ------------------------------------------------------------------------------------- groups
    def _group(self, i: int) -> int:
        """Return the number on the tape of the group that is node i."""
        if i not in self.groups:
            places = tuple(map(self.place.__getitem__, self.members[i]))
            places = tuple(map(self._resolved, self.members[i])) if -1 in places else places
            self.groups[i] = self.tape.group(places)
        return self.groups[i]

    def _dot(self, i: int, inputs: list[int]) -> int:
        weights, values, bias = inputs
        return plus_bias(self.tape, dot(self.tape, self._group(weights), self._group(values)), self._resolved(bias))

    def _reduced(self, i: int, inputs: list[int], row: str) -> int:
        return self.tape.reduce(row, self._group(inputs[0]))

    def _take(self, inputs: list[int]) -> int:
        return self.tape.reduce("take", self._group(inputs[0]), self._index(self.place[inputs[1]]))

    def _index(self, number: int) -> int:
        """Return the place of an argument's number as a whole number; whoever computes with it has the float."""
        index = self.indices.get(number)
        if index is None:
            argument, j, _ = self.tape.operands[number]
            index = self.indices[number] = self.tape.leaf("input", (argument, j, True), (argument, "index"))
        return index

    # ------------------------------------------------------------------------------------- maxima
    def _maximum(self, i: int, inputs: list[int]) -> int:
        """Let max(max(max(a, b), c), d) wait as the chain a, b, c, d, which is one `largest` if these are of a kind."""
        left, right = inputs
        chain = self.maxima.pop(left, None) or [left]
        chain.append(right)
        if self.uses[i] == 1:
            self.maxima[i] = chain
            return -1
        return self._largest(chain)

    def _largest(self, chain: list[int]) -> int:
        """Return the place of the largest of some nodes, the first of equals as in a maximum of maxima."""
        tape, (first, *rest) = self.tape, list(map(self._resolved, chain))
        if len(chain) >= WRITTEN_OUT and all(tape.kind[x] == tape.kind[first] for x in rest):
            return tape.reduce("largest", tape.group((first, *rest)))
        for x in rest:
            first = tape.write("maximum", first, x)
        return first

    # ----------------------------------------------------------------------------------- products
    def _multiply(self, i: int, inputs: list[int]) -> int:
        tape, (x, y) = self.tape, (self.place[inputs[0]], self.place[inputs[1]])
        if self.uses[i] == 1 and x >= 0 <= y and "negative" not in (tape.op[x], tape.op[y]) and x not in tape.numbers:
            self.products[i] = (1, *tape.factors(x, y), "multiply", inputs)  # as most are: what follows says the same
            return -1
        return self._product(i, "multiply", inputs)

    def _negative(self, i: int, inputs: list[int]) -> int:
        if inputs[0] in self.products:
            return self._product(i, "negative", inputs)
        return self._elementwise("negative", inputs)

    def _divide(self, i: int, inputs: list[int]) -> int:
        if inputs[0] in self.products and self.place[inputs[1]] in self.tape.numbers:
            return self._product(i, "divide", inputs)
        return self._elementwise("divide", inputs)

    def _product(self, i: int, op: str, inputs: list[int]) -> int:
        """Let −(w * x) wait as the product −1, w, x, and (w * x) / 3 as the product +1, w, x / 3."""
        factors = self._factors(op, inputs) if self.uses[i] == 1 else None
        if factors is None:
            return self._alone(op, inputs)
        self.products[i] = (*factors, op, inputs)
        return -1

    def _factors(self, op: str, inputs: list[int]) -> tuple[int, int, int] | None:
        """Return what is written as a sign and two factors, or None; a number among three scales the second."""
        tape, products = self.tape, self.products
        if op == "negative":
            sign, x, y, *_ = products[inputs[0]]
            return -sign, x, y
        left, right = inputs
        if left in products or right in products:
            for i, j in ((left, right), (right, left)):
                if i not in products or j in products:
                    continue
                sign, *factors = products[i][:3]
                own, x = self._signed(j)
                others = [z for z in (*factors, x) if z not in tape.numbers]
                numbers = [z for z in (*factors, x) if scales(tape.numbers.get(z))]
                if len(others) == len(set(others)) == 2 and numbers:
                    x, y = tape.factors(*others)
                    return sign * own, x, tape.write(op, y, numbers[0])
        if op == "divide":
            return None
        (own, x), (other, y) = map(self._signed, inputs)
        if x in tape.numbers and y in tape.numbers:
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

    # --------------------------------------------------------------------------------------- sums
    def _sum(self, i: int, inputs: list[int], sign: int = 1) -> int:
        """Let a + b - c wait as the terms +a, +b, −c; a sum on the right, a + (b + c), goes on as well."""
        (left, right), sums, least = inputs, self.sums, WRITTEN_OUT
        if left in sums:
            terms, least = sums.pop(left)
            terms = self._longer(terms, least, sign, right)
        elif self.tape.numbers.get(self.place[left]) == 0.0:  # where Python's sum() starts
            terms, least = sums.pop(right) if sign > 0 and right in sums else (Terms([(sign, right)]), 1)
        elif sign > 0 and right in sums:
            terms, least = sums.pop(right)
            terms.appendleft((1, left))
        else:
            x, y, op = self.place[left], self.place[right], self.tape.op
            if x >= 0 <= y and self.uses[i] != 1 and "negative" not in (op[x], op[y]):
                return self.tape.write("add" if sign > 0 else "subtract", x, y)
            terms = Terms([(1, left), (sign, right)])
        return self._waiting(i, terms, least)

    def _waiting(self, i: int, terms: Terms, least: int) -> int:
        """Let a sum wait if one node alone uses it."""
        if terms and self.uses[i] == 1:
            self.sums[i] = terms, least
            return -1
        return self._collected(terms, least)

    def _total(self, i: int, inputs: list[int]) -> int:
        """Let a sum of many wait as one that was added up one by one, from 0 on."""
        members, sums = self.members[inputs[0]], self.sums
        if self.uses[inputs[0]] > 1 or sums.keys().isdisjoint(members):  # who else uses the group is to find them all
            return self._waiting(i, Terms([(1, j) for j in members]), 1)
        terms, least = sums.pop(members[0], (Terms([(1, members[0])]), 1))
        for j in members[1:]:
            terms = self._longer(terms, least, 1, j)
        return self._waiting(i, terms, 1 if len(members) > 1 else least)

    def _longer(self, terms: Terms, least: int, sign: int, right: int) -> Terms:
        """Return the terms of a sum that goes on with node `right`, which may be a sum that waits as well."""
        waits = right in self.sums
        if waits and self._are_weighted(right):
            terms.extend((sign * inner, j) for inner, j in self.sums.pop(right)[0])
        elif waits and (whole := self._alike(terms, least, right)) >= 0:
            self.place.append(whole)  # of a node that nobody wrote
            return Terms([(1, len(self.place) - 1), (sign, right)])
        else:
            terms.append((sign, right))
        return terms

    def _are_weighted(self, i: int) -> bool:
        """Whether the terms of a waiting sum weight something each, all of different kinds.

        Each of them belongs to a dot of its own then, as p·x and q·y do in Σ (p·x − q·y).
        """
        tape, terms = self.tape, self.sums[i][0]
        products = [(sign, *self.products[j][:3]) for sign, j in terms if j in self.products]
        return len(terms) == len({
            (sign * own, tape.kind[x], tape.kind[y]) for sign, own, x, y in products if tape.op[x] == "parameter"
        })  # fmt: skip

    def _alike(self, terms: Terms, least: int, right: int) -> int:
        """Return the place of terms that are of a kind with a sum that waits, as e1 and e2 in e1 + e2 + …, or -1."""
        kinds, last, few, whole = self.tape.kind, self.place[terms[-1][1]], len(terms) <= 8, -1
        if last < 0 and few:
            whole = self._collected(terms, least)  # first, as it is written first
        kind = kinds[self._resolved(right)]
        if last >= 0 and few and kinds[last] != kind:  # else `right` is one more term of its kind
            whole = self._collected(terms, least)
        return whole if whole >= 0 and kinds[whole] == kind else -1

    def _collected(self, terms: Sequence[tuple[int, int]], least: int) -> int:
        """Return the place of a signed sum: like products as dots, `least` terms of a kind or more as totals.

        One term beside others is neither; alone it may be one, as longer ones are.
        """
        tape, products, kinds = self.tape, self.products, self.tape.kind
        if len(terms) == 2 and least > 1:
            (sign, i), (other, j) = terms
            if i not in products and j not in products:
                (own, x), (others, y) = self._signed(i), self._signed(j)
                return combined(self.tape, [(sign * own, x), (other * others, y)], None)
        buckets: dict[Any, list[tuple[int, int]]] = {}
        numbers: list[float] = []
        for term in terms:
            sign, i = term
            if i in products:
                own, x, y, _, _ = products[i]
                key: Any = (sign * own, kinds[x], kinds[y])
            else:
                own, x = self._signed(i)
                if x in tape.numbers:
                    numbers.append(sign * tape.numbers[x])
                    continue
                key, term = (sign * own, kinds[x]), (sign * own, x)
            if key in buckets:
                buckets[key].append(term)
            else:
                buckets[key] = [term]
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


Way = Callable[[_Normalizer, int, list[int]], int]  # of node i and its operands: its place on the tape, or -1 to wait
WRITE: Final[dict[str, Way]] = {
    "add": _Normalizer._sum,
    "subtract": partial(_Normalizer._sum, sign=-1),
    "multiply": _Normalizer._multiply,
    "negative": _Normalizer._negative,
    "divide": _Normalizer._divide,
    "maximum": _Normalizer._maximum,
    "dot": _Normalizer._dot,
    **{row: partial(_Normalizer._reduced, row=row) for row in ROWS},
    "total": _Normalizer._total,
}
