"""What is computed in which loop, and where it lies in memory: decided here, written down by loops.py.

A `Kernel` is one nest of loops over a space: element-wise arrays of one shape are members of one kernel where nothing
in between prevents it, a sum joins the kernel that computes its summands, a matrix product takes what follows it,
element by element, as its epilogue.  Only what another kernel (or the caller) needs is put into memory.

Each array that is put into memory gets the layout that makes its loops cheapest: which of its axes is the fast one,
along which whole registers are computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compile.native.views import VIEWS, View, laid_out, natural, rounded, seen_inside, width
from autograd.compile.program import Array, Program, Shape, needed

__all__ = ["Kernel", "Plan"]

REDUCTIONS = frozenset({"sum", "largest"})


class Kernel:
    """One nest of loops.

    Attributes
        kind      "map" for members and sinks, "matmul", or the name of another structural operation
        space     the shape that is looped over
        root      the structural operation, or None
        members   element-wise arrays of the shape of the space, in order
        sinks     sums or largest values of arrays of that shape, all along `axes`
        epilogue  element-wise arrays of the shape of the sinks
        stored    those of all these that go into memory
    """

    def __init__(self, kind: str, space: Shape, root: Array | None = None) -> None:
        self.kind, self.space, self.root = kind, space, root
        self.members: list[Array] = []
        self.sinks: list[Array] = []
        self.axes: tuple[int, ...] = ()
        self.epilogue: list[Array] = []
        self.stored: list[Array] = []

    @property
    def computed(self) -> list[Array]:
        """Every array that is computed here."""
        return ([self.root] if self.root else []) + self.members + self.sinks + self.epilogue

    @property
    def kept(self) -> Shape:
        """The space with the axes that are summed over shortened to 1."""
        return tuple(1 if i in self.axes else n for i, n in enumerate(self.space))

    def __repr__(self) -> str:
        return f"<{self.kind} {self.space}: {', '.join(a.op for a in self.computed)}>"


class Plan:
    """The kernels of a program, in order, and a view for every array that lies in memory.

    Attributes
        kernels   what to compute, in order
        size      doubles of memory, with room for a register behind the last
        where     (array, fast axis) -> its offset and view
        copies    inputs and constants with the layouts they are wanted in: (array, view)
    """

    def __init__(self, program: Program, outputs: Sequence[Array], lanes: int, gradients: bool) -> None:
        self.program, self.lanes = program, lanes
        self.lines = needed(outputs, program.lines)
        self.summand: dict[int, Array] = {}  # of a sum or largest value: what it is taken over
        self.outputs = list(outputs)
        self.theta = next((a for a in program.lines if a.op == "theta"), None)
        self.theta_size = len(program.order)
        self.home: dict[int, int] = {}
        self.kernels: list[Kernel] = []
        self.fast: dict[int, int] = {}
        self.fixed: dict[int, View] = {}
        self.where: dict[tuple[int, int], View] = {}
        self.copies: list[tuple[Array, View]] = []
        self.size = 0
        self.tables: list[tuple[int, object]] = []  # offset among the whole numbers -> a table, or an integer input
        self.table_size = 0
        self.regions: dict[int, Any] = {}  # of an array of scalars without structure: its table of runs
        self._integers: dict[int, int] = {}
        self.zero_at, self.trash_at = self.reserve(1), self.reserve(1)
        self.theta_at = self.reserve(self.theta_size)
        self.gradient_at = self.reserve(self.theta_size) if gradients else -1
        self._fuse()
        self._store()
        if gradients:
            self._place_gradients()
        self._choose_layouts()

    def reserve(self, doubles: int) -> int:
        """Return the offset of so many doubles of memory, at the begin of a cache line."""
        at = self.size
        self.size += -(-(doubles + self.lanes) // 8) * 8
        return at

    # -------------------------------------------------------------------------------- kernels
    def _fuse(self) -> None:
        for a in self.lines:
            if a.is_elementwise:
                self._elementwise(a)
            elif a.op in REDUCTIONS:
                self._reduction(a, a.operands[0], a.detail if a.op == "sum" else (a.detail,))
            elif a.op == "matmul" and not a.shape:
                product = Array("multiply", a.operands, a.operands[0].shape)
                self._elementwise(product)
                self._reduction(a, product, (0,))
            elif a.op == "reshape" and not self._reshapes(a):
                self._new(Kernel("copy", a.operands[0].shape, a))
                self.fixed[id(a)] = View(-1, a.shape, laid_out(0, a.shape, len(a.shape) - 1, 0)[0].strides)
            elif a.op not in VIEWS and a.op not in ("theta", "input", "constant"):
                self._new(Kernel(a.op, a.shape, a))

    def _new(self, kernel: Kernel) -> Kernel:
        self.kernels.append(kernel)
        for a in kernel.computed:
            self.home[id(a)] = len(self.kernels) - 1
        return kernel

    def _latest(self, operands: Sequence[Array]) -> int:
        return max([self.home.get(id(self.root(x)), -1) for x in operands], default=-1)

    def _direct(self, operands: Sequence[Array], at: int, among: Sequence[Array]) -> bool:
        """Whether operands that kernel `at` computes are among these arrays themselves, not seen through a view."""
        return all(x in among for x in operands if self.home.get(id(self.root(x)), -1) == at)

    def _elementwise(self, a: Array) -> None:
        at = self._latest(a.operands)
        if at >= 0:
            kernel = self.kernels[at]
            whole = kernel.members + ([kernel.root] if kernel.kind == "matmul" and kernel.root else [])
            if kernel.space == a.shape and kernel.kind in ("map", "matmul") and self._direct(a.operands, at, whole):
                kernel.members.append(a)
                self.home[id(a)] = at
                return
            if kernel.sinks and self._direct(a.operands, at, kernel.sinks + kernel.epilogue):
                if a.shape == kernel.sinks[0].shape and len({s.shape for s in kernel.sinks}) == 1:
                    kernel.epilogue.append(a)
                    self.home[id(a)] = at
                    return
        for later in range(at + 1, len(self.kernels)):
            kernel = self.kernels[later]
            if kernel.kind == "map" and kernel.space == a.shape:
                kernel.members.append(a)
                self.home[id(a)] = later
                return
        kernel = Kernel("map", a.shape)
        kernel.members.append(a)
        self._new(kernel)

    def _reduction(self, a: Array, x: Array, axes: tuple[int, ...]) -> None:
        self.summand[id(a)] = x
        at = self._latest([x])
        if at >= 0:
            kernel = self.kernels[at]
            alike = not kernel.sinks or (kernel.axes == axes and kernel.sinks[0].shape == a.shape)
            if kernel.kind == "map" and kernel.space == x.shape and x in kernel.members and alike:
                kernel.sinks.append(a)
                kernel.axes = axes
                self.home[id(a)] = at
                return
        kernel = Kernel("map", x.shape)
        kernel.sinks.append(a)
        kernel.axes = axes
        self._new(kernel)

    def root(self, a: Array) -> Array:
        """Return the array in whose memory `a` is seen."""
        while a.op in VIEWS and a.operands and id(a) not in self.home:
            a = a.operands[0]
        return a

    def operands(self, a: Array) -> tuple[Array, ...]:
        """Return what `a` is computed from: of a reduction what it is taken over, else its operands."""
        x = self.summand.get(id(a))
        return a.operands if x is None else (x,)

    def _reshapes(self, a: Array) -> bool:
        """Whether a reshape can be a view: of any layout, or else of a root that lies in row-major order."""
        source = self.root(a.operands[0])
        if [n for n in a.shape if n > 1] == [n for n in a.operands[0].shape if n > 1]:
            return True
        if seen_inside(a, source, laid_out(0, source.shape, len(source.shape) - 1, 0)[0]) is None:
            return False
        if source.op not in ("theta", "input", "constant"):
            self.fixed[id(source)] = View(-1, source.shape, laid_out(0, source.shape, len(source.shape) - 1, 0)[0].strides)
        return True

    def _store(self) -> None:
        """Decide what goes into memory: what is wanted from outside, or by another kernel, or through a view."""
        wanted = {id(self.root(a)) for a in self.outputs}
        for i, kernel in enumerate(self.kernels):
            for a in kernel.computed:
                for x in self.operands(a):
                    source = self.root(x)
                    if x is not source or self.home.get(id(source)) != i or a is kernel.root:
                        wanted.add(id(source))
        for kernel in self.kernels:
            kernel.stored = [a for a in kernel.computed if id(a) in wanted or (a is kernel.root and a.op != "matmul")]

    def _place_gradients(self) -> None:
        """Let the gradients be computed where the caller wants them, if they are not needed elsewhere too."""
        self.gradient_parts: list[tuple[Array, int]] = []  # still to be copied (or, for theta, added) at the end
        taken: set[int] = set()
        for slot, gradient in self.program.gradients:
            if slot.op == "theta":
                self.gradient_parts.append((gradient, 0))
                continue
            source = self.root(gradient)
            view = self._reversed(gradient, source, self.gradient_at + slot.detail)
            if view is None or id(source) in taken or id(source) in self.fixed or source.op in ("theta", "input", "constant"):
                self.gradient_parts.append((gradient, slot.detail))
            else:
                taken.add(id(source))
                self.fixed[id(source)] = view

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

    # -------------------------------------------------------------------------------- layouts
    def _choose_layouts(self) -> None:
        groups = self._groups()
        for group in groups:
            for a in group:
                self.fast[id(a)] = self._first_guess(a)
        if len(groups) == 0:
            return
        touching = self._touching(groups)
        for _ in range(2):
            changed = False
            for group, kernels in zip(groups, touching, strict=True):
                shape = group[0].shape
                axes = [i for i, n in enumerate(shape) if n > 1]
                if len(axes) < 2 or not kernels:
                    continue
                now = self.fast[id(group[0])]
                costs = []
                for axis in axes:
                    for a in group:
                        self.fast[id(a)] = axis
                    costs.append((sum(self.cost(k) for k in kernels), axis != now, axis))
                best = min(costs)[2]
                changed |= best != now
                for a in group:
                    self.fast[id(a)] = best
            if not changed:
                break

    def _first_guess(self, a: Array) -> int:
        axes = [i for i, n in enumerate(a.shape) if n >= self.lanes] or [i for i, n in enumerate(a.shape) if n > 1]
        return axes[-2] if len(axes) > 1 else axes[-1] if axes else max(len(a.shape) - 1, 0)

    def _groups(self) -> list[list[Array]]:
        """Return the stored arrays, those of one kernel and one shape together; they will share a layout."""
        groups = []
        for kernel in self.kernels:
            by_shape: dict[Shape, list[Array]] = {}
            for a in kernel.stored:
                if id(a) not in self.fixed:
                    by_shape.setdefault(a.shape, []).append(a)
            groups.extend(by_shape.values())
        return groups

    def _touching(self, groups: Sequence[Sequence[Array]]) -> list[list[Kernel]]:
        users: dict[int, list[Kernel]] = {}
        for kernel in self.kernels:
            for x in {id(self.root(x)) for a in kernel.computed for x in self.operands(a)} | {id(a) for a in kernel.stored}:
                users.setdefault(x, []).append(kernel)
        return [list(dict.fromkeys(k for a in group for k in users.get(id(a), ()))) for group in groups]

    def views(self, a: Array) -> list[View]:
        """Return the views that `a` can have: one for what is computed, one per layout for what is only copied once."""
        source = self.root(a)
        if id(source) in self.fixed and self.fixed[id(source)].offset >= -1:
            sources = [self.fixed[id(source)]]
        elif source.op == "theta":
            sources = [View(self.theta_at, source.shape, (1,))]
        elif source.op == "parameter":
            sources = [laid_out(self.theta_at + source.detail, source.shape, len(source.shape) - 1, 0)[0]]
        elif source.op in ("input", "constant"):
            sources = [laid_out(0, source.shape, f, 0)[0] for f in range(len(source.shape))] or [View(0, (), ())]
        else:
            sources = [laid_out(0, source.shape, self.fast.get(id(source), len(source.shape) - 1), self.lanes)[0]]
        if source is a:
            return sources
        return [v for v in (seen_inside(a, source, s) for s in sources) if v is not None]

    def axis_of(self, kernel: Kernel) -> int:
        """Return the axis of the kernel's space along which registers run; -1 if there is none."""
        axes = [i for i, n in enumerate(kernel.space) if n > 1]
        if len(axes) < 2:
            return axes[0] if axes else -1
        return min(axes, key=lambda v: (self._map_cost(kernel, v), v))

    def _map_cost(self, kernel: Kernel, v: int) -> float:
        space, lanes = kernel.space, self.lanes
        n = space[v]
        w = width(n, lanes)
        points = math.prod(space) // n * (rounded(n, lanes) // w)
        inside = set(map(id, kernel.members))
        cost = 1.0 * len(kernel.members) + len(kernel.sinks)
        for a in kernel.members + kernel.sinks:
            for x in self.operands(a):
                if x.number is None and id(x) not in inside:
                    cost += self._access(x, space, v, w)
        for a in kernel.stored:
            if a.shape == space:
                cost += self._access(a, space, v, w)
        total = points * cost
        if v in kernel.axes:
            total += math.prod(kernel.kept) * 4
        return total

    def _access(self, a: Array, space: Shape, v: int, w: int) -> float:
        axis = v - len(space) + len(a.shape)
        if axis < 0 or a.shape[axis] == 1:
            return 0.5
        return min((0.5 if view.strides[axis] == 1 else 1.5 * w for view in self.views(a)), default=1.5 * w)

    def cost(self, kernel: Kernel) -> float:
        """Return roughly how many instructions a kernel takes under the layouts chosen now."""
        if kernel.kind == "map":
            return min([self._map_cost(kernel, v) for v, n in enumerate(kernel.space) if n > 1], default=1.0)
        if kernel.kind == "matmul":
            return min(self.products(kernel))[0]
        return 0.0

    def products(self, kernel: Kernel) -> list[tuple[float, str, tuple[bool, bool]]]:
        """Return the ways to compute a matrix product: cost, axis of the registers, which operands to turn first.

        "i" and "j" keep registers along the rows or columns of the result, "k" along what is summed over.
        """
        assert kernel.root is not None
        a, b = kernel.root.operands
        rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
        stack = math.prod(kernel.space[:-2])
        lanes = self.lanes
        into = self._fast_axis(kernel) - (len(kernel.space) - 2)  # 0: rows are the fast axis of the result, 1: columns
        unit_a = [self._unit(a, -2), self._unit(a, -1)]
        unit_b = [self._unit(b, -2), self._unit(b, -1)]
        ways = []
        for way, ready, axis, n, others in (
            ("i", unit_a[0], 0, rows, columns),
            ("j", unit_b[1], 1, columns, rows),
        ):
            registers = rounded(n, lanes) / width(n, lanes)
            cost = registers * others * inner + 4 * registers * others
            if into != axis and rows > 1 and columns > 1:
                cost += 2.0 * rows * columns
            turn = (False, False)
            if not ready:
                cost += 2.5 * n * inner
                turn = (way == "i", way == "j")
            ways.append((cost * stack, way, turn))
        for turn in ((False, False), (True, False), (False, True)):
            if (unit_a[1] or turn[0]) and (unit_b[0] or turn[1]):
                registers = rounded(inner, lanes) / width(inner, lanes)
                cost = rows * columns * (registers * 1.25 + 4.0)
                if turn[0]:
                    cost += 2.5 * rows * inner
                if turn[1]:
                    cost += 2.5 * columns * inner
                ways.append((cost * stack, "k", turn))
        return ways

    def _fast_axis(self, kernel: Kernel) -> int:
        for a in kernel.stored:
            if a.shape == kernel.space:
                (view,) = self.views(a)
                for axis, stride in enumerate(view.strides):
                    if stride == 1:
                        return axis
        return len(kernel.space) - 1

    def _unit(self, a: Array, axis: int) -> bool:
        return a.shape[axis] == 1 or any(v.strides[axis] == 1 for v in self.views(a))

    # --------------------------------------------------------------------------------- memory
    def view(self, a: Array, axis: int = -1) -> View:
        """Return where `a` lies in memory, in a layout with neighbours along that axis side by side if there is one.

        Memory is reserved as it is asked for.
        """
        source = self.root(a)
        axis = axis % len(a.shape) if a.shape else 0
        key_fast = 0
        fixed = self.fixed.get(id(source))
        if source.op == "theta":
            base = View(self.theta_at, source.shape, (1,))
        elif source.op == "parameter":
            base = laid_out(self.theta_at + source.detail, source.shape, len(source.shape) - 1, 0)[0]
        elif source.op in ("input", "constant"):
            key_fast = self._fast_for(a, source, axis)
            base = self._reserved(source, key_fast, 0)
        elif fixed is not None and fixed.offset >= 0:
            base = fixed
        elif fixed is not None:
            base = self._reserved(source, len(source.shape) - 1, 0)
        else:
            base = self._reserved(source, self.fast.get(id(source), len(source.shape) - 1), self.lanes)
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
        known = self.where.get((id(a), fast))
        if known is None:
            _, doubles = laid_out(0, a.shape, fast, lanes)
            known = self.where[(id(a), fast)] = laid_out(self.reserve(doubles), a.shape, fast, lanes)[0]
            if a.op in ("input", "constant"):
                self.copies.append((a, known))
        return known

    def table(self, numbers: Any) -> int:
        """Return the offset among the whole numbers of a table that never changes."""
        at = self.table_size
        self.tables.append((at, numbers))
        self.table_size += numbers.size
        return at

    def integers(self, index: Array) -> int:
        """Return the offset among the whole numbers of an integer input."""
        source = self.root(index)
        if source.op == "constant":
            return self.table(np.asarray(source.detail).astype(np.int64).reshape(-1))
        if id(source) not in self._integers:
            self._integers[id(source)] = self.table_size
            self.tables.append((self.table_size, source))
            self.table_size += source.size
        view = seen_inside(index, source, laid_out(0, source.shape, len(source.shape) - 1, 0)[0])
        if view is None or not natural(view, index.shape):
            raise NotImplementedError("an index that is no plain piece of an argument")
        return self._integers[id(source)] + view.offset
