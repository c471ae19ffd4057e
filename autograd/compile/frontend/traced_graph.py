"""The graph that a function recorded while it was traced, and what its leaves stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Final

import numpy as np

from autograd.compile.frontend.blocks import Blocks
from autograd.compile.frontend.guards import Outside
from autograd.compile.frontend.numbered import Numbered
from autograd.compile.frontend.placeholders import close
from autograd.recording.graph import operands
from autograd.support.locks import cached_property
from autograd.value import Value

__all__ = ["TAKE", "Traced", "flat_of", "values_in"]


class Take:
    """What stands in the place of an operation for `take` with an index that is known only when the program runs."""

    name = symbol = "take"
    groups, stops_at_zero = 1, False


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
        leaves_made every leaf, with its number, that was made meanwhile: it is a constant until `close`
        was_shown   whether the text of a Value was asked for, which then had no number
        taken       tables that were looked up by numbers known already, and the Values that were found there
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
    leaves_made: list[Value] = field(default_factory=list)
    was_shown: bool = False
    taken: Mapping[int, tuple[Any, list[Value]]] = field(default_factory=dict)

    def close(self) -> None:
        """Leave whatever was recorded, and may have been kept somewhere, saying that it has no number."""
        self.taken = {}
        for kept in ("leaves", "numbered", "blocks"):
            vars(self).pop(kept, None)
        self.keep_leaves()
        self.root, self.arguments, self.observed = None, [], [([], receive) for _, receive in self.observed]
        close(self.made)

    def keep_leaves(self) -> None:
        """Let the leaves that the function made be leaves again, whose numbers are read at each run."""
        for leaf in self.leaves_made:
            leaf.op = None
        self.leaves_made.clear()

    @cached_property
    def leaves(self) -> dict[Any, int]:
        """The place of each leaf that is known: parameters come first, then the arguments row by row."""
        return dict(zip(chain(self.parameters, *self.arguments), count()))

    @cached_property
    def numbered(self) -> Numbered:
        """The graph of all outputs as numbers, after the leaves."""
        return Numbered(self.leaves, self.outputs)

    @cached_property
    def blocks(self) -> Blocks:
        """All that was recorded in pieces that are computed at once: the outputs, and what led nowhere."""
        made: list[Any] = self.made
        try:
            return Blocks(self.leaves, [node for node in made if node.op is not None], self.outputs)
        except KeyError:  # something was recorded by other means
            tables = [*chain.from_iterable(map(values_in, self.taken.values()))]
            graph = Numbered(self.leaves, [*self.outputs, *tables]) if tables else self.numbered
            nodes = [node for node in graph.nodes if not node.is_group and operands(node)]
            return Blocks(self.leaves, nodes, self.outputs)

    @cached_property
    def out_of_reach(self) -> set[int]:
        """The parameters, by their place, to which no path leads from the loss that a gradient could take.

        Of a choice it could take either branch, of a table each row; but a condition, and what is detached, end it.
        """
        blocks = self.blocks
        tables = {key: (blocks.places(values_in(x)), blocks.places(found)) for key, (x, found) in self.taken.items()}
        reached = np.zeros(blocks.size, dtype=bool)
        reached[blocks.places(flat_of(self.root))] = True
        blocks.reach(reached)
        while near := [key for key, (_, found) in tables.items() if reached[found].any()]:
            for key in near:
                reached[tables.pop(key)[0]] = True
            blocks.reach(reached)
        return set(np.flatnonzero(~reached[: len(self.parameters)]).tolist())

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
