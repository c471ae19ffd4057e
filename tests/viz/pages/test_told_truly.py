"""What the stepping page draws and says is true of the step: its row, its layer, its digits, its target."""

import pytest

import nn
import viz
from autograd import tanh
from tests.support.web import ROWS, TARGETS, xor


def test_with_all_rows_together_the_map_shows_the_row_of_the_step(show):
    page = viz.steps(xor()[1], learning_rate=0.5)
    tab = show(page, "step=0&one=edge&sample=0")
    row_of = [row for _, _, _, row, *_ in page.data["nodes"]]
    seen = set()
    for place in range(1, 60):
        tab.keyboard.press("ArrowRight")
        row = row_of[page.data["actors"][place - 1]]
        if row >= 0:
            seen.add(row)
            assert tab.text_content("#map-head").startswith(f"The network at row {row + 1} (")
            inputs = tab.locator("#map .unit").first.text_content()
            assert f"► {ROWS[row][0]:.0f}" in inputs.replace("\xa0", " ")
    assert len(seen) == 4


def test_sentences_name_the_layer(show):
    page = viz.steps(xor()[1], learning_rate=0.5)
    tab = show(page, f"step={len(page.data['events']) - 9}&one=edge&sample=0")
    assert tab.text_content("#plain").startswith("The gradient is kept in b⁽²⁾₁.grad")
    tab = show(page, "step=61&one=edge&sample=0")
    assert "If z⁽¹⁾₂[3] grew, a⁽¹⁾₂[3] would grow" in tab.text_content("#plain")


class Own(nn.Module):
    """Two layers with something between them, the second at work twice if `again`."""

    def __init__(self, between, again=False):
        self.first = nn.Layer(3, 4, activation="tanh", seed=1)
        self.second = nn.Layer(4, 4 if again else 1, seed=2)
        self.between, self.again = between, again

    def __call__(self, row):
        out = self.second([self.between(h) for h in self.first(row)])
        return self.second(out)[0] if self.again else out


def own(between, again=False):
    out = Own(between, again)([0.5, 1.0, -2.0])
    return ((out[0] if isinstance(out, list) else out) - 1.0) ** 2


@pytest.mark.parametrize("loss", [own(lambda h: tanh(h * h)), own(lambda h: h, again=True)], ids=["between", "twice"])
def test_what_is_no_network_of_layers_is_not_drawn_as_one(show, loss):
    tab = show(viz.steps(loss), "step=12")
    assert not tab.locator("#map-card").is_visible()
    assert tab.locator("#around-card").is_visible()


def test_layers_of_ones_own_are_still_drawn_as_a_network(show):
    assert (
        show(viz.steps(own(lambda h: h))).locator("#map .unit").count() == 9
    )  # 3 inputs, 4 hidden, 1 output, the loss


def test_rounding_hides_no_move_and_no_number_is_split_on_a_phone(show):
    page = viz.steps(xor()[1], learning_rate=0.001)
    count = len(page.data["events"])
    tab = show(page, f"step={count - 9}&one=edge", viewport={"width": 390, "height": 844})
    lines = """() => [...document.querySelectorAll("#product>div")].map((box) => {
      const range = document.createRange();
      range.selectNodeContents(box.lastChild);
      return [box.querySelector(".number").textContent, box.lastChild.textContent, range.getClientRects().length];
    })"""
    for _ in range(9):
        tab.keyboard.press("ArrowRight")
        (now, *_), (by, told, rects), (then, *_) = tab.evaluate(lines)
        assert (now == then) == (by == "0"), (now, by, then)
        assert rects <= len(told.split()), told


def test_a_fraction_is_a_prediction(show):
    tab = show(viz.steps(xor()[1], learning_rate=0.5), "predict=1&sample=1&one=edge")
    recording = "MODULES['steps/replay.js']"
    tab.keyboard.press("ArrowRight")
    for typed in ("1/2/3", "a/4", "/"):
        tab.fill("#guess", typed)
        tab.keyboard.press("Enter")
        assert "Type a number" in tab.text_content("#verdict")
    right = tab.evaluate(f"{recording}.EVENTS[+document.getElementById('at').textContent].after")
    tab.fill("#guess", f"({8 * right!r} / 8)")
    tab.keyboard.press("Enter")
    assert "Right." in tab.text_content("#plain")


def test_the_softplus_of_a_cross_entropy_says_the_target(show):
    model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    page = viz.steps(nn.binary_cross_entropy_with_logits([model(row) for row in ROWS], TARGETS))
    tab = show(page, "step=0&one=edge&sample=0")
    told = []
    for _ in range(32):
        tab.keyboard.press("ArrowRight")
        if "softplus" in tab.text_content("#equation"):
            told.append(tab.text_content("#plain"))
    assert [line[-2] for line in told] == ["0", "1", "1", "0"]
    assert "target × z" in told[0]
