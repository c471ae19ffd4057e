"""What a case is: a short program on a class, and wrong answers to it whose cause is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wrong:
    """An answer whose cause is known: these numbers, a wrong one, an error, or gradients all too large."""

    found: Mapping[str, float] | None
    advice: str
    off: str = ""
    error: str = ""
    too_large: bool = False

    def fits(self, found: Mapping[str, Any], right: Mapping[str, Any], error: str) -> bool:
        """Whether this is what was found; `error` is the kind of error, or empty."""
        if self.error or error:
            return bool(self.error) and self.error == error
        if self.off:
            return not agree(found[self.off], right[self.off])
        if self.too_large:
            gone = [name for name in right if not agree(found[name], right[name])]
            return all(isinstance(found[x], float) and found[x] > right[x] for x in gone)
        return all(agree(found[name], x) for name, x in (self.found or {}).items())


def agree(found: Any, right: Any) -> bool:
    """Whether two numbers are the same but for rounding; nan is nan, and a text that stands for no number is itself."""
    if isinstance(found, str) or isinstance(right, str):
        return bool(found == right)
    if found != found or right != right:
        return bool(found != found and right != right)
    return math.isclose(found, right, rel_tol=1e-6, abs_tol=0.0 if right else 1e-12)


@dataclass(frozen=True)
class Case:
    """One program on a class `Value`, what is read after it, and what to say to who gets something else.

    `methods` are what the class must have, else the case does not count; of `builds_on` all must be right, else it is
    not told of.  `wrong` are answers whose cause is known, and `fails` is said of an error whose cause is not, where
    `advice` is of wrong numbers alone.  Where `may_refuse`, an error is right, too.
    """

    name: str
    example: str
    reads: tuple[str, ...]
    advice: str
    builds_on: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    may_refuse: bool = False
    fails: str = ""


def program(*lines: str, **numbers: float) -> str:
    """Return lines after those that make these Values."""
    return "\n".join([*(f"{name} = Value({x!r})" for name, x in numbers.items()), *lines])
