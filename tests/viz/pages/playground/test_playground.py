"""The playground: Python's numbers after ten steps, everything by keyboard, offline, in light and dark."""

import re

import pytest

import nn
import viz
from autograd.explain.number_format import show_number
from tests.support.web import CONTRASTS, names_of_controls, until
from tests.support.web.live import TRAINING, XOR, agree, gradients, steps, table, three, xor


def test_ten_steps_in_the_page_are_pythons_for_every_activation(show):
    _, _, page = xor()
    tab = show(page)
    for activation in page.data["programs"]:
        tab.click("#reset")
        tab.select_option("#activation", activation)
        tab.evaluate(f"for (let k = 0; k < 9; k++) {TRAINING}.advance()")
        tab.click("#step")
        assert ", 10 steps:" in tab.text_content("#announcement")
        model, optimizer, _ = xor()
        for neuron in model.layers[0].neurons:
            neuron.activation = nn.Neuron(1, activation).activation
        agree(table(tab), steps(model, optimizer, nn.binary_cross_entropy_with_logits, *XOR))
        right = sum((model(row).data >= 0) == (target == 1) for row, target in zip(*XOR, strict=True))
        assert tab.text_content("#score") == f"{right} of 4"


@pytest.mark.parametrize(
    ("make", "loss"),
    [
        (nn.Adam, nn.softmax_cross_entropy),
        (lambda p: nn.SGD(p, 0.05, momentum=0.9, nesterov=True), nn.mean_squared_error),
        (nn.AdamW, nn.mean_squared_error),
        (nn.RMSProp, nn.softmax_cross_entropy),
    ],
)
def test_classes_losses_and_optimizers_that_are_under_way(show, make, loss):
    rows, classes = three()
    if loss is nn.mean_squared_error:
        model, targets = nn.MLP(3, [5, 4, 1], activation="relu", seed=2), [float(c) for c in classes]
    else:
        model, targets = nn.MLP(3, [5, 3], activation="gelu", seed=2), classes
    optimizer = make(model.parameters())
    steps(model, optimizer, loss, rows, targets, 3)
    tab = show(viz.playground(model, (rows, targets), loss=loss, optimizer=optimizer))
    tab.evaluate(f"for (let k = 0; k < 9; k++) {TRAINING}.epoch()")
    tab.click("#epoch")
    agree(table(tab), steps(model, optimizer, loss, rows, targets))


def residual():
    block = nn.Residual(nn.Sequential(nn.Layer(4, 4, activation="relu", seed=2), nn.Dropout(0.5, seed=1)))
    return nn.Sequential(nn.Layer(3, 4, activation="tanh", seed=1), block, nn.Layer(4, 3, seed=3))


def normalized():
    model = nn.Sequential(nn.Layer(3, 4, seed=1), nn.BatchNorm(4), nn.Activation("relu"), nn.Layer(4, 3, seed=3))
    rows, classes = three()
    nn.fit(model, rows, classes, loss=nn.softmax_cross_entropy, optimizer=nn.SGD(model.parameters(), 0.1), epochs=3)
    return model


def softened():
    return nn.Sequential(nn.Layer(3, 4, activation="leaky_relu", seed=1), nn.Layer(4, 3, seed=3), nn.Softmax())


@pytest.mark.parametrize("make", [residual, normalized, softened])
def test_models_of_other_parts_than_layers(show, make):
    model, (rows, classes) = make(), three()
    model.eval()
    loss = nn.mean_squared_error if make is softened else nn.softmax_cross_entropy
    targets = [[float(k == c) for k in range(3)] for c in classes] if make is softened else classes
    optimizer = nn.SGD(model.parameters(), 0.1)
    tab = show(viz.playground(model, rows, targets, loss=loss, optimizer=optimizer))
    tab.evaluate(f"for (let k = 0; k < 10; k++) {TRAINING}.advance()")
    tab.click("#step")
    agree(table(tab), steps(model, optimizer, loss, rows, targets, 11))
    best = [max(range(3), key=lambda k: outputs[k].data) for outputs in map(model, rows)]
    right = sum(a == b for a, b in zip(best, classes, strict=True))
    assert tab.text_content("#score") == f"{right} of 12"


def test_names_of_classes_are_said_again(show):
    rows, classes = three()
    names = ["cold", "mild", "<b>warm"]
    page = viz.playground(nn.MLP(3, [4, 3], "tanh", seed=5), rows, [names[c] for c in classes])
    by_alphabet = sorted(names)
    assert page.data["names"] == by_alphabet
    tab = show(page)
    legend = "Digits are the rows' classes, 0 <b>warm, 1 cold, 2 mild; shades the class with the highest output."
    assert legend in tab.text_content("#key")
    wanted, says = re.search(r"wanted (\S+), says .*: (\S+)(?: ✓| ✗)", tab.text_content("#verdict")).groups()
    assert {wanted, says} <= set(by_alphabet)
    two = show(viz.playground(nn.MLP(2, [3, 1], "tanh", seed=5), XOR[0], ["no", "yes", "yes", "no"]))
    assert "× wants yes (blue), ○ wants no (orange)" in two.text_content("#key")
    assert re.search(r"wanted (yes|no), says .*: (yes|no) \(", two.text_content("#verdict"))


def test_small_batches_go_through_the_rows_in_order(show):
    rows, classes = three()
    model = nn.MLP(3, [4, 3], activation="tanh", seed=5)
    optimizer = nn.Adam(model.parameters(), 0.05)
    tab = show(viz.playground(model, rows, classes, loss=nn.softmax_cross_entropy, optimizer=optimizer, batch_size=5))
    tab.click("#epoch")
    tab.click("#epoch")
    assert "epoch 2, 6 steps" in tab.text_content("#announcement")
    mine = table(tab)
    settings = {"loss": nn.softmax_cross_entropy, "optimizer": optimizer, "backend": "recorded"}
    nn.fit(model, rows, classes, epochs=2, batch_size=5, shuffle=None, **settings)
    agree(mine, gradients(model, nn.softmax_cross_entropy, rows[:5], classes[:5]))


def test_everything_by_keyboard(show):
    model, optimizer, page = xor()
    tab = show(page)
    tab.focus("#network .unit[aria-label^='unit 1 of hidden']")
    tab.keyboard.press("Enter")
    tab.focus("#edges button >> nth=0")
    tab.keyboard.press("Enter")
    path, weight = next(iter(model.named_parameters()))
    assert tab.input_value("#value") == show_number(weight.data)
    tab.keyboard.press("ArrowDown")
    until(tab, "document.querySelector('#edges tr.marked button').textContent === 'x₂'")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Tab")  # on to the slider of the same weight
    tab.keyboard.press("ArrowUp")
    moved = table(tab)[path][0]
    assert 0.0 < moved - weight.data < 0.03
    tab.focus("#network .unit[aria-label^='input 1']")
    tab.keyboard.press("Enter")
    tab.fill("#value", "0,5")
    tab.keyboard.press("Enter")
    until(tab, "document.getElementById('row').value === '-1'")
    until(tab, "document.getElementById('verdict').textContent.includes('x = (0.5, 1), says')")
    tab.focus("#rate")
    tab.keyboard.press("Home")
    assert tab.input_value("#rate-number") == "0.0001"
    tab.focus("#rate-number")
    tab.fill("#rate-number", "0,25")
    tab.keyboard.press("Enter")
    tab.focus("#step")
    tab.keyboard.press("Enter")
    assert "1 step:" in tab.text_content("#announcement")
    tab.focus("#network .unit")
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("Space")
    until(tab, "+document.getElementById('counted').textContent > 3")
    tab.keyboard.press("Space")
    assert tab.text_content("#run") == "Run"
    tab.focus("#reset")
    tab.keyboard.press("Enter")
    assert "0 steps" in tab.text_content("#announcement")
    agree(table(tab), gradients(model, nn.binary_cross_entropy_with_logits, *XOR))
    assert optimizer.step_count == 0


def test_what_is_pressed_and_typed_is_what_moves_and_what_is_no_number_is_refused_aloud(show):
    model, _, page = xor()
    tab = show(page)
    tab.click("#network .unit[aria-label^='unit 2 of hidden']")
    tab.click("#edges button:text('bias')")
    tab.fill("#value", "−0.5")
    tab.keyboard.press("Enter")
    model.layers[0].neurons[1].bias.data = -0.5
    right = gradients(model, nn.binary_cross_entropy_with_logits, *XOR)
    agree(table(tab), right)
    slope = show_number(right["layers.0.neurons.1.bias"][1])
    until(tab, f"document.getElementById('boxes').textContent.includes('0.5 × {slope}')")
    assert slope in tab.text_content("#edges tr.marked")
    for box, what in (("#value", "number: it stays −0.5"), ("#rate-number", "learning rate: it stays 0.5")):
        tab.fill(box, "abc")
        tab.keyboard.press("Enter")
        assert tab.text_content("#alert") == f"“abc” is no {what}."
        assert tab.get_attribute(box, "aria-invalid") == "true"
    tab.click("#step")  # leaves the box, which says again what holds
    assert (tab.input_value("#rate-number"), tab.text_content("#alert")) == ("0.5", "")
    field = tab.locator("#field").bounding_box()
    margin = 0.15 / 1.3
    tab.mouse.click(field["x"] + field["width"] * (1 - margin), field["y"] + field["height"] * margin)
    until(tab, "document.getElementById('row').value === '3'")
    until(tab, "document.getElementById('verdict').textContent.includes('wanted 0')")
    assert tab.evaluate("document.getElementById('field').toDataURL().length") > 2000  # a picture, not an empty sheet


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_contrast_and_reduced_motion(show, scheme, tmp_path):
    _, _, page = xor()
    tab = show(page, color_scheme=scheme, reduced_motion="reduce")
    tab.click("#epoch")
    assert len(names_of_controls(tab)) > 20
    assert not tab.evaluate(CONTRASTS)
    tab.click("#run")
    until(tab, "+document.getElementById('counted').textContent > 3")
    tab.click("#run")
    tab.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)


def test_a_rate_that_is_too_high_is_said_and_stopped(show):
    rows = [[float(i)] for i in range(8)]
    model = nn.MLP(1, [4, 1], activation="relu", seed=1)
    tab = show(viz.playground(model, rows, [3.0 * row[0] for row in rows]))
    tab.fill("#rate-number", "90")
    tab.keyboard.press("Tab")
    tab.click("#more")
    tab.select_option("#speed", "3000")
    tab.click("#run")
    until(tab, "document.getElementById('alert').textContent.includes('Reset, and try a lower one')")
    tab.click("#reset")
    assert "0 steps" in tab.text_content("#announcement")


def test_hostile_titles_are_text_and_nothing_comes_from_outside(show):
    model, _, page = xor(title="</title><script>alert(1)</script>")
    assert page.html.count("<script") == 2
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page.html)
    assert page.html == xor(title="</title><script>alert(1)</script>")[2].html
    assert len(page.html.encode()) < 160_000
    assert show(page).title() == "</title><script>alert(1)</script>"
    assert not any(p.has_grad for p in model.parameters())


def test_what_a_page_cannot_hold_is_refused_with_the_reason():
    rows, targets = XOR
    model = nn.MLP(2, [2, 1], seed=1)
    mixed = nn.Sequential(nn.Layer(2, 2, seed=1), nn.BatchNorm(2), nn.Layer(2, 1, seed=2))
    dropped = nn.Sequential(nn.Layer(2, 2, seed=1), nn.Dropout(0.5, seed=1), nn.Layer(2, 1, seed=2))
    with pytest.raises(ValueError, match="BatchNorm mixes the rows"):
        viz.playground(mixed, rows, targets)
    with pytest.raises(ValueError, match=r"Dropout draws at random: call model\.eval"):
        viz.playground(dropped, rows, targets)
    with pytest.raises(TypeError, match="layers of neurons"):
        viz.playground(3, rows, targets)
    with pytest.raises(ValueError, match="4 rows of inputs and 3 targets"):
        viz.playground(model, rows, targets[:3])
    with pytest.raises(ValueError, match="takes rows of 2 inputs"):
        viz.playground(model, [[1.0]], [1.0])
    with pytest.raises(TypeError, match=r"playground\(model, X, Y\)"):
        viz.playground(model, rows)
    with pytest.raises(ValueError, match="batch_size=9"):
        viz.playground(model, rows, targets, batch_size=9)
    with pytest.raises(ValueError, match="not just the model's"):
        viz.playground(model, rows, targets, optimizer=nn.SGD(model.parameters()[:2]))
