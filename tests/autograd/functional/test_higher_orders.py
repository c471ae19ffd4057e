"""The rules read on Values: every order agrees with 60 digits, and what is cut stays cut."""

import itertools
import math
import random
from itertools import pairwise

import mpmath
import pytest

import autograd as ag
from autograd import Group, Value
from autograd.rules.operation import TABLE
from tests.support.exact import DIGITS, EXACT, flattened, samples

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


@pytest.mark.parametrize("x", [1e-20, -1e-12, 0.3, 0.499, 0.5, -0.9, 1.0 - 2.0**-40])
def test_second_derivatives_of_inverse_functions_do_not_cancel_at_0_or_at_1(x):
    rest = (1.0 - x) * (1.0 + x)
    assert ag.grad(ag.grad(ag.asin))(x) == pytest.approx(x / rest**1.5, rel=4e-15, abs=0.0)
    assert ag.grad(ag.grad(ag.acos))(x) == pytest.approx(-x / rest**1.5, rel=4e-15, abs=0.0)
    assert ag.grad(ag.grad(ag.atanh))(x) == pytest.approx(2.0 * x / rest**2, rel=4e-15, abs=0.0)


@pytest.mark.parametrize("n", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("x", [0.0, -0.0])
def test_a_power_of_0_is_constant_in_its_exponent_at_every_order(x, n):
    for order in (2, 3):
        for places in itertools.product((0, 1), repeat=order):
            derivative = ag.power
            for place in places:
                derivative = ag.grad(derivative, place)
            if 1 in places:
                assert derivative(x, n) == 0.0, places
