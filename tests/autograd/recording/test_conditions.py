"""Conditions: true or false in an `if`, the first input of `where`, and 1 or 0 in arithmetic, recorded and compiled."""

import math
import operator

import pytest

import autograd as ag
from autograd import Condition, Value, compile, where  # noqa: A004

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
ORDER = [operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("other", [3.0, 2, Value(2.5)], ids=repr)
@pytest.mark.parametrize("combine", ARITHMETIC)
def test_arithmetic_takes_a_condition_for_1_or_0_on_both_sides(combine, other, holds):
    x = Value(1.0 if holds else -1.0)
    number = other.data if isinstance(other, Value) else other
    one = Value(1.0 if holds else 0.0)
    assert repr(combine(x > 0, other).data) == repr(combine(one, number).data)
    assert repr(combine(other, x > 0).data) == repr(combine(number, one).data)
    assert repr(combine(x > 0, x > 0).data) == repr(combine(one, one).data)


@pytest.mark.parametrize("compare", ORDER)
def test_order_takes_a_condition_for_1_or_0(compare):
    x = Value(1.0)
    for other in (0.5, Value(0.5), x > 2.0):
        number = 0.0 if isinstance(other, Condition) else 0.5
        assert bool(compare(x > 0, other)) is compare(1.0, number)
        assert bool(compare(other, x > 0)) is compare(number, 1.0)
    assert bool(compare(x, x > 2.0)) is compare(1.0, 0.0)


def test_sums_counts_and_functions_of_conditions():
    values = [Value(-1.0), Value(2.0), Value(3.0)]
    assert sum(v > 0 for v in values).data == 2.0
    assert ag.total([v > 0 for v in values]).data == 2.0
    assert ag.mean([v > 0 for v in values]).data == pytest.approx(2 / 3)
    assert ag.dot([v > 0 for v in values], values).data == 5.0
    assert ag.exp(values[0] > 0).data == 1.0
    assert (1 - (values[0] > 0)).data == 1.0
    assert (-(values[1] > 0)).data == -1.0
    assert abs(values[1] > 0).data == (+(values[1] > 0)).data == 1.0
    assert ag.maximum(values[1] > 0, 0.5).data == 1.0
    assert where(values[0] > 0, 1.0, values[1] > 0).data == 1.0
    assert ((values[0] > 0) | (values[1] > 0) & True).inputs
    assert not (values[0] > 0) & (values[1] > 0)


def test_no_gradient_passes_a_condition():
    x, y = Value(2.0), Value(3.0)
    ((x > 0) * y + (x > y) * x).backward()
    assert (x._grad, y._grad) == (0.0, 1.0)
    z = Value(1.0)
    ((z > 0) * 3.0).backward()
    assert z._grad is None


@pytest.mark.parametrize("read", [float, int, complex, round, math.exp, math.floor], ids=lambda f: f.__name__)
def test_what_would_read_it_without_a_word_says_the_way_out(read):
    with pytest.raises(TypeError, match=r"bool\(condition\) reads it.*where\(condition, 1.0, 0.0\)"):
        read(Value(1.0) > 0)


@pytest.mark.parametrize("function", [
    lambda x, w: sum(v > 0.2 for v in x) * w,
    lambda x, w: (1 - (x[0] > 0)) * w + (x[1] > 0) * 3.0,
    lambda x, w: ((x[0] > x[1]) - 0.5) ** 2 * w + 2.0 ** (x[1] > 0),
    lambda x, w: where((x[0] > 0) * (x[1] > 0) > 0.5, w, -w) / (2 + (x[1] > 0)),
    lambda x, w: w * abs(-(x[0] > 0)) + w * ((x[0] > 0) >= (x[1] > 0)),
])  # fmt: skip
def test_compiled_programs_count_as_recorded_ones(function):
    for x in ([0.5, -0.5], [-1.0, 2.0], [1.0, 3.0]):
        w = Value(1.5)
        step = compile(lambda x, w=w: function(x, w), [w])
        loss, gradient = step.value_and_gradient(x)
        recorded = function([Value(v) for v in x], w)
        recorded.backward()
        assert (loss, gradient[0]) == pytest.approx((recorded.data, w.grad), rel=1e-15)


def test_inside_a_trace_a_condition_is_still_refused_as_a_number():
    w = Value(1.0)
    with pytest.raises(TypeError, match="cannot branch on"):
        compile(lambda x: w * float(x[0] > 0), [w])([1.0])
