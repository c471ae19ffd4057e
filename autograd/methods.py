"""The methods of Value, derived from the table of operations: each records its operation's rule, written out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from autograd import modes
from autograd.operation import TABLE, Operation
from autograd.source import on_floats, primitives
from autograd.symbols import parameters
from autograd.value import Group, Value, apply, operand, record_operation

_METHOD: Final = """
def record(self{others}):
    {operands}
    if modes.active:
        return apply(op, ({inputs},))
    {numbers}
    node = new(Value)
    try:
        {formulas}
    except (ArithmeticError, ValueError):
        return record_operation(op, ({inputs},))
    node._left = {first}
    node._right = {second}
    node._grad = node.name = None
    node.op = op
    return node
"""


def _method(op: Operation, *, swapped: bool = False) -> Callable[..., Value]:
    """Return the method that records an operation of one or two operands, with its formulas written out.

    It is the first operand's method; the second's, if `swapped`.
    """
    names = parameters(op)
    operands_ = ["other", "self"] if swapped else ["self", "other"][: len(names)]
    lines, output, derivatives = on_floats(op)
    left, right = [*derivatives, "None"][:2]
    source = _METHOD.format(
        others=", other" * (len(names) - 1),
        operands="if other.__class__ is not Value: other = operand(other)" if len(names) == 2 else "",
        inputs=", ".join(operands_),
        numbers="; ".join(f"{name} = {x}._data" for name, x in zip(names, operands_, strict=True)),
        formulas="; ".join(
            [*lines, f"node._data = {output}", f"node._left_derivative = {left}", f"node._right_derivative = {right}"]
        ),
        first=operands_[0],
        second=operands_[1] if len(names) == 2 else "None",
    )
    known = dict(primitives(), op=op, Value=Value, operand=operand, apply=apply, new=object.__new__, modes=modes)
    known["record_operation"] = record_operation
    exec(compile(source, f"{__file__}, method {op.name}", "exec"), known)  # a file of the engine's, not the user's
    method: Callable[..., Value] = known["record"]
    return method


def _general(op: Operation) -> Callable[..., Value]:
    def method(self: Value, *others: Any, **named: Any) -> Value:
        inputs = (self, *others)
        return Value.apply_operation(op, op.complete(op.in_order(inputs, named) if named else inputs))

    return method


def _of_group(op: Operation, group: Group) -> Value:
    return apply(op, (group.current(),))


def _swapped(method: Callable[[Value, Any], Value]) -> Callable[[Value, Any], Value]:
    return lambda self, other: method(operand(other), self)


def _name(method: Callable[..., Value], name: str, op: Operation) -> Callable[..., Value]:
    """Return the method as help and tracebacks are to show it."""
    method.__name__, method.__qualname__, method.__doc__ = name, f"Value.{name}", op.__doc__
    method.__module__ = Value.__module__
    return method


_INFIX: Final = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "power": "pow"}
_PREFIX: Final = {"negative": "__neg__", "abs": "__abs__"}


def _give_methods() -> None:
    """Derive the methods of Value from the table: all but those that take sequences or conditions."""
    for name, op in TABLE.items():
        if op.groups == op.arity == 1:
            op.kind, op.method = Group, partial(_of_group, op)
        if op.groups or (op.cuts and name != "detach"):
            continue
        plain = not (op.defaults or op.cuts or name == "power")
        if plain and op.arity <= 2:
            method = op.method = _method(op)
            op.kind = Value
        else:
            method = _general(op)
        _name(method, name, op)
        if name in _INFIX:
            setattr(Value, f"__{_INFIX[name]}__", method)
            reflected = _method(op, swapped=True) if plain else _swapped(method)
            setattr(Value, f"__r{_INFIX[name]}__", _name(reflected, f"__r{_INFIX[name]}__", op))
        if name in _PREFIX:
            setattr(Value, _PREFIX[name], method)
        if name not in _INFIX and name != "negative":
            setattr(Value, name, method)


_give_methods()
