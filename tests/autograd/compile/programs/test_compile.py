"""Compiled programs are the recorded ones: the same value, the same gradients, in the matrices one would write."""

import random
import re
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Value, compile, compile_graph, dot, maximum, mean, softmax, take, total, where  # noqa: A004
from autograd.compile import compile_forward, compile_training
from tests.support.programs import PROGRAMS, by_chain, by_dot, by_sum, network
from tests.support.random_programs import assert_compiles, random_graph

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [[0.0], [1.0], [1.0], [0.0]]


def recorded(function, parameters, arguments):
    """Return value and gradient by recording, as the truth."""
    for p in parameters:
        p.clear_grad()
    loss = function(*arguments)
    loss.backward()
    gradient = np.array([p.grad for p in parameters])
    for p in parameters:
        p.clear_grad()
    return loss.data, gradient


def assert_equal(found, truth):
    scale = max(1e-300, float(np.max(np.abs(truth[1]), initial=0.0)))
    assert found[0] == pytest.approx(truth[0], rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(found[1], truth[1], rtol=0, atol=1e-12 * scale)


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
    assert str(step) == "compiled for numpy: 17 parameters, 0 programs"
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


# -------------------------------------------------------------------------------------- using it
def test_gradients_add_up_on_the_parameters_as_backward_does():
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    step = compile(lambda x: mean([model(row) ** 2 for row in x]), model.parameters())
    step(X)
    once = [p.grad for p in model.parameters()]
    step(X)
    assert [p.grad for p in model.parameters()] == pytest.approx([2 * g for g in once], rel=1e-15)


def test_lists_arrays_whole_numbers_and_other_shapes():
    model = nn.MLP(2, [3, 1], "tanh", seed=0)

    def function(x):
        return mean([model(row) ** 2 for row in x])

    step = compile(function, model.parameters())
    for rows in (
        X,
        np.array(X),
        np.array(X, dtype=np.int32),
        np.array(X, dtype=np.float32),
        [[0, 0], [0, 1], [1, 0], [1, 1]],
    ):
        assert step.value_and_gradient(rows)[0] == pytest.approx(function(X).data, rel=1e-15)
    assert step.value_and_gradient(X[:3])[0] == pytest.approx(function(X[:3]).data, rel=1e-15)
    assert "2 programs" in str(step)


def test_a_value_that_is_no_parameter_is_read_at_each_run():
    w, temperature = Value(2.0), Value(3.0)
    step = compile(lambda x: w * x * temperature, [w])
    assert step.value_and_gradient(1.0)[0] == 6.0
    temperature.data = 5.0
    assert step.value_and_gradient(1.0)[0] == 10.0


def test_dropout_draws_the_recorded_masks_and_averages_move():
    def make():
        model = nn.Sequential(
            nn.Layer(3, 8, "tanh", seed=1), nn.BatchNorm(8), nn.Dropout(0.5, seed=7), nn.Layer(8, 1, None, seed=2)
        )
        return model, model.parameters()

    rows, wanted = [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6], [-0.7, 0.8, 0.9]], [[1.0], [0.0], [0.5]]
    (model, parameters), (other, others) = make(), make()
    step = compile(lambda x, y: nn.mean_squared_error(model.batch(x), y), parameters)
    for _ in range(3):
        found = step.value_and_gradient(rows, wanted)
        truth = recorded(lambda x, y: nn.mean_squared_error(other.batch(x), y), others, (rows, wanted))
        assert_equal(found, truth)
    modules = list(zip(model.named_modules(), other.named_modules(), strict=True))
    norms = [(a, b) for (_, a), (_, b) in modules if isinstance(a, nn.BatchNorm)]
    for a, b in norms:
        assert a.running_mean == pytest.approx(b.running_mean, rel=1e-12)
        assert a.running_variance == pytest.approx(b.running_variance, rel=1e-12)
    for training in (False, True, False):  # the averages move in between, and the program for use still holds
        model.train() if training else model.eval()
        other.train() if training else other.eval()
        assert_equal(
            step.value_and_gradient(rows, wanted),
            recorded(lambda x, y: nn.mean_squared_error(other.batch(x), y), others, (rows, wanted)),
        )
    assert "2 programs" in str(step)


def test_nothing_flows_to_the_branch_not_taken():
    a, b = Value(-1.0), Value(0.0)
    step = compile(lambda x: where(x > 0, ag.log(a), b) + where(x > 0, ag.sqrt(b), a * 0.5), [a, b])
    value, gradient = step.value_and_gradient(-1.0)
    assert value == -0.5
    assert gradient.tolist() == [0.5, 1.0]


def test_a_recorded_graph_compiles_with_other_inputs():
    w, x = Value(2.0), [Value(1.0), Value(3.0)]
    root = w * x[0] + ag.exp(w * x[1])
    step = compile_graph(root, inputs=[x])
    assert step.value_and_gradient()[0] == pytest.approx(root.data, rel=1e-15)
    value, gradient = step.value_and_gradient([0.5, 0.0])
    assert (value, gradient.tolist()) == (2.0, [0.5])
    with pytest.raises(ValueError, match=r"recorded with x of shape \(2,\), not \(3,\)"):
        step([1.0, 2.0, 3.0])


OPTIMIZERS = {
    "SGD": lambda p: nn.SGD(p, 0.1),
    "momentum": lambda p: nn.SGD(p, 0.1, 0.9),
    "Nesterov": lambda p: nn.SGD(p, 0.1, 0.9, nesterov=True),
    "AdaGrad": lambda p: nn.AdaGrad(p, 0.1),
    "RMSProp": lambda p: nn.RMSProp(p, 0.01),
    "Adam": lambda p: nn.Adam(p, 0.01),
    "AdamW": lambda p: nn.AdamW(p, 0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("clip", [None, 0.3])
def test_compiled_training_moves_as_the_recorded_one(name, clip):
    models = [nn.MLP(2, [4, 3], "tanh", seed=1) for _ in range(2)]
    optimizers = [OPTIMIZERS[name](model.parameters()) for model in models]
    classes = [0, 2, 1, 1]
    limit = nn.ClipByNorm(clip) if clip else None
    train = compile_training(
        lambda x, y: nn.softmax_cross_entropy([models[0](row) for row in x], y),
        models[0].parameters(),
        optimizers[0],
        clip=limit.clip_array if limit else None,
    )
    losses = [*train(X, classes), *train(X, classes, steps=3), *train(X[:2], classes[:2]), *train(X, classes)]
    train.land()
    truth = []
    for rows in (4, 4, 4, 4, 2, 4):
        optimizers[1].zero_grad()
        loss = nn.softmax_cross_entropy([models[1](row) for row in X[:rows]], classes[:rows])
        loss.backward()
        if clip:
            nn.clip_by_norm(models[1].parameters(), clip)
        optimizers[1].step()
        truth.append(loss.data)
    assert losses == pytest.approx(truth, rel=1e-12)
    weights = [[p.data for p in model.parameters()] for model in models]
    assert weights[0] == pytest.approx(weights[1], rel=1e-11, abs=1e-13)
    assert optimizers[0].step_count == optimizers[1].step_count == 6
    for memory in optimizers[0].state:
        assert optimizers[0].memories[memory] == pytest.approx(optimizers[1].memories[memory], rel=1e-10, abs=1e-13)


def test_predictions_in_parts():
    model = nn.MLP(2, [5, 3], seed=0)
    forward = compile_forward(lambda rows: [model(row) for row in rows], model.parameters(), rows=7)
    inputs = np.random.default_rng(0).normal(size=(23, 2))
    truth = np.array([[v.data for v in model(row)] for row in inputs.tolist()])
    np.testing.assert_allclose(forward(inputs), truth, rtol=1e-13, atol=1e-14)
    assert "backward" not in forward.source


def test_maximum_of_constants_folds():
    w = Value(2.0)
    step = compile(lambda x: w * maximum(1.0, 3.0) + 0.0 * 5.0, [w])
    assert step.value_and_gradient(0.0) == (6.0, np.array([3.0]))


ROWS_OF = {
    "tuples": lambda w, row: (dot(w, row), row[0] * w[0]),
    "arrays": lambda w, row: np.array([dot(w, row), w[1]]),
    "numbers": lambda w, row: [dot(w, row), 1.0, row[1]],
    "conditions": lambda w, row: [dot(w, row) > 2.0, dot(w, row)],
    "numbers alone": lambda w, row: [1.0, 2],
}


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("name", ROWS_OF)
def test_predictions_of_any_kind(name, backend):
    w, rows = [Value(1.0), Value(-2.0)], [[1.0, 2.0], [3.0, 0.5], [5.0, 6.0]]
    found = compile_forward(lambda rows: tuple(ROWS_OF[name](w, row) for row in rows), w, backend)(rows)
    truth = [[(ag.where(x, 1.0, 0.0) if isinstance(x, ag.Condition) else x) for x in ROWS_OF[name](w, r)] for r in rows]
    assert found.tolist() == [[x.data if isinstance(x, Value) else x for x in row] for row in truth]


def test_predictions_that_cannot_be():
    w = [Value(1.0), Value(-2.0)]
    for wrong, kind, message in [
        (
            lambda rows: [[w[0]] * k for k, _ in enumerate(rows, 1)],
            ValueError,
            r"the rows of the predictions must be of one length",
        ),
        (lambda rows: None, TypeError, "forgot to return"),
        (lambda rows: ["a" for _ in rows], TypeError, "not str"),
    ]:
        with pytest.raises(kind, match=message):
            compile_forward(wrong, w)([[1.0], [2.0]])
    with pytest.raises(ValueError, match="no rows to predict"):
        compile_forward(lambda rows: [w[0] * row[0] for row in rows], w)([])
