"""The picture of attention: the shares that a layer keeps, every line of them, for each head of each layer."""

import random
import xml.etree.ElementTree as ET

import pytest

import nn
import viz
from autograd.explain.number_format import show_number

pytest.importorskip("matplotlib", reason="plots are an extra")

DRAW = random.Random(0)
ROWS = [[DRAW.gauss(0.0, 2.0) for _ in range(4)] for _ in range(3)]


class Two(nn.Module):
    def __init__(self):
        self.first, self.second = nn.Attention(4, 2, causal=True, seed=1), nn.Attention(4, 1, seed=2)

    def __call__(self, rows):
        return self.second(self.first(rows))


def texts(chart):
    return ["".join(t.itertext()).strip() for t in ET.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_share_of_every_head_is_in_its_square():
    model = Two()
    chart = viz.attention(model, ROWS, labels=["the", "cat", "<b>"])
    said, images = texts(chart), [axes.images[0] for axes in chart.figure.axes if axes.images]
    shares = [*model.first.weights, *model.second.weights]
    assert [image.get_array().tolist() for image in images] == shares
    assert "first, head 2 of 2" in said
    assert "second, head 1 of 1" in said
    assert said.count("·") == 2 * 3, "where a causal layer may not look"
    assert said.count("cat") == said.count("<b>") == 2 * 3
    seen = [x for head in model.first.weights for i, row in enumerate(head) for x in row[: i + 1]]
    wanted = [show_number(round(x, 2)) for x in [*seen, *(x for row in model.second.weights[0] for x in row)]]
    assert sorted(x for x in said if x[0].isdigit()) == sorted(wanted)
    assert not any(p.has_grad for p in model.parameters())
    assert chart.figure.get_size_inches().tolist() == pytest.approx([0.6 + 2 * 2.2, 0.5 + 2 * 2.7])
    turned = [[label.get_rotation() for label in axes.get_xticklabels()] for axes in chart.figure.axes[:3]]
    assert turned == [[90.0] * 3] * 3, "words are read from below"
    assert [axes.axison for axes in chart.figure.axes] == [True, True, True, False], "the second layer has one head"
    assert [axes.get_xlabel() for axes in chart.figure.axes] == ["from this row"] * 3 + [""]
    assert [axes.get_ylabel() for axes in chart.figure.axes] == ["this row takes", "", "this row takes", ""]


def test_a_long_sequence_is_shaded_and_a_layer_needs_no_model():
    chart = viz.attention(nn.Attention(4, 4, seed=1), ROWS * 7)
    assert "head 4 of 4" in texts(chart)
    assert not any("." in text for text in texts(chart))
    assert chart.png.startswith(b"\x89PNG")
    assert chart.figure.get_size_inches().tolist() == pytest.approx([0.6 + 4 * 4.4, 0.5 + 4.9])
    assert {label.get_rotation() for axes in chart.figure.axes for label in axes.get_xticklabels()} == {0.0}
    assert [axes.get_xticks().tolist() for axes in chart.figure.axes] == [list(range(0, 21, 3))] * 4


def test_what_has_no_number_is_said_to_be_blank():
    chart = viz.attention(model := nn.Attention(4, 1, seed=1), [[float("nan"), *ROWS[0][1:]], ROWS[1]])
    assert model.weights[0][0][0] != model.weights[0][0][0]
    assert "head 1 of 1 (blank: nan)" in texts(chart)


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ValueError, match=r"a model with an nn\.Attention in it, and MLP has none"):
        viz.attention(nn.MLP(2, [1]), ROWS)
    with pytest.raises(ValueError, match="has none"):
        viz.attention(None, ROWS)
    with pytest.raises(ValueError, match="labels are 3 words, one for each row"):
        viz.attention(Two(), ROWS, labels=["a"])
    with pytest.raises(ValueError, match="attention over 65 rows: up to 64"):
        viz.attention(nn.Attention(4, 1, seed=1), ROWS[:1] * 65)
    with pytest.raises(ValueError, match="takes"):
        viz.attention(nn.Attention(4, 1, seed=1), [[1.0]])
