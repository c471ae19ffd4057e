"""Diagnosis: each verdict on a network made ill on purpose, and none on healthy ones."""

import math

import pytest

import autograd
from autograd import Value
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    SGD,
    Adam,
    BatchNorm,
    Dropout,
    History,
    Layer,
    Module,
    Sequential,
    binary_cross_entropy_with_logits,
    diagnose,
    mean_squared_error,
    sharpness,
)
from nn.datasets import moons, sine, xor
from tests.support.training.diagnosed import look, the_value, train

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


@pytest.mark.parametrize("large", [1.0, 1e308])
def test_a_diagnosis_changes_no_buffers_and_draws_no_numbers_whatever_it_finds(large):
    model = Sequential(Layer(2, 3, "tanh", seed=0), BatchNorm(3), Dropout(0.5, seed=1), Layer(3, 1, None, seed=2))
    for w in model.layers[3].neurons[0].weights:
        w.data = large
    before = model.state_dict()
    found = diagnose(model, *xor(), loss=mean_squared_error, optimizer=SGD(model.parameters()))
    assert found["nan or infinity"].alarm == (large > 1.0)
    assert model.state_dict() == before
    assert not any(p.has_grad for p in model.parameters())
