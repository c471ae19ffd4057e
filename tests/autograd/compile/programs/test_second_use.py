"""State that only a second use shows, and conditions that only other numbers show."""

import copy
import itertools
import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, compile, gradcheck  # noqa: A004
from autograd.compile.programs.program_cache import MOST, MOST_IN_ALL

pytestmark = pytest.mark.usefixtures("unaudited")

BACKENDS = pytest.mark.parametrize("backend", ["numpy", "native"])
INF, NAN = math.inf, math.nan
NUMBERS = (-INF, -2.0, -1.0, -0.0, 0.0, 1.0, 2.0, INF, NAN)


# ------------------------------------------------------------------------------------------- second uses
def test_gradcheck_leaves_the_gradient_of_a_parameter_that_the_function_never_uses():
    used, unused = Value(1.0, "used"), Value(2.0, "unused")
    used.grad, unused.grad = 5.0, 7.0
    assert gradcheck(lambda: used * used, [used, unused])
    assert (used.grad, unused.grad) == (5.0, 7.0)
    unused.grad = None
    assert gradcheck(lambda: used * used, [used, unused])
    assert not unused.has_grad


@BACKENDS
def test_batch_norm_with_another_epsilon_is_another_program(backend):
    norm = nn.BatchNorm(1)
    rows = [[0.1], [0.4], [-0.2]]

    def loss(x):
        return ag.total([row[0] ** 3 for row in norm.batch(x)])

    step = compile(loss, parameters=norm.parameters(), backend=backend)
    before = step(rows)
    norm.epsilon = 0.5
    after = step(rows)
    assert after == pytest.approx(loss(rows).data, rel=1e-12)
    assert abs(after) < 0.9 * abs(before)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("shuffle", [0, None])
def test_averages_of_batch_norm_move_as_they_do_recorded(backend, shuffle):
    averages = []
    for name in ("recorded", backend):
        model = nn.Sequential(nn.Layer(1, 2, seed=0), nn.BatchNorm(2), nn.Layer(2, 1, seed=1))
        rows = [[0.1 * k * k] for k in range(7)]
        nn.fit(model, rows, [[k % 3 / 1.0] for k in range(7)], loss=nn.mean_squared_error, epochs=3, batch_size=3,
               optimizer=nn.SGD(model.parameters(), 0.05), shuffle=shuffle, backend=name)  # fmt: skip
        averages.append([*model.layers[1].running_mean, *model.layers[1].running_variance])
    assert averages[1] == pytest.approx(averages[0], rel=1e-9)
    assert averages[0][:2] != [0.0, 0.0]


def test_programs_that_were_not_used_for_long_are_dropped_and_come_back():
    w = Value(2.0)
    step = compile(lambda x: ag.total([w * a for a in x]), parameters=[w])
    for n in range(1, MOST_IN_ALL + 6):
        assert step([1.0] * n) == 2.0 * n
    known = step._programs.known
    assert sum(map(len, known.values())) == MOST_IN_ALL
    assert ((1,),) not in known, "the first goes first"
    assert step([3.0]) == 6.0
    assert ((1,),) in known
    w.data = 5.0
    assert step([1.0] * 9) == 45.0
    assert MOST < MOST_IN_ALL


@BACKENDS
def test_an_array_that_is_changed_in_place_is_seen(backend):
    table = np.arange(100.0).reshape(10, 10)
    w = Value(1.5)
    step = compile(lambda x: w * x * float(table.sum() - table[9][9]) + table[0][0], parameters=[w], backend=backend)
    assert step(1.0) == 1.5 * (4950.0 - 99.0)
    table[9][8] += 10.0
    assert step(1.0) == 1.5 * (4950.0 - 99.0 + 10.0)
    table[0][0] = 2.0
    assert step(1.0) == 1.5 * (4950.0 - 99.0 + 12.0) + 2.0
    table *= 0.0
    with pytest.warns(UserWarning, match="reads table from outside, which changes"):
        assert step(1.0) == 0.0


class Scaled(nn.Module):
    """A layer whose weights are computed from one parameter."""

    def __init__(self):
        self.scale = Value(0.5)

    def __call__(self, row):
        return [ag.dot([self.scale * k for k in range(1, len(row) + 1)], row, self.scale)]


@BACKENDS
def test_a_layer_with_computed_weights_is_followed(backend):
    layer = Scaled()
    step = compile(lambda x: ag.tanh(layer(x)[0]), parameters=layer.parameters(), backend=backend)
    for number in (0.5, -0.25, 0.0):
        layer.scale.data = number
        layer.scale.clear_grad()
        found = step([0.2, 0.1])
        slope = layer.scale.grad
        layer.scale.clear_grad()
        recorded = ag.tanh(layer([0.2, 0.1])[0])
        recorded.backward()
        assert (found, slope) == pytest.approx((recorded.data, layer.scale.grad), rel=1e-12)


def test_a_copy_is_of_the_numbers_of_its_moment():
    model = nn.MLP(2, [2, 1], seed=0)
    first = model([0.5, -0.5])
    p = model.parameters()[0]
    p.data = 9.0
    other = copy.deepcopy(model)
    assert other.parameters()[0].data == 9.0
    assert other([0.5, -0.5]).data == model([0.5, -0.5]).data != first.data
    p.data = -9.0
    assert other.parameters()[0].data == 9.0
    assert other([0.5, -0.5]).data != model([0.5, -0.5]).data
    graph = copy.deepcopy(model([0.5, -0.5]))
    p.data = 1.0
    graph.backward()
    assert not p.has_grad


# ------------------------------------------------------------------------------------ conditions, everywhere
CONDITIONS = {
    "=": ag.equal, ">": ag.greater, "≥": ag.greater_equal, "<": ag.less, "≤": ag.less_equal,
}  # fmt: skip
SIDES = {
    "x": lambda x: x, "−x": lambda x: -x, "|x|": ag.abs, "x·x": lambda x: x * x, "eˣ": ag.exp, "3x": lambda x: 3.0 * x,
    "nan?": ag.isnan, "x = 0": lambda x: ag.equal(x, 0.0), "¬(x = 0)": lambda x: ag.equal(ag.equal(x, 0.0), 0.0),
}  # fmt: skip


@BACKENDS
def test_conditions_hold_where_they_hold_recorded(backend):
    limits = (0.0, 1.0, 2.0, INF, -INF)
    cases = list(itertools.product(CONDITIONS, SIDES, limits))

    def function(w, x):
        taken = [ag.where(CONDITIONS[c](SIDES[s](x), limit), w, 3.0) for c, s, limit in cases]
        return ag.total([2.0**-k * t for k, t in enumerate(taken[:45])]) + ag.total(
            [2.0**-k * t for k, t in enumerate(taken[45:])]
        )

    w = Value(1.0)
    step = compile(lambda x: function(w, x), parameters=[w], backend=backend)
    for number in NUMBERS:
        w.clear_grad()
        found, slope = step(number), w.grad
        w.clear_grad()
        root = function(w, Value(number))
        root.backward()
        assert (found, slope) == (pytest.approx(root.data, rel=1e-14), pytest.approx(w.grad, rel=1e-14)), number


@pytest.mark.parametrize("limit", [0.0, INF])
@pytest.mark.parametrize("side", SIDES)
def test_each_condition_alone(side, limit):
    for name, condition in CONDITIONS.items():
        w, u = Value(5.0), Value(7.0)
        step = compile(lambda x: ag.where(condition(SIDES[side](x), limit), w, u), parameters=[w, u])  # noqa: B023
        for number in NUMBERS:
            recorded = ag.where(condition(SIDES[side](Value(number)), limit), 5.0, 7.0)
            found, gradient = step.value_and_gradient(number)
            assert (found, gradient.tolist()) == (recorded.data, [found == 5.0, found == 7.0]), (name, number)


@pytest.mark.parametrize("signs", list(itertools.product((1, -1), repeat=3)))
def test_signs_in_sums_and_products_are_kept(signs):
    a, b, c = (Value(x) for x in (2.0, 3.0, 5.0))

    def signed(sign, x):
        return x if sign > 0 else -x

    def function(x):
        s, t, u = (signed(sign, p) for sign, p in zip(signs, (a, b, c), strict=True))
        return s * x + t * (-u) - (-x) * s * u + (s - t) / (-2.0) + -(u * x) / 4.0 - t

    step = compile(function, parameters=[a, b, c])
    for x in (1.0, -3.0):
        found, gradient = step.value_and_gradient(x)
        root = function(Value(x))
        slopes = [float(g.data if isinstance(g, Value) else g) for g in ag.gradients(root, [a, b, c])]
        assert found == pytest.approx(root.data, rel=1e-14)
        assert gradient.tolist() == pytest.approx(slopes, rel=1e-14)
