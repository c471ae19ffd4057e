"""Common mistakes are named, and what is none raises no alarm."""

import pytest

import autograd
import nn
from autograd import Value
from nn import (
    MLP,
    Adam,
    Module,
    Sequential,
    binary_cross_entropy_with_logits,
    fit,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from nn.datasets import xor
from nn.layers.containers import as_row
from tests.support.training.diagnosed import look


# --------------------------------------------------------------------------------- common mistakes
def with_last(activation, sizes):
    return Sequential(MLP(2, list(sizes), "tanh", seed=0), activation)


def logistic(row):
    return [1.0 / (1.0 + autograd.exp(-z)) for z in as_row(row)]


def inverse(row):
    return [(1.0 + autograd.exp(-z)) ** -1 for z in as_row(row)]


def by_hand(row):
    exponentials = [autograd.exp(z) for z in row]
    return [e / sum(exponentials[1:], exponentials[0]) for e in exponentials]


def log_softmax(row):
    return [z - autograd.logsumexp(row) for z in row]


def one(row):
    return autograd.softmax(row)[0]


def signs(targets):
    return [2.0 * y - 1.0 for y in targets]


SCORES = {"softmax": softmax_cross_entropy, "binary": binary_cross_entropy_with_logits, "hinge": hinge}


TWO, ONE = (4, 2), (4, 1)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "softplus", "exp", "gelu", "elu"])
@pytest.mark.parametrize("loss", SCORES)
def test_an_activation_before_a_loss_that_takes_scores_is_named(loss, activation):
    enough = loss == "hinge" and activation in ("tanh", "elu")  # −1 and 1 are all that hinge asks for
    model = with_last(nn.Activation(activation), TWO if loss == "softmax" else ONE)
    inputs, targets = xor()
    found = look(model, inputs, signs(targets) if loss == "hinge" else targets, loss=SCORES[loss])
    seen = found["activation before the loss"]
    assert seen.alarm != enough, found
    if enough:
        return
    assert f"{SCORES[loss].__name__} was given what comes out of {activation}" in seen.seen
    assert f"leave {activation} out" in seen.cure


@pytest.mark.parametrize(
    ("last", "sizes", "loss", "named"),
    [
        (nn.Softmax(), TWO, softmax_cross_entropy, "softmax"),
        (by_hand, TWO, softmax_cross_entropy, "softmax"),
        (nn.Softmax(), (4, 5), softmax_cross_entropy, "softmax"),
        (logistic, ONE, binary_cross_entropy_with_logits, "sigmoid"),
        (inverse, ONE, binary_cross_entropy_with_logits, "sigmoid"),
        (nn.Sequential(nn.Activation("sigmoid"), nn.Activation("log")), ONE, binary_cross_entropy_with_logits, "log"),
        (nn.Softmax(), TWO, lambda p, t: softmax_cross_entropy(p[:3], t[:3]), "softmax"),
        (nn.Softmax(), TWO, lambda p, t: binary_cross_entropy_with_logits(p, [[y, 1.0 - y] for y in t]), "softmax"),
    ],
)
def test_probabilities_that_are_taken_for_scores_are_named(last, sizes, loss, named):
    found = look(with_last(last, sizes), *xor(), loss=loss)
    assert found.alarms == ["activation before the loss"], found
    assert f"leave {named} out" in found["activation before the loss"].cure


def test_scores_that_are_taken_for_probabilities_are_named():
    model = MLP(2, [4, 1], "tanh", seed=0)
    model.layers[-1].neurons[0].bias.data = 0.5
    for weight in model.layers[-1].neurons[0].weights:
        weight.data *= 0.1
    found = look(model, *xor(), loss=nn.binary_cross_entropy)
    assert found.alarms == ["activation before the loss"]
    assert "raw sums" in found["activation before the loss"].seen


@pytest.mark.parametrize(
    ("last", "sizes", "loss"),
    [
        (nn.Activation(None), TWO, softmax_cross_entropy),
        (log_softmax, TWO, softmax_cross_entropy),
        (nn.Activation("leaky_relu"), TWO, softmax_cross_entropy),
        (nn.Activation(None), ONE, binary_cross_entropy_with_logits),
        (lambda row: [z / 10.0 for z in as_row(row)], ONE, binary_cross_entropy_with_logits),
        (lambda row: [30.0 * autograd.tanh(z / 30.0) for z in row], TWO, softmax_cross_entropy),
        (nn.Activation("sigmoid"), ONE, nn.binary_cross_entropy),
        (one, TWO, nn.binary_cross_entropy),
        (nn.Activation("tanh"), ONE, lambda p, t: mean_squared_error([row[0] for row in p], t)),
        (nn.Activation("relu"), ONE, lambda p, t: mean_squared_error([row[0] for row in p], t)),
    ],
)
def test_what_a_loss_takes_is_no_alarm(last, sizes, loss):
    assert not look(with_last(last, sizes), *xor(), loss=loss)["activation before the loss"].alarm


@pytest.mark.parametrize("seed", range(10))
def test_networks_that_begin_at_random_make_no_mistake(seed):
    for model, loss in (
        (MLP(2, [5, 1], "relu", seed=seed), binary_cross_entropy_with_logits),
        (MLP(2, [5, 4, 2], "tanh", seed=seed), softmax_cross_entropy),
        (MLP(2, [2], seed=seed), softmax_cross_entropy),
        (Sequential(nn.Layer(2, 3, seed=seed), nn.Dropout(0.5, seed=seed), nn.Layer(3, 2, None, seed=seed)),
         softmax_cross_entropy),
    ):  # fmt: skip
        found = look(model, *xor(), loss=loss)
        assert not found["activation before the loss"].alarm
        assert not found["units alike"].alarm


def alike(number):
    def make(model):
        for p in model.parameters():
            p.data = number
        return model

    return make


@pytest.mark.parametrize("number", [0.5, 0.0, -1.0])
@pytest.mark.parametrize("backend", ["recorded", "numpy"])
def test_units_that_begin_alike_are_named_before_and_after_training(number, backend):
    model = alike(number)(MLP(2, [4, 3, 1], "tanh", seed=0))
    for epochs in (0, 50):
        if epochs:
            settings = {"loss": binary_cross_entropy_with_logits, "optimizer": Adam(model.parameters(), 0.1)}
            fit(model, *xor(), epochs=epochs, backend=backend, **settings)
        found = look(model, *xor(), loss=binary_cross_entropy_with_logits)
        assert "units alike" in found.alarms
        assert "layer 1, units 1, 2, 3, 4; layer 2, units 1, 2, 3" in found["units alike"].seen


def test_two_units_alike_among_others_are_named():
    model = MLP(2, [4, 1], "tanh", seed=0)
    first, twin = model.layers[0].neurons[0], model.layers[0].neurons[2]
    for ours, theirs in zip([*twin.weights, twin.bias], [*first.weights, first.bias], strict=True):
        ours.data = theirs.data
    assert not look(model, *xor(), loss=binary_cross_entropy_with_logits)["units alike"].alarm, (
        "the next layer parts them"
    )
    outgoing = model.layers[1].neurons[0].weights
    outgoing[2].data = outgoing[0].data
    found = look(model, *xor(), loss=binary_cross_entropy_with_logits)
    assert found.alarms == ["units alike"]
    assert "layer 1, units 1, 3" in found["units alike"].seen


class Rows(Module):
    """A layer that a user wrote, and rows that are looked up."""

    def __init__(self, first, second):
        self.table = nn.Embedding(3, 2, seed=0)
        self.hidden = [[Value(x) for x in first], [Value(x) for x in second]]
        self.out = Value(0.5)

    def __call__(self, row):
        inputs = self.table(row[0])
        return self.out * sum(autograd.tanh(autograd.dot(units, inputs)) for units in self.hidden)


def test_rows_of_a_users_own_layer_and_of_an_embedding_are_looked_at_too():
    data = [[0], [1], [0], [1]], [0.5, 0.25, 1.0, 0.75]
    assert look(Rows([1.0, 2.0], [2.0, 1.0]), *data).is_healthy
    found = look(Rows([1.0, 2.0], [1.0, 2.0]), *data)
    assert found.alarms == ["units alike"]
    assert "hidden, units 1, 2" in found["units alike"].seen
    model = Rows([1.0, 2.0], [2.0, 1.0])
    for row in model.table.rows:
        for x in row:
            x.data = 0.1
    found = look(model, [[0], [1], [0], [1]], [0.5, 0.5, 1.0, 1.0])
    assert "table.rows, units 1, 2" in found["units alike"].seen


def test_units_that_share_their_weights_on_purpose_are_one():
    model = MLP(2, [3, 1], "tanh", seed=0)
    model.layers[0].neurons[1] = model.layers[0].neurons[0]
    assert not look(model, *xor())["units alike"].alarm


def test_a_linear_classifier_may_begin_at_zero():
    found = look(alike(0.0)(MLP(2, [3])), [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 2], loss=softmax_cross_entropy)
    assert found.is_healthy


def test_a_sigmoid_written_out_is_one_over_what_is_1_and_more():
    from nn.inspect.mistakes import _activation

    for x, name in ((1.0, "sigmoid"), (4.0, "sigmoid"), (0.8, "divide"), (-3.0, "divide")):
        assert _activation(1.0 / Value(x)) == name
        assert _activation(Value(x) ** -1.0) == name.replace("divide", "power")
    assert (_activation(2.0 / Value(4.0)), _activation(Value(4.0) ** -2.0)) == ("divide", "power")
    assert (_activation(Value(1.0) / Value(4.0)), _activation(Value(0.5))) == ("divide", "")
