"""The events that a pass is told with: each holds numbers and indices of nodes, and makes one visible change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autograd.wording import Words, bracketed, show_number


@dataclass(frozen=True, slots=True)
class Change:
    """What one event changes on the shelf `value`, `adjoint`, `subtotal` or `grad`: a node's number there.

    None stands for "not yet": nothing is shown there but a dash.  A subtotal belongs to a shared tuple, `through`.
    """

    shelf: str
    node: int
    before: float | None
    after: float | None
    through: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One visible change in a pass; `node` is the node that acts, `phase` is forward, backward or update."""

    phase: ClassVar[str] = ""
    node: int

    @property
    def change(self) -> Change:
        """What is different after this event; enough to take it back."""
        return self._change()

    def sentence(self, words: Words) -> str:
        """Return the event in one sentence of symbols and numbers."""
        return self._sentence(words)

    def _change(self) -> Change:
        raise NotImplementedError

    def _sentence(self, words: Words) -> str:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Compute(Event):
    """A node computed its number from its parents'."""

    phase: ClassVar[str] = "forward"
    op: str
    parents: tuple[int, ...]
    numbers: tuple[float, ...]
    result: float

    def _change(self) -> Change:
        return Change("value", self.node, None, self.result)

    def _sentence(self, words: Words) -> str:
        return words.computation(self.node)


@dataclass(frozen=True, slots=True)
class Seed(Event):
    """The backward pass begins: the root's gradient with respect to itself."""

    phase: ClassVar[str] = "backward"
    gradient: float

    def _change(self) -> Change:
        return Change("adjoint", self.node, None, self.gradient)

    def _sentence(self, words: Words) -> str:
        return f"{words.gradient(self.node)} = {show_number(self.gradient)}, where the backward pass begins"


@dataclass(frozen=True, slots=True)
class Send(Event):
    """A node sent upstream × local derivative to one of its parents, the `arrival`-th of `expected` to arrive there.

    `slot` says which operand the parent is, since x·x has two.  With `through`, the number of a tuple that several
    nodes share, the sum is the subtotal of what comes through that tuple; `Collect` adds it to the node's own.
    """

    phase: ClassVar[str] = "backward"
    parent: int
    slot: int
    upstream: float
    local_derivative: float
    contribution: float
    sum_before: float | None
    sum_after: float
    arrival: int
    expected: int
    through: int | None

    def _change(self) -> Change:
        shelf = "adjoint" if self.through is None else "subtotal"
        return Change(shelf, self.parent, self.sum_before, self.sum_after, self.through)

    def _sentence(self, words: Words) -> str:
        product = (
            f"{words.gradient(self.node)} · {words.derivative(self.node, self.slot)} = "
            f"({show_number(self.upstream)})({show_number(self.local_derivative)}) = {show_number(self.contribution)}"
        )
        if self.expected == 1:
            return f"{words.gradient(self.parent)} = {product}"
        what = "partial sum" if self.through is None else "subtotal"
        if self.arrival == self.expected and self.through is None:
            tally = f"the sum of all {self.expected} is {show_number(self.sum_after)}"
        else:
            tally = f"{what} {self.arrival} of {self.expected}: {show_number(self.sum_after)}"
        return f"{words.gradient(self.parent)} receives {product}; {tally}"


@dataclass(frozen=True, slots=True)
class Collect(Event):
    """What came to a node through a shared tuple of Values, as a subtotal, was added to the node's sum."""

    phase: ClassVar[str] = "backward"
    through: int
    subtotal: float
    sum_before: float | None
    sum_after: float

    def _change(self) -> Change:
        return Change("adjoint", self.node, self.sum_before, self.sum_after)

    def _sentence(self, words: Words) -> str:
        subtotal, after = show_number(self.subtotal), show_number(self.sum_after)
        before = "" if self.sum_before is None else f"{show_number(self.sum_before)} + {bracketed(subtotal)} = "
        return f"{words.gradient(self.node)} takes in the subtotal {subtotal}; sum: {before}{after}"


@dataclass(frozen=True, slots=True)
class Accumulate(Event):
    """A leaf added the gradient of this pass to the one it kept from earlier passes."""

    phase: ClassVar[str] = "backward"
    gradient: float
    before: float | None
    after: float

    def _change(self) -> Change:
        return Change("grad", self.node, self.before, self.after)

    def _sentence(self, words: Words) -> str:
        kept = "" if self.before is None else f"{show_number(self.before)} + {bracketed(show_number(self.gradient))} = "
        return f"{words.names[self.node]}.grad = {kept}{show_number(self.after)}"


@dataclass(frozen=True, slots=True)
class Update(Event):
    """A parameter moved."""

    phase: ClassVar[str] = "update"
    gradient: float | None
    before: float
    after: float
    learning_rate: float | None

    def _change(self) -> Change:
        return Change("value", self.node, self.before, self.after)

    def _sentence(self, words: Words) -> str:
        name = words.names[self.node]
        before, after = show_number(self.before), show_number(self.after)
        rate, gradient = self.learning_rate, self.gradient
        if rate is not None and gradient is not None and self.after == self.before - rate * gradient:
            return (
                f"{name} ← {name} − η · {words.gradient(self.node)} = "
                f"{before} − ({show_number(rate)})({show_number(gradient)}) = {after}"
            )
        reason = f", with {words.gradient(self.node)} = {show_number(gradient)}"
        return f"{name} ← {after}; it was {before}, and moved by {show_number(self.after - self.before)}{reason}"
