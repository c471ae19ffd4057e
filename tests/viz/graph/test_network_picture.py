import re
import xml.etree.ElementTree as ET

import pytest

import nn
import viz
from autograd import Value
from autograd.explain.number_format import show_number
from viz import draw_network
from viz.support import palette

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def groups(picture, kind):
    root = ET.fromstring(picture.svg)
    return {g.get("id"): g for g in root.iter(f"{SVG}g") if kind in g.get("class", "").split()}


def texts(element):
    return ["".join(t.itertext()).strip() for t in element.iter(f"{SVG}text")]


def trained(sizes, seed=1):
    model = nn.MLP(2, sizes, activation="tanh", seed=seed)
    nn.binary_cross_entropy_with_logits([model(row) for row in ROWS], [0, 1, 1, 0]).backward()
    return model


def test_every_unit_and_weight_of_a_small_network_is_drawn_with_its_numbers():
    model = trained([4, 1])
    picture = draw_network(model)
    assert len(groups(picture, "unit")) == 2 + 4 + 1
    weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.weights]
    numbers = [tuple(texts(g)) for g in groups(picture, "number").values()]
    signed = [("+" if w.data >= 0.0 else "") + show_number(w.data) for w in weights]
    assert sorted(numbers) == sorted((s, f"◄ {show_number(w.grad)}") for s, w in zip(signed, weights, strict=True))
    edges = [g.find(f".//{SVG}path") for g in groups(picture, "weight").values()]
    assert len(edges) == len(weights)
    dashed = [e.get("stroke-dasharray") is not None for e in edges]
    assert dashed == [e.get("stroke") == palette.NEGATIVE for e in edges]
    assert sum(dashed) == sum(w.data < 0.0 for w in weights)
    widths = [float(e.get("stroke-width", "1")) for e in edges]
    sizes = [abs(w.data) for w in weights]
    assert len(set(widths)) > 6
    assert max(widths) == widths[sizes.index(max(sizes))]


def test_before_a_pass_gradients_are_a_dash():
    everything = " ".join(texts(ET.fromstring(draw_network(nn.MLP(2, [2, 1], seed=1)).svg)))
    assert everything.count("◄ —") == 6 + 3  # six weights, three biases


def test_a_row_shows_activations_and_a_batch_their_range():
    model = trained([2, 1])
    outputs = [model(row).data for row in ROWS]
    (output,) = [texts(g) for key, g in groups(draw_network(model, ROWS, example=2), "unit").items() if key == "l1u0"]
    assert output[:2] == ["y₁", f"► {show_number(outputs[2])}"]
    picture = draw_network(model, ROWS, example=2).svg.replace("&#45;", "-")
    assert f"over 4 rows {min(outputs)!r} … {max(outputs)!r}" in picture
    (one,) = [texts(g) for key, g in groups(draw_network(model, [1.0, 0.0]), "unit").items() if key == "l1u0"]
    assert one == output
    with pytest.raises(ValueError, match="4 rows"):
        draw_network(model, ROWS, example=9)
    with pytest.raises(ValueError, match="2 inputs, not 3"):
        draw_network(model, [1.0, 2.0, 3.0])


def test_many_weights_are_squares_in_the_row_of_their_unit():
    model = trained([9, 8, 1])
    squares = {
        key: g for key, g in groups(draw_network(model), "weight").items() if g.find(f".//{SVG}polygon") is not None
    }
    polygons = [g.find(f".//{SVG}polygon") for g in squares.values()]
    weights = [w.data for neuron in model.layers[1].neurons for w in neuron.weights]
    assert len(polygons) == len(weights) == 72
    assert [p.get("fill") == palette.CARD for p in polygons] == [w < 0.0 for w in weights]
    corners = [[tuple(map(float, pair.split(","))) for pair in p.get("points").split()] for p in polygons]
    sides = [max(x for x, _ in c) - min(x for x, _ in c) for c in corners]
    largest = max(abs(w.data) for layer in model.layers for neuron in layer.neurons for w in neuron.weights)
    for side, w in zip(sides, weights, strict=True):
        assert side == pytest.approx(max(2.0, 13.0 * (abs(w) / largest) ** 0.5), abs=0.05)


def test_wide_layers_show_some_units_and_count_the_others():
    picture = draw_network(nn.MLP(10, [64, 3], seed=1))
    everything = " ".join(texts(ET.fromstring(picture.svg)))
    assert "56 more" in everything
    assert len(groups(picture, "weight")) == 10 * 8 + 8 * 3
    assert not groups(picture, "number")


def test_a_lone_neuron_and_layer_are_networks_and_other_things_are_refused():
    assert len(groups(draw_network(nn.Neuron(3, seed=1), [1.0, 2.0, 3.0]), "unit")) == 4
    assert len(groups(draw_network(nn.Layer(3, 2, seed=1), [1.0, 2.0, 3.0]), "unit")) == 5
    with pytest.raises(TypeError, match="Value"):
        draw_network(Value(1.0))
    with pytest.raises(TypeError, match="Module has none; viz"):
        draw_network(nn.Module())


def test_a_network_of_one_input_says_which_row_it_shows():
    model = nn.MLP(1, [1], seed=0)
    assert "► activation for row 2 of 2<" in viz.draw_network(model, [[1.0], [2.0]], example=-1).svg


def test_a_weight_that_is_nan_is_drawn_in_alarm():
    model = nn.MLP(2, [2, 1], seed=1)
    next(iter(model.layers[0].neurons[0].weights)).data = float("nan")
    picture = draw_network(model)
    assert re.search("nan", picture.svg)
    strokes = [g.find(f".//{SVG}path").get("stroke") for g in groups(picture, "weight").values()]
    assert strokes.count(palette.ALARM) == 1


def test_two_runs_give_the_same_bytes():
    assert draw_network(trained([4, 1]), ROWS).svg == draw_network(trained([4, 1]), ROWS).svg


def test_a_layer_has_one_name_wherever_people_look():
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)
    targets = [0, 1, 1, 0]
    recorder = viz.Recorder(model, ROWS, targets)
    history = nn.fit(
        model, ROWS, targets, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters()), epochs=2,
        callbacks=[recorder],
    )  # fmt: skip
    loss = nn.mean_squared_error([model(row) for row in ROWS], targets)
    loss.backward()
    seen = {
        "steps": viz.steps(loss).html,
        "film": viz.film(history, recorder).html,
        "playground": viz.playground(model, ROWS, targets).html,
        "graph": " ".join(texts(ET.fromstring(viz.draw(loss).svg))),
        "network": " ".join(texts(ET.fromstring(draw_network(model).svg))),
        "chart": " ".join(label.get_text() for label in viz.gradient_flow(model).figure.axes[0].get_yticklabels()),
        "diagnosis": str(nn.diagnose(model, ROWS, targets, loss=nn.mean_squared_error)),
    }
    for view, text in seen.items():
        assert "layer 1" in text, view
        if view not in ("steps", "film", "playground"):  # which tell besides where in the code a parameter is
            assert not re.search(r"\blayers\.\d", text), view
