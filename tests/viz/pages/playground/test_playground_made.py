"""What is made in the playground: networks of other sizes, rows from files, weights and programs handed over."""

import math
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import nn
import viz
from autograd import Value
from tests.support.web import FONTS, collisions, until
from tests.support.web.live import XOR, agree, gradients, table, three, xor
from viz.pages.live import parts

LARGER = """() => {
  for (const name of ["one unit more in hidden", "a hidden layer more, before the output", "one unit less in hidden 2"])
    document.querySelector(`[aria-label="${name}"]`).click();
}"""


def test_a_network_that_is_made_in_the_page_computes_as_pythons_and_is_handed_over_whole(show, tmp_path):
    _, _, page = xor()
    tab = show(page, accept_downloads=True)
    tab.evaluate(LARGER)
    tab.click("#step")
    tab.click("#more")
    mine = table(tab)
    with tab.expect_download() as download:
        tab.click("#save")
    download.value.save_as(tmp_path / "weights.safetensors")
    for activation in ("tanh", "gelu"):
        tab.select_option("#activation", activation)
        tab.click("#python")
        (tmp_path / "program.py").write_text(tab.input_value("#text"), encoding="utf-8")
        run = [sys.executable, "-W", "error", str(tmp_path / "program.py")]
        environment = os.environ | {"PYTHONPATH": str(Path(nn.__file__).parents[1])}
        said = subprocess.run(run, env=environment, capture_output=True, encoding="utf-8", check=True).stdout
        first = float(said.split()[3])
        assert math.isclose(first, float(tab.get_attribute("#loss", "title")), rel_tol=1e-12)
    tab.select_option("#activation", "tanh")
    tab.click("#link")
    address = tab.input_value("#text").split("#")[1]
    model = nn.MLP(2, [5, 4, 1], activation="tanh")
    nn.load(tmp_path / "weights.safetensors", model)
    agree(mine, gradients(model, nn.binary_cross_entropy_with_logits, *XOR))
    other = show(page, address)
    agree(table(other), mine)  # a link shares it, to the bit
    other.evaluate("location.hash = ''")
    until(other, "document.getElementById('shape').textContent.includes('hidden: − 4 +')")
    agree(table(other), gradients(xor()[0], nn.binary_cross_entropy_with_logits, *XOR))
    tab.click("#reset")
    tab.evaluate(LARGER)
    tab.set_input_files("#open", tmp_path / "weights.safetensors")
    until(tab, "document.getElementById('announcement').textContent.startsWith('weights read')")
    agree(table(tab), mine)
    tab.click("#reset")
    tab.set_input_files("#open", tmp_path / "weights.safetensors")
    until(tab, "document.getElementById('alert').textContent.includes('5 × 2, in this network 4 × 2')")


def test_the_loss_is_named_and_chosen_and_fits_the_targets(show):
    model, optimizer, _ = xor()
    page = viz.playground(model, *XOR, optimizer=optimizer)
    assert page.data["loss"] == "binary_cross_entropy_with_logits"
    tab = show(page)
    assert tab.text_content("#loss-name") == "binary cross entropy with logits"
    tab.select_option("#loss-choice", "mean_squared_error")
    agree(table(tab), gradients(model, nn.mean_squared_error, *XOR))
    one = nn.MLP(1, [2, 1], seed=1)
    assert viz.playground(one, [[0.0], [1.0]], [0.5, 2.0]).data["loss"] == "mean_squared_error"
    rows, classes = three()
    assert viz.playground(nn.MLP(3, [3], seed=1), rows, classes).data["loss"] == "softmax_cross_entropy"
    own = viz.playground(one, [[0.0], [1.0]], [0.5, 2.0], loss=lambda p, t: nn.mean_squared_error(p, t) * 2.0)
    tab = show(own)
    weighed = gradients(one, lambda p, t: nn.mean_squared_error(p, t) * 2.0, [[0.0], [1.0]], [0.5, 2.0])
    agree(table(tab), weighed)


def test_each_loss_that_is_put_together_of_rows_is_the_mean_of_what_they_have_alone():
    draw = random.Random(4)
    for name, loss in parts.MEANS.items():
        many = name == "softmax_cross_entropy"
        outputs = [[Value(draw.uniform(0.1, 0.9)) for _ in range(3)] for _ in range(5)]
        targets = [{"hinge": 1.0, "softmax_cross_entropy": 2}.get(name, 0.0) for _ in outputs]
        given = outputs if many else [row[0] for row in outputs]
        alone = [loss([x], [y]).data for x, y in zip(given, targets, strict=True)]
        assert math.isclose(loss(given, targets).data, math.fsum(alone) / 5, rel_tol=1e-14)


def test_rows_come_from_a_file_and_what_is_wrong_with_one_is_said(show, tmp_path):
    _, _, page = xor()
    tab = show(page)
    tab.click("#more")
    file = tmp_path / "rows.csv"
    for text, wrong in [
        ("1,0,x\n", "Line 1 holds “x”, which is no number"),
        ("1,0,1\n1,1\n", "Line 2 has 2 columns, the first row 3"),
        ("", "holds no rows of numbers"),
        ("1\n", "at least two columns"),
        (",".join("1" * 12), "1 to 8 inputs and units a layer, not 11"),
    ]:
        file.write_text(text)
        tab.set_input_files("#csv", file)
        until(tab, f"document.getElementById('alert').textContent.includes('{wrong}')")
        assert "4 of 4" not in tab.text_content("#announcement")
    file.write_text("a;b;c;wanted\n1;0;0,5;0\n0;2;1;1\n2;1;0;1\n")
    tab.set_input_files("#csv", file)
    until(tab, "document.getElementById('announcement').textContent.startsWith('3 rows read')")
    assert tab.text_content("#alert") == ""
    rows, targets = [[1.0, 0.0, 0.5], [0.0, 2.0, 1.0], [2.0, 1.0, 0.0]], [0.0, 1.0, 1.0]
    model = nn.MLP(3, [4, 1], activation="tanh")
    mine = table(tab)
    for path, parameter in model.named_parameters():
        parameter.data = mine[path][0]
    agree(mine, gradients(model, nn.binary_cross_entropy_with_logits, rows, targets))


def test_a_link_says_when_its_rows_or_weights_are_not_in_it(show, tmp_path):
    _, _, page = xor()
    tab = show(page)
    tab.click("#more")
    (tmp_path / "rows.csv").write_text("1,0,1\n1,1,0\n0,0,0\n")
    tab.set_input_files("#csv", tmp_path / "rows.csv")
    until(tab, "document.getElementById('announcement').textContent.startsWith('3 rows read')")
    tab.click("#link")
    other = show(page, tab.input_value("#text").split("#")[1])
    told = "This link was made with 3 rows from a file, which a link does not hold: these are the 4 rows of the page."
    assert other.text_content("#alert") == told
    other.click("#reset")
    until(other, "!location.hash.includes('file')")
    assert show(page, "w=AAAAA").text_content("#alert") == "The link does not fit: its weights are cut off."


def test_the_program_prints_the_loss_of_all_rows_at_one_row_a_step(show, tmp_path):
    tab = show(xor()[2])
    tab.click("#more")
    tab.select_option("#batch", "1")
    tab.click("#python")
    (tmp_path / "program.py").write_text(tab.input_value("#text"), encoding="utf-8")
    run = [sys.executable, "-W", "error", str(tmp_path / "program.py")]
    environment = os.environ | {"PYTHONPATH": str(Path(nn.__file__).parents[1])}
    said = subprocess.run(run, env=environment, capture_output=True, encoding="utf-8", check=True).stdout.split()
    assert math.isclose(float(said[3]), float(tab.get_attribute("#loss", "title")), rel_tol=1e-12)
    for _ in range(10):
        tab.click("#epoch")
    assert math.isclose(float(said[7]), float(tab.get_attribute("#loss", "title")), rel_tol=1e-10)


def test_why_a_model_of_ones_own_is_not_copied_is_said(show):
    tab = show(viz.playground(nn.Sequential(nn.Layer(2, 2, activation="tanh"), nn.Layer(2, 1)), *XOR))
    tab.click("#more")
    tab.click("#python")
    assert "this model or its optimizer is your own" in tab.text_content("#alert")
    assert tab.locator("#text").is_hidden()


def test_a_message_leaves_the_header_its_room(show):
    tab = show(viz.playground(nn.MLP(2, [8, 1], seed=1), *XOR), viewport={"width": 683, "height": 512})
    height = "document.getElementById('state').getBoundingClientRect().height"
    before = tab.evaluate(height)
    tab.click("[aria-label='one unit more in hidden']")
    assert "1 to 8 inputs and units" in tab.text_content("#alert")
    assert tab.evaluate(height) == before
    assert not collisions(tab)


def test_stuck_states_are_told(show):
    model = nn.MLP(2, [3, 1], activation="relu", seed=1)
    for neuron in model.layers[0].neurons[:2]:
        neuron.bias.data = -9.0
    tab = show(viz.playground(model, *XOR))
    assert "Unit 1 of hidden, and 1 more, says the same in every row" in tab.text_content("#stuck")
    for parameter in model.parameters():
        parameter.data = 0.5
    assert "Units 1 and 2 of hidden are twins" in show(viz.playground(model, *XOR)).text_content("#stuck")
    model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    for parameter in model.parameters():
        parameter.data *= 1e-6
    assert "It is stuck: no gradient is over" in show(viz.playground(model, *XOR)).text_content("#stuck")


@pytest.mark.parametrize("font", FONTS)
def test_nothing_meets_at_any_width_whatever_is_shown(show, font):
    large = nn.MLP(2, [8, 8, 1], activation="relu", seed=3)
    for parameter in large.parameters():
        parameter.data *= 3e4
    for page in (xor()[2], viz.playground(nn.MLP(2, [4, 4, 1], seed=1), *XOR), viz.playground(large, *XOR)):
        tab = show(page)
        tab.evaluate("font => document.documentElement.style.setProperty('--ui', font || 'sans-serif')", FONTS[font])
        for width, height in ((1280, 800), (1024, 768), (683, 512), (390, 844)):
            tab.set_viewport_size({"width": width, "height": height})
            tab.click("#step")
            tab.wait_for_timeout(50)  # the drawing is laid out anew
            assert not collisions(tab), (width, page.data["loss"])
        tab.click("#more")
        assert not collisions(tab)
