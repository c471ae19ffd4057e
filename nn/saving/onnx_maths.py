"""The numbers and the maths that rules of the table are given to write nodes of an ONNX graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final

import numpy as np

from autograd.compile.backends.error_function import ERF, ERFCX
from autograd.rules.maths import FLOATS, Maths

# What the maths of rules is called in ONNX; what is not here is below, or computed by its own rule.
FUNCTIONS: Final = {
    "abs": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Asin",
    "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "asinh": "Asinh", "acosh": "Acosh",
    "atanh": "Atanh", "tanh": "Tanh", "power": "Pow", "isnan": "IsNaN", "equal": "Equal",
    "relu": "Relu", "sigmoid": "Sigmoid",
}  # fmt: skip


class Node:
    """A result in the graph: arithmetic on it adds nodes, as the rules of the table write it."""

    __array_ufunc__ = None

    def __init__(self, graph: Any, name: str, is_truth: bool = False) -> None:
        self.graph, self.name, self.is_truth = graph, name, is_truth

    def __neg__(self) -> Node:
        negative: Node = self.graph.add("Neg", self)
        return negative

    def __pos__(self) -> Node:
        return self


def _binary(op: str, swapped: bool = False, is_truth: bool = False) -> Callable[[Any, Any], Node]:
    def method(self: Node, other: Any) -> Node:
        result: Node = self.graph.add(op, *((other, self) if swapped else (self, other)), is_truth=is_truth)
        return result

    return method


for _name, _op in (("add", "Add"), ("sub", "Sub"), ("mul", "Mul"), ("truediv", "Div")):
    setattr(Node, f"__{_name}__", _binary(_op))
    setattr(Node, f"__r{_name}__", _binary(_op, swapped=True))
for _name, _op in (("lt", "Less"), ("le", "LessOrEqual"), ("gt", "Greater"), ("ge", "GreaterOrEqual")):
    setattr(Node, f"__{_name}__", _binary(_op, is_truth=True))


class OnnxMaths(Maths):
    """The primitives as nodes of the graph; numbers among themselves are computed on the spot."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function of ONNX's, or else what the operation's own rule computes."""
        if name not in FUNCTIONS:
            return super().__getattr__(name)

        def function(*inputs: Any) -> Any:
            if not any(isinstance(x, Node) for x in inputs):
                return getattr(FLOATS, name)(*inputs)
            return self._graph.add(FUNCTIONS[name], *inputs, is_truth=name in ("isnan", "equal"))

        return function

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """Return x where the condition holds, else y."""
        if not isinstance(condition, Node):
            return x if condition else y
        return self._graph.add("Where", self._graph.truth(condition), x, y)

    def expm1(self, x: Any) -> Any:
        """Return eˣ − 1: near 0 as 2t / (1 − t) with t = tanh(x/2)."""
        t = self.tanh(x * 0.5)
        return self.where(self.abs(x) < 1.0, 2.0 * t / (1.0 - t), self.exp(x) - 1.0)

    def log1p(self, x: Any) -> Any:
        """Return log(1 + x) by Kahan's correction of what 1 + x lost."""
        u = x + 1.0
        lost = self.where(self.equal(u, 1.0), 1.0, u - 1.0)
        near = self.where(self.equal(u, 1.0), x, self.log(u) * (x / lost))
        return self.where(u < math.inf, near, self.log(u))

    def log2(self, x: Any) -> Any:
        """Return log(x) / log(2)."""
        return self.log(x) / math.log(2.0)

    def log10(self, x: Any) -> Any:
        """Return log(x) / log(10)."""
        return self.log(x) / math.log(10.0)

    def erf(self, x: Any) -> Any:
        """Return the error function: ONNX's own in 32 bits, and polynomials in 64, where those who run it have none."""
        if self._graph.float is np.float32:
            return self._graph.add("Erf", x)
        far = 1.0 - self._erfc_of_size(self.abs(x))
        near = x * _polynomial(x * x, ERF)
        return self.where(self.abs(x) < 1.0, near, self.where(x < 0.0, -far, far))

    def erfc(self, x: Any) -> Any:
        """Return 1 − erf(x), in 64 bits without cancellation for large x."""
        if self._graph.float is np.float32:
            return 1.0 - self.erf(x)
        far = self._erfc_of_size(self.abs(x))
        return self.where(x < 0.0, 2.0 - far, far)

    def _erfc_of_size(self, x: Any) -> Any:
        size = self.where(x > 28.0, 28.0, x)  # where it has vanished
        return self.exp(-size * size) * _polynomial((size - 4.0) / (size + 4.0), ERFCX) / (2.0 * size + 1.0)

    def sign(self, x: Any) -> Any:
        """Return the sign of x."""
        return self._graph.add("Sign", x)


def _polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    """Return the polynomial at x by Horner's rule."""
    return reduce(lambda total, c: total * x + c, reversed(coefficients))
