"""The limits of a sweep of rates, and of the norms and curvatures that a diagnosis reads."""

import math

import pytest

import nn
from nn.inspect.curvature import _dominant
from nn.inspect.layer_statistics import _weight_norm
from nn.inspect.rate_finder import RateSweep, _judge, _plan, _smoothed

NAN = math.nan


# ------------------------------------------------------------------------------------------ the finder
def test_a_smoothed_loss_is_a_mean_that_forgets():
    assert _smoothed([2.0]) == [pytest.approx(2.0)]
    assert _smoothed([2.0, 4.0])[1] == pytest.approx((0.6 * 0.4 * 2.0 + 0.4 * 4.0) / (0.6 * 0.4 + 0.4))
    assert _smoothed([3.0] * 4) == pytest.approx([3.0] * 4)


@pytest.mark.parametrize(
    ("losses", "suggestion", "rises"),
    [
        ([4.0, 3.0, 2.0, 1.0], 0.01, False),
        ([1.0, 2.0, 3.0, 4.0], NAN, True),
        ([4.0, 1.0, 8.0, 8.0], 1e-4, True),
        ([4.0, 3.0, 2.0], 1e-3, True),  # it broke off
        ([1.0, 1.0, 1.0, 1.0], NAN, False),
    ],
)
def test_what_a_sweep_suggests(losses, suggestion, rises):
    found = _judge([1e-3, 1e-2, 0.1, 1.0], losses)
    assert (found.suggestion, found.rises) == (pytest.approx(suggestion, nan_ok=True), rises)


@pytest.mark.parametrize(
    ("losses", "suggestion", "rises"),
    [
        ([3.0, 1.0, 1.2, 1.2], 1e-4, False),  # by a tenth of the fall
        ([3.0, 1.0, 1.21, 1.0], 1e-4, True),
        ([0.3, 0.2, 0.1, 0.119], 1e-3, False),
        ([0.3, 0.2, 0.1, 0.121], 1e-3, True),
        ([9.0, 4.0, 1.0, 1.7], 1e-3, False),  # what came before the lowest is no rise
        ([2.0, 2.0, 2.2, 2.2], NAN, False),  # where none fell, by a tenth of the first
        ([2.0, 2.0, 2.21, 2.0], NAN, True),
        ([-3.0, -5.0, -4.81, -5.0], 1e-4, False),
        ([-3.0, -5.0, -4.79, -5.0], 1e-4, True),
        ([-2.0, -2.0, -1.81, -2.0], NAN, False),
        ([-2.0, -2.0, -1.79, -2.0], NAN, True),
        ([0.0, 0.0, 0.0, 0.0], NAN, False),
    ],
)
@pytest.mark.parametrize("scale", [2.0**-9, 1.0, 2.0**9])
def test_a_rise_is_one_by_a_tenth_of_the_fall(monkeypatch, losses, suggestion, rises, scale):
    monkeypatch.setattr("nn.inspect.rate_finder._smoothed", lambda losses: losses)
    found = _judge([1e-3, 1e-2, 0.1, 1.0], [scale * x for x in losses])
    assert (found.suggestion, found.rises) == (pytest.approx(suggestion, nan_ok=True), rises)


def test_a_sweep_reads_as_a_sentence():
    one = RateSweep([1e-3, 1.0], [2.0, 1.0], 0.05, True)
    assert repr(one) == "<RateSweep over 2 steps from 0.001 to 1: suggestion 0.05, the loss rises after it>"
    assert "the loss never rose, so larger rates may do too" in repr(RateSweep([1e-3, 1.0], [2.0, 1.0], 0.05, False))


def test_a_sweep_takes_batches_in_an_order_of_their_own():
    rates = [0.1, 0.2, 0.3, 0.4]
    whole = _plan(rates, 3, 3, 0)
    assert [(list(step.rows), step.rate) for step in whole] == [([0, 1, 2], rate) for rate in rates]
    plan = _plan(rates, 3, 2, None)
    assert [list(step.rows) for step in plan] == [[0, 1], [2], [0, 1], [2]]
    shuffled = _plan(rates, 3, 2, 0)
    assert sorted([*shuffled[0].rows, *shuffled[1].rows]) == [0, 1, 2]


def test_a_sweep_ends_where_the_loss_leaves_all_bounds():
    def swept(factor):
        w = nn.Neuron(1, None, seed=0)
        w.weights[0].data, w.bias.data = 1.0, 0.0
        count = [0]

        def loss(predictions, targets):
            count[0] += 1
            return predictions[0] * 0.0 + (1.0 if count[0] < 4 else factor)

        optimizer = nn.SGD(w.parameters(), learning_rate=0.5)
        found = nn.find_learning_rate(w, [[1.0]], [0.0], loss=loss, optimizer=optimizer, steps=5, backend="recorded")
        assert (w.weights[0].data, optimizer.learning_rate, optimizer.step_count) == (1.0, 0.5, 0)
        return found

    assert len(swept(2e6).losses) == 5
    assert len(swept(2.1e6).losses) == 2
    rates = swept(1.0).rates
    assert (rates[0], rates[-1], len(rates)) == (1e-7, 1.0, 5)
    assert rates[1] / rates[0] == pytest.approx(10**1.75)


# --------------------------------------------------------------------------------------------- norms
def test_the_norm_of_a_layer_is_how_far_it_stretches_a_vector():
    wide = nn.Layer(2, 2, seed=0)
    for neuron, row in zip(wide.neurons, ([3.0, 0.0], [0.0, -4.0]), strict=True):
        for w, x in zip(neuron.weights, row, strict=True):
            w.data = x
    assert _weight_norm(wide) == pytest.approx(4.0, rel=1e-5)
    assert _weight_norm(wide.neurons[0]) == pytest.approx(3.0)
    assert math.isnan(_weight_norm(None))
    for neuron in wide.neurons:
        for w in neuron.weights:
            w.data = 0.0
    assert _weight_norm(wide) == 0.0


def test_the_dominant_curvature_has_its_sign():
    def product(v):
        return [3.0 * v[0], -5.0 * v[1]]

    assert _dominant(product, 2, 1e-10, 500, 0) == pytest.approx(-5.0, rel=1e-6)
    assert _dominant(lambda v: [0.0, 0.0], 2, 1e-10, 500, 0) == 0.0
    calls = []
    _dominant(lambda v: calls.append(v) or [2.0 * v[0], 1.9 * v[1]], 2, 0.0, 7, 0)
    assert len(calls) == 7
