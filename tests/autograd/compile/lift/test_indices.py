"""Whole numbers of arguments as indices: cut, turned and put together as the user likes, beside other numbers."""

import random

import numpy as np
import pytest

import nn
from autograd import Value, compile, mean, take, total  # noqa: A004
from autograd.compile.ir.program import Builder
from autograd.compile.lift.indices import copied_from
from tests.support.outcomes import assert_equal, recorded

BACKENDS = ["numpy", "native", "jax"]


def parameters():
    return [Value(x) for x in (1.0, 2.0, 3.0)]


PROGRAMS = {
    "pieces": (lambda w, k: take(w, k[1]).tanh() + take([w[1], w[2], w[0]], k[0]).tanh(), [0, 2]),
    "tables of different sizes": (lambda w, k: take(w, k[0]) * take(w[:2], k[1]), [2, 1]),
    "another order": (lambda w, k: total([take(w, k[i]) * (i + 1) for i in (3, 1, 0, 2)]), [0, 1, 2, 2]),
    "every pair": (lambda w, k: total([take(w, a) * take(w, b) for a in k for b in k]), [0, 1, 2]),
    "a number too": (lambda w, k: take(w, k[0]) * k[0], [2]),
    "beside other numbers": (lambda w, k: take(w, k[0]) * k[1], [2, 0.5]),
    "a column": (lambda w, k: mean([take(w, row[0]) * row[1] for row in k]), [[2, 0.5], [1, -0.25], [2, 3.0]]),
    "rows of a table": (
        lambda w, k: total([total(take([w[:2], w[1:], w[::2]], k[i])).tanh() for i in (2, 0, 1)]) ** 2,
        [0, 1, 2],
    ),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_equals_the_recorded_program(name, backend):
    function, k = PROGRAMS[name]
    w = parameters()
    step = compile(lambda k: function(w, k), w, backend)
    assert_equal(step.value_and_gradient(k), recorded(lambda k: function(w, k), w, (k,)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_arguments_in_turn(backend):
    w = parameters()

    def function(k, j):
        return total([take(w, a) * (i + 1.0) for i, a in enumerate([k[0], j[0], k[1], j[1]])]) ** 2

    arguments = ([0, 1], [2, 2])
    step = compile(function, w, backend)
    assert_equal(step.value_and_gradient(*arguments), recorded(function, w, arguments))


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_index_has_its_own_limit(backend):
    w = parameters()
    step = compile(lambda k: take(w, k[0]) * take(w[:2], k[1]) * k[2], w, backend)
    step([2, 1, float("nan")])
    for wrong, kind, message in [
        ([3, 1, 0.5], IndexError, r"k\[0\] is 3.*the last 2"),
        ([2, 2, 0.5], IndexError, r"k\[1\] is 2.*the last 1"),
        ([2, -1, 0.5], IndexError, r"k\[1\] is -1.*the first is 0"),
        ([2, 0.5, 0.5], TypeError, r"k\[1\] is 0.5.*a whole number"),
        ([float("nan"), 1, 0.5], TypeError, r"k\[0\] is nan.*a whole number"),
    ]:
        with pytest.raises(kind, match=message):
            step(wrong)


def test_only_an_argument_can_be_an_index():
    w, outside = parameters(), Value(1.0)
    for function in (lambda k: take(w, outside) * k, lambda k: take(w, w[0]) * k, lambda k: take(w, k + 1.0)):
        with pytest.raises(TypeError, match="an entry of an argument of a compiled function"):
            compile(function, w)(1)


class Tagged(nn.Module):
    """A network on rows of one index and two numbers."""

    def __init__(self):
        self.table = nn.Embedding(5, 3, seed=1)
        self.network = nn.MLP(5, [4, 1], "tanh", seed=2)

    def __call__(self, row):
        return self.network([*self.table(row[0]), *row[1:]])


@pytest.mark.parametrize("backend", BACKENDS)
def test_batches_of_rows_with_an_index_among_their_numbers(backend):
    draw = random.Random(0)
    rows = [[draw.randrange(5), draw.gauss(0.0, 1.0), draw.gauss(0.0, 1.0)] for _ in range(30)]
    targets = [row[1] + 0.1 * row[0] for row in rows]

    def trained(backend):
        model = Tagged()
        optimizer = nn.Adam(model.parameters(), 0.01)
        history = nn.fit(
            model, rows, targets, loss=nn.mean_squared_error, optimizer=optimizer, epochs=3, batch_size=8,
            backend=backend,
        )  # fmt: skip
        return [*history.losses, *[p.data for p in model.parameters()]]

    assert trained(backend) == pytest.approx(trained("recorded"), rel=1e-11)
    rows[20][0] = 5
    with pytest.raises(IndexError, match=r"inputs\[20\]\[0\] is 5|this embedding has rows 0 to 4, and 5"):
        trained(backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("k", [2, 2.0, True, np.float64(0.0), np.int32(1), 0.5, 3, -1, -1.0, "1", None, 1j])
def test_an_embedding_answers_alike_recorded_and_compiled(k, backend):
    table = nn.Embedding(3, 2, seed=0)
    step = compile(lambda k: total(table(k)), table.parameters(), backend)
    try:
        expected = total(table(k)).data
    except (TypeError, IndexError) as error:
        with pytest.raises(type(error)):
            step(k)
    else:
        assert step(k) == expected


@pytest.mark.parametrize("kind", [list, np.array])
@pytest.mark.parametrize("wrong", [5, -1, 1.5])
@pytest.mark.parametrize("backend", ["recorded", "auto", *BACKENDS])
def test_a_wrong_index_is_told_before_any_work_wherever_it_stands(backend, wrong, kind):
    draw = random.Random(0)
    rows = [[row % 5, draw.gauss(0.0, 9.0), draw.gauss(0.0, 1.0)] for row in range(30)]
    rows[20][0] = wrong
    model, error = Tagged(), TypeError if wrong == 1.5 else IndexError
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=r"this embedding has rows 0 to 4|by whole number"):
        nn.fit(
            model, kind(rows), [row[1] for row in rows], loss=nn.mean_squared_error,
            optimizer=nn.Adam(model.parameters()), epochs=2000, batch_size=4, backend=backend,
        )  # fmt: skip
    assert [p.data for p in model.parameters()] == before


def test_every_structure_that_an_index_may_have():
    b = Builder()
    x, y = b.make("input", (), (2, 3), 0), b.make("input", (), (4,), 1)
    first = {x: 10, y: 20}.__getitem__
    cut = b.slice(b.transpose(x), [(0, 3, 2), (0, 2, 1)])
    joined = b.make("join", (cut, y), (8,))
    turned = b.broadcast(b.reshape(b.gather(joined, np.array([7, 0, 3, 3])), (2, 1, 2)), (2, 2, 2))
    assert copied_from(cut, first).tolist() == [[10, 13], [12, 15]]
    assert copied_from(turned, first).tolist() == [[[23, 10], [23, 10]], [[15, 15], [15, 15]]]
    with pytest.raises(NotImplementedError, match="not computed by tanh"):
        copied_from(b.apply("tanh", y), first)
