"""A pass in figures of four digits: each follows by one operation from those that are shown, as on paper."""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from autograd.explain.steps import Recording, Send, Update
from autograd.fused.groups import by_member
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.formulas import evaluate
from autograd.rules.operation import TABLE, Operation
from autograd.rules.sums import total
from autograd.rules.symbols import Symbol, formulas, label, parameters
from viz.worksheet.rounding import rounded

Key = tuple[
    Any, ...
]  # ("value", node), ("local", node, slot), ("sent", node, slot), ("gradient", node), ("after", node)
OUTPUT = "\0"


class Figures:
    """The numbers of a recorded pass and its update, computed anew; `leaves` are other numbers for leaves, by place.

    `numbers` holds them by what they are: the value of a node, a local derivative, what was sent over an edge, a sum
    of several contributions, a parameter after the update.  `key_of_local` and `key_of_gradient` say which of them is
    meant, since most local derivatives are values, and a lone contribution is the gradient.
    Raises ValueError where a number is not finite, or a branch is another than the recorded one.
    """

    def __init__(self, recording: Recording, leaves: Mapping[int, float], rate: float) -> None:
        self.recording, self.rate = recording, rate
        self.place = {node: i for i, node in enumerate(recording.nodes)}
        self.parents = [[self.place[p] for p in node.parents] for node in recording.nodes]
        self.numbers: dict[Key, float] = {}
        self.sends: dict[int, list[Send]] = defaultdict(list)  # by who receives them, in their order
        self.moved = [event.node for event in recording.events if isinstance(event, Update)]
        self._locals: dict[tuple[int, int], float] = {}
        self._forward(leaves)
        self._backward()
        for i in self.moved:
            self.numbers["after", i] = self.stepped(i, self.rate * self.gradient(i))

    # ------------------------------------------------------------------------------------ what is asked
    def value(self, i: int) -> float:
        """Return the number of node `i`."""
        return self.numbers["value", i]

    def local(self, i: int, slot: int) -> float:
        """Return the local derivative of node `i` with respect to its parent number `slot`."""
        return self._locals[i, slot]

    def gradient(self, i: int) -> float:
        """Return the gradient of node `i`, 0 where none arrived."""
        return self.numbers.get(self.key_of_gradient(i), 0.0)

    def stepped(self, i: int, step: float) -> float:
        """Return where a step downwards leads parameter `i`."""
        return rounded(self.value(i) - step, (self.value(i), step))

    def key_of_gradient(self, i: int) -> Key:
        """Return which number the gradient of node `i` is."""
        sends = self.sends.get(i, [])
        return ("sent", sends[0].node, sends[0].slot) if len(sends) == 1 else ("gradient", i)

    def key_of_local(self, i: int, slot: int) -> Key | None:
        """Return which number a local derivative is: a value, or one of its own; None for a plain constant."""
        op = self.operation(i)
        if op.role == "dot":
            pairs = (len(self.parents[i]) - 1) // 2
            return ("value", self.parents[i][(slot + pairs) % (2 * pairs)]) if slot < 2 * pairs else None
        if op.groups:
            return None
        formula = derivative_of(op.name, slot)
        if formula.number is not None:
            return None
        if formula.function == "name":
            return ("value", i if formula.inputs[0] == OUTPUT else self._named(i)[formula.inputs[0]])
        return ("local", i, slot)

    def operation(self, i: int) -> Operation:
        """Return the operation that made node `i`."""
        op = self.recording.nodes[i].op
        assert isinstance(op, Operation)
        return op

    def computed(self, i: int, given: Mapping[int, float] | None = None) -> float:
        """Return what node `i` computes; `given` holds other numbers for some operands, by their places."""
        return self._evaluated(i, given)[0]

    def slope(self, i: int, slot: int, output: float | None = None) -> float:
        """Return a local derivative by its formula, in which the output is that of node `i` or another."""
        known = {name: self.value(j) for name, j in self._named(i).items()} | {OUTPUT: self.value(i)}
        if output is not None:
            known[OUTPUT] = output
        return rounded(evaluate(derivative_of(self.operation(i).name, slot), known))

    # ------------------------------------------------------------------------------------ the pass
    def _forward(self, leaves: Mapping[int, float]) -> None:
        for i, node in enumerate(self.recording.nodes):
            if not isinstance(node.op, Operation):
                self.numbers["value", i] = rounded(leaves.get(i, self.recording.numbers[i]))
                continue
            if node.op.name not in TABLE:
                raise ValueError(f"{node!r} is a checkpoint, whose steps are not recorded: no worksheet shows them")
            x, derivatives = self._evaluated(i)
            self.numbers["value", i] = x
            if not math.isfinite(x):
                raise ValueError(f"{self.recording.words.names[i]} is {x}: a worksheet has finite numbers only")
            if node.op.stops_at_zero and [d == 0.0 for d in derivatives] != [d == 0.0 for d in node.local_derivatives]:
                raise ValueError("four digits take another branch than the graph did: change its numbers a little")

    def _backward(self) -> None:
        root = len(self.recording.nodes) - 1
        self.numbers["gradient", root] = 1.0
        for event in self.recording.events:
            if not isinstance(event, Send):
                continue
            i, slot = event.node, event.slot
            key = self.key_of_local(i, slot)
            local = self.numbers[key] if key and key[0] == "value" else self._slope(i, slot)
            self._locals[i, slot] = local
            if key and key[0] == "local":
                self.numbers[key] = local
            self.sends[event.parent].append(event)
            self.numbers["sent", i, slot] = rounded(self.gradient(i) * local)
            if event.arrival == event.expected > 1:
                self.numbers["gradient", event.parent] = summed(self.parts(event.parent))

    def parts(self, i: int) -> list[float]:
        """Return what was sent to node `i`, in the order of arrival."""
        return [self.numbers["sent", send.node, send.slot] for send in self.sends[i]]

    def _slope(self, i: int, slot: int) -> float:
        if self.operation(i).groups:
            return rounded(by_member(operands(self.recording.nodes[i]), self._evaluated(i)[1])[slot])
        return self.slope(i, slot)

    def _evaluated(self, i: int, given: Mapping[int, float] | None = None) -> tuple[float, Any]:
        numbers = [self.value(j) for j in self.parents[i]]
        for slot, x in (given or {}).items():
            numbers[slot] = x
        inputs: list[Any] = []
        for operand in operands(self.recording.nodes[i]):
            inputs.append([numbers.pop(0) for _ in operand.values] if operand.is_group else numbers.pop(0))
        output, derivatives = self.operation(i).evaluate(*inputs)
        return rounded(output, _terms(self.operation(i), inputs)), derivatives

    def _named(self, i: int) -> dict[str, int]:
        return dict(zip(parameters(self.operation(i)), self.parents[i], strict=True))


def summed(parts: list[float]) -> float:
    """Return the sum of what was sent to a node."""
    return rounded(total(parts), parts)


def _terms(op: Operation, inputs: list[Any]) -> list[float]:
    """Return what an operation adds up, nothing if it does not."""
    if op.role == "dot":
        return [*map(operator.mul, *inputs[:2]), inputs[2]]
    return inputs[0] if op.role == "total" else inputs if op.name in ("add", "subtract") else []


@cache
def derivative_of(name: str, slot: int) -> Symbol:
    """Return the formula of a local derivative, in the inputs' names and, where it occurs, the output's."""
    output, derivatives = formulas(name)
    formula = derivatives[slot]
    return formula if output.function == "name" else formula.replace({output: label(OUTPUT)})


def variables(recording: Recording) -> list[int]:
    """Return the places of the leaves that are no constants."""
    return [i for i, node in enumerate(recording.nodes) if node.is_leaf and node.op is not CONSTANT]
