"""Functions composed of the table's operations, written so that they neither overflow nor cancel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, overload

from autograd import ops
from autograd.fused.groups import Group
from autograd.support.validate import listed
from autograd.value import Value


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
def smallest(values: Iterable[Value]) -> Value: ...
@overload
def smallest(values: Iterable[float]) -> float: ...
@overload
def smallest(values: Iterable[Any]) -> Any: ...
def smallest(values: Iterable[Any]) -> Any:
    """Return the smallest of `values`, as `largest` the largest: the gradient goes to the first of several.

    A float for numbers, a Value where one is among them.  Raises ValueError if there are none.
    """
    return -ops.largest([-x for x in _members("smallest", values)])


@overload
def logsumexp(values: Iterable[Value]) -> Value: ...
@overload
def logsumexp(values: Iterable[float]) -> float: ...
@overload
def logsumexp(values: Iterable[Any]) -> Any: ...
def logsumexp(values: Iterable[Any]) -> Any:
    """Return log Σ exp(valueᵢ), shifted by the largest value so that nothing overflows.

    A float for numbers, a Value where one is among them.  The derivative with respect to each value is its softmax.
    Where all are −inf, the result is −inf and the derivatives are 0, as exp is flat there; where one is inf, the result
    is inf and its derivative nan.  Raises ValueError if there are none.

    >>> logsumexp([0.0, 0.0]) == math.log(2.0), logsumexp([-math.inf, -math.inf])
    (True, -inf)
    """
    members = _members("logsumexp", values)
    near, _ = shifted(members)
    whole = ops.total([ops.exp(x) for x in near])
    return ops.log(whole + 1e-100) + ops.detach(ops.largest(members))  # it adds nothing to 1 or more, and spares log 0


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

    Floats for numbers, Values where one is among them.  Where all are −inf or one is inf, there are no such shares: all
    of them are nan.  Raises ValueError if there are none.

    >>> softmax([0.0, -math.inf, 0.0])
    [0.5, 0.0, 0.5]
    """
    members = _members("softmax", values)
    shift = ops.detach(ops.largest(members))
    exponentials = [ops.exp(x - shift) for x in members]
    whole = ops.total(exponentials)
    return [x / whole for x in exponentials]


@overload
def log_softmax(values: Iterable[Value]) -> list[Value]: ...
@overload
def log_softmax(values: Iterable[float]) -> list[float]: ...
@overload
def log_softmax(values: Iterable[Any]) -> list[Any]: ...
def log_softmax(values: Iterable[Any]) -> list[Any]:
    """Return the logarithm of each share in `softmax(values)`: valueᵢ − logsumexp(values), which does not underflow.

    Floats for numbers, Values where one is among them.  Where all are −inf or one is inf, there are no such shares: all
    of those that are infinite are nan.  Raises ValueError if there are none.

    >>> log_softmax([0.0, -1000.0, -math.inf])
    [0.0, -1000.0, -inf]
    """
    near, _ = shifted(_members("log_softmax", values))
    whole = ops.log(ops.total([ops.exp(x) for x in near]))
    return [x - whole for x in near]


@overload
def norm(values: Iterable[Value]) -> Value: ...
@overload
def norm(values: Iterable[float]) -> float: ...
@overload
def norm(values: Iterable[Any]) -> Any: ...
def norm(values: Iterable[Any]) -> Any:
    """Return √Σ valueᵢ², the length of the vector `values`, without overflow or underflow; see `hypot` for two.

    A float for numbers, a Value where one is among them.  The derivative with respect to each is valueᵢ / norm, and 0
    at every order where all are 0 (there √ alone has nan).  A standard deviation is the norm of what numbers are away
    from their mean, divided by √n: so it, too, has derivatives where all are equal.
    Raises ValueError if there are none.

    >>> norm([3.0, 4.0])
    5.0
    >>> middle = mean(numbers := [2.0, 4.0])
    >>> norm([x - middle for x in numbers]) / len(numbers) ** 0.5
    1.0
    """
    members = _members("norm", values)
    largest = ops.detach(ops.largest([ops.abs_(x) for x in members]))
    scale = ops.where(ops.equal(largest, math.inf), 1.0, ops.maximum(largest, 1e-300))  # 1 / scale is finite, too
    scaled = [x / scale for x in members]
    square = ops.dot(scaled, scaled)
    return scale * ops.where(ops.equal(square, 0.0), 0.0, ops.sqrt(square))


def _members(function: str, values: Iterable[Any]) -> Any:
    members = listed(function, values)
    if not len(members):
        raise ValueError(f"{function} of no values is not defined: pass at least one")
    return Group(members) if Value in map(type, members) else members
