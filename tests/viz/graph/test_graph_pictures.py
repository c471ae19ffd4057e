"""None"""

import math
import os
import re
import xml.etree.ElementTree as ET

import pytest

import nn
from autograd import Value, detach, dot, relu, sqrt, where
from autograd.explain.number_format import show_number
from tests.support.outcomes import printed_in_processes
from tests.support.web import OVERFLOWS, SVG, browser, expression, groups, parsed, texts  # noqa: F401  # a fixture
from viz import draw, draw_network
from viz.support import palette, rendering


def lines(picture):
    """Return the lines from operands to results; that from a line's number to the result is counted with it."""
    return {key: g for key, g in groups(picture, "edge").items() if "rest" not in g.get("class").split()}


def boxes(picture):
    return {key: g for key, g in groups(picture, "node").items() if "pill" not in g.get("class").split()}


# ------------------------------------------------------------------------------- what is on it
def test_each_node_shows_name_operation_value_and_gradient_and_each_edge_its_local_derivative():
    x, y = expression()
    y.backward()
    picture = draw(y)
    nodes = groups(picture, "node")
    assert len(nodes) == 6 + 6  # and a pill for each number on an edge; x, x·x, 0.5, x·0.5, exp, y
    (leaf,) = (texts(g) for g in nodes.values() if "x" in texts(g))
    assert leaf == ["x", "► 3", f"◄ {show_number(x.grad)}"]
    everything = " ".join(texts(parsed(picture)))
    assert "exp" in everything
    assert len(lines(picture)) == 7
    labels = sorted(text for g in groups(picture, "pill").values() for text in texts(g))
    numbers = [*["3"] * 2, "1", "1", "0.5", show_number(math.exp(1.5))]  # the constant's edge has none
    assert labels == sorted(f"× {x}" for x in numbers)


def test_both_edges_of_x_times_x_are_drawn():
    x = Value(3.0, "x")
    picture = draw(x * x)
    assert [texts(g) for g in groups(picture, "pill").values()] == [["× 3"], ["× 3"]]
    assert len(lines(picture)) == 2


def test_before_a_pass_gradients_are_a_dash_and_a_constant_has_none():
    x = Value(2.0, "x")
    picture = draw(x * 3.0)
    assert sum("◄ —" in texts(g) for g in groups(picture, "node").values()) == 2
    (constant,) = groups(picture, "constant").values()
    assert texts(constant) == ["3"]


def test_a_neuron_is_one_node_and_unfolds_into_products_that_add_up():
    weights, inputs = [Value(0.5, "w1"), Value(-1.5, "w2")], [Value(1.0, "x1"), Value(2.0, "x2")]
    z = dot(weights, inputs, Value(0.25, "b"))
    assert len(boxes(draw(z))) == 6
    unfolded = draw(z, unfold=True)
    assert [texts(g)[0] for g in groups(unfolded, "product").values()] == ["► 0.5", "► −3"]
    assert len(lines(unfolded)) == 7
    without_bias = dot(weights, inputs)
    assert len(boxes(draw(without_bias))) == 5


def test_backward_shows_what_is_sent_and_no_direction_is_told_by_hue_alone():
    x = Value(3.0, "x")
    y = (x * x) * 2.0
    y.backward()
    backward = draw(y, direction="backward")
    sent = [texts(g) for g in groups(backward, "pill").values()]
    assert sent == [["× 3", "◁ 6"], ["× 3", "◁ 6"], ["× 2", "◁ 2"]]
    dashed = [p for g in lines(backward).values() for p in g.iter(f"{SVG}path") if p.get("stroke-dasharray")]
    assert len(dashed) == 3
    assert "◄" not in " ".join(texts(parsed(draw(y, direction="forward"))))
    with pytest.raises(ValueError, match="sideways"):
        draw(y, direction="sideways")


def test_what_has_no_part_is_faded_and_what_passes_nothing_is_marked():
    x, unused = Value(-2.0, "x"), Value(1.0, "u")
    y = relu(x) + detach(unused) * x
    y.backward()
    picture = draw(y)
    everything = " ".join(texts(parsed(picture)))
    assert everything.count("off: passes no gradient") == 1
    paths = [p for g in lines(picture).values() for p in g.iter(f"{SVG}path")]
    assert sum(p.get("stroke") == palette.FAINT for p in paths) == 2  # relu's dead edge, and the cut one


def test_a_nan_is_outlined_from_where_it_was_born():
    x = Value(-1.0, "x")
    y = (sqrt(x) + 1.0) * 2.0
    y.backward()
    picture = draw(y)
    marks = [t for t in texts(parsed(picture)) if "born here" in t]
    assert len([m for m in marks if m == "‼ nan born here"]) == 1
    assert any("gradient nan born here" in m for m in marks)
    words = [t for t in parsed(picture).iter(f"{SVG}text") if t.get("font-weight") == "bold"]
    bold = [t for t in words if t.text.strip() == "► nan"]
    assert bold
    x = Value(-1.0, "x")
    safe = where(x > 0.0, sqrt(x), 0.0)
    safe.backward()
    assert not [t for t in texts(parsed(draw(safe))) if "gradient nan" in t]


HOSTILE = [
    "a<b|c{}\"&'\\N\\n",
    "<script>alert(1)",
    "&lt;b&gt;",
    "שלום",
    "tab\tnew\nline\x00",
    "<B>x</B>",
    "\\",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_typed(name):
    picture = draw(Value(1.0, name) * 2.0)
    (leaf,) = groups(picture, "leaf").values()
    seen = texts(leaf)[0]
    if name.isprintable():
        assert seen == name
        titles = [a.get("{http://www.w3.org/1999/xlink}title") for a in leaf.iter(f"{SVG}a")]
        assert any(title.startswith(name.replace("\\", "⧵")) for title in titles if title)
    assert not list(parsed(picture).iter(f"{SVG}script"))


def test_a_long_name_is_cut_visibly_and_names_that_turn_text_around_cannot():
    picture = draw(Value(1.0, "y" * 10_000) + Value(1.0, "a\u202eb"))
    names = [texts(g)[0] for g in groups(picture, "leaf").values()]
    assert names[0].endswith("…")
    assert len(names[0]) < 30
    assert "\u202e" not in picture.svg
    assert len(picture.svg) < 20_000


# ---------------------------------------------------------------------------------------- files
def test_a_picture_is_saved_whole_in_each_format_and_other_suffixes_are_refused(tmp_path):
    picture = draw(expression()[1])
    assert ET.parse(picture.save(tmp_path / "graph.svg")).getroot().tag == f"{SVG}svg"
    assert picture.save(tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert picture.save(tmp_path / "graph.dot").read_text() == picture.dot == picture.graph.source
    for name in ("graph.bmp", "graph"):
        with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.dot"):
            picture.save(tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["graph.dot", "graph.png", "graph.svg"]


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    place = tmp_path / "graph.svg"
    place.write_text("old")

    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="full"):
        draw(Value(1.0)).save(place)
    assert place.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_without_any_renderer_one_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(rendering.shutil, "which", lambda *_, **__: None)
    picture = draw(Value(1.0) * 2.0)
    with pytest.raises(RuntimeError, match="pip install graphviz-pure"):
        picture.save(tmp_path / "graph.svg")
    picture.save(tmp_path / "graph.dot")  # needs none


def test_the_bytes_are_the_same_in_every_process():
    script = (
        "import hashlib; from tests.support.web import expression, moons; from viz import draw;"
        "p = [draw(expression()[1]), draw(moons(5)[1])];"
        "print([hashlib.sha256(x).hexdigest() for q in p for x in (q.svg.encode(), q.png, q.dot.encode())])"
    )
    assert len(printed_in_processes(script)) == 1


def test_the_svg_stands_alone_and_is_dark_where_the_page_is():
    picture = draw(expression()[1])
    root = parsed(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label") == picture.description
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', picture.svg))
    assert used <= set(palette.DARK)
    for color in used:
        assert palette.DARK[color] in picture.svg
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", picture.svg)


def test_draw_says_what_it_takes():
    with pytest.raises(TypeError, match="draw_network"):
        draw(nn.MLP(2, [1]))


def test_lines_that_reach_far_are_not_laid_out_one_by_one():
    a = z = Value(0.5, "a")
    for _ in range(60):
        z = z.tanh() + a
    for picture in (draw(z), draw(z, folded=False)):
        assert len(boxes(picture)) == 36 + 1  # those nearest to the result, and one box for all others
        assert "85 more nodes" in " ".join(texts(parsed(picture)))
    own = Value(0.5, "z")
    for i in range(60):
        own = own.tanh() + Value(1.0, f"w{i}")
    assert len(boxes(draw(own))) == 181  # each weight beside what uses it: nothing reaches far


# ------------------------------------------------------------------------------- why, and several roots
def readme():
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    d = a * b + c
    return a, d, d * d - a


def test_why_a_gradient_is_what_it_is_stands_below_and_is_marked_along_every_way():
    a, _, loss = readme()
    picture = draw(loss, why=a)  # no backward pass is needed, and those there were do not count
    for _ in range(2):
        assert draw(loss, why=a).svg == picture.svg
        loss.backward()
    everything = texts(parsed(picture))
    assert [t for t in everything if t.startswith("◁")] == ["◁ −12", "◁ −12", "◁ −1"]
    assert everything.count("1 × 4 × 1 × (−3)") == 2
    assert {"3 ways lead from L back to a:", "together ∂L/∂a"} <= set(everything)
    assert everything.count("◄ −25") == 2  # in its box and as the sum
    ways = [g for g in lines(picture).values() if "way" in g.get("class").split()]
    assert len(ways) == 6  # all but those of b and c
    under = [p for p in parsed(picture).iter(f"{SVG}path") if p.get("stroke") == palette.MARKER]
    assert len(under) == 2 * len(ways)
    assert "prefers-reduced-motion" in picture.svg


def test_ways_are_counted_where_they_are_many_and_none_is_said():
    x = z = Value(0.5, "x")
    for _ in range(6):
        z = z * z
    everything = texts(parsed(draw(z, why="x")))
    assert "64 ways lead from L back to x:" in everything
    assert "and 52 more" in everything
    sums = [float(t[2:].replace("−", "-")) for t in everything if t.startswith("◁")]
    assert len(sums) == 13
    assert math.isclose(sum(sums), 64 * 0.5**63, rel_tol=1e-3)
    assert any(t.startswith("No way leads") for t in texts(parsed(draw(detach(x) * 2.0 + 1.0, why=x))))
    with pytest.raises(ValueError, match="not computed from"):
        draw(z, why=Value(1.0))
    with pytest.raises(ValueError, match="of one result, not of 2"):
        draw([z, z * 2.0], why=x)


def test_a_weight_of_a_network_is_accounted_for_layer_by_layer():
    model = nn.MLP(2, [16, 16, 1], seed=0)
    loss = nn.mean_squared_error([model(row) for row in ([0.5, 1.0], [1.0, -0.5])], [0.0, 1.0])
    picture = draw(loss, why="layers.0.neurons.1.weights.0")
    assert {g.get("class") for g in lines(picture).values()} == {"edge", "edge way"}
    assert "ways lead from L back to w⁽¹⁾₂₁:" in " ".join(texts(parsed(picture)))


def test_several_results_are_drawn_in_one_picture():
    a, d, loss = readme()
    other = d * 3.0
    other.name = "other"
    picture = draw([loss, other])
    assert len(boxes(picture)) == 9
    assert picture.description == "graph of y₁ and other, 9 nodes"
    loss.backward()
    for picture in (draw([loss, other]), draw(d)):  # neither says that the gradients are its own results'
        tips = picture.svg.replace("&#45;", "-")
        assert f"gradient = {a.grad!r}" in tips
        assert not re.search(r"∂(other|L)/∂a = ", tips)
    assert f"∂L/∂a = {a.grad!r}" in draw(loss).svg.replace("&#45;", "-")


# --------------------------------------------------------------------------------- as a browser shows it
def pictures_to_read():
    neuron = nn.Neuron(2, "tanh", seed=0)([Value(1.0, "x1"), Value(2.0, "x2")])
    neuron.backward()
    rows, targets = nn.datasets.xor()
    small, large = nn.MLP(2, [4, 1], "tanh", seed=0), nn.MLP(2, [16, 16, 1], seed=0)
    loss = nn.binary_cross_entropy_with_logits([small(row) for row in rows], targets)
    folded = nn.hinge([large(row) for row in rows], [-1, 1, 1, -1])
    loss.backward()
    folded.backward()
    hostile = Value(1e-9, 'a<b|c{}"&') * Value(-2.0, "<script>alert(1)</script>") + Value(1.0, "w" * 10_000)
    networks = [draw_network(model, rows, example=1) for model in (small, large, nn.MLP(2, [8, 8, 1], seed=0))]
    networks += [draw_network(nn.MLP(3, [4, 4, 1], seed=0)), draw_network(nn.MLP(2, [2, 1], seed=0))]
    a, d, result = readme()
    odd = Value(-1.919e-4, "tiny") * Value(1.2345e6, "large") + Value(math.nan, "n")
    odd.backward()
    return [
        *(draw(result), draw(result, why=a), draw([result, d * 3.0]), draw(result, downward=True)),
        *(draw(odd, direction="backward"), draw(neuron), draw(neuron, unfold=True), draw(hostile)),
        *(draw(loss), draw(loss, why="w⁽¹⁾₂₁", open=["layer 1"]), draw(folded), *networks),
    ]


@pytest.mark.parametrize("font", ["DejaVu Sans", "as narrow as Arial"])
def test_no_word_meets_another_or_a_line_or_leaves_its_box_and_all_can_be_read(browser, font):  # noqa: F811
    tab = browser.new_page()
    faces = "".join(
        f"@font-face{{font-family:as narrow as Arial;src:local({name});font-weight:{weight};size-adjust:{size}%}}"
        for name, weight, size in (("DejaVu Sans", "normal", 87), ("DejaVu Sans Bold", "bold", 80))
    )
    for picture in pictures_to_read():
        tab.set_content(f"<style>{faces}text{{font-family:{font}!important}}</style>{picture.svg}")
        assert tab.evaluate(OVERFLOWS) == {"outside": [], "crossed": [], "struck": [], "small": []}, picture
    tab.close()
