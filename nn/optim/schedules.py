"""Schedules: how the learning rate changes with the step, as pure functions that give a factor of the base rate.

Steps count from 0.  A schedule is called: `Cosine(1000)(250)` is the factor at step 250.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from autograd import number
from nn.support.foreign_names import GUESSES
from nn.support.validate import check, checked_count


class Schedule(Protocol):
    """Anything that maps a step to a factor of the learning rate."""

    def __call__(self, step: int) -> float:
        """Return the factor at that step."""


@GUESSES.of_class
@dataclass(frozen=True)
class WarmUp:
    """From `start` at step 0 to 1 at step `steps` in a straight line; then 1, or `then`, which counts from there.

    By default `start` is 1 / (steps + 1), one part of the way: step i has the factor (i + 1) / (steps + 1).  With
    start=0 the first step moves nothing.
    Keeps early steps of transformers and large batches small.  (Goyal et al. 2017.)
    """

    steps: int
    start: float | None = None
    then: Schedule | None = None

    def __post_init__(self) -> None:
        check(number(self.steps) >= 1, self, "a warm-up takes 1 step or more")
        first = self.start is None or 0.0 <= number(self.start) <= 1.0
        check(first, self, "the first factor lies between 0 and 1")
        if self.then is not None and not callable(self.then):
            raise TypeError(f"{self}: the schedule after a warm-up is a function of the step, as Cosine(1000) is")

    def __call__(self, step: int) -> float:
        """Return start + (1 − start) · step / steps, up to 1."""
        if step < self.steps:
            start = 1.0 / (self.steps + 1) if self.start is None else self.start
            return start + (1.0 - start) * (step / self.steps)
        return self.then(step - self.steps) if self.then is not None else 1.0


@GUESSES.of_class
@dataclass(frozen=True)
class StepDecay:
    """Multiplied by `factor` after each `every` steps: factor ^ ⌊step / every⌋.  (As He et al. 2015 trained.)"""

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        check(number(self.every) >= 1, self, "the rate falls after each 1 step or more")
        check(0.0 < number(self.factor) <= 1.0, self, "the factor is greater than 0 and at most 1")

    def __call__(self, step: int) -> float:
        """Return factor ^ ⌊step / every⌋."""
        return math.pow(self.factor, step // self.every)


@GUESSES.of_class
@dataclass(frozen=True)
class Exponential:
    """Multiplied by `factor` at each step: factor ^ step.  (Compared with others by Senior et al. 2013.)"""

    factor: float

    def __post_init__(self) -> None:
        check(0.0 < number(self.factor) <= 1.0, self, "the factor is greater than 0 and at most 1")

    def __call__(self, step: int) -> float:
        """Return factor ^ step."""
        return math.pow(self.factor, step)


@GUESSES.of_class
@dataclass(frozen=True)
class Cosine:
    """From 1 at step 0 to `final` at step `steps` along half a cosine, then `final`.  (Loshchilov and Hutter 2016.)

    Training of `steps` steps ends one step before `final`; with final=0 the steps after it move nothing.
    """

    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        check(number(self.steps) >= 1, self, "the fall takes 1 step or more")
        check(0.0 <= number(self.final) <= 1.0, self, "the last factor lies between 0 and 1")

    def __call__(self, step: int) -> float:
        """Return final + (1 − final)(1 + cos(π step / steps)) / 2."""
        if step >= self.steps:
            return self.final
        return self.final + (1.0 - self.final) * (1.0 + math.cos(math.pi * step / self.steps)) / 2.0


@GUESSES.of_class
@dataclass(frozen=True)
class OneCycle:
    """From `start` up to 1 and down to `final` along half cosines: up for the share `rise` of `steps`.

    The optimizer's learning rate is the greatest of the cycle.  From step `steps` on it is `final`.
    (Smith and Topin 2017; the default numbers are PyTorch's.)
    """

    steps: int
    rise: float = 0.3
    start: float = 0.04
    final: float = 4e-6

    def __post_init__(self) -> None:
        check(number(self.steps) >= 2, self, "a cycle takes 2 steps or more")
        check(0.0 < number(self.rise) < 1.0, self, "the rise is a share between 0 and 1")
        for x in (self.start, self.final):
            check(0.0 <= number(x) <= 1.0, self, "the first and the last factor lie between 0 and 1")

    def __call__(self, step: int) -> float:
        """Return the factor at that step, the first of which is step 0 and the last step `steps` − 1."""
        top, last = self.rise * self.steps - 1.0, self.steps - 1.0
        if step >= last:
            return self.final
        if step <= top:
            low, share = self.start, step / top if top > 0.0 else 1.0
            return 1.0 + (low - 1.0) * (1.0 + math.cos(math.pi * share)) / 2.0
        share = (step - top) / (last - top)
        return self.final + (1.0 - self.final) * (1.0 + math.cos(math.pi * share)) / 2.0


@GUESSES.of_class
@dataclass(frozen=True)
class ReduceOnPlateau:
    """A callback of `fit`: the learning rate times `factor` after `patience` reports without a loss lower by `margin`.

    The loss is that of the validation rows if there are any, else that of training; the rate does not fall below
    `least`.  What it does follows from the history alone, so that a training that is gone on with goes on the same.

    >>> print(ReduceOnPlateau(factor=0.5, patience=3))
    ReduceOnPlateau(factor=0.5, patience=3, margin=0.0, least=0.0)
    """

    factor: float = 0.1
    patience: int = 10
    margin: float = 0.0
    least: float = 0.0

    def __post_init__(self) -> None:
        checked_count("ReduceOnPlateau's patience", self.patience)
        check(0.0 < number(self.factor) < 1.0, self, "the factor lies between 0 and 1")
        check(number(self.margin) >= 0.0 and number(self.least) >= 0.0, self, "margin and least are 0 or more")

    def __call__(self, report: Any) -> None:
        """Leave the optimizer's learning rate reduced, if the latest loss of the report's history asks for it."""
        history = report.history
        losses = history.validation_losses
        if not losses:
            if history.epochs % report.every:  # the last report, between two that count
                return
            losses = history.losses[report.every - 1 :: report.every]
        best, waited = math.inf, 0
        for loss in losses:
            waited = 0 if waited == self.patience else waited  # reduced then
            best, waited = (loss, 0) if loss < best - self.margin else (best, waited + 1)
        if waited == self.patience:
            optimizer = report.optimizer
            optimizer.learning_rate = max(optimizer.learning_rate * self.factor, self.least)
