"""Compiled programs in use: gradients, shapes, masks, optimizers, predictions."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, compile, compile_graph, dot, maximum, mean, where  # noqa: A004
from autograd.compile import compile_forward, compile_training
from tests.support.outcomes import assert_equal, recorded

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


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
    train.write_back()
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
    for memory in optimizers[0].state_names:
        assert optimizers[0].state[memory] == pytest.approx(optimizers[1].state[memory], rel=1e-10, abs=1e-13)


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
