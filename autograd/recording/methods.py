# mypy: disable-error-code="assignment, operator, union-attr"
"""The methods of Value, each its operation's rule on floats, inlined.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from math import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expm1,
    log,
    log1p,
    log2,
    log10,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from typing import TYPE_CHECKING, SupportsFloat, TypeAlias, Union

from autograd import ops
from autograd.recording import modes
from autograd.recording.nodes import apply, operand, record_operation

if TYPE_CHECKING:
    from autograd.value import Value  # told at run time, when the class is there

Real: TypeAlias = Union["Value", SupportsFloat]  # what an operation takes: a Value, or a number (see `number`)
new = object.__new__


class Methods:
    """Arithmetic and functions, one method for each operation of one or two inputs."""

    __slots__ = ()

    if TYPE_CHECKING:
        _data: float

    def __pos__(self) -> Value:
        return self  # type: ignore[return-value]

    def __add__(self, other: Real) -> Value:
        """x + y."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.add, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        node._data = x + y
        node._left_derivative = 1.0
        node._right_derivative = 1.0
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.add
        return node

    def __radd__(self, other: Real) -> Value:
        """x + y."""
        return operand(other).__add__(self)

    def __sub__(self, other: Real) -> Value:
        """x − y."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.subtract, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        node._data = x - y
        node._left_derivative = 1.0
        node._right_derivative = -1.0
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.subtract
        return node

    def __rsub__(self, other: Real) -> Value:
        """x − y."""
        return operand(other).__sub__(self)

    def __mul__(self, other: Real) -> Value:
        """x · y."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.multiply, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        node._data = x * y
        node._left_derivative = y
        node._right_derivative = x
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.multiply
        return node

    def __rmul__(self, other: Real) -> Value:
        """x · y."""
        return operand(other).__mul__(self)

    def __truediv__(self, other: Real) -> Value:
        """x / y; IEEE 754 at y = 0."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.divide, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        try:
            t0 = x / y
            node._data = t0
            node._left_derivative = 1.0 / y
            node._right_derivative = (-t0) / y
        except (ArithmeticError, ValueError):
            return record_operation(ops.divide, (self, other))
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.divide
        return node

    def __rtruediv__(self, other: Real) -> Value:
        """x / y; IEEE 754 at y = 0."""
        return operand(other).__truediv__(self)

    def __neg__(self) -> Value:
        """−x."""
        if modes.recorders:
            return apply(ops.negative, (self,))
        x = self._data
        node = new(Value)
        node._data = -x
        node._left_derivative = -1.0
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.negative
        return node

    def __abs__(self) -> Value:
        """|x|; the derivative at 0 is 0."""
        if modes.recorders:
            return apply(ops.abs_, (self,))
        x = self._data
        node = new(Value)
        node._data = abs(x)
        node._left_derivative = 1.0 if (x > 0.0) else (-1.0 if (x < 0.0) else 0.0)
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.abs_
        return node

    def abs(self) -> Value:
        """|x|; the derivative at 0 is 0."""
        return self.__abs__()

    def exp(self) -> Value:
        """e to the power x."""
        if modes.recorders:
            return apply(ops.exp, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = exp(x)
            node._data = t0
            node._left_derivative = t0
        except (ArithmeticError, ValueError):
            return record_operation(ops.exp, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.exp
        return node

    def expm1(self) -> Value:
        """e to the power x, minus 1, without cancellation near 0."""
        if modes.recorders:
            return apply(ops.expm1, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = expm1(x)
            node._left_derivative = exp(x)
        except (ArithmeticError, ValueError):
            return record_operation(ops.expm1, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.expm1
        return node

    def log(self) -> Value:
        """The natural logarithm of x; −inf at 0, nan below."""
        if modes.recorders:
            return apply(ops.log, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = log(x)
            node._left_derivative = 1.0 / x
        except (ArithmeticError, ValueError):
            return record_operation(ops.log, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.log
        return node

    def log2(self) -> Value:
        """The logarithm of x to the base 2; −inf at 0, nan below."""
        if modes.recorders:
            return apply(ops.log2, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = log2(x)
            node._left_derivative = 1.0 / (x * 0.6931471805599453)
        except (ArithmeticError, ValueError):
            return record_operation(ops.log2, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.log2
        return node

    def log10(self) -> Value:
        """The logarithm of x to the base 10; −inf at 0, nan below."""
        if modes.recorders:
            return apply(ops.log10, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = log10(x)
            node._left_derivative = 1.0 / (x * 2.302585092994046)
        except (ArithmeticError, ValueError):
            return record_operation(ops.log10, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.log10
        return node

    def log1p(self) -> Value:
        """The natural logarithm of 1 + x, without cancellation near 0."""
        if modes.recorders:
            return apply(ops.log1p, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = log1p(x)
            node._left_derivative = 1.0 / (1.0 + x)
        except (ArithmeticError, ValueError):
            return record_operation(ops.log1p, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.log1p
        return node

    def sqrt(self) -> Value:
        """The square root of x; the derivative at 0 is inf, and below 0 all is nan."""
        if modes.recorders:
            return apply(ops.sqrt, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = sqrt(x)
            node._data = t0
            node._left_derivative = 0.5 / t0
        except (ArithmeticError, ValueError):
            return record_operation(ops.sqrt, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.sqrt
        return node

    def xlogy(self, other: Real) -> Value:
        """x · log(y), and 0 at x = 0, for y = 0 and inf, too; its derivative with respect to x is log(y), −inf at y = 0.

        So an entropy −Σ p log p is right at p = 0: `-total([xlogy(p, p) for p in shares])`.
        """
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.xlogy, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        try:
            t0 = x == 0.0
            t1 = log(y)
            node._data = (y if (y != y) else 0.0) if t0 else (x * t1)
            node._left_derivative = t1
            node._right_derivative = 0.0 if ((y == 0.0) if t0 else 0.0) else (x / y)
        except (ArithmeticError, ValueError):
            return record_operation(ops.xlogy, (self, other))
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.xlogy
        return node

    def __pow__(self, other: Real) -> Value:
        """x to the power n; the derivative with respect to n is nan for x < 0, where it is not defined.

        At x = 0 a power of n ≥ 0 counts as constant in n, at every order.
        """
        return Value.apply_operation(ops.power, (self, other))

    def __rpow__(self, other: Real) -> Value:
        """x to the power n; the derivative with respect to n is nan for x < 0, where it is not defined.

        At x = 0 a power of n ≥ 0 counts as constant in n, at every order.
        """
        return operand(other).__pow__(self)

    def hypot(self, other: Real) -> Value:
        """√(x² + y²), the length of (x, y), without overflow on the way; its derivatives at (0, 0) are 0, at every order.

        Where the length itself is beyond all doubles it is inf, and the derivatives are those of a point that far: 0.  nan
        wins, over inf too, unlike in C.
        """
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.hypot, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        try:
            t0 = abs(x)
            t1 = abs(y)
            t2 = t0 > t1
            t3 = t0 if t2 else t1
            t4 = t1 if t2 else t0
            t5 = 1.0 if (t4 == t3) else (t4 / t3)
            t6 = t3 * sqrt(1.0 + (t5 * t5))
            t7 = float("inf") if (t6 == 0.0) else t6
            node._data = t6
            node._left_derivative = x / t7
            node._right_derivative = y / t7
        except (ArithmeticError, ValueError):
            return record_operation(ops.hypot, (self, other))
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.hypot
        return node

    def sin(self) -> Value:
        """The sine of x in radians."""
        if modes.recorders:
            return apply(ops.sin, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = sin(x)
            node._left_derivative = cos(x)
        except (ArithmeticError, ValueError):
            return record_operation(ops.sin, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.sin
        return node

    def cos(self) -> Value:
        """The cosine of x in radians."""
        if modes.recorders:
            return apply(ops.cos, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = cos(x)
            node._left_derivative = -sin(x)
        except (ArithmeticError, ValueError):
            return record_operation(ops.cos, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.cos
        return node

    def tan(self) -> Value:
        """The tangent of x in radians."""
        if modes.recorders:
            return apply(ops.tan, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = tan(x)
            node._data = t0
            node._left_derivative = 1.0 + (t0 * t0)
        except (ArithmeticError, ValueError):
            return record_operation(ops.tan, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.tan
        return node

    def asin(self) -> Value:
        """The angle in radians, from −π/2 to π/2, whose sine is x; its derivative at ±1 is inf, and beyond all is nan."""
        if modes.recorders:
            return apply(ops.asin, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = asin(x)
            node._left_derivative = 1.0 / sqrt((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x)))
        except (ArithmeticError, ValueError):
            return record_operation(ops.asin, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.asin
        return node

    def acos(self) -> Value:
        """The angle in radians, from 0 to π, whose cosine is x; its derivative at ±1 is −inf, and beyond all is nan."""
        if modes.recorders:
            return apply(ops.acos, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = acos(x)
            node._left_derivative = -1.0 / sqrt((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x)))
        except (ArithmeticError, ValueError):
            return record_operation(ops.acos, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.acos
        return node

    def atan(self) -> Value:
        """The angle in radians, from −π/2 to π/2, whose tangent is x."""
        if modes.recorders:
            return apply(ops.atan, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = atan(x)
            node._left_derivative = 1.0 / (1.0 + (x * x))
        except (ArithmeticError, ValueError):
            return record_operation(ops.atan, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.atan
        return node

    def atan2(self, other: Real) -> Value:
        """The angle in radians, from −π to π, of the point (x, y), y first; at (0, 0) its derivatives are nan."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.atan2, (self, other))
        y, x = self._data, other._data
        node = new(Value)
        try:
            t0 = abs(x) >= abs(y)
            t1 = x if t0 else y
            t2 = (y if t0 else x) / t1
            t3 = 1.0 / (t1 * (1.0 + (t2 * t2)))
            t4 = t2 * t3
            node._data = atan2(y, x)
            node._left_derivative = t3 if t0 else t4
            node._right_derivative = (-t4) if t0 else (-t3)
        except (ArithmeticError, ValueError):
            return record_operation(ops.atan2, (self, other))
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.atan2
        return node

    def sinh(self) -> Value:
        """The hyperbolic sine, (exp(x) − exp(−x)) / 2."""
        if modes.recorders:
            return apply(ops.sinh, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = sinh(x)
            node._left_derivative = cosh(x)
        except (ArithmeticError, ValueError):
            return record_operation(ops.sinh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.sinh
        return node

    def cosh(self) -> Value:
        """The hyperbolic cosine, (exp(x) + exp(−x)) / 2."""
        if modes.recorders:
            return apply(ops.cosh, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = cosh(x)
            node._left_derivative = sinh(x)
        except (ArithmeticError, ValueError):
            return record_operation(ops.cosh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.cosh
        return node

    def asinh(self) -> Value:
        """The inverse of sinh."""
        if modes.recorders:
            return apply(ops.asinh, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = abs(x)
            t1 = abs(1.0)
            t2 = t0 > t1
            t3 = t0 if t2 else t1
            t4 = t1 if t2 else t0
            t5 = 1.0 if (t4 == t3) else (t4 / t3)
            node._data = asinh(x)
            node._left_derivative = 1.0 / (t3 * sqrt(1.0 + (t5 * t5)))
        except (ArithmeticError, ValueError):
            return record_operation(ops.asinh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.asinh
        return node

    def acosh(self) -> Value:
        """The inverse of cosh, 0 or more; its derivative at 1 is inf, and below 1 all is nan."""
        if modes.recorders:
            return apply(ops.acosh, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = acosh(x)
            node._left_derivative = 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))
        except (ArithmeticError, ValueError):
            return record_operation(ops.acosh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.acosh
        return node

    def atanh(self) -> Value:
        """The inverse of tanh; ±inf at ±1, nan beyond."""
        if modes.recorders:
            return apply(ops.atanh, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = atanh(x)
            node._left_derivative = 1.0 / ((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x)))
        except (ArithmeticError, ValueError):
            return record_operation(ops.atanh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.atanh
        return node

    def erf(self) -> Value:
        """The error function, 2/√π ∫₀ˣ exp(−t²) dt."""
        if modes.recorders:
            return apply(ops.erf, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = erf(x)
            node._left_derivative = 1.1283791670955126 * exp(-(x * x))
        except (ArithmeticError, ValueError):
            return record_operation(ops.erf, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.erf
        return node

    def erfc(self) -> Value:
        """1 − erf(x), without cancellation for large x."""
        if modes.recorders:
            return apply(ops.erfc, (self,))
        x = self._data
        node = new(Value)
        try:
            node._data = erfc(x)
            node._left_derivative = -1.1283791670955126 * exp(-(x * x))
        except (ArithmeticError, ValueError):
            return record_operation(ops.erfc, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.erfc
        return node

    def tanh(self) -> Value:
        """The hyperbolic tangent; its derivative is 1 − tanh²(x): 0 from |x| = 19.1 on, where tanh rounds to 1."""
        if modes.recorders:
            return apply(ops.tanh, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = tanh(x)
            node._data = t0
            node._left_derivative = 1.0 - (t0 * t0)
        except (ArithmeticError, ValueError):
            return record_operation(ops.tanh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.tanh
        return node

    def sigmoid(self) -> Value:
        """1 / (1 + exp(−x)) without overflow; its derivative is the textbook's, σ(x)(1 − σ(x)).

        That loses digits far to the right, and is 0 from x = 37 on, where σ rounds to 1: −σ(−x) has them all.
        """
        if modes.recorders:
            return apply(ops.sigmoid, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = exp(-abs(x))
            t1 = (t0 if (x < 0.0) else 1.0) / (1.0 + t0)
            node._data = t1
            node._left_derivative = t1 * (1.0 - t1)
        except (ArithmeticError, ValueError):
            return record_operation(ops.sigmoid, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.sigmoid
        return node

    def softplus(self) -> Value:
        """log(1 + exp(x)), computed without overflow; its derivative is σ(x)."""
        if modes.recorders:
            return apply(ops.softplus, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = exp(-abs(x))
            node._data = (x if (x >= 0.0) else (x if (x != x) else 0.0)) + log1p(t0)
            node._left_derivative = (t0 if (x < 0.0) else 1.0) / (1.0 + t0)
        except (ArithmeticError, ValueError):
            return record_operation(ops.softplus, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.softplus
        return node

    def log_sigmoid(self) -> Value:
        """log σ(x) = −softplus(−x), computed without overflow; its derivative is σ(−x)."""
        if modes.recorders:
            return apply(ops.log_sigmoid, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = -x
            t1 = exp(-abs(t0))
            node._data = -((t0 if (t0 >= 0.0) else (t0 if (t0 != t0) else 0.0)) + log1p(t1))
            node._left_derivative = (t1 if (t0 < 0.0) else 1.0) / (1.0 + t1)
        except (ArithmeticError, ValueError):
            return record_operation(ops.log_sigmoid, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.log_sigmoid
        return node

    def softsign(self) -> Value:
        """x / (1 + |x|).  (Bergstra et al. 2009.)"""
        if modes.recorders:
            return apply(ops.softsign, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = 1.0 / (1.0 + abs(x))
            node._data = (1.0 if (x > 0.0) else (-1.0 if (x < 0.0) else x)) if (t0 == 0.0) else (x * t0)
            node._left_derivative = t0 * t0
        except (ArithmeticError, ValueError):
            return record_operation(ops.softsign, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.softsign
        return node

    def mish(self) -> Value:
        """x · tanh(softplus(x)).  (Misra 2019.)"""
        if modes.recorders:
            return apply(ops.mish, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = exp(-abs(x))
            t1 = tanh((x if (x >= 0.0) else (x if (x != x) else 0.0)) + log1p(t0))
            t2 = ((t0 if (x < 0.0) else 1.0) / (1.0 + t0)) * (1.0 - (t1 * t1))
            node._data = 0.0 if (t1 == 0.0) else (x * t1)
            node._left_derivative = t1 if (t2 == 0.0) else (t1 + (x * t2))
        except (ArithmeticError, ValueError):
            return record_operation(ops.mish, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.mish
        return node

    def relu(self) -> Value:
        """max(0, x); the derivative at 0 is 0."""
        if modes.recorders:
            return apply(ops.relu, (self,))
        x = self._data
        node = new(Value)
        node._data = 0.0 if (x <= 0.0) else x
        node._left_derivative = 1.0 if (x > 0.0) else 0.0
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.relu
        return node

    def leaky_relu(self, slope: Real = 0.01) -> Value:
        """x above 0 and slope · x below, and at 0.  (Maas et al. 2013; a learned slope is PReLU, He et al. 2015.)"""
        return Value.apply_operation(ops.leaky_relu, (self, slope))

    def elu(self, alpha: Real = 1.0) -> Value:
        """x above 0 and alpha · (exp(x) − 1) below; the derivative at 0 is alpha.  (Clevert et al. 2015.)"""
        return Value.apply_operation(ops.elu, (self, alpha))

    def selu(self) -> Value:
        """1.0507 · ELU(x) with alpha = 1.6733, which keep mean 0 and variance 1.  (Klambauer et al. 2017.)"""
        if modes.recorders:
            return apply(ops.selu, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = x > 0.0
            t1 = 0.0 if t0 else x
            node._data = (1.0507009873554805 * x) if t0 else (1.7580993408473766 * expm1(t1))
            node._left_derivative = 1.0507009873554805 if t0 else (1.7580993408473766 * exp(t1))
        except (ArithmeticError, ValueError):
            return record_operation(ops.selu, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.selu
        return node

    def hardtanh(self) -> Value:
        """x, held between −1 and 1; the derivative at −1 and 1 is 0.  (Collobert 2004.)"""
        if modes.recorders:
            return apply(ops.hardtanh, (self,))
        x = self._data
        node = new(Value)
        node._data = 1.0 if (x >= 1.0) else (-1.0 if (x <= -1.0) else x)
        node._left_derivative = (1.0 if (x < 1.0) else 0.0) if (x > -1.0) else 0.0
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.hardtanh
        return node

    def silu(self) -> Value:
        """x · σ(x), also called swish.  (Elfwing et al. 2017.)"""
        if modes.recorders:
            return apply(ops.silu, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = exp(-abs(x))
            t1 = (t0 if (x < 0.0) else 1.0) / (1.0 + t0)
            t2 = 0.0 if (t1 == 0.0) else (x * t1)
            t3 = 1.0 - t1
            node._data = t2
            node._left_derivative = t1 if ((t1 * t3) == 0.0) else (t1 + (t2 * t3))
        except (ArithmeticError, ValueError):
            return record_operation(ops.silu, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.silu
        return node

    def gelu(self) -> Value:
        """x · Φ(x), with Φ the normal distribution function, exact by the error function.  (Hendrycks and Gimpel 2016.)"""
        if modes.recorders:
            return apply(ops.gelu, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = 0.5 * erfc(x * -0.7071067811865476)
            t1 = exp(-0.5 * (x * x)) * 0.3989422804014327
            node._data = 0.0 if (t0 == 0.0) else (x * t0)
            node._left_derivative = t0 if (t1 == 0.0) else (t0 + (x * t1))
        except (ArithmeticError, ValueError):
            return record_operation(ops.gelu, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.gelu
        return node

    def gelu_tanh(self) -> Value:
        """GELU by its tanh approximation, x · (1 + tanh u) / 2 = x · σ(2u) with u = √(2/π)(x + 0.044715 x³)."""
        if modes.recorders:
            return apply(ops.gelu_tanh, (self,))
        x = self._data
        node = new(Value)
        try:
            t0 = x * x
            t1 = 1.5957691216057308 * (x + (0.044715 * (t0 * x)))
            t2 = exp(-abs(t1))
            t3 = (t2 if (t1 < 0.0) else 1.0) / (1.0 + t2)
            t4 = x * t3
            t5 = 1.0 - t3
            node._data = 0.0 if (t3 == 0.0) else t4
            node._left_derivative = t3 if ((t3 * t5) == 0.0) else (t3 + ((t4 * t5) * (1.5957691216057308 * (1.0 + (0.134145 * t0)))))  # fmt: skip
        except (ArithmeticError, ValueError):
            return record_operation(ops.gelu_tanh, (self,))
        node._left = self
        node._right = node._right_derivative = node._grad = node._name = node._operands = None
        node.op = ops.gelu_tanh
        return node

    def maximum(self, other: Real) -> Value:
        """The larger of x and y; ties go to the first, nan wins."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.maximum, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        t0 = x >= y
        t1 = x != x
        t2 = 1.0 if t0 else (1.0 if t1 else 0.0)
        node._data = x if t0 else (x if t1 else y)
        node._left_derivative = t2
        node._right_derivative = 1.0 - t2
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.maximum
        return node

    def minimum(self, other: Real) -> Value:
        """The smaller of x and y; ties go to the first, nan wins."""
        if other.__class__ is not Value:
            other = operand(other)
        if modes.recorders:
            return apply(ops.minimum, (self, other))
        x, y = self._data, other._data
        node = new(Value)
        t0 = x <= y
        t1 = x != x
        t2 = 1.0 if t0 else (1.0 if t1 else 0.0)
        node._data = x if t0 else (x if t1 else y)
        node._left_derivative = t2
        node._right_derivative = 1.0 - t2
        node._left = self
        node._right = other
        node._grad = node._name = node._operands = None
        node.op = ops.minimum
        return node

    def clip(self, low: Real, high: Real) -> Value:
        """min(max(x, low), high): x, held between low and high; at the limits the derivative is that of x, nan wins."""
        return Value.apply_operation(ops.clip, (self, low, high))

    def detach(self) -> Value:
        """x, as a number that no gradient passes."""
        return Value.apply_operation(ops.detach, (self,))
