"""Which arrays lie transposed: for each the fast axis that makes the loops cheapest, along which registers run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd.compile.backends.native.planning.kernels import Kernel, Kernels
from autograd.compile.backends.native.planning.views import View, laid_out, registers, row_major, seen_inside, width
from autograd.compile.ir.program import Array, Shape
from autograd.compile.ir.sizes import Size

Way = tuple[float, str, tuple[bool, bool]]  # cost, axis of the registers, which operands to pack first


class FastAxes(Kernels):
    """Kernels with a layout for every array that goes into memory: `fast` says which of its axes is the fast one."""

    def __init__(self, lines: Sequence[Array], outputs: Sequence[Array], lanes: int, theta_at: int) -> None:
        self.lanes, self.theta_at = lanes, theta_at
        self.fast: dict[Array, int] = {}
        super().__init__(lines, outputs)

    def choose(self) -> None:
        """Choose the layouts, those of one kernel together: a first guess, then every change that pays."""
        groups = self._groups()
        for group in groups:
            for a in group:
                self.fast[a] = self._first_guess(a)
        touching = self._touching(groups)
        for _ in range(2):
            if not sum(self._improve(group, users) for group, users in zip(groups, touching, strict=True)):
                break

    def _improve(self, group: Sequence[Array], users: Sequence[Kernel]) -> bool:
        axes = [i for i, n in enumerate(group[0].shape) if n > 1]
        if len(axes) < 2 or not users:
            return False
        now = self.fast[group[0]]
        costs = []
        for axis in axes:
            self.fast.update(dict.fromkeys(group, axis))
            costs.append((sum(self.cost(k) for k in users), axis != now, axis))
        best = min(costs)[2]
        self.fast.update(dict.fromkeys(group, best))
        return best != now

    def _first_guess(self, a: Array) -> int:
        axes = [i for i, n in enumerate(a.shape) if float(n) >= self.lanes] or [
            i for i, n in enumerate(a.shape) if n > 1
        ]
        return axes[-2] if len(axes) > 1 else axes[-1] if axes else max(len(a.shape) - 1, 0)

    def _groups(self) -> list[list[Array]]:
        """Return the stored arrays, those of one kernel and one shape together; they will share a layout."""
        groups: list[list[Array]] = []
        for kernel in self.kernels:
            by_shape: dict[Shape, list[Array]] = {}
            for a in kernel.stored:
                if a not in self.fixed:
                    by_shape.setdefault(a.shape, []).append(a)
            groups.extend(by_shape.values())
        return groups

    def _touching(self, groups: Sequence[Sequence[Array]]) -> list[list[Kernel]]:
        users: dict[Array, list[Kernel]] = {}
        for kernel in self.kernels:
            for x in {self.root(x) for a in kernel.computed for x in self.operands(a)} | {*kernel.stored}:
                users.setdefault(x, []).append(kernel)
        return [list(dict.fromkeys(k for a in group for k in users.get(a, ()))) for group in groups]

    def views(self, a: Array) -> list[View]:
        """Return the views that `a` can have: one for what is computed, one per layout for what is only copied once."""
        source = self.root(a)
        if source in self.fixed:
            sources = [self.fixed[source]]
        elif source.op == "theta":
            sources = [View(0, source.shape, (1,))]
        elif source.op == "parameter":
            sources = [row_major(0, source.shape)]
        elif source.op in ("input", "constant"):
            sources = [laid_out(0, source.shape, f, 0)[0] for f in range(len(source.shape))] or [View(0, (), ())]
        else:
            sources = [laid_out(0, source.shape, self.fast[source], self.lanes)[0]]
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
        points = math.prod([m for i, m in enumerate(space) if i != v]) * registers(n, lanes)
        inside = set(kernel.members)
        cost = 1.0 * len(kernel.members) + len(kernel.sinks)
        for a in kernel.members + kernel.sinks:
            for x in self.operands(a):
                if x.number is None and x not in inside:
                    cost += self._access(x, space, v, w)
        for a in kernel.stored:
            if a.shape == space:
                cost += self._access(a, space, v, w)
        total = points * cost
        if v in kernel.axes:
            total += 4.0 * math.prod(kernel.kept)
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

    def products(self, kernel: Kernel) -> list[Way]:
        """Return the ways to compute a matrix product: cost, axis of the registers, which operands to pack first.

        "i" and "j" keep registers along the rows or columns of the result, "k" along what is summed over.
        """
        a, b = kernel.array.operands
        rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
        stack = math.prod(kernel.space[:-2])
        lanes = self.lanes
        into = self.fast_axis(kernel) - (len(kernel.space) - 2)  # 0: rows are the fast axis of the result, 1: columns
        unit_a = [self._unit(a, -2), self._unit(a, -1)]
        unit_b = [self._unit(b, -2), self._unit(b, -1)]
        ways: list[Way] = []
        for way, ready, axis, n, others in (
            ("i", unit_a[0], 0, rows, columns),
            ("j", unit_b[1], 1, columns, rows),
        ):
            across = registers(n, lanes) * others
            cost = across * inner + 4.0 * across
            if into != axis and rows > 1 and columns > 1:
                cost += 2.0 * rows * columns
            pack = (False, False)
            if not ready:
                cost += 2.5 * n * inner
                pack = (way == "i", way == "j")
            ways.append((cost * stack, way, pack))
        for pack in ((False, False), (True, False), (False, True)):
            if (unit_a[1] or pack[0]) and (unit_b[0] or pack[1]) and not isinstance(inner, Size):
                cost = rows * columns * (registers(inner, lanes) * 1.25 + 4.0)
                if pack[0]:
                    cost += 2.5 * rows * inner
                if pack[1]:
                    cost += 2.5 * columns * inner
                ways.append((cost * stack, "k", pack))
        return ways

    def fast_axis(self, kernel: Kernel) -> int:
        """Return the axis along which the registers of a product are put into memory."""
        for a in kernel.stored:
            if a.shape == kernel.space:
                (view,) = self.views(a)
                for axis, stride in enumerate(view.strides):
                    if stride == 1:
                        return axis
        return len(kernel.space) - 1

    def _unit(self, a: Array, axis: int) -> bool:
        return a.shape[axis] == 1 or any(v.strides[axis] == 1 for v in self.views(a))
