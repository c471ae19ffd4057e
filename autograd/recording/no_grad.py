"""`no_grad`: operations compute, and record nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from autograd import ops
from autograd.recording import modes
from autograd.recording.modes import Way
from autograd.recording.nodes import operand, record_operation
from autograd.rules.operation import Operation

if TYPE_CHECKING:
    from autograd.value import Value

Record = Callable[[Operation, tuple[Any, ...]], "Value"]


def recorder() -> Record:
    """Return what records an operation here: the innermost mode that does, else the plain way."""
    return modes.current("record") or record_operation


class Recorder:
    """Records by `outer`, in a way of its own."""

    def __init__(self, outer: Record) -> None:
        self.outer = outer

    def resumed(self) -> None:
        """Record by what surrounds it now."""
        self.outer = recorder()


@Way
def no_grad() -> RecordNothing:
    """Inside the `with` block (or the decorated function) operations compute and record nothing.

    Their results are plain leaves: no parents, no operation, so nothing flows back through them.
    A decorated generator runs inside, and whoever takes what it yields does not.
    """
    return RecordNothing(recorder())


class RecordNothing(Recorder):
    """Computes by `outer`, and keeps the number alone."""

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the operation's result as a leaf."""
        node = self.outer(op, inputs)
        if modes.current("refuse_reading") is not None:  # a program is traced: its numbers must stay open
            return self.outer(ops.detach, (node,))
        return forgotten(node._data)


def forgotten(data: float) -> Value:
    """Return a leaf that knows that it was computed."""
    leaf = operand(data)
    leaf.op = None
    leaf._right_derivative = modes.FORGOTTEN
    return leaf


def is_quiet(record: Any) -> bool:
    """Return whether what records operations is `no_grad`, which keeps nothing."""
    return isinstance(getattr(record, "__self__", None), RecordNothing)


def recording_again() -> AbstractContextManager[Any]:
    """Return a block inside which operations are recorded again if `no_grad` is on here, and as ever if it is not.

    For work that needs a graph of its own inside, whatever becomes of its result.
    """
    record: Any = recorder()
    outer = record
    while is_quiet(outer):
        outer = outer.__self__.outer
    return nullcontext() if outer is record else modes.mode(SimpleNamespace(record=outer))
