"""What pages begin with when nothing is said, and the level between two classes."""

import re
from itertools import pairwise

import pytest

import nn
import viz

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def level_of(page):
    return float(re.search(r'"level":([-\d.e]+)', page.html)[1])


def network():
    return nn.MLP(2, [3, 1], seed=0)


def filmed(loss, targets, **given):
    model = network()
    recorder = viz.Recorder(model, X, targets, loss=loss, **given)
    nn.fit(model, X, targets, loss=loss, optimizer=nn.SGD(model.parameters(), 0.1), epochs=2, callbacks=[recorder])
    return viz.film(recorder)


@pytest.mark.parametrize("level", [0.75, -2.0])
def test_a_level_that_is_given_is_the_pages(level):
    assert level_of(filmed(nn.mean_squared_error, Y, level=level)) == level
    assert level_of(viz.playground(network(), X, Y, level=level)) == level
    assert 'level":null' in filmed(nn.mean_squared_error, Y).html, "else the page finds it between the classes"


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
