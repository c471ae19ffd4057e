"""Rows that meet other rows than small sizes show, or stand where it matters: each is seen."""

import random

import pytest

import autograd as ag
from autograd import Value
from autograd.compile import compile_forward


@pytest.mark.parametrize("n", [607, 778, 1222])
def test_one_row_that_is_paired_otherwise_is_seen_at_the_first_call(n):
    """A row alone differs from what small sizes show, in a function that records little for a row."""
    w, draw = Value(0.3), random.Random(n)
    rows = [draw.gauss(0.0, 1.0) for _ in range(n)]

    def clamped(x):
        h = [(w * v).tanh() for v in x]
        return sum(a * h[max(i - (n - 2), 0)] for i, a in enumerate(h))

    assert ag.compile(clamped, [w])(rows) == pytest.approx(clamped([Value(v) for v in rows]).data, rel=1e-12)


def test_rows_that_are_all_alike_hide_nothing():
    w, draw = [Value(0.3), Value(0.2)], random.Random(1)

    def lagged(x):
        h = [(w[0] * v + w[1]).tanh() for v in x]
        lag = max(1, len(h) // 100)
        return sum(a * h[(i + lag) % len(h)] for i, a in enumerate(h)) / len(h)

    step, rows = ag.compile(lagged, w), [draw.gauss(0.0, 1.0) for _ in range(300)]
    for _ in range(4):
        step([0.0] * 300)
    assert step(rows) == pytest.approx(lagged([Value(v) for v in rows]).data, rel=1e-12)


@pytest.mark.parametrize(
    "mixing",
    [
        lambda w, x: [w * v * i for i, v in enumerate(x)],
        lambda w, x: [w * v - ag.mean(x) for v in x],
        lambda w, x: [w * v / len(x) for v in x],
        lambda w, x: [w * a + b for a, b in zip(x, [*x[1:], 0.0], strict=True)],
        lambda w, x: [w * v if i != 280 else w for i, v in enumerate(x)],
    ],
)
def test_predictions_that_depend_on_other_rows_are_not_cut_in_parts(mixing):
    w, rows = Value(0.3), [0.01 * k + 1.0 for k in range(300)]
    forward = compile_forward(lambda x: mixing(w, x), [w])
    assert len(forward(rows[:200])) == 200
    with pytest.raises(ValueError, match="depends on its place or on the rows beside it"):
        forward(rows)


def test_a_long_recurrence_beside_matrices_compiles():
    weights = [[Value(0.1), Value(0.2)], [Value(0.3), Value(0.1)]]
    inner = [[Value(0.2), Value(0.1)], [Value(0.1), Value(0.4)]]

    def last(x):
        h = [0.0, 0.0]
        for row in x:
            h = [(ag.dot(weights[i], row) + ag.dot(inner[i], h)).tanh() for i in range(2)]
        return h[0]

    draw = random.Random(0)
    rows = [[draw.gauss(0.0, 1.0), draw.gauss(0.0, 1.0)] for _ in range(1100)]
    step = ag.compile(last, [*weights[0], *weights[1], *inner[0], *inner[1]])
    assert step(rows) == pytest.approx(last(rows).data, rel=1e-12)


def test_each_larger_number_of_rows_is_compared_and_one_prediction_a_row_is_asked_for():
    w = Value(0.3)
    forward = compile_forward(lambda x: [w * v if i < 400 else v for i, v in enumerate(x)], [w])
    assert len(forward([2.0] * 300)) == 300
    with pytest.raises(ValueError, match="among all 700"):
        forward([2.0] * 700)
    with pytest.raises(ValueError, match="there are 100 rows, and 99 came"):
        compile_forward(lambda x: [w * v for v in x[1:]], [w])([1.0] * 100)


def test_a_size_at_which_a_slice_is_not_whole_is_traced_without_a_warning():
    w = [Value(0.3), Value(0.2)]

    def paired(x):
        return ag.total([ag.exp(-((w[0] * a - w[1] * b) ** 2)) for a in x[:8] for b in x[:8]])

    step = ag.compile(paired, w)
    for n in (64, 100, 6):
        rows = [i / n for i in range(n)]
        assert step(rows) == pytest.approx(paired([Value(v) for v in rows]).data, rel=1e-12)
