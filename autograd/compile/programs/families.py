"""Families: the programs of one function for all sizes, from what it is at a few small ones.

Which axes of the arguments vary is seen from their shapes: those that have had several lengths, and long first axes,
the rows of data.  Axes that have always been equally long are one size:

    x: (128, 64), y: (128,)                                        x: (n, 64), y: (n,)
    x: (8, 5), y: (8,) and before x: (4, 9), y: (4,)               x: (n, m), y: (n,)

The function is traced and lifted at two or more small sizes (or has been, at its first calls), the programs are unified
(unify.py), and the one for these sizes is rehearsed on the caller's data (rehearsal.py) before it is used.  Where they
do not unify, or the rehearsal does not agree, the function is traced at full size, as if nothing had been tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.compile.backends.runner import NumpyRunner
from autograd.compile.frontend.determined import trace_once, trace_twice
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.ir.program import Program
from autograd.compile.programs.compiled import Compiled
from autograd.compile.programs.forms import DoesNotFitError, Sizes
from autograd.compile.programs.pipeline import build, collector_paused
from autograd.compile.programs.rehearsal import Once, Rehearsal, Sample
from autograd.compile.programs.unify import unify

if TYPE_CHECKING:
    from autograd.compile.programs.program_cache import Programs

__all__ = ["Families"]

Shapes = tuple[tuple[int, ...], ...]
Pattern = tuple[tuple[tuple[bool, int], ...], ...]  # for each axis whether it is a size, and which, or its length
LADDER: Final = ((5, 7), (11, 13))  # sizes to trace at; the second where the first did not do
LONG: Final = 25  # a first axis of so many is a size, whether or not another length was seen
LEAST: Final = 4  # below this a size is a case of its own, such as a row alone
TRIES: Final = 2  # calls for which no family was found, after which none is looked for


@dataclass
class Sized:
    """What a function is at some sizes: the program, the Values that it reads, and what it was traced under."""

    sizes: Sizes
    program: Program
    others: list[Any]
    traced: Traced


class Family:
    """A program for every size, and what it was found from."""

    def __init__(self, pattern: Pattern, parts: Sequence[Sized]) -> None:
        """Unify the parts; raises DoesNotFitError if they differ in more than numbers."""
        self.pattern, self._parts, self.others = pattern, parts, parts[0].others
        if any(list(map(id, part.others)) != list(map(id, self.others)) for part in parts):
            raise DoesNotFitError("the function reads other Values at each size")
        self.generic = unify([part.program for part in parts], [part.sizes for part in parts])

    @property
    def samples(self) -> list[Sizes]:
        """The sizes that it was found at."""
        return [part.sizes for part in self._parts]

    @property
    def holds(self) -> bool:
        """Whether all that it was traced under is as it was."""
        return all(part.traced.holds for part in self._parts)


class Families:
    """The families of one function's programs."""

    def __init__(self, owner: Programs) -> None:
        self._owner = owner
        self._found: list[Family] = []
        self._failed = 0

    def compiled(self, arrays: Sequence[Any]) -> Compiled | None:
        """Return the program for these arrays, if it is one of a family and agrees with the function; else None.

        What the function raises meanwhile, it raises again where it is traced at full size.
        """
        shapes = tuple([a.shape for a in arrays])
        if self._failed == TRIES or any(0 in shape for shape in shapes):
            return None
        try:
            return self._agreeing(shapes, arrays)
        except Exception:
            self._failed += 1
            return None

    def _agreeing(self, shapes: Shapes, arrays: Sequence[Any]) -> Compiled | None:
        """Return the program of the first family that agrees with the function, or None if there is none to be had."""
        families = self._candidates(shapes)
        family = next(families, None)
        if family is None:
            return None
        start, sample = perf_counter(), Sample(arrays)
        owner = self._owner
        with owner.values_synced(), collector_paused():
            traced = trace_once(
                owner.function, shapes, owner.parameters, owner.names, one=owner.gradients, rows=sample.rows, mode=Once
            )
            rehearsal = Rehearsal(traced, sample, gradients=owner.gradients)
            while family is not None:
                compiled = self._rehearsed(family, traced, rehearsal, sample, start)
                if compiled is not None:
                    self._found = [known for known in self._found if known is not family] + [family]
                    traced.close()
                    traced.outside = owner.outside()
                    return compiled
                self._found = [known for known in self._found if known is not family]
                family = next(families, None)
        traced.close()
        raise DoesNotFitError("no family agrees")

    def _rehearsed(
        self, family: Family, traced: Traced, rehearsal: Rehearsal, sample: Sample, start: float
    ) -> Compiled | None:
        """Return the family's program for what was traced, or None if it gives other numbers than were rehearsed."""
        owner = self._owner
        try:
            program = family.generic.at(sizes_of(family.pattern, traced.shapes) or ())
        except DoesNotFitError:
            return None
        seconds = {"trace": perf_counter() - start, "lift": 0.0}
        compiled = Compiled(
            traced,
            program,
            family.others,
            owner.names,
            owner.backend,
            owner.optimizer,
            seconds,
            gradients=owner.gradients,
        )
        compiled.family = family
        runner = NumpyRunner(program)
        runner.theta[:] = rehearsal.theta[program.order]
        result = runner.run(compiled.arguments(sample.arrays, rehearsal.drawn))
        gradient = None
        if owner.gradients:
            gradient = np.empty(len(program.order))
            gradient[program.order] = runner.gradient
        return compiled if rehearsal.agrees(result, runner.observed, gradient) else None

    # ------------------------------------------------------------------------------------ candidates
    def _candidates(self, shapes: Shapes) -> Iterator[Family]:
        """Yield families that have programs for these shapes: those that are known, then others, found now."""
        for family in self._found[::-1]:
            sizes = sizes_of(family.pattern, shapes)
            if sizes is not None and min(sizes) >= LEAST and family.holds:
                yield family
        owner = self._owner
        direct = {known: c for known, cs in owner.known.items() for c in cs[-1:] if c.family is None and c.holds}
        pattern = pattern_of([known for known in direct if is_alike(known, shapes)], shapes)
        sizes = sizes_of(pattern, shapes)
        if not sizes or min(sizes) < LEAST:
            return
        parts: list[Sized] = []
        for known, c in direct.items():
            at = sizes_of(pattern, known)
            if at is not None and min(at) >= LEAST:
                parts.append(Sized(at, c.program, c.others_read, c.traced))
        if len(parts) >= 2 ** len(sizes):
            yield from self._unified(pattern, parts)
        parts = []
        for step in LADDER:
            grid = list(product(*[[n + 3 * k for n in step] for k in range(len(sizes))]))
            if 2 * sum(map(math.prod, grid)) > math.prod(sizes):
                return
            parts = [self._traced_at(pattern, at) for at in grid]
            yield from self._unified(pattern, parts)

    def _unified(self, pattern: Pattern, parts: list[Sized]) -> list[Family]:
        """Return the family of these programs, if they are one."""
        try:
            return [Family(pattern, parts)]
        except DoesNotFitError:
            return []

    def _traced_at(self, pattern: Pattern, sizes: Sizes) -> Sized:
        owner = self._owner
        shapes = tuple([tuple([sizes[n] if is_size else n for is_size, n in shape]) for shape in pattern])
        traced = trace_twice(owner.function, shapes, owner.parameters, owner.names, one=owner.gradients)
        traced.outside = owner.outside()
        program, tape = build(traced, owner.names, gradients=owner.gradients)
        traced.close()
        return Sized(sizes, program, tape.others, traced)


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
