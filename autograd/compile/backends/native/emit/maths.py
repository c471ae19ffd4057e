"""The maths that a rule of the table is given to write native code: primitives, and whatever its own rule computes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograd.compile.backends.native.emit import angles, elementary
from autograd.compile.backends.native.emit.llvm import Emitter
from autograd.compile.backends.native.emit.values import Mask, Vector
from autograd.rules.maths import IEEE, IEEE_FLOATS, MATHEMATICS, Maths
from autograd.rules.operation import TABLE
from autograd.rules.symbols import Symbol, check_composed, formulas, named, parameters

# what rules write with Python's operators
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "negative": operator.neg,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}


class VectorMaths(Maths):
    """The maths that a rule is given to write vector code; numbers among the inputs are computed on the spot."""

    def __init__(self, emitter: Emitter, lanes: int, by_inverse: bool = False) -> None:
        self.emitter, self.lanes = emitter, lanes
        self.by_inverse = by_inverse  # whether many numbers divided by one are multiplied by its inverse

    def divide(self, x: Any, y: Any) -> Any:
        """Return x / y."""
        if isinstance(x, float) and isinstance(y, float):
            return float(IEEE(x) / y)
        if self.by_inverse and isinstance(x, Vector) and isinstance(y, Vector) and x.lanes > 1 == y.lanes:
            return x * (1.0 / y)
        return x / y

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function that is no primitive: an operation of the table."""
        if name not in TABLE:
            raise AttributeError(f"native code has no function {name!r}")
        check_composed(name, __name__)
        return lambda *inputs: self.operation(name, *inputs)

    def operation(self, operation: str, *inputs: Any) -> Any:
        """Return the output of an operation of the table, as its rule states it."""
        names = [named(x) for x in parameters(TABLE[operation])]
        return as_number(self.emit(formulas(operation)[0], dict(zip(names, inputs, strict=True))))

    def emit(self, formula: Symbol, known: dict[Symbol, Any]) -> Any:
        """Return a formula's value on vectors; `known` holds its names and, afterwards, its parts."""
        if formula.function == "number":
            return formula.inputs[0]
        if formula not in known:
            inputs = [self.emit(x, known) for x in formula.inputs]
            if formula.function != "where":
                inputs = list(map(as_number, inputs))
            operator_ = OPERATORS.get(formula.function)
            known[formula] = operator_(*inputs) if operator_ else getattr(self, formula.function)(*inputs)
        return known[formula]

    def _apply(self, name: str, function: Callable[..., Vector], inputs: tuple[Any, ...]) -> Any:
        if not any(isinstance(x, Vector) for x in inputs):
            return float(getattr(IEEE_FLOATS, name)(*inputs))
        return function(*inputs)

    def abs(self, x: Any) -> Any:
        """Return |x|."""
        return abs(x) if isinstance(x, (int, float)) else x.call("fabs")

    def sqrt(self, x: Any) -> Any:
        """Return the square root; nan below 0."""
        return self._apply("sqrt", lambda v: v.call("sqrt"), (x,))

    def power(self, x: Any, n: Any) -> Any:
        """Return x to the power n."""
        if isinstance(x, (int, float)) and isinstance(n, Vector):
            x = self.emitter.vector(x, n.lanes)
        return self._apply("power", elementary.power, (x, n))

    def atan2(self, y: Any, x: Any) -> Any:
        """Return the angle of the point (x, y)."""
        lanes = max(getattr(v, "lanes", 1) for v in (x, y))
        return self._apply("atan2", lambda *v: angles.atan2(*(self.emitter.vector(u, lanes) for u in v)), (y, x))

    def equal(self, x: Any, y: Any) -> Any:
        """Return where both are the same number."""
        return x.equals(y) if isinstance(x, Vector) else y.equals(x)

    def isnan(self, x: Any) -> Any:
        """Return where x is not a number."""
        return x.differs(x) if isinstance(x, Vector) else x != x

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """Return x where the condition holds (a number holds if it is not 0), else y."""
        if isinstance(condition, Vector):
            condition = condition.differs(0.0) if condition.mask is None else condition.mask
        if isinstance(condition, Mask):
            return condition.select(x, y)
        return x if condition else y


def as_number(x: Any) -> Any:
    """Return what a comparison is where a rule goes on to compute with it: 1.0 where it holds, else 0.0."""
    return x.select(1.0, 0.0) if isinstance(x, Mask) else x


def _primitive(name: str, function: Callable[[Vector], Vector]) -> None:
    def method(self: VectorMaths, x: Any) -> Any:
        return self._apply(name, function, (x,))

    method.__doc__ = function.__doc__
    setattr(VectorMaths, name, method)


for _function in [getattr(elementary, name, getattr(angles, name, None)) for name in MATHEMATICS]:
    if _function is not None and not hasattr(VectorMaths, _function.__name__):
        _primitive(_function.__name__, _function)
