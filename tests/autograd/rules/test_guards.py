"""Guards inside rules: right as numbers, and as functions, to the third derivative, all mixed ones included.

A rule that is `where(n = 0, 0, …)` gives the right number at n = 0 and is constant in n there.  So wherever a
condition of a rule turns, which is found from the rule itself, derivatives are compared with differences at 60 digits.
"""

import itertools
import math
import random

import mpmath
import pytest

import autograd as ag
from autograd import Value
from autograd.rules.operation import TABLE
from autograd.rules.source import inlined
from autograd.rules.symbols import FUNCTIONS, SYMBOLS, formulas, parameters
from tests.support.exact import CANCELS, EXACT, OPERATIONS

CONDITIONS = ("less", "less_equal", "greater", "greater_equal", "equal", "isnan")
SIZES = (0.0, 5e-324, 1e-310, 1e-160, 1e-9, 0.3, 1.0, 1.7, 4.0, 7.0, 20.0, 50.0, 400.0, 800.0, 1e4, 1e160)
OTHERS = (-2.0, -0.5, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0)
MOST = 24  # points of an operation
SCALES = CANCELS | {
    "silu": 1.0, "gelu_tanh": 10.0, "mish": 1.0,  # they hold a sigmoid's derivative
    "atan2": 1.0,  # its second derivatives cancel where |x| is |y|
}  # fmt: skip
INF = math.inf


# ------------------------------------------------------------------------------ where guards turn
def conditions(op):
    """Return every condition in the rule, and in the rules that it calls."""
    read = [formulas(op.name, maths) for maths in (SYMBOLS, FUNCTIONS)]
    waiting = [inlined(x) for output, derivatives in read for x in (output, *derivatives)]
    found = {}
    while waiting:
        x = waiting.pop()
        if x.function not in ("name", "number"):
            waiting += x.inputs
        if x.function in CONDITIONS:
            found[x] = None
    return list(found)


def evaluated(x, numbers):
    """Return what a symbol is, on floats that never raise."""
    if x.function == "name":
        return numbers[x.inputs[0]]
    return (
        x.number if x.number is not None else TABLE[x.function].evaluate(*[evaluated(y, numbers) for y in x.inputs])[0]
    )


def turns(op):
    """Return inputs on both sides of each place where a condition of the rule turns, neighbors to the last bit."""
    names, found, rules = parameters(op), {}, conditions(op)
    others = list(itertools.product(OTHERS, repeat=op.arity - 1))
    for i, rest in itertools.product(range(op.arity), random.Random(1).sample(others, min(len(OTHERS), len(others)))):

        def at(x, i=i, rest=rest):
            return (*rest[:i], x, *rest[i:])

        def sides(x, at=at):
            numbers = dict(zip(names, at(x), strict=True))
            return [bool(evaluated(rule, numbers)) for rule in rules]

        line = sorted({*SIZES, *(-x for x in SIZES), *rest})
        for a, b in itertools.pairwise(line):
            if sides(a) == sides(b):
                continue
            while a < (middle := a + (b - a) / 2) < b:
                a, b = (middle, b) if sides(middle) == sides(a) else (a, middle)
            for x in (a, b, math.nextafter(a, -INF), math.nextafter(b, INF)):
                found[at(x)] = None
    return random.Random(op.name).sample(list(found), min(MOST, len(found)))


# ------------------------------------------------------------------------- derivatives and truth
def partials(op, inputs, order=3):
    """Yield (path, derivative) for every derivative up to an order, in every order of differentiating."""
    variables = [Value(x) for x in inputs]

    def below(node, path):
        if path:
            yield path, getattr(node, "data", node)
        if len(path) < order:
            slopes = ag.gradients(node, variables) if isinstance(node, Value) else [0.0] * len(variables)
            for i, slope in enumerate(slopes):
                yield from below(slope, (*path, i))

    return below(op(*variables), ())


def truth(op, inputs, path):
    """Return a mixed derivative of the rule's output, by central differences in steps that reach no kink."""
    sizes = [abs(x) for x in inputs] + [abs(x - y) for x, y in itertools.combinations(inputs, 2)]
    if op.kink is not None:
        sizes.append(abs(op.kink(*inputs)))
    exponent = math.floor(math.log10(min([1.0, *filter(None, sizes)]))) - 12
    with mpmath.workdps(40 - (len(path) + 1) * exponent):
        step = mpmath.mpf(10) ** exponent

        def derivative(path, x):
            if not path:
                return op.rule(EXACT, *x)[0]
            i, *rest = path
            up, down = ([*x[:i], x[i] + s, *x[i + 1 :]] for s in (step, -step))
            return (derivative(rest, up) - derivative(rest, down)) / (2 * step)

        return float(derivative(sorted(path), [mpmath.mpf(x) for x in inputs]))


def stated(op, inputs, path):
    """Return the derivative that a rule states where there is none, or None where there is one."""
    x = inputs[0]
    if op.name == "power" and x < 0.0:
        return math.nan if 1 in path else None
    if op.name == "power" and x == 0.0:
        return stated_power_of_0(inputs[1], path)
    if op.name == "hypot" and inputs == (0.0, 0.0):
        return 0.0
    if op.name == "atan2" and inputs == (0.0, 0.0):
        return math.nan
    if op.name == "softsign" and x == 0.0 and len(path) == 3:
        return 0.0  # there the second derivative jumps
    if op.name == "xlogy" and inputs[1] <= 0.0:
        return stated_xlogy(*inputs, path)
    return None


def stated_power_of_0(n, path):
    k, falling = path.count(0), math.prod(n - i for i in range(path.count(0)))
    if n < 0.0:
        return INF * falling * (-1.0) ** path.count(1)
    if 1 in path:
        return 0.0  # it counts as constant in n
    return 0.0 if falling == 0.0 or n > k else falling * 0.0 ** (n - k) if n == k else INF * falling


def stated_xlogy(x, y, path):
    """Limits from above at y = 0, and below it what log has: nan, with the derivative 1/y."""
    order = path.count(1)
    if path.count(0) > 1:
        return 0.0
    if path == (0,):
        return math.nan if y < 0.0 else -INF
    if 0 in path:
        x = 1.0
    if x == 0.0:
        return 0.0
    found = x * (-1.0) ** (order - 1) * math.factorial(order - 1)
    for _ in range(order):
        found = ag.divide(found, abs(y)) if y >= 0.0 else ag.divide(found, y)
    return found


@OPERATIONS
def test_three_orders_are_right_wherever_a_guard_turns(op):
    if op.groups or op.stops_at_zero:
        return
    for inputs in turns(op):
        if op.kink is not None and op.kink(*inputs) == 0.0:
            continue  # a choice, which the tests of kinks hold
        if op.name == "power" and inputs[0] and not abs(op(*inputs)) > 1e-300:
            continue  # it is nan, or too small for all its digits
        known = {}
        for path, found in partials(op, inputs, 1 if op.name == "xlogy" and inputs == (0.0, 0.0) else 3):
            true = stated(op, inputs, path)
            if true is None:
                key = tuple(sorted(path))
                true = known[key] if key in known else known.setdefault(key, truth(op, inputs, path))
            scale = max(abs(true), SCALES.get(op.name, 0.0)) if math.isfinite(true) else 0.0
            smallest = min(filter(None, map(abs, inputs)), default=1.0)
            same = found == true or (found != found and true != true) or abs(found - true) <= 1e-12 * scale + 1e-20
            if not same and (
                math.isfinite(found) or smallest > 1e-300
            ):  # below, 1/x overflows: nothing finite is wrong
                raise AssertionError(f"{op.name}{inputs}: derivative {path} is {found}, not {true}")


# ---------------------------------------------------------------------------------------- by hand
def test_powers_whose_exponent_is_0_are_no_constants_in_it():
    assert ag.hessian(lambda p: p[0] ** p[1])([4.0, 0.0])[0] == [0.0, 0.25]
    assert ag.hessian(lambda p: p[0] ** p[1])([4.0, 0.0])[1] == pytest.approx([0.25, math.log(4.0) ** 2], rel=1e-15)
    orders = [lambda x: x**x]
    for _ in range(7):
        orders.append(ag.grad(orders[-1]))
    assert [f(1.0) for f in orders] == [1.0, 1.0, 2.0, 3.0, 8.0, 10.0, 54.0, -42.0]  # A005727
    for k in range(1, 6):  # d/dn of dᵏ xⁿ / dxᵏ where n − k is 0, against n(n − 1)⋯(n − k + 1) xⁿ⁻ᵏ
        f = lambda x, n: x**n  # noqa: E731
        for _ in range(k):
            f = ag.grad(f)
        n, x = mpmath.mpf(k), mpmath.mpf(1.75)
        true = mpmath.diff(lambda m, k=k, x=x: mpmath.ff(m, k) * x ** (m - k), n)
        assert ag.grad(f, 1)(1.75, float(k)) == pytest.approx(float(true), rel=1e-13)


def test_xlogy_at_the_origin_is_symmetric():
    assert ag.hessian(lambda p: ag.xlogy(*p))([0.0, 0.0]) == [[0.0, INF], [INF, 0.0]]
    assert ag.hessian(lambda p: ag.xlogy(*p))([0.0, 4.0]) == [[0.0, 0.25], [0.25, 0.0]]


def test_powers_of_0_and_of_nan():
    for n, slope in ((0, 0.0), (1, 1.0), (0.5, INF), (2, 0.0), (-0.0, 0.0)):
        x = Value(0.0)
        (x**n).backward()
        assert x.grad == slope
    x, n = Value(0.0), Value(math.nan)
    y = x**n
    y.backward()
    assert all(map(math.isnan, (y.data, x.grad, n.grad)))
    assert ag.grad(lambda x: x**0)(math.nan) == 0.0
    assert ag.hessian(lambda p: p[0] ** p[1])([0.0, 2.0]) == [[2.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("function", "at", "signs"),
    [
        (ag.sqrt, 0.0, (1, -1, 1)),
        (ag.log, 0.0, (1, -1, 1)),
        (ag.log1p, -1.0, (1, -1, 1)),
        (lambda x: 1.0 / x, 0.0, (-1, 1, -1)),
        (lambda x: x**0.5, 0.0, (1, -1, 1)),
        (lambda x: x**1.5, 0.0, (0, 1, -1)),
        (lambda x: x**-1.0, 0.0, (-1, 1, -1)),
        (lambda p: ag.xlogy(p, p), 0.0, (-1, 1, -1)),
    ],
)
def test_ends_of_domains_have_the_limits_from_within(function, at, signs):
    for sign in signs:
        function = ag.grad(function)
        assert function(at) == (sign * INF if sign else 0.0)


@pytest.mark.parametrize("x", [INF, -INF, 1e160, -1e160, 1e308])
def test_what_levels_off_is_flat_at_infinity_at_every_order(x):
    for f, slopes in (
        (ag.tanh, (0.0, 0.0)), (ag.sigmoid, (0.0, 0.0)), (ag.erf, (0.0, 0.0)), (ag.erfc, (0.0, 0.0)),
        (ag.softplus, (0.0, 1.0)), (ag.relu, (0.0, 1.0)), (ag.leaky_relu, (0.01, 1.0)), (ag.elu, (0.0, 1.0)),
        (ag.silu, (0.0, 1.0)), (ag.gelu, (0.0, 1.0)), (ag.gelu_tanh, (0.0, 1.0)), (ag.abs, (-1.0, 1.0)),
        (ag.mish, (0.0, 1.0)), (ag.selu, (0.0, ag.grad(ag.selu)(1.0))),
        (ag.hardtanh, (0.0, 0.0)), (ag.log_sigmoid, (1.0, 0.0)),
    ):  # fmt: skip
        first = ag.grad(f)
        second = ag.grad(first)
        assert (first(x), second(x), ag.grad(second)(x)) == (slopes[x > 0.0], 0.0, 0.0), f


POINTS = [[4.0, 0.0], [4.0, 1.0], [4.0, 2.0], [0.0, 2.0], [0.0, 3.0], [2.0, -1.0], [1.0, 1.0], [0.0, 0.0], [3.0, 4.0]]


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_gradients_of_gradients_inside_a_compiled_loss_are_the_recorded_ones(backend):
    if backend != "numpy":
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    rows = [ag.power, ag.hypot, ag.xlogy, lambda x, y: ag.norm([x, y]), lambda x, y: ag.logsumexp([x, y, -INF])]
    if backend == "jax":
        rows = rows[:3]
    for row in rows:
        values = [[Value(x) for x in point] for point in POINTS if row is not ag.xlogy or point[1] > 0.0]

        def loss(scale, row=row, values=values):
            slopes = [ag.grad(lambda p: row(*p))(point) for point in values]
            return ag.total([slope * (scale + i) for pair in slopes for i, slope in enumerate(pair)])

        parameters = [v for point in values for v in point]
        recorded = loss(2.0)
        recorded.backward()
        slopes = [v.grad for v in parameters]
        for v in parameters:
            v.clear_grad()
        assert float(ag.compile(loss, parameters=parameters, backend=backend)(2.0)) == pytest.approx(recorded.data)
        assert [v.grad for v in parameters] == pytest.approx(slopes, rel=1e-13, abs=1e-15)
