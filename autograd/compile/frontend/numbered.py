"""A recorded graph as numbers: what was given comes first, then every other node and group after its operands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from autograd.recording.graph import operands
from autograd.value import Value

__all__ = ["Numbered"]


class Numbered:
    """Nodes and groups numbered so that operands come before what is computed from them.

    Of `total([w * x, w * x])` with w and x as the leaves given, numbers 0 and 1, the rest are

        number  node      inputs
        2       w * x     [0, 1]
        3       w * x     [0, 1]
        4       the group [2, 3]
        5       total     [4]

    in the order in which a walk from the left meets them.

    Attributes
        leaves  how many leaves were given: theirs are the first numbers
        nodes   what has the numbers after these
        inputs  for each of them the numbers of its operands
        roots   the numbers of what it was numbered for
    """

    def __init__(self, leaves: Mapping[Any, int], roots: Iterable[Value]) -> None:
        self._number = dict(leaves)
        self.leaves = len(self._number)
        self.nodes: list[Any] = []
        self.inputs: list[list[int]] = []
        self.roots = self.add(roots)

    def add(self, roots: Iterable[Value]) -> list[int]:
        """Return the numbers of more roots; what leads to them is numbered if it is not yet."""
        number, nodes, inputs = self._number, self.nodes, self.inputs
        known, latest = number.get, self.leaves + len(nodes)
        roots = list(roots)
        stack: list[Any] = roots[::-1]
        while stack:
            node = stack.pop()
            if node in number:
                continue
            if node.is_group or (right := node._right) is None:
                below = operands(node)
                places: list[Any] = [*map(known, below)]
                if None in places:
                    stack.append(node)  # again, after what is missing
                    stack += [x for x in reversed(below) if x not in number]
                    continue
            else:  # the same for two operands, which most have
                left = node._left
                x, y = places = [known(left), known(right)]
                if x is None or y is None:
                    stack.append(node)
                    if y is None:
                        stack.append(right)
                    if x is None:
                        stack.append(left)
                    continue
            number[node] = latest
            nodes.append(node)
            inputs.append(places)
            latest += 1
        return [number[x] for x in roots]

    def uses(self) -> list[int]:
        """Return how often each number is an operand; a root is used twice more."""
        edges = np.fromiter(chain.from_iterable([*self.inputs, self.roots, self.roots]), np.intp)
        counts: list[int] = np.bincount(edges, minlength=self.leaves + len(self.nodes)).tolist()
        return counts

    def signature(self) -> Sequence[Any]:
        """Return what was recorded: the operation and operands of each node, or what it holds if it has none."""
        both = zip(self.nodes, self.inputs, strict=True)
        ops = [None if x.is_group else x.op if inputs else repr(x._data) for x, inputs in both]
        return ops, self.inputs, self.roots
