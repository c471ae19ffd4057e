"""The program form: a list of array operations, each a line that a backend emits in its own way.

A `Program` is straight-line: every `Array` is computed once, from arrays before it, and nothing is written in place.
`lines` holds what the loss needs, then what the gradients need; `outputs` says which array is the loss and which is
the gradient of which slice of the flat parameter vector θ.  A backend knows the operations below and nothing else.

| op | operands | detail | what it is |
|---|---|---|---|
| theta | – | – | θ: all parameters in one vector |
| parameter | – | offset | `theta[offset : offset + size].reshape(shape)` |
| input | – | argument number | an argument, reshaped; see `Program.arguments` |
| constant | – | a float, or an array | itself |
| *a row of the table of operations* | arrays | – | the operation, element by element; shapes broadcast as NumPy's do |
| matmul | a, b | – | `a @ b`: (n, k) @ (k, m), a stack (s, n, k) @ (s, k, m), or (k) @ (k) → () |
| sum | a | axes | the sum over axes; they stay as length 1 unless the shape is () or has fewer axes |
| largest, or another of `REDUCTIONS` | a | (axis,) | the largest along an axis that stays as length 1; nan wins |
| first | a, largest | axis | 1.0 at the first place along the axis where `a` is the largest, else 0.0 |
| transpose | a | axes | as NumPy's |
| reshape | a | – | the same elements, in row-major order |
| slice | a | (start, stop, step) per axis | as NumPy's; step > 0 |
| broadcast | a | – | `a` repeated to the shape |
| join | a, b, … | – | their elements, one after the other: a vector |
| gather | a | index array | `a.ravel()[index]` |
| scatter | a | index array | zeros of the shape, with the elements of `a` added at their (flat) index |
| assemble | parts | slices per part | zeros of the shape, with each part added to its slice |
| rows | table, index | – | `table[index]`: the rows of a matrix (n, k) named by whole numbers (m,) or (m, 1): (m, k) |
| add_rows | a, index | – | zeros of the shape, with row i of `a` added to the row that `index` names |
| pick | a, index | – | of row i of a matrix the element that `index[i]` names: (m, 1) |
| put | a, index | – | zeros of the shape, with element i of `a` (or one number) put into row i where `index[i]` says |
| levels | arrays | a `LevelSchedule` | a vector: elements without structure, computed level by level |
| levels_reached | levels, mask | the same schedule | 1.0 where the backward pass reaches an element, else 0.0 |
| levels_backward | levels, adjoint (, reached) | the same schedule | the adjoints of the levels' operands |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import REDUCTIONS, ROWS
from autograd.rules.symbols import Symbol, formulas, named, parameters

Shape = tuple[int, ...]
LEVELS: Final = frozenset({"levels", "levels_reached", "levels_backward"})  # of scalars without structure
STRUCTURAL = frozenset({
    "theta", "parameter", "input", "constant", "matmul", *REDUCTIONS, "first", "transpose", "reshape", "slice",
    "broadcast", "join", "gather", "scatter", "assemble", "rows", "add_rows", "pick", "put", *LEVELS,
})  # fmt: skip
INDEXED = frozenset({"rows", "add_rows", "pick", "put"})  # the last operand is an index: whole numbers
COMPARISONS: Final = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "isnan"})


class Array:
    """One line of a program: the operation, the arrays it is computed from, and the shape of what comes out."""

    __slots__ = ("detail", "layer", "name", "op", "operands", "shape")

    def __init__(self, op: str, operands: tuple[Array, ...], shape: Shape, detail: Any = None) -> None:
        self.op, self.operands, self.shape, self.detail = op, operands, shape, detail
        self.name, self.layer = "", 0

    @property
    def size(self) -> int:
        """How many elements there are."""
        return math.prod(self.shape)

    @property
    def note(self) -> str:
        """What is said beside a line that begins a layer, else ""."""
        rows, units = self.shape if self.layer else (0, 0)
        return f"layer {self.layer}: ({rows} row{'s' * (rows != 1)}, {units} unit{'s' * (units != 1)})" * (rows > 0)

    @property
    def number(self) -> float | None:
        """The float that this array is, or None."""
        return self.detail if self.op == "constant" and isinstance(self.detail, float) else None

    @property
    def is_elementwise(self) -> bool:
        """Whether the operation is a row of the table, applied element by element."""
        return self.op not in STRUCTURAL

    def __repr__(self) -> str:
        return f"<{self.name or self.op} {self.shape}>"


VIEWS: Final[dict[str, Callable[[Array, Any], Any]]] = {  # what each view makes of an array of NumPy's
    "transpose": lambda a, x: x.transpose(a.detail),
    "reshape": lambda a, x: x.reshape(a.shape),
    "slice": lambda a, x: x[tuple(slice(*r) for r in a.detail)],
    "broadcast": lambda a, x: np.broadcast_to(x, a.shape),
}


@dataclass
class Program:
    """What was found: the lines, the arguments they take and the outputs they leave.

    Attributes
        lines        every array in the order of computing: `forward` of them for the loss, then the backward pass
        loss         the array of shape () (or the predictions, row by row, in a program without a backward pass)
        gradients    (a parameter or theta, the gradient with respect to it): each slice of θ once, theta last of all;
                     a gradient for theta is to be added to what the slices before it have
        arguments    for each `input` array: which argument it is, the shape that the lines expect, and whether they are
                     whole numbers; arguments after the user's are what modules draw at each run
        order        order[k] is which of the user's parameters sits at θ[k]
        used         how many of the parameters the loss depends on: θ[used:] has no gradient
        observed     vectors of numbers that are wanted after each run, besides the loss
    """

    lines: list[Array]
    forward: int
    loss: Array
    gradients: list[tuple[Array, Array]]
    arguments: list[tuple[int, Shape, bool]]
    order: np.ndarray[Any, Any]
    used: int
    observed: list[Array] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """The slices of θ, start and stop, without a gradient of their own: 0, but for the gradient of θ as a whole."""
        taken = sorted((p.detail, p.detail + p.size) for p, _ in self.gradients if p.op == "parameter")
        bounds = [0, *[at for piece in taken for at in piece], len(self.order)]
        return [(start, stop) for start, stop in zip(bounds[::2], bounds[1::2], strict=True) if start < stop]

    @property
    def flops(self) -> int:
        """Arithmetic operations of one run, a multiply-add counted as two."""
        return sum(FLOPS[a.op](a) if a.op in FLOPS else a.size * a.is_elementwise for a in self.lines)

    def __str__(self) -> str:
        number = {id(a): i for i, a in enumerate(self.lines)}
        shown = [
            f"{i:4} {a.op}({', '.join(str(number[id(x)]) for x in a.operands)}) {_detail(a)}→ {a.shape} {a.name}"
            for i, a in enumerate(self.lines)
        ]
        shown.insert(self.forward, "     --")
        return "\n".join(shown)


def _detail(array: Array) -> str:
    if array.detail is None:
        return ""
    return f"{array.detail!r} " if not isinstance(array.detail, np.ndarray) else f"[{array.detail.size}] "


# Of an element-wise operation each element counts as one, and what only moves numbers is free.
FLOPS: Final[dict[str, Callable[[Array], int]]] = {
    "matmul": lambda a: 2 * a.size * a.operands[0].shape[-1],
    **dict.fromkeys((*REDUCTIONS, "scatter", "add_rows"), lambda a: a.operands[0].size),
    **dict.fromkeys(LEVELS, lambda a: a.size),
}


class Builder:
    """Writes lines, each once: the same operation on the same arrays is the same line.

    Arithmetic with 0 and 1, and on numbers alone, is done as it is written.
    """

    def __init__(self) -> None:
        self.lines: list[Array] = []
        self._known: dict[Any, Array] = {}

    def make(self, op: str, operands: Sequence[Array], shape: Shape, detail: Any = None) -> Array:
        """Return the line that says this, written now if it is new."""
        key: Any = None
        if not isinstance(detail, np.ndarray):
            key = (op, tuple(map(id, operands)), shape, repr(detail) if isinstance(detail, float) else detail)
            known = self._known.get(key)
            if known is not None:
                return known
        array = Array(op, tuple(operands), shape, detail)
        self.lines.append(array)
        if key is not None:
            self._known[key] = array
        return array

    def number(self, x: float) -> Array:
        """Return the constant `x`, of shape ()."""
        return self.make("constant", (), (), float(x))

    # ------------------------------------------------------------------------------ arithmetic
    def apply(self, name: str, *inputs: Array) -> Array:
        """Return the operation of that name in the table, element by element."""
        if name in STRUCTURAL:
            raise ValueError(f"compile has an array operation {name!r} of its own: give the rule of that name another")
        numbers = [x.number for x in inputs]
        known = [x for x in numbers if x is not None]
        if len(known) == len(numbers) and name in TABLE:
            return self.number(TABLE[name].evaluate(*known)[0])
        if name == "add" and _comes_last(inputs[0]) > _comes_last(inputs[1]):
            inputs, numbers = inputs[::-1], numbers[::-1]
        if name == "multiply" and _comes_last(inputs[0]) < _comes_last(inputs[1]) == 3:
            inputs, numbers = inputs[::-1], numbers[::-1]
        simple = self._simplified(name, inputs, numbers)
        if simple is not None:
            return simple
        shape = np.broadcast_shapes(*[x.shape for x in inputs])
        for x in inputs:
            if x.op == "reshape" and x.operands[0].op == "broadcast" and all(y.shape in (shape, ()) for y in inputs):
                return self._unrepeated(name, inputs, x, shape)
        return self.make(name, inputs, shape)

    def _unrepeated(self, name: str, inputs: Sequence[Array], x: Array, shape: Shape) -> Array:
        """Return an operation in the shape in which its operand `x` repeats itself, and need not be written out."""
        (repeated,) = x.operands
        others = [y if y is x or not y.shape else self.reshape(y, repeated.shape) for y in inputs]
        found = self.apply(name, *[repeated.operands[0] if y is x else y for y in others])
        return self.reshape(self.broadcast(found, repeated.shape), shape)

    def _simplified(self, name: str, inputs: Sequence[Array], numbers: list[float | None]) -> Array | None:
        if name == "negative" and inputs[0].op == "negative":
            return inputs[0].operands[0]
        if name == "where" and numbers[0] is not None:
            return inputs[1] if numbers[0] else inputs[2]
        if len(inputs) != 2:
            return None
        (x, y), (a, b) = inputs, numbers
        if name == "add":
            return y if a == 0.0 else x if b == 0.0 else None
        if name == "subtract":
            return self.apply("negative", y) if a == 0.0 else x if b == 0.0 else None
        if name == "multiply":
            if a == 1.0 or b == 1.0:
                return y if a == 1.0 else x
            if a == -1.0 or b == -1.0:
                return self.apply("negative", y if a == -1.0 else x)
            for p, q in ((x, y), (y, x)):
                if p.op == "divide" and p.operands[0].number == 1.0:
                    return self.apply("divide", q, p.operands[1])
        if name == "divide" and b == 1.0:
            return x
        if name == "power":
            if b == 1.0:
                return x
            if b == 2.0:
                return self.apply("multiply", x, x)
            if b == 0.5 and _is_never_below_0(x):  # at −∞ and −0.0 the two differ
                return self.apply("sqrt", x)
            if b == -1.0:
                return self.apply("divide", self.number(1.0), x)
        return None

    def known_quotient(self, x: Array, y: Array) -> Array | None:
        """Return the line that says x / y, if there is one."""
        return self._known.get(("divide", (id(x), id(y)), np.broadcast_shapes(x.shape, y.shape), None))

    def lower(self, formula: Symbol, known: dict[Symbol, Array], axes: tuple[int, ...] = ()) -> Array:
        """Return a formula of symbols as arrays, reduced along axes; `known` is what its names and parts stand for."""
        if formula in known:
            return known[formula]
        if formula.number is not None:
            return self.number(formula.number)
        inputs = [self.lower(x, known, axes) for x in formula.inputs]
        if formula.function == "first":
            return self.make("first", inputs, inputs[0].shape, axes[0])
        if formula.function in ROWS:
            return self.reduce(ROWS[formula.function].name, inputs[0], axes)
        return self.apply(formula.function, *inputs)

    def derivative(self, array: Array, place: int = 0) -> Array:
        """Return the local derivative of an element-wise array, or a reduction, for its operand number `place`."""
        row, axes = (REDUCTIONS[array.op].row, array.detail) if array.op in REDUCTIONS else (array.op, ())
        output, derivatives = formulas(row)
        names = map(named, parameters(TABLE[row]))
        known = {output: array, **dict(zip(names, array.operands, strict=True))}
        return self.lower(derivatives[place], known, axes)

    # ------------------------------------------------------------------------------- structure
    def matmul(self, a: Array, b: Array) -> Array:
        """Return `a @ b`."""
        shape = () if len(a.shape) == 1 else (*a.shape[:-1], b.shape[-1])
        return self.make("matmul", (a, b), shape)

    def transpose(self, a: Array, axes: Sequence[int] | None = None) -> Array:
        """Return `a` with its axes permuted: by default the last two change places."""
        last = len(a.shape) - 1
        axes = tuple(axes) if axes is not None else (*range(last - 1), last, last - 1)
        if axes == tuple(range(len(a.shape))):
            return a
        if a.op == "transpose":
            return self.transpose(a.operands[0], [a.detail[i] for i in axes])
        return self.make("transpose", (a,), tuple(a.shape[i] for i in axes), axes)

    def reshape(self, a: Array, shape: Shape) -> Array:
        """Return the elements of `a` in another shape."""
        while a.op == "reshape":
            a = a.operands[0]
        return a if a.shape == shape else self.make("reshape", (a,), shape)

    def slice(self, a: Array, ranges: Sequence[tuple[int, int, int]]) -> Array:
        """Return `a[start:stop:step, …]`."""
        whole = all(r == (0, n, 1) for r, n in zip(ranges, a.shape, strict=True))
        shape = tuple(len(range(*r)) for r in ranges)
        return a if whole else self.make("slice", (a,), shape, tuple(ranges))

    def broadcast(self, a: Array, shape: Shape) -> Array:
        """Return `a` repeated to the shape."""
        return a if a.shape == shape else self.make("broadcast", (a,), shape)

    def sum(self, a: Array, axes: Sequence[int], shape: Shape | None = None) -> Array:
        """Return the sum over some axes, which stay as length 1 unless a shape says otherwise."""
        return self.reduce("sum", a, axes, shape) if len(axes) else a

    def reduce(self, op: str, a: Array, axes: Sequence[int], shape: Shape | None = None) -> Array:
        """Return a reduction over some axes, which stay as length 1 unless a shape says otherwise."""
        return self.make(op, (a,), kept_shape(a, axes) if shape is None else shape, tuple(axes))

    def gather(self, a: Array, index: np.ndarray[Any, Any]) -> Array:
        """Return the elements of `a` at flat places, in the shape of `index`."""
        return self.make("gather", (a,), tuple(index.shape), index)


def kept_shape(a: Array, axes: Sequence[int]) -> Shape:
    """Return the shape of an array with some axes of length 1."""
    return tuple(1 if i in axes else n for i, n in enumerate(a.shape))


def _is_never_below_0(x: Array) -> bool:
    """Whether the array is seen to hold nothing below 0.0, nor −0.0."""
    if x.op in (*VIEWS, "sum", "gather", "add", "divide", "maximum"):
        return all(map(_is_never_below_0, x.operands))
    if x.op in ("multiply", "matmul") and x.operands[0] is x.operands[1]:
        return x.op == "multiply" or len(x.operands[0].shape) == 1
    return x.op in ("exp", "abs") or (x.number is not None and x.number > 0.0)


def _comes_last(x: Array) -> int:
    """How late `x` stands in a sum as people write it: products, then biases, then numbers."""
    return {"parameter": 1, "constant": 3}.get(x.op, 0)


def needed(outputs: Sequence[Array], lines: Sequence[Array], *, numbers_only: bool = False) -> list[Array]:
    """Return those of the lines that the outputs are computed from, in order; those of indices alone on request."""
    wanted = {id(a) for a in outputs}
    kept = []
    for a in reversed(lines):
        if id(a) in wanted:
            kept.append(a)
            wanted.update(id(x) for x in (a.operands[:1] if numbers_only and a.op in INDEXED else a.operands))
    return kept[::-1]
