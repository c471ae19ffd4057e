"""What computes the steps of `fit`: a stepper makes planned steps and writes the weights back to the Values.

This file has the recorded one, which needs nothing but the engine; others compile the same step.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd import Value, no_grad
from autograd.recording.bulk import gradients_of
from nn.layers.containers import of_rows
from nn.layers.module import Module, run_in_use
from nn.optim.clipping import Clip, apply_clip
from nn.optim.optimizer import Optimizer
from nn.saving.snapshot import BuffersAndRNG
from nn.support.contexts import Result, bound
from nn.support.fields import modules_of
from nn.support.validate import PLACES, Loss, checked_loss, plain_numbers


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
    """What is to be trained, validated."""

    model: Any
    loss: Loss
    optimizer: Optimizer
    inputs: list[Any]
    targets: list[Any]
    clip: Clip | None


class RecordedStepper:
    """What makes the steps of a task, here in pure Python: record the loss, go back through the graph, update.

    Those made from it compile the same step: between their `sync` and `write_back` the weights live elsewhere.
    """

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
        """Return the gradients, None for a parameter that the loss never touches."""
        gradients = gradients_of(self.task.optimizer.parameters)
        if len(self._used) < len(gradients):
            self._used.update(i for i, gradient in enumerate(gradients) if gradient is not None)
        return gradients

    def write_back(self) -> None:
        """Warn of parameters that no step has used; the weights themselves never left."""
        unused = [i for i in range(len(self.task.optimizer.parameters)) if i not in self._used]
        self.task.optimizer.warn_unreached(unused)

    def sync(self) -> None:
        """Go on from what the Values and the optimizer hold now: nothing is to be done, the weights never left."""

    def evaluate(self, inputs: list[Any], targets: list[Any]) -> float:
        """Return the loss on these rows in the model's behavior for use; nothing is changed."""
        task = self.task
        return in_use(task.model, lambda: record_loss(task.model, task.loss, inputs, targets, range(len(inputs))).data)

    def predict(self, inputs: list[Any]) -> list[Any]:
        """Return what the model makes of these rows in its behavior for use, as numbers; nothing is changed."""
        model = self.task.model
        found: list[Any] = plain_numbers(in_use(model, lambda: of_rows(model, inputs)))
        return found

    def agreed(self, interrupted: Callable[[], bool]) -> Callable[[], bool]:
        """Return a function that says whether to end the training: `interrupted`, for a process that is alone."""
        return interrupted

    def audit(self) -> str:
        """Return how the loss of the latest rows differs from what model and loss function give: not, as these made it.

        Nothing is changed.
        """
        return ""


def record_loss(model: Any, loss: Loss, inputs: list[Any], targets: list[Any], rows: Sequence[int]) -> Value:
    """Return the loss of the model on these rows, as a graph; raises TypeError if it is not one Value."""
    return record_pass(model, loss, inputs, targets, rows)[1]


def record_pass(
    model: Any, loss: Loss, inputs: list[Any], targets: list[Any], rows: Sequence[int]
) -> tuple[list[Any], Value]:
    """Return the predictions of the model for these rows, and their loss, as a graph."""
    predictions = of_rows(model, [inputs[i] for i in rows])
    with bound(PLACES, rows):
        return predictions, checked_loss(loss(predictions, [targets[i] for i in rows]))


def tried_loss(task: Task, inputs: list[Any], targets: list[Any], rows: Sequence[int]) -> Value:
    """Return the loss of the task on these rows as a graph, with the model and its generators left as they were."""
    return BuffersAndRNG(task.model).rehearse(lambda: record_loss(task.model, task.loss, inputs, targets, rows))


def epoch_order(seed: int | None, epoch: int, count: int) -> list[int]:
    """Return the order in which an epoch visits the rows: drawn from seed and epoch alone, or as they are."""
    order = list(range(count))
    if seed is not None:
        random.Random(f"{seed} {epoch}").shuffle(order)
    return order


def in_use(model: Any, run: Callable[[], Result]) -> Result:
    """Return `run()`, in which the model shows its behavior for use and nothing is recorded; it is not changed."""

    def unrecorded() -> Result:
        with no_grad():
            return run()

    parts = [module for _, module in modules_of(model)]
    others = [(part, part.training) for part in parts if not isinstance(part, Module)]  # which know no contexts
    try:
        for part, _ in others:
            part.training = False
        return run_in_use(parts, unrecorded)
    finally:
        for part, training in others:
            part.training = training
