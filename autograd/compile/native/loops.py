"""The loops of a plan, written as LLVM's intermediate representation: inner loops work on whole registers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.compile.native.gathers import Gathers
from autograd.compile.native.llvm import Emitter, Index, Vector
from autograd.compile.native.maths import VectorMaths
from autograd.compile.native.plan import Kernel, Plan
from autograd.compile.native.products import Products
from autograd.compile.native.regions import Regions
from autograd.compile.native.views import View, rounded, width
from autograd.compile.program import Array

__all__ = ["Loops"]

WORK = "%work"


class Point:
    """Where in a space the loops stand: an index per axis, and the axis along which registers run.

    `part` is how many lanes count, where not all do.
    """

    __slots__ = ("axis", "index", "lanes", "part")

    def __init__(self, index: Sequence[Index], axis: int, lanes: int, part: int | None = None) -> None:
        self.index, self.axis, self.lanes, self.part = list(index), axis, lanes, part

    def at(self, axis: int, index: Index) -> Point:
        """Return the point with another index on one axis."""
        moved = list(self.index)
        moved[axis] = index
        return Point(moved, self.axis, self.lanes, self.part)

    def only(self, axes: Sequence[int]) -> Point:
        """Return the point in a space of these axes alone; one lane if registers ran along another."""
        index = [self.index[i] for i in axes]
        return Point(index, axes.index(self.axis), self.lanes, self.part) if self.axis in axes else Point(index, -1, 1)


class Loops(Products, Gathers, Regions):
    """Writes the kernels of a plan into a function's body."""

    def __init__(self, plan: Plan, emitter: Emitter) -> None:
        self.plan, self.e, self.lanes = plan, emitter, plan.lanes
        self.held: dict[int, Any] = {}  # array -> its value at the point where the loops stand

    # ---------------------------------------------------------------------------------- memory
    def place(self, view: View, point: Point) -> Index:
        """Return where in memory the element of a view at a point lies."""
        lead = len(point.index) - len(view.shape)
        at = Index(view.offset)
        for i, stride in enumerate(view.strides):
            if stride:
                at = at + point.index[lead + i] * stride
        return at

    def load(self, view: View, point: Point) -> Vector:
        """Return the elements of a view at a point: one for all lanes if it repeats along the registers' axis."""
        axis = point.axis - len(point.index) + len(view.shape)
        stride = view.strides[axis] if point.axis >= 0 and axis >= 0 else 0
        at = self.place(view, point)
        if stride == 0 or point.lanes == 1:
            return self.read(at, 1)
        if stride == 1:
            return self.read(at, point.lanes)
        e = self.e
        text = "poison" if point.part is None else "zeroinitializer"
        kind = f"<{point.lanes} x double>"
        for lane in range(point.part or point.lanes):
            text = e.put(f"insertelement {kind} {text}, double {self.read(at + lane * stride, 1).text}, i32 {lane}")
        return Vector(e, text, point.lanes)

    def read(self, at: Index, lanes: int) -> Vector:
        """Return so many doubles from a place on; there is always room to read a register."""
        return self.e.load(WORK, at, lanes)

    def write(self, x: Any, at: Index, lanes: int, part: int | None = None) -> None:
        """Put doubles at a place and those behind it: the first `part` of them."""
        vector = self.e.vector(x, lanes)
        if part is not None and part < lanes:
            if part & (part - 1) == 0:
                piece = vector.lane(0) if part == 1 else vector.shuffle(None, list(range(part)))
                self.write(piece, at, part)
                return
            self.e.store_part(vector, WORK, at, part)
        else:
            self.e.store(vector, WORK, at, lanes)

    def store(self, a: Array, x: Any, point: Point) -> None:
        """Put the value of an array at a point where it lies."""
        view = self.plan.view(a)
        axis = point.axis - len(point.index) + len(view.shape)
        stride = view.strides[axis] if point.axis >= 0 and axis >= 0 else 0
        at = self.place(view, point)
        if point.lanes == 1 or (stride == 0 and (point.part or point.lanes) == 1):
            self.write(self.e.vector(x, point.lanes).lane(0), at, 1)
        elif stride == 1:
            self.write(x, at, point.lanes, None if view.room == axis else point.part)
        else:
            vector = self.e.vector(x, point.lanes)
            for lane in range(point.part or point.lanes):
                self.write(vector.lane(lane), at + lane * stride, 1)

    # ----------------------------------------------------------------------------------- loops
    def rounds(self, count: int, step: int = 1) -> Iterator[Index]:
        """Write a loop: yield its counter once; if there is but one round (or none), yield that round (or nothing)."""
        if count <= step:
            for i in range(0, count, step):
                yield Index(i)
        else:
            with self.e.loop(count, step) as counter:
                yield Index.of(counter)

    def carried(
        self, count: int, initial: list[Vector], body: Callable[[Index, list[Vector]], list[Vector]], step: int = 1
    ) -> list[Vector]:
        """Write a loop with values that each round takes and passes on; return those of the last round."""
        if count <= step:
            for i in range(0, count, step):
                initial = body(Index(i), initial)
            return initial
        with self.e.carrying(count, initial, step) as (counter, values, pass_on):
            pass_on(body(Index.of(counter), list(values)))
        return values

    def chunks(self, n: int) -> tuple[int, int, int]:
        """Return lanes, how many elements fill whole registers, and how many are left over."""
        lanes = width(n, self.lanes)
        return lanes, n // lanes * lanes, n % lanes

    # ---------------------------------------------------------------------------- element-wise
    def value(self, x: Array, point: Point) -> Any:
        """Return an operand's value at a point: a number, what is held already, or what lies in memory."""
        if x.number is not None:
            return x.number
        found = self.held.get(id(x))
        if found is None:
            view = self.plan.view(x, point.axis - len(point.index) + len(x.shape) if point.axis >= 0 else -1)
            found = self.held[id(x)] = self.load(view, point)
        return found

    def compute(self, arrays: Sequence[Array], kernel: Kernel, point: Point) -> None:
        """Compute element-wise arrays at a point, and put those into memory that belong there."""
        maths = VectorMaths(self.e, point.lanes)
        stored = set(map(id, kernel.stored))
        for a in arrays:
            x = maths.operation(a.op, *[self.value(x, point) for x in a.operands])
            if not isinstance(x, Vector):
                x = self.e.vector(float(x), point.lanes)
            self.held[id(a)] = x
            if id(a) in stored:
                self.store(a, x, point)

    def kernel(self, kernel: Kernel) -> None:
        """Write one kernel."""
        getattr(self, f"_{kernel.kind}")(kernel)
        self.held.clear()

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
        self.held.clear()
        self.compute(kernel.members, kernel, point)

    def _nest(self, kernel: Kernel, axes: Sequence[int], point: Point, body: Callable[[Point], None]) -> None:
        if not axes:
            body(point)
            return
        for i in self.rounds(kernel.space[axes[0]]):
            self._nest(kernel, axes[1:], point.at(axes[0], i), body)

    def _along(self, kernel: Kernel, point: Point, body: Callable[[Point], None]) -> None:
        """Loop along the registers' axis."""
        axis = point.axis
        if axis < 0:
            body(point)
            return
        n = kernel.space[axis]
        lanes, whole, rest = self.chunks(n)
        if rest and self._roomy(kernel, axis):
            whole, rest = rounded(n, self.lanes), 0
        for i in self.rounds(whole, lanes):
            body(Point(point.at(axis, i).index, axis, lanes))
        if rest:
            body(Point(point.at(axis, Index(whole)).index, axis, lanes, rest))

    def _roomy(self, kernel: Kernel, axis: int) -> bool:
        """Whether everything the kernel stores has room for whole registers along the axis."""
        for a in kernel.stored:
            place = axis - len(kernel.space) + len(a.shape)
            if place < 0 or self.plan.view(a).room != place:
                return False
        return True

    def _sum(self, kernel: Kernel, point: Point) -> None:
        """Run over the axes that are summed over (or searched for the largest), then compute the epilogue."""
        e, axis = self.e, point.axis
        along = axis in kernel.axes
        others = [i for i in kernel.axes if i != axis and kernel.space[i] > 1]
        lanes, whole, rest = self.chunks(kernel.space[axis]) if along else (point.lanes, 0, 0)
        starts = {"sum": 0.0, "matmul": 0.0, "largest": float("-inf")}
        initial = [e.vector(starts[a.op], lanes) for a in kernel.sinks]

        def inner(p: Point, values: list[Vector]) -> list[Vector]:
            self.held.clear()
            self.compute(kernel.members, kernel, p)
            return [self._joined(a, p, v) for a, v in zip(kernel.sinks, values, strict=True)]

        def chunk(p: Point, values: list[Vector]) -> list[Vector]:
            if not along:
                return inner(p, values)
            if whole:
                values = self.carried(
                    whole, values, lambda i, v: inner(Point(p.at(axis, i).index, axis, lanes), v), lanes
                )
            if rest:
                values = inner(Point(p.at(axis, Index(whole)).index, axis, lanes, rest), values)
            return values

        def nest(axes: Sequence[int], p: Point, values: list[Vector]) -> list[Vector]:
            if not axes:
                return chunk(p, values)
            return self.carried(
                kernel.space[axes[0]], values, lambda i, v: nest(axes[1:], p.at(axes[0], i), v)
            )

        values = nest(others, point, initial)
        self.held.clear()
        reduced = self._reduced(kernel, point)
        stored = set(map(id, kernel.stored))
        for a, x in zip(kernel.sinks, values, strict=True):
            x = self._across(a, x) if along else x
            self.held[id(a)] = x
            if id(a) in stored:
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
        e = self.e
        x = e.vector(self.value(self.plan.summand[id(a)], point), so_far.lanes)
        if a.op == "largest":
            if point.part is not None:
                x = e.only(x, point.part, float("-inf"))
            larger = (x > so_far).select(x, so_far)
            return x.differs(x).select(x, larger)
        if point.part is not None:
            x = e.only(x, point.part, 0.0)
        return so_far + x

    def _across(self, a: Array, x: Vector) -> Vector:
        """Return the sum (or largest) of all lanes."""
        if a.op != "largest":
            return x.sum()
        while x.lanes > 1:
            half = x.lanes // 2
            left, right = x.shuffle(None, list(range(half))), x.shuffle(None, list(range(half, x.lanes)))
            larger = (right > left).select(right, left)
            x = right.differs(right).select(right, left.differs(left).select(left, larger))
        return x
