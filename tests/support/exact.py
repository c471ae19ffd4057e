"""The table's rules at 60 digits: the truth that the tests of operations compare with."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mpmath
import pytest

from autograd import Value
from autograd.rules.maths import Maths
from autograd.rules.operation import TABLE, Operation, Rule

DIGITS = 60
STEP = mpmath.mpf(10) ** -20  # a central difference is then right to some 38 digits


class ExactMaths(Maths):
    """The primitives on mpmath's numbers."""

    abs = staticmethod(abs)
    exp = staticmethod(mpmath.exp)
    expm1 = staticmethod(mpmath.expm1)
    log = staticmethod(mpmath.log)
    log1p = staticmethod(mpmath.log1p)
    log2 = staticmethod(lambda x: mpmath.log(x, 2))
    log10 = staticmethod(mpmath.log10)
    sqrt = staticmethod(mpmath.sqrt)
    sin = staticmethod(mpmath.sin)
    cos = staticmethod(mpmath.cos)
    tan = staticmethod(mpmath.tan)
    asin = staticmethod(mpmath.asin)
    acos = staticmethod(mpmath.acos)
    atan = staticmethod(mpmath.atan)
    atan2 = staticmethod(mpmath.atan2)
    sinh = staticmethod(mpmath.sinh)
    cosh = staticmethod(mpmath.cosh)
    tanh = staticmethod(mpmath.tanh)
    asinh = staticmethod(mpmath.asinh)
    acosh = staticmethod(mpmath.acosh)
    atanh = staticmethod(mpmath.atanh)
    erf = staticmethod(mpmath.erf)
    erfc = staticmethod(mpmath.erfc)
    power = staticmethod(mpmath.power)
    isnan = staticmethod(mpmath.isnan)

    @staticmethod
    def equal(x: Any, y: Any) -> bool:
        return bool(x == y)

    @staticmethod
    def where(condition: Any, x: Any, y: Any) -> Any:
        return x if condition else y

    @staticmethod
    def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
        return bias + sum(w * x for w, x in zip(weights, inputs, strict=True))

    @staticmethod
    def total(values: Sequence[Any]) -> Any:
        return sum(values)

    @staticmethod
    def largest(values: Sequence[Any]) -> Any:
        return max(values)

    @staticmethod
    def first(values: Sequence[Any], wanted: Any) -> list[float]:
        return [1.0 if i == list(values).index(wanted) else 0.0 for i in range(len(values))]


EXACT = ExactMaths()


def flattened(op: Operation, derivatives: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """Return one derivative per number, where groups may share one."""
    flat: list[Any] = []
    for i, (derivative, x) in enumerate(zip(derivatives, inputs, strict=True)):
        derivative = derivative() if callable(derivative) else derivative
        if i >= op.groups:
            flat.append(derivative)
        else:
            flat.extend(derivative if isinstance(derivative, list | tuple) else [derivative] * len(x))
    return flat


def true_derivatives(op: Operation, inputs: Sequence[Any], rule: Rule | None = None) -> list[Any]:
    """Return the derivative of the output with respect to every number, by a difference quotient at 60 digits."""
    rule = rule or op.rule
    with mpmath.workdps(DIGITS):
        exact = [[mpmath.mpf(v) for v in x] if i < op.groups else mpmath.mpf(x) for i, x in enumerate(inputs)]

        def quotient(change: Callable[[Any], list[Any]]) -> Any:
            high, low = (rule(EXACT, *change(s * STEP))[0] for s in (1, -1))
            return (high - low) / (2 * STEP)

        slopes = []
        for i, x in enumerate(exact):
            for j in range(len(x) if i < op.groups else 1):

                def moved(h: Any, i: int = i, j: int = j, x: Any = x) -> list[Any]:
                    there = [*x[:j], x[j] + h, *x[j + 1 :]] if i < op.groups else x + h
                    return [*exact[:i], there, *exact[i + 1 :]]

                slopes.append(quotient(moved))
        return slopes


def gradients(function, *numbers):
    """Return the output's number and the gradient of each input."""
    values = [Value(x) for x in numbers]
    output = function(*values)
    output.backward()
    return output.data, *[v.grad for v in values]


OPERATIONS = pytest.mark.parametrize("op", TABLE.values(), ids=list(TABLE))


SAMPLES = 200


MEMBERS = 4


# Their rules state derivatives as 1 − y² and y(1 − y), which cancel where y is near 1: right to 1e-12 of the
# derivative's greatest value, not of its own.
CANCELS = {"tanh": 1.0, "sigmoid": 0.25}


@cache
def samples(op: Operation) -> tuple[tuple, ...]:
    """Return inputs in every box where the operation says it is smooth: random ones and the corners."""
    rng = random.Random(op.name)
    found = []
    for box in op.smooth_on:
        corners = itertools.product(*box) if not op.groups else ()
        points = itertools.chain(corners, ([rng.uniform(*side) for side in box] for _ in range(SAMPLES)))
        for point in points:
            groups = tuple(tuple(rng.uniform(*box[i]) for _ in range(MEMBERS)) for i in range(op.groups))
            found.append(groups + tuple(point[op.groups :]))
    return tuple(found)
