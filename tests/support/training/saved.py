"""Trainings that tests of saving begin, save and go on with."""

from nn import (
    BatchNorm,
    Dropout,
    Layer,
    Sequential,
    fit,
    mean_squared_error,
)
from nn.datasets import sine

X, Y = sine(11, noise=0.1)


def network(seed=1):
    model = Sequential(
        Layer(1, 6, "tanh", seed=seed), BatchNorm(6), Dropout(0.2, seed=3), Layer(6, 1, None, seed=seed + 1)
    )
    model.name_nodes()
    return model


def loss(predictions, targets):
    return mean_squared_error(predictions, targets)


def train(model, optimizer, history, epochs, **settings):
    settings = {"loss": loss, "batch_size": 4, "backend": "recorded", **settings}
    return fit(model, X, Y, optimizer=optimizer, history=history, epochs=epochs, **settings)
