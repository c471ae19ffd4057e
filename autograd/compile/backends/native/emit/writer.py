"""What all loops are written with: points in a space, reading and writing memory there, and loops themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.compile.backends.native.emit.llvm import Emitter
from autograd.compile.backends.native.emit.maths import VectorMaths
from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.planning.kernels import Kernel
from autograd.compile.backends.native.planning.plan import Plan
from autograd.compile.backends.native.planning.views import View, rounded, width
from autograd.compile.ir.program import Array
from autograd.compile.ir.sizes import down

WORK = "%work"
Body = Callable[[Index, list[Vector]], list[Vector]]


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


class LoopWriter:
    """Writes into a function's body; `live` has the values of arrays at the point where the loops stand."""

    def __init__(self, plan: Plan, emitter: Emitter) -> None:
        self.plan, self.e, self.lanes = plan, emitter, plan.lanes
        self.live: dict[Array, Any] = {}

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
        count = point.part or point.lanes
        return self.e.pack((self.read(at + lane * stride, 1) for lane in range(count)), count, point.lanes)

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
            self.write(x, at, point.lanes, None if view.padded == axis else point.part)
        else:
            vector = self.e.vector(x, point.lanes)
            for lane in range(point.part or point.lanes):
                self.write(vector.lane(lane), at + lane * stride, 1)

    # ----------------------------------------------------------------------------------- loops
    def loop_over(self, count: Any, step: int = 1) -> Iterator[Index]:
        """Write a loop: yield its counter once; if there is but one round (or none), yield that round (or nothing)."""
        if isinstance(count, int) and count <= step:
            for i in range(0, count, step):
                yield Index(i)
        else:
            with self.e.loop(count, step) as counter:
                yield Index.of(counter)

    def loop_carried(
        self, count: Any, initial: list[Vector], body: Body, step: int = 1, start: Any = 0
    ) -> list[Vector]:
        """Write a loop with values that each round takes and passes on; return those of the last round."""
        if isinstance(count, int) and count - start <= step:
            for i in range(start, count, step):
                initial = body(Index(i), initial)
            return initial
        with self.e.carrying(count, initial, step, start) as (counter, values, pass_on):
            pass_on(body(Index.of(counter), list(values)))
        return values

    def in_registers(self, n: Any, *, padded: bool = False) -> Iterator[tuple[Index, int, int | None]]:
        """Loop along n elements: yield where, how many lanes, and how many of these count, where not all do.

        First whole registers, then what is left over, unless there is room to let it fill a register too.
        """
        lanes = width(n, self.lanes)
        whole = rounded(n, lanes) if padded else down(n, lanes)
        for i in self.loop_over(whole, lanes):
            yield i, lanes, None
        if not padded:
            yield from self.left_over(n, whole, lanes)

    def left_over(self, n: Any, whole: Any, lanes: int) -> Iterator[tuple[Index, int, int | None]]:
        """Yield what is behind the first `whole` of n elements likewise: at once, or one by one where n varies."""
        if isinstance(n, int):
            if n > whole:
                yield Index(whole), lanes, n - whole
            return
        with self.e.loop(n, 1, whole) as i:
            yield Index.of(i), 1, None

    # ---------------------------------------------------------------------------- element-wise
    def value(self, x: Array, point: Point) -> Any:
        """Return an operand's value at a point: a number, what is held already, or what lies in memory."""
        if x.number is not None:
            return x.number
        found = self.live.get(x)
        if found is None:
            view = self.plan.view(x, point.axis - len(point.index) + len(x.shape) if point.axis >= 0 else -1)
            found = self.live[x] = self.load(view, point)
        return found

    def compute(self, arrays: Sequence[Array], kernel: Kernel, point: Point) -> None:
        """Compute element-wise arrays at a point, and put those into memory that belong there."""
        maths = VectorMaths(self.e, point.lanes)
        stored = set(kernel.stored)
        for a in arrays:
            x = maths.operation(a.op, *[self.value(x, point) for x in a.operands])
            if not isinstance(x, Vector):
                x = self.e.vector(float(x), point.lanes)
            self.live[a] = x
            if a in stored:
                self.store(a, x, point)

    def is_padded(self, kernel: Kernel, axis: int) -> bool:
        """Whether everything the kernel stores has room for whole registers along the axis."""
        for a in kernel.stored:
            place = axis - len(kernel.space) + len(a.shape)
            if place < 0 or self.plan.view(a).padded != place:
                return False
        return True
