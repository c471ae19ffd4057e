"""Runners: a program with the memory it works in.  Every backend offers one, and all of them are used alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from autograd.compile.backends.numpy.source import emit, load
from autograd.compile.backends.numpy.update import emit_update, load_update
from autograd.compile.ir.program import Program

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Runner(Protocol):
    """A program, ready to run.

    Attributes
        theta     the parameters in the program's order: read by every run, moved by an optimizer's
        gradient  the gradient of the last run, likewise; an optimizer's rule may have used up its numbers
        computed  the gradient of the last step of the last run that an optimizer moved, as it was before that
        memories  one vector for each memory of the optimizer
        observed  what the program was asked to show of the last run
    """

    theta: Floats
    gradient: Floats
    computed: Floats
    memories: list[Floats]

    @property
    def observed(self) -> tuple[Any, ...]:
        """What the program was asked to show of the last run."""

    def run(self, arguments: Sequence[Any], steps: int = 1, before: int = 0, rate: float | None = None) -> Any:
        """Return the losses of so many steps, each of them moving `theta` if there is an optimizer, or the predictions.

        `before` is how many steps were made before; `rate` is their learning rate, None the optimizer's own.
        """


class NumpyRunner:
    """A program run by NumPy, from the source that it is emitted as."""

    def __init__(self, program: Program, *, optimizer: Any = None) -> None:
        n = len(program.order)
        self.optimizer = optimizer
        self.theta, self.gradient = np.zeros(n), np.zeros(n)
        self.computed = self.gradient
        self.memories: list[Floats] = [np.zeros(n) for _ in (optimizer.state_names if optimizer is not None else ())]
        self.observed: tuple[Any, ...] = ()
        self.source, constants = emit(program)
        self._step = load(self.source, constants)(self.theta, self.gradient)
        self._update: Callable[[float, int], None] | None = None
        self._watched = bool(program.observed)
        if optimizer is not None:
            used = slice(0, program.used)
            vectors = (self.theta[used], self.gradient[used], *[memory[used] for memory in self.memories])
            self._update = load_update(optimizer, vectors)
            self.source += "\n\n" + emit_update(optimizer)

    def run(self, arguments: Sequence[Any], steps: int = 1, before: int = 0, rate: float | None = None) -> Any:
        """Return the losses of so many steps, or the predictions of a program that has no gradients."""
        step, update = self._step, self._update
        with np.errstate(all="ignore"):
            if update is None:
                return self._without_observed(step(*arguments))
            losses = np.empty(steps)
            rate = self.optimizer.learning_rate if rate is None else rate
            for i in range(steps):
                losses[i] = step(*arguments) if not self._watched else self._without_observed(step(*arguments))[0]
                if i == steps - 1:
                    self.computed = self.gradient.copy()
                update(rate, before + i + 1)
            return losses

    def _without_observed(self, result: Any) -> Any:
        if self._watched:
            result, *observed = result
            self.observed = tuple(observed)
        return np.array([result], dtype=np.float64) if np.ndim(result) == 0 else result


def in_order_of_parameters(program: Program, gradient: Floats) -> Floats:
    """Return a gradient with respect to θ in the order of the user's parameters."""
    found = np.empty(len(program.order))
    found[program.order] = gradient
    return found
