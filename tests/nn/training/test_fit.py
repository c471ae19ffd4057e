"""`fit`: the same as a loop by hand, and the same bits however it is cut in pieces."""

import math
import random
import sys

import pytest

import autograd
from autograd.compile.programs.compiled import Compiled
from nn import (
    MLP,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    ClipByNorm,
    ClipByValue,
    Cosine,
    RMSProp,
    WarmUp,
    fit,
    mean_squared_error,
    predict,
)
from nn.datasets import moons, split
from nn.training.loop import Training
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
    for name in adam.state_names:
        assert optimizer.state[name] == pytest.approx(adam.state[name], rel=1e-9, abs=1e-15)
    for name, kept in expected.named_buffers().items():
        assert model.named_buffers()[name] == pytest.approx(kept, rel=1e-12)


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
    monkeypatch.setattr("autograd.support.costs.find_spec", lambda name: name)
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


def test_auto_looks_at_the_work():
    assert trained(backend="auto", epochs=2)[2].backend == "recorded"
    assert trained(backend="auto", epochs=300)[2].backend == "numpy"

    def peeks(predictions, targets):
        loss = first_of_row_loss(predictions, targets)
        return loss if loss.data >= 0.0 else -loss

    history = trained(backend="auto", epochs=300, loss=peeks, callbacks=[lambda report: True])[2]
    assert history.backend.startswith("recorded (")
    assert "cannot branch on" in history.backend
    with pytest.raises(TypeError, match="cannot branch on"):
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
