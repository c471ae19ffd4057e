"""Patterns: which axes of the arguments are sizes, and what the sizes are.

Axes that have had several lengths, and long first axes, are sizes; those that are always equally long are one:

    x: (128, 64), y: (128,)    x: (n, 64), y: (n,)    each axis: whether it is a size, and which, or its length
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograd.compile.programs.size_formulas import Sizes

__all__ = ["LONG", "Pattern", "Shapes", "is_alike", "pattern_of", "shapes_of", "sizes_of"]

Shapes = tuple[tuple[int, ...], ...]
Pattern = tuple[tuple[tuple[bool, int], ...], ...]  # for each axis whether it is a size, and which, or its length
LONG: Final = 25  # a first axis of so many is a size, though no other length was seen


def is_alike(shapes: Shapes, others: Shapes) -> bool:
    """Whether arguments have as many axes as others."""
    return list(map(len, shapes)) == list(map(len, others))


def pattern_of(known: Sequence[Shapes], shapes: Shapes) -> Pattern:
    """Return which axes are sizes, from the shapes that were seen before and those of now."""
    seen = [*known, shapes]
    sizes: dict[tuple[int, ...], int] = {}
    pattern = []
    for k, shape in enumerate(shapes):
        axes = []
        for axis, n in enumerate(shape):
            lengths = tuple([other[k][axis] for other in seen])
            is_size = len({*lengths}) > 1 or (axis == 0 and n >= LONG)
            axes.append((is_size, sizes.setdefault(lengths, len(sizes)) if is_size else n))
        pattern.append(tuple(axes))
    return tuple(pattern)


def sizes_of(pattern: Pattern, shapes: Sequence[tuple[int, ...]]) -> Sizes | None:
    """Return the sizes by which a pattern has these shapes, or None if it has not."""
    sizes: dict[int, int] = {}
    for axes, shape in zip(pattern, shapes, strict=False):  # what modules draw comes after the arguments
        if len(axes) != len(shape):
            return None
        for (is_size, k), n in zip(axes, shape, strict=True):
            if (sizes.setdefault(k, n) if is_size else k) != n:
                return None
    return tuple([sizes[k] for k in sorted(sizes)])


def shapes_of(pattern: Pattern, sizes: Sizes) -> list[tuple[int, ...]]:
    """Return the shapes that a pattern has at these sizes."""
    return [tuple([sizes[k] if is_size else k for is_size, k in axes]) for axes in pattern]
