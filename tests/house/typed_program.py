"""What a user's type checker knows of the public names; `test_public.py` checks this file by mypy, and runs it."""

from fractions import Fraction
from typing import Any, assert_type

import nn
from autograd import (
    Condition,
    Group,
    Value,
    dot,
    explain,
    grad,
    gradcheck,
    logsumexp,
    mean,
    no_grad,
    power,
    softmax,
    steps,
    tanh,
    total,
    where,
)
from autograd.explain.explanation import Explanation
from autograd.functional.gradcheck import GradientCheck

x, y = Value(2.0, "x"), Value(3)
for expression in (x * y, 2 * x, x**2, Fraction(1, 2) - x, -x, abs(x), x.tanh(), tanh(x), power(x, 2), +x):
    assert_type(expression, Value)
for reduced in (dot([x, y], [1.0, 2.0]), dot(Group([x]), [y], x), total([x, y]), mean([x, y]), logsumexp((x, y))):
    assert_type(reduced, Value)
assert_type(x > 0, Condition)
assert_type(where(x > 0, x, 0.0), Value)
assert_type(softmax([x, y]), list[Value])
for number in (tanh(0.5), total([1.0, 2.0]), mean([1, 2]), logsumexp([0.5]), x.data, x.grad):
    assert_type(number, float)
assert_type(grad(tanh)(0.5), Any)
x.data += 1


class Scaled(nn.Module):
    """A module of a user's own."""

    def __init__(self) -> None:
        self.layer = nn.Layer(2, 2, "tanh", seed=0)
        self.scale = Value(0.5)

    def __call__(self, row: list[float]) -> Value:
        units: list[Value] = self.layer(row)
        return total(units) * self.scale


@no_grad()
def outside(value: Value) -> Value:
    return value * value


model = Scaled()
loss = nn.mean_squared_error([model([1.0, 2.0])], [1.0])
assert_type(loss, Value)
assert_type(model.parameters(), list[Value])
assert_type(outside(loss), Value)
assert_type(explain(loss, model.scale), Explanation)
assert_type(gradcheck(lambda: x * y, [x, y]), GradientCheck)
assert_type(steps.record(loss), steps.Recording)
