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
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.compile.backends.runner import NumpyRunner, in_order_of_parameters
from autograd.compile.frontend.audit import Audits
from autograd.compile.frontend.determined import trace_once
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.ir.program import Program
from autograd.compile.ir.sizes import LEAST, SizedInt
from autograd.compile.programs.compiled import Compiled, given_to
from autograd.compile.programs.outline import Outline, lengths_of
from autograd.compile.programs.patterns import LONG, Pattern, Shapes, is_alike, pattern_of, shapes_of, sizes_of
from autograd.compile.programs.pipeline import build
from autograd.compile.programs.rehearsal import NoNumberError, Once, Rehearsal, Sample
from autograd.compile.programs.size_formulas import DoesNotFitError, Sizes
from autograd.compile.programs.unify import unify
from autograd.recording.bulk import numbers_of
from autograd.support.user_line import warn

if TYPE_CHECKING:
    from autograd.compile.programs.program_cache import Programs

__all__ = ["Families"]

NAMES: Final = ("n", "m", "k", *[f"size{i}" for i in range(1, 100)])
LADDER: Final = ((5, 7), (11, 13))  # sizes to trace at; the second where the first did not do
MOST: Final = 3  # programs that were found by tracing at full size, to find a family from
TRIES: Final = 2  # calls of many rows for which no family was found, after which none is looked for; likewise of few


@dataclass
class Sized:
    """What a function is at some sizes: the program, the Values that it reads, and what it was traced under."""

    sizes: Sizes
    program: Program
    others: list[Any]
    traced: Traced
    outline: Outline


class Family:
    """A program for every size, and what it was found from."""

    def __init__(self, pattern: Pattern, parts: Sequence[Sized], *, varies: bool) -> None:
        """Unify the parts; raises DoesNotFitError if they differ in more than numbers."""
        self.pattern, self.parts, self.others = pattern, parts, parts[0].others
        self.varies = varies  # whether it is asked for at several sizes, so that machine code is to serve them all
        self.steps = 0  # made by programs that such code would run
        if any(list(map(id, part.others)) != list(map(id, self.others)) for part in parts):
            raise DoesNotFitError("the function reads other Values at each size")
        self.generic = unify([part.program for part in parts], [part.sizes for part in parts])
        self.outlines = {part.sizes: part.outline for part in parts}
        self.audits = Audits(0.0)

    @property
    def samples(self) -> list[Sizes]:
        """The sizes that it was found at."""
        return [part.sizes for part in self.parts]

    def shapes(self, sizes: Sequence[int]) -> list[tuple[int, ...]]:
        """Return the shapes of the arguments at these sizes."""
        return shapes_of(self.pattern, tuple(sizes))

    def named(self, shapes: Sequence[tuple[int, ...]]) -> tuple[Program, list[SizedInt]]:
        """Return the program for arguments of these shapes with its sizes written by names, n first, and the sizes."""
        taken = {a.name for part in self.parts[:1] for a in part.program.lines}
        free = (name for name in NAMES if name not in taken)
        sizes = [SizedInt(n, next(free)) for n in sizes_of(self.pattern, shapes) or ()]
        return self.generic.at(tuple(sizes)), sizes

    def nodes_a_row(self, shapes: Shapes) -> int:
        """About how many nodes the function records for each row of data of these shapes."""
        part, sizes = self.parts[0], sizes_of(self.pattern, shapes) or ()
        nodes = sum(count for name, count in part.outline.counts.items() if not name.startswith("members"))
        return 1 + nodes * math.prod(sizes[1:]) // math.prod(part.sizes)

    @property
    def holds(self) -> bool:
        """Whether all that it was traced under is as it was."""
        return all(part.traced.holds for part in self.parts)


class NotTracedError(Exception):
    """What the function did when it was traced at small sizes, or again at these, does not make a program."""


class Families:
    """The families of one function's programs."""

    def __init__(self, owner: Programs) -> None:
        self._owner = owner
        self._found: list[Family] = []
        self._failed: Counter[bool] = Counter()  # of many rows, and of few
        self._rehearsals = 0
        self.why = ""  # no program for every size was found, when one was looked for last

    def compiled(self, arrays: Sequence[Any]) -> Compiled | None:
        """Return the program for these arrays, if it is one of a family and agrees with the function; else None.

        What the function raises meanwhile, it raises again where it is traced at full size.  What anything else raises
        is an error of ours: it is reported in a RuntimeWarning.  `why` says what was in the way.
        """
        shapes = tuple([a.shape for a in arrays])
        many = any(shape[0] >= LONG for shape in shapes if shape)
        if self._failed[many] == TRIES:
            return None
        self.why = ""
        if any(0 in shape for shape in shapes):
            return None
        try:
            candidates = self._candidates(shapes)
            first = next(candidates, None)
            if first is None:
                return None
            with self._owner.values_synced(), np.errstate(all="ignore"):
                found = self._first_to_agree(shapes, arrays, first, candidates)
        except (NotTracedError, NoNumberError) as error:
            found, self.why = None, str(error)
        except Exception as error:  # the slow way remains, but nobody is to be slow without a word
            found, self.why = None, f"looking for a program for every size failed ({_said(error)})"
            warn(
                f"{self.why}: each size is traced instead; this is an error in compile: please report it",
                RuntimeWarning,
            )
        self._failed[many] += found is None
        return found

    def _first_to_agree(
        self, shapes: Shapes, arrays: Sequence[Any], first: Family, others: Iterable[Family]
    ) -> Compiled | None:
        """Return the program of the first family that agrees with what the function records at these sizes."""
        self._rehearsals += 1
        owner, start = self._owner, perf_counter()
        sample = Sample(arrays, first.nodes_a_row(shapes), self._rehearsals)
        modes: list[Once] = []

        def recorder(arguments: Any) -> Once:
            modes.append(Once(arguments))
            return modes[-1]

        traced = self._traced(shapes, rows=sample.rows, recorder=recorder if any(sample.rows) else None)

        try:
            rehearsal = Rehearsal(traced, sample, gradients=owner.gradients)
            outline = Outline.of(traced, modes[-1].recorded if modes else None)
            for family in chain([first], others):
                sizes = sizes_of(family.pattern, shapes) or ()
                program = self._agreeing(family, sizes, rehearsal)
                self._found = [known for known in self._found if known is not family]
                if program is None:
                    family.audits.at_once()  # the function may have changed, not the sizes alone
                    continue
                if self._continues(family, sizes, outline):
                    self._found.append(family)
                    return self._compiled(family, program, traced, perf_counter() - start)
                self.why = "it records other operations at this size than those at others lead to"
        finally:
            traced.close()
        return None

    def _agreeing(self, family: Family, sizes: Sizes, rehearsal: Rehearsal) -> Program | None:
        """Return the family's program for these sizes, or None if it gives other numbers than were rehearsed."""
        try:
            program = family.generic.at(sizes)
        except DoesNotFitError as error:
            self.why = str(error)
            return None
        runner = NumpyRunner(program)
        others = [np.array(numbers_of(family.others))] if family.others else []
        agreed = False
        for point, (theta, arrays) in enumerate(rehearsal.points):
            runner.theta[:] = theta[program.order]
            try:
                result = runner.run(given_to(program, [*arrays, *others]))
            except (IndexError, ValueError) as error:  # as of a slice that is whole at the other sizes
                self.why = f"the program found at other sizes does not run at this one ({_said(error)})"
                return None
            gradient = in_order_of_parameters(program, runner.gradient) if self._owner.gradients else None
            agrees = rehearsal.agrees(point, result, runner.observed, gradient)
            if agrees is False:
                self.why = "the program found at other sizes gives other numbers than the function"
                return None
            agreed = agreed or agrees is True
        self.why = "" if agreed else "the numbers are not all finite"
        return program if agreed else None

    def _compiled(self, family: Family, program: Program, traced: Traced, seconds: float) -> Compiled:
        owner = self._owner
        traced.outside = owner.outside()  # as all that was traced meanwhile has left it
        spent = {"trace": seconds, "lift": 0.0}
        optimizer, gradients = owner.optimizer, owner.gradients
        compiled = Compiled(
            traced,
            program,
            family.others,
            owner.names,
            owner.backend,
            optimizer,
            spent,
            gradients=gradients,
            family=family,
            sizes=sizes_of(family.pattern, traced.shapes) or (),
        )
        family.varies, compiled.audits = True, family.audits
        family.audits.rehearsed(sum(compiled.seconds.values()))
        for direct in chain.from_iterable(owner.known.values()):  # what it was found from is one of it
            for part in family.parts:
                if direct.program is part.program:
                    direct.join(family, part.sizes)
        return compiled

    def _continues(self, family: Family, sizes: Sizes, outline: Outline) -> bool:
        """Whether the function's outline at these sizes is what it is to be after those that are known.

        Two lengths of each size are enough where all grows linearly, three where rows meet rows.
        """
        known = family.outlines
        if outline.continues(known, sizes):
            return True
        axes = lengths_of(known)
        if max(map(len, axes)) > 2:
            return False
        for at in product(*[[*axis, axis[-1] + 2] for axis in axes]):
            if at not in known:
                traced = self._traced(shapes_of(family.pattern, at))
                known[at] = Outline.of(traced)
                traced.close()
        return outline.continues(known, sizes)

    def forget(self, audits: Audits) -> None:
        """Drop the family whose audits these are, of which a program was found wrong."""
        self._found = [family for family in self._found if family.audits is not audits]

    # ------------------------------------------------------------------------------------ candidates
    def _candidates(self, shapes: Shapes) -> Iterator[Family]:
        """Yield families that have programs for these shapes: those that are known, then others, found now."""
        for family in self._found[::-1]:
            sizes = sizes_of(family.pattern, shapes)
            if sizes is not None and min(sizes) >= LEAST and family.holds:
                yield family
        direct = {known: cs[-1] for known, cs in self._owner.known.items() if cs and cs[-1].holds}
        alike = [known for known in direct if is_alike(known, shapes)]
        pattern, varies = pattern_of(alike, shapes), bool(alike)
        sizes = sizes_of(pattern, shapes)
        if not sizes or min(sizes) < LEAST:
            return
        if len(sizes) == 1:
            before = [(sizes_of(pattern, known), c.outline, c) for known, c in direct.items()]
            parts = [
                Sized(at, c.program, c.reads, c.traced, outline)
                for at, outline, c in before
                if at and at[0] >= LEAST and outline
            ]
            if len(parts) > 1:
                yield from self._unified(pattern, parts[-MOST:], varies=varies)
        for lengths in LADDER:
            grid = list(product(*[[n + k for n in lengths] for k in range(len(sizes))]))
            if 2 * sum(map(math.prod, grid)) > math.prod(sizes):
                return
            yield from self._unified(pattern, [self._sized(pattern, at) for at in grid], varies=varies)

    def _unified(self, pattern: Pattern, parts: list[Sized], *, varies: bool) -> list[Family]:
        """Return the family of these programs, if they are one."""
        try:
            return [Family(pattern, parts, varies=varies)]
        except DoesNotFitError as error:
            self.why = str(error)
            return []

    def _sized(self, pattern: Pattern, sizes: Sizes) -> Sized:
        """Trace and lift the function at small sizes; if it is not determined, the rehearsal will not agree."""
        owner = self._owner
        traced = self._traced(shapes_of(pattern, sizes))
        try:
            program, tape = build(traced, owner.names, gradients=owner.gradients)
        except Exception as error:  # which comes up again at full size
            raise NotTracedError(_said(error)) from error
        outline = Outline.of(traced)
        traced.close()
        return Sized(sizes, program, tape.others, traced, outline)

    def _traced(self, shapes: Sequence[tuple[int, ...]], **how: Any) -> Traced:
        owner = self._owner
        own = owner.outside()[0].generators
        try:
            traced = trace_once(own, owner.function, shapes, owner.parameters, owner.names, one=owner.gradients, **how)
        except Exception as error:
            at = " and ".join(map(str, shapes))
            raise NotTracedError(f"for arguments of the shapes {at} it raised {_said(error)}") from error
        traced.outside = owner.outside()
        return traced


def _said(error: Exception) -> str:
    """Return what an error is and says, in one line."""
    return ": ".join([type(error).__name__, *str(error).splitlines()[:1]])
