"""A pass that plays: what is seen at each moment in a browser, complete at its end, and where nothing may move."""

import re
import xml.etree.ElementTree as ET

import pytest

import nn
import viz
from autograd import Value, topological_order

SHOWN = """t => {
    document.getAnimations().forEach(a => { a.pause(); if (t !== null) a.currentTime = t })
    return [...document.querySelectorAll("text")]
        .filter(x => getComputedStyle(x).opacity === "1").map(x => x.textContent)
}"""


def product():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    return a * b + a


def test_the_graph_and_its_gradients_are_left_as_they_are():
    L = product()
    L.backward()
    before = [(node.data, node.grad) for node in topological_order(L)]
    assert "◄ −2" in viz.animate(L).svg  # one pass from zero, whatever there has been
    assert [(node.data, node.grad) for node in topological_order(L)] == before


def test_it_is_one_picture_without_scripts_the_same_bytes_on_every_run():
    first, second = viz.animate(product()).svg, viz.animate(product()).svg
    assert first == second
    root = ET.fromstring(first)
    assert root.get("aria-label") == "a pass on the graph of L, 4 nodes"
    assert not root.findall(".//{http://www.w3.org/2000/svg}script")
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", first)


def test_every_event_has_its_sentence_and_its_moment():
    svg = viz.animate(product(), seconds=2.0).svg
    said = re.findall(r'class="said m(\d+)"[^>]*>([^<]*)<', svg)
    assert [int(k) for k, _ in said] == list(range(7))
    assert said[0][1] == "► v₁ = a × b = 2 × (−3) = −6"
    assert said[-1][1].startswith("◄ ∂L/∂b = ∂L/∂v₁ · a = (1)(2) = 2")
    assert "20s step-end infinite" in svg  # seven moments, and three for the end


def test_png_and_pdf_are_the_end_and_the_file_plays(tmp_path):
    animation = viz.animate(product())
    assert animation.save(tmp_path / "pass.png").read_bytes() == animation.still.png
    assert "@keyframes" in animation.save(tmp_path / "pass.svg").read_text(encoding="utf-8")


def test_a_network_and_a_hostile_name_can_be_animated():
    model = nn.MLP(2, [2, 1], activation="tanh", seed=0)
    ET.fromstring(viz.animate(nn.mean_squared_error([model([1.0, 0.0])], [1.0])).svg)
    ET.fromstring(viz.animate(Value(1.0, 'n0 -> n1 [id=e0\n" <b>&') * 2.0).svg)
    x = Value(3.0, "x")
    assert viz.animate(x * x).svg.count('class="said') == 4


def test_what_nobody_would_watch_is_refused():
    x = Value(1.0)
    long = x
    for _ in range(100):
        long = long * x
    with pytest.raises(ValueError, match=r"more than 200 events.*viz\.steps"):
        viz.animate(long)
    with pytest.raises(TypeError, match="animate takes the Value"):
        viz.animate(2.0)
    assert f"{1.5 * (4 + 3):g}s step-end infinite" in viz.animate(x * x).svg
    for seconds in (60.0, 0.25):
        assert f"{seconds * (4 + 3):g}s step-end infinite" in viz.animate(x * x, seconds=seconds).svg
    for seconds in (0.0, -1.0, 60.5):
        with pytest.raises(ValueError, match="at most 60"):
            viz.animate(x * x, seconds=seconds)


def test_a_browser_shows_each_number_from_its_moment_on(browser, tmp_path):
    place = viz.animate(product(), seconds=1.0).save(tmp_path / "pass.svg")
    tab = browser.new_page()
    tab.goto(place.as_uri())
    first, third, end = (tab.evaluate(SHOWN, 1000.0 * t + 500.0) for t in (0, 2, 9))
    assert "► v₁ = a × b = 2 × (−3) = −6" in first
    assert "► −6" in first
    assert "► −4" not in first
    assert "◄ 1" not in first
    assert any(text.startswith("◄ ∂L/∂L = 1") for text in third)
    assert "► −4" in third
    assert "◄ −2" not in third
    assert {"► −6", "► −4", "◄ −2", "◄ 2"} <= set(end)
    acting = "id => getComputedStyle(document.querySelector(`#${id} path[stroke]:not([stroke=none])`)).strokeWidth"
    widths = []
    for t in (0, 1, 2, 3):
        tab.evaluate(SHOWN, 1000.0 * t + 500.0)
        widths.append([tab.evaluate(acting, node) for node in ("n2", "n3")])
    assert widths == [["4px", "1px"], ["1px", "4px"], ["1px", "4px"], ["1px", "1px"]]
    tab.close()


def test_where_no_motion_is_wanted_it_is_complete(browser, tmp_path):
    place = viz.animate(product()).save(tmp_path / "pass.svg")
    tab = browser.new_page(reduced_motion="reduce")
    tab.goto(place.as_uri())
    shown = tab.evaluate(SHOWN, None)
    assert {"► −6", "► −4", "◄ −2", "◄ 2"} <= set(shown)
    assert sum(text.startswith(("► v₁ =", "► L =", "◄ ∂")) for text in shown) == 1
    tab.close()
