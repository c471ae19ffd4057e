"""Losses against PyTorch's numbers, at the edges of their domains, and at the door."""

import math

import mpmath
import numpy as np
import pytest

import nn
from autograd import Value, compile, sigmoid  # noqa: A004
from autograd.recording import modes
from nn import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from tests.support.golden_files import assert_same, golden, gradient, values

INF = math.inf
LOSSES = [
    mean_squared_error, nn.mean_absolute_error, nn.huber, nn.poisson, binary_cross_entropy,
    binary_cross_entropy_with_logits, softmax_cross_entropy, hinge,
]  # fmt: skip
CASES = golden("losses")["cases"]


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{c['loss']}" for i, c in enumerate(CASES)])
def test_losses_and_their_gradients_agree_with_pytorch(case):
    inputs = values(case["inputs"])
    loss = getattr(nn, case["loss"])(inputs, case["targets"])
    loss.backward()
    assert_same(loss.data, case["value"])
    assert_same(gradient(inputs), case["gradient"])


@pytest.mark.parametrize(
    ("p", "target", "loss", "slope"),
    [
        (0.0, 0.0, 0.0, 1.0),
        (1.0, 1.0, 0.0, -1.0),
        (0.0, 1.0, 1.0 - math.log(1e-12), -1e12),
        (1.0, 0.0, 1.0 - math.log(1e-12), 1e12),
        (1e-13, 1.0, 0.9 - math.log(1e-12), -1e12),
        (0.25, 1.0, -math.log(0.25), -4.0),
    ],
)
def test_cross_entropy_of_certain_probabilities_is_finite_as_stated(p, target, loss, slope):
    x = Value(p)
    result = binary_cross_entropy(x, target)
    result.backward()
    assert (result.data, x.grad) == pytest.approx((loss, slope), rel=1e-12)


@pytest.mark.parametrize("p", [0.0, 1e-13, 1e-12, 0.3, 1.0])
@pytest.mark.parametrize("target", [0.0, 0.4, 1.0])
def test_a_traced_cross_entropy_is_the_same_function(p, target):
    x = Value(p)
    result = binary_cross_entropy(x, target)
    result.backward()
    traced = Value(p)
    with modes.mode(Blind()):
        same = binary_cross_entropy([traced], [Value(target)])
    same.backward()
    assert (same.data, traced.grad) == (result.data, x.grad)


class Blind:
    """A mode that lets no number be looked at, as tracing does."""

    def refuse_reading(self, attribute, value):
        raise TypeError(attribute)

    refuse_branching = refuse_reading


@pytest.mark.parametrize(
    ("z", "target", "loss", "slope"),
    [
        (1e3, 1.0, 0.0, 0.0),
        (1e3, 0.0, 1e3, 1.0),
        (-1e3, 1.0, 1e3, -1.0),
        (-1e3, 0.0, 0.0, 0.0),
        (INF, 1.0, 0.0, 0.0),
        (INF, 0.0, INF, 1.0),
        (-INF, 1.0, INF, -1.0),
        (-INF, 0.0, 0.0, 0.0),
        (INF, 0.25, INF, 0.75),
        (-50.0, 1.0, 50.0, -1.0),
    ],
)
def test_cross_entropy_on_logits_keeps_its_gradient_to_the_ends(z, target, loss, slope):
    x = Value(z)
    result = binary_cross_entropy_with_logits(x, target)
    result.backward()
    assert (result.data, x.grad) == (loss, slope)


@pytest.mark.parametrize("z", [-30.0, -2.0, 0.0, 0.7, 40.0])
@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_the_gradient_on_logits_is_prediction_minus_target_exactly(z, target):
    x = Value(z)
    binary_cross_entropy_with_logits(x, target).backward()
    assert x.grad == sigmoid(z) - target


@pytest.mark.parametrize("backend", ["recorded", "numpy", "native", "jax"])
@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_cross_entropy_on_logits_against_sixty_digits(target, backend):
    w = Value(0.0, "w")
    step = None if backend == "recorded" else compile(lambda x: mean_loss(w + x, target), [w], backend)
    for z in [s * x for s in (1.0, -1.0) for x in (0.0, 1e-8, 0.3, 1.0, 5.0, 10.0, 20.0, 36.0, 40.0, 700.0)]:
        with mpmath.workdps(60):
            true = mpmath.log1p(mpmath.exp(z)) - mpmath.mpf(target) * z
            slope = 1 / (1 + mpmath.exp(-z)) - mpmath.mpf(target)
        w.clear_grad()
        if step is None:
            loss = mean_loss(w + z, target)
            loss.backward()
        found = loss.data if step is None else step(z)
        assert abs(found - true) <= 2.3e-16 * max(1.0, abs(z))
        assert abs(w.grad - slope) <= 2.3e-16


def mean_loss(z, target):
    return binary_cross_entropy_with_logits([z], [target])


def test_cross_entropy_on_logits_is_recorded_as_the_textbook_writes_it():
    z = Value(0.5)
    loss = binary_cross_entropy_with_logits([z], [1.0])
    (summed, _) = loss.parents
    (difference,) = summed.parents
    assert difference.op.name == "subtract"
    assert [p.op.name for p in difference.parents] == ["softplus", "multiply"]


@pytest.mark.parametrize("row", [[1000.0, 0.0], [-1000.0, -1000.0], [0.0, -1e300], [1.0, 2.0, 3.0], [-INF, 1.0]])
@pytest.mark.parametrize("target", [0, 1])
def test_softmax_cross_entropy_is_stable_and_its_gradients_sum_to_zero(row, target):
    logits = [Value(x) for x in row]
    loss = softmax_cross_entropy(logits, target)
    loss.backward()
    assert loss.data >= 0.0
    assert sum(z.grad for z in logits) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("offset", [0.0, 1e3, -1e3, 1e8, -(2.0**52)])
def test_softmax_cross_entropy_keeps_its_digits_however_large_the_logits(offset):
    row = [offset, offset + 2.0, offset - 1.0]
    true = math.log(math.fsum(math.exp(x) for x in (0.0, 2.0, -1.0)))
    for target, wanted in ((0, true), (1, true - 2.0), ([0.5, 0.25, 0.25], true - 0.25)):
        assert softmax_cross_entropy([list(map(Value, row))], [target]).data == pytest.approx(wanted, rel=1e-14)


def test_softmax_cross_entropy_takes_classes_or_rows_of_probabilities():
    rows = [[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]]
    by_class = softmax_cross_entropy(rows, np.array([2, 0])).data
    assert softmax_cross_entropy(rows, [[0, 0, 1], [1, 0, 0]]).data == pytest.approx(by_class, rel=1e-15)
    assert softmax_cross_entropy(rows[0], 2).data == softmax_cross_entropy(rows[:1], [2.0]).data
    assert softmax_cross_entropy(rows[:1], [0, 0, 1]).data == softmax_cross_entropy(rows[:1], [[0, 0, 1]]).data


def test_one_value_counts_as_one_row_and_rows_of_one_as_numbers():
    x = Value(3.0)
    assert mean_squared_error(x, 1.0).data == 4.0
    assert hinge(x, -1).data == 4.0
    assert mean_squared_error([[x], [x]], [1.0, 2.0]).data == 2.5
    assert mean_squared_error([x, x], [[1.0], [2.0]]).data == 2.5
    assert mean_squared_error(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]])).data == 2.5


@pytest.mark.parametrize(
    ("loss", "inputs", "targets", "message"),
    [
        (mean_squared_error, [1, 2], [0], "got 2 predictions and 1 target$"),
        (mean_squared_error, [[1, 2]], [0], "each row has 2 predictions, but 1 targets"),
        (mean_squared_error, [[1, 2], [1]], [0, 0], r"one length, and here are lengths \[1, 2\]"),
        (mean_squared_error, [], [], "no rows"),
        (binary_cross_entropy, [0.5, 1.5], [1, 1], "probability from 0 to 1, and number 1 is 1.5; .*with_logits"),
        (binary_cross_entropy, [Value(-0.5)], [1], "number 0 is -0.5"),
        (binary_cross_entropy, [0.5], [2], "target from 0 to 1, and number 0 is 2"),
        (binary_cross_entropy_with_logits, [0.5], [-1], "target from 0 to 1, and number 0 is -1; .* use hinge"),
        (hinge, [0.5, 0.5], [1, 0], "targets of −1 and 1, and number 1 is 0; .*pass 2"),
        (softmax_cross_entropy, [[1, 2], [3, 4, 5]], [0, 0], "row 0 has 2 logits, but row 1 has 3"),
        (softmax_cross_entropy, [[1, 2], [3, 4]], [0], "2 rows of logits and 1 target$"),
        (softmax_cross_entropy, [[1, 2]], [2], "2 logits are of classes 0 to 1, and row 0 has class 2"),
        (softmax_cross_entropy, [[1, 2]], [-1], "row 0 has class -1"),
        (softmax_cross_entropy, [[1, 2]], [0.5], "a class is a whole number, and row 0 has 0.5"),
        (softmax_cross_entropy, [[1, 2]], [[0.5, 0.6]], "row 0 sum to 1.1, not to 1"),
        (softmax_cross_entropy, [[1, 2]], [[1.5, -0.5]], "from 0 to 1, and number 0 is 1.5 in row 0"),
        (softmax_cross_entropy, [[1, 2]], [[1.0]], "2 logits, but 1 target probabilities"),
        (softmax_cross_entropy, [1, 2, 3], [0, 0, 1], "3 single logits and 3 targets: a model has one output"),
        (softmax_cross_entropy, [], [], "no rows"),
    ],
)
def test_what_does_not_fit_is_refused_at_the_door(loss, inputs, targets, message):
    with pytest.raises(ValueError, match=message):
        loss(inputs, targets)


def test_what_is_no_number_is_refused_at_the_door():
    with pytest.raises(TypeError, match=r"float\('1'\)"):
        mean_squared_error([1.0], ["1"])
    with pytest.raises(TypeError, match="None"):
        hinge([None], [1])


def test_nan_travels():
    for loss in (mean_squared_error, binary_cross_entropy, binary_cross_entropy_with_logits, hinge):
        assert math.isnan(loss([math.nan, 0.5], [1, 1]).data)


ROWS = [[0.5, -1.0, -INF], [-INF, -INF, 1.0], [-INF, 0.0, 1.0]]


def masked(model, targets, rows):
    """Return the loss of logits that are b + x: x may be −inf, which masks the class."""
    return softmax_cross_entropy([[b + x for b, x in zip(model, row, strict=True)] for row in rows], targets)


def stepper(loss, parameters, backend):
    """Return a function of the loss's arguments that gives the loss and leaves its gradients, and no others."""
    program = None if backend == "recorded" else compile(loss, parameters, backend)

    def step(*given):
        for p in parameters:
            p.clear_grad()
        if program is not None:
            return program(*given)
        recorded = loss(*given)
        recorded.backward()
        return recorded.data

    return step


@pytest.mark.parametrize("backend", ["recorded", "numpy", "native", "jax"])
def test_a_class_that_cannot_occur_adds_nothing_to_any_loss(backend):
    parameters = [Value(0.0) for _ in range(3)]
    step = stepper(lambda x, y: masked(parameters, [y], [x]), parameters, backend)
    for row in ROWS:
        whole = sum(map(math.exp, row))
        for target in (0, 1, 2, [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]):
            wanted = [float(i == target) for i in range(3)] if isinstance(target, int) else target
            true = sum(y * (math.log(whole) - z) for y, z in zip(wanted, row, strict=True) if y)
            slopes = [math.exp(z) / whole - y for y, z in zip(wanted, row, strict=True)]
            for given in (target, wanted):
                assert step(row, given) == pytest.approx(true, rel=1e-15)
                assert [p.grad for p in parameters] == pytest.approx(slopes, abs=1e-15)


@pytest.mark.parametrize("backend", ["recorded", "numpy", "native", "jax"])
def test_infinite_scores_are_right_or_wrong_on_every_backend(backend):
    b = Value(0.0)
    step = stepper(lambda x, t: binary_cross_entropy_with_logits([b + x], [t]), [b], backend)
    for z in (INF, -INF):
        for y in (0.0, 0.25, 1.0):
            probability = float(z > 0.0)
            assert (step(z, y), b.grad) == (0.0 if probability == y else INF, probability - y)


@pytest.mark.parametrize("backend", ["recorded", "numpy", "native"])
@pytest.mark.parametrize("targets", [[0, 1, 0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.75, 0.25, 0.0]]])
def test_a_masked_class_is_trained_around(targets, backend):
    class Masked(nn.Module):
        def __init__(self):
            self.scores = nn.Layer(2, 3, None, seed=0)

        def __call__(self, row):
            return [*self.scores(row)[:2], -INF]

    model = Masked()
    history = nn.fit(
        model, [[0.0, 1.0], [1.0, 0.0], [0.5, 0.25]], targets, loss=softmax_cross_entropy, epochs=20,
        optimizer=nn.SGD(model.parameters()[:6], 0.5), backend=backend,
    )  # fmt: skip
    assert not history.trouble
    assert history.losses[-1] < history.losses[0]


def test_what_a_probability_of_its_own_moves_is_not_cut_off():
    logits, weights = [Value(1.0), Value(2.0)], [Value(1.0), Value(0.0)]
    softmax_cross_entropy([logits], [weights]).backward()
    assert weights[1].grad == 0.0, "the logit less the largest, which is itself"
    assert weights[0].grad == 1.0


def test_one_logit_is_no_choice():
    for logits, targets in (([[Value(3.0)]], [0]), ([[Value(3.0)], [Value(1.0)]], [[1.0], [1.0]])):
        with pytest.raises(ValueError, match="two logits or more, and row 0 has 1: its softmax is 1 and its loss 0"):
            softmax_cross_entropy(logits, targets)
    model = nn.Sequential(nn.Layer(4, 1, None, seed=0))
    for backend in ("recorded", "numpy"):
        with pytest.raises(ValueError, match="binary_cross_entropy_with_logits"):
            nn.fit(
                model, [[1.0, 2.0, 3.0, 4.0]], [0], loss=softmax_cross_entropy, epochs=1, backend=backend,
                optimizer=nn.SGD(model.parameters(), 0.1),
            )  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("unordered", [{1.0, 0.0}, {1.0: 2, 0.0: 3}, frozenset([1.0, 0.0]), {1.0: 2, 0.0: 3}.keys()])
def test_what_has_no_order_pairs_nothing(loss, unordered):
    rows = [[Value(0.5), Value(0.25)]] * 2 if loss is softmax_cross_entropy else [Value(0.5), Value(0.25)]
    with pytest.raises(TypeError, match=f"{loss.__name__}: targets must be a sequence"):
        loss(rows, unordered)
    with pytest.raises(TypeError, match=f"{loss.__name__}: (predictions|logits) must be a sequence"):
        loss({Value(0.5), Value(0.25)}, [1.0, 0.0])
    with pytest.raises(TypeError, match=f"{loss.__name__}: .*row .*must be a sequence"):
        loss([[Value(0.5), Value(0.25)]], [unordered])
    with pytest.raises(TypeError, match=f"{loss.__name__}: .*row .*must be a sequence"):
        loss([{Value(0.5), Value(0.25)}], [[1.0, 0.0]])


@pytest.mark.parametrize("loss", LOSSES)
def test_weights_without_an_order_are_named_with_their_loss(loss):
    rows, targets = ([[0.5, 0.25]] * 2, [0, 1]) if loss is softmax_cross_entropy else ([0.5, 0.25], [1.0, 1.0])
    for name in ("weights", *["class_weights"] * (loss is softmax_cross_entropy)):
        with pytest.raises(TypeError, match=f"^{loss.__name__}: {name} must be a sequence of rows, not a set"):
            loss(rows, targets, **{name: {1.0, 2.0}})


def test_targets_that_are_nested_too_deep_are_refused_by_name():
    with pytest.raises(TypeError, match="mean_squared_error takes numbers, or rows of numbers"):
        mean_squared_error([[Value(1.0)]], [[[1.0]]])
    with pytest.raises(TypeError, match="softmax_cross_entropy: a class is a whole number, and that of row 1 is 'cat'"):
        softmax_cross_entropy([[Value(1.0), Value(2.0)]] * 2, [0, "cat"])
