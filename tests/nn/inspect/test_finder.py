"""The learning-rate finder: a suggestion that trains, and nothing changed."""

import math
import random

import pytest

from nn import (
    MLP,
    SGD,
    Adam,
    BatchNorm,
    Dropout,
    Layer,
    Sequential,
    binary_cross_entropy_with_logits,
    find_learning_rate,
    fit,
    mean_squared_error,
)
from nn.datasets import moons

ROWS, KINDS = moons(40, seed=1)


def everything(model, optimizer):
    return repr(
        (
            [(p.data, p.has_grad, p.grad) for p in model.parameters()],
            model.named_buffers(),
            [module.training for _, module in model.named_modules()],
            (optimizer.state, optimizer.step_count, optimizer.learning_rate),
            random.getstate(),
        )
    )


def test_everything_is_as_it_was_to_the_bit():
    model = Sequential(Layer(2, 6, "relu", seed=1), BatchNorm(6), Dropout(0.3, seed=2), Layer(6, 1, None, seed=3))
    model.name_nodes()

    def loss(predictions, targets):
        random.random()
        return binary_cross_entropy_with_logits(predictions, targets)

    optimizer = Adam(model.parameters())
    fit(model, ROWS, KINDS, loss=loss, optimizer=optimizer, epochs=2, backend="recorded")
    before = everything(model, optimizer)
    sweep = find_learning_rate(
        model, ROWS, KINDS, loss=loss, optimizer=optimizer, batch_size=16, backend="recorded", steps=40
    )
    assert everything(model, optimizer) == before
    assert len(sweep.losses) == 40

    def fails(predictions, targets):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_learning_rate(model, ROWS, KINDS, loss=fails, optimizer=optimizer)
    assert everything(model, optimizer) == before


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_the_suggestion_trains_and_a_thirtieth_is_slower(kind):
    def model():
        return MLP(2, [8, 1], "tanh", seed=3)

    network = model()
    optimizer = kind(network.parameters())
    sweep = find_learning_rate(
        network, ROWS, KINDS, loss=mean_squared_error, optimizer=optimizer, backend="recorded", end=10.0
    )
    assert sweep.rises
    assert sweep.rates[0] == 1e-7
    assert sweep.rates[-1] == pytest.approx(10.0)
    ratios = [b / a for a, b in zip(sweep.rates, sweep.rates[1:], strict=False)]
    assert min(ratios) == pytest.approx(max(ratios))

    def ends_at(rate):
        network = model()
        optimizer = kind(network.parameters(), learning_rate=rate)
        return fit(
            network, ROWS, KINDS, loss=mean_squared_error, optimizer=optimizer, epochs=30, backend="recorded"
        ).losses[-1]

    good = ends_at(sweep.suggestion)
    assert good < 0.5 * sweep.losses[0]
    assert good < ends_at(sweep.suggestion / 30)


def test_the_losses_are_those_of_the_steps():
    network = MLP(2, [3, 1], "tanh", seed=3)
    sweep = find_learning_rate(
        network, ROWS, KINDS, loss=mean_squared_error, optimizer=SGD(network.parameters()), steps=7, start=0.01,
        backend="recorded",
    )  # fmt: skip
    by_hand = SGD(network.parameters())
    for rate, seen in zip(sweep.rates, sweep.losses, strict=True):
        by_hand.zero_grad()
        loss = mean_squared_error([network(row) for row in ROWS], KINDS)
        loss.backward()
        by_hand.step(rate)
        assert seen == pytest.approx(loss.data, rel=1e-12)


def test_bad_sweeps_are_refused():
    network = MLP(2, [1], seed=1)
    optimizer = SGD(network.parameters())
    with pytest.raises(ValueError, match=r"start=0\.1 to end=0\.1"):
        find_learning_rate(network, ROWS, KINDS, loss=mean_squared_error, optimizer=optimizer, start=0.1, end=0.1)
    with pytest.raises(ValueError, match="steps must be 3 or more"):
        find_learning_rate(network, ROWS, KINDS, loss=mean_squared_error, optimizer=optimizer, steps=2)
    network.parameters()[0].data = math.inf
    with pytest.raises(ValueError, match="not finite from the start"):
        find_learning_rate(network, ROWS, KINDS, loss=mean_squared_error, optimizer=optimizer)
