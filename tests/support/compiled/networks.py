"""Networks with numbers of their own, and that a compiled program equals its recorded run."""

import numpy as np
import pytest

import autograd as ag
import nn
from tests.support.programs import PROGRAMS


def assert_equals_recorded(name, backend):
    function, parameters, arguments = PROGRAMS[name]()
    value, gradient = ag.compile(function, parameters, backend).value_and_gradient(*arguments)
    for p in parameters:
        p.clear_grad()
    recorded = function(*arguments)
    recorded.backward()
    truth = np.array([p.grad for p in parameters])
    assert value == pytest.approx(recorded.data, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, truth, rtol=0, atol=1e-12 * np.abs(truth).max())


def network(sizes, activation="tanh"):
    model = nn.MLP(sizes[0], list(sizes[1:]), activation=activation)
    numbers = np.random.default_rng(3)
    for p in model.parameters():
        p.data = float(numbers.normal()) * 0.4
    rows = numbers.normal(size=(7, sizes[0]))
    return model, rows, numbers.integers(0, max(sizes[-1], 2), 7)


def losses(model, last):
    if last == 1:
        return lambda x, y: nn.binary_cross_entropy_with_logits([model(row) for row in x], y)
    return lambda x, y: nn.softmax_cross_entropy([model(row) for row in x], y)
