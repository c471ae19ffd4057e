"""Derivatives of functions: any order, any shape, against truth from outside."""

import copy
import doctest
import math
import pickle
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy import optimize

import autograd as ag
from autograd import Value
from autograd.functional import grad_jacobian_hessian as functional
from autograd.functional import softmax_mean_norm as functions
from autograd.functional.vjp import differ


# ------------------------------------------------------------------------------- shapes in and out
def test_derivatives_have_the_shape_of_the_argument():
    f = lambda p, scale: scale * ag.dot(p["w"][0], p["w"][1], p["b"])  # noqa: E731
    p = {"w": ([1.0, 2.0], (3, 4)), "b": 0.5}
    value, slope = ag.value_and_grad(f)(p, 2.0)
    assert (value, slope) == (23.0, {"w": ([6.0, 8.0], (2.0, 4.0)), "b": 2.0})
    assert ag.grad(f, (1, 0))(p, 2.0) == (11.5, slope)
    assert ag.grad(f, -1)(p, 2.0) == 11.5


def test_jacobian_has_a_row_per_output():
    f = lambda v, s: {"product": v[0] * v[1] * s, "rest": [ag.sin(v[0]), 3.0]}  # noqa: E731
    assert ag.jacobian(f)([1.0, 2.0], 5) == {"product": [10.0, 5.0], "rest": [[math.cos(1.0), 0.0], [0.0, 0.0]]}
    assert ag.jacobian(f, 1)([1.0, 2.0], 5) == {"product": 2.0, "rest": [0.0, 0.0]}
    assert ag.hessian(lambda x: x**3)(2.0) == 12.0


def test_what_is_given_by_name_is_held_fixed():
    f = lambda x, scale, power=2: scale * x**power  # noqa: E731
    assert ag.grad(f)(3.0, scale=2.0) == 12.0
    assert ag.value_and_grad(f)(3.0, scale=2.0, power=3) == (54.0, 54.0)
    assert ag.hessian(f)(3.0, scale=2.0) == 4.0
    assert ag.jacobian(lambda v, scale: [scale * x for x in v])([1.0, 2.0], scale=3.0) == [[3.0, 0.0], [0.0, 3.0]]
    assert ag.hvp(lambda v, scale: scale * v[0] ** 2 * v[1])([3.0, 4.0], [1.0, 0.0], scale=2.0) == [16.0, 12.0]
    assert ag.grad(ag.grad(f))(3.0, scale=2.0) == 4.0
    assert ag.grad(ag.xlogy)(3.0, y=2.0) == math.log(2.0)
    w = Value(2.0, "w")
    slope = ag.grad(f)(3.0, scale=w)  # fixed here, and open for what follows
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 6.0)
    for wrong, argnums in ((lambda: ag.grad(f)(x=3.0, scale=2.0), 0), (lambda: ag.grad(f, 1)(3.0, scale=2.0), 1)):
        with pytest.raises(ValueError, match=rf"no argument {argnums}.*scale=….*give that argument by its place"):
            wrong()


def test_arrays_are_arrays_of_values_inside_and_arrays_outside():
    A, x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1.5, -2.0])
    slope = ag.grad(lambda x: np.sum(x**2))(x)
    assert (type(slope), slope.dtype, list(slope)) == (np.ndarray, float, [3.0, -4.0])
    assert ag.value_and_grad(lambda x: x.sum())(np.array([[1, 2], [3, 4]]))[1].tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert ag.jacobian(lambda x: A @ x)(x).tolist() == A.tolist()
    assert ag.hessian(lambda x: np.sum(x**3))(x).tolist() == [[9.0, 0.0], [0.0, -12.0]]
    assert ag.hvp(lambda x: np.sum(x**3))(x, np.array([1.0, 1.0])).tolist() == [9.0, -12.0]
    assert ag.jacobian(lambda x: np.outer(x, x))(x).shape == (2, 2, 2)
    assert ag.jacobian(lambda x: [x[0], x[1]])(x)[1].tolist() == [0.0, 1.0]
    assert ag.grad(lambda x: np.sum(x))(np.zeros((2, 0))).shape == (2, 0)
    d = ag.grad(lambda d: d["a"] @ d["b"][0])({"a": np.ones(2), "b": (np.arange(2), 1.0)})
    assert (d["a"].tolist(), d["b"][0].tolist(), d["b"][1]) == ([0.0, 1.0], [1.0, 1.0], 0.0)
    for one in (3, True + 2, np.float32(3.0), np.int64(3), np.array(3.0), Fraction(3)):
        assert ag.grad(lambda x: x * x)(one) == 6.0
    w = Value(2.0)
    slope = ag.grad(lambda x: np.sum(x**2) * w)(x)
    assert [type(v) for v in slope] == [Value, Value]
    assert [v.data for v in slope] == [6.0, -8.0]
    logistic = lambda w, X, y: np.sum(np.log1p(np.exp(-y * (X @ w))))  # noqa: E731
    X, y, at = A, np.array([1.0, -1.0, 1.0]), np.array([0.1, -0.3])
    exact = -X.T @ (y / (1.0 + np.exp(y * (X @ at))))
    assert ag.grad(logistic)(at, X, y) == pytest.approx(exact, rel=1e-14)
    checkpointed = ag.checkpoint(lambda x: np.tanh(A @ x))
    assert ag.jacobian(checkpointed)(x) == pytest.approx((1.0 - np.tanh(A @ x) ** 2)[:, None] * A, rel=1e-13)


def test_functions_written_for_arrays_mix_arrays_with_values():
    x = np.array([0.1, -0.2, 0.3])

    def softmax(x):
        exponentials = np.exp(x - np.mean(x))
        return exponentials / np.sum(exponentials)

    shares = np.exp(x) / np.exp(x).sum()
    assert ag.jacobian(softmax)(x) == pytest.approx(np.diag(shares) - np.outer(shares, shares), abs=1e-15)
    unit = x / np.sqrt(x @ x)
    slopes = ag.jacobian(lambda x: x / np.sqrt(x @ x))(x)
    assert slopes == pytest.approx((np.eye(3) - np.outer(unit, unit)) / np.sqrt(x @ x), rel=1e-13)
    rosenbrock = lambda x: np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)  # noqa: E731
    assert ag.grad(rosenbrock)(x) == pytest.approx(optimize.rosen_der(x), rel=1e-14)
    assert ag.hessian(rosenbrock)(x) == pytest.approx(optimize.rosen_hess(x), rel=1e-14)
    for f, slope in (
        (lambda x: np.sum(np.where(x > 0.15, x, 0.0)), [0.0, 0.0, 1.0]),
        (np.max, [0.0, 0.0, 1.0]),
        (lambda x: np.einsum("i,i->", x, x), 2.0 * x),
        (lambda x: np.sum(np.concatenate([x, x[:1] * x[0]])), [1.2, 1.0, 1.0]),
        (lambda x: np.sum(np.subtract(x[0], x)), [2.0, -1.0, -1.0]),
        (ag.norm, unit),
    ):
        assert ag.grad(f)(x) == pytest.approx(np.array(slope), rel=1e-13)
    with pytest.raises(TypeError, match="write the array first"):
        ag.grad(lambda x: np.sum(x[0] * x))(x)
    w = Value(2.0)
    slopes = ag.grad(lambda x: np.sum(x**2) * w)(x)
    for again in (copy.deepcopy(slopes), pickle.loads(pickle.dumps(slopes))):
        assert [v.data for v in again * Value(3.0)] == pytest.approx(12.0 * x, rel=1e-15)


def test_what_cannot_be_differentiated_with_respect_to_is_refused():
    for wrong in ("abc", ["abc"], None, {1.0, 2.0}, np.array(["a"]), 1j, object(), iter([1.0])):
        with pytest.raises(
            TypeError, match=r"numbers, Values, or lists, tuples, dicts and arrays of them.* argument 0"
        ):
            ag.grad(lambda x: 1.0)(wrong)


def test_numbers_in_numbers_out_at_every_depth_and_for_every_argument():
    f = lambda x, n: x**n  # noqa: E731
    assert type(ag.grad(ag.grad(f), 1)(1.75, 1.0)) is float
    assert type(ag.grad(ag.grad(ag.grad(f), 1))(1.75, 2.0)) is float
    assert all(type(d) is float for d in ag.grad(lambda x, y: ag.jacobian(f)(x, y), (0, 1))(1.75, 2.0))


def test_constants_have_gradient_zero():
    assert ag.grad(lambda x: 3.0)(1.0) == 0.0
    assert ag.value_and_grad(lambda x, y: y * 2)(1.0, 2.0) == (4.0, 0.0)
    assert ag.grad(lambda x: x)(1.0) == 1.0


def test_mistakes_are_named():
    with pytest.raises(TypeError, match=r"list of 2: use jacobian"):
        ag.grad(lambda x: [x, x])(1.0)
    with pytest.raises(ValueError, match="no argument 1"):
        ag.grad(lambda x: x, 1)(1.0)
    with pytest.raises(TypeError, match="number"):
        ag.grad(lambda x: x)("1")
    with pytest.raises(ValueError, match="2 numbers, and argument 0 has 3"):
        ag.hvp(ag.total)([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(TypeError, match="arguments and then the vector"):
        ag.hvp(ag.total)([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="counted by whole numbers"):
        ag.grad(lambda x: x, "x")(1.0)
    for transform in (ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian, ag.hvp):
        with pytest.raises(TypeError, match="pass the function itself"):
            transform(ag.tanh(Value(1.0)))


# ------------------------------------------------------------------------- Values in, Values out
def test_values_in_give_values_that_can_be_differentiated():
    x = Value(2.0, "x")
    slope = ag.grad(lambda v: v**3)(x)
    assert slope.data == 12.0
    assert not x.has_grad
    (slope * slope).backward()
    assert x.grad == 2 * 12.0 * 12.0


def test_values_closed_over_stay_open():
    w = Value(3.0)
    slope = ag.grad(lambda x: w * x * x)(2.0)
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 4.0)


def test_nested_variables_are_not_confused():
    assert ag.grad(lambda x: x * ag.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert ag.grad(lambda x: ag.grad(lambda y: x * y)(1.0))(2.0) == 1.0
    assert ag.grad(lambda x: ag.grad(lambda y: y * x)(x))(3.0) == 1.0
    assert ag.grad(lambda a, b: a * b, (0, 1))(*[Value(3.0)] * 2)[0].data == 3.0


def test_no_grad_around_a_gradient_leaves_the_gradient():
    with ag.no_grad():
        assert ag.grad(ag.tanh)(0.0) == 1.0
        slope = ag.grad(lambda x: x * x)(Value(3.0))
    assert slope.data == 6.0
    assert slope.is_leaf


def test_a_graph_whose_inputs_have_changed_is_refused():
    x, y = Value(2.0), Value(3.0)
    for out in (x * y, ag.dot([x, y], [y, y]), ag.exp(x)):
        assert ag.gradients(out, [x])
        x.data = 5.0
        with pytest.raises(RuntimeError, match="changed since"):
            ag.gradients(out, [x])
        x.data = 2.0


def test_the_largest_of_numbers_with_nan_among_them_is_the_first_nan():
    xs = [Value(x) for x in (1.0, math.nan, 2.0, math.nan)]
    assert [getattr(d, "data", d) for d in ag.gradients(ag.largest(xs), xs)] == [0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(("x", "y", "are"), [(1.0, 1.0, False), (1.0, 2.0, True), (math.nan, math.nan, False),
                                             (math.nan, 1.0, True), (1.0, math.nan, True)])  # fmt: skip
def test_two_numbers_differ_where_one_is_nan(x, y, are):
    assert differ(x, y) is are


def test_composed_functions_are_stable():
    assert ag.logsumexp([1000.0, 0.0]) == 1000.0
    assert ag.logsumexp([-1000.0, -1000.0]) == pytest.approx(-1000.0 + math.log(2.0), rel=1e-15)
    assert ag.softmax([1000.0, 0.0, -1000.0]) == [1.0, 0.0, 0.0]
    assert ag.softmax([-1000.0, -1000.0]) == [0.5, 0.5]
    inf = math.inf
    for values, out, slopes in (
        ([-inf, -inf], -inf, [0.0, 0.0]),
        ([-inf], -inf, [0.0]),
        ([-inf, 1.0], 1.0, [0.0, 1.0]),
    ):
        assert ag.value_and_grad(ag.logsumexp)(values) == (out, slopes)
        assert ag.hessian(ag.logsumexp)(values) == [[0.0] * len(values)] * len(values)
    assert all(map(math.isnan, [ag.logsumexp([math.nan, 0.0]), *ag.grad(ag.logsumexp)([math.nan, 0.0])]))
    assert ag.softmax([-inf, 2.0]) == [0.0, 1.0]
    for values in ([inf, 0.0], [inf, inf], [0.0, inf, -inf]):
        out, slopes = ag.value_and_grad(ag.logsumexp)(values)
        assert out == inf
        assert all(math.isnan(d) if x == inf else d == 0.0 for x, d in zip(values, slopes, strict=True))
    for values in ([-inf, -inf], [inf, 0.0], [inf, inf], [math.nan, 0.0]):
        assert all(map(math.isnan, ag.softmax(values)))
    assert ag.logsumexp([math.inf, 0.0]) == math.inf
    whole = math.log(1.0 + math.exp(-1.5) + math.exp(-3.0))
    assert ag.log_softmax([0.0, -1.5, 1.5 - 4.5]) == pytest.approx([-whole, -1.5 - whole, -3.0 - whole], rel=1e-15)
    assert ag.mean([1, 2, 6]) == 3.0
    assert ag.grad(ag.logsumexp)([0.1, 0.2, 0.3]) == pytest.approx(ag.softmax([0.1, 0.2, 0.3]), rel=1e-15)
    assert sum(ag.grad(lambda v: ag.softmax(v)[0])([1000.0, 999.0])) == pytest.approx(0.0, abs=1e-16)
    for composed in (ag.mean, ag.logsumexp, ag.softmax):
        with pytest.raises(ValueError, match="no values"):
            composed([])
        with pytest.raises(TypeError, match="sequence"):
            composed(Value(1.0))


def test_lengths_have_derivatives_at_0_and_keep_their_digits():
    assert ag.norm([3.0, 4.0]) == ag.hypot(3.0, 4.0) == 5.0
    for zeros in ([0.0], [0.0, -0.0], [0.0] * 5):
        assert ag.value_and_grad(ag.norm)(zeros) == (0.0, [0.0] * len(zeros))
        assert ag.hessian(ag.norm)(zeros) == [[0.0] * len(zeros)] * len(zeros)
    rng = random.Random(5)
    for size in (5e-324, 1e-310, 1e-200, 1.0, 1e200, 1e307):
        values = [rng.uniform(-9.0, 9.0) * size for _ in range(3)]
        for found, members in ((ag.norm, values), (lambda v: ag.hypot(*v), values[:2])):
            with mpmath.workdps(60):
                true = mpmath.norm(members)
                slopes = [float(mpmath.mpf(x) / true) for x in members]
            value, gradient = ag.value_and_grad(found)(members)
            assert value == pytest.approx(float(true), rel=1e-15, abs=5e-324)
            assert gradient == pytest.approx(slopes, rel=1e-14 if size > 1e-300 else 0.2)
    assert math.isnan(ag.norm([math.nan, 1.0]))
    assert ag.norm([math.inf, -1.0]) == math.inf
    spread = lambda v: ag.norm([x - ag.mean(v) for x in v]) / len(v) ** 0.5  # noqa: E731
    assert ag.value_and_grad(spread)([2.5, 2.5, 2.5]) == (0.0, [0.0, 0.0, 0.0])
    assert ag.grad(spread)([2.0, 4.0]) == pytest.approx([-0.5, 0.5], rel=1e-14)


def test_entropy_is_right_where_a_share_is_0():
    entropy = lambda shares: -ag.total([ag.xlogy(p, p) for p in shares])  # noqa: E731
    assert ag.value_and_grad(entropy)([0.0, 1.0]) == (0.0, [math.inf, -1.0])
    assert ag.grad(entropy)([0.25, 0.75]) == pytest.approx([-math.log(0.25) - 1.0, -math.log(0.75) - 1.0], rel=1e-15)
    divergence = lambda p, q: ag.total([ag.xlogy(a, a) - ag.xlogy(a, b) for a, b in zip(p, q, strict=True)])  # noqa: E731
    assert ag.value_and_grad(divergence, 1)([0.0, 1.0], [0.5, 0.5]) == (math.log(2.0), [0.0, -2.0])
    assert ag.xlogy(0.0, 0.0) == 0.0


def test_the_examples_of_the_docstrings_are_true():
    for module in (functional, functions):
        assert doctest.testmod(module).failed == 0


def test_gradients_and_checkpoints_can_be_compiled():
    w = Value(0.7, "w")

    def penalised(v):
        chosen = lambda u: ag.where(u[0] > u[1], ag.sin(u[0] - u[1]), w * u[1])  # noqa: E731
        slopes = ag.grad(lambda u: ag.largest([u[0] * w, u[1]]) * chosen(u))(v)
        return ag.dot(slopes, slopes) + ag.checkpoint(lambda u: ag.tanh(u[0] * w))(v)

    program = ag.compile(penalised, parameters=[w])
    for point in ([3.0, 1.0], [0.5, 2.0], [2.0, 2.0]):
        w.clear_grad()
        recorded = penalised([Value(x) for x in point])
        recorded.backward()
        slope = w.grad
        w.clear_grad()
        assert float(program(point)) == pytest.approx(recorded.data, rel=1e-13)
        assert w.grad == pytest.approx(slope, rel=1e-12)
