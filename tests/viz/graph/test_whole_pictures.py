"""Pictures as data: every box with its words, colors and borders, every line with its ends, color, style and class."""

import math
import re

import pytest

import nn
from autograd import Value, detach, dot, relu, topological_order, total
from tests.support.web.pictures import border, parts, words
from viz import draw, draw_network
from viz.graph.boxes import span
from viz.graph.cells import aligned, cell, number_cell, table, wide_of, width
from viz.graph.folding import fold
from viz.graph.nodes import MIXED, NOBODY, drawn_nodes, examples, not_a_number, not_finite
from viz.support import palette


def readme():
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    d = a * b + c
    loss = d * d - a
    loss.backward()
    return a, loss


@pytest.mark.parametrize(
    ("direction", "style"),
    [
        ("both", {"color": palette.QUIET, "penwidth": "1"}),
        ("forward", {"color": palette.FORWARD, "penwidth": "1.5"}),
        ("backward", {"color": palette.BACKWARD, "penwidth": "1.5", "style": "dashed", "dir": "back"}),
    ],
)
def test_each_line_runs_through_its_number_from_operand_to_result(direction, style):
    _, loss = readme()
    nodes, edges = parts(draw(loss, direction=direction))
    order = [("n0", "n2"), ("n1", "n2"), ("n2", "n4"), ("n3", "n4"), ("n4", "n5"), ("n4", "n5"), ("n5", "n6")]
    order.append(("n0", "n6"))
    assert list(edges) == [end for k, (tail, head) in enumerate(order) for end in ((tail, f"e{k}p"), (f"e{k}p", head))]
    for k, (tail, head) in enumerate(order):
        first, second = edges[tail, f"e{k}p"], edges[f"e{k}p", head]
        assert (first["id"], second["id"], nodes[f"e{k}p"]["id"]) == (f"e{k}", f"e{k}q", f"e{k}p")
        assert (first["class"].strip(), second["class"].strip(), nodes[f"e{k}p"]["class"]) == ("", "rest", "pill")
        assert {**first, **style} == first
        arrows = [line.get("dir") for line in (first, second)]
        assert arrows == (["back", "none"] if direction == "backward" else ["none", None])
        assert first["tooltip"] == second["tooltip"] == nodes[f"e{k}p"]["tooltip"]
    pill = nodes["e0p"]["label"]
    sent = [("◁ −24", palette.BACKWARD, 14)] if direction == "backward" else []
    assert words(pill) == [("× −3", palette.INK, 12), *sent]
    assert border(pill) == ("1", style["color"], palette.CARD, "ROUNDED")
    assert nodes["e0p"]["tooltip"] == "∂v₁/∂a = -3.0\nsends 8.0 × -3.0 = -24.0"
    value = {"both": palette.FORWARD, "forward": palette.FORWARD, "backward": palette.QUIET}[direction]
    gradient = [] if direction == "forward" else [("◄ −25", palette.BACKWARD, 14)]
    assert words(nodes["n0"]["label"]) == [("a", palette.INK, 14), ("► 2", value, 14), *gradient]
    assert border(nodes["n0"]["label"]) == ("1", palette.FRAME, palette.CARD, "ROUNDED")
    below = [("◄ 8", palette.BACKWARD, 14)] if gradient else []
    assert words(nodes["n2"]["label"])[2:] == [("×", palette.QUIET, 14), *below]
    assert nodes["n0"]["tooltip"] == "a\na = 2\nvalue 2.0\n∂L/∂a = -25.0"
    assert (nodes["n0"]["class"], nodes["n6"]["class"]) == ("leaf", "operation")


def test_how_a_picture_lies_and_what_stands_below():
    _, loss = readme()
    for direction, below in (
        ("both", ["► value", "◄ gradient", "× local derivative"]),
        ("forward", ["► value", "× local derivative"]),
        ("backward", ["◄ gradient", "× local derivative", "◁ what is sent: gradient × local derivative"]),
    ):
        head = draw(loss, direction=direction).dot.split("\n\tnode")[0]
        assert [text for text, _, size in words(head) if size == 12] == below
        assert "rankdir=LR" in head
    assert "rankdir=TB" in draw(loss, downward=True).dot
    assert "ordering=in" not in draw(loss).dot
    assert draw(loss).description == "graph of L, 7 nodes"
    assert draw(Value(1.0, "x")).description == "graph of x, 1 node"
    assert draw(loss, why="a").description == "graph of L, 7 nodes, and why a has its gradient"


def test_the_way_of_a_gradient_is_marked_from_the_result_to_what_is_asked():
    a, loss = readme()
    nodes, edges = parts(draw(loss, why=a))
    ways = {tail for (tail, _), line in edges.items() if line["class"].strip() == "way"}
    assert ways == {"n0", "n2", "n4", "n5"}
    assert edges["n0", "e0p"] | {"color": palette.BACKWARD, "penwidth": "2.5", "dir": "back"} == edges["n0", "e0p"]
    assert edges["n1", "e1p"]["color"] == palette.QUIET
    assert border(nodes["n0"]["label"]) == ("3", palette.INK, palette.MARKER, None)
    assert border(nodes["n6"]["label"]) == ("2", palette.BACKWARD, palette.BACKWARD_CARD, "DASHED")


def test_what_has_no_part_or_is_not_a_number_is_drawn_apart():
    x, y, off = Value(2.0, "x"), Value(-1.0, "y"), Value(0.0, "off")
    loss = x * 3.0 + relu(y) + detach(y) + off * x * 0.0
    loss.backward()
    nodes, edges = parts(draw(loss))
    named = {words(node["label"])[0][0]: node for node in nodes.values() if words(node["label"])}
    assert border(named["y"]["label"]) == ("1", palette.FAINT, palette.CARD, "DASHED")
    assert words(named["3"]["label"]) == [("3", palette.QUIET, 12)]
    assert border(named["3"]["label"])[:3] == ("0", palette.FRAME, palette.PAPER)
    styles = {(line["color"], line.get("style"), line.get("arrowsize")) for line in edges.values()}
    assert (palette.FAINT, None, "0.4") in styles, "from a constant"
    assert (palette.FAINT, "dashed", None) in styles, "where the local derivative is 0"
    assert (palette.FAINT, "dotted", None) in styles, "where none passes"
    (silent,) = [node for node in nodes.values() if "× off: passes no gradient" in str(words(node["label"]))]
    assert words(silent["label"])[-1] == ("× off: passes no gradient", palette.ALARM, 12)
    broken = Value(math.inf, "i") * Value(0.0, "z") + 1.0
    broken.backward()
    nodes, edges = parts(draw(broken))
    named = {words(node["label"])[0][0]: node for node in nodes.values() if words(node["label"])}
    assert border(named["i"]["label"])[:2] == ("3", palette.ALARM)
    assert words(named["i"]["label"])[-1][0] == "‼ inf born here"
    assert not any("nan born here" in node["label"] for node in nodes.values()), "it came from the inf"
    alarms = {ends for ends, line in edges.items() if line.get("penwidth") == "2.4"}
    assert {tail for tail, _ in alarms} >= {"n0"}
    assert words(named["i"]["label"])[1] == ("► inf", palette.ALARM, 14)


def test_several_edges_between_two_boxes_are_one_wide_line():
    model = nn.MLP(2, [16, 16, 1], seed=0)
    loss = total([model(row) for row in ([0.5, 1.0], [1.0, -0.5])])
    loss.backward()
    nodes, edges = parts(draw(loss))
    many = {line["penwidth"] for line in edges.values() if "256 edges" in line["tooltip"]}
    assert many == {"1.8"}
    pills = [node for node in nodes.values() if node["class"] == "pill"]
    (pill,) = [node for node in pills if words(node["label"]) == [("256 edges", palette.QUIET, 12)]]
    assert pill["tooltip"].startswith("256 edges, local derivatives −")
    assert "ordering=in" in draw(loss).dot
    titles = {words(n["label"])[0][0]: words(n["label"]) for n in nodes.values() if n["class"] == "layer"}
    assert titles["layer 1"][1][0] == "16 units  w · x → ReLU"
    assert titles["layer 3"][1][0].startswith("1 unit  ")


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], "—"), ([1.0], "1"), ([1.0, 1.0], "1"), ([2.0, -1.0], "−1 … 2"), ([math.nan, 1.0], "nan in 1 of 2")],
)
def test_a_span(numbers, text):
    assert span(numbers) == text


def test_units_beyond_sixteen_are_counted():
    for units, shown in ((16, 16), (17, 8)):
        model = nn.MLP(1, [units, 1], seed=0)
        nodes, _ = parts(draw(model([0.5]), folded=True, open=["layer 2"]))
        (layer,) = [words(n["label"]) for n in nodes.values() if n["class"] == "layer"]
        texts = [text for text, _, _ in layer]
        assert texts[1] == f"{units} units  w · x → ReLU"
        assert sum(text.startswith("a⁽¹⁾") for text in texts) == shown
        assert ("9 more" in texts) == (units == 17)
        assert f"weights ({units})" in texts


def test_examples_of_a_batch_and_what_is_no_batch():
    assert examples(["", ""], [[], [0]]) == (1, [NOBODY, NOBODY])
    assert examples(["a", "a", ""], [[], [], [0, 1]]) == (2, [0, 1, MIXED])
    assert examples(["a", "a", "", ""], [[], [], [0], []]) == (2, [0, 1, 0, NOBODY])
    assert examples(["a", "a"], [[], [0]]) == (1, [NOBODY, NOBODY]), "one depends on the other"
    assert examples(["a", "a", "b"], [[], [], [0]]) == (2, [0, 1, 0])
    assert [not_a_number(x) for x in (math.nan, math.inf)] == ["nan", "inf"]
    assert not_finite(None, 1.0, math.inf)
    assert not not_finite(None, 1.0)


def test_an_unfolded_sum_is_its_products():
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    z = dot([w, w], [x, Value(5.0, "y")], b)
    order = list(topological_order(z))
    spots = drawn_nodes(order, [node.name or "z" for node in order], [z], unfold=True)
    products = [spot for spot in spots if spot.kind == "product"]
    assert [(p.name, p.data, p.symbol) for p in products] == [("product 1", 6.0, "×"), ("product 2", 10.0, "×")]
    assert [[(spots[e.parent].name, e.local) for e in p.edges] for p in products] == [
        [("w", 3.0), ("x", 2.0)],
        [("w", 5.0), ("y", 2.0)],
    ]
    ends = [("product 1", 1.0), ("product 2", 1.0), ("b", 1.0)]
    assert [(spots[e.parent].name, e.local) for e in spots[-1].edges] == ends
    assert [spot.index for spot in spots] == list(range(len(spots)))
    assert (spots[-1].symbol, spots[-1].is_root) == ("Σ", True)
    drawn = fold(spots)
    assert [len(line.locals) for line in drawn.lines] == [1] * 7


def test_cells_are_as_wide_as_their_words_and_line_up():
    twice = pytest.approx(2 * width("a"), abs=1)
    assert (width("aa"), width("a", 28)) == (twice, twice)
    assert width("a", bold=True) > width("a")
    assert [width(letter, 100) for letter in "日Ж"] == [112, 80], "of letters that are not measured"
    one, two = [[cell("a", "#000"), cell("b", "#000")]], [[cell("a" * 9, "#000")]]
    before = wide_of(one[0])
    aligned([one, two])
    widths = [re.findall(r'WIDTH="(\d+)"', text)[0] for text in (one[0][0], two[0][0], one[0][1])]
    assert widths[0] == widths[1] == str(width("a" * 9) + 8)
    assert wide_of(one[0]) == before + width("a" * 9) - width("a")
    assert cell("", "#000", span=2) == '<TD COLSPAN="2"></TD>'
    assert 'COLSPAN="2"' in cell("a", "#000", span=2)
    assert "COLSPAN" not in cell("a", "#000", span=1)
    assert "<B>► nan</B>" in number_cell("►", math.nan, "#000")
    assert "<B>" not in number_cell("►", 1.0, "#000")
    assert "STYLE" not in table("")


# ----------------------------------------------------------------------------------------- networks
def small(**given):
    model = nn.MLP(2, [2, 1], "tanh", seed=1)
    for p, x in zip(model.parameters(), (-1.0, 0.75, 0.25, -0.25, -0.75, 1.0, 0.5, 0.0, -0.5), strict=True):
        p.data = x
    nn.mean_squared_error([model(row) for row in ([0.0, 1.0], [1.0, 1.0])], [0.0, 1.0]).backward()
    return draw_network(model, [[0.0, 1.0], [1.0, 1.0]], **given)


def test_a_network_whole():
    picture = small(example=1)
    assert picture.description == "network 2–2–1 with 9 parameters"
    nodes, edges = parts(picture)
    place = {name: node["pos"] for name, node in nodes.items()}
    middle = {key: float(pos.split(",")[0]) for key, pos in place.items()}
    height = {key: float(pos.split(",")[1]) for key, pos in place.items()}
    assert middle["x0"] == middle["x1"] == middle["head0"] < middle["wx0l0u0"] < middle["l0u0"] < middle["l1u0"]
    assert height["x0"] == -height["x1"] == height["l0u0"] == 33.0
    assert height["l1u0"] == 0.0
    assert [height[f"wx{i}l0u0"] - height["l0u0"] for i in (0, 1)] == [11.5, -11.5]
    assert {height[f"head{k}"] for k in range(3)} == {33.0 + 48.0}
    assert words(nodes["head1"]["label"]) == [("layer 1 · tanh", palette.INK, 12), ("2", palette.QUIET, 12)]
    assert [words(nodes[f"head{k}"]["label"])[0][0] for k in (0, 2)] == ["inputs", "layer 2 · linear"]
    wide = {key: [int(x) for x in re.findall(r'WIDTH="(\d+)"', nodes[key]["label"])] for key in nodes}
    left = middle["x0"] + (sum(wide["x0"]) + 8) / 2
    chips = sum(wide["wx0l0u0"]) + 8
    units = sum(wide["l0u0"][:2]) + 8
    assert middle["l0u0"] - units / 2 - left == 70 + chips + 14 + max(0, (wide["head1"][0] + 8 - units) / 2)
    assert middle["wx0l0u0"] + chips / 2 + 14 == middle["l0u0"] - units / 2
    for (tail, head), line in edges.items():
        minus = "weight -" in line["tooltip"]
        assert line["color"] == (palette.NEGATIVE if minus else palette.POSITIVE)
        assert line["style"] == ("dashed" if minus else "solid")
        assert (line["tailport"], line["headport"]) == ("e", "w")
        assert line["class"] == ("rest" if tail[0] == "w" else "weight")
        size = abs(float(re.search(r"weight (\S+),", line["tooltip"])[1]))
        assert line["penwidth"] == ("1" if tail[0] == "w" else f"{0.5 + 3.5 * size**0.5:.2f}")
        assert (head if tail[0] == "w" else tail) in place
    assert [text for text, _, _ in words(nodes["wx1l0u0"]["label"])] == ["+0.75", "◄ −0.775"]
    assert [text for text, _, _ in words(nodes["l0u0"]["label"])] == ["a₁", "► 0", "b 0.25", "◄ −0.775"]
    assert nodes["l0u1"]["tooltip"].startswith("unit 2\nactivation 0.0\nover 2 rows 0.0 … 0.2449")
    assert nodes["l0u1"]["tooltip"].endswith("\nbias 1.0, gradient 0.0")
    below = words(picture.dot.split("\thead0")[0])
    assert [(text, color) for text, color, size in below if size == 12] == [
        ("— positive weight", palette.POSITIVE),
        ("– – negative weight", palette.NEGATIVE),
        ("wider is larger", palette.QUIET),
        ("► activation for row 2 of 2", palette.FORWARD),
        ("◄ gradient", palette.BACKWARD),
    ]
    assert "► activation for row 1 of 2" in small().dot
    assert "► activation for row 1 of 2" in small(example=-2).dot
    for beyond in (2, -3):
        with pytest.raises(ValueError, match="there are 2 rows, 0 to 1"):
            small(example=beyond)


@pytest.mark.parametrize(("units", "manner"), [(12, "numbers"), (13, "lines"), (32, "lines"), (33, "squares")])
def test_how_many_weights_have_their_numbers(units, manner):
    model = nn.Sequential(nn.Layer(2, min(units, 16), seed=0)) if units <= 16 else nn.MLP(8, [8], seed=0)
    if units == 33:
        model = nn.MLP(13, [5], seed=0)
    nodes, edges = parts(draw_network(model))
    kinds = [node.get("class") for node in nodes.values()]
    assert (kinds.count("number") > 0) == (manner == "numbers")
    assert (kinds.count("weight") > 0) == (manner == "squares")
    assert (len(edges) > 0) == (manner != "squares")
    assert ("area is size" in draw_network(model).dot) == (manner == "squares")
    if manner == "lines":
        sizes = [abs(float(re.search(r"weight (\S+),", line["tooltip"])[1])) for line in edges.values()]
        widths = [line["penwidth"] for line in edges.values()]
        assert widths == [f"{0.5 + 2.0 * (size / max(sizes)) ** 0.5:.2f}" for size in sizes]


def test_of_many_units_some_are_drawn():
    for count, drawn in ((16, 16), (17, 9)):
        nodes, _ = parts(draw_network(nn.Layer(1, count, seed=0)))
        units = [name for name in nodes if name.startswith("l0u")]
        assert len(units) == drawn
        if count == 17:
            assert units == [*(f"l0u{k}" for k in range(6)), "l0u0more", "l0u15", "l0u16"]
            assert words(nodes["l0u0more"]["label"])[0][0] == "⋮ 9 more"
            assert nodes["l0u0more"]["tooltip"] == "9 more units"


def test_names_heads_and_sums_are_bold_and_nothing_else_is():
    a, loss = readme()
    nodes, _ = parts(draw(loss, why=a))
    bold = {key: re.findall("<B>(.*?)</B>", node["label"]) for key, node in nodes.items()}
    assert bold["n0"] == ["a", "◄ −25"], "what is asked has its gradient bold"
    assert (bold["n1"], bold["e0p"]) == (["b"], [])
    below = re.findall("<B>(.*?)</B>", draw(loss, why=a).dot.split("\n\tnode")[0])
    assert below == ["3 ways lead from L back to a:", "together ∂L/∂a", "◄ −25"]
    spans = re.findall('COLSPAN="(.)"', draw(loss, why=a).dot.split("\n\tnode")[0])
    assert spans == ["3", "2", "3"], "the head, the sum, and the legend below them"
    assert "<B>" not in draw(loss).dot.split("\n\tnode")[0]
    nodes, _ = parts(small(example=1))
    bold = {key: re.findall("<B>(.*?)</B>", node["label"]) for key, node in nodes.items()}
    assert (bold["head1"], bold["l0u0"], bold["wx0l0u0"]) == (["layer 1 · tanh"], ["a₁"], [])
