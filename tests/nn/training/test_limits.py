"""Limits that somebody has to stand on: just at them, just beside them, and what is there when none is given."""

import math
from itertools import pairwise
from statistics import median
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import stretches
from nn.history.loss_findings import rate_too_high
from nn.inspect.rate_finder import _judge
from nn.optim.clipping import percentile
from nn.saving.snapshot import BuffersAndRNG
from nn.training import compiled, loop
from nn.training.prepare import COLUMNS, KINDS, _wholes, trial_rows, with_mean_weight_1
from nn.training.recorded import RecordedStepper

X, Y = [[0.0], [0.5], [1.0]], [0.0, 0.25, 1.0]
FALL = [1.0] * 20 + [0.8, 0.5, 0.2] + [0.1] * 20


def trained(backend="recorded", **settings):
    model = nn.MLP(1, [3, 1], activation="tanh", seed=0)
    optimizer = settings.pop("optimizer", None) or nn.SGD(model.parameters(), 0.1)
    optimizer.parameters = model.parameters()
    history = nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, backend=backend, **settings)
    return model, history


# ----------------------------------------------------------------------------------- early stopping, callbacks
def test_a_margin_is_what_a_better_loss_is_lower_by():
    losses = trained(epochs=6)[1].losses
    falls = [a - b for a, b in pairwise(losses)]
    assert min(falls) > 0.0
    stopping = nn.EarlyStopping(patience=2, margin=2.0 * losses[0])
    _, history = trained(epochs=6, early_stopping=stopping)
    assert (history.epochs, history.best_epoch) == (3, 1), "no epoch is lower by so much"
    exact = nn.EarlyStopping(patience=1, margin=math.nextafter(min(falls), 0.0))
    assert trained(epochs=6, early_stopping=exact)[1].epochs == 6
    wide = nn.EarlyStopping(patience=1, margin=max(falls) * 1.001)
    assert trained(epochs=6, early_stopping=wide)[1].epochs == 2


@pytest.mark.parametrize(("answer", "epochs"), [(True, 1), (1, 4), ("yes", 4), (None, 4), (False, 4)])
def test_only_true_asks_to_stop(answer, epochs):
    _, history = trained(epochs=4, callbacks=[lambda report: answer])
    assert history.epochs == epochs


@pytest.mark.parametrize("backend", ["recorded", "numpy", "native"])
def test_weights_that_a_callback_sets_are_those_that_training_goes_on_from(backend):
    def reset(report):
        if report.epoch == 2:
            for p in report.model.parameters():
                p.data = 0.5

    changed, _ = trained(backend, epochs=4, callbacks=[reset])
    begun = nn.MLP(1, [3, 1], activation="tanh", seed=0)
    for p in begun.parameters():
        p.data = 0.5
    nn.fit(
        begun, X, Y, loss=nn.mean_squared_error, optimizer=nn.SGD(begun.parameters(), 0.1), epochs=2, backend=backend
    )
    assert [p.data for p in changed.parameters()] == pytest.approx([p.data for p in begun.parameters()], rel=1e-12)


def test_no_file_is_written_of_a_training_that_went_wrong(tmp_path):
    pytest.importorskip("safetensors")
    path = tmp_path / "a"
    model = nn.MLP(1, [1], seed=0)
    saver = nn.Autosave(path, every=2)

    def loss(predictions, targets):
        return nn.mean_squared_error(predictions, targets) / Value(0.0 if optimizer.step_count >= 3 else 1.0)

    optimizer = nn.SGD(model.parameters(), 0.01)
    history = nn.fit(model, X, Y, loss=loss, optimizer=optimizer, epochs=9, autosave=saver, backend="recorded")
    assert history.trouble
    fresh, rule, saved = nn.MLP(1, [1], seed=5), nn.SGD(model.parameters(), 0.01), nn.History()
    rule.parameters = fresh.parameters()
    nn.load(path, fresh, rule, saved)
    assert (rule.step_count, saved.epochs, saved.trouble) == (2, 2, "")


@pytest.mark.parametrize(("rows", "size", "far", "parts"), [
    (3, 1, 6, [6, 6, 3]),  # three steps an epoch, and after each epoch one looks whether it is far enough
    (3, 1, 7, [9, 6]),
    (3, 2, 6, [4, 4, 2]),
    (3, 3, 2, [2, 2, 1]),
    (3, 3, 9, [5]),
])  # fmt: skip
def test_steps_are_planned_ahead_as_far_as_that_is_quick(monkeypatch, rows, size, far, parts):
    planned = []
    steps = RecordedStepper.steps
    monkeypatch.setattr(
        RecordedStepper, "steps", lambda self, plan, stop: planned.append(plan) or steps(self, plan, stop)
    )
    monkeypatch.setattr(loop, "FAR", far)
    model = nn.Neuron(1, None, seed=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    nn.fit(
        model, X[:rows], Y[:rows], loss=nn.mean_squared_error, optimizer=optimizer, epochs=5, batch_size=size,
        report_every=9, backend="recorded",
    )  # fmt: skip
    assert [len(plan) for plan in planned] == parts
    assert sorted(i for plan in planned for step in plan for i in step.rows) == sorted([*range(rows)] * 5)


@pytest.mark.parametrize("width", [1, 2])
def test_weights_of_rows_go_with_the_targets_and_stay_away_from_what_is_held_out(width):
    def targets(numbers):
        return [[y, -y] if width == 2 else y for y in numbers]

    seen = []

    def error(predictions, wanted):
        seen.append(wanted)
        return sum(abs(p if width == 1 else p[0]) for p in predictions)

    def fitted(rows, wanted, **settings):
        model = nn.MLP(1, [3, width], activation="tanh", seed=0)
        optimizer = nn.SGD(model.parameters(), 0.1)
        settings |= {"loss": nn.mean_squared_error, "optimizer": optimizer, "epochs": 3, "backend": "recorded"}
        history = nn.fit(model, rows, targets(wanted), **settings)
        return history, [p.data for p in model.parameters()]

    held = [[0.25], [2.0]], targets([0.5, 3.0])
    by_weights, ends = fitted(X, Y, weights=[2.0, 1.0, 0.0], validation=held, metrics=[error])
    assert seen == [held[1]] * 3
    as_often, same = fitted([X[0], X[0], X[1]], [Y[0], Y[0], Y[1]], validation=held)
    assert by_weights.losses == pytest.approx(as_often.losses, rel=1e-13)
    assert by_weights.validation_losses == pytest.approx(as_often.validation_losses, rel=1e-12)
    assert ends == pytest.approx(same, rel=1e-12)
    with pytest.raises(ValueError, match="the weights of the rows to train on are all 0"):
        fitted(X, Y, weights=[0, 0, 0])


def test_processes_that_train_together_end_where_any_was_interrupted():
    stepper = compiled.DevicesStepper.__new__(compiled.DevicesStepper)
    stepper._shared = SimpleNamespace(told=False)
    here = [].append
    ends = stepper.agreed(here)
    assert (stepper._shared.asked, ends()) == (here, False)
    stepper._shared.told = True
    assert ends() is True
    stepper._devices = SimpleNamespace(gathered=lambda found: np.array([[7.0], [found[0, 0]]]))
    model = nn.Neuron(1, None, seed=0)
    stepper.task = SimpleNamespace(model=model, loss=nn.mean_squared_error)
    stepper._forward = None
    assert stepper.evaluate(X, Y) == 7.0, "as the first of them finds it"


def test_the_rows_that_show_what_a_column_may_be_are_its_ends_and_the_first_that_is_not_whole():
    assert _wholes([[0.0], [1.0], [0.5], [0.25]]) == {0, 1, 2}
    assert _wholes([[3.0], [1.0], [2.0]]) == {0, 1}
    assert _wholes([[0.5], [1.0], [9.0]]) == set(), "it begins with none"
    assert _wholes([[0.5, 7.0], [1.0, 8.0], [9.0, 6.5]]) == {1, 2}
    many = [[k] * (COLUMNS + 1) for k in (5, 7, 3)]
    assert _wholes(many) == {1, 2}
    many[0][COLUMNS] = 99
    assert _wholes(many) == {0, 1, 2}
    assert _wholes([[float(x) for x in row] for row in many]) == {1, 2}, "no indices, of which each may be wrong"
    few = [[5, -9.5], [4, 0.5], [6, 0.5]]
    assert _wholes(few) == {1, 2}
    many = [[k] * (COLUMNS + 1) for k in (5, 7, 3, 4)]
    many[3][COLUMNS] = -1
    assert _wholes(many) == {1, 2, 3}
    assert _wholes([[*row, 0.5] for row in many]) == {1, 2, 3}


def test_weights_are_divided_by_their_mean():
    assert with_mean_weight_1([[0.0, 1.0], [0.0, 3.0]], "X") == [[0.0, 0.5], [0.0, 1.5]]
    assert with_mean_weight_1([[0.0, 1e308], [0.0, 1e308]], "X") == [[0.0, 1.0], [0.0, 1.0]]


def test_rows_to_try_are_the_first_two_and_those_that_differ():
    assert trial_rows([[0.5]] * 5, [1.0] * 5) == [0, 1]
    assert trial_rows([[0.5]], [1.0]) == [0]
    assert trial_rows([[0.5]] * 5, [1.0, 1.0, 1.0, 2.0, 1.0]) == [0, 1, 3]
    many = [float(k) for k in (*range(KINDS + 3), 0)]
    assert trial_rows([[0.5]] * len(many), many) == [*range(KINDS), KINDS + 2], "as many kinds, and the extremes"


# -------------------------------------------------------------------------------------------- schedules, percentiles
def test_defaults():
    assert nn.StepDecay(2) == nn.StepDecay(every=2, factor=0.1)
    assert [nn.StepDecay(2)(k) for k in range(5)] == pytest.approx([1.0, 1.0, 0.1, 0.1, 0.01])
    assert (nn.EarlyStopping().patience, nn.EarlyStopping().margin) == (10, 0.0)
    assert nn.Autosave("a").every == 100
    assert nn.SGD([Value(0.0)]).learning_rate == 0.01
    assert (nn.Adam([Value(0.0)]).beta1, nn.Adam([Value(0.0)]).beta2, nn.Adam([Value(0.0)]).epsilon) == (
        0.9,
        0.999,
        1e-8,
    )
    assert nn.AdamW([Value(0.0)]).weight_decay == 0.01


@pytest.mark.parametrize(
    ("share", "number"), [(0.0, 1.0), (25.0, 1.75), (50.0, 2.5), (75.0, 3.25), (95.0, 3.85), (100.0, 4.0)]
)
def test_percentiles_of_1_2_3_4(share, number):
    assert percentile([4.0, math.nan, 2.0, 3.0, 1.0, math.inf], share) == pytest.approx(number, rel=1e-15)
    assert percentile([1.0, 2.0, 3.0, 4.0]) == pytest.approx(3.85)
    assert nn.History(gradient_norms=[4.0, 2.0, 3.0, 1.0]).suggested_clip(share) == pytest.approx(number)


def test_spirals_wind_from_the_origin_to_radius_1():
    rows, kinds = nn.datasets.spirals(9, noise=0.0, turns=0.5, classes=3)
    for arm in range(3):
        points = sorted(
            (row for row, kind in zip(rows, kinds, strict=True) if kind == arm), key=lambda p: math.hypot(*p)
        )
        assert [math.hypot(*p) for p in points] == pytest.approx([1 / 3, 2 / 3, 1.0])
        for p, r in zip(points, (1 / 3, 2 / 3, 1.0), strict=True):
            turned = math.tau * (0.5 * r + arm / 3)
            assert p == pytest.approx([r * math.cos(turned), r * math.sin(turned)])
    assert nn.datasets.spirals() == nn.datasets.spirals(150, classes=3, turns=0.75, noise=0.02, seed=0)
    assert nn.datasets.moons() == nn.datasets.moons(100, noise=0.1, seed=0)
    assert nn.datasets.circles() == nn.datasets.circles(100, noise=0.05, seed=0)
    assert nn.datasets.sine() == nn.datasets.sine(100, frequency=3.0, noise=0.0, seed=0)


# ---------------------------------------------------------------------------------------- what losses show


def test_a_diverging_loss_is_told_above_ten_times_the_first():
    assert not rate_too_high([1.0, 9.9], None, math.nan).alarm
    assert rate_too_high([1.0, 10.1], None, math.nan).alarm
    assert rate_too_high([1.0, 0.5, math.inf], None, math.nan).alarm
    zigzag = [1.0, *[0.6, 0.9] * 12]
    found = rate_too_high(zigzag, None, math.nan)
    assert found.alarm
    assert "rose 12 times" in found.seen
    assert f"about {median(zigzag[:8]):.4g}" in found.seen
    assert not rate_too_high([1.0, *[0.3, 0.4] * 12], None, math.nan).alarm, "below half of the first it is noise"
    stays = rate_too_high([1.0, *[0.6, 0.6, 0.9] * 8], None, math.nan)
    assert "rose 8 times" in stays.seen


def test_a_finders_suggestion_is_a_tenth_of_the_rate_before_the_lowest():
    rates = [10.0**k for k in range(-5, 1)]
    swept = _judge(rates, [1.0, 0.9, 0.5, 0.2, 3.0, 9.0])
    smooth = [1.0]
    mean, weight = 0.4, 0.4
    for x in (0.9, 0.5, 0.2, 3.0, 9.0):
        mean, weight = 0.6 * mean + 0.4 * x, 0.6 * weight + 0.4
        smooth.append(mean / weight)
    lowest = smooth.index(min(smooth))
    assert swept.suggestion == rates[lowest - 1] / 10.0
    assert swept.rises
    assert _judge(rates, [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]).rises is False
    assert _judge(rates, [1.0, 0.9]).rises, "it ended before its rates did"
    assert math.isnan(_judge(rates, [1.0, 2.0, 3.0]).suggestion)


def test_of_what_a_pass_may_change_only_what_has_changed_is_copied():
    model = nn.Sequential(nn.BatchNorm(2), nn.Dropout(0.5, seed=1))
    norm, dropout = model.layers
    states = BuffersAndRNG(model)
    first = states.read()
    assert states.changed == 0
    norm.running_mean[0] = 3.0
    second = states.read()
    assert states.changed == 1
    assert sum(a is not b for a, b in zip(first, second, strict=True)) == 1
    model.batch([[0.0, 1.0], [1.0, 0.0]])
    assert states.read() is not second
    assert states.changed == 3, "both averages, and the generator of the masks"
    assert not dropout.training or states.read() == states.read()
    assert states.changed == 0


# ------------------------------------------------------------------------------------------- histories
def names(losses):
    return [part.name for part in stretches(losses)]


def test_the_parts_of_a_training():
    assert stretches([]) == []
    assert stretches([1.0]) == [(0, 0, "plateau")]
    assert stretches([1.0] * 10) == [(0, 9, "plateau")]
    assert names([2.0**-i for i in range(20)]) == ["drop", "convergence"]
    (start, _, plateau), (begin, end, drop), (_, last, settled) = stretches(FALL)
    assert (start, plateau, drop, settled, last) == (0, "plateau", "drop", "convergence", 42)
    assert 19 <= begin < end <= 23


def test_a_spike_and_a_rise_are_told_apart_by_whether_the_loss_comes_back():
    assert stretches([*FALL, 0.4, 0.6, 0.1, 0.1])[2:] == [
        (22, 43, "convergence"),
        (43, 45, "spike"),
        (45, 46, "convergence"),
    ]
    assert stretches([*FALL, 0.4, 0.6])[-2:] == [(22, 43, "convergence"), (43, 44, "rise")]
    assert names([*FALL, math.nan, math.inf]) == ["plateau", "drop", "convergence", "rise"]
    assert names([*FALL, 0.11, 0.1, 0.15]) == ["plateau", "drop", "convergence"]  # less than a tenth of the fall
    assert names([0.7, 0.7, 3.0, 1e9, math.nan]) == ["plateau", "rise"]
    assert names([math.nan] * 3) == ["rise"]


@given(st.lists(st.floats(0.0, 1e6) | st.sampled_from([math.nan, math.inf]), min_size=1, max_size=60))
def test_the_parts_cover_the_training_without_gaps(losses):
    parts = stretches(losses)
    assert parts[0].start == 0
    assert parts[-1].end == len(losses) - 1
    assert all(a.end == b.start and a.name != b.name for a, b in pairwise(parts))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_fall_begins_at_the_first_loss_that_is_finite(bad):
    fall = [1.0, 0.98, 0.5, 0.1, 0.1, 0.09]
    after = [(s.start + 1, s.end + 1, s.name) for s in stretches(fall)]
    assert [tuple(s) for s in stretches([bad, *fall])] == [(0, 1, "spike"), *after]
    found = nn.diagnose(nn.MLP(1, [1], seed=0), [[0.0], [1.0]], [0.0, 1.0], loss=nn.mean_squared_error,
                        history=[bad, *[0.5] * 20])  # fmt: skip
    assert found["plateau"].alarm, "compared with 0.5, and not with what is no number"
