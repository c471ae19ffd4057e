"""Kernels that look elements up or put them somewhere: one element at a time, at places that tables hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.emit.writer import LoopWriter, Point
from autograd.compile.backends.native.planning.kernels import Kernel
from autograd.compile.backends.native.planning.plan import Here
from autograd.compile.backends.native.planning.views import View
from autograd.compile.ir.program import Array, kept_shape

INDEX = "%index"


class Gathers(LoopWriter):
    """Writes the kernels that are not arithmetic; a part of `Loops`."""

    def _each(self, shape: Sequence[int], body: Callable[[Point], None]) -> None:
        """Run `body` at every point of a space."""

        def nest(axes: Sequence[int], point: Point) -> None:
            if not axes:
                body(point)
                return
            for i in self.loop_over(shape[axes[0]]):
                nest(axes[1:], point.at(axes[0], i))

        nest([i for i, n in enumerate(shape) if n > 1], Point([Index()] * len(shape), -1, 1))

    def _flat(self, shape: Sequence[int], point: Point) -> Index:
        at, step = Index(), 1
        for index, n in zip(reversed(point.index), reversed(shape), strict=True):
            at = at + index * step
            step *= n
        return at

    def _zero(self, a: Array) -> None:
        """Put 0.0 into every element."""
        self._each_register(a.shape, self.plan.view(a), lambda at, lanes, part: self.write(0.0, at, lanes, part))

    def _each_register(self, shape: Sequence[int], view: View, body: Callable[[Index, int, int | None], None]) -> None:
        unit = next((i for i, s in enumerate(view.strides) if s == 1), None)
        if unit is None:
            self._each(shape, lambda p: body(self.place(view, p), 1, None))
            return

        def run(point: Point) -> None:
            for i, lanes, part in self.in_registers(shape[unit], padded=view.padded == unit):
                body(self.place(view, point.at(unit, i)), lanes, part)

        self._each([1 if i == unit else n for i, n in enumerate(shape)], run)

    def _copy(self, kernel: Kernel) -> None:
        (x,) = kernel.array.operands
        self.copy_into(x, Index(self.plan.view(kernel.array).offset))

    def _join(self, kernel: Kernel) -> None:
        target = self.plan.view(kernel.array)
        start = 0
        for x in kernel.array.operands:
            self.copy_into(x, Index(target.offset + start))
            start += x.size

    def copy_into(self, x: Array, at: Index) -> None:
        """Put the elements of an array at a place and those behind it, in row-major order."""
        if x.number is not None:
            self.write(x.number, at, 1)
            return
        view = self.plan.view(x)
        self._each(x.shape, lambda p: self.write(self.load(view, p), at + self._flat(x.shape, p), 1))

    def _assemble(self, kernel: Kernel) -> None:
        target = self.plan.view(kernel.array)
        self._zero(kernel.array)
        for x, slices in zip(kernel.array.operands, kernel.array.detail, strict=True):
            offset = target.offset + sum(start * s for (start, _, _), s in zip(slices, target.strides, strict=True))
            shape = tuple(
                [stop - start if step == 1 else len(range(start, stop, step)) for start, stop, step in slices]
            )
            there = View(offset, shape, tuple(step * s for (_, _, step), s in zip(slices, target.strides, strict=True)))
            view = None if x.number is not None else self.plan.view(x)

            def add(p: Point, x: Array = x, view: View | None = view, there: View = there) -> None:
                at = self.place(there, p)
                value = x.number if view is None else self.load(view, p)
                self.write(self.read(at, 1) + value, at, 1)

            self._each(shape, add)

    def _gather(self, kernel: Kernel) -> None:
        a = kernel.array
        (x,) = a.operands
        table = self.plan.table(a.size, self._places(x, a, a.shape, self.plan.zero_at))
        target = self.plan.view(a)

        def look_up(p: Point) -> None:
            at = self.e.integer(INDEX, self._flat(a.shape, p) + table)
            self.write(self.e.load("%work", at, 1), self.place(target, p), 1)

        self._each(a.shape, look_up)

    def _scatter(self, kernel: Kernel) -> None:
        a = kernel.array
        (x,) = a.operands
        table = self.plan.table(x.size, self._places(a, a, x.shape, self.plan.trash_at))
        view = None if x.number is not None else self.plan.view(x)
        self._zero(a)

        def add(p: Point) -> None:
            at = self.e.integer(INDEX, self._flat(x.shape, p) + table)
            value = x.number if view is None else self.load(view, p)
            self.write(self.e.load("%work", at, 1) + value, at, 1)

        self._each(x.shape, add)

    def _places(self, x: Array, a: Array, shape: Sequence[Any], nowhere: int) -> Callable[[Here], Any]:
        """Return what finds where in memory lie the elements of x whose flat numbers `a` has; what is -1 is nowhere."""
        seen = self.plan.view(x)

        def places(here: Here) -> Any:
            view, index = here.view(seen), np.broadcast_to(here.array(a).detail, [here.number(n) for n in shape])
            flat = np.maximum(index, 0)
            found = np.full(flat.shape, view.offset, dtype=np.int64)
            if view.shape:
                for column, stride in zip(np.unravel_index(flat, view.shape), view.strides, strict=True):
                    found += column * stride
            return np.where(index < 0, nowhere, found).reshape(-1)

        return places

    # ------------------------------------------------------------------- places known when it runs
    def _chooser(self, index: Array) -> Callable[[Point], Index]:
        """Return what reads the whole number in a point's row of an index."""
        at, elsewhere = self.plan.chooser(index)

        def chosen(p: Point) -> Index:
            number = self.e.integer(INDEX, p.index[0] + at)
            return self.e.integer(INDEX, number) if elsewhere else number

        return chosen

    def _rows(self, kernel: Kernel) -> None:
        table, index = kernel.array.operands
        source, target, chosen = self.plan.view(table), self.plan.view(kernel.array), self._chooser(index)

        def look_up(p: Point) -> None:
            row = chosen(p)
            self.write(self.load(source, p.at(0, row)), self.place(target, p), 1)

        self._each(kernel.array.shape, look_up)

    def _add_rows(self, kernel: Kernel) -> None:
        x, index = kernel.array.operands
        target, chosen = self.plan.view(kernel.array), self._chooser(index)
        view = None if x.number is not None else self.plan.view(x)
        self._zero(kernel.array)

        def add(p: Point) -> None:
            at = self.place(target, p.at(0, chosen(p)))
            value = x.number if view is None else self.load(view, p)
            self.write(self.e.load("%work", at, 1) + value, at, 1)

        self._each(x.shape, add)

    def _pick(self, kernel: Kernel) -> None:
        x, index = kernel.array.operands
        source, target, chosen = self.plan.view(x), self.plan.view(kernel.array), self._chooser(index)

        def look_up(p: Point) -> None:
            column = chosen(p)
            self.write(self.load(source, p.at(1, column)), self.place(target, p), 1)

        self._each(kernel.array.shape, look_up)

    def _put(self, kernel: Kernel) -> None:
        x, index = kernel.array.operands
        target, chosen = self.plan.view(kernel.array), self._chooser(index)
        view = None if x.number is not None else self.plan.view(x)
        self._zero(kernel.array)

        def put(p: Point) -> None:
            column = chosen(p)
            value = x.number if view is None else self.load(view, p)
            self.write(value, self.place(target, p.at(1, column)), 1)

        self._each((kernel.array.shape[0], 1), put)

    def _first(self, kernel: Kernel) -> None:
        """1.0 where along the axis the largest is met for the first time."""
        x, largest = kernel.array.operands
        axis = kernel.array.detail
        source, limit, target = self.plan.view(x), self.plan.view(largest), self.plan.view(kernel.array)
        e = self.e

        def search(p: Point) -> None:
            wanted = self.load(limit, p)

            def step(i: Index, so_far: list[Vector]) -> list[Vector]:
                here = self.load(source, p.at(axis, i))
                same = here.equals(wanted).select(1.0, here.differs(here).select(1.0, 0.0))
                first = so_far[0].equals(0.0).select(same, 0.0)
                self.write(first, self.place(target, p.at(axis, i)), 1)
                return [so_far[0] + first]

            self.loop_carried(x.shape[axis], [e.vector(0.0, 1)], step)

        self._each(kept_shape(x, (axis,)), search)
