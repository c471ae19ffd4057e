"""Where everything lies: one block of memory for parameters, gradients, arguments and what is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compile.backends.native.planning.kernels import GIVEN
from autograd.compile.backends.native.planning.transposes import FastAxes
from autograd.compile.backends.native.planning.views import View, laid_out, natural, row_major, seen_inside
from autograd.compile.ir.program import Array, Program, needed
from autograd.compile.ir.sizes import Size, Values, up
from autograd.compile.lift.indices import copied_from


class Here:
    """What a plan's arrays, lengths and views are in the program of some sizes, which has the same lines."""

    def __init__(
        self, planned: Program, program: Program, sizes: Sequence[int] = (), places: Sequence[Size] = ()
    ) -> None:
        self._lines, self.number = dict(zip(planned.lines, program.lines, strict=True)), Values(sizes).number
        for place in places:
            self.number(place)

    def array(self, a: Array) -> Array:
        """Return the line of the program."""
        return self._lines[a]

    def view(self, view: View) -> View:
        """Return where a view is."""
        offset, shape, strides = self.number(view.offset), map(self.number, view.shape), map(self.number, view.strides)
        return View(offset, tuple(shape), tuple(strides), view.padded)


class Plan(FastAxes):
    """A program's kernels, and a view of memory for every array that lies in it.

    Attributes
        size            doubles of memory, with room for a register behind everything
        theta_at, gradient_at, zero_at, trash_at   offsets: parameters, gradients, a 0.0, and a place nobody reads
        copies          inputs and constants in the layouts they are wanted in: (array, view)
        tables          whole numbers that the loops look up: (offset, integer input, or what finds them at some sizes)
        gradient_parts  gradients that are not computed in their place: (gradient, offset among the parameters)
        regions         of an array of scalars without structure: its table of runs
        places          offsets that vary with the sizes, each of which stands on those before
    """

    def __init__(self, program: Program, outputs: Sequence[Array], lanes: int, gradients: bool) -> None:
        self.program, self.theta_size = program, len(program.order)
        self.size: Any = 0
        self.table_size: Any = 0
        self.places: list[Size] = []
        self.copies: list[tuple[Array, View]] = []
        self.tables: list[tuple[int, Array | Callable[[Here], Any]]] = []
        self.gradient_parts: list[tuple[Array, int]] = []
        self.regions: dict[Array, Any] = {}
        self._where: dict[tuple[Array, int], View] = {}
        self._integers: dict[Array, int] = {}
        self.lanes = lanes
        self.zero_at, self.trash_at = self.reserve(1), self.reserve(1)
        theta_at = self.reserve(self.theta_size)
        self.gradient_at = self.reserve(self.theta_size) if gradients else -1
        super().__init__(needed(outputs, program.lines, numbers_only=True), outputs, lanes, theta_at)
        if gradients:
            self._place_gradients()
        self.choose()

    def reserve(self, doubles: Any) -> Any:
        """Return the offset of so many doubles of memory, at the begin of a cache line."""
        at = self.size
        self.size = at + up(doubles + self.lanes, 8)
        if isinstance(self.size, Size):
            self.size = Size.place(len(self.places), self.size)
            self.places.append(self.size)
        return at

    def _place_gradients(self) -> None:
        """Let the gradients be computed where the caller wants them, if they are not needed elsewhere too."""
        taken: set[Array] = set()
        for slot, gradient in self.program.gradients:
            if slot.op == "theta":
                self.gradient_parts.append((gradient, 0))
                continue
            source = self.root(gradient)
            view = self._reversed(gradient, source, self.gradient_at + slot.detail)
            if view is None or source in taken or source in self.fixed or source.op in GIVEN:
                self.gradient_parts.append((gradient, slot.detail))
            else:
                taken.add(source)
                self.fixed[source] = view

    def _reversed(self, gradient: Array, source: Array, offset: int) -> View | None:
        """Return where `source` has to lie for the gradient, a view of it, to lie in row-major order at `offset`."""
        if math.prod(gradient.shape) != math.prod(source.shape):
            return None
        for fast in range(max(len(source.shape), 1)):
            view = laid_out(offset, source.shape, fast, 0)[0]
            there = seen_inside(gradient, source, view)
            if there is not None and there.offset == offset and natural(there, gradient.shape):
                return view
        return None

    def view(self, a: Array, axis: int = -1) -> View:
        """Return where `a` lies in memory, in a layout with neighbors along that axis side by side if there is one.

        Memory is reserved as it is asked for.
        """
        source = self.root(a)
        axis = axis % len(a.shape) if a.shape else 0
        fixed = self.fixed.get(source)
        if source.op == "theta":
            base = View(self.theta_at, source.shape, (1,))
        elif source.op == "parameter":
            base = row_major(self.theta_at + source.detail, source.shape)
        elif source.op in ("input", "constant"):
            base = self._reserved(source, self._fast_for(a, source, axis), 0)
        elif fixed is not None and fixed.offset >= 0:
            base = fixed
        elif fixed is not None:
            base = self._reserved(source, len(source.shape) - 1, 0)
        else:
            base = self._reserved(source, self.fast[source], self.lanes)
        found = seen_inside(a, source, base)
        if found is None:
            raise AssertionError(f"no view of {a!r}")
        return found

    def _fast_for(self, a: Array, source: Array, axis: int) -> int:
        dimensions = len(source.shape)
        for fast in range(dimensions - 1, -1, -1):
            there = seen_inside(a, source, laid_out(0, source.shape, fast, 0)[0])
            if there is not None and a.shape and (there.strides[axis] == 1 or a.shape[axis] == 1):
                return fast
        return dimensions - 1

    def _reserved(self, a: Array, fast: int, lanes: int) -> View:
        known = self._where.get((a, fast))
        if known is None:
            _, doubles = laid_out(0, a.shape, fast, lanes)
            known = self._where[(a, fast)] = laid_out(self.reserve(doubles), a.shape, fast, lanes)[0]
            if a.op in ("input", "constant"):
                self.copies.append((a, known))
        return known

    def table(self, size: Any, numbers: Array | Callable[[Here], Any]) -> Any:
        """Return the offset among the whole numbers of an argument, or of a table that never changes."""
        at = self.table_size
        self.tables.append((at, numbers))
        self.table_size += size
        return at

    def chooser(self, index: Array) -> tuple[Any, bool]:
        """Return the offset among the whole numbers of an index, and whether what lies there are places of its numbers.

        Its own numbers lie there if it is an argument, or a piece of one that lies in a row.
        """
        lines = needed([index], self.program.lines)
        sources = [a for a in lines if not a.operands]
        for a in sources:
            if a not in self._integers:
                self._integers[a] = self.table(a.size, a if a.op == "input" else _numbers(a))

        def places(here: Here) -> Any:
            first = {here.array(a): here.number(self._integers[a]) for a in sources}
            return copied_from(here.array(index), first.__getitem__).reshape(-1)

        if not any(isinstance(x, Size) for x in [a.size for a in lines] + [self._integers[a] for a in sources]):
            known = places(Here(self.program, self.program))
            if np.array_equal(known, known[0] + np.arange(len(known))):
                return int(known[0]), False
        return self.table(index.size, places), True


def _numbers(source: Array) -> Callable[[Here], Any]:
    return lambda here: np.asarray(here.array(source).detail, dtype=np.int64).reshape(-1)
