"""`compile_graph`: a graph that is recorded already becomes a step, its leaves being the inputs and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.compile.backends.runner import Floats
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.frontend.validate import checked_parameters, shape_of
from autograd.compile.programs.compiled import compiled_directly
from autograd.compile.programs.program_cache import Programs
from autograd.compile.step import Step
from autograd.recording.graph import topological_order
from autograd.support.pytree import flat, is_sequence
from autograd.value import Value


class GraphStep(Step):
    """A recorded graph, compiled: `step(…)` computes its root from other numbers for its inputs and parameters."""

    def __init__(self, programs: Programs, inputs: Sequence[Any]) -> None:
        super().__init__(programs)
        self._inputs = inputs

    def value_and_gradient(self, *arguments: Any, **named: Any) -> tuple[float, Floats]:
        """Return the value and gradient for these inputs; with none given, for the numbers that they hold now."""
        numbers = [_numbers(x) for x in self._inputs]
        arrays = self._programs.arrays(arguments if arguments or named else numbers, named)
        for name, array, wanted in zip(self._programs.names, arrays, map(np.shape, numbers), strict=True):
            if array.shape != wanted:
                raise ValueError(
                    f"the graph was recorded with {name} of shape {wanted}, not {array.shape}: record another graph, "
                    "or compile the function that records it"
                )
        return super().value_and_gradient(*arrays)

    def _watch(self, loss: float, gradient: Floats, arrays: Sequence[Any]) -> None:
        """The graph was recorded elsewhere, so its operations are not those of a block that watches."""


def _numbers(x: Any) -> Any:
    return x._data if isinstance(x, Value) else [_numbers(y) for y in x]


def graph_programs(root: Value, inputs: Sequence[Any], parameters: Iterable[Value] | None, backend: str) -> Programs:
    """Return the one program of a recorded graph; by default every leaf that is no input is a parameter.

    Raises TypeError or ValueError for inputs that are no leaves of the graph, or are there twice.
    """
    leaves = [x for x in topological_order(root) if x.is_leaf]
    given = checked_inputs(inputs, {id(x) for x in leaves})
    taken = {id(x) for values in given for x in values}
    if parameters is None:
        parameters = [x for x in leaves if x.op is None and id(x) not in taken]
    parameters = checked_parameters(parameters)
    for k, parameter in enumerate(parameters):
        if id(parameter) in taken:
            raise ValueError(
                f"parameter number {k}, {parameter!r}, is among the inputs too: it can be only one of both"
            )
    shapes = [np.shape(_numbers(x)) for x in inputs]
    traced = Traced(root, given, shapes, parameters)
    programs = Programs(lambda: None, parameters, backend)
    programs.audited = False  # a recorded graph does not change
    programs.names = [f"x{k + 1}" if len(given) > 1 else "x" for k in range(len(given))]
    programs.add(tuple(shapes), compiled_directly(traced, 0.0, programs.names, backend, None, gradients=True))
    return programs


def checked_inputs(inputs: Any, leaves: set[int]) -> list[list[Value]]:
    """Return the Values of each input, row by row; raises TypeError or ValueError for what can be none."""
    if not is_sequence(inputs) or isinstance(inputs, Mapping):
        raise TypeError(f"compile_graph takes a list of inputs, not {type(inputs).__name__}: inputs=[x]")
    seen: set[int] = set()
    for k, x in enumerate(inputs):
        shape_of(x, f"inputs[{k}]", _check_leaf, deep=True)
        values = flat(x)
        for value in values:
            if id(value) in seen:
                raise ValueError(f"{value!r} is there twice among the inputs, and can have but one number")
            seen.add(id(value))
        if values and leaves.isdisjoint(map(id, values)):
            raise ValueError(
                f"the graph was not computed from inputs[{k}]: pass the very Values that it was recorded with"
            )
    return [flat(x) for x in inputs]


def _check_leaf(x: Any) -> None:
    if not isinstance(x, Value):
        raise TypeError("the inputs of a graph are the Values that it was recorded with")
    if not x.is_leaf:
        raise ValueError("the inputs of a graph are leaves, but this was computed from others")
