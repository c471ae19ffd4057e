"""The limits of a diagnosis, stood upon: at each threshold, just below and just above."""

import math
from types import SimpleNamespace

import pytest

import nn
from autograd import Value
from nn.history.findings import Diagnosis, Finding, LayerFigures, StepFigures
from nn.history.loss_findings import not_finite, plateau, rate_too_high
from nn.inspect.diagnosis import _dead, _exploding, _few, _saturated, _spread, _vanishing
from nn.inspect.layer_statistics import factors
from nn.inspect.mistakes import _activation, _alike, _is_distribution, activation_before_loss

NAN, INFINITY = math.nan, math.inf


def layer(path="layers.0", **given):
    figures = {
        "activation": "relu", "units": 10, "dead": (), "saturated": (), "error_norm": 1.0, "weight_norm": 2.0,
        "slope": 0.5, "is_last": False,
    }  # fmt: skip
    return LayerFigures(path=path, **{**figures, **given})


# -------------------------------------------------------------------------------------------- units
@pytest.mark.parametrize(("dead", "alarm"), [(0, False), (1, False), (2, False), (3, True), (10, True)])
def test_dead_units_are_an_alarm_beyond_a_share(dead, alarm):
    from nn.inspect.diagnosis import DEAD_SHARE

    found = _dead([layer(units=20, dead=tuple(range(dead))), layer("layers.1", activation="tanh", units=80)], 7)
    assert found.alarm == (dead > DEAD_SHARE * 20) == alarm
    assert found.seen.startswith(f"{dead} of 20 units ({dead / 20:.0%}) gave 0 on each of 7 rows")
    assert (": layer 1, units 1" in found.seen) == (dead > 0)
    assert "layer 2" not in found.seen
    assert _dead([layer(activation="tanh")], 7).seen == "there are no ReLUs"


@pytest.mark.parametrize(("count", "alarm"), [(0, False), (5, False), (6, True)])
def test_saturated_units_are_an_alarm_beyond_half_of_the_worst_layer(count, alarm):
    good = layer("layers.0", activation="tanh", units=3, saturated=(1,), slope=0.75)
    bad = layer("layers.1", activation="sigmoid", units=10, saturated=tuple(range(count)))
    found = _saturated([good, bad, layer("layers.2", activation="tanh", units=1, saturated=(0,), is_last=True)])
    worst = (
        f"in layer 2, {count} of 10 units ({count / 10:.0%}) have" if count > 3 else "in layer 1, 1 of 3 units (33%)"
    )
    assert found.seen.startswith(worst)
    assert found.alarm == alarm
    assert ("(mean |σ′| 0.5)" if count > 3 else "(mean |σ′| 0.75)") in found.seen
    assert ("sigmoid is flat" if count > 3 else "tanh is flat") in found.cause
    only_last = [layer(activation="tanh", saturated=tuple(range(9)), is_last=True), layer(activation="relu")]
    assert _saturated(only_last) == Finding("saturated units", False, "there are no hidden sigmoids or tanhs")


# ------------------------------------------------------------------------------------------ signals
@pytest.mark.parametrize(
    ("first", "last", "vanishes", "explodes"),
    [
        (1.0, 1.0, False, False),
        (1e-3, 1.0, False, False),
        (0.99e-3, 1.0, True, False),
        (0.0, 1.0, True, False),
        (0.0, 0.0, False, False),
        (1e3, 1.0, False, False),
        (1.01e3, 1.0, False, True),
        (1e3, 0.0, False, False),
        (1e6, 1e5, False, False),
        (1.01e6, 1e5, False, True),
        (1e-5, 1e-9, False, True),
        (1e-9, 1e-5, True, False),
    ],
)
def test_signals_vanish_and_explode_by_a_thousand(first, last, vanishes, explodes):
    layers = [layer("layers.0", error_norm=first), layer("layers.1", error_norm=last, is_last=True)]
    vanishing, exploding = _vanishing(layers, []), _exploding(layers, [])
    assert (vanishing.alarm, exploding.alarm) == (vanishes, explodes)
    ratio = first / last if last else NAN
    assert vanishing.seen.startswith(f"from layer 2 back to layer 1 the error signal changes by {ratio:.3g} (")
    assert f"(‖δ‖ layer 1 {first:.3g}, layer 2 {last:.3g}; ‖W‖·|σ′| 1)" in exploding.seen
    assert factors(layers) == [1.0]
    assert "in time" not in vanishing.cause + exploding.cause


@pytest.mark.parametrize(
    ("change", "vanishes", "explodes"),
    [(1.0, False, False), (1e-3, False, False), (0.9e-3, True, False), (1e3, False, False), (1.1e3, False, True)],
)
def test_signals_over_time_alike(change, vanishes, explodes):
    steps = StepFigures("layers.0", (2, 3, 5), (2.0 * change, 7.0, 2.0))
    layers = [layer(), layer("layers.1", is_last=True)]
    vanishing, exploding = _vanishing(layers, [steps]), _exploding(layers, [steps])
    assert (vanishing.alarm, exploding.alarm) == (vanishes, explodes)
    assert vanishing.seen.endswith(f"; in layer 1 from step 5 back to step 2 by {change:.3g}")
    assert ("each step back in time" in vanishing.cause) == ("LSTM" in vanishing.cure) == vanishes
    assert ("each step back in time" in exploding.cause) == explodes
    assert _vanishing([layer()], []).seen == "there are no two layers to compare"
    assert _vanishing([layer()], [steps]).seen.startswith("from layer 1 back to layer 1")
    assert _vanishing([layer(), layer(weight_norm=NAN)], []).seen == "there are no two layers to compare"
    assert _exploding([layer(weight_norm=NAN)], []).seen == "there are no layers with weights"


def test_of_many_things_the_first_and_the_last_are_told():
    assert _few(range(6)) == range(6)
    assert _few(range(7)) == [0, 1, 2, 4, 5, 6]
    assert _spread(3, 3) == [0, 1, 2]
    assert _spread(4, 3) == [0, 1, 2]
    assert _spread(9, 3) == [0, 3, 6]


# -------------------------------------------------------------------------------------------- losses
def sgd(rate, **settings):
    return nn.SGD([Value(0.0)], learning_rate=rate, **settings)


@pytest.mark.parametrize(
    ("settings", "bound"), [({}, 2.0), ({"momentum": 0.5}, 3.0), ({"momentum": 0.5, "nesterov": True}, 2.0)]
)
def test_a_rate_is_too_high_beyond_two_by_the_sharpness(settings, bound):
    for rate, alarm in ((bound, False), (bound * 1.001, True)):
        found = rate_too_high([], sgd(rate, **settings), 1.0)
        assert found.alarm == alarm
        assert found.seen == f"the rate is {rate:.3g}, and the sharpness λ 1 allows up to {bound:.3g} here"
    assert rate_too_high([], sgd(9.0), 0.0).seen == "too few epochs to tell"
    assert rate_too_high([], sgd(9.0), INFINITY).seen == "too few epochs to tell"
    adam = rate_too_high([], nn.Adam([Value(0.0)], learning_rate=9.0), 4.0)
    assert (adam.alarm, adam.seen) == (False, "the sharpness λ is 4 (plain descent would be stable up to 0.5)")


@pytest.mark.parametrize(
    ("losses", "alarm"),
    [
        ([1.0, 10.0], False),
        ([1.0, 10.1], True),
        ([-1.0, 10.1], True),
        ([0.0, 5.0], False),
        ([5.0], False),
        ([1.0, NAN], True),
        ([1.0, NAN, 0.5], False),
        ([1.0] * 8, False),
        ([1.0, 0.9] * 4, True),
        ([1.0, 0.9] * 3 + [1.0], False),  # seven are too few
        ([1.0] + [0.5, 0.4] * 4, False),  # it leaps about, but lower than half of the first
        ([1.0] + [0.6, 0.7] * 4, True),
        ([1.0, 0.999] * 4, False),  # too little to be a leap
        ([1.0, 0.98] * 4, True),
        ([8.0, 7.0, 6.0, 6.5, 5.0, 5.5, 4.0, 3.0], False),  # up two of seven times, but it falls
        ([1.0 - 0.05 * k for k in range(9)] + [1.25], False),  # one rise in nine is a bump
        ([0.05, 0.6], True),
        ([1.0, 20.0, 2.0], False),
        ([1.0, 1.0, 1.0, 1.2, 1.0, 1.0, 1.2, 1.0, 1.0], True),  # up two of eight times
        ([1.0, 1.0, 1.0, 1.2, 1.0, 1.0, 1.2, 1.0, 1.0, 1.0], False),  # of nine
        ([1.0, 0.985] * 4, True),
        ([40.0, 39.4] * 4, True),
        ([40.0, 39.9] * 4, False),
        ([1.0] + [0.4, 0.5] * 4, False),  # half of the first is low
        ([1.0, 0.9] + [0.4, 0.39] * 9, False),
        ([4.0] + [1.6, 1.2] * 9 + [1.6], False),
        ([4.0, 20.0] + [1.6, 1.2] * 9, False),  # a bump in the first tenth is a beginning
        ([4.0, 1.6, 20.0] + [1.6, 1.2] * 8 + [1.6], True),
        ([4.0] + [1.6, 1.2] * 8 + [1.6, 4.7, 1.6], False),
        ([4.0] + [1.6, 1.2] * 8 + [1.6, 4.8, 1.6], False),
        ([4.0] + [1.6, 1.2] * 8 + [1.6, 4.9, 1.6], True),
        ([4.0, 1.6, 1.2, 1.6, 20.0] + [1.6, 1.2] * 23 + [1.6], False),  # 52 epochs
        ([4.0, 1.6, 1.2, 1.6, 1.2, 20.0] + [1.6, 1.2] * 23, True),
    ],
)
def test_leaps_of_the_loss(losses, alarm):
    assert rate_too_high(losses, None, NAN).alarm == alarm


def test_what_is_seen_of_leaps():
    found = rate_too_high([1.0, 0.9] * 4, None, NAN)
    assert (
        found.seen
        == "in the last 8 epochs the loss rose 3 times and went from about 0.95 to 0.95, by 0.1 an epoch up or down"
    )
    worse = rate_too_high([1.0, 0.9, 1.4, 1.0, 1.5, 1.1, 1.6, 1.2], None, NAN)
    assert worse.seen.endswith("up or down, at most 1.6; it began at 1")
    assert rate_too_high([1.0, 11.0], None, NAN).seen == "in 2 epochs the loss went from 1 to 11"
    assert rate_too_high([NAN, 1.0, 11.0], None, NAN).seen == "in 3 epochs the loss went from 1 to 11"
    thirds = rate_too_high([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], None, NAN)
    assert thirds.seen.endswith("rose 0 times and went from about 8 to 2, by 1 an epoch up or down")
    long = rate_too_high([9.0] * 60 + [1.0] * 50, None, NAN)
    assert long.seen.startswith("in the last 50 epochs the loss rose 0 times and went from about 1 to 1")


@pytest.mark.parametrize(
    ("losses", "alarm", "seen"),
    [
        ([1.0] * 7, False, "7 epochs are too few to tell"),
        ([1.0], False, "1 epoch is too few to tell"),
        ([1.0] * 8, True, "in the last 8 epochs the loss fell by 0.00%, to 100% of the first"),
        ([1.0, NAN] + [1.0] * 6, False, "7 epochs are too few to tell"),
        ([2.0] + [1.0] * 50, False, "in the last 50 epochs the loss fell by 0.00%, to 50% of the first"),
        ([1.9] + [1.0] * 50, True, "in the last 50 epochs the loss fell by 0.00%, to 53% of the first"),
        ([1.0] * 7 + [0.99], False, "in the last 8 epochs the loss fell by 1.00%, to 99% of the first"),
        ([1.0] * 7 + [0.9901], True, "in the last 8 epochs the loss fell by 0.99%, to 99% of the first"),
        ([4.0] * 7 + [3.5], False, "in the last 8 epochs the loss fell by 12.50%, to 88% of the first"),
        ([1.0] * 7 + [1.005], True, "in the last 8 epochs the loss rose from 1 to 1.005"),
        ([0.0] * 8, False, "in the last 8 epochs the loss fell by 0.00%, to 100% of the first"),
        ([4.0, 3.0] + [3.5] * 6, False, "in the last 8 epochs the loss fell by 12.50%, to 88% of the first"),
        ([100.0, 101.005] + [100.0] * 6, False, "in the last 8 epochs the loss fell by 0.00%, to 100% of the first"),
    ],
)
def test_a_plateau_is_flat_and_high(losses, alarm, seen):
    found = plateau(losses)
    assert (found.alarm, found.seen) == (alarm, seen)


def test_what_is_said_of_numbers_that_are_not_finite():
    fine = not_finite(True, 0.5, "", lambda: "nowhere")
    assert (fine.alarm, fine.seen) == (False, "the loss is 0.5, and every gradient is finite")
    assert not_finite(True, 0.5, "log(0)", lambda: "x").seen == "training ended on it: log(0)"
    assert not_finite(False, NAN, "log(0)", lambda: "in b").seen == "the loss or a gradient is not finite: in b"
    history = nn.History(losses=[1.0, 2.0, INFINITY])
    assert history.diagnose()["nan or infinity"].seen.endswith("not finite: that of epoch 3 was not")
    assert nn.History(losses=[1.0, 2.0]).diagnose()["nan or infinity"].seen == "no epoch's loss was nan or infinite"
    ended = nn.History(losses=[1.0], trouble="log(0)").diagnose()
    assert ended["nan or infinity"].seen == "training ended on it: log(0)"
    with pytest.raises(ValueError, match="there are none yet"):
        nn.History().diagnose()


def test_a_diagnosis_reads_alarms_first_and_counts_them():
    fine, bad, worse = Finding("a", False, "fine"), Finding("b", True, "x", "y", "z"), Finding("c", True, "x", "y", "z")
    assert str(Diagnosis([fine])) == "healthy\n  ok  a: fine"
    one = "1 alarm\nALARM b: x\n      cause: y\n      cure:  z\n  ok  a: fine"
    assert str(Diagnosis([fine, bad])) == repr(Diagnosis([fine, bad])) == one
    assert str(Diagnosis([fine, bad, worse])).startswith("2 alarms\nALARM b")
    assert [Diagnosis(found).is_healthy for found in ([], [fine], [fine, bad])] == [True, True, False]
    with pytest.raises(KeyError, match="no finding 'd'; there are: a, b"):
        Diagnosis([fine, bad])["d"]


# ------------------------------------------------------------------------------------------ mistakes
def given(call, rows):
    return SimpleNamespace(call=call, rows=rows)


@pytest.mark.parametrize(
    ("row", "whether"),
    [
        ([0.5, 0.5], True),
        ([1.0, 0.0], True),
        ([1.0], False),
        ([0.5, 0.6], False),
        ([1.5, -0.5], False),
        ([0.5, 0.5 + 0.9e-9], True),
        ([0.5, 0.5 + 1.1e-9], False),
    ],
)
def test_what_sums_to_1_is_a_distribution(row, whether):
    assert _is_distribution(row) == whether


def test_an_activation_is_known_by_what_made_a_value():
    z = Value(0.5)
    assert _activation(z) == ""
    assert _activation(z.tanh()) == "tanh"
    assert _activation(1.0 / (1.0 + (-z).exp())) == "sigmoid"
    assert _activation((1.0 + (-z).exp()) ** -1.0) == "sigmoid"
    assert _activation(2.0 / (1.0 + (-z).exp())) == "divide"
    assert _activation((1.0 + (-z).exp()) ** -2.0) == "power"
    assert _activation(1.0 / Value(0.25)) == "divide", "beyond 1 it is no share"
    assert _activation(Value(1.0) / Value(4.0)) == "divide"
    scores = [[z.tanh()], [z.sigmoid()]]
    assert not activation_before_loss([given("binary_cross_entropy_with_logits", scores)]).alarm, "of several kinds"
    found = activation_before_loss([given("binary_cross_entropy_with_logits", [[z.sigmoid()], [z.sigmoid()]])])
    assert found.seen == "binary_cross_entropy_with_logits was given what comes out of sigmoid (0 to 1)"
    assert "and applies sigmoid itself" in found.cause
    assert "apply sigmoid to the scores" in found.cure
    hinge = activation_before_loss([given("hinge", [[z.sigmoid()]])])
    assert "itself" not in hinge.cause
    assert "apply" not in hinge.cure
    assert not activation_before_loss([given("hinge", [[z.tanh()]])]).alarm
    assert not activation_before_loss([given("softmax_cross_entropy", [[z.log(), z.log()]])]).alarm
    assert activation_before_loss([given("softmax_cross_entropy", [[Value(0.25), Value(0.75)]])]).alarm


def test_units_are_alike_in_numbers_and_gradients_and_not_in_values():
    def unit(x, slope):
        v = Value(x)
        if slope is not None:
            v.grad = slope
        return [v]

    assert _alike([unit(1.0, 2.0), unit(1.0, 2.0), unit(1.0, 1.0)]) == [[0, 1]]
    assert _alike([unit(1.0, 2.0), unit(1.0 + 1e-8, 2.0)]) == []
    assert _alike([unit(1.0, 2.0), unit(1.0 + 1e-11, 2.0 + 4e-7)]) == [[0, 1]], "but for rounding"
    assert _alike([unit(1.0, 2.0), unit(1.0, 2.0 + 4e-6)]) == []
    assert _alike([unit(1.0, None), unit(1.0, None)]) == []
    assert _alike([unit(1.0, 0.0), unit(1.0, 0.0)]) == [[0, 1]]
    assert _alike([unit(0.0, 1.0), unit(-0.0, 1.0)]) == [[0, 1]]
    tied = unit(1.0, 2.0)
    assert _alike([tied, tied]) == []


@pytest.mark.parametrize(("flat", "counted"), [(8, 0), (9, 1), (10, 1)])
def test_a_unit_is_saturated_that_is_flat_on_nine_rows_of_ten(flat, counted):
    model = nn.MLP(1, [1, 1], "tanh", seed=0)
    model.layers[0].neurons[0].weights[0].data = 1.0
    rows = [[50.0]] * flat + [[0.0]] * (10 - flat)
    found = nn.diagnose(model, rows, [0.0] * 10, loss=nn.mean_squared_error)
    assert f"{counted} of 1 unit" in str(found)
