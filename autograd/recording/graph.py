"""Looking at a recorded graph: what a node was computed from, and the order of all that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.fused.operands import operand_derivatives, operands, targets

__all__ = ["operand_derivatives", "operands", "structure", "targets", "topological_order"]

if TYPE_CHECKING:
    from autograd.value import Value


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
