"""Rows of `dot` that share their inputs, recorded in one go: what a layer of neurons computes."""

from __future__ import annotations

from collections.abc import Iterable

from autograd import modes, ops
from autograd.backward import ROW
from autograd.operation import FLOATS
from autograd.value import Group, Value, apply

_new = object.__new__


class Affine:
    """W x + b: rows of weights, each with a bias, and the numbers that they hold now.

    Its nodes are those of `[dot(w, inputs, b) for w, b in zip(weights, biases)]`, recorded in one go: they find
    their operands here, and need no tuples of their own.  It holds while `changes()` stays what it was.
    """

    __slots__ = ("_numbers", "biases", "weights")

    def __init__(self, weights: Iterable[Group], biases: Iterable[Value]) -> None:
        self.weights = [group.current() for group in weights]
        self.biases = list(biases)
        self._numbers = [(w._data, b._data) for w, b in zip(self.weights, self.biases, strict=True)]

    def __call__(self, inputs: Group, names: list[str]) -> list[Value]:
        """Return one node for each row, by those names; the inputs are as many as the weights of a row."""
        if modes.active:
            recorded = [apply(ops.dot, (w, inputs, b)) for w, b in zip(self.weights, self.biases, strict=True)]
            for node, name in zip(recorded, names, strict=True):
                node.name = name
            return recorded
        op, nodes, left = ops.dot, [], (self, inputs)
        for row, data in enumerate(FLOATS.dots(self._numbers, inputs._data)):
            node = _new(Value)
            node._data = data
            node.name = names[row]
            node.op = op
            node._left = left
            node._left_derivative = row
            node._right = ROW
            node._right_derivative = node._grad = None
            nodes.append(node)
        return nodes
