"""Walks over a graph: its order, and the backward sweep.  They know edges and numbers, and no operation.

A node is anything with `_left`, `_right`, their local derivatives and `_grad`: a Value, or a Group of them.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from autograd.value import Value

MANY: Final[Any] = ...  # in the place of a right operand: the left one is a tuple of operands
_one_pass_at_a_time: Final = threading.RLock()


def operands(node: Any) -> tuple[Any, ...]:
    """Return what a node was computed from, with groups unopened."""
    if node._left is None:
        return ()
    if node._right is MANY:
        return node._left  # type: ignore[no-any-return]
    return (node._left,) if node._right is None else (node._left, node._right)


def structure(root: Any) -> list[Any]:
    """Return the Values and Groups below `root` and itself, each after all that it was computed from.

    Reversed, and without the leaves, this is the very order in which `sweep` pushes gradients.
    """
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
            stack.extend(reversed(operands(node)))
    return order


def topological_order(root: Value) -> list[Value]:
    """Return every Value that `root` was computed from and itself last, parents before children.

    The order depends on the graph alone, and follows the parents from left to right.
    """
    return [node for node in structure(root) if not node.is_group]


def sweep(root: Value, seed: float) -> None:
    """Push gradients from `root` to all that it was computed from, in reverse topological order.

    While it runs, a node's gradient slot holds its adjoint.  `unreached` is a zero known by its identity:
    it marks a node as sorted, and it is the sum of no contributions.
    """
    with _one_pass_at_a_time:
        _sweep(root, seed)


def _sweep(root: Value, seed: float) -> None:
    unreached = float("0")
    inner: list[Any] = []
    leaves: list[tuple[Any, float | None]] = []
    try:
        _sort(root, unreached, inner, leaves)
        root._grad = seed
        for node in reversed(inner):
            gradient = node._grad
            if gradient is unreached:  # only edges that carry nothing lead here
                node._grad = None
                continue
            right = node._right
            left = node._left
            if right is None:
                left._grad += gradient * node._left_derivative
            elif right is not MANY:
                left._grad += gradient * node._left_derivative
                right._grad += gradient * node._right_derivative
            else:
                _push(node, gradient, unreached)
    except BaseException:
        for node in inner:
            node._grad = None
        for leaf, before in leaves:
            leaf._grad = before
        raise
    for leaf, before in leaves:
        gradient = leaf._grad
        leaf._grad = before if gradient is unreached else gradient if before is None else before + gradient


def _sort(root: Value, mark: float, inner: list[Any], leaves: list[tuple[Any, float | None]]) -> None:
    """Fill `inner` in topological order, and `leaves` with each leaf and its gradient so far; mark both."""
    stack: list[Any] = [root]
    pop, push, extend, append = stack.pop, stack.append, stack.extend, inner.append
    while stack:
        node = pop()
        if node is None:  # all that the next node was computed from is sorted
            append(pop())
            continue
        while node._grad is not mark:
            left = node._left
            if left is None:
                leaves.append((node, node._grad))
                node._grad = mark
                break
            node._grad = mark
            push(node)
            push(None)
            right = node._right
            if right is MANY:
                extend(left[::-1])
                break
            if right is not None and right._grad is not mark:
                push(right)
            node = left


def _push(node: Any, gradient: Any, unreached: float) -> None:
    """Push a gradient over the edges of a node that has groups, more than two parents, or edges that cut."""
    if node.is_group:
        for parent, share in zip(node.values, gradient, strict=True):
            parent._grad += share
        node._grad = None
        return
    cuts = node.op.cuts
    for parent, derivative in zip(node._left, node._left_derivative, strict=True):
        if not parent.is_group:
            if not (cuts and derivative == 0.0):
                parent._grad += gradient * derivative
            continue
        each = derivative if derivative.__class__ is list else [derivative] * len(parent)
        shares = [gradient * d for d in each]
        before = parent._grad
        parent._grad = shares if before is unreached else [a + b for a, b in zip(before, shares, strict=True)]
