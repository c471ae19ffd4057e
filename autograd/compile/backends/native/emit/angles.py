"""Sine, cosine and tangent of native code, and the angles that have them: arithmetic on vectors, as elementary.py."""

from __future__ import annotations

import math

from autograd.compile.backends.native.emit.elementary import ROUND, fused, polynomial
from autograd.compile.backends.native.emit.values import Vector

HALF_PI = (1.570796325802803, 9.920935791635221e-10, 5.170182981794105e-19)
HALF_PI_LOW = 6.123233995736766e-17  # what π/2 as a double lacks
# (sin(x) - x) / x**3 in powers of x**2, for |x| < π/4
SIN = (
    -0.16666666666666666,
    0.008333333333330925,
    -0.00019841269836722418,
    2.755731608381636e-06,
    -2.5051127944014188e-08,
    1.5917848524808262e-10,
)
# (cos(x) - 1 + x**2 / 2) / x**4 in powers of x**2, for |x| < π/4
COS = (
    0.041666666666666664,
    -0.0013888888888887382,
    2.480158729874307e-05,
    -2.7557317260008837e-07,
    2.0876143827993133e-09,
    -1.1382456778061306e-11,
)
# (atan(x) - x) / x**3 in powers of x**2, for |x| < tan(π/8)
ATAN = (
    -0.3333333333333333,
    0.1999999999999552,
    -0.14285714284666542,
    0.11111111015256361,
    -0.09090904578123903,
    0.07692183190826087,
    -0.06664511447381948,
    0.0585814891280221,
    -0.0508544973794026,
    0.03923165829558719,
    -0.01917688711906226,
)


def _turn(x: Vector, quarter: int) -> Vector:
    """Return sin(x + quarter π/2) for |x| < 2**22; for what is larger the C library is asked, lane by lane."""
    shifted = fused(x, 2.0 / math.pi, ROUND)
    n = shifted - ROUND
    r = x
    for part in HALF_PI:
        r = fused(n, -part, r)
    z = r * r
    sine = fused(r * z, polynomial(z, SIN), r)
    cosine = fused(z * z, polynomial(z, COS), fused(z, -0.5, 1.0))
    which = shifted.bits() + quarter
    chosen = (which & 1).nonzero().select(cosine, sine)
    return (chosen.bits() ^ ((which & 2) << 62)).doubles()


def _periodic(x: Vector, quarter: int, far: str) -> Vector:
    e = x.emitter
    near = x.equals(0.0).select(x, _turn(x, quarter)) if quarter == 0 else _turn(x, quarter)
    large = (x.call("fabs") > 2.0**22).any()
    return e.otherwise(large, near, lambda: x.call(far))


def sin(x: Vector) -> Vector:
    """Return the sine of x in radians; nan at ±inf."""
    return _periodic(x, 0, "sin")


def cos(x: Vector) -> Vector:
    """Return the cosine of x in radians; nan at ±inf."""
    return _periodic(x, 1, "cos")


def tan(x: Vector) -> Vector:
    """Return the tangent of x in radians; nan at ±inf."""
    return sin(x) / cos(x)


def atan2(y: Vector, x: Vector) -> Vector:
    """Return the angle of the point (x, y): that of (large, small) sizes, turned to where the point is."""
    a, b = y.call("fabs"), x.call("fabs")
    is_steep = a > b
    large, small = is_steep.select(a, b), is_steep.select(b, a)
    t = small / large
    t = (a + b).equals(0.0).select(0.0, small.equals(large).select(1.0, t))
    is_wide = t > math.tan(math.pi / 8.0)
    t = is_wide.select((t - 1.0) / (t + 1.0), t)
    z = t * t
    angle = fused(t * z, polynomial(z, ATAN), t)
    angle = is_wide.select(angle + HALF_PI_LOW * 0.5 + math.pi / 4.0, angle)
    angle = is_steep.select(math.pi / 2.0 - (angle - HALF_PI_LOW), angle)
    angle = (x.bits() >> 63).nonzero().select(math.pi - (angle - HALF_PI_LOW * 2.0), angle)
    return angle.call("copysign", y)


def atan(x: Vector) -> Vector:
    """Return the angle whose tangent is x; ±π/2 at ±inf."""
    return atan2(x, x.emitter.vector(1.0, x.lanes))


def asin(x: Vector) -> Vector:
    """Return the angle whose sine is x; nan beyond ±1."""
    return atan2(x, ((1.0 - x) * (1.0 + x)).call("sqrt"))


def acos(x: Vector) -> Vector:
    """Return the angle whose cosine is x; nan beyond ±1."""
    return atan2(((1.0 - x) * (1.0 + x)).call("sqrt"), x)
