"""Diagnosis: each verdict on a network made ill on purpose, and none on healthy ones."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    SGD,
    Adam,
    History,
    Layer,
    Module,
    Sequential,
    binary_cross_entropy_with_logits,
    diagnose,
    fit,
    hinge,
    mean_squared_error,
    sharpness,
    softmax_cross_entropy,
)
from nn.datasets import moons, sine, xor
from nn.layers.containers import as_row


def snapshot_of(model):
    return repr([(p.data, p.has_grad, p.grad) for p in model.parameters()])


def look(model, rows, targets, *, loss=mean_squared_error, **more):
    before = snapshot_of(model)
    found = diagnose(model, rows, targets, loss=loss, **more)
    assert snapshot_of(model) == before
    for finding in found.findings:
        if finding.alarm:
            assert finding.cause
            assert finding.cure
            assert finding.cure in str(found)
    return found


def train(model, rows, targets, epochs, rate, *, loss=mean_squared_error, kind=SGD, **more):
    optimizer = kind(model.parameters(), learning_rate=rate)
    history = fit(
        model, rows, targets, loss=loss, optimizer=optimizer, epochs=epochs, backend="recorded", report_every=1, **more
    )
    return {"optimizer": optimizer, "history": history}


# ------------------------------------------------------------------------------------------- healthy
HEALTHY = {
    "xor, tanh": (lambda: MLP(2, [4, 1], "tanh", output="sigmoid", seed=3), xor, mean_squared_error, Adam, 0.05, 300),
    "xor, SGD": (lambda: MLP(2, [8, 1], "tanh", output="sigmoid", seed=3), xor, mean_squared_error, SGD, 2.0, 800),
    "moons, ReLU": (
        lambda: MLP(2, [16, 16, 1], "relu", seed=1),
        lambda: moons(40, seed=1),
        binary_cross_entropy_with_logits,
        Adam,
        0.02,
        40,
    ),
    "sine, SGD": (lambda: MLP(1, [12, 1], "tanh", seed=2), lambda: sine(30), mean_squared_error, SGD, 0.1, 60),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_raises_no_alarm(name):
    make, data, loss, kind, rate, epochs = HEALTHY[name]
    model, (rows, targets) = make(), data()
    beginning = look(model, rows, targets, loss=loss, optimizer=kind(model.parameters(), learning_rate=rate))
    assert beginning.alarms == [], beginning
    trained = train(model, rows, targets, epochs, rate, loss=loss, kind=kind)
    found = look(model, rows, targets, loss=loss, **trained)
    assert found.is_healthy, found
    assert str(found).startswith("healthy")


# ---------------------------------------------------------------------------------------------- ill
def test_dead_relus():
    rows, targets = moons(40, seed=1)
    model = MLP(2, [10, 10, 1], "relu", seed=8)
    for neuron in model.layers[0].neurons[:3]:
        neuron.bias.data = -50.0
    found = look(model, rows, targets, loss=binary_cross_entropy_with_logits)
    assert found.alarms == ["dead ReLUs"]
    seen = found["dead ReLUs"].seen
    assert seen == "3 of 20 units (15%) gave 0 on each of 40 rows: layer 1, units 1, 2, 3"
    assert "leaky ReLU" in found["dead ReLUs"].cure
    assert "large steps" in found["dead ReLUs"].cause


def test_one_dead_unit_in_twenty_is_no_alarm():
    rows, targets = moons(40, seed=1)
    model = MLP(2, [10, 10, 1], "relu", seed=8)
    model.layers[0].neurons[0].bias.data = -50.0
    found = look(model, rows, targets, loss=binary_cross_entropy_with_logits)
    assert found.is_healthy
    assert "1 of 20 units (5%)" in found["dead ReLUs"].seen


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_saturated_units(activation):
    rows, targets = moons(40, seed=1)
    model = MLP(2, [6, 1], activation, seed=1)
    for neuron in model.layers[0].neurons[:4]:
        neuron.bias.data = 12.0
    found = look(model, rows, targets)
    assert found.alarms == ["saturated units"]
    assert "in layer 1, 4 of 6 units (67%)" in found["saturated units"].seen
    assert "Xavier" in found["saturated units"].cure


def test_vanishing_gradients():
    rows, targets = moons(20, seed=1)
    model = MLP(2, [6] * 10 + [1], "sigmoid", seed=1)
    found = look(model, rows, targets)
    assert found.alarms == ["vanishing gradients"]
    hidden = found.layers[:-1]
    assert all(layer.slope <= 0.25 for layer in hidden)
    assert "‖W‖·|σ′|" in found["vanishing gradients"].seen
    # The signal shrinks at each layer by no less than ‖W‖ of the layer above times the greatest slope.
    for layer, above in zip(found.layers, found.layers[1:], strict=False):
        assert layer.error_norm <= above.error_norm * above.weight_norm * 0.25 * (1 + 1e-9)
    relu = look(MLP(2, [16] * 10 + [1], "relu", seed=1), rows, targets)
    assert relu["vanishing gradients"].alarm is False


def test_exploding_gradients():
    rows, targets = moons(20, seed=1)
    model = MLP(2, [6] * 6 + [1], "relu", seed=1)
    for p in model.parameters():
        p.data *= 6.0
    found = look(model, rows, targets)
    assert "exploding gradients" in found.alarms
    assert "clipping by norm" in found["exploding gradients"].cure


def sequences(steps, count=6):
    rows = [[[math.sin(i + k)] for k in range(steps)] for i in range(count)]
    return rows, [[math.sin(i + steps)] for i in range(count)]


def last_output(net):
    return Sequential(net, lambda passed: passed[0][-1], Layer(net.hidden, 1, None, seed=2))


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_gradients_that_vanish_over_time(kind):
    rows, targets = sequences(60)
    model = last_output(kind(1, 4, seed=1))
    for p in model.parameters():
        p.data *= 0.3
    found = look(model, rows, targets)
    assert "vanishing gradients" in found.alarms
    assert "in layer 1 from step 60 back to step 1 by" in found["vanishing gradients"].seen
    assert "back in time" in found["vanishing gradients"].cause
    assert "LSTM" in found["vanishing gradients"].cure
    (over_time,) = found.recurrent
    # a sum over the steps of the cell's δ, each known by its place in the forward cache, row after row
    cache = model.forward_cache(rows)
    mean_squared_error(cache["layers.2"].a, targets).backward()
    by_hand = [
        math.hypot(*(v.grad for name in cache if "layers.0." in name for row in cache[name].z[step::60] for v in row))
        for step in range(60)
    ]
    assert over_time.error_norms == pytest.approx(by_hand, rel=1e-9)
    assert over_time.change == pytest.approx(by_hand[0] / by_hand[-1], rel=1e-9)


def test_gradients_that_explode_over_time():
    rows, targets = sequences(40)
    model = last_output(RNN(1, 1, "linear", seed=1))
    model.layers[0].cell.neurons[0].weights[1].data = 1.3
    found = look(model, rows, targets)
    assert found.alarms == ["exploding gradients"]
    assert found.recurrent[0].change == pytest.approx(1.3**39, rel=1e-12)
    assert "back in time" in found["exploding gradients"].cause


def test_a_short_memory_is_no_alarm_where_none_is_needed():
    rows, targets = sequences(40)
    assert look(last_output(LSTM(1, 4, forget_bias=6.0, seed=1)), rows, targets).is_healthy
    truncated = Sequential(lambda row: net(row, truncate=5)[0][-1], Layer(4, 1, None, seed=2))
    net = truncated.net = RNN(1, 4, seed=1)
    truncated.name_nodes()
    found = look(truncated, rows, targets)
    assert found.is_healthy, found
    assert found.recurrent[0].steps == (36, 37, 38, 39, 40)
    at_each_step = Sequential(RNN(1, 4, seed=1), lambda passed: [x for row in passed[0] for x in row])
    assert look(at_each_step, rows, [[0.5] * 160] * 6)["vanishing gradients"].alarm is False


def test_a_learning_rate_too_high_oscillates():
    rows, targets = sine(20)
    model = MLP(1, [8, 1], "tanh", seed=2)
    for layer in model.layers:
        for neuron in layer.neurons:
            for weight in neuron.weights:
                weight.data *= 1.5
    curved = sharpness(model, rows, targets, loss=mean_squared_error)
    trained = train(model, rows, targets, 60, 6.0 / curved)
    found = look(model, rows, targets, **trained)
    assert "learning rate too high" in found.alarms, found
    assert "sharpness" in found["learning rate too high"].seen
    assert "a tenth of the learning rate" in found["learning rate too high"].cure


@pytest.mark.parametrize("rate", [50.0, 150.0])
def test_a_slow_fall_far_above_the_first_loss_is_no_progress(rate):
    rows, targets = moons(40, seed=1)
    model = MLP(2, [8, 1], "tanh", seed=0)
    trained = train(model, rows, targets, 60, rate, loss=binary_cross_entropy_with_logits)
    found = look(model, rows, targets, loss=binary_cross_entropy_with_logits, **trained)
    assert "learning rate too high" in found.alarms, found


class Bowl(Module):
    """w₁², 5 w₂²: the Hessian is 2 and 10, so that descent is stable below a rate of 0.2."""

    def __init__(self):
        self.w = [Value(1.0, name="w1"), Value(0.1, name="w2")]

    def __call__(self, row):
        return self.w[0] * self.w[0] + 5.0 * self.w[1] * self.w[1]


def the_value(predictions, targets):
    return autograd.mean(predictions)


def test_the_limit_of_the_rate_is_two_over_the_sharpness():
    model = Bowl()
    assert sharpness(model, [[0.0]], [0.0], loss=the_value) == pytest.approx(10.0, rel=1e-3)
    for rate, alarm in [(0.19, False), (0.21, True)]:
        optimizer = SGD(model.parameters(), learning_rate=rate)
        found = look(model, [[0.0]], [0.0], loss=the_value, optimizer=optimizer)
        assert (found.alarms == ["learning rate too high"]) is alarm
        assert "allows up to 0.2" in found["learning rate too high"].seen


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_sharpness_is_the_largest_eigenvalue_of_the_whole_hessian(activation):
    rows, targets = moons(12, seed=1)
    model = MLP(2, [3, 1], activation, seed=1)

    def loss_at(theta):
        given, other = iter(theta), MLP(2, [3, 1], activation, seed=1)
        for layer in other.layers:
            for neuron in layer.neurons:
                neuron.weights, neuron.bias = [next(given) for _ in neuron.weights], next(given)
        return binary_cross_entropy_with_logits(other.batch(rows), targets)

    whole = autograd.hessian(loss_at)([p.data for p in model.parameters()])
    truth = np.linalg.eigvalsh(np.array(whole))[-1]
    found = sharpness(model, rows, targets, loss=binary_cross_entropy_with_logits, tolerance=1e-11, limit=5000)
    assert found == pytest.approx(truth, rel=1e-8)
    assert sharpness(model, rows, targets, loss=binary_cross_entropy_with_logits) == pytest.approx(truth, rel=1e-3)


def test_descent_on_a_line_is_stable_just_below_two_over_the_sharpness_and_not_just_above():
    rows, targets = [[-1.0], [0.5], [2.0], [3.0]], [1.0, 0.0, 2.0, -1.0]
    design = np.array([[x, 1.0] for (x,) in rows])
    least = np.linalg.lstsq(design, np.array(targets), rcond=None)[1][0] / 4

    def excess(factor):
        model = MLP(1, [1], seed=3)
        steepest = sharpness(model, rows, targets, loss=mean_squared_error, tolerance=1e-13, limit=10_000)
        assert steepest == pytest.approx(np.linalg.eigvalsh(2.0 * design.T @ design / 4)[-1], rel=1e-12)
        trained = train(model, rows, targets, 500, factor * 2.0 / steepest)["history"].losses
        return (trained[-1] - least) / (trained[0] - least)

    # the steepest direction is multiplied by 1 − 2 · factor at each of the 499 steps between the two losses
    assert excess(0.997) < 0.1
    assert excess(1.003) > 3.0


def test_sharpness_is_the_largest_eigenvalue_even_below_zero():
    class Saddle(Bowl):
        def __call__(self, row):
            return -4.0 * self.w[0] * self.w[0] + self.w[1] * self.w[1]

    assert sharpness(Saddle(), [[0.0]], [0.0], loss=the_value) == pytest.approx(2.0, rel=1e-2)


def test_a_loss_gone_nan():
    class Log(Module):
        def __init__(self):
            self.w = Value(-1.0, name="w")

        def __call__(self, row):
            return autograd.log(self.w * row[0])

    found = look(Log(), [[1.0]], [0.0], loss=the_value)
    assert found.alarms == ["nan or infinity"]
    assert "log" in found["nan or infinity"].seen
    model = Log()
    model.w.data = 1.0
    trained = train(model, [[1.0]], [0.0], 9, 0.9, loss=the_value)
    found = look(model, [[1.0]], [0.0], loss=the_value, history=trained["history"])
    assert "nan or infinity" in found.alarms
    assert found["nan or infinity"].seen.startswith("training ended on it")


def test_a_plateau():
    # Without hidden units nothing can be learned of XOR: the loss stays at that of always saying one half.
    model = MLP(2, [1], output="sigmoid", seed=1)
    trained = train(model, *xor(), 400, 1.0)
    found = look(model, *xor(), **trained)
    assert found.alarms == ["plateau"]
    assert trained["history"].losses[-1] == pytest.approx(0.25, rel=1e-3)


def test_a_history_reports_by_itself():
    leaps = [0.7, *(10.0 - i / 100 + 5.0 * (-1) ** i for i in range(60))]  # falling slowly, far above its beginning
    for losses, alarms in {
        (0.7,) * 60: ["plateau"],
        tuple(leaps): ["learning rate too high"],
        tuple(0.9**i for i in range(60)): [],
        (0.7, math.inf): ["nan or infinity", "learning rate too high"],
        (0.7, 3.0, 50.0): ["learning rate too high"],
        (0.7, 0.9, 0.8, 0.6): [],
        (0.0, 1e-9): [],
        # falling from one spike above the first loss to the next is no progress; one bump at the beginning is some
        (0.6, *((0.5 - i / 200) * (4.0 if i % 3 == 0 else 1.0) for i in range(60))): ["learning rate too high"],
        tuple((1.5 if i in (1, 3) else 1.0) * 0.97**i for i in range(40)): [],
    }.items():
        found = History(losses=list(losses)).diagnose()
        assert found.alarms == alarms, found
    assert "it began at 0.7" in History(losses=leaps).diagnose()["learning rate too high"].seen
    rising = History(losses=[2.0**i for i in range(200)]).diagnose()["plateau"]
    assert "rose from" in rising.seen
    assert len(rising.seen) < 80
    assert History(trouble="inf is born in exp").diagnose().alarms == ["nan or infinity"]
    with pytest.raises(ValueError, match="none yet: train first"):
        History().diagnose()


def test_rows_are_checked_and_many_are_sampled():
    model = Sequential(Layer(1, 3, "relu", seed=1), Layer(3, 1, None, seed=2))
    rows, targets = [[i / 500] for i in range(1000)], [0.0] * 1000
    found = diagnose(model, rows, targets, loss=mean_squared_error)
    assert "200 rows" in found["dead ReLUs"].seen
    with pytest.raises(ValueError, match="nan"):
        diagnose(model, [[math.nan]], [0.0], loss=mean_squared_error)
    with pytest.raises(KeyError, match="no finding 'flu'"):
        found["flu"]


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
