"""Rehearsals alone: which rows they take, how far they move numbers, and what they compute, against recorded runs."""

from collections import Counter
from functools import partial

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compile.frontend.determined import UndeterminedError, trace_once
from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.frontend.validate import argument_names
from autograd.compile.programs.rehearsal import MOVE, NoNumberError, Once, Rehearsal, Sample, moved, products
from autograd.recording.bulk import numbers_of
from tests.fuzz.random_programs import Drawn
from tests.support.programs import PROGRAMS
from tests.support.unreached import GOOD, UNREACHED, K, X


# -------------------------------------------------------------------------------------------------- rows
@pytest.mark.parametrize(
    ("count", "width", "nodes", "distinct"),
    [
        (64, 4, 1000, 64), (65, 4, 1000, 64), (5000, 64, 1000, 64), (5000, 65, 1000, 63), (5000, 256, 1000, 16),
        (5000, 300, 1000, 16), (15, 300, 1000, 15), (500, 4, 100, 100), (500, 4, 20, 500), (501, 4, 20, 500),
        (500, 4, 10_001, 64),
    ],
)  # fmt: skip
def test_so_many_rows_are_taken_by_their_width_and_what_they_record(count, width, nodes, distinct):
    wide = np.arange(float(count * (width - 1))).reshape(count, width - 1)
    arrays = [wide, np.arange(count), np.array(7.0), np.arange(3)]
    sample = Sample(arrays, nodes, 1)
    rows = sample.arrays(sample.distinct)
    assert [len(sample.distinct[0]), len(sample.distinct[1]), len(sample.distinct[3])] == [distinct, distinct, 3]
    assert rows[0].shape == arrays[0].shape
    assert (rows[2], rows[3].tolist()) == (7.0, [0, 1, 2])
    assert (rows[0][:, 0] == rows[1] * (width - 1)).all(), "one row of every array stands in one place"
    assert len({*rows[1].tolist()}) == distinct, "each row stands somewhere"
    if distinct < count:
        again = Sample(arrays, nodes, 2)
        assert sample.rows[0] != again.rows[0]
        assert sample.rows[0] == sample.rows[1] == Sample(arrays, nodes, 1).rows[0]
    else:
        assert sample.rows == [None] * 4


@pytest.mark.parametrize(("last", "is_one"), [(3, True), (-4, True), (4, False), (-5, False)])
def test_an_index_counts_from_either_end(last, is_one):
    w = [Value(0.5 + k) for k in range(4)]
    places = np.array([0, -1, 2, last])
    act = partial(rehearsed, lambda i: ag.total([ag.take(w, k) for k in i]), w, (places,))
    if is_one:
        rehearsal, _ = act()
        counts = np.bincount(places % 4, minlength=4).astype(float)
        assert rehearsal.agrees(1, sum(w[k].data for k in places.tolist()), [], counts) is True
    else:
        with pytest.raises(NoNumberError, match="are used as indices"):
            act()


# ----------------------------------------------------------------------------------------------- numbers
def test_numbers_are_moved_a_little():
    x = np.array([[0.0, 5.0, -5.0]] * 400)
    near = moved(x, np.random.default_rng(0))
    shares = np.where(x == 0.0, near, 1.0 - near / np.where(x == 0.0, 1.0, x))
    assert (shares >= 0.0).all()
    assert 0.98 * MOVE < shares.max() <= MOVE
    assert len({*shares.ravel().tolist()}) == shares.size


def rehearsed(function, parameters, arguments, **how):
    names = argument_names(function)
    arrays = [np.asarray(a) for a in arguments]
    traced = trace(function, [a.shape for a in arrays], parameters, names)
    return Rehearsal(traced, Sample(arrays, 1, 1), gradients=True, **how), traced


def at(function, parameters, theta, arguments, direction):
    """The recorded loss at these numbers, and how fast it moves in the direction."""
    before = numbers_of(parameters)
    try:
        for p, x in zip(parameters, theta, strict=True):
            p.data = float(x)
            p.clear_grad()
        given = [_values(a.tolist()) for a in arguments]
        loss = function(*given)
        loss.backward()
        slopes = [p.grad * d for p, d in zip(parameters, direction, strict=True) if p.has_grad]
        return loss.data, slopes, np.array([p.grad if p.has_grad else 0.0 for p in parameters])
    finally:
        for p, x in zip(parameters, before, strict=True):
            p.data = x
            p.clear_grad()


def _values(x):
    return [_values(e) for e in x] if isinstance(x, list) else Value(x) if isinstance(x, float) else x


def drawn(seed):
    given = Drawn(seed)
    return given.function, given.parameters, (given.x, given.index)


CASES = dict(PROGRAMS)
CASES |= {name: lambda name=name: (*UNREACHED[name], (X, GOOD, K)) for name in [*UNREACHED][::5]}
CASES |= {f"drawn {k}": lambda k=k: drawn(k) for k in range(4)}


@pytest.mark.parametrize("name", CASES)
def test_what_is_rehearsed_is_what_is_recorded(name):
    function, parameters, arguments = CASES[name]()
    rehearsal, _ = rehearsed(function, parameters, arguments)
    theta = np.array(numbers_of(parameters))
    (near, data), (own, given) = rehearsal.points
    assert own.tolist() == theta.tolist()
    shares = (near - theta) / (np.abs(theta) + 1.0)
    assert (np.abs(shares) <= MOVE).all()
    assert len(theta) < 9 or np.abs(shares).max() > MOVE / 2 > MOVE / 4 > shares.min()
    for x, y, z in zip(arguments, data, given, strict=True):
        x = np.asarray(x)
        np.testing.assert_array_equal(x, z)
        if x.dtype.kind == "f":
            np.testing.assert_allclose(y, x, rtol=MOVE, atol=MOVE)
            assert not np.isfinite(x).any() or (np.asarray(y)[np.isfinite(x)] != x[np.isfinite(x)]).any()
    direction = rehearsal._direction
    assert (np.abs(direction) <= 1.0).all()
    for point, (numbers, rows) in enumerate(rehearsal.points):
        given = [_as_given(x, a) for x, a in zip(rows, arguments, strict=True)]
        loss, slopes, gradient = at(function, parameters, numbers, given, direction)
        if not np.isfinite([loss, *gradient]).all():
            assert rehearsal.agrees(point, loss, [], gradient) is None
            continue
        assert rehearsal._outputs[point][0] == pytest.approx(loss, rel=1e-12)
        scale = sum(map(abs, slopes)) + 1e-300
        assert abs(rehearsal._slopes[point] - sum(slopes)) <= 1e-11 * scale
        assert rehearsal.agrees(point, loss, [], gradient) is True
        assert rehearsal.agrees(point, loss * (1.0 + 1e-8), [], gradient) is False
        assert rehearsal.agrees(point, loss * (1.0 + 1e-10), [], gradient) is True
        assert rehearsal.agrees(point, loss, [np.zeros(1)], gradient) is False
        most = np.argmax(np.abs(gradient * direction))
        if gradient[most]:
            wrong = np.where(np.arange(len(theta)) == most, 1.001 * gradient, gradient)
            assert rehearsal.agrees(point, loss, [], wrong) is False


def _as_given(x, given):
    """Whole numbers that say places, which are not moved, as such."""
    return np.asarray(given if np.array_equal(x, given) else x)


def test_indices_beyond_a_table_have_no_number():
    table = [Value(1.0), Value(2.0), Value(3.0)]

    def function(x):
        return ag.total([ag.take(table, i) * ag.take(table, i) for i in x])

    assert rehearsed(function, table, [[2, 0]])[0]._outputs[1][0] == 10.0
    for wrong in ([3, 0], [0, -4], [np.nan, 0]):
        with pytest.raises(NoNumberError, match="are used as indices"):
            rehearsed(function, table, [wrong])


def test_the_same_on_the_same_values_is_recorded_once():
    w, x = [Value(1.0), Value(2.0)], [[1.0, 2.0], [3.0, 4.0]]
    modes = []

    def recorder(arguments):
        modes.append(Once(arguments))
        return modes[-1]

    def function(rows):
        return ag.total(
            [ag.dot(w, row) * 2.0 + ag.total(row) for row in [rows[0], rows[1], rows[0]]] + [w[0] * 2.0] * 2
        )

    traced = trace(function, [np.shape(x)], w, ["rows"], recorder=recorder, rows=[None])
    made = Counter(node.op.name for node in traced.made if node.op)
    said = Counter()
    for op, members in modes[-1].recorded:
        said[op.name, members] += 1
    assert made == {"dot": 2, "total": 3, "multiply": 3, "add": 2}
    assert said == {("dot", 2): 3, ("total", 2): 3, ("total", 5): 1, ("multiply", 0): 4, ("add", 0): 3}


@pytest.mark.parametrize(("wanted", "together"), [(3, True), (2, False)])
def test_products_of_most_pairs_are_one_product_and_else_are_computed_alone(wanted, together, monkeypatch):
    draw, alone = np.random.default_rng(0), []
    x, y = draw.normal(size=(2, 3, 5)), draw.normal(size=(2, 4, 5))
    i, j = np.array([0, 2, 1])[:wanted], np.array([3, 0, 0])[:wanted]
    einsum = np.einsum
    monkeypatch.setattr(np, "einsum", lambda *given: (alone.append(given), einsum(*given))[1])
    found = products(x, y, i, j)
    np.testing.assert_allclose(found, [[x[k, a] @ y[k, b] for a, b in zip(i, j, strict=True)] for k in (0, 1)])
    assert bool(alone) is not together


def test_what_modules_draw_is_made_up_between_a_half_and_one_and_a_half():
    model = nn.Sequential(nn.Layer(2, 200, seed=0), nn.Dropout(0.5))
    rehearsal, _ = rehearsed(
        lambda x: ag.total([v for row in x for v in model(row)]), model.parameters(), [[[1.0, 2.0]] * 3]
    )
    for _, given in rehearsal.points:
        (drawn,) = given[1:]
        assert drawn.shape == (600,)
        assert 0.5 <= drawn.min() < 0.52 < 1.48 < drawn.max() <= 1.5
    assert (rehearsal.points[0][1][1] == rehearsal.points[1][1][1]).all()


# ----------------------------------------------------------------------------------------------- closing
def test_whatever_is_traced_is_closed(monkeypatch):
    """Else a program would keep the graph of every trace."""
    made, closed = [], []
    begin, close = Traced.__init__, Traced.close
    monkeypatch.setattr(Traced, "__init__", lambda self, *a, **k: (made.append(self), begin(self, *a, **k))[1])
    monkeypatch.setattr(Traced, "close", lambda self: (closed.append(self), close(self))[1])
    w = [Value(0.5), Value(0.25)]

    def pairs(x):
        return ag.mean([ag.tanh(w[0] * a) for a in x]) * ag.total([w[1] for _ in x for _ in x])

    step = ag.compile(pairs, w)
    step(np.arange(30.0))
    assert step._programs.latest.family is not None
    assert len(made) >= 4
    step(np.arange(41.0))
    odd = ag.compile(lambda x: ag.mean([w[0] * a for a in x]) * (1.0 if len(x) < 20 else 2.0), w[:1])
    odd(np.arange(40.0))
    assert odd._programs.latest.family is None
    counts = iter(range(100))
    with pytest.raises(UndeterminedError):
        ag.compile(lambda x: w[0] * x * next(counts), w[:1])(1.0)
    draw = np.random.default_rng(0)
    with pytest.raises(UndeterminedError):
        trace_once([draw], lambda x: w[0] * x * draw.normal(), [()], w[:1], ["x"])
    open_ = [x for x in made if not any(x is y for y in closed)]
    assert not open_
    assert all(x.root is None and not x.arguments for x in made)
