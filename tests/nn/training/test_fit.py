"""`fit`: the same as a loop by hand, and the same bits however it is cut in pieces."""

import math
import os
import random
import signal
import sys
from importlib.util import find_spec

import pytest

import autograd
import nn
from autograd import Value
from autograd.compile.program_cache import Compiled
from nn import (
    MLP,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    BatchNorm,
    ClipByNorm,
    ClipByValue,
    Cosine,
    Dropout,
    EarlyStopping,
    Embedding,
    History,
    Layer,
    Module,
    RMSProp,
    Sequential,
    WarmUp,
    binary_cross_entropy_with_logits,
    fit,
    hinge,
    mean_squared_error,
    predict,
    softmax_cross_entropy,
)
from nn.datasets import moons, sine, split, xor
from nn.training.loop import Training

X, Y = sine(23, noise=0.1)
MACHINE_CODE = pytest.param("native", marks=pytest.mark.skipif(find_spec("llvmlite") is None, reason="no llvmlite"))
BACKENDS = pytest.mark.parametrize("backend", ["recorded", "numpy", MACHINE_CODE])


def network(seed=1):
    return MLP(1, [5, 1], "tanh", seed=seed)


def with_buffers(seed=1):
    model = Sequential(
        Layer(1, 6, "tanh", seed=seed), BatchNorm(6), Dropout(0.2, seed=seed), Layer(6, 1, None, seed=seed + 1)
    )
    model.name_nodes()
    return model


def first_of_row_loss(predictions, targets):
    return mean_squared_error(predictions, targets)


def state_of(model, optimizer):
    return repr(([p.data for p in model.parameters()], optimizer.memories, optimizer.step_count, model.named_buffers()))


def trained(make=network, *, history=None, model=None, optimizer=None, kind=Adam, **settings):
    model = model if model is not None else make()
    optimizer = optimizer if optimizer is not None else kind(model.parameters(), learning_rate=0.02)
    settings = {"loss": first_of_row_loss, "epochs": 6, "batch_size": 5, "backend": "recorded", **settings}
    return model, optimizer, fit(model, X, Y, optimizer=optimizer, history=history, **settings)


@BACKENDS
def test_fit_is_the_loop_one_would_write(backend):
    model, optimizer, history = trained(
        batch_size=4, shuffle=3, clip=0.5, schedule=WarmUp(10, then=Cosine(50)), backend=backend
    )
    assert history.backend == backend
    by_hand = network()
    adam = Adam(by_hand.parameters())
    schedule = WarmUp(10, then=Cosine(50))
    losses, norms, step = [], [], 0
    for epoch in range(6):
        order = list(range(len(X)))
        random.Random(f"3 {epoch}").shuffle(order)
        total = 0.0
        for start in range(0, len(X), 4):
            batch = order[start : start + 4]
            adam.zero_grad()
            loss = mean_squared_error([by_hand(X[i]) for i in batch], [Y[i] for i in batch])
            loss.backward()
            norm = math.hypot(*(p.grad for p in by_hand.parameters()))
            norms.append(norm)
            for p in by_hand.parameters():
                p.grad *= min(1.0, 0.5 / norm)
            adam.learning_rate = 0.02 * schedule(step)
            adam.step()
            total += loss.data * len(batch)
            step += 1
        losses.append(total / len(X))
    assert history.losses == pytest.approx(losses, rel=1e-12)
    assert history.gradient_norms == pytest.approx(norms, rel=1e-9)
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in by_hand.parameters()], rel=1e-9)
    assert history.suggested_clip() == pytest.approx(sorted(norms)[round(0.95 * 35)], rel=0.2)
    assert optimizer.learning_rate == 0.02, "the base rate stays"
    assert history.learning_rates[-1] == 0.02 * schedule(35)
    assert history.stopped == "all 6 epochs are done"


def test_the_epoch_loss_weighs_rows_not_batches():
    # With the weights held still, every way of cutting the epoch gives the loss over all rows.
    whole = trained(kind=SGD, epochs=1, batch_size=None, schedule=lambda step: 0.0)[2].losses[0]
    for batch_size in (1, 2, 3, 4, 7, 22, 23, 24, 1000):
        history = trained(kind=SGD, epochs=1, batch_size=batch_size, schedule=lambda step: 0.0)[2]
        assert history.losses == [pytest.approx(whole, rel=1e-12)]


@BACKENDS
@pytest.mark.parametrize("batch_size", [5, None])
@pytest.mark.parametrize("make", [network, with_buffers])
def test_training_in_pieces_gives_the_same_bits(make, batch_size, backend):
    settings = {"backend": backend, "batch_size": batch_size}
    whole = trained(make, epochs=7, **settings)
    model, optimizer, history = trained(make, epochs=2, **settings)
    assert history.epochs == 2
    for epochs in (3, 7):
        trained(model=model, optimizer=optimizer, history=history, epochs=epochs, **settings)
    assert state_of(model, optimizer) == state_of(whole[0], whole[1])
    assert history == whole[2]
    again = trained(model=model, optimizer=optimizer, history=history, epochs=7, **settings)
    assert again[2] == whole[2], "nothing is left to do"


@BACKENDS
def test_long_ways_between_reports_are_planned_in_parts(backend, monkeypatch):
    # Else a million epochs would be drawn up, and kept, before the first step.
    settings = {"backend": backend, "batch_size": 5, "epochs": 9, "report_every": 8}
    whole = trained(**settings)
    plans, plan = [], Training._plan
    monkeypatch.setattr(Training, "_plan", lambda self: (plans.append(plan(self)), plans[-1])[1])
    monkeypatch.setattr("nn.training.loop.FAR", 60)  # rows, of 23 an epoch
    in_parts = trained(**settings)
    assert [len(plan) for plan in plans] == [15, 15, 10, 5]
    assert state_of(*in_parts[:2]) == state_of(*whole[:2])
    assert in_parts[2] == whole[2]


@BACKENDS
@pytest.mark.parametrize("kind", [SGD, AdaGrad, RMSProp, Adam, AdamW])
@pytest.mark.parametrize("make", [network, with_buffers])
def test_every_backend_makes_the_same_steps(make, kind, backend):
    settings = {"epochs": 4, "batch_size": 10, "validation": 0.2, "kind": kind}
    model, optimizer, history = trained(make, backend=backend, **settings)
    expected, adam, other = trained(make, backend="recorded", **settings)
    assert history.losses == pytest.approx(other.losses, rel=1e-12)
    assert history.validation_losses == pytest.approx(other.validation_losses, rel=1e-12)
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in expected.parameters()], rel=1e-10)
    assert optimizer.step_count == adam.step_count
    for name in adam.state:
        assert optimizer.memories[name] == pytest.approx(adam.memories[name], rel=1e-9, abs=1e-15)
    for name, kept in expected.named_buffers().items():
        assert model.named_buffers()[name] == pytest.approx(kept, rel=1e-12)


@pytest.mark.parametrize("make", [network, with_buffers])
def test_ctrl_c_ends_after_a_step_and_training_goes_on_to_the_same_bits(make):
    whole = trained(make, epochs=3)
    model = make()
    optimizer, history = Adam(model.parameters(), learning_rate=0.02), History()
    calls = []

    def pressed(predictions, targets):
        calls.append(None)
        if len(calls) in (4, 9):
            os.kill(os.getpid(), signal.SIGINT)
        return first_of_row_loss(predictions, targets)

    positions = []
    while history.stopped != "all 3 epochs are done":
        trained(model=model, optimizer=optimizer, history=history, epochs=3, loss=pressed)
        positions.append((history.epochs, history.batches))
    assert positions == [(0, 3), (1, 2), (3, 0)]
    assert state_of(model, optimizer) == state_of(whole[0], whole[1])
    assert history == whole[2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_that_is_raised_goes_back_to_the_latest_report():
    expected = trained(with_buffers, epochs=2)
    calls = []

    def raises(predictions, targets):
        calls.append(None)
        if len(calls) == 1 + 2 * 5 + 3:  # the rehearsal, two epochs, and in the third step of the third
            raise KeyboardInterrupt
        return first_of_row_loss(predictions, targets)

    model, optimizer, history = trained(with_buffers, epochs=5, loss=raises, report_every=1)
    assert history.stopped == "interrupted from the keyboard"
    assert (history.epochs, history.batches) == (2, 0)
    assert state_of(model, optimizer) == state_of(expected[0], expected[1])


def test_an_interrupt_in_a_callback_leaves_what_is_done():
    def press(report):
        if report.epoch == 2:
            raise KeyboardInterrupt

    whole = trained(with_buffers, epochs=5)
    model, optimizer, history = trained(with_buffers, epochs=5, callbacks=[press])
    assert (history.stopped, history.epochs) == ("interrupted from the keyboard", 2)
    trained(model=model, optimizer=optimizer, history=history, epochs=5)
    assert state_of(model, optimizer) == state_of(whole[0], whole[1])
    assert history == whole[2]


def test_callbacks_see_the_weights_and_can_stop():
    seen = []

    def enough(report):
        seen.append((report.epoch, report.loss, report.model.parameters()[0].data))
        return report.epoch == 3

    model, _, history = trained(epochs=10, callbacks=[enough])
    assert [epoch for epoch, _, _ in seen] == [1, 2, 3]
    assert [loss for _, loss, _ in seen] == history.losses
    assert seen[-1][2] == model.parameters()[0].data
    assert history.stopped == "enough asked to stop after epoch 3"
    reports = []
    trained(epochs=10, callbacks=[lambda report: reports.append(report.epoch)], report_every=4)
    assert reports == [4, 8, 10]


def test_validation_rows_are_held_out_and_seen_in_the_behavior_for_use():
    model, _, history = trained(with_buffers, validation=0.25, epochs=4, batch_size=100, shuffle=2)
    _, _, held, wanted = split(X, Y, share=0.25, seed=2)
    assert len(history.validation_losses) == 4
    assert all(module.training for _, module in model.named_modules()), "training goes on as before"
    model.eval()
    loss = first_of_row_loss(model.batch(held), wanted).data
    assert history.validation_losses[-1] == pytest.approx(loss, rel=1e-12)
    own = trained(validation=(X[:4], Y[:4]), epochs=2)[2]
    assert len(own.validation_losses) == 2


def test_early_stopping_takes_back_the_best():
    rows = {}
    model, _, history = trained(
        kind=SGD,
        epochs=100,
        batch_size=None,
        schedule=lambda step: 1.0 if step < 5 else -0.0 if step > 50 else 100.0,  # from step 5 on it can only get worse
        early_stopping=EarlyStopping(patience=6),
        callbacks=[lambda report: rows.update({report.epoch: [p.data for p in report.model.parameters()]})],
    )
    best = min(range(history.epochs), key=lambda i: history.losses[i]) + 1
    assert history.best_epoch == best
    assert history.epochs == best + 6
    assert history.stopped.endswith(f"for 6 epochs; the weights of epoch {best} are back")
    assert [p.data for p in model.parameters()] == rows[best] == history.best_parameters


@BACKENDS
def test_early_stopping_takes_back_the_whole_model_and_is_not_gone_on_with(backend):
    settings = {
        "kind": SGD, "epochs": 60, "batch_size": None, "backend": backend, "validation": 0.3,
        "schedule": lambda step: 1.0 if step < 5 else 300.0, "early_stopping": EarlyStopping(patience=4),
    }  # fmt: skip
    model, optimizer, history = trained(with_buffers, **settings)
    assert history.epochs == history.best_epoch + 4 < 60
    best = history.best_loss
    held_out = split(X, Y, share=0.3, seed=0)[2:]
    model.eval()
    assert first_of_row_loss(model.batch(held_out[0]), held_out[1]).data == pytest.approx(best, rel=1e-12)
    model.train()
    before = state_of(model, optimizer)
    for epochs in (60, 90):
        trained(model=model, optimizer=optimizer, history=history, **{**settings, "epochs": epochs})
        assert state_of(model, optimizer) == before
        assert history.stopped.endswith(f"for 4 epochs; the weights of epoch {history.best_epoch} are back")
    trained(model=model, optimizer=optimizer, history=history, **{**settings, "early_stopping": 40})
    assert history.epochs > history.best_epoch + 4, "more patience goes on"


def validated(losses, epochs, patience, **settings):
    """Train one weight for so many epochs; the validation loss after each is the next of the list."""
    model, given = Line(0.0), iter(losses)

    def loss(predictions, targets):  # a target of 1 marks the row held out
        return predictions[0] * 0.0 + next(given) if targets == [1.0] else mean_squared_error(predictions, targets)

    optimizer = SGD(model.parameters(), 0.25)
    data = {"loss": loss, "optimizer": optimizer, "validation": ([[1.0]], [1.0]), "backend": "recorded"}
    history = fit(model, [[1.0]], [0.5], epochs=epochs, early_stopping=patience, **data, **settings)
    return model, optimizer, history


class Line(Module):
    def __init__(self, w):
        self.w = Value(w, "w")

    def __call__(self, row):
        return self.w * row[0]


NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("losses", "best", "epochs"),
    [
        ([NAN, 5.0, 4.0, 3.0, 2.0, 1.0], 6, 6),
        ([INF, 5.0, 4.0, 3.0, 2.0, 1.0], 6, 6),
        ([-INF, 5.0, 4.0, 3.0, 2.0, 1.0], 6, 6),
        ([5.0, NAN, 4.0, NAN, NAN, 1.0], 6, 6),
        ([5.0, 4.0, NAN, NAN, NAN, 1.0], 2, 5),
        ([5.0, 4.0, INF, 6.0, NAN, 1.0], 2, 5),
        ([NAN, INF, 4.0, 5.0, NAN, 6.0], 3, 6),
    ],
)
def test_a_loss_that_is_not_finite_is_never_the_best(losses, best, epochs):
    history = validated([0.0, *losses], 6, 3)[2]  # the first 0 is for the look before training
    assert (history.best_epoch, history.best_loss, history.epochs) == (best, losses[best - 1], epochs)


def test_training_ends_if_no_validation_loss_is_finite_and_says_so():
    model, _, history = validated([0.0] + [NAN] * 9, 9, 4)
    assert (history.epochs, history.best_epoch) == (4, None)
    assert history.stopped == "the validation loss was not finite for 4 epochs; no weights were taken back"
    assert model.w.data != 0.0


def test_a_nan_that_an_older_version_kept_as_best_is_outdone():
    model = Line(0.0)
    history = History(losses=[1.0], validation_losses=[NAN], best_loss=NAN, best_epoch=1, best_parameters=[0.0])
    data = {"loss": mean_squared_error, "optimizer": SGD(model.parameters(), 0.25), "validation": ([[1.0]], [1.0])}
    fit(model, [[1.0]], [1.0], epochs=3, early_stopping=3, history=history, **data)
    assert history.best_epoch == 3


def test_an_end_before_patience_says_which_epoch_was_best_and_it_can_be_taken_back():
    def stop(report):
        return report.epoch == 4

    best, ending = "; epoch 2 was best with 1: history.restore_best(model, optimizer) takes its weights back", []
    for settings in ({"epochs": 4}, {"epochs": 9, "callbacks": [stop]}):
        model, optimizer, history = validated([0.0, 2.0, 1.0, 3.0, 4.0], patience=5, **settings)
        ending.append(history.stopped)
        latest = model.w.data
        history.restore_best(model, optimizer)
        assert [model.w.data] == history.best_parameters != [latest]
    assert ending == ["all 4 epochs are done" + best, "stop asked to stop after epoch 4" + best]
    assert validated([0.0, 2.0, 1.0, 0.5], 3, 5)[2].stopped == "all 3 epochs are done", "the best is the latest"


def test_a_training_that_goes_wrong_says_which_epoch_was_best_too():
    def loss(predictions, targets):  # on the row held out it rises
        return -mean_of(predictions, targets) if targets == [1.0] else mean_of(predictions, targets)

    model = LogOfWeight(1.0)
    settings = {"optimizer": SGD(model.parameters(), 0.3), "early_stopping": 9, "backend": "recorded"}
    history = fit(model, [[1.0]], [0.0], loss=loss, epochs=50, validation=([[1.0]], [1.0]), **settings)
    assert history.trouble
    assert "the last good weights are back; epoch 1 was best with 0.35" in history.stopped


def test_the_best_is_taken_back_only_where_there_is_one_that_fits():
    model = Line(0.0)
    with pytest.raises(ValueError, match="no best epoch was kept"):
        History().restore_best(model, SGD(model.parameters(), 0.1))
    with pytest.raises(ValueError, match="has 2 parameters, and this optimizer moves 1"):
        History(best_epoch=1, best_parameters=[1.0, 2.0]).restore_best(model, SGD(model.parameters(), 0.1))


def test_going_on_after_all_epochs_gives_the_bits_of_one_run():
    whole = validated([0.0, 2.0, 1.0, 3.0, 4.0, 5.0], 5, 5)
    model, optimizer, history = validated([0.0, 2.0, 1.0, 3.0], 3, 5)
    given = iter([0.0, 4.0, 5.0])

    def loss(predictions, targets):
        return predictions[0] * 0.0 + next(given) if targets == [1.0] else mean_squared_error(predictions, targets)

    data = {"loss": loss, "optimizer": optimizer, "validation": ([[1.0]], [1.0]), "backend": "recorded"}
    fit(model, [[1.0]], [0.5], epochs=5, early_stopping=5, history=history, **data)
    assert model.w.data == whole[0].w.data
    assert history == whole[2]


class LogOfWeight(Module):
    """log(w · x): nan as soon as the weight falls below 0."""

    def __init__(self, start):
        self.w = Value(start, name="w")

    def __call__(self, row):
        return autograd.log(self.w * row[0])


def mean_of(predictions, targets):
    return autograd.mean(predictions)


@BACKENDS
@pytest.mark.parametrize(("epochs", "report_every"), [(9, 1), (9, 2), (40, 7), (40, 40)])
def test_a_nan_loss_brings_back_the_last_good_weights_and_says_where_it_was_born(epochs, report_every, backend):
    # w falls by rate / w: 1, 0.7, 0.27, −0.84, and the fourth loss is nan.
    model = LogOfWeight(1.0)
    optimizer = SGD(model.parameters(), learning_rate=0.3)
    history = fit(
        model, [[1.0]], [0.0], loss=mean_of, optimizer=optimizer, epochs=epochs, report_every=report_every,
        backend=backend,
    )  # fmt: skip
    path = [1.0, 0.7]
    path.append(path[-1] - 0.3 * (1 / path[-1]))
    assert model.w.data == pytest.approx(path[-1], rel=1e-14)
    assert optimizer.step_count == 2
    assert history.stopped == "the loss was no longer finite in epoch 4; the last good weights are back"
    assert "log" in history.trouble
    assert history.losses == pytest.approx([math.log(w) for w in path], rel=1e-12, abs=1e-15)


def test_a_nan_from_the_start_and_an_update_that_overflows():
    model = LogOfWeight(-1.0)
    history = fit(model, [[1.0]], [0.0], loss=mean_of, optimizer=SGD(model.parameters()), epochs=3, backend="recorded")
    assert history.stopped.endswith("the weights are as they were")
    assert model.w.data == -1.0
    assert "log" in history.trouble
    big = LogOfWeight(1e-10)
    optimizer = SGD(big.parameters(), learning_rate=1e308)
    history = fit(big, [[1.0]], [0.0], loss=mean_of, optimizer=optimizer, epochs=1, backend="recorded")
    assert big.w.data == 1e-10
    assert "the update moved w from 1e-10 to -inf" in history.trouble
    assert "rate 1e+308" in history.trouble


def test_parameters_that_the_loss_never_uses_are_named_once():
    class Idle(Module):
        def __init__(self):
            self.net = network()
            self.idle = Value(1.0, name="idle")

        def __call__(self, row):
            return self.net(row)

    with pytest.warns(UserWarning, match="idle: no backward pass has reached it") as caught:
        model, _, _ = trained(Idle, kind=AdamW)
    assert len(caught) == 1
    assert model.idle.data == 1.0


def test_embeddings_left_out_by_a_batch_are_no_matter():
    model = Sequential(Embedding(5, 2, seed=1), Layer(2, 1, None, seed=2))
    optimizer = Adam(model.parameters(), learning_rate=0.1)
    rows, targets = [0, 1, 2, 3, 4], [0.1, 0.3, 0.2, 0.5, 0.4]
    history = fit(
        model, rows, targets, loss=first_of_row_loss, optimizer=optimizer, epochs=200, batch_size=2, backend="recorded",
    )  # fmt: skip
    assert history.losses[-1] < 1e-3


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be 1 or more, not 0"),
        ({"epochs": 2.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be 1 or more"),
        ({"clip": -1.0}, ValueError, r"limit=-1\.0"),
        ({"backend": "cuda"}, ValueError, "no backend 'cuda'; there are: auto, recorded"),
        ({"validation": 1.0}, ValueError, "validation=1: the share .* between 0 and 1"),
        ({"validation": math.nan}, ValueError, "validation=nan"),
        ({"validation": 0.001}, ValueError, r"split\(share=0\.001\): 0 of 23"),
        ({"validation": True}, TypeError, "a share of the rows or a pair .*, not a bool"),
        ({"validation": "0.2"}, TypeError, "a share of the rows or a pair .*, not a str"),
        ({"validation": (X, Y, Y)}, ValueError, r"a pair \(inputs, targets\), not 3 things"),
        ({"validation": (X, Y[1:])}, ValueError, "23 rows of inputs and 22 targets"),
        ({"validation": ([[1.0, 2.0]], [1.0])}, ValueError, "1 input, not 2"),
        ({"early_stopping": 2.5}, TypeError, "patience must be a whole number, not 2.5"),
        ({"clip": True}, TypeError, "clip is the greatest norm.*, not a bool"),
        ({"clip": "1"}, TypeError, "clip is the greatest norm.*, not a str"),
        ({"schedule": 0.5}, TypeError, "a function from the step to a factor of the rate, not a float"),
        ({"schedule": Cosine}, TypeError, r"made by Cosine\(…\) with its settings, not the class Cosine"),
        ({"schedule": lambda step: None}, TypeError, "at step 0 it is None"),
        ({"callbacks": print}, TypeError, "a list of functions of a Report, not a builtin"),
        ({"callbacks": [3]}, TypeError, r"callbacks\[0\] is an int"),
        ({"shuffle": False}, TypeError, "a whole number, or None for rows in order, not False"),
        ({"autosave": "file"}, TypeError, r"nn.Autosave\(path, every=…\), not a str"),
        ({"history": [0.5]}, TypeError, "an earlier fit returned, not a list"),
        ({"optimizer": SGD}, TypeError, r"as nn.SGD\(model.parameters\(\), .*, not the class SGD"),
        ({"loss": "mse"}, TypeError, "a function of predictions and targets.*, not a str"),
        ({"loss": lambda predictions, targets: predictions}, TypeError, "one Value, not .* of them"),
        ({"early_stopping": 0}, ValueError, "patience must be 1 or more"),
        ({"schedule": lambda step: -1.0}, ValueError, r"factor -1\.0 at step 0"),
        ({"loss": lambda predictions, targets: 1.0}, TypeError, "a loss is one Value"),
        ({"report_every": 0}, ValueError, "report_every must be"),
    ],
)
def test_bad_settings_are_refused_before_any_work(settings, error, message):
    model = network()
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=message):
        trained(model=model, **settings)
    assert [p.data for p in model.parameters()] == before


def test_bad_data_is_refused_before_any_work():
    model = network()
    optimizer = SGD(model.parameters())
    with pytest.raises(TypeError, match=r"has parameters\(\).*this is a function"):
        fit(lambda row: row[0], X, Y, loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match=r"inputs\[1\]\[0\] is a whole number beyond the largest float"):
        fit(model, [[1.0], [10**400]], [0, 1], loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match=r"row 1 holds 2 numbers"):
        fit(model, [[1.0], [1.0, 2.0]], [0, 1], loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match="1 input, not 2"):
        fit(model, *xor(), loss=mean_squared_error, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match=r"inputs\[0\]\[0\] is nan"):
        fit(model, [[math.nan]], [0], loss=mean_squared_error, optimizer=optimizer, epochs=1)


LABELS = {
    "a class that there is not": (softmax_cross_entropy, 3, [0, 1, 2] * 7 + [3, 0], "of classes 0 to 2, and row 21"),
    "a negative class": (softmax_cross_entropy, 3, [0, 1, 2] * 7 + [0, -1], "and row 22 has class -1"),
    "half a class": (softmax_cross_entropy, 3, [0, 1, 2] * 7 + [0.5, 0], "and row 21 has 0.5"),
    "probabilities": (softmax_cross_entropy, 3, [[0.0, 1.0, 0.0]] * 22 + [[0.5, 0.5, 0.5]], "row 22 sum to 1.5"),
    "hinge's signs": (hinge, 1, [1] * 9 + [-1] * 9 + [0] * 5, "and number 18 is 0; for targets of 0 and 1 pass"),
    "cross-entropy's share": (binary_cross_entropy_with_logits, 1, [0, 1] * 11 + [2], "and number 22 is 2"),
    "one of many": (hinge, 1, [1, -1] + [1 - i / 20 for i in range(21)], "and number 3 is 0.95"),
}


@BACKENDS
@pytest.mark.parametrize("name", LABELS)
def test_a_label_that_the_loss_refuses_is_found_wherever_it_stands(name, backend):
    loss, outputs, targets, message = LABELS[name]
    model = MLP(1, [4, outputs], "tanh", seed=1)
    before = [p.data for p in model.parameters()]
    settings = {"loss": loss, "optimizer": SGD(model.parameters()), "epochs": 1, "batch_size": 5, "backend": backend}
    with pytest.raises(ValueError, match=message):
        fit(model, X, targets, **settings)
    good = [targets[0]] * 23
    with pytest.raises(ValueError, match=message):
        fit(model, X, good, validation=(X, targets), **settings)
    with pytest.raises(ValueError, match=message):
        fit(model, [[0.0]] * 5000, [*targets, *good * 217][:5000], **settings)
    assert [p.data for p in model.parameters()] == before


@BACKENDS
@pytest.mark.parametrize("wrong", [5, -1])
def test_an_index_that_an_embedding_has_not_is_found_wherever_it_stands(wrong, backend):
    model = Sequential(Embedding(5, 2, seed=1), Layer(2, 1, None, seed=2))
    settings = {"loss": first_of_row_loss, "optimizer": SGD(model.parameters()), "epochs": 1, "batch_size": 4}
    with pytest.raises(IndexError, match=f"rows 0 to 4, and {wrong} is none"):
        fit(model, [0, 1, 2, 3, 4] * 3 + [wrong], Y[:16], backend=backend, **settings)


def test_a_program_for_the_last_few_rows_is_made_before_any_work(monkeypatch):
    import nn.training.compiled

    class Refusing:
        def __init__(self, loss_of, *rest):
            self.sizes = []

        def __call__(self, inputs, targets):
            if len(inputs) == 3:
                raise NotImplementedError("three rows")

        def reload(self):
            pass

    monkeypatch.setattr(nn.training.compiled, "compile_training", Refusing)
    with pytest.raises(NotImplementedError, match="three rows"):
        trained(batch_size=5, backend="numpy")
    assert trained(batch_size=5, backend="auto", epochs=300)[2].backend == "recorded (three rows)"


def test_what_machine_code_refuses_numpy_computes(monkeypatch):
    import nn.training.compiled

    def refuse(loss_of, parameters, optimizer, backend, clip):
        if backend == "native":
            raise NotImplementedError("not in machine code")
        return compile_training(loss_of, parameters, optimizer, backend, clip)

    compile_training = nn.training.compiled.compile_training
    monkeypatch.setattr(nn.training.compiled, "compile_training", refuse)
    monkeypatch.setattr("nn.training.engines.find_spec", lambda name: name)
    assert trained(backend="auto", epochs=1000, callbacks=[lambda report: True])[2].backend == "numpy"


def test_a_gradient_norm_that_is_not_finite_is_told():
    class Root(LogOfWeight):
        def __call__(self, row):
            return autograd.sqrt(self.w * row[0])

    model = Root(0.0)
    with pytest.warns(RuntimeWarning, match="the gradient's norm is inf: the gradients of w"):
        history = fit(
            model, [[1.0]], [0.0], loss=mean_of, optimizer=SGD(model.parameters()), epochs=3, clip=ClipByNorm(1.0),
            backend="recorded",
        )  # fmt: skip
    assert model.w.data == 0.0
    assert "sqrt" in history.trouble


def test_clipping_by_value_in_fit():
    model, _, history = trained(kind=SGD, clip=ClipByValue(1e-6), epochs=1, batch_size=None)
    moved = [abs(a.data - b.data) for a, b in zip(model.parameters(), network().parameters(), strict=True)]
    assert max(moved) == pytest.approx(0.02 * 1e-6, rel=1e-6)
    assert history.gradient_norms[0] > 1e-6


def test_moons_are_learned():
    rows, kinds = moons(60, noise=0.05, seed=1)
    model = MLP(2, [8, 1], "tanh", output="sigmoid", seed=3)
    history = fit(
        model, rows, kinds, loss=mean_squared_error, optimizer=Adam(model.parameters(), learning_rate=0.05),
        epochs=150, batch_size=20, backend="recorded",
    )  # fmt: skip
    right = sum((model(row).data > 0.5) == kind for row, kind in zip(rows, kinds, strict=True))
    assert right >= 58
    assert "150 epochs" in repr(history)


@pytest.mark.parametrize("backend", ["numpy", MACHINE_CODE])
def test_ctrl_c_ends_a_compiled_training_at_a_step_that_can_be_gone_on_from(backend):
    settings = {"epochs": 400, "batch_size": None, "report_every": 100, "backend": backend}
    whole = trained(**settings)
    pressed = []

    def press(step):
        if step == 250 and not pressed:
            pressed.append(os.kill(os.getpid(), signal.SIGINT))
        return 1.0

    model, optimizer, history = trained(schedule=press, **settings)
    assert history.stopped == "interrupted from the keyboard"
    assert history.epochs == optimizer.step_count == 200
    trained(model=model, optimizer=optimizer, history=history, schedule=press, **settings)
    assert state_of(model, optimizer) == state_of(whole[0], whole[1])
    assert history == whole[2]


def test_auto_looks_at_the_work():
    assert trained(backend="auto", epochs=2)[2].backend == "recorded"
    assert trained(backend="auto", epochs=300)[2].backend == "numpy"

    def peeks(predictions, targets):
        loss = first_of_row_loss(predictions, targets)
        return loss if loss.data >= 0.0 else -loss

    history = trained(backend="auto", epochs=300, loss=peeks, callbacks=[lambda report: True])[2]
    assert history.backend.startswith("recorded (")
    assert "was read while" in history.backend
    with pytest.raises(TypeError, match="was read while"):
        trained(backend="numpy", loss=peeks)


def test_a_compiler_that_fails_stops_no_training(monkeypatch):
    def broken(*arguments):
        raise IndexError("out of range")

    monkeypatch.setattr("nn.training.compiled.compile_training", broken)
    with pytest.warns(RuntimeWarning, match="compiling failed with IndexError: out of range; training goes on"):
        history = trained(backend="auto", epochs=300, callbacks=[lambda report: True])[2]
    assert history.backend.startswith("recorded (compiling failed")
    with pytest.raises(IndexError):
        trained(backend="numpy")


def test_what_is_wrong_with_the_data_is_not_taken_for_the_compilers_fault(monkeypatch):
    class Looking(Module):
        def __init__(self):
            self.table, self.net = Embedding(4, 1, seed=0), network()

        def __call__(self, row):
            return self.net(self.table(row[0]))

    monkeypatch.setattr("nn.training.fit.telling", lambda inputs, targets: [0])  # let it through to the compiler
    model, rows = Looking(), [[i % 4] for i in range(200)]
    rows[150] = [4]
    with pytest.raises(IndexError, match="this embedding has rows 0 to 3, and 4 is none of them") as caught:
        fit(
            model, rows, [0.0] * 200, loss=mean_squared_error, optimizer=Adam(model.parameters()), epochs=1000,
            backend="auto",
        )  # fmt: skip
    assert caught.value.__context__ is None, "no word of a compiler"


@pytest.mark.parametrize("make", [network, with_buffers, lambda: MLP(1, [4, 3], "relu", seed=2)])
@pytest.mark.parametrize("count", [1, 100, 300])
def test_predictions_are_those_for_use(make, count):
    model = make()
    rows = [[i / 100 - 1.0] for i in range(count)]
    everywhere = [predict(model, rows, backend=backend) for backend in ("recorded", "numpy", "native", "jax")]
    assert {len(found) for found in everywhere} == {count}
    assert all(module.training for _, module in model.named_modules())
    model.eval()
    by_hand = [[x.data for x in y] if isinstance(y, list) else y.data for y in model.batch(rows)]
    for found in (*everywhere, predict(model, rows)):
        for a, b in zip(found, by_hand, strict=True):
            assert a == pytest.approx(b, rel=1e-12, abs=1e-15)


def test_predictions_for_an_array_are_an_array():
    numpy = pytest.importorskip("numpy")
    model = network()
    for count in (3, 3000):
        rows = numpy.linspace(-1.0, 1.0, count).reshape(-1, 1)
        found = predict(model, rows)
        assert isinstance(found, numpy.ndarray)
        assert found[0] == pytest.approx(model([-1.0]).data)
    rows[7, 0] = math.nan
    with pytest.raises(ValueError, match=r"inputs\[7\]"):
        predict(model, rows)
    with pytest.raises(ValueError, match="1 input, not 2"):
        predict(model, [[1.0, 2.0]])
    with pytest.raises(ValueError, match="no backend 'abacus'"):
        predict(model, rows, backend="abacus")


def test_the_progress_bar_shows_loss_and_rate(capsys, monkeypatch):
    pytest.importorskip("tqdm")
    trained(progress=True, epochs=3)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "loss=" in shown
    assert "rate=0.02" in shown
    trained(epochs=3)
    trained(epochs=3, progress=False)
    assert capsys.readouterr().err == "", "no terminal, no bar"
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match=r"pip install 'chainrule\[session\]'"):
        trained(progress=True)


@pytest.mark.parametrize("backend", ["numpy", MACHINE_CODE])
def test_a_rate_that_changes_at_each_step_needs_no_new_program(backend, monkeypatch):
    made = []
    build = Compiled.__init__
    monkeypatch.setattr(
        Compiled, "__init__", lambda self, *them, **named: made.append(self) or build(self, *them, **named)
    )
    for clip in (None, 0.5):
        made.clear()
        trained(batch_size=4, shuffle=3, clip=clip, schedule=WarmUp(10, then=Cosine(50)), backend=backend)
        assert len(made) == len({4, len(X) % 4 or 4})


@pytest.mark.parametrize("backend", ["auto", "recorded", "numpy"])
def test_predictions_for_rows_that_can_be_read_but_once(backend):
    model, rows = MLP(2, [3, 1], seed=1), [[0.5, 1.0], [2.0, -1.0]]
    assert predict(model, iter(rows), backend=backend) == predict(model, rows, backend=backend)


def classes_with(bad, at, count=3000):
    wanted = [0] * count
    wanted[at] = bad
    return [[i / count, 1.0 - i / count] for i in range(count)], wanted


@pytest.mark.parametrize(("bad", "at"), [(7, 2500), (0.5, 900)])
def test_a_row_is_named_as_the_user_counts_it_wherever_a_few_are_looked_at(bad, at):
    model = MLP(2, [3, 3], "tanh", seed=0)
    optimizer = SGD(model.parameters(), 0.1)
    inputs, targets = classes_with(bad, at)
    good = [0] * len(inputs)
    trained = {"loss": softmax_cross_entropy, "optimizer": optimizer}
    for call in (
        lambda: fit(model, inputs, targets, epochs=1, batch_size=100, **trained),
        lambda: fit(model, inputs, good, epochs=1, validation=(inputs, targets), **trained),
        lambda: nn.find_learning_rate(model, inputs, targets, **trained),
        lambda: nn.TrainingSession(model, inputs, targets, batch_size=100, **trained).run(1),
    ):
        with pytest.raises(ValueError, match=rf"row {at} has (class )?{bad}"):
            call()
    inputs, targets = classes_with(bad, 300, 600)
    with pytest.raises(ValueError, match=rf"row 300 has (class )?{bad}"):
        nn.diagnose(model, inputs, targets, loss=softmax_cross_entropy)


def test_numbers_of_rows_of_several_are_named_by_row_and_place():
    rows = [[Value(1.0), Value(2.0)]] * 3
    with pytest.raises(ValueError, match="number 1 of row 1 is 7"):
        binary_cross_entropy_with_logits(rows, [[1.0, 0.0], [1.0, 7.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="number 0 of row 2 is 0"):
        hinge(rows, [[1.0, -1.0], [1.0, 1.0], [0.0, -1.0]])
    with pytest.raises(ValueError, match=r"number 1 is 1\.5 in row 0"):
        softmax_cross_entropy(rows[:1], [[0.25, 1.5]])


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (([[0.0], [1.0, 2.0]], [0.0, 0.0]), "validation inputs are ragged"),
        (([[0.0], [1.0]], [0.0]), "validation: each row needs a target, but there are 2 rows of inputs and 1 targets"),
        (([[0.0], [NAN]], [0.0, 0.0]), r"validation inputs\[1\]\[0\] is nan"),
        (([[0.0], [1.0]], ["a", "b"]), r"validation targets\[0\] is 'a', .*number the classes"),
    ],
)
def test_validation_data_are_called_so(validation, message):
    with pytest.raises((ValueError, TypeError), match=message):
        trained(validation=validation)
