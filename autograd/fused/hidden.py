"""Rows of hidden layers that wait with their nodes until somebody looks at them.  That buys 1.7× for T2.

A row is a group whose numbers are there; its nodes, z and a of each unit, are made when its Values are asked for, and
stay.  A pass goes through it as it would through the nodes, with the same additions in the same order.
"""

from __future__ import annotations

from typing import Any

from autograd.backward import one_pass_at_a_time
from autograd.fused.activations import ON_ROWS
from autograd.fused.groups import Group, added_up
from autograd.fused.rows import Affine
from autograd.fused.sums import dots
from autograd.recording.nodes import connected
from autograd.rules.operation import Operation
from autograd.value import Value


class Hidden(Group):
    """a = activation(W x + b), of weights that are leaves; with no activation a is z."""

    __slots__ = ("_a", "_affine", "_inputs", "_names", "_op", "_opened", "_slopes", "_x", "_z")

    def __init__(self, affine: Affine, inputs: Group, op: Operation | None, names: tuple[list[str], list[str]]) -> None:
        self._affine, self._inputs, self._op, self._names = affine, inputs, op, names
        self._x = inputs._data
        self._z = self._a = dots(affine.rows, self._x)
        self._slopes: list[float] | None = None
        if op is not None:
            self._a, self._slopes = on_row(op, self._z)
        self._opened: tuple[Value, ...] | None = None
        self._grad: Any = None  # after a pass the gradients of a and of z, for the nodes to show

    @property
    def values(self) -> tuple[Value, ...]:  # type: ignore[override]
        """The nodes a, made at the first look."""
        if self._opened is None:
            with one_pass_at_a_time:  # another thread may sweep here, or look first
                if self._opened is None:
                    self._opened = self._nodes()
        return self._opened

    @property
    def targets(self) -> tuple[Any, ...]:  # type: ignore[override]
        """The nodes, or what they would be computed from, in the order in which they would be sorted."""
        if self._opened is not None:
            return self._opened
        return self._affine.weights[0], self._inputs, self._affine

    def push(self, gathered: list[Any]) -> None:
        """Push the gradients of the row to weights, inputs and biases, as its nodes would, the last one first."""
        if self._opened is not None:
            super().push(gathered)
            return
        affine, inputs, x = self._affine, self._inputs, self._x
        adjoint = errors = added_up(gathered, len(self._a))
        if self._slopes is not None:
            errors = [0.0 + gradient * slope for gradient, slope in zip(adjoint, self._slopes, strict=True)]
        self._grad = adjoint, errors
        sent: list[Any] = []
        rows = zip(affine.weights, affine.rows, affine.biases, errors)  # noqa: B905  # as many, by construction
        for weights, (numbers, _), bias, error in reversed(list(rows)):
            weights.gather(error, x)
            sent += (error, numbers)
            bias._grad += error  # type: ignore[operator]  # a number while a pass runs
        inputs.gather(*sent)

    def _nodes(self) -> tuple[Value, ...]:
        z_names, a_names = self._names
        z = a = self._affine.nodes(self._z, self._inputs, self._x, z_names)
        if self._slopes is not None:
            numbers = zip(self._a, z, self._slopes, strict=True)
            a = [connected(data, self._op, (x,), (slope,)) for data, x, slope in numbers]
            for node, name in zip(a, a_names, strict=True):
                node.name = name
        if self._grad is not None:
            for nodes, gradients in zip((a, z), self._grad, strict=True):
                for node, gradient in zip(nodes, gradients, strict=True):
                    node._grad = gradient
            self._grad = None
        return tuple(a)

    @property
    def _data(self) -> list[float]:
        return self._a if self._opened is None else [x._data for x in self._opened]

    def __len__(self) -> int:
        return len(self._a)


def is_on_rows(activation: object) -> bool:
    """Return whether a hidden row can be computed with this activation."""
    return isinstance(activation, Operation) and activation.name in ON_ROWS


def on_row(op: Operation, row: list[float]) -> tuple[list[float], list[float]]:
    """Return the outputs and the local derivatives of an operation of one input, for each number of a row."""
    try:
        return ON_ROWS[op.name](row)
    except (ArithmeticError, ValueError):
        outputs, derivatives = zip(*[op.evaluate(x) for x in row], strict=True)
        return list(outputs), [d for (d,) in derivatives]
