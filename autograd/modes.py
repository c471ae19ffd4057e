"""Ways of recording other than the plain one: record nothing, watch for the first nan, trace a program.

`active` is looked at by every operation, so it costs next to nothing while no mode is on.  What a mode does
is kept per thread and per task; the count of modes that are on anywhere is all that is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

FORGOTTEN: Final = "computed inside no_grad"  # a mark on leaves, in the place of a second derivative

active: int = 0
_modes: Final[ContextVar[tuple[Any, ...]]] = ContextVar("modes", default=())


@contextmanager
def mode(what: Any) -> Iterator[Any]:
    """Keep the mode `what` on inside the `with` block, in this thread or task."""
    global active
    token = _modes.set((what, *_modes.get()))
    active += 1
    try:
        yield what
    finally:
        active -= 1
        _modes.reset(token)


def current(attribute: str) -> Callable[..., Any] | None:
    """Return that attribute of the innermost mode that has it, or None."""
    for what in _modes.get():
        found: Callable[..., Any] | None = getattr(what, attribute, None)
        if found is not None:
            return found
    return None


def refuse(what: str, *given: Any) -> None:
    """Raise TypeError if the innermost mode that refuses anything of the kind does so: a trace, which sees no numbers.

    reading     (what, value): a number read there would be frozen into the program
    writing     (what, value): it would be written now, and not when the program runs
    branching   (condition): only the branch taken now would be seen
    comparing   (value, other): `==` is identity, and would be False whatever the numbers
    """
    refusing = current(f"refuse_{what}")
    if refusing is not None:
        refusing(*given)
