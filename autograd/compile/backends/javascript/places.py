"""Loops over the elements of an array, and where an element lies in memory, as JavaScript."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd.compile.backends.javascript.operations import INDICES


def loops_over(shape: Sequence[int]) -> tuple[str, list[str]]:
    """Return the loops over a shape, and the index inside them."""
    letters = [INDICES[k] if n != 1 else "0" for k, n in enumerate(shape)]
    return "".join(
        f"for (let {i} = 0; {i} < {n}; {i}++) " for i, n in zip(letters, shape, strict=True) if n != 1
    ), letters


def flat_place(shape: Sequence[int], index: Sequence[str]) -> str:
    """Return where an element lies among the elements of its array in row-major order."""
    terms = []
    for k, (i, n) in enumerate(zip(index, shape, strict=True)):
        stride = math.prod(shape[k + 1 :])
        if i != "0" and n != 1:
            inner = f"({i})" if " " in i and stride != 1 else i
            terms.append(i if stride == 1 else f"{inner} * {stride}")
    return " + ".join(terms) or "0"


def plus(start: str, place: str) -> str:
    """Return the sum of two places."""
    return place if start == "0" else start if place == "0" else f"{start} + {place}"


def along(i: str, start: int, stop: int, step: int) -> str:
    """Return where element `i` of a slice lies along its axis."""
    if i == "0":
        return str(start)
    return plus(str(start), i if step == 1 else f"{i} * {step}")
