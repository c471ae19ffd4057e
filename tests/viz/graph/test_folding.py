"""Large graphs are folded by layer, and opened on demand."""

import itertools
import math

import pytest

import nn
from autograd import Value, dot, total
from autograd.explain.numbers import show_number
from tests.support.web import OVERFLOWS, SVG, browser, groups, moons, parsed, texts  # noqa: F401  # a fixture
from viz import draw
from viz.graph import folding


# -------------------------------------------------------------------------------------- folding
def test_a_large_network_over_a_batch_is_folded_by_layer_and_opened_on_demand():
    _, loss = moons(20)
    assert len(groups(draw(loss), "layer")) == 3
    assert "19 other rows" in " ".join(texts(parsed(draw(loss))))
    opened = draw(loss, open=["layers.1"])
    assert len(groups(opened, "layer")) == 2
    assert len(groups(opened, "neuron")) == 16
    one = draw(loss, open=["layers.1.neurons.3"])
    assert one.svg == draw(loss, open=["layer 2, neuron 4"]).svg
    names = {texts(g)[0] for g in groups(one, "leaf").values()}
    assert len(names) == 17  # sixteen weights and a bias
    with pytest.raises(ValueError, match=r"layers\.7.*'layer 1', 'layer 2', 'layer 3'"):
        draw(loss, open=["layers.7"])


def test_a_batch_draws_the_example_asked_for_with_the_spread_of_the_others():
    model, loss = moons(20)
    outputs = [model([math.sin(3.0 * i), math.cos(5.0 * i)]).data for i in range(20)]
    for example in (0, 7, -1):
        boxes = map(texts, groups(draw(loss, example=example), "layer").values())
        (box,) = [box for box in boxes if box[0] == "layer 3"]
        assert f"► {show_number(outputs[example])}" in box
        assert any(f"{show_number(min(outputs))} … {show_number(max(outputs))}" in t for t in box)
    with pytest.raises(ValueError, match="20 examples"):
        draw(loss, example=20)


def test_steps_of_a_recurrent_cell_are_not_taken_for_a_batch():
    h = Value(0.0)
    weight = Value(0.5, "cells.0.weight")
    for _ in range(30):
        h = (h * weight).tanh()
        h.name = "cells.0.h"
    assert "other rows" not in draw(h).svg


def test_whatever_a_layer_is_made_of_folds_into_it():
    model = nn.Sequential(nn.Layer(4, 5, activation=None, seed=1), nn.BatchNorm(5), nn.Layer(5, 2, seed=2))
    outputs = model.batch([[math.sin(i * k + 1.0) for k in range(4)] for i in range(6)])
    loss = total([x * x for row in outputs for x in row])
    loss.backward()
    titles = sorted(texts(g)[0] for g in groups(draw(loss), "layer").values())
    assert titles == ["layer 1", "layer 2", "layer 3"]


def test_a_graph_of_any_size_is_drawn_without_handing_it_all_to_a_layout_engine():
    x = Value(0.5, "x")
    chain = x
    for _ in range(3_000):
        chain = chain * 1.001 + x
    picture = draw(chain)
    assert len(groups(picture, "node")) < 150
    assert "more nodes" in " ".join(texts(parsed(picture)))
    wide = total([Value(float(i)) * Value(2.0) for i in range(2_000)])
    stacks = groups(draw(wide), "stack")
    assert any("2000 alike" in " ".join(texts(g)) for g in stacks.values())


def test_boxes_are_put_together_once_where_no_layer_could_be_opened(monkeypatch):
    made, whole = [], folding._assembled
    monkeypatch.setattr(folding, "_assembled", lambda *them: made.append(them) or whole(*them))
    chain = x = Value(0.5, "x")
    for _ in range(1_000):
        chain = chain * 1.001 + x
    draw(chain)
    assert len(made) == 1


def test_a_dense_graph_of_few_nodes_is_not_handed_over_whole_either():
    column = [Value(1.0, f"x{i}") for i in range(60)]
    for _ in range(3):
        column = [dot(column, column) for _ in range(60)]
    picture = draw(total(column), folded=False)
    assert len(groups(picture, "edge")) < 2 * 1_300


def test_named_inputs_keep_their_names():
    inputs = [Value(1.0, f"x{i}") for i in range(6)]
    chain = total(inputs)
    for _ in range(30):
        chain = chain * 1.0
    assert sum(texts(g)[0].startswith("x") for g in groups(draw(chain), "leaf").values()) == 6


def test_every_boundary_size_keeps_all_edges_when_nothing_is_folded():
    for size in (5, 23, 60, 120):
        values = list(itertools.accumulate([Value(1.0, f"v{i}") for i in range(size)], lambda a, b: a * b))
        assert len(groups(draw(values[-1], folded=False), "pill")) == 2 * (size - 1)
