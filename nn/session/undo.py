"""What a training session can do, each act with what it overwrites, so that it can be undone to the bit."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, steps
from autograd.recording.bulk import set_numbers
from nn.optim.optimizer import Optimizer
from nn.optim.sgd import SGD
from nn.saving.snapshot import Gradients, Surroundings, numbers

__all__ = ["Act", "Backward", "Forward", "Rate", "State", "Update", "Weight", "with_update"]


@dataclass(slots=True)
class State:
    """What the acts of a session change."""

    values: list[Value]
    optimizer: Optimizer
    surroundings: Surroundings
    history: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Act:
    """One thing that was done, with what it overwrote."""

    phase: str  # the phase that was to come before this act
    size: int  # about how many bytes it keeps

    def undo(self, state: State) -> None:
        """Put back what was overwritten."""
        raise NotImplementedError


@dataclass(slots=True)
class Forward(Act):
    """A forward pass, and the loss it gave; it may change buffers and generators."""

    surroundings: list[Any]
    loss: float

    def undo(self, state: State) -> None:
        """Put back buffers and generators."""
        state.surroundings.put(self.surroundings)


@dataclass(slots=True)
class Backward(Act):
    """A backward pass."""

    gradients: Gradients

    def undo(self, state: State) -> None:
        """Put back the gradients of the parameters."""
        self.gradients.put(state.values)


@dataclass(slots=True)
class Update(Act):
    """A step of the optimizer, which ends a step of the session."""

    parameters: array[float]
    memories: list[array[float]]
    learning_rate: float
    step_count: int

    @classmethod
    def of(cls, state: State) -> Update:
        """Return the act of updating, with what it is about to overwrite."""
        optimizer = state.optimizer
        memories = [array("d", optimizer.memories[name]) for name in optimizer.state]
        size = 8 * len(state.values) * (1 + len(memories)) + 500
        parameters = numbers(state.values)
        return cls("update", size, parameters, memories, optimizer.learning_rate, optimizer.step_count)

    def undo(self, state: State) -> None:
        """Put back the parameters, the optimizer's state, and the history without this step."""
        optimizer = state.optimizer
        set_numbers(state.values, self.parameters)
        for name, memory in zip(optimizer.state, self.memories, strict=True):
            optimizer.memories[name][:] = memory.tolist()
        optimizer.learning_rate = self.learning_rate
        optimizer.step_count = self.step_count
        state.history.pop()


@dataclass(slots=True)
class Rate(Act):
    """A change of the learning rate by hand."""

    rate: float

    def undo(self, state: State) -> None:
        """Put back the learning rate."""
        state.optimizer.learning_rate = self.rate


@dataclass(slots=True)
class Weight(Act):
    """A change of a weight by hand."""

    weight: Value
    data: float

    def undo(self, state: State) -> None:
        """Put back the weight."""
        self.weight.data = self.data


def with_update(told: steps.Recording, optimizer: Optimizer) -> steps.Recording:
    """Return a recorded pass with the update at its end that the optimizer would make; nothing is moved."""
    grads = told.replay(len(told)).grads
    in_graph = set(told.nodes)
    parameters = optimizer.parameters
    moves = optimizer.moves([grads[told.index(p)] if p in in_graph else None for p in parameters])
    is_plain = isinstance(optimizer, SGD) and not optimizer.momentum
    rate = optimizer.learning_rate if is_plain else None
    return told.then_update({parameters[i]: data for i, (data, _) in moves}, learning_rate=rate)
