"""The libraries of mathematical functions that a rule computes with: on floats, and on floats that never raise."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from autograd.rules import sums

if TYPE_CHECKING:
    from autograd.rules.operation import Operation

TABLE: Final[dict[str, Operation]] = {}  # every operation by its name; `ops.py` enters them


class Maths:
    """A library of mathematical functions for one kind of number.

    A subclass supplies the primitives; every other operation of the table is found by its name
    and computed by its own rule.
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in TABLE:
            raise AttributeError(f"{type(self).__name__} has no function {name!r}")
        rule = TABLE[name].rule
        return lambda *inputs: rule(self, *inputs)[0]

    def as_function(self, x: Any, function: Callable[[], Any]) -> Any:
        """Return the number `x`; where it is differentiated again, `function()` is what it is as a function.

        For a guard that is right as a number and not near it: both are equal, and their derivatives are not.
        """
        return x


class FloatMaths(Maths):
    """The primitives on Python floats, as fast as Python has them.

    Where Python raises and IEEE 754 does not (1 / 0, log 0, exp 1000), the caller turns to `IEEEMaths`.
    """

    abs = staticmethod(abs)
    exp = staticmethod(math.exp)
    expm1 = staticmethod(math.expm1)
    log = staticmethod(math.log)
    log1p = staticmethod(math.log1p)
    log2 = staticmethod(math.log2)
    log10 = staticmethod(math.log10)
    sqrt = staticmethod(math.sqrt)
    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tan = staticmethod(math.tan)
    asin = staticmethod(math.asin)
    acos = staticmethod(math.acos)
    atan = staticmethod(math.atan)
    atan2 = staticmethod(math.atan2)
    sinh = staticmethod(math.sinh)
    cosh = staticmethod(math.cosh)
    asinh = staticmethod(math.asinh)
    acosh = staticmethod(math.acosh)
    atanh = staticmethod(math.atanh)
    tanh = staticmethod(math.tanh)
    erf = staticmethod(math.erf)
    erfc = staticmethod(math.erfc)
    power = staticmethod(math.pow)
    equal = staticmethod(operator.eq)

    @staticmethod
    def isnan(x: float) -> bool:
        """Return whether x is not a number."""
        return x != x

    @staticmethod
    def where(condition: float, x: float, y: float) -> float:
        """Return x if the condition holds, else y."""
        return x if condition else y

    @staticmethod
    def dot(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
        """Return the sum of the products, on top of the bias."""
        return sums.dot(weights, inputs, bias)

    @staticmethod
    def total(values: Sequence[float]) -> float:
        """Return the sum."""
        return sums.total(values)

    @staticmethod
    def largest(values: Sequence[float]) -> float:
        """Return the largest; nan if there is one."""
        if not values:
            raise ValueError("largest of no values is not defined: pass at least one")
        return next((x for x in values if x != x), max(values))

    @staticmethod
    def first(values: Sequence[float], wanted: float) -> list[float]:
        """Return 1.0 at the first of `values` that is `wanted` (nan counts as itself), 0.0 elsewhere."""
        place = next(i for i, x in enumerate(values) if x == wanted or wanted != wanted != x != x)
        return [1.0 if i == place else 0.0 for i in range(len(values))]


def _ieee(function: Callable[..., float], outside: Callable[..., float]) -> Callable[..., IEEE]:
    def call(*inputs: float) -> IEEE:
        try:
            return IEEE(function(*map(float, inputs)))
        except (ArithmeticError, ValueError):
            return IEEE(outside(*map(float, inputs)))

    return call


def _divide_by_zero(x: float, y: float) -> float:
    return math.nan if x == 0.0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def _power_outside(x: float, n: float) -> float:
    odd = n == math.floor(n) and math.fmod(n, 2.0) != 0.0
    if x < 0.0 and n != math.floor(n):
        return math.nan
    return math.copysign(math.inf, x) if odd else math.inf


class IEEE(float):
    """A float whose arithmetic never raises: x / 0 is an infinity or nan, as IEEE 754 has it."""

    def __truediv__(self, other: float) -> IEEE:
        return _ieee(operator.truediv, _divide_by_zero)(self, other)

    def __rtruediv__(self, other: float) -> IEEE:
        return _ieee(operator.truediv, _divide_by_zero)(other, self)

    def __add__(self, other: float) -> IEEE:
        return IEEE(float(self) + float(other))

    def __sub__(self, other: float) -> IEEE:
        return IEEE(float(self) - float(other))

    def __rsub__(self, other: float) -> IEEE:
        return IEEE(float(other) - float(self))

    def __mul__(self, other: float) -> IEEE:
        return IEEE(float(self) * float(other))

    def __neg__(self) -> IEEE:
        return IEEE(-float(self))

    __radd__ = __add__
    __rmul__ = __mul__


class IEEEMaths(FloatMaths):
    """The same primitives on numbers that follow IEEE 754 to the edges: nothing raises."""


MATHEMATICS: Final = tuple(
    [name for name, x in vars(FloatMaths).items() if getattr(x, "__func__", None) in (abs, *vars(math).values())]
)  # the functions that C's library has: of one number or two, and no others compose them
_OUTSIDE: Final[dict[str, Callable[..., float]]] = {  # where Python raises and IEEE 754 has a number, else nan
    "exp": lambda x: math.inf,
    "expm1": lambda x: math.inf,
    "log": lambda x: -math.inf if x == 0.0 else math.nan,
    "log1p": lambda x: -math.inf if x == -1.0 else math.nan,
    "log2": lambda x: -math.inf if x == 0.0 else math.nan,
    "log10": lambda x: -math.inf if x == 0.0 else math.nan,
    "sinh": lambda x: math.copysign(math.inf, x),
    "cosh": lambda x: math.inf,
    "atanh": lambda x: math.copysign(math.inf, x) if abs(x) == 1.0 else math.nan,
    "power": _power_outside,
}
for _name in MATHEMATICS:
    _careful = _ieee(getattr(FloatMaths, _name), _OUTSIDE.get(_name, lambda *inputs: math.nan))
    setattr(IEEEMaths, _name, staticmethod(_careful))


FLOATS: Final = FloatMaths()
IEEE_FLOATS: Final = IEEEMaths()
