"""Backward against central differences, for a function of one's own; disagreements come with their reason."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from sys import float_info
from typing import Any

from autograd.recording.bulk import gradients_aside
from autograd.recording.graph import operands, topological_order
from autograd.recording.no_grad import recording_again
from autograd.rules.operation import Operation
from autograd.support.foreign_names import GUESSES
from autograd.support.messages import LONGEST_NAME, name_or, shown
from autograd.support.pytree import name_of
from autograd.support.validate import listed, number
from autograd.value import Value


@dataclass(frozen=True)
class Mismatch:
    """One parameter for which backward and the central difference disagree.

    `kink` says which kink lies within the step, or how the graph changes within it; None if it is smooth there.
    `detached` says whether a detach hides part of the graph from backward, but not from the difference.
    """

    parameter: str
    backward: float
    difference: float
    relative_error: float
    step: float
    kink: str | None
    detached: bool

    def __str__(self) -> str:
        numbers = f"backward {self.backward!r}, central difference {self.difference!r}"
        if not (math.isfinite(self.backward) and math.isfinite(self.difference)):
            why = "not a finite number: use detect_anomaly() to see where it is born"
        elif self.kink:
            why = f"a kink lies within the step: {self.kink}; check again a little away from it"
        elif self.detached:
            why = "no kink lies within the step, but a detach hides a dependence from backward, as it is meant to"
        else:
            reasons = "the derivative is wrong, the step unsuited, or a number left the graph on its way (.data)"
            why = f"no kink lies within the step: {reasons}"
        return f"{self.parameter}: {numbers}, relative error {self.relative_error:.2g}, step {self.step:g}\n    {why}"


@dataclass(frozen=True)
class GradientCheck:
    """The outcome of `gradcheck`: true if backward and central differences agree for every parameter."""

    checked: int
    largest_error: float
    mismatches: tuple[Mismatch, ...]

    @property
    def ok(self) -> bool:
        """Whether every parameter agrees."""
        return not self.mismatches

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        if self.ok:
            count = f"all {self.checked} parameters agree" if self.checked > 1 else "the parameter agrees"
            return f"gradcheck: {count}, relative error at most {self.largest_error:.2g}"
        lines = "\n".join(f"  {mismatch}" for mismatch in self.mismatches).replace("\n    ", "\n      ")
        return f"gradcheck: {len(self.mismatches)} of {self.checked} parameters disagree\n{lines}"

    __repr__ = __str__

    def raise_if_wrong(self) -> None:
        """Raise ArithmeticError with the whole report if any parameter disagrees."""
        if not self.ok:
            raise ArithmeticError(str(self))


@GUESSES
def gradcheck(
    function: Callable[[], Any],
    parameters: Value | Iterable[Value] | Iterable[tuple[str, Value]] | Mapping[str, Value],
    epsilon: float = 1e-5,
    tolerance: float = 1e-5,
) -> GradientCheck:
    """Compare the gradient that backward gives each parameter with a central difference, and report.

    `function` is called with no arguments and computes one Value from the parameters, which are Values, or names with
    Values (as `named_parameters()` gives).  Afterwards every number and gradient is what it was, to the bit.
    A parameter agrees within `tolerance` relative to the larger of the two numbers, beyond what rounding and the
    curvature within the step (seen by halving it) explain.  A nan never agrees.
    Raises ValueError if `function` gives two different numbers for the same parameters.
    """
    _refuse_arguments(function)
    named = _named(parameters)
    if not named:
        raise ValueError("gradcheck was given no parameters, so there is nothing to check: pass model.parameters()")
    for what, x in (("epsilon", number(epsilon)), ("tolerance", number(tolerance))):
        if not 0.0 < x < math.inf:
            raise ValueError(f"gradcheck({what}={x!r}): {what} must be greater than 0, and finite")
    originals = [(p, p._data, p._grad) for _, p in named]
    try:
        with recording_again():
            slopes = _backward(function, [p for _, p in named])
            checked = [
                _compare(function, name, p, slope, epsilon, tolerance)
                for (name, p), slope in zip(named, slopes, strict=True)
            ]
    finally:
        for p, data, grad in originals:
            p.data, p._grad = data, grad
    errors = [error for error, _ in checked]
    return GradientCheck(len(named), max(errors, default=0.0), tuple(m for _, m in checked if m is not None))


def _refuse_arguments(function: Callable[[], Any]) -> None:
    if not callable(function):
        raise TypeError(
            f"gradcheck takes a function of no arguments, such as lambda: loss, not {type(function).__name__}"
        )
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        name = name_of(function)
        raise TypeError(f"gradcheck calls the function with no arguments: pass lambda: {name}(...)") from error
    except ValueError:
        return  # a builtin that keeps its signature to itself


def _named(parameters: Any) -> list[tuple[str, Value]]:
    if isinstance(parameters, Value):
        parameters = [parameters]
    items = parameters.items() if isinstance(parameters, Mapping) else listed("gradcheck", parameters)
    named = []
    for i, item in enumerate(items):
        name, p = item if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str) else (None, item)
        label = shown(name, LONGEST_NAME) if name else f"parameter {i}"
        if not isinstance(p, Value):
            raise TypeError(f"{label} is a {type(p).__name__}: gradcheck moves Values")
        if not p.is_leaf:
            raise ValueError(f"{label} was computed from others: gradcheck moves leaves, Value(...)")
        named.append((label if name else name_or(p, label), p))
    count = Counter(name for name, _ in named)
    return [(f"{name} (parameter {i})" if count[name] > 1 else name, p) for i, (name, p) in enumerate(named)]


def _output(function: Callable[[], Any]) -> Value:
    result = function()
    return result if isinstance(result, Value) else Value(number(result))


def _backward(function: Callable[[], Any], parameters: list[Value]) -> list[float]:
    """Return the gradient of one pass, leaving what it wrote on all nodes as it was."""
    first, root = _output(function), _output(function)
    if repr(first._data) != repr(root._data):
        raise ValueError(
            f"{name_of(function)} gave {first._data!r} and then {root._data!r} for the same parameters: "
            "fix its random numbers, or leave out what changes from call to call"
        )
    with gradients_aside([*topological_order(root), *parameters]):
        root.backward()
        return [0.0 if p._grad is None else p._grad for p in parameters]


def _compare(
    function: Callable[[], Any], name: str, p: Value, backward: float, epsilon: float, tolerance: float
) -> tuple[float, Mismatch | None]:
    """Return the relative error for one parameter, and the mismatch if it is one."""
    here = p._data
    step = epsilon * max(1.0, abs(here))

    def difference(h: float) -> tuple[float, float]:
        ends = []
        for p.data in (here + h, here - h):
            ends.append((_output(function)._data, p._data))
        p.data = here
        (high, right), (low, left) = ends
        return (high - low) / (right - left), 2.0 * float_info.epsilon * (abs(high) + abs(low)) / (right - left)

    (slope, rounding), (finer, _) = difference(step), difference(step / 2.0)
    scale = max(abs(backward), abs(slope))
    gap = abs(backward - slope)
    error = gap / scale if scale > 0.0 else 0.0 if gap == 0.0 else math.nan
    allowed = tolerance * scale + 4.0 * rounding + min(2.0 * abs(slope - finer), tolerance)
    if math.isfinite(gap) and gap <= allowed:
        return gap / (allowed / tolerance) if gap > 0.0 else 0.0, None
    root = _output(function)
    detached = any(getattr(node.op, "name", "") == "detach" for node in topological_order(root))
    p.data = here + step
    right = (_output(function)._data - root._data) / (p._data - here)
    p.data = here
    # A kink would part the slopes on its two sides by about twice the gap, or the slopes of two steps from each other.
    smooth = 2.0 * abs(right - slope) < gap and 2.0 * abs(slope - finer) < gap
    return error, Mismatch(name, backward, slope, error, step, None if smooth else _kink(function, p, step), detached)


def _kink(function: Callable[[], Any], p: Value, step: float) -> str | None:
    """Return what is not smooth between p − step and p + step, in words, or None."""
    here, graphs, sides = p._data, [], []
    for p.data in (here - step, here + step, here):
        graph = [node for node in topological_order(_output(function)) if isinstance(node.op, Operation)]
        graphs.append(graph)
        sides.append(_sides(graph))
    if any([node.op for node in graph] != [node.op for node in graphs[2]] for graph in graphs):
        return "the function takes another branch, so that its graph changes"
    for i, node in enumerate(graphs[2]):
        if len({side[i] for side in sides}) > 1:
            inputs = ", ".join(f"{name_or(x, '')}={x._data!r}" if x.name else repr(x._data) for x in node.parents[:4])
            return f"of {getattr(node.op, 'name', '')} at ({inputs})"
    return None


def _sides(graph: list[Value]) -> list[Any]:
    """Return on which side of its kink each node is, as its inputs' numbers in the graph say."""
    sides: list[Any] = []
    for node in graph:
        op = node.op
        if isinstance(op, Operation) and op.kink is not None:
            where = op.kink(*[x._data for x in operands(node)])
            sides.append((where > 0.0) - (where < 0.0))
        elif isinstance(op, Operation) and op.name == "largest":
            sides.append(node.local_derivatives.index(1.0) if 1.0 in node.local_derivatives else -1)
        else:
            sides.append(0)
    return sides
