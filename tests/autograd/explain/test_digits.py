"""What `certify` is made of, one by one: constants, precisions, branches, losses and ways out, as exact data."""

import math
from fractions import Fraction

import mpmath
import pytest

import autograd as ag
from autograd import Value, certify
from autograd.explain.digits import lost_at
from autograd.explain.digits.balls import PRIMITIVES, Row, arb, constant_of, context
from autograd.explain.digits.lost_digits import Loss, counts
from autograd.explain.digits.passes import digits_of, rounded
from autograd.rules.operation import TABLE

BIG = 2.0**200


def test_constants_that_are_closed_forms_mean_those():
    with mpmath.workdps(60), context(150):
        pi, ln = mpmath.pi, mpmath.log
        forms = [+pi, ln(2), ln(10), 1 / ln(2), 1 / ln(10), mpmath.sqrt(0.5), 2 / mpmath.sqrt(pi)]
        forms += [mpmath.sqrt(2 / pi), 2 * mpmath.sqrt(2 / pi), 1 / mpmath.sqrt(2 * pi)]
        for form in forms:
            for sign in (1, -1):
                meant = constant_of(float(sign * form))()
                assert abs(mpmath.mpf(meant.mid().str(50, radius=False)) - sign * form) < 1e-40
                assert meant.rad() < 1e-40
            assert constant_of(float(form) * (1.0 + 2.0**-52)) is None


@pytest.mark.parametrize(
    ("x", "exact"),
    [
        (0.0, 0),
        (-0.5, Fraction(-1, 2)),
        (1048575.0, 1048575),  # 20 bits
        (0.1, Fraction(1, 10)),
        (-1.234567891, Fraction(-1234567891, 10**9)),  # ten digits
        (1.234567891e-7, Fraction(1234567891, 10**16)),
        (1.2345678912, None),
    ],
)
def test_constants_of_few_bits_are_themselves_and_of_few_digits_the_decimals(x, exact):
    with context(128):
        meant = constant_of(x)
        if exact is None:
            assert meant is None
        else:
            exact = Fraction(exact)
            ball = meant()
            assert (ball - arb(float(exact.numerator)) / arb(float(exact.denominator))).contains(0)
            assert ball.rad() < 1e-35
            assert ball.is_exact() is (exact.denominator in (1, 2))


def test_a_function_without_a_ball_is_refused_by_name(monkeypatch):
    monkeypatch.delitem(PRIMITIVES, "log2")
    with pytest.raises(NotImplementedError, match=r"log2 is not .*: autograd\.explain\.digits\.balls needs a function"):
        Row(TABLE["log2"])


def test_infinite_powers_are_as_they_are():
    told = certify(1.0 / Value(math.inf) ** 2.0)
    assert (told.value.number, told.value.digits, told.value.true) == (0.0, 16.0, 0.0)
    assert certify(Value(math.inf) - Value(math.inf)).value.digits is None
    endless, rounded_number = Value(math.inf), ag.exp(Value(0.1))
    assert certify(endless - endless).value.digits is None
    assert certify(rounded_number - rounded_number).value.truth == "0"
    told = certify(Value(1.5, "x") ** 2.0)
    assert (told.value.true, told.gradients[0].true) == (2.25, 3.0)


def test_digits_are_those_of_the_greatest_error_that_a_ball_allows():
    with context(128):
        one, wide = arb(1.0), arb(1.0).union(arb(1.0 + 2.0**-30))
        assert digits_of(1.1, one) == pytest.approx(1.0 - 1e-12, abs=1e-13), "a little less, for rounding"
        assert digits_of(1.0 + 2.0**-52, one) == pytest.approx(52.0 * math.log10(2.0), abs=1e-9)
        assert (digits_of(1.0, one), digits_of(5.0, one), digits_of(math.inf, one)) == (16.0, 0.0, 0.0)
        assert (digits_of(None, one), digits_of(1.0, one / arb(0.0))) == (None, None)
        assert digits_of(1.0, wide) == pytest.approx(30.0 * math.log10(2.0), abs=1e-6)
        for number in (0.0, 0.5, 2.0):
            assert digits_of(number, arb(-1.0).union(one)) == 0.0
        assert [rounded(x) for x in (one, wide, one / arb(0.0))] == [1.0, None, None]


def test_the_precision_is_raised_until_value_and_gradients_are_known():
    x = Value(1.0, "x")
    assert certify(x + 1.0).bits == 128
    hidden = (x + BIG) - BIG
    told = certify(hidden)
    assert (told.bits, told.value.true, told.value.digits, told.gradients[0].true) == (512, 1.0, 0.0, 1.0)
    assert lost_at(hidden) == {hidden: (16.0, 0.0)}
    told = certify(x * BIG + x - x * BIG, [x])
    assert (told.bits, told.gradients[0].number, told.gradients[0].true) == (512, 0.0, 1.0)
    told = certify(ag.dot([BIG, 1.0, -BIG], [x, 0.0 * x, x]), [x])
    assert (told.bits, told.value.true, told.gradients[0].digits) == (128, 0.0, 16.0)
    assert certify((x + 2.0**1000) - 2.0**1000).bits == 2048


def test_what_is_not_known_is_told_in_the_place_of_the_truth():
    x = Value(0.1, "x")
    nothing = certify(ag.exp(x) * ag.exp(-x) - 1.0)
    text, _, power = nothing.value.truth.partition("e-")
    assert (text.startswith("within "), len(text), power.endswith(" of 0"), nothing.bits) == (True, 10, True, 2048)
    assert 600 < int(power.split()[0]) < 617
    nan = certify(ag.largest([Value(math.nan, "a"), Value(1.0, "b")]))
    assert (nan.value.truth, nan.value.true, nan.value.digits) == ("not known", None, None)
    assert [g.truth for g in nan.gradients] == ["within 1.0 of 0"] * 2
    assert certify(x - x).value.truth == "0"


# --------------------------------------------------------------------------------------- branches
def thrice():
    return Value(0.1) * 3.0  # 0.30000000000000004, in truth 0.3000000000000000166


def at_a_kink():
    return 1.0 - ((Value(1e16) + 1.0) - 1e16)  # 1.0, in truth 0


NEAR = 0.30000000000000004


@pytest.mark.parametrize(
    ("write", "decided"),
    [
        *[(lambda x=x: ag.relu(Value(x) * 1.0), True) for x in (0.5, -0.5, 0.0, 1.5, math.nan)],
        (lambda: ag.relu(thrice() - NEAR), False),
        (lambda: abs(NEAR - thrice()), False),
        (lambda: ag.relu(thrice() - 0.2), True),
        (lambda: ag.relu(at_a_kink()), False),
        (lambda: ag.relu(-at_a_kink()), False),
        (lambda: ag.maximum(thrice(), Value(NEAR)), False),
        (lambda: ag.maximum(thrice(), Value(0.3)), True),
        (lambda: (lambda t: ag.maximum(t, t))(ag.exp(Value(0.1))), True),
        (lambda: ag.maximum(ag.exp(Value(0.1)), ag.exp(Value(0.1))), False),
        (lambda: ag.where(Value(0.0) > 1.0, ag.relu(thrice() - NEAR), thrice()), True),  # it is not taken
        (lambda: ag.where(thrice() > 0.3000000000000000, 1.0, Value(2.0)), True),
        (lambda: ag.where(thrice() >= NEAR, 1.0, Value(2.0)), False),
        (lambda: ag.largest([thrice(), Value(NEAR), Value(0.1)]), False),
        (lambda: ag.largest([Value(0.1), thrice(), Value(0.2)]), True),
        (lambda: ag.largest([Value(0.2), Value(0.2)]), True),
        (lambda: (lambda t: ag.largest([t, t]))(ag.exp(Value(0.1))), True),
        (lambda: ag.largest([Value(math.nan), Value(1.0)]), False),
    ],
)
def test_branches_that_rounding_decides(write, decided):
    assert len(certify(write()).branches) == (not decided)


def test_a_branch_is_named_by_its_numbers_and_its_line():
    def undecided():
        t = thrice()
        return ag.largest([t, Value(NEAR, "k")])

    line = undecided.__code__.co_firstlineno + 2
    (named,) = certify(undecided).branches
    assert named == f"L = max(v₂, k) = max(0.3, 0.3) = 0.3 ({__file__}:{line})"
    assert certify(undecided()).branches == ("L = max(v₂, k) = max(0.3, 0.3) = 0.3",)


@pytest.mark.parametrize(("count", "more"), [(12, []), (13, ["and 1 more branches that rounding decides"])])
def test_twelve_branches_are_printed(count, more):
    near = thrice() - NEAR
    lines = str(certify(ag.total([ag.relu(near) for _ in range(count)]))).split("\n")
    assert sum(line.startswith("rounding decides: ") for line in lines) == 12
    assert [line for line in lines if "more branches" in line] == more


def test_of_thirteen_results_it_is_told_where_their_digits_went_and_those_printed_are_the_worst():
    x, weights = Value(0.3, "x"), [Value(float(k), f"w{k:02}_") for k in range(15)]
    rough = (x + 1e8) - 1e8
    told = certify(ag.total([w * (rough if k % 5 else 2.0) for k, w in enumerate(weights)]), weights)
    assert [bool(g.lost) for g in told.gradients] == [k % 5 > 0 for k in range(15)]
    assert (told.digits, bool(told.value.lost)) == (min(g.digits for g in told.gradients), True)
    text = str(told)
    assert [line.split()[0] for line in text.split("\n") if line.startswith("∂")] == [
        f"∂L/∂w{k:02}_" for k in range(15) if k % 5
    ]
    assert "and 3 more gradients, with all digits or more" in text
    many = certify(ag.total([w * rough for w in weights]), weights)
    assert sum(bool(g.lost) for g in many.gradients) == 13 - bool(many.value.lost)
    assert f"and 3 more gradients, with {int(10 * many.digits) / 10} digits or more" in str(many)


# --------------------------------------------------------------------------------------- losses
def lost_digits(number, exact):
    """Return how many of 16 digits of a float are wrong."""
    return 16.0 + math.log10(abs((Fraction(number) - exact) / exact))


def told(found):
    return [(loss.what, loss.why, loss.way_out) for loss in found.lost]


A, B, W = 0.3, 0.2, 15.0
ROUGH = (A + 1e8) - 1e8
ROUGHLY = ("v₂ = v₁ − 1.0e8 = 1.0e8 − 1.0e8 = 0.3", "cancellation", None)


@pytest.mark.parametrize(
    ("write", "value", "gradients"),
    [
        (lambda a, b, w: ag.dot([(a + 1e8) - 1e8, b], [b, w], 0.0), True, (False, True, False)),
        (lambda a, b, w: ag.checkpoint(lambda u: (u + 1e8) - 1e8)(a) * b + 0.0 * w, True, (False, True, False)),
        (lambda a, b, w: ag.take([(a + 1e8) - 1e8, b], 0) * w, True, (False, None, True)),
        (lambda a, b, w: ag.take([b], 0) * ((a + 1e8) - 1e8) + 0.0 * w, True, (False, True, False)),
        (lambda a, b, w: w * b - ag.detach((a + 1e8) - 1e8) * 0.0, False, (None, False, False)),
    ],
)
def test_the_operation_that_lost_the_digits_is_found_behind_lookups_checkpoints_and_sums(write, value, gradients):
    leaves = Value(A, "a"), Value(B, "b"), Value(W, "w")
    found = certify(write(*leaves))
    assert [what[1:] for what in told(found.value)] == [ROUGHLY[1:]] * value
    by_name = {g.name: g for g in found.gradients}
    for name, rough in zip("abw", gradients, strict=True):
        if rough is not None:
            gradient = by_name[f"∂L/∂{name}"]
            assert [what[1:] for what in told(gradient)] == [ROUGHLY[1:]] * rough
            assert (gradient.digits == 16.0) is not rough
    if value:
        assert found.value.lost[0].digits == pytest.approx(lost_digits(ROUGH, Fraction(A)), abs=1e-6)


def test_digits_lost_in_a_derivative_itself_and_in_a_sum_of_gradients():
    a, w, k, x = Value(A, "a"), Value(W, "w"), Value(1e8, "k"), Value(1.0, "x")
    saturated = certify(ag.tanh(w * a * 4.0))
    expected = ("∂L/∂v₂ = (1 − L²) = 8.88e-16", "cancellation in the derivative itself")
    advice = "keep its input small: beyond, the unit is saturated"
    assert [told(g) for g in saturated.gradients] == [[(*expected, advice)]] * 2
    assert told(saturated.value) == []
    far = certify(ag.sin(k * 1e3 + a))
    assert told(far.value) == [("L = sin(v₂) = sin(1.0e11) = 0.9968", "it makes the error of its input larger", None)]
    assert [told(g) for g in far.gradients] == [[("∂L/∂v₂ = cos(v₂) = 0.0798", "the derivative itself", None)]] * 2
    summed = certify(x * BIG + x - x * BIG)
    why = "cancellation of what reaches it over several ways"
    assert told(summed.gradients[0]) == [("the sum that is ∂L/∂x", why, None)]
    y = ag.sin(k * 1e3 + a) * ag.tanh(w * a * 4.0)
    found = {node.op.name: lost for node, lost in lost_at(y).items()}
    assert found == {
        "sin": pytest.approx((9.388132792244122, 11.58095911696391), abs=1e-9),
        "tanh": pytest.approx((0.0, 14.63057323642404), abs=1e-9),
    }


def test_of_many_losses_three_are_told_the_largest_first():
    y = Value(0.3, "x")
    sizes = (1e3, 1e6, 1e1, 1e9)
    for size in sizes:
        y = ((y + size) - size).exp().log()
    lost = certify(y).value.lost
    assert [loss.digits for loss in lost] == sorted((loss.digits for loss in lost), reverse=True)
    assert len(lost) == 3
    assert lost_at(Value(2.0) ** 3.0) == {}, "nobody needs the derivative with respect to a constant exponent"
    unknown = ag.log(Value(9.0) - 9.0)
    assert lost_at(unknown) == {unknown: (16.0, 16.0)}
    assert [counts(digits) for digits in (0.999, 1.0, 1.001)] == [False, True, True]


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (Loss("a − b", 1.4, "cancellation", None, None), "1 digit lost at a − b: cancellation"),
        (Loss("a − b", 1.6, "overflow", "m.py:3", None), "2 digits lost at a − b (m.py:3): overflow"),
        (Loss("a − b", 9.0, "cancellation", None, "this"), "9 digits lost at a − b: cancellation; this"),
    ],
)
def test_a_loss_says_its_digits_its_line_and_the_way_out(loss, text):
    assert str(loss) == text


@pytest.mark.parametrize(("size", "digits", "losses"), [(1e3, 12, 1), (200.0, 13, 0), (10.0, 14, 0)])
def test_thirteen_digits_are_not_few(size, digits, losses):
    found = certify((Value(0.3, "x") + size) - size).value
    assert (int(found.digits), len(found.lost)) == (digits, losses)


# --------------------------------------------------------------------------------------- arguments
def test_gradients_are_named_by_what_is_given():
    x, y = Value(2.0, "x"), Value(3.0)
    z = x * y
    z.name = "z"
    assert [g.name for g in certify(z).gradients] == ["∂z/∂x", "∂z/∂v₁"]
    assert [g.name for g in certify(z, y).gradients] == ["∂z/∂v₁"]
    assert [g.name for g in certify(z, {"left": x, "right": y}).gradients] == ["∂z/∂left", "∂z/∂right"]
    assert [g.name for g in certify(z, [("same", y), ("same", x)]).gradients] == ["∂z/∂same", "∂z/∂same[1]"]
    assert [g.number for g in certify(z, [("same", y), ("same", x)]).gradients] == [2.0, 3.0]
    assert certify(Value(2.0)).gradients == ()
    with pytest.raises(TypeError, match="parameter 1 is a float, and no Value"):
        certify(z, [x, 1.0])
    with pytest.raises(ValueError, match="not computed from w, Value"):
        certify(z, [("w", Value(1.0))])


def test_a_condition_that_is_a_choice_is_decided_by_the_side_that_is_taken():
    def banded(maths, x):
        inside = maths.where(x > 0.0, maths.where(x < 2.0, 1.0, 0.0), 0.0)
        return maths.where(inside, x * x, -x), (maths.where(inside, 2.0 * x, -1.0),)

    operation = ag.op("banded")(banded)
    try:
        for x, value, slope in ((1.5, 2.25, 3.0), (-1.0, 1.0, -1.0), (3.0, -3.0, -1.0)):
            found = certify(operation(Value(x)))
            assert (found.value.true, found.gradients[0].true) == (value, slope)
            assert found.digits == 16.0
        nothing = ag.exp(Value(0.1)) * ag.exp(Value(-0.1)) - 1.0  # both sides are possible
        assert certify(operation(nothing), [nothing]).gradients[0].truth == "within 1.0 of 0"
    finally:
        TABLE.pop("banded")
