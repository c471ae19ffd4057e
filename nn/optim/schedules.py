"""Schedules: how the learning rate changes with the step, as pure functions that give a factor of the base rate.

Steps count from 0.  A schedule is called: `Cosine(1000)(250)` is the factor at step 250.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from autograd import number
from nn.support.guesses import GUESSES
from nn.support.validate import check

__all__ = ["Cosine", "Exponential", "Schedule", "StepDecay", "WarmUp"]


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
