"""Compiled programs are the recorded ones: the same value, the same gradients, in the matrices one would write."""

import random
import re
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, compile, compile_graph, dot, mean, softmax, take, total, where  # noqa: A004
from tests.fuzz.random_programs import assert_compiles, random_graph
from tests.support.outcomes import assert_equal, recorded
from tests.support.programs import PROGRAMS, by_chain, by_dot, by_sum, network

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


Y = [[0.0], [1.0], [1.0], [0.0]]


@pytest.mark.parametrize("name", PROGRAMS)
def test_equals_the_recorded_program(name):
    function, parameters, arguments = PROGRAMS[name]()
    step = compile(function, parameters)
    assert_equal(step.value_and_gradient(*arguments), recorded(function, parameters, arguments))
    for p in parameters:  # and again with other weights
        p.data = 0.9 * p.data + 0.05
    assert_equal(step.value_and_gradient(*arguments), recorded(function, parameters, arguments))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_traced_program_is_traced_once_for_a_shape(name):
    function, parameters, arguments = PROGRAMS[name]()
    calls = []
    names = ", ".join(f"x{k}" for k in range(len(arguments)))
    counted = eval(f"lambda {names}: (calls.append(1), function({names}))[1]", {"calls": calls, "function": function})
    step = compile(counted, parameters)
    step(*arguments)
    first = len(calls)
    step(*arguments)
    assert first <= 2
    assert len(calls) == first + 1, "an audit runs the function, and traces nothing"
    assert len(str(step).splitlines()) == 2


SOURCE = """\
from numpy import add, dot, exp, logaddexp, tanh
sum = add.reduce

def softplus(x):
    return logaddexp(0.0, x)

def sigmoid(x):
    return 1.0 / (1.0 + exp(-x))

def bind(theta, gradient):
    W1 = theta[0:8].reshape(4, 2)
    b1 = theta[8:12]
    W2 = theta[12:16].reshape(1, 4)
    b2 = theta[16:17]
    dW1 = gradient[0:8].reshape(4, 2)
    db1 = gradient[8:12]
    dW2 = gradient[12:16].reshape(1, 4)
    db2 = gradient[16:17]

    def step(x, y):
        # forward
        z1 = dot(x, W1.T) + b1                    # layer 1: (4 rows, 4 units)
        a1 = tanh(z1)
        z2 = dot(a1, W2.T) + b2                   # layer 2: (4 rows, 1 unit)
        loss = sum(softplus(z2) - y * z2, None) / 4

        # backward
        dz2 = (sigmoid(z2) - y) / 4
        dot(dz2.T, a1, out=dW2)
        sum(dz2, 0, out=db2)
        dz1 = dot(dz2, W2) * (1 - a1 * a1)
        dot(dz1.T, x, out=dW1)
        sum(dz1, 0, out=db1)
        return loss

    return step
"""


def test_the_source_is_the_textbook():
    model = nn.MLP(2, [4, 1], "tanh", seed=1)
    step = compile(lambda x, y: nn.binary_cross_entropy_with_logits([model(row) for row in x], y), model.parameters())
    step(X, Y)
    assert step.source == SOURCE


def lines_of(function, model, *arguments):
    step = compile(function, model.parameters())
    step(*arguments)
    return [line.strip() for line in step.source.splitlines()]


def test_the_last_activation_is_named_and_weights_decay_where_they_are():
    model = nn.MLP(2, [4, 1], "sigmoid", seed=1)

    def loss(x, y):
        weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.weights]
        return nn.mean_squared_error([model(row).sigmoid() for row in x], y) + 1e-3 * sum(w * w for w in weights)

    lines = lines_of(loss, model, X, [0.0, 1.0, 1.0, 0.0])
    assert "a2 = sigmoid(z2)" in lines
    assert "loss = dot(t3, t3) / 4 + 0.001 * (sum(W1 * W1, None) + sum(W2 * W2, None))" in lines
    assert "dW2[...] = W2 / 500 + dot(dz2.T, a1)" in lines


def test_the_report_says_what_was_found():
    model = nn.MLP(2, [4, 1], "tanh", seed=1)
    step = compile(lambda x: mean([model(row) for row in x]), model.parameters())
    assert str(step) == "compiled for auto: 17 parameters, 0 programs"
    step(X)
    number = r"[\d.]+"
    assert re.fullmatch(
        "compiled for numpy: 17 parameters, 1 program\n"
        rf"x: \(4, 2\): \d+ nodes traced, 7 arrays found, 5 matrix products, 0 gathers left; \d+ flops a run; "
        rf"trace {number} ms, lift {number} ms, emit {number} ms",
        str(step),
    )


@pytest.mark.parametrize("parameters", [0, 1, 2])
@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_a_loss_that_is_hardly_computed(parameters, backend):
    w = [Value(2.0), Value(3.0)][:parameters]
    for function in (lambda x: x, lambda x: Value(4.0) * x, *[lambda x, p=p: p for p in w]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parameters that are not used
            found = compile(function, w, backend).value_and_gradient(5.0)
        assert_equal(found, recorded(lambda x, f=function: f(x) * 1.0, w, (Value(5.0),)))


def by_total(w, x, b):
    return total([*[a * c for a, c in zip(w, x, strict=True)], b])


def by_arrays(w, x, b):
    return np.dot(np.array(w, dtype=object), np.array(x, dtype=object)) + b


@pytest.mark.parametrize("neuron", [by_sum, by_chain, by_total, by_arrays])
def test_however_a_neuron_is_written_the_matrices_are_the_same(neuron):
    def source(way):
        model, draw = network(way, (3, 5, 1))
        step = compile(lambda x: mean([model(row)[0] ** 2 for row in x]), draw.parameters)
        step([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
        return step.source

    assert source(neuron) == source(by_dot)


@pytest.mark.parametrize(
    "name",
    ["full_attention", "causal_attention", "recurrent", "embeddings", "batch_norm", "shared_weights", "two_towers"],
)
def test_structure_needs_no_gathers(name):
    function, parameters, arguments = PROGRAMS[name]()
    step = compile(function, parameters)
    step(*arguments)
    assert ", 0 gathers" in str(step)


@pytest.mark.parametrize("name", ["full_attention", "causal_attention", "small_transformer"])
def test_softmax_goes_back_as_in_the_textbook(name):
    function, parameters, arguments = PROGRAMS[name]()
    step = compile(function, parameters)
    step(*arguments)
    # with a = softmax(s): ds = (da − Σ da · a) · a
    assert re.search(r"\((dr\d+) - sum\(\1 \* (r\d+), 2, keepdims=True\)\) \* \2\b", step.source)


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_ordinary_quotients_of_huge_numbers_stay_quotients(backend):
    weights, values, scale = [Value(350.0 + i) for i in range(3)], [Value(0.5 + i) for i in range(3)], Value(1e5)

    def loss(x):
        exponentials = [[(w * c).exp() for w, c in zip(weights, row, strict=True)] for row in x]
        shares = [[e / total(row) for e in row] for row in exponentials]  # e is about 1e304
        return mean([scale * dot(row, values) + total(row) for row in shares])

    parameters = [*weights, *values, scale]
    found = compile(loss, parameters, backend).value_and_gradient([[2.0, 1.99, 1.98], [1.5, 1.2, 1.98]])
    assert_equal(found, recorded(loss, parameters, ([[2.0, 1.99, 1.98], [1.5, 1.2, 1.98]],)))


def test_what_repeats_along_a_batch_is_not_written_out():
    function, parameters, arguments = PROGRAMS["embeddings"]()
    step = compile(function, parameters)
    step(*arguments)
    assert "broadcast_to" not in step.source


# ---------------------------------------------------------------------------------- random programs
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_random_programs_equal_their_recorded_runs(seed):
    try:
        assert_compiles(*random_graph(random.Random(seed)))
    except FloatingPointError:
        assume(False)


@pytest.mark.parametrize(("i", "j"), [([3, 3, 0, 2], [4, 3, 3, 2]), ([0, 3, 0], [1, 2, 4]), ([0, 0], [1, 1])])
def test_what_a_sum_counts_twice_is_counted_twice(i, j):
    parameters = [Value(0.3), Value(-0.2), Value(0.5)]

    def program(x):
        pool = [*parameters, *x]
        return softmax([pool[k] for k in i])[0] * 2 + softmax([pool[k] for k in j])[1] + 0.1 * total(parameters)

    x = [Value(0.1), Value(0.7)]
    assert_compiles(program(x), x, parameters)


def test_an_index_put_together_from_pieces_stays_whole():
    p = [Value(1.0), Value(2.0), Value(3.0)]

    def program(k):
        return take(p, k[1]).tanh() + take([p[1], p[2], p[0]], k[0]).tanh()

    assert compile(program, p)([0, 1]) == pytest.approx(program([0, 1]).data, rel=1e-14)


def random_dag(nodes, leaves, seed, narrow=False):
    r = random.Random(seed)
    values = [Value(r.uniform(-1.0, 1.0)) for _ in range(leaves)]
    for _ in range(nodes):
        pool = values[-4:] if narrow else values
        x, y = r.choice(pool), r.choice(pool)
        kind = r.randrange(5)
        values.append(
            [
                lambda x=x, y=y: x + y.tanh(),
                lambda x=x, y=y: x.tanh() * y.tanh(),
                lambda x=x: x.tanh(),
                lambda x=x, y=y: where(x > y, x.sin(), y),
                lambda x=x, y=y: total([x.sin(), y.cos(), x]),
            ][kind]()
        )
    return sum(v.tanh() for v in values), values[:leaves]


@pytest.mark.parametrize(("nodes", "narrow"), [(400, False), (2000, False), (4000, False), (9000, True)])
def test_graphs_without_structure_run_level_by_level(nodes, narrow):
    root, leaves = random_dag(nodes, 20, seed=nodes, narrow=narrow)
    step = compile_graph(root, parameters=leaves)
    root.backward()
    truth = np.array([v.grad for v in leaves])
    value, gradient = step.value_and_gradient()
    assert value == pytest.approx(root.data, rel=1e-12)
    np.testing.assert_allclose(gradient, truth, rtol=0, atol=1e-12 * np.abs(truth).max())
    assert "levels(" in step.source
    assert len(step.source.splitlines()) < 200


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_a_recurrence_of_single_numbers_is_a_table_not_thousands_of_lines(backend):
    a, b = Value(0.9), Value(0.2)

    def distance(x, target):
        loss = 0.0
        for k in range(400):
            x = x + 0.01 * ((a * x).sin() - b * x * x)
            if k % 10 == 9:
                loss = loss + (x - target) ** 2
        return loss

    step = compile(distance, [a, b], backend)
    value, gradient = step.value_and_gradient(0.5, 1.0)
    recorded = distance(Value(0.5), 1.0)
    recorded.backward()
    assert value == pytest.approx(recorded.data, rel=1e-14)
    np.testing.assert_allclose(gradient, [a.grad, b.grad], rtol=1e-12)
    assert len(step.source.splitlines()) < 60


def test_a_layer_beside_a_long_recurrence_stays_a_matrix():
    model, rate = nn.MLP(16, [8, 1], "tanh", seed=0), Value(0.9)

    def loss(rows, x):
        for _ in range(300):
            x = x + 0.01 * (rate * x).sin()
        return mean([model(row) * x for row in rows])

    step = compile(loss, [*model.parameters(), rate])
    rows = np.random.default_rng(0).normal(size=(3, 16))
    found = step.value_and_gradient(rows, 0.5)
    assert_equal(found, recorded(loss, step.parameters, (rows.tolist(), 0.5)))
    assert "z1 = dot(rows, W1.T) + b1" in step.source


def test_a_chain_of_a_hundred_thousand_compiles():
    x = Value(0.5)
    y = x
    for _ in range(50_000):
        y = y * 1.0000001 + 1e-9
    value, gradient = compile_graph(y).value_and_gradient()
    y.backward()
    assert value == pytest.approx(y.data, rel=1e-12)
    assert gradient[0] == pytest.approx(x.grad, rel=1e-12)
