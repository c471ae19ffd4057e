"""What a layer of neurons computes: rows of `dot` that share their inputs, recorded in one go, or not before they are
looked at.

A hidden layer's row is a `Hidden` group: its numbers and slopes are there, its nodes are made when somebody asks for
them.  Backward goes through it as it would through its nodes, with the same additions in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar

from autograd import modes, ops
from autograd.backward import HIDDEN, MANY, ROW, added_up, gather, one_pass_at_a_time
from autograd.operation import Operation
from autograd.source import on_row
from autograd.sums import dots
from autograd.value import Group, Value, apply, changes, operand, unary

_new = object.__new__
Names = tuple[list[str], list[str]]


class Affine:
    """W x + b: rows of weights, each with a bias, and the numbers that they hold now.

    Its nodes are those of `[dot(w, inputs, b) for w, b in zip(weights, biases)]`, recorded in one go: they find
    their operands here, and need no tuples of their own.  It holds while `changes()` stays what it was.
    """

    # While a sweep runs, what the rows of hidden layers send to weights and biases is gathered here, as a group
    # gathers: `_left`, `_right` and `_grad` are a node's.
    __slots__ = ("_back", "_grad", "_left", "_numbers", "_right", "biases", "weights")
    is_group: ClassVar[bool] = True

    def __init__(self, weights: Iterable[Group], biases: Iterable[Value]) -> None:
        self.weights = [group.current() for group in weights]
        self.biases = list(biases)
        self._numbers = [(w._data, b._data) for w, b in zip(self.weights, self.biases, strict=True)]
        self._back: list[tuple[float, ...]] | None = None
        self._left = (*self.weights, *self.biases)
        self._right: Any = MANY
        self._grad: Any = None

    def renewed(self) -> Affine:
        """Return these rows with the numbers that they hold now."""
        return Affine(self.weights, self.biases)

    def __call__(self, inputs: Group, names: list[str]) -> list[Value]:
        """Return one node for each row, by those names; the inputs are as many as the weights of a row."""
        if modes.active and modes.current("__class__"):  # not another thread's
            recorded = [apply(ops.dot, (w, inputs, b)) for w, b in zip(self.weights, self.biases, strict=True)]
            for node, name in zip(recorded, names, strict=True):
                node.name = name
            return recorded
        return self.nodes(self.numbers(inputs), inputs, names)

    def numbers(self, inputs: Group) -> list[float]:
        """Return W x + b as plain numbers."""
        return dots(self._numbers, inputs._data)

    def nodes(self, numbers: list[float], inputs: Group, names: list[str]) -> list[Value]:
        """Return the nodes of these numbers, one for each row, by those names."""
        op, nodes, left = ops.dot, [], (self, inputs)
        for row, data in enumerate(numbers):
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

    def is_of_leaves(self) -> bool:
        """Return whether no weight and no bias was computed from others."""
        return all(x.is_leaf for group in self.weights for x in group.values) and all(b.is_leaf for b in self.biases)

    def back(self) -> list[tuple[float, ...]]:
        """Return W by columns, the last row first, as the nodes of the rows would push."""
        if self._back is None:
            self._back = list(zip(*[group._data for group in reversed(self.weights)], strict=True))
        return self._back

    def share(self, unreached: float) -> None:
        """Give each row of weights and its bias what the rows of hidden layers have gathered here."""
        gathered, self._grad = self._grad, None
        errors, inputs = gathered[::2], gathered[1::2]
        if tuple in map(type, errors):  # single nodes are among them
            for row, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
                pairs: list[Any] = []
                for error, data in zip(errors, inputs, strict=True):
                    if error.__class__ is list or error[0] == row:
                        pairs += (error[row] if error.__class__ is list else error[1], data)
                gather(weights, pairs, unreached)
                for gradient in pairs[::2]:
                    bias._grad += gradient
            return
        by_input = list(zip(*inputs))  # noqa: B905  # as many, by construction; so below
        for weights, bias, column in zip(self.weights, self.biases, zip(*errors)):  # noqa: B905
            if weights._grad is unreached:
                weights._grad = [column, by_input]
            else:
                weights._grad += (column, by_input)
            sum_ = bias._grad
            for gradient in column:
                sum_ += gradient
            bias._grad = sum_


class Unopened(Group):
    """A group that is its numbers until somebody asks for its Values; then they are made, and stay."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name != "values":  # every other slot is filled
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        with one_pass_at_a_time:  # another thread may sweep here, or look first
            try:
                return object.__getattribute__(self, "values")
            except AttributeError:
                self._open()
        return self.values

    def _open(self) -> None:
        """Leave `values` filled."""
        raise NotImplementedError


class Numbers(Unopened):
    """A row of plain numbers: constants, if somebody looks."""

    __slots__ = ()

    def __init__(self, numbers: list[float]) -> None:
        self._data = numbers
        self._checked, self._left, self._right, self._grad = changes(), (), MANY, None

    def _open(self) -> None:
        self.values = tuple(map(operand, self._data))


class Hidden(Unopened):
    """A row of a hidden layer: a = activation(W x + b), with z and the slopes da/dz (None where a is z)."""

    __slots__ = ("activation", "names", "slopes", "z")

    def __init__(self, affine: Affine, inputs: Group, activation: RowActivation | None, names: Names) -> None:
        self.z = self._data = affine.numbers(inputs)
        self.slopes: list[float] | None = None
        if activation is not None:
            self._data, self.slopes = activation(self.z)
        self.activation, self.names = activation, names
        self._checked, self._left, self._right, self._grad = changes(), (affine, inputs), HIDDEN, None

    def _open(self) -> None:
        (affine, inputs), (z_names, a_names) = self._left, self.names
        z = a = affine.nodes(self.z, inputs, z_names)
        if self.activation is not None and self.slopes is not None:
            op = self.activation.op
            a = [unary(op, *node) for node in zip(z, self._data, self.slopes, a_names, strict=True)]
        if self._grad is not None:
            for nodes, gradients in zip((a, z), self._grad, strict=True):
                for node, gradient in zip(nodes, gradients, strict=True):
                    node._grad = gradient
        self.values = self._left = tuple(a)
        self._right, self._grad = MANY, None
        del self.z, self.slopes, self.activation, self.names

    def share(self, unreached: float) -> None:
        """Push the gradients of the row, which the sweep has gathered, to weights, biases and inputs."""
        if self._right is MANY:  # it has nodes by now
            super().share(unreached)
            return
        affine, inputs = self._left
        adjoint = errors = added_up(self._grad, len(self._data))
        if self.slopes is not None:
            errors = [0.0 + gradient * slope for gradient, slope in zip(adjoint, self.slopes)]  # noqa: B905
        self._grad = adjoint, errors  # shown by the nodes, once there are any
        gather(affine, [errors, inputs._data], unreached)
        if inputs._left:
            gather(inputs, [tuple(errors[::-1]), affine.back()], unreached)


class RowActivation:
    """An operation of one input, computed with its derivative for a whole row at a time."""

    __slots__ = ("_on_row", "op")

    def __init__(self, op: Operation) -> None:
        self.op, self._on_row = op, on_row(op)

    def __reduce__(self) -> tuple[Any, ...]:
        return RowActivation.of, (self.op,)

    @staticmethod
    @cache
    def of(op: Operation) -> RowActivation | None:
        """Return the operation's, or None if it takes more than one input or has edges that cut."""
        return None if op.arity != 1 or op.groups or op.cuts else RowActivation(op)

    def __call__(self, z: list[float]) -> tuple[list[float], list[float]]:
        """Return the outputs and the local derivatives."""
        try:
            return self._on_row(z)
        except (ArithmeticError, ValueError):
            outputs, derivatives = zip(*[self.op.evaluate(x) for x in z], strict=True)
            return list(outputs), [d for (d,) in derivatives]
