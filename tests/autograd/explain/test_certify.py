"""Certificates: never above the truth, seldom far below, and they say where digits went."""

import doctest
import math
import statistics

import pytest

import autograd as ag
import nn
from autograd import Value, certify
from autograd.explain.digits import certificate, lost_digits
from autograd.explain.digits.balls import COMPARISONS, arb, constant_of, context, is_yes, primitive
from autograd.rules.maths import FloatMaths
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas
from tests.autograd.explain.planted import slacks


def test_proved_digits_are_never_above_the_truth_at_200_digits_and_seldom_far_below():
    pairs = [pair for seed in range(300) for pair in slacks(seed)]
    assert all(proved <= true + 1e-9 for proved, true in pairs)
    assert statistics.median(true - proved for proved, true in pairs) <= 1e-9
    assert sum(true < 9.0 for _, true in pairs) > 75, "cancellations are planted"


def test_far_tails_of_our_own_rules_are_told_as_they_are():
    for function, x, digits in ((ag.tanh, 15.0, 3), (ag.sigmoid, 30.0, 3), (ag.softplus, -30.0, 14)):
        v = Value(x, "v")
        (slope,) = certify(function(v), [v]).gradients
        assert digits - 0.1 < slope.digits < digits + 2.1


def test_an_operation_of_ones_own_is_said_to_be_taken_at_its_word():
    def crooked(maths, x):
        return x * x, (3.0 * x,)

    operation = ag.op("crooked")(crooked)
    try:
        x = Value(2.0, "x")
        found = certify(operation(x) + x.tanh())
        assert found.trusted == ("crooked",)
        assert "not proved: the derivative of crooked" in str(found)
        assert certify(x.tanh()).trusted == ()
        assert "not proved" not in str(certify(x.tanh()))
    finally:
        TABLE.pop("crooked")


def test_it_says_which_operation_lost_the_digits_on_which_line_and_the_way_out():
    z = Value(27.0, "z")

    def loss():
        share = ag.sigmoid(z)
        return -ag.log(1.0 - share)

    told = certify(loss)
    (lost,) = told.value.lost
    assert 11 < lost.digits < 13
    assert lost.why == "cancellation"
    assert "1 − " in lost.what
    assert "logits" in lost.way_out
    assert lost.line.endswith(f"test_certify.py:{loss.__code__.co_firstlineno + 2}")
    assert "12 digits lost at" in str(told)
    assert certify(ag.softplus(z)).digits > 15


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (lambda x: ag.log(1.0 + x), "log1p"),
        (lambda x: ag.log(1.0 + ag.exp(x - 40.0)), "softplus"),
        (lambda x: ag.log(1.0 - x), "log1p"),
        (lambda x: ag.exp(x) - 1.0, "expm1"),
        (lambda x: 1.0 - ag.cos(x), "sin"),
        (lambda x: 1.0 - ag.erf(x + 4.0), "erfc"),
        (lambda x: (x + 1.0) ** 2 - (x + 1.0 + 1e-12) ** 2, "(a − b)(a + b)"),
    ],
)
def test_ways_out(write, name):
    x = Value(1.234e-9, "x")
    assert any(name in (lost.way_out or "") for lost in certify(write(x)).value.lost)


def test_where_rounding_decides_a_branch_it_is_named():
    x, y, w = Value(0.1, "x"), Value(0.2, "y"), Value(2.0, "w")
    told = certify(ag.where(x + y > 0.3000000000000001, w, 3.0 * w))
    assert not told.branches
    assert told.digits == 16.0
    flipped = Value(0.1, "x") * 3.0  # 0.30000000000000004, in truth 0.3000000000000000166
    told = certify(ag.where(flipped >= 0.30000000000000004, 2.0 * w, w), [w])
    assert len(told.branches) == 1
    assert (told.gradients[0].number, told.gradients[0].true) == (2.0, 1.0)
    tie = certify((x + y - y - x + 0.0).relu() * w)  # in truth 0: at the kink, and no ball can say so
    assert len(tie.branches) == 1
    assert "ReLU" in str(tie)
    assert not certify(ag.maximum(x, x) + ag.relu(Value(0.0))).branches


def test_what_overflows_and_what_is_no_number():
    x = Value(9.0, "x")
    told = certify(x * 1e200 * 1e200)
    assert (told.value.number, told.value.digits) == (math.inf, 0.0)
    assert told.value.truth.startswith("8.99999")
    assert told.value.truth.endswith("e+400")
    assert "overflow" in told.value.lost[0].why
    assert certify(ag.log(x - 9.0)).value.digits is None
    assert certify(ag.log(x - 9.0)).digits == 0.0, "what is not known counts as none"
    assert "unknown" in str(certify(ag.log(x - 9.0)))
    zero = certify(x - x)
    assert zero.value.digits == 16.0
    assert zero.gradients[0].digits == 16.0


@pytest.mark.parametrize("exponent", [0.25, 2.0, 3.0, 1e18, math.inf])
def test_a_power_of_an_unknown_infinity_is_unknown(exponent):
    unknown = Value(math.inf) + ag.softplus(Value(-math.inf))  # ∞ ± ∞, of which flint's power ends the process
    told = certify(unknown**exponent)
    assert (told.value.number, told.value.digits) == (math.inf, None)


def test_what_a_ball_leaves_open_has_both_answers():
    one, two, wide = arb(1.0), arb(2.0), arb(0.0).union(arb(1.5))
    endless = one / arb(0.0)
    assert [is_yes(x) for x in (arb(0.0), one, wide, endless)] == [False, True, None, None]
    order = ((one, two), (two, one), (wide, two), (two, wide), (wide, one), (one, wide), (wide, wide), (one, arb(1.0)))
    answers = {
        "less": [True, False, True, False, None, None, False, False],
        "less_equal": [True, False, True, False, None, None, True, True],
        "greater": [False, True, False, True, None, None, False, False],
        "greater_equal": [False, True, False, True, None, None, True, True],
        "equal": [False, False, False, False, None, None, True, True],
    }
    assert {name: [compare(x, y) for x, y in order] for name, compare in COMPARISONS.items()} == answers
    first = primitive("first")
    assert list(map(float, first([two, arb(3.0), one], two))) == [0.0, 1.0, 0.0]
    assert list(map(float, first([one, two, two], two))) == [0.0, 1.0, 0.0]
    assert list(map(float, first([two, wide, one], two))) == [1.0, 0.0, 0.0]
    known, *left_open = first([arb(-1.0), wide, one], one)
    assert float(known) == 0.0
    for share in left_open:
        assert (float(share.lower()), float(share.upper())) == pytest.approx((0.0, 1.0), abs=1e-9)
        assert share.contains(0)
        assert share.contains(1)


def test_a_network_is_certified_and_its_graph_is_as_it_was():
    model = nn.MLP(2, [4, 1], seed=0)
    rows, targets = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
    loss = nn.binary_cross_entropy_with_logits([model(row) for row in rows], targets)
    loss.backward()
    before = [(p, p._data, p._grad) for p in ag.topological_order(loss)]
    told = certify(loss, model.named_parameters())
    assert len(told.gradients) == 17
    assert told.digits > 13
    assert "w⁽¹⁾₁₁" in str(certify(loss))
    assert "and 5 more gradients" in str(told)
    assert all((p._data, p._grad) == (data, grad) for p, data, grad in before)
    assert [g.number for g in told.gradients] == [p.grad for p in model.parameters()]


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_compiled_program_is_compared_with_what_its_function_records(backend):
    model = nn.Sequential(nn.Layer(2, 5, seed=0), nn.BatchNorm(5), nn.Dropout(0.3, seed=1), nn.Layer(5, 1, seed=2))
    rows, targets = [[0.1, 0.9], [0.4, -1.0], [1.2, 0.3]], [0.0, 1.0, 1.0]

    def loss(x, y):
        return nn.mean_squared_error(model.batch(x), y)

    step = ag.compile(loss, parameters=model.parameters(), backend=backend)
    told = step.certify(rows, targets)
    before = [(p.data, p.grad) for p in model.parameters()]
    assert step.certify(rows, targets).value.number == told.value.number == step.value_and_gradient(rows, targets)[0]
    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert told.digits > 12
    assert len(told.gradients) == len(before)
    w = Value(27.0, "w")
    share = ag.compile(lambda x: -ag.log(1.0 - ag.sigmoid(w * x)), parameters=[w], backend=backend)
    told = share.certify(1.0)
    assert 3.0 < told.value.digits < 6.0
    assert "logits" in told.value.lost[0].way_out


def test_through_checkpoints_lookups_and_higher_derivatives():
    x, table = Value(0.7, "x"), [[Value(0.3)], [Value(0.4)]]
    f = ag.checkpoint(lambda a: ag.tanh(a) * a)
    plain = certify(ag.tanh(x) * x * ag.take(table, 1)[0], [x])
    told = certify(f(x) * ag.take(table, 1)[0], [x])
    assert told.value.truth == plain.value.truth
    assert told.gradients[0].truth == plain.gradients[0].truth
    (slope,) = ag.gradients(ag.tanh(x), [x])
    assert certify(slope).value.truth.startswith("0.6347395899")


def test_the_examples_of_the_docstrings_are_true():
    for module in (certificate, lost_digits):
        ran = doctest.testmod(module, extraglobs={"Value": Value})
        assert ran.failed == 0
        assert ran.attempted


def test_what_it_refuses():
    x = Value(1.0, "x")
    y = x * 2.0
    with pytest.raises(TypeError, match="function of no arguments"):
        certify(3.0)
    with pytest.raises(ValueError, match="not computed from"):
        certify(y, [Value(1.0)])
    with pytest.raises(TypeError, match="no Value"):
        certify(y, [1.0])
    x.data = 3.0
    with pytest.raises(RuntimeError, match="changed"):
        certify(y)


SELU = 1.0507009873554805, 1.6732632423543772
AS_GIVEN = {*SELU, SELU[0] * SELU[1]}  # constants that are defined by their digits


def test_every_primitive_of_floats_has_its_ball_and_every_constant_of_a_rule_its_meaning():
    primitives = {name for name in vars(FloatMaths) if not name.startswith("_")} - {"where", "isnan", "equal"}
    assert not [name for name in primitives if primitive(name) is None]
    for name in TABLE:
        output, derivatives = formulas(name)
        stack = [output, *derivatives]
        while stack:
            x = stack.pop()
            with context(128):
                assert x.number is None or x.number in AS_GIVEN or constant_of(x.number) is not None, (name, x.number)
            stack.extend(x.operands)
