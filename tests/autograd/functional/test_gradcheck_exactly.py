"""What gradcheck reports, as exact data: steps, errors, tolerances, reasons."""

import math

import pytest

import autograd as ag
from autograd import Value, gradcheck
from autograd.functional.gradcheck import GradientCheck, Mismatch
from autograd.rules.operation import Operation


def scaled(factor):
    """Return an operation that is x, with a wrong derivative."""
    return Operation("scaled", lambda maths, x: (x * 1.0, (factor,)), symbol="s")


def mismatch(**changed):
    return Mismatch(**{"parameter": "w", "backward": 2.0, "difference": 1.0, "relative_error": 0.5, "step": 1e-5,
                       "kink": None, "detached": False} | changed)  # fmt: skip


NUMBERS = "w: backward 2.0, central difference 1.0, relative error 0.5, step 1e-05\n    "
SMOOTH = "no kink lies within the step"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, f"{SMOOTH}: the derivative is wrong, the step unsuited, or a number left the graph on its way (.data)"),
        ({"detached": True}, f"{SMOOTH}, but a detach hides a dependence from backward, as it is meant to"),
        ({"kink": "of abs at (0.0)", "detached": True},
         "a kink lies within the step: of abs at (0.0); check again a little away from it"),
    ],
)  # fmt: skip
def test_a_mismatch_says_why(changed, why):
    assert str(mismatch(**changed)) == NUMBERS + why


@pytest.mark.parametrize("changed", [{"backward": math.nan}, {"difference": math.inf}])
def test_what_is_no_number_is_said_first(changed):
    assert str(mismatch(**changed, kink="of abs")).endswith(
        "\n    not a finite number: use detect_anomaly() to see where it is born"
    )


def test_reports_count():
    wrong = mismatch(relative_error=0.123456)
    assert str(GradientCheck(1, 1e-9, ())) == "gradcheck: the parameter agrees, relative error at most 1e-09"
    assert repr(GradientCheck(2, 1.234e-9, ())) == "gradcheck: all 2 parameters agree, relative error at most 1.2e-09"
    lines = str(GradientCheck(3, 0.5, (wrong, wrong))).split("\n")
    assert lines[0] == "gradcheck: 2 of 3 parameters disagree"
    assert [line[:14] for line in lines[1:]] == ["  w: backward ", "      no kink "] * 2
    assert "relative error 0.12, step" in lines[1]
    GradientCheck(1, 0.0, ()).raise_if_wrong()


@pytest.mark.parametrize(("at", "step"), [(0.5, 1e-5), (-0.5, 1e-5), (300.0, 3e-3), (-300.0, 3e-3)])
def test_the_step_grows_with_the_number(at, step):
    x = Value(at)
    (found,) = gradcheck(lambda: scaled(2.0)(x), [x]).mismatches
    assert (found.step, found.backward, found.relative_error) == (step, 2.0, pytest.approx(0.5, abs=1e-9))
    assert found.difference == pytest.approx(1.0, abs=1e-9)
    assert x.data == at


@pytest.mark.parametrize(
    ("factor", "tolerance", "agrees"),
    [(1.0 + 0.9e-5, 1e-5, True), (1.0 + 1.1e-5, 1e-5, False), (1.0 - 0.9e-3, 1e-3, True), (1.0 - 1.1e-3, 1e-3, False)],
)
def test_the_tolerance_is_relative_to_the_larger_of_the_two(factor, tolerance, agrees):
    x = Value(0.5)
    report = gradcheck(lambda: scaled(factor)(x), [x], tolerance=tolerance)
    assert report.ok is agrees
    assert report.largest_error == pytest.approx(abs(factor - 1.0), rel=0.02)
    assert gradcheck(lambda: scaled(1.0 + 0.9e-5)(x), [x]).ok
    assert not gradcheck(lambda: scaled(1.0 + 1.1e-5)(x), [x]).ok


def test_what_curves_within_the_step_is_allowed_for_and_rounding_too():
    x = Value(1e-3)
    assert gradcheck(lambda: ag.sin(x * 300.0) * 1e6, [x]), "the curvature is seen by halving the step"
    assert gradcheck(lambda: x * 1.0 + 1e10, [x]), "rounding is as large as the difference"
    assert not gradcheck(lambda: scaled(1.5)(x) + 1e5, [x])
    y = Value(0.0)
    assert gradcheck(lambda: y * 0.0, [y]).largest_error == 0.0
    (nothing,) = gradcheck(lambda: scaled(1e-7)(y) - y + scaled(1.0)(y), [y], epsilon=1e-3, tolerance=1e-9).mismatches
    assert nothing.backward == pytest.approx(1e-7)


@pytest.mark.parametrize(
    ("name", "x"), [("epsilon", math.inf), ("epsilon", -1.0), ("tolerance", 0.0), ("tolerance", math.nan)]
)
def test_settings_are_positive_numbers(name, x):
    w = Value(1.0)
    with pytest.raises(ValueError, match=rf"gradcheck\({name}={x!r}\): {name} must be greater than 0, and finite"):
        gradcheck(lambda: w * w, [w], **{name: x})
    with pytest.raises(ValueError, match="was given no parameters"):
        gradcheck(lambda: w * w, [])


def test_names_that_are_the_same_are_told_apart_and_a_kink_names_four_inputs():
    a, b, c = Value(0.0, "w"), Value(0.0, "w"), Value(0.0, "c")
    kinked = lambda: ag.relu(a) + ag.relu(b) + ag.relu(c)  # noqa: E731
    found = [m.parameter for m in gradcheck(kinked, [a, b, c]).mismatches]
    assert found == ["w (parameter 0)", "w (parameter 1)", "c"]
    assert [m.parameter for m in gradcheck(kinked, {"p": a, "q": c}).mismatches] == ["p", "q"]
    many = [Value(0.0, f"m{k}") for k in range(5)]
    (first, *_) = gradcheck(lambda: ag.largest(many), many).mismatches
    assert first.kink == "of largest at (m0=0.0, m1=0.0, m2=0.0, m3=0.0)"
    with pytest.raises(TypeError, match="parameter 1 is a float: gradcheck moves Values"):
        gradcheck(kinked, [a, 1.0])
    with pytest.raises(TypeError, match=r"no arguments, such as lambda: loss, not Value"):
        gradcheck(a * 1.0, [a])

    def loss(x):
        return x

    with pytest.raises(TypeError, match=r"pass lambda: loss\(\.\.\.\)"):
        gradcheck(loss, [a])
