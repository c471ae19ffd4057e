"""Rehearsals: a program found at other sizes is compared, once, with what the function records at these.

The function is traced at the new sizes, and what it records is computed scalar by scalar, on parameters a little away
from where they are, since many begin as zeros or alike.  Beside each number goes its derivative in one random direction
of the parameters, by the chain rule forwards.  The program's loss is to be the same, and so is its gradient times that
direction, which no wrong entry of a gradient leaves as it was.

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
from itertools import repeat
from operator import mul
from typing import Any, Final

import numpy as np

from autograd.compile.frontend.trace import Tracing
from autograd.compile.frontend.traced_graph import TAKE, Traced, flat_of
from autograd.compile.lift.level_schedule import on_numbers
from autograd.compile.programs.outline import width_of
from autograd.fused.groups import Group
from autograd.recording.bulk import numbers_of
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.value import Value

__all__ = ["NoNumberError", "Once", "Rehearsal", "Sample"]

LEAST, MOST = 16, 64  # rows of the caller's data,
NUMBERS: Final = 4096  # or so many numbers of them
MOVE: Final = 0.02  # how far parameters are moved, beside their own size and 1, and data, beside their own size
NODES: Final = 10_000  # so many may the distinct rows record, where that is more rows
NEAR: Final = 1e-9  # of the largest number: what rounding may do to it
SHORT: Final = 24  # members of a group, up to which Python adds as fast as NumPy


class NoNumberError(ValueError):
    """On these data the function has no number: they hold what is no index, or an operation of the user's raises."""


class Sample:
    """Some rows of the data, and which of them stands in each place of it: the same for all data of as many rows."""

    def __init__(self, arrays: Sequence[Any], nodes: int, turn: int) -> None:
        """Draw them: all rows where a row records few `nodes`, and others at another `turn`."""
        draw = np.random.default_rng(turn)
        widths: Counter[int] = Counter()  # by how many rows there are
        for array in filter(np.ndim, arrays):
            widths[len(array)] += math.prod(array.shape[1:])
        places: dict[int, tuple[Any, Any]] = {}
        for count, width in widths.items():
            rows = max(min(max(LEAST, NUMBERS // width), MOST), NODES // nodes)
            if count > rows:
                again = draw.integers(0, rows, count - rows)
                places[count] = draw.permutation(count)[:rows], draw.permutation(np.append(np.arange(rows), again))
        self.rows: list[list[int] | None] = []
        self.distinct: list[Any] = []  # the rows
        for array in arrays:
            chosen, which = places.get(len(array) if array.ndim else 0, (None, None))
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
        self._groups: dict[tuple[int, ...], Group] = {}  # by the ids of their members, which they keep alive
        self._seen: dict[int, tuple[Group, int]] = {}  # by their own ids: the group itself, and that of its like
        self.recorded: list[tuple[Any, int]] = []  # each operation, each time, and how many members its group has

    def record(self, op: Any, inputs: tuple[Any, ...]) -> Value:
        """Return the node for `op` on these operands, without its number: a new one if there is none."""
        self.recorded.append((op, width_of(inputs)))
        key = (op, *[self._key(x) for x in inputs])
        node = self._recorded.get(key)
        if node is None:
            node = self._recorded[key] = super().record(op, inputs)
        return node

    def _key(self, x: Any) -> Any:
        if not x.is_group:
            return x._data.hex() if x.op is CONSTANT else id(x)
        seen = self._seen.get(id(x))
        if seen is None:
            like = self._groups.setdefault(tuple(map(id, x.values)), x)
            seen = self._seen[id(x)] = x, id(like)
        return seen[1]


class Rehearsal:
    """The numbers of a traced graph, scalar by scalar, and their derivatives in one direction of the parameters."""

    def __init__(self, traced: Traced, sample: Sample, *, gradients: bool, move: bool) -> None:
        """Compute them on a sample of data; what modules draw is made up."""
        draw = np.random.default_rng(1)
        theta, count = np.array(numbers_of(traced.parameters)), len(traced.parameters)
        self.theta = theta + move * MOVE * draw.uniform(-1.0, 1.0, count) * (np.abs(theta) + 1.0)
        self._direction = draw.uniform(-1.0, 1.0, count)
        drawn = [draw.uniform(0.5, 1.5, shape) for shape in traced.shapes[len(sample.rows) :]]
        distinct = sample.distinct
        if move:  # so that no two rows are alike, and nothing leaves its range: but what says a place stays as it is
            made: list[Any] = traced.made  # TAKE is no operation of the table
            places = {id(operands(node)[1]) for node in made if node.op is TAKE}
            distinct = [
                x if any(id(value) in places for value in values) else moved(x, draw)
                for x, values in zip(distinct, traced.arguments, strict=False)
            ]
        self.arrays = [*sample.arrays(distinct), *drawn]
        self._numbers: dict[int, float] = {}
        self._tangents: dict[int, float] = {}
        self._groups: dict[int, tuple[Any, Any]] = {}
        for values, array in zip(traced.arguments, [*distinct, *drawn], strict=True):
            self._numbers.update(zip(map(id, values), np.ravel(array).tolist(), strict=True))
        ids = list(map(id, traced.parameters))
        self._numbers.update(zip(ids, self.theta.tolist(), strict=True))
        if gradients:
            self._tangents.update(zip(ids, self._direction.tolist(), strict=True))
        self._run(traced.made)
        outputs = flat_of(traced.root)
        self._outputs = [np.array(list(map(self._number, outputs)))]
        self._outputs += [np.array(list(map(self._number, values))) for values, _ in traced.observed]
        self._slope = self._tangents.get(id(outputs[0]), 0.0)
        del self._numbers, self._tangents, self._groups

    def agrees(self, result: Any, observed: Sequence[Any], gradient: Any = None) -> bool | None:
        """Whether a program at `theta` gives the same numbers, and the same slope; None if they are not all finite."""
        found = [np.ravel(x) for x in (result, *observed)]
        if list(map(len, found)) != list(map(len, self._outputs)):
            return False
        terms = np.zeros(1) if gradient is None else gradient * self._direction
        pairs = [*zip(self._outputs, found, strict=True), (np.array([self._slope]), np.array([terms.sum()]))]
        if not all(np.isfinite(x).all() for pair in pairs for x in pair):
            return None
        scales = [np.abs(truth).max(initial=0.0) for truth in self._outputs] + [np.abs(terms).sum()]
        return all(
            bool((np.abs(truth - x) <= NEAR * scale).all()) for (truth, x), scale in zip(pairs, scales, strict=True)
        )

    # --------------------------------------------------------------------------------- scalar by scalar
    def _number(self, x: Any) -> float:
        """Return the number of a Value: of one that is no argument and no parameter, its own."""
        found = self._numbers.get(id(x))
        return float(x._data) if found is None else found

    def _run(self, made: Sequence[Any]) -> None:
        numbers, tangents, of, slope = self._numbers, self._tangents, self._number, self._tangents.get
        for node in made:
            op = node.op
            if op is None:
                continue
            inputs = operands(node)
            if op is TAKE:
                number, tangent = self._taken(*inputs)
            elif op.groups:
                number, tangent = REDUCED[op.name](self, *inputs)
            else:
                number, tangent = _elementwise(op, list(map(of, inputs)), [slope(id(x), 0.0) for x in inputs])
            numbers[id(node)] = number
            if tangent:
                tangents[id(node)] = tangent

    def _taken(self, values: Any, index: Any) -> tuple[float, float]:
        try:
            x = values.values[int(self._number(index))]
        except (ValueError, OverflowError, IndexError) as error:
            raise NoNumberError(f"{self._number(index)!r} is used as an index") from error
        return self._number(x), self._tangents.get(id(x), 0.0)

    def _group(self, group: Any) -> tuple[Any, Any]:
        """Return the numbers of a group, and its tangents or None: both as lists, or as arrays if it is long."""
        known = self._groups.get(id(group))
        if known is None:
            members = group.values
            numbers: Any = list(map(self._numbers.get, map(id, members)))
            if None in numbers:
                numbers = list(map(self._number, members))
            tangents: Any = list(map(self._tangents.get, map(id, members), repeat(0.0)))
            tangents = tangents if any(tangents) else None
            if len(members) > SHORT:
                numbers = np.array(numbers)
                tangents = None if tangents is None else np.array(tangents)
            known = self._groups[id(group)] = numbers, tangents
        return known

    def _dot(self, left: Any, right: Any, bias: Any) -> tuple[float, float]:
        """Return Σ left · right + bias."""
        (x, dx), (y, dy) = self._group(left), self._group(right)
        product: Callable[..., float] = _product_of_lists if isinstance(x, list) else np.dot
        tangent = self._tangents.get(id(bias), 0.0)
        tangent += (0.0 if dx is None else product(dx, y)) + (0.0 if dy is None else product(x, dy))
        return float(product(x, y)) + self._number(bias), float(tangent)

    def _total(self, values: Any) -> tuple[float, float]:
        """Return the sum."""
        return sum(map(self._number, values)), sum([self._tangents.get(id(x), 0.0) for x in values])

    def _largest(self, values: Any) -> tuple[float, float]:
        """Return the largest, the first of those that are; nan wins."""
        first = int(np.argmax(list(map(self._number, values))))
        return self._number(values.values[first]), self._tangents.get(id(values.values[first]), 0.0)


def moved(x: Any, draw: np.random.Generator) -> Any:
    """Return numbers a little nearer to 0, and for 0 a little more."""
    share = MOVE * draw.uniform(0.0, 1.0, np.shape(x))
    return np.where(np.equal(x, 0.0), share, x * (1.0 - share))


REDUCED: Final[dict[str, Callable[..., tuple[float, float]]]] = {
    "dot": Rehearsal._dot,
    "total": Rehearsal._total,
    "largest": Rehearsal._largest,
}


def _product_of_lists(x: list[float], y: list[float]) -> float:
    return float(sum(map(mul, x, y)))


def _elementwise(op: Any, given: list[float], slopes: list[float]) -> tuple[float, float]:
    """Return an operation's number and tangent; an edge that is cut, or along which nothing moves, adds nothing."""
    value, derivatives = on_numbers(op.name)
    try:
        number = value(*given)
        local = derivatives(*given) if any(slopes) else ()
    except (ArithmeticError, ValueError) as error:
        raise NoNumberError(f"{op.name} raised {type(error).__name__}: {error}") from error
    if not any(slopes):
        return number, 0.0
    cuts, tangent = op.stops_at_zero, 0.0
    for derivative, slope in zip(local, slopes, strict=True):
        if slope and not (cuts and derivative == 0.0):
            tangent += derivative * slope
    return number, tangent
