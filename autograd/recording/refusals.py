"""What a Value does not do: it is no plain number, and what would take it for one cut the graph without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd.recording import modes

if TYPE_CHECKING:
    from autograd.value import Value


class Refusals:
    """Conversions to plain numbers, jumps and iteration, each refused with the way out."""

    __slots__ = ()

    def _refuse(self, *_: object) -> Any:
        if modes.active:
            modes.refuse("reading", "the number", self)
        raise TypeError(
            f"turning {self!r} into a plain number would cut the graph here without a word: "
            "use .data if that is what you mean, or this library's functions (autograd.exp, autograd.log, …)"
        )

    __float__ = __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse

    def _refuse_jumps(self, _: object) -> Any:
        raise TypeError(
            "//, % and divmod jump from number to number and have no place in a graph: divide with /, "
            "or use .data if a plain number is what you mean"
        )

    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refuse_jumps

    def __format__(self, how: str) -> str:
        if how:
            if modes.active:
                modes.refuse("reading", "the number", self)
            raise TypeError(f"{self!r} is not formatted as a number: use its number, f'{{value.data:{how}}}'")
        return repr(self)

    def __bool__(self) -> bool:
        if modes.active:
            modes.refuse("branching", self)
        raise TypeError(f"{self!r} is neither true nor false: compare it (value > 0), or test value.data")

    def __iter__(self) -> Iterator[Value]:
        raise TypeError("a Value is one number and cannot be iterated over")
