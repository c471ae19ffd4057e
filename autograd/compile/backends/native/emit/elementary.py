"""Elementary functions of native code, as plain arithmetic on vectors: no calls, no branches, all lanes alike.

Each reduces its input to a short interval, and sums a polynomial there whose coefficients interpolate the function at
Chebyshev's points; errors stay within 3 units in the last place (erfc: 8), limits at ±inf, nan at nan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.compile.backends.error_function import ERF, ERFCX
from autograd.compile.backends.native.emit.values import Vector

LOG2_E = 1.0 / math.log(2.0)
LOG10_E = 1.0 / math.log(10.0)
LOG10_2_HIGH, LOG10_2_LOW = 0.30102999566383914, 1.42050232272661e-13
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
ROUND = 1.5 * 2.0**52  # added to a double of less than 2**51, leaves its nearest integer in the low bits
# (exp(r) - 1 - r) / r**2 for |r| < 0.3466
EXP = (
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
)
# (2 artanh(s) - 2 s) / s**3 in powers of s**2, for |s| < 0.1717
LOG = (
    0.666666666666667,
    0.3999999999989827,
    0.2857142862653362,
    0.22222211043776857,
    0.18182895750119193,
    0.1533150161114533,
    0.1461916613488797,
)


def fused(x: Vector, y: Any, z: Any) -> Vector:
    """Return x y + z, rounded once where the processor can."""
    return x.call("fmuladd", y, z)


def polynomial(x: Vector, coefficients: Sequence[float]) -> Vector:
    """Return the polynomial at x, pairs first, so that the processor has several sums to work on at once."""
    terms: list[Any] = list(coefficients)
    power = x
    while len(terms) > 1:
        pairs: list[Any] = [fused(power, terms[i + 1], terms[i]) for i in range(0, len(terms) - 1, 2)]
        terms = pairs + terms[2 * len(pairs) :]
        if len(terms) > 1:
            power = power * power
    return terms[0]  # type: ignore[no-any-return]


def power_of_two(exponent: Vector) -> Vector:
    """Return 2 to an integer exponent, given as `exponent + ROUND`, within the normal doubles."""
    return ((exponent.bits() + 1023) << 52).doubles()


def _split_exp(x: Vector) -> tuple[Vector, Vector, Vector]:
    """Return n + ROUND, r and exp(r) - 1 with x = n log 2 + r."""
    shifted = fused(x, LOG2_E, ROUND)
    n = shifted - ROUND
    r = fused(n, -LN2_LOW, fused(n, -LN2_HIGH, x))
    return shifted, r, fused(r * r, polynomial(r, EXP), r)


def _clamp(x: Vector, low: float, high: float) -> Vector:
    x = (x < low).select(low, x)
    return (x > high).select(high, x)


def exp(x: Vector) -> Vector:
    """Return e**x; 0 below -745.2, inf above 709.8, all the small numbers in between."""
    shifted, _, rest = _split_exp(_clamp(x, -746.0, 710.0))
    half = fused(shifted - ROUND, 0.5, ROUND)
    other = shifted - (half - ROUND)
    return (rest + 1.0) * power_of_two(half) * power_of_two(other)


def expm1(x: Vector) -> Vector:
    """Return e**x - 1 without cancellation near 0."""
    shifted, _, rest = _split_exp(_clamp(x, -60.0, 710.0))
    scale = power_of_two(shifted - 1.0)  # half of it: 2**1024 is no double
    result = fused(scale, rest, scale - 0.5) * 2.0
    return x.equals(0.0).select(x, result)


def tanh(x: Vector) -> Vector:
    """Return the hyperbolic tangent, m / (m + 2) with m = exp(2 |x|) - 1."""
    size = x.call("fabs")
    twice = size + size
    shifted, _, rest = _split_exp((twice > 40.0).select(40.0, twice))
    scale = power_of_two(shifted)
    m = fused(scale, rest, scale - 1.0)
    return (m / (m + 2.0)).call("copysign", x)


def _log_parts(x: Vector) -> tuple[Vector, Vector]:
    """Return n and f with x = 2**n (1 + f) and 1 + f between √½ and √2; for finite x > 0."""
    tiny = x < 2.0**-1022
    x = tiny.select(x * 2.0**54, x)
    raised = x.bits() + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)  # so that the exponent changes at √½
    n = ((raised >> 52) | 0x4330000000000000).doubles() - tiny.select(2.0**52 + 1023.0 + 54.0, 2.0**52 + 1023.0)
    mantissa = ((raised & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD).doubles()
    return n, mantissa - 1.0


def _log_of_mantissa(f: Vector) -> tuple[Vector, Vector]:
    """Return f²/2 and the rest of which log(1 + f) = f - (f²/2 - rest)."""
    s = f / (f + 2.0)
    z = s * s
    half = f * f * 0.5
    return half, s * fused(z, polynomial(z, LOG), half)


def _log_limits(x: Vector, result: Vector) -> Vector:
    """Return a logarithm's result for finite x > 0; -inf at 0, nan below."""
    result = (x > 0.0).select(result, x.equals(0.0).select(-math.inf, math.nan))
    return (x < math.inf).select(result, (x > 0.0).select(x, math.nan))


def log(x: Vector) -> Vector:
    """Return the natural logarithm; -inf at 0, nan below."""
    n, f = _log_parts(x)
    half, rest = _log_of_mantissa(f)
    return _log_limits(x, fused(n, LN2_HIGH, f - (half - fused(n, LN2_LOW, rest))))


def log2(x: Vector) -> Vector:
    """Return the logarithm to the base 2, exact at powers of it; -inf at 0, nan below."""
    n, f = _log_parts(x)
    half, rest = _log_of_mantissa(f)
    return _log_limits(x, fused(f - (half - rest), LOG2_E, n))


def log10(x: Vector) -> Vector:
    """Return the logarithm to the base 10; -inf at 0, nan below."""
    n, f = _log_parts(x)
    half, rest = _log_of_mantissa(f)
    return _log_limits(x, fused(n, LOG10_2_HIGH, fused(f - (half - rest), LOG10_E, n * LOG10_2_LOW)))


def log1p(x: Vector) -> Vector:
    """Return log(1 + x): log u + (what u = 1 + x lost by rounding) / u; −0 stays."""
    u = x + 1.0
    result = log(u)
    lost = (x - (u - 1.0)) / u
    return x.equals(0.0).select(x, (result.call("fabs") < math.inf).select(result + lost, result))


def _half_of_exp(size: Vector) -> Vector:
    """Return exp(size) / 2, inf only where it is beyond all doubles itself."""
    root = exp(size * 0.5)
    return root * 0.5 * root


def sinh(x: Vector) -> Vector:
    """Return the hyperbolic sine, (m + m / (m + 1)) / 2 with m = exp(|x|) - 1."""
    size = x.call("fabs")
    m = expm1(_clamp(size, 0.0, 22.0))
    return (size > 22.0).select(_half_of_exp(size), (m + m / (m + 1.0)) * 0.5).call("copysign", x)


def cosh(x: Vector) -> Vector:
    """Return the hyperbolic cosine."""
    size = x.call("fabs")
    e = exp(_clamp(size, 0.0, 22.0))
    return (size > 22.0).select(_half_of_exp(size), (e + 1.0 / e) * 0.5)


def asinh(x: Vector) -> Vector:
    """Return the inverse of sinh: log1p of what does not cancel, from 2**28 on log(2 |x|)."""
    size = x.call("fabs")
    near = _clamp(size, 0.0, 2.0**28)
    root = fused(near, near, 1.0).call("sqrt")
    small = log1p(near + near * (near / (root + 1.0)))
    return (size > 2.0**28).select(log(size) + math.log(2.0), small).call("copysign", x)


def acosh(x: Vector) -> Vector:
    """Return the inverse of cosh; nan below 1."""
    t = _clamp(x, 0.0, 2.0**28) - 1.0
    return (x > 2.0**28).select(log(x) + math.log(2.0), log1p(t + (t * (t + 2.0)).call("sqrt")))


def atanh(x: Vector) -> Vector:
    """Return the inverse of tanh; ±inf at ±1, nan beyond."""
    size = x.call("fabs")
    return (log1p((size + size) / (1.0 - size)) * 0.5).call("copysign", x)


def _erfc_of_size(size: Vector) -> Vector:
    """Return erfc for 0 <= size < 28, where it vanishes; nan stays."""
    high = (size.bits() & ~0x7FFFFFF).doubles()  # its square is exact
    rest = (size - high) * (size + high)
    bell = exp(-(high * high))
    correction = fused(rest, fused(rest, fused(rest, -1.0 / 6.0, 0.5), -1.0), 1.0)  # exp(-rest), rest < 1e-4
    t = (size - 4.0) / (size + 4.0)
    return bell * correction * (polynomial(t, ERFCX) / fused(size, 2.0, 1.0))


def erfc(x: Vector) -> Vector:
    """Return 1 - erf(x) without cancellation for large x."""
    size = x.call("fabs")
    far = _erfc_of_size((size > 28.0).select(28.0, size))
    return (x < 0.0).select(2.0 - far, far)


def erf(x: Vector) -> Vector:
    """Return 2/√π ∫₀ˣ exp(-t²) dt."""
    size = x.call("fabs")
    near = x * polynomial(x * x, ERF)
    far = (1.0 - _erfc_of_size((size > 28.0).select(28.0, size))).call("copysign", x)
    return (size < 1.0).select(near, far)


def power(x: Vector, n: Any) -> Vector:
    """Return x to the power n: by multiplication for small whole numbers, else as the C library has it."""
    if isinstance(n, (int, float)) and n == int(n) and abs(n) <= 4:
        product = x if n else x.emitter.vector(1.0, x.lanes)
        for _ in range(abs(int(n)) - 1):
            product = product * x
        return product if n >= 0 else 1.0 / product
    if n == 0.5:
        return (x.equals(-math.inf)).select(math.inf, (x + 0.0).call("sqrt"))
    return x.call("pow", n)
