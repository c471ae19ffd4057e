"""Checkpoints: remember a function's inputs in place of its graph, and compute it again when gradients ask.

Memory falls from every operation in between to the inputs alone; time rises by one more forward pass.
(Griewank and Walther 2000; Chen et al. 2016, "Training deep nets with sublinear memory cost".)
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd.backward import sweep
from autograd.functional.vjp import differ, gradients
from autograd.fused.groups import Group
from autograd.recording import modes
from autograd.recording.bulk import gradients_aside
from autograd.recording.graph import Inputs, structure
from autograd.recording.no_grad import Record, is_quiet, recorder, recording_again
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from autograd.support.foreign_names import GUESSES
from autograd.support.pickled_functions import Made
from autograd.support.pytree import flat, name_of, rebuilt
from autograd.value import Value


@GUESSES
def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` so that it records one node per number it returns, and is computed again for gradients.

    The numbers and the gradients are those of `function`, also with respect to Values it closes over, and can be
    differentiated again.  Best around what returns few numbers: each costs one sweep over the recomputed graph.
    The backward pass raises RuntimeError if `function` does not give again what it gave before.
    """
    if not callable(function):
        raise TypeError(f"checkpoint takes a function, as in checkpoint(f)(x), not {function!r}")
    op = Checkpoint(function)

    def checkpointed(*arguments: Any, **named: Any) -> Any:
        return op.run(arguments, named)

    return Made(checkpointed, f"checkpoint({name_of(function)})", checkpoint, function)


class Checkpoint(Operation):
    """The operation of the nodes that stand for a function: its local derivatives are computed when asked for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__("checkpoint", _no_rule, symbol=f"checkpoint {name_of(function)}", groups=1)
        self.function = function

    def __reduce__(self) -> tuple[Any, ...]:
        return Checkpoint, (_forgotten,)

    def run(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Return what the function returns, with a node of this operation in place of each number it computed."""
        function = self.function if not named else _by_place(self.function, len(arguments), tuple(named))
        arguments = (*arguments, *named.values())
        outer = recorder()
        nothing_to_keep = is_quiet(outer) or isinstance(getattr(outer, "__self__", None), _Forget)
        if nothing_to_keep or modes.current("refuse_reading") is not None:  # a compiled program keeps what it needs
            return function(*arguments)
        inner, given, fresh = _fresh(arguments)
        forget = _Forget(outer, fresh)
        with modes.mode(forget):
            result = function(*inner)
        outputs = flat(result)
        segment = _Segment(function, arguments, (Group(given), _shared(list(forget.met.values()))), outputs)
        nodes = (self._node(y, i, segment) if _is_discarded(y) else y for i, y in enumerate(outputs))
        return rebuilt(result, nodes)

    def _node(self, output: Value, i: int, segment: _Segment) -> Value:
        node = Value(output._data, output.name)
        if any(map(len, segment.parents)):
            _in_use.latest = weakref.ref(segment)
            later: Any = _Later(segment, i)
            node.op, node._operands = self, later
        else:
            node.op = CONSTANT
        return node

    def recompute(self, node: Value) -> Value:
        """Return the node's number with all that led to it recorded, on the node's own parents."""
        later = node._operands
        if not isinstance(later, _Later):
            raise RuntimeError(f"{self.symbol} in a copied or loaded graph can be differentiated only once")
        again: Value = later.segment.outputs()[0][later.i]
        return again


def _by_place(function: Callable[..., Any], count: int, names: tuple[str, ...]) -> Callable[..., Any]:
    """Return the function such that what it takes by these names comes after its other arguments."""

    def called(*arguments: Any) -> Any:
        return function(*arguments[:count], **dict(zip(names, arguments[count:], strict=True)))

    called.__name__ = name_of(function)
    return called


class _Forget:
    """Computes as usual and keeps nothing but the Values met that come from outside, other than as arguments."""

    def __init__(self, outer: Record, arguments: list[Value]) -> None:
        self.outer = outer
        self.arguments = {id(x) for x in arguments}
        self.met: dict[int, Value] = {}
        self.groups: dict[int, Group] = {}

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return a result that has no parents and is known as a discarded intermediate."""
        for x in inputs:
            if not x.is_group:
                self._meet(x)
            elif id(x) not in self.groups:
                self.groups[id(x)] = x
                for member in x.values:
                    self._meet(member)
        node = Value(self.outer(op, inputs)._data)
        node.op = DISCARDED
        return node

    def _meet(self, x: Value) -> None:
        if x.op is not DISCARDED and x.op is not CONSTANT and id(x) not in self.arguments:
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
        self.entered = self._numbers_now()
        self.numbers = [y._data if _is_discarded(y) else None for y in outputs]
        self.kept: tuple[list[Any], list[Value]] | None = None
        self.kept_fresh = False
        self.asked = 0

    def _numbers_now(self) -> list[float]:
        return [x._data for group in self.parents for x in group.values]

    def outputs(self, *, fresh: bool = False) -> tuple[list[Any], list[Value]]:
        """Return what the function returns, recorded on its arguments or on fresh leaves in their place; and those.

        At most one segment per thread keeps its graph.
        """
        if self.kept is None or self.kept_fresh is not fresh:
            previous = _in_use.segment() if hasattr(_in_use, "segment") else None
            if previous is not None:
                previous.kept = None
            if any(map(differ, self.entered, self._numbers_now())):
                raise RuntimeError(f"an input of {name_of(self.function)} was changed between its forward and backward")
            arguments, _, leaves = _fresh(self.arguments) if fresh else (self.arguments, [], [])
            with recording_again():
                outputs = flat(self.function(*arguments))
            again = [n if n is None else getattr(y, "_data", y) for y, n in zip(outputs, self.numbers, strict=False)]
            if repr(again) != repr(self.numbers) or len(outputs) != len(self.numbers):
                raise RuntimeError(
                    f"{name_of(self.function)} gave {self.numbers} at first and {again} when computed again: "
                    "a checkpoint must not draw new random numbers or keep state"
                )
            self.kept, self.kept_fresh, _in_use.segment = (outputs, leaves), fresh, weakref.ref(self)
        return self.kept

    def local_derivatives(self, i: int) -> list[list[float]]:
        """Return the derivatives of output `i`, a list for each group of parents."""
        outputs, leaves = self.outputs(fresh=True)
        inputs, closed_over = self.parents
        variables = [*leaves, *closed_over]
        if all(x.is_leaf for x in closed_over):
            slopes = _swept(outputs[i], variables)
        else:
            slopes = gradients(outputs[i], variables, recorded=True)
        self.asked += 1
        if self.asked >= sum(n is not None for n in self.numbers):
            self.asked, self.kept = 0, None
        return [slopes[: len(inputs)], slopes[len(inputs) :]]


def _swept(root: Value, leaves: list[Value]) -> list[float]:
    """Return the gradients that a sweep gives these leaves, and leave theirs as they were: one may be under way."""
    with gradients_aside([*(x for x in structure(root) if x.is_group or x.is_leaf), *leaves]):
        sweep(root, 1.0)
        return [0.0 if x._grad is None else x._grad for x in leaves]


def _fresh(arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[Value], list[Value]]:
    """Return the arguments with a leaf in place of each Value; those Values; and those leaves."""
    given, leaves, inner = [], [], []
    for argument in arguments:
        items = flat(argument)
        if not any(isinstance(x, Value) for x in items):
            inner.append(argument)
            continue
        replaced = [Value(x._data, x.name) if isinstance(x, Value) else x for x in items]
        given += [x for x in items if isinstance(x, Value)]
        leaves += [x for x, item in zip(replaced, items, strict=True) if isinstance(item, Value)]
        inner.append(rebuilt(argument, iter(replaced)))
    return tuple(inner), given, leaves


def _shared(values: list[Value]) -> Group:
    """Return the Values closed over as a group: the previous segment's if it has the same, so that runs share one."""
    previous = _in_use.latest() if hasattr(_in_use, "latest") else None
    group = previous.parents[1] if previous is not None else Group(())
    return group if list(map(id, group)) == list(map(id, values)) else Group(values)


class _Later(Inputs):
    """The operands of a node that stands for output `i` of a function: derivatives are computed when asked for."""

    __slots__ = ("i", "segment")

    def __init__(self, segment: _Segment, i: int) -> None:
        self.inputs = self.targets = segment.parents
        self.segment, self.i = segment, i

    @property
    def derivatives(self) -> list[list[float]]:
        """A list for each group of parents."""
        return self.segment.local_derivatives(self.i)


class _Discarded:
    """What stands in the place of an operation for a number whose operation was not kept."""

    name = symbol = "discarded"


DISCARDED: Final[Any] = _Discarded()
_in_use = threading.local()


def _is_discarded(x: Any) -> bool:
    return isinstance(x, Value) and x.op is DISCARDED


def _no_rule(maths: Any, *inputs: Any) -> Any:
    """What a checkpointed function computes."""
    raise TypeError("a checkpoint has no rule of its own: it is differentiated by computing its function again")


def _forgotten(*arguments: Any) -> Any:
    raise RuntimeError("the function of a checkpoint is not saved with its graph")
