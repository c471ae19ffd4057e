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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.programs.forms import Sizes
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT

__all__ = ["Outline", "width_of"]


@dataclass(frozen=True)
class Outline:
    """How often a function recorded each operation, and which kinds of what it recorded there are, as hashes."""

    counts: Mapping[str, int]
    kinds: frozenset[int]

    @staticmethod
    def of(traced: Traced, recorded: Sequence[tuple[Any, int]] | None = None) -> Outline:
        """Return the outline of what was traced, before it is closed.

        `recorded` is each operation that was, with how many members its group has, if that is not all that was made.
        """
        leaves = list(map(id, traced.parameters))
        kinds = dict(zip(leaves, leaves, strict=True))  # as other leaves, they stand for themselves
        for k, (values, shape) in enumerate(zip(traced.arguments, traced.shapes, strict=True)):
            width = math.prod(shape[1:])
            columns = [hash(("argument", k, column)) for column in range(width)]
            kinds.update(zip(map(id, values), columns * (len(values) // max(width, 1)), strict=True))

        def kind_of(x: Any) -> int:
            kind = kinds.get(id(x))
            if kind is None and x.is_group:
                members = frozenset(map(kinds.get, map(id, x.values)))
                kind = kinds[id(x)] = hash(frozenset(map(kind_of, x.values)) if None in members else members)
            return (hash(x._data.hex()) if x.op is CONSTANT else id(x)) if kind is None else kind

        made: list[Any] = [node for node in traced.made if node.op is not None]
        for node in made:
            kinds[id(node)] = hash((node.op, *map(kind_of, operands(node))))
        if recorded is None:
            recorded = [(node.op, width_of(operands(node))) for node in made]
        counts = Counter([op.name for op, _ in recorded])
        for op, members in recorded:
            if members:
                counts[f"members of {op.name}"] += members
        return Outline(counts, frozenset([kinds[id(node)] for node in made]))

    def continues(self, known: Mapping[Sizes, Outline], sizes: Sizes) -> bool:
        """Whether this is, at these sizes, what outlines at sizes that make up a grid lead to.

        What kinds all of them have are to be there, and as many others as is to be expected.
        """
        common = frozenset.intersection(*[x.kinds for x in known.values()])
        if not common <= self.kinds:
            return False
        counts = {at: {**x.counts, "others": len(x.kinds - common)} for at, x in known.items()}
        own = {**self.counts, "others": len(self.kinds - common)}
        names = {*own, *[name for x in counts.values() for name in x]}
        return all(
            own.get(name, 0) == interpolated({at: x.get(name, 0) for at, x in counts.items()}, sizes) for name in names
        )


def width_of(inputs: Sequence[Any]) -> int:
    """Return how many members the group has that an operation is of, 0 if it is of none."""
    return len(inputs[0].values) if inputs[0].is_group else 0


def interpolated(known: Mapping[Sizes, int], sizes: Sizes) -> Fraction:
    """Return, at these sizes, the polynomial through numbers at a grid of sizes, of the least degree in each."""
    axes = [sorted({at[k] for at in known}) for k in range(len(sizes))]
    found = Fraction(0)
    for at, x in known.items():
        found += x * math.prod(
            Fraction(n - m, own - m) for n, own, axis in zip(sizes, at, axes, strict=True) for m in axis if m != own
        )
    return found
