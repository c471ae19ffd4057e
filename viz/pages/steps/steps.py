"""The page on which one steps through forward, backward and update of one's own graph."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, number, topological_order
from autograd import steps as passes
from autograd.explain.events import SENTENCES, Change
from autograd.explain.explanation import largest_arrivals
from autograd.explain.mistakes_by_hand import STEPPING
from autograd.explain.steps import Accumulate, Collect, Recording, Send, Update, granularities
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE, Operation
from nn.support.naming import neuron_of, titled
from viz.graph.nodes import NOBODY, digits_lost, examples, is_weighted_sum, not_a_number, silence
from viz.pages.document import Page, packed
from viz.pages.live.model_programs import check_optimizer
from viz.support.foreign_names import GUESSES
from viz.support.labels import shown

if TYPE_CHECKING:
    from nn import Optimizer

RUN = 40  # nameless nodes that are folded into one box
LARGEST = 20_000
PATHS = 3  # of a node's gradient that the page lists


@GUESSES
def steps(
    loss: Value,
    *,
    optimizer: Optimizer | None = None,
    learning_rate: float = 0.1,
    parameters: Iterable[Value] | None = None,
    title: str = "Backpropagation, step by step",
    digits: bool = False,
) -> Page:
    """Return a page that steps through the forward pass to `loss`, the backward pass from it, and an update.

    The graph, its gradients and the optimizer are left as they are.  The update is the optimizer's next step, or plain
    descent at `learning_rate` of the `parameters`: if none are given those that a module named, else every leaf.
    `digits` marks where digits are lost, as `certify` proves (extra `exact`).
    Raises TypeError or ValueError, before anything is recorded, for what is no Value, no optimizer or no rate, and for
    a graph of over 20,000 nodes; ValueError if a number has been changed since the graph was computed.
    """
    if not isinstance(loss, Value):
        raise TypeError(f"steps takes the Value to step through, a loss for example, not {type(loss).__name__}")
    check_optimizer(optimizer)
    rate, moved = number(learning_rate), None if parameters is None else _checked(parameters)
    if not math.isfinite(rate):
        raise ValueError(f"steps(learning_rate={rate}): the rate of an update is a finite number")
    if (count := len(topological_order(loss))) > LARGEST:
        raise ValueError(
            f"this graph has {count:,} nodes, and nobody steps through more than {LARGEST:,}: "
            "compute the loss on fewer rows"
        )
    recording = with_update(passes.record(loss, from_zero=True), optimizer, rate, moved)
    marks = {node: "; ".join(told) for node, told in digits_lost([loss]).items()} if digits else {}
    return Page("steps", _data(recording, title, marks))


def _checked(parameters: Iterable[Value]) -> list[Value]:
    listed = list(parameters) if not isinstance(parameters, Value) else [parameters]
    for place, p in enumerate(listed):
        if not isinstance(p, Value):
            raise TypeError(
                f"parameters are the Values to move, as in [w, b], and number {place} is {type(p).__name__}"
            )
    return listed


def with_update(
    recording: Recording, optimizer: Optimizer | None, rate: float, parameters: Iterable[Value] | None
) -> Recording:
    """Return the recording with an update at its end: the optimizer's next step, or plain descent of the parameters.

    By default those that a module named are moved, or every leaf if there are none.
    """
    gradients = {recording.nodes[e.node]: e.after for e in recording.events if isinstance(e, Accumulate)}
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
def _data(recording: Recording, title: str, marks: Mapping[Value, str]) -> dict[str, Any]:
    """Return what the page knows, each number once and to the bit; `replay.js` describes the lists."""
    serialized = recording.nodes_as_json()
    rows, row_of = _rows(serialized)
    groups, group_of = _groups(recording, serialized)
    events = recording.events
    forms = list(dict.fromkeys(event.form for event in events))
    letters = {form: chr(ord("a") + i) for i, form in enumerate(forms)}
    kinds = {event.form: (type(event).__name__, event.phase) for event in events}
    operations: dict[Any, int] = {}
    nodes: list[list[Any]] = []
    derivatives: list[float] = []
    firsts: dict[str, int] = {}  # the first node of each path
    for i, (node, known) in enumerate(zip(recording.nodes, serialized, strict=True)):
        path = shown(node.name, 200) if node.name and node.name != known["name"] else ""
        first = firsts.setdefault(path, i) if path else i
        row: list[Any] = [known["name"], path if first == i else first, group_of[i], row_of[i]]
        if isinstance(node.op, Operation):
            if not is_weighted_sum(node):  # of which each factor is the other's local derivative
                derivatives += node.local_derivatives
            written = dict.fromkeys(recording.words.forms(i))
            kind = operations.setdefault((node.op.glyph, node.op.role, *written), len(operations))
            row += [kind, known["parents"], _phrases(recording, i)]
        else:
            row.append(-2 if node.op is CONSTANT else -1)
        nodes.append(row)
    changes = [event.change for event in events]
    sends = [event for event in events if isinstance(event, Send)]
    given = [  # of a lone contribution the sum is itself, and what is kept is the sum
        change.after or 0.0
        for event, change in zip(events, changes, strict=True)
        if "{after}" in SENTENCES[event.form] and not isinstance(event, Accumulate)
    ]
    subtotals = [(i, change.through) for i, change in enumerate(changes) if change.through is not None]
    subtotals += [(i, event.through) for i, event in enumerate(events) if isinstance(event, Collect)]
    return {
        "title": title,
        "mistakes": STEPPING,
        "nodes": nodes,
        "operations": list(operations),
        "values": packed(recording.numbers),
        "locals": packed(derivatives),
        "marks": {i: marks[node] for i, node in enumerate(recording.nodes) if node in marks}
        | _marks(recording, changes),
        "forms": [[*kinds[form], SENTENCES[form]] for form in forms],
        "events": "".join(letters[event.form] for event in events),
        "actors": [event.node for event in events],
        "slots": [send.slot for send in sends],
        "after": packed(given),
        "sent": packed([send.contribution for send in sends]),
        "subtotals": subtotals,
        "rate": next((event.learning_rate for event in events if isinstance(event, Update)), None),
        "groups": groups,
        "rows": rows,
        "ends": _ends(recording),
        "later": _later(recording),
        "paths": _paths(recording),
    }


def _later(recording: Recording) -> str:
    """Return what every node would be after the update, packed; nothing without one, or where a node says no rule."""
    moved = {event.node: event.after for event in recording.events if isinstance(event, Update)}
    place = {node: i for i, node in enumerate(recording.nodes)}
    now: list[float] = []
    for i, node in enumerate(recording.nodes):
        x = moved.get(i, recording.numbers[i])
        if isinstance(node.op, Operation):
            if node.op.name not in TABLE:
                return ""
            x = node.op.evaluate(*_grouped(node.op, [now[place[p]] for p in node.parents]))[0]
        now.append(x)
    return packed(now) if moved else ""


def _grouped(op: Operation, numbers: list[float]) -> list[Any]:
    """Return the numbers as an operation takes them: the members of its groups in lists, then what stands alone."""
    split = len(numbers) - (op.arity - op.groups)
    members, alone = numbers[:split], numbers[split:]
    size = split // max(op.groups, 1)
    return [*(members[k * size : (k + 1) * size] for k in range(op.groups)), *alone]


def _phrases(recording: Recording, i: int) -> str | list[str]:
    """Return the local derivative of a node with respect to each operand in words, or the one that is that of all."""
    node = recording.nodes[i]
    if is_weighted_sum(node):
        return ""
    parents = enumerate(node.parents)
    phrases = ["" if p.op is CONSTANT else recording.words.derivative(i, slot) for slot, p in parents]
    return phrases[0] if len(set(phrases)) == 1 else phrases


def _marks(recording: Recording, changes: Sequence[Change]) -> dict[int, str]:
    """Return what is wrong with a node's value or gradient, for those nodes where something is."""
    totals = {change.node: change.after or 0.0 for change in changes if change.channel == "adjoint"}
    odd = {i for i, x in totals.items() if not math.isfinite(x)}
    sends = [event for event in recording.events if isinstance(event, Send)] if odd else []
    came = {send.parent for send in sends if send.node in odd}
    marks = {}
    for i, node in enumerate(recording.nodes):
        if silent := silence(node):
            marks[i] = silent
        if not math.isfinite(recording.numbers[i]) and all(math.isfinite(p.data) for p in node.parents):
            marks[i] = f"{not_a_number(recording.numbers[i])} born here"
        elif i in odd - came:
            marks[i] = f"gradient {not_a_number(totals[i])} born here"
    return marks


def _paths(recording: Recording) -> list[Any]:
    """Return for each node how many paths its gradient came by, and the largest: last event, rank before it, ….

    The way back to the root is followed from rank to rank, so that what paths share is kept once.  What is last are the
    products of all these paths, packed.
    """
    place = {event: i for i, event in enumerate(recording.events) if isinstance(event, Send)}
    arriving: dict[int, list[Send]] = defaultdict(list)
    for send in place:
        arriving[send.parent].append(send)
    best, counts = largest_arrivals(arriving, len(recording.nodes) - 1, PATHS)
    serialized: list[Any] = []
    products = []
    for i in range(len(recording.nodes)):
        paths = [path for path in best.get(i, []) if path.send]
        products += [path.product for path in paths]
        count = counts.get(i, 0)
        steps = [x for path in paths if path.send for x in (place[path.send], path.rank)]
        serialized.append([f"{count:,}" if count < 10**15 else "over 10¹⁵", *steps] if paths else [])
    return [*serialized, packed(products)]


def _ends(recording: Recording) -> str:
    """Return for each event, as a digit, how many granularities but the finest have a step that ends with it."""
    ends = [0] * len(recording)
    among: Sequence[int] = range(1, len(recording) + 1)
    for granularity in granularities()[1:]:  # what a node does is never parted, nor what a neuron does, …
        keys = [recording.key(i - 1, granularity) for i in among]
        among = [*(i for i, key, after in zip(among, keys, keys[1:], strict=False) if key != after), len(recording)]
        for i in among:
            ends[i - 1] += 1
    return "".join(map(str, ends))


# --------------------------------------------------------------------------------------- examples
def _rows(serialized: Sequence[dict[str, Any]]) -> tuple[int, list[int]]:
    """Return how many examples the graph has, and the example of each node, −1 where it is nobody's own."""
    names = [known["path"] if known["neuron"] and known["kind"] == "inner" else "" for known in serialized]
    count, belongs = examples(names, [known["parents"] for known in serialized])
    result = [max(k, -1) for k in belongs]
    users = _users(serialized)
    for i in reversed(range(len(serialized))):
        if belongs[i] == NOBODY and users[i] and len(used := {result[u] for u in users[i]}) == 1:
            result[i] = used.pop()  # an input or a target of one example
    return count, result


def _users(serialized: Sequence[dict[str, Any]]) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in serialized]
    for i, known in enumerate(serialized):
        for parent in known["parents"]:
            users[parent].append(i)
    return users


# ---------------------------------------------------------------------------------------- folding
def _groups(recording: Recording, serialized: Sequence[dict[str, Any]]) -> tuple[list[list[Any]], list[int]]:
    """Return the tree of boxes that nodes fold into, as [title, kind, parent], and the box of each node (−1: none).

    Layers hold neurons; nodes that no module named fold in runs, in the order of the forward pass.
    """
    groups: list[list[Any]] = []
    places: dict[tuple[str, str], int] = {}
    group_of = [-1] * len(serialized)

    def box(title: str, kind: str, parent: int) -> int:
        if (title, kind) not in places:
            places[title, kind] = len(groups)
            groups.append([title, kind, parent])
        return places[title, kind]

    nameless = []
    for i, known in enumerate(serialized):
        if known["layer"]:
            group_of[i] = layer = box(titled(known["layer"]), "layer", -1)
            if known["neuron"] != known["layer"]:
                group_of[i] = box(titled(known["neuron"]), "neuron", layer)
        elif known["kind"] == "inner":
            nameless.append(i)
    names = recording.words.names
    if len(nameless) > RUN + 1:
        runs = [nameless[k : k + RUN] for k in range(0, len(nameless) - 1, RUN)]  # the root stays in sight
        above = [box(f"part {k + 1}", "part", -1) for k in range(-(-len(runs) // RUN))] if len(runs) > RUN else []
        for k, run in enumerate(runs):
            inside = run if run[-1] != len(serialized) - 1 else run[:-1]
            place = box(f"{names[inside[0]]} … {names[inside[-1]]}", "run", above[k // RUN] if above else -1)
            for i in inside:
                group_of[i] = place
    loose = []
    for i, users in enumerate(_users(serialized)):
        if serialized[i]["kind"] != "inner" and group_of[i] < 0 and users:
            groups_of_users = {group_of[u] for u in users}
            if len(groups_of_users) == 1 and groups_of_users != {-1}:
                group_of[i] = groups_of_users.pop()
            else:
                loose.append(i)
    if len(loose) > RUN:
        inputs = box("inputs", "inputs", -1)
        for i in loose:
            group_of[i] = inputs
    return groups, group_of
