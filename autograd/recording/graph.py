"""A recorded graph: what a node was computed from, what it keeps of that, and the order of all that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.rules.symbols import formulas

if TYPE_CHECKING:
    from autograd.value import Value


class Inputs:
    """The inputs of an operation of any number, Groups among them, and the local derivatives."""

    __slots__ = ("derivatives", "inputs", "targets")

    def __init__(self, inputs: tuple[Any, ...], derivatives: Any) -> None:
        self.inputs = self.targets = inputs
        self.derivatives = derivatives

    @staticmethod
    def of(op: Any, inputs: tuple[Any, ...], derivatives: Any) -> Inputs:
        """Return the operands of a node of that operation."""
        return Cut(op, inputs, derivatives) if op.stops_at_zero else Inputs(inputs, derivatives)

    def push(self, gradient: float) -> None:
        """Add gradient × local derivative to each input; Groups gather, and add up when their own turn comes."""
        for x, derivative in zip(self.inputs, self.derivatives):  # noqa: B905  # as many, by construction
            if x.is_group:
                x.gather(gradient, derivative)
            else:
                x._grad += gradient * derivative


class Cut(Inputs):
    """The inputs of an operation with edges that cut: one whose derivative is 0 carries nothing, not even 0 × inf.

    Of `where` a gradient can get to the branches, and to the condition never.
    """

    __slots__ = ()

    def __init__(self, op: Any, inputs: tuple[Any, ...], derivatives: Any) -> None:
        super().__init__(inputs, derivatives)
        self.targets = tuple([inputs[i] for i in open_edges(op)])

    def push(self, gradient: float) -> None:
        """Add gradient × local derivative to the inputs that are not cut off."""
        for x, derivative in zip(self.inputs, self.derivatives):  # noqa: B905
            if derivative != 0.0:
                x._grad += gradient * derivative


@cache
def open_edges(op: Any) -> tuple[int, ...]:
    """Return the places of the inputs over whose edges a gradient can go, if not for all numbers."""
    return tuple(i for i, derivative in enumerate(formulas(op.name)[1]) if derivative.number != 0.0)


def operands(node: Any) -> tuple[Any, ...]:
    """Return what a node was computed from, with groups unopened."""
    if node._left is None:
        return () if node._operands is None else node._operands.inputs
    return (node._left,) if node._right is None else (node._left, node._right)


def operand_derivatives(node: Any) -> Any:
    """Return the local derivative for each of the operands, groups unopened."""
    if node._left is None:
        return () if node._operands is None else node._operands.derivatives
    return (node._left_derivative,) if node._right is None else (node._left_derivative, node._right_derivative)


def targets(node: Any) -> tuple[Any, ...]:
    """Return those operands that a gradient can get to."""
    if node._left is None and node._operands is not None:
        return node._operands.targets  # type: ignore[no-any-return]
    return operands(node)


def structure(root: Any, below: Callable[[Any], tuple[Any, ...]] = operands) -> list[Any]:
    """Return the Values and Groups below `root` and itself, each after what is `below` it: its operands, or others.

    With `targets` as what is `below` a node, this reversed, and without the leaves, is the very order in which
    `backward` pushes gradients.
    """
    if not hasattr(root, "is_group"):
        raise TypeError(f"a graph is that of a Value, not of {type(root).__name__}")
    order: list[Any] = []
    seen: set[Any] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            stack.extend(reversed(below(node)))
    return order


def topological_order(root: Value) -> list[Value]:
    """Return every Value that `root` was computed from and itself last, parents before children.

    The order depends on the graph alone, and follows the parents from left to right.
    """
    return [node for node in structure(root) if not node.is_group]
