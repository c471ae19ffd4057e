"""Writes `recording/methods.py` from the table of operations: `python -m autograd.rules.generate`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autograd.rules.operation import TABLE, Operation
from autograd.rules.source import OF_MATH, documentation, in_module, listed, method_text
from autograd.rules.symbols import parameters
from autograd.support.files import write_file

FILE: Final = Path(__file__).parents[1] / "recording" / "methods.py"
_HEAD: Final = '''# mypy: disable-error-code="assignment, operator, union-attr"
"""The methods of Value, each its operation's rule on floats, inlined.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from math import {functions}
from typing import TYPE_CHECKING, SupportsFloat, TypeAlias, Union

from autograd import ops
from autograd.recording import modes
from autograd.recording.nodes import apply, operand, record_operation
from autograd.rules.inlined_methods import UnaryMethod

if TYPE_CHECKING:
    from autograd.value import Value  # told at run time, when the class is there

Real: TypeAlias = Union["Value", SupportsFloat]  # what an operation takes: a Value, or a number (see `number`)
new = object.__new__


class Methods:
    """Arithmetic and functions, one method for each operation of one or two inputs.

    Those of one input, but for signs, are written when they are first asked for, just as `__neg__` is:
    `inspect.getsource(Value.tanh)` shows one.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        _data: float

    def __pos__(self) -> Value:
        return self  # type: ignore[return-value]
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


def methods() -> str:
    """Return the text of recording/methods.py."""
    parts = [text for op in TABLE.values() for text in _methods(op)]
    used = [name for name in sorted(OF_MATH) if re.search(rf"= .*\b{name}\(", "".join(parts))]
    text = "".join([_HEAD.format(functions=", ".join(used)), *parts])
    return re.sub(r"(= UnaryMethod.*\n)\n(?=    \w+ = UnaryMethod)", r"\1", text)


def _methods(op: Operation) -> Iterator[str]:
    """Yield the text of each method that records an operation."""
    for name in op.methods[:1]:
        if op.is_inlined and op.arity == 1 and name == op.name:
            yield f"\n    {name} = UnaryMethod(ops.{in_module(op)})\n"
        else:
            yield method_text(op, name) if op.is_inlined else _general(op, name)
    for second in op.methods[1:]:  # a number stands before the sign; or abs(x) is x.abs(), too
        others, call = (", other: Real", f"operand(other).{name}(self)") if op.arity == 2 else ("", f"self.{name}()")
        yield _SECOND.format(name=second, others=others, call=call, documentation=documentation(op))


def _general(op: Operation, name: str) -> str:
    required = op.arity - len(op.defaults)
    rest = ["other"] if len(op.methods) == 2 else list(parameters(op))[1:]
    values = [""] * (required - 1) + [f" = {x!r}" for x in op.defaults]
    others = "".join(f", {x}: Real{value}" for x, value in zip(rest, values, strict=True))
    inputs = ["self", *rest]
    return _GENERAL.format(
        name=name, op=in_module(op), others=others, documentation=documentation(op), inputs=listed(inputs)
    )


if __name__ == "__main__":
    write_file(FILE, methods().encode())
