"""Rows that wait with their nodes until somebody looks at them: plain inputs, and what hidden layers make of them.

Their numbers are there; their nodes are made when their Values are asked for, and stay.  A pass goes through a hidden
row as it would through its nodes, with the same additions in the same order.  That buys 2× for T2.
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING, Any

from autograd.backward import one_pass_at_a_time
from autograd.fused.groups import Group, added_up
from autograd.fused.units import Affine
from autograd.recording.nodes import connected, operand
from autograd.rules.inlined_methods import on_row
from autograd.rules.operation import Operation
from autograd.support.validate import number

if TYPE_CHECKING:
    from autograd.value import Value


class Waiting(Group):
    """A group whose `values` are made at the first look."""

    __slots__ = ("_numbers", "_opened")

    def __init__(self, numbers: list[float]) -> None:
        self._numbers = numbers
        self._opened: tuple[Value, ...] | None = None
        self._grad: Any = None
        self.sender = None

    @property
    def values(self) -> tuple[Value, ...]:  # type: ignore[override]
        """The nodes, made at the first look."""
        if self._opened is None:
            with one_pass_at_a_time:  # another thread may sweep here, or look first
                if self._opened is None:
                    self._opened = self._nodes()
        return self._opened

    def _nodes(self) -> tuple[Value, ...]:
        raise NotImplementedError

    @property
    def _data(self) -> list[float]:
        return self._numbers if self._opened is None else [x._data for x in self._opened]

    def __len__(self) -> int:
        return len(self._numbers)


class Constants(Waiting):
    """A row of plain numbers."""

    __slots__ = ()
    targets = ()  # they need no gradient

    @staticmethod
    def of(values: Any) -> Group:
        """Return `values` as a group, which waits if they are plain numbers in a list."""
        if values.__class__ is list and _PLAIN.issuperset(map(type, values)):
            return Constants([x if x.__class__ is float else number(x) for x in values])
        return Group.of(values)

    def _nodes(self) -> tuple[Value, ...]:
        return tuple(map(operand, self._numbers))


_PLAIN = frozenset((float, int))


class Hidden(Waiting):
    """a = activation(W x + b), of weights that are leaves; with no activation a is z."""

    __slots__ = ("_affine", "_inputs", "_names", "_op", "_slopes", "_x", "_z")

    def __init__(self, affine: Affine, inputs: Group, op: Operation | None, names: list[tuple[str, str]]) -> None:
        self._affine, self._inputs, self._op, self._names = affine, inputs, op, names
        self._x = inputs._data
        a = self._z = affine.of(self._x)
        self._slopes: list[float] | None = None
        if op is not None:
            a, self._slopes = of_row(op, a)
        super().__init__(a)  # `_grad` has after a pass the gradients of a and of z, for the nodes to show

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
        affine, inputs = self._affine, self._inputs
        adjoint = errors = added_up(gathered, len(self._numbers))
        if self._slopes is not None:
            errors = list(map(mul, adjoint, self._slopes))
        self._grad = adjoint, errors
        affine.gather(errors, self._x)
        backwards = errors[::-1]
        for bias, error in zip(reversed(affine.biases), backwards):  # noqa: B905  # as many, by construction
            bias._grad += error  # type: ignore[operator]  # a number while a pass runs
        if inputs.__class__ is Hidden or inputs.targets:
            inputs.gather(tuple(backwards), affine.reversed_columns)

    def _nodes(self) -> tuple[Value, ...]:
        z_names, a_names = zip(*self._names, strict=True)
        z = a = self._affine.nodes(self._z, self._inputs, self._x, z_names)
        if self._slopes is not None:
            numbers = zip(self._numbers, z, self._slopes, strict=True)
            a = [connected(data, self._op, (x,), (slope,)) for data, x, slope in numbers]
            for node, name in zip(a, a_names, strict=True):
                node._name = name
        if self._grad is not None:
            for nodes, gradients in zip((a, z), self._grad, strict=True):
                for node, gradient in zip(nodes, gradients, strict=True):
                    node._grad = 0.0 + gradient  # a sum of one, and no -0.0
            self._grad = None
        return tuple(a)


def is_on_rows(activation: object) -> bool:
    """Return whether a hidden row can be computed with this activation."""
    return isinstance(activation, Operation) and activation.arity == 1 and activation.kind is not None


def of_row(op: Operation, row: list[float]) -> tuple[list[float], list[float]]:
    """Return the outputs and the local derivatives of an operation of one input, for each number of a row."""
    try:
        return on_row(op)(row)
    except (ArithmeticError, ValueError):
        outputs, derivatives = zip(*[op.evaluate(x) for x in row], strict=True)
        return list(outputs), [d for (d,) in derivatives]
