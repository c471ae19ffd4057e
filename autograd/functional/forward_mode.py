"""Forward mode: how outputs change along one direction of the inputs, by one sweep in the order of computation.

It reads the local derivatives that the backward pass reads, so that the two cannot disagree: there a node sends its
gradient times them to its operands, here it takes from its operands their tangents times them.  What does not move, or
is cut off, has no tangent and adds nothing; a tangent that comes out as 0 is a number, and 0 times inf is nan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.functional.vjp import edges_of, is_one, is_zero, member_of
from autograd.fused.groups import Group
from autograd.recording.graph import operands, structure
from autograd.value import Value


def tangents(outputs: Sequence[Any], inputs: Sequence[Value], direction: Sequence[Any], *, recorded: bool) -> list[Any]:
    """Return d(output)/d(input) · direction, summed over the inputs, for each output; plain numbers have 0.

    With `recorded` the local derivatives are the recorded floats, and the results are floats; without, they are Values
    that can be differentiated again.  Nothing is changed in the graph.
    """
    known: dict[int, Any] = {id(x): d for x, d in zip(inputs, direction, strict=True) if not is_zero(d)}
    given = set(map(id, inputs))
    nodes = [y for y in outputs if isinstance(y, Value)]
    order = structure(Group(nodes), lambda node: () if id(node) in given else operands(node)) if nodes else []
    leads = set(known)
    for node in order:
        if id(node) in given or not any(id(x) in leads for x in operands(node)):
            continue
        if node.is_group:
            known[id(node)] = [known.get(id(x)) for x in node.values]
        else:
            edges = [x for x in edges_of(node, leads, recorded) if not _cuts(node, x[2], recorded)]
            if not edges:
                continue
            moved = [(share, _along(each, known[id(x)], recorded)) for x, share, each, _ in edges]
            known[id(node)] = _sum([_product(*pair) for pair in moved])
        leads.add(id(node))
    return [known.get(id(y), 0.0) for y in outputs]


def _cuts(node: Any, each: Any, recorded: bool) -> bool:
    """Whether an edge carries nothing, by the rule of `backward` or, without `recorded`, by that of `gradients`."""
    return is_zero(each) and (not recorded or node.op.stops_at_zero)


def _along(each: Any, tangent: Any, recorded: bool) -> Any:
    """Return derivative · tangent: of a group, one derivative for all members or one for each."""
    if not isinstance(tangent, list):
        return _product(each, tangent)
    if isinstance(each, float | Value):
        return _product(each, _sum([t for t in tangent if t is not None]))
    pairs = [(member_of(each, i), t) for i, t in enumerate(tangent) if t is not None]
    pairs = [(d, t) for d, t in pairs if recorded or not is_zero(d)]
    return ops.dot(*zip(*pairs, strict=True)) if pairs else 0.0


def _product(x: Any, y: Any) -> Any:
    return y if is_one(x) else x if is_one(y) else x * y


def _sum(terms: Sequence[Any]) -> Any:
    return terms[0] if len(terms) == 1 else ops.total(terms)
