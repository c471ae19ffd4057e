"""Names are data: whatever they hold, views stay short, safe for a terminal and whole as files, and nothing fails."""

import html
import json
import re
import unicodedata
import warnings
import xml.etree.ElementTree as ET

import pytest

import autograd
import nn
import viz
from autograd import Value, detect_anomaly, dot, explain, gradcheck, log, maximum, steps, topological_order
from autograd.explain.naming import short_names
from autograd.support.messages import shown
from nn.naming import layer_of, neuron_of, titled
from viz import text
from viz.graph.labels import kind_of

LONG = 100_000
NAMES = {
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "line ends": "a\r\nb\u2028c\x85d\x0be",
    "turned around": "\u202etxt.exe\u2066\u200f",
    "nul": "a\0b",
    "lone surrogate": "a\ud800b\udfff",
    "no character": "\ufffe\uffff",
    "combining": "\u0301" + "e\u0301" * 30,
    "right to left": "שלום.عدد",
    "markup": "</script><!--<b>&amp;\"'\\N\\G]]>",
    "long": "n" * LONG,
    "long path": "a." + "b" * LONG,
    "long place": "a." + "7" * 5_000,
    "deep path": "a" + ".b" * (LONG // 2),
    "deep places": "a" + ".3" * (LONG // 2),
    "deep neurons": "layers.0" + ".neurons.1" * (LONG // 10) + ".z",
    "superscript": "a.²",
    "superscript place": "layers.².neurons.³.weights.¹",
    "other digits": "layers.٣.neurons.៤.weights.५",
    "id": "n0",
    "prototype": "__proto__",
    "braces": "{0}[1]%s{after}",
    "digit": "7",
    "dots": "..",
    "spaces": " \t ",
}


def is_safe(view):
    """Return whether a terminal shows this text as text, and an encoding can write it."""
    return (
        all(c == "\n" or c.isprintable() or unicodedata.category(c) == "Zs" for c in view) and view.encode() is not None
    )


class Block(nn.Module):
    def __init__(self, name):
        self.parts = {name: nn.Layer(2, 2, "tanh", seed=0)}

    def __call__(self, row):
        (layer,) = self.parts.values()
        return layer(row)


def graph(name):
    a, b = Value(2.0, name), Value(3.0, name)
    c = dot([a, b], [b, a]) + maximum(a, b) ** 2.0
    c.name = name
    loss = (c * a - b) / 7.0
    loss.name = name
    loss.backward()
    return loss, a


def refused(function):
    with pytest.raises((ValueError, TypeError, KeyError, FloatingPointError)) as caught:
        function()
    return str(caught.value)


def watched(name):
    with detect_anomaly():
        log(Value(0.0, name) * Value(1.0, name))


def warned(name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bad = Value(1.0, name)
        bad.grad = float("inf")
        nn.clip_by_norm([bad], 1.0)
        nn.SGD([Value(1.0, name)]).step()
        autograd.compile(lambda x: 2.0 * x[0] * kept, [kept := Value(2.0, name), Value(1.0, name)])([1.0])
    assert len(caught) == 3
    return "\n".join(str(w.message) for w in caught)


def hidden_from_backward(name):
    p = Value(2.0, name)
    return str(gradcheck(lambda: Value(p.data) * p, [p]))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_reaches_a_terminal_as_anything_but_a_short_text(name):
    loss, a = graph(name)
    block = Block(name)
    output = block([1.0, 2.0])[0]
    views = {
        "repr": repr(loss) + repr(a > loss),
        "explain": str(explain(loss, a)),
        "steps": steps.record(loss).transcript(),
        "tree": text.tree(loss),
        "table": text.table([a]) + text.table({name: a}) + text.table(block),
        "grouped table": text.table({f"{name}.{i}": Value(1.0) for i in range(70)}),
        "summary": repr(block),
        "forward": text.tree(output),
        "gradcheck": hidden_from_backward(name),
        "anomaly": refused(lambda: watched(name)),
        "warnings": warned(name),
        "stranger": refused(lambda: explain(loss, Value(1.0, name))),
        "session": repr(viz.draw(loss)) + repr(viz.steps(loss)),
    }
    for view, said in views.items():
        assert is_safe(said), view
        assert len(said) < 20_000, view


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_pictures_and_pages_hold_any_name_and_stay_small(name):
    loss, _ = graph(name)
    root = ET.fromstring(viz.draw(loss).svg)  # well-formed: of what XML forbids, nothing is in it
    assert len(ET.tostring(root)) < 100_000
    assert len(viz.draw(loss).dot.encode()) < 50_000
    assert is_safe(html.unescape("".join(root.itertext())).replace("\t", ""))
    page = viz.steps(loss, title=name).html
    assert page.count("<script") == page.count("</script>") == 2
    assert "<!--" not in page
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
    assert is_safe(data)
    assert json.loads(data)["title"] == shown(name, 200)
    assert len(page) < 500_000


def test_a_name_that_is_a_path_is_read_as_one_only_where_it_can_be():
    for name in NAMES.values():
        paths = neuron_of(name), layer_of(name)
        assert all(path is None or len(path) <= 2_000 for path in paths)
        assert kind_of(name)
        assert titled(name) is not None
        assert len(short_names([Value(1.0, name)])[0]) < 300
    assert neuron_of("layers.²") is None or layer_of("a.²") == "a"
    deep = "block." * 40 + "layers.3.neurons.4.weights.5"
    assert neuron_of(deep) == deep.removesuffix(".weights.5")  # a model may be as deep as this
    assert short_names([Value(1.0, deep)]) == ["w₅₆"]


def test_a_reason_names_each_input_once_and_right():
    y, x = Value(1.0, "y"), Value(2.0, "x")  # the rule calls its inputs x and y: here they are the other way round
    larger = maximum(y, x)
    assert "[y < x]" in steps.record(larger).words.derivative(topological_order(larger).index(larger), 1)
