"""The events of a pass: each holds numbers and indices of nodes, and makes one visible change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from autograd.explain.notation import Words
from autograd.explain.number_format import bracketed, show_number

# What is said of an event, by its form.  The page that steps through a pass fills in these same sentences.
SENTENCES: Final = {
    "compute": "{formula}",
    "seed": "{to} = {after}, where the backward pass begins",
    "send": "{to} = {at} · {by} = ({upstream})({local}) = {sent}",
    "send one": "{to} receives {at} · {by} = ({upstream})({local}) = {sent}; "
    "partial sum {arrival} of {expected}: {after}",
    "send last": "{to} receives {at} · {by} = ({upstream})({local}) = {sent}; the sum of all {expected} is {after}",
    "send subtotal": "{to} receives {at} · {by} = ({upstream})({local}) = {sent}; "
    "subtotal {arrival} of {expected}: {after}",
    "collect first": "{to} takes in the subtotal {sent}; sum: {after}",
    "collect": "{to} takes in the subtotal {sent}; sum: {before} + {added} = {after}",
    "keep": "{name}.grad = {after}",
    "accumulate": "{name}.grad = {before} + {added} = {after}",
    "descend": "{name} ← {name} − η · {to} = {before} − ({rate})({gradient}) = {after}",
    "move": "{name} ← {after}; it was {before}, and moved by {moved}, with {to} = {gradient}",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one event changes in the channel `value`, `adjoint`, `subtotal` or `grad`: a node's number there.

    None stands for "not yet": nothing is shown there but a dash.  A subtotal belongs to a shared tuple, `through`.
    """

    channel: str
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

    @property
    def form(self) -> str:
        """Which of `SENTENCES` describes this event."""
        return self._form()

    def sentence(self, words: Words) -> str:
        """Return the event in one sentence of symbols and numbers."""
        return SENTENCES[self.form].format_map(self._fields(words))

    def _change(self) -> Change:
        raise NotImplementedError

    def _form(self) -> str:
        raise NotImplementedError

    def _fields(self, words: Words) -> Mapping[str, str]:
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

    def _form(self) -> str:
        return "compute"

    def _fields(self, words: Words) -> Mapping[str, str]:
        return {"formula": words.computation(self.node)}


@dataclass(frozen=True, slots=True)
class Seed(Event):
    """The backward pass begins: the root's gradient with respect to itself."""

    phase: ClassVar[str] = "backward"
    gradient: float

    def _change(self) -> Change:
        return Change("adjoint", self.node, None, self.gradient)

    def _form(self) -> str:
        return "seed"

    def _fields(self, words: Words) -> Mapping[str, str]:
        return {"to": words.gradient(self.node), "after": show_number(self.gradient)}


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
        channel = "adjoint" if self.through is None else "subtotal"
        return Change(channel, self.parent, self.sum_before, self.sum_after, self.through)

    def _form(self) -> str:
        if self.expected == 1:
            return "send"
        if self.through is not None:
            return "send subtotal"
        return "send last" if self.arrival == self.expected else "send one"

    def _fields(self, words: Words) -> Mapping[str, str]:
        return {
            "to": words.gradient(self.parent),
            "at": words.gradient(self.node),
            "by": words.derivative(self.node, self.slot),
            "upstream": show_number(self.upstream),
            "local": show_number(self.local_derivative),
            "sent": show_number(self.contribution),
            "after": show_number(self.sum_after),
            "arrival": str(self.arrival),
            "expected": str(self.expected),
        }


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

    def _form(self) -> str:
        return "collect first" if self.sum_before is None else "collect"

    def _fields(self, words: Words) -> Mapping[str, str]:
        sent, before, after = map(show_number, (self.subtotal, self.sum_before, self.sum_after))
        sums = {"sent": sent, "added": bracketed(sent), "before": before, "after": after}
        return {"to": words.gradient(self.node), **sums}


@dataclass(frozen=True, slots=True)
class Accumulate(Event):
    """A leaf added the gradient of this pass to the one it kept from earlier passes."""

    phase: ClassVar[str] = "backward"
    gradient: float
    before: float | None
    after: float

    def _change(self) -> Change:
        return Change("grad", self.node, self.before, self.after)

    def _form(self) -> str:
        return "keep" if self.before is None else "accumulate"

    def _fields(self, words: Words) -> Mapping[str, str]:
        added, before, after = map(show_number, (self.gradient, self.before, self.after))
        return {"name": words.names[self.node], "added": bracketed(added), "before": before, "after": after}


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

    def _form(self) -> str:
        rate, gradient = self.learning_rate, self.gradient
        plain = rate is not None and gradient is not None and self.after == self.before - rate * gradient
        return "descend" if plain else "move"

    def _fields(self, words: Words) -> Mapping[str, str]:
        return {
            "name": words.names[self.node],
            "to": words.gradient(self.node),
            "before": show_number(self.before),
            "after": show_number(self.after),
            "moved": show_number(self.after - self.before),
            "rate": show_number(self.learning_rate),
            "gradient": show_number(self.gradient),
        }
