"""The loops over arrays: element by element, and sums with what follows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from autograd.compile.backends.native.emit.maths import OPERATORS, VectorMaths
from autograd.compile.backends.native.emit.products import Products
from autograd.compile.backends.native.emit.regions import Regions
from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.emit.writer import Body, Point
from autograd.compile.backends.native.planning.kernels import Kernel
from autograd.compile.backends.native.planning.views import width
from autograd.compile.ir.program import Array
from autograd.compile.ir.sizes import Size, down
from autograd.rules.reduction_record import REDUCTIONS


class Loops(Products, Regions):
    """Writes the kernels of a plan into a function's body."""

    def kernel(self, kernel: Kernel) -> None:
        """Write one kernel."""
        NATIVE[kernel.kind](self, kernel)
        self.live.clear()

    def _map(self, kernel: Kernel) -> None:
        axis = self.plan.axis_of(kernel)
        start = Point([Index()] * len(kernel.space), axis, 1)
        kept = [i for i, n in enumerate(kernel.space) if i not in kernel.axes and i != axis and n > 1]
        if kernel.sinks and axis not in kernel.axes and axis >= 0:
            self._nest(kernel, kept, start, lambda p: self._along(kernel, p, lambda q: self._sum(kernel, q)))
        elif kernel.sinks:
            self._nest(kernel, kept, start, lambda p: self._sum(kernel, p))
        else:
            self._nest(kernel, kept, start, lambda p: self._along(kernel, p, lambda q: self._point(kernel, q)))

    def _point(self, kernel: Kernel, point: Point) -> None:
        self.live.clear()
        self.compute(kernel.members, kernel, point)

    def _nest(self, kernel: Kernel, axes: Sequence[int], point: Point, body: Callable[[Point], None]) -> None:
        if not axes:
            body(point)
            return
        for i in self.loop_over(kernel.space[axes[0]]):
            self._nest(kernel, axes[1:], point.at(axes[0], i), body)

    def _along(self, kernel: Kernel, point: Point, body: Callable[[Point], None]) -> None:
        """Loop along the registers' axis."""
        axis = point.axis
        if axis < 0:
            body(point)
            return
        for i, lanes, part in self.in_registers(kernel.space[axis], padded=self.is_padded(kernel, axis)):
            body(Point(point.at(axis, i).index, axis, lanes, part))

    def _sum(self, kernel: Kernel, point: Point) -> None:
        """Run over the axes that are summed over (or otherwise reduced), then compute the epilogue."""
        e, axis = self.e, point.axis
        along = axis in kernel.axes
        others = [i for i in kernel.axes if i != axis and kernel.space[i] > 1]
        n = kernel.space[axis] if along else 1
        lanes = width(n, self.lanes) if along else point.lanes
        whole = down(n, lanes)
        initial = [e.vector(_of_nothing(a), lanes) for a in kernel.sinks]
        if along and isinstance(n, Size):  # what is left over is joined one by one, beside the registers
            initial += [e.vector(_of_nothing(a), 1) for a in kernel.sinks]

        def inner(p: Point, values: list[Vector]) -> list[Vector]:
            self.live.clear()
            self.compute(kernel.members, kernel, p)
            return [self._joined(a, p, v) for a, v in zip(kernel.sinks, values, strict=True)]

        def chunk(p: Point, values: list[Vector]) -> list[Vector]:
            if not along:
                return inner(p, values)

            def at(lanes: int) -> Body:
                return lambda i, v: inner(Point(p.at(axis, i).index, axis, lanes), v)

            registers, singles = values[: len(kernel.sinks)], values[len(kernel.sinks) :]
            registers = self.loop_carried(whole, registers, at(lanes), lanes)
            if singles:
                return [*registers, *self.loop_carried(n, singles, at(1), 1, whole)]
            for i, _, part in self.left_over(n, whole, lanes):
                registers = inner(Point(p.at(axis, i).index, axis, lanes, part), registers)
            return registers

        def nest(axes: Sequence[int], p: Point, values: list[Vector]) -> list[Vector]:
            if not axes:
                return chunk(p, values)
            return self.loop_carried(kernel.space[axes[0]], values, lambda i, v: nest(axes[1:], p.at(axes[0], i), v))

        values = nest(others, point, initial)
        self.live.clear()
        reduced = self._reduced(kernel, point)
        stored = set(kernel.stored)
        for k, a in enumerate(kernel.sinks):
            x = self._across(a, values[k]) if along else values[k]
            if len(values) > len(kernel.sinks):
                x = self._two(a, x, values[len(kernel.sinks) + k])
            self.live[a] = x
            if a in stored:
                self.store(a, x, reduced)
        self.compute(kernel.epilogue, kernel, reduced)

    def _reduced(self, kernel: Kernel, point: Point) -> Point:
        """Return the point in the space of the sinks, which may have fewer axes."""
        shape = kernel.sinks[0].shape
        lead = len(kernel.space) - len(shape)
        axes = list(range(lead, len(kernel.space)))
        if kernel.kept[lead:] != shape:
            axes = [i for i in range(len(kernel.space)) if i not in kernel.axes]
        for i in kernel.axes:
            point = point.at(i, Index())
        if point.axis in kernel.axes:
            point = Point(point.index, -1, 1)
        return point.only(axes)

    def _joined(self, a: Array, point: Point, so_far: Vector) -> Vector:
        x = self.e.vector(self.value(self.plan.operands(a)[0], point), so_far.lanes)
        if point.part is not None:
            x = self.e.only(x, point.part, _of_nothing(a))
        return self._two(a, so_far, x)

    def _across(self, a: Array, x: Vector) -> Vector:
        """Return all lanes joined."""
        if _joins(a) == "add":
            return x.sum()
        while x.lanes > 1:
            half = x.lanes // 2
            x = self._two(a, x.shuffle(None, list(range(half))), x.shuffle(None, list(range(half, x.lanes))))
        return x

    def _two(self, a: Array, x: Vector, y: Vector) -> Vector:
        """Return two joined, as the reduction's record says."""
        if (joins := _joins(a)) == "maximum":  # what is carried waits for one comparison, not for two
            return y.differs(y).select(y, (y > x).select(y, x))
        if joins in OPERATORS:
            return self.e.vector(OPERATORS[joins](x, y), x.lanes)
        return self.e.vector(getattr(VectorMaths(self.e, x.lanes), joins)(x, y), x.lanes)


def _joins(a: Array) -> str:
    return REDUCTIONS[a.op].joins if a.op in REDUCTIONS else "add"  # a matrix product adds its terms


def _of_nothing(a: Array) -> float:
    return REDUCTIONS[a.op].neutral if a.op in REDUCTIONS else 0.0


# By the kind of a kernel: "map" computes what is element-wise, and sums; "copy" a reshape that is no view.
NATIVE: Final[dict[str, Callable[[Loops, Kernel], None]]] = {
    "map": Loops._map,
    "copy": Loops._copy,
    "matmul": Loops._matmul,
    "first": Loops._first,
    "join": Loops._join,
    "gather": Loops._gather,
    "scatter": Loops._scatter,
    "assemble": Loops._assemble,
    "rows": Loops._rows,
    "add_rows": Loops._add_rows,
    "pick": Loops._pick,
    "put": Loops._put,
    "levels": Loops._levels,
    "levels_reached": Loops._levels_reached,
    "levels_backward": Loops._levels_backward,
}
