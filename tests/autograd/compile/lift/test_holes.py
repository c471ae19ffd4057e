"""What stands in the holes of a product of which a part is not wanted."""

import random

import numpy as np
import pytest

from autograd import Value, compile, dot, logsumexp, total  # noqa: A004
from autograd.rules.operation import TABLE
from tests.support.golden_files import flat
from tests.support.outcomes import assert_equal, recorded

BINARY = [name for name, op in TABLE.items() if (op.arity, op.groups) == (2, 0)]


@pytest.mark.parametrize("follows", [total, lambda row: total(row).exp(), logsumexp], ids=["total", "exp", "logsumexp"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", BINARY)
def test_what_stands_in_holes_counts_for_nothing(name, turned, follows):
    """Half of a product meets numbers of both signs, whatever the operation makes of its zeros beside them."""
    draw, op = np.random.default_rng(3), TABLE[name]
    w = [[Value(x) for x in row] for row in draw.uniform(0.5, 1.5, (4, 2))]
    x, y = draw.uniform(0.5, 1.5, (4, 2)), draw.choice([-2.0, -1.0, 1.0, 2.0], (4, 4))
    if name in ("power", "xlogy"):  # which have no number there
        y = np.abs(y)

    def loss(x, y):
        rows = [[dot(w[i], x[j]) for j in range(i + 1)] for i in range(4)]
        pairs = [zip(row, y[i], strict=False) for i, row in enumerate(rows)]
        return total([follows([op(b, a) if turned else op(a, b) for a, b in row]) for row in pairs])

    step = compile(loss, flat(w), backend="numpy")
    truth = recorded(loss, flat(w), (x.tolist(), y.tolist()))
    assert np.isfinite(truth[0])
    assert_equal(step.value_and_gradient(x, y), truth)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("pattern", ["neighbors", "at random"])
def test_dots_that_fill_little_of_a_product_are_computed_one_by_one(pattern, backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
    draw = random.Random(0)
    w = [[Value(draw.uniform(-1.0, 1.0)) for _ in range(3)] for _ in range(14)]
    x = [[draw.uniform(-1.0, 1.0) for _ in range(3)] for _ in range(14)]
    neighbors = [(i, (i + d) % 14) for i in range(14) for d in (0, 1)]
    loosely = sorted({(i, draw.randrange(14)) for i in range(14)} | {(draw.randrange(14), j) for j in range(0, 14, 2)})
    pairs = neighbors if pattern == "neighbors" else loosely

    def loss(x):
        return total([dot(w[i], x[j]).tanh() for i, j in pairs])

    step = compile(loss, flat(w), backend=backend)
    assert_equal(step.value_and_gradient(x), recorded(loss, flat(w), (x,)))
    assert not any(a.op == "matmul" and len(a.shape) == 2 for a in step._programs.latest.program.lines)
