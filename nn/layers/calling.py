"""What a module's constructor and its `__call__` are wrapped in, and what they say to a wrong call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from nn.layers.module import Module

Call = TypeVar("Call", bound=Callable[..., Any])


def naming_its_parts(init: Callable[..., None]) -> Callable[..., None]:
    """Return a constructor that names what the module is made of, so that nobody has to think of it.

    Layers know their own place by it: the forward cache is kept by place, and so are the streams of random masks.
    """

    @wraps(init)
    def named(self: Module, *given: Any, **by_name: Any) -> None:
        init(self, *given, **by_name)
        self._name_unnamed()

    return named


def one_row(call: Call) -> Call:
    """Return a module's `__call__`, which takes one row, and has `more` only to say so to one who gives its numbers."""
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [p for p in inspect.signature(call).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    )
    return call


def refuse_more(module: object, inputs: Sequence[Any]) -> None:
    """Raise TypeError: a module was called with several arguments in the place of one row."""
    shown = ", ".join(repr(x)[:12] for x in inputs[:3]) + (", …" if len(inputs) > 3 else "")
    raise TypeError(
        f"{type(module).__name__} takes one row of inputs, and here are {len(inputs)} arguments: write model([{shown}])"
    )


def calling_forward(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return the `__call__` of a class that says in `forward`, as PyTorch's do, what its modules make of a row."""

    @wraps(forward)
    def called(self: Any, *inputs: Any, **named: Any) -> Any:
        return self.forward(*inputs, **named)

    return called
