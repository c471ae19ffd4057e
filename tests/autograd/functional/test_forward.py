"""Forward mode: the same numbers as reverse mode, in columns; and what goes out beside a gradient."""

import math
import pickle

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.rules.operation import TABLE
from tests.support.exact import samples

SCALAR = [op for op in TABLE.values() if not op.groups]


@pytest.mark.parametrize("op", SCALAR, ids=[op.name for op in SCALAR])
def test_each_rule_read_forward_is_the_rule_read_backward(op):
    for inputs in [*samples(op)[:6], *[edge for edge in op.at_edges if len(edge) == op.arity]]:
        values = [Value(x) for x in inputs]
        op(*values).backward()
        for i, v in enumerate(values):
            unit = [float(i == j) for j in range(op.arity)]
            along = ag.jvp(lambda p: op(*p))(list(inputs), unit)
            assert along == v.grad or (math.isnan(along) and math.isnan(v.grad)), (inputs, i)


@pytest.mark.parametrize("x", [0.0, -1.0, 2.0])
def test_zero_times_infinity_is_nan_both_ways_and_what_is_cut_adds_nothing(x):
    for f in (
        lambda x: ag.sqrt(x * x),
        lambda x: ag.log(x * x) * 0.0,
        lambda x: ag.sqrt(ag.relu(x)),
        lambda x: ag.sqrt(ag.dot([x, x], [x, x])),
        lambda x: ag.dot([ag.sqrt(x), x], [0.0, 1.0]),
        lambda x: ag.sqrt(ag.total([x * x, x * x])),
        lambda x: ag.where(x > 0.0, ag.sqrt(x), 0.0),
        lambda x: ag.sqrt(ag.sign(x)) + ag.sqrt(ag.detach(x * x)),
    ):
        np.testing.assert_allclose(ag.jvp(f)(x, 1.0), ag.grad(f)(x), rtol=1e-15)
        twice = ag.jvp(lambda t, f=f: ag.jvp(f)(t, 1.0))(x, 1.0)
        np.testing.assert_allclose(twice, ag.grad(ag.grad(f))(x), rtol=1e-15, atol=1e-15)
    apart = lambda v: ag.sqrt(v[0] * v[0]) + v[1]  # noqa: E731
    np.testing.assert_equal(ag.jacobian(apart, mode="forward")([x, 1.0]), ag.grad(apart)([x, 1.0]))
    assert ag.jvp(apart)([x, 1.0], [0.0, 1.0]) == 1.0  # what does not move adds nothing


def many(v):
    a, b, c = v
    shares = ag.softmax([a * b, ag.sin(c), 0.5])
    return {"first": [ag.norm(v), *shares], "rest": (ag.dot(v, [c, 2.0, 3.0], a), ag.where(a > b, a * c, b), 5.0)}


def test_both_modes_give_the_same_jacobian_in_the_shape_of_the_result():
    x = [0.3, -1.2, 2.0]
    rows, columns = ag.jacobian(many)(x), ag.jacobian(many, mode="forward")(x)
    assert list(columns) == ["first", "rest"]
    for mine, other in zip([*columns["first"], *columns["rest"]], [*rows["first"], *rows["rest"]], strict=True):
        assert mine == pytest.approx(other, rel=1e-14, abs=1e-16)


def test_forward_over_reverse_is_the_hessian_and_jvp_nests_to_any_order():
    f = lambda v: ag.exp(v[0]) * v[1] ** 3 + ag.atan2(v[0], v[1])  # noqa: E731
    x = [0.4, 1.3]
    assert np.allclose(ag.jacobian(ag.grad(f), mode="forward")(x), ag.hessian(f)(x), rtol=1e-14, atol=0.0)
    third = ag.grad(lambda t: ag.jvp(ag.grad(lambda u: u**4))(t, 1.0))(2.0)
    assert third == 4.0 * 3.0 * 2.0 * 2.0
    assert ag.jvp(lambda t: ag.jvp(ag.sin)(t, 1.0))(0.3, 1.0) == pytest.approx(-math.sin(0.3), rel=1e-15)


def test_networks_checkpoints_and_arrays_go_forward_too():
    model = nn.MLP(3, [5, 4, 2], "tanh", seed=0)
    x = [0.3, -1.2, 2.0]
    for f in (model, ag.checkpoint(lambda v: ag.total(model(v)))):
        rows, columns = ag.jacobian(f)(x), ag.jacobian(f, mode="forward")(x)
        numbers = [[d.data for d in np.ravel(np.array(found, dtype=object))] for found in (rows, columns)]
        assert numbers[1] == pytest.approx(numbers[0], rel=1e-13)
    along = ag.jvp(lambda a: np.tanh(a) * 2.0)(np.array([0.1, 0.2]), np.array([1.0, 0.0]))
    assert along.tolist() == pytest.approx([2.0 * (1.0 - math.tanh(0.1) ** 2), 0.0])
    copied = pickle.loads(pickle.dumps(ag.jacobian(ag.sin, mode="forward")))
    assert copied(0.3) == math.cos(0.3)


def test_what_is_given_along_does_not_fit():
    with pytest.raises(ValueError, match="the vector has 1 numbers, and argument 0 has 2"):
        ag.jvp(lambda v: v[0] * v[1])([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="the modes are 'reverse' and 'forward'"):
        ag.jacobian(ag.sin, mode="backward")


def test_something_else_comes_out_beside_the_gradient():
    def loss(w, x, *, scale):
        prediction = w[0] * x + w[1]
        return scale * prediction * prediction, {"prediction": prediction, "who": "me", "none": None}

    gradient, beside = ag.grad(loss, has_aux=True)([2.0, 1.0], 3.0, scale=0.5)
    assert gradient == [21.0, 7.0]
    assert beside == {"prediction": 7.0, "who": "me", "none": None}
    (value, beside), gradient = ag.value_and_grad(loss, argnums=(0, 1), has_aux=True)([2.0, 1.0], 3.0, scale=0.5)
    assert (value, beside["prediction"], gradient) == (24.5, 7.0, ([21.0, 7.0], 14.0))
    with pytest.raises(TypeError, match="returns a pair"):
        ag.grad(lambda x: x * x, has_aux=True)(3.0)


def test_an_array_of_values_has_an_array_of_gradients():
    weights = np.array([[Value(0.5), Value(-1.0)], [Value(2.0), Value(0.0)]])
    found = ag.grad(lambda w: np.sum(np.tanh(w) * 2.0))(weights)
    assert found.shape == (2, 2)
    assert [d.data for d in found.ravel()] == [2.0 * (1.0 - math.tanh(v.data) ** 2) for v in weights.ravel()]
