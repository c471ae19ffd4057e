"""Ways of recording other than the plain one: record nothing, watch for the first nan, trace a program.

`active` is looked at by every operation, so it costs next to nothing while no mode is on.  What a mode does
is kept per thread and per task; the count of modes that are on anywhere is all that is shared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from types import FrameType
from typing import Any, Final

FORGOTTEN: Final = "computed inside no_grad"  # a mark on leaves, in the place of a second derivative

active: int = 0
_entered: Final[ContextVar[tuple[mode, ...]]] = ContextVar("modes", default=())

_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x200  # the flags of code, as `inspect` has them; to load it takes 6 ms

_MANAGERS: Final = ("contextlib", "_pytest.fixtures")  # run a generator up to its `yield` in their caller's name
_BETWEEN: Final = (
    __name__,
    "autograd.recording.within",
    "contextlib",
)  # whose frames may lie between a block and its mode


class mode:  # noqa: N801  # a `with` block begins with it
    """Keeps the mode `what` on inside the `with` block, in this thread or task.

    In a generator's block it is on while the generator runs, and off in its caller while it waits at a `yield`.
    """

    def __init__(self, what: Any) -> None:
        self.what = what
        self.is_on = False
        self.generator: FrameType | None = None  # in whose block it is on

    def __enter__(self) -> Any:
        self.begin()
        self.generator = _generator(sys._getframe(1))
        self.resume()
        return self.what

    def __exit__(self, *error: object) -> None:
        self.suspend()
        self.end()

    def begin(self) -> None:
        """Be on from here to `end`, for what runs between `resume` and `suspend` and for the tasks begun there."""
        global active
        active += 1
        self.is_on = True

    def end(self) -> None:
        """Be off everywhere."""
        global active
        active -= 1
        self.is_on, self.generator = False, None

    def resume(self) -> None:
        """Be the innermost of this thread or task."""
        _entered.set((self, *_entered.get()))

    def suspend(self) -> None:
        """Leave this thread or task to the others; it may be another than that of `resume`."""
        _entered.set(tuple(entered for entered in _entered.get() if entered is not self))

    @property
    def is_here(self) -> bool:
        """Whether it was entered in this thread or task."""
        return any(entered is self for entered in _entered.get())

    @property
    def runs(self) -> bool:
        """Whether the generator in whose block it is on runs now."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame is not self.generator:
            frame = frame.f_back
        return frame is not None


def _generator(frame: FrameType | None) -> FrameType | None:
    """Return the frame of the generator in whose block this is, or None: a manager's stands for its caller's."""
    while frame is not None:
        if frame.f_globals.get("__name__") in _BETWEEN:
            frame = frame.f_back
            continue
        if not frame.f_code.co_flags & (_GENERATOR | _ASYNC_GENERATOR):
            return None
        if frame.f_back is None or frame.f_back.f_globals.get("__name__") not in _MANAGERS:
            return frame
        frame = frame.f_back
        while frame is not None and frame.f_globals.get("__name__") in _MANAGERS:
            frame = frame.f_back
    return None


def current(attribute: str) -> Callable[..., Any] | None:
    """Return that attribute of the innermost mode that has it, or None."""
    for entered in _entered.get():
        found: Callable[..., Any] | None = getattr(entered.what, attribute, None)
        if found is not None and entered.is_on and (entered.generator is None or entered.runs):
            return found
    return None


def read(value: Any) -> float:
    """Return the number of a Value, or what stands for it in the innermost mode that says so, as a trace does."""
    ask = current("read")
    if ask is None:
        refuse("reading", ".data", value)
    number: float = value._data if ask is None else ask(value)
    return number


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
