"""Trace: run the user's function once on Values that stand for the arguments, and keep the graph it records.

A traced graph is an ordinary recorded graph, only its numbers are not computed.  What is computed with them is
recorded, `.data` included, and so are Python's max and min; but branching on a comparison, and all else that would need
to know a number, is refused here with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.compile.frontend.placeholders import NO_NUMBER, ReadNumber, builtins_traced, close, node_of
from autograd.compile.frontend.traced_graph import TAKE, Traced, values_in
from autograd.compile.frontend.validate import shape_of
from autograd.fused.groups import Group
from autograd.recording import modes
from autograd.recording.conditions import Condition
from autograd.recording.nodes import CONSTANT, operand
from autograd.support.collector import collector_paused
from autograd.support.messages import name_or
from autograd.support.pytree import is_sequence
from autograd.support.user_line import user_line
from autograd.support.validate import number
from autograd.value import Value


class Tracing:
    """The mode that is on while a function is traced: operations are recorded without their numbers.

    Layers ask it for numbers that are drawn at each run, to receive numbers after each run, and to notice when what
    they depend on has changed.
    """

    def __init__(self, arguments: Mapping[str, tuple[list[Value], tuple[int, ...]]]) -> None:
        self._arguments = arguments  # by name: Values and shape
        self.draws: dict[int, tuple[Any, list[Value]]] = {}
        self.observed: list[tuple[list[Value], Callable[[list[float]], None]]] = []
        self.guards: dict[Callable[[], Any], Any] = {}
        self._tables: dict[int, tuple[Any, list[Group]]] = {}  # tables that were taken from, as columns
        self.taken: dict[int, tuple[Any, list[Value]]] = {}  # likewise, by numbers that are known
        self.made: list[Value] = [x for values, _ in arguments.values() for x in values]
        self.leaves: list[Value] = []  # that the function makes itself, as Value(0.0) to begin a sum with
        self.was_shown = False  # whether the text of a Value was asked for

    def random_inputs(self, module: Any, count: int) -> list[Value]:
        """Return Values for the next `count` numbers that a module draws, by `next_numbers`, at each run."""
        new = [node_of() for _ in range(count)]
        self.draws.setdefault(id(module), (module, []))[1].extend(new)
        self.made.extend(new)
        return new

    def observe(self, values: Sequence[Value], receive: Callable[[list[float]], None]) -> None:
        """Have `receive` called with the numbers of these Values after each run."""
        self.observed.append((list(values), receive))

    def guard(self, read: Callable[[], Any]) -> None:
        """Bind the program to what `read()` gives now."""
        self.guards[read] = read()

    def record(self, op: Any, inputs: tuple[Any, ...]) -> Value:
        """Return a node for `op` on operands, without its number."""
        node = node_of(op, inputs)
        self.made.append(node)
        return node

    def note_leaf(self, leaf: Value) -> None:
        """Note a leaf that is made: a number of the program, if the function makes it each time."""
        self.leaves.append(leaf)

    def take(self, values: Any, index: Value) -> Any:
        """Return a node, or one for each column of a table, that will be what the index names when the program runs.

        NotImplemented if the index is no entry of an argument.
        """
        if index.op is not None or index._data is not NO_NUMBER:
            return NotImplemented
        rows = list(values)
        if not rows:
            raise IndexError("take from no values: there is nothing to choose from")
        if isinstance(rows[0], Value) or not hasattr(rows[0], "__iter__"):
            return self.record(TAKE, (values if isinstance(values, Group) else Group(rows), index))
        known, columns = self._tables.get(id(values), (None, []))
        if known is not values:
            for i, row in enumerate(rows):
                if len(row) != len(rows[0]):
                    raise ValueError(f"take: row 0 of the table has {len(rows[0])} values, but row {i} has {len(row)}")
            columns = [Group(column) for column in zip(*rows, strict=True)]
            self._tables[id(values)] = values, columns
        return [self.record(TAKE, (column, index)) for column in columns]

    def took(self, values: Any, found: Any) -> None:
        """Note what was found in a table by a number that is known: what else is there could have been reached."""
        self.taken.setdefault(id(values), (values, []))[1].extend(values_in(found))

    def read(self, value: Value) -> ReadNumber:
        """Return what stands for the number of a Value."""
        return ReadNumber(value)

    def refuse_reading(self, what: str, value: Value) -> None:
        """Raise TypeError: a number read now would be frozen into the program."""
        raise TypeError(
            f"{user_line()}: {what} of {self._named(value)} was read while `compile` traces this function; "
            f"the program runs on other numbers later, so what is read now would be frozen into it: compute with the "
            f"Value itself, with detach(value) where no gradient should flow, or with take(values, index) to look up"
        )

    def refuse_writing(self, what: str, value: Value) -> None:
        """Raise TypeError: it would be done now, and not when the program runs."""
        does = "called" if what.endswith("()") else "changed"
        raise TypeError(
            f"{user_line()}: {what} of {self._named(value)} is {does} while `compile` traces this function; the "
            f"program would not do so when it runs: do it outside (the step itself leaves gradients on the parameters)"
        )

    def refuse_branching(self, condition: Condition | Value) -> None:
        """Raise TypeError: only the branch taken now would be seen."""
        raise TypeError(
            f"{user_line()}: the program cannot branch on {self._shown(condition)}, which is not known while `compile` "
            f"traces; write where(condition, value_if_true, value_if_false), or maximum and minimum; conditions are "
            f"put together by (a) & (b), (a) | (b) and ~(a), since `and`, `or`, `not` and a < b < c branch too"
        )

    def refuse_comparing(self, value: Value, other: object) -> None:
        """Raise TypeError if a Value is compared with a number: `==` would be False, whatever the numbers."""
        if not isinstance(other, Value):
            try:
                number(other)
            except TypeError:
                return
        raise TypeError(
            f"{user_line()}: the program cannot compare ({self._named(value)} == {self._named(other)}), as `in` and "
            f"list.index do too: Values are equal only to themselves, so it would be False whatever their numbers; "
            f"write where(equal(a, b), value_if_true, value_if_false), or `is` to find a Value itself"
        )

    def shown(self, value: Value) -> str:
        """Return how a Value prints while the function is traced: without a number, which is not the program's."""
        if value.op is CONSTANT:
            return f"Value({value._data!r})"
        self.was_shown = True
        return f"<{self._named(value)}, traced by compile: without a number>"

    def _named(self, x: object) -> str:
        """Return what the user calls a Value: by its name, or its place in an argument."""
        if not isinstance(x, Value) or x.op is CONSTANT:
            return repr(x._data if isinstance(x, Value) else x)
        for name, (values, shape) in self._arguments.items():
            for k, value in enumerate(values):
                if value is x:
                    return name + "".join(f"[{i}]" for i in np.unravel_index(k, shape))
        return name_or(x, "a Value")

    def _shown(self, condition: Condition | Value) -> str:
        if isinstance(condition, Value):
            return f"whether {self._named(condition)} is 0"
        return f"({f' {condition.op.symbol} '.join(map(self._named, condition.inputs))})"


def trace(
    function: Callable[..., Any],
    shapes: Sequence[tuple[int, ...]],
    parameters: Sequence[Value],
    names: Sequence[str] = (),
    *,
    one: bool = True,
    rows: Sequence[Sequence[int] | None] = (),
    recorder: Callable[[Any], Tracing] | None = None,
) -> Traced:
    """Return the graph that `function` records on arguments of these shapes.

    `rows`, if given, says for each argument which of its rows are one and the same: those of one number, from 0 on.
    The `recorder` makes the mode in which it is traced, of the arguments.
    Raises TypeError if it does not return one Value (unless predictions are wanted), if it reads numbers or branches.
    """
    repeats = [*rows] or [None] * len(shapes)
    own = [shape if row is None else (max(row) + 1, *shape[1:]) for shape, row in zip(shapes, repeats, strict=True)]
    arguments = [[node_of() for _ in range(math.prod(shape))] for shape in own]
    given = [nested(flat, shape) for flat, shape in zip(arguments, own, strict=True)]
    given = [x if row is None else [copied(x[i]) for i in row] for x, row in zip(given, repeats, strict=True)]
    mode = (recorder or Tracing)(dict(zip(names, zip(arguments, own, strict=True), strict=False)))
    entered = modes.mode(mode)
    try:
        with entered, builtins_traced(), collector_paused():
            root = function(*given)
            if not one:
                root = predictions_of(root)
                shape_of(root, "the predictions", operand, deep=1)
        if one and not isinstance(root, Value):
            raise TypeError(
                f"the compiled function must return one Value, the loss, not {type(root).__name__}: {_advice(root)}"
            )
    except BaseException:
        entered.leave()  # if Ctrl-C came as the block was left
        close(mode.made)
        raise
    for leaf in mode.leaves:
        leaf.op = CONSTANT
    drawn = list(mode.draws.values())
    return Traced(
        root,
        [*arguments, *[values for _, values in drawn]],
        [*shapes, *[(len(values),) for _, values in drawn]],
        parameters,
        [module for module, _ in drawn],
        mode.observed,
        list(mode.guards.items()),
        made=mode.made,
        leaves_made=mode.leaves,
        taken=mode.taken,
        was_shown=mode.was_shown,
    )


def predictions_of(x: Any) -> Any:
    """Return rows of any kind as lists of Values; raises TypeError for what is neither a Value nor a number."""
    return [predictions_of(y) for y in x] if is_sequence(x) else operand(x)


def _advice(root: object) -> str:
    if root is None:
        return "a function that forgot to return its result gives None"
    if isinstance(root, Condition):
        return "where(condition, 1.0, 0.0) makes a number of it"
    if isinstance(root, tuple | Mapping):
        return "return the loss alone"
    if is_sequence(root):
        return "sum it, or take its mean"
    return "it must be computed from the parameters"


def nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """Return a list's entries in lists of this shape."""
    if 0 in shape:
        return [nested(flat, shape[1:]) for _ in range(shape[0])]
    for width in reversed(shape[1:]):
        flat = [flat[i : i + width] for i in range(0, len(flat), width)]
    return flat[:] if shape else flat[0]


def copied(rows: Any) -> Any:
    """Return a list of lists as another one, of the same Values."""
    if isinstance(rows, list):
        return [copied(row) for row in rows] if rows and isinstance(rows[0], list) else rows[:]
    return rows
