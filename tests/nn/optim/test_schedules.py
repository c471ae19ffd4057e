"""Schedules against PyTorch's schedulers, and clipping against its definition."""

import json
import math
from pathlib import Path

import pytest

from autograd import Value
from nn import ClipByNorm, ClipByValue, Cosine, Exponential, StepDecay, WarmUp, clip_by_norm, clip_by_value

GOLDEN = json.loads((Path(__file__).parents[2] / "support" / "golden" / "optimizers.json").read_text())
NAMES = {"WarmUp": WarmUp, "StepDecay": StepDecay, "Exponential": Exponential, "Cosine": Cosine}


@pytest.mark.parametrize("call", GOLDEN["schedules"])
def test_schedules_are_pytorchs(call):
    schedule = eval(call, NAMES)
    rates = [schedule(step) for step in range(50)]
    # PyTorch goes from one step's rate to the next, and so gathers rounding errors; ours is computed from the step.
    assert rates == pytest.approx(GOLDEN["schedules"][call], rel=1e-12, abs=1e-13)
    assert [schedule(step) for step in reversed(range(50))] == rates[::-1]


def test_schedules_hold_their_ends():
    assert Cosine(10, final=0.25)(10) == Cosine(10, final=0.25)(10**6) == 0.25
    assert [WarmUp(4)(step) for step in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0], rel=1e-15)
    assert WarmUp(10, start=0.0)(0) == 0.0, "whoever asks for it has a first step that moves nothing"
    assert Cosine(10)(9) > 0.0 == Cosine(10)(10)
    assert WarmUp(10)(10) == WarmUp(10)(10**6) == 1.0
    assert StepDecay(5, 0.5)(4) == 1.0
    assert StepDecay(5, 0.5)(5) == 0.5


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (WarmUp, {"steps": 0}, r"WarmUp\(steps=0.*1 step or more"),
        (WarmUp, {"steps": 5, "start": 1.5}, "between 0 and 1"),
        (StepDecay, {"every": 0}, "1 step or more"),
        (StepDecay, {"every": 5, "factor": 0.0}, "greater than 0"),
        (Exponential, {"factor": 1.1}, "at most 1"),
        (Cosine, {"steps": 0}, "1 step or more"),
        (Cosine, {"steps": 5, "final": -0.1}, "between 0 and 1"),
        (ClipByNorm, {"limit": -1.0}, r"limit=-1\.0.*greater than 0"),
        (ClipByNorm, {"limit": math.nan}, "greater than 0"),
        (ClipByValue, {"limit": 0.0}, "greater than 0"),
    ],
)
def test_bad_settings_are_refused(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        kind(**settings)


def with_gradients(*gradients):
    parameters = [Value(0.0, name=f"p{i}") for i in range(len(gradients))]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g
    return parameters


def test_clipping_by_norm_keeps_the_direction():
    parameters = with_gradients(3.0, -4.0)
    assert clip_by_norm(parameters, 10.0) == 5.0
    assert [p.grad for p in parameters] == [3.0, -4.0]
    assert clip_by_norm(parameters, 1.0) == 5.0
    assert [p.grad for p in parameters] == pytest.approx([0.6, -0.8], rel=1e-15)
    huge = with_gradients(3e200, -4e200)
    assert clip_by_norm(huge, 1.0) == pytest.approx(5e200)
    assert [p.grad for p in huge] == pytest.approx([0.6, -0.8])


def test_clipping_by_value():
    parameters = with_gradients(3.0, -4.0, 0.5)
    assert clip_by_value(parameters, 1.0) == pytest.approx(math.sqrt(25.25))
    assert [p.grad for p in parameters] == [1.0, -1.0, 0.5]


@pytest.mark.parametrize("schedule", [WarmUp(1), WarmUp(1000), WarmUp(3, then=Cosine(5)), Cosine(1), StepDecay(1)])
def test_the_first_step_moves(schedule):
    assert schedule(0) > 0.0


def test_a_norm_that_is_not_finite_is_blamed_on_parameters_by_their_place_among_all():
    unreached, bad, fine = Value(0.0), Value(0.0), Value(0.0)
    bad.grad, fine.grad = math.nan, 1.0
    with pytest.warns(RuntimeWarning, match="gradients of parameter 1;"):
        clip_by_norm([unreached, bad, fine])


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_norm_that_is_not_finite_is_reported_and_changes_nothing(clip, bad):
    parameters = with_gradients(3.0, bad, -4.0)
    with pytest.warns(RuntimeWarning, match=r"norm is (nan|inf): the gradients of p1; nothing was clipped"):
        norm = clip(parameters, 1.0)
    assert not math.isfinite(norm)
    assert repr([p.grad for p in parameters]) == repr([3.0, bad, -4.0])


def test_unreached_parameters_stay_unreached():
    parameters = [*with_gradients(3.0), Value(0.0)]
    clip_by_norm(parameters, 1.0)
    assert not parameters[1].has_grad
