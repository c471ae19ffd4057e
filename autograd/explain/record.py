"""A recorded graph unfolded into the events of its forward and backward pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

from autograd.explain.events import Accumulate, Collect, Compute, Event, Seed, Send
from autograd.functional.vjp import differ, is_stale
from autograd.fused.groups import Group
from autograd.recording.graph import operand_derivatives, operands, structure, targets
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE, Operation
from autograd.value import Value

Edge = tuple[Value, int, float, Any]  # parent, slot, local derivative, and place in a shared group if it is in one


def forward_events(nodes: tuple[Value, ...], place: dict[int, int]) -> list[Event]:
    """Return one event for each node that was computed; raises ValueError if its inputs have changed since."""
    events: list[Event] = []
    for i, node in enumerate(nodes):
        if isinstance(node.op, Operation):
            parents = node.parents
            if node.op.name in TABLE and _is_stale(node, node.op):  # a checkpoint looks when it computes again
                raise ValueError(
                    f"{node!r} was computed from other numbers than its inputs {list(parents)!r} hold now: "
                    "record the steps before changing .data, or compute the graph anew"
                )
            places, numbers = tuple(place[id(p)] for p in parents), tuple(p._data for p in parents)
            events.append(Compute(i, node.op.name, places, numbers, node._data))
    return events


def _is_stale(node: Value, op: Operation) -> bool:
    """Return whether a node or its local derivatives would be others now: w·x stays 0 where w is 0, whatever x is."""
    if op.groups:  # whose members are looked at
        return is_stale(node, op)
    inputs = operands(node)
    now, derivatives = op.evaluate(*[x._data for x in inputs], constant=[x.op is CONSTANT for x in inputs])
    recorded = (node._data, *operand_derivatives(node))
    return any(map(differ, (now, *derivatives), recorded))


def backward_events(
    root: Value,
    seed: float,
    nodes: tuple[Value, ...],
    place: dict[int, int],
    grads: tuple[float | None, ...],
) -> list[Event]:
    """Return the events of the sweep, in its order of additions.

    Gradients reach the members of a shared group as the group's own subtotals, one for each place in it.  Where
    all that a member gets comes through one place, adding one by one gives the same bits, and the detour is left out.
    """
    order = structure(root, targets)
    sweep = _Sweep(place, _edges(root, order))
    sweep.begin(root, seed)
    for node in reversed(order):
        if node.is_group:
            sweep.collect(node)
        else:
            sweep.send(node)
    behind = set(map(id, order))
    for leaf in nodes:
        if leaf.is_leaf and leaf.op is not CONSTANT and id(leaf) in behind:
            sweep.accumulate(leaf, grads[place[id(leaf)]])
    return sweep.events


class _Sweep:
    """A sweep as events: what has arrived at each node so far, and what waits at each place of a shared group."""

    def __init__(self, place: dict[int, int], edges: dict[int, list[Edge]]) -> None:
        self.place, self.edges = place, edges
        self.events: list[Event] = []
        self.adjoints: dict[int, float] = {}
        self.subtotals: dict[Any, float] = {}
        self.numbers: dict[Any, int] = {}  # places in groups, numbered as they are first come through
        self.arrived: Counter[int] = Counter()
        self.expected: Counter[int] = Counter()
        self.ways: dict[int, set[Any]] = {}
        for sent in edges.values():
            for parent, _, _, member in sent:
                self.expected[id(parent)] += 1
                self.ways.setdefault(id(parent), set()).add(member)

    def begin(self, root: Value, seed: float) -> None:
        """Record where the gradient comes from."""
        self.adjoints[id(root)] = seed
        self.events.append(Seed(self.place[id(root)], seed))

    def send(self, node: Value) -> None:
        """Record what a node sends over each of its edges."""
        upstream = self.adjoints.get(id(node))
        for parent, slot, derivative, member in self.edges.get(id(node), ()):
            assert upstream is not None
            contribution = upstream * derivative
            self.arrived[id(parent)] += 1
            alone = member is None or len(self.ways[id(parent)]) == 1
            through = None if alone else self.numbers.setdefault(member, len(self.numbers))
            if through is None:
                before, after = self._add(parent, contribution)
            else:
                before = self.subtotals.get(member)
                self.subtotals[member] = after = contribution if before is None else before + contribution
            self.events.append(
                Send(
                    self.place[id(node)], self.place[id(parent)], slot, upstream, derivative, contribution, before,
                    after, self.arrived[id(parent)], self.expected[id(parent)], through,
                )
            )  # fmt: skip

    def collect(self, group: Group) -> None:
        """Record what the members of a group take in of that which has come through it."""
        for j, value in enumerate(group.values):
            if (member := (id(group), j)) in self.subtotals:
                subtotal = self.subtotals[member]
                before, after = self._add(value, subtotal)
                self.events.append(Collect(self.place[id(value)], self.numbers[member], subtotal, before, after))

    def accumulate(self, leaf: Value, kept: float | None) -> None:
        """Record what a leaf makes of its gradient, 0 if none has come, and of the one that it kept."""
        adjoint = self.adjoints.get(id(leaf), 0.0)
        after = adjoint if kept is None else kept + adjoint
        self.events.append(Accumulate(self.place[id(leaf)], adjoint, kept, after))

    def _add(self, node: Value, x: float) -> tuple[float | None, float]:
        before = self.adjoints.get(id(node))
        self.adjoints[id(node)] = after = (0.0 if before is None else before) + x
        return before, after


def _edges(root: Value, order: list[Any]) -> dict[int, list[Edge]]:
    """Return the edges that carry something, by child."""
    reached = {id(root)}
    edges: dict[int, list[Edge]] = {}
    for node in reversed(order):
        if node.is_group or node.is_leaf or id(node) not in reached:
            continue
        cuts, slot, found = node.op.stops_at_zero, 0, []
        derivatives = node.local_derivatives
        for operand in operands(node):
            grouped = operand.is_group
            for j, parent in enumerate(operand.values if grouped else (operand,)):
                derivative = derivatives[slot]
                if parent.op is not CONSTANT and (grouped or not (cuts and derivative == 0.0)):
                    found.append((parent, slot, derivative, (id(operand), j) if grouped else None))
                    reached.add(id(parent))
                slot += 1
        edges[id(node)] = found
    return edges
