"""A learning-rate finder: one short run with ever larger steps, after which everything is as it was."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from nn.optim.optimizer import Optimizer
from nn.saving.snapshot import Snapshot
from nn.support.foreign_names import GUESSES
from nn.support.validate import Loss, checked_count, checked_setting
from nn.training.backends_and_predict import make_stepper
from nn.training.prepare import prepare
from nn.training.recorded import Planned, epoch_order
from nn.training.settings import checked_seed

RISE = 0.1  # a loss this share of the fall above the lowest counts as a rise; of the first loss, where none fell


@dataclass(frozen=True)
class RateSweep:
    """The loss before each step of a run in which every step was larger than the one before.

    Attributes
        rates, losses   one entry per step; `losses` ends where the loss was no longer finite
        suggestion      a rate safely before the rise: a tenth of the one that brought the smoothed loss to its lowest
                        (the sweep passes each rate but once, so the rise shows late); nan if it never fell
        rises           whether the loss rose within the rates tried
    """

    rates: list[float]
    losses: list[float]
    suggestion: float
    rises: bool

    def __repr__(self) -> str:
        ends = f"{self.rates[0]:.3g} to {self.rates[-1]:.3g}"
        where = "the loss rises after it" if self.rises else "the loss never rose, so larger rates may do too"
        return f"<RateSweep over {len(self.rates)} steps from {ends}: suggestion {self.suggestion:.3g}, {where}>"


@GUESSES
def find_learning_rate(
    model: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    start: float = 1e-7,
    end: float = 1.0,
    steps: int = 100,
    batch_size: int | None = None,
    shuffle: int | None = 0,
    backend: str = "auto",
) -> RateSweep:
    """Return the losses of a run whose learning rate grows from `start` to `end`, and the rate they suggest.

    The rate is multiplied by the same factor at each step.  Afterwards model, optimizer and generators are as they
    were, to the bit.  Raises ValueError for rates that do not grow.  (Smith 2015.)
    """
    checked_count("steps", steps, least=3)
    start = checked_setting("find_learning_rate", "start", start, 0.0, above=True)
    end = checked_setting("find_learning_rate", "end", end, 0.0, above=True)
    if not start < end:
        raise ValueError(f"the rates grow from start={start} to end={end}: the end must be larger")
    shuffle = checked_seed(shuffle)
    task = prepare(model, inputs, targets, loss, optimizer, None)
    count = len(task.inputs)
    size = count if batch_size is None else min(checked_count("batch_size", batch_size), count)
    rates = [start * (end / start) ** (i / (steps - 1)) for i in range(steps)]
    before = Snapshot(model, optimizer)
    losses: list[float] = []
    try:
        stepper = make_stepper(task, backend, size, steps)
        for planned in _plan(rates, count, size, shuffle):
            value = stepper.steps([planned], lambda: False)[0].loss
            if not math.isfinite(value) or (losses and value > 1e6 * (1.0 + abs(losses[0]))):
                break
            losses.append(value)
    finally:
        before.restore()
    if not losses:
        raise ValueError("the loss is not finite from the start, so no learning rate can help: see nn.diagnose")
    return _judge(rates, losses)


def _plan(rates: list[float], count: int, size: int, shuffle: int | None) -> list[Planned]:
    plan: list[Planned] = []
    everything, epoch = range(count), 0
    while len(plan) < len(rates):
        order = everything if size == count else epoch_order(shuffle, epoch, count)
        for first in range(0, count, size):
            if len(plan) < len(rates):
                plan.append(Planned(everything if size == count else order[first : first + size], rates[len(plan)]))
        epoch += 1
    return plan


def _judge(rates: list[float], losses: list[float]) -> RateSweep:
    smooth = _smoothed(losses)
    lowest = min(range(len(smooth)), key=smooth.__getitem__)
    margin = RISE * abs(smooth[0] - smooth[lowest] or smooth[0])
    rises = len(losses) < len(rates) or max(smooth[lowest:]) > smooth[lowest] + margin > smooth[lowest]
    # The loss at a step is that before its update, so it shows what the rate before it did.
    suggestion = rates[lowest - 1] / 10.0 if lowest > 0 else math.nan
    return RateSweep(rates, losses, suggestion, rises)


def _smoothed(losses: list[float], keep: float = 0.6) -> list[float]:
    """Return the running mean of the losses, freed of its bias toward 0."""
    mean, weight, smooth = 0.0, 0.0, []
    for x in losses:
        mean, weight = keep * mean + (1.0 - keep) * x, keep * weight + (1.0 - keep)
        smooth.append(mean / weight)
    return smooth
