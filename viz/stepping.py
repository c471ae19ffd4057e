"""The page on which one steps through forward, backward and update of one's own graph."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd import steps as passes
from autograd.explain import largest_arrivals
from autograd.operation import Operation
from autograd.steps import GRANULARITIES, Recording, Send
from autograd.wording import neuron_of, show_number
from viz.page import Page
from viz.slips import SLIPS, answer, asks_sum, slips

if TYPE_CHECKING:
    from nn import Optimizer

RUN = 40  # nameless nodes that are folded into one box
SHELVES = ("value", "adjoint", "grad", "subtotal")
LARGEST = 20_000
PATHS = 3  # of a node's gradient that are told


def steps(
    loss: Value,
    *,
    optimizer: Optimizer | None = None,
    learning_rate: float = 0.1,
    parameters: Iterable[Value] | None = None,
    title: str = "Backpropagation, step by step",
) -> Page:
    """Return a page that steps through the forward pass to `loss`, the backward pass from it, and an update.

    The graph, its gradients and the optimiser are left as they are.  The update is the optimiser's next step, or plain
    descent at `learning_rate` of the `parameters`: if none are given those that a module named, else every leaf.
    Raises ValueError if a number has been changed since the graph was computed, or the graph has over 20,000 nodes.
    """
    if not isinstance(loss, Value):
        raise TypeError(f"steps takes the Value to step through, a loss for example, not {type(loss).__name__}")
    recording = passes.record(loss, from_zero=True)
    if len(recording.nodes) > LARGEST:
        raise ValueError(
            f"this graph has {len(recording.nodes):,} nodes, and nobody steps through more than {LARGEST:,}: "
            "compute the loss on fewer rows"
        )
    recording = _with_update(recording, optimizer, learning_rate, parameters)
    return Page(
        "steps.html",
        ["common.css", "steps.css"],
        ["dom.js", "layout.js", "replay.js", "drawing.js", "network.js", "steps.js"],
        _data(recording, title),
    )


def _with_update(
    recording: Recording, optimizer: Optimizer | None, rate: float, parameters: Iterable[Value] | None
) -> Recording:
    end = recording.replay(len(recording))
    gradients = {
        node: end.grads[i] for i, node in enumerate(recording.nodes) if node.is_leaf and end.grads[i] is not None
    }
    if optimizer is not None:
        moves = optimizer.moves([gradients.get(p) for p in optimizer.parameters])
        after = {optimizer.parameters[i]: data for i, (data, _) in moves if optimizer.parameters[i] in gradients}
        return recording.then_update(after, learning_rate=optimizer.learning_rate)
    if parameters is None:
        named = [node for node in gradients if neuron_of(node.name) is not None]
        parameters = named or list(gradients)
    after = {p: p.data - rate * g for p in parameters if (g := gradients.get(p)) is not None}
    return recording.then_update(after, learning_rate=rate)


# ------------------------------------------------------------------------------------------- data
class _Numbers:
    """Every number of the page once, exact and as it is shown, so that the page formats nothing itself."""

    def __init__(self) -> None:
        self.exact: list[float | str] = []
        self.text: list[str] = []
        self._place: dict[str, int] = {}

    def place(self, x: float | None) -> int:
        if x is None:
            return -1
        key = repr(x)
        if key not in self._place:
            self._place[key] = len(self.exact)
            self.exact.append(x if math.isfinite(x) else key)
            self.text.append(show_number(x))
        return self._place[key]


def _data(recording: Recording, title: str) -> dict[str, Any]:
    """Return what the page knows, in lists whose order is described in `page/replay.js`."""
    told = recording.nodes_as_json()
    numbers = _Numbers()
    rows, row_of = _rows(recording, told)
    groups, group_of = _groups(recording, told)
    nodes = []
    for i, (node, known) in enumerate(zip(recording.nodes, told, strict=True)):
        pairs = len(node.parents) // 2 if isinstance(node.op, Operation) and node.op.groups == 2 else 0
        local = [numbers.place(x) for x in node.local_derivatives]
        value = numbers.place(recording.numbers[i]) if node.is_leaf else -1
        path = node.name if node.name and node.name != known["name"] else ""
        nodes.append(
            [
                known["name"],
                path[:200],
                known["kind"],
                known["op"] or "",
                known["parents"],
                local,
                pairs,
                group_of[i],
                row_of[i],
                value,
            ]
        )
    codes = list(SLIPS)
    events = []
    for event, wrong in zip(recording.events, slips(recording), strict=True):
        change = event.change
        arrival, expected = (event.arrival, event.expected) if isinstance(event, Send) else (0, 0)
        events.append(
            [
                type(event).__name__,
                event.phase,
                event.node,
                change.node,
                event.slot if isinstance(event, Send) else -1,
                SHELVES.index(change.shelf),
                -1 if change.through is None else change.through,
                numbers.place(change.before),
                numbers.place(change.after),
                numbers.place(event.contribution) if isinstance(event, Send) else -1,
                arrival,
                expected,
                numbers.place(answer(event)),
                int(asks_sum(event)),
                [[codes.index(name), numbers.place(x)] for name, x in wrong],
                event.sentence(recording.words),
            ]
        )
    return {
        "title": title,
        "nodes": nodes,
        "events": events,
        "groups": groups,
        "rows": rows,
        "stops": {granularity: _stops(recording, granularity) for granularity in GRANULARITIES[1:]},
        "slips": list(SLIPS.values()),
        "paths": _paths(recording, numbers),
        "exact": numbers.exact,
        "text": numbers.text,
    }


def _paths(recording: Recording, numbers: _Numbers) -> list[list[Any]]:
    """Return for each node how many paths its gradient came by, and the largest: product, last event, rank before it.

    The way back to the root is followed from rank to rank, so that what paths share is kept once.
    """
    place = {event: i for i, event in enumerate(recording.events) if isinstance(event, Send)}
    arriving: dict[int, list[Send]] = defaultdict(list)
    for send in place:
        arriving[send.parent].append(send)
    best, counts = largest_arrivals(arriving, len(recording.nodes) - 1, PATHS)
    told: list[list[Any]] = []
    for i in range(len(recording.nodes)):
        ways = [[numbers.place(way.product), place[way.send], way.rank] for way in best.get(i, []) if way.send]
        count = counts.get(i, 0)
        told.append([f"{count:,}" if count < 10**15 else "over 10¹⁵", *ways] if ways else [])
    return told


def _stops(recording: Recording, granularity: str) -> list[int]:
    """Return the positions after each step of a granularity."""
    keys = [recording.key(i, granularity) for i in range(len(recording))]
    return [i + 1 for i, key in enumerate(keys) if i + 1 == len(keys) or keys[i + 1] != key]


# --------------------------------------------------------------------------------------- examples
def _rows(recording: Recording, told: Sequence[dict[str, Any]]) -> tuple[int, list[int]]:
    """Return how many examples the graph has, and the example of each node, −1 where it is nobody's own.

    Nodes of one path are the same neuron at work on different rows.  Where such nodes depend on each other
    (a recurrent network, batch norm), there are no separate examples.
    """
    copies: dict[str, list[int]] = defaultdict(list)
    for i, known in enumerate(told):
        if known["neuron"] and known["kind"] == "inner":
            copies[known["path"]].append(i)
    count = max(map(len, copies.values()), default=1)
    nobody = [-1] * len(told)
    if count == 1:
        return 1, nobody
    own = {i: k for places in copies.values() if len(places) == count for k, i in enumerate(places)}
    among: list[set[int]] = []
    for i, known in enumerate(told):
        rows = set().union(*(among[p] for p in known["parents"]))
        if i in own:
            if rows - {own[i]}:
                return 1, nobody
            rows = {own[i]}
        among.append(rows)
    result = [next(iter(rows)) if len(rows) == 1 else -1 for rows in among]
    users = _users(told)
    for i in reversed(range(len(told))):
        if not among[i] and users[i] and len(used := {result[u] for u in users[i]}) == 1:
            result[i] = used.pop()  # an input or a target of one example
    return count, result


def _users(told: Sequence[dict[str, Any]]) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in told]
    for i, known in enumerate(told):
        for parent in known["parents"]:
            users[parent].append(i)
    return users


# ---------------------------------------------------------------------------------------- folding
def _title(path: str) -> str:
    """Return `net.layers.0.neurons.3` as `net layer 1, neuron 4`, counted from 1 as the names of nodes are."""
    counted = re.sub(r"\b(layer|neuron)s\.(\d+)", lambda found: f"{found[1]} {int(found[2]) + 1}", path)
    return re.sub(r"(?<=\d)\.(?=neuron)", ", ", counted).replace(".layer", " layer")


def _groups(recording: Recording, told: Sequence[dict[str, Any]]) -> tuple[list[list[Any]], list[int]]:
    """Return the tree of boxes that nodes fold into, as [title, kind, parent], and the box of each node (−1: none).

    Layers hold neurons; nodes that no module named fold in runs, in the order of the forward pass.
    """
    groups: list[list[Any]] = []
    places: dict[tuple[str, str], int] = {}
    home = [-1] * len(told)

    def box(title: str, kind: str, parent: int) -> int:
        if (title, kind) not in places:
            places[title, kind] = len(groups)
            groups.append([title, kind, parent])
        return places[title, kind]

    nameless = []
    for i, known in enumerate(told):
        if known["layer"]:
            home[i] = layer = box(_title(known["layer"]), "layer", -1)
            if known["neuron"] != known["layer"]:
                home[i] = box(_title(known["neuron"]), "neuron", layer)
        elif known["kind"] == "inner":
            nameless.append(i)
    names = recording.words.names
    if len(nameless) > RUN + 1:
        runs = [nameless[k : k + RUN] for k in range(0, len(nameless) - 1, RUN)]  # the root stays in sight
        above = [box(f"part {k + 1}", "part", -1) for k in range(-(-len(runs) // RUN))] if len(runs) > RUN else []
        for k, run in enumerate(runs):
            inside = run if run[-1] != len(told) - 1 else run[:-1]
            place = box(f"{names[inside[0]]} … {names[inside[-1]]}", "run", above[k // RUN] if above else -1)
            for i in inside:
                home[i] = place
    loose = []
    for i, users in enumerate(_users(told)):
        if told[i]["kind"] != "inner" and home[i] < 0 and users:
            homes = {home[u] for u in users}
            if len(homes) == 1 and homes != {-1}:
                home[i] = homes.pop()
            else:
                loose.append(i)
    if len(loose) > RUN:
        inputs = box("inputs", "inputs", -1)
        for i in loose:
            home[i] = inputs
    return groups, home
