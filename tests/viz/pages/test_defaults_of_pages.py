"""What pages begin with when nothing is said, and the level between two classes."""

import re
from itertools import pairwise

import pytest

import nn
import viz

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


LEVEL = 'MODULES["live/model.js"].MODEL.level'


def network():
    return nn.MLP(2, [3, 1], seed=0)


def filmed(loss, targets, **given):
    model = network()
    recorder = viz.Recorder(model, X, targets, loss=loss, **given)
    nn.fit(model, X, targets, loss=loss, optimizer=nn.SGD(model.parameters(), 0.1), epochs=2, callbacks=[recorder])
    return viz.film(recorder)


@pytest.mark.parametrize(
    ("loss", "targets", "level"),
    [
        (nn.mean_squared_error, Y, 0.5),
        (nn.mean_squared_error, [2.0, 3.0, 3.0, 2.0], 2.5),
        (nn.mean_squared_error, [-1.0, 1.0, 1.0, -1.0], 0.0),
        (nn.binary_cross_entropy_with_logits, Y, 0.0),
        (nn.hinge, [-1.0, 1.0, 1.0, -1.0], 0.0),
    ],
)
def test_the_level_lies_between_the_classes_or_is_0_for_scores(show, loss, targets, level):
    assert show(filmed(loss, targets)).evaluate(LEVEL) == level
    assert show(viz.playground(network(), X, targets, loss=loss)).evaluate(LEVEL) == level
    assert show(filmed(loss, targets, level=0.75)).evaluate(LEVEL) == 0.75
    assert show(viz.playground(network(), X, targets, loss=loss, level=0.75)).evaluate(LEVEL) == 0.75


def test_a_playground_begins_with_plain_descent_at_a_tenth():
    page = viz.playground(network(), X, Y)
    assert re.search(r'"SGD","rate":0\.1\b', page.html)
    model = network()
    other = viz.playground(model, X, Y, optimizer=nn.Adam(model.parameters(), 0.02))
    assert re.search(r'"Adam","rate":0\.02\b', other.html)


def test_a_recorder_keeps_the_beginning_the_latest_and_moments_evenly_between():
    model = network()
    recorder = viz.Recorder(model, X, Y, loss=nn.mean_squared_error, most=4)
    nn.fit(model, X, Y, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters(), 0.1), epochs=23,
           callbacks=[recorder])  # fmt: skip
    epochs = [epoch for epoch, _ in recorder.frames]
    assert epochs[0] == 0
    assert len({b - a for a, b in pairwise(epochs)}) == 1, epochs
    assert len(epochs) <= 5
    with pytest.raises(ValueError, match="at least 2"):
        viz.Recorder(model, X, Y, most=1)
