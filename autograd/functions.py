"""Functions composed of the table's operations, written so that they neither overflow nor cancel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, overload

from autograd import ops
from autograd.fused.groups import Group
from autograd.value import Value

__all__ = ["logsumexp", "mean", "softmax"]


@overload
def mean(values: Iterable[Value]) -> Value: ...
@overload
def mean(values: Iterable[float]) -> float: ...
@overload
def mean(values: Iterable[Any]) -> Any: ...
def mean(values: Iterable[Any]) -> Any:
    """Return the arithmetic mean of `values`: a float for numbers, a Value where one is among them.

    Raises ValueError if there are none.
    """
    members = _members("mean", values)
    return ops.total(members) / len(members)


@overload
def logsumexp(values: Iterable[Value]) -> Value: ...
@overload
def logsumexp(values: Iterable[float]) -> float: ...
@overload
def logsumexp(values: Iterable[Any]) -> Any: ...
def logsumexp(values: Iterable[Any]) -> Any:
    """Return log Σ exp(valueᵢ), shifted by the largest value so that nothing overflows.

    A float for numbers, a Value where one is among them.  The derivative with respect to each value is its softmax.
    Raises ValueError if there are none.
    """
    near, shift = shifted(_members("logsumexp", values))
    return ops.log(ops.total([ops.exp(x) for x in near])) + shift


def shifted(members: Any) -> tuple[list[Any], Any]:
    """Return the members less a number that no gradient passes, so that the largest of them is 0; and that number."""
    largest = ops.detach(ops.largest(members))
    shift = ops.where(ops.equal(ops.abs_(largest), math.inf), 0.0, largest)  # else inf − inf would arise
    return [x - shift for x in members], shift


@overload
def softmax(values: Iterable[Value]) -> list[Value]: ...
@overload
def softmax(values: Iterable[float]) -> list[float]: ...
@overload
def softmax(values: Iterable[Any]) -> list[Any]: ...
def softmax(values: Iterable[Any]) -> list[Any]:
    """Return exp(valueᵢ) / Σ exp(valueⱼ) for each value, shifted by the largest so that nothing overflows.

    Floats for numbers, Values where one is among them.  Raises ValueError if there are none.
    """
    members = _members("softmax", values)
    shift = ops.detach(ops.largest(members))
    exponentials = [ops.exp(x - shift) for x in members]
    whole = ops.total(exponentials)
    return [x / whole for x in exponentials]


def _members(function: str, values: Iterable[Any]) -> Any:
    if isinstance(values, Value):
        raise TypeError(f"{function} takes a sequence of numbers or Values, not one Value: {function}([{values!r}])")
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"{function} takes a sequence of numbers or Values, not {type(values).__name__}")
    members = values if isinstance(values, Group) else list(values)
    if not len(members):
        raise ValueError(f"{function} of no values is not defined: pass at least one")
    return Group(members) if members.__class__ is list and Value in map(type, members) else members
