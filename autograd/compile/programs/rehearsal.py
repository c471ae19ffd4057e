"""Rehearsals: a program found at other sizes is compared, once, with what the function records at these.

The function is traced at the new sizes, and what it records is computed as it is (frontend/blocks.py), on parameters a
little away from where they are, since many begin as zeros or alike.  Beside each number goes its derivative in one
random direction of the parameters, by the chain rule forwards.  The program's loss is to be the same, and so is its
gradient times that direction, which no wrong entry of a gradient leaves as it was.

Where there are more rows than record 10,000 operations, and more than 64 (of wide data, 16), the data are so many rows
of the caller's, chosen at random, each in many places at random: what is done again to the same Values is recorded
once.  So a rehearsal costs what it takes to run the function's own Python, and little besides.  All is compared twice:
on the caller's numbers, and a little beside them, where no two are alike.

What it sees: every way in which the function does otherwise at these sizes, if loss or gradient at that point show it:
other rows, weights, factors or operations, numbers that no gradient passes.  What shows nowhere, since it is added as 0
or stands in a branch that is not taken, is seen by an outline (outline.py).  Whatever tracing refuses is refused at
these sizes too, and what it binds a program to is that of this trace.
What it cannot see: in a branch of a `where` or a maximum that is not taken at that point, the same kinds of operations
in other rows; and, of so many rows that they are not all told apart, a single one that meets another row than at small
sizes, if the two stand for each other by chance (1 in 64, of wide data 1 in 16, drawn anew each time).  Audits
(frontend/audit.py) go on to look for it, as for all that nobody sees.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, Final

import numpy as np

from autograd.compile.frontend.blocks import Block
from autograd.compile.frontend.trace import Tracing
from autograd.compile.frontend.traced_graph import TAKE, Traced, flat_of
from autograd.compile.lift.level_schedule import on_numbers
from autograd.recording.bulk import numbers_of
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.maths import Maths
from autograd.rules.reduction_record import ROWS
from autograd.rules.source import inlined
from autograd.rules.symbols import formulas, functions_in
from autograd.value import Value

__all__ = ["NoNumberError", "Once", "Rehearsal", "Sample"]

LEAST, MOST = 16, 64  # rows of the caller's data,
NUMBERS: Final = 4096  # or so many numbers of them
MOVE: Final = 0.02  # how far parameters are moved, beside their own size and 1, and data, beside their own size
NODES: Final = 10_000  # so many may the distinct rows record, where that is more rows
NEAR: Final = 1e-9  # of the largest number: what rounding may do to it
ARITHMETIC: Final = frozenset({"add", "subtract", "multiply", "negative"})


class NoNumberError(ValueError):
    """On these data the function has no number: they hold what is no index, or an operation of the user's raises."""


class Sample:
    """Some rows of the data, and which of them stands in each place of it: the same for all data of as many rows."""

    def __init__(self, arrays: Sequence[Any], nodes: int, turn: int) -> None:
        """Draw them: all rows where a row records few `nodes`, and others at another `turn`."""
        draw = np.random.default_rng(turn)
        widths: Counter[tuple[int, ...]] = Counter()  # by how many rows there are
        for array in filter(np.ndim, arrays):
            widths[array.shape[:1]] += math.prod(array.shape[1:])
        places: dict[tuple[int, ...], tuple[Any, Any]] = {}
        for (count,), width in widths.items():
            rows = max(min(max(LEAST, NUMBERS // width), MOST), NODES // nodes)
            if count > rows:
                again = draw.integers(0, rows, count - rows)
                places[count,] = draw.permutation(count)[:rows], draw.permutation(np.append(np.arange(rows), again))
        self.rows: list[list[int] | None] = []
        self.distinct: list[Any] = []  # the rows
        for array in arrays:
            chosen, which = places.get(array.shape[:1], (None, None))
            self.rows.append(None if chosen is None else which.tolist())
            self.distinct.append(array if chosen is None else array[chosen])

    def arrays(self, distinct: Sequence[Any]) -> list[Any]:
        """Return the data that are made of these rows."""
        return [x if row is None else x[row] for x, row in zip(distinct, self.rows, strict=True)]


class Once(Tracing):
    """The mode that is on while a function is traced for a rehearsal: the same operation on the same Values is one."""

    def __init__(self, arguments: Any) -> None:
        super().__init__(arguments)
        self._recorded: dict[Any, Value] = {}
        self._groups: dict[Any, Any] = {}  # each group's like, the first of these members, by either
        self.recorded: list[tuple[Any, int]] = []  # each operation, each time, and how many members its group has

    def record(self, op: Any, inputs: tuple[Any, ...]) -> Value:
        """Return the node for `op` on these operands, without its number: a new one if there is none."""
        self.recorded.append((op, len(inputs[0].values) if op.groups else 0))
        key = (op, *[self._key(x) if x.is_group or x.op is CONSTANT else x for x in inputs])
        node = self._recorded.get(key)
        if node is None:
            node = self._recorded[key] = super().record(op, inputs)
        return node

    def _key(self, x: Any) -> Any:
        if not x.is_group:
            return x._data.hex()
        like = self._groups.get(x)
        if like is None:
            like = self._groups[x] = self._groups.setdefault(x.values, x)
        return like


class Rehearsal:
    """The numbers of a traced graph, and their derivatives in one direction of the parameters, at two points at once.

    At the first parameters and data are moved a little, so that no two are alike; the second is the caller's own.
    """

    def __init__(self, traced: Traced, sample: Sample, *, gradients: bool) -> None:
        """Compute them on a sample of data; what modules draw is made up."""
        draw, blocks = np.random.default_rng(1), traced.blocks
        theta, count = np.array(numbers_of(traced.parameters)), len(traced.parameters)
        most = MOVE * (np.abs(theta) + 1.0)
        moved_theta = draw.uniform(theta - most, theta + most)
        self._direction = draw.uniform(-1.0, 1.0, count)
        drawn = [draw.uniform(0.5, 1.5, shape) for shape in traced.shapes[len(sample.rows) :]]
        made: list[Any] = traced.made  # TAKE is no operation of the table
        places = {operands(node)[1] for node in made if node.op is TAKE}
        near = [  # so that nothing leaves its range: but what says a place stays as it is
            moved(x, draw) if places.isdisjoint(values) else x
            for x, values in zip(sample.distinct, traced.arguments, strict=False)
        ]
        self.points: list[tuple[Any, list[Any]]] = []  # parameters, and the arguments
        self._numbers, self._tangents = np.zeros((2, blocks.size)), np.zeros((2, blocks.size))
        for numbers, at, data in zip(self._numbers, (moved_theta, theta), (near, sample.distinct), strict=True):
            self.points.append((at, [*sample.arrays(data), *drawn]))
            known = np.concatenate([at, *[np.ravel(x) for x in (*data, *drawn)]])
            numbers[: len(known)] = known
            numbers[blocks.size - len(blocks.given) :] = numbers_of(blocks.given)
        self._tangents[:, :count] = self._direction * gradients
        with np.errstate(all="ignore"):
            for block in blocks.blocks:
                self._run(block)
        roots = blocks.roots
        count = len(flat_of(traced.root))
        parts = [roots[:count]]
        for values, _ in traced.observed:
            parts.append(roots[count : count + len(values)])
            count += len(values)
        self._outputs = [[numbers[part] for part in parts] for numbers in self._numbers]
        self._slopes = self._tangents[:, roots[0]]
        del self._numbers, self._tangents

    def agrees(self, point: int, result: Any, observed: Sequence[Any], gradient: Any = None) -> bool | None:
        """Whether a program gives the same numbers at a point, and the same slope; None if they are not all finite."""
        outputs, found = self._outputs[point], [np.ravel(x) for x in (result, *observed)]
        if list(map(len, found)) != list(map(len, outputs)):
            return False
        terms = np.zeros(1) if gradient is None else gradient * self._direction
        pairs = [*zip(outputs, found, strict=True), (self._slopes[point : point + 1], np.array([terms.sum()]))]
        if not all(np.isfinite(x).all() for pair in pairs for x in pair):
            return None
        scales = [np.abs(truth).max(initial=0.0) for truth in outputs] + [np.abs(terms).sum()]
        return all(
            bool((np.abs(truth - x) <= NEAR * scale).all()) for (truth, x), scale in zip(pairs, scales, strict=True)
        )

    # ----------------------------------------------------------------------------------- block by block
    def _run(self, block: Block) -> None:
        if block.op is TAKE:
            found = self._taken(block)
        elif block.op.groups:
            found = self._dot(block) if block.op.groups == 2 else self._reduced(block)
        else:
            found = self._elementwise(block)
        self._numbers[:, block.places], self._tangents[:, block.places] = found

    def _both(self, places: Any) -> tuple[Any, Any]:
        """Return the numbers and the tangents of nodes."""
        return self._numbers[:, places], self._tangents[:, places]

    def _elementwise(self, block: Block) -> tuple[Any, Any]:
        """Return numbers and tangents; an edge that is cut, or along which nothing moves, adds nothing."""
        op = block.op
        inputs, slopes = zip(*[self._both(column) for column in block.columns], strict=True)
        functions: Sequence[Callable[..., Any]] = on_numbers(op.name)
        if not is_arithmetic(op.name):
            functions = [partial(_one_by_one, function, op.name) for function in functions]
        value, derivatives = functions
        tangents = np.zeros_like(inputs[0])
        if any(map(np.any, slopes)):
            for slope, derivative in zip(slopes, derivatives(*inputs), strict=True):
                counts = (slope != 0.0) & ((np.asarray(derivative) != 0.0) | (not op.stops_at_zero))
                tangents += np.where(counts, derivative * slope, 0.0)
        return value(*inputs), tangents

    def _taken(self, block: Block) -> tuple[Any, Any]:
        ((members, which),), (index,) = block.groups, block.columns
        wanted = self._numbers[1, index]  # the same at both points
        if not ((-members.shape[1] <= wanted) & (wanted < members.shape[1])).all():  # as where one is nan
            raise NoNumberError(f"{wanted.tolist()!r} are used as indices")
        return self._both(members[which, wanted.astype(np.intp)])

    def _dot(self, block: Block) -> tuple[Any, Any]:
        """Return Σ left · right + bias."""
        (left, i), (right, j) = block.groups
        (x, dx), (y, dy) = self._both(left), self._both(right)
        bias, tangents = self._both(block.columns[0])
        numbers = bias + products(x, y, i, j)
        for x_, y_ in ((dx, y), (x, dy)):
            if x_.any() and y_.any():
                tangents = tangents + products(x_, y_, i, j)
        return numbers, tangents

    def _reduced(self, block: Block) -> tuple[Any, Any]:
        """Return what its row makes of each group; a member that it does not depend on moves nothing."""
        ((members, which),) = block.groups
        numbers, tangents = self._both(members)
        output, (derivative,) = block.op.rule(_Along(), numbers)
        moves = np.where(np.equal(derivative, 0.0), 0.0, derivative * tangents).sum(axis=2)
        return output[..., 0][:, which], moves[:, which]


class _Along(Maths):
    """The functions that a reduction's rule computes with, on arrays, along the last axis."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ROWS:
            return partial(getattr(np, ROWS[name].joins).reduce, axis=-1, keepdims=True)
        return getattr(np, name, None) or super().__getattr__(name)

    def first(self, values: Any, wanted: Any) -> Any:
        """Return 1.0 at the first of `values` that is `wanted`, or nan, 0.0 elsewhere."""
        place = np.argmax((values == wanted) | np.isnan(values), axis=-1, keepdims=True)
        return np.where(np.arange(values.shape[-1]) == place, 1.0, 0.0)


def moved(x: Any, draw: np.random.Generator) -> Any:
    """Return numbers a little nearer to 0, and for 0 a little more."""
    share = MOVE * draw.uniform(0.0, 1.0, np.shape(x))
    return np.where(np.equal(x, 0.0), share, x * (1.0 - share))


def products(x: Any, y: Any, i: Any, j: Any) -> Any:
    """Return Σ x[:, i] · y[:, j] over the last axis: of all pairs at once where most of them are wanted."""
    if x.shape[1] * y.shape[1] <= 4 * len(i):
        return (x @ y.swapaxes(1, 2))[:, i, j]
    return np.einsum("pkw,pkw->pk", x[:, i], y[:, j])


@cache
def is_arithmetic(name: str) -> bool:
    """Whether an operation and its derivatives are sums and products, so that arrays will do in the place of floats."""
    output, derivatives = formulas(name)
    return all(functions_in(inlined(x)) <= ARITHMETIC for x in (output, *derivatives))


def _one_by_one(function: Callable[..., Any], name: str, *inputs: Any) -> Any:
    """Return what a function of floats makes of arrays; of several results, an array for each."""
    try:
        found = np.array(list(map(function, *[x.ravel().tolist() for x in inputs])))
    except (ArithmeticError, ValueError) as error:
        raise NoNumberError(f"{name} raised {type(error).__name__}: {error}") from error
    return found.T.reshape(*found.shape[1:], *inputs[0].shape)
