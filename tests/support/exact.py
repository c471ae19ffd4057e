"""The table's rules at 60 digits: the truth that the tests of operations compare with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath

from autograd.rules.maths import Maths
from autograd.rules.operation import Operation, Rule

DIGITS = 60
STEP = mpmath.mpf(10) ** -20  # a central difference is then right to some 38 digits


class ExactMaths(Maths):
    """The primitives on mpmath's numbers."""

    abs = staticmethod(abs)
    exp = staticmethod(mpmath.exp)
    expm1 = staticmethod(mpmath.expm1)
    log = staticmethod(mpmath.log)
    log1p = staticmethod(mpmath.log1p)
    sqrt = staticmethod(mpmath.sqrt)
    sin = staticmethod(mpmath.sin)
    cos = staticmethod(mpmath.cos)
    tanh = staticmethod(mpmath.tanh)
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
