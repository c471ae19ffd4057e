"""Numbers that are not ordinary: parameters in a branch not taken, huge and tiny quotients, powers of −∞ and −0."""

import math
import warnings
from importlib.util import find_spec

import pytest

import autograd as ag
from autograd import Value, compile, total, where  # noqa: A004

BACKENDS = ["numpy", *(["native"] if find_spec("llvmlite") else [])]
INF, NAN = math.inf, math.nan
ROWS = [[1.0], [1.5]]


def assert_as_recorded(function, numbers, rows, backend):
    parameters, compiled = [Value(x) for x in numbers], [Value(x) for x in numbers]
    truth = function(parameters, [[Value(x) for x in row] for row in rows])
    truth.backward()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loss = compile(lambda X: function(compiled, X), parameters=compiled, backend=backend)(rows)
    found, wanted = [loss, *[p.grad for p in compiled]], [truth.data, *[p.grad for p in parameters]]
    assert found == pytest.approx(wanted, rel=1e-12, abs=0.0, nan_ok=True)


BRANCHES = {
    "power of 2": ([1100.0, 1.0], lambda p, r: where(p[0] < r, 2.0 ** p[0], r * p[0])),
    "square of inf": ([INF, 2.0], lambda p, r: where(r > 5, p[0] * p[0], r * p[1])),
    "square of nan": ([NAN, 2.0], lambda p, r: where(r > 5, p[0] * p[0], r * p[1])),
    "product": ([INF, 2.0], lambda p, r: where(r > 5, p[0] * p[1], r * p[1])),
    "sin": ([INF, 2.0], lambda p, r: where(r > 5, ag.sin(p[0]), r * p[1])),
    "tanh times a row": ([NAN, 2.0], lambda p, r: where(r > 5, ag.tanh(p[0]) * r, r * p[1])),
    "hypot": ([1.0, NAN], lambda p, r: where(r > 5, ag.hypot(p[0], p[1]), r)),
    "cube": ([1e200, 2.0], lambda p, r: where(r > 5, p[0] ** 3, r * p[1])),
    "quotient": ([0.0, 2.0], lambda p, r: where(r > 5, p[1] / p[0], r * p[1])),
    "a condition of parameters": ([INF, 2.0], lambda p, r: where(p[1] > 5, p[0] * p[0] * r, r * p[1])),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", BRANCHES)
def test_parameters_alone_in_a_branch_not_taken(name, backend):
    numbers, of_row = BRANCHES[name]
    assert_as_recorded(lambda p, X: total([of_row(p, r[0]) for r in X]), numbers, ROWS, backend)


QUOTIENTS = {
    "norm of −p": lambda p, X: ag.norm([-p[0], X[0][0] * 0.0]),
    "norm of 0 − p": lambda p, X: ag.norm([0.0 - p[0], X[0][0] * 0.0]),
    "norm of −p, −q": lambda p, X: ag.norm([-p[0], -p[1]]) + X[0][0] * 0.0,
    "norm in rows": lambda p, X: total([ag.norm([-p[0], -p[1]]) * r[0] for r in X]),
    "a product of quotients": lambda p, X: total([r[0] * p[0] * (p[1] / p[0] * (r[0] / p[1])) for r in X]),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", QUOTIENTS)
@pytest.mark.parametrize("size", [1e-200, 1e-160, 1e200, -1e200])
def test_quotients_of_huge_and_tiny_numbers_stay_as_they_are(size, name, backend):
    assert_as_recorded(QUOTIENTS[name], [size, 2 * size], ROWS, backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("number", [-INF, INF, 0.0, -0.0, -1.0, 4.0, NAN])
@pytest.mark.parametrize("exponent", [0.5, 1.5, -0.5, 2.5])
def test_powers_by_halves_at_the_edges(number, exponent, backend):
    assert_as_recorded(lambda p, X: p[0] ** exponent * X[0][0], [number], [[1.0]], backend)
    assert_as_recorded(lambda p, X: total([(p[0] * r[0]) ** exponent for r in X]), [number], ROWS, backend)


def test_the_root_of_what_is_seen_to_be_positive_is_a_root():
    p = Value(2.0)
    step = compile(lambda X: total([(r[0] * r[0] + p * p + 1.0) ** 0.5 for r in X]), parameters=[p])
    step(ROWS)
    assert "sqrt" in step.source
    assert "where" not in step.source
