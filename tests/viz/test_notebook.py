import base64
import html
import re
import subprocess
import sys
import types
import xml.etree.ElementTree as ET

import pytest

import nn
import viz
from autograd import Value, total
from viz import notebook
from viz.support import rendering


def picture_in(markup):
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]*)"', markup)[1]
    return ET.fromstring(base64.b64decode(data))


@pytest.fixture
def formatted(monkeypatch):
    """The text/html that IPython's own machinery makes of an object."""
    formatters = pytest.importorskip("IPython.core.formatters", reason="IPython is an extra")
    display_formatter = formatters.DisplayFormatter()
    shell = types.SimpleNamespace(display_formatter=display_formatter)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    notebook.register()
    return lambda thing: display_formatter.format(thing)[0].get("text/html")


def test_a_bare_value_shows_its_graph_as_an_image_with_a_script_that_makes_it_live(formatted):
    x = Value(3.0, "x<script>")
    markup = formatted(x * x)
    assert "x<script>" in "".join(picture_in(markup).itertext())
    assert "x<script>" not in markup
    assert "importNode" in markup
    assert re.search('<img alt="graph of L, 2 nodes"', markup)
    assert formatted(Value(2.0)) is None  # its own text says all


def test_a_large_graph_is_folded_and_a_very_large_one_is_a_line_of_words(formatted):
    model = nn.MLP(2, [16, 16, 1], seed=1)
    assert "layer 1" in "".join(picture_in(formatted(model([1.0, 2.0]))).itertext())
    words = formatted(total([Value(1.0) * 2.0 for _ in range(2_000)]))
    assert "viz.draw" in words
    assert "<img" not in words


def test_a_model_shows_its_network_or_its_summary(formatted):
    picture_in(formatted(nn.MLP(2, [4, 1], seed=1)))
    large = nn.MLP(10, [100, 1], seed=1)
    assert html.unescape(formatted(large)) == f"<pre>{large.summary()}</pre>"


def test_a_history_shows_its_loss_curve_with_and_without_matplotlib(formatted, monkeypatch):
    assert formatted(nn.History()) is None
    history = nn.History(losses=[0.7, 0.5, 0.2], stopped="done")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    markup = formatted(history)
    assert "epochs 1 to 3" in markup
    assert "done" in markup
    monkeypatch.undo()
    pytest.importorskip("matplotlib")
    picture_in(notebook.history_html(history))


def test_where_nothing_can_draw_the_text_remains_and_nothing_is_raised(formatted, monkeypatch):
    monkeypatch.setattr(rendering.shutil, "which", lambda *_, **__: None)
    assert formatted(Value(2.0) * 3.0) is None
    assert "<pre>" in formatted(nn.MLP(2, [1], seed=1))


def test_pictures_show_themselves(formatted):
    markup = formatted(viz.draw(Value(2.0, "x") * 3.0))
    assert picture_in(markup) is not None
    assert markup.count("<script>") == 1


def test_marimo_is_told_through_its_own_protocol():
    code = """
import sys, types
sys.modules["marimo"] = types.ModuleType("marimo")
import viz
from autograd import Value
kind, markup = (Value(2.0, "x") * 3.0)._mime_()
assert kind == "text/html" and "<img" in markup
assert Value(2.0)._mime_() == ("text/html", "<pre>Value(2.0)</pre>")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_viz_loads_no_notebook_and_no_plots():
    code = "import sys, viz; print(sorted({'IPython', 'matplotlib', 'graphviz', 'numpy', 'marimo'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"[]"


def test_a_live_picture_fits_its_cell_but_stays_large_enough_to_read(browser):
    x = Value(3.0, "x")
    tab = browser.new_context(offline=True).new_page()
    for cell in (2000, 200, 60):
        tab.set_content(f'<div style="width:{cell}px">{viz.draw((x * x).tanh() * x)._repr_html_()}</div>')
        width = tab.locator("svg").evaluate("(picture) => picture.getBoundingClientRect().width")
        whole = tab.locator("svg").evaluate("(picture) => picture.viewBox.baseVal.width")
        assert width == pytest.approx(min(whole, max(cell, 0.86 * whole)), abs=1)
    tab.context.close()


def test_graphs_and_models_are_pictures_up_to_a_size(monkeypatch):
    def chain(count):
        x = Value(0.5)
        for _ in range(count - 1):
            x = x.tanh()
        return x

    monkeypatch.setattr(notebook, "MOST_NODES", 5)
    assert notebook.value_html(Value(1.0)) is None
    assert notebook.value_html(chain(5)).startswith("<img")
    words = notebook.value_html(chain(6))
    assert words.startswith("<pre>Value(")
    assert "a graph of more than 5 nodes; viz.draw(value) draws it, folded" in words
    model = nn.MLP(1, [2, 1], seed=0)
    monkeypatch.setattr(notebook, "MOST_WEIGHTS", 7)
    assert notebook.module_html(model).startswith("<img")
    monkeypatch.setattr(notebook, "MOST_WEIGHTS", 6)
    assert notebook.module_html(model) == f"<pre>{model.summary()}</pre>"


def test_a_history_is_a_curve_and_words_and_counts_epochs_from_1(monkeypatch):
    assert notebook.history_html(nn.History()) is None
    history = nn.History(losses=[2.0, 1.0])
    assert notebook.history_html(history).endswith("&lt;History of 2 epochs, loss 2 → 1: under way&gt;</pre>")

    def missing(history):
        raise ModuleNotFoundError

    monkeypatch.setattr(notebook, "loss_curve", missing)
    assert "epochs 1 to 2" in notebook.history_html(history)
