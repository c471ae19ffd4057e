"""Outlines: what a function records, but for how much of it there is: the same at one size and at another.

They show what numbers cannot: what is added as 0, or stands in the branch of a `where` that is not taken.  Of each
operation it is known how often it was recorded, and which kinds of it there are: a kind says which operation of which
kinds of operands it is, down to parameters, numbers, and columns of the arguments, whatever their row.

    at 5 rows    20 multiply, 5 where, 1 total, 1 divide; 4 kinds of multiply, …, w₀ · x₀ among them, and one total / 5
    at 7 rows    28 multiply, 7 where, 1 total, 1 divide; the same kinds, and one total / 7
    at n rows    4 n multiply, n where, 1 total, 1 divide; the same kinds, and one other
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from autograd.compile.frontend.blocks import drawn
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.programs.size_formulas import Sizes
from autograd.recording.nodes import CONSTANT

__all__ = ["Outline", "lengths_of"]


@dataclass(frozen=True)
class Outline:
    """How often a function recorded each operation, and which kinds there are of what its outputs come from."""

    counts: Mapping[str, int]
    kinds: Any  # whole numbers, in order

    @staticmethod
    def of(traced: Traced, recorded: Sequence[tuple[Any, int]] | None = None) -> Outline:
        """Return the outline of what was traced, before it is closed.

        `recorded` is each operation that was, with how many members its group has, if that is not all that was made.
        """
        leaves = [drawn(np.arange(len(traced.parameters)), 0)]
        for k, (values, shape) in enumerate(zip(traced.arguments, traced.shapes, strict=True), 1):
            columns = drawn(np.arange(math.prod(shape[1:])), k)
            leaves.append(np.tile(columns, len(values) // max(len(columns), 1)))
        given = [hash(x._data.hex()) if x.op is CONSTANT else id(x) for x in traced.blocks.given]
        each: Counter[tuple[Any, int]] = Counter(recorded)
        for b in traced.blocks.blocks if recorded is None else ():
            each[b.op, b.groups[0][0].shape[1] if b.groups else 0] += len(b.places)
        counts: Counter[str] = Counter()
        for (op, members), times in each.items():
            counts[op.name] += times
            if members:
                counts[f"members of {op.name}"] += members * times
        return Outline(counts, traced.blocks.kinds(np.concatenate(leaves), given))

    def continues(self, known: Mapping[Sizes, Outline], sizes: Sizes) -> bool:
        """Whether this is, at these sizes, what outlines at sizes that make up a grid lead to.

        There are to be as many kinds as is to be expected, and all among them that those have in common.  At a size
        below them there are fewer: instead, as many are not among those of the next as is to be expected.
        """
        counts = {at: {**x.counts, "kinds": len(x.kinds)} for at, x in known.items()}
        own = {**self.counts, "kinds": len(self.kinds)}
        names = {*own, *[name for x in counts.values() for name in x]}
        if any(
            own.get(name, 0) != interpolated({at: x.get(name, 0) for at, x in counts.items()}, sizes) for name in names
        ):
            return False
        first, *others = (known[at].kinds for at in sorted(known))
        common = reduce(lambda x, y: x[is_among(x, y)], others, first)
        if is_among(common, self.kinds).all():
            return True
        if len(sizes) > 1 or sizes > min(known) or len(known) < 3:
            return False
        alone = {at: (~is_among(known[at].kinds, x)).sum() for at, x in zip(sorted(known), others, strict=False)}
        return bool((~is_among(self.kinds, first)).sum() == interpolated(alone, sizes))


def is_among(x: Any, kinds: Any) -> Any:
    """Return for each kind whether it is among some, which are in order."""
    return kinds[np.minimum(np.searchsorted(kinds, x), len(kinds) - 1)] == x if len(kinds) else np.zeros(len(x), bool)


def lengths_of(known: Iterable[Sizes]) -> list[list[int]]:
    """Return for each size the lengths that it has at a grid of sizes, in order."""
    return [sorted({*lengths}) for lengths in zip(*known, strict=True)]


def interpolated(known: Mapping[Sizes, int], sizes: Sizes) -> Fraction:
    """Return, at these sizes, the polynomial through numbers at a grid of sizes, of the least degree in each."""
    axes = lengths_of(known)
    found = Fraction(0)
    for at, x in known.items():
        found += x * math.prod(
            Fraction(n - m, own - m) for n, own, axis in zip(sizes, at, axes, strict=True) for m in axis if m != own
        )
    return found
