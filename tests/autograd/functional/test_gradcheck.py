"""gradcheck: agrees where backward is right, and says what is the matter where the two differ."""

import math
import random

import pytest

import autograd as ag
from autograd import Value, gradcheck
from autograd.rules.operation import TABLE, Operation
from tests.support.exact import samples

SMOOTH = [op for op in TABLE.values() if not op.stops_at_zero]


@pytest.mark.parametrize("op", SMOOTH, ids=[op.name for op in SMOOTH])
def test_every_operation_passes_where_it_is_smooth(op):
    for inputs in samples(op)[20:40]:
        values = [[Value(v) for v in x] if i < op.groups else Value(x) for i, x in enumerate(inputs)]
        report = gradcheck(lambda values=values: op(*values), op.flat(tuple(values)))
        report.raise_if_wrong()
        assert report


def state(values):
    return [(repr(v.data), repr(v.grad), v.has_grad) for v in values]


def test_all_is_as_it_was_to_the_bit_afterwards():
    x, y, other = Value(0.1 + 0.2, "x"), Value(-1e-300, "y"), Value(3.0)
    inner = other * x
    inner.backward()
    before = state([x, y, other, inner])
    assert gradcheck(lambda: ag.sin(x) * inner + ag.exp(y) * x, [x, y]).ok is False  # inner does not follow x
    assert state([x, y, other, inner]) == before

    def fails():
        raise ZeroDivisionError

    def fails_when_moved():
        return x * y if x.data == 0.1 + 0.2 else fails()

    with pytest.raises(ZeroDivisionError):
        gradcheck(fails_when_moved, [x, y])
    assert state([x, y, other, inner]) == before


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: ag.relu(x - 2.0), "of relu at (0.0)"),
        (lambda x: ag.abs(x - 2.0) * x, "of abs at (0.0)"),
        (lambda x: ag.maximum(x * x, 4.000001), "of maximum at (4.0, 4.000001)"),
        (lambda x: ag.where(x > 2.0, x, 3 * x), "of greater at (x=2.0, 2.0)"),
        (lambda x: ag.largest([x, 2.000001, 0.0]), "of largest at (x=2.0, 2.000001, 0.0)"),
        (lambda x: x * x if x > 2.0 else x, "another branch"),
    ],
)
def test_a_kink_within_the_step_is_named(function, words):
    x = Value(2.0, "x")
    report = gradcheck(lambda: function(x), [x])
    (mismatch,) = report.mismatches
    assert words in mismatch.kink
    assert "a kink lies within the step" in str(report)
    x.data = 2.5
    assert gradcheck(lambda: function(x), [x])


def test_a_choice_across_which_the_function_is_smooth_is_no_kink():
    x, n = Value(2.0, "x"), Value(0.0, "n")
    held = lambda: ag.where(ag.equal(x, 2.0), 4.0, x * x)  # noqa: E731  # right as a number, but constant in x there
    assert gradcheck(held, [x]).mismatches[0].kink is None
    assert "the derivative is wrong" in str(gradcheck(held, [x]))
    assert gradcheck(lambda: ag.where(x > 2.0, x * x, 4.0 * x - 4.0), [x])
    assert gradcheck(lambda: ag.where(x > 2.0, x * x, 2.0 * x), [x]).mismatches[0].kink
    assert gradcheck(lambda: ag.where(x > 2.000003, x * x, 2.0 * x), [x]).mismatches[0].kink
    assert gradcheck(lambda: ag.grad(lambda u: u**n)(x), [x, n])


def wrong(factor):
    """Return an operation whose derivative is wrong by a factor."""
    row = {"symbol": "w", "groups": 0, "stops_at_zero": False, "smooth_on": (), "kink": None, "at_edges": {}}
    return Operation("wrong", lambda maths, x: (maths.sin(x), (factor * maths.cos(x),)), **row)


@pytest.mark.parametrize("factor", [1.0001, 0.9999, -1.0, 0.0, 2.0])
def test_a_wrong_derivative_is_reported_with_all_its_numbers(factor):
    x, y = Value(0.5), Value(0.25, "y")
    op = wrong(factor)
    report = gradcheck(lambda: op(x) * y, {"weight": x, "other": y}, epsilon=1e-4)
    (mismatch,) = report.mismatches
    assert mismatch.parameter == "weight"
    assert mismatch.backward == pytest.approx(factor * math.cos(0.5) * 0.25)
    assert mismatch.difference == pytest.approx(math.cos(0.5) * 0.25, rel=1e-7)
    assert mismatch.relative_error == pytest.approx(abs(factor - 1) / max(1, abs(factor)), rel=1e-3)
    assert mismatch.step == 1e-4
    assert mismatch.kink is None
    text = str(report)
    for words in ("1 of 2 parameters disagree", "weight", repr(mismatch.backward), repr(mismatch.difference), "0.0001"):
        assert words in text
    with pytest.raises(ArithmeticError, match="weight: backward"):
        report.raise_if_wrong()


@pytest.mark.parametrize("function", [ag.log, ag.sqrt, lambda x: x * math.inf, lambda x: x * math.nan])
def test_nan_and_inf_never_agree(function):
    x = Value(-1.0, "x")
    report = gradcheck(lambda: function(x), [x])
    assert not report
    assert "not a finite number" in str(report)


def test_no_grad_around_it_does_not_hide_the_graph():
    x = Value(2.0, "x")
    with ag.no_grad():
        assert gradcheck(lambda: x * x, [x])
        x.data = 0.0
        (mismatch,) = gradcheck(lambda: ag.relu(x), [x]).mismatches
        assert mismatch.kink == "of relu at (x=0.0)"
        assert (x * x).is_leaf


def test_a_detach_on_the_way_is_named():
    x = Value(2.0, "x")
    assert "a detach hides a dependence" in str(gradcheck(lambda: ag.detach(x) * x, [x]))


def test_slopes_of_zero_and_large_or_small_numbers_agree():
    rng = random.Random(1)
    for scale in (1e-6, 1e-3, 1.0, 1e3, 1e6):
        x, y = Value(rng.uniform(1, 2) * scale, "x"), Value(0.0, "y")
        gradcheck(lambda x=x, y=y: x * x * x + y**3 + y * y, [x, y]).raise_if_wrong()
    assert gradcheck(lambda: ag.cos(y), [y])
    assert gradcheck(lambda: 3.0, [y])


def test_names_come_from_where_they_are():
    a, b = Value(0.0, "own"), Value(0.0)
    kinked = lambda: ag.relu(a) + ag.relu(b)  # noqa: E731
    assert [m.parameter for m in gradcheck(kinked, [a, b]).mismatches] == ["own", "parameter 1"]
    assert [m.parameter for m in gradcheck(kinked, [("p", a), ("q", b)]).mismatches] == ["p", "q"]
    assert [m.parameter for m in gradcheck(kinked, b).mismatches] == ["parameter 0"]


def test_mistakes_are_named():
    x = Value(1.0)
    with pytest.raises(TypeError, match="no arguments"):
        gradcheck(lambda v: v * v, [x])
    with pytest.raises(TypeError, match="moves Values"):
        gradcheck(lambda: x * x, [1.0])
    with pytest.raises(ValueError, match="computed from others"):
        gradcheck(lambda: x * x, [x * 2])
    with pytest.raises(ValueError, match="epsilon"):
        gradcheck(lambda: x * x, [x], epsilon=0.0)
    draws = iter(range(10))
    with pytest.raises(ValueError, match="for the same parameters"):
        gradcheck(lambda: x * next(draws), [x])


def test_the_error_of_a_good_check_is_small_and_said():
    x = Value(0.7)
    report = gradcheck(lambda: ag.tanh(x) * x, [x])
    assert report.largest_error < 1e-8
    assert str(report).startswith("gradcheck: the parameter agrees, relative error at most")
