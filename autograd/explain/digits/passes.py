"""A recorded graph run forward and backward on balls, and the floats that its own passes gave, side by side."""

from __future__ import annotations

import math
from typing import Any, Final

from autograd.backward import one_pass_at_a_time
from autograd.explain.digits.balls import arb, row_of
from autograd.explain.notation import Words
from autograd.functional.take import TAKEN
from autograd.functional.vjp import is_stale
from autograd.recording.bulk import gradients_aside, gradients_of
from autograd.recording.graph import operands, structure
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE, Operation
from autograd.support.locks import cached_property
from autograd.value import Value

ALL_DIGITS: Final = 16.0  # of a float that is the nearest to the truth


class Graph:
    """The nodes that a Value was computed from, in topological order, with their operands by place.

    What a checkpoint computed again stands in the graph in its place.
    Raises RuntimeError if a number has been changed since it was computed from.
    """

    def __init__(self, root: Value) -> None:
        again: dict[int, Value] = {}

        def below(node: Any) -> tuple[Any, ...]:
            recompute = getattr(node.op, "recompute", None) if not node.is_group else None
            if recompute is None:
                return operands(node)
            if id(node) not in again:
                again[id(node)] = recompute(node)
            return (again[id(node)],)

        self.nodes: list[Value] = [node for node in structure(root, below) if not node.is_group]
        place = {id(node): i for i, node in enumerate(self.nodes)}
        self.place = place
        self.inputs: list[tuple[Any, ...]] = [
            tuple([tuple([place[id(v)] for v in x.values]) if x.is_group else place[id(x)] for x in below(node)])
            for node in self.nodes
        ]
        self.constant = [node.op is CONSTANT for node in self.nodes]
        self.passed_on = [node.op is TAKEN or id(node) in again for node in self.nodes]  # numbers as they are
        for node, passed_on in zip(self.nodes, self.passed_on, strict=True):
            if isinstance(node.op, Operation) and not passed_on and is_stale(node, node.op):
                raise RuntimeError(
                    f"{node.op.name} gave {node._data!r} when it was recorded, but its inputs have been changed since: "
                    "compute the expression again, then certify it"
                )
        self.adjoints = self._adjoints()

    def _adjoints(self) -> list[float | None]:
        """Return what a pass of the engine gives each node; the graph is left as it was."""
        nodes = self.nodes
        with one_pass_at_a_time, gradients_aside(nodes):
            nodes[-1].backward()
            return gradients_of(nodes)

    @cached_property
    def words(self) -> Words:
        """Names and phrases for these nodes."""
        return Words(self.nodes, [node._data for node in self.nodes])

    def is_computed(self, i: int) -> bool:
        """Return whether a rule of the table computed node `i`."""
        op = self.nodes[i].op
        return not self.passed_on[i] and isinstance(op, Operation) and op.name in TABLE

    def flat(self, i: int) -> list[int]:
        """Return the places of all that node `i` was computed from, one by one."""
        return [j for x in self.inputs[i] for j in (x if type(x) is tuple else (x,))]


class Pass:
    """The true number and gradient of each node for the numbers that the leaves hold, as balls; None where none is."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values: list[Any] = []
        for i, node in enumerate(graph.nodes):
            if graph.is_computed(i):
                self.values.append(row_of(node.op).output(self.given(i)))
            elif graph.passed_on[i]:
                self.values.append(self.values[graph.inputs[i][0]])
            else:
                self.values.append(arb(node._data))
        self.adjoints: list[Any] = [None] * len(self.values)
        self.adjoints[-1] = arb(1.0)
        for i in range(len(self.values) - 1, -1, -1):
            adjoint = self.adjoints[i]
            if adjoint is not None:
                for j, derivative, _ in self.edges(i):
                    sent = adjoint * derivative
                    before = self.adjoints[j]
                    self.adjoints[j] = sent if before is None else before + sent

    def gradient(self, i: int) -> Any:
        """Return the gradient of node `i`, 0 where none arrives."""
        adjoint = self.adjoints[i]
        return arb(0.0) if adjoint is None else adjoint

    def given(self, i: int) -> list[Any]:
        """Return the balls that node `i` was computed from, lists for groups."""
        values = self.values
        return [[values[k] for k in j] if type(j) is tuple else values[j] for j in self.graph.inputs[i]]

    def edges(self, i: int, *, constants: bool = False) -> list[tuple[int, Any, int]]:
        """Return (to which node, local derivative, number of the parent) for each edge that node `i` sends over."""
        graph = self.graph
        if graph.passed_on[i]:
            return [(j, arb(1.0), k) for k, j in enumerate(graph.inputs[i])]
        if not graph.is_computed(i):
            return []
        op: Any = graph.nodes[i].op
        found, slot = [], 0
        known, reads = row_of(op).derivatives(self.given(i), self.values[i])
        for places, read in zip(graph.inputs[i], reads, strict=True):
            group = places if type(places) is tuple else (places,)
            if constants or not all(graph.constant[j] for j in group):
                derivative = read(known)
                each = derivative if type(derivative) is list else [derivative] * len(group)
                for k, (j, d) in enumerate(zip(group, each, strict=True), slot):
                    if (constants or not graph.constant[j]) and not (op.stops_at_zero and d == 0):
                        found.append((j, d, k))
            slot += len(group)
        return found


# ---------------------------------------------------------------------------------------- digits
def rounded(ball: Any) -> float | None:
    """Return the float nearest to the true number in a ball, None if the ball does not say which it is."""
    if not ball.is_finite():
        return None
    low, high = float(ball.lower()), float(ball.upper())
    return low if low == high else None


def digits_of(number: float | None, ball: Any) -> float | None:
    """Return how many digits of a number are proved to be those of the truth, None where no truth is known.

    That is −log₁₀ of the greatest relative error that the ball allows, at least 0; 16 for the nearest float.
    """
    if not ball.is_finite() or number is None:
        return None
    if not math.isfinite(number):
        return 0.0
    if rounded(ball) == number:
        return ALL_DIGITS
    error = float((abs(ball - arb(number)) / ball.abs_lower()).upper())
    return min(
        ALL_DIGITS, max(0.0, -math.log10(error) - 1e-12)
    )  # the larger of 0 and nan, where the ball holds 0, is 0
