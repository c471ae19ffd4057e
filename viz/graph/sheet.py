"""A recorded graph as plain records, ready to be folded and drawn."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from autograd import Value
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from nn.naming import layer_of, neuron_of
from viz.graph.labels import operation_symbol

_LAYER = re.compile(r"(.*\blayers\.[0-9]{1,9})\.")  # whatever a layer of a sequence is made of
DEAD = "dead"
SATURATED = "saturated"
MIXED, NOBODY = -1, -2  # of a node: several examples have part in it, or none has


@dataclass(slots=True)
class Edge:
    """What a node took from one operand: the operand's place, the local derivative, and whether gradient can pass."""

    parent: int
    local: float
    carries: bool = True


@dataclass(slots=True)
class Spot:
    """One node as it is drawn.  `gradient` is None where no pass has been; `marks` are what is wrong with it."""

    index: int
    key: str
    name: str
    full_name: str
    symbol: str
    kind: str  # "leaf", "constant", "operation" or "product"
    data: float
    gradient: float | None
    edges: list[Edge] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    used: bool = True
    origin: int = -1  # its place among the graph's nodes; -1 for a product

    @property
    def layer(self) -> str | None:
        """The path of the layer that the node's name lies in, if it is a path."""
        return _paths(self.full_name)[0]

    @property
    def neuron(self) -> str | None:
        """The path of the neuron or module that the node's name lies in, if it is a path."""
        return _paths(self.full_name)[1]

    @property
    def faded(self) -> bool:
        """Whether the node has no part in the gradient: none reached it where one reached the root, or zero did."""
        return not self.used or self.gradient == 0.0


@lru_cache(maxsize=50_000)
def _paths(name: str) -> tuple[str | None, str | None]:
    inside = _LAYER.match(name)
    return inside[1] if inside else layer_of(name), neuron_of(name)


def sheet(order: list[Value], names: Sequence[str], *, unfold: bool = False) -> list[Spot]:
    """Return the nodes of a graph, operands first; `unfold` gives each product of a dot a node of its own."""
    place = {id(node): i for i, node in enumerate(order)}
    spots = [_spot(node, i, name) for i, (node, name) in enumerate(zip(order, names, strict=True))]
    for node, spot in zip(order, spots, strict=True):
        pairs = zip(node.parents, node.local_derivatives, strict=True)
        cuts = isinstance(node.op, Operation) and node.op.stops_at_zero
        spot.edges = [Edge(place[id(p)], d, not (cuts and d == 0.0)) for p, d in pairs]
        if _is_dot(node) and _is_zero(spots[spot.edges[-1].parent]):
            spot.edges.pop()  # a dot without a bias has the constant 0 there
    _drop_orphans(spots)
    _mark(order, spots, order[-1].has_grad)
    return _unfolded(order, spots) if unfold else spots


def _spot(node: Value, i: int, name: str) -> Spot:
    kind = "operation" if isinstance(node.op, Operation) else "leaf" if node.op is None else "constant"
    gradient = node.grad if node.has_grad else None
    symbol = operation_symbol(node)
    return Spot(i, f"n{i}", name, node.name or "", symbol, kind, node.data, gradient, origin=i)


def _is_dot(node: Value) -> bool:
    """Return whether a node pairs weights with inputs."""
    return isinstance(node.op, Operation) and node.op.groups == 2


def _is_zero(spot: Spot) -> bool:
    return spot.kind == "constant" and spot.data == 0.0


def _drop_orphans(spots: list[Spot]) -> None:
    """Mark as no part of the picture what no edge leads to any more."""
    wanted = {edge.parent for spot in spots for edge in spot.edges}
    for spot in spots[:-1]:
        if spot.index not in wanted:
            spot.kind = "hidden"


def _mark(order: list[Value], spots: list[Spot], reached: bool) -> None:
    """Mark units that pass no gradient, and the paths of numbers that are not finite from where they were born."""
    gradient_from: dict[int, bool] = {}
    for node, spot in zip(reversed(order), reversed(spots), strict=True):
        spot.used = not reached or spot.gradient is not None
        if spot.gradient is not None and not math.isfinite(spot.gradient) and not gradient_from.get(spot.index, False):
            spot.marks.append(f"gradient {not_a_number(spot.gradient)} born here")
        for edge in spot.edges:
            if edge.carries and spot.gradient is not None and not math.isfinite(spot.gradient):
                gradient_from[edge.parent] = True
        if not math.isfinite(spot.data) and all(math.isfinite(spots[e.parent].data) for e in spot.edges):
            spot.marks.append(f"{not_a_number(spot.data)} born here")
        if silent := silence(node):
            spot.marks.append(silent)


def examples(names: Sequence[str], parents: Sequence[Sequence[int]]) -> tuple[int, list[int]]:
    """Return how many examples a graph was computed on, and for each node whose it is: an example's, MIXED or NOBODY's.

    `names` are those of the nodes that a module computed, "" for others, `parents` the places of each one's operands.
    Nodes that share a name are the same part of the model at work on different examples.  Where one depends on another
    (a recurrent network, batch norm) they are no examples, and there is but one.
    """
    copies: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        if name:
            copies[name].append(i)
    count = max(map(len, copies.values()), default=1)
    nobodys = [NOBODY] * len(names)
    if count == 1:
        return 1, nobodys
    own = {i: k for places in copies.values() if len(places) == count for k, i in enumerate(places)}
    belongs: list[int] = []
    for i, operands in enumerate(parents):
        among = {belongs[p] for p in operands} - {NOBODY}
        if i in own:
            if among - {own[i]}:
                return 1, nobodys
            among = {own[i]}
        belongs.append(NOBODY if not among else among.pop() if len(among) == 1 else MIXED)
    return count, belongs


def silence(node: Value) -> str:
    """Return `DEAD` or `SATURATED` for a function of one variable that passes no gradient, else nothing."""
    if not isinstance(node.op, Operation) or node.op.stops_at_zero or (node.op.kink is None and node.op.arity != 1):
        return ""
    variables = [d for p, d in zip(node.parents, node.local_derivatives, strict=True) if p.op is not CONSTANT]
    if variables != [0.0]:
        return ""
    return SATURATED if node.op.kink is None else DEAD


def not_a_number(x: float) -> str:
    """Return which of the two numbers that are not finite this is: nan or inf."""
    return "nan" if x != x else "inf"


def _unfolded(order: list[Value], spots: list[Spot]) -> list[Spot]:
    """Return the spots with the products of each dot between it and its weights and inputs."""
    result: list[Spot] = []
    place: dict[int, int] = {}
    for node, spot in zip(order, spots, strict=True):
        edges = [Edge(place[e.parent], e.local, e.carries) for e in spot.edges]
        if _is_dot(node):
            half = (len(node.parents) - 1) // 2
            products: list[Edge] = []
            for k, (weight, given) in enumerate(zip(edges[:half], edges[half : 2 * half], strict=True)):
                key, data = f"{spot.key}p{k}", weight.local * given.local
                product = Spot(len(result), key, f"product {k + 1}", "", "×", "product", data, spot.gradient)
                product.edges = [weight, given]
                products.append(Edge(len(result), 1.0))
                result.append(product)
            edges = products + edges[2 * half :]
            spot.symbol = "Σ"
        place[spot.index] = spot.index = len(result)
        spot.edges = edges
        result.append(spot)
    return result


def not_finite(*numbers: Any) -> bool:
    """Return whether any of the numbers is nan or infinite; None is no number."""
    return any(x is not None and not math.isfinite(x) for x in numbers)
