"""The table of operations.  Each row is a rule; everything else about an operation is derived from it.

To add an operation, add a row here.  A rule takes a maths library and the inputs, and returns the output with the local
derivative for each input; a derivative may be a function of nothing, called only if it is needed.  It is arithmetic:
no `if` (use `maths.where`), no Python `math`.  A kink's derivative is a choice, stated by the rule and shown in
`at_edges`.  What else a row may say (`smooth_on`, `role`, `kink`, `stops_at_zero`) is listed at `Operation`, in
`rules/operation.py`; the row of `multiply` is annotated.

`maths.as_function(y, f)` has the value y.  For second derivatives it is replaced by f().  Use it where a guard makes y
right but its derivative wrong.
"""

from __future__ import annotations

import math as constants
from typing import Any

from autograd.rules.operation import NEAR_0, NEGATIVE, POSITIVE, op
from autograd.rules.reduction_record import reduces

INF, NAN = constants.inf, constants.nan
LARGE = 2.0**600  # its square is inf
WIDE = (-20.0, 20.0)
UNIT = (-0.9, 0.9)
HALF_PI = constants.pi / 2.0
LN2, LN10 = constants.log(2.0), constants.log(10.0)
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # as Klambauer et al. give them
Out = tuple[Any, tuple[Any, ...]]


def _flat_at_0(maths: Any, y: Any) -> Any:
    """Return y, but its derivative is 0 where y has underflowed to 0 (0 · inf would be nan)."""
    return maths.as_function(y, lambda: maths.where(maths.equal(y, 0.0), 0.0, y))


def _one_minus_square(maths: Any, x: Any) -> Any:
    """Return 1 − x², in the form of which at 0 the slope, and at ±1 the number itself, does not cancel."""
    return maths.where(maths.abs(x) < 0.5, 1.0 - x * x, (1.0 - x) * (1.0 + x))


# ------------------------------------------------------------------------------------ arithmetic
@op("+", smooth_on=[(NEAR_0, NEAR_0)])
def add(maths: Any, x: Any, y: Any) -> Out:
    """x + y."""
    return x + y, (1.0, 1.0)


@op("−", smooth_on=[(NEAR_0, NEAR_0)])
def subtract(maths: Any, x: Any, y: Any) -> Out:
    """x − y."""
    return x - y, (1.0, -1.0)


@op(
    "×",  # how it prints
    role="multiply",  # how `explain` tells it
    smooth_on=[(NEAR_0, NEAR_0)],  # boxes of inputs in which the rule is smooth: here x and y between −3 and 3
)
def multiply(maths: Any, x: Any, y: Any) -> Out:
    """x · y."""
    return x * y, (y, x)


@op("÷", smooth_on=[(NEAR_0, POSITIVE), (NEAR_0, NEGATIVE)], at_edges={(1.0, 0.0): (INF, (INF, -INF))})
def divide(maths: Any, x: Any, y: Any) -> Out:
    """x / y; IEEE 754 at y = 0."""
    quotient = x / y
    return quotient, (1.0 / y, -quotient / y)


@op("−", smooth_on=[(NEAR_0,)])
def negative(maths: Any, x: Any) -> Out:
    """−x."""
    return -x, (-1.0,)


@op("abs", smooth_on=[(POSITIVE,), (NEGATIVE,)], kink=lambda x: x, at_edges={(0.0,): (0.0, (0.0,))})
def abs_(maths: Any, x: Any) -> Out:
    """|x|; the derivative at 0 is 0."""
    return maths.abs(x), (maths.where(x > 0.0, 1.0, maths.where(x < 0.0, -1.0, 0.0)),)


# ----------------------------------------------------------------------- elementary functions
@op(smooth_on=[(NEAR_0,)], at_edges={(1000.0,): (INF, (INF,)), (-INF,): (0.0, (0.0,))})
def exp(maths: Any, x: Any) -> Out:
    """e to the power x."""
    y = maths.exp(x)
    return y, (y,)


@op(smooth_on=[(NEAR_0,)], at_edges={(-INF,): (-1.0, (0.0,))})
def expm1(maths: Any, x: Any) -> Out:
    """e to the power x, minus 1, without cancellation near 0."""
    return maths.expm1(x), (maths.exp(x),)


@op(smooth_on=[(POSITIVE,)], at_edges={(0.0,): (-INF, (INF,)), (-1.0,): (NAN, (-1.0,)), (INF,): (INF, (0.0,))})
def log(maths: Any, x: Any) -> Out:
    """The natural logarithm of x; −inf at 0, nan below."""
    return maths.log(x), (1.0 / x,)


@op(
    smooth_on=[(POSITIVE,)],
    at_edges={(0.0,): (-INF, (INF,)), (INF,): (INF, (0.0,)), (8.0,): (3.0, (1.0 / (8.0 * LN2),))},
)
def log2(maths: Any, x: Any) -> Out:
    """The logarithm of x to the base 2; −inf at 0, nan below."""
    return maths.log2(x), (1.0 / (x * LN2),)


@op(
    smooth_on=[(POSITIVE,)],
    at_edges={(0.0,): (-INF, (INF,)), (INF,): (INF, (0.0,)), (1e3,): (3.0, (1.0 / (1e3 * LN10),))},
)
def log10(maths: Any, x: Any) -> Out:
    """The logarithm of x to the base 10; −inf at 0, nan below."""
    return maths.log10(x), (1.0 / (x * LN10),)


@op(smooth_on=[(POSITIVE,), (UNIT,)], at_edges={(-1.0,): (-INF, (INF,))})
def log1p(maths: Any, x: Any) -> Out:
    """The natural logarithm of 1 + x, without cancellation near 0."""
    return maths.log1p(x), (1.0 / (1.0 + x),)


@op(smooth_on=[(POSITIVE,)], at_edges={(0.0,): (0.0, (INF,)), (-1.0,): (NAN, (NAN,)), (INF,): (INF, (0.0,))})
def sqrt(maths: Any, x: Any) -> Out:
    """The square root of x; the derivative at 0 is inf, and below 0 all is nan."""
    y = maths.sqrt(x)
    return y, (0.5 / y,)


@op(
    smooth_on=[(NEAR_0, POSITIVE)],
    at_edges={
        (0.0, 0.0): (0.0, (-INF, 0.0)),
        (0.0, INF): (0.0, (INF, 0.0)),
        (2.0, 0.0): (-INF, (-INF, INF)),
        (0.0, -1.0): (0.0, (NAN, 0.0)),
        (0.0, NAN): (NAN, (NAN, NAN)),
        (NAN, 1.0): (NAN, (0.0, NAN)),
    },
)
def xlogy(maths: Any, x: Any, y: Any) -> Out:
    """x · log(y), and 0 at x = 0, for y = 0 and inf, too; its derivative with respect to x is log(y), −inf at y = 0.

    So an entropy −Σ p log p is right at p = 0: `-total([xlogy(p, p) for p in shares])`.
    """
    nowhere = maths.where(maths.equal(x, 0.0), maths.equal(y, 0.0), False)
    product = maths.where(maths.equal(x, 0.0), maths.where(maths.isnan(y), y, 0.0), x * maths.log(y))

    def slope() -> Any:  # at (0, 0) it is 0, and grows with x by 1/0
        return x / maths.where(nowhere, 1.0 / LARGE, y) * maths.where(nowhere, LARGE, 1.0)

    return product, (maths.log(y), maths.as_function(maths.where(nowhere, 0.0, x / y), slope))


@op(
    "**",
    smooth_on=[(POSITIVE, NEAR_0)],
    at_edges={
        (0.0, 0.0): (1.0, (0.0, 0.0)),
        (0.0, 1.0): (0.0, (1.0, 0.0)),
        (0.0, 0.5): (0.0, (INF, 0.0)),
        (0.0, -1.0): (INF, (-INF, -INF)),
        (-2.0, -3.0): (-0.125, (-0.1875, NAN)),
    },
    role="power",
)
def power(maths: Any, x: Any, n: Any) -> Out:
    """x to the power n; the derivative with respect to n is nan for x < 0, where it is not defined.

    At x = 0 a power of n ≥ 0 counts as constant in n, at every order.
    """
    y = maths.power(x, n)

    def slope() -> Any:  # n · xⁿ⁻¹ for all x and n near these: it grows with n at n = 0, too, by 1/x
        k = maths.where(_is_power_of_0(maths, x, n), maths.detach(n), n)
        flat = y * (n / maths.where(maths.abs(x) > 0.0, x, INF))  # not n · (y/x), as 0 · inf is no 0
        return maths.where(maths.equal(n, 0.0), flat, k * maths.power(x, k - 1.0))

    base = maths.as_function(maths.where(maths.equal(n, 0.0), 0.0, n * maths.power(x, n - 1.0)), slope)

    def growth() -> Any:
        as_function = maths.as_function(y * maths.log(x), lambda: maths.xlogy(y, x))  # y/x, where 1/x may overflow
        return maths.where(_is_power_of_0(maths, x, n), 0.0, as_function)

    return y, (base, growth)


def _is_power_of_0(maths: Any, x: Any, n: Any) -> Any:
    """Return where x is 0 and n is not below: there the power counts as constant in n."""
    return maths.where(maths.equal(x, 0.0), n, -1.0) >= 0.0


@op(
    smooth_on=[(POSITIVE, NEAR_0), (NEGATIVE, NEAR_0), (NEAR_0, POSITIVE), (NEAR_0, NEGATIVE)],
    at_edges={
        (0.0, 0.0): (0.0, (0.0, 0.0)),
        (3.0, 4.0): (5.0, (0.6, 0.8)),
        (0.0, -2.0): (2.0, (0.0, -1.0)),
        (0.0, 1e200): (1e200, (0.0, 1.0)),
        (INF, 1.0): (INF, (NAN, 0.0)),
        (INF, -INF): (INF, (NAN, NAN)),
        (1.0, NAN): (NAN, (NAN, NAN)),
        (1e300, -1e300): (1.4142135623730952e300, (0.7071067811865475, -0.7071067811865475)),
        (1.2e308, 1.2e308): (1.697056274847714e308, (0.7071067811865475, 0.7071067811865475)),
        (1.7e308, 1.7e308): (INF, (0.0, 0.0)),
    },
)
def hypot(maths: Any, x: Any, y: Any) -> Out:
    """√(x² + y²), the length of (x, y), without overflow on the way; its derivatives at (0, 0) are 0, at every order.

    Where the length itself is beyond all doubles it is inf, and the derivatives are those of a point that far: 0.  nan
    wins, over inf too, unlike in C.
    """
    a, b = maths.abs(x), maths.abs(y)
    large, small = maths.where(a > b, a, b), maths.where(a > b, b, a)
    ratio = maths.where(maths.equal(small, large), 1.0, small / large)
    length = large * maths.sqrt(1.0 + ratio * ratio)
    size = maths.where(maths.equal(length, 0.0), INF, length)
    return length, (x / size, y / size)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (NAN, (NAN,))})
def sin(maths: Any, x: Any) -> Out:
    """The sine of x in radians."""
    return maths.sin(x), (maths.cos(x),)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (NAN, (NAN,))})
def cos(maths: Any, x: Any) -> Out:
    """The cosine of x in radians."""
    return maths.cos(x), (-maths.sin(x),)


@op(smooth_on=[(UNIT,)], at_edges={(0.0,): (0.0, (1.0,)), (INF,): (NAN, (NAN,))})
def tan(maths: Any, x: Any) -> Out:
    """The tangent of x in radians."""
    y = maths.tan(x)
    return y, (1.0 + y * y,)


@op(smooth_on=[(UNIT,)], at_edges={(1.0,): (HALF_PI, (INF,)), (-1.0,): (-HALF_PI, (INF,)), (2.0,): (NAN, (NAN,))})
def asin(maths: Any, x: Any) -> Out:
    """The angle in radians, from −π/2 to π/2, whose sine is x; its derivative at ±1 is inf, and beyond all is nan."""
    return maths.asin(x), (1.0 / maths.sqrt(_one_minus_square(maths, x)),)


@op(smooth_on=[(UNIT,)], at_edges={(1.0,): (0.0, (-INF,)), (-1.0,): (2.0 * HALF_PI, (-INF,)), (2.0,): (NAN, (NAN,))})
def acos(maths: Any, x: Any) -> Out:
    """The angle in radians, from 0 to π, whose cosine is x; its derivative at ±1 is −inf, and beyond all is nan."""
    return maths.acos(x), (-1.0 / maths.sqrt(_one_minus_square(maths, x)),)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (HALF_PI, (0.0,)), (-INF,): (-HALF_PI, (0.0,))})
def atan(maths: Any, x: Any) -> Out:
    """The angle in radians, from −π/2 to π/2, whose tangent is x."""
    return maths.atan(x), (1.0 / (1.0 + x * x),)


@op(
    smooth_on=[(NEAR_0, POSITIVE), (POSITIVE, NEAR_0), (NEGATIVE, NEAR_0)],
    at_edges={
        (0.0, 0.0): (0.0, (NAN, NAN)),
        (0.0, -2.0): (2.0 * HALF_PI, (-0.5, 0.0)),
        (3.0, 0.0): (HALF_PI, (0.0, -1.0 / 3.0)),
        (1e200, -1e200): (1.5 * HALF_PI, (-0.5e-200, -0.5e-200)),
        (1.0, INF): (0.0, (0.0, -0.0)),
        (1.0, -INF): (2.0 * HALF_PI, (-0.0, 0.0)),
        (INF, INF): (0.5 * HALF_PI, (NAN, NAN)),
        (NAN, 1.0): (NAN, (NAN, NAN)),
    },
)
def atan2(maths: Any, y: Any, x: Any) -> Out:
    """The angle in radians, from −π to π, of the point (x, y), y first; at (0, 0) its derivatives are nan."""
    is_flat = maths.abs(x) >= maths.abs(y)
    large, small = maths.where(is_flat, x, y), maths.where(is_flat, y, x)
    ratio = small / large
    share = 1.0 / (large * (1.0 + ratio * ratio))
    return maths.atan2(y, x), (
        maths.where(is_flat, share, ratio * share),
        maths.where(is_flat, -(ratio * share), -share),
    )


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (INF, (INF,)), (-1000.0,): (-INF, (INF,))})
def sinh(maths: Any, x: Any) -> Out:
    """The hyperbolic sine, (exp(x) − exp(−x)) / 2."""
    return maths.sinh(x), (maths.cosh(x),)


@op(smooth_on=[(NEAR_0,)], at_edges={(-INF,): (INF, (-INF,)), (1000.0,): (INF, (INF,))})
def cosh(maths: Any, x: Any) -> Out:
    """The hyperbolic cosine, (exp(x) + exp(−x)) / 2."""
    return maths.cosh(x), (maths.sinh(x),)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (INF, (0.0,)), (-1e200,): (-constants.asinh(1e200), (1e-200,))})
def asinh(maths: Any, x: Any) -> Out:
    """The inverse of sinh."""
    return maths.asinh(x), (1.0 / maths.hypot(x, 1.0),)


@op(smooth_on=[((1.25, 3.0),)], at_edges={(1.0,): (0.0, (INF,)), (0.5,): (NAN, (NAN,)), (INF,): (INF, (0.0,))})
def acosh(maths: Any, x: Any) -> Out:
    """The inverse of cosh, 0 or more; its derivative at 1 is inf, and below 1 all is nan."""
    return maths.acosh(x), (1.0 / (maths.sqrt(x - 1.0) * maths.sqrt(x + 1.0)),)


@op(smooth_on=[(UNIT,)], at_edges={(1.0,): (INF, (INF,)), (-1.0,): (-INF, (INF,)), (INF,): (NAN, (-0.0,))})
def atanh(maths: Any, x: Any) -> Out:
    """The inverse of tanh; ±inf at ±1, nan beyond."""
    return maths.atanh(x), (1.0 / _one_minus_square(maths, x),)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (1.0, (0.0,)), (-INF,): (-1.0, (0.0,))})
def erf(maths: Any, x: Any) -> Out:
    """The error function, 2/√π ∫₀ˣ exp(−t²) dt."""
    bell = maths.exp(-(x * x))
    return maths.erf(x), (2.0 / constants.sqrt(constants.pi) * _flat_at_0(maths, bell),)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (0.0, (-0.0,)), (-INF,): (2.0, (-0.0,))})
def erfc(maths: Any, x: Any) -> Out:
    """1 − erf(x), without cancellation for large x."""
    bell = maths.exp(-(x * x))
    return maths.erfc(x), (-2.0 / constants.sqrt(constants.pi) * _flat_at_0(maths, bell),)


# ------------------------------------------------------------------------------- activations
@op(smooth_on=[(NEAR_0,)], at_edges={(1000.0,): (1.0, (0.0,)), (INF,): (1.0, (0.0,)), (-INF,): (-1.0, (0.0,))})
def tanh(maths: Any, x: Any) -> Out:
    """The hyperbolic tangent; its derivative is 1 − tanh²(x): 0 from |x| = 19.1 on, where tanh rounds to 1."""
    y = maths.tanh(x)
    return y, (1.0 - y * y,)


@op(
    "σ",
    smooth_on=[(NEAR_0,), (WIDE,)],
    at_edges={(1000.0,): (1.0, (0.0,)), (INF,): (1.0, (0.0,)), (-INF,): (0.0, (0.0,))},
)
def sigmoid(maths: Any, x: Any) -> Out:
    """1 / (1 + exp(−x)) without overflow; its derivative is the textbook's, σ(x)(1 − σ(x)).

    That loses digits far to the right, and is 0 from x = 37 on, where σ rounds to 1: −σ(−x) has them all.
    """
    e = maths.exp(-maths.abs(x))
    y = maths.where(x < 0.0, e, 1.0) / (1.0 + e)
    return y, (y * (1.0 - y),)


@op(
    smooth_on=[(NEAR_0,), (WIDE,)],
    at_edges={(1000.0,): (1000.0, (1.0,)), (INF,): (INF, (1.0,)), (-INF,): (0.0, (0.0,))},
)
def softplus(maths: Any, x: Any) -> Out:
    """log(1 + exp(x)), computed without overflow; its derivative is σ(x)."""
    return maths.maximum(x, 0.0) + maths.log1p(maths.exp(-maths.abs(x))), (maths.sigmoid(x),)


@op(
    "log σ",
    smooth_on=[(NEAR_0,), (WIDE,)],
    at_edges={(1000.0,): (0.0, (0.0,)), (INF,): (0.0, (0.0,)), (-INF,): (-INF, (1.0,))},
)
def log_sigmoid(maths: Any, x: Any) -> Out:
    """log σ(x) = −softplus(−x), computed without overflow; its derivative is σ(−x)."""
    return -maths.softplus(-x), (maths.sigmoid(-x),)


@op(smooth_on=[(NEAR_0,)], at_edges={(INF,): (1.0, (0.0,)), (-INF,): (-1.0, (0.0,)), (0.0,): (0.0, (1.0,))})
def softsign(maths: Any, x: Any) -> Out:
    """x / (1 + |x|).  (Bergstra et al. 2009.)"""
    share = 1.0 / (1.0 + maths.abs(x))
    return maths.where(maths.equal(share, 0.0), maths.sign(x), x * share), (share * share,)


@op(
    "Mish",
    smooth_on=[(NEAR_0,), (WIDE,)],
    at_edges={(-INF,): (0.0, (0.0,)), (-1000.0,): (0.0, (0.0,)), (INF,): (INF, (1.0,))},
)
def mish(maths: Any, x: Any) -> Out:
    """x · tanh(softplus(x)).  (Misra 2019.)"""
    t, s = maths.tanh(maths.softplus(x)), maths.sigmoid(x)
    slope = s * (1.0 - t * t)
    return maths.where(maths.equal(t, 0.0), 0.0, x * t), (maths.where(maths.equal(slope, 0.0), t, t + x * slope),)


@op(
    "ReLU",
    smooth_on=[(POSITIVE,), (NEGATIVE,)],
    kink=lambda x: x,
    at_edges={(0.0,): (0.0, (0.0,)), (-INF,): (0.0, (0.0,))},
)
def relu(maths: Any, x: Any) -> Out:
    """max(0, x); the derivative at 0 is 0."""
    return maths.where(x <= 0.0, 0.0, x), (maths.where(x > 0.0, 1.0, 0.0),)


@op(
    "leaky ReLU",
    smooth_on=[(POSITIVE, POSITIVE), (NEGATIVE, POSITIVE)],
    kink=lambda x, slope: x,
    at_edges={(0.0, 0.01): (0.0, (0.01, 0.0))},
)
def leaky_relu(maths: Any, x: Any, slope: Any = 0.01) -> Out:
    """x above 0 and slope · x below, and at 0.  (Maas et al. 2013; a learned slope is PReLU, He et al. 2015.)"""
    return maths.where(x > 0.0, x, slope * x), (maths.where(x > 0.0, 1.0, slope), maths.where(x > 0.0, 0.0, x))


@op(
    "ELU",
    smooth_on=[(POSITIVE, POSITIVE), (NEGATIVE, POSITIVE)],
    kink=lambda x, alpha: x,
    at_edges={(-INF, 1.0): (-1.0, (0.0, -1.0))},
)
def elu(maths: Any, x: Any, alpha: Any = 1.0) -> Out:
    """x above 0 and alpha · (exp(x) − 1) below; the derivative at 0 is alpha.  (Clevert et al. 2015.)"""
    below = maths.where(x > 0.0, 0.0, x)
    fall = maths.expm1(below)
    return maths.where(x > 0.0, x, alpha * fall), (maths.where(x > 0.0, 1.0, alpha * maths.exp(below)), fall)


@op(
    "SELU",
    smooth_on=[(POSITIVE,), (NEGATIVE,)],
    kink=lambda x: x,
    at_edges={(0.0,): (0.0, (SELU_SCALE * SELU_ALPHA,)), (-INF,): (-SELU_SCALE * SELU_ALPHA, (0.0,))},
)
def selu(maths: Any, x: Any) -> Out:
    """1.0507 · ELU(x) with alpha = 1.6733, which keep mean 0 and variance 1.  (Klambauer et al. 2017.)"""
    below = maths.where(x > 0.0, 0.0, x)
    fall = SELU_SCALE * SELU_ALPHA
    return maths.where(x > 0.0, SELU_SCALE * x, fall * maths.expm1(below)), (
        maths.where(x > 0.0, SELU_SCALE, fall * maths.exp(below)),
    )


@op(
    smooth_on=[((-0.75, 0.75),), ((1.25, 3.0),), ((-3.0, -1.25),)],
    kink=lambda x: (x - 1.0) * (x + 1.0),
    at_edges={(1.0,): (1.0, (0.0,)), (-1.0,): (-1.0, (0.0,)), (INF,): (1.0, (0.0,)), (NAN,): (NAN, (0.0,))},
)
def hardtanh(maths: Any, x: Any) -> Out:
    """x, held between −1 and 1; the derivative at −1 and 1 is 0.  (Collobert 2004.)"""
    inside = maths.where(x > -1.0, maths.where(x < 1.0, 1.0, 0.0), 0.0)
    return maths.where(x >= 1.0, 1.0, maths.where(x <= -1.0, -1.0, x)), (inside,)


@op("SiLU", smooth_on=[(NEAR_0,), (WIDE,)], at_edges={(-INF,): (0.0, (0.0,)), (INF,): (INF, (1.0,))})
def silu(maths: Any, x: Any) -> Out:
    """x · σ(x), also called swish.  (Elfwing et al. 2017.)"""
    s = maths.sigmoid(x)
    y = maths.where(maths.equal(s, 0.0), 0.0, x * s)
    return y, (maths.where(maths.equal(s * (1.0 - s), 0.0), s, s + y * (1.0 - s)),)


@op("GELU", smooth_on=[(NEAR_0,)], at_edges={(-INF,): (0.0, (0.0,)), (-1000.0,): (0.0, (0.0,)), (INF,): (INF, (1.0,))})
def gelu(maths: Any, x: Any) -> Out:
    """x · Φ(x), with Φ the normal distribution function, exact by the error function.  (Hendrycks and Gimpel 2016.)"""
    phi = 0.5 * maths.erfc(x * -constants.sqrt(0.5))
    density = maths.exp(-0.5 * (x * x)) * (1.0 / constants.sqrt(2.0 * constants.pi))
    return maths.where(maths.equal(phi, 0.0), 0.0, x * phi), (
        maths.where(maths.equal(density, 0.0), phi, phi + x * _flat_at_0(maths, density)),
    )


@op("GELU≈", smooth_on=[(NEAR_0,)], at_edges={(-INF,): (0.0, (0.0,)), (-1000.0,): (0.0, (0.0,)), (INF,): (INF, (1.0,))})
def gelu_tanh(maths: Any, x: Any) -> Out:
    """GELU by its tanh approximation, x · (1 + tanh u) / 2 = x · σ(2u) with u = √(2/π)(x + 0.044715 x³)."""
    scale = 2.0 * constants.sqrt(2.0 / constants.pi)
    s = maths.sigmoid(scale * (x + 0.044715 * (x * x * x)))
    slope = scale * (1.0 + 0.134145 * (x * x))
    level = maths.as_function(s, lambda: maths.detach(s))  # not 0 times inf
    return maths.where(maths.equal(s, 0.0), 0.0, x * s), (
        maths.where(maths.equal(s * (1.0 - s), 0.0), level, s + x * s * (1.0 - s) * slope),
    )


# -------------------------------------------------------------------------- choices and limits
@op(
    "max",
    smooth_on=[(POSITIVE, NEGATIVE), (NEGATIVE, POSITIVE)],
    kink=lambda x, y: x - y,
    at_edges={(1.0, 1.0): (1.0, (1.0, 0.0)), (NAN, 1.0): (NAN, (1.0, 0.0)), (1.0, NAN): (NAN, (0.0, 1.0))},
)
def maximum(maths: Any, x: Any, y: Any) -> Out:
    """The larger of x and y; ties go to the first, nan wins."""
    first = maths.where(x >= y, 1.0, maths.where(maths.isnan(x), 1.0, 0.0))
    return maths.where(x >= y, x, maths.where(maths.isnan(x), x, y)), (first, 1.0 - first)


@op(
    "min",
    smooth_on=[(POSITIVE, NEGATIVE), (NEGATIVE, POSITIVE)],
    kink=lambda x, y: x - y,
    at_edges={(1.0, 1.0): (1.0, (1.0, 0.0)), (NAN, 1.0): (NAN, (1.0, 0.0)), (1.0, NAN): (NAN, (0.0, 1.0))},
)
def minimum(maths: Any, x: Any, y: Any) -> Out:
    """The smaller of x and y; ties go to the first, nan wins."""
    first = maths.where(x <= y, 1.0, maths.where(maths.isnan(x), 1.0, 0.0))
    return maths.where(x <= y, x, maths.where(maths.isnan(x), x, y)), (first, 1.0 - first)


@op(
    smooth_on=[((-0.2, 0.2), NEGATIVE, POSITIVE), ((-9.0, -4.0), NEGATIVE, POSITIVE), ((4.0, 9.0), NEGATIVE, POSITIVE)],
    kink=lambda x, low, high: (x - low) * (x - high) * (low - high),
    at_edges={
        (1.0, 0.0, 1.0): (1.0, (1.0, 0.0, 0.0)),
        (0.0, 0.0, 1.0): (0.0, (1.0, 0.0, 0.0)),
        (INF, 0.0, 1.0): (1.0, (0.0, 0.0, 1.0)),
        (0.5, 2.0, 1.0): (1.0, (0.0, 0.0, 1.0)),
        (NAN, 0.0, 1.0): (NAN, (1.0, 0.0, 0.0)),
        (0.5, NAN, 1.0): (NAN, (0.0, 1.0, 0.0)),
        (0.5, 0.0, NAN): (NAN, (0.0, 0.0, 1.0)),
    },
)
def clip(maths: Any, x: Any, low: Any, high: Any) -> Out:
    """min(max(x, low), high): x, held between low and high; at the limits the derivative is that of x, nan wins."""
    raised = maths.maximum(x, low)
    is_low = maths.where(x >= low, 0.0, maths.where(maths.isnan(x), 0.0, 1.0))
    is_high = maths.where(raised <= high, 0.0, maths.where(maths.isnan(raised), 0.0, 1.0))
    below = maths.where(is_high > 0.0, 0.0, is_low)
    held = maths.where(x <= high, x, maths.minimum(x, high))  # x itself where it may be: of two zeros NumPy takes one
    return maths.where(x >= low, held, maths.minimum(raised, high)), (1.0 - below - is_high, below, is_high)


@op(smooth_on=[(POSITIVE,), (NEGATIVE,)], stops_at_zero=True, kink=lambda x: x)
def sign(maths: Any, x: Any) -> Out:
    """1 if x > 0, −1 if x < 0, x itself if it is 0 or nan; no gradient passes."""
    return maths.where(x > 0.0, 1.0, maths.where(x < 0.0, -1.0, x)), (0.0,)


@op(">", smooth_on=[(POSITIVE, NEGATIVE)], stops_at_zero=True, kink=lambda x, y: x - y)
def greater(maths: Any, x: Any, y: Any) -> Out:
    """1 if x > y, else 0; no gradient passes."""
    return maths.where(x > y, 1.0, 0.0), (0.0, 0.0)


@op("≥", smooth_on=[(POSITIVE, NEGATIVE)], stops_at_zero=True, kink=lambda x, y: x - y)
def greater_equal(maths: Any, x: Any, y: Any) -> Out:
    """1 if x ≥ y, else 0; no gradient passes."""
    return maths.where(x >= y, 1.0, 0.0), (0.0, 0.0)


@op("<", smooth_on=[(POSITIVE, NEGATIVE)], stops_at_zero=True, kink=lambda x, y: x - y)
def less(maths: Any, x: Any, y: Any) -> Out:
    """1 if x < y, else 0; no gradient passes."""
    return maths.where(x < y, 1.0, 0.0), (0.0, 0.0)


@op("≤", smooth_on=[(POSITIVE, NEGATIVE)], stops_at_zero=True, kink=lambda x, y: x - y)
def less_equal(maths: Any, x: Any, y: Any) -> Out:
    """1 if x ≤ y, else 0; no gradient passes."""
    return maths.where(x <= y, 1.0, 0.0), (0.0, 0.0)


@op("=", smooth_on=[(POSITIVE, NEGATIVE)], stops_at_zero=True, kink=lambda x, y: x - y)
def equal(maths: Any, x: Any, y: Any) -> Out:
    """1 if x and y are the same number, else 0; no gradient passes."""
    return maths.where(maths.equal(x, y), 1.0, 0.0), (0.0, 0.0)


@op("nan?", smooth_on=[(NEAR_0,)], stops_at_zero=True)
def isnan(maths: Any, x: Any) -> Out:
    """1 if x is nan, else 0; no gradient passes."""
    return maths.where(maths.isnan(x), 1.0, 0.0), (0.0,)


@op(
    smooth_on=[(POSITIVE, NEAR_0, NEAR_0), ((0.0, 0.0), NEAR_0, NEAR_0)],
    stops_at_zero=True,
    kink=lambda condition, x, y: condition - 0.5,
)
def where(maths: Any, condition: Any, x: Any, y: Any) -> Out:
    """x where the condition, as `a > b`, holds, else y; no gradient reaches the branch not taken, not even nan."""
    return maths.where(condition, x, y), (0.0, maths.where(condition, 1.0, 0.0), maths.where(condition, 0.0, 1.0))


@op(smooth_on=[(NEAR_0,)], stops_at_zero=True)
def detach(maths: Any, x: Any) -> Out:
    """x, as a number that no gradient passes."""
    return x, (0.0,)


# --------------------------------------------------------------------------------- many inputs
@op("·", smooth_on=[(NEAR_0, NEAR_0, NEAR_0)], groups=2)
def dot(maths: Any, weights: Any, inputs: Any, bias: Any = 0.0) -> Out:
    """Σ weightᵢ · inputᵢ + bias, as one node.

    Weights and inputs are two sequences of numbers or Values.  Raises ValueError if one is longer than the other.
    """
    return maths.dot(weights, inputs, bias), (inputs, weights, 1.0)


@reduces("add", 0.0, "sum", name="sum", letter="s")
@op("Σ", smooth_on=[(NEAR_0,)], groups=1, role="total")
def total(maths: Any, values: Any) -> Out:
    """The sum of a sequence of values, as one node; 0 if there are none."""
    return maths.total(values), (1.0,)


@reduces("maximum", -INF, "max", letter="m")
@op("max", smooth_on=[((1.0, 1.5),)], groups=1)
def largest(maths: Any, values: Any) -> Out:
    """The largest of a sequence of values, as one node; ties go to the first, nan wins.

    Raises ValueError if there are none.
    """
    y = maths.largest(values)
    return y, (maths.first(values, y),)
