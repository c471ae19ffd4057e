"""The backward sweep: the chain rule over a recorded graph, latest node first.  It knows edges and no operation."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from autograd.value import Value


class Operands(Protocol):
    """What a node of other than one or two parents keeps: see `recording/graph.py`, and `fused/` for what is fast."""

    inputs: Any  # what the node was computed from, in order: Values and Groups, sequences that count as one input (dot)
    derivatives: Any  # for each input the local derivative; for a Group a list by member, or one number for all
    targets: Any  # the inputs that a gradient can get to

    def push(self, gradient: Any) -> None:
        """Add gradient × local derivative to each target."""


one_pass_at_a_time: Final = threading.RLock()  # passes of several threads may share leaves
if hasattr(os, "register_at_fork"):  # a child never begins with half a pass, nor with a lock that nobody will release
    release = one_pass_at_a_time.release
    os.register_at_fork(before=one_pass_at_a_time.acquire, after_in_parent=release, after_in_child=release)


def sweep(root: Value, seed: float) -> None:
    """Push gradients from `root` to all that it was computed from.

    While it runs, `_grad` holds the gradient collected so far.  At first that is `zero`, one float object of our own,
    known by identity since a real 0.0 arrives too.  Inner nodes keep what they collected; leaves add it to the gradient
    that they had.  A leaf at which nothing arrives, since no branch that leads to it was taken, gets 0.0.
    """
    zero = float("0")
    order: list[Any] = []
    leaves: list[Any] = []
    before: list[float | None] = []  # beside the leaves, not in pairs with them: pairs would wake the garbage collector
    stack: list[Any] = [root]
    try:
        sort(stack, zero, order, leaves, before)
        root._grad = seed
        for node in reversed(order):
            gradient = node._grad
            left = node._left
            if gradient is zero:
                node._grad = None
            elif left is None:
                node._operands.push(gradient)
            else:
                left._grad += gradient * node._left_derivative
                if (right := node._right) is not None:
                    right._grad += gradient * node._right_derivative
        for leaf, had in zip(leaves, before, strict=True):
            gradient = leaf._grad
            leaf._grad = gradient if had is None else had if gradient is zero else had + gradient
    except BaseException:  # an interrupt, say: leave every leaf as it was, and the others without a gradient
        for node in (*order, *stack):
            if node is not None and not is_leaf(node):
                node._grad = None
        for leaf, had in zip(leaves, before, strict=False):  # an interrupt may fall between the two
            leaf._grad = had
        raise


def sort(stack: list[Any], zero: float, order: list[Any], leaves: list[Any], before: list[float | None]) -> None:
    """Fill `order` with the inner nodes, each after those it was computed from, and `leaves` with the leaves; mark all.

    `before` gets the leaves' gradients so far.  None on the stack marks that the node below it is ready to append.
    """
    pop, push, append = stack.pop, stack.append, order.append
    while stack:
        node = pop()
        if node is None:
            append(pop())
            continue
        while node._grad is not zero:
            left = node._left
            if left is not None:
                node._grad = zero
                right = node._right
                if right is None or right._grad is zero:
                    if left._grad is zero:
                        append(node)
                        break
                    push(node)
                    push(None)
                else:
                    push(node)
                    push(None)
                    push(right)
                node = left  # goes on without the stack, which buys 1.05× for plain scalars
            elif node._operands is None:
                before.append(node._grad)
                leaves.append(node)
                node._grad = zero
            else:
                node._grad = zero
                push(node)
                push(None)
                stack.extend([x for x in reversed(node._operands.targets) if x._grad is not zero])
                break


def is_leaf(node: Any) -> bool:
    """Whether a node was made by hand, not computed."""
    return node._left is None and node._operands is None
