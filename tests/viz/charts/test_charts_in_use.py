import math
import re
import sys
import xml.etree.ElementTree as ET

import pytest

import nn
import viz
from autograd import Value
from autograd.rules.operation import TABLE
from tests.support.outcomes import printed_in_processes

pytest.importorskip("matplotlib", reason="plots are an extra")

SVG = "{http://www.w3.org/2000/svg}"
ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def texts(chart):
    return ["".join(t.itertext()).strip() for t in ET.fromstring(chart.svg).iter(f"{SVG}text")]


def network():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)

    def loss():
        return nn.binary_cross_entropy_with_logits([model(row) for row in ROWS], TARGETS)

    return model, loss


class Sweep:
    rates, losses, suggestion = [1e-3, 1e-2, 1e-1, 1.0], [0.7, 0.5, 0.3], 0.01


def all_charts(*names):
    model, loss = network()
    loss().backward()
    makers = {
        "loss_curve": lambda: viz.loss_curve([0.7, 0.5, 0.2, 0.1]),
        "learning_rate_finder": lambda: viz.learning_rate_finder(Sweep()),
        "decision_boundary": lambda: viz.decision_boundary(model, ROWS, TARGETS, size=12),
        "gradient_flow": lambda: viz.gradient_flow(model),
        "histogram": lambda: viz.histogram(model),
        "loss_landscape": lambda: viz.loss_landscape(model, loss, size=5),
        "activation": lambda: viz.activation("tanh"),
    }
    return {name: makers[name]() for name in names or makers}


def test_every_chart_is_svg_and_png_in_the_librarys_look(tmp_path):
    for name, chart in all_charts().items():
        root = ET.fromstring(chart.svg)
        assert root.get("class") == "chainrule", name
        assert root.get("aria-label") == chart.description
        assert "prefers-color-scheme:dark" in chart.svg
        assert chart.png.startswith(b"\x89PNG")
        assert chart.save(tmp_path / f"{name}.svg").stat().st_size < 200_000
        with pytest.raises(ValueError, match=r"\.svg, \.png"):
            chart.save(tmp_path / f"{name}.bmp")


def test_the_bytes_are_the_same_in_every_process():
    script = (
        "import hashlib, sys; from tests.viz.charts import test_charts_in_use as t;"
        "some = t.all_charts('loss_curve', 'decision_boundary').values();"
        "print([hashlib.sha256(x).hexdigest() for c in some for x in (c.svg.encode(), c.png)])"
    )
    assert len(printed_in_processes(script)) == 1


def line(chart, label):
    (found,) = [x for x in chart.figure.axes[0].get_lines() if x.get_label() == label]
    return list(found.get_xdata()), list(found.get_ydata())


def test_a_loss_curve_shows_training_held_out_rows_and_where_it_broke():
    history = nn.History(losses=[0.7, 0.5, math.nan, math.nan], validation_losses=[0.8, 0.6])
    chart = viz.loss_curve(history)
    assert line(chart, "training")[0] == [1, 2, 3, 4]
    assert line(chart, "validation") == ([2.0, 4.0], [0.8, 0.6])
    assert "nan here" in texts(chart)
    with pytest.raises(ValueError, match="train"):
        viz.loss_curve([])


@pytest.mark.parametrize(
    "name", [name for name, op in TABLE.items() if not op.groups and op.arity - len(op.defaults) == 1]
)
def test_activations_are_read_from_the_table(name):
    op = TABLE[name]
    chart = viz.activation(name, low=0.25, high=3.0)
    places, outputs = line(chart, op.symbol)
    derivatives = line(chart, f"{op.symbol}′, its derivative")[1]
    for k in (0, 200, 400):
        output, local = op.evaluate(places[k], *op.defaults)
        assert (outputs[k], derivatives[k]) == pytest.approx((output, local[0]), rel=0.0, abs=0.0, nan_ok=True)


def test_an_activation_takes_one_input():
    with pytest.raises(ValueError, match="more than one"):
        viz.activation("add")
    with pytest.raises(KeyError, match="tanh"):
        viz.activation("tanhh")


def test_gradient_flow_shows_the_norm_of_each_layer():
    model, loss = network()
    with pytest.raises(ValueError, match="backward"):
        viz.gradient_flow(model)
    loss().backward()
    norm = math.sqrt(sum(w.grad**2 for neuron in model.layers[0].neurons for w in neuron.weights))
    axes = viz.gradient_flow(model).figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "layer 1, weights",
        "layer 1, bias",
        "layer 2, weights",
        "layer 2, bias",
    ]
    assert axes.patches[0].get_width() == pytest.approx(norm, rel=1e-14)
    assert viz.gradient_flow({"first": 1e-9, "last": 1.0}).figure.axes[0].get_xscale() == "log"


def test_a_histogram_counts_every_number():
    model, loss = network()
    loss().backward()
    for of in ("weights", "gradients"):
        panels = viz.histogram(model, of=of).figure.axes
        counts = [sum(patch.get_height() for patch in axes.patches) for axes in panels]
        assert counts == [6, 3, 3, 1]
    with pytest.raises(ValueError, match="weights"):
        viz.histogram(model, of="biases")


def test_a_landscape_leaves_the_model_as_it_was_and_has_its_loss_at_the_center():
    from viz.charts.landscape import landscape

    model, loss = network()
    before = [p.data for p in model.parameters()]
    groups = [[p for p in model.parameters() if p.data != 0.0]]
    found = landscape(groups, loss, reach=1.0, size=5, seed=0)
    assert found.losses[2][2] == found.here == loss().data
    assert [p.data for p in model.parameters()] == before
    assert all(not p.has_grad for p in model.parameters())
    assert landscape(groups, loss, reach=1.0, size=5, seed=0) == found
    assert landscape(groups, loss, reach=1.0, size=5, seed=1) != found

    def fails():
        raise RuntimeError("no loss today")

    with pytest.raises(RuntimeError, match="today"):
        viz.loss_landscape(model, fails, size=5)
    assert [p.data for p in model.parameters()] == before


def test_a_landscape_of_zeros_and_of_a_quadratic():
    weights = {"w": Value(3.0), "zero": Value(0.0)}

    class Model:
        def named_parameters(self):
            return iter(weights.items())

    chart = viz.loss_landscape(Model(), lambda: weights["w"] * weights["w"] + weights["zero"], size=5)
    assert "loss" in texts(chart)


def test_names_are_shown_as_typed_and_never_as_formulas():
    shown = texts(viz.gradient_flow({"a$b$<script>_^": 1.0, "x" * 10_000: 2.0}))
    assert "a$b$<script>_^" in shown
    assert max(map(len, shown)) < 100


def test_a_boundary_of_classes_has_a_mark_for_each():
    chart = viz.decision_boundary(lambda row: [row[0], row[1], 0.3], ROWS, [0, 1, 2, 1], size=12)
    assert {"target 0", "target 1", "target 2"} <= set(texts(chart))


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match=re.escape("chainrule[plots]")):
        viz.loss_curve([1.0])
