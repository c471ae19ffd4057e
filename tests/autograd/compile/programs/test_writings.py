"""However a network is written, the same matrices are found: with minus signs, scales, masks, and data closed over."""

import operator
from functools import reduce

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, dot, mean  # noqa: A004
from tests.support.outcomes import assert_equal, recorded
from tests.support.programs import Draw, by_dot, network


def by_right(w, x, b):
    return w[0] * x[0] + by_right(w[1:], x[1:], b) if w else b


def by_reduce(w, x, b):
    return reduce(operator.add, map(operator.mul, w, x)) + b


def by_zero(w, x, b):
    z = 0.0
    for a, c in zip(w, x, strict=True):
        z += a * c
    return z + b


def by_weight_of_one(w, x, b):
    return sum(a * c for a, c in zip([*w, b], [*x, 1.0], strict=True))


def by_dot_with_one(w, x, b):
    return dot([*w, b], [*x, 1.0])


def by_taking_away(w, x, b):
    for a, c in zip(w, x, strict=True):
        b = b - a * c
    return b


SUMS = [by_right, by_reduce, by_zero, by_weight_of_one, by_dot_with_one]
DIFFERENCES = [
    by_taking_away,
    lambda w, x, b: sum(-(a * c) for a, c in zip(w, x, strict=True)) + b,
    lambda w, x, b: sum(-a * c for a, c in zip(w, x, strict=True)) + b,
    lambda w, x, b: b + sum(a * -c for a, c in zip(w, x, strict=True)),
    lambda w, x, b: b - sum(-a * -c for a, c in zip(w, x, strict=True)),
    lambda w, x, b: -sum(a * c for a, c in zip(w, x, strict=True)) + b,
]
HALVES = [
    lambda w, x, b: sum(0.5 * a * c for a, c in zip(w, x, strict=True)) + b,
    lambda w, x, b: sum(a * c * 0.5 for a, c in zip(w, x, strict=True)) + b,
    lambda w, x, b: b - sum(a * (-0.5 * c) for a, c in zip(w, x, strict=True)),
]
RATIOS = [
    lambda w, x, b: sum(a * c / 3.0 for a, c in zip(w, x, strict=True)) + b,
    lambda w, x, b: b - sum(-(a * c) / 3.0 for a, c in zip(w, x, strict=True)),
]
WRITINGS = [
    *[(by_dot, way) for way in SUMS],
    *[(lambda w, x, b: b - dot(w, x), way) for way in DIFFERENCES],
    *[(lambda w, x, b: dot(w, [0.5 * c for c in x], b), way) for way in HALVES[:2]],
    *[(lambda w, x, b: dot(w, [c / 3.0 for c in x], b), way) for way in RATIOS],
]


def compiled(function, parameters, *arguments):
    """Return the step of a program that equals its recorded run."""
    step = compile(function, parameters)
    assert_equal(step.value_and_gradient(*arguments), recorded(function, parameters, arguments))
    return step


def products_of(step):
    """Return the shapes of the matrix products of the forward pass."""
    program = step._programs.latest.program
    assert not {"gather", "levels", "join"} & {a.op for a in program.lines}
    return [a.shape for a in program.lines[: program.forward] if a.op == "matmul"]


def regression(way):
    model, draw = network(way)
    x, y = draw.rows(6, 3), draw.rows(6)
    return compiled(
        lambda x, y: mean([(model(r)[0] - t) ** 2 for r, t in zip(x, y, strict=True)]), draw.parameters, x, y
    )


@pytest.mark.parametrize(("plain", "way"), WRITINGS)
def test_signs_and_scales_are_no_other_program(plain, way):
    assert regression(way).source == regression(plain).source


@pytest.mark.parametrize("way", [*SUMS, *DIFFERENCES, *HALVES, *RATIOS])
def test_every_writing_is_three_products(way):
    assert products_of(regression(way)) == [(6, 5), (6, 4), (6, 1)]


def test_inputs_scaled_each_by_its_own_number_are_one_product():
    draw, middle, spread = Draw(), [0.1, -0.2, 0.3], [1.0, 2.0, 4.0]
    w = draw.weights(4, 3)

    def loss(x):
        return mean([
            ag.tanh(sum(a * (c - m) / s for a, c, m, s in zip(ws, row, middle, spread, strict=True)))
            for row in x
            for ws in w
        ])  # fmt: skip

    assert products_of(compiled(loss, draw.parameters, draw.rows(6, 3))) == [(6, 4)]


def test_weights_masked_by_numbers_are_a_product_for_each_mask():
    draw, mask = Draw(), [[1, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 1]]
    w = draw.weights(4, 3)

    def loss(x):
        return mean([
            ag.tanh(sum(a * m * c for a, m, c in zip(ws, ms, row, strict=True)))
            for row in x
            for ws, ms in zip(w, mask, strict=True)
        ])  # fmt: skip

    program = compiled(loss, draw.parameters, draw.rows(6, 3))._programs.latest.program
    assert [a.shape for a in program.lines[: program.forward] if a.op == "matmul"] == [(4, 6, 1)]


def test_products_added_and_taken_away_in_pairs_are_two_matrices():
    draw = Draw()
    u, v = draw.weights(4, 3), draw.weights(4, 3)

    def loss(x, y):  # the real part of a complex layer
        return mean([
            ag.tanh(sum(p * a - q * b for p, q, a, b in zip(us, vs, left, right, strict=True)))
            for left, right in zip(x, y, strict=True)
            for us, vs in zip(u, v, strict=True)
        ])  # fmt: skip

    assert products_of(compiled(loss, draw.parameters, draw.rows(5, 3), draw.rows(5, 3))) == [(5, 4), (5, 4)]


# ---------------------------------------------------------------------------------------- data closed over
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
LOSSES = {
    "0 or 1": (lambda s, t: -(t * ag.log(ag.sigmoid(s)) + (1 - t) * ag.log(1 - ag.sigmoid(s))), [0, 1, 1, 0]),
    "signs": (lambda s, t: (1 + -t * s).relu(), [1, -1, -1, 1]),
    "numbers": (lambda s, t: (s - t) ** 2, [0.0, 1.0, 1.0, 0.0]),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("rows", [X, X + X[1:3], [[0, 1], [1, 1]]], ids=["rows", "rows again", "whole numbers"])
@pytest.mark.parametrize("way", [by_dot, by_reduce, by_zero])
def test_data_closed_over_are_a_matrix_as_arguments_are(name, rows, way):
    loss, targets = LOSSES[name]
    targets = (targets * 2)[: len(rows)]

    def written(closed):
        model, draw = network(way, (2, 4, 1))
        function = lambda x, y: sum(loss(model(r)[0], t) for r, t in zip(x, y, strict=True)) / len(x)  # noqa: E731
        if closed:
            return compiled(lambda: function(rows, targets), draw.parameters)
        return compiled(function, draw.parameters, rows, targets)

    closed, given = written(True), written(False)
    assert products_of(closed)[:2] == products_of(given)[:2] == [(len(rows), 4), (len(rows), 1)]
    assert closed() == pytest.approx(given(rows, targets), rel=1e-14)


# -------------------------------------------------------------------------------------------- attention
def by_slicing(scores, t):
    return normalized([ag.exp(s) for s in scores[: t + 1]])


def by_largest(scores, t):
    most = ag.largest(scores[: t + 1])
    return normalized([ag.exp(s - most) for s in scores[: t + 1]])


def by_low_numbers(scores, t):
    return normalized([ag.exp(s + (0.0 if u <= t else -1e9)) for u, s in enumerate(scores)])


def by_zeros(scores, t):
    return normalized([(1.0 if u <= t else 0.0) * ag.exp(s) for u, s in enumerate(scores)])


def normalized(parts):
    whole = sum(parts)
    return [p / whole for p in parts]


@pytest.mark.parametrize("masked", [by_slicing, by_largest, by_low_numbers, by_zeros])
def test_a_causal_mask_is_three_products_however_it_is_written(masked):
    draw, steps, width = Draw(), 4, 6
    w = draw.weights(width, width)

    def loss(x):
        h = [[sum(a * b for a, b in zip(ws, row, strict=True)) for ws in w] for row in x]
        out = []
        for t in range(steps):
            weights = masked([sum(a * b for a, b in zip(h[t], other, strict=True)) for other in h], t)
            out.append([sum(p * row[j] for p, row in zip(weights, h, strict=False)) for j in range(width)])
        return mean([ag.tanh(a) for row in out for a in row])

    step = compiled(loss, draw.parameters, draw.rows(steps, width))
    assert products_of(step) == [(steps, width), (steps, steps), (steps, width)]


def test_a_sum_of_one_is_the_first_of_many():
    draw = Draw()
    w = draw.weights(5)
    step = compiled(
        lambda x: mean([ag.tanh(sum(w[j] * x[i][j] for j in range(i + 1))) for i in range(5)]),
        draw.parameters,
        draw.rows(5, 5),
    )
    assert products_of(step) == [(5, 1)]


def test_what_is_scaled_and_signed_still_differs_where_it_should():
    w, x = [Value(0.5), Value(-0.25)], [3.0, 5.0]
    step = compile(lambda x: sum(-(a * c) * k for a, c, k in zip(w, x, [2.0, -4.0], strict=True)), w)
    value, gradient = step.value_and_gradient(x)
    assert value == -(0.5 * 3.0) * 2.0 - (-0.25 * 5.0) * -4.0
    np.testing.assert_array_equal(gradient, [-6.0, 20.0])


NAN = float("nan")


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_a_maximum_of_maxima_is_the_largest_ties_and_all(backend):
    w = [Value(1.0), Value(2.0), Value(-1.0)]
    rows = [[1.0, 2.0, 2.0, 0.0], [3.0, 3.0, 3.0, 3.0], [-1.0, 0.0, -2.0, 0.0], [5.0, 1.0, 2.0, 5.0]]

    def loss(x):
        return mean([reduce(ag.maximum, [w[0] * a - w[1] for a in row]) * w[2] for row in x])

    step = compile(loss, w, backend=backend)
    assert_equal(step.value_and_gradient(rows), recorded(loss, w, (rows,)))
    assert "largest" in {a.op for a in step._programs.latest.program.lines}
    for k in range(4):
        broken = [[*row[:k], NAN, *row[k + 1 :]] for row in rows]
        assert np.isnan([step(broken), loss(broken).data]).all()


# ------------------------------------------------------------------------------------------- conditions
TOGETHER = {
    "and": lambda a, b: (a > 0.0) & (b >= 0.5),
    "or": lambda a, b: (a > 0.0) | (b >= 0.5),
    "not": lambda a, b: ~(a > b),
    "neither": lambda a, b: ~((a > 0.0) | (b < 0.0)),
    "one of both": lambda a, b: (a > 0.0) & ~(b > 0.0) | ~(a > 0.0) & (b > 0.0),
    "beside a truth": lambda a, b: (a > 0.0) & True | False | (b > a),
}
NUMBERS = [-1.0, 0.0, 0.5, 2.0, float("nan")]


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("name", TOGETHER)
def test_conditions_put_together_are_those_of_logic(name, backend):
    condition, w = TOGETHER[name], [Value(2.0), Value(3.0)]
    rows = [[a, b] for a in NUMBERS for b in NUMBERS]

    def chosen(rows):
        return [ag.where(condition(*row), w[0], w[1] * w[1]) for row in rows]

    truth = [bool(eval_on_floats(condition, a, b)) for a, b in rows]
    assert [bool(condition(Value(a), Value(b))) for a, b in rows] == truth
    assert [v.data for v in chosen([[Value(a), Value(b)] for a, b in rows])] == [2.0 if t else 9.0 for t in truth]
    value, gradient = compile(lambda x: sum(chosen(x)), w, backend=backend).value_and_gradient(rows)
    assert value == sum(2.0 if t else 9.0 for t in truth)
    assert gradient.tolist() == [float(sum(truth)), 6.0 * (len(rows) - sum(truth))]


class Number(float):
    """A float whose comparisons are NumPy's truths, which know &, | and ~."""

    def __lt__(self, other):
        return np.bool_(float(self) < other)

    def __gt__(self, other):
        return np.bool_(float(self) > other)

    def __ge__(self, other):
        return np.bool_(float(self) >= other)


def eval_on_floats(condition, a, b):
    return condition(Number(a), Number(b))


def test_nothing_flows_into_a_condition():
    a, b, x = Value(0.5), Value(-0.5), Value(2.0)
    ag.where((a > 0.0) & ~(b > 0.0), x * a, x).backward()
    assert (a.grad, x.grad, b.grad) == (2.0, 0.5, 0.0)
    with pytest.raises(TypeError, match="unsupported operand"):
        (a > 0.0) & x


def test_a_number_that_keeps_a_product_finite_stays_where_it_was_written():
    w, x = [Value(1e300), Value(-2e300)], [1e-10, 3e-10]
    function = lambda x: sum((1e-300 * a) * c for a, c in zip(w, x, strict=True))  # noqa: E731
    assert_equal(compile(function, w).value_and_gradient(x), recorded(function, w, (x,)))
