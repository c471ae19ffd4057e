"""What is computed in which loop: the lines of a program gathered into kernels.

A `Kernel` is one nest of loops over a space: element-wise arrays of one shape are members of one kernel where nothing
in between prevents it, a sum joins the kernel that computes its summands, a matrix product takes what follows it,
element by element, as its epilogue.  Only what another kernel (or the caller) needs is put into memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from autograd.compile.backends.native.planning.views import VIEWS, View, row_major, seen_inside
from autograd.compile.ir.program import Array, Shape
from autograd.rules.reduction_record import REDUCTIONS

GIVEN = frozenset({"theta", "parameter", "input", "constant"})


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
    def array(self) -> Array:
        """The structural operation that is computed here."""
        if self.root is None:
            raise ValueError(f"{self!r} computes no structural operation")
        return self.root

    @property
    def kept(self) -> Shape:
        """The space with the axes that are summed over shortened to 1."""
        return tuple(1 if i in self.axes else n for i, n in enumerate(self.space))

    def __repr__(self) -> str:
        return f"<{self.kind} {self.space}: {', '.join(a.op for a in self.computed)}>"


class Kernels:
    """The kernels of some lines, in order.

    Attributes
        kernels   what to compute, in order
        fixed     arrays that have to lie in row-major order, since they are seen in another shape: where, or at -1
    """

    def __init__(self, lines: Sequence[Array], outputs: Sequence[Array]) -> None:
        self.kernels: list[Kernel] = []
        self.fixed: dict[Array, View] = {}
        self._home: dict[Array, int] = {}  # which kernel computes an array
        self._role: dict[Array, str] = {}  # and as what: root, member, sink or epilogue
        self._maps: dict[Shape, list[int]] = {}
        self._summand: dict[Array, Array] = {}  # of a sum or largest value: what it is taken over
        self._fuse(lines)
        self._store(outputs)

    def _fuse(self, lines: Sequence[Array]) -> None:
        for a in lines:
            if a.is_elementwise:
                self._elementwise(a)
            elif a.op in REDUCTIONS:
                self._reduction(a, a.operands[0], a.detail)
            elif a.op == "matmul" and not a.shape:  # the product of two vectors is a sum of products
                product = Array("multiply", a.operands, a.operands[0].shape)
                self._elementwise(product)
                self._reduction(a, product, (0,))
            elif a.op == "reshape" and not self._reshapes(a):
                self._new("copy", a.operands[0].shape, a)
                self.fixed[a] = row_major(-1, a.shape)
            elif a.op not in VIEWS and a.op not in GIVEN:
                self._new(a.op, a.shape, a)

    def _new(self, kind: str, space: Shape, root: Array | None = None) -> int:
        self.kernels.append(Kernel(kind, space, root))
        at = len(self.kernels) - 1
        if kind == "map":
            self._maps.setdefault(space, []).append(at)
        if root is not None:
            self._home[root], self._role[root] = at, "root"
        return at

    def _join(self, a: Array, at: int, role: str) -> None:
        kernel = self.kernels[at]
        {"member": kernel.members, "sink": kernel.sinks, "epilogue": kernel.epilogue}[role].append(a)
        self._home[a], self._role[a] = at, role

    def _latest(self, operands: Sequence[Array]) -> int:
        return max([self._home.get(self.root(x), -1) for x in operands], default=-1)

    def _direct(self, operands: Sequence[Array], at: int, roles: tuple[str, ...]) -> bool:
        """Whether the operands that kernel `at` computes have these roles themselves, not seen through a view."""
        return all(self._role.get(x) in roles for x in operands if self._home.get(self.root(x), -1) == at)

    def _elementwise(self, a: Array) -> None:
        at = self._latest(a.operands)
        if at >= 0:
            kernel = self.kernels[at]
            roles = ("member", "root") if kernel.kind == "matmul" else ("member",)
            if kernel.space == a.shape and kernel.kind in ("map", "matmul") and self._direct(a.operands, at, roles):
                self._join(a, at, "member")
                return
            if kernel.sinks and a.shape == kernel.sinks[0].shape and self._direct(a.operands, at, ("sink", "epilogue")):
                self._join(a, at, "epilogue")
                return
        maps = self._maps.get(a.shape, [])
        later = bisect_right(maps, at)
        self._join(a, maps[later] if later < len(maps) else self._new("map", a.shape), "member")

    def _reduction(self, a: Array, x: Array, axes: tuple[int, ...]) -> None:
        self._summand[a] = x
        at = self._latest([x])
        kernel = self.kernels[at] if at >= 0 else None
        if (
            kernel is None
            or kernel.kind != "map"
            or kernel.space != x.shape
            or not self._direct([x], at, ("member",))
            or (kernel.sinks and (kernel.axes != axes or kernel.sinks[0].shape != a.shape))
        ):
            at = self._new("map", x.shape)
        self.kernels[at].axes = axes
        self._join(a, at, "sink")

    def root(self, a: Array) -> Array:
        """Return the array in whose memory `a` is seen."""
        while a.op in VIEWS and a.operands and a not in self._home:
            a = a.operands[0]
        return a

    def operands(self, a: Array) -> tuple[Array, ...]:
        """Return what `a` is computed from: of a reduction what it is taken over, else its operands."""
        x = self._summand.get(a)
        return a.operands if x is None else (x,)

    def _reshapes(self, a: Array) -> bool:
        """Whether a reshape can be a view: of any layout, or else of a root that lies in row-major order."""
        source = self.root(a.operands[0])
        if [n for n in a.shape if n > 1] == [n for n in a.operands[0].shape if n > 1]:
            return True
        if seen_inside(a, source, row_major(0, source.shape)) is None:
            return False
        if source.op not in GIVEN:
            self.fixed[source] = row_major(-1, source.shape)
        return True

    def _store(self, outputs: Sequence[Array]) -> None:
        """Decide what goes into memory: what is wanted from outside, or by another kernel, or through a view."""
        wanted = {self.root(a) for a in outputs}
        for i, kernel in enumerate(self.kernels):
            for a in kernel.computed:
                for x in self.operands(a):
                    source = self.root(x)
                    if x is not source or self._home.get(source) != i or a is kernel.root:
                        wanted.add(source)
        for kernel in self.kernels:
            kernel.stored = [a for a in kernel.computed if a in wanted or (a is kernel.root and a.op != "matmul")]
