"""Trace: run the user's function once on Values that stand for the arguments, and keep the graph it records.

A traced graph is an ordinary recorded graph, only its numbers are not computed: nothing in a program may depend on
them, so reading `.data` or branching on a comparison is refused here with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograd import modes
from autograd.caller import user_line
from autograd.compile.door import shape_of
from autograd.compile.outside import Outside
from autograd.conditions import Condition
from autograd.fused.groups import Group
from autograd.fused.operands import Inputs
from autograd.graph import operands, structure
from autograd.nested import is_sequence
from autograd.nodes import CONSTANT, operand
from autograd.operation import Operation, number
from autograd.value import Value

_NAN: Final = float("nan")  # the number of whatever has none yet: the very object says so


class Take:
    """What stands in the place of an operation for `take` with an index that is known only when the program runs."""

    name = symbol = "take"
    cuts = False


TAKE: Final = Take()


@dataclass
class Traced:
    """A recorded graph and what its leaves stand for.

    Attributes
        root        what the function returned: the loss, or predictions as a list of equal rows of Values
        arguments   for each argument its Values in row-major order; what modules draw comes after the user's
        shapes      for each argument its shape
        parameters  the Values that gradients are wanted for
        draws       for each argument after the user's: the module that draws its numbers
        observed    Values whose numbers are wanted after each run, and who receives them
        guards      what the program was traced under: a function, and what it gave
        outside     what the function reads from outside its arguments
    """

    root: Any
    arguments: list[list[Value]]
    shapes: list[tuple[int, ...]]
    parameters: Sequence[Value]
    draws: list[Any] = field(default_factory=list)
    observed: list[tuple[list[Value], Callable[[list[float]], None]]] = field(default_factory=list)
    guards: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)
    outside: Outside | None = None

    @property
    def changed(self) -> str:
        """The name of something that the function reads from outside and that is no longer what it was, or ""."""
        return self.outside.changed() if self.outside is not None else ""

    @property
    def outputs(self) -> list[Value]:
        """What the program computes: the loss or the predictions, row by row, and what is observed."""
        return [*_flat(self.root), *[x for values, _ in self.observed for x in values]]


def _flat(root: Any) -> list[Value]:
    return [x for part in root for x in _flat(part)] if isinstance(root, list) else [root]


class Tracing:
    """The mode that is on while a function is traced: operations are recorded without their numbers.

    Layers ask it for numbers that are drawn at each run, to be told numbers after each run, and to notice when what
    they depend on has changed.
    """

    def __init__(self, arguments: Mapping[str, tuple[list[Value], tuple[int, ...]]]) -> None:
        self._arguments = arguments  # by name: Values and shape
        self.draws: dict[int, tuple[Any, list[Value]]] = {}
        self.observed: list[tuple[list[Value], Callable[[list[float]], None]]] = []
        self.guards: dict[Callable[[], Any], Any] = {}
        self._tables: dict[int, tuple[Any, list[Group]]] = {}  # tables that were taken from, as columns

    def random_inputs(self, module: Any, count: int) -> list[Value]:
        """Return Values for the next `count` numbers that a module draws, by `next_numbers`, at each run."""
        new = [Value(_NAN) for _ in range(count)]
        self.draws.setdefault(id(module), (module, []))[1].extend(new)
        return new

    def observe(self, values: Sequence[Value], receive: Callable[[list[float]], None]) -> None:
        """Have `receive` called with the numbers of these Values after each run."""
        self.observed.append((list(values), receive))

    def guard(self, read: Callable[[], Any]) -> None:
        """Bind the program to what `read()` gives now."""
        self.guards[read] = read()

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return a node for `op` on operands."""
        return node_of(op, inputs)

    def take(self, values: Any, index: Value) -> Any:
        """Return a node, or one for each column of a table, that will be what the index names when the program runs.

        NotImplemented if the index is no entry of an argument.
        """
        if index.op is not None or index._data is not _NAN:
            return NotImplemented
        rows = list(values)
        if not rows:
            raise IndexError("take from no values: there is nothing to choose from")
        if isinstance(rows[0], Value) or not hasattr(rows[0], "__iter__"):
            return node_of(TAKE, (values if isinstance(values, Group) else Group(rows), index))
        known, columns = self._tables.get(id(values), (None, []))
        if known is not values:
            for i, row in enumerate(rows):
                if len(row) != len(rows[0]):
                    raise ValueError(f"take: row 0 of the table has {len(rows[0])} values, but row {i} has {len(row)}")
            columns = [Group(column) for column in zip(*rows, strict=True)]
            self._tables[id(values)] = values, columns
        return [node_of(TAKE, (column, index)) for column in columns]

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

    def _named(self, x: object) -> str:
        """Return what the user calls a Value: by its name, or its place in an argument."""
        if not isinstance(x, Value) or x.op is CONSTANT:
            return repr(x._data if isinstance(x, Value) else x)
        for name, (values, shape) in self._arguments.items():
            for k, value in enumerate(values):
                if value is x:
                    return name + "".join(f"[{i}]" for i in np.unravel_index(k, shape))
        return x.name or "a Value"

    def _shown(self, condition: Condition | Value) -> str:
        if isinstance(condition, Value):
            return f"whether {self._named(condition)} is 0"
        return f"({f' {condition.op.symbol} '.join(map(self._named, condition.inputs))})"


def node_of(op: Any, inputs: tuple[Any, ...]) -> Value:
    """Return a node for `op` on operands, without its number."""
    node = Value(_NAN)
    node.op, node._operands = op, Inputs(inputs, ())
    return node


def trace(
    function: Callable[..., Any],
    shapes: Sequence[tuple[int, ...]],
    parameters: Sequence[Value],
    names: Sequence[str] = (),
    *,
    one: bool = True,
) -> Traced:
    """Return the graph that `function` records on arguments of these shapes.

    Raises TypeError if it does not return one Value (unless predictions are wanted), if it reads numbers or branches.
    """
    arguments = [[Value(_NAN) for _ in range(int(np.prod(shape)))] for shape in shapes]
    mode = Tracing(dict(zip(names, zip(arguments, shapes, strict=True), strict=False)))
    with modes.mode(mode):
        root = function(*[_nested(iter(flat), shape) for flat, shape in zip(arguments, shapes, strict=True)])
        if not one:
            root = _predictions(root)
            shape_of(root, "the predictions", operand, deep=True)
    if one and not isinstance(root, Value):
        raise TypeError(
            f"the compiled function must return one Value, the loss, not {type(root).__name__}: {_advice(root)}"
        )
    drawn = list(mode.draws.values())
    return Traced(
        root,
        [*arguments, *[values for _, values in drawn]],
        [*shapes, *[(len(values),) for _, values in drawn]],
        parameters,
        [module for module, _ in drawn],
        mode.observed,
        list(mode.guards.items()),
    )


def _predictions(x: Any) -> Any:
    """Return rows of any kind as lists of Values; raises TypeError for what is neither a Value nor a number."""
    return [_predictions(y) for y in x] if is_sequence(x) else operand(x)


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


def is_same(one: Traced, other: Traced) -> bool:
    """Whether two traces recorded the same operations on the same things in the same order."""
    return _signature(one) == _signature(other)


def _signature(traced: Traced) -> list[Any]:
    """Return what was recorded, node by node: its operation and operands, or what leaf it is."""
    leaves: dict[int, Any] = {id(x): ("parameter", k) for k, x in enumerate(traced.parameters)}
    for k, values in enumerate(traced.arguments):
        leaves.update((id(x), (k, j)) for j, x in enumerate(values))
    nodes = structure(Group(traced.outputs))
    number = {id(node): k for k, node in enumerate(nodes)}
    return [
        [None if x.is_group else x.op, *[number[id(y)] for y in operands(x)]]
        if x.is_group or not x.is_leaf
        else leaves.get(id(x)) or repr(x._data)
        for x in nodes
    ]


def _nested(flat: Any, shape: tuple[int, ...]) -> Any:
    return [_nested(flat, shape[1:]) for _ in range(shape[0])] if shape else next(flat)
