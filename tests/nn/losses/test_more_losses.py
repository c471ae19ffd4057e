"""Absolute error, Huber, Poisson, smoothing, weights of rows and classes: against SciPy and plain formulas."""

import math

import numpy as np
import pytest
from scipy import special, stats

import nn
from autograd import Value, compile, gradcheck  # noqa: A004

P, Y = [0.3, -1.2, 4.0, 0.5], [0.1, 1.0, 0.5, 0.5]
Z = [[0.2, -1.0, 0.7], [1.5, 0.1, -0.4], [0.0, 0.3, 2.0], [-1.0, -1.0, 0.5]]
CLASSES, SHARES, ROWS = [2, 0, 0, 1], [0.5, 2.0, 1.0], [1.0, 0.0, 2.5, 0.5]
MIXED = [[0.1, 0.2, 0.7], [1.0, 0.0, 0.0], [0.3, 0.3, 0.4], [0.0, 0.5, 0.5]]


def test_errors_of_numbers_are_scipys():
    errors = np.array(P) - np.array(Y)
    assert nn.mean_absolute_error(P, Y).data == pytest.approx(np.abs(errors).mean(), rel=1e-15)
    assert nn.huber(P, Y, delta=0.7).data == pytest.approx(special.huber(0.7, errors).mean(), rel=1e-15)
    counts = [0, 2, 5, 1]
    logs = [math.lgamma(y + 1.0) for y in counts]
    truth = -stats.poisson.logpmf(counts, np.exp(P)) - logs
    assert nn.poisson(P, counts).data == pytest.approx(truth.mean(), rel=1e-13)
    with pytest.raises(ValueError, match=r"poisson takes counts of 0 or more, and number 1 is -2"):
        nn.poisson([0.1, 0.2], [1, -2])
    with pytest.raises(ValueError, match=r"delta must be greater than 0"):
        nn.huber(P, Y, delta=0.0)


@pytest.mark.parametrize("targets", [CLASSES, MIXED], ids=["classes", "probabilities"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("shares", [None, SHARES])
@pytest.mark.parametrize("rows", [None, ROWS])
def test_smoothed_and_weighted_cross_entropy_is_pytorchs_formula(targets, smoothing, shares, rows):
    q = np.array(targets, float) if targets is MIXED else np.eye(3)[targets]
    w = np.array(shares or [1.0] * 3)
    losses = -((1.0 - smoothing) * q + smoothing / 3.0) @ np.diag(w) @ np.diag([1.0] * 3)
    if targets is MIXED:
        norms = np.ones(4)
    else:  # smoothing spreads over the weights of all classes, the mean is over those of the rows' own
        losses = -((1.0 - smoothing) * q * w + smoothing / 3.0 * w)
        norms = w[targets]
    losses = (losses * special.log_softmax(np.array(Z), axis=1)).sum(1)
    r = np.array(rows or [1.0] * 4)
    truth = (r * losses).sum() / (r * norms).sum()

    def loss(z):
        return nn.softmax_cross_entropy(z, targets, smoothing=smoothing, class_weights=shares, weights=rows)

    values = [[Value(x) for x in row] for row in Z]
    flat = [v for row in values for v in row]
    out = loss(values)
    assert out.data == pytest.approx(truth, rel=1e-14)
    out.backward()
    slopes = [v.grad for v in flat]
    gradcheck(lambda: loss(values), flat).raise_if_wrong()
    for v in flat:
        v.clear_grad()

    def compiled(y):
        return nn.softmax_cross_entropy(values, y, smoothing=smoothing, class_weights=shares, weights=rows)

    value, gradient = compile(compiled, flat).value_and_gradient(targets)
    assert value == pytest.approx(truth, rel=1e-14)
    assert list(gradient) == pytest.approx(slopes, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("loss", "predictions", "targets"),
    [
        (nn.mean_squared_error, P, Y),
        (nn.mean_absolute_error, P, Y),
        (nn.huber, P, Y),
        (nn.poisson, P, [0, 2, 5, 1]),
        (nn.binary_cross_entropy_with_logits, P, [1, 0, 1, 1]),
        (nn.binary_cross_entropy, [0.2, 0.9, 0.5, 0.1], [1, 0, 1, 1]),
        (nn.hinge, P, [1, -1, 1, 1]),
        (nn.mean_squared_error, MIXED, Z),
    ],
)
def test_a_weight_of_2_is_a_row_twice_and_one_of_0_a_row_less(loss, predictions, targets):
    weighted = loss(predictions, targets, weights=[1, 2, 0, 1]).data
    again = loss([predictions[i] for i in (0, 1, 1, 3)], [targets[i] for i in (0, 1, 1, 3)]).data
    assert weighted == pytest.approx(again, rel=1e-14)
    assert loss(predictions, targets, weights=[0, 0, 0, 0]).data == 0.0


def test_weights_that_are_none_are_refused():
    with pytest.raises(ValueError, match="takes a weight for each row, and here are 4 rows and 2 weights"):
        nn.huber(P, Y, weights=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"weights of 0 or more, and that of row 1 is -1"):
        nn.huber(P, Y, weights=[1.0, -1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="a weight of 0 or more for each of 3 classes"):
        nn.softmax_cross_entropy(Z, CLASSES, class_weights=[1.0, 2.0])


def test_accuracy_counts_the_rows_whose_class_is_predicted():
    assert nn.accuracy(Z, CLASSES) == 0.5
    assert nn.accuracy(Z, MIXED) == 0.75
    assert nn.accuracy([0.7, 0.2, -3.0, math.nan], [1, 1, -1, 1]) == 0.75
    assert nn.accuracy([0.7, 0.2], [1, 1], threshold=0.5) == 0.5
    assert nn.accuracy([[0.7], [-0.2]], [[1], [0]]) == 1.0


@pytest.mark.parametrize("call", [nn.accuracy, nn.mean_squared_error, nn.hinge])
def test_what_is_no_sequence_is_called_what_it_was_given_as(call):
    name = call.__name__
    with pytest.raises(TypeError, match=f"^{name}: targets must be a sequence of rows, not a set"):
        call([1.0], {0})
    with pytest.raises(TypeError, match=f"^{name}: predictions must be a sequence of rows, not a dict"):
        call({0: 1.0}, [0])
    with pytest.raises(TypeError, match="a real number is needed here, not str"):
        call([1.0], ["a"])
