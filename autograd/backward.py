"""Walks over a graph: its order, and the backward sweep.  They know edges and numbers, and no operation.

A node is anything with `_left`, `_right`, their local derivatives and `_grad`: a Value, or a Group of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from autograd.locks import make_lock
from autograd.sums import columns

if TYPE_CHECKING:
    from autograd.value import Value

MANY: Final[Any] = ...  # in the place of a right operand: the left one is a tuple of operands
ROW: Final[Any] = Ellipsis, "row"  # in its place too: the left one is an Affine and its inputs, with the row's number
HIDDEN: Final[Any] = Ellipsis, "hidden"  # the left one is the Affine and the inputs of an unopened row
one_pass_at_a_time: Final = make_lock()


def operands(node: Any) -> tuple[Any, ...]:
    """Return what a node was computed from, with groups unopened."""
    if node.is_group:
        return node.values  # type: ignore[no-any-return]
    if node._left is None:
        return ()
    if node._right is MANY:
        return node._left  # type: ignore[no-any-return]
    if node._right is ROW:
        (affine, inputs), row = node._left, node._left_derivative
        return affine.weights[row], inputs, affine.biases[row]
    return (node._left,) if node._right is None else (node._left, node._right)


def structure(root: Any) -> list[Any]:
    """Return the Values and Groups below `root` and itself, each after all that it was computed from.

    Reversed, and without the leaves, this is the very order in which `sweep` pushes gradients.
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
    with one_pass_at_a_time:
        _sweep(root, seed)


def _sweep(root: Value, seed: float) -> None:
    unreached = float("0")
    inner: list[Any] = []
    leaves: list[Any] = []
    stack: list[Any] = [root]
    kept: list[float | None] = []  # beside the leaves, not in pairs with them: pairs would wake the collector
    try:
        _sort(stack, unreached, inner, leaves, kept)
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
            elif right is ROW:
                affine, inputs = left
                row = node._left_derivative
                weights = affine.weights[row]
                if affine._grad is None:
                    gathered = weights._grad
                    if gathered is unreached:
                        weights._grad = [gradient, inputs._data]
                    else:
                        gathered += (gradient, inputs._data)
                    affine.biases[row]._grad += gradient
                else:  # rows of hidden layers gather there, and order is kept
                    gather(affine, ((row, gradient), inputs._data), unreached)
                if inputs._left:
                    gathered = inputs._grad
                    if gathered is unreached:
                        inputs._grad = [gradient, weights._data]
                    else:
                        gathered += (gradient, weights._data)
            elif right is not MANY and right is not HIDDEN:
                left._grad += gradient * node._left_derivative
                right._grad += gradient * node._right_derivative
            else:
                _push(node, gradient, unreached)
        for leaf, before in zip(leaves, kept, strict=True):
            gradient = leaf._grad
            leaf._grad = before if gradient is unreached else gradient if before is None else before + gradient
    except BaseException:
        for node in (*inner, *stack):  # what was opened and not yet sorted is on the stack
            if node is not None and node._left is not None:
                node._grad = None
        for leaf, before in zip(leaves, kept, strict=False):  # an interrupt may fall between the two
            leaf._grad = before
        raise


def _sort(stack: list[Any], mark: float, inner: list[Any], leaves: list[Any], kept: list[float | None]) -> None:
    """Fill `inner` in topological order, and `leaves` with the leaves, `kept` with their gradients so far; mark all.

    The stack holds the root to begin with, and nothing at the end.
    """
    pop, push, append = stack.pop, stack.append, inner.append
    while stack:
        node = pop()
        if node is None:  # all that the next node was computed from is sorted
            append(pop())
            continue
        while node._grad is not mark:
            left = node._left
            if left is None:
                kept.append(node._grad)
                leaves.append(node)
                node._grad = mark
                break
            node._grad = mark  # a parent that is marked is sorted: there are no cycles
            right = node._right
            if right is None:
                if left._grad is mark:
                    append(node)
                    break
                push(node)
                push(None)
            elif right is ROW:
                affine, inputs = left
                row = node._left_derivative
                bias, weights = affine.biases[row], affine.weights[row]
                if inputs._grad is mark and weights._grad is mark and bias._grad is mark:
                    append(node)
                    break
                stack += (node, None, bias, inputs, weights)
                break
            elif right is MANY:
                stack += (node, None)
                stack.extend(reversed(left))
                break
            elif right is HIDDEN:
                affine, left = left
                if affine._grad is not mark:
                    stack += (node, None, left, affine)
                    break
                if left._grad is mark or not left._left:
                    append(node)
                    break
                push(node)
                push(None)
            elif right._grad is mark:
                if left._grad is mark:
                    append(node)
                    break
                push(node)
                push(None)
            else:
                push(node)
                push(None)
                push(right)
            node = left


def _push(node: Any, gradient: Any, unreached: float) -> None:
    """Push a gradient over the edges of a node that has groups, more than two parents, or edges that cut.

    A group gathers what its nodes send, gradient and derivatives in turn, and adds up when its own turn comes.
    """
    if node.is_group:
        node.share(unreached)
        return
    cuts = node.op.cuts
    for parent, derivative in zip(node._left, node._left_derivative):  # noqa: B905  # as many, by construction
        if parent.is_group:
            if parent._left:
                gather(parent, (gradient, derivative), unreached)
        elif not (cuts and derivative == 0.0):
            parent._grad += gradient * derivative


def gather(group: Any, sent: Sequence[Any], unreached: float) -> None:
    """Add what is sent, gradient and derivatives in turn, to what the group has gathered in this sweep.

    Derivatives are a list, one for each member, or one number for all.  A tuple of gradients comes with their
    derivatives by member.
    """
    if group._grad is unreached:
        group._grad = list(sent)
    else:
        group._grad += sent


def added_up(gathered: list[Any], members: int) -> list[float]:
    """Return for each member of a group the sum of gradient × derivative over all that was gathered."""
    if len(gathered) == 2:
        gradient, derivatives = gathered
        if gradient.__class__ is tuple:
            return columns(gradient, derivatives)
        if derivatives.__class__ is list:
            return [0.0 + gradient * d for d in derivatives]
        return [0.0 + gradient * derivatives] * members
    gradients = gathered[::2]
    if tuple not in map(type, gradients):
        rows = [d if d.__class__ is list else [d] * members for d in gathered[1::2]]
        return columns(gradients, zip(*rows))  # noqa: B905  # as many, by construction
    single: list[Any] = []
    for gradient, derivatives in zip(gradients, gathered[1::2], strict=True):
        if gradient.__class__ is tuple:
            for pair in zip(gradient, map(list, zip(*derivatives, strict=True)), strict=True):
                single += pair
        else:
            single += (gradient, derivatives)
    return added_up(single, members)
