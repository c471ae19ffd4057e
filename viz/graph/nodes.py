"""A recorded graph as plain records, ready to be folded and drawn."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, multiply, total
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from nn.support.naming import layer_of, neuron_of

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
    layer: str | None = None  # the paths of the layer and of the neuron or module that its name lies in
    neuron: str | None = None
    is_root: bool = False
    leads: bool = False  # whether a way from the root to the node that is asked about comes through here

    @property
    def faded(self) -> bool:
        """Whether the node has no part in the gradient: none reached it where one reached the root, or zero did."""
        return not self.used or self.gradient == 0.0


def drawn_nodes(
    order: list[Value],
    names: Sequence[str],
    roots: Collection[Value],
    *,
    gradients: Sequence[float | None] | None = None,
    why: int = -1,
    unfold: bool = False,
) -> list[Spot]:
    """Return the nodes of a graph, operands first; `unfold` gives each product of a weighted sum a node of its own.

    `gradients` are those to show, by default what the nodes have; `why` is the place of the node that is asked about.
    """
    place = {id(node): i for i, node in enumerate(order)}
    own = [node.grad if node.has_grad else None for node in order] if gradients is None else gradients
    spots = [_spot(node, i, name, own[i]) for i, (node, name) in enumerate(zip(order, names, strict=True))]
    for root in roots:
        spots[place[id(root)]].is_root = True
    for node, spot in zip(order, spots, strict=True):
        stops = isinstance(node.op, Operation) and node.op.stops_at_zero
        spot.edges = [Edge(place[id(p)], d, not (stops and d == 0.0)) for p, d in operands_of(node)]
    _drop_orphans(spots)
    _mark(order, spots, any(spot.is_root and spot.gradient is not None for spot in spots))
    spots = _unfolded(order, spots) if unfold else spots
    for spot in spots:
        spot.leads = (spot.origin == why >= 0) or any(e.carries and spots[e.parent].leads for e in spot.edges)
    return spots


def _spot(node: Value, i: int, name: str, gradient: float | None) -> Spot:
    kind = "operation" if isinstance(node.op, Operation) else "leaf" if node.op is None else "constant"
    symbol = node.op.glyph if node.op is not None else ""
    path, inside = node.name or "", _LAYER.match(node.name or "")
    layer = inside[1] if inside else layer_of(path)
    return Spot(
        i, f"n{i}", name, path, symbol, kind, node.data, gradient, origin=i, layer=layer, neuron=neuron_of(path)
    )


def is_weighted_sum(node: Value) -> bool:
    """Return whether a node pairs weights with inputs: its operands are the weights, then the inputs, then a bias."""
    return node.op is not None and node.op.role == "dot"


def operands_of(node: Value) -> list[tuple[Value, float]]:
    """Return a node's operands with its local derivatives, but for the constant 0 where a weighted sum has no bias."""
    edges = list(zip(node.parents, node.local_derivatives, strict=True))
    if is_weighted_sum(node) and (bias := edges[-1][0]).op is CONSTANT and bias.data == 0.0:
        edges.pop()
    return edges


def _drop_orphans(spots: list[Spot]) -> None:
    """Mark as no part of the picture what no edge leads to any more."""
    wanted = {edge.parent for spot in spots for edge in spot.edges}
    for spot in spots:
        if spot.index not in wanted and not spot.is_root:
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


def digits_lost(roots: Iterable[Value]) -> dict[Value, list[str]]:
    """Return in words what each node loses of its digits, in its number and in what it sends back, as certify proves.

    Raises ImportError without the extra `exact`.
    """
    from autograd.explain.digits import lost_at

    return {
        node: [
            f"{digits:.0f} digit{'s' * (round(digits) != 1)} lost{where}"
            for digits, where in zip(lost, ("", " in the derivative"), strict=True)
            if digits >= 1.0
        ]
        for root in roots
        for node, lost in lost_at(root).items()
    }


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
    """Return the spots with the products of each weighted sum between it and its weights and inputs."""
    result: list[Spot] = []
    place: dict[int, int] = {}
    for node, spot in zip(order, spots, strict=True):
        edges = [Edge(place[e.parent], e.local, e.carries) for e in spot.edges]
        if is_weighted_sum(node):
            half = len(edges) // 2
            products: list[Edge] = []
            for k, (weight, given) in enumerate(zip(edges[:half], edges[half : 2 * half], strict=True)):
                key, data = f"{spot.key}p{k}", weight.local * given.local
                product = Spot(len(result), key, f"product {k + 1}", "", multiply.glyph, "product", data, spot.gradient)
                product.edges = [weight, given]
                products.append(Edge(len(result), 1.0))
                result.append(product)
            edges = products + edges[2 * half :]
            spot.symbol = total.glyph
        place[spot.index] = spot.index = len(result)
        spot.edges = edges
        result.append(spot)
    return result


def not_finite(*numbers: Any) -> bool:
    """Return whether any of the numbers is nan or infinite; None is no number."""
    return any(x is not None and not math.isfinite(x) for x in numbers)
