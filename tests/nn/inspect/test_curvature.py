"""Sharpness is the largest eigenvalue of the Hessian, and the limit of the rate is two over it."""

import numpy as np
import pytest

import autograd
from autograd import Value
from nn import (
    MLP,
    SGD,
    Module,
    binary_cross_entropy_with_logits,
    mean_squared_error,
    sharpness,
)
from nn.datasets import moons
from tests.support.training.diagnosed import look, the_value, train


class Bowl(Module):
    """w₁², 5 w₂²: the Hessian is 2 and 10, so that descent is stable below a rate of 0.2."""

    def __init__(self):
        self.w = [Value(1.0, name="w1"), Value(0.1, name="w2")]

    def __call__(self, row):
        return self.w[0] * self.w[0] + 5.0 * self.w[1] * self.w[1]


def test_the_limit_of_the_rate_is_two_over_the_sharpness():
    model = Bowl()
    assert sharpness(model, [[0.0]], [0.0], loss=the_value) == pytest.approx(10.0, rel=1e-3)
    for rate, alarm in [(0.19, False), (0.21, True)]:
        optimizer = SGD(model.parameters(), learning_rate=rate)
        found = look(model, [[0.0]], [0.0], loss=the_value, optimizer=optimizer)
        assert (found.alarms == ["learning rate too high"]) is alarm
        assert "allows up to 0.2" in found["learning rate too high"].seen


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_sharpness_is_the_largest_eigenvalue_of_the_whole_hessian(activation):
    rows, targets = moons(12, seed=1)
    model = MLP(2, [3, 1], activation, seed=1)

    def loss_at(theta):
        given, other = iter(theta), MLP(2, [3, 1], activation, seed=1)
        for layer in other.layers:
            for neuron in layer.neurons:
                neuron.weights, neuron.bias = [next(given) for _ in neuron.weights], next(given)
        return binary_cross_entropy_with_logits(other.batch(rows), targets)

    whole = autograd.hessian(loss_at)([p.data for p in model.parameters()])
    truth = np.linalg.eigvalsh(np.array(whole))[-1]
    found = sharpness(model, rows, targets, loss=binary_cross_entropy_with_logits, tolerance=1e-11, limit=5000)
    assert found == pytest.approx(truth, rel=1e-8)
    assert sharpness(model, rows, targets, loss=binary_cross_entropy_with_logits) == pytest.approx(truth, rel=1e-3)


def test_descent_on_a_line_is_stable_just_below_two_over_the_sharpness_and_not_just_above():
    rows, targets = [[-1.0], [0.5], [2.0], [3.0]], [1.0, 0.0, 2.0, -1.0]
    design = np.array([[x, 1.0] for (x,) in rows])
    least = np.linalg.lstsq(design, np.array(targets), rcond=None)[1][0] / 4

    def excess(factor):
        model = MLP(1, [1], seed=3)
        steepest = sharpness(model, rows, targets, loss=mean_squared_error, tolerance=1e-13, limit=10_000)
        assert steepest == pytest.approx(np.linalg.eigvalsh(2.0 * design.T @ design / 4)[-1], rel=1e-12)
        trained = train(model, rows, targets, 500, factor * 2.0 / steepest)["history"].losses
        return (trained[-1] - least) / (trained[0] - least)

    # the steepest direction is multiplied by 1 − 2 · factor at each of the 499 steps between the two losses
    assert excess(0.997) < 0.1
    assert excess(1.003) > 3.0


def test_sharpness_is_the_largest_eigenvalue_even_below_zero():
    class Saddle(Bowl):
        def __call__(self, row):
            return -4.0 * self.w[0] * self.w[0] + self.w[1] * self.w[1]

    assert sharpness(Saddle(), [[0.0]], [0.0], loss=the_value) == pytest.approx(2.0, rel=1e-2)
