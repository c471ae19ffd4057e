"""The graph that a function recorded while it was traced, and what its leaves stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from autograd.compile.frontend.guards import Outside
from autograd.compile.frontend.placeholders import close
from autograd.fused.groups import Group
from autograd.fused.operands import open_edges
from autograd.recording.graph import operands, structure
from autograd.value import Value

__all__ = ["TAKE", "Traced", "flat_of", "signature", "values_in"]


class Take:
    """What stands in the place of an operation for `take` with an index that is known only when the program runs."""

    name = symbol = "take"
    stops_at_zero = False


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
        outside     what the function reads from outside its arguments, and an optimizer's rule likewise
        made        every Value without a number that was made meanwhile
        taken       tables that were looked up by numbers known already, and the Values that were found there, by id
    """

    root: Any
    arguments: list[list[Value]]
    shapes: list[tuple[int, ...]]
    parameters: Sequence[Value]
    draws: list[Any] = field(default_factory=list)
    observed: list[tuple[list[Value], Callable[[list[float]], None]]] = field(default_factory=list)
    guards: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)
    outside: Sequence[Outside] = ()
    made: list[Value] = field(default_factory=list)
    taken: Mapping[int, tuple[Any, set[int]]] = field(default_factory=dict)

    def close(self) -> None:
        """Leave whatever was recorded, and may have been kept somewhere, saying that it has no number."""
        self.taken = {}
        self.root, self.arguments, self.observed = None, [], [([], receive) for _, receive in self.observed]
        close(self.made)

    @cached_property
    def out_of_reach(self) -> set[int]:
        """The parameters, by their place, to which no path leads from the loss that a gradient could take.

        Of a choice it could take either branch, of a table each row; but a condition, and what is detached, end it.
        """
        seen: set[int] = set()
        stack = flat_of(self.root)
        tables = dict(self.taken)
        while stack:
            while stack:
                node: Any = stack.pop()
                if id(node) not in seen:
                    seen.add(id(node))
                    inputs = operands(node)
                    cuts = not node.is_group and getattr(node.op, "stops_at_zero", False)
                    stack.extend([inputs[i] for i in open_edges(node.op)] if cuts and inputs else inputs)
            for key, (table, found) in list(tables.items()):
                if not seen.isdisjoint(found):
                    del tables[key]
                    stack.extend(values_in(table))
        return {k for k, parameter in enumerate(self.parameters) if id(parameter) not in seen}

    @property
    def changed(self) -> str:
        """The name of something that the function reads from outside and that is no longer what it was, or ""."""
        for outside in self.outside:
            if name := outside.changed():
                return name
        return ""

    @property
    def holds(self) -> bool:
        """Whether all that the function was traced under is as it was."""
        for read, given in self.guards:
            if read() != given:
                return False
        return not self.changed

    @property
    def outputs(self) -> list[Value]:
        """What the program computes: the loss or the predictions, row by row, and what is observed."""
        return [*flat_of(self.root), *[x for values, _ in self.observed for x in values]]


def values_in(x: Any) -> list[Value]:
    """Return the Values in a table, a row or an entry of one."""
    if isinstance(x, Value):
        return [x]
    return [value for each in x for value in values_in(each)] if hasattr(x, "__iter__") else []


def flat_of(root: Any) -> list[Value]:
    """Return a Value, or predictions row by row, as one list."""
    return [x for part in root for x in flat_of(part)] if isinstance(root, list) else [root]


def signature(traced: Traced) -> list[Any]:
    """Return what was recorded, node by node: its operation and operands, or what leaf it is.

    Two traces recorded the same if theirs are equal.
    """
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
