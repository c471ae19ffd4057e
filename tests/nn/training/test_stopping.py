"""Where a training ends: interrupts, callbacks, early stopping, and that it goes on to the same bits."""

import math
import os
import signal

import pytest

from autograd import Value
from nn import (
    SGD,
    Adam,
    EarlyStopping,
    History,
    Module,
    fit,
    mean_squared_error,
)
from nn.datasets import split
from tests.support.training.fits import (
    BACKENDS,
    MACHINE_CODE,
    LogOfWeight,
    X,
    Y,
    first_of_row_loss,
    mean_of,
    network,
    state_of,
    trained,
    with_buffers,
)


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
        ([5.0, 4.0, 4.0, 4.0, 4.0, 1.0], 2, 5),
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
