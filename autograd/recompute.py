"""Checkpoints: remember a function's inputs in place of its graph, and compute it again when gradients ask.

Memory falls from every operation in between to the inputs alone; time rises by one more forward pass.
(Griewank and Walther 2000; Chen et al. 2016, "Training deep nets with sublinear memory cost".)
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Final

from autograd import modes
from autograd.backward import MANY, operands
from autograd.nested import flat, name_of, rebuilt
from autograd.operation import Operation
from autograd.pullback import derivatives
from autograd.recording import Record, RecordNothing, recording_again
from autograd.value import CONSTANT, Group, Value, record_operation

__all__ = ["checkpoint"]


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` so that it records one node per number it returns, and is computed again for gradients.

    The numbers and the gradients are those of `function`, also with respect to Values it closes over, and can be
    differentiated again.  Best around what returns few numbers: each costs one sweep over the recomputed graph.
    The backward pass raises RuntimeError if `function` does not give again what it gave before.
    """
    op = Checkpoint(function)

    def checkpointed(*arguments: Any) -> Any:
        return op.run(arguments)

    checkpointed.__name__ = checkpointed.__qualname__ = f"checkpoint({name_of(function)})"
    return checkpointed


class Checkpoint(Operation):
    """The operation of the nodes that stand for a function: its local derivatives are computed when asked for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        symbol = f"checkpoint {name_of(function)}"
        row: Any = {"groups": 1, "cuts": False, "smooth_on": (), "kink": None, "at_edges": {}}
        super().__init__("checkpoint", _no_rule, symbol=symbol, **row)
        self.function = function

    def __reduce__(self) -> tuple[Any, ...]:
        return Checkpoint, (_forgotten,)

    def run(self, arguments: tuple[Any, ...]) -> Any:
        """Return what the function returns, with a node of this operation in place of each number it computed."""
        outer = modes.current("record") or record_operation
        nothing_to_keep = isinstance(getattr(outer, "__self__", None), _Forget | RecordNothing)
        if nothing_to_keep or modes.current("refuse_reading") is not None:  # a compiled program keeps what it needs
            return self.function(*arguments)
        forget = _Forget(outer)
        with modes.mode(forget):
            result = self.function(*arguments)
        outputs = flat(result)
        segment = _Segment(self.function, arguments, _groups(forget.met, arguments), outputs)
        nodes = (self._node(y, i, segment) if _is_fleeting(y) else y for i, y in enumerate(outputs))
        return rebuilt(result, nodes)

    def _node(self, output: Value, i: int, segment: _Segment) -> Value:
        node = Value(output._data, output.name)
        if any(map(len, segment.parents)):
            _in_use.latest = weakref.ref(segment)
            node.op, node._left, node._right, node._left_derivative = self, segment.parents, MANY, _Later(segment, i)
        else:
            node.op = CONSTANT
        return node

    def recompute(self, node: Value) -> Value:
        """Return the node's number with all that led to it recorded, on the node's own parents."""
        later = node._left_derivative
        if not isinstance(later, _Later) or later.segment.parents is not operands(node):
            raise RuntimeError(f"{self.symbol} in a copied or loaded graph can be differentiated only once")
        again: Value = later.segment.outputs()[later.i]
        return again


class _Forget:
    """Computes as usual and keeps nothing but the Values met that come from outside."""

    def __init__(self, outer: Record) -> None:
        self.outer = outer
        self.met: dict[int, Value] = {}
        self.groups: dict[int, Group] = {}

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return a result that has no parents and is known as fleeting."""
        for x in inputs:
            if not x.is_group:
                self._meet(x)
            elif id(x) not in self.groups:
                self.groups[id(x)] = x
                for member in x.values:
                    self._meet(member)
        node = Value(self.outer(op, inputs)._data)
        node.op = FLEETING
        return node

    def _meet(self, x: Value) -> None:
        if x.op is not FLEETING and x.op is not CONSTANT:
            self.met[id(x)] = x


class _Segment:
    """One run of a function: what went in and the numbers that came out, and while it is in use, its graph."""

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        parents: tuple[Group, ...],
        outputs: Sequence[Any],
    ) -> None:
        self.function, self.arguments, self.parents = function, arguments, parents
        self.numbers = [y._data if _is_fleeting(y) else None for y in outputs]
        self.recomputed: list[Any] | None = None
        self.asked = 0

    def outputs(self) -> list[Any]:
        """Return what the function returns, recorded; at most one segment per thread holds its graph."""
        if self.recomputed is None:
            previous = _in_use.segment() if hasattr(_in_use, "segment") else None
            if previous is not None:
                previous.recomputed = None
            if any(group.current() is not group for group in self.parents):
                raise RuntimeError(f"an input of {name_of(self.function)} was changed between its forward and backward")
            with recording_again() or nullcontext():
                outputs = flat(self.function(*self.arguments))
            again = [n if n is None else getattr(y, "_data", y) for y, n in zip(outputs, self.numbers, strict=False)]
            if repr(again) != repr(self.numbers) or len(outputs) != len(self.numbers):
                raise RuntimeError(
                    f"{name_of(self.function)} gave {self.numbers} at first and {again} when computed again: "
                    "a checkpoint must not draw new random numbers or keep state"
                )
            self.recomputed, _in_use.segment = outputs, weakref.ref(self)
        return self.recomputed

    def local_derivatives(self, i: int) -> list[list[float]]:
        """Return the derivatives of output `i`, a list for each group of parents."""
        slopes = iter(derivatives(self.outputs()[i], [x for group in self.parents for x in group], recorded=True))
        self.asked += 1
        if self.asked >= sum(n is not None for n in self.numbers):
            self.asked, self.recomputed = 0, None
        return [[float(next(slopes)) for _ in group] for group in self.parents]


def _groups(met: dict[int, Value], arguments: tuple[Any, ...]) -> tuple[Group, ...]:
    """Return the Values met as groups: those among the arguments, and those closed over.

    The second is the group of the previous segment if it has the same members, so that many runs share one.
    """
    given = {id(x) for x in flat(arguments)}
    inputs = Group(x for x in met.values() if id(x) in given)
    others = [x for x in met.values() if id(x) not in given]
    previous = _in_use.latest() if hasattr(_in_use, "latest") else None
    shared = previous.parents[1] if previous is not None else Group(())
    closed_over = shared.current() if list(map(id, shared)) == list(map(id, others)) else Group(others)
    return inputs, closed_over


class _Later:
    """Local derivatives that are computed when they are iterated over."""

    __slots__ = ("i", "segment")

    def __init__(self, segment: _Segment, i: int) -> None:
        self.segment, self.i = segment, i

    def __iter__(self) -> Iterator[list[float]]:
        return iter(self.segment.local_derivatives(self.i))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)


class _Fleeting:
    """What stands in the place of an operation for a number whose operation was not kept."""

    name = symbol = "fleeting"


FLEETING: Final[Any] = _Fleeting()
_in_use = threading.local()


def _is_fleeting(x: Any) -> bool:
    return isinstance(x, Value) and x.op is FLEETING


def _no_rule(maths: Any, *inputs: Any) -> Any:
    """What a checkpointed function computes."""
    raise TypeError("a checkpoint has no rule of its own: it is differentiated by computing its function again")


def _forgotten(*arguments: Any) -> Any:
    raise RuntimeError("the function of a checkpoint is not saved with its graph")
