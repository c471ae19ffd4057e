"""The seam between `fit` and what computes its steps: a stepper makes planned steps and brings the weights home.

This file has the recorded one, which needs nothing but the engine; others compile the same step.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from autograd import Value, no_grad
from nn.clipping import Clip, apply_clip
from nn.optimizers import Optimizer
from nn.rows import Loss, checked_loss, predict_rows
from nn.snapshot import Surroundings

__all__ = ["Planned", "RecordedStepper", "Stepped", "Stepper", "Task", "epoch_order", "evaluating", "tried_loss"]


class Planned(NamedTuple):
    """A step to make: on these rows, with this learning rate."""

    rows: Sequence[int]
    rate: float


class Stepped(NamedTuple):
    """A step that was made: the loss before its update, and the gradient's norm before clipping if it was watched."""

    loss: float
    norm: float | None


@dataclass(frozen=True)
class Task:
    """What is to be trained, checked at the door."""

    model: Any
    loss: Loss
    optimizer: Optimizer
    inputs: list[Any]
    targets: list[Any]
    clip: Clip | None


class Stepper(Protocol):
    """What makes the steps of a task.  Between `reload` and `land` the weights may live elsewhere."""

    backend: str

    def steps(self, plan: Sequence[Planned], stop: Callable[[], bool]) -> list[Stepped]:
        """Make the planned steps in order, fewer if `stop()` says so in between; return those that were made."""

    def land(self) -> None:
        """Leave parameters, memories and step count on the Values and the optimiser."""

    def reload(self) -> None:
        """Go on from what the Values and the optimiser hold now."""

    def evaluate(self, inputs: list[Any], targets: list[Any]) -> float:
        """Return the loss on these rows in the model's behaviour for use; nothing is changed."""

    def audit(self) -> str:
        """Return how the loss of the latest rows differs from what model and loss function give, or "" if it does not.

        Nothing is changed.
        """


class RecordedStepper:
    """Steps in pure Python: record the loss, go back through the graph, update each parameter."""

    def __init__(self, task: Task, why: str = "") -> None:
        """Make steps of the task; `why` is the reason it was not compiled, to be kept in the history."""
        self.task = task
        self.backend = f"recorded ({why})" if why else "recorded"
        self._used: set[int] = set()

    def steps(self, plan: Sequence[Planned], stop: Callable[[], bool]) -> list[Stepped]:
        """Make the planned steps in order, fewer if `stop()` says so in between; return those that were made."""
        made: list[Stepped] = []
        for planned in plan:
            made.append(self._step(planned))
            if stop():
                break
        return made

    def _step(self, planned: Planned) -> Stepped:
        task, optimizer = self.task, self.task.optimizer
        optimizer.zero_grad()
        loss = record_loss(task.model, task.loss, task.inputs, task.targets, planned.rows)
        loss.backward()
        norm = apply_clip(task.clip, optimizer.parameters) if task.clip is not None else None
        optimizer.move(optimizer.moves(self._gradients(), planned.rate))
        return Stepped(loss.data, norm)

    def _gradients(self) -> list[float | None]:
        """Return the gradients: 0 for a parameter that only this batch left out, None for one never used so far.

        Embeddings are left out by most batches, and their memories move on all the same.
        """
        parameters = self.task.optimizer.parameters
        gradients: list[float | None] = [p.grad if p.reached else None for p in parameters]
        if None in gradients:
            for i, gradient in enumerate(gradients):
                if gradient is None and i in self._used:
                    gradients[i] = 0.0
        if len(self._used) < len(parameters):
            self._used.update(i for i, gradient in enumerate(gradients) if gradient is not None)
        return gradients

    def land(self) -> None:
        """Warn of parameters that no step has used; the weights themselves never left."""
        unused = [i for i in range(len(self.task.optimizer.parameters)) if i not in self._used]
        self.task.optimizer.warn_unreached(unused)

    def reload(self) -> None:
        """Nothing is left to do: the weights never left."""

    def evaluate(self, inputs: list[Any], targets: list[Any]) -> float:
        """Return the loss on these rows in the model's behaviour for use; nothing is changed."""
        with evaluating(self.task.model), no_grad():
            return record_loss(self.task.model, self.task.loss, inputs, targets, range(len(inputs))).data

    def audit(self) -> str:
        """Return "": these steps are made by model and loss function themselves."""
        return ""


def record_loss(model: Any, loss: Loss, inputs: list[Any], targets: list[Any], rows: Sequence[int]) -> Value:
    """Return the loss of the model on these rows, as a graph; raises TypeError if it is not one Value."""
    predictions = predict_rows(model, [inputs[i] for i in rows])
    return checked_loss(loss(predictions, [targets[i] for i in rows]))


def tried_loss(task: Task, inputs: list[Any], targets: list[Any], rows: Sequence[int]) -> Value:
    """Return the loss of the task on these rows as a graph, with the model and its generators left as they were."""
    surroundings = Surroundings(task.model)
    before = surroundings.read()
    try:
        return record_loss(task.model, task.loss, inputs, targets, rows)
    finally:
        surroundings.put(before)


def epoch_order(seed: int | None, epoch: int, count: int) -> list[int]:
    """Return the order in which an epoch visits the rows: drawn from seed and epoch alone, or as they are."""
    order = list(range(count))
    if seed is not None:
        random.Random(f"{seed} {epoch}").shuffle(order)
    return order


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Inside the block the model shows its behaviour for use; afterwards each part shows the one it had before."""
    if not hasattr(model, "named_modules"):
        yield
        return
    before = [(module, module.training) for _, module in model.named_modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training
