"""Trace: run the user's function once on Values that stand for the arguments, and keep the graph it records.

A traced graph is an ordinary recorded graph, only its numbers are not computed: nothing in a program may depend on
them, so reading `.data` or branching on a comparison is refused here with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograd import modes
from autograd.backward import MANY, structure
from autograd.operation import Operation, number
from autograd.value import CONSTANT, Condition, Group, Value

_NAN: Final = float("nan")


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
    """

    root: Any
    arguments: list[list[Value]]
    shapes: list[tuple[int, ...]]
    parameters: Sequence[Value]
    draws: list[Any] = field(default_factory=list)
    observed: list[tuple[list[Value], Callable[[list[float]], None]]] = field(default_factory=list)
    guards: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)


class Tracing:
    """The mode that is on while a function is traced: operations are recorded without their numbers.

    Layers ask it for numbers that are drawn at each run, to be told numbers after each run, and to notice when what
    they depend on has changed.
    """

    def __init__(self) -> None:
        self.draws: dict[int, tuple[Any, list[Value]]] = {}
        self.observed: list[tuple[list[Value], Callable[[list[float]], None]]] = []
        self.guards: list[tuple[Callable[[], Any], Any]] = []
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
        self.guards.append((read, read()))

    def record(self, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return a node for `op` on operands."""
        return node_of(op, inputs)

    def take(self, values: Any, index: Value) -> Any:
        """Return a node, or one for each column of a table, that will be what the index names when the program runs."""
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

    def refuse_reading(self, attribute: str, value: Value) -> None:
        """Raise TypeError: a number read now would be frozen into the program."""
        raise TypeError(
            f"{user_line()}: .{attribute} of {value.name or 'a Value'} was read while `compile` traces this function; "
            f"the program runs on other numbers later, so what is read now would be frozen into it: "
            f"compute with the Value itself, or with detach(value) where no gradient should flow"
        )

    def refuse_branching(self, condition: Condition) -> None:
        """Raise TypeError: only the branch taken now would be seen."""
        raise TypeError(
            f"{user_line()}: the program cannot branch on {_shown(condition)}, which is not known while `compile` "
            f"traces; write where(condition, value_if_true, value_if_false), or maximum and minimum"
        )


def node_of(op: Any, inputs: tuple[Any, ...]) -> Value:
    """Return a node for `op` on operands, without its number."""
    node = Value(_NAN)
    node.op, node._left, node._right = op, inputs, MANY
    return node


def take(values: Any, index: Any) -> Any:
    """Return `values[index]`: one Value of a sequence, or one row of a table (a sequence of rows).

    The index is a whole number, or an entry of an integer argument of a compiled function, which the program looks
    up each time it runs.  Raises TypeError for an index that is no whole number, IndexError for one out of range.
    """
    if isinstance(index, Value) and index.op is None and modes.active:
        ask = modes.current("take")
        if ask is not None:
            return ask(values, index)
    if isinstance(index, Value):
        raise TypeError(
            f"take needs a whole number, or an entry of an argument of a compiled function, as its index, not {index!r}"
        )
    place = number(index)
    if not place.is_integer():
        raise TypeError(f"take needs a whole number as its index, not {index!r}")
    if not 0 <= place < len(values):
        raise IndexError(f"take: index {int(place)} of {len(values)}; the first is 0, the last {len(values) - 1}")
    return values[int(place)]


# ------------------------------------------------------------------------------------------ the door
def array_of(given: Any, what: str) -> np.ndarray[Any, Any]:
    """Return nested lists or arrays of numbers as a float64 array (int64 if all are whole-number types).

    Raises ValueError for ragged rows, TypeError for what is no number, naming the place.
    """
    if isinstance(given, np.ndarray) and given.dtype == np.float64:
        return given
    try:
        array = np.asarray(given)
    except (ValueError, TypeError):
        array = np.empty(0, dtype=object)
    if array.dtype.kind in "iub":
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    _explain(given, what, ())
    return np.asarray(_numbers(given), dtype=np.float64)


def _numbers(given: Any) -> Any:
    return [_numbers(x) for x in given] if _is_row(given) else number(given)


def _is_row(x: Any) -> bool:
    return hasattr(x, "__iter__") and not isinstance(x, str | bytes | Value)


def _explain(given: Any, what: str, place: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of nested rows; raises what is wrong with them, naming the place."""
    at = what + "".join(f"[{i}]" for i in place)
    if not _is_row(given):
        try:
            number(given)
        except TypeError as error:
            raise TypeError(f"{at} is {given!r}: {error}") from None
        return ()
    shapes = [_explain(x, what, (*place, i)) for i, x in enumerate(given)]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            lengths = f"{_length(shapes[0])} in {at}[0], but {_length(shape)} in {at}[{i}]"
            raise ValueError(f"the rows of {at} must be of one length: there are {lengths}")
    return (len(shapes), *(shapes[0] if shapes else ()))


def _length(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} numbers" if shape else "one number"


def trace(
    function: Callable[..., Any], shapes: Sequence[tuple[int, ...]], parameters: Sequence[Value], *, one: bool = True
) -> Traced:
    """Return the graph that `function` records on arguments of these shapes.

    Raises TypeError if it does not return one Value (unless predictions are wanted), if it reads numbers or branches.
    """
    arguments = [[Value(_NAN) for _ in range(int(np.prod(shape)))] for shape in shapes]
    mode = Tracing()
    with modes.mode(mode):
        root = function(*[_nested(iter(flat), shape) for flat, shape in zip(arguments, shapes, strict=True)])
    if one and not isinstance(root, Value):
        kind = type(root).__name__
        advice = (
            "a function that forgot to return its result gives None" if root is None else "sum it, or take its mean"
        )
        raise TypeError(f"the compiled function must return one Value, the loss, not {kind}: {advice}")
    drawn = list(mode.draws.values())
    return Traced(
        root,
        [*arguments, *[values for _, values in drawn]],
        [*shapes, *[(len(values),) for _, values in drawn]],
        parameters,
        [module for module, _ in drawn],
        mode.observed,
        mode.guards,
    )


def is_same(one: Traced, other: Traced) -> bool:
    """Whether two traces recorded the same operations, on the same numbers, in the same order."""
    return _signature(one.root) == _signature(other.root)


def _signature(root: Any) -> list[Any]:
    nodes = structure(root) if isinstance(root, Value) else []
    return [len(x) if x.is_group else x._data if x.op is CONSTANT else x.op for x in nodes]


def _nested(flat: Any, shape: tuple[int, ...]) -> Any:
    return [_nested(flat, shape[1:]) for _ in range(shape[0])] if shape else next(flat)


_PACKAGE: Final = str(Path(__file__).parents[1])


def user_line() -> str:
    """Return file:line of the innermost frame that is not of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _shown(condition: Condition) -> str:
    texts = ["a number" if x.op is not None and x.is_leaf else (x.name or "a Value") for x in condition.inputs]
    return f"({f' {condition.op.symbol} '.join(texts)})"
