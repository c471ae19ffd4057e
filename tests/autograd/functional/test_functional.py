"""Derivatives of functions: any order, any shape, against truth from outside."""

import copy
import doctest
import math
import pickle
import random
import tracemalloc
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy import optimize

import autograd as ag
from autograd import Group, Value
from autograd.functional import transforms as functional
from autograd.rules import composed as functions
from autograd.rules.operation import TABLE
from tests.autograd.rules.test_operations import samples
from tests.support.exact import DIGITS, EXACT, flattened

# ---------------------------------------------------------------- the rules, read on Values
SMOOTH = [op for op in TABLE.values() if not op.stops_at_zero]


@pytest.mark.parametrize("op", SMOOTH, ids=[op.name for op in SMOOTH])
def test_second_derivatives_of_every_operation_agree_with_60_digits(op):
    for inputs in samples(op)[::20]:
        values = [[Value(v) for v in x] if i < op.groups else Value(x) for i, x in enumerate(inputs)]
        variables = op.flat(tuple(values))
        node = op(*values)
        firsts = ag.gradients(node, variables)
        local = [getattr(d, "data", d) for d in firsts]
        assert local == pytest.approx(list(node.local_derivatives), rel=1e-13, abs=1e-14)
        numbers = [float(v.data) for v in variables]
        for j in range(len(variables)):
            second = [0.0 if type(d) is float else ag.gradients(d, [variables[j]])[0] for d in firsts]
            truth = true_row(op, numbers, j)
            found = [getattr(d, "data", d) for d in second]
            assert found == pytest.approx(truth, rel=1e-11, abs=1e-12), (op.name, inputs, j)


def true_row(op, numbers, j):
    """Return d/dxⱼ of each local derivative that the rule states, at 60 digits."""
    with mpmath.workdps(DIGITS):

        def stated(h):
            flat = [mpmath.mpf(x) + (h if i == j else 0) for i, x in enumerate(numbers)]
            size = (len(flat) - (op.arity - op.groups)) // max(op.groups, 1)
            grouped = [flat[size * g : size * (g + 1)] for g in range(op.groups)]
            inputs = [*grouped, *flat[size * op.groups :]]
            return flattened(op, op.rule(EXACT, *inputs)[1], inputs)

        step = mpmath.mpf(10) ** -20
        return [float((a - b) / (2 * step)) for a, b in zip(stated(step), stated(-step), strict=True)]


def test_polynomials_to_every_order():
    f = lambda x: x**5  # noqa: E731
    for order in range(8):
        wanted = math.perm(5, order) * 2.0 ** max(5 - order, 0) if order <= 5 else 0.0
        assert f(2.0) == wanted
        assert type(f(2.0)) is float
        f = ag.grad(f)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "exp", "sin", "softplus", "log", "sqrt", "gelu", "silu"])
def test_five_orders_agree_with_taylor_series(name):
    f = getattr(ag, name)
    with mpmath.workdps(30):
        exact = {
            "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
            "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
            "gelu": lambda x: x * mpmath.ncdf(x),
            "silu": lambda x: x / (1 + mpmath.exp(-x)),
        }.get(name) or getattr(mpmath, name)
        truth = [float(c * math.factorial(k)) for k, c in enumerate(mpmath.taylor(exact, 0.7, 5))]
    for order in range(6):
        assert f(0.7) == pytest.approx(truth[order], rel=1e-10)
        f = ag.grad(f)


def size(function, order):
    x = Value(0.3)
    node = function(x)
    for _ in range(order):
        (node,) = ag.gradients(node, [x])
    return len(ag.topological_order(node)) if isinstance(node, Value) else 1


def test_orders_do_not_explode():
    assert [size(ag.exp, n) for n in range(5)] == [2, 2, 2, 2, 2]  # the node itself is its own derivative
    assert size(lambda x: x * x, 2) == 1
    tanh = [size(ag.tanh, n) for n in range(8)]
    assert all(after < 2 * before + 2 for before, after in pairwise(tanh[1:]))


def test_an_exact_one_adds_no_node():
    x, y = Value(2.0), Value(3.0)
    slope_x, slope_y = ag.gradients(x * y + 1.0, [x, y])
    assert slope_x is y
    assert slope_y is x
    assert ag.gradients(x + y - 1.0, [x, y]) == [1.0, 1.0]


def test_a_chain_of_a_hundred_thousand_nodes_twice():
    def deep(x):
        for _ in range(50_000):
            x = x + x * 1e-6
        return x * x

    growth = math.exp(50_000 * math.log1p(1e-6))
    assert ag.grad(ag.grad(deep))(3.0) == pytest.approx(2.0 * growth**2, rel=1e-10)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("x", [0.0, -1.0, 2.0])
def test_a_gradient_inside_a_compiled_loss_sends_nothing_to_the_branch_not_taken(x, backend):
    where, v = ag.where, Value(x)
    for f in (
        lambda v: where(v > 0, ag.sqrt(v), 0.0),
        lambda v: where(v > 0, ag.exp(ag.log(v) * 0.5), v),
        lambda v: where(v > 0, ag.sqrt(v), 0.0) + where(v > 0, v**-1, v * v),
        lambda v: where(v > 0, where(v > 1, ag.sqrt(v), ag.sqrt(v - 1)), -v),
        lambda v: ag.total([where(v > 0, ag.total([ag.sqrt(v), 1 / v]), v), ag.dot([where(v > 0, 1 / v, v)], [v])]),
    ):
        recorded = ag.grad(f)(v)
        recorded.backward()
        slope = v.grad
        v.clear_grad()
        assert float(ag.compile(lambda f=f: ag.grad(f)(v), parameters=[v], backend=backend)()) == recorded.data
        assert v.grad == pytest.approx(slope, rel=1e-13)
        assert math.isfinite(v.grad)
        v.clear_grad()


# ------------------------------------------------------------------- branches, cuts and groups
def test_nothing_flows_through_cut_edges_at_any_order():
    f = lambda x: ag.where(x > 0, ag.sqrt(x), 0.0)  # noqa: E731
    for x in (0.0, -1.0):
        assert ag.grad(f)(x) == 0.0
        assert ag.grad(ag.grad(f))(x) == 0.0
    assert ag.grad(ag.grad(f))(4.0) == -1 / 32
    assert ag.grad(lambda x: ag.detach(x) * x)(3.0) == 3.0
    assert ag.grad(ag.grad(lambda x: ag.detach(x) * x * x))(3.0) == 6.0


def test_kinks_have_the_tables_derivative_at_second_order_too():
    assert ag.grad(ag.relu)(0.0) == 0.0
    assert ag.grad(ag.abs)(0.0) == 0.0
    assert ag.grad(ag.grad(ag.relu))(0.0) == 0.0
    assert ag.grad(lambda v: ag.largest(v))([1.0, 1.0, 0.0]) == [1.0, 0.0, 0.0]
    assert ag.hessian(lambda v: ag.largest(v) ** 2)([1.0, 3.0]) == [[0.0, 0.0], [0.0, 2.0]]


def network(numbers):
    """Return a small network's loss as a function of its nine weights and two inputs, by dots on shared groups."""
    w = [Group(numbers[0:2]), Group(numbers[2:4]), Group(numbers[4:6])]
    rows = [Group([numbers[9], numbers[10]]), Group([numbers[10], 0.5])]
    hidden = [[ag.tanh(ag.dot(row, x, numbers[8])) for row in w] for x in rows]
    outputs = [ag.dot([numbers[6], numbers[7], numbers[0]], h) for h in hidden]
    squares = ag.total([(y - 0.3) ** 2 for y in outputs])
    return squares + ag.logsumexp(outputs) + ag.mean(ag.softmax(hidden[0])) * outputs[0]


POINT = [random.Random(3).uniform(-1.0, 1.0) for _ in range(11)]


@pytest.fixture(scope="module")
def truth():
    """Return value, gradient and Hessian of the same network written with mpmath, by quotients at 60 digits."""
    M = mpmath.mp

    def exact(p):
        rows = (p[9], p[10]), (p[10], 0.5)
        hidden = [[M.tanh(p[2 * i] * x + p[2 * i + 1] * y + p[8]) for i in range(3)] for x, y in rows]
        outputs = [M.fdot([p[6], p[7], p[0]], h) for h in hidden]
        share = sum(M.exp(v) for v in hidden[0])
        mean = sum(M.exp(v) / share for v in hidden[0]) / 3
        return sum((y - M.mpf(0.3)) ** 2 for y in outputs) + M.log(sum(map(M.exp, outputs))) + mean * outputs[0]

    def quotient(f, i):
        h = M.mpf(10) ** -15
        moved = lambda p, s: [x + s * h if k == i else x for k, x in enumerate(p)]  # noqa: E731
        return lambda p: (f(moved(p, 1)) - f(moved(p, -1))) / (2 * h)

    with mpmath.workdps(DIGITS):
        p = [M.mpf(x) for x in POINT]
        slopes = [quotient(exact, i) for i in range(11)]
        hessian = [[float(quotient(slope, j)(p)) for j in range(11)] for slope in slopes]
        return float(exact(p)), [float(slope(p)) for slope in slopes], hessian


def test_value_gradient_hessian_and_products_agree_with_60_digits(truth):
    value, gradient, hessian = truth
    found = ag.value_and_grad(network)(POINT)
    assert found[0] == pytest.approx(value, rel=1e-14)
    assert found[1] == pytest.approx(gradient, rel=1e-12, abs=1e-13)
    assert ag.grad(network)(POINT) == found[1]
    for ours, theirs in zip(ag.hessian(network)(POINT), hessian, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-12)
    vector = [math.sin(i) for i in range(11)]
    product = [sum(h * v for h, v in zip(row, vector, strict=True)) for row in hessian]
    assert ag.hvp(network)(POINT, vector) == pytest.approx(product, rel=1e-11, abs=1e-12)


def test_the_rules_on_values_give_what_backward_gives():
    values = [Value(x) for x in POINT]
    out = network(values)
    again = ag.gradients(out, values)
    recorded = ag.gradients(out, values, recorded=True)
    assert not any(v.has_grad for v in values)
    out.backward()
    assert [d.data for d in again] == pytest.approx([v.grad for v in values], rel=1e-13)
    assert recorded == pytest.approx([v.grad for v in values], rel=1e-13)
    assert all(type(d) is float for d in recorded)


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


def test_a_checkpoint_takes_arguments_by_name():
    x, w = Value(3.0), Value(2.0)
    out = ag.checkpoint(lambda x, scale, names=(): ag.tanh(x * scale * len(names)))(x, scale=w, names=["a"])
    out.backward()
    slope = 1.0 - math.tanh(6.0) ** 2
    assert (out.data, x.grad, w.grad) == pytest.approx((math.tanh(6.0), 2.0 * slope, 3.0 * slope), rel=1e-12)


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


# ---------------------------------------------------------------------------------- checkpoints
WEIGHTS = [Value(random.Random(i).uniform(-1, 1), f"w{i}") for i in range(20)]
ROWS = [Group(WEIGHTS[4 * i : 4 * i + 4]) for i in range(5)]


def block(inputs):
    return [ag.tanh(ag.dot(ROWS[j], inputs)) for j in range(4)]


def loss(inputs, block):
    for _ in range(4):
        inputs = block(inputs)
    return ag.dot(ROWS[4], inputs) ** 2


def gradients(out, inputs):
    for v in (*WEIGHTS, *inputs):
        v.clear_grad()
    out.backward()
    return [v.grad for v in (*WEIGHTS, *inputs)]


def test_a_checkpoint_has_the_numbers_and_gradients_of_its_function():
    inputs = [Value(0.1 * i) for i in range(4)]
    plain = loss(inputs, block)
    truth = gradients(plain, inputs)
    checkpointed = ag.checkpoint(block)
    for other in (checkpointed, ag.checkpoint(lambda x: checkpointed(x)), lambda x: ag.checkpoint(block)(x)):
        out = loss(inputs, other)
        assert out.data == plain.data
        assert gradients(out, inputs) == pytest.approx(truth, rel=1e-13)
    for duplicate in (copy.deepcopy(out), pickle.loads(pickle.dumps(out))):
        for v in ag.topological_order(duplicate):
            v.clear_grad()
        duplicate.backward()
        found = {v.name: v.grad for v in ag.topological_order(duplicate) if v.name in {w.name for w in WEIGHTS}}
        assert [found[w.name] for w in WEIGHTS] == pytest.approx(truth[:20], rel=1e-13)


def test_a_checkpoint_may_close_over_anything_and_be_given_the_same_value_twice():
    w, x, data = Value(0.5, "w"), Value(2.0, "x"), Group([1.0, 3.0])

    def program(wrapped):
        for v in (w, x):
            v.clear_grad()
        inner = w * x  # closed over, and no leaf
        total = ag.dot(data, [x, inner]) + x
        for _ in range(3):
            both = wrapped(lambda a, b: ag.sin(a * b) * inner + ag.dot(data, [w, x]) * b)
            total = both(total, total) + inner
            total = wrapped(lambda a: {"out": (a * x, w)})(total)["out"][0]
        total.backward()
        return [total.data, w.grad, x.grad, *[v.grad for v in data]]

    assert program(ag.checkpoint) == pytest.approx(program(lambda function: function), rel=1e-12)
    nested = lambda function: ag.checkpoint(lambda *a: ag.checkpoint(function)(*a))  # noqa: E731
    assert program(nested) == pytest.approx(program(lambda function: function), rel=1e-12)


def test_a_checkpoint_inside_grad_can_be_differentiated_again():
    x = [0.1, 0.2, 0.3, 0.4]
    plain = ag.hessian(lambda v: loss(v, block))(x)
    again = ag.hessian(lambda v: loss(v, ag.checkpoint(block)))(x)
    for ours, theirs in zip(again, plain, strict=True):
        assert [d.data for d in ours] == pytest.approx([d.data for d in theirs], rel=1e-12)
    assert ag.grad(lambda v: ag.checkpoint(ag.total)([y * y for y in v]))(x) == [2 * y for y in x]


def test_a_checkpoint_needs_less_memory():
    w = [Value(0.9 + i / 1000) for i in range(10)]

    def row(x):
        for _ in range(30):
            for v in w:
                x = ag.sin(x * v)
        return x

    def peak(function):
        tracemalloc.start()
        ag.total([function(0.1 * i) for i in range(40)]).backward()
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    stored, recomputed = peak(row), peak(ag.checkpoint(row))
    assert recomputed < stored / 10


def test_a_checkpoint_that_does_not_repeat_itself_is_refused():
    draws = iter(range(100))
    x = Value(2.0)
    with pytest.raises(RuntimeError, match="computed again"):
        ag.checkpoint(lambda v: v * next(draws))(x).backward()
    out = ag.checkpoint(lambda v: v * v)(x)
    x.data = 3.0
    with pytest.raises(RuntimeError, match="changed"):
        out.backward()
    assert not x.has_grad
