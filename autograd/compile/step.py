"""`compile`: a function on scalars becomes a step that runs its array program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd.compile import numpy as numpy_backend
from autograd.compile.build import Timed, build, now
from autograd.compile.program import Program
from autograd.compile.trace import Traced, array_of, trace
from autograd.value import Value


class Compiled:
    """A program for one shape of the arguments, ready to run on one flat vector of parameters."""

    def __init__(self, traced: Traced, names: list[str], timed: Timed, *, gradients: bool = True) -> None:
        start = now()
        self.program: Program = build(traced, names, gradients=gradients)
        timed.lift = now() - start
        start = now()
        used = [names[k] for k, _, _ in self.program.arguments]
        self.source, self.constants = numpy_backend.emit(self.program, used)
        self.bind = numpy_backend.load(self.source, self.constants)
        timed.emit = now() - start
        self.timed = timed
        self.theta = np.zeros(len(self.program.order))
        self.gradient = np.zeros(len(self.program.order))
        self.run = self.bind(self.theta, self.gradient)

    def inputs(self, arrays: list[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
        """Return the arrays that the program takes, in its shapes and kinds."""
        return [arrays[k].reshape(shape).astype(np.intp if whole else np.float64, copy=False) for k, shape, whole in self.program.arguments]


class Step:
    """What `compile` returns."""

    def __init__(self, function: Callable[..., Any], parameters: Iterable[Value], backend: str) -> None:
        self.function = function
        self.parameters = list(dict.fromkeys(parameters))
        self.backend = backend
        self.names = _argument_names(function)
        self._programs: dict[Any, Compiled] = {}
        self._latest: Compiled | None = None

    def __call__(self, *arguments: Any) -> float:
        """Return the loss, after adding the gradients to those on the parameters, as `backward` does."""
        loss, gradient = self.value_and_gradient(*arguments)
        for parameter, g in zip(self.parameters, gradient.tolist(), strict=True):
            parameter.grad = parameter._grad + g if parameter._grad is not None else g
        return loss

    def value_and_gradient(self, *arguments: Any) -> tuple[float, np.ndarray[Any, Any]]:
        """Return the loss, and an array with the gradient for each of the parameters, in their order."""
        arrays = [array_of(x, name) for x, name in zip(arguments, self.names, strict=True)]
        compiled = self._for(arrays)
        order = compiled.program.order
        compiled.theta[:] = np.array([p._data for p in self.parameters])[order]
        with np.errstate(all="ignore"):
            loss = float(compiled.run(*compiled.inputs(arrays)))
        gradient = np.empty(len(order))
        gradient[order] = compiled.gradient
        return loss, gradient

    def _for(self, arrays: list[np.ndarray[Any, Any]]) -> Compiled:
        key = tuple(a.shape for a in arrays)
        compiled = self._programs.get(key)
        if compiled is None:
            timed = Timed()
            start = now()
            traced = trace(self.function, [a.shape for a in arrays], self.parameters)
            timed.trace = now() - start
            compiled = self._programs[key] = Compiled(traced, self.names, timed)
        self._latest = compiled
        return compiled

    @property
    def source(self) -> str:
        """The source of the program that ran last."""
        if self._latest is None:
            raise RuntimeError("there is no program yet: it is written when step(…) first sees the shapes of its arguments")
        return self._latest.source


def _argument_names(function: Callable[..., Any]) -> list[str]:
    return [p.name for p in inspect.signature(function).parameters.values()]


def compile(function: Callable[..., Any], parameters: Iterable[Value], backend: str = "numpy") -> Step:
    """Return a step."""
    return Step(function, parameters, backend)
