"""Rows of `dot` that share their inputs, W x + b, recorded in one go: what a layer of neurons computes.

That buys 2× for the layers of T2, against a `dot` for each neuron.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any, ClassVar

from autograd import ops
from autograd.fused.groups import Group
from autograd.fused.operands import Inputs
from autograd.fused.sums import dots
from autograd.recording import modes
from autograd.recording.nodes import apply
from autograd.value import Value

_new = object.__new__


class Affine:
    """W and b: rows of weights, each with a bias, and the numbers that they held when it was made.

    In the sort of a pass it stands for all weights and biases but the first weights; nothing is sent to it.
    """

    __slots__ = ("_grad", "_numbers", "_values", "_zeros", "biases", "of_leaves", "rows", "targets", "weights")
    _left: ClassVar[None] = None

    def __init__(self, weights: list[Group], biases: list[Value]) -> None:
        self.weights, self.biases = weights, biases
        self._values = [x for group in weights for x in group.values] + biases
        self._numbers = [x._data for x in self._values]
        self._zeros = [i for i, number in enumerate(self._numbers) if number == 0.0]
        self.rows = [(w._data, b._data) for w, b in zip(weights, biases, strict=True)]
        self.of_leaves = not [x for x in self._values if x._left is not None or x._operands is not None]
        self.targets = [x for pair in zip(weights, biases, strict=True) for x in pair][1:]
        self._grad: Any = None

    @property
    def _operands(self) -> Affine:
        return self

    def holds(self, weights: list[Group], biases: list[Value]) -> bool:
        """Return whether these are the rows, with the numbers of this moment.

        It looks at each number; to compare lists is 3× as fast as number by number.  Equal floats have equal bits but
        for 0.0 and -0.0: so zeros are to be the very same.
        """
        if not (len(biases) == len(self.biases) and all(map(is_, weights, self.weights))):
            return False
        if not all(map(is_, biases, self.biases)):
            return False
        if modes.active and modes.current("record") is not None:  # by itself, each node from the Values
            return True
        now, then = [x._data for x in self._values], self._numbers
        return now == then and all(now[i] is then[i] for i in self._zeros)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()  # a copy of the model makes its own

    def __call__(self, inputs: Group, names: Sequence[str]) -> list[Value]:
        """Return `[dot(w, inputs, b) for w, b in zip(weights, biases)]`, by those names.

        The inputs are as many as the weights of a row.
        """
        if modes.active and modes.current("record") is not None:
            nodes = [apply(ops.dot, (w, inputs, b)) for w, b in zip(self.weights, self.biases, strict=True)]
            for node, name in zip(nodes, names, strict=True):
                node.name = name
            return nodes
        x = inputs._data
        return self.nodes(dots(self.rows, x), inputs, x, names)

    def nodes(self, numbers: list[float], inputs: Group, x: list[float], names: Sequence[str]) -> list[Value]:
        """Return the nodes of these numbers, computed when the inputs held x."""
        nodes, op = [], ops.dot
        for i, data in enumerate(numbers):
            node = _new(Value)
            node._data, node.op, node.name = data, op, names[i]
            node._operands = Inputs((self.weights[i], inputs, self.biases[i]), (x, self.rows[i][0], 1.0))
            node._grad = node._left = node._right = node._left_derivative = node._right_derivative = None
            nodes.append(node)
        return nodes
