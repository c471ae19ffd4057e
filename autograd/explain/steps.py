"""A forward pass, a backward pass and an update as events that replay both ways, bit for bit.

    recording = record(loss)            # nothing in the graph is changed
    replay = recording.replay()
    while replay.forward("node"):       # or another of `granularities()`: "edge", "phase", and for networks "layer", …
        print(replay.sentence)

Events hold numbers and the indices of nodes, so that a page, a terminal and a transcript show the same
thing.  Each makes one visible change, and holds what was there before, so that it can be taken back.
Contributions are added in the order, and to the bits, of `Value.backward`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from autograd.explain.events import Accumulate, Change, Collect, Compute, Event, Seed, Send, Update
from autograd.explain.naming import paths
from autograd.explain.notation import Words
from autograd.explain.record import backward_events, forward_events
from autograd.recording.graph import topological_order
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from autograd.support.locks import cached_property
from autograd.support.messages import shown
from autograd.support.validate import number
from autograd.value import Value

__all__ = [
    "Accumulate", "Change", "Collect", "Compute", "Event", "Recording", "Replay", "Seed", "Send", "Update",
    "granularities", "record",
]  # fmt: skip


def granularities() -> tuple[str, ...]:
    """Return what a step of a replay may be, the finest first: each keeps together what the finer ones do."""
    return ("edge", "node", *paths().scopes, "phase")


class Recording:
    """Events over the nodes of one graph, known by their places in `nodes` (topological order, the root last).

    `numbers` are what the nodes held when it was recorded.
    """

    def __init__(self, nodes: tuple[Value, ...], grads: tuple[float | None, ...], events: tuple[Event, ...]) -> None:
        self.nodes, self.grads, self.events = nodes, grads, events
        self.numbers = tuple(node._data for node in nodes)
        self._index = {node: i for i, node in enumerate(nodes)}

    def __len__(self) -> int:
        return len(self.events)

    def __repr__(self) -> str:
        phases = Counter(event.phase for event in self.events)
        counts = ", ".join(f"{n} events {phase}" for phase, n in phases.items())
        return f"<recording of {len(self.nodes)} nodes: {counts}>"

    @cached_property
    def words(self) -> Words:
        """Names and phrases for these nodes."""
        return Words(self.nodes, self.numbers)

    def index(self, node: Value | str) -> int:
        """Return the place in `nodes` of a node, which may be given by its own name or the one that it is shown by.

        Raises ValueError if the root was not computed from it, or if several have that name.
        """
        if isinstance(node, str):
            return self._place_of(node)
        if node not in self._index:
            raise ValueError(f"{self.nodes[-1]!r} was not computed from {node!r}: name a node of its graph")
        return self._index[node]

    def _place_of(self, name: str) -> int:
        names = self.words.names
        known = [i for i, node in enumerate(self.nodes) if node.op is not CONSTANT]
        places = [i for i in known if names[i] == name] or [i for i in known if self.nodes[i].name == name]
        if len(places) == 1:
            return places[0]
        if places:
            which = ", ".join(names[i] for i in places[:8]) + (", …" if len(places) > 8 else "")
            raise ValueError(f"{len(places)} nodes are called '{shown(name)}': name one of {which}, or pass the Value")
        from difflib import get_close_matches

        own = {shown(self.nodes[i].name): i for i in known if self.nodes[i].name}
        near = get_close_matches(name, [*(names[i] for i in known), *own], 5, 0.5) or [names[i] for i in known[-5:]]
        raise ValueError(f"no node of this graph is called '{shown(name)}'; there are {', '.join(near)}")

    def gradient(self, node: Value | str) -> float | None:
        """Return this pass's gradient of a node, or None where none arrived; earlier passes do not count."""
        return self.replay(len(self)).adjoints[self.index(node)]

    def sentence(self, i: int) -> str:
        """Return event number `i` in one sentence of symbols and numbers."""
        return self.events[i].sentence(self.words)

    def transcript(self) -> str:
        """Return every event as a numbered line, phase by phase."""
        lines: list[str] = []
        for i, event in enumerate(self.events):
            if i == 0 or event.phase != self.events[i - 1].phase:
                lines.append(f"{event.phase}")
            lines.append(f"{i + 1:>5}  {self.sentence(i)}")
        return "\n".join(lines)

    def then_update(self, after: Mapping[Value, float], *, learning_rate: float | None = None) -> Recording:
        """Return this recording with an update at the end: `after` says where each parameter moves.

        With a learning rate, plain descent is described as such.  Nothing is moved here.  Raises ValueError for a
        parameter outside the graph.
        """
        kept = dict(enumerate(self.grads)) | {e.node: e.after for e in self.events if isinstance(e, Accumulate)}
        moves: list[Event] = []
        for parameter, new in after.items():
            i = self.index(parameter)
            moves.append(Update(i, kept[i], self.numbers[i], number(new), learning_rate))
        return Recording(self.nodes, self.grads, self.events + tuple(moves))

    def replay(self, position: int = 0) -> Replay:
        """Return a cursor over the events that stands after the first `position` of them."""
        replay = Replay(self)
        replay.jump(position)
        return replay

    def key(self, i: int, granularity: str) -> object:
        """Return what event number `i` belongs to at a granularity: neighbors of one key make one step."""
        event = self.events[i]
        phase = type(event).__name__ if isinstance(event, Accumulate) else event.phase
        if granularity == "edge":
            return i
        if granularity == "phase":
            return phase
        if granularity == "node":
            return phase, event.node
        scopes = paths().scopes
        if granularity not in scopes:
            raise ValueError(f"no granularity {granularity!r}; there are: {', '.join(granularities())}")
        scope = scopes[granularity](self.nodes[event.node].name)
        innermost = granularity == next(iter(scopes))
        return phase, event.node if scope is None and innermost else scope

    def as_json(self) -> dict[str, Any]:
        """Return nodes and events as dicts, lists, texts and numbers, ready for JSON; nan and inf are texts."""
        events = []
        for event in self.events:
            fields = {name: _plain(x) for name, x in asdict(event).items()}
            change = {name: _plain(x) for name, x in asdict(event.change).items()}
            which = {"kind": type(event).__name__, "phase": event.phase}
            events.append(which | fields | {"change": change, "text": event.sentence(self.words)})
        return {"nodes": self.nodes_as_json(), "events": events}

    def nodes_as_json(self) -> list[dict[str, Any]]:
        """Return the nodes alone, ready for JSON, each with its names, kind, operation, parents and numbers."""
        words = self.words
        nodes = []
        for i, node in enumerate(self.nodes):
            kind = "constant" if node.op is CONSTANT else "leaf" if node.is_leaf else "inner"
            nodes.append(
                {
                    "name": words.names[i],
                    "path": node.name,
                    "kind": kind,
                    "op": node.op.symbol if isinstance(node.op, Operation) else None,
                    "parents": [self._index[parent] for parent in node.parents],
                    "local_derivatives": list(map(_plain, node.local_derivatives)),
                    "value": _plain(self.numbers[i]),
                    "grad": _plain(self.grads[i]),
                    **{scope: scope_of(node.name) for scope, scope_of in paths().scopes.items()},
                }
            )
        return nodes


def _plain(x: Any) -> Any:
    if isinstance(x, tuple):
        return [_plain(y) for y in x]
    return repr(x) if isinstance(x, float) and not math.isfinite(x) else x


class Replay:
    """A cursor over a recording's events: `position` of them have happened.

    `values`, `adjoints` and `grads` show, for each node, its number, this pass's gradient so far and the `.grad`
    of a leaf at that position, None where a dash belongs; `subtotals` what waits to be collected.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.position = 0
        nodes = recording.nodes
        self.values: list[float | None] = [
            x if node.is_leaf else None for node, x in zip(nodes, recording.numbers, strict=True)
        ]
        self.adjoints: list[float | None] = [None] * len(nodes)
        self.grads: list[float | None] = list(recording.grads)
        self.subtotals: dict[tuple[int, int], float] = {}

    def __repr__(self) -> str:
        return f"<replay at {self.position} of {len(self.recording)}: {self.sentence}>"

    @property
    def event(self) -> Event | None:
        """The event that happened last, or None at the beginning."""
        return self.recording.events[self.position - 1] if self.position else None

    @property
    def sentence(self) -> str:
        """The last event in one sentence, or where the replay begins."""
        if self.position == 0:
            return "the beginning: inputs and parameters are given"
        return self.recording.sentence(self.position - 1)

    def forward(self, granularity: str = "edge") -> int:
        """Go on by one step of that granularity; returns how many events happened, 0 at the end."""
        return self.jump(self._boundary(granularity, +1))

    def back(self, granularity: str = "edge") -> int:
        """Take back one step of that granularity; returns how many events were taken back, 0 at the beginning."""
        return self.jump(self._boundary(granularity, -1))

    def jump(self, position: int) -> int:
        """Stand after the first `position` events; returns how many events happened or were taken back.

        Raises IndexError outside 0 … len(recording).
        """
        if not 0 <= position <= len(self.recording):
            raise IndexError(f"this recording has positions 0 to {len(self.recording)}, not {position}")
        start = self.position
        for i in range(start, position):
            change = self.recording.events[i].change
            self._put(change, change.after)
        for i in range(start - 1, position - 1, -1):
            change = self.recording.events[i].change
            self._put(change, change.before)
        self.position = position
        return abs(position - start)

    def _put(self, change: Change, x: float | None) -> None:
        if change.through is None:
            {"value": self.values, "adjoint": self.adjoints, "grad": self.grads}[change.channel][change.node] = x
        elif x is None:
            del self.subtotals[change.node, change.through]
        else:
            self.subtotals[change.node, change.through] = x

    def _boundary(self, granularity: str, direction: int) -> int:
        recording, i = self.recording, self.position
        last = len(recording) if direction > 0 else 0
        first = i if direction > 0 else i - 1
        if i == last:
            if len(recording):
                recording.key(0, granularity)  # a wrong granularity is refused here too
            return i
        key = recording.key(first, granularity)
        while i != last and recording.key(i if direction > 0 else i - 1, granularity) == key:
            i += direction
        return i


def record(root: Value, gradient: float = 1.0, *, from_zero: bool = False) -> Recording:
    """Return the forward pass that made `root`, and the backward pass from it, as events; the graph is left as it is.

    `gradient` is the seed.  Leaves accumulate onto the gradients they have now, unless `from_zero`.  Constants
    take part with their numbers and are sent nothing.  Raises ValueError if a number has been changed
    since the graph was computed, since the events would then not add up.
    """
    seed = number(gradient)
    nodes = tuple(topological_order(root))
    place = {id(node): i for i, node in enumerate(nodes)}
    grads = tuple(None if from_zero else node._grad if node.is_leaf else None for node in nodes)
    events = forward_events(nodes, place) + backward_events(root, seed, nodes, place, grads)
    return Recording(nodes, grads, tuple(events))
