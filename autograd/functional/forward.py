"""Forward mode: how outputs change along one direction of the inputs, by one sweep in the order of computation.

It reads the local derivatives that the backward pass reads, so that the two cannot disagree: there a node sends its
gradient times them to its operands, here it takes from its operands their tangents times them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.functional.vjp import edges_of
from autograd.fused.groups import Group
from autograd.recording.graph import operands, structure
from autograd.value import Value

__all__ = ["tangents"]


def tangents(outputs: Sequence[Any], inputs: Sequence[Value], direction: Sequence[Any], *, recorded: bool) -> list[Any]:
    """Return d(output)/d(input) · direction, summed over the inputs, for each output; plain numbers have 0.

    With `recorded` the local derivatives are the recorded floats, and the results are floats; without, they are Values
    that can be differentiated again.  Nothing is changed in the graph.
    """
    known: dict[int, Any] = {id(x): d for x, d in zip(inputs, direction, strict=True)}
    nodes = [y for y in outputs if isinstance(y, Value)]
    order = structure(Group(nodes), lambda node: () if id(node) in known else operands(node)) if nodes else []
    leads = set(known)
    for node in order:
        below = operands(node)
        if id(node) in known or not any(id(x) in leads for x in below):
            continue
        leads.add(id(node))
        if node.is_group:
            known[id(node)] = [known.get(id(x), 0.0) for x in node.values]
        else:
            sent = [(known[id(x)], share, each) for x, share, each, _ in edges_of(node, leads, recorded)]
            known[id(node)] = _sum([_product(share, _along(each, tangent)) for tangent, share, each in sent])
    return [known.get(id(y), 0.0) for y in outputs]


def _along(each: Any, tangent: Any) -> Any:
    """Return derivative · tangent: of a group, one derivative for all members or one for each."""
    if not isinstance(tangent, list):
        return _product(each, tangent)
    if isinstance(each, float | Value):
        return _product(each, _sum([t for t in tangent if not _is_zero(t)]))
    pairs = [(d, t) for d, t in zip(each, tangent, strict=True) if not (_is_zero(d) or _is_zero(t))]
    return ops.dot(*zip(*pairs, strict=True)) if pairs else 0.0


def _is_zero(x: Any) -> bool:
    return type(x) is float and x == 0.0  # what cannot be reached, or sends nothing: not 0 times inf


def _product(x: Any, y: Any) -> Any:
    if _is_zero(x) or _is_zero(y):
        return 0.0
    return y if type(x) is float and x == 1.0 else x if type(y) is float and y == 1.0 else x * y


def _sum(terms: Sequence[Any]) -> Any:
    return terms[0] if len(terms) == 1 else ops.total(terms)
