"""Matrix products with a tile of the result in registers, and what follows them element by element.

Along the axis of the registers one operand is read a register at a time, from the other single numbers are spread over
all lanes.  Where both operands lie along the axis that is summed over, sums are kept lane by lane and added across at
the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.emit.writer import Body, LoopWriter, Point
from autograd.compile.backends.native.planning.kernels import Kernel
from autograd.compile.backends.native.planning.views import View, laid_out, rounded, width
from autograd.compile.ir.program import Array
from autograd.compile.ir.sizes import Size, down

SCATTERED = 63  # doubles between what is read one after the other, beyond which it is packed first


class Products(LoopWriter):
    """Writes the matrix products among the kernels; a part of `Loops`."""

    def _matmul(self, kernel: Kernel) -> None:
        _, way, pack = min(self.plan.products(kernel))
        a, b = kernel.array.operands
        vectors_along = {"i": (-2, -1), "j": (-2, -1), "k": (-1, -2)}[way]
        views = []
        for x, axis, packed in zip((a, b), vectors_along, pack, strict=True):
            views.append(self._packed(x, axis) if packed else self.plan.view(x, axis))
        for stack in self._stacks(kernel.space[:-2]):
            left, right = (self._layer(view, stack) for view in views)
            if way == "k":
                self._dots(kernel, stack, left, right)
            else:
                self._tiles(kernel, stack, left, right, way == "i")

    def _stacks(self, shape: Sequence[int]) -> Iterator[list[Index]]:
        """Loop over the matrices of a stack."""
        if not shape:
            yield []
            return
        for i in self.loop_over(shape[0]):
            for rest in self._stacks(shape[1:]):
                yield [i, *rest]

    def _layer(self, view: View, stack: Sequence[Index]) -> tuple[Index, int, int]:
        """Return where a matrix of a stack begins, and its strides."""
        at = Index(view.offset)
        for index, stride in zip(stack, view.strides, strict=False):
            at = at + index * stride
        return at, view.strides[-2], view.strides[-1]

    def _packed(self, x: Array, axis: int) -> View:
        """Return a copy of an operand, made now, whose neighbors along the axis lie side by side."""
        axis = len(x.shape) + axis
        _, doubles = laid_out(0, x.shape, axis, self.lanes)
        view = laid_out(self.plan.reserve(doubles), x.shape, axis, self.lanes)[0]
        source = self.plan.view(x, axis)

        def nest(axes: Sequence[int], point: Point) -> None:
            if axes:
                for i in self.loop_over(x.shape[axes[0]]):
                    nest(axes[1:], point.at(axes[0], i))
                return
            for i, lanes, part in self.in_registers(x.shape[axis]):
                here = Point(point.at(axis, i).index, axis, lanes, part)
                self.write(self.load(source, here), self.place(view, here), lanes)

        nest([i for i, m in enumerate(x.shape) if i != axis and m > 1], Point([Index()] * len(x.shape), axis, 1))
        return view

    # --------------------------------------------------------------------------- spread numbers
    def _tiles(
        self,
        kernel: Kernel,
        stack: Sequence[Index],
        left: tuple[Index, int, int],
        right: tuple[Index, int, int],
        rows: bool,
    ) -> None:
        """Registers run along the rows (or columns) of the result."""
        inner = kernel.array.operands[0].shape[-1]
        n, others = kernel.space[-2:] if rows else kernel.space[-2:][::-1]
        axis = len(kernel.space) - (2 if rows else 1)
        if rows:
            (wide, _, wide_inner), (single, single_inner, single_step) = left, right
        else:
            (wide, wide_inner, _), (single, single_step, single_inner) = right, left
        lanes = width(n, self.lanes)
        padded = self.is_padded(kernel, axis)
        whole = rounded(n, lanes) if padded else down(n, lanes)
        room, most = (20, 2) if self.lanes == 8 else (12, 3)
        across = int(min(float(whole) / lanes, most if others >= 3 else room // max(others, 1))) or 1
        tall = _even(others, room // across)
        packed = float(wide_inner) > SCATTERED and float(inner) >= 32 and float(others) >= 8 * tall
        panel = Index(self.plan.reserve(inner * across * lanes)) if packed else Index()

        def pack(at: Index, breadth: int, w: int) -> None:
            """Put what one column of tiles reads side by side: it is read again for every tile."""
            for k in self.loop_over(inner):
                for v in range(breadth):
                    self.write(self.read(wide + at + v * w + k * wide_inner, w), panel + k * (breadth * w) + v * w, w)

        def tile(at: Index, first: Index, height: int, breadth: int, w: int, part: int | None) -> None:
            e = self.e
            source, stride = (panel, breadth * w) if packed else (wide + at, wide_inner)

            def step(k: Index, sums: list[Vector]) -> list[Vector]:
                vectors = [self.read(source + v * w + k * stride, w) for v in range(breadth)]
                following = []
                for r in range(height):
                    number = self.read(single + (first + r) * single_step + k * single_inner, 1)
                    following += [
                        v.call("fmuladd", number, s) for v, s in zip(vectors, sums[r * breadth :], strict=False)
                    ]
                return following

            sums = self._summed(inner, [e.vector(0.0, w)] * (height * breadth), step)
            for r in range(height):
                for v in range(breadth):
                    self._finish(kernel, stack, first + r, at + v * w, axis, w, part, sums[r * breadth + v])

        def rows_of_tiles(at: Index, breadth: int, w: int, part: int | None) -> None:
            if packed:
                pack(at, breadth, w)
            for first, height in self._in_tiles(others, tall):
                tile(at, first, height, breadth, w, part)

        for at, breadth in self._in_tiles(whole, across, lanes):
            rows_of_tiles(at, breadth, lanes, None)
        for at, w, part in () if padded else self.left_over(n, whole, lanes):
            rows_of_tiles(at, 1, w, part)

    def _in_tiles(self, n: Any, most: int, unit: int = 1) -> Iterator[tuple[Index, int]]:
        """Loop along n elements, so many times `unit` at once: yield where, and how many times it is.

        What is left over comes at once in the end, or one by one where n is a length that varies.
        """
        full = n if most == 1 else down(n, most * unit)
        for at in self.loop_over(full, most * unit):
            yield at, most
        if isinstance(n, int):
            if n > full:
                yield Index(full), (n - full) // unit
        elif most > 1:
            with self.e.loop(n, unit, full) as counter:
                yield Index.of(counter), 1

    def _summed(self, count: Any, initial: list[Vector], step: Body) -> list[Vector]:
        """Run over what is summed, a few at a time."""
        at_once = next((u for u in (8, 4, 2) if u * len(initial) <= 12 and u <= float(count)), 1)
        whole = down(count, at_once)

        def several(k: Index, sums: list[Vector]) -> list[Vector]:
            for u in range(at_once):
                sums = step(k + u, sums)
            return sums

        sums = self.loop_carried(whole, initial, several, at_once)
        if isinstance(count, Size):
            return self.loop_carried(count, sums, step, 1, whole)
        for k in range(whole, count):
            sums = step(Index(k), sums)
        return sums

    def _finish(
        self,
        kernel: Kernel,
        stack: Sequence[Index],
        other: Index,
        along: Index,
        axis: int,
        lanes: int,
        part: int | None,
        x: Vector,
    ) -> None:
        """Put a register of the product where it belongs, and compute what follows from it."""
        pair = [along, other] if axis == len(kernel.space) - 2 else [other, along]
        point = Point([*stack, *pair], axis, lanes, part)
        self.live.clear()
        self.live[kernel.array] = x
        if kernel.array in kernel.stored:
            self.store(kernel.array, x, point)
        self.compute(kernel.members, kernel, point)

    # -------------------------------------------------------------------------------- dot products
    def _dots(
        self, kernel: Kernel, stack: Sequence[Index], left: tuple[Index, int, int], right: tuple[Index, int, int]
    ) -> None:
        """Registers run along what is summed over; sums are added across lanes, as many at once as there are lanes."""
        e = self.e
        inner = kernel.array.operands[0].shape[-1]
        axis = max(self.plan.fast_axis(kernel), len(kernel.space) - 2)
        by_rows = axis == len(kernel.space) - 2
        n, others = kernel.space[-2:] if by_rows else kernel.space[-2:][::-1]
        (a, a_step, _), (b, _, b_step) = left, right
        along, along_step, single, single_step = (a, a_step, b, b_step) if by_rows else (b, b_step, a, a_step)
        w = width(inner, self.lanes)
        whole = down(inner, w)
        widest = width(n, self.lanes)
        tall = _even(others, max((24 if self.lanes == 8 else 12) // int(min(float(n), widest)), 1))

        def tile(at: Index, first: Index, height: int, out: int, part: int | None) -> None:
            breadth = part or out

            def step(k: Index, sums: list[Vector], left_over: int = 0) -> list[Vector]:
                def read(place: Index) -> Vector:
                    x = self.read(place + k, w)
                    return e.only(x, left_over, 0.0) if left_over else x

                vectors = [read(along + (at + v) * along_step) for v in range(breadth)]
                following = []
                for r in range(height):
                    x = read(single + (first + r) * single_step)
                    following += [v.call("fmuladd", x, s) for v, s in zip(vectors, sums[r * breadth :], strict=False)]
                return following

            zero = e.vector(0.0, w)
            sums = [zero] * (height * breadth)
            sums = self.loop_carried(whole, sums, step, w)
            if inner > whole:
                sums = step(Index(whole), sums, inner - whole)
            for r in range(height):
                row = sums[r * breadth : (r + 1) * breadth]
                self._finish(kernel, stack, first + r, at, axis, out, part, self._across_each(row, out))

        for at, out, part in self.in_registers(n):
            for first, height in self._in_tiles(others, tall):
                tile(at, first, height, out, part)

    def _across_each(self, sums: list[Vector], out: int) -> Vector:
        """Return one Vector of the sums of the lanes of each."""
        e = self.e
        if sums[0].lanes == out:
            zero = e.vector(0.0, out)
            return e.sums(sums + [zero] * (out - len(sums))) if out > 1 else sums[0]
        singles = [x.sum() for x in sums]
        return singles[0] if out == 1 else e.pack(singles, len(singles), out)


def _even(count: int | Size, most: int) -> int:
    """Return a height for tiles, at most so many, that leaves little over."""
    if isinstance(count, Size):
        return max(most // 2, 1)
    most = max(min(count, most), 1)
    for height in range(most, max(most // 2, 1), -1):
        if count % height == 0:
            return height
    return math.ceil(count / math.ceil(count / most))
