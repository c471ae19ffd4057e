"""What only a second use shows: after a failure, after an end, after a change, all goes on as if nothing had been."""

import math
import random
import threading

import pytest

import nn
from autograd import Value
from nn.saving.snapshot import BuffersAndRNG, Gradients
from nn.training.compiled import CompiledStepper

X, Y = [[0.0], [0.5], [1.0]], [0.0, 0.25, 1.0]


class Failing(nn.Optimizer):
    """Plain descent that fails while `fails` is set."""

    fails = False

    def __init__(self, parameters, learning_rate=0.1):
        super().__init__(parameters, learning_rate)

    def update(self, maths, parameter, gradient, learning_rate, step, *memories):
        if self.fails:
            raise RuntimeError("no step today")
        return parameter - learning_rate * gradient, ()


def session():
    model = nn.MLP(1, [2, 1], activation="tanh", seed=0)
    optimizer = Failing(model.parameters())
    return nn.TrainingSession(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer)


def state(training):
    parameters = training.model.parameters()
    return (
        [p.data for p in parameters],
        [(p.has_grad, p.grad) for p in parameters],
        list(training.history),
        training.phase,
    )


def test_an_update_that_fails_leaves_the_session_where_it_was():
    training, twin = session(), session()
    for each in (training, twin):
        each.forward()
        each.backward()
    before = state(training)
    Failing.fails = True
    try:
        with pytest.raises(RuntimeError, match="no step today"):
            training.update()
    finally:
        Failing.fails = False
    assert state(training) == before
    for each in (training, twin):
        each.update()
        each.run(2)
    assert state(training) == state(twin)


def test_a_backward_pass_that_fails_leaves_the_gradients_as_they_were(monkeypatch):
    training = session()
    training.run(1)
    training.forward()
    before = state(training)

    def fails():
        for p in training.model.parameters():
            p.grad = 7.0
        raise RuntimeError("no pass today")

    monkeypatch.setattr(training, "_record_backward", fails)
    with pytest.raises(RuntimeError, match="no pass today"):
        training.backward()
    assert state(training) == before
    monkeypatch.undo()
    training.backward()
    assert training.phase == "update"


def test_steps_are_counted_back_from_where_one_stands():
    training = session()
    training.run(2)
    training.forward()
    training.set_weight(training.model.parameters()[0], 0.5)
    training.forward()
    whole = state(training)
    training.backward()
    training.update()
    assert training.step_count == 3
    training.back(1)
    assert training.step_count == 2
    training.back(2)
    assert training.step_count == 0
    with pytest.raises(ValueError, match=r"back\(1\): only 0 steps were made"):
        training.back(1)
    assert whole[3] == "backward"


def test_a_recording_says_the_rate_of_plain_descent_alone():
    def rate(optimizer, model):
        training = nn.TrainingSession(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer)
        events = training.recording().events
        return {event.learning_rate for event in events if event.phase == "update"}

    for make, said in (
        (lambda p: nn.SGD(p, 0.25), {0.25}),
        (lambda p: nn.SGD(p, 0.25, momentum=0.5), {None}),
        (lambda p: nn.Adam(p, 0.25), {None}),
    ):
        model = nn.MLP(1, [1], seed=0)
        assert rate(make(model.parameters()), model) == said


# ------------------------------------------------------------------------------------------- the end of a fit
@pytest.mark.parametrize(
    ("settings", "audits"),
    [
        ({}, 1),
        ({"callbacks": [lambda report: report.epoch == 2]}, 1),
        ({"early_stopping": nn.EarlyStopping(patience=1, margin=1e9)}, 1),
        ({"report_every": 2}, 1),
    ],
)
def test_the_last_loss_is_looked_at_once_however_a_training_ends(monkeypatch, settings, audits):
    looked = []
    audit = CompiledStepper.audit
    monkeypatch.setattr(CompiledStepper, "audit", lambda self: looked.append(1) or audit(self))
    model = nn.MLP(1, [2, 1], activation="tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=4, backend="numpy", **settings)
    assert len(looked) == audits


# -------------------------------------------------------------------------------------------- files
def test_weights_of_linear_layers_alone_come_without_optimizer_and_history(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    numpy = pytest.importorskip("numpy")
    path = tmp_path / "linear.safetensors"
    weights = {"0.weight": numpy.array([[1.0, 2.0]]), "0.bias": numpy.array([3.0])}
    safetensors.save_file(weights, path)
    model = nn.MLP(2, [1], seed=0)
    optimizer = nn.SGD(model.parameters())
    for more in ((optimizer,), (None, nn.History()), (optimizer, nn.History())):
        with pytest.raises(ValueError, match="it holds the weights of Linear layers alone: load it without optimizer"):
            nn.load(path, model, *more)
    nn.load(path, model)
    assert [p.data for p in model.parameters()] == [1.0, 2.0, 3.0]


def test_an_mlp_has_the_activation_of_its_first_layer():
    assert nn.MLP(2, [3, 1], "tanh", seed=0).activation.name == "tanh"
    assert nn.MLP(2, [3, 1], "relu", output="sigmoid", seed=0).activation.name == "relu"
    with pytest.raises(AttributeError, match=r"set model\.layers\[0\]\.activation"):
        nn.MLP(2, [3, 1], seed=0).activation = "tanh"


# ------------------------------------------------------------------------------------- what a pass may change
def test_what_a_rehearsal_changes_is_put_back():
    model = nn.Sequential(nn.Layer(1, 2, seed=0), nn.BatchNorm(2), nn.Dropout(0.5, seed=1))
    kept = BuffersAndRNG(model)
    before, drawn = model.named_buffers(), kept.generator_states()
    found = kept.rehearse(lambda: model.batch(X))
    assert len(found) == 3
    assert (model.named_buffers(), kept.generator_states()) == (before, drawn)
    again = kept.rehearse(lambda: model.batch(X))
    assert [[x.data for x in row] for row in again] == [[x.data for x in row] for row in found]


def test_gradients_are_put_back_with_those_that_no_pass_had_reached():
    reached, unreached, infinite = Value(1.0), Value(2.0), Value(3.0)
    reached.grad, infinite.grad = 0.5, math.inf
    kept = Gradients([reached, unreached, infinite])
    for value in (reached, unreached, infinite):
        value.grad = 9.0
    kept.put([reached, unreached, infinite])
    assert [(v.has_grad, v.grad) for v in (reached, unreached, infinite)] == [
        (True, 0.5), (False, 0.0), (True, math.inf),
    ]  # fmt: skip


def test_who_looks_leaves_the_gradients_that_were_there():
    model = nn.MLP(1, [3, 1], activation="tanh", seed=0)
    parameters = model.parameters()
    parameters[0].grad = 7.0
    optimizer = nn.SGD(parameters, 0.1)
    before = [(p.has_grad, p.grad, p.data) for p in parameters]
    given = {"inputs": X, "targets": Y, "loss": nn.mean_squared_error}
    for look in (
        lambda: nn.sharpness(model, **given),
        lambda: nn.diagnose(model, **given, optimizer=optimizer),
        lambda: nn.find_learning_rate(model, **given, optimizer=optimizer, steps=3),
        lambda: nn.TrainingSession(model, **given),
    ):
        look()
        assert [(p.has_grad, p.grad, p.data) for p in parameters] == before


# -------------------------------------------------------------------------------------------- optimizers
def test_what_a_pass_adds_to_a_gradient_that_was_used_is_their_sum():
    w = Value(3.0)
    optimizer = nn.SGD([w], 0.0)
    (w * w).backward()
    optimizer.step()
    (w * 2.0).backward()
    assert w.grad == 8.0
    assert float(w.grad) + 0.0 == 8.0
    optimizer.zero_grad()
    (w * 2.0).backward()
    assert w.grad == 2.0


@pytest.mark.parametrize("clip", [nn.ClipByValue(0.05), nn.ClipByNorm(0.1), nn.ClipByNorm(1e9)])
@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_clipped_steps_are_the_same_on_arrays(clip, backend):
    def trained(backend):
        model = nn.MLP(1, [3, 1], activation="tanh", seed=0)
        optimizer = nn.SGD(model.parameters(), 0.5)
        history = nn.fit(
            model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=5, clip=clip, backend=backend
        )
        return [p.data for p in model.parameters()], history.gradient_norms, [p.grad for p in model.parameters()]

    for one, other in zip(trained("recorded"), trained(backend), strict=True):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-15)


def test_a_setting_is_meant_by_a_near_name_and_a_note_of_ones_own_is_kept():
    optimizer = nn.SGD([Value(0.0)], 0.1)
    optimizer.lr = 0.25
    assert optimizer.learning_rate == 0.25
    optimizer.my_note = "kept"
    optimizer._hidden = 1
    assert (optimizer.my_note, optimizer._hidden) == ("kept", 1)
    for wrong in ("learning_rat", "momentun"):
        with pytest.raises(AttributeError, match=f"SGD has no {wrong} to set: did you mean"):
            setattr(optimizer, wrong, 0.5)
    with pytest.raises(AttributeError, match=r"SGD has no betas to set: its settings are|SGD has no betas to set"):
        optimizer.betas = (0.9, 0.999)


def test_an_autosave_is_taken_up_once_by_a_history_that_has_not_begun(tmp_path):
    pytest.importorskip("safetensors")
    model = nn.Neuron(1, None, seed=0)
    optimizer, saver = nn.SGD(model.parameters()), nn.Autosave(tmp_path / "a")
    assert saver.resume(model, optimizer, nn.History()) is False
    saver.save(model, optimizer, nn.History(losses=[1.0], learning_rates=[0.01]))
    model.weights[0].data = 9.0
    for begun in (nn.History(losses=[1.0]), nn.History(batches=1)):
        assert saver.resume(model, optimizer, begun) is False
        assert model.weights[0].data == 9.0
    history = nn.History()
    assert saver.resume(model, optimizer, history) is True
    assert (history.losses, model.weights[0].data == 9.0) == ([1.0], False)


def test_that_a_model_draws_is_known_to_all_who_look_after_it():
    model = nn.Neuron(1, None, seed=0)
    first, before = BuffersAndRNG(model), random.getstate()
    first.rehearse(lambda: None)
    assert not BuffersAndRNG(model)._draws
    first.rehearse(random.random)
    assert random.getstate() == before
    assert BuffersAndRNG(model)._draws
    assert not BuffersAndRNG(nn.Neuron(1, None, seed=0))._draws


def test_beside_another_thread_only_what_draws_is_said_to_draw():
    model, end = nn.Neuron(1, None, seed=0), threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        states = BuffersAndRNG(model)
        states.rehearse(lambda: len([1]) + max(1, 2))
        assert not states._draws
        states.rehearse(random.random)
        assert states._draws
    finally:
        end.set()
        other.join()


def test_a_diagnosis_reads_the_sharpness_to_a_thousandth():
    model = nn.MLP(1, [3, 1], activation="tanh", seed=0)
    masked = nn.Sequential(nn.Layer(1, 9, "tanh", seed=0), nn.Dropout(0.5, seed=1), nn.Layer(9, 1, None, seed=1))
    for looked in (model, masked):  # at the masks of the model as it is, though it was looked at before
        optimizer = nn.SGD(looked.parameters(), 0.1)
        found = nn.diagnose(looked, X, Y, loss=nn.mean_squared_error, optimizer=optimizer)
        assert found.sharpness == nn.sharpness(looked, X, Y, loss=nn.mean_squared_error, tolerance=1e-3)
    assert found.sharpness != nn.sharpness(masked, X, Y, loss=nn.mean_squared_error, tolerance=1e-6)


def test_points_come_in_an_order_that_the_seed_decides():
    near = pytest.approx
    rows, classes = nn.datasets.moons(6, noise=0.0, seed=0)
    assert classes == [0, 1, 1, 1, 0, 0]
    assert rows == [near(p, abs=1e-9) for p in ([-1, 0], [1, -0.5], [2, 0.5], [0, 0.5], [1, 0], [0, 1])]


def test_a_neuron_that_is_made_linear_and_back():
    neuron = nn.Neuron(1, "relu", seed=0)
    neuron.nonlin = False
    assert neuron.activation is None
    neuron.nonlin = True
    assert neuron.activation.name == "relu"
    assert neuron.nonlin
