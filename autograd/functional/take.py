"""Looking up: one Value of a sequence, or one row of a table, as an embedding does."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from weakref import WeakValueDictionary

from autograd.recording import modes
from autograd.recording.graph import Inputs
from autograd.recording.nodes import apply, operand
from autograd.rules.operation import Operation
from autograd.support.pytree import flat, is_sequence
from autograd.support.validate import number
from autograd.value import Value


class Taken(Operation):
    """The operation of a number that was looked up: it is the one in the table, and its derivative is 1."""

    def __reduce__(self) -> str:  # type: ignore[override]
        return "TAKEN"


def _taken(maths: Any, x: Any) -> Any:
    """x, as one of the numbers of a table."""
    return x, (1.0,)


TAKEN: Final = Taken("take", _taken, symbol="take")


def take(values: Any, index: Any) -> Any:
    """Return `values[index]` as a Value, or for a table (a sequence of rows) as a list of them.

    The index is a whole number, or an entry of an integer argument of a compiled function, which the program looks
    up each time it runs.  What else is in the table gets gradient 0 from a backward pass: the loss could have reached
    it.  Raises TypeError for an index that is no whole number, IndexError for one out of range.
    """
    if isinstance(index, Value):
        ask = modes.current("take") if modes.active else None
        found = ask(values, index) if ask is not None else NotImplemented
        if found is NotImplemented:
            raise TypeError(
                "take needs a whole number, or an entry of an argument of a compiled function, as its index, "
                f"not {index!r}"
            )
        return found
    if not (is_sequence(values) and hasattr(values, "__getitem__")) or isinstance(values, dict):
        raise TypeError(f"take looks up in a sequence of Values or a table of rows, not in {type(values).__name__}")
    place = number(index)
    if not place.is_integer():
        raise TypeError(f"take needs a whole number as its index, not {index!r}")
    if not 0 <= place < len(values):
        raise IndexError(f"take: index {int(place)} of {len(values)}; the first is 0, the last {len(values) - 1}")
    chosen = values[int(place)]
    if modes.active and modes.current("refuse_reading") is not None:  # a program is traced, and knows tables itself
        modes.tell("took", values, chosen)
        return chosen
    is_row = is_sequence(chosen)
    entries = list(chosen) if is_row else [chosen]
    if any(isinstance(x, Value) for x in entries) or any(isinstance(x, Value) for x in flat(values)):
        table = Table.of(values)
        entries = [_looked_up(operand(x), table) for x in entries]
    return entries if is_row else entries[0]


def _looked_up(x: Value, table: Table) -> Value:
    node = apply(TAKEN, (x,))
    if node.op is TAKEN:
        node._left, node._operands = None, Entry(x, table)
    return node


class Entry(Inputs):
    """The operands of a number that was looked up: itself, and for passes the table that it is in."""

    __slots__ = ()

    def __init__(self, x: Value, table: Table) -> None:
        super().__init__((x,), (1.0,))
        self.targets = (x, table)


class Table:
    """All Values of a table as one node, so that a pass looks through it once, however many were looked up.

    It reads the table itself, so that it never is of yesterday.
    """

    __slots__ = ("__weakref__", "_grad", "_table")
    is_group: ClassVar[bool] = True
    _left: ClassVar[None] = None

    def __init__(self, table: Any) -> None:
        self._table, self._grad = table, None

    @staticmethod
    def of(table: Any) -> Table:
        """Return the node of this very table, the same as long as a graph has it."""
        node = _known.get(id(table))
        if node is None:
            node = _known[id(table)] = Table(table)
        return node

    @property
    def values(self) -> list[Value]:
        """What is in the table now."""
        return [x for x in flat(self._table) if isinstance(x, Value)]

    inputs = targets = values

    @property
    def _operands(self) -> Table:
        return self

    def push(self, gradient: Any) -> None:
        """Do nothing: what is sent goes to the entries themselves."""


_known: Final[WeakValueDictionary[int, Table]] = WeakValueDictionary()  # by the id of a table, which its node holds
