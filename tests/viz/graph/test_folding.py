"""Large graphs are folded by layer, and opened on demand."""

import itertools
import math

import pytest

import nn
from autograd import Value, dot, topological_order, total
from autograd.explain.number_format import show_number
from tests.support.web import OVERFLOWS, SVG, browser, groups, moons, parsed, texts  # noqa: F401  # a fixture
from viz import draw
from viz.graph import folding, nodes
from viz.graph.drawing import _counted


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


# -------------------------------------------------------------------------------------- its limits
def chain(count, of=lambda x: x.tanh()):
    """The spots of so many nodes one after another."""
    x = Value(0.5, "x")
    order = [x]
    while len(order) < count:
        order.append(of(order[-1]))
    return nodes.drawn_nodes(order, [f"v{k}" for k in range(count)], [order[-1]])


def kinds(drawn):
    return [box.kind for box in drawn.boxes]


def test_what_a_person_takes_in_is_drawn_whole_and_of_more_what_can_be_read():
    assert kinds(folding.fold(chain(folding.NODES))) == ["node"] * folding.NODES
    assert kinds(folding.fold(chain(folding.READABLE))) == ["node"] * folding.READABLE
    beyond = folding.fold(chain(folding.READABLE + 1))
    assert kinds(beyond) == ["node"] * (folding.READABLE + 1), "few enough for the engine"
    far = folding.fold(chain(folding.LARGEST + 1))
    assert kinds(far) == ["more", *["node"] * folding.READABLE]
    assert len(far.boxes[0].spots) == folding.LARGEST + 1 - folding.READABLE
    assert far.boxes[-1].spots[0].is_root
    assert (far.lines[0].tail, far.lines[0].head) == ("more", far.boxes[1].key)
    assert len(far.lines) == folding.READABLE
    assert kinds(folding.fold(chain(folding.LARGEST), folded=False)) == ["node"] * folding.LARGEST
    assert "more" in kinds(folding.fold(chain(folding.LARGEST + 1), folded=False))


def test_nameless_nodes_that_play_the_same_part_are_stacked_from_four_on():
    for alike, stacked in ((3, False), (4, True)):
        x = Value(0.5, "x")
        root = total([x.tanh() * 2.0 for _ in range(alike)])
        order = list(topological_order(root))
        spots = nodes.drawn_nodes(order, [node.name or "v" for node in order], [root])
        found = folding.fold(spots, folded=True)
        assert ("stack" in kinds(found)) == stacked
        if stacked:
            stacks = [box for box in found.boxes if box.kind == "stack"]
            assert {len(box.spots) for box in stacks} == {alike}
            assert {len(line.locals) for line in found.lines} == {alike}
            assert not any(line.single for line in found.lines)
    for alike, stacked in ((11, False), (12, True)):
        root = total([Value(0.5, f"x{k}") for k in range(alike)])
        order = list(topological_order(root))
        spots = nodes.drawn_nodes(order, [node.name or "v" for node in order], [root])
        assert ("stack" in kinds(folding.fold(spots, folded=True))) == stacked, "those with names from twelve on"


def test_ranks_that_lines_span_are_counted():
    def reach(*ends):
        return folding._reach(folding.Folded([], [folding.Line(tail, head) for tail, head in ends]))

    assert reach(("a", "b"), ("b", "c")) == 2
    assert reach(("a", "b"), ("b", "c"), ("a", "c")) == 4
    assert reach(("a", "b"), ("b", "c"), ("w", "c")) == 3, "a leaf stands beside the first that uses it"
    assert reach() == 0


def test_ways_are_counted_in_full_up_to_a_quadrillion():
    assert _counted(10**15) == "1,000,000,000,000,000"
    assert _counted(10**15 + 1) == "1.0e15"
    assert _counted(64) == "64"


@pytest.mark.parametrize(("sizes", "kind"), [([6, 4, 1], "neuron"), ([12, 12, 1], "layer")])
def test_neurons_are_drawn_where_both_they_and_their_lines_can_be_read(sizes, kind):
    model = nn.MLP(4, sizes, seed=0)
    picture = draw(model([0.5, 1.0, 1.5, 2.0]))
    assert {found for found in ("neuron", "layer") if groups(picture, found)} == {kind}


def test_two_rows_are_a_batch():
    _, loss = moons(2)
    told = [text for group in groups(draw(loss, folded=True), "layer").values() for text in texts(group)]
    assert any(text.startswith("over 2 rows ") for text in told)
    assert "1 other row" in " ".join(texts(parsed(draw(loss, folded=True))))


def test_no_line_leads_from_a_box_to_itself_or_into_the_other_rows():
    _, loss = moons(3)
    order = list(topological_order(loss))
    spots = nodes.drawn_nodes(order, [node.name or "v" for node in order], [loss])
    found = folding.fold(spots, folded=True)
    (others,) = [box.key for box in found.boxes if box.kind == "rows"]
    assert all(line.tail != line.head != others for line in found.lines)
    assert any(line.tail == others for line in found.lines)
