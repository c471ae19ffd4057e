# mypy: disable-error-code="assignment, operator, union-attr"
"""The methods of Value, each its operation's rule on floats, inlined.

`python -m autograd.rules.generate` writes this file from the table of operations, `ops.py`: change that, not this.
"""

from __future__ import annotations

from math import atan2, log, sqrt
from typing import TYPE_CHECKING, SupportsFloat, TypeAlias, Union

from autograd import ops
from autograd.recording import modes
from autograd.recording.nodes import apply, operand, record_operation
from autograd.rules.inlined_methods import UnaryMethod

if TYPE_CHECKING:
    from autograd.value import Value  # told at run time, when the class is there

Real: TypeAlias = Union["Value", SupportsFloat]  # what an operation takes: a Value, or a number (see `number`)
new = object.__new__


class Methods:
    """Arithmetic and functions, one method for each operation of one or two inputs.

    Those of one input, but for signs, are written when they are first asked for, just as `__neg__` is:
    `inspect.getsource(Value.tanh)` shows one.
    """

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

    exp = UnaryMethod(ops.exp)
    expm1 = UnaryMethod(ops.expm1)
    log = UnaryMethod(ops.log)
    log2 = UnaryMethod(ops.log2)
    log10 = UnaryMethod(ops.log10)
    log1p = UnaryMethod(ops.log1p)
    sqrt = UnaryMethod(ops.sqrt)

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

    sin = UnaryMethod(ops.sin)
    cos = UnaryMethod(ops.cos)
    tan = UnaryMethod(ops.tan)
    asin = UnaryMethod(ops.asin)
    acos = UnaryMethod(ops.acos)
    atan = UnaryMethod(ops.atan)

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

    sinh = UnaryMethod(ops.sinh)
    cosh = UnaryMethod(ops.cosh)
    asinh = UnaryMethod(ops.asinh)
    acosh = UnaryMethod(ops.acosh)
    atanh = UnaryMethod(ops.atanh)
    erf = UnaryMethod(ops.erf)
    erfc = UnaryMethod(ops.erfc)
    tanh = UnaryMethod(ops.tanh)
    sigmoid = UnaryMethod(ops.sigmoid)
    softplus = UnaryMethod(ops.softplus)
    log_sigmoid = UnaryMethod(ops.log_sigmoid)
    softsign = UnaryMethod(ops.softsign)
    mish = UnaryMethod(ops.mish)
    relu = UnaryMethod(ops.relu)

    def leaky_relu(self, slope: Real = 0.01) -> Value:
        """x above 0 and slope · x below, and at 0.  (Maas et al. 2013; a learned slope is PReLU, He et al. 2015.)"""
        return Value.apply_operation(ops.leaky_relu, (self, slope))

    def elu(self, alpha: Real = 1.0) -> Value:
        """x above 0 and alpha · (exp(x) − 1) below; the derivative at 0 is alpha.  (Clevert et al. 2015.)"""
        return Value.apply_operation(ops.elu, (self, alpha))

    selu = UnaryMethod(ops.selu)
    hardtanh = UnaryMethod(ops.hardtanh)
    silu = UnaryMethod(ops.silu)
    gelu = UnaryMethod(ops.gelu)
    gelu_tanh = UnaryMethod(ops.gelu_tanh)

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
