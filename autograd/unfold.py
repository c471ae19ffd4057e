"""A recorded graph unfolded into the events of its forward and backward pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

from autograd.backward import operands, structure
from autograd.events import Accumulate, Collect, Compute, Event, Seed, Send
from autograd.operation import TABLE, Operation
from autograd.pullback import differ, is_stale
from autograd.value import CONSTANT, Value


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
    recorded = (node._data, *node.operand_derivatives())
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
    all that a member gets comes through one place, adding one by one gives the same bits, and the detour is not told.
    """
    order = structure(root)
    edges = _edges(root, order)
    expected = Counter(id(parent) for edge in edges.values() for parent, *_ in edge)
    ways: dict[int, set[Any]] = {}
    for edge in edges.values():
        for parent, _, _, lane in edge:
            ways.setdefault(id(parent), set()).add(lane)
    lanes: dict[Any, int] = {}
    events: list[Event] = [Seed(place[id(root)], seed)]
    adjoints: dict[int, float] = {id(root): seed}
    subtotals: dict[Any, float] = {}
    arrived: Counter[int] = Counter()
    for node in reversed(order):
        if node.is_group:
            for j, member in enumerate(node.values):
                if (lane := (id(node), j)) in subtotals:
                    before, subtotal = adjoints.get(id(member)), subtotals[lane]
                    adjoints[id(member)] = after = (0.0 if before is None else before) + subtotal
                    events.append(Collect(place[id(member)], lanes[lane], subtotal, before, after))
            continue
        upstream = adjoints.get(id(node))
        for parent, slot, derivative, lane in edges.get(id(node), ()):
            assert upstream is not None
            contribution = upstream * derivative
            arrived[id(parent)] += 1
            through = None if lane is None or len(ways[id(parent)]) == 1 else lanes.setdefault(lane, len(lanes))
            if through is None:
                before = adjoints.get(id(parent))
                adjoints[id(parent)] = after = (0.0 if before is None else before) + contribution
            else:
                before = subtotals.get(lane)
                subtotals[lane] = after = contribution if before is None else before + contribution
            events.append(
                Send(
                    place[id(node)], place[id(parent)], slot, upstream, derivative, contribution, before, after,
                    arrived[id(parent)], expected[id(parent)], through,
                )
            )  # fmt: skip
    for leaf in nodes:
        if leaf.is_leaf and leaf.op is not CONSTANT and (adjoint := adjoints.get(id(leaf))) is not None:
            kept = grads[place[id(leaf)]]
            events.append(Accumulate(place[id(leaf)], adjoint, kept, adjoint if kept is None else kept + adjoint))
    return events


def _edges(root: Value, order: list[Any]) -> dict[int, list[tuple[Value, int, float, Any]]]:
    """Return the edges that carry something, by child: parent, slot, local derivative, and place in a shared group."""
    reached = {id(root)}
    edges: dict[int, list[tuple[Value, int, float, Any]]] = {}
    for node in reversed(order):
        if node.is_group or node.is_leaf or id(node) not in reached:
            continue
        cuts, slot, found = node.op.cuts, 0, []
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
