"""What a training chooses by itself: the engine, when it reports, what the bar shows, how a best epoch is told."""

import math
from types import SimpleNamespace

import pytest

import nn
from autograd import Value
from autograd.support import costs
from nn.history.history import stretches
from nn.training import backends_and_predict, compiled
from nn.training.loop import Report
from nn.training.progress import Progress, is_terminal

X, Y = [[0.0], [0.5], [1.0], [1.5]], [0.0, 0.25, 1.0, 2.25]


def fitted(**settings):
    model = nn.MLP(1, [2, 1], activation="tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    settings = {"epochs": 6, "backend": "recorded", **settings}
    return model, nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, **settings)


# ------------------------------------------------------------------------------------------- engines
@pytest.mark.parametrize(
    ("nodes", "inputs", "rows", "steps", "chosen"),
    [
        # the work of a row is 16 · 10 + 40 = 200; compiling pays from 1,800,000 + 450 · 10 · rows on
        (10, 40, 1, 9022, "recorded"),
        (10, 40, 1, 9023, "native"),
        (10, 40, 10, 922, "recorded"),
        (10, 40, 10, 923, "numpy"),
        # a step of 500,000 counts twice, one of a million three times, and machine code pays from 3,000 steps on
        (0, 1, 500_000, 1_499, "numpy"),
        (0, 1, 500_000, 1_500, "native"),
        (0, 1, 1_000_000, 999, "numpy"),
        (0, 1, 1_000_000, 1_000, "native"),
        # beyond 10,000,000 a step a library of matrices is as good
        (0, 1, 9_999_999, 4_000, "native"),
        (0, 1, 10_000_000, 4_000, "numpy"),
    ],
)
def test_the_engine_is_chosen_by_the_work_alone(monkeypatch, nodes, inputs, rows, steps, chosen):
    monkeypatch.setattr(backends_and_predict, "_counts_of_a_row", lambda task: (nodes, inputs))
    monkeypatch.setattr(compiled, "CompiledStepper", lambda task, backend, rows: SimpleNamespace(backend=backend))
    monkeypatch.setattr(costs, "find_spec", lambda name: name)
    assert backends_and_predict.make_stepper(None, "auto", rows, steps).backend == chosen
    monkeypatch.setattr(costs, "find_spec", lambda name: None)
    wanted = "numpy" if chosen == "native" else chosen
    assert backends_and_predict.make_stepper(None, "auto", rows, steps).backend == wanted, "without llvmlite"


def test_what_the_optimizer_moves_keeps_a_training_recorded(monkeypatch):
    made = SimpleNamespace(backend="numpy", reads_the_optimizer=True)
    monkeypatch.setattr(backends_and_predict, "_counts_of_a_row", lambda task: (0, 10**7))
    monkeypatch.setattr(compiled, "CompiledStepper", lambda task, backend, rows: made)
    assert backends_and_predict.make_stepper(None, "auto", 10, 10).backend == (
        "recorded (the loss reads what each step of the optimizer moves)"
    )


@pytest.mark.parametrize(
    ("count", "parameters", "backend", "compiled_by"),
    [
        (2_000, 1, "auto", None),
        (2_001, 1, "auto", "numpy"),
        (1, 10_000_000, "auto", None),
        (1, 10_000_001, "auto", "numpy"),
        (3, 1, "recorded", None),
        (3, 1, "native", "native"),
    ],
)
def test_many_rows_or_products_are_predicted_by_a_program(monkeypatch, count, parameters, backend, compiled_by):
    class Model:
        def parameters(self):
            return range(parameters)

        def __call__(self, row):
            return row[0] * 2.0

    asked = []

    def predict_compiled(model, rows, backend):
        asked.append(backend)
        return SimpleNamespace(tolist=lambda: ["compiled"])

    monkeypatch.setattr(compiled, "predict_compiled", predict_compiled)
    found = nn.predict(Model(), [[1.0]] * count, backend=backend)
    assert asked == [compiled_by] * (compiled_by is not None)
    assert found == (["compiled"] if compiled_by else [2.0] * count)


def test_a_class_is_the_place_of_the_greatest_or_above_the_threshold():
    def identity(row):
        return row

    rows = [[1.0, 3.0, 2.0], [5.0, 5.0, 0.0]]
    assert nn.classify(identity, rows) == [1, 0]
    one = [[-1.0], [0.0], [0.25], [0.75]]
    assert nn.classify(identity, one) == [0, 0, 1, 1]
    assert nn.classify(identity, one, threshold=0.25) == [0, 0, 0, 1]


# ------------------------------------------------------------------------------------------- reports
@pytest.mark.parametrize(
    ("settings", "epochs", "every"),
    [({}, 99, 1), ({}, 250, 2), ({"callbacks": True}, 250, 1), ({"callbacks": True, "report_every": 7}, 20, 7)],
)
def test_reports_come_so_often_and_at_the_end(settings, epochs, every):
    seen = []
    given = {**settings, "callbacks": [lambda report: seen.append((report.epoch, report.every))]}
    if "callbacks" in settings:
        _, history = fitted(epochs=epochs, **given)
        due = [k for k in range(1, epochs + 1) if k % every == 0 or k == epochs]
        assert seen == [(epoch, every) for epoch in due]
        assert history.epochs == epochs
    else:
        held = fitted(epochs=epochs, validation=(X, Y), report_every=every)[1]
        assert len(held.validation_losses) == -(-epochs // every)


def test_a_report_has_the_latest_loss_and_what_was_planned():
    history = nn.History(losses=[3.0, 2.0])
    report = Report(None, None, history)
    assert (report.epoch, report.loss, report.every) == (2, 2.0, 1)


def test_where_nothing_can_be_saved_is_said_before_any_work(tmp_path):
    pytest.importorskip("safetensors")
    model, called = nn.Neuron(1, None, seed=0), []

    def loss(predictions, targets):
        called.append(1)
        return nn.mean_squared_error(predictions, targets)

    with pytest.raises(FileNotFoundError):
        nn.fit(
            model, X, Y, loss=loss, optimizer=nn.SGD(model.parameters()), epochs=1,
            autosave=nn.Autosave(tmp_path / "none" / "a"),
        )  # fmt: skip
    assert called == []


def test_a_batch_size_beyond_all_rows_is_all_rows():
    whole, by_rows = fitted()[1], fitted(batch_size=9)[1]
    assert by_rows.losses == whole.losses
    history = fitted(batch_size=3, shuffle=None, clip=nn.ClipByNorm())[1]
    assert len(history.gradient_norms) == 12, "two steps an epoch"


def test_the_best_epoch_is_told_where_its_weights_are_not_those_left():
    def validate(early_stopping, epochs=4):
        model = nn.Neuron(1, None, seed=0)
        optimizer = nn.SGD(model.parameters(), 0.1)
        history = nn.fit(
            model,
            X,
            Y,
            loss=nn.mean_squared_error,
            optimizer=optimizer,
            epochs=epochs,
            backend="recorded",
            early_stopping=early_stopping,
            validation=(X, Y),
        )
        return model, optimizer, history

    _, _, history = validate(nn.EarlyStopping(patience=2))
    assert history.stopped == "all 4 epochs are done", "the last was the best"
    assert (history.best_epoch, history.best_loss) == (4, history.validation_losses[-1])
    _, optimizer, history = validate(nn.EarlyStopping(patience=3, margin=1e9))
    assert history.stopped == f"no better than {history.best_loss:.6g} for 3 epochs; the weights of epoch 1 are back"
    assert history.epochs == 4
    assert [p.data for p in optimizer.parameters] == history.best_parameters
    _, _, history = validate(nn.EarlyStopping(patience=4, margin=1e9))
    assert history.stopped == (
        f"all 4 epochs are done; epoch 1 was best with {history.best_loss:.6g}: history.restore_best(model, optimizer) "
        "takes its weights back"
    )


# ------------------------------------------------------------------------------------------- the bar
class Screen:
    closed = False

    def __init__(self, is_one):
        self.is_one = is_one

    def isatty(self):
        return self.is_one

    def write(self, text):
        pass


@pytest.mark.parametrize(
    ("wanted", "terminal", "drawn"),
    [(None, True, True), (None, False, False), (True, False, True), (False, True, False)],
)
def test_a_bar_is_drawn_where_it_is_wanted(monkeypatch, wanted, terminal, drawn):
    bars = []

    class Bar:
        def __init__(self, **settings):
            self.settings, self.n, self.shown, self.closed = settings, settings["initial"], [], False
            bars.append(self)

        def set_postfix(self, **shown):
            self.shown.append(shown)

        def update(self, more):
            self.n += more

        def close(self):
            self.closed = True

    monkeypatch.setattr("nn.training.progress._bar", lambda: Bar)
    monkeypatch.setattr("sys.stderr", Screen(terminal))
    history = nn.History(losses=[4.0, 2.0])
    with Progress(wanted) as bar:
        bar.show(history, 9, 0.125)
        history.losses.append(1.0)
        bar.show(history, 9, 0.25)
    assert len(bars) == drawn
    if drawn:
        (made,) = bars
        assert made.settings == {"total": 9, "initial": 2, "unit": "epoch", "dynamic_ncols": True}
        assert made.shown[1] == {"loss": "1", "rate": "0.25", "refresh": False}
        assert (made.n, made.closed) == (3, True)
    with Progress(wanted) as bar:
        bar.show(nn.History(loss_so_far=6.0, rows_so_far=4), 9, 0.5)
        bar.show(nn.History(), 9, 0.5)
    if drawn:
        assert [shown["loss"] for shown in bars[1].shown] == ["1.5", "0"]


def test_where_nothing_can_be_written_no_bar_is_drawn(monkeypatch):
    monkeypatch.setattr("nn.training.progress._bar", lambda: pytest.fail)
    closed = Screen(True)
    closed.closed = True
    for stream in (closed, None, object()):
        monkeypatch.setattr("sys.stderr", stream)
        with Progress(True) as bar:
            bar.show(nn.History(losses=[1.0]), 9, 0.5)


def test_what_is_no_terminal():
    assert is_terminal(Screen(True))
    assert not is_terminal(Screen(False))
    assert not is_terminal(None)
    assert not is_terminal(object())


# ------------------------------------------------------------------------------------------- stretches
@pytest.mark.parametrize(
    ("losses", "parts"),
    [
        ([], []),
        ([1.0], [(0, 0, "plateau")]),
        ([20.0, 19.0], [(0, 1, "plateau")]),  # a fall by a twentieth is none
        ([1.0] * 4, [(0, 3, "plateau")]),
        ([10.0, 8.0, 5.0, 3.9, 0.0], [(0, 3, "drop"), (3, 4, "convergence")]),
        ([10.0, 10.0, 9.0, 4.0, 0.0], [(0, 1, "plateau"), (1, 3, "drop"), (3, 4, "convergence")]),
        ([1.0, 0.94], [(0, 1, "drop")]),
        ([1.0, 0.0, 0.0], [(0, 1, "drop"), (1, 2, "convergence")]),
        ([1.0, 1.0, 0.0, 0.0], [(0, 1, "plateau"), (1, 2, "drop"), (2, 3, "convergence")]),
        ([1.0, 0.7, 0.4, 0.0], [(0, 2, "drop"), (2, 3, "convergence")]),
        ([1.0, 0.0, 0.1, 0.0], [(0, 1, "drop"), (1, 3, "convergence")]),
        ([1.0, 0.0, 0.11, 0.0], [(0, 1, "drop"), (1, 2, "convergence"), (2, 3, "spike"), (3, 3, "convergence")]),
        ([1.0, 0.0, 0.0, 0.2], [(0, 1, "drop"), (1, 3, "convergence"), (3, 3, "rise")]),
        ([1.0, math.nan, 1.0], [(0, 1, "plateau"), (1, 2, "spike"), (2, 2, "plateau")]),
    ],
)
def test_the_parts_of_a_curve(losses, parts):
    assert [tuple(part) for part in stretches(losses)] == parts


def test_a_history_is_entered_step_by_step():
    history = nn.History()
    history.enter(2.0, 3, None)
    history.enter(4.0, 1, 0.5)
    assert (history.batches, history.loss_so_far, history.rows_so_far) == (2, 10.0, 4)
    history.end_epoch(0.25)
    assert (history.losses, history.learning_rates, history.gradient_norms) == ([2.5], [0.25], [0.5])
    assert (history.batches, history.loss_so_far, history.rows_so_far, history.epochs) == (0, 0.0, 0, 1)
    model = nn.Neuron(1, seed=0)
    optimizer = nn.SGD(model.parameters())
    with pytest.raises(ValueError, match="no best epoch was kept"):
        history.restore_best(model, optimizer)
    history.best_epoch, history.best_parameters = 1, [1.0]
    with pytest.raises(ValueError, match="the best epoch has 1 parameters, and this optimizer moves 2"):
        history.restore_best(model, optimizer)
    history.best_parameters = [7.0, 8.0]
    history.restore_best(model, optimizer)
    assert [p.data for p in model.parameters()] == [7.0, 8.0]


def test_a_loss_that_reads_a_value_nobody_moves_is_told():
    stray = Value(2.0, "stray")
    model = nn.Neuron(1, None, seed=0)
    with pytest.warns(UserWarning, match="stray: the loss depends on it, but neither"):
        nn.fit(model, X, Y, loss=lambda p, t: nn.mean_squared_error(p, t) * stray,
               optimizer=nn.SGD(model.parameters()), epochs=1, backend="recorded")  # fmt: skip
