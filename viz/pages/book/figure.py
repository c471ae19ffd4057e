"""A figure of the book: what it computes with, what the reader moves in it, and its numbers as Python has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.support.pytree import flat
from viz.pages.book.controls import Control, State
from viz.pages.live.parts import Part, emitted

if TYPE_CHECKING:
    from nn import Optimizer

Numbers = dict[str, float]


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes
        name      chapter/name: of its Python and its JavaScript file, and in the text `data-figure`
        controls  what the reader moves, by the names of the state, which stand in the address
        numbers   every number that the figure shows at a state, by name, from the recorded engine; the tests compare
                  them with the page's, and the Python lines of the text are filled with them
        programs  what the page computes with, by name: each is made by `program` or `update`
        data      what the page needs besides, as JSON
        states    states that the tests are to look at, besides the ends of each control
        demo      the demo that measures the claim
    """

    name: str
    controls: dict[str, Control]
    numbers: Callable[[State], Numbers]
    programs: dict[str, Part] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    states: Sequence[State] = ()
    demo: str = ""

    @property
    def start(self) -> State:
        """The state in which the figure is first seen."""
        return {name: control.start for name, control in self.controls.items()}

    def all_states(self) -> list[State]:
        """Return the states that the tests look at: the first, the ends of each control, and those that are listed."""
        ends = [{name: state} for name, control in self.controls.items() for state in control.states]
        found: list[State] = []
        for change in ({}, *ends, *self.states):
            state = self.start | change
            if state not in found:
                found.append(state)
        return found


def program(
    function: Callable[..., Value | Mapping[str, Any]],
    parameters: int | Sequence[Value],
    **arguments: int | tuple[int, ...],
) -> Part:
    """Return a function as a program for the page, with the slopes of its result by the parameters.

    `parameters` are the Values that the function uses, a model's for example; their number instead means that it takes
    so many as its first arguments.  `arguments` are arrays of these shapes that it takes besides, and whose slopes are
    not asked for.  Of several results in a dict the first is the one that has slopes; the others are shown, too.
    """
    values = [Value(0.0) for _ in range(parameters)] if isinstance(parameters, int) else list(parameters)
    first = values if isinstance(parameters, int) else []
    shown: dict[str, list[Value]] = {}

    def traced(*given: Any) -> Value:
        result = function(*first, *given)
        if isinstance(result, Value):
            return result
        (_, total), *rest = result.items()
        shown.update({name: flat(x) for name, x in rest})
        return total  # type: ignore[no-any-return]  # the others are lists of any depth

    shapes = [(size,) if isinstance(size, int) else size for size in arguments.values()]
    return emitted(traced, shapes, values, list(arguments), shown)


def update(optimizer: Optimizer) -> Part:
    """Return an optimizer's rule as a program for the page."""
    from autograd.compile.backends import javascript

    return javascript.emit_update(optimizer), {"memories": len(optimizer.state_names)}


def counted(name: str, numbers: Iterable[Value | float]) -> Numbers:
    """Return numbers by a name and their places from 1."""
    return {f"{name}{k}": x.data if isinstance(x, Value) else x for k, x in enumerate(numbers, 1)}
