"""What holds in one thread or task for a while: a context variable with a value, inside a block or a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

Held = TypeVar("Held")
Result = TypeVar("Result")


@contextmanager
def bound(variable: ContextVar[Held], x: Held) -> Iterator[None]:
    """Inside the block the variable holds `x`."""
    token = variable.set(x)
    try:
        yield
    finally:
        variable.reset(token)


def run_with(variable: ContextVar[Held], x: Held, run: Callable[[], Result]) -> Result:
    """Return `run()`, in which the variable holds `x`; no other thread sees it.

    The context is the call's own.  Nothing is set that would have to be set back, so no interrupt can leave it set.
    """
    context = copy_context()
    context.run(variable.set, x)
    return context.run(run)
