"""Reading the golden files, and comparing nested lists of numbers and Values with them."""

import json
from pathlib import Path

from autograd import Value

FOLDER = Path(__file__).parent / "golden"


def golden(name):
    content = json.loads((FOLDER / f"{name}.json").read_text())
    assert content["torch"]  # the version that made the file
    return content


def data(x):
    """Return nested lists of Values as nested lists of their numbers."""
    return x.data if isinstance(x, Value) else [data(element) for element in x]


def gradient(x):
    return x.grad if isinstance(x, Value) else [gradient(element) for element in x]


def values(x):
    return [values(element) for element in x] if isinstance(x, list) else Value(x)


def flat(x):
    return [number for element in x for number in flat(element)] if isinstance(x, list | tuple) else [x]


def assert_same(ours, theirs, tolerance=1e-12):
    """Every number agrees within the tolerance, relative to the largest of them all."""
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs)
    scale = max(1.0, *map(abs, theirs))
    worst = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    assert worst <= tolerance * scale, f"{worst} apart, at a scale of {scale}"


def load_layer(layer, weight, bias):
    """Give a layer the weights of a PyTorch Linear."""
    for neuron, row, b in zip(layer.neurons, weight, bias, strict=True):
        for w, x in zip(neuron.weights, row, strict=True):
            w.data = x
        neuron.bias.data = b


def layer_gradients(layer):
    """Return a layer's gradients as PyTorch has them."""
    return [gradient(list(n.weights)) for n in layer.neurons], [n.bias.grad for n in layer.neurons]
