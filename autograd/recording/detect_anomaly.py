"""`detect_anomaly`: the first number that is not finite is an error, which says where it was born."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd.recording import modes
from autograd.recording.graph import operands, topological_order
from autograd.recording.modes import Way
from autograd.recording.no_grad import Record, Recorder, recorder
from autograd.rules.operation import Operation
from autograd.support.messages import name_or
from autograd.support.user_line import user_line

if TYPE_CHECKING:
    from autograd.value import Value


@Way
def detect_anomaly() -> _Watch:
    """Inside the `with` block (or the decorated function) the first non-finite value raises FloatingPointError.

    Forward, the error names the operation, its inputs with their numbers, and the line of the program that asked for
    it.  In `backward`, it names the edge on which finite numbers gave an infinite or undefined contribution, and the
    line where that node was recorded, if that was inside the block too.  What enters as nan or inf is named as such.
    A nan is reported where it first arises even if a `where` further on would not take it.
    """
    return _Watch(recorder())


class _Watch(Recorder):
    """Records as usual, remembers where, and looks at every number."""

    def __init__(self, outer: Record) -> None:
        super().__init__(outer)
        self.lines: dict[int, tuple[Any, str]] = {}  # id of a node -> its operation and line; keeps no node alive

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        node = self.outer(op, inputs)
        if modes.current("refuse_reading") is not None:  # a program is traced, which has no numbers yet
            return node
        line = user_line()
        self.lines[id(node)] = op, line
        if not math.isfinite(node._data):
            raise FloatingPointError(f"{line}: {_birth(op, inputs, node._data)}")
        return node

    def watch_backward(self, root: Value, seed: float) -> None:
        adjoints = {id(root): seed}
        if not math.isfinite(seed):
            raise FloatingPointError(f"backward was given the gradient {seed!r} to begin with")
        for node in reversed(topological_order(root)):
            gradient = adjoints.get(id(node))
            if gradient is None or node.is_leaf:
                continue
            op: Any = node.op
            for place, (parent, derivative) in enumerate(zip(node.parents, node.local_derivatives, strict=True)):
                if op.stops_at_zero and derivative == 0.0:
                    continue
                contribution = gradient * derivative
                arrived = adjoints.get(id(parent), 0.0) + contribution
                if not math.isfinite(arrived):
                    raise FloatingPointError(self._edge(node, place, gradient, contribution, arrived))
                adjoints[id(parent)] = arrived

    def _edge(self, node: Value, place: int, gradient: float, contribution: float, arrived: float) -> str:
        parent, derivative = node.parents[place], node.local_derivatives[place]
        op, line = self.lines.get(id(node), (None, ""))
        known = op is node.op
        summed = f"{contribution!r}, which makes the sum {arrived!r}"
        outcome = summed if math.isfinite(contribution) else repr(arrived)
        return (
            f"{line + ': ' if known else ''}backward through {_call(node.op, operands(node))} = {node._data!r}: "
            f"gradient {gradient!r} times the local derivative {derivative!r} with respect to input {place + 1} "
            f"({_shown(parent)}) gives {outcome}"
            f"{'' if known else '; record the graph inside detect_anomaly() as well to see the line'}"
        )


def _birth(op: Operation, inputs: tuple[Any, ...], result: float) -> str:
    entered = [x for i in inputs for x in (i.values if i.is_group else (i,)) if not math.isfinite(x._data)]
    call = _call(op, inputs)
    if not entered:
        return f"{result!r} is born in {call}, whose inputs are all finite"
    names = ", ".join(_shown(x) for x in entered[:3])
    kind = "a leaf" if all(x.is_leaf for x in entered) else "an input"
    return f"{call} gives {result!r}; {names} came in from outside as {kind}, not born in an operation of this block"


def _call(op: Any, inputs: tuple[Any, ...]) -> str:
    return f"{op.name}({', '.join(map(_shown, inputs))})"


def _shown(x: Any) -> str:
    if x.is_group:
        members = [_shown(v) for v in x.values]
        return f"[{', '.join(members[:6])}{f', … {len(members)} in all' if len(members) > 6 else ''}]"
    return f"{name_or(x, '')}={x._data!r}" if x.name else f"{x._data!r}"
