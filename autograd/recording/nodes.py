"""Making nodes: constants of plain numbers, and the results of operations that have no method of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from autograd.recording import modes
from autograd.recording.conditions import AsValue
from autograd.recording.graph import Inputs
from autograd.rules.maths import FLOATS
from autograd.rules.operation import Operation
from autograd.support.validate import number

if TYPE_CHECKING:
    from autograd.value import Value as Value  # noqa: TC004  # told at run time, when the class is there


class Constant:
    """What stands in the place of an operation for a plain number that was mixed into a graph."""

    name = symbol = glyph = "constant"
    role = ""

    def __repr__(self) -> str:
        return "<constant>"

    def __reduce__(self) -> str:
        return "CONSTANT"


CONSTANT: Final = Constant()

_new = object.__new__


def operand(x: Any) -> Value:
    """Return `x` as a Value: itself, or a constant if it is a number."""
    kind = x.__class__
    if kind is Value:
        return x  # type: ignore[no-any-return]
    if kind is not float and issubclass(kind, AsValue):
        return x.as_value()  # type: ignore[no-any-return]
    node = _new(Value)
    node._data = x if kind is float else number(x)
    node.op = CONSTANT
    node._grad = node._name = node._left = node._right = None
    node._left_derivative = node._right_derivative = node._operands = None
    return node


def apply(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """Return the recorded result of `op` on operands: Values, with Groups first where the operation takes them."""
    if modes.recorders and (record := modes.current("record")) is not None:
        result: Value = record(op, inputs)
        return result
    return record_operation(op, inputs)


def record_operation(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """Return a new node for `op` on operands, whatever mode is on."""
    numbers = [x._data for x in inputs]
    if op.is_wide:
        try:
            data, derivatives = op.rule(FLOATS, *numbers)
        except (ArithmeticError, ValueError):
            data, derivatives = op.evaluate(*numbers)
    else:
        data, derivatives = op.evaluate(*numbers, constant=[x.op is CONSTANT for x in inputs])
    return connected(data, op, inputs, derivatives)


def connected(data: float, op: Any, inputs: tuple[Any, ...], derivatives: Any) -> Value:
    """Return a node with these operands, and the local derivative with respect to each."""
    node = _new(Value)
    node._data, node.op = data, op
    node._grad = node._name = node._left = node._right = None
    node._left_derivative = node._right_derivative = node._operands = None
    if op.is_wide:
        node._operands = Inputs.of(op, inputs, derivatives)
    else:
        node._left, node._left_derivative = inputs[0], derivatives[0]
        if len(inputs) == 2:
            node._right, node._right_derivative = inputs[1], derivatives[1]
    return node
