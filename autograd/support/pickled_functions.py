"""Functions that are made of others, as `grad(f)` is of `f`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


class Made(partial[Any]):
    """A function that `make(*given)` made: it is pickled and copied as that, since what it runs has no name."""

    make: Callable[..., Any]
    given: tuple[Any, ...]

    def __new__(cls, run: Callable[..., Any], name: str, make: Callable[..., Any], *given: Any) -> Made:
        """Return `run` by that name."""
        made = super().__new__(cls, run)
        made.__name__ = made.__qualname__ = name
        made.make, made.given = make, given
        return made

    __name__: str
    __qualname__: str

    def __reduce__(self) -> tuple[Any, ...]:
        return self.make, self.given

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"
