"""How the paths of a network are shown: the letters of a textbook, each of one path alone."""

import pytest

from nn.support.naming import layer_of, neuron_of, textbook_letters, titled

LETTERS = [
    {"layers.0.neurons.1.weights.2": "w₂₃"},
    {"layers.0.neurons.1.weights.2": "w⁽¹⁾₂₃", "layers.1.neurons.0.bias": "b⁽²⁾₁"},
    {"layers.0.neurons.8.weights.8": "w₉₉", "layers.0.neurons.8.weights.9": "w₉,₁₀", "layers.0.neurons.9.b": "b₁₀"},
    {"hidden.neurons.1.weights.2": "hidden.w₂₃", "out.neurons.1.weights.2": "out.w₂₃"},
    {"hidden.neurons.1.weights.2": "w₂₃", "out.neurons.1.bias": "b₂"},
    {"a.layers.0.neurons.0.bias": "b⁽¹⁾₁", "a.layers.1.neurons.0.bias": "b⁽²⁾₁"},
    {"layers.0.part.bias": "part.b", "layers.0.other.bias": "other.b"},
    {"layers.0.part.rows.2.4": "rows₃₅", "part.1.rows.0.0": "rows₁₁"},
    {"layers.9.scale.3": "scale⁽¹⁰⁾₄", "layers.10.scale.3": "scale⁽¹¹⁾₄"},
    {"neurons.weights.0": "w₁", "biases": "b", "weight": "w"},
    {"layers.2.bias": "layers.2.bias", "bias": "bias"},  # one b for both would be none
    {"layers.0.neurons.x.weights.1": "w₂"},
]


@pytest.mark.parametrize("letters", LETTERS, ids=[next(iter(letters)) for letters in LETTERS])
def test_paths_are_written_as_textbooks_do(letters):
    assert dict(zip(letters, textbook_letters(list(letters)), strict=True)) == letters


@pytest.mark.parametrize(
    ("name", "neuron", "layer"),
    [
        (None, None, None),
        ("w", None, None),
        ("a b", None, None),
        ("layers.0.neurons.1.weights.2", "layers.0.neurons.1", "layers.0"),
        ("net.layers.0.neurons.11.z", "net.layers.0.neurons.11", "net.layers.0"),
        ("layers.0.units.3.a", "layers.0.units.3", "layers.0.units.3"),
        ("scale.3", None, None),
    ],
)
def test_where_a_name_lies(name, neuron, layer):
    assert (neuron_of(name), layer_of(name)) == (neuron, layer)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("net.layers.0.neurons.3", "net, layer 1, neuron 4"),
        ("layers.9.block.layers.1", "layer 10, block, layer 2"),
        ("player.3", "player.3"),
        ("layers.x", "layers.x"),
        ("", ""),
    ],
)
def test_a_place_is_counted_from_1_for_people(path, title):
    assert titled(path) == title
