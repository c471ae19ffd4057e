"""What no gradient reaches sends none on, however it is compiled: the recorded run is the truth, nan and all.

A parameter that the loss could reach (a branch not taken, a row not looked up) has gradient 0; one that it never
touches, or only behind a detach or in a condition, has none: as in PyTorch.
"""

import random
import re
import sys
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, compile, compile_graph, dot, largest, maximum, mean, take, total, where  # noqa: A004
from autograd.compile.ir.program import Builder
from autograd.functional.take import Table
from nn import SGD, Adam, AdamW, Embedding
from tests.fuzz.random_programs import (
    Drawn,
    assert_compiles,
    assert_function_compiles,
    assert_same,
    random_graph,
    recorded,
)
from tests.support.array_programs import interpreted, with_backward
from tests.support.programs import by_dot, network
from tests.support.unreached import GOOD, UNREACHED, K, X


def assert_unreached(name, backend):
    function, parameters = UNREACHED[name]
    rows = [[Value(a) for a in row] for row in X]
    truth = recorded(function(rows, [Value(g) for g in GOOD], K), parameters)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not depend on")
        assert_same(compile(function, parameters, backend=backend).value_and_gradient(X, GOOD, K), truth, name)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("name", UNREACHED)
def test_numbers_that_nothing_flows_from_reach_no_gradient(name, backend):
    assert_unreached(name, backend)


@pytest.mark.parametrize("name", UNREACHED)
def test_nor_do_they_in_jax(name):
    pytest.importorskip("jax")
    assert_unreached(name, "jax")


# ------------------------------------------------------------------------- zero, and no gradient at all
def test_a_leaf_behind_a_branch_not_taken_has_gradient_0_and_keeps_what_it_had():
    x, a, b, never, cut, asked = (Value(v) for v in (1.0, 2.0, 0.0, 5.0, 3.0, 4.0))
    other = ag.log(b)  # -inf, with the derivative inf: 0 times that is nan, and must not come
    loss = where(x > 0.0, a * x, other * 1.0) + ag.detach(cut) * a + where(asked > 0.0, x, 0.0)
    loss.backward()
    assert [v._grad for v in (x, a, b, never, cut, asked)] == [3.0, 4.0, 0.0, None, None, None]
    assert not other.has_grad
    for before in (2.5, -0.0):
        b.grad = before
        loss.backward()
        assert b.grad.hex() == before.hex()


def test_whatever_is_between_a_leaf_and_a_branch_not_taken_changes_nothing():
    w, v = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
    x = Value(1.0)
    inner = where(x > 0.0, 0.0, total(v))
    loss = where(x > 0.0, dot(w, [x, x]), ag.exp(dot(v, w, inner))) * ag.sqrt(where(x > 0.0, x, dot(v, v)))
    loss.backward()
    assert [p._grad for p in (*w, *v)] == [1.0, 1.0, 0.0, 0.0]
    recording = ag.steps.record(loss, from_zero=True)
    grads = recording.replay(len(recording)).grads
    assert [grads[recording.index(p)] for p in (*w, *v)] == [1.0, 1.0, 0.0, 0.0]
    with ag.detect_anomaly():
        loss.backward()


def test_what_is_in_a_table_and_was_not_looked_up_has_gradient_0():
    table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], [Value(5.0), Value(6.0)]]
    lone, flat = Value(7.0), [Value(8.0), 1.0]
    loss = dot(take(table, 1), take(table, 1)) + take(flat, 1) * lone
    loss.backward()
    assert [[v._grad for v in row] for row in table] == [[0.0, 0.0], [6.0, 8.0], [0.0, 0.0]]
    assert (flat[0]._grad, lone._grad) == (0.0, 1.0)
    (slope,) = ag.gradients(loss, [table[1][0]])
    assert slope.data == 6.0
    table.append([Value(0.0)])
    take(table, 2)[0].backward()
    assert table[3][0]._grad == 0.0  # it is the table of today


def test_a_table_is_looked_through_once_in_a_pass(monkeypatch):
    seen = []
    values = Table.values
    counted = property(lambda self: seen.append(self) or values.fget(self))
    monkeypatch.setattr(Table, "targets", counted)
    embedding = Embedding(50, 2, seed=1)
    total([x for k in range(40) for x in embedding(k)]).backward()
    assert len(seen) == 1


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.9), lambda p: AdamW(p, 0.1), lambda p: Adam(p, 0.1)])
def test_optimizers_with_memory_move_on_where_the_gradient_is_0(make):
    """As if each had been handed its gradients: 0 in the steps that take the other branch."""
    signs = [1.0, 1.0, -1.0, -1.0, -1.0, 1.0]
    a, b = Value(0.8), Value(0.5)
    optimizer = make([a, b])
    twins = [Value(0.8), Value(0.5)]
    by_hand = make(twins)
    for x in signs:
        optimizer.zero_grad()
        x = Value(x)
        (where(x > 0.0, a * x, b * x) ** 2).backward()
        optimizer.step()
        for p, takes in zip(twins, (x.data > 0.0, x.data <= 0.0), strict=True):
            p.grad = 2.0 * p.data if takes else 0.0
        by_hand.step()
    assert [a.data, b.data] == pytest.approx([p.data for p in twins], rel=1e-14)


def test_an_embedding_trains_with_every_row_at_each_step():
    embedding = Embedding(3, 1, seed=1)
    optimizer = AdamW(embedding.parameters(), 0.1, weight_decay=0.5)
    start = embedding.rows[2][0].data
    for k in (0, 1, 0):
        optimizer.zero_grad()
        (embedding(k)[0] ** 2).backward()
        optimizer.step()
    assert embedding.rows[2][0].data == pytest.approx(start * (1.0 - 0.05) ** 3, rel=1e-15)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("seed", [21, 1700, 5583, 6169, 7329, 8404])
def test_graphs_that_once_differed(seed, backend):
    assert_compiles(*random_graph(random.Random(seed)), backend)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_random_networks_equal_their_recorded_runs(seed):
    try:
        assert_function_compiles(Drawn(seed))
    except FloatingPointError:
        assume(False)


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_equal_their_recorded_runs_in_native_code(seed):
    try:
        assert_function_compiles(Drawn(seed), "native")
    except FloatingPointError:
        pytest.skip("its loss is not finite")


@pytest.mark.parametrize("flipped", [True, False])
def test_units_that_are_switched_off_leave_their_weights_alone(flipped):
    b = Builder()
    weights, gates = b.make("parameter", (), (3, 2) if flipped else (2, 3), 0), b.make("parameter", (), (3,), 6)
    x, roots = b.make("input", (), (4, 2), 0), b.apply("sqrt", weights)
    z = b.matmul(x, b.transpose(roots) if flipped else roots)
    kept = b.apply("where", b.apply("greater", gates, b.number(0.0)), z, b.number(0.0))
    program = with_backward(b, b.sum(kept, (0, 1), ()), [(4, 2)], 9)
    w = np.array([[4.0, 9.0], [-1.0, 0.0], [1.0, 16.0]])
    rows = np.arange(8.0).reshape(4, 2)
    theta = np.concatenate([(w if flipped else w.T).reshape(-1), [1.0, -1.0, 1.0]])
    wanted = rows.sum(0) * 0.5 / np.sqrt(np.where(w > 0.0, w, np.inf))
    _, gradient = interpreted(program, theta, [rows])
    np.testing.assert_allclose(gradient[:6], (wanted if flipped else wanted.T).reshape(-1), rtol=1e-14)


# ------------------------------------------------------------------------------------ level by level
def tangle(seed, nodes=150):
    """A graph without structure, half of whose branches hold what they must not run into."""
    r = random.Random(seed)
    leaves = [Value(r.uniform(-1.0, 1.0)) for _ in range(8)]
    values = list(leaves)
    for _ in range(nodes):
        x, y, z = (r.choice(values) for _ in range(3))
        kind = r.randrange(8)
        values.append(
            [
                lambda x=x, y=y: x + y.tanh(),
                lambda x=x, y=y: x.tanh() * y.tanh(),
                lambda x=x, y=y: where(x > 0.0, ag.log(x), y),
                lambda x=x, y=y, z=z: where(y > z, where(x >= 0.1, ag.sqrt(x), z), y.sin()),
                lambda x=x, y=y, z=z: where(abs(x) > 0.2, 1.0 / x, y * z.cos()),
                lambda x=x, y=y, z=z: largest([x, y, z]),
                lambda x=x: largest([x]) + total([x]),
                lambda x=x, y=y, z=z: total([x.sin(), y.cos(), z]),
            ][kind]()
        )
    return sum(where(ag.isnan(v), 0.0, v.tanh()) for v in values[-40:]), leaves


@pytest.fixture
def loose(monkeypatch):
    """Kinds of scalars are put level by level however few they are."""
    monkeypatch.setattr(sys.modules["autograd.compile.lift.unstructured"], "FEW_KINDS", 0)


def assert_tangle(seed, backend, nodes=150):
    root, leaves = tangle(seed, nodes)
    step = compile_graph(root, parameters=leaves, backend=backend)
    assert_same(step.value_and_gradient(), recorded(root, leaves))
    return step


@pytest.mark.usefixtures("loose")
@pytest.mark.parametrize("nodes", [60, 400])  # narrow levels run scalar by scalar, wide ones as blocks
@pytest.mark.parametrize("seed", range(4))
def test_levels_know_what_is_reached(seed, nodes):
    assert "levels_reached(" in assert_tangle(seed, "numpy", nodes).source


@pytest.mark.usefixtures("loose")
@pytest.mark.parametrize("seed", range(2))
def test_levels_know_what_is_reached_in_native_code(seed):
    assert_tangle(seed, "native", 200)


@pytest.mark.usefixtures("loose")
def test_levels_know_what_is_reached_in_jax():
    pytest.importorskip("jax")
    assert_tangle(2, "jax", 20)


# ------------------------------------------------------------------------------------------- sources
def source(activation, loss):
    model, draw = network(by_dot, (3, 8, 8, 1), activation)
    step = compile(lambda x, y: mean([loss(model(r)[0], t) for r, t in zip(x, y, strict=True)]), draw.parameters)
    step(draw.rows(6, 3), draw.rows(6))
    return step.source.split("# backward")[1]


@pytest.mark.parametrize(("activation", "loss", "choices"), [
    (ag.relu, lambda s, t: (1.0 - t * s).relu(), 0),
    (ag.leaky_relu, lambda s, t: maximum(0.0, 1.0 - t * s), 3),
    (lambda z: where(z > 0.0, z, 0.0), lambda s, t: where(t * s < 1.0, 1.0 - t * s, 0.0), 3),
    (lambda z: where(z > 0.0, z, 0.1 * z), lambda s, t: (s - t) ** 2, 4),
    (ag.tanh, lambda s, t: where(abs(s - t) < 1.0, 0.5 * (s - t) ** 2, abs(s - t) - 0.5), 4),
])  # fmt: skip
def test_a_source_chooses_where_the_mathematics_does_and_nowhere_else(activation, loss, choices):
    backward = source(activation, loss)
    assert backward.count("where(") == choices
    assert "mask" not in backward


def test_rows_that_are_left_out_are_left_out_of_the_product():
    function, parameters = UNREACHED["rows_of_a_product"]
    step = compile(function, parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        step(X, GOOD, K)
    backward = step.source.split("# backward")[1]
    assert re.search(r"dot\(dp1\.T, where\(t\d+, x, 0\), out=dW1\)", backward)
    assert backward.count("where(") == 2
