"""The wrong numbers that each mistake leads to, from the figures of the pass and the table of operations."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from autograd.explain.mistakes_by_hand import verdict
from autograd.fused.groups import Group
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from autograd.support.locks import cached_property
from viz.worksheet.figures import Figures, Key, summed
from viz.worksheet.rounding import interval, nearby, rounded

Wrong = tuple[str, float]
NEARLY: Final = "Nearly: compute with the numbers as they are shown, and round to four digits."


class Known(NamedTuple):
    """A wrong number, the first and the last that are taken for it, and the mistakes that lead to it."""

    number: float
    low: float
    high: float
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Blank:
    """A number that is asked for: which typed numbers are right, and which come from which mistakes.

    Two mistakes that lead to one number are named together; one that leads to the right number is none.
    """

    answer: float
    right: tuple[float, float]
    near: tuple[float, float]
    wrong: tuple[Known, ...]

    def is_right(self, typed: float) -> bool:
        """Return whether a number is the answer once it is rounded."""
        return self.right[0] <= typed <= self.right[1]

    def mistakes(self, typed: float) -> tuple[str, ...]:
        """Return the mistakes that a wrong number comes from, none for one of no known origin."""
        taken = [known for known in self.wrong if known.low <= typed <= known.high]
        return min(taken, key=lambda known: abs(typed - known.number)).mistakes if taken else ()

    def said(self, typed: float) -> str:
        """Return what to say of a number that is not right."""
        mistakes = self.mistakes(typed)
        return NEARLY if not mistakes and self.near[0] <= typed <= self.near[1] else verdict(mistakes)


def blank(answer: float, wrong: Sequence[Wrong]) -> Blank:
    """Return the blank that asks for `answer`, a rounded number."""
    names: dict[float, list[str]] = defaultdict(list)
    for name, x in wrong:
        if math.isfinite(x) and (y := rounded(x)) != answer and name not in names[y]:
            names[y].append(name)
    found = [Known(x, *nearby(x), tuple(mistakes)) for x, mistakes in names.items() if mistakes]
    low, high = sorted((0.995 * answer, 1.005 * answer))
    return Blank(answer, interval(answer), (low, high), tuple(found))


class WrongNumbers:
    """For each number of a pass those that people come to instead, with the mistake's name in `MISTAKES`."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.nodes = figures.recording.nodes

    def blank(self, key: Key) -> Blank:
        """Return the blank that asks for one of the figures."""
        return blank(self.figures.numbers[key], self.of(key))

    def of(self, key: Key) -> list[Wrong]:
        """Return the wrong numbers of one of the figures, with all that are alike or right by chance."""
        kind, *at = key
        asked: dict[str, Callable[..., Iterator[Wrong]]] = {
            "value": self._value,
            "local": self._local,
            "sent": self._sent,
            "gradient": self._gradient,
            "after": self._after,
        }
        return list(asked[kind](*at))

    def _value(self, i: int) -> Iterator[Wrong]:
        figures, op = self.figures, self.figures.operation(i)
        if op.role == "dot":
            bias = len(figures.parents[i]) - 1
            yield "no bias", figures.computed(i, {bias: 0.0})
            if (row := self.transposed.get(i)) and None not in row:
                yield (
                    "transposed",
                    figures.computed(i, {k: figures.value(w) for k, w in enumerate(row) if w is not None}),
                )
            first = figures.parents[i][0]
            yield "bias", figures.computed(i, {0: figures.value(figures.parents[i][bias]), bias: figures.value(first)})
        elif op.role == "unary":
            yield "raw", figures.value(figures.parents[i][0])
        elif i in self.means:
            yield "average", figures.value(figures.parents[i][0])
        yield "sign", -figures.value(i)

    def _local(self, i: int, slot: int) -> Iterator[Wrong]:
        figures = self.figures
        if figures.operation(i).role == "unary":
            yield "output", figures.operation(i).evaluate(figures.value(i))[1][slot]
            yield "output", figures.slope(i, slot, figures.value(figures.parents[i][slot]))
        yield "sign", -figures.local(i, slot)

    def _sent(self, i: int, slot: int) -> Iterator[Wrong]:
        figures, op = self.figures, self.figures.operation(i)
        upstream, local, target = figures.gradient(i), figures.local(i, slot), figures.parents[i][slot]
        right = upstream * local
        factor = figures.key_of_local(i, slot)
        if op.role == "unary":
            yield "activation", upstream
        elif i in self.means:
            yield "average", upstream
        elif op.role == "dot" and slot < self._width(i):
            yield "bias", upstream
        elif op.role == "dot" and slot == 2 * self._width(i):
            for j in figures.parents[i][self._width(i) : slot]:
                yield "bias", upstream * figures.value(j)
        else:
            yield "upstream", upstream
        if factor and factor[0] == "value" and ("after", factor[1]) in figures.numbers:
            yield "updated", upstream * figures.numbers["after", factor[1]]
        row = self.transposed.get(i)
        if row and op.role == "dot" and self._width(i) <= slot < 2 * self._width(i):
            other = row[slot - self._width(i)]
            if other is not None:
                yield "transposed", upstream * figures.value(other)
        yield "local", local
        yield "sign", -right
        yield from self._of_a_parameter(target, right)

    def _gradient(self, i: int) -> Iterator[Wrong]:
        parts = self.figures.parts(i)
        right = summed(parts)
        for k in range(len(parts)):
            yield "path", summed(parts[:k] + parts[k + 1 :])
        yield "overwritten", parts[-1]
        yield "sign", -right
        yield from self._of_a_parameter(i, right)

    def _after(self, i: int) -> Iterator[Wrong]:
        figures, gradient = self.figures, self.figures.gradient(i)
        yield "uphill", figures.stepped(i, -figures.rate * gradient)
        yield "no rate", figures.stepped(i, gradient)
        yield "rate in gradient", figures.stepped(i, figures.rate * figures.rate * gradient)
        for count in self.means.values():
            yield "average", figures.stepped(i, figures.rate * gradient * count)

    def _of_a_parameter(self, i: int, right: float) -> Iterator[Wrong]:
        if i in self.figures.moved:
            yield "rate in gradient", self.figures.rate * right
            for count in self.means.values():
                yield "average", right * count

    def _width(self, i: int) -> int:
        return (len(self.figures.parents[i]) - 1) // 2

    # ------------------------------------------------------------------------------- what the graph is
    @cached_property
    def means(self) -> dict[int, float]:
        """The nodes that divide a sum by a constant, with that constant."""
        found = {}
        for i, node in enumerate(self.nodes):
            if isinstance(node.op, Operation) and node.op.name == "divide":
                above, count = node.parents
                summed = isinstance(above.op, Operation) and above.op.name in ("total", "add")
                if summed and count.op is CONSTANT and count.data != 1.0:
                    found[i] = count.data
        return found

    @cached_property
    def transposed(self) -> dict[int, list[int | None]]:
        """For each unit of a layer the weights that stand in its column where its row belongs, by their places.

        None stands where the matrix has no such weight, since it is not square.
        """
        layers: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for i, node in enumerate(self.nodes):
            if isinstance(node.op, Operation) and node.op.role == "dot":
                members = operands(node)[1]
                assert isinstance(members, Group)
                layers[tuple(map(id, members.values))].append(i)
        found = {}
        for units in layers.values():
            rows = [self.figures.parents[i][: self._width(i)] for i in units]
            for j, i in enumerate(units):
                width = len(rows[j])
                found[i] = [rows[k][j] if k < len(units) and j < width else None for k in range(width)]
        return found
