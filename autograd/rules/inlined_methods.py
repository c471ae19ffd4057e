"""Operations of one input, their rules inlined at the first use: as methods of Value, and on rows of numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, overload

from autograd.rules.operation import Operation
from autograd.rules.source import method_text, on_floats, primitives
from autograd.rules.symbols import parameters

if TYPE_CHECKING:
    from autograd.value import Value

Row = list[float]


class UnaryMethod:
    """In the place of a method that records an operation: the first look writes it, and puts it there."""

    def __init__(self, op: Operation) -> None:
        self.op, self.__doc__ = op, op.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        if not hasattr(self, "owner"):  # a class that is made of this one's attributes takes the method, not its place
            self.owner, self.name = owner, name

    @overload
    def __get__(self, node: None, kind: type) -> Callable[[Any], Value]: ...
    @overload
    def __get__(self, node: object, kind: type) -> Callable[[], Value]: ...
    def __get__(self, node: object, kind: type) -> Callable[..., Any]:
        """Return the method."""
        text, around = method_text(self.op, self.name), vars(sys.modules[self.owner.__module__])
        method = _run(text.replace("\n    ", "\n"), f"{around['__file__']}: {self.name}", around)[self.name]
        method.__qualname__ = f"{self.owner.__qualname__}.{self.name}"
        setattr(self.owner, self.name, method)
        return method if node is None else method.__get__(node, kind)  # type: ignore[no-any-return]


@cache
def on_row(op: Operation) -> Callable[[Row], tuple[Row, Row]]:
    """Return what gives the outputs and the local derivatives for a row of numbers; it may raise as `math` does."""
    lines, output, (derivative,) = on_floats(op)
    body = "\n        ".join([*lines, f"outputs.append({output})", f"derivatives.append({derivative})"])
    source = f"""def on_row(row):
    outputs, derivatives = [], []
    for {parameters(op)[0]} in row:
        {body}
    return outputs, derivatives
"""
    return _run(source, f"<{op.name} of a row>", {})["on_row"]  # type: ignore[no-any-return]


def _run(text: str, name: str, around: dict[str, Any]) -> dict[str, Any]:
    """Return what a source defines, among the names around it; debuggers and `inspect` find its lines."""
    import linecache  # takes a millisecond to load

    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    defined: dict[str, Any] = {}
    exec(compile(text, name, "exec"), primitives() | around, defined)
    return defined
