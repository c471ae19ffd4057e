"""The networks that tests of `fit` train, and the backends that they train on."""

from importlib.util import find_spec

import pytest

import autograd
from autograd import Value
from nn import (
    MLP,
    Adam,
    BatchNorm,
    Dropout,
    Layer,
    Module,
    Sequential,
    fit,
    mean_squared_error,
)
from nn.datasets import sine

X, Y = sine(23, noise=0.1)


MACHINE_CODE = pytest.param("native", marks=pytest.mark.skipif(find_spec("llvmlite") is None, reason="no llvmlite"))


BACKENDS = pytest.mark.parametrize("backend", ["recorded", "numpy", MACHINE_CODE])


def network(seed=1):
    return MLP(1, [5, 1], "tanh", seed=seed)


def with_buffers(seed=1):
    model = Sequential(
        Layer(1, 6, "tanh", seed=seed), BatchNorm(6), Dropout(0.2, seed=seed), Layer(6, 1, None, seed=seed + 1)
    )
    model.name_nodes()
    return model


def first_of_row_loss(predictions, targets):
    return mean_squared_error(predictions, targets)


def state_of(model, optimizer):
    return repr(([p.data for p in model.parameters()], optimizer.state, optimizer.step_count, model.named_buffers()))


def trained(make=network, *, history=None, model=None, optimizer=None, kind=Adam, **settings):
    model = model if model is not None else make()
    optimizer = optimizer if optimizer is not None else kind(model.parameters(), learning_rate=0.02)
    settings = {"loss": first_of_row_loss, "epochs": 6, "batch_size": 5, "backend": "recorded", **settings}
    return model, optimizer, fit(model, X, Y, optimizer=optimizer, history=history, **settings)


class LogOfWeight(Module):
    """log(w · x): nan as soon as the weight falls below 0."""

    def __init__(self, start):
        self.w = Value(start, name="w")

    def __call__(self, row):
        return autograd.log(self.w * row[0])


def mean_of(predictions, targets):
    return autograd.mean(predictions)
