"""Writes `recording/methods.py` from the table of operations: `python -m autograd.rules.generate`.

Each method is its operation's rule on floats, inlined: that spares a call, a tuple and the look-ups of the maths
library for every node, which buys 2× for plain scalars.
"""

from __future__ import annotations

import inspect
import math
import re
from pathlib import Path
from typing import Final

from autograd.rules.operation import TABLE, Operation
from autograd.rules.source import on_floats, primitives
from autograd.rules.symbols import parameters
from autograd.support.files import write_file

FILE: Final = Path(__file__).parents[1] / "recording" / "methods.py"
_FUNCTIONS: Final = sorted(  # log2 before log10
    (name for name, x in primitives().items() if x is getattr(math, name, None)),
    key=lambda name: [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", name)],
)

_HEAD: Final = '''# mypy: disable-error-code="assignment, operator, union-attr"
"""The methods of Value, each its operation's rule on floats, inlined.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from math import (
{functions})
from typing import TYPE_CHECKING, SupportsFloat, TypeAlias, Union

from autograd import ops
from autograd.recording import modes
from autograd.recording.nodes import apply, operand, record_operation

if TYPE_CHECKING:
    from autograd.value import Value  # told at run time, when the class is there

Real: TypeAlias = Union["Value", SupportsFloat]  # what an operation takes: a Value, or a number (see `number`)
new = object.__new__


class Methods:
    """Arithmetic and functions, one method for each operation of one or two inputs."""

    __slots__ = ()

    if TYPE_CHECKING:
        _data: float

    def __pos__(self) -> Value:
        return self  # type: ignore[return-value]
'''

_METHOD: Final = '''
    def {name}(self{others}) -> Value:
        """{documentation}"""
{operands}        if modes.recorders:
            return apply(ops.{op}, ({inputs}))
        {numbers}
        node = new(Value)
{formulas}
{parents}
        node.op = ops.{op}
        return node
'''

_CAREFUL: Final = """        try:
{formulas}
        except (ArithmeticError, ValueError):
            return record_operation(ops.{op}, ({inputs}))"""

_GENERAL: Final = '''
    def {name}(self{others}) -> Value:
        """{documentation}"""
        return Value.apply_operation(ops.{op}, ({inputs}))
'''

_SECOND: Final = '''
    def {name}(self{others}) -> Value:
        """{documentation}"""
        return {call}
'''

_RAISES: Final = re.compile(rf"/|\b({'|'.join(_FUNCTIONS)})\(")  # the rest of arithmetic on floats never does


def methods() -> str:
    """Return the text of recording/methods.py."""
    parts = [_HEAD.format(functions="".join(f"    {name},\n" for name in _FUNCTIONS))]
    for op in TABLE.values():
        name, *second = op.methods or [""]
        if name:
            parts.append(_method(op, name) if op.is_inlined else _general(op, name))
        for other in second:  # a number stands before the sign; or abs(x) is x.abs(), too
            others, call = (
                (", other: Real", f"operand(other).{name}(self)") if op.arity == 2 else ("", f"self.{name}()")
            )
            parts.append(_SECOND.format(name=other, others=others, call=call, documentation=_documentation(op)))
    return "".join(parts)


def _method(op: Operation, name: str) -> str:
    names, inputs = parameters(op), ["self", "other"][: op.arity]
    lines, output, (left, *right) = on_floats(op)
    formulas = [*lines, f"node._data = {output}", f"node._left_derivative = {left}"]
    formulas += [f"node._right_derivative = {x}" for x in right]
    parents = [f"node._left = {inputs[0]}"]
    if right:
        parents += [f"node._right = {inputs[1]}", "node._grad = node._name = node._operands = None"]
    else:
        parents += ["node._right = node._right_derivative = node._grad = node._name = node._operands = None"]
    is_value = "        if other.__class__ is not Value:\n            other = operand(other)\n"
    careful = any(map(_RAISES.search, formulas))
    text = _indented(formulas, 12 if careful else 8)
    text = _CAREFUL.format(formulas=text, op=_in_module(op), inputs=_listed(inputs)) if careful else text
    return _METHOD.format(
        name=name,
        op=_in_module(op),
        others=", other: Real" * (len(names) - 1),
        documentation=_documentation(op),
        operands=is_value if len(names) == 2 else "",
        inputs=_listed(inputs),
        numbers=f"{', '.join(names)} = {', '.join(f'{x}._data' for x in inputs)}",
        formulas=text,
        parents=_indented(parents, 8),
    )


def _general(op: Operation, name: str) -> str:
    required = op.arity - len(op.defaults)
    rest = ["other"] if len(op.methods) == 2 else list(parameters(op))[1:]
    values = [""] * (required - 1) + [f" = {x!r}" for x in op.defaults]
    others = "".join(f", {x}: Real{value}" for x, value in zip(rest, values, strict=True))
    inputs = ["self", *rest]
    return _GENERAL.format(
        name=name, op=_in_module(op), others=others, documentation=_documentation(op), inputs=_listed(inputs)
    )


def _documentation(op: Operation) -> str:
    """Return what the rule says, at the indentation of a method."""
    first, *rest = (inspect.getdoc(op.rule) or "").splitlines()
    return "\n".join([first, *(f"        {line}".rstrip() for line in rest), *["        "] * bool(rest)])


def _indented(lines: list[str], by: int) -> str:
    return "\n".join(" " * by + line + "  # fmt: skip" * (by + len(line) > 120) for line in lines)


def _listed(inputs: list[str]) -> str:
    return ", ".join(inputs) + "," * (len(inputs) == 1)


def _in_module(op: Operation) -> str:
    return op.rule.__name__


if __name__ == "__main__":
    write_file(FILE, methods().encode())
