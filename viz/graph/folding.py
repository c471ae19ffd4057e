"""Which nodes of a graph share a box: neurons, layers, and nodes that play the same part; one example of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from nn.support.naming import titled
from viz.graph.nodes import MIXED, NOBODY, Spot, examples

NODES = 24  # nodes that a person takes in without searching
READABLE = 36  # neurons that a person does, and nodes of a graph too large to draw whole
LINES = 90
LARGEST = 300  # boxes that are ever handed to a layout engine
ROWS = " rows"  # the key of the box for all other examples
LARGEST_LINES = 1_200
LARGEST_REACH = 800  # ranks that all lines together span: the engine lays a joint into each, and time grows as its cube
ALIKE = 4  # nameless nodes that play the same part are stacked from this many on
ALIKE_NAMED = 12  # and nodes with names


@dataclass(slots=True)
class Box:
    """What is drawn as one box: a single node, a neuron, a layer, a stack of nodes alike, or all that is left out."""

    key: str
    kind: str  # "node", "neuron", "layer", "stack", "rows" or "more"
    title: str
    spots: list[Spot] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """What is drawn as one line: every edge from one box to another; `single` is the edge, if it is one alone."""

    tail: str
    head: str
    locals: list[float] = field(default_factory=list)
    carries: bool = True
    single: tuple[Spot, Spot] | None = None
    leads: bool = False  # whether a way to the node that is asked about runs along here


@dataclass(slots=True)
class Folded:
    """Boxes with the lines between them; of a batch of `rows`, `copies` are the nodes of each name, a row each."""

    boxes: list[Box]
    lines: list[Line]
    rows: int = 1
    copies: dict[str, list[Spot]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


def fold(spots: Sequence[Spot], *, open: Collection[str] = (), example: int = 0, folded: bool | None = None) -> Folded:
    """Return the boxes to draw: every node for itself where that can be read, else neurons, else layers.

    `open` holds the titles or paths of layers and neurons that are shown in parts, `folded` True folds even what could
    be read as it is, False folds only above `LARGEST` boxes.  Raises ValueError for one that is not in the graph.
    """
    parted = _paths(spots, open)
    visible = [s for s in spots if s.kind != "hidden"]
    edges = sum(len(s.edges) for s in visible)
    most = (NODES, LINES) if folded is None else (LARGEST, LARGEST_LINES)
    if folded is not True and not parted and len(visible) <= most[0] and edges <= most[1]:
        whole = _assembled(spots, {s.index: s.key for s in visible}, {}, 1, {})
        if folded is None or _reach(whole) <= LARGEST_REACH:
            return whole
    hidden, rows, copies = _other_rows(spots, example)
    shown = [s for s in visible if s.index not in hidden]
    if folded is None and not parted and len(shown) <= NODES:
        return _assembled(spots, _with_rows({s.index: s.key for s in shown}, hidden), {ROWS: "rows"}, rows, copies)
    layers = {s.layer for s in visible if s.layer}
    for opened in (parted,) if folded is not None or layers <= parted else (layers | parted, parted):
        keys, kinds = _keys(spots, hidden, opened)
        result = _assembled(spots, _with_rows(keys, hidden), kinds, rows, copies)
        if len(result.boxes) <= READABLE and len(result.lines) <= LINES:
            return result
    small = len(result.boxes) <= LARGEST and len(result.lines) <= LARGEST_LINES and _reach(result) <= LARGEST_REACH
    return result if small else _nearest(result, READABLE)


def _paths(spots: Sequence[Spot], wanted: Collection[str]) -> set[str]:
    """Return the paths of what is to be opened, given by path or by the title that it has in the picture."""
    paths = {path for s in spots for path in (s.layer, s.neuron) if path} if wanted else set()
    known = {titled(path): path for path in paths} | {path: path for path in paths}
    for title in wanted:
        if title not in known:
            layers = sorted({s.layer for s in spots if s.layer})
            there = ", ".join(repr(titled(path)) for path in layers) or "none: no node has a module's name"
            raise ValueError(f"open={title!r} is no layer or neuron of this graph; its layers are {there}")
    return {known[title] for title in wanted}


def _with_rows(keys: dict[int, str], hidden: set[int]) -> dict[int, str]:
    return {**keys, **dict.fromkeys(hidden, ROWS)} if hidden else keys


# ------------------------------------------------------------------------------------ one example of a batch
def _other_rows(spots: Sequence[Spot], example: int) -> tuple[set[int], int, dict[str, list[Spot]]]:
    """Return the nodes that belong to other examples only, how many examples there are, and each name's nodes."""
    names = [s.full_name if s.kind == "operation" and s.layer else "" for s in spots]
    rows, belongs = examples(names, [[e.parent for e in s.edges] for s in spots])
    if rows == 1:
        return set(), 1, {}
    if not -rows <= example < rows:
        raise ValueError(f"example={example}: this batch has {rows} examples, 0 to {rows - 1}")
    copies: dict[str, list[Spot]] = defaultdict(list)
    for s, name in zip(spots, names, strict=True):
        if name:
            copies[name].append(s)
    hidden = {s.index for s in spots if belongs[s.index] not in (MIXED, NOBODY, example % rows)}
    consumers: dict[int, list[int]] = defaultdict(list)
    for s in spots:
        for e in s.edges:
            consumers[e.parent].append(s.index)
    for s in reversed(spots):
        if belongs[s.index] == NOBODY and consumers[s.index] and all(c in hidden for c in consumers[s.index]):
            hidden.add(s.index)
    hidden -= {s.index for s in spots if s.kind == "hidden"}
    return hidden, rows, copies


# ------------------------------------------------------------------------------------------ keys
def _keys(spots: Sequence[Spot], hidden: set[int], opened: set[str]) -> tuple[dict[int, str], dict[str, str]]:
    """Return for each node the key of its box, and the kind of each box that is not a node's own."""
    consumers: dict[int, set[str]] = defaultdict(set)
    keys: dict[int, str] = {}
    kinds: dict[str, str] = {}
    numbers: dict[tuple[str, str, bool, frozenset[str]], int] = {}
    stacks: dict[int, list[Spot]] = defaultdict(list)
    for s in reversed(spots):
        if s.kind == "hidden":
            continue
        if s.index in hidden:
            key = ROWS
        else:
            key, kind = _path_key(s, opened)
            if kind == "node" and not s.is_root and not s.leads and not s.layer:
                alike = (s.kind, s.symbol, bool(s.full_name), frozenset(consumers[s.index]))
                number = numbers.setdefault(alike, len(numbers))
                stacks[number].append(s)
                key = f" {number}"  # no path begins with a space
            elif kind != "node":
                kinds[key] = kind
        keys[s.index] = key
        for e in s.edges:
            consumers[e.parent].add(key)
    for number, together in stacks.items():
        for s in together:
            least = ALIKE_NAMED if s.full_name else ALIKE
            keys[s.index] = f" {number}" if len(together) >= least else s.key
        kinds[f" {number}"] = "stack"
    return keys, {**kinds, ROWS: "rows"}


def _path_key(s: Spot, opened: set[str]) -> tuple[str, str]:
    layer, neuron = s.layer, s.neuron
    if layer is None or neuron is None or neuron in opened:
        return s.key, "node"
    if layer in opened:
        return (s.key, "node") if neuron == layer else (neuron, "neuron")
    return layer, "layer"


# -------------------------------------------------------------------------------------- assembling
def _assembled(
    spots: Sequence[Spot], keys: dict[int, str], kinds: dict[str, str], rows: int, copies: dict[str, list[Spot]]
) -> Folded:
    """Return the boxes in the order of their first nodes, and the lines between them in the order of their heads."""
    boxes: dict[str, Box] = {}
    for s in spots:
        key = keys.get(s.index)
        if key is None:
            continue
        if key not in boxes:
            kind = kinds.get(key, "node")
            boxes[key] = Box(*((s.key, kind, s.name) if kind == "node" else (f"g{len(boxes)}", kind, titled(key))))
        boxes[key].spots.append(s)
    lines: dict[tuple[str | int, ...], Line] = {}
    for s in spots:
        for slot, e in enumerate(s.edges):
            tail, head = keys.get(e.parent), keys.get(s.index)
            if tail is None or head is None or tail == head or head == ROWS:
                continue
            single = boxes[tail].kind == boxes[head].kind == "node"
            name = (tail, head, s.index, slot) if single else (tail, head)
            line = lines.setdefault(name, Line(boxes[tail].key, boxes[head].key, carries=False))
            line.locals.append(e.local)
            line.carries |= e.carries
            line.leads |= e.carries and spots[e.parent].leads
            line.single = (spots[e.parent], s) if len(line.locals) == 1 else None
    hidden = {i for i, key in keys.items() if key == ROWS}
    return Folded(list(boxes.values()), list(lines.values()), rows, copies, hidden)


def _reach(folded: Folded) -> int:
    """Return how many ranks the lines span together, each box as far right as the longest way to it, leaves beside
    the first that uses them.
    """
    rank: dict[str, int] = defaultdict(int)
    for line in folded.lines:
        rank[line.head] = max(rank[line.head], rank[line.tail] + 1)
    heads = {line.head for line in folded.lines}
    for line in reversed(folded.lines):
        if line.tail not in heads:
            rank[line.tail] = rank[line.head] - 1
    return sum(rank[line.head] - rank[line.tail] for line in folded.lines)


def _nearest(folded: Folded, count: int) -> Folded:
    """Return the `count` boxes nearest to the roots, with one box for all others."""
    toward: dict[str, list[str]] = defaultdict(list)
    for line in folded.lines:
        toward[line.head].append(line.tail)
    queue = [box.key for box in reversed(folded.boxes) if any(s.is_root for s in box.spots)][:count]
    kept = set(queue)
    for key in queue:
        for tail in toward[key]:
            if tail not in kept and len(kept) < count:
                kept.add(tail)
                queue.append(tail)
    more = Box("more", "more", "more", [s for box in folded.boxes if box.key not in kept for s in box.spots])
    lines: dict[tuple[str, str], Line] = {}
    result = [line for line in folded.lines if line.tail in kept and line.head in kept]
    for line in folded.lines:
        if line.tail not in kept and line.head in kept:
            joined = lines.setdefault(("more", line.head), Line("more", line.head))
            joined.locals += line.locals
            joined.leads |= line.leads
    boxes = [more, *(box for box in folded.boxes if box.key in kept)]
    return Folded(boxes, [*lines.values(), *result], folded.rows, folded.copies, folded.hidden)
