"""Writes `methods.py` and `fused/activations.py` from the table of operations: `python -m autograd.rules.generate`.

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

FOLDER: Final = Path(__file__).parents[1]
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
from typing import TYPE_CHECKING, Final, SupportsFloat, TypeAlias, Union

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
        try:
{formulas}
        except (ArithmeticError, ValueError):
            return record_operation(ops.{op}, ({inputs}))
{parents}
        node.op = ops.{op}
        return node
'''

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

_TAIL: Final = """

METHODS: Final = {{
{}
}}
"""

_INFIX: Final = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "power": "pow"}
_PREFIX: Final = {"negative": "neg", "abs": "abs"}


_ROWS: Final = '''"""Operations of one input on rows of numbers: outputs and derivatives.  Hidden layers use them.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from collections.abc import Callable
from math import (
{functions})
from typing import Final

Row = list[float]
'''

_ROW: Final = """

def {op}_row({name}s: Row) -> tuple[Row, Row]:
    outputs, derivatives = [], []
    for {name} in {name}s:
{formulas}
    return outputs, derivatives
"""

_ROWS_TAIL: Final = """

ON_ROWS: Final[dict[str, Callable[[Row], tuple[Row, Row]]]] = {{
{}
}}
"""


def method_names(op: Operation) -> list[str]:
    """Return the names of the methods that record an operation; the second of two is the second operand's."""
    if op.groups or (op.stops_at_zero and op.name != "detach"):
        return []  # what takes sequences or conditions is a function
    if op.name in _INFIX:
        return [f"__{_INFIX[op.name]}__", f"__r{_INFIX[op.name]}__"]
    if op.name in _PREFIX:
        return [f"__{_PREFIX[op.name]}__"] + [op.name] * (op.name != "negative")
    return [op.name]


def is_inlined(op: Operation) -> bool:
    """Return whether an operation's method is its rule, inlined."""
    return not (op.groups or op.defaults or op.stops_at_zero or op.arity > 2 or op.name == "power")


def files() -> dict[str, str]:
    """Return the text of each file that is written here, by its name."""
    return {"recording/methods.py": _methods(), "fused/activations.py": _activations()}


def _listing(but: str = "") -> str:
    return "".join(f"    {name},\n" for name in _FUNCTIONS if name != but)


def _activations() -> str:
    rows = [op for op in TABLE.values() if op.arity == 1 and is_inlined(op)]
    return "".join(
        [
            _ROWS.format(functions=_listing("atan2")),
            *map(_row, rows),
            _ROWS_TAIL.format("\n".join(f'    "{op.name}": {op.name}_row,' for op in rows)),
        ]
    )


def _row(op: Operation) -> str:
    lines, output, (derivative,) = on_floats(op)
    formulas = [*lines, f"outputs.append({output})", f"derivatives.append({derivative})"]
    (name,) = parameters(op)
    return _ROW.format(op=op.name, name=name, formulas=_indented(formulas, 8))


def _methods() -> str:
    parts = [_HEAD.format(functions=_listing())]
    for op in TABLE.values():
        name, *second = method_names(op) or [""]
        if name:
            parts.append(_method(op, name) if is_inlined(op) else _general(op, name))
        for other in second:  # a number stands before the sign; or abs(x) is x.abs(), too
            others, call = (
                (", other: Real", f"operand(other).{name}(self)") if op.arity == 2 else ("", f"self.{name}()")
            )
            parts.append(_SECOND.format(name=other, others=others, call=call, documentation=_documentation(op)))
    quick = [(op.name, method_names(op)[0]) for op in TABLE.values() if is_inlined(op) and method_names(op)]
    return "".join([*parts, _TAIL.format("\n".join(f'    "{op}": Methods.{name},' for op, name in quick))])


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
    return _METHOD.format(
        name=name,
        op=_in_module(op),
        others=", other: Real" * (len(names) - 1),
        documentation=_documentation(op),
        operands=is_value if len(names) == 2 else "",
        inputs=_listed(inputs),
        numbers=f"{', '.join(names)} = {', '.join(f'{x}._data' for x in inputs)}",
        formulas=_indented(formulas, 12),
        parents=_indented(parents, 8),
    )


def _general(op: Operation, name: str) -> str:
    required = op.arity - len(op.defaults)
    rest = ["other"] if op.name in _INFIX else list(parameters(op))[1:]
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
    for _name, _text in files().items():
        write_file(FOLDER / _name, _text.encode())
