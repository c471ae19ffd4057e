"""Powers and edges, and what may enter: numbers follow IEEE, and what would cut the graph is refused."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.support.exact import gradients

INF, NAN = math.inf, math.nan


def same(found, wanted):
    return found == wanted or (math.isnan(found) and math.isnan(wanted))


# --------------------------------------------------------------------------- powers and edges
@pytest.mark.parametrize(
    ("x", "n", "wanted"),
    [
        (2.0, 3.0, (8.0, 12.0, 8.0 * math.log(2.0))),
        (-2.0, -3.0, (-0.125, -0.1875, NAN)),
        (0.0, 2.0, (0.0, 0.0, 0.0)),
        (0.0, 0.0, (1.0, 0.0, 0.0)),
    ],
)
def test_powers_of_values(x, n, wanted):
    assert all(map(same, gradients(operator.pow, x, n), wanted))


def test_two_to_a_value():
    data, slope = gradients(lambda n: 2**n, 3.0)
    assert data == 8.0
    assert slope == pytest.approx(5.545177444479562, rel=1e-15)


@pytest.mark.parametrize(("n", "slope"), [(0, 0.0), (1, 1.0), (0.5, INF), (2, 0.0), (-1, -INF)])
def test_zero_to_a_number(n, slope):
    assert gradients(lambda x: x**n, 0.0)[1] == slope


@pytest.mark.parametrize("function", [ag.relu, ag.leaky_relu, ag.elu, ag.silu, ag.gelu, ag.abs, ag.tanh, ag.sigmoid])
def test_nan_stays_nan(function):
    assert math.isnan(function(NAN))
    assert math.isnan(function(Value(NAN)).data)


def test_nan_wins_over_every_choice():
    for choose in (ag.maximum, ag.minimum):
        assert math.isnan(choose(Value(NAN), 1.0).data)
        assert math.isnan(choose(Value(1.0), NAN).data)
    assert math.isnan(ag.largest([Value(1.0), Value(NAN), Value(3.0)]).data)


@pytest.mark.parametrize("function", [ag.tanh, ag.sigmoid, ag.softplus, ag.gelu, ag.gelu_tanh, ag.silu, ag.elu])
@pytest.mark.parametrize("x", [1000.0, -1000.0, INF, -INF])
def test_limits_are_reached_without_an_exception(function, x):
    data, slope = gradients(function, x)
    rises = {"softplus", "gelu", "gelu_tanh", "silu", "elu"}
    if x > 0:
        assert (data, slope) == ((x, 1.0) if function.name in rises else (1.0, 0.0))
    else:
        assert (data, slope) == ({"tanh": -1.0, "elu": -1.0}.get(function.name, 0.0), 0.0)


def test_a_sigmoid_far_down_keeps_its_slope():
    assert gradients(ag.sigmoid, -60.0)[1] == pytest.approx(8.756510762696521e-27, rel=1e-12)


@pytest.mark.parametrize("x", [0.0, -1.0])
def test_nothing_flows_through_the_branch_not_taken(x):
    assert gradients(lambda v: ag.where(v > 0, ag.sqrt(v), 0.0), x) == (0.0, 0.0)
    assert gradients(lambda v: ag.where(v > 0, ag.log(v), v * 2), x) == (2 * x, 2.0)


@pytest.mark.parametrize(
    ("function", "x", "data"),
    [
        (lambda v: 1 / v, 0.0, INF),
        (lambda v: v / 0, -1.0, -INF),
        (ag.log, 0.0, -INF),
        (ag.log, -1.0, NAN),
        (ag.exp, 1000.0, INF),
        (ag.sqrt, -1.0, NAN),
        (lambda v: v**-0.5, -1.0, NAN),
        (lambda v: v * INF, 0.0, NAN),
        (ag.sin, INF, NAN),
        (lambda v: 1e300 * v * v, 1e300, INF),
        (lambda v: v**2, 1e200, INF),
    ],
)
def test_arithmetic_follows_ieee_and_never_raises(function, x, data):
    assert same(gradients(function, x)[0], data)


# ------------------------------------------------------------------------- what may enter
def test_unary_plus_and_abs_are_differentiable():
    assert gradients(lambda x: +x * 3, 2.0) == (6.0, 3.0)
    assert gradients(abs, -2.0) == (2.0, -1.0)
    assert gradients(ag.abs, -2.0) == (2.0, -1.0)


def test_naming_a_node_changes_nothing_else():
    x = Value(2.0, name="x")
    y = x * x
    y.name = "y"
    y.backward()
    assert (x.name, y.name, x.grad) == ("x", "y", 4.0)


@pytest.mark.parametrize(
    ("expression", "data", "slope"),
    [
        (lambda v: 1 - v, -3.0, -1.0),
        (lambda v: 2 / v, 0.5, -0.125),
        (lambda v: v + True, 5.0, 1.0),
        (lambda v: Fraction(1, 2) * v, 2.0, 0.5),
        (lambda v: Decimal("0.5") * v, 2.0, 0.5),
        (lambda v: np.float32(2) * v, 8.0, 2.0),
        (lambda v: np.float64(2) * v, 8.0, 2.0),
        (lambda v: np.float64(2) - v, -2.0, -1.0),
        (lambda v: v / np.int64(2), 2.0, 0.5),
        (lambda v: np.float64(2) ** v, 16.0, 16.0 * math.log(2.0)),
        (lambda v: v * np.bool_(True), 4.0, 1.0),
    ],
)
def test_numbers_of_every_kind_mix(expression, data, slope):
    v = Value(4.0)
    out = expression(v)
    assert type(out) is Value
    assert type(out.data) is float
    out.backward()
    assert (out.data, v.grad) == pytest.approx((data, slope), rel=1e-15)


@pytest.mark.parametrize("what", ["1", b"1", None, 1j, [1.0], (1.0,), {"a": 1}, object(), np.ones(2), float, Value])
def test_what_is_no_number_is_refused_with_advice(what):
    with pytest.raises(TypeError, match=r"number|unsupported"):
        Value(what)
    for combine in (operator.add, operator.mul, operator.sub, operator.truediv, operator.pow):
        with pytest.raises(TypeError):
            combine(Value(1.0), what)
        if not isinstance(what, np.ndarray):
            with pytest.raises(TypeError):
                combine(what, Value(1.0))
    with pytest.raises(TypeError):
        ag.maximum(Value(1.0), what)


def test_an_array_does_not_swallow_a_value():
    with pytest.raises(TypeError):
        np.ones(2) * Value(1.0)


def test_a_value_cannot_be_a_values_number():
    with pytest.raises(TypeError, match=r"\.data"):
        Value(Value(1.0))


@pytest.mark.parametrize("cut", [float, int, complex, math.exp, math.floor, round, bool, list, "{:.2f}".format])
def test_what_would_cut_the_graph_silently_is_refused(cut):
    with pytest.raises(TypeError):
        cut(Value(1.0))


def test_equality_and_hash_are_by_identity_and_order_by_data():
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert len({a, b}) == 2
    assert not a < b
    assert a <= b
    assert a < 2
    assert 2 > a  # noqa: SIM300
    assert sorted([Value(3.0), a, Value(2.0)], key=lambda v: v.data)[0] is a
    assert max(a, Value(7.0)).data == 7.0
